# SPDX-License-Identifier: Apache-2.0
"""A dishonest operator shows two histories; whoever witnesses or audits catches the log at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from made_acts import KINDS, NOW, ORIGIN, key, note, us
from made_logs import address, filled, open_store

from foedus.errors import PartyError
from foedus.trust.audit import since
from foedus.trust.log import Log
from foedus.trust.notes import (
    Checkpoint,
    cosignatures,
    is_signed_by,
    log_key,
    signed_checkpoint,
    witness_key,
)
from foedus.trust.witness import ForkError, Request, Seen, witnessed

KEY = log_key(ORIGIN, key("operator").key)
NAME = "witness.example/ua"


class Operator:
    """Keeps two logs under one key: one for each party, alike up to some entry."""

    def __init__(self, folder: Path) -> None:
        self.logs = [filled(str(folder / f"{name}.sqlite"), 5) for name in ("one", "two")]

    def append(self, which: int, text: str) -> None:
        """Let an act enter one history only."""
        self.logs[which].append([note(text)], us(NOW))

    def shows(self, which: int, old: int) -> Request:
        """Return what one history shows to a witness that has seen `old` entries."""
        log = self.logs[which]
        size = log.standing.size
        path = log.consistency(old, size) if old < size else []
        return Request(old, path, log.checkpoint(key("operator")))


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    """A dishonest operator whose histories are alike so far."""
    with address("sqlite", tmp_path):
        yield Operator(tmp_path)


def cosign(request: Request, seen: Seen, by: str = "witness") -> tuple[Checkpoint, Seen]:
    """Let a witness look at what a log shows."""
    return witnessed(request, seen, KEY, NAME, key(by), 1_700_000_000)


def test_honest_growth_is_cosigned(operator: Operator) -> None:
    """A log that grows is cosigned each time, and the witness remembers the last tree."""
    note_, seen = cosign(operator.shows(0, 0), Seen())
    operator.append(0, "more")
    note_, seen = cosign(operator.shows(0, seen.size), seen)
    assert cosignatures(note_, [witness_key(NAME, key("witness").key)])
    assert seen == Seen(8, operator.logs[0].root())
    again, _ = cosign(operator.shows(0, 8), seen)
    assert again.body == note_.body


def test_fork_is_caught_by_a_witness_of_both(operator: Operator) -> None:
    """Who has seen one history cosigns no other, and holds two signed checkpoints as evidence."""
    operator.append(0, "we agreed")
    operator.append(1, "we did not agree")
    operator.append(1, "and said so")
    first, seen = cosign(operator.shows(0, 0), Seen())
    request = operator.shows(1, seen.size)
    with pytest.raises(ForkError, match="another beginning"):
        cosign(request, seen)
    evidence = [first, request.checkpoint]
    assert all(is_signed_by(item, KEY) for item in evidence)
    assert {item.size for item in evidence} == {8, 9}


def test_fork_is_caught_where_two_witnesses_compare(operator: Operator) -> None:
    """Each party's witness saw one history; the log of neither begins with the other's note."""
    operator.append(0, "we agreed")
    operator.append(1, "we did not agree")
    first, _ = cosign(operator.shows(0, 0), Seen(), "one")
    second, _ = cosign(operator.shows(1, 0), Seen(), "other")
    for log, other in ((operator.logs[0], second), (operator.logs[1], first)):
        assert log.is_own(other)
        with pytest.raises(PartyError, match="another beginning"):
            since(log, other)


def test_history_taken_back_is_caught(operator: Operator) -> None:
    """A log that shows fewer entries than it did is not cosigned."""
    operator.append(0, "we agreed")
    _, seen = cosign(operator.shows(0, 0), Seen())
    old = Request(seen.size, [], operator.logs[1].checkpoint(key("operator")))
    with pytest.raises(PartyError, match="at least 8 entries"):
        cosign(old, seen)


def test_same_size_with_another_root_is_a_fork(operator: Operator) -> None:
    """Two roots for one size are two histories."""
    operator.append(0, "we agreed")
    operator.append(1, "we did not agree")
    _, seen = cosign(operator.shows(0, 0), Seen())
    with pytest.raises(ForkError):
        cosign(operator.shows(1, 8), seen)


def test_others_signatures_are_refused(operator: Operator) -> None:
    """A checkpoint that the log's key did not sign is no statement of the log."""
    good = operator.shows(0, 0).checkpoint
    forged = signed_checkpoint(ORIGIN, good.size, good.root, key("other"))
    with pytest.raises(PartyError, match="a checkpoint signed by"):
        cosign(Request(0, [], forged), Seen())
    with pytest.raises(PartyError, match="a proof from 0 entries"):
        cosign(Request(3, [], good), Seen())


def test_log_signs_no_fork_of_its_own(operator: Operator, tmp_path: Path) -> None:
    """An operator whose store was changed under it cannot sign over what it signed before."""
    shown = operator.shows(0, 0).checkpoint
    changed = Log(open_store(str(tmp_path / "one.sqlite")), KINDS)
    with changed.store.writing():
        changed.store.add_checkpoint(7, str(shown._replace(root=bytes(32))))
    with pytest.raises(Exception, match="begins with the 7 entries"):
        changed.checkpoint(key("operator"))
