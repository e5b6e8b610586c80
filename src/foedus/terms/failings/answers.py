# SPDX-License-Identifier: Apache-2.0
"""Failings of what follows a breach: nothing, only talk, nobody who decides, no least content."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from foedus.terms.failings.found import Found, has, terms_of
from foedus.terms.record import Agreement
from foedus.terms.rules import NOT_STATED, DutyRule, ReleaseRule, RungRule

NONE_WRITTEN: Final = "none-written"
TALK: Final = ("consult", "seek-council-action")
"""Deeds of whoever must answer that answer nothing by themselves."""


def no_consequence(agreement: Agreement) -> Iterator[Found]:
    """Yield an agreement in which nothing follows a breach."""
    answered = has(agreement, RungRule, ReleaseRule)
    if agreement.head.consequence.text == NONE_WRITTEN and not answered:
        yield Found(None, "the text writes down nothing that follows a breach")


def consult_only(agreement: Agreement) -> Iterator[Found]:
    """Yield the duties to consult or to ask another body where these are the only answer."""
    if has(agreement, RungRule) or agreement.head.consequence.text != NONE_WRITTEN:
        return
    for term, rule in terms_of(agreement, DutyRule):
        if rule.what in TALK:
            yield Found(term, f"the only answer is to {rule.what.replace('-', ' ')}")


def no_decider(agreement: Agreement) -> Iterator[Found]:
    """Yield rungs that nobody decides, or on which silence means nothing stated."""
    for term, rule in terms_of(agreement, RungRule):
        if rule.event == "activation":
            continue
        lacks = [
            words
            for value, words in (
                (rule.decider, "nobody is named who decides"),
                (rule.silence, "what silence means is not said"),
            )
            if value == NOT_STATED
        ]
        if lacks:
            yield Found(term, "; ".join(lacks))


def no_minimum(agreement: Agreement) -> Iterator[Found]:
    """Yield rungs whose least content is not stated."""
    for term, rule in terms_of(agreement, RungRule):
        if rule.minimum == NOT_STATED:
            yield Found(term, "the least that must be done is not said")
