# SPDX-License-Identifier: Apache-2.0
"""Every word of a page goes through a catalogue; English is complete, drafts say what they are."""

from __future__ import annotations

import pytest
from sites import Site

from foedus.web.words import DOMAIN, DRAFTS, LANGUAGES
from make_catalogues import as_text, catalogue, compiled, folder, read, words


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_is_current(language: str) -> None:
    """A catalogue has every word of the pages and no other, and its compiled form says the same.

    `python tools/make_catalogues.py` writes both.
    """
    text = (folder(language) / f"{DOMAIN}.po").read_bytes()
    assert as_text(catalogue(language)) == text
    assert (folder(language) / f"{DOMAIN}.mo").read_bytes() == compiled(text, language)


def test_english_is_complete() -> None:
    """Each English word is there, and stands for itself."""
    told = {str(one.id): one.string for one in read("en") if one.id}
    assert told == {word: word for word in words()}


@pytest.mark.parametrize("language", sorted(DRAFTS))
def test_drafts_are_begun_and_marked(donbas: Site, language: str) -> None:
    """A draft translates titles and questions, says that it is one, and its links keep to it."""
    page = donbas.client.get(f"/incidents?lang={language}").text
    said = {str(one.id): str(one.string) for one in read(language) if one.id}
    assert f'<html lang="{language}">' in page
    assert said["This translation is a draft. What is not translated yet is in English."] in page
    assert said["What happened, and how sure is it?"] in page
    assert f'href="/findings?lang={language}"' in page


def test_another_language_is_english(donbas: Site) -> None:
    """A language that there is not gives the English page."""
    assert '<html lang="en">' in donbas.client.get("/?lang=xx").text
