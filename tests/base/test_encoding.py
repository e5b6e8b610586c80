# SPDX-License-Identifier: Apache-2.0
"""Records have one canonical form and one digest, whether they stand alone or in a table."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from foedus.base.encoding import (
    bytes_digest,
    canonical,
    columns,
    digest,
    from_table,
    schema,
    table_digests,
    to_table,
)


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """A record with a column of every kind that tables hold."""

    note_id: Annotated[str, Meta(description="the note")]
    text: Annotated[str | None, Meta(description="what it says")] = None
    size_m: Annotated[int | None, Meta(description="its size", extra={"unit": "m"})] = None
    is_open: Annotated[bool | None, Meta(description="whether it is open")] = None
    words: Annotated[list[str], Meta(description="its words")] = []
    counts: Annotated[list[int], Meta(description="its counts")] = []


SAFE = 2**53 - 1
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
sizes = st.integers(-SAFE, SAFE)
notes = st.builds(
    Note,
    note_id=texts,
    text=st.none() | texts,
    size_m=st.none() | sizes,
    is_open=st.none() | st.booleans(),
    words=st.lists(texts, max_size=3),
    counts=st.lists(sizes, max_size=3),
)


@given(st.lists(notes, max_size=8))
def test_table_has_the_digests_of_its_records(rows: list[Note]) -> None:
    """Whole tables get, row by row, the digest that each record gets alone, escapes and all."""
    found = table_digests(to_table(Note, rows), Note.__struct_fields__).to_pylist()
    assert found == [digest(row) for row in rows]


@given(st.lists(notes, min_size=1, max_size=4))
def test_digest_of_some_columns(rows: list[Note]) -> None:
    """A digest over chosen columns is that of a record which holds just those, in any order."""
    table = to_table(Note, rows)
    found = table_digests(table, ("text", "note_id"))
    assert found.equals(table_digests(table, ("note_id", "text")))
    expected = [digest({"note_id": row.note_id, "text": row.text}) for row in rows]
    assert found.to_pylist() == expected


@given(st.lists(notes, min_size=1, max_size=6), st.integers(1, 5))
def test_digests_do_not_depend_on_chunks(rows: list[Note], size: int) -> None:
    """However a table is cut into chunks, its digests are the same."""
    table = to_table(Note, rows)
    cut = pa.concat_tables([table.slice(at, size) for at in range(0, len(rows), size)])
    whole = table_digests(table, Note.__struct_fields__).to_pylist()
    assert table_digests(cut, Note.__struct_fields__).to_pylist() == whole


@given(st.lists(notes, max_size=8))
def test_records_come_back_from_a_table(rows: list[Note]) -> None:
    """What went into a table comes out of it, None as None."""
    assert from_table(Note, to_table(Note, rows)) == rows


@given(notes)
def test_canonical_form_is_json_in_order_without_nothing(note: Note) -> None:
    """RFC 8785: keys sorted, no white space; what is None is left out."""
    data = canonical(note)
    parsed = json.loads(data)
    assert list(parsed) == sorted(parsed)
    assert None not in parsed.values()
    assert msgspec.convert(parsed, Note) == note


def test_canonical_form_of_a_known_record() -> None:
    """The bytes are written down here, since digests that others hold rest on them."""
    note = Note(note_id="é\u2028\n", size_m=-5, words=["b", "a"])
    expected = '{"counts":[],"note_id":"é\u2028\\n","size_m":-5,"words":["b","a"]}'
    assert canonical(note) == expected.encode()
    assert digest(note) == hashlib.sha256(expected.encode()).hexdigest()
    assert bytes_digest(canonical(note)) == digest(note)


def test_numbers_that_json_cannot_hold_are_refused() -> None:
    """RFC 8785 knows no integer beyond 2**53, and no canonical form is guessed for one."""
    with pytest.raises(ValueError, match="9007199254740993"):
        canonical({"size": 2**53 + 1})


def test_columns_tell_type_unit_and_whether_they_may_be_unknown() -> None:
    """Everything a table's reader must know of a column is read off the record."""
    size = next(column for column in columns(Note) if column.name == "size_m")
    assert size == ("size_m", pa.int64(), True, "its size", "m")
    field = schema(Note).field("size_m")
    assert field.metadata == {b"description": b"its size", b"unit": b"m"}
    assert not schema(Note).field("note_id").nullable


def test_row_that_does_not_fit_is_refused() -> None:
    """A null where a record demands a value is an error, not an empty text."""
    table = pa.table({"note_id": pa.array([None], pa.string())})
    with pytest.raises(msgspec.ValidationError):
        from_table(Note, table)
