# SPDX-License-Identifier: Apache-2.0
"""The fixed words of formal documents in a language: `library/papers/`, one file each.

What acts say is quoted as it was written and is translated by nobody here.
"""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any, Final

from foedus.errors import Fault, OperatorError, did_you_mean
from foedus.terms.vocabulary import LIBRARY

FOLDER: Final = LIBRARY / "papers"


def languages() -> tuple[str, ...]:
    """Return the languages in which there are words."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@cache
def spoken(language: str) -> dict[str, Any]:
    """Return the words of a language by table; raises `OperatorError` where there are none."""
    path = FOLDER / f"{language}.toml"
    if language not in languages():
        known = languages()
        expected, hint = f"one of {', '.join(known)}", did_you_mean(language, known)
        raise OperatorError(Fault(column="--language", expected=expected, got=language, hint=hint))
    return tomllib.loads(path.read_text("utf-8"))
