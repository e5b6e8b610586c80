# SPDX-License-Identifier: Apache-2.0
"""Whether those whom a term binds took part, and who is claimed to have acted: only what is named.

A party that a source claims to have acted decides alone. Else the parties that are named as
involved are all that is known: who fought, not who began. Two or more who are all bound make it
sure that one who is bound acted; one alone does not, since the other is not named. A weapon that
stands somewhere has one holder, so that one party is enough. Nobody named is possible.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from foedus.base.evidence import Answer
from foedus.terms.record import Agreement
from foedus.terms.rules import ALL


class Named(NamedTuple):
    """The parties that the sources of an incident name."""

    actor: str | None
    """Who is claimed to have acted, if undisputed."""
    parties: tuple[str, ...]
    """Who is named as involved."""


def bound(bearer: Iterable[str], agreement: Agreement) -> frozenset[str]:
    """Return the ids of those whom a term binds, `all` being whom the agreement binds."""
    ids = set(bearer)
    return frozenset((ids - {ALL}) | set(agreement.bound) if ALL in ids else ids)


def bearer_answer(
    named: Named,
    bearers: frozenset[str],
    stands_for: Mapping[str, tuple[str, ...]],
    *,
    is_state: bool = False,
) -> Answer:
    """Return whether somebody whom the term binds acted, as far as sources name anybody."""
    if named.actor is not None:
        return _binds(named.actor, bearers, stands_for)
    answers = [_binds(party, bearers, stands_for) for party in set(named.parties)]
    if not answers:
        return Answer.POSSIBLE
    if max(answers, key=_rank) is Answer.NO:
        return Answer.NO
    enough = len(answers) >= (1 if is_state else 2)
    all_bound = all(answer is Answer.SURE for answer in answers)
    return Answer.SURE if all_bound and enough else Answer.POSSIBLE


def exempt_bearer(
    named: Named, bearers: frozenset[str], stands_for: Mapping[str, tuple[str, ...]]
) -> Answer:
    """Return whether an incident is by somebody whom an exemption serves; who is not named is not.

    Nobody named is possible; a party that is named beside others who may have acted is possible.
    """
    if named.actor is not None:
        return _binds(named.actor, bearers, stands_for)
    answers = {_binds(party, bearers, stands_for) for party in named.parties}
    if not answers:
        return Answer.POSSIBLE
    return Answer.NO if answers == {Answer.NO} else Answer.POSSIBLE


def _binds(
    party: str, bearers: frozenset[str], stands_for: Mapping[str, tuple[str, ...]]
) -> Answer:
    meant = set(stands_for.get(party, (party,)))
    if meant and meant <= bearers:
        return Answer.SURE
    return Answer.POSSIBLE if meant & bearers else Answer.NO


def _rank(answer: Answer) -> int:
    return (Answer.NO, Answer.POSSIBLE, Answer.SURE).index(answer)
