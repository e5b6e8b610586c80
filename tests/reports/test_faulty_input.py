# SPDX-License-Identifier: Apache-2.0
"""Bad input, named by its fault: each is told with row and column, and costs only its own row."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.reports.samples import GOOD, HEADER, PROFILE, csv_bytes, joined, profile_of, read_bytes

from foedus.errors import SourceError
from foedus.reports.faults import REASONS, WARNINGS
from foedus.reports.readers import read_source

ROWS = {
    "wrong type": ("b,2015-02-15,d,48,37,1,drone,x,1,2,t", "low", "number-format"),
    "fraction of a death": ("b,2015-02-15,d,48,37,1,drone,0.5,1,2,t", "low", "number-format"),
    "negative deaths": ("b,2015-02-15,d,48,37,1,drone,-1,1,2,t", "low", "negative"),
    "latitude 91": ("b,2015-02-15,d,91,37,1,drone,0,1,2,t", "lat", "latitude-range"),
    "longitude -181": ("b,2015-02-15,d,48,-180.0000001,1,drone,0,1,2,t", "lon", "longitude-range"),
    "place in words": ("b,2015-02-15,d,north,37,1,drone,0,1,2,t", "lat", "place-format"),
    "half a place": ("b,2015-02-15,d,,37,1,drone,0,1,2,t", "lat", "place-incomplete"),
    "no place": ("b,2015-02-15,d,,,1,drone,0,1,2,t", "lat", "place-missing"),
    "unknown place code": ("b,2015-02-15,d,48,37,9,drone,0,1,2,t", "geo", "place-precision-code"),
    "30 February": ("b,2015-02-30,d,48,37,1,drone,0,1,2,t", "date", "time-impossible"),
    "29 February 2015": ("b,2015-02-29,d,48,37,1,drone,0,1,2,t", "date", "time-impossible"),
    "25 o'clock": ("b,2015-02-15T25:00,m,48,37,1,drone,0,1,2,t", "date", "time-impossible"),
    "skipped hour": ("b,2015-03-29T03:30,m,48,37,1,drone,0,1,2,t", "date", "time-nonexistent"),
    "other format": ("b,15.02.2015,d,48,37,1,drone,0,1,2,t", "date", "time-format"),
    "no time": ("b,,d,48,37,1,drone,0,1,2,t", "date", "time-missing"),
    "unknown precision": ("b,2015-02-15,x,48,37,1,drone,0,1,2,t", "precision", "precision-code"),
    "unlisted label": ("b,2015-02-15,d,48,37,1,drones,0,1,2,t", "kind", "label-unlisted"),
    "no id": (",2015-02-15,d,48,37,1,drone,0,1,2,t", "id", "id-missing"),
    "repeated id": ("a1,2015-02-15,d,48,37,1,drone,0,1,2,t", "id", "id-repeated"),
    "NUL": ("b,2015-02-15,d,48,37,1,drone,0,1,2,t\0t", "text", "nul-byte"),
    "too few cells": ("b,2015-02-15,d,48,37", None, "cell-count"),
    "too many cells": ("b,2015-02-15,d,48,37,1,drone,0,1,2,t,u", None, "cell-count"),
    "stray quote": ('b,2015-02-15,d,48,37,1,drone,0,1,2,"t" u', None, "stray-quote"),
    "absurdly long cell": (
        f"b,2015-02-15,d,48,37,1,drone,0,1,2,{'t' * 1_100_000}",
        None,
        "too-long",
    ),
}


@pytest.mark.parametrize("fault", ROWS)
def test_faulty_row(tmp_path: Path, fault: str) -> None:
    """A faulty row is told at its row and column; the good rows around it are accepted."""
    row, column, reason = ROWS[fault]
    found = read_bytes(tmp_path, csv_bytes(GOOD[0], row, *GOOD[1:]))
    assert found.reasons == [(3, column, reason)]
    assert (found.read, found.accepted, found.quarantined) == (4, 3, 1)
    assert all(refusal["expected"] for refusal in found.refusals.to_pylist())


def test_neither_start_nor_end(tmp_path: Path) -> None:
    """A row without start and end is told by itself; the rows around it keep their own times."""
    text = PROFILE.replace('start = "date"', 'start = "date"\nend = "until"')
    rows = (f"{GOOD[0]},2015-02-16", "b,,d,48,37,1,drone,0,1,2,t,", f"{GOOD[2]},2015-02-17")
    found = read_bytes(tmp_path, "\n".join((f"{HEADER},until", *rows, "")).encode(), text)
    assert found.reasons == [(3, "date", "time-missing")]
    written = [row["occurred_written"] for row in found.rows]
    assert written == ["2015-02-15/2015-02-16", "2015-02-16/2015-02-17"]


def test_every_reason_is_described() -> None:
    """Every code that a row can be refused for says in words what it means."""
    assert {reason for _, _, reason in ROWS.values()} <= set(REASONS)
    assert all(REASONS.values())
    assert all(WARNINGS.values())


def test_all_faults_of_a_row(tmp_path: Path) -> None:
    """A row with three faults is one row in quarantine and tells all three."""
    found = read_bytes(tmp_path, csv_bytes("b,2015-02-30,d,91,37,1,drone,-1,1,2,t"))
    assert {reason for _, _, reason in found.reasons} == {
        "time-impossible", "latitude-range", "negative",
    }  # fmt: skip
    assert (found.read, found.accepted, found.quarantined) == (1, 0, 1)


def test_broken_encoding(tmp_path: Path) -> None:
    """Bytes that are not valid in the declared encoding cost their row, not the file."""
    bad = b"b,2015-02-15,d,48,37,1,drone,0,1,2,\xff\xfe"
    found = read_bytes(tmp_path, csv_bytes(*GOOD) + bad + b"\n")
    assert found.reasons == [(5, "text", "encoding")]
    assert found.refusals["got"].to_pylist() == ["\\xff\\xfe"]


def test_truncated_in_a_row(tmp_path: Path) -> None:
    """A file that ends in the middle of a row loses that row only."""
    found = read_bytes(tmp_path, csv_bytes(*GOOD)[:-20])
    assert found.reasons == [(4, None, "truncated")]
    assert found.accepted == 2


def test_truncated_in_quotes(tmp_path: Path) -> None:
    """A quote that never closes costs the line where it opens; the next lines are read."""
    row = 'b,2015-02-15,d,48,37,1,drone,0,1,2,"begun'
    found = read_bytes(tmp_path, csv_bytes(GOOD[0], row, *GOOD[1:]))
    assert found.reasons == [(3, None, "unclosed-quote")]
    assert found.accepted == 3


def test_deaths_out_of_order_are_accepted(tmp_path: Path) -> None:
    """A low estimate above the best is odd, not refused."""
    found = read_bytes(tmp_path, csv_bytes("b,2015-02-15,d,48,37,1,drone,2,1,3,t"))
    assert found.rows[0]["warnings"] == ["deaths-order"]
    assert found.quarantined == 0


def test_repeated_id_across_files(tmp_path: Path) -> None:
    """An id counts once over all files of a source; the first item that has it is accepted."""
    paths = [tmp_path / name for name in ("one.csv", "two.csv")]
    for path in paths:
        path.write_bytes(csv_bytes(*GOOD))
    found = joined(list(read_source(profile_of(tmp_path), paths)))
    assert (found.accepted, found.quarantined) == (3, 3)
    assert set(found.refusals["batch_id"].to_pylist()) == {"patrol/two.csv"}


def test_a_refused_row_does_not_take_its_id(tmp_path: Path) -> None:
    """A mended row is accepted although the faulty one before it bore the same id."""
    found = read_bytes(tmp_path, csv_bytes("a1,2015-02-30,d,48,37,1,drone,0,1,2,t", GOOD[0]))
    assert (found.accepted, found.quarantined) == (1, 1)


def test_missing_columns_are_all_told(tmp_path: Path) -> None:
    """A header without declared columns tells every one of them and the nearest name."""
    data = csv_bytes(*GOOD).replace(b"id,date", b"id,dates").replace(b",lon,", b",long,")
    with pytest.raises(SourceError) as caught:
        read_bytes(tmp_path, data)
    assert [fault.column for fault in caught.value.faults] == ["date", "lon"]
    assert "did you mean 'dates'?" in str(caught.value)


@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonl"])
def test_empty_file(tmp_path: Path, kind: str) -> None:
    """A file without a byte is told as such, whatever its kind."""
    with pytest.raises(SourceError, match="an empty file"):
        read_bytes(tmp_path, b"", PROFILE + f'[format]\nkind = "{kind}"\n')


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there is told by its path."""
    with pytest.raises(SourceError, match=r"absent\.csv"):
        list(read_source(profile_of(tmp_path), [tmp_path / "absent.csv"]))


def test_only_a_header(tmp_path: Path) -> None:
    """A header without rows is a delivery of nothing, with all its columns."""
    found = read_bytes(tmp_path, csv_bytes())
    assert (found.read, found.reports.num_rows) == (0, 0)


def test_blank_lines_are_no_rows(tmp_path: Path) -> None:
    """A blank line is not read, but later rows keep the numbers that a spreadsheet shows."""
    found = read_bytes(tmp_path, csv_bytes(GOOD[0], "", "b,,d,48,37,1,drone,0,1,2,t"))
    assert found.read == 2
    assert found.reasons == [(4, "date", "time-missing")]


def test_line_breaks_in_quotes_start_no_row(tmp_path: Path) -> None:
    """Rows are counted by record: a line break inside quotes is part of its cell."""
    row = 'b,2015-02-15,d,48,37,1,drone,0,1,2,"two\nlines"'
    found = read_bytes(tmp_path, csv_bytes(row, "c,,d,48,37,1,drone,0,1,2,t"))
    assert found.rows[0]["text"] == "two\nlines"
    assert found.reasons == [(3, "date", "time-missing")]


def test_truncated_parquet(tmp_path: Path) -> None:
    """A Parquet file without its end cannot be read, and says so."""
    path = tmp_path / "whole.parquet"
    pq.write_table(pa.table({name: ["1"] for name in HEADER.split(",")}), path)
    with pytest.raises(SourceError, match="a whole Parquet file"):
        read_bytes(tmp_path, path.read_bytes()[:-30], PROFILE + '[format]\nkind = "parquet"\n')


def test_bad_json_line(tmp_path: Path) -> None:
    """A line that is no JSON object costs that line."""
    good = (
        '{"id": "%s", "date": "2015-02-15", "precision": "d", "lat": 48.1, "lon": 37.2, "geo": 1,'
    )
    good += ' "kind": "drone", "low": 0, "best": 1, "high": 2, "text": null}'
    data = "\n".join([good % "a", '{"id": "b", ', "[1]", good % "c"])
    found = read_bytes(tmp_path, data.encode(), PROFILE + '[format]\nkind = "jsonl"\n')
    assert found.reasons == [(2, None, "bad-json"), (3, None, "bad-json")]
    assert [row["item_id"] for row in found.rows] == ["a", "c"]
    assert found.rows[0]["latitude_e7"] == 481000000


def test_deep_json_line(tmp_path: Path) -> None:
    """A line nested without end is refused as a line, not a failure of the program."""
    deep = '{"id": ' + "[" * 100_000 + "]" * 100_000 + "}"
    found = read_bytes(tmp_path, deep.encode(), PROFILE + '[format]\nkind = "jsonl"\n')
    assert found.reasons == [(1, None, "bad-json")]


def test_line_ends_of_old(tmp_path: Path) -> None:
    """A file with carriage returns only has no line ends, and is told as such."""
    with pytest.raises(SourceError, match="a header and a line end"):
        read_bytes(tmp_path, csv_bytes(*GOOD).replace(b"\n", b"\r"))
