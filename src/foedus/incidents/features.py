# SPDX-License-Identifier: Apache-2.0
"""What scoring needs of each report, as whole numbers: `Prepared`, from the table of reports.

Only reports that could be one happening with another are prepared: those with a place and a time
that are not too wide. The rest stand alone. Rows are brought into canonical order (first possible
hour, then report id), so that the order in which reports came does not matter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foedus.incidents.beliefs import (
    Said,
    Setting,
    Stated,
    Ways,
    lateness_hours,
    reports_per_incident,
)
from foedus.incidents.density import log_density
from foedus.incidents.likelihood import (
    ACTOR,
    COLUMNS,
    CONTENT,
    EAST,
    FIRST_HOUR,
    KIND,
    LATITUDE,
    LOG_DENSITY,
    LONGITUDE,
    METRES_PER_E7,
    RADIUS,
    SOURCE,
    START_HOUR,
    TARGET,
    TIME_ROW,
    WORDS,
    Ints,
)
from foedus.incidents.parameters import Parameters
from foedus.incidents.words import word_prints
from foedus.reports.profile import Labels
from foedus.reports.taxonomy import UNKNOWN

HOUR_US: Final = 3_600_000_000
LEAST_RADIUS_M: Final = 50
CLOCK_ERROR_H: Final = 1
"""How far before its statement, lateness apart, a happening may lie: a clock may be off."""


class Prepared(NamedTuple):
    """The reports that may be matched, in canonical order."""

    row: Ints
    """Row of each in the table of reports."""
    features: Ints
    """One row of `likelihood.COLUMNS` each."""
    hour: Ints
    """Middle of the stated time, in hours since 1970."""
    ways: Ways


class Coded(NamedTuple):
    """A column as numbers: each row's code, and what each code says (row 0 says nothing)."""

    code: Ints
    said: tuple[Said, ...]


def column(table: pa.Table, name: str, missing: int = 0) -> Ints:
    """Return an integer column as numpy int64, with `missing` for nulls."""
    return np.asarray(pc.fill_null(table.column(name), missing).to_numpy(), np.int64)


def hours_spanned(reports: pa.Table) -> Ints:
    """Return how many hours each stated time touches, at least one."""
    first = column(reports, "occurred_from_us") // HOUR_US
    last = -(-column(reports, "occurred_to_us") // HOUR_US)
    return np.asarray(np.maximum(last - first, 1), np.int64)


def sources(reports: pa.Table, setting: Setting) -> Ints:
    """Return the number of each report's source in `setting.source_ids`."""
    index = pc.index_in(reports.column("source_id"), pa.array(setting.source_ids, pa.string()))
    return np.asarray(index.to_numpy(), np.int64)


def matchable(reports: pa.Table, setting: Setting) -> Ints:
    """Return the rows that may be matched, in table order."""
    parameters = setting.parameters
    radius = radii(reports, parameters)
    placed = pc.is_valid(reports.column("latitude_e7")).to_numpy()
    narrow = (radius <= parameters.largest_radius_m) & placed
    narrow &= hours_spanned(reports) <= parameters.longest_interval_h
    return np.flatnonzero(narrow)


def coded(reports: pa.Table, name: str, mapping: Callable[[str], Labels]) -> Coded:
    """Number the distinct (source, label, meaning) of a family of labels; 0 says nothing."""
    parts = [
        pc.fill_null(reports.column(part), "").combine_chunks().dictionary_encode()
        for part in ("source_id", f"{name}_label", name)
    ]
    key = np.zeros(reports.num_rows, np.int64)
    for part in parts:
        key = key * len(part.dictionary) + part.indices.to_numpy()
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    texts = [part.dictionary.take(part.indices.take(pa.array(first))).to_pylist() for part in parts]
    distinct = list(zip(*texts, strict=True))
    said: dict[Said, int] = {}
    row_of = np.zeros(len(distinct), np.int64)
    for at in sorted(range(len(distinct)), key=distinct.__getitem__):
        source_id, word, node = distinct[at]
        words = mapping(source_id).map.get(word) or (node,)
        if tuple(words) not in ((UNKNOWN,), ("",)):
            row_of[at] = said.setdefault(Said(source_id, tuple(words)), len(said) + 1)
    return Coded(row_of[inverse], tuple(said))


def timed(source: Ints, hours: Ints, setting: Setting) -> tuple[Ints, tuple[Stated, ...]]:
    """Number the distinct (source, hours spanned); returns each report's number and the list."""
    unique, inverse = np.unique(source * 100_000 + hours, return_inverse=True)
    stated = [Stated(setting.source_ids[key // 100_000], int(key % 100_000)) for key in unique]
    return np.asarray(inverse, np.int64), tuple(stated)


def content_codes(reports: pa.Table) -> Ints:
    """Return a number for each content key, -1 without one."""
    encoded = reports.column("content_key").combine_chunks().dictionary_encode()
    return np.asarray(pc.fill_null(encoded.indices, -1).to_numpy(), np.int64)


def length_of_degree(latitude_e7: Ints) -> Ints:
    """Return the length of 1e-7 degree of longitude in nanometres."""
    scale = METRES_PER_E7 * np.cos(np.radians(latitude_e7 * 1e-7)) * 1e9
    return np.asarray(np.rint(scale), np.int64)


def prepare(reports: pa.Table, setting: Setting) -> Prepared:
    """Return the features of the reports that may be matched, in canonical order."""
    source = sources(reports, setting)
    row = matchable(reports, setting)
    if not row.size:
        return Prepared(row, np.zeros((0, len(COLUMNS)), np.int64), row, Ways((), (), (), ()))
    late = np.array([lateness_hours(setting.noise(s)) for s in setting.source_ids])
    first = column(reports, "occurred_from_us") // HOUR_US - late[source] - CLOCK_ERROR_H
    keys = pa.table({"hour": first[row], "id": reports.column("report_id").take(row)})
    row = row[pc.sort_indices(keys, [("hour", "ascending"), ("id", "ascending")]).to_numpy()]
    return _prepared(reports, row, source[row], setting)


def _prepared(reports: pa.Table, row: Ints, source: Ints, setting: Setting) -> Prepared:
    """Fill the features column by column, so that few columns are held beside them."""
    parameters, at = setting.parameters, pa.array(row)

    def chosen(*names: str) -> pa.Table:
        return reports.select(names).take(at)

    def said(name: str) -> Coded:
        columns = chosen("source_id", f"{name}_label", name)
        return coded(columns, name, lambda one: getattr(setting.profiles[one], name))

    hours = hours_spanned(chosen("occurred_from_us", "occurred_to_us"))
    start = column(chosen("occurred_from_us"), "occurred_from_us") // HOUR_US
    late = np.array([lateness_hours(setting.noise(s)) for s in setting.source_ids])
    features = np.empty((row.size, len(COLUMNS)), np.int64)
    features[:, TIME_ROW], stated = timed(source, hours, setting)
    features[:, FIRST_HOUR] = start - late[source] - CLOCK_ERROR_H
    features[:, START_HOUR], features[:, SOURCE] = start, source
    features[:, LATITUDE] = column(chosen("latitude_e7"), "latitude_e7")
    features[:, LONGITUDE] = column(chosen("longitude_e7"), "longitude_e7")
    features[:, EAST] = length_of_degree(features[:, LATITUDE])
    features[:, RADIUS] = radii(chosen("radius_m", "place_precision"), parameters)
    features[:, CONTENT] = content_codes(chosen("content_key"))
    features[:, WORDS] = word_prints(chosen("text").column("text"))
    features[:, KIND], kinds = said("kind")
    features[:, ACTOR], actors = said("actor")
    features[:, TARGET], targets = said("target")
    hour = start + hours // 2
    each = reports_per_incident(setting.profiles)
    features[:, LOG_DENSITY] = log_density(features, hour, each, parameters)
    return Prepared(row, features, hour, Ways(stated, kinds, actors, targets))


def radii(reports: pa.Table, parameters: Parameters) -> Ints:
    """Return the error radius of each report, at least `LEAST_RADIUS_M`.

    Where none is declared it is that of the parameters for the code of precision, if they have one.
    """
    radius = reports.column("radius_m")
    if parameters.radius_m and radius.null_count:
        codes = pa.array([*parameters.radius_m], pa.string())
        learned = pa.array([*parameters.radius_m.values()], pa.int64())
        stated = pc.fill_null(reports.column("place_precision"), "")
        radius = pc.coalesce(radius, learned.take(pc.index_in(stated, codes).combine_chunks()))
    filled = pc.fill_null(radius, parameters.unknown_radius_m).to_numpy()
    return np.asarray(np.maximum(filled, LEAST_RADIUS_M), np.int64)
