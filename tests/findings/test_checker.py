# SPDX-License-Identifier: Apache-2.0
"""Every finding can be recomputed from its steps alone, and told with its article and source."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings

from findings.made import SHIPPED, Row, disputes_of, run, several, shipped
from foedus.errors import DrafterError
from foedus.findings.checker import ANSWERS, SENTENCES, read_step, recomputed, told
from foedus.findings.record import CAUSES, CONTESTED, UNDETERMINED, VERDICTS

DONBAS = ("minsk-1", "minsk-2", "tcg-2020")
ENERGY = ("energy-2025", "easter-2025", "may-2025")
LAST_DAY_US = 1_645_567_200_000_000
"""00:00 in Kyiv on 23 February 2022."""


def recheck(findings: pa.Table) -> None:
    """Recompute each verdict and probability from the steps, and look at the causes."""
    columns = ("verdict", "probability_ppm", "steps", "causes")
    for row in findings.select(columns).to_pylist():
        again = recomputed(row["steps"])
        assert (again.verdict, again.probability_ppm) == (row["verdict"], row["probability_ppm"])
        assert bool(row["causes"]) == (row["verdict"] in (UNDETERMINED, CONTESTED))
        assert set(row["causes"]) <= set(CAUSES)


def test_every_finding_of_donbas_recomputes(donbas: dict[str, pa.Table]) -> None:
    """Verdict and probability of the whole mission follow from the steps alone."""
    agreements = map(shipped, DONBAS)
    found = run(donbas["incidents"], *agreements, known_us=LAST_DAY_US).findings
    assert found.num_rows > 3_000
    recheck(found)


def test_every_finding_of_energy_recomputes(energy: dict[str, pa.Table]) -> None:
    """Verdict and probability of the whole mission follow from the steps alone."""
    found = run(energy["incidents"], *map(shipped, ENERGY), disputes=energy["disagreements"])
    assert found.findings.num_rows
    recheck(found.findings)


@given(rows=several())
@settings(max_examples=15)
def test_findings_of_any_incidents_recompute(rows: list[Row]) -> None:
    """Whatever is known or disputed of incidents, their findings follow from the steps alone."""
    numbers = range(len(rows))
    disputes = disputes_of(
        (f"incident-{number:07}", field, says)
        for number in numbers
        for field in rows[number]["disagreements"]
        if field in ("kind", "target")
        for says in ("drone-strike", "mortar-fire", "refinery", "port")
    )
    agreements = [shipped(agreement_id) for agreement_id in SHIPPED]
    recheck(run(rows, *agreements, disputes=disputes, known_us=LAST_DAY_US).findings)


def good() -> list[str]:
    """Return the steps of a breach."""
    names = ("reading", "act", "target", "bearer", "time", "place")
    steps = [f"{name} sure - because" for name in names]
    return [*steps, "exempt no - -", "exception none - -", "accounts agree - -"]


def test_good_steps_are_a_breach() -> None:
    """Where every step is sure, a breach is indicated with certainty."""
    assert recomputed(good()) == ("breach", 1_000_000)


@pytest.mark.parametrize(
    "step",
    [
        "act maybe - shelling",
        "act sure 1.5 shelling",
        "act sure -",
        "deed sure - shelling",
        "exception sure - return-fire",
        "accounts yes - kind",
    ],
)
def test_a_step_that_cannot_be_read_is_refused(step: str) -> None:
    """A step with another name, answer or share than is laid down is a fault, never skipped."""
    with pytest.raises(DrafterError):
        read_step(step)


@pytest.mark.parametrize("position", range(9))
def test_no_step_can_be_left_out_or_come_twice(position: int) -> None:
    """A verdict needs every step, once."""
    steps = good()
    for wrong in (steps[:position] + steps[position + 1 :], [*steps, steps[position]]):
        with pytest.raises(DrafterError):
            recomputed(wrong)


@pytest.mark.parametrize(
    ("position", "step", "verdict", "probability"),
    [
        (1, "act no - drone-strike", "not-covered", 0),
        (4, "time possible 250000 in-force", "undetermined", 250_000),
        (5, "place possible - two-regions", "undetermined", None),
        (6, "exempt sure - corridor", "permitted", 0),
        (6, "exempt possible 250000 corridor", "undetermined", 750_000),
        (7, "exception open - return-fire", "breach", 1_000_000),
        (7, "exception unsettled - return-fire", "undetermined", None),
        (8, "accounts differ - kind", "breach", 1_000_000),
    ],
)
def test_one_step_changes_the_verdict(
    position: int, step: str, verdict: str, probability: int | None
) -> None:
    """Each step alone turns a breach into what the law of verdicts says."""
    steps = good()
    steps[position] = step
    assert recomputed(steps) == (verdict, probability)
    if step.startswith("accounts"):
        steps[1] = "act possible - drone-strike"
        assert recomputed(steps) == ("contested", None)


def test_shares_multiply() -> None:
    """Doubts of time and place are independent; each product is rounded down."""
    steps = good()
    steps[4], steps[5] = "time possible 333333 in-force", "place possible 500001 strip"
    assert recomputed(steps) == ("undetermined", 333_333 * 500_001 // 1_000_000)


def test_every_answer_has_a_sentence() -> None:
    """Whatever a step may answer is told to people in a sentence of its own."""
    plain = ("reading", "act", "target", "bearer", "time", "place", "exempt", "due")
    known = {f"{name} {word}" for name in plain for word in ("sure", "possible", "no")}
    known |= {f"{name} {word}" for name, words in ANSWERS.items() for word in words}
    assert set(SENTENCES) == known - {"reading possible"}


def test_reasons_begin_with_the_article_and_end_with_the_source(
    donbas: dict[str, pa.Table],
) -> None:
    """Told to people, a finding names its article first and the source of the rule last."""
    agreement = shipped("minsk-2")
    found: list[dict[str, Any]] = run(donbas["incidents"], agreement).findings.to_pylist()
    row = next(row for row in found if row["verdict"] == "breach")
    sentences = told(row["steps"], agreement.term(row["term_id"]), agreement)
    assert sentences[0].startswith("Package of Measures")
    assert row["article"] in sentences[0]
    assert "https://freeukrainenow.org" in sentences[-1]
    assert len(sentences) == len(row["steps"]) + 2
    assert row["verdict"] in VERDICTS
