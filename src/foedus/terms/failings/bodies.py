# SPDX-License-Identifier: Apache-2.0
"""Failings of who watches, finds and is bound: nobody, only with consent, in no stated capacity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from foedus.terms.failings.found import Found, bearers, has, terms_of
from foedus.terms.record import Agreement
from foedus.terms.rules import (
    NOT_STATED,
    BanRule,
    DutyRule,
    ExceptionRule,
    FinderRule,
    ForfeitureRule,
    PresenceRule,
    ReleaseRule,
    RungRule,
)

NOBODY: Final = ("none", "not-stated", "not stated")
BOUND: Final = (BanRule, PresenceRule, DutyRule, RungRule)
_CAPACITY: Final = {
    "not-stated": "the paper does not say in which capacity it signed",
    "through-another": "it is bound only through another",
}


def finds(agreement: Agreement) -> bool:
    """Return whether anybody is named who finds facts."""
    named = any("find-facts" in rule.does for _, rule in terms_of(agreement, FinderRule))
    return named or any(rule.finder != NOT_STATED for _, rule in terms_of(agreement, RungRule))


def no_finder(agreement: Agreement) -> Iterator[Found]:
    """Yield an agreement that forbids or lays duties, and names nobody who finds facts."""
    if not finds(agreement) and has(agreement, *BOUND):
        yield Found(None, "no term names who finds what happened")


def finder_needs_consent(agreement: Agreement) -> Iterator[Found]:
    """Yield finders that need the consent of one whose conduct they may have to find."""
    accused = {party for _, rule in _binding(agreement) for party in bearers(agreement, rule)}
    for term, rule in terms_of(agreement, FinderRule):
        asked = agreement.bound if "all" in rule.consent_of else rule.consent_of
        if named := sorted(accused & set(asked)):
            yield Found(term, f"it needs the consent of {', '.join(named)}")
        elif rule.votes == "consensus":
            yield Found(term, "it needs everybody's vote")


def _binding(agreement: Agreement) -> Iterator[tuple[object, object]]:
    for kind in (BanRule, PresenceRule):
        yield from terms_of(agreement, kind)


def parity_without_tie_break(agreement: Agreement) -> Iterator[Found]:
    """Yield bodies of as many votes on either side in which nothing ends a tie."""
    for term, rule in terms_of(agreement, FinderRule):
        if rule.votes == "parity" and rule.tie_break == NOT_STATED:
            yield Found(term, "both sides have as many votes, and nothing ends a tie")


def no_monitor(agreement: Agreement) -> Iterator[Found]:
    """Yield an agreement that nobody watches."""
    if agreement.head.monitor.text in NOBODY:
        yield Found(None, "nobody watches")


def no_access(agreement: Agreement) -> Iterator[Found]:
    """Yield an agreement with a monitor whom nobody must let through."""
    opened = any(rule.what == "open-access" for _, rule in terms_of(agreement, DutyRule))
    if agreement.head.monitor.text not in NOBODY and not opened and has(agreement, *BOUND):
        yield Found(None, "no term obliges anybody to let the monitor through")


def party_not_bound(agreement: Agreement) -> Iterator[Found]:
    """Yield those who take part or signed, and whom no term binds."""
    named = {
        party
        for term in agreement.terms
        if isinstance(term.rule, BOUND)
        for party in bearers(agreement, term.rule)
    }
    for entry in agreement.head.parties:
        takes_part = entry.role in ("party", "bound-non-signatory", "non-party")
        if (takes_part or entry.capacity == "as-mediator") and entry.id not in named:
            yield Found(None, f"no term binds {entry.names.get('en', entry.id)}")


def capacity_doubtful(agreement: Agreement) -> Iterator[Found]:
    """Yield those who are bound in a capacity that lets them deny it."""
    for entry in agreement.head.parties:
        if entry.capacity in _CAPACITY:
            yield Found(None, f"{entry.names.get('en', entry.id)}: {_CAPACITY[entry.capacity]}")


def exception_swallows(agreement: Agreement) -> Iterator[Found]:
    """Yield exceptions that whoever relies on them need not show, and that nobody judges.

    What narrows an exception is none: an exception to an exception gives the rule back.
    """
    known = {term.id: term.rule for term in agreement.terms}
    for term, rule in terms_of(agreement, ExceptionRule):
        to_rule = [name for name in rule.to if not isinstance(known[name], ExceptionRule)]
        if to_rule and rule.burden == NOT_STATED and not finds(agreement):
            whom = ", ".join(to_rule)
            yield Found(term, f"nobody need show it and nobody judges it: it can lift {whom}")


def forfeiture_without_judge(agreement: Agreement) -> Iterator[Found]:
    """Yield losses of a guarantee, and releases, of which nobody else judges."""
    for term, forfeiture in terms_of(agreement, ForfeitureRule):
        if forfeiture.judged_by == NOT_STATED:
            yield Found(term, "nobody is named who judges that it was forfeited")
    for term, release in terms_of(agreement, ReleaseRule):
        if release.judged_by != "decider":
            who = "each party judges for itself" if release.judged_by == "self" else "nobody judges"
            yield Found(term, f"{who} that it is free")
