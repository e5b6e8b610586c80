# SPDX-License-Identifier: Apache-2.0
"""Conditions asked of a finished run: what was decided and what is indicated stand apart."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import pytest

import foedus
from cases.acted import DETERMINE, HEARD, MEMBERS, entry, vote
from foedus.errors import DrafterError, OperatorError
from foedus.pipeline import Run
from foedus.replay.asked import ask
from foedus.replay.asked_lines import UNDECIDED, lines_of
from foedus.terms.conditions.proof_checker import objections
from foedus.terms.conditions.traces import read_proof
from foedus.terms.vocabulary import LIBRARY
from small_mission import all_rows, cut, make_mission

ROOT = Path(__file__).parents[2]
ASSUMED = ROOT / "missions" / "donbas" / "assumed" / "ladder-2026.yaml"
ANY = "at least 2 breaches of 1 within 30 days"
EACH = "for each party p: at least 2 breaches of 1 by p within 30 days"
TRIGGER = """
```term
rule: trigger
id: two-in-a-month
text: Two breaches in thirty days open a meeting.
source: resolution
of: [no-fire]
zone: two-regions
count: 2
within: 30 days
opens: a meeting
```
"""


def asked(run: Any, condition: str = ANY, **wished: Any) -> dict[str, Any]:
    """Return what is answered about one condition of Minsk II."""
    (one,) = ask(run, condition=condition, agreement="minsk-2", samples=100, **wished)["conditions"]
    return dict(one)


def test_without_decisions_nothing_is_determined(donbas: Run) -> None:
    """The record indicates much, and none of it becomes a verdict."""
    one = asked(donbas)
    assert one["facts"]["breach"]["determined"] == 0
    assert one["facts"]["breach"]["indicated"] > 1_000
    assert [row["verdict"] for row in one["determined"]] == ["no"]
    (told,) = one["indicated"]["told"]
    assert told["ever"]["sure"] == 1.0
    assert told["at_end"]["method"] == "exact"
    lines = list(lines_of(ask(donbas, condition=ANY, agreement="minsk-2", samples=100)))
    assert any(UNDECIDED in line for line in lines)


def test_where_nobody_is_named_nothing_is_said_of_anybody(donbas: Run) -> None:
    """The record names no doer: by party it is possible for each, and sure for none."""
    found = asked(donbas, EACH)["indicated"]["told"]
    assert [row["valuation"]["p"] for row in found] == ["dpr", "lpr", "ua"]
    assert {(row["ever"]["sure"], row["ever"]["possible"]) for row in found} == {(0.0, 1.0)}


def test_assumed_decisions_are_marked_and_proved(donbas: Run) -> None:
    """What they make of a condition is proved, and no probability changes by them."""
    answer = ask(
        donbas, condition=EACH, agreement="minsk-2", assume=ASSUMED, on="2015-02-28", samples=100
    )
    assert answer["marking"] == "REPLAY, ASSUMED"
    (one,) = answer["conditions"]
    stood = {row["valuation"]["p"]: row["verdict"] for row in one["determined"]}
    assert stood == {"dpr": "sure", "lpr": "possible", "ua": "sure"}
    for row in one["determined"]:
        proof = read_proof(row["proof"])
        assert objections(proof, proof.facts) == []
    without = ask(donbas, condition=EACH, agreement="minsk-2", on="2015-02-28", samples=100)
    assert without["conditions"][0]["indicated"] == one["indicated"]
    assert json.loads(msgspec.json.encode(answer))


def test_the_acts_of_a_log_decide(donbas: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a commission determined is met with proof; what came after `known` changes nothing."""
    members = {"body": "C", "members": list(MEMBERS), "quorum": 3, "majority": "simple",
               "standard": "clear", "source": "made up"}  # fmt: skip
    moves = [*HEARD, *(vote(member) for member in MEMBERS[:4]), DETERMINE]
    entries = (
        entry(0, "commission.constitute", 0, members, "commission"),
        *(entry(n, kind, at, said, "case-1") for n, (kind, at, said) in enumerate(moves, start=1)),
    )
    clocks = import_module("foedus.replay.clocks")
    register = clocks.bound(ROOT / "missions" / "ukraine-2026")
    monkeypatch.setattr(
        clocks, "bound", lambda *_, **__: msgspec.structs.replace(register, entries=entries)
    )
    text = "for each party p: at least 1 breaches of 1 by p within 30 days"
    wished: dict[str, Any] = {"on": "2026-03-10", "log": Path("acts.db")}
    found = {row["valuation"]["p"]: row for row in asked(donbas, text, **wished)["determined"]}
    assert found["ru"]["verdict"] == "sure"
    assert "(act-" in found["ru"]["told"]
    assert found["ua"]["verdict"] == "no"
    before = asked(donbas, text, known="2026-03-02 12:00", **wished)["determined"]
    assert {row["verdict"] for row in before} == {"no"}
    opened = asked(donbas, "opening of c and decision of c within 1 day after", **wished)
    assert [row["valuation"]["c"] for row in opened["determined"]] == ["case-1"]
    assert opened["indicated"]["told"] == []


def test_zones_are_asked_one_by_one(donbas: Run) -> None:
    """Zones overlap and one is not on any map: each is asked by itself."""
    text = "for each zone z: at least 10 breaches of no-weapons-no-offensive in z within 72 h"
    found = ask(donbas, condition=text, agreement="minsk-1", samples=50)["conditions"]
    sure = [one["indicated"]["told"][0]["ever"]["sure"] for one in found]
    assert [one["condition"].split(" in ")[1].split()[0] for one in found] == [
        "security-zone", "listed-area",
    ]  # fmt: skip
    assert sure == [1.0, 0.0]


def test_a_figure_needs_every_probability(donbas: Run) -> None:
    """Where facts without one would have to be absent, no figure is told."""
    one = asked(donbas, "for each party p: at most 2 breaches of 1 by p within 72 h")
    assert "not known" in one["indicated"]["why_not"]
    assert one["indicated"]["told"] == []


def test_what_is_not_there_is_told(donbas: Run) -> None:
    """An agreement, a term, a word of the language that is not there; and no agreement at all."""
    with pytest.raises(OperatorError, match="one of minsk-1, minsk-2, tcg-2020"):
        ask(donbas, condition=ANY)
    with pytest.raises(OperatorError, match="states a condition"):
        ask(donbas, term="no-fire")
    with pytest.raises(DrafterError, match="ua"):
        asked(donbas, "at least 2 breaches by uaa within 72 h")
    assert "state no trigger" in "\n".join(lines_of(ask(donbas)))


def test_what_an_agreement_states_is_asked(tmp_path: Path) -> None:
    """A trigger in a mission's own agreement is asked as the condition that it means."""
    text = (
        (LIBRARY / "agreements" / "minsk-2.md").read_text("utf-8").replace("id: minsk-2", "id: own")
    )
    folder = make_mission(
        tmp_path / "donbas", cut(all_rows()), lambda said: said.replace('"minsk-2"', '"own.md"')
    )
    article = "## Addendum, inventories."
    assert article in text
    (folder / "own.md").write_text(text.replace(article, f"{TRIGGER}\n{article}"), "utf-8")
    done = foedus.run(folder, out=folder / "out")
    (one,) = ask(done, samples=100)["conditions"]
    assert (one["agreement"], one["term"], one["follows"]) == (
        "own",
        "two-in-a-month",
        ["a meeting"],
    )
    assert one["facts"]["breach"]["indicated"] > 0
    assert ask(done, term="two-in-a-month", samples=100)["conditions"] == [one]
    with pytest.raises(OperatorError, match="two-in-a-month"):
        ask(done, term="two-in-a-moth", samples=100)
