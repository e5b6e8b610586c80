# SPDX-License-Identifier: Apache-2.0
"""Canonical bytes, digests, and the one road between records and Arrow tables.

A record is a frozen msgspec Struct whose fields are annotated with a description and, where it
has one, a unit. Its canonical form is RFC 8785 JSON without the fields that are None; its digest is
SHA-256 of these bytes. `table_digests` gives the same digests for whole tables without building
the records. Reading and writing of files is left to publication.
"""

from __future__ import annotations

import hashlib
import types
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Annotated, Any, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import rfc8785

R = TypeVar("R", bound=msgspec.Struct)

SCALARS: dict[Any, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    bool: pa.bool_(),
    bytes: pa.binary(),
}


class Column(NamedTuple):
    """One column of a record's table: name, Arrow type, whether it may be unknown, what it is."""

    name: str
    type: pa.DataType
    nullable: bool
    description: str
    unit: str


def canonical(value: Any) -> bytes:
    """Return the RFC 8785 bytes of `value`; fields of a record that are None are left out."""
    return rfc8785.dumps(_without_none(msgspec.to_builtins(value)))


def digest(value: Any) -> str:
    """Return the SHA-256 of the canonical bytes of `value`, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def bytes_digest(data: bytes) -> str:
    """Return the SHA-256 of `data`, as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_none(item) for item in value]
    return value


def columns(record: type[msgspec.Struct]) -> tuple[Column, ...]:
    """Return the columns of a record type, in the order of its fields."""
    hints = get_type_hints(record, include_extras=True)
    return tuple(_column(name, hints[name]) for name in record.__struct_fields__)


def _column(name: str, hint: Any) -> Column:
    meta = msgspec.Meta()
    if get_origin(hint) is Annotated:
        hint, *extras = get_args(hint)
        meta = next(extra for extra in extras if isinstance(extra, msgspec.Meta))
    nullable = False
    if get_origin(hint) in (Union, types.UnionType):
        (hint,) = (arg for arg in get_args(hint) if arg is not type(None))
        nullable = True
    if get_origin(hint) in (list, tuple):
        arrow = pa.list_(SCALARS[get_args(hint)[0]])
    else:
        arrow = SCALARS[hint]
    unit = (meta.extra or {}).get("unit", "")
    return Column(name, arrow, nullable, meta.description or "", unit)


@cache
def schema(record: type[msgspec.Struct]) -> pa.Schema:
    """Return the Arrow schema of a record type; description and unit stand in field metadata."""
    return pa.schema(
        [
            pa.field(c.name, c.type, c.nullable, {"description": c.description, "unit": c.unit})
            for c in columns(record)
        ]
    )


def to_table(record: type[R], records: Iterable[R]) -> pa.Table:
    """Return the table of `records`, one row each, in their order."""
    rows = [msgspec.to_builtins(item) for item in records]
    return pa.Table.from_pylist(rows, schema=schema(record))


def from_table(record: type[R], table: pa.Table) -> list[R]:
    """Return the records of `table`; raises `msgspec.ValidationError` where a row does not fit."""
    return msgspec.convert(table.to_pylist(), list[record])  # type: ignore[valid-type]


def table_digests(table: pa.Table, names: Sequence[str]) -> pa.Array:
    """Return for each row the digest of a record that holds just the columns `names`.

    Equal to `digest` of that record; columns are strings, integers, booleans or lists of those.
    Lists are taken as they are; a null is left out, as in `canonical`.
    """
    if table.num_rows == 0:
        return pa.array([], pa.string())
    pieces = [piece for name in sorted(names) for piece in _member(name, table.column(name))]
    texts = pc.binary_join_element_wise(*pieces, "", null_handling="skip")
    sha = hashlib.sha256
    return pa.array(
        [sha(b"{" + text[:-1] + b"}").hexdigest() for text in texts.cast(pa.binary()).to_pylist()],
        pa.string(),
    )


def _member(name: str, column: pa.ChunkedArray) -> tuple[Any, ...]:
    """The member `"name":value,` of each row in pieces to be joined; nothing where it is null."""
    if column.null_count == len(column):
        return ()
    before, after, value = f'"{name}":', ",", column
    if pa.types.is_list(column.type):
        value = _list_text(column)
    elif pa.types.is_string(column.type):
        before, after, value = before + '"', '",', _escaped(column)
    else:
        value = column.cast(pa.string())
    if column.null_count == 0:
        return before, value, after
    return (pc.binary_join_element_wise(before, value, after, "", null_handling="emit_null"),)


def _list_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Lists as JSON arrays, joined in bulk."""
    chunk = column.combine_chunks()
    items = chunk.flatten()
    if pa.types.is_string(items.type):
        items = pc.binary_join_element_wise('"', _escaped(items), '"', "")
    lengths = pc.fill_null(pc.list_value_length(chunk), 0).to_numpy()
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    lists = pa.ListArray.from_arrays(pa.array(offsets), items.cast(pa.string()))
    joined = pc.binary_join_element_wise("[", pc.binary_join(lists, ","), "]", "")
    return pc.if_else(pc.is_valid(chunk), joined, pa.scalar(None, pa.string()))


def _escaped(column: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """Escape as RFC 8785 does: quote, backslash, and the controls below U+0020."""
    # The backslash comes first, since what replaces the others holds one.
    for byte in sorted(_special_bytes(column), key=lambda byte: byte != ord("\\")):
        plain = chr(byte)
        written = canonical(plain).decode()[1:-1]
        column = pc.replace_substring(column, plain, written)
    return column


def _special_bytes(column: pa.ChunkedArray | pa.Array) -> list[int]:
    """The bytes that must be escaped and stand in the column, nulls among them."""
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    there: set[int] = set()
    for chunk in chunks:
        _, bounds, held = chunk.buffers()
        if len(chunk) and held is not None and held.size:
            width = np.int64 if pa.types.is_large_string(chunk.type) else np.int32
            ends = np.frombuffer(bounds, width)[[chunk.offset, chunk.offset + len(chunk)]]
            data = np.frombuffer(held, np.uint8)[ends[0] : ends[1]]
            marked = data[(data < 0x20) | (data == ord('"')) | (data == ord("\\"))]
            there.update(np.unique(marked).tolist())
    return sorted(there)
