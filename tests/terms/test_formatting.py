# SPDX-License-Identifier: Apache-2.0
"""The canonical form is reached in one step, and says what the document said."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from foedus.terms.document import load_text
from foedus.terms.formatting import formatted
from foedus.terms.record import Agreement

GOOD: Final = {
    path.stem: path.read_text("utf-8") for path in (Path(__file__).parent / "good").glob("*.md")
}
MARKDOWN: Final = st.text(st.sampled_from("# ab:-`~\n>*[]{}&!|'\" \t1."), max_size=80)


def said(agreement: Agreement | None) -> Any:
    """Return what a document says, without the lines at which it says it."""
    assert agreement is not None
    return (
        agreement.head,
        [msgspec.structs.replace(article, line=0) for article in agreement.articles],
        [msgspec.structs.replace(term, line=0) for term in agreement.terms],
    )


@st.composite
def untidy(draw: st.DrawFn) -> tuple[str, str]:
    """Return the name of a good document, and it with keys, blanks and line ends in disorder."""
    name = draw(st.sampled_from(sorted(GOOD)))
    seed = draw(st.randoms(use_true_random=False))

    def shuffled(block: re.Match[str]) -> str:
        pieces = re.split(r"\n(?=[a-z_]+:)", block[2].removesuffix("\n"))
        seed.shuffle(pieces)
        body = "\n".join(piece + " " * seed.randrange(2) for piece in pieces)
        return f"```{block[1]}\n{body}\n```\n" + "\n" * seed.randrange(3)

    text = re.sub(r"```(term|agreement)\n(.*?)```\n", shuffled, GOOD[name], flags=re.DOTALL)
    ending = draw(st.sampled_from(["\n", "\r\n"]))
    return name, text.replace("\n", ending)


@settings(max_examples=30)
@given(untidy())
def test_formatting_keeps_what_is_said(drawn: tuple[str, str]) -> None:
    """A formatted document gives the same head, articles and terms; only lines may differ."""
    name, text = drawn
    path = Path(f"{name}.md")
    untouched = load_text(text.replace("\r\n", "\n"), path).agreement
    canonical = formatted(text)
    assert said(load_text(canonical, path).agreement) == said(untouched)
    assert formatted(canonical) == canonical


@settings(max_examples=30)
@given(untidy())
def test_all_orders_have_one_form(drawn: tuple[str, str]) -> None:
    """However the keys stood, the canonical form is the same text."""
    name, text = drawn
    assert formatted(text) == formatted(GOOD[name])


@given(MARKDOWN)
def test_formatting_any_text_twice_changes_nothing(text: str) -> None:
    """Formatting is idempotent on any text, also on what is no document."""
    canonical = formatted(text)
    assert formatted(canonical) == canonical


@settings(max_examples=30)
@given(st.data())
def test_damaged_documents_are_told_and_never_break(data: st.DataObject) -> None:
    """Whatever is cut out of a document or put into it, there is an agreement or a fault."""
    name = data.draw(st.sampled_from(sorted(GOOD)))
    text = GOOD[name]
    start = data.draw(st.integers(0, len(text)))
    stop = data.draw(st.integers(start, min(len(text), start + 200)))
    damaged = text[:start] + data.draw(MARKDOWN) + text[stop:]
    found = load_text(damaged, Path(f"{name}.md"))
    assert (found.agreement is None) == bool(found.faults)
    assert formatted(formatted(damaged)) == formatted(damaged)


def test_comments_stay_with_their_keys() -> None:
    """A comment above a key moves with it; one beside a value stays beside it."""
    text = "# T\n\n```term\n# why\nid: a # beside\nrule: ban\nnote: last\nbearer: [all]\n```\n"
    body = "rule: ban\n# why\nid: a # beside\nbearer: [all]\nnote: last"
    assert formatted(text) == f"# T\n\n```term\n{body}\n```\n"


def test_what_cannot_be_read_is_left_alone() -> None:
    """A block that is no YAML, and any other fence, keeps every line."""
    text = "# T\n\n```term\nid: [a\n\n  rule: x\n```\n\n```text\na  \n\n\nb\n```\n"
    assert formatted(text) == text
