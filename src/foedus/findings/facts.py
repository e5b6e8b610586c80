# SPDX-License-Identifier: Apache-2.0
"""What findings and incidents indicate, as facts that conditions are asked of: never determined.

Each finding that indicates a breach, or leaves it open, becomes a fact with its probability: of
whoever the sources name, each with a share, and of nobody known for the rest. Where a condition
does not ask who it was, a finding is one fact. A refusal of access that a source reports becomes a
fact without a probability. What people decided is left to the stages that hold it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from foedus.findings.record import BREACH, CONTESTED, UNDETERMINED
from foedus.terms.conditions.history import INDICATED, SCHEMA

OPEN: Final = (BREACH, UNDETERMINED, CONTESTED)
"""Verdicts that leave a breach possible."""
REFUSED: Final = "monitor-denied-access"
PPM: Final = 1_000_000


class Naming(NamedTuple):
    """How a condition calls what the record has: who stands for whom, and names of terms."""

    means: Mapping[str, tuple[str, ...]]
    """Party of the record -> parties of the agreement; one that is not here stands for itself."""
    terms: Mapping[str, str]
    """Id of a term -> the name by which the condition calls it; others keep their id."""

    def party(self, own: str) -> str | None:
        """Return the party of the agreement; None where it stands for several."""
        stands_for = self.means.get(own, (own,))
        return stands_for[0] if len(stands_for) == 1 else None


def breach_facts(
    findings: pa.Table, incidents: pa.Table, zones: pa.Array, naming: Naming, *, by_party: bool
) -> pa.Table:
    """Return the facts of kind breach that findings of incidents indicate, as a history.

    `findings` are of one agreement and one reading; `zones` has a zone for each incident. A fact's
    id is that of its finding, with the party where one is named. The probability is that of the
    finding, times the share of who is named; null where the finding has none.
    """
    keep = pc.and_(
        pc.is_valid(findings["incident_id"]),
        pc.is_in(findings["verdict"], value_set=pa.array(OPEN)),
    )
    rows = findings.filter(keep).combine_chunks()
    at = pc.index_in(rows["incident_id"], value_set=incidents["incident_id"].combine_chunks())
    columns = {
        "fact_id": rows["finding_id"],
        "term": _renamed(rows["term_id"], lambda own: naming.terms.get(own, own)),
        "zone": zones.take(at.combine_chunks()),
        "occurred_from_us": incidents["occurred_from_us"].take(at),
        "occurred_to_us": incidents["occurred_to_us"].take(at),
        "known_from_us": rows["known_from_us"],
        "known_to_us": rows["known_to_us"],
        "probability_ppm": rows["probability_ppm"],
    }
    whole = _history("breach", columns, rows.num_rows)
    return _attributed(whole, rows, naming) if by_party else whole


def refusal_facts(incidents: pa.Table, zones: pa.Array, naming: Naming) -> pa.Table:
    """Return the refusals of access to a monitor that sources report, as a history."""
    keep = pc.equal(incidents["kind"], REFUSED)
    rows = incidents.filter(keep)
    columns = {
        "fact_id": rows["lineage_id"],
        "party": _renamed(rows["actor"], naming.party),
        "zone": zones.filter(keep.combine_chunks()),
        "occurred_from_us": rows["occurred_from_us"],
        "occurred_to_us": rows["occurred_to_us"],
        "known_from_us": rows["known_from_us"],
        "known_to_us": rows["known_to_us"],
    }
    return _history("refusal", columns, rows.num_rows)


def _attributed(whole: pa.Table, rows: pa.Table, naming: Naming) -> pa.Table:
    """Split facts by who is named, with the share of each; the rest is of nobody known."""
    lists = rows["attributed"].combine_chunks()
    parent = pc.list_parent_indices(lists)
    party = pc.list_flatten(lists)
    share = pc.list_flatten(rows["attributed_ppm"].combine_chunks())
    named = _shared(whole.take(parent), share)
    ids = pc.binary_join_element_wise(named["fact_id"], party, "-")
    named = _with(named, "fact_id", ids)
    named = _with(named, "party", _renamed(party, naming.party))
    left = pc.greater(rows["unattributed_ppm"], 0)
    rest = _shared(whole.filter(left), rows["unattributed_ppm"].filter(left))
    return pa.concat_tables([named, rest]).sort_by("fact_id")


def _shared(facts: pa.Table, share: pa.Array) -> pa.Table:
    """Return facts whose probability is a share of what it was, rounded down."""
    product = pc.multiply(facts["probability_ppm"], share.cast(pa.int64()))
    return _with(facts, "probability_ppm", pc.divide(product, PPM))


def _history(kind: str, columns: Mapping[str, pa.Array], rows: int) -> pa.Table:
    constant = {"kind": kind, "verdict": INDICATED}
    return pa.table(
        {
            field.name: columns[field.name].cast(field.type)
            if field.name in columns
            else pa.repeat(constant[field.name], rows)
            if field.name in constant
            else pa.nulls(rows, field.type)
            for field in SCHEMA
        },
        schema=SCHEMA,
    )


def _with(facts: pa.Table, name: str, values: pa.Array) -> pa.Table:
    field = facts.schema.field(name)
    return facts.set_column(facts.schema.get_field_index(name), field, values.cast(field.type))


def _renamed(words: pa.ChunkedArray | pa.Array, called: Callable[[str], str | None]) -> pa.Array:
    """Return words under other names; null for what has none, or several."""
    whole = words.combine_chunks() if isinstance(words, pa.ChunkedArray) else words
    coded = whole.dictionary_encode()
    names = pa.array([called(word) for word in coded.dictionary.to_pylist()], pa.string())
    return names.take(coded.indices)
