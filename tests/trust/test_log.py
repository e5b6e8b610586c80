# SPDX-License-Identifier: Apache-2.0
"""What holds of a log in either store: one order, all or nothing, and a tree that only grows."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from made_acts import KINDS, NOW, act, admission, key, note, opening, us
from made_logs import STORES, address, filled, open_store
from msgspec.structs import replace

from foedus.errors import OperatorError, PartyError
from foedus.trust.acts import act_id
from foedus.trust.folding import Fold, states
from foedus.trust.log import Log, act_of
from foedus.trust.merkle import leaf_hash, root, root_from_inclusion
from foedus.trust.notes import cosigned


@pytest.fixture(params=STORES)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a log may be kept, in each store."""
    with address(request.param, tmp_path) as found:
        yield found


def leaves(log: Log) -> list[bytes]:
    """Return the leaves of a log, from its commitments alone."""
    return [leaf_hash(item) for item in log.store.commitments(0, log.store.size())]


def test_acts_come_back_as_they_were(where: str) -> None:
    """What was appended is read back the same, also by whoever opens the store anew."""
    acts = [
        opening("registrar"),
        admission("clerk", "recorder"),
        note(),
        note("ü — 漢", on="2014-03-01"),
    ]
    Log(open_store(where), KINDS).append(acts, us(NOW))
    log = Log(open_store(where, read_only=True), KINDS)
    assert [act_of(row) for row in log.store.rows()] == acts
    assert log.standing.mission == "made"


@pytest.mark.parametrize("notes", [0, 1, 254, 255, 600])
def test_tree_is_that_of_the_commitments(where: str, notes: int) -> None:
    """Root and proofs, which come from tiles, are those of the leaves, also when reopened."""
    log = filled(where, notes)
    size, hashes = log.standing.size, leaves(log)
    assert log.root() == root(hashes)
    for again in (log, Log(open_store(where), KINDS)):
        for index in {0, size // 2, size - 1}:
            path = again.inclusion(index, size)
            assert root_from_inclusion(hashes[index], index, size, path) == root(hashes)
        assert again.root() == root(hashes)
        assert again.root(size // 2) == root(hashes[: size // 2])


def test_bad_act_keeps_its_batch_out(where: str) -> None:
    """One act that may not enter keeps all out, and every reason is told."""
    log = filled(where)
    with pytest.raises(PartyError) as error:
        log.append([note(), note(by="stranger"), note(mission="other")], us(NOW))
    assert {fault.file for fault in error.value.faults} == {"act 2", "act 3"}
    assert (log.standing.size, log.store.size()) == (2, 2)


def test_act_enters_once(where: str) -> None:
    """An act that is there is refused, and so is one that stands twice in a batch."""
    log = filled(where, 1)
    for acts in ([note("note 0", subject="made/0")], [note("new"), note("new")]):
        with pytest.raises(PartyError, match="an act that is new"):
            log.append(acts, us(NOW))


def test_known_never_goes_back(where: str) -> None:
    """An act is known from when it is appended, whatever it tells of, and never before the last."""
    log = filled(where)
    log.append([note(on="2014-03-01")], us(NOW) + 5)
    log.append([note("later")], us(NOW) + 1)
    found = [entry.known_us - us(NOW) for entry in log.entries()]
    assert found == [0, 0, 5, 5]


def test_admission_holds_within_its_batch(where: str) -> None:
    """A key that a batch admits may sign the next act of the batch, and not the one before."""
    log = Log(open_store(where), KINDS)
    log.append([opening("registrar"), admission("clerk", "recorder"), note()], us(NOW))
    with pytest.raises(
        PartyError, match="act 1:signatures: expected a key that this log has admitted"
    ):
        log.append([note(by="second"), admission("second", "recorder")], us(NOW))


def test_several_writers_have_one_order(where: str) -> None:
    """Writers that append at once all get in, each once, into one order."""
    filled(where)

    def write(writer: int) -> None:
        log = Log(open_store(where), KINDS)
        for n in range(8):
            log.append([note(f"{writer}/{n}")], us(NOW))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    log = Log(open_store(where), KINDS)
    texts = [(entry.payload or {})["text"] for entry in log.entries(2)]
    assert sorted(texts) == sorted(f"{writer}/{n}" for writer in range(4) for n in range(8))
    for writer in range(4):
        own = [text for text in texts if text.startswith(f"{writer}/")]
        assert own == [f"{writer}/{n}" for n in range(8)]
    assert log.root() == root(leaves(log))


def test_pool_gives_the_same(where: str) -> None:
    """Signatures checked by other processes are checked as well."""
    log = filled(where)
    acts = [note(f"note {n}") for n in range(300)]
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        assert log.append(acts, us(NOW), pool).size == 302
        forged = acts[7].signatures[0]
        bad = [note(f"more {n}") for n in range(300)]
        bad[7] = replace(bad[7], signatures=(forged,))
        with pytest.raises(PartyError, match="act 8"):
            log.append(bad, us(NOW), pool)


def test_checkpoints(where: str) -> None:
    """A checkpoint is the log's own, kept, made once per size, and the log begins with it later."""
    log = filled(where, 3)
    first = log.checkpoint(key("operator"))
    assert log.checkpoint(key("operator")) == first
    log.append([note("later")], us(NOW))
    assert log.begins_with(first)
    assert log.is_own(first)
    second = log.checkpoint(key("operator"))
    assert [first.size, second.size] == [5, 6]
    assert Log(open_store(where), KINDS).last_checkpoint() == second
    with pytest.raises(PartyError, match="the key of the log's checkpoints"):
        log.checkpoint(key("clerk"))


def test_cosignatures_are_kept(where: str) -> None:
    """Lines of witnesses are added to the checkpoint that they cosigned, and to no other."""
    log = filled(where)
    note_ = log.checkpoint(key("operator"))
    log.take_cosigned(cosigned(note_, "w.example/1", key("one"), 5))
    log.take_cosigned(cosigned(note_, "w.example/2", key("two"), 6))
    last = log.last_checkpoint()
    assert last is not None
    assert [line.name for line in last.lines] == [log.origin, "w.example/1", "w.example/2"]
    with pytest.raises(PartyError, match="a checkpoint of this log"):
        log.take_cosigned(note_._replace(root=bytes(32)))


def test_erased_payload_leaves_the_commitment(where: str) -> None:
    """Payload, or all beside the log, can be erased; the tree stays, and keys cannot be erased."""
    log = filled(where, 4)
    before = log.root()
    log.erase(3)
    log.erase(4, whole=True)
    kept, gone = act_of(log.row(3)), act_of(log.row(4))
    assert kept is not None
    assert (kept.payload, kept.seal, gone) == (None, None, None)
    assert Log(open_store(where), KINDS).root() == before
    with pytest.raises(PartyError, match="not about keys"):
        log.erase(1)


def withdrawal(name: str, by: str, subject: str = "made/0") -> object:
    """Return an act that takes another back."""
    payload = {"act": name, "reason": "mistaken"}
    return act("act.withdraw", payload, key(by), subject=subject)


def test_withdrawal_is_for_the_holder_or_a_registrar(where: str) -> None:
    """Who signed an act may take it back, and so may a registrar; nobody else."""
    log = filled(where, 2)
    log.append([admission("second", "recorder")], us(NOW))
    names = [act_id(found.envelope) for found in map(act_of, log.store.rows()) if found]
    for bad in (
        withdrawal(names[2], "second"),
        withdrawal("0" * 64, "clerk"),
        withdrawal(names[2], "clerk", "made/1"),
        withdrawal(names[1], "registrar", f"key/{key('clerk').key}"),
    ):
        with pytest.raises(PartyError):
            log.append([bad], us(NOW))
    log.append([withdrawal(names[2], "clerk")], us(NOW))
    log.append([withdrawal(names[3], "registrar", "made/1")], us(NOW))
    count: Fold[int] = Fold(lambda _subject: 0, lambda held, _entry: held + 1)
    found = states(count, log.entries())
    assert (found["made/0"], found["made/1"]) == (0, 0)


def test_exercise_is_told_by_the_origin(where: str) -> None:
    """The log of an exercise has an origin that says so; another may not have one."""
    log = Log(open_store(where), KINDS)
    payload = opening("registrar").payload or {}
    marked = payload | {"origin": "log.example/made/exercise"}
    for bad in (
        act("log.open", payload, key("registrar"), subject="log", exercise=True),
        act("log.open", marked, key("registrar"), subject="log"),
    ):
        with pytest.raises(PartyError, match="an origin that ends in /exercise"):
            log.append([bad], us(NOW))
    good = act("log.open", marked, key("registrar"), subject="log", exercise=True)
    log.append([good], us(NOW))
    with pytest.raises(PartyError, match="an act of an exercise"):
        log.append([admission("clerk", "recorder")], us(NOW))


def test_read_only_store_is_named(where: str) -> None:
    """Writing to a store that is only to be read is refused with its name."""
    filled(where)
    log = Log(open_store(where, read_only=True), KINDS)
    with pytest.raises(OperatorError, match="a log that can be written") as error:
        log.append([note()], us(NOW))
    assert error.value.faults[0].file == log.store.name


def test_act_is_found_by_the_beginning_of_its_id(where: str) -> None:
    """A beginning of an id that fits one act finds it; too short or unknown ones are told."""
    log = filled(where, 2)
    name = act_id(note("note 1", subject="made/1").envelope)
    assert log.index_of(name) == log.index_of(name[:12].upper()) == 3
    for bad in ("abc", "0" * 64, "not digits"):
        with pytest.raises(OperatorError, match="the id of an act"):
            log.index_of(bad)
