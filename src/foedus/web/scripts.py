# SPDX-License-Identifier: Apache-2.0
"""What the scripts of the pages say: a script calls `say("…")`, and the page hands it the words.

The English stands in the script alone. `sayings` finds it there, for the catalogues and for the
page, which carries what its language makes of it in a data attribute.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Final

from foedus.web.words import Words

STATIC: Final = Path(__file__).parent / "static"
SPEAKING: Final = ("proof.js", "checkpoint.js")
"""Scripts that say something in sentences of their own."""
_SAID: Final = re.compile(r'\bsay\("((?:[^"\\]|\\.)*)"')


@cache
def sayings(script: str) -> tuple[str, ...]:
    """Return all that a script says, in English, each once."""
    found = _SAID.findall((STATIC / script).read_text("utf-8"))
    return tuple(dict.fromkeys(json.loads(f'"{said}"') for said in found))


def script_words(script: str, words: Words) -> str:
    """Return what a script says in a language, as JSON: English -> that language."""
    told = {said: words.said(said) for said in sayings(script)}
    return json.dumps({said: one for said, one in told.items() if one != said}, ensure_ascii=False)
