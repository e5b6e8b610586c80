# SPDX-License-Identifier: Apache-2.0
"""JSON Schema (draft 2020-12) of the two kinds of block, for editors that complete and check.

Made from the records, so that it cannot say anything else; a test compares it with the files in
`library/schemas`. It knows the form only: names and times are checked by `check`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import msgspec

from foedus.terms.record import Head
from foedus.terms.rules import AnyRule
from foedus.terms.vocabulary import LIBRARY

FOLDER: Final = LIBRARY / "schemas"
_BLOCKS: Final[dict[str, Any]] = {"agreement": Head, "term": AnyRule}
_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, str]:
    """Return file name -> text of the schema of each kind of block."""
    return {f"{name}.schema.json": _text(name, kind) for name, kind in _BLOCKS.items()}


def write_schemas(folder: Path = FOLDER) -> None:
    """Write the schemas into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schemas().items():
        (folder / name).write_text(text, "utf-8")


def _text(name: str, kind: Any) -> str:
    schema = {"$schema": _DRAFT, "title": f"{name} block", **msgspec.json.schema(kind)}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
