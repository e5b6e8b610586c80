# SPDX-License-Identifier: Apache-2.0
"""Catalogues are current and whole: English says itself, drafts agree with it and are marked."""

from __future__ import annotations

import re
from gettext import NullTranslations

import pytest
from babel.messages.catalog import Message
from markupsafe import Markup
from sites import Site

import make_catalogues
from foedus.web.figures import MINUTE_US, distance, instant, percent, when
from foedus.web.scripts import SPEAKING, STATIC, sayings
from foedus.web.words import DOMAIN, DRAFTS, LANGUAGES, OFFERS, Words, translated
from make_catalogues import as_text, catalogue, compiled, folder, is_whole, read, share, words

NEEDED: float = 0.99
"""Share of the messages that each draft translates at least."""


def messages(language: str) -> list[Message]:
    """Return the messages of a language's catalogue."""
    return [one for one in read(language) if one.id]


def texts(said: object) -> tuple[str, ...]:
    """Return a message's text, or its texts in all forms."""
    return (said,) if isinstance(said, str) else tuple(said)  # type: ignore[arg-type]


def holes(text: str) -> set[str]:
    """Return the names of the values that a message has room for."""
    return set(re.findall(r"\{(\w*)\}", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_is_current(language: str) -> None:
    """A catalogue has every word of the pages and no other, and its compiled form says the same.

    `python tools/make_catalogues.py` writes both.
    """
    text = (folder(language) / f"{DOMAIN}.po").read_bytes()
    assert as_text(catalogue(language)) == text
    assert (folder(language) / f"{DOMAIN}.mo").read_bytes() == compiled(text, language)


@pytest.mark.parametrize("word", make_catalogues.OF_TEXTS)
def test_words_without_a_table_stand_in_the_code(word: str) -> None:
    """A word that the tool has to name is still said by a stage, or by a file of the library."""
    package = STATIC.parents[1]
    files = (*package.rglob("*.py"), *package.glob("library/**/*.yaml"))
    assert any(f'"{word}"' in path.read_text("utf-8") for path in files)


def test_english_is_complete() -> None:
    """Each English message is there, and stands for itself in each of its forms."""
    assert {one.id: one.string for one in messages("en")} == {word: word for word in words()}
    assert all(is_whole(one) for one in messages("en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_values_have_the_same_names(language: str) -> None:
    """A translation has room for the values of its message, all of them and no others."""
    for one in messages(language):
        wanted = holes(texts(one.id)[-1])
        for text in texts(one.string):
            assert not text or holes(text) == wanted, one.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_forms_are_as_many_as_the_language_has(language: str) -> None:
    """Counted messages have a form for each kind of number: three in Ukrainian and Russian."""
    number = {"en": 2, "uk": 3, "ru": 3, "fr": 2}[language]
    assert catalogue(language).num_plurals == number
    counted = [one for one in messages(language) if not isinstance(one.id, str)]
    assert counted
    assert {len(texts(one.string)) for one in counted} == {number}
    assert f"nplurals={number};" in (folder(language) / f"{DOMAIN}.po").read_text("utf-8")


def test_translations_outlive_a_change_of_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is still said keeps its translation, what is new has none, what is gone is dropped."""
    incidents = ("{n} incident", "{n} incidents")
    monkeypatch.setattr(make_catalogues, "words", lambda: iter(("breach", incidents, "novel")))
    found = catalogue("uk")
    assert {one.id: one.string for one in found if one.id} == {
        "breach": "порушення",
        incidents: ("{n} подія", "{n} події", "{n} подій"),
        "novel": "",
    }
    # A message that becomes a counted one is another message.
    monkeypatch.setattr(make_catalogues, "words", lambda: iter((("breach", "breaches"),)))
    assert [one.string for one in catalogue("uk") if one.id] == [("", "", "")]


@pytest.mark.parametrize("language", sorted(DRAFTS))
def test_drafts_are_whole_and_say_what_they_are(language: str) -> None:
    """A draft translates nearly all, and its file says that no native reader has reviewed it."""
    said, whole = share(language)
    assert said / whole >= NEEDED
    assert (translated(language), translated("en")) == (said, whole)
    assert "DRAFT" in (folder(language) / f"{DOMAIN}.po").read_text("utf-8").splitlines()[1]


@pytest.mark.parametrize("language", sorted(DRAFTS))
def test_draft_pages_are_marked(donbas: Site, language: str) -> None:
    """A page of a draft says that it is one, and its links keep to the language."""
    page = donbas.client.get(f"/incidents?lang={language}").text
    said = {one.id: str(one.string) for one in messages(language) if isinstance(one.id, str)}
    (notice,) = (
        text for key, text in said.items() if key.startswith("This translation is a draft")
    )
    assert f'<html lang="{language}">' in page
    assert notice in page
    assert said["What happened, and how sure is it?"] in page
    assert f'href="/findings?lang={language}"' in page


def test_another_language_is_english(donbas: Site) -> None:
    """A language that there is not gives the English page."""
    assert '<html lang="en">' in donbas.client.get("/?lang=xx").text


def test_language_is_in_the_address_alone(donbas: Site) -> None:
    """What a browser prefers changes no byte: an address says the same to everybody."""
    plain = donbas.client.get("/findings")
    asked = donbas.client.get("/findings", headers={"accept-language": "uk,ru;q=0.8"})
    assert plain.text == asked.text
    assert plain.headers["etag"] == asked.headers["etag"]


def test_language_links_keep_what_was_asked(donbas: Site) -> None:
    """A link to the page in another language keeps its times and filters, and offers it there."""
    page = donbas.client.get("/incidents?known=2015-03-20&kind=fatal-event&lang=fr").text
    for language in LANGUAGES:
        address = f"/incidents?known=2015-03-20&amp;kind=fatal-event&amp;lang={language}"
        assert f'href="{address}" lang="{language}"' in page
        assert (OFFERS[language] in page) is (language != "fr")


@pytest.mark.parametrize(
    ("language", "number", "told"),
    [
        ("en", 0, "0 incidents"), ("en", 1, "1 incident"), ("en", 1234, "1\u202f234 incidents"),
        ("uk", 1, "1 подія"), ("uk", 3, "3 події"), ("uk", 11, "11 подій"), ("uk", 22, "22 події"),
        ("ru", 21, "21 событие"), ("ru", 4, "4 события"), ("ru", 12, "12 событий"),
        ("fr", 0, "0 incident"), ("fr", 1, "1 incident"), ("fr", 2, "2 incidents"),
    ],
)  # fmt: skip
def test_numbers_choose_the_form(language: str, number: int, told: str) -> None:
    """A counted message takes the form that its number asks for, as CLDR has it."""
    assert Words(language).counted("{n} incident", "{n} incidents", number) == told


def test_figures_are_written_as_the_language_does() -> None:
    """Decimals, units and months are those of the page's language; the moment stays the same."""
    english, ukrainian = Words("en"), Words("uk")
    assert (percent(333_333, english), percent(333_333, ukrainian)) == (
        "33.3\u202f%",
        "33,3\u202f%",
    )
    assert (distance(2500, english), distance(2500, ukrainian)) == ("2.5 km", "2,5 км")
    told = instant(1_424_080_800_000_000, "Europe/Kyiv", ukrainian)
    assert 'datetime="2015-02-16T10:00Z"' in told
    assert "16 лют. 2015 12:00" in told
    assert "(16 лют. 10:00 UTC)" in told


@pytest.mark.parametrize(
    ("length_us", "told"),
    [
        (MINUTE_US, "16 Feb 2015 12:00 (16 Feb 10:00 UTC)"),
        (60 * MINUTE_US, "16 Feb 2015 12:00 (16 Feb 10:00 UTC) – 16 Feb 2015 13:00"),
        (24 * 60 * MINUTE_US, "16 Feb 2015 12:00 (16 Feb 10:00 UTC) – 17 Feb 2015 12:00"),
    ],
)
def test_hours_have_utc_beside(length_us: int, told: str) -> None:
    """What is known closer than to days is told by moments, which follow the reader's clock."""
    at_us = 1_424_080_800_000_000
    row = {"occurred_from_us": at_us, "occurred_to_us": at_us + length_us}
    found = when(row | {"occurred_precision": "span"}, "Europe/Kyiv", Words("en"))
    assert isinstance(found, Markup)
    assert found.striptags().startswith(told)
    midnight = {"occurred_from_us": at_us - 12 * 60 * MINUTE_US, "occurred_precision": "day"}
    midnight["occurred_to_us"] = at_us + 12 * 60 * MINUTE_US
    assert when(midnight, "Europe/Kyiv", Words("en")) == "2015-02-16"


def test_values_are_escaped() -> None:
    """What is put into a message can be no markup, and a message stays as it is."""
    assert Words("en").said("at {time}", time="<b>") == "at &lt;b&gt;"
    assert Words("en", NullTranslations()).told("<i>") == "<i>"
    assert Words("uk", NullTranslations()).told("<i>") == '<span lang="en">&lt;i&gt;</span>'


@pytest.mark.parametrize("script", SPEAKING)
def test_scripts_say_nothing_by_themselves(script: str) -> None:
    """Every sentence of a script goes through `say`, and so comes from the page."""
    text = (STATIC / script).read_text("utf-8")
    texts_of = re.findall(r'"((?:[^"\\\n]|\\.)*)"', text)
    sentences = [one for one in texts_of if re.search(r"[a-z]{2,} [a-z]{2,}", one)]
    known = set(sayings(script))
    # What is hashed is no sentence.
    own = [one for one in sentences if one not in known and not one.startswith("foedus ")]
    assert len(known) > 10
    assert own == ["use strict"]
