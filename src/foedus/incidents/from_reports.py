# SPDX-License-Identifier: Apache-2.0
"""How incidents arise from reports: prepare, group, and say what each group says together.

The steps, which the code repeats: (1) choose the reports that may be matched and bring them into
canonical order; (2) work out what is believed of their sources; (3) group them on an engine;
(4) sort all reports by group, and tell who is independent of whom; (5) name the groups; (6) say
what each says, and where its members differ. Pure: same reports and setting, same bytes, whatever
the order of the rows and the engine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foedus.base.encoding import schema
from foedus.engines.engine import Engine
from foedus.incidents import consensus, differences
from foedus.incidents.beliefs import Setting, beliefs
from foedus.incidents.consensus import Sorted
from foedus.incidents.features import (
    column,
    content_codes,
    prepare,
    radii,
    sources,
)
from foedus.incidents.groups import Grouped, group
from foedus.incidents.independence import copying, voices
from foedus.incidents.likelihood import MICRONAT, Ints
from foedus.incidents.memberships import CERTAIN, probability_ppm
from foedus.incidents.record import Incident, Member
from foedus.reports.taxonomy import UNKNOWN, Taxonomy

UNTOLD: Final = frozenset(
    ("item_id", "batch_id", "occurred_zone", "published_us", "known_basis", "text", "url")
)
"""Columns of reports that no incident repeats: they are not carried along."""
REPORTS_AT_ONCE: Final = 1 << 18
GROUPS_AT_ONCE: Final = 1 << 16
NO_SIDE: Final = "none"
ORDER: Final = {
    name: [(column, "ascending") for column in columns]
    for name, columns in (
        ("incidents", ("occurred_from_us", "lineage_id")),
        ("members", ("lineage_id", "report_id")),
        ("disagreements", ("lineage_id", "field", "report_id")),
    )
}


class Fused(NamedTuple):
    """The tables of this stage, each in a fixed order of rows."""

    incidents: pa.Table
    members: pa.Table
    disagreements: pa.Table


class Told(NamedTuple):
    """What the groups say together, and where their members differ; rows in group order."""

    incidents: pa.Table
    disagreements: pa.Table


class Names(NamedTuple):
    """The two ids of each group."""

    incident_id: pa.Array
    lineage_id: pa.Array


def fuse(reports: pa.Table, setting: Setting, engine: Engine) -> Fused:
    """Return the incidents that `reports` tell of, their members and their disagreements.

    `reports` has `schema(Report)`; rows of incidents are ordered by start, then lineage id.
    """
    return _together(fuse_in_runs(reports, setting, engine))


def fuse_in_runs(
    reports: pa.Table, setting: Setting, engine: Engine, at_once: int = REPORTS_AT_ONCE
) -> Iterator[Fused]:
    """Give the same incidents run by run, each in order, for records that are larger than memory.

    A run has whole incidents and at least `at_once` reports, as far as there are. Where `reports`
    lie in one chunk of a file that is mapped, no more is held than features and pairs, some 400
    bytes a report, and then one run.
    """
    reports = reports.combine_chunks()
    return told(reports, _grouped(reports, setting, engine), setting, at_once)


def _grouped(reports: pa.Table, setting: Setting, engine: Engine) -> Grouped:
    prepared = prepare(reports, setting)  # (1)
    known = beliefs(setting, prepared.ways)  # (2)
    grouped = group(prepared.features, known, least_gain(setting), engine)  # (3)
    return spread(reports.num_rows, prepared.row, grouped)


def least_gain(setting: Setting) -> int:
    """Return what joining must gain at least, in micronats."""
    return round(setting.parameters.least_gain_nat * MICRONAT)


def tell(reports: pa.Table, grouped: Grouped, setting: Setting) -> Fused:
    """Return what groups say together; a group is named by the row of one of its reports.

    What one group says depends on its own reports alone.
    """
    return _together(told(reports, grouped, setting, REPORTS_AT_ONCE))


def told(reports: pa.Table, grouped: Grouped, setting: Setting, at_once: int) -> Iterator[Fused]:
    """Say what groups say together, in runs of whole groups and at least so many reports."""
    rank = ranks(reports.column("report_id"))
    kept = reports.select([name for name in reports.column_names if name not in UNTOLD])
    group = rank[grouped.group]
    by = np.lexsort((rank, group))
    group = group[by]
    begins = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    cuts = np.searchsorted(begins, np.arange(0, max(by.size, 1), at_once))
    edges = np.unique(np.append(begins[cuts[cuts < begins.size]], by.size))
    for begin, end in pairwise(edges.tolist() if by.size else [0, 0]):
        rows = by[begin:end]
        own = Grouped(group[begin:end], grouped.gain[rows], grouped.doubt[rows])
        yield in_order(_told(kept.take(pa.array(rows)), own, setting))


def _told(reports: pa.Table, grouped: Grouped, setting: Setting) -> dict[str, pa.Table]:
    """What the groups of one run say; `reports` stand sorted by group."""
    members = consensus.standing_sorted(reports, grouped.group)  # (4)
    members = consensus.heard(members, _voices(members, setting))
    names = named(members)  # (5)
    said = _incidents(members, names, setting)  # (6)
    probability = probability_ppm(grouped.doubt, setting.parameters.doubt_weight)
    ties = _members(members, names, grouped.gain, probability)
    return {**said._asdict(), "members": ties}


def _together(runs: Iterable[Fused]) -> Fused:
    """Bring the tables of all runs together, in order."""
    parts = list(runs)
    if len(parts) == 1:
        return parts[0]
    named = {name: [getattr(part, name) for part in parts] for name in Fused._fields}
    parts.clear()
    return in_order({name: pa.concat_tables(named.pop(name)) for name in Fused._fields})


def in_order(tables: dict[str, pa.Table]) -> Fused:
    """Return the same rows in the order in which the tables of this stage stand.

    Each table is taken out of `tables`, so that one at a time is held twice.
    """
    return Fused(**{name: tables.pop(name).sort_by(ORDER[name]) for name in Fused._fields})


def ranks(ids: pa.ChunkedArray) -> Ints:
    """Return the place of each id in their order."""
    rank = np.empty(len(ids), np.int64)
    rank[pc.sort_indices(ids).to_numpy()] = np.arange(len(ids))
    return rank


def spread(count: int, row: Ints, grouped: Grouped) -> Grouped:
    """Bring groups of prepared reports to the rows of the table; the others stand alone."""
    whole = Grouped(np.arange(count), np.zeros(count, np.int64), np.full(count, CERTAIN))
    whole.group[row] = row[grouped.group]
    whole.gain[row], whole.doubt[row] = grouped.gain, grouped.doubt
    return whole


def _voices(members: Sorted, setting: Setting) -> Ints:
    source, content = sources(members.reports, setting), content_codes(members.reports)
    return voices(members.start, source, content, copying(setting))


def named(members: Sorted) -> Names:
    """Name each group by its members' digests, and its lineage by what was known first."""
    digest = members.reports.column("digest")
    anchor = consensus.first_by(members, column(members.reports, "known_from_us"))
    known = members.reports.column("report_id").take(pa.array(anchor))
    content, lineage = [pa.array([], pa.string())], [pa.array([], pa.string())]
    for begin in range(0, members.groups, GROUPS_AT_ONCE):
        start = members.start[begin : begin + GROUPS_AT_ONCE + 1]
        digests = digest.slice(start[0], start[-1] - start[0]).to_pylist()
        bounds = pairwise((start - start[0]).tolist())
        content.append(pa.array([_sha(_list_of(sorted(digests[a:b]))) for a, b in bounds]))
        ids = known.slice(begin, GROUPS_AT_ONCE).to_pylist()
        lineage.append(pa.array([_sha(one.encode())[:16] for one in ids]))
    return Names(pa.concat_arrays(content), pa.concat_arrays(lineage))


def _list_of(digests: list[str]) -> bytes:
    """The canonical bytes of a list of digests, written directly: they hold no escapes."""
    return ('["' + '","'.join(digests) + '"]').encode()


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _incidents(members: Sorted, names: Names, setting: Setting) -> Told:
    radius = radii(members.reports, setting.parameters)
    placed = pc.is_valid(members.reports.column("latitude_e7")).to_numpy()
    where = consensus.first_by(members, (~placed).astype(np.int64), radius)
    point, time = consensus.place(members, radius), consensus.time(members)
    found = [
        *(differences.by_value(members, name, {}) for name in differences.COMPARED),
        *(
            differences.by_value(members, name, consensus.classes_of(taxonomy))
            for name, taxonomy in _families(setting).items()
        ),
        differences.by_time(members),
        differences.by_place(members, point, radius),
    ]
    columns = {
        **names._asdict(),
        **time._asdict(),
        **point._asdict(),
        **{name: _taken(members, name, where) for name in ("place_name", "region", "country")},
        **_labels(members, setting),
        **_parties(members),
        **_deaths(members),
        **_counts(members, setting),
        "sides": _sides(members, setting),
        "disagreements": differences.fields(members, found),
        "set_apart": _set_apart(members),
        "warnings": consensus.union(members, "warnings"),
        "known_from_us": consensus.greatest(members, "known_from_us"),
        "known_to_us": consensus.least(members, "known_to_us"),
    }
    layout = schema(Incident)
    incidents = pa.table([columns[name] for name in layout.names], schema=layout)
    return Told(incidents, differences.table(members, found, *names))


def _taken(members: Sorted, name: str, rows: Ints) -> pa.Array:
    return members.reports.column(name).take(pa.array(rows)).combine_chunks()


def _families(setting: Setting) -> dict[str, Taxonomy]:
    return {"kind": setting.kinds, "target": setting.targets, "weapon": setting.weapons}


def _labels(members: Sorted, setting: Setting) -> dict[str, pa.Array]:
    found = {}
    for name, taxonomy in _families(setting).items():
        classes = consensus.classes_of(taxonomy)
        vote = consensus.without_classes_of_leaves(consensus.votes(members, name), classes)
        best = consensus.most_stated(members, vote, classes)
        found[name] = pc.fill_null(best, UNKNOWN)
    claimed = consensus.votes(members, "actor")
    rivals = np.bincount(claimed.group, minlength=members.groups)
    actor = consensus.most_stated(members, claimed, {})
    nothing = pa.nulls(members.groups, pa.string())
    found["actor"] = pc.if_else(pa.array(rivals == 1), actor, nothing)
    return found


def _parties(members: Sorted) -> dict[str, pa.Array]:
    """The parties together; deaths by party only where one report alone tells of them."""
    lone = np.diff(members.start) == 1
    stated = members.reports.column("party_deaths").combine_chunks()
    held = np.where(lone, pc.list_value_length(stated).to_numpy()[members.start[:-1]], 0)
    offsets = np.concatenate([[0], np.cumsum(held)])
    items = pc.list_flatten(stated.take(pa.array(members.start[:-1][lone])))
    deaths = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), items)
    return {"parties": consensus.union(members, "parties"), "party_deaths": deaths}


def _deaths(members: Sorted) -> dict[str, pa.Array]:
    return {
        "civilian_deaths": consensus.median(members, "civilian_deaths"),
        "unattributed_deaths": consensus.median(members, "unattributed_deaths"),
        "deaths_low": consensus.lowest(members),
        "deaths_best": consensus.median(members, "deaths_best"),
        "deaths_high": consensus.highest(members),
    }


def _counts(members: Sorted, setting: Setting) -> dict[str, pa.Array]:
    source = sources(members.reports, setting)
    pairs = np.unique(members.group * len(setting.source_ids) + source)
    first = np.unique(members.voice, return_index=True)[1]
    voiced = np.bincount(members.group[first], minlength=members.groups)
    return {
        "report_count": pa.array(np.diff(members.start)),
        "source_count": pa.array(np.bincount(pairs // len(setting.source_ids))),
        "independent_count": pa.array(voiced),
        "article_count": consensus.total(members, "article_count"),
    }


def _sides(members: Sorted, setting: Setting) -> pa.Array:
    """Sides of the sources in the order in which the parties are declared, then none."""
    declared = [*dict.fromkeys(party.side for party in setting.parties), NO_SIDE]
    sides = {party.id: party.side for party in setting.parties}
    stands = [setting.profiles[source_id].source.side for source_id in setting.source_ids]
    ranked = [declared.index(NO_SIDE if s is None else sides.get(s, s)) for s in stands]
    rank = np.array(ranked, np.int64)
    of_row = rank[sources(members.reports, setting)]
    order = np.lexsort((of_row, members.group))
    words = pa.array(declared, pa.string()).take(pa.array(of_row[order]))
    return consensus.listed(members, members.group[order], words)


def _set_apart(members: Sorted) -> pa.Array:
    absent = pc.is_null(members.reports.column("set_apart")).to_numpy()
    return _taken(members, "set_apart", consensus.first_by(members, absent.astype(np.int64)))


def _members(members: Sorted, names: Names, gains: Ints, probability: Ints) -> pa.Table:
    """The tie of each report to its incident."""
    group = pa.array(members.group)
    return pa.table(
        {
            "incident_id": names.incident_id.take(group),
            "lineage_id": names.lineage_id.take(group),
            "report_id": members.reports.column("report_id"),
            "probability_ppm": probability,
            "score_micronat": gains,
        },
        schema=schema(Member),
    )
