# SPDX-License-Identifier: Apache-2.0
"""What a source wrote, made harmless where it is shown: on a terminal or as a link.

Markup is escaped by the templates, formulas by `forms`. Nothing is dropped: what could act is shown
as what it is.
"""

from __future__ import annotations

import unicodedata
from typing import Final

ACTING: Final = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
"""Unicode categories of control and format characters, which move a cursor or turn a line."""
SCHEMES: Final = ("http://", "https://")


def visible(text: str) -> str:
    """Return `text` with every control and format character written as its escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(letter) for letter in text)


def _escaped(letter: str) -> str:
    if unicodedata.category(letter) not in ACTING:
        return letter
    return letter.encode("unicode_escape").decode("ascii")


def is_address(text: str) -> bool:
    """Return whether a text may be made a link: an address of the web, and nothing that runs."""
    return text.lower().startswith(SCHEMES)
