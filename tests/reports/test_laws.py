# SPDX-License-Identifier: Apache-2.0
"""What must hold of reading whatever the input: nothing is lost, and cuts do not matter."""

from __future__ import annotations

import csv
import io
import json
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reports.samples import HEADER, PROFILE, Reading, csv_bytes, read_bytes

from foedus.base.encoding import digest, from_table
from foedus.errors import SourceError
from foedus.reports import delimited
from foedus.reports.record import STATED, Article, Refusal, Report
from foedus.reports.splitter import Grammar, column, cut

CELLS = {
    "id": st.text("abc123", max_size=3),
    "date": st.sampled_from(["2015-02-15", "2015-02-30", "2015-07-27T00:01", "", "soon"]),
    "precision": st.sampled_from(["d", "m", "q"]),
    "lat": st.sampled_from(["48.0159", "91", "", "x"]),
    "lon": st.sampled_from(["37.8029", "-181", ""]),
    "geo": st.sampled_from(["1", "2", "3", ""]),
    "kind": st.sampled_from(["drone", "shelling", "rumour", ""]),
    "low": st.sampled_from(["0", "-1", "x", ""]),
    "best": st.sampled_from(["1", "1.0", ""]),
    "high": st.sampled_from(["2", ""]),
    "text": st.text(max_size=60),
}
ROW = st.fixed_dictionaries(CELLS).map(lambda row: tuple(row.values()))


def written(rows: list[tuple[str, ...]]) -> bytes:
    """A file as Python's own csv module writes it."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([HEADER.split(","), *rows])
    return out.getvalue().encode("utf-8", "surrogatepass")


def read(data: bytes, text: str = PROFILE, batch_rows: int = 65536) -> Reading:
    """Read bytes in a folder of their own."""
    with TemporaryDirectory() as folder:
        return read_bytes(Path(folder), data, text, batch_rows)


@given(st.lists(ROW, max_size=12))
def test_every_row_is_accounted_for(rows: list[tuple[str, ...]]) -> None:
    """Read = accepted + quarantined, and as many are read as were written."""
    found = read(written(rows))
    assert found.read == len(rows) == found.accepted + found.quarantined


@given(
    st.lists(ROW, max_size=8),
    st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=4)), max_size=6),
    st.integers(0, 200),
)
def test_corrupted_files_lose_nothing(
    rows: list[tuple[str, ...]], edits: list[tuple[int, bytes]], lost: int
) -> None:
    """However bytes are overwritten or cut off, the sums hold and nothing but a fault is raised."""
    data = bytearray(written(rows))
    start = len(HEADER) + 1
    for place, junk in edits:
        at = start + place % (len(data) - start + 1)
        data[at : at + len(junk)] = junk
    found = read(bytes(data[: max(start, len(data) - lost)]))
    assert found.read == found.accepted + found.quarantined
    assert found.accepted == found.reports.num_rows


@given(st.binary(max_size=300), st.sampled_from(["csv", "jsonl", "parquet"]))
def test_any_bytes_are_read_or_refused(data: bytes, kind: str) -> None:
    """A file of any bytes is read or raises a fault of the source, never another error."""
    with suppress(SourceError):
        found = read(data, PROFILE + f'[format]\nkind = "{kind}"\n')
        assert found.read == found.accepted + found.quarantined


@settings(max_examples=40)
@given(st.lists(ROW, min_size=1, max_size=12), st.integers(1, 5), st.integers(1, 400))
def test_batches_do_not_matter(rows: list[tuple[str, ...]], batch_rows: int, block: int) -> None:
    """Neither the size of a batch nor that of a block changes a single value."""
    data = written(rows)
    whole = read(data)
    usual, delimited.BLOCK_BYTES = delimited.BLOCK_BYTES, block  # type: ignore[misc]
    try:
        parts = read(data, batch_rows=batch_rows)
    finally:
        delimited.BLOCK_BYTES = usual  # type: ignore[misc]
    assert whole.reports.equals(parts.reports)
    assert whole.refusals.equals(parts.refusals)


@given(st.lists(ROW, max_size=10, unique_by=lambda row: row[0]), st.randoms())
def test_order_of_rows_changes_order_only(rows: list[tuple[str, ...]], random: object) -> None:
    """Shuffled rows give the same reports, in the shuffled order."""
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = read(written(rows)), read(written(shuffled))
    key = "report_id"
    assert one.reports.sort_by(key).equals(other.reports.sort_by(key))


@given(st.lists(ROW, max_size=6))
def test_tables_hold_records(rows: list[tuple[str, ...]]) -> None:
    """Every table converts to its records, and a report's digest is that of what was stated."""
    found = read(written(rows))
    reports = from_table(Report, found.reports)
    from_table(Article, found.articles)
    from_table(Refusal, found.refusals)
    for report in reports:
        assert report.digest == digest({name: getattr(report, name) for name in STATED})


PLAIN = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8)


@given(st.lists(st.tuples(PLAIN, PLAIN, PLAIN), min_size=1, max_size=8))
def test_cutting_agrees_with_the_csv_module(rows: list[tuple[str, str, str]]) -> None:
    """What Python's csv module writes is cut into the same cells, trimmed of blanks."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_ALL).writerows(rows)
    data = np.frombuffer(out.getvalue().encode(), np.uint8)
    grammar = Grammar(ord(","), ord('"'), 3, np.arange(3, dtype=np.int32), 3)
    part = cut(data, grammar, 100, at_end=True)
    kept = np.arange(len(part.status))
    cells = [column(data, part, slot, kept, ord('"')).to_pylist() for slot in range(3)]
    expected = [tuple(cell.strip(" \t").encode() for cell in row) for row in rows]
    assert list(zip(*cells, strict=True)) == expected


@given(st.lists(ROW, min_size=1, max_size=8))
def test_json_lines_read_as_delimited_text(rows: list[tuple[str, ...]]) -> None:
    """The same cells in JSON Lines give the same reports."""
    names = HEADER.split(",")
    lines = [json.dumps(dict(zip(names, row, strict=True))) for row in rows]
    one = read(written(rows))
    other = read("\n".join(lines).encode(), PROFILE + '[format]\nkind = "jsonl"\n')
    assert one.reports.equals(other.reports)
    assert [reason[1:] for reason in one.reasons] == [reason[1:] for reason in other.reasons]


def test_sample_is_good() -> None:
    """A file without faults has none."""
    assert read(csv_bytes()).quarantined == 0
