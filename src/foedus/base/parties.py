# SPDX-License-Identifier: Apache-2.0
"""Who takes part: parties with names in several scripts, ids by assigner, sides and parts.

`Parties` holds them in the order in which they were declared; sides stand in the order in which a
party first names them, so that no table has to rank them. A name or an outside id that nobody has
answers None: unknown is not an error. What a side may do, or who answers for whom, is left to the
terms and the cases. What is wrong with a declaration is told by `party_faults`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import msgspec

from foedus.errors import DrafterError, Fault, did_you_mean


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """One party to a conflict, or a part of one."""

    id: str
    names: dict[str, str]
    """Language (BCP 47) -> name."""
    side: str
    part_of: str | None = None
    """Id of the party of which it is a part."""
    ids: dict[str, str] = {}
    """Assigner -> id there, such as ucdp -> 61."""

    def name(self, language: str) -> str:
        """Return its name in `language`, else the first that was declared, else its id."""
        return self.names.get(language) or next(iter(self.names.values()), self.id)


@dataclass(frozen=True)
class Parties:
    """The parties of a mission, in the order in which they were declared."""

    parties: tuple[Party, ...] = ()

    def __iter__(self) -> Iterator[Party]:
        return iter(self.parties)

    def __len__(self) -> int:
        return len(self.parties)

    def __contains__(self, party_id: object) -> bool:
        return party_id in self._by_id

    def __getitem__(self, party_id: str) -> Party:
        """Return the party with that id; raises `DrafterError` with the nearest id as a hint."""
        found = self._by_id.get(party_id)
        if found is None:
            hint = did_you_mean(party_id, self._by_id)
            raise DrafterError(Fault(expected="a party's id", got=repr(party_id), hint=hint))
        return found

    @property
    def sides(self) -> tuple[str, ...]:
        """The sides, each once, in the order in which a party first names them."""
        return tuple(dict.fromkeys(party.side for party in self.parties))

    def on_side(self, side: str) -> tuple[Party, ...]:
        """Return the parties that stand on `side`, in declared order."""
        return tuple(party for party in self.parties if party.side == side)

    def assigned(self, assigner: str, outside_id: str) -> Party | None:
        """Return the party that `assigner` calls `outside_id`, or None."""
        return self._by_assigned.get((assigner, outside_id))

    def named(self, name: str) -> Party | None:
        """Return the one party with that name in any language, whatever its case; else None."""
        found = self._by_name.get(folded(name), ())
        return found[0] if len(found) == 1 else None

    def ancestors(self, party_id: str) -> tuple[Party, ...]:
        """Return the parties of which it is a part, the nearest first; a circle is walked once."""
        chain: list[Party] = []
        above = self[party_id].part_of
        while above is not None and above != party_id and above not in {p.id for p in chain}:
            chain.append(self[above])
            above = chain[-1].part_of
        return tuple(chain)

    def descendants(self, party_id: str) -> tuple[Party, ...]:
        """Return the parties that are parts of it, at any depth, in declared order."""
        whole = self[party_id]
        return tuple(
            party
            for party in self.parties
            if party.id != party_id and whole in self.ancestors(party.id)
        )

    @cached_property
    def _by_id(self) -> dict[str, Party]:
        return {party.id: party for party in reversed(self.parties)}

    @cached_property
    def _by_assigned(self) -> dict[tuple[str, str], Party]:
        return {pair: party for party in reversed(self.parties) for pair in party.ids.items()}

    @cached_property
    def _by_name(self) -> dict[str, tuple[Party, ...]]:
        found: dict[str, tuple[Party, ...]] = {}
        for party in self.parties:
            for name in dict.fromkeys(folded(name) for name in party.names.values()):
                found[name] = (*found.get(name, ()), party)
        return found


def folded(name: str) -> str:
    """Return `name` as names are compared: NFKC, case-folded, runs of white space as one space."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def party_faults(parties: Parties, sides: Iterable[str] | None = None) -> tuple[Fault, ...]:
    """Return every fault of a declaration; with `sides`, a side that is not among them is one.

    Faults: an id, an outside id or a name that two parties share; a party without a side or name;
    a `part_of` that no party has; a party that is a part of itself, however far round.
    """
    known = None if sides is None else tuple(sides)
    faults: list[Fault] = []
    for position, party in enumerate(parties.parties):
        before = Parties(parties.parties[:position])
        faults += _shared(party, before)
        faults += _side(party, known)
        faults += _whole(party, parties)
        if not party.names:
            faults.append(_fault(party, "names", "a name in one language or more", "none"))
    return tuple(faults)


def _shared(party: Party, before: Parties) -> Iterator[Fault]:
    if party.id in before:
        yield _fault(party, "id", "an id of its own", f"{party.id!r} again")
    for assigner, outside in party.ids.items():
        other = before.assigned(assigner, outside)
        if other is not None:
            got = f"{outside!r}, which {other.id!r} has"
            yield _fault(party, f"ids.{assigner}", "an id of its own there", got)
    for language, name in party.names.items():
        other = before.named(name)
        if other is not None:
            got = f"{name!r}, which {other.id!r} has"
            yield _fault(party, f"names.{language}", "a name of its own", got)


def _side(party: Party, known: tuple[str, ...] | None) -> Iterator[Fault]:
    if not party.side:
        yield _fault(party, "side", "the name of a side", "nothing")
    elif known is not None and party.side not in known:
        hint = did_you_mean(party.side, known)
        yield _fault(party, "side", "one of the sides", repr(party.side), hint)


def _whole(party: Party, parties: Parties) -> Iterator[Fault]:
    seen, above = [party.id], party.part_of
    while above is not None and above in parties and above not in seen:
        seen.append(above)
        above = parties[above].part_of
    if above == party.id:
        got = " -> ".join((*seen, party.id))
        yield _fault(party, "part_of", "a whole that is not a part of its part", got)
    elif party.part_of is not None and party.part_of not in parties:
        hint = did_you_mean(party.part_of, (item.id for item in parties))
        yield _fault(party, "part_of", "a party's id", repr(party.part_of), hint)


def _fault(party: Party, field: str, expected: str, got: str, hint: str = "") -> Fault:
    return Fault(column=f"party {party.id}.{field}", expected=expected, got=got, hint=hint)
