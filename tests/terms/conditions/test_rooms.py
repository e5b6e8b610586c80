# SPDX-License-Identifier: Apache-2.0
"""What grows in shares holds what an array that is copied whole would hold."""

from __future__ import annotations

from random import Random
from typing import Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foedus.terms.conditions.ledger import Ledger
from foedus.terms.conditions.lexicon import Lexicon
from foedus.terms.conditions.rooms import LEAST, SHARE, Room

EXAMPLES: Final = 60


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.integers(0, 1 << 32), st.sampled_from((0, -7)))
def test_a_room_holds_what_was_written(seed: int, fill: int) -> None:
    """Whatever grows, shrinks and is written, in the midst of a move too."""
    chance = Random(seed)
    room, wanted = Room(2, fill), np.zeros((2, 0), np.int64)
    for _ in range(12):
        size = max(0, wanted.shape[1] + chance.choice((-300, 0, 40, 500, 900, 3_000)))
        held = np.full((2, size), fill, np.int64)
        same = min(size, wanted.shape[1])
        held[:, :same] = wanted[:, :same]
        room.resize(size)
        # A place that was left and is taken again without a fill holds what it did.
        places = np.arange(same, size)
        room.write(places, fill)
        wanted = held
        if size:
            at = np.unique(np.array(chance.choices(range(size), k=50)))
            values = np.array([[chance.randrange(99) for _ in at] for _ in range(2)])
            room.write(at, values)
            wanted[:, at] = values
        assert np.array_equal(room.held(), wanted)


@pytest.mark.parametrize("batch", [1, 100, 1_000, 50_000])
def test_no_growth_moves_more_than_its_share(batch: int) -> None:
    """A step of growth writes some columns for each that comes, however many there are."""
    room = Room(1)
    for _ in range(100):
        before = room._moved
        room.resize(room.size + batch)
        assert room._moved - before <= SHARE * batch + LEAST


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.integers(0, 1 << 32))
def test_a_ledger_holds_the_last_block_of_each_fact(seed: int) -> None:
    """Blocks that take the places of others keep to themselves, and no place is lost."""
    chance = Random(seed)
    ledger, wanted = Ledger(2), dict[int, list[int]]()
    for _ in range(30):
        facts = sorted(chance.sample(range(40), chance.randint(1, 10)))
        blocks = {f: chance.choices(range(99), k=chance.choice((0, 1, 1, 2))) for f in facts}
        rows = [(fact, value) for fact, block in blocks.items() for value in block]
        ledger.replace(np.array(facts), np.array(rows, np.int64).reshape(-1, 2).T)
        wanted |= blocks
        held = [list(row) for row in ledger.all().T.tolist()]
        assert held == [[fact, value] for fact in sorted(wanted) for value in wanted[fact]]
    assert ledger._rows.size <= 3 * 40


@given(st.lists(st.lists(st.one_of(st.none(), st.text(max_size=3)))))
def test_words_have_codes_in_the_order_in_which_they_came(batches: list[list[str | None]]) -> None:
    """Whatever their hash, which differs from run to run."""
    lexicon = Lexicon()
    spoken = [word for batch in batches for word in batch if word is not None]
    order = list(dict.fromkeys(spoken))
    for batch in batches:
        codes = lexicon.learn(batch)
        assert codes == [-1 if word is None else order.index(word) for word in batch]
        assert lexicon.spoken(np.array(codes, np.int64)).to_pylist() == batch
    assert lexicon.array().to_pylist() == order
    assert lexicon.code_of("never said") == len(order)
