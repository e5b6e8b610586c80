# SPDX-License-Identifier: Apache-2.0
"""A file of settlements read and checked: YAML 1.2, every fault told at its line.

The keys are those that `docs/reference/lines.md` explains. The file is read to its end before
anything is raised. What the statements mean for a day is left to `settlements`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from foedus.base.nodes import plain_tree
from foedus.base.places import E7, Place
from foedus.errors import DrafterError, Fault, did_you_mean
from foedus.terms.faults import Faults
from foedus.terms.settlements import Ledger, Move, Settlement, Side, Statement

EVIDENCE: Final = ("S", "P", "K")
LINK: Final = "http"
Check = tuple[str, Any]
"""What is expected of a value, and whether it is so."""


def read_line(name: str) -> Ledger:
    """Return a shipped file of settlements by its id, such as `donbas`.

    Raises `DrafterError` where there is none of that id, or with all of its faults.
    """
    folder = Path(str(files("foedus") / "library" / "lines"))
    known = [path.stem for path in folder.glob("*.yaml")]
    if name not in known:
        hint = did_you_mean(name, known)
        raise DrafterError(Fault(expected="the id of a shipped line", got=repr(name), hint=hint))
    return read_settlements(folder / f"{name}.yaml")


def read_settlements(path: Path) -> Ledger:
    """Return the settlements in a file; raises `DrafterError` with all of its faults."""
    text = _text(path)
    tree = plain_tree(text)
    if tree is None or _faults(path, tree).found:
        tree = _tree(path, text)
    if faults := _faults(path, tree).in_order:
        raise DrafterError(*faults)
    return Ledger(
        str(path),
        tree["title"],
        tuple(_settlement(row) for row in tree["settlements"]),
        tuple(_move(row) for row in tree["moves"]),
        tuple(str(row["name"]) for row in tree["unverified"]),
    )


def _faults(path: Path, tree: Any) -> Faults:
    """Return all that is wrong with a file's keys and values; only marked ones have their lines."""
    faults = Faults(str(path))
    _check(faults, tree, _TOP, "")
    settlements, moves, unverified = (_rows(faults, tree, key) for key in _LISTS)
    for number, row in enumerate(settlements):
        _settlement_faults(faults, row, f"settlements.{number}")
    for number, row in enumerate(moves):
        _check(faults, row, _MOVE, f"moves.{number}")
        if "circle" in row:
            _check(faults, _part(row, "circle"), _CIRCLE, f"moves.{number}.circle")
    for number, row in enumerate(unverified):
        _check(faults, row, _UNVERIFIED, f"unverified.{number}")
    _repeats(faults, settlements)
    return faults


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        expected = "a file in UTF-8 that can be read"
        raise DrafterError(Fault(file=str(path), expected=expected, got=str(error))) from error


def _tree(path: Path, text: str) -> Any:
    """Return the keys and values of a text with their places, slower than without."""
    try:
        tree = YAML(typ="rt").load(text)
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        got = str(error.problem) if isinstance(error, MarkedYAMLError) else str(error)
        line = mark.line + 1 if mark else None
        fault = Fault(file=str(path), line=line, expected="YAML 1.2", got=got)
        raise DrafterError(fault) from error
    if not isinstance(tree, CommentedMap):
        got = type(tree).__name__
        raise DrafterError(Fault(file=str(path), line=1, expected="keys and values", got=got))
    return tree


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _is_number(least: float, most: float) -> Any:
    def holds(value: object) -> bool:
        return (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and least <= value <= most
        )

    return holds


def _one_of(*words: str) -> Check:
    return "one of " + ", ".join(words), lambda value: value in words


_TEXT: Final[Check] = ("a text", _is_text)
_DAY: Final[Check] = ("a day such as 2015-02-18, without quotes", _is_day)
_LINK: Final[Check] = ("an address", lambda value: _is_text(value) and value.startswith(LINK))
_SIDE: Final = _one_of(*(side.value for side in Side))
_PLACE: Final[dict[str, Check]] = {
    "latitude": ("-89 to 89 degrees", _is_number(-89, 89)),
    "longitude": ("-180 to 180 degrees", _is_number(-180, 180)),
}
_METRES: Final[Check] = ("metres above zero", _is_number(1, 1_000_000))
_LIST: Final[Check] = ("a list", lambda value: isinstance(value, list))
_MAP: Final[Check] = ("keys and values", lambda value: isinstance(value, dict))
_LISTS: Final = ("settlements", "moves", "unverified")
# A key that may be left out ends in a question mark here.
_TOP: Final[dict[str, Check]] = {
    "id": _TEXT,
    "title": _TEXT,
    "licence": _TEXT,
    "sources": _LIST,
    "sides": _MAP,
    "moves": _LIST,
    "settlements": _LIST,
    "unverified": _LIST,
}
_SETTLEMENT: Final[dict[str, Check]] = {
    "name": _TEXT,
    "name_uk": _TEXT,
    "point": _MAP,
    "point_from": _TEXT,
    "stated": _LIST,
    "note?": _TEXT,
}
_POINT: Final = {**_PLACE, "radius_m": _METRES, "evidence": _one_of(*EVIDENCE)}
# General knowledge is no statement: such a row belongs under `unverified`.
_STATEMENT: Final = {
    "on": _DAY,
    "side": _SIDE,
    "evidence": _one_of("S", "P"),
    "source": _LINK,
}
_MOVE: Final = {
    "on": _DAY,
    "why": _TEXT,
    "source": _LINK,
    "evidence": _one_of(*EVIDENCE),
    "circle?": _MAP,
}
_CIRCLE: Final = {**_PLACE, "radius_m": _METRES}
_UNVERIFIED: Final = {"name": _TEXT, "side": _SIDE}


def _check(faults: Faults, row: Any, checks: Mapping[str, Check], at: str) -> None:
    """Keep a fault for each key that is missing, unknown, or not what it should be."""
    known = {key.rstrip("?"): key for key in checks}
    for key in row:
        place = f"{at}.{key}".strip(".")
        if key not in known:
            hint = did_you_mean(str(key), known)
            faults.add(_line(row, key), place, "a known key", repr(key), hint)
            continue
        expected, holds = checks[known[key]]
        if not holds(row[key]):
            faults.add(_line(row, key), place, expected, repr(row[key]))
    for key, written in known.items():
        if key not in row and not written.endswith("?"):
            faults.add(_line(row, None), f"{at}.{key}".strip("."), checks[written][0], "nothing")


def _line(row: Any, key: str | None) -> int:
    if not isinstance(row, CommentedMap):
        return 1
    return int(row.lc.key(key)[0] if key is not None else row.lc.line) + 1


def _rows(faults: Faults, row: Any, key: str, at: str = "") -> list[Any]:
    """Return the entries of a list that have keys; the others are faults."""
    entries = row.get(key)
    if not isinstance(entries, list):
        return []
    found = []
    for number, entry in enumerate(entries):
        if isinstance(entry, dict):
            found.append(entry)
        else:
            line = entries.lc.item(number)[0] + 1 if isinstance(entries, CommentedSeq) else 1
            place = f"{at}.{key}.{number}".strip(".")
            faults.add(line, place, "keys and values", repr(entry))
    return found


def _part(row: Any, key: str) -> Any:
    part = row.get(key)
    return part if isinstance(part, dict) else {}


def _settlement_faults(faults: Faults, row: Any, at: str) -> None:
    _check(faults, row, _SETTLEMENT, at)
    if point := _part(row, "point"):
        _check(faults, point, _POINT, f"{at}.point")
    stated = _rows(faults, row, "stated", at)
    for number, statement in enumerate(stated):
        _check(faults, statement, _STATEMENT, f"{at}.stated.{number}")
    if isinstance(row.get("stated"), list) and not row["stated"]:
        hint = "a place of which nothing is stated belongs under unverified"
        faults.add(_line(row, "stated"), f"{at}.stated", "a statement", "none", hint)
    for earlier, later in _out_of_order(stated):
        line = _line(later, "on")
        faults.add(line, f"{at}.stated", f"{earlier} or later", str(later["on"]), "order by day")


def _out_of_order(stated: list[Any]) -> Iterator[tuple[date, Any]]:
    dated = [item for item in stated if _is_day(item.get("on"))]
    for earlier, later in pairwise(dated):
        if later["on"] < earlier["on"]:
            yield earlier["on"], later


def _repeats(faults: Faults, settlements: list[Any]) -> None:
    """A settlement stands once: what is stated of it is one list."""
    seen: dict[str, int] = {}
    for number, row in enumerate(settlements):
        if (name := row.get("name")) is None:
            continue
        if name in seen:
            expected = f"another name than that of line {seen[name]}"
            faults.add(_line(row, "name"), f"settlements.{number}.name", expected, repr(name))
        seen.setdefault(name, _line(row, "name"))


def _place(row: Any) -> Place:
    return Place(
        latitude_e7=round(row["latitude"] * E7),
        longitude_e7=round(row["longitude"] * E7),
        radius_m=int(row["radius_m"]),
    )


def _settlement(row: Any) -> Settlement:
    stated = tuple(
        Statement(item["on"], Side(item["side"]), item["evidence"], item["source"])
        for item in row["stated"]
    )
    place = _place(row["point"])
    return Settlement(row["name"], row["name_uk"], place, row["point"]["evidence"], stated)


def _move(row: Any) -> Move:
    if "circle" not in row:
        return Move(row["on"], None, 0.0)
    place = _place(row["circle"])
    return Move(row["on"], place, float(place.radius_m or 0))
