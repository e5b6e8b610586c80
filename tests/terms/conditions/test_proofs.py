# SPDX-License-Identifier: Apache-2.0
"""Each verdict has a proof that the checker accepts, and no proof that was touched is accepted."""

from __future__ import annotations

import copy
import subprocess
import sys
from collections.abc import Iterator
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foedus.terms.conditions.checking import load_condition
from foedus.terms.conditions.history import Fact
from foedus.terms.conditions.proof_checker import objections
from foedus.terms.conditions.proofs import prove
from foedus.terms.conditions.reasons import lasting, told
from foedus.terms.conditions.record import Asked, Record, known
from foedus.terms.conditions.traces import Proof, proof_json, read_proof
from foedus.terms.conditions.variables import columns, sorts
from terms.conditions.made import DAY_US, VALUES, Maker

HOUR_US = 3_600_000_000
DOMAINS = {sort: VALUES[sort] for sort in ("party", "zone", "term", "guarantor")}


def made_proof(chance: Random) -> tuple[Proof, list[Fact]] | None:
    """Return the proof of a verdict on a made condition, and the record; None without valuation."""
    maker = Maker(chance)
    is_ordered = chance.random() < 0.3
    condition, facts = maker.condition(), maker.history(is_exact=is_ordered)
    asked = maker.asked()
    if is_ordered:
        asked = asked._replace(ties="ordered")
    record = Record(facts, asked, DOMAINS)
    kinds = sorts(condition)
    domains: dict[str, Any] = {
        name: range(4) if kinds[name] == "count" else record.domain(kinds[name], condition)
        for name in columns(condition)
    }
    if not all(domains.values()):
        return None
    valuation = {name: chance.choice(list(values)) for name, values in domains.items()}
    rank = chance.randrange(record.axis.ties)
    proof = prove(condition, record, valuation, chance.randrange(DAY_US), rank)
    return proof, known(facts, asked.known_us)


@given(st.integers(0, 1_000_000).map(Random))
def test_every_proof_is_accepted(chance: Random) -> None:
    """Whatever the verdict, its proof is accepted, and so it is after a way through JSON."""
    made = made_proof(chance)
    if made is not None:
        proof, facts = made
        assert objections(proof, facts, DOMAINS) == []
        assert read_proof(msgspec.json.decode(msgspec.json.encode(proof))) == proof


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each holder and key of a plain value at which a number, a word or a list stands."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in pairs:
        yield value, key
        if isinstance(item, (dict, list)):
            yield from places(item)


def touched(value: Any, chance: Random) -> Any:
    """Return another value of the same type."""
    if isinstance(value, int):
        return value + chance.choice((-1, 1))
    if isinstance(value, str):
        return value + "x"
    if isinstance(value, list):
        return value[:-1] if value else [[0, 0]]
    return 0


@given(st.integers(0, 1_000_000).map(Random))
def test_a_proof_that_was_touched_is_refused(chance: Random) -> None:
    """Any one number, word or list changed in verdict, facts or trace makes an objection."""
    made = made_proof(chance)
    if made is None:
        return
    proof, facts = made
    plain = msgspec.json.decode(msgspec.json.encode(proof_json(proof)))
    whole = {key: plain[key] for key in ("verdict", "facts", "trace")}
    number = sum(not isinstance(holder[key], dict) for holder, key in places(whole))
    for spot in chance.sample(range(number), min(number, 25)):
        value = copy.deepcopy(whole)
        spots = [(h, k) for h, k in places(value) if not isinstance(h[k], dict)]
        holder, key = spots[spot]
        holder[key] = touched(holder[key], chance)
        if value == whole:
            continue
        try:
            forged = msgspec.convert({**plain, **value}, Proof)
        except msgspec.ValidationError:
            continue
        assert objections(forged, facts, DOMAINS), (holder, key)


def three(minutes_late: int) -> list[Fact]:
    """Return three breaches, the third so many minutes after the end of 72 hours."""
    hours = (0.0, 50.0, 72 + minutes_late / 60)
    return [
        Fact(
            fact_id=f"b{number}",
            kind="breach",
            term="1",
            party="X",
            zone="Z",
            occurred_from_us=int(hour * HOUR_US),
            occurred_to_us=int(hour * HOUR_US) + 1,
            known_from_us=0,
        )
        for number, hour in enumerate(hours, start=1)
    ]


def proof_of(text: str, facts: list[Fact], at_us: int, **valuation: str | int) -> Proof:
    """Return the proof of a verdict in a made record of 200 hours."""
    record = Record(facts, Asked(0, 200 * HOUR_US, 200 * HOUR_US), {})
    return prove(load_condition(text), record, valuation, at_us)


@pytest.mark.parametrize(
    ("text", "minutes_late", "said"),
    [
        (
            "at least 3 breaches of 1 by p in z within 72 h",
            40,
            (
                "not met: 2 of 3 breaches of 1 by X in Z within 72 h (b2, b3); "
                "the third came 40 minutes late"
            ),
        ),
        (
            "at least 3 breaches of 1 by p in z within 72 h",
            0,
            "met: 3 breaches of 1 by X in Z within 72 h (b1, b2, b3)",
        ),
        (
            "breach of 1 by p in z and no notice by p for z within 24 h before",
            0,
            (
                "met: breach of 1 by X in Z at 1970-01-04 00:00:00 UTC (b3); "
                "no notice by X for Z within 24 h before"
            ),
        ),
        (
            "breach by p in z and n = count of breaches by p in z within 72 h and n >= 3",
            40,
            "not met: n is 2, and n >= 3 was asked",
        ),
    ],
)
def test_a_reason_can_be_read(text: str, minutes_late: int, said: str) -> None:
    """A proof is told in a sentence: how many, which, and what came too late."""
    facts = three(minutes_late)
    proof = proof_of(text, facts, facts[2].occurred_from_us, p="X", z="Z", n=2)
    assert told(proof, facts) == said
    assert objections(proof, facts) == []


def test_a_hidden_fact_is_found() -> None:
    """A proof on fewer facts than the record has is refused: absence is checked, not claimed."""
    facts = three(0)
    text = "at least 3 breaches of 1 by p in z within 72 h"
    proof = proof_of(text, facts[1:], facts[2].occurred_from_us, p="X", z="Z")
    assert proof.verdict == "no"
    assert objections(proof, facts[1:]) == []
    assert objections(proof, facts)


def test_the_checker_stands_alone() -> None:
    """Who checks a proof loads nothing of what judges conditions."""
    judges = ("judging", "spans", "record", "candidates", "evaluation", "proofs", "batch")
    code = (
        "import sys, foedus.terms.conditions.proof_checker\n"
        "print(*(name.split('.')[-1] for name in sys.modules if 'terms.conditions.' in name))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "parsing" in run.stdout.split()
    assert not {*judges} & {*run.stdout.split()}


def test_what_means_nothing_is_refused() -> None:
    """A proof of a text that is no condition, or of an unknown kind, is refused with the reason."""
    facts = three(0)
    proof = proof_of("breach by p", facts, 0, p="X")
    for text, reason in (("breach by", "parse"), ("brech by p", "means nothing")):
        forged = msgspec.structs.replace(proof, condition=text)
        assert reason in objections(forged, facts)[0]
    assert objections(msgspec.structs.replace(proof, valuation={}), facts)


@pytest.mark.parametrize(
    ("us", "said"),
    [
        (40 * 60_000_000, "40 minutes"),
        (HOUR_US + 60_000_000, "1 hour 1 minute"),
        (49 * HOUR_US, "2 days 1 hour"),
        (5, "less than a second"),
    ],
)
def test_lengths_are_told_by_two_units(us: int, said: str) -> None:
    """A length of time is told by its two largest units."""
    assert lasting(us) == said
