# SPDX-License-Identifier: Apache-2.0
"""What `foedus check` finds in procedure files: faults, counts, and what was never verified."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from foedus.errors import Fault
from foedus.register.procedure_files import load_procedures
from foedus.register.procedures import (
    Procedure,
    ProcedureFile,
    Route,
    Rule,
    Said,
    is_unverified,
    rules_of,
)
from foedus.terms.vocabulary import LIBRARY

SUFFIX: Final = ".yaml"
SCHEMA: Final = LIBRARY / "schemas" / "procedures.schema.json"


class CheckedProcedures(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in one file."""

    file: str
    procedures: int | None
    """None if the file has a fault."""
    faults: tuple[Fault, ...]
    unverified: tuple[str, ...] = ()
    """Where in the file a rule stands that nobody has checked against its source."""

    @property
    def is_clean(self) -> bool:
        """Whether nothing is to be mended."""
        return not self.faults


def check_procedures(paths: Sequence[Path]) -> list[CheckedProcedures]:
    """Check procedure files, in the order given."""
    return [_checked(path) for path in paths]


def unverified_in(file: ProcedureFile) -> Iterator[str]:
    """Yield where a rule stands that nobody has checked against its source, in words."""
    for procedure in file.procedures:
        for rule in rules_of(procedure):
            if is_unverified(rule, file.sources):
                yield f"{file.state} {procedure.act}: {words_of(rule)}"


def words_of(rule: Rule) -> str:
    """Return what a rule says, in a few words."""
    if isinstance(rule, Procedure):
        return rule.instrument
    if isinstance(rule, Route):
        return rule.title
    return rule.says if isinstance(rule, Said) else f"{rule.id}: {rule.says}"


def lines_of(checked: CheckedProcedures) -> Iterator[str]:
    """Yield what is to be printed of one file, a line each."""
    yield from (str(fault) for fault in checked.faults)
    if checked.procedures is not None:
        doubtful = f", {len(checked.unverified)} rules unverified" if checked.unverified else ""
        yield f"{checked.file}: {checked.procedures} procedures{doubtful}"


def told_of(checked: CheckedProcedures) -> dict[str, Any]:
    """Return what is to be told of one file to machines."""
    return {**msgspec.structs.asdict(checked), "is_clean": checked.is_clean}


def schema() -> str:
    """Return the JSON Schema (draft 2020-12) of a procedure file, made from the records."""
    found = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "procedures of one state",
        **msgspec.json.schema(ProcedureFile),
    }
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _checked(path: Path) -> CheckedProcedures:
    found = load_procedures(path)
    file = found.file
    return CheckedProcedures(
        file=str(path),
        procedures=None if file is None else len(file.procedures),
        faults=found.faults,
        unverified=() if file is None else tuple(unverified_in(file)),
    )
