# SPDX-License-Identifier: Apache-2.0
"""Findings of changed incidents put into those that were there: the same rows as a full run.

A finding hangs on its own incident and on the rulebook alone. So (1) of the incidents as they now
are, those whose lineage changed are set against the rulebook again; (2) what was found of them
before is dropped, as is all of lineages that are gone; (3) both are put into the order of the
incidents; (4) deadlines, counts and partings, which hang on all, are told anew. A rulebook that
changed needs a full run (`from_incidents`).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foedus.engines.engine import Engine
from foedus.findings.from_incidents import Findings, covered, gathered, in_order
from foedus.findings.in_time import Ints
from foedus.findings.record import DEADLINE
from foedus.findings.rulebook import Rulebook

LOOKED_AT: Final = ("lineage_id", "incident_id", "known_from_us", "known_to_us")
"""Columns that differ wherever anything that a finding looks at does."""


def changed_lineages(before: pa.Table, after: pa.Table) -> frozenset[str]:
    """Return the lineages that came, went or changed between two tables of incidents.

    The content id of an incident is a digest of its members, so that nothing else is compared
    but since when the record knew it; both tables must be fused with the same parameters.
    """
    old, new = (set(zip(*_columns(table), strict=True)) for table in (before, after))
    return frozenset(str(row[0]) for row in old ^ new)


def amended(
    before: pa.Table,
    incidents: pa.Table,
    changed: Collection[str],
    rulebook: Rulebook,
    engine: Engine,
    disagreements: pa.Table | None = None,
    unborne: Collection[str] = (),
) -> Findings:
    """Return the findings of `incidents`, of which only lineages in `changed` are set anew.

    `before` is the table of findings under the same rulebook, before the change; `incidents`,
    `disagreements` and the ids in `unborne` are as they are now. The tables equal those of
    `from_incidents.found`.
    """
    incidents = in_order(incidents)
    lineages = pa.array(sorted(changed), pa.string())
    is_changed = pc.is_in(incidents["lineage_id"], value_set=lineages)
    fresh = incidents.filter(is_changed)
    again = covered(fresh, rulebook, engine, disagreements, unborne)  # (1)
    kept = _kept(before, incidents["lineage_id"].filter(pc.invert(is_changed)))  # (2)
    table = pa.concat_tables([kept, again])
    at = pc.index_in(table["lineage_id"], value_set=incidents["lineage_id"].combine_chunks())
    order = np.argsort(at.to_numpy(), kind="stable")  # (3)
    return gathered(_in_order(table, order), incidents, rulebook)  # (4)


def _kept(before: pa.Table, lineages: pa.ChunkedArray) -> pa.Table:
    """Return the findings of some lineages, those of deadlines left out."""
    of_incident = pc.not_equal(before["subject_kind"], DEADLINE)
    is_kept = pc.is_in(before["lineage_id"], value_set=lineages.combine_chunks())
    return before.filter(pc.and_(of_incident, is_kept))


def _in_order(table: pa.Table, order: Ints) -> pa.Table:
    """Return rows in another order; runs that stay together are not copied."""
    breaks = np.flatnonzero(np.diff(order) != 1) + 1
    runs = [run for run in np.split(order, breaks) if len(run)]
    return pa.concat_tables([table.slice(0, 0), *(table.slice(run[0], len(run)) for run in runs)])


def _columns(table: pa.Table) -> list[list[object]]:
    return [table.column(name).to_pylist() for name in LOOKED_AT]
