# SPDX-License-Identifier: Apache-2.0
"""Documents are read whole: good ones become agreements, faulty ones are told line by line."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from foedus.errors import DrafterError
from foedus.terms.check import check, lines_of
from foedus.terms.document import LIMIT_BYTES, load_text, read_agreement
from foedus.terms.rules import BanRule, Buffer, ZoneRule

HERE: Final = Path(__file__).parent
GOOD: Final = sorted((HERE / "good").glob("*.md"))
BAD: Final = sorted((HERE / "bad").glob("*.md"))
TOLD: Final[dict[str, Any]] = tomllib.loads((HERE / "bad" / "told.toml").read_text("utf-8"))


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_good_document_is_clean(path: Path) -> None:
    """A good document has nothing to mend and becomes an agreement."""
    (checked,) = check([path])
    assert checked.faults == ()
    assert checked.agreement is not None
    assert checked.agreement.id == path.stem


def test_every_faulty_document_is_answered() -> None:
    """There are at least 25 faulty documents, and of each it is written down what is told."""
    assert len(BAD) >= 25
    assert {path.stem for path in BAD} == set(TOLD)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_faulty_document_is_answered_with_line_and_hint(path: Path) -> None:
    """All faults of a document are told, each at its line, with what was expected and a hint."""
    (checked,) = check([path])
    found = checked.faults
    told = TOLD[path.stem]["faults"]
    assert [(fault.line, fault.expected) for fault in found] == [
        (fault["line"], fault["expected"]) for fault in told
    ]
    for fault, wanted in zip(found, told, strict=True):
        assert wanted["hint"]
        assert fault.hint.startswith(wanted["hint"])
        assert fault.file == str(path)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_faulty_document_is_no_agreement(path: Path) -> None:
    """What a faulty document says is never used; only its form may be mended afterwards."""
    if path.stem == "not-canonical":
        assert read_agreement(path).id == path.stem
        return
    with pytest.raises(DrafterError) as raised:
        read_agreement(path)
    assert raised.value.faults == check([path])[0].faults


def test_faults_of_several_kinds_are_told_together() -> None:
    """Form, names and times of all blocks are told in one go, in the order of lines."""
    text = (HERE / "good" / "harbour-truce.md").read_text("utf-8")
    text = text.replace("acts: [use-of-force]", "acts: [use-of-farce]\ncolour: red")
    text = text.replace("radius_m: 3000", "radius_m: -1").replace("within: 14 days", "within: 14")
    text = text.replace("bearer: [north, south]\nwhat", "bearer: [norht]\nwhat")
    found = load_text(text, Path("harbour-truce.md"))
    assert [fault.column for fault in found.faults] == [
        "colour",
        "area.radius_m",
        "bearer.0",
        "deadline.within",
    ]
    assert found.agreement is None


def test_term_stands_under_its_article() -> None:
    """A term has the label and anchor of the heading above it, which a finding cites."""
    agreement = read_agreement(HERE / "good" / "harbour-truce.md")
    guns = agreement.term("guns-back")
    assert (guns.article, guns.anchor) == ("Article 2", "article-2")
    assert [article.heading for article in agreement.articles][
        1
    ] == "Article 2 — Zone of the harbour"
    assert "ten kilometres behind" in agreement.articles[1].prose
    assert "rule:" not in agreement.articles[1].prose
    with pytest.raises(KeyError):
        agreement.term("guns")


def test_terms_of_a_reading() -> None:
    """A term that names readings holds under these alone; any other under all."""
    agreement = read_agreement(HERE / "good" / "harbour-truce.md")
    northern = {term.id for term in agreement.under("northern")}
    assert "force-north" in northern
    assert "force-south" not in northern
    assert "no-fire" in northern
    assert agreement.bound == ("north", "south", "militia")
    assert agreement.parties.sides == ("north", "south", "none")


def test_evidence_is_the_weakest_that_bears_a_term() -> None:
    """A term is as sure as the weakest of itself, its source and the source of its numbers."""
    agreement = read_agreement(HERE / "good" / "winter-pause.md")
    assert agreement.term("spare-plants").evidence == "P"
    assert agreement.term("no-guns").evidence == "K"
    (checked,) = check([HERE / "good" / "winter-pause.md"])
    assert checked.unverified == ("two-days-more", "sabotage", "no-guns")


def test_duties_that_wait_for_each_other_are_remarked_upon() -> None:
    """A circle of duties is the text's fault, not the document's: a remark shows the places."""
    (checked,) = check([HERE / "good" / "winter-pause.md"])
    (remark,) = checked.remarks
    assert "pull-back (line " in remark.text
    assert "pull-back-too (line " in remark.text
    assert any("remark: duties wait" in line for line in lines_of(checked))


def test_defaults_are_those_of_the_reference() -> None:
    """What a block leaves out is what the reference says."""
    agreement = read_agreement(HERE / "good" / "winter-pause.md")
    ban = agreement.term("spare-capital").rule
    assert isinstance(ban, BanRule)
    assert ban.targets == ("any",)
    strip = agreement.term("strip").rule
    assert isinstance(strip, ZoneRule)
    assert isinstance(strip.area, Buffer)
    assert strip.area.per_side_m is None


def test_folder_is_checked_in_the_order_of_names(tmp_path: Path) -> None:
    """Of a folder every document is checked, and a path that is not there is a fault."""
    for name in ("winter-pause", "harbour-truce"):
        text = (HERE / "good" / f"{name}.md").read_text("utf-8")
        (tmp_path / f"{name}.md").write_text(text, "utf-8")
    found = check([tmp_path, tmp_path / "gone.md"])
    names = ["harbour-truce.md", "winter-pause.md", "gone.md"]
    assert [Path(item.file).name for item in found] == names
    assert [item.is_clean for item in found] == [True, True, False]


def test_large_files_are_not_read(tmp_path: Path) -> None:
    """A file above the limit is a fault, whatever it holds."""
    path = tmp_path / "large.md"
    path.write_bytes(b"x" * (LIMIT_BYTES + 1))
    (checked,) = check([path])
    assert "bytes" in checked.faults[0].expected


def test_large_blocks_are_not_read() -> None:
    """A block above the limit is a fault, so that a page cannot hide a load of YAML."""
    text = (HERE / "good" / "harbour-truce.md").read_text("utf-8")
    long = text.replace("text: No party uses", "text: " + "very " * 14_000 + "much")
    found = load_text(long, Path("harbour-truce.md"))
    assert "bytes" in found.faults[0].expected


def test_fix_mends_the_form_and_nothing_else(tmp_path: Path) -> None:
    """With `fix` a file is put into canonical form once; without it, it is left as it is."""
    path = tmp_path / "not-canonical.md"
    before = (HERE / "bad" / "not-canonical.md").read_bytes()
    path.write_bytes(before)
    assert not check([path])[0].is_clean
    assert path.read_bytes() == before
    (fixed,) = check([path], fix=True)
    assert fixed.is_clean
    assert fixed.is_rewritten
    assert not check([path], fix=True)[0].is_rewritten
