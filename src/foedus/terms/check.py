# SPDX-License-Identifier: Apache-2.0
"""What `foedus check` finds in documents: faults, remarks, weaknesses, and a form not canonical.

Nothing is written unless asked for, and then only the form of a file, never what it says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from foedus.errors import Fault, OperatorError, did_you_mean
from foedus.terms.document import load_agreement, read_text
from foedus.terms.faults import Faults, Remark
from foedus.terms.formatting import first_difference, formatted
from foedus.terms.lint import Weakness, lint
from foedus.terms.record import Agreement
from foedus.terms.vocabulary import LIBRARY

SHIPPED: Final = LIBRARY / "agreements"
"""Where the agreements are that ship; each is checked by its id too."""


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in one file."""

    file: str
    agreement: Agreement | None
    """None if what the document says has a fault."""
    faults: tuple[Fault, ...]
    """In the order of lines; a form that is not canonical is told where nothing else is wrong."""
    remarks: tuple[Remark, ...]
    is_rewritten: bool = False
    weaknesses: tuple[Weakness, ...] = ()
    """Known ways in which the text may fail, where they were asked for."""

    @property
    def is_clean(self) -> bool:
        """Whether nothing is to be mended."""
        return not self.faults

    @property
    def unverified(self) -> tuple[str, ...]:
        """Ids of the terms whose evidence is K or ?."""
        terms = self.agreement.terms if self.agreement else ()
        return tuple(term.id for term in terms if not term.is_verified)


def check(paths: Sequence[Path], *, fix: bool = False, examine: bool = False) -> list[Checked]:
    """Check documents, every `.md` below folders, and shipped agreements by their ids.

    With `fix`, files that are not in their canonical form are put into it; with `examine`, each
    agreement is searched for known ways to fail (`lint`). Raises `OperatorError`
    if there is no document to check.
    """
    found = list(_documents(paths))
    if not found:
        got = ", ".join(str(path) for path in paths) or "nothing"
        raise OperatorError(Fault(expected="a Markdown file, or a folder with one", got=got))
    checked = [_checked(path, fix=fix) for path in found]
    return [_examined(one) for one in checked] if examine else checked


def lines_of(checked: Checked) -> Iterator[str]:
    """Yield what is to be printed of one file, a line each: faults, remarks, what was read."""
    for fault in checked.faults:
        yield str(fault)
    for remark in checked.remarks:
        yield f"{checked.file}:{remark.line}: remark: {remark.text}"
    for weakness in checked.weaknesses:
        yield from _weakness_lines(checked.file, weakness)
    if checked.is_rewritten:
        yield f"{checked.file}: put into canonical form"
    if checked.agreement is not None:
        counted = (
            f"{len(checked.agreement.articles)} articles, {len(checked.agreement.terms)} terms"
        )
        doubtful = f", {len(checked.unverified)} unverified" if checked.unverified else ""
        faults = f", {len(checked.faults)} to mend" if checked.faults else ""
        yield f"{checked.file}: {counted}{doubtful}{faults}"


def told_of(checked: Checked) -> dict[str, Any]:
    """Return what is to be told of one file to machines."""
    agreement = checked.agreement
    return {
        "file": checked.file,
        "is_clean": checked.is_clean,
        "faults": checked.faults,
        "remarks": checked.remarks,
        "weaknesses": checked.weaknesses,
        "articles": None if agreement is None else len(agreement.articles),
        "terms": None if agreement is None else len(agreement.terms),
        "unverified": checked.unverified,
        "is_rewritten": checked.is_rewritten,
    }


def _weakness_lines(file: str, weakness: Weakness) -> Iterator[str]:
    where = f"{weakness.article} ({weakness.term}): " if weakness.term else ""
    check = weakness.check
    yield f"{file}:{weakness.line}: {check.id}: {where}{weakness.told}"
    yield f"    {check.title}. {check.why}"
    borne = f" [{check.evidence}] {check.url}" if check.url else ""
    yield f"    precedent: {check.precedent}{borne}"
    yield f"    mend: {check.suggestion}"


def _examined(checked: Checked) -> Checked:
    if checked.agreement is None:
        return checked
    return msgspec.structs.replace(checked, weaknesses=lint(checked.agreement))


def _documents(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        shipped = SHIPPED / f"{path}.md"
        if path.is_dir():
            yield from sorted(path.rglob("*.md"))
        elif not path.suffix and not path.exists() and shipped.parent == SHIPPED:
            yield shipped if shipped.is_file() else _unknown(path)
        else:
            yield path


def _unknown(path: Path) -> Path:
    """Refuse what is neither a file nor the id of a shipped agreement."""
    known = [found.stem for found in SHIPPED.glob("*.md")]
    expected, hint = "a file, or the id of a shipped agreement", did_you_mean(str(path), known)
    raise OperatorError(Fault(expected=expected, got=repr(str(path)), hint=hint))


def _checked(path: Path, *, fix: bool) -> Checked:
    is_rewritten = fix and _rewritten(path)
    found = load_agreement(path)
    return Checked(
        file=str(path),
        agreement=found.agreement,
        faults=found.faults or _form(path),
        remarks=found.remarks,
        is_rewritten=is_rewritten,
    )


def _rewritten(path: Path) -> bool:
    text = read_text(path, Faults(str(path)))
    if text is None or path.read_bytes() == formatted(text).encode():
        return False
    path.write_bytes(formatted(text).encode())
    return True


def _form(path: Path) -> tuple[Fault, ...]:
    """Return the fault of a form that is not canonical, at the first line that departs from it."""
    faults = Faults(str(path))
    if read_text(path, faults) is None:
        return ()
    text = path.read_bytes().decode()
    canonical = formatted(text)
    if text != canonical:
        hint = "foedus check --fix puts the file into it"
        line = first_difference(text, canonical)
        faults.add(line, "", "the canonical form", "another order, blank or line end", hint)
    return faults.in_order
