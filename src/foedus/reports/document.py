# SPDX-License-Identifier: Apache-2.0
"""One TOML document read into a record, with every fault told at its line.

`read_document` follows the type hints of the record: unknown keys, missing keys and wrong types are
gathered over the whole document before anything is raised. TOML 1.0 itself is left to `tomllib`,
what the values mean to the caller, who finds the line of a key with `Document.line`.
"""

from __future__ import annotations

import re
import tomllib
import types
from collections.abc import Iterator
from pathlib import Path
from typing import (
    Annotated,
    Any,
    Generic,
    Literal,
    NamedTuple,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import msgspec

from foedus.errors import DrafterError, Fault, did_you_mean

R = TypeVar("R", bound=msgspec.Struct)
Path_ = tuple[str, ...]

_TABLE = re.compile(r"^\s*(\[\[?)\s*([^\[\]#]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(
    r"""^\s*((?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*[\w"'-]+)*)\s*="""
)
_NAMES = {str: "a text", int: "an integer", float: "a number", bool: "true or false"}


class Document(NamedTuple, Generic[R]):
    """A record, the file it came from, and the line at which each of its keys stands."""

    record: R
    file: str
    lines: dict[Path_, int]

    def line(self, *key: str) -> int | None:
        """Return the line of `key`, or of the nearest table around it."""
        return _line(self.lines, key)


def read_document(path: Path, record: type[R]) -> Document[R]:
    """Read a TOML file as one `record`; raises `DrafterError` with all faults of its form."""
    text = _text(path)
    lines = _key_lines(text)
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        fault = Fault(file=str(path), line=line, expected="TOML 1.0", got=str(error))
        raise DrafterError(fault) from error
    faults = [
        Fault(
            file=str(path),
            line=_line(lines, key),
            column=".".join(key) or None,
            expected=expected,
            got=got,
            hint=hint,
        )
        for key, expected, got, hint in _misfits(tree, record, ())
    ]
    if faults:
        raise DrafterError(*sorted(faults, key=lambda fault: (fault.line or 0, fault.column or "")))
    return Document(msgspec.convert(tree, record), str(path), lines)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise DrafterError(
            Fault(file=str(path), expected="a file that can be read", got=error.strerror or "none")
        ) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        got = f"byte {error.object[error.start]:#04x}"
        raise DrafterError(Fault(file=str(path), line=line, expected="UTF-8", got=got)) from error


def _key_lines(text: str) -> dict[Path_, int]:
    """Map each key's path to its line; the entries of an array of tables count from 0."""
    lines: dict[Path_, int] = {}
    counts: dict[Path_, int] = {}
    table: Path_ = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if head := _TABLE.match(line):
            table = _parts(head[2])
            if head[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, str(counts[table]))
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            lines.setdefault((*table, *_parts(key[1])), number)
    return lines


def _parts(dotted: str) -> Path_:
    pieces = re.findall(r'"((?:[^"\\]|\\.)*)"|\'([^\']*)\'|([\w-]+)', dotted)
    return tuple(a or b or c for a, b, c in pieces)


def _line(lines: dict[Path_, int], key: Path_) -> int | None:
    while key and key not in lines:
        key = key[:-1]
    return lines.get(key, 1 if lines else None)


Misfit = tuple[Path_, str, str, str]


def _misfits(value: Any, hint: Any, key: Path_) -> Iterator[Misfit]:
    """Yield where `value` does not fit the type `hint`: key, expected, got, hint."""
    if get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        (hint,) = (arg for arg in args if arg is not type(None))
        yield from _misfits(value, hint, key)
    elif isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield from _table_misfits(value, hint, key)
    elif origin is Literal:
        if value not in args:
            yield (
                key,
                "one of " + ", ".join(map(str, args)),
                repr(value),
                did_you_mean(str(value), map(str, args)),
            )
    elif origin is dict:
        yield from _entries(value, dict, "a table", args[1], key)
    elif origin is tuple or origin is list:
        yield from _entries(value, list, "a list", args[0], key)
    elif not _is(value, hint):
        yield key, _NAMES.get(hint, str(hint)), repr(value), ""


def _table_misfits(value: Any, record: type[msgspec.Struct], key: Path_) -> Iterator[Misfit]:
    if not isinstance(value, dict):
        yield key, "a table", repr(value), ""
        return
    hints = get_type_hints(record, include_extras=True)
    for name in value.keys() - hints.keys():
        yield (*key, name), "a known key", repr(name), did_you_mean(name, hints)
    for field in msgspec.structs.fields(record):
        if field.name in value:
            yield from _misfits(value[field.name], hints[field.name], (*key, field.name))
        elif field.required:
            yield (*key, field.name), f"the key {field.name!r}", "nothing", ""


def _entries(value: Any, kind: type[Any], name: str, hint: Any, key: Path_) -> Iterator[Misfit]:
    if not isinstance(value, kind):
        yield key, name, repr(value), ""
        return
    pairs = list(value.items() if isinstance(value, dict) else enumerate(value))
    for part, item in pairs:
        yield from _misfits(item, hint, (*key, str(part)))


def _is(value: Any, kind: type) -> bool:
    if kind is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
