# SPDX-License-Identifier: Apache-2.0
"""What was indicated before: the findings of the states that incidents and deadlines have had.

A finding hangs on its own incident alone, and two states with one content id say the same; so each
content id is set against the agreements once, and told of every state that has it. A deadline is
asked about at every moment at which its answer can change. Times of a finding are those of its
state. How incidents stood before is left to `incidents.history`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foedus.base.deadlines import NotComputable
from foedus.base.encoding import schema, to_table
from foedus.findings.duties import dated_findings, duties_of
from foedus.findings.from_incidents import Findings
from foedus.findings.in_time import times_of
from foedus.findings.questions import binding_of, signed_us
from foedus.findings.record import DEADLINE, Finding
from foedus.findings.rulebook import Rulebook
from foedus.incidents.record import Incident, MemberState
from foedus.reports.known import stood
from foedus.terms.in_force import Binding
from foedus.terms.record import Term

Indicate = Callable[[pa.Table], Findings]
TIMES: Final = ("known_from_us", "known_to_us")
STATES: Final = {
    "incidents": "incident_states",
    "members": "member_states",
    "findings": "finding_states",
}
"""Table of the record -> the table of its states."""
NO_STATES: Final = {
    "incident_states": schema(Incident).empty_table(),
    "member_states": schema(MemberState).empty_table(),
    "finding_states": schema(Finding).empty_table(),
}
"""The states of a record that does not tell how it stood before."""


def incident_findings(states: pa.Table, indicate: Indicate) -> pa.Table:
    """Return the table of `Finding` of states of incidents, in the order of the states.

    `states` has the columns of `Incident`, several rows for one content id among them.
    """
    if not states.num_rows:
        return schema(Finding).empty_table()
    states = states.combine_chunks()
    coded = states["incident_id"].combine_chunks().dictionary_encode()
    code = coded.indices.to_numpy()
    _, first = np.unique(code, return_index=True)
    found = indicate(states.take(pa.array(np.sort(first)))).findings
    found = found.filter(pc.not_equal(found["subject_kind"], DEADLINE)).combine_chunks()
    of = pc.index_in(found["incident_id"], value_set=coded.dictionary).to_numpy()
    order = np.argsort(of, kind="stable")
    begin = np.searchsorted(of[order], code)
    count = np.searchsorted(of[order], code, side="right") - begin
    row = np.repeat(np.arange(code.size), count)
    place = np.arange(row.size) - np.repeat(np.cumsum(count) - count, count) + begin[row]
    told = found.take(pa.array(order[place]))
    for name in TIMES:
        at = told.schema.get_field_index(name)
        told = told.set_column(at, told.schema.field(at), states[name].take(pa.array(row)))
    return told.cast(schema(Finding))


def deadline_findings(rulebook: Rulebook) -> pa.Table:
    """Return the table of `Finding` of deadlines, one row for each answer and while it held.

    Up to `rulebook.known_us`; the last answer has no end. Empty where that is None.
    """
    if rulebook.known_us is None:
        return schema(Finding).empty_table()
    rows = []
    for agreement, term, reading in duties_of(rulebook):
        binding = binding_of(agreement, reading, rulebook)
        rows += _answers(binding, term, reading, rulebook, rulebook.known_us)
    return to_table(Finding, rows)


def _answers(
    binding: Binding, term: Term, reading: str, rulebook: Rulebook, until_us: int
) -> list[Finding]:
    """The answers of one deadline, one after the other, each until the next."""
    found: list[Finding] = []
    for at_us in sorted({one for one in _turns(binding, term, rulebook) if one <= until_us}):
        for one in dated_findings(binding, term, reading, rulebook, at_us):
            if found and _is_same(found[-1], one):
                continue
            if found:
                found[-1] = msgspec.structs.replace(found[-1], known_to_us=at_us)
            found.append(one)
    return found


def _is_same(one: Finding, other: Finding) -> bool:
    return msgspec.structs.replace(other, known_from_us=one.known_from_us) == one


def _turns(binding: Binding, term: Term, rulebook: Rulebook) -> Iterator[int]:
    """Yield every moment from which a deadline may be told otherwise than before."""
    due = binding.due(term.id)
    if due is not None and not isinstance(due, NotComputable) and due.closes is not None:
        yield due.closes.earliest_us
        if due.closes.latest_us is not None:
            yield due.closes.latest_us
    for stated in rulebook.performed.get(binding.agreement.id, ()):
        yield stated.on.to_us - 1
    possible = times_of(binding.held(term.id), signed_us(binding.agreement)).possible
    for first, _ in possible:
        yield first


def record_at(
    tables: Mapping[str, pa.Table], states: Mapping[str, pa.Table], known_us: int
) -> dict[str, pa.Table]:
    """Return incidents, members and findings as the record had them at a moment.

    `tables` and `states` are named as in `STATES`. What has no states stood as it stands since it
    was known; rows come in no particular order.
    """
    last = {name: _unmoved(tables[name], states[state]) for name, state in STATES.items()}
    known = {name: stood(last[name], known_us) for name in ("incidents", "findings")}
    beneath = pc.is_in(last["members"]["lineage_id"], known["incidents"]["lineage_id"])
    known["members"] = last["members"].filter(beneath)
    return {
        name: pa.concat_tables([known[name], stood(states[state], known_us).select(names)])
        for name, state in STATES.items()
        for names in [tables[name].column_names]
    }


def _unmoved(last: pa.Table, states: pa.Table) -> pa.Table:
    moved = pc.is_in(last["lineage_id"], pc.unique(states["lineage_id"]))
    return last.filter(pc.invert(moved))
