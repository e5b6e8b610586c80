# SPDX-License-Identifier: Apache-2.0
"""The content key: equal for copies, different for other texts, and as plainly defined."""

from __future__ import annotations

import unicodedata
from hashlib import blake2b

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from foedus.reports.contents import content_keys, normalised

TEXT = "Удар по нафтобазі: на місці працюють рятувальники, постраждалих немає"


def key(text: str | None, url: str | None = None) -> str | None:
    """The content key of one row."""
    found: str | None = content_keys(pa.array([text], pa.string()), pa.array([url], pa.string()))[
        0
    ].as_py()
    return found


def plainly(text: str) -> str:
    """The definition, character by character."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = [c if ord(c) > 0xFFFF or unicodedata.category(c)[0] in "LMN" else " " for c in folded]
    return " ".join("".join(kept).split(" ")).strip() if kept else ""


@given(st.lists(st.text(max_size=40), max_size=5))
@example(["ΑΣ Straße ﬁne", "Й", "Й", "x²½", "가", "a\u2009b", "\U0001f600 a", "ǅ", "ẞ", "K"])
def test_normalised_as_defined(texts: list[str]) -> None:
    """The kernel gives what the definition says, for any script and any marks."""
    expected = [" ".join(plainly(text).split(" ")) for text in texts]
    expected = [" ".join(piece for piece in text.split(" ") if piece) for text in expected]
    assert normalised(pa.array(texts, pa.string())).to_pylist() == expected


COPIES = {
    "case": TEXT.upper(),
    "punctuation": TEXT.replace(":", " —").replace(",", ";"),
    "spacing": "  " + TEXT.replace(" ", " \u00a0\n"),
    "composition": unicodedata.normalize("NFD", TEXT),
    "quotes": f"«{TEXT}»…",
}


@pytest.mark.parametrize("difference", COPIES)
def test_copies_share_a_key(difference: str) -> None:
    """A copy that differs only in this has the same key."""
    assert key(TEXT) == key(COPIES[difference])


def test_other_texts_differ() -> None:
    """Another word is another text."""
    assert key(TEXT) != key(TEXT.replace("немає", "двоє"))


def test_short_texts_have_the_key_of_their_address() -> None:
    """Below 40 characters the address serves; without one there is no key."""
    assert key("Вибух у місті") is None
    assert key("Вибух у місті", "https://a.example/1") == key(None, "https://a.example/1")
    assert key("Вибух у місті", "https://a.example/1") != key(None, "https://a.example/2")
    assert key("x" * 39) is None
    assert key("x" * 40) == blake2b(b"x" * 40, digest_size=16).hexdigest()


def test_full_text_counts() -> None:
    """Texts that differ only far behind the start have different keys."""
    assert key(TEXT * 9 + "а") != key(TEXT * 9 + "б")


def test_slices_of_arrays() -> None:
    """A slice of a longer column is read as it stands, nulls too."""
    texts = pa.array(["first", None, TEXT, None, "É"])
    assert normalised(texts.slice(1, 4)).to_pylist()[0] is None
    assert normalised(texts.slice(4, 1)).to_pylist() == ["é"]
