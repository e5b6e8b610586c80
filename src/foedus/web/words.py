# SPDX-License-Identifier: Apache-2.0
"""The words of the pages, by gettext catalogues: English complete, others drafts and marked so.

A catalogue is `locale/<language>/LC_MESSAGES/foedus.po`, with its compiled form beside it
(`tools/make_catalogues.py`). What a catalogue lacks is shown in English. How numbers and times are
written is left to `figures`, which words are shown to the templates.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations, translation
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup, escape

LOCALE: Final = Path(__file__).parent / "locale"
DOMAIN: Final = "foedus"
LANGUAGES: Final = {"en": "English", "uk": "Українська", "ru": "Русский", "fr": "Français"}
OFFERS: Final = {
    "en": "This page in English",
    "uk": "Ця сторінка українською",
    "ru": "Эта страница на русском",
    "fr": "Cette page en français",
}
"""How a page is offered to whoever reads another language: each in its own."""
DRAFTS: Final = frozenset(("uk", "ru", "fr"))
"""Languages whose catalogue was read by nobody who speaks for it."""
COMMA: Final = frozenset(("uk", "ru", "fr"))
"""Languages that write a comma before decimals."""


def language_of(asked: str | None) -> str:
    """Return the language of a page: that which was asked for, if there is one, else English."""
    return asked if asked in LANGUAGES else "en"


@cache
def catalogue(language: str) -> GNUTranslations | NullTranslations:
    """Return the words of a language."""
    return translation(DOMAIN, LOCALE, [language], fallback=True)


def translated(language: str) -> int:
    """Return how many messages a language has translated, as its compiled catalogue says."""
    head = (LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.mo").read_bytes()[:12]
    # The third word counts the messages; the one with an empty text is the catalogue's head.
    return int.from_bytes(head[8:12], "little") - 1


class Words:
    """Says messages in one language; values are put where a message names them in braces."""

    def __init__(self, language: str, found: NullTranslations | None = None) -> None:
        self.language = language
        self.catalogue = catalogue(language) if found is None else found

    def said(self, message: str, **values: Any) -> str:
        """Return a message; with values it is markup, in which they were escaped."""
        return _filled(self.catalogue.gettext(message), values)

    def counted(self, one: str, many: str, number: int, **values: Any) -> str:
        """Return a message in the form that its number asks for; `n` in it is the number."""
        values = {"n": self.whole(number)} | values
        return _filled(self.catalogue.ngettext(one, many, number), values)

    def told(self, text: str | None) -> str | Markup:
        """Return a text of the code or the record: translated if it is known, else as English."""
        if not text or self.language == "en":
            return text or ""
        found = self.catalogue.gettext(text)
        return Markup('<span lang="en">{}</span>').format(text) if found == text else found

    def whole(self, number: int | None) -> str:
        """Return a whole number with thin separators; None is not told."""
        if number is None:
            return self.said("not told")
        return f"{number:,}".replace(",", "\u202f")

    def decimal(self, number: float, places: int = 1) -> str:
        """Return a number with at most so many decimals."""
        written = f"{round(number, places):g}" if abs(number) < 1e5 else f"{number:.0f}"
        return written.replace(".", ",") if self.language in COMMA else written


def _filled(text: str, values: Mapping[str, Any]) -> str:
    return Markup(escape(text)).format(**values) if values else text  # noqa: S704 - escaped
