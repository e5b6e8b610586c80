# SPDX-License-Identifier: Apache-2.0
"""Times the whole chain: `python bench/chain.py DIR [--cases 1000] [--corrections 400]`.

DIR is a generated set as for `fusion.py`. Its reports are fused and set against Minsk II; drafts of
cases are made from what is indicated, and a made commission determines some of them, grave enough
for every step of the ladder of 2026; the register of the mission of 2026 says what each guarantor
owes. Seconds are told by stage, from the raw file to the last obligation. Then reports are added,
withdrawn, moved and regraded one by one, every second one on which a decision rests, and each is
timed down to the last obligation. At the end the whole is run again, and every consequence of the
last corrections is compared with the difference of two full runs. The last line is one JSON object;
the one before has the times alone, since comparing takes longest.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from correct import KINDS, changed
from findings import agreement, made_line
from foedus.base.encoding import table_digests
from foedus.base.evidence import Judgement
from foedus.base.moments import HOUR_US, Moment
from foedus.cases.from_findings import Draft, Indicated, proposed
from foedus.cases.record import Decision
from foedus.engines.local import LocalEngine
from foedus.findings.from_incidents import found
from foedus.findings.rulebook import Rulebook
from foedus.guarantee.from_cases import runs
from foedus.guarantee.standing import Standing as Said
from foedus.incidents.amend import Standing, stand
from foedus.incidents.beliefs import Setting
from foedus.incidents.from_reports import fuse
from foedus.obligations.from_guarantee import Roster, obligations
from foedus.publication.binding import bound
from foedus.replay.consequences import Consequences, State, consequences, groundless, shaken_by
from foedus.replay.live import Follows, Live
from foedus.terms.document import read_agreement
from foedus.terms.vocabulary import LIBRARY
from fusion import read, setting

ROOT: Final = Path(__file__).parent.parent
STANDS_FOR: Final = {
    "north": ("ua",), "army-of-north": ("ua",), "north-national-guard": ("ua",),
    "north-volunteers": ("ua",), "south": ("dpr",), "army-of-south": ("dpr",),
    "south-border-force": ("dpr",), "south-militia": ("dpr",),
}  # fmt: skip
SEVERITIES: Final = ("single", "persistent", "extended")
ROSTER: Final = Roster(
    members={"coalition": ("BE", "CA", "DE", "EE", "ES", "FR", "GB", "IE", "IT", "LT", "LV", "PL",
                           "SE", "TR"), "us": ("US",)},
    components={"forces": ("land", "air", "sea")},
    owed_to=("ua",),
)  # fmt: skip
WARM: Final = 10
PLACED: Final = ("occurred_from_us", "occurred_to_us", "latitude_e7", "longitude_e7")
TAKEN: Final = (
    "finding_id", "lineage_id", "incident_id", "agreement_id", "term_id", "article", "reading",
    "verdict", "probability_ppm", "attributed",
)  # fmt: skip


class Clocked:
    """Seconds of each stage, on the wall and of all processors."""

    def __init__(self) -> None:
        self.wall: dict[str, float] = {}
        self.cpu: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time one stage."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.wall[name] = round(time.perf_counter() - wall, 2)
        self.cpu[name] = round(time.process_time() - cpu, 2)


def indicated(findings: pa.Table, incidents: pa.Table, most: int) -> list[Indicated]:
    """Return the first indicated breaches with when and where each was."""
    wanted = pc.and_(pc.equal(findings["verdict"], "breach"), pc.is_valid(findings["incident_id"]))
    rows = findings.filter(wanted).select(list(TAKEN)).slice(0, most)
    at = pc.index_in(rows["lineage_id"], value_set=incidents["lineage_id"].combine_chunks())
    places = incidents.select(list(PLACED)).take(at).to_pylist()
    return [
        Indicated(**row | place | {"attributed": tuple(row["attributed"])})
        for row, place in zip(rows.to_pylist(), places, strict=True)
    ]


def decisions_of(draft: Draft) -> list[Decision]:
    """Return what a made commission decides upon a draft: three times, each graver."""
    assert draft.from_us is not None
    opening = draft.payload
    return [
        Decision(
            decision=f"{draft.subject}#{place}",
            case=draft.subject,
            agreement=opening.agreement,
            term=opening.term,
            article=opening.article,
            reading=opening.reading,
            verdict="breach",
            party="ru",
            severity=severity,  # type: ignore[arg-type]
            occurred=_instant(draft.from_us + place * 25 * HOUR_US),
            detected=None,
            verified=None,
            determined=_instant(draft.from_us + (place * 25 + 6) * HOUR_US),
            body="MADE",
            standard="MADE",
            votes=(),
            incidents=opening.incidents[:1],
            findings=opening.findings[:1],
            grounds=(),
            text="MADE",
            known_us=draft.from_us + (place * 25 + 6) * HOUR_US,
            assumed=True,
        )
        for place, severity in enumerate(SEVERITIES)
    ]


def _instant(at_us: int) -> Moment:
    return Moment(written="", zone="UTC", from_us=at_us, to_us=at_us + 1, precision="instant")


def following(at_us: int) -> Follows:
    """Return what follows from decisions on a case, by the ladder and register of 2026."""
    ladders = [read_agreement(LIBRARY / "agreements" / "ladder-2026.md")]
    said = Said(facts={("ladder-2026", "ceasefire-in-force"): Judgement.YES})
    register = bound(ROOT / "missions" / "ukraine-2026").bound

    def follows(decisions: Sequence[Decision]) -> Any:
        reached = runs(decisions, ladders, said, at_us)
        return reached, obligations(reached, register, ROSTER, (), at_us)

    return follows


def alone(members: pa.Table, decisions: Sequence[Decision]) -> list[str]:
    """Return the reports that alone tell of an incident on which a decision rests."""
    of_cases = {name for one in decisions for name in one.incidents}
    chosen = pc.is_in(members["lineage_id"], value_set=pa.array(sorted(of_cases), pa.string()))
    rows = members.filter(chosen).select(["lineage_id", "report_id"]).to_pylist()
    size = Counter(row["lineage_id"] for row in rows)
    return sorted(row["report_id"] for row in rows if size[row["lineage_id"]] == 1)


class Correction(NamedTuple):
    """One correction: the reports that come, and the ids that end."""

    kind: str
    added: pa.Table
    withdrawn: list[str]


def corrections(reports: pa.Table, cited: Sequence[str], count: int, seed: int) -> list[Correction]:
    """Return corrections of reports, every second one of a report on which a decision rests.

    Half of those are withdrawn, so that the correction goes all the way down.
    """
    random = np.random.default_rng(seed)
    at = pc.index_in(pa.array(cited, pa.string()), reports["report_id"].combine_chunks())
    inside = random.permutation(np.sort(at.to_numpy()))[: count // 2].tolist()
    others = np.setdiff1d(random.choice(reports.num_rows, 2 * count, replace=False), inside)
    outside = random.permutation(others)[: count - len(inside)].tolist()
    made = []
    for number, row in enumerate([*inside, *outside]):
        report, kind = reports.slice(row, 1), KINDS[number % len(KINDS)]
        kind = "withdraw" if number < len(inside) and number % 2 else kind
        gone = [report["report_id"][0].as_py()] if kind == "withdraw" else []
        brought = report.slice(0, 0) if gone else changed(report, kind, number, random)
        made.append(Correction(kind, brought, gone))
    return [made[row] for row in random.permutation(len(made)).tolist()]


def after(reports: pa.Table, done: Sequence[Correction]) -> pa.Table:
    """Return the reports as they stand after corrections."""
    ended = {name for one in done for name in one.withdrawn}
    brought = {row: one.added for one in done for row in one.added["report_id"].to_pylist()}
    gone = pa.array(sorted(ended | brought.keys()), pa.string())
    kept = reports.filter(pc.invert(pc.is_in(reports["report_id"], value_set=gone)))
    return pa.concat_tables([kept, *(brought[name] for name in sorted(brought))])


def whole(reports: pa.Table, declared: Setting, rulebook: Rulebook) -> dict[str, pa.Table]:
    """Return the tables of a full run."""
    engine = LocalEngine()
    fused = fuse(reports, declared, engine)
    told = found(fused.incidents, rulebook, engine, fused.disagreements)
    return {"incidents": fused.incidents, "members": fused.members, "findings": told.findings}


def difference(before: dict[str, pa.Table], now: dict[str, pa.Table], live: Live) -> Consequences:
    """Return the difference of two full runs, with all decisions and all that follows from them."""
    decisions, lineages = live.decisions, other_rows(before, now)
    old = State(before, decisions, live.runs, live.obligations)
    fallen = groundless(shaken_by(decisions, old, old._replace(tables=now), lineages))
    fell = {one.case for one in decisions if one.decision in fallen}
    reached = [one for one in live.runs if one.case not in fell]
    owed = [one for one in live.obligations if one.ground.case not in fell]
    for case in sorted(fell):
        more = live.follows(
            [one for one in decisions if one.case == case and one.decision not in fallen]
        )
        reached += more[0]
        owed += more[1]
    new = State(now, decisions, tuple(reached), tuple(owed))
    return consequences(old, new, lineages)


def other_rows(before: dict[str, pa.Table], now: dict[str, pa.Table]) -> frozenset[str]:
    """Return the lineages of rows that only one of two runs has."""
    names = set[str]()
    for name in before:
        one, other = (_rows(tables[name]) for tables in (before, now))
        names |= {lineage for lineage, _ in one ^ other}
    return frozenset(names)


def _rows(table: pa.Table) -> set[tuple[str, str]]:
    digests = table_digests(table, table.column_names).to_pylist()
    return set(zip(table["lineage_id"].to_pylist(), digests, strict=True))


def measured(folder: Path, cases: int, count: int, checks: int) -> dict[str, Any]:
    """Take the whole path once, correct it, and compare the last corrections with full runs."""
    clocked, declared, engine = Clocked(), setting(folder), LocalEngine()
    rulebook = Rulebook(
        agreements=(read_agreement(LIBRARY / "agreements" / "minsk-1.md"), agreement()),
        stands_for=STANDS_FOR,
        lines=lambda _line, _day: made_line(),
    )
    with clocked.stage("reports"):
        reports = read(folder, declared).combine_chunks()
    with clocked.stage("incidents"):
        standing = stand(reports, declared, engine)
    live, drafts = decided(clocked, standing, rulebook, cases)
    cited = alone(standing.fused().members, live.decisions)
    made = corrections(reports, cited, count + WARM + checks, 1)
    figures, told = timed(live, made[: count + WARM])
    print(json.dumps({"before_comparing": figures, "seconds": clocked.wall}), flush=True)
    asked = Asked(live, declared, rulebook, reports, made)
    equal = all(checked(asked, place) for place in range(len(made) - checks, len(made)))
    return {
        "reports": reports.num_rows,
        "findings": live.findings.num_rows,
        "drafts": drafts,
        "cases": len({one.case for one in live.decisions}),
        "runs": len(live.runs),
        "obligations": len(live.obligations),
        "seconds": clocked.wall,
        "cpu_seconds": clocked.cpu,
        **figures,
        "corrections_by_depth": dict(told),
        "full_runs_compared": 2 * checks,
        "equal": equal,
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def decided(
    clocked: Clocked, standing: Standing, rulebook: Rulebook, cases: int
) -> tuple[Live, int]:
    """Return the chain with made decisions, and how many drafts there were."""
    at_us = 2_000_000_000_000_000
    with clocked.stage("findings"):
        live = Live(standing, rulebook, LocalEngine(), following(at_us))
    with clocked.stage("drafts"):
        drafts = proposed(indicated(live.findings, standing.fused().incidents, 200_000))
    step = max(len(drafts) // cases, 1)
    with clocked.stage("guarantee and obligations"):
        chosen = drafts[::step][:cases]
        live.decide(one for draft in chosen for one in decisions_of(draft))
    return live, len(drafts)


def timed(live: Live, made: Sequence[Correction]) -> tuple[dict[str, Any], Counter[str]]:
    """Make corrections one by one; return milliseconds, and how far down each reached."""
    wall, cpu, depth = list[float](), list[float](), Counter[str]()
    for one in made:
        begin, began = time.perf_counter(), time.process_time()
        done = live.correct(one.added, one.withdrawn)
        wall.append(1e3 * (time.perf_counter() - begin))
        cpu.append(1e3 * (time.process_time() - began))
        depth[_depth(done.found)] += 1
    each, busy = np.array(wall[WARM:]), np.array(cpu[WARM:])
    figures = {
        "corrections": len(each),
        "p50_ms": round(float(np.percentile(each, 50)), 1),
        "p99_ms": round(float(np.percentile(each, 99)), 1),
        "max_ms": round(float(each.max()), 1),
        "cpu_p99_ms": round(float(np.percentile(busy, 99)), 1),
    }
    return figures, depth


def _depth(told: Consequences) -> str:
    for name in ("obligations", "rungs", "decisions", "findings", "incidents"):
        if getattr(told, name):
            return name
    return "nothing"


class Asked(NamedTuple):
    """What is compared: the chain, and the reports with the corrections that were made of them."""

    live: Live
    declared: Setting
    rulebook: Rulebook
    reports: pa.Table
    made: Sequence[Correction]


def checked(asked: Asked, place: int) -> bool:
    """Make one more correction, and compare what is told with the difference of two full runs."""
    one, live = asked.made[place], asked.live
    before, now = (
        whole(after(asked.reports, asked.made[:end]), asked.declared, asked.rulebook)
        for end in (place, place + 1)
    )
    told = live.correct(one.added, one.withdrawn).found
    return told == difference(before, now, live)


def main() -> None:
    """Parse the call and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cases", type=int, default=1_000)
    parser.add_argument("--corrections", type=int, default=400)
    parser.add_argument("--checks", type=int, default=2)
    call = parser.parse_args()
    print(json.dumps(measured(call.folder, call.cases, call.corrections, call.checks)))


if __name__ == "__main__":
    main()
