# SPDX-License-Identifier: Apache-2.0
"""Ranges, tags and what is kept: the small laws on which every answer rests."""

from __future__ import annotations

from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foedus.web.files import _part
from foedus.web.headers import is_same, takes_gzip
from foedus.web.shelf import Kept, Shelf

SIZES = st.integers(1, 10_000)


@given(size=SIZES, first=st.integers(0, 12_000), length=st.integers(0, 12_000))
def test_a_range_is_a_slice(size: int, first: int, length: int) -> None:
    """A range gives the bytes that a slice gives, and nothing where it begins beyond the end."""
    data = bytes(n % 251 for n in range(size))
    last = first + length
    found = _part(f"bytes={first}-{last}", size)
    assert (found is None) == (first >= size)
    if found is not None:
        assert data[found[0] : found[1] + 1] == data[first : last + 1]
    open_end = _part(f"bytes={first}-", size)
    assert open_end is None or data[open_end[0] : open_end[1] + 1] == data[first:]


@given(size=SIZES, length=st.integers(1, 12_000))
def test_a_range_from_the_end(size: int, length: int) -> None:
    """The last bytes of a file are its last, or all where it has fewer."""
    data = bytes(n % 251 for n in range(size))
    found = _part(f"bytes=-{length}", size)
    assert found is not None
    assert data[found[0] : found[1] + 1] == data[-length:]


@given(st.text(max_size=30), SIZES)
def test_no_range_breaks(words: str, size: int) -> None:
    """What is no range is refused, and what is one lies within the file."""
    found = _part(words, size)
    assert found is None or 0 <= found[0] <= found[1] < size


@given(st.integers(1, 2_000_000_000), st.integers(-1_000, 1_000))
def test_a_tag_counts_before_a_time(made_s: int, off_s: int) -> None:
    """Where a reader sends both, the tag decides; alone, the very time of the edition does."""
    since_s = max(made_s + off_s, 0)
    since = formatdate(since_s, usegmt=True)
    assert not is_same({"if-none-match": '"other"', "if-modified-since": since}, "tag", made_s)
    assert is_same({"if-none-match": 'W/"x", "tag"'}, "tag", made_s)
    assert is_same({"if-none-match": '"tag-gz"'}, "tag", made_s)
    assert is_same({"if-modified-since": since}, "tag", made_s) == (since_s == made_s)
    assert not is_same({"if-modified-since": since}, "tag", None)
    assert not is_same({"if-modified-since": "yesterday"}, "tag", made_s)


@pytest.mark.parametrize(
    ("said", "takes"),
    [
        ("", False),
        ("gzip", True),
        ("deflate, GZIP;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip; q=0.0, identity", False),
        ("*", True),
        ("*;q=0", False),
        ("gzip;q=0, *", False),
        ("br, identity", False),
        ("gzip;q=x", False),
        ("not-gzip", False),
        ("x-gzip", True),
    ],
)
def test_compression_is_as_the_reader_wants(said: str, takes: bool) -> None:  # noqa: FBT001
    """What a reader does not take is not sent."""
    assert takes_gzip({"accept-encoding": said}) == takes


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 40)), max_size=60))
def test_the_shelf_keeps_to_its_size(put: list[tuple[int, int]]) -> None:
    """However much is put, no more is kept than there is room for, and what is found is whole."""
    shelf = Shelf(limit_bytes=200)
    last: dict[str, bytes] = {}
    for name, length in put:
        body = bytes([name]) * length
        shelf.put(str(name), Kept("json", body, None))
        if length <= 20:
            last[str(name)] = body
        assert shelf.size <= 200
        for tag, expected in last.items():
            kept = shelf.get(tag)
            assert kept is None or kept.body == expected
