# SPDX-License-Identifier: Apache-2.0
"""Labels: no two overlap, none is cut."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from foedus.publication.labels import Box, Named, beside, stacked, text_width

POSITIONS = st.floats(0, 900, allow_nan=False)
WORDS = st.text("abcdefghij klmW’МінськП", min_size=1, max_size=14)
NAMED = st.builds(Named, st.floats(5, 395), st.floats(5, 395), WORDS, st.just(2.5), st.just(12.0))


@given(st.lists(st.tuples(POSITIONS, st.floats(10, 300)), max_size=12))
def test_stacked_labels_never_overlap(marks: list[tuple[float, float]]) -> None:
    """No two labels of a row may overlap, and none may leave the room."""
    placed = stacked([at for at, _ in marks], [width for _, width in marks], 900)
    for label in placed:
        assert 0 <= label.left <= label.right <= 900 + 1e-9
    for one, other in combinations(placed, 2):
        apart = one.right <= other.left or other.right <= one.left
        assert one.row != other.row or apart


@given(st.lists(st.tuples(st.floats(0, 500), st.floats(10, 300)), max_size=12))
def test_no_line_crosses_a_label_with_room(marks: list[tuple[float, float]]) -> None:
    """Where every label fits to the right of its line, no line may run through a label."""
    at, widths = [at for at, _ in marks], [width for _, width in marks]
    placed = stacked(at, widths, 900)
    for label, own in zip(placed, at, strict=True):
        for other, line in zip(placed, at, strict=True):
            if label.left < line < label.right and line != own:
                assert other.row < label.row


def test_a_label_without_room_ends_at_its_line() -> None:
    """A label near the right edge must stand to the left of its line."""
    assert stacked([890.0], [100.0], 900) == [(0, 790.0, 890.0)]


@given(st.lists(NAMED, max_size=25))
def test_names_of_points_never_overlap(points: list[Named]) -> None:
    """No name may overlap another, a dot or what is taken, nor leave the frame."""
    frame, taken = Box(0, 0, 400, 400), Box(300, 350, 400, 400)
    boxes = [spot.box for spot in beside(points, frame, [taken]) if spot is not None]
    dots = [Box(p.x - 2.5, p.y - 2.5, p.x + 2.5, p.y + 2.5) for p in points]
    assert all(box.within(frame) and not box.meets(taken) for box in boxes)
    assert not any(one.meets(other) for one, other in combinations(boxes, 2))
    assert not any(box.meets(dot) for box in boxes for dot in dots)


def test_first_points_are_named_first() -> None:
    """Where two names fight for one spot, the first declared must win."""
    points = [Named(50, 50, "First", 2.5, 12.0), Named(50, 50, "Second", 2.5, 12.0)]
    first, _ = beside(points, Box(0, 0, 100, 60))
    assert first is not None


@given(WORDS, WORDS)
def test_width_grows_with_words(one: str, other: str) -> None:
    """Words together must be as wide as apart."""
    joined = text_width(one + other, 12)
    assert abs(joined - text_width(one, 12) - text_width(other, 12)) < 1e-6
