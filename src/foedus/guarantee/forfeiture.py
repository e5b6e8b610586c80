# SPDX-License-Identifier: Apache-2.0
"""Whether a guarantee was lost by conduct: not lost, suspended, void, or contested.

Conduct that did not happen costs nothing. Conduct that did, with nothing that saves it, has the
effect that the text gives it. Where it is disputed, or it is not known whether something saves it,
the guarantee is contested and stays in being: unknown is not false.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from foedus.base.evidence import Judgement
from foedus.guarantee.standing import Conduct
from foedus.terms.rules import ForfeitureRule

STANDS: Final = "stands"
CONTESTED: Final = "contested"
_RANK: Final = (STANDS, "suspended", CONTESTED, "void")


def effect(rules: Sequence[ForfeitureRule], said: Mapping[str, Conduct]) -> tuple[str, list[str]]:
    """Return what conduct has made of a guarantee, and why; `said` by the forfeitures' ids."""
    found, reasons = STANDS, []
    for rule in rules:
        one, reason = _effect_of(rule, said.get(rule.id, Conduct()))
        if one != STANDS:
            reasons.append(reason)
        found = max(found, one, key=_RANK.index)
    return found, reasons


def _effect_of(rule: ForfeitureRule, conduct: Conduct) -> tuple[str, str]:
    if conduct.happened in (Judgement.NO, Judgement.UNKNOWN):
        return STANDS, ""
    if conduct.happened is Judgement.CONTESTED:
        return CONTESTED, f"{rule.id}: whether it happened ({rule.event}) is disputed"
    saved = {one.id: conduct.saved.get(one.id, Judgement.UNKNOWN) for one in rule.unless}
    if Judgement.YES in saved.values():
        return STANDS, ""
    for name, holds in saved.items():
        if holds is not Judgement.NO:
            word = "disputed" if holds is Judgement.CONTESTED else "not known"
            return CONTESTED, f"{rule.id}: it happened; whether {name} holds is {word}"
    return rule.effect, f"{rule.id}: it happened ({rule.event}), and nothing saves it"
