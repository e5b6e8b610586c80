# SPDX-License-Identifier: Apache-2.0
"""The valuations that can make a condition other than no, as columns: what `candidates` searches.

Facts that must be there give their values to the variables that they name; what no fact constrains
takes every value of its domain. They may be too many to be listed: `TooManyError`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Final, NamedTuple

import numpy as np

from foedus.terms.conditions.coded import UNKNOWN, Coded, column_of
from foedus.terms.conditions.counts import matching
from foedus.terms.conditions.keys import keyed
from foedus.terms.conditions.kinds import KINDS
from foedus.terms.conditions.syntax import (
    And,
    Body,
    Condition,
    Exists,
    Facts,
    Once,
    Or,
    Pattern,
    Since,
    Tally,
    Variable,
)
from foedus.terms.conditions.variables import columns, needs_one, sorts
from foedus.terms.conditions.windows import Ints, gathered, listed

MOST: Final = 1 << 21
"""Valuations at most."""


class TooManyError(Exception):
    """More valuations, or pairs of one and a fact, than are listed; for `columnar` alone."""


class Valuations(NamedTuple):
    """Valuations: variable -> code of its value in each."""

    codes: dict[str, Ints]
    size: int

    def taken(self, at: Ints) -> Valuations:
        """Return some of them."""
        return Valuations({name: codes[at] for name, codes in self.codes.items()}, at.size)

    def crossed(self, name: str, values: Ints) -> Valuations:
        """Return each with each value of a variable, the values of one side by side."""
        size = self.size * values.size
        if size > MOST:
            raise TooManyError
        codes = {own: np.repeat(codes, values.size) for own, codes in self.codes.items()}
        return Valuations({**codes, name: np.tile(values, self.size)}, size)

    def distinct(self) -> Valuations:
        """Return each once; a value may be unknown."""
        known = {name: codes - UNKNOWN for name, codes in self.codes.items()}
        _, key = keyed(known, tuple(known), self.size)
        return self.taken(np.unique(key, return_index=True)[1])


def valuations(condition: Condition, record: Coded) -> Valuations:
    """Return the valuations of a condition, with a code for each of its columns."""
    search = _Search(sorts(condition), record)
    found = search.extended(condition.body) or Valuations({}, 1)
    return search.completed(found, columns(condition)).distinct()


class _Search:
    def __init__(self, sort_of: dict[str, str], record: Coded) -> None:
        self.sorts, self.record = sort_of, record

    def extended(self, body: Body) -> Valuations | None:
        """Return the valuations under which a condition on the past may hold; None: any."""
        match body:
            case Pattern():
                return self.by_facts(body)
            case Tally(counted=Facts(pattern=pattern, window=window)):
                is_past = window is None or window.direction == "before"
                return self.by_facts(pattern) if is_past and needs_one(body) else None
            case And(parts=parts):
                found = [one for one in map(self.extended, parts) if one is not None]
                return reduce(_joined, found) if found else None
            case Or(parts=parts):
                return self.by_any([self.extended(part) for part in parts])
            case Once(body=inner, window=window) if window.direction == "before":
                return self.extended(inner)
            case Since(right=right):
                return self.extended(right)
            case Exists(declared=declared, body=inner):
                return _without(self.extended(inner), declared.name)
        return None

    def by_facts(self, pattern: Pattern) -> Valuations:
        """Return what matching facts say; an unknown argument may be any value."""
        found = matching(pattern, self.record)
        codes = {
            role.argument.name: found.keys[KINDS[pattern.kind].roles[role.preposition]]
            for role in pattern.roles
            if isinstance(role.argument, Variable)
        }
        if pattern.fact is not None:
            codes[pattern.fact.name] = self.record.words("fact_id").code[found.row]
        whole = Valuations(codes, found.row.size).distinct()
        for name in codes:
            whole = self.valued(whole, name)
        return whole.distinct()

    def valued(self, whole: Valuations, name: str) -> Valuations:
        """Give an unknown argument each value of its domain."""
        unknown = whole.codes[name] == UNKNOWN
        if not unknown.any():
            return whole
        rest = whole.taken(np.flatnonzero(unknown))
        del rest.codes[name]
        filled = rest.crossed(name, self.domain(name))
        return _concatenated([whole.taken(np.flatnonzero(~unknown)), filled])

    def by_any(self, parts: Sequence[Valuations | None]) -> Valuations | None:
        """Return the valuations of any part, each with all of the variables of the others."""
        found = [part for part in parts if part is not None]
        if len(found) < len(parts):
            return None
        names = list(dict.fromkeys(name for part in found for name in part.codes))
        return _concatenated([self.completed(part, names) for part in found]).distinct()

    def completed(self, found: Valuations, names: Sequence[str]) -> Valuations:
        """Return valuations with every variable given each value that it may have."""
        for name in names:
            if name not in found.codes:
                found = found.crossed(name, self.domain(name))
        return found

    def domain(self, name: str) -> Ints:
        """Return the values that a variable may have."""
        return self.record.domain(column_of(self.sorts[name]))


def _without(found: Valuations | None, name: str) -> Valuations | None:
    """Return valuations without a variable that is bound inside."""
    if found is None or name not in found.codes:
        return found
    codes = {own: codes for own, codes in found.codes.items() if own != name}
    return Valuations(codes, found.size).distinct()


def _concatenated(parts: Sequence[Valuations]) -> Valuations:
    names = parts[0].codes
    codes = {name: np.concatenate([part.codes[name] for part in parts]) for name in names}
    return Valuations(codes, sum(part.size for part in parts))


def _joined(left: Valuations, right: Valuations) -> Valuations:
    """Return the valuations that agree with one of either side."""
    shared = [name for name in left.codes if name in right.codes]
    keys, key = keyed({n: left.codes[n] for n in shared}, shared, left.size)
    order, start = gathered(key, keys.number)
    asked = keys.of({n: right.codes[n] for n in shared}, right.size)
    begin = np.where(asked < 0, 0, start[np.maximum(asked, 0)])
    end = np.where(asked < 0, 0, start[np.maximum(asked, 0) + 1])
    if int((end - begin).sum()) > MOST:
        raise TooManyError
    at, other = listed(begin, end)
    codes = {name: codes[order[at]] for name, codes in left.codes.items()}
    codes |= {name: codes[other] for name, codes in right.codes.items() if name not in codes}
    return Valuations(codes, at.size)
