# SPDX-License-Identifier: Apache-2.0
"""Which findings the public sees: those that follow from what it sees of the incidents.

A verdict, a share of a place inside a zone, or the step that tells it would each narrow a place
down that was made coarse. So wherever the public sees less than the record holds, findings are
worked out anew from the public incidents: whatever they say can be worked out by anyone from the
published table and the agreements, and cannot say more. Where nothing is coarse or held back, they
are those of the record.
"""

from __future__ import annotations

from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from foedus.base.encoding import schema
from foedus.findings.record import Count, Finding, Parting
from foedus.mission import Policy
from foedus.publication.material import Material


class Indicated(NamedTuple):
    """The public tables of findings."""

    findings: pa.Table
    counts: pa.Table
    partings: pa.Table


NOTHING = Indicated(*(schema(record).empty_table() for record in (Finding, Count, Parting)))
"""What is indicated where a mission names no agreement."""


def indicated(material: Material, incidents: pa.Table, policy: Policy) -> Indicated:
    """Return what the public `incidents` indicate, `policy` being that which let them out."""
    if material.indicate is None:
        return NOTHING
    if policy.place_cell_m == 0 and is_whole(material.tables["incidents"], incidents):
        tables = material.tables
        return Indicated(tables["findings"], tables["counts"], tables["partings"])
    found = material.indicate(incidents)
    return Indicated(found.findings, found.counts, found.partings)


def is_whole(record: pa.Table, incidents: pa.Table) -> bool:
    """Return whether the public sees every incident of the record."""
    ids = incidents["incident_id"].combine_chunks()
    return bool(pc.all(pc.is_in(record["incident_id"], ids), min_count=0).as_py())
