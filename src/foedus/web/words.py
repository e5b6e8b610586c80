# SPDX-License-Identifier: Apache-2.0
"""The words of the pages, by gettext catalogues: English complete, others begun and marked so.

A catalogue is `locale/<language>/LC_MESSAGES/foedus.po`, with its compiled form beside it
(`tools/make_catalogues.py`). What a catalogue lacks is shown in English.
"""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations, translation
from pathlib import Path
from typing import Final

LOCALE: Final = Path(__file__).parent / "locale"
DOMAIN: Final = "foedus"
LANGUAGES: Final = {"en": "English", "uk": "Українська", "ru": "Русский", "fr": "Français"}
DRAFTS: Final = frozenset(("uk", "ru", "fr"))
"""Languages whose catalogue is begun, and was read by nobody who speaks for it."""


def language_of(asked: str | None) -> str:
    """Return the language of a page: that which was asked for, if there is one, else English."""
    return asked if asked in LANGUAGES else "en"


@cache
def catalogue(language: str) -> GNUTranslations | NullTranslations:
    """Return the words of a language."""
    return translation(DOMAIN, LOCALE, [language], fallback=True)
