# SPDX-License-Identifier: Apache-2.0
"""Kinds of acts: who may do one, how many must sign, and what its payload holds.

A stage declares its kinds as a tuple of `Kind`; whoever appends gathers them into one table. The
payload's type is a frozen msgspec Struct: its fields are read one by one, so that all faults of a
payload are told at once. What an act does to a state is left to the stage's fold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Annotated, Any, Final, NamedTuple, get_type_hints

import msgspec

from foedus.errors import DrafterError, Fault, did_you_mean

MAX_PAYLOAD_BYTES: Final = 65_536
MAX_DEPTH: Final = 8
MAX_WHOLE: Final = 2**53 - 1
"""The greatest whole number that canonical JSON can carry."""

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]


class Kind(NamedTuple):
    """One kind of act."""

    name: str
    """Group and verb, such as `key.admit`."""
    roles: tuple[str, ...]
    """A key with any of them may sign; none means that the kind has rules of its own."""
    payload: type[msgspec.Struct]
    at_least: int = 1
    """How many different holders must sign; a log may ask for more when it is opened."""
    scope: str | None = None
    """The payload's field that names for whom it speaks, such as a state; a key may be bound so."""


class Note(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A remark that somebody puts on record."""

    text: Text
    source: Text | None = None
    """Where it is public, if it is."""


class Withdrawal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An act is taken back, and its effect with it; both stay on record."""

    act: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    reason: Text


NOTE: Final = Kind("record.note", ("recorder",), Note)
WITHDRAWAL: Final = Kind("act.withdraw", (), Withdrawal)
KINDS: Final = (NOTE, WITHDRAWAL)


def table(*groups: Iterable[Kind]) -> dict[str, Kind]:
    """Return all kinds by name; raises `DrafterError` where two stages use one name."""
    found: dict[str, Kind] = {}
    for kind in (kind for group in groups for kind in group):
        if kind.name in found:
            raise DrafterError(Fault(expected="one kind of this name", got=kind.name))
        found[kind.name] = kind
    return found


def payload_faults(payload: Mapping[str, Any], kind: str, kinds: Mapping[str, Kind]) -> list[Fault]:
    """Return every fault of a payload: its form first, then each field against its kind."""
    faults = list(form_faults(payload))
    if kind not in kinds:
        hint = did_you_mean(kind, kinds)
        return [*faults, Fault(column="kind", expected="a known kind", got=kind, hint=hint)]
    return faults + _field_faults(payload, kinds[kind].payload)


def read_payload(payload: Mapping[str, Any], kind: Kind) -> Any:
    """Return a payload that has no fault as the record of its kind."""
    return msgspec.convert(payload, kind.payload)


def _field_faults(payload: Mapping[str, Any], record: type[msgspec.Struct]) -> list[Fault]:
    """Read the record as a whole; only one that is at fault is read again, field by field."""
    known, required = _fields(record)
    whole = _whole(payload, record)
    if not whole and payload.keys() <= known.keys():
        return []
    faults = [
        _fault(name, "a field of this kind", name, did_you_mean(name, known))
        for name in payload
        if name not in known
    ]
    faults += [_fault(name, "the field", "nothing") for name in required if name not in payload]
    for name, hint in known.items():
        if name in payload:
            faults += _converted(name, payload[name], hint)
    return faults or whole


@cache
def _fields(record: type[msgspec.Struct]) -> tuple[dict[str, Any], list[str]]:
    """The fields of a record as they are written, with their types; and which must be there."""
    hints = get_type_hints(record, include_extras=True)
    fields = msgspec.structs.fields(record)
    known = {field.encode_name: hints[field.name] for field in fields}
    return known, [field.encode_name for field in fields if field.required]


def _converted(name: str, value: Any, hint: Any) -> list[Fault]:
    try:
        msgspec.convert(value, hint)
    except (msgspec.ValidationError, DrafterError) as error:
        hint = 'a list is written as JSON: ["one", "two"]' if "`array`" in str(error) else ""
        return [_fault(name, _plain(error), _short(value), hint)]
    return []


def _plain(error: Exception) -> str:
    """Return what was expected, in the words of JSON: an error begins with "Expected"."""
    return str(error).removeprefix("Expected ").partition(", got")[0].replace("`", "")


def _whole(payload: Mapping[str, Any], record: type[msgspec.Struct]) -> list[Fault]:
    """What only the record as a whole can refuse, in its `__post_init__`."""
    try:
        msgspec.convert(payload, record)
    except msgspec.ValidationError as error:
        return [Fault(column="payload", expected=str(error), got=_short(dict(payload)))]
    except DrafterError as error:
        return list(error.faults)
    return []


def form_faults(payload: Mapping[str, Any]) -> Iterable[Fault]:
    """Yield what canonical JSON of any language could not carry: see the module's docstring."""
    if not payload:
        yield Fault(column="payload", expected="at least one field", got="none")
    for name, value in payload.items():
        yield from _value_faults(name, name, 0)
        yield from _value_faults(name, value, 1)
        if not name.isascii():
            yield _fault(name, "a name in ASCII", repr(name))


def _value_faults(name: str, value: Any, depth: int) -> Iterable[Fault]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    expected = _expected(value)
    if depth > MAX_DEPTH:
        yield _fault(name, f"at most {MAX_DEPTH} levels", "more")
    elif expected:
        yield _fault(name, expected, _short(value))
    else:
        for item in inner:
            yield from _value_faults(name, item, depth + 1)


def _expected(value: Any) -> str:
    """What was expected in place of a value; nothing where it may stand."""
    if isinstance(value, str):
        is_unicode = value.isascii() or not any("\ud800" <= x <= "\udfff" for x in value)
        return "" if is_unicode else "text in Unicode"
    if isinstance(value, dict):
        is_plain = all(isinstance(key, str) and key.isascii() for key in value)
        return "" if is_plain else "names in ASCII"
    if isinstance(value, int):
        return "" if abs(value) <= MAX_WHOLE else f"a whole number up to {MAX_WHOLE}"
    is_list = isinstance(value, list)
    return "" if is_list else "text, a whole number, true, false, a list or an object"


def _fault(name: str, expected: str, got: str, hint: str = "") -> Fault:
    return Fault(column=f"payload.{name}", expected=expected, got=got, hint=hint)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:79] + "…"
