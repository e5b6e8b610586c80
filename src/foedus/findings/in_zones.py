# SPDX-License-Identifier: Apache-2.0
"""In which zone of an agreement each incident lies, as one word for each: for conditions.

A condition knows one zone of a fact. So each incident gets the one zone that surely holds it while
no other may; `OUTSIDE` where surely none does; and none, which is unknown, where it hangs on an
error radius or a line, or where zones that are asked about overlap at its place.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np
import pyarrow as pa

from foedus.findings.in_time import NO, SURE
from foedus.findings.places import Ground, zone_answers
from foedus.findings.rulebook import Lines
from foedus.findings.subjects import subjects_of
from foedus.terms.record import Agreement
from foedus.terms.rules import ZoneRule

OUTSIDE: Final = "outside"
"""In none of the zones that are asked about."""


def zones_of(
    incidents: pa.Table, agreement: Agreement, lines: Lines, named: Collection[str] | None = None
) -> pa.Array:
    """Return the zone of each incident as a string, null where it is unknown.

    `named` are the zones that are asked about; None: all of the agreement.
    """
    ids, answers = [], []
    ground = Ground(subjects_of(incidents))
    for term in agreement.terms:
        if isinstance(term.rule, ZoneRule) and (named is None or term.id in named):
            ids.append(term.id)
            answers.append(zone_answers(term.rule.area, ground, lines, agreement.head.zone).answers)
    if not ids:
        return pa.nulls(incidents.num_rows, pa.string())
    table = np.stack(answers)
    open_in = (table != NO).sum(axis=0)
    place = np.where(open_in == 0, len(ids), np.argmax(table == SURE, axis=0))
    is_known = (open_in == 0) | ((open_in == 1) & (table == SURE).any(axis=0))
    return pa.array([*ids, OUTSIDE]).take(pa.array(place, mask=~is_known))
