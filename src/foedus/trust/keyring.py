# SPDX-License-Identifier: Apache-2.0
"""Whose key may sign what, from when to when: a fold over the acts that admit and revoke keys.

The first act of a log opens it: it names the registrars and how many of them must sign to admit or
revoke a key. A key that is rotated hands its roles to the next one and ends. What a revoked key
signed before stays: the day since when it is not to be trusted is the revocation's `on`, and
whoever relied on an act of that time has to look again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Self

import msgspec
from msgspec.structs import replace

from foedus.base.moments import Moment
from foedus.errors import DrafterError, Fault
from foedus.trust.folding import Entry
from foedus.trust.kinds import Kind, Text, read_payload
from foedus.trust.signatures import SCHEME
from foedus.trust.times import held

REGISTRAR: Final = "registrar"
KeyName = Annotated[str, msgspec.Meta(pattern=f"^{SCHEME}[0-9a-f]{{64}}$")]
Word = Annotated[str, msgspec.Meta(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Spoken = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$", max_length=64)]
"""For whom a key may speak, such as a state by its code."""
Number = Annotated[int, msgspec.Meta(ge=1, le=64)]


class Holder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key and whose it is."""

    key: KeyName
    holder: Text


class Opening(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A log begins: what it is called, which key signs its checkpoints, who admits keys."""

    origin: Text
    """The name of the log in its checkpoints (C2SP tlog-checkpoint)."""
    checkpoint_key: KeyName
    registrars: list[Holder]
    registrars_needed: Number
    """How many different registrars must sign to admit, revoke or rotate a key."""
    at_least: dict[str, Number] = {}
    """Kind of act -> how many different holders must sign it in this log."""

    def __post_init__(self) -> None:
        holders = {item.holder for item in self.registrars}
        if len(holders) < self.registrars_needed:
            got = f"{len(holders)} holders for {self.registrars_needed}"
            raise DrafterError(
                Fault(column="payload.registrars", expected="enough registrars", got=got)
            )


class Admission(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key is admitted: whose it is and what it may sign."""

    key: KeyName
    holder: Text
    roles: Annotated[list[Word], msgspec.Meta(min_length=1)]
    scope: list[Spoken] = []
    """For whom it may speak, such as a state; for anybody where none is named."""
    valid_from: str | None = None
    """A day or an instant; from when the act is known where none is given."""
    valid_to: str | None = None
    """The first moment at which it is not valid any more."""


class Revocation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key is not to be trusted any more."""

    key: KeyName
    reason: Text


class Rotation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key is replaced by another of the same holder; both sign."""

    key: KeyName
    """The one that ends."""
    next_key: KeyName


OPEN: Final = Kind("log.open", (), Opening)
ADMIT: Final = Kind("key.admit", (REGISTRAR,), Admission)
REVOKE: Final = Kind("key.revoke", (REGISTRAR,), Revocation)
ROTATE: Final = Kind("key.rotate", (), Rotation)
KINDS: Final = (OPEN, ADMIT, REVOKE, ROTATE)
_BY_NAME: Final = {kind.name: kind for kind in KINDS}


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """What a log knows of a key."""

    key: str
    holder: str
    roles: tuple[str, ...]
    scope: tuple[str, ...] = ()
    from_us: int
    to_us: int | None = None
    """When its validity ends, by its admission or since it was rotated."""
    revoked_us: int | None = None
    """When the record knew that it is revoked."""
    doubtful_us: int | None = None
    """Since when it is not to be trusted, as the revocation says; never after `revoked_us`."""
    admitted_at: int
    """Index of the act that admitted it."""


class Keyring(msgspec.Struct, frozen=True, kw_only=True):
    """The keys of a log and its own rules, after some prefix of it."""

    keys: Mapping[str, Key] = {}
    opening: Opening | None = None

    def after(self, entry: Entry) -> Self:
        """Return the keyring after one more act; acts of other kinds change nothing."""
        if entry.kind not in _BY_NAME or entry.payload is None:
            return self
        said = read_payload(entry.payload, _BY_NAME[entry.kind])
        if isinstance(said, Opening):
            return replace(self, opening=said, keys=_registrars(said, entry))
        return replace(self, keys={**self.keys, **self._changed(said, entry)})

    def _changed(self, said: Admission | Revocation | Rotation, entry: Entry) -> dict[str, Key]:
        if isinstance(said, Admission):
            return {said.key: _admitted(said, entry)}
        before = self.keys[said.key]
        if isinstance(said, Revocation):
            since_us = min(entry.on_from_us, entry.known_us)
            return {said.key: replace(before, revoked_us=entry.known_us, doubtful_us=since_us)}
        fresh = replace(before, key=said.next_key, from_us=entry.known_us, admitted_at=entry.index)
        return {said.key: replace(before, to_us=entry.known_us), said.next_key: fresh}


def _registrars(opening: Opening, entry: Entry) -> dict[str, Key]:
    return {
        item.key: Key(
            key=item.key,
            holder=item.holder,
            roles=(REGISTRAR,),
            from_us=entry.known_us,
            admitted_at=entry.index,
        )
        for item in opening.registrars
    }


def _admitted(said: Admission, entry: Entry) -> Key:
    start, end = (_first_us(text) for text in (said.valid_from, said.valid_to))
    return Key(
        key=said.key,
        holder=said.holder,
        roles=tuple(said.roles),
        scope=tuple(said.scope),
        from_us=entry.known_us if start is None else start,
        to_us=end,
        admitted_at=entry.index,
    )


def _first_us(text: str | None) -> int | None:
    found = None if text is None else held(text, "UTC")
    return found.from_us if isinstance(found, Moment) else None


def validity_faults(said: Admission) -> list[Fault]:
    """Return what is wrong with the times of an admission."""
    texts = {"valid_from": said.valid_from, "valid_to": said.valid_to}
    times = {name: held(text, "UTC") for name, text in texts.items() if text is not None}
    faults = [
        replace(found, column=f"payload.{name}")
        for name, found in times.items()
        if isinstance(found, Fault)
    ]
    start, end = _first_us(said.valid_from), _first_us(said.valid_to)
    if start is not None and end is not None and end <= start:
        got = f"{said.valid_from} to {said.valid_to}"
        faults.append(Fault(column="payload.valid_to", expected="an end after the start", got=got))
    return faults


def signer_faults(key: Key | None, name: str, kind: Kind, at_us: int) -> list[Fault]:
    """Return why a key may not sign an act of a kind at a moment; nothing where it may."""
    if key is None:
        return [
            _refused("a key that this log has admitted", name, "a registrar admits it: key.admit")
        ]
    who = f"{key.holder} ({short(name)})"
    faults = []
    if key.revoked_us is not None and key.revoked_us <= at_us:
        faults.append(_refused("a key that is not revoked", who))
    if at_us < key.from_us:
        faults.append(_refused("a key that is already valid", who))
    if key.to_us is not None and at_us >= key.to_us:
        faults.append(_refused("a key that is still valid", who, "it has ended or was rotated"))
    if kind.roles and not set(kind.roles) & set(key.roles):
        got = f"{who} with {', '.join(key.roles)}"
        faults.append(_refused(f"a key with the role {' or '.join(kind.roles)}", got))
    return faults


def _refused(expected: str, got: str, hint: str = "") -> Fault:
    return Fault(column="signatures", expected=expected, got=got, hint=hint)


def short(key: str) -> str:
    """Return a key's name as people compare it: scheme and the first 16 digits."""
    return key[: len(SCHEME) + 16] + "…"
