# SPDX-License-Identifier: Apache-2.0
"""What a search for a failing yields: the term at fault, or the whole agreement, and what of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple, TypeVar

from foedus.terms.record import Agreement, Term
from foedus.terms.rules import ALL, AnyRule

R = TypeVar("R")
_NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]+)*$")


class Found(NamedTuple):
    """One place at which an agreement fails."""

    term: Term | None
    """None: what is at fault is what the agreement lacks."""
    told: str
    """What of it, in words."""


Search = Callable[[Agreement], Iterable[Found]]


def terms_of(agreement: Agreement, kind: type[R]) -> Iterator[tuple[Term, R]]:
    """Yield the terms of one kind of rule with the rule, in the order of the document."""
    for term in agreement.terms:
        if isinstance(term.rule, kind):
            yield term, term.rule


def term_names(term: Term) -> tuple[str, ...]:
    """Return by which names a condition may name a term: id, article, and the article's number."""
    number = _NUMBER.search(term.article)
    return (term.id, term.article, *([number[0]] if number else []))


def has(agreement: Agreement, *kinds: type[AnyRule]) -> bool:
    """Return whether an agreement has a term of any of these kinds."""
    return any(isinstance(term.rule, kinds) for term in agreement.terms)


def bearers(agreement: Agreement, rule: object) -> tuple[str, ...]:
    """Return the ids of those whom a rule binds, `all` written out."""
    named: tuple[str, ...] = getattr(rule, "bearer", ())
    return agreement.bound if ALL in named else named


def share_a_reading(one: Term, other: Term) -> bool:
    """Return whether two terms can hold under one reading."""
    mine, theirs = one.rule.readings, other.rule.readings
    return not mine or not theirs or bool(set(mine) & set(theirs))
