# SPDX-License-Identifier: Apache-2.0
"""Formal documents state what acts say, prove each, ask for nothing, and hide no marking."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from desk.made_desk import CASE, MISSION, act, at, filed, key, opened, opening, whole
from foedus.cli import app
from foedus.commands.calling import CODES
from foedus.desk.languages import languages, spoken
from foedus.desk.papers import KINDS, Document, papers, pdf, write_papers
from foedus.desk.pdf import AskedError, pdf_of
from foedus.errors import OperatorError, PartyError
from foedus.trust.enclosed import is_document, proofs_in
from foedus.trust.proof import check
from source_files import ROOT

# WeasyPrint leaves the file of a colour profile to be closed by the collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log of a case that went all the way, with its checkpoint."""
    path = tmp_path_factory.mktemp("papers") / "acts.sqlite"
    held = opened(path)
    filed(held, *whole())
    held.checkpoint(key("operator"))
    held.store.close()
    return path


def made(log: Path, kind: str, **more: str) -> tuple[Document, ...]:
    """Return the documents of one kind."""
    return papers(MISSION, CASE, kind, at=at(40), log=log, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_every_act_stated_is_proven_in_page_and_pdf(log: Path, kind: str) -> None:
    """What is taken out of either is the same, and holds; every act has one."""
    for document in made(log, kind):
        assert document.enclosed is not None
        expected = [one.proof for one in document.enclosed.acts]
        for data in (document.html.encode(), pdf(document)):
            assert is_document(data)
            assert sorted(proofs_in(data)) == sorted(expected)
        answers = [check(data, document.enclosed.log_key) for data in expected]
        assert all(answer.holds and answer.exercise for answer in answers)
        assert {answer.acts[0]["envelope"]["subject"] for answer in answers} == {
            CASE, "commission"
        }  # fmt: skip


def test_the_acts_of_each_document_are_those_that_it_states(log: Path) -> None:
    """A party is told its own notice and no vote; a determination its own votes."""
    (notice,) = made(log, "notification")
    kinds = [one.kind for one in notice.enclosed.acts]  # type: ignore[union-attr]
    assert kinds == ["commission.constitute", "case.open", "case.notify"]
    first, second, third = made(log, "determination")
    for document, remedies in ((first, 1), (second, 0), (third, 0)):
        told = [one.kind for one in document.enclosed.acts]  # type: ignore[union-attr]
        assert (told.count("case.vote"), told.count("case.determine")) == (4, 1)
        assert told.count("case.remedy") == remedies


def test_a_document_says_what_the_acts_say(log: Path) -> None:
    """Verdict, attribution, votes, dissent, standard, majority, remedy and its day."""
    (first, *_) = made(log, "determination")
    for words in (
        "There was a breach.",
        "Russian Federation (ru)",
        "clear and convincing",
        "For: 3. Against: 1. Abstentions: 0. Quorum: 3 of 5 members.",
        "One account is not enough.",
        "withdraw the guns",
        "2026-04-02 13:30 Europe/Kyiv",
        "ua has stepped aside",
    ):
        assert words in first.html, words
    (file,) = made(log, "file")
    for words in ("It was not us.", "Mortars from the east.", "seventy-two-hours-earliest"):
        assert words in file.html, words


@pytest.mark.parametrize("kind", KINDS)
def test_pages_ask_for_nothing(log: Path, kind: str) -> None:
    """No page has a script or an address outside itself but that of a proof it holds."""
    for document in made(log, kind):
        assert "<script" not in document.html
        addresses = re.findall(r'(?:href|src)="([^"]*)"|url\(([^)]*)\)', document.html)
        told = [one or other for one, other in addresses]
        assert all(item.startswith("data:application/vnd.foedus.proof") for item in told)
        assert not re.findall(r'href="|src="|url\(|@import', document.printed)


def test_a_page_that_asks_is_refused() -> None:
    """Whatever it asks for: nothing is fetched."""
    for page in ('<img src="https://example.org/a.png">', '<img src="file:///etc/hostname">'):
        with pytest.raises(AskedError):
            pdf_of(page, "0" * 64, ())


def test_what_an_act_says_cannot_act(tmp_path: Path) -> None:
    """Markup in a text is shown as it was written."""
    held = opened(tmp_path / "acts.sqlite")
    filed(held, opening(text="<img src=x onerror=alert(1)><script>alert(2)</script>"))
    held.checkpoint(key("operator"))
    held.store.close()
    (file,) = papers(MISSION, CASE, "file", at=at(2), log=tmp_path / "acts.sqlite")
    assert "<script>" not in file.html
    assert "&lt;script&gt;" in file.html


def test_the_marking_stands_on_every_document(log: Path) -> None:
    """An exercise says so; a document in earnest does not."""
    for kind in KINDS:
        for document in made(log, kind):
            assert document.printed.count("EXERCISE") >= 2


def test_the_same_acts_give_the_same_bytes(log: Path) -> None:
    """Page and PDF."""
    one, other = made(log, "notification"), made(log, "notification")
    assert one == other
    assert pdf(one[0]) == pdf(other[0])


def test_without_a_checkpoint_no_document(tmp_path: Path) -> None:
    """What cannot be proven is not stated; the hint says what to do."""
    held = opened(tmp_path / "acts.sqlite")
    held.checkpoint(key("operator"))
    filed(held, opening())
    held.store.close()
    with pytest.raises(OperatorError, match="a checkpoint that covers every act"):
        papers(MISSION, CASE, "file", at=at(2), log=tmp_path / "acts.sqlite")


def test_what_is_not_there_is_told(log: Path, tmp_path: Path) -> None:
    """No determination yet, no such language."""
    held = opened(tmp_path / "acts.sqlite")
    filed(held, opening())
    held.checkpoint(key("operator"))
    held.store.close()
    with pytest.raises(OperatorError, match="a case with a determination"):
        papers(MISSION, CASE, "determination", at=at(2), log=tmp_path / "acts.sqlite")
    with pytest.raises(OperatorError, match="one of en, fr, ru, uk"):
        made(log, "file", language="de")


def shape(language: str) -> dict[str, set[str]]:
    """Return the keys of a language by table, with the places left open in each text."""
    return {
        table: {f"{key}{sorted(re.findall('{[a-z]+}', text))}" for key, text in words.items()}
        for table, words in spoken(language).items()
    }


def test_every_language_has_all_words(log: Path) -> None:
    """The same keys, the same open places, and a document in each."""
    assert languages() == ("en", "fr", "ru", "uk")
    for language in languages():
        assert shape(language) == shape("en")
        assert f'lang="{language}"' in made(log, "file", language=language)[0].html


def call(*words: str) -> object:
    """Call the command line."""
    return CliRunner().invoke(app, words, env={"COLUMNS": "100", "NO_COLOR": "1"})


def test_verify_takes_a_document(log: Path, tmp_path: Path) -> None:
    """Whole, it holds; with one proof changed, or without any, it does not."""
    files = write_papers(made(log, "notification"), tmp_path)
    for path in files:
        done = call("verify", str(path))
        assert (done.exit_code, "3 proofs, 0 of them do not hold" in done.stdout) == (0, True)  # type: ignore[attr-defined]
    page = files[0].read_text("utf-8")
    bare = re.sub(r"data:application/vnd[^\"]*", "", page)
    (tmp_path / "bare.html").write_text(bare, "utf-8")
    links = re.findall(r"base64,([A-Za-z0-9+/=]*)", page)
    broken = page.replace(links[0], links[0][:200] + links[1][200:220] + links[0][220:])
    (tmp_path / "broken.html").write_text(broken, "utf-8")
    for name in ("bare.html", "broken.html"):
        done = call("verify", str(tmp_path / name), "--json")
        assert done.exit_code == CODES[PartyError], name  # type: ignore[attr-defined]


def test_proofs_are_under_the_key_that_is_trusted(log: Path, tmp_path: Path) -> None:
    """A document of another log does not pass for one of this."""
    files = write_papers(made(log, "notification"), tmp_path)
    other = opened(tmp_path / "other.sqlite", exercise=False)
    filed(other, opening())
    note = other.checkpoint(key("operator"))
    other.store.close()
    assert note.origin != "log.example/ukraine-2026/exercise"
    wrong = "log.example/other+00000000+" + "A" * 44
    done = call("verify", str(files[1]), "--log-key", wrong)
    assert done.exit_code == CODES[PartyError]  # type: ignore[attr-defined]


def test_templates_stand_in_the_package() -> None:
    """The wheel takes them with it."""
    folder = ROOT / "src" / "foedus" / "desk" / "templates"
    assert {path.name for path in folder.iterdir()} >= {f"{kind}.html.jinja" for kind in KINDS}


def test_a_signed_act_is_what_is_shown(log: Path) -> None:
    """The block at the end names who signed the notice, and its entry."""
    (notice,) = made(log, "notification")
    signer = act(whole()[5]).envelope.author
    assert signer in notice.html
