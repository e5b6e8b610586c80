# SPDX-License-Identifier: Apache-2.0
"""Reads an event log of the monitors' benchmark as a history of facts.

A log is a CSV file `tp,ts,pred,args`: one event per time point, Unix seconds, arguments joined by
`;`. Its predicates become kinds of fact: violation(k,z,p) is breach k by p in z, notice(z) a notice
for z, opened(c) and decided(c) an opening and a decision of c, activated(g), withdrawn(g) and
responded(g) an activation of g, a withdrawal and a response by g. Each fact is known from when it
occurred; rows stay in the order of the log, which decides ties.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from foedus.terms.conditions.history import SCHEMA

EVENTS: Final = {
    "violation": ("breach", {"zone": 1, "party": 2}),
    "notice": ("notice", {"zone": 0}),
    "opened": ("opening", {"case": 0}),
    "decided": ("decision", {"case": 0}),
    "activated": ("activation", {"guarantor": 0}),
    "withdrawn": ("withdrawal", {"guarantor": 0}),
    "responded": ("response", {"guarantor": 0}),
}
"""Predicate -> kind of fact, and which argument stands in which column."""
WORDS: Final = ("fact_id", "kind", "party", "zone", "case", "guarantor", "verdict")


def history(path: Path, *, encoded: bool = True) -> pa.Table:
    """Return the history of a log; `encoded`: words as dictionaries, as Parquet files hold them."""
    text = csv.ConvertOptions(column_types={"args": pa.string()})
    log = csv.read_csv(path, convert_options=text).combine_chunks()
    predicate = log["pred"].combine_chunks()
    arguments = pc.split_pattern(log["args"].combine_chunks(), ";")
    from_us = pc.multiply(log["ts"].combine_chunks(), 1_000_000)
    columns = {
        "fact_id": _ids(predicate, arguments, log["tp"].combine_chunks()),
        "kind": _kinds(predicate),
        "occurred_from_us": from_us,
        "occurred_to_us": pc.add(from_us, 1),
        "known_from_us": from_us,
        "verdict": pa.repeat("determined", len(log)),
    }
    for name in ("zone", "party", "case", "guarantor"):
        columns[name] = _argument(predicate, arguments, name)
    whole = [
        columns[field.name] if field.name in columns else pa.nulls(len(log), field.type)
        for field in SCHEMA
    ]
    table = pa.Table.from_arrays(whole, schema=SCHEMA)
    return _encoded(table) if encoded else table


def _kinds(predicate: pa.Array) -> pa.Array:
    coded = predicate.dictionary_encode()
    names = pa.array([EVENTS[name][0] for name in coded.dictionary.to_pylist()])
    return names.take(coded.indices)


def _ids(predicate: pa.Array, arguments: pa.Array, point: pa.Array) -> pa.Array:
    """A breach bears its own number, any other event that of its time point with a dash before."""
    other = pc.binary_join_element_wise("", point.cast(pa.string()), "-")
    return pc.if_else(pc.equal(predicate, "violation"), pc.list_element(arguments, 0), other)


def _argument(predicate: pa.Array, arguments: pa.Array, column: str) -> pa.Array:
    """The argument that stands in a column; null where the predicate has none for it."""
    words, offsets = arguments.flatten(), arguments.offsets.to_numpy()
    at = np.full(len(predicate), -1, np.int64)
    for name, (_, places) in EVENTS.items():
        if column in places:
            rows = pc.equal(predicate, name).to_numpy(zero_copy_only=False)
            at[rows] = offsets[:-1][rows] + places[column]
    return words.take(pa.array(at, mask=at < 0))


def _encoded(table: pa.Table) -> pa.Table:
    for name in WORDS:
        words = table[name].combine_chunks().dictionary_encode()
        table = table.set_column(table.column_names.index(name), name, words)
    return table
