# SPDX-License-Identifier: Apache-2.0
"""A calendar file read and checked: YAML 1.2, one calendar each, every fault told at its line.

The keys are those that `docs/reference/deadlines.md` explains. A file is read to its end before
anything is raised. What a calendar means is left to `calendars`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from foedus.base.calendars import Calendar, House, Run
from foedus.base.nodes import plain_tree
from foedus.errors import DrafterError, Fault, did_you_mean

KEYS: Final = (
    "id",
    "title",
    "source",
    "evidence",
    "valid",
    "weekend",
    "holidays",
    "sitting",
    "sessions",
    "note",
)
EVIDENCE: Final = ("S", "P", "K", "?", "made")
WEEK: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


Keys = tuple[str | int, ...]


class Misfit(NamedTuple):
    """A fault whose line is not looked up yet: the path of keys to it, and what is wrong."""

    keys: Keys
    expected: str
    got: str
    hint: str = ""


def read_calendars(folder: Path | None = None) -> dict[str, Calendar]:
    """Return every calendar of a folder, or those that are shipped, by id.

    Raises `DrafterError` with all faults of all files.
    """
    place = folder or Path(str(files("foedus") / "library" / "calendars"))
    found: dict[str, Calendar] = {}
    faults: list[Fault] = []
    for path in sorted(place.glob("*.yaml")):
        try:
            calendar = read_calendar(path)
        except DrafterError as error:
            faults += error.faults
        else:
            found[calendar.id] = calendar
    if faults:
        raise DrafterError(*faults)
    return found


def read_calendar(path: Path) -> Calendar:
    """Return the calendar in a file; raises `DrafterError` with all of its faults."""
    text = _text(path)
    tree = plain_tree(text)
    if tree is None or any(_misfits(tree, path.stem)):
        tree = _tree(path, text)
    if misfits := list(_misfits(tree, path.stem)):
        faults = [_placed(path, tree, misfit) for misfit in misfits]
        raise DrafterError(*sorted(faults, key=lambda fault: (fault.line or 0, fault.column or "")))
    weekend = tree.get("weekend")
    return Calendar(
        id=tree["id"],
        title=tree["title"],
        source=tree["source"],
        evidence=tree["evidence"],
        valid_from=tree["valid"]["from"],
        valid_to=tree["valid"]["to"],
        weekend=None if weekend is None else tuple(WEEK.index(day) + 1 for day in weekend),
        holidays=_runs(tree.get("holidays", ())),
        houses=tuple(House(name, _runs(sits)) for name, sits in tree.get("sitting", {}).items()),
        sessions=_runs(tree.get("sessions", ())),
        note=tree.get("note", ""),
    )


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fault = Fault(file=str(path), expected="a file in UTF-8 that can be read", got=str(error))
        raise DrafterError(fault) from error


def _tree(path: Path, text: str) -> dict[str, Any]:
    """Return the keys and values of a text with their places, slower than without."""
    try:
        tree = YAML(typ="rt").load(text)
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        line = mark.line + 1 if mark else None
        got = str(error.problem) if isinstance(error, MarkedYAMLError) else str(error)
        raise DrafterError(
            Fault(file=str(path), line=line, expected="YAML 1.2", got=got)
        ) from error
    if not isinstance(tree, dict):
        raise DrafterError(Fault(file=str(path), line=1, expected="keys and values", got="none"))
    return tree


def _misfits(tree: Mapping[str, Any], stem: str) -> Iterator[Misfit]:
    for key in tree:
        if key not in KEYS:
            yield Misfit((key,), "a known key", repr(key), did_you_mean(str(key), KEYS))
    yield from _texts({"note": "", **tree})
    if tree.get("id", stem) != stem:
        yield Misfit(("id",), f"the name of the file, {stem!r}", repr(tree["id"]))
    if tree.get("evidence", "S") not in EVIDENCE:
        yield Misfit(("evidence",), "one of " + ", ".join(EVIDENCE), repr(tree["evidence"]))
    yield from _week(tree)
    yield from _valid(tree.get("valid"))
    yield from _lists(tree)


def _texts(tree: Mapping[str, Any]) -> Iterator[Misfit]:
    for key in ("id", "title", "source", "evidence", "note"):
        if not isinstance(tree.get(key), str):
            yield Misfit((key,), "a text", repr(tree.get(key)))


def _week(tree: Mapping[str, Any]) -> Iterator[Misfit]:
    weekend = tree.get("weekend", [])
    for position, day in enumerate(weekend if isinstance(weekend, list) else [weekend]):
        if day not in WEEK:
            hint = did_you_mean(str(day), WEEK)
            yield Misfit(("weekend", position), "a day of the week", repr(day), hint)
    if "holidays" in tree and "weekend" not in tree:
        yield Misfit(("holidays",), "a weekend with them, or weekend: []", "none")


def _valid(valid: object) -> Iterator[Misfit]:
    bounds = valid if isinstance(valid, dict) else {}
    first, last = bounds.get("from"), bounds.get("to")
    if not (isinstance(first, date) and isinstance(last, date)):
        got = repr(None if valid is None else str(dict(bounds) or valid))
        yield Misfit(("valid",), "from and to, the first and last day of which it speaks", got)
    elif first > last:
        got = f"{first} to {last}"
        yield Misfit(("valid",), "a first day that is not after the last", got)


def _lists(tree: Mapping[str, Any]) -> Iterator[Misfit]:
    """Yield the faults of holidays, sitting days and sessions: their form, order and bounds."""
    sitting = tree.get("sitting", {})
    if not isinstance(sitting, dict):
        yield Misfit(("sitting",), "a list of days for each house", repr(sitting))
        sitting = {}
    lists: list[tuple[Keys, object]] = [
        (("sitting", house), days) for house, days in sitting.items()
    ]
    lists += [((key,), tree[key]) for key in ("holidays", "sessions") if key in tree]
    for keys, days in lists:
        if not isinstance(days, list):
            yield Misfit(keys, "a list of days", repr(days))
            continue
        yield from _days(keys, days, tree.get("valid"))


def _days(keys: Keys, days: Sequence[object], valid: object) -> Iterator[Misfit]:
    last = date.min
    for position, written in enumerate(days):
        run = _run(written)
        place = (*keys, position)
        if run is None:
            hint = "such as 2026-01-12, or 2026-01-12 to 2026-01-15"
            yield Misfit(place, "a day, or a first and a last day", repr(str(written)), hint)
            continue
        if run.first <= last:
            yield Misfit(place, f"a day after {last}", str(run.first), "order them by date")
        last = run.last
        if not any(_valid(valid)) and not _lies_in(run, valid):
            yield Misfit(place, "days of which the calendar speaks", str(written), "see valid")


def _lies_in(run: Run, valid: Any) -> bool:
    return bool(valid["from"] <= run.first and run.last <= valid["to"])


def _runs(days: Sequence[object]) -> tuple[Run, ...]:
    return tuple(run for run in map(_run, days) if run is not None)


def _run(written: object) -> Run | None:
    """Return a day, or "first to last"; None if it is neither."""
    if isinstance(written, date):
        return Run(written, written) if _is_day(written) else None
    first, between, last = str(written).partition(" to ")
    try:
        run = Run(date.fromisoformat(first), date.fromisoformat(last if between else first))
    except ValueError:
        return None
    return run if run.first <= run.last else None


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _placed(path: Path, tree: Any, misfit: Misfit) -> Fault:
    return Fault(
        file=str(path),
        line=_line(tree, misfit.keys),
        column=".".join(str(key) for key in misfit.keys),
        expected=misfit.expected,
        got=misfit.got,
        hint=misfit.hint,
    )


def _line(tree: Any, keys: Sequence[str | int]) -> int:
    """Return the line of a key, or of the nearest thing around it that stands in the file."""
    line = 1
    for key in keys:
        if isinstance(tree, CommentedMap) and key in tree:
            line = tree.lc.key(key)[0] + 1
        elif isinstance(tree, CommentedSeq) and isinstance(key, int) and key < len(tree):
            line = tree.lc.item(key)[0] + 1
        else:
            return line
        tree = tree[key]
    return line
