# SPDX-License-Identifier: Apache-2.0
"""What the public sees of how the record stood before: the states of incidents and findings.

States are as coarse and as late as incidents are, and what they indicate is worked out anew where
that of incidents is. An incident that had to do with an observer's own form has none: when its
reports came, or when it ended, would tell who watched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from foedus.findings.record import DEADLINE
from foedus.findings.states import NO_STATES, incident_findings
from foedus.mission import Policy
from foedus.publication.material import Material
from foedus.publication.policy import observed, public
from foedus.reports.profile import Profile

STATE: Final = ("lineage_id", "known_from_us")


def past(material: Material, policy: Policy, *, is_whole: bool) -> dict[str, pa.Table]:
    """Return the public tables of states; `policy` is in force, `is_whole` if nothing is held back.

    Columns are those of the record; which of them leave is decided as for all tables.
    """
    tables = NO_STATES | dict(material.tables)
    members, states = tables["member_states"], tables["incident_states"]
    states = unwatched(states, members, tables["reports"], material.profiles)
    shown = public(states, policy, material.moment_us)
    is_shown = pc.is_in(_state(members), _state(shown).combine_chunks())
    found = tables["finding_states"]
    if not (is_whole and policy.place_cell_m == 0) and material.indicate is not None:
        deadlines = found.filter(pc.equal(found["subject_kind"], DEADLINE))
        found = pa.concat_tables([incident_findings(shown, material.indicate), deadlines])
    return {
        "incident_states": shown,
        "member_states": members.filter(is_shown),
        "finding_states": found,
    }


def dated(material: Material) -> Material:
    """Return a record of which incidents and findings are known since they stand as they stand.

    A row of a record is known since the last of its reports came; it may stand so since later, when
    a report beside it changed how likely these belong together.
    """
    if "incident_states" not in material.tables:
        return material
    tables = dict(material.tables)
    for name, key in (("incident", "incident_id"), ("finding", "finding_id")):
        tables[f"{name}s"] = _since(tables[f"{name}s"], tables[f"{name}_states"], key)
    return replace(material, tables=tables)


def _since(rows: pa.Table, states: pa.Table, key: str) -> pa.Table:
    standing = states.filter(pc.is_null(states["known_to_us"])).combine_chunks()
    at = pc.index_in(rows[key], value_set=standing[key].combine_chunks())
    moved = standing["known_from_us"].combine_chunks().take(at.combine_chunks())
    place = rows.schema.get_field_index("known_from_us")
    column = pc.coalesce(moved, rows["known_from_us"].combine_chunks())
    return rows.set_column(place, rows.schema.field(place), column)


def unwatched(
    states: pa.Table, members: pa.Table, reports: pa.Table, profiles: Mapping[str, Profile]
) -> pa.Table:
    """Return the states of the lineages that never had to do with an observer's own form.

    That is neither in a state of theirs, nor in one of the lineages to which their reports went:
    when a lineage ended would tell when the form came that brought two together.
    """
    seen = observed({"reports": reports, "members": members}, profiles)
    watched = _of(members, "lineage_id", members.filter(pc.is_in(members["incident_id"], seen)))
    hidden = _of(members, "report_id", watched)["lineage_id"].combine_chunks()
    return states.filter(pc.invert(pc.is_in(states["lineage_id"], hidden)))


def _of(members: pa.Table, name: str, others: pa.Table) -> pa.Table:
    """Return the members that share a lineage or a report with others."""
    return members.filter(pc.is_in(members[name], others[name].combine_chunks()))


def _state(table: pa.Table) -> pa.ChunkedArray:
    """Return one word for each row that names the state to which it belongs."""
    lineage, known = (table[name].cast(pa.string()) for name in STATE)
    return pc.binary_join_element_wise(lineage, known, "@")
