# SPDX-License-Identifier: Apache-2.0
"""An agreement run over the past record of a mission, or two of them side by side.

(1) The incidents of a run are set against the agreement, whatever the mission's own are; (2) what
is indicated is counted, by term and by month; (3) decisions that a named file assumes are taken for
what people would have determined; (4) each trigger is evaluated on these; (5) one parameter may be
swept. Without a file nothing is determined and nothing fires: the machine never plays the
commission. Every answer is marked REPLAY, and ASSUMED where it rests on a file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, TypedDict, Unpack

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from foedus.base.zones import Zone, local_time
from foedus.errors import Fault, OperatorError, did_you_mean
from foedus.findings.from_incidents import Findings
from foedus.findings.from_terms import rulebook_of
from foedus.findings.in_zones import zones_of
from foedus.findings.record import BREACH, TEXT
from foedus.mission import Mission, find_mission, read_mission
from foedus.pipeline import indicating, unborne_in
from foedus.publication.answers import Asked, read_summary, run_folder
from foedus.publication.counted import read_record
from foedus.replay.assumptions import PLAIN, Assumptions, read_assumptions
from foedus.replay.drawn import drawing
from foedus.replay.firings import Firing, Row, facts_of, fired, met, warned
from foedus.replay.stated import zones_named
from foedus.replay.sweeps import Point, Sweep, read_sweep, swept
from foedus.terms.breach_counts import condition_of
from foedus.terms.conditions.parsing import parse
from foedus.terms.conditions.syntax import Condition
from foedus.terms.document import read_agreement
from foedus.terms.record import Agreement
from foedus.terms.rules import ConditionRule, TriggerRule, ZoneRule
from foedus.terms.vocabulary import LIBRARY

REPLAY: Final = "REPLAY"
ASSUMED: Final = "REPLAY, ASSUMED"
NOTHING_ASSUMED: Final = "no decision is assumed, so nothing is determined and no trigger fires"
TAKEN: Final = ("finding_id", "term_id", "reading", "verdict", "probability_ppm", "attributed")


class Wished(TypedDict, total=False):
    """What a replay is asked for; what is left out is not."""

    assume: Path | None
    """File of assumed decisions."""
    reading: str | None
    """Reading of the agreement; its first where it is left out."""
    trigger: str | None
    """Id of the trigger that is swept; the only one where it is left out."""
    sweep: str | None
    """As `count=2,3,5`."""


class _Past(NamedTuple):
    """The record that is replayed."""

    mission: Mission
    incidents: pa.Table
    disagreements: pa.Table
    unborne: frozenset[str]
    until_us: int


class _Played(NamedTuple):
    """One agreement over the record."""

    agreement: Agreement
    reading: str
    rows: list[Row]
    findings: Findings
    means: Mapping[str, tuple[str, ...]]


def replay(
    agreement: str | Path,
    run: Asked,
    *,
    beside: str | Path | None = None,
    **asked: Unpack[Wished],
) -> dict[str, Any]:
    """Return what an agreement finds in the record of a run, and when its triggers fire.

    `agreement` and `beside` are ids of shipped agreements or paths of `.md` files; the rest is
    `Wished`. Raises `OperatorError` for what is not there, `DrafterError` for faulty documents.
    """
    past = _past(run)
    file = asked.get("assume")
    assumed = read_assumptions(file, past.mission.zone) if file else None
    one = _played(agreement, past, asked.get("reading"))
    answer = {
        "marking": ASSUMED if assumed else REPLAY,
        "mission": past.mission.id,
        "title": past.mission.title,
        "zone": past.mission.zone,
        "assumed": _stated(assumed),
        **_told(one, past, assumed),
        "sweep": _swept(one, past, assumed, asked),
        "beside": None,
        "apart": None,
    }
    if beside is None:
        return answer
    other = _played(beside, past, None)
    return answer | {"beside": _told(other, past, assumed), "apart": _apart(one, other)}


def drawn(answer: dict[str, Any]) -> str:
    """Return the sweep of an answer as SVG; raises `OperatorError` if it has none."""
    sweep = answer["sweep"]
    if sweep is None:
        raise OperatorError(Fault(column="--svg", expected="a sweep to draw", got="none"))
    title = f"{answer['agreement']}, {sweep['trigger']}, on {answer['title']}"
    points = [Point(point["value"], point["warned"]) for point in sweep["points"]]
    values = tuple(point.value for point in points)
    return drawing(Sweep(sweep["parameter"], values), points, title, answer["marking"])


def _past(run: Asked) -> _Past:
    folder = run_folder(run)
    summary = read_summary(folder)
    name = run if isinstance(run, (str, Path)) and not (Path(run) / "record").is_dir() else None
    mission = read_mission(find_mission(name or summary["mission"]))
    incidents = read_record(folder, "incidents")
    latest = pc.max(incidents["occurred_to_us"]).as_py()
    until_us = max(mission.period_to_us, latest or 0) + 1
    doubtful = unborne_in(mission, *(read_record(folder, name) for name in ("reports", "members")))
    return _Past(mission, incidents, read_record(folder, "disagreements"), doubtful, until_us)


def _agreement(named: str | Path) -> Agreement:
    folder = LIBRARY / "agreements"
    path = Path(named) if str(named).endswith(".md") else folder / f"{named}.md"
    if not path.is_file():
        known = [found.stem for found in folder.glob("*.md")]
        expected, hint = (
            "the id of a shipped agreement, or a .md file",
            did_you_mean(str(named), known),
        )
        raise OperatorError(Fault(expected=expected, got=repr(str(named)), hint=hint))
    return read_agreement(path)


def _played(named: str | Path, past: _Past, reading: str | None) -> _Played:
    """Take the steps (1) and (2)."""
    agreement = _agreement(named)
    readings = [one.id for one in agreement.head.readings] or [TEXT]
    if reading is not None and reading not in readings:
        hint = did_you_mean(reading, readings)
        expected = f"a reading of {agreement.id}"
        raise OperatorError(
            Fault(column="--reading", expected=expected, got=repr(reading), hint=hint)
        )
    governed = msgspec.structs.replace(past.mission.governing, agreements=(agreement,))
    indicate = indicating(governed, None, unborne=past.unborne)
    found = indicate(past.incidents, disagreements=past.disagreements)
    chosen = reading or readings[0]
    return _Played(
        agreement, chosen, _rows(found.findings, past, chosen), found, governed.stands_for
    )


def _rows(findings: pa.Table, past: _Past, reading: str) -> list[Row]:
    """Return the findings of one reading that may be assumed, with the times of their incidents."""
    times = past.incidents.select(["incident_id", "occurred_from_us", "occurred_to_us"])
    keep = pc.and_(
        pc.equal(findings["reading"], reading),
        pc.and_(
            pc.is_valid(findings["incident_id"]),
            pc.is_in(findings["verdict"], value_set=pa.array(PLAIN)),
        ),
    )
    columns = [*TAKEN, "incident_id", "known_from_us"]
    table = findings.filter(keep).select(columns)
    at = pc.index_in(table["incident_id"], value_set=times["incident_id"].combine_chunks())
    for name in ("occurred_from_us", "occurred_to_us"):
        table = table.append_column(name, times[name].take(at))
    found: list[Row] = table.sort_by("finding_id").to_pylist()
    return found


def _told(one: _Played, past: _Past, assumed: Assumptions | None) -> dict[str, Any]:
    counts = one.findings.counts
    return {
        "agreement": one.agreement.id,
        "reading": one.reading,
        "found": counts.filter(pc.equal(counts["reading"], one.reading)).to_pylist(),
        "months": _months(one.rows, past.mission.zone),
        "triggers": [
            *(_trigger(rule, one, past, assumed) for rule in _rules(one, assumed)),
            *_conditions(one, past, assumed),
        ],
    }


def _stated(assumed: Assumptions | None) -> dict[str, Any] | None:
    if assumed is None:
        return None
    stated = assumed.stated
    return {
        "id": stated.id,
        "text": stated.text,
        "assumed_by": stated.assumed_by,
        "file": Path(assumed.file).name,
        "sha256": assumed.sha256,
        "events": list(stated.events),
        "horizon": stated.horizon,
    }


def _months(rows: list[Row], zone: str) -> list[dict[str, Any]]:
    """Count incidents, not findings: one that breaks two terms is one."""
    counted: dict[str, set[str]] = {}
    for row in rows:
        month = local_time(row["occurred_from_us"], Zone(zone, zone)).strftime("%Y-%m")
        counted.setdefault(f"{month} {row['verdict']}", set()).add(row["incident_id"])
    months = sorted({key.partition(" ")[0] for key in counted})
    return [
        {"month": month} | {v: len(counted.get(f"{month} {v}", ())) for v in PLAIN}
        for month in months
    ]


def _rules(one: _Played, assumed: Assumptions | None) -> list[TriggerRule]:
    """Return the triggers of the text, then those that are assumed."""
    own = [term.rule for term in one.agreement.terms if term.holds_under(one.reading)]
    rules = [rule for rule in own if isinstance(rule, TriggerRule)]
    return rules + [trigger.rule() for trigger in (assumed.stated.triggers if assumed else ())]


def _trigger(
    rule: TriggerRule, one: _Played, past: _Past, assumed: Assumptions | None
) -> dict[str, Any]:
    """Take the step (4) for one trigger."""
    is_own = any(term.id == rule.id for term in one.agreement.terms)
    condition = condition_of(rule)
    rows = _in_zones(one, past, parse(condition))
    firings = _firings(rule, one, past, assumed, rows) if assumed else None
    return {
        "trigger": rule.id,
        "article": one.agreement.term(rule.id).article if is_own else "",
        "is_assumed": not is_own,
        "condition": condition,
        "placeless": _placeless(rows, assumed),
        **_fired(firings, assumed),
    }


def _in_zones(one: _Played, past: _Past, condition: Condition) -> list[Row]:
    """Return the findings with the zone of each, as far as a condition asks for zones."""
    named = zones_named(condition)
    if named is not None and not named:
        return one.rows
    known = [term.id for term in one.agreement.terms if isinstance(term.rule, ZoneRule)]
    for zone in named or ():
        if zone not in known:
            hint = did_you_mean(zone, known)
            expected = f"a zone of {one.agreement.id}"
            raise OperatorError(Fault(column="zone", expected=expected, got=repr(zone), hint=hint))
    lines = rulebook_of(past.mission.governing, None).lines
    zones = zones_of(past.incidents, one.agreement, lines, named).to_pylist()
    zone_of = dict(zip(past.incidents["incident_id"].to_pylist(), zones, strict=True))
    return [{**row, "zone": zone_of[row["incident_id"]]} for row in one.rows]


def _placeless(rows: list[Row], assumed: Assumptions | None) -> int:
    """Count the assumed decisions of which the zone is asked for and not known."""
    if assumed is None:
        return 0
    return sum(fact.zone is None for fact in facts_of([r for r in rows if "zone" in r], assumed))


def _fired(firings: list[Firing] | None, assumed: Assumptions | None) -> dict[str, Any]:
    if firings is None or assumed is None:
        return {"firings": None, "warned": None}
    listed = [firing._asdict() for firing in firings]
    return {"firings": listed, "warned": warned(firings, assumed)._asdict()}


def _conditions(one: _Played, past: _Past, assumed: Assumptions | None) -> Iterator[dict[str, Any]]:
    """Take the step (4) for the conditions of the text."""
    terms = one.agreement.terms
    time = (past.mission.period_from_us, past.until_us, one.means)
    for term in terms:
        if not isinstance(term.rule, ConditionRule) or not term.holds_under(one.reading):
            continue
        rows = _in_zones(one, past, parse(term.rule.when))
        firings = met(term.rule, facts_of(rows, assumed), *time, terms) if assumed else None
        yield {
            "trigger": term.id,
            "article": term.article,
            "is_assumed": False,
            "condition": term.rule.when,
            "placeless": _placeless(rows, assumed),
            **_fired(firings, assumed),
        }


def _firings(
    rule: TriggerRule, one: _Played, past: _Past, assumed: Assumptions, rows: list[Row]
) -> list[Firing]:
    since_us = past.mission.period_from_us
    return fired(rule, facts_of(rows, assumed), since_us, past.until_us, one.means)


def _swept(
    one: _Played, past: _Past, assumed: Assumptions | None, asked: Wished
) -> dict[str, Any] | None:
    """Take the step (5)."""
    written = asked.get("sweep")
    if written is None:
        return None
    sweep = read_sweep(written)
    if assumed is None:
        hint = "name a file of assumed decisions with --assume"
        raise OperatorError(
            Fault(column="--sweep", expected="assumed decisions", got="none", hint=hint)
        )
    rule = _swept_rule(one, assumed, asked.get("trigger"))
    time = (past.mission.period_from_us, past.until_us, one.means)
    points = swept(sweep, rule, _in_zones(one, past, parse(condition_of(rule))), assumed, time)
    return {
        "parameter": sweep.parameter,
        "trigger": rule.id,
        "points": [{"value": point.value, "warned": point.warned} for point in points],
    }


def _swept_rule(one: _Played, assumed: Assumptions, named: str | None) -> TriggerRule:
    rules = {rule.id: rule for rule in _rules(one, assumed)}
    if named is None and len(rules) == 1:
        return next(iter(rules.values()))
    if named not in rules:
        hint = did_you_mean(named or "", rules) if rules else "assume one in the file"
        expected = "the id of one trigger"
        raise OperatorError(
            Fault(column="--trigger", expected=expected, got=repr(named), hint=hint)
        )
    return rules[named]


def _apart(one: _Played, other: _Played) -> dict[str, int]:
    """Count the incidents that are an indicated breach by both, or by the one alone."""
    sides = [{r["incident_id"] for r in p.rows if r["verdict"] == BREACH} for p in (one, other)]
    places = Counter(
        "both"
        if found in sides[0] and found in sides[1]
        else ("one" if found in sides[0] else "other")
        for found in sides[0] | sides[1]
    )
    return {"both": places["both"], "first_alone": places["one"], "second_alone": places["other"]}


def lines_of(answer: dict[str, Any]) -> Iterator[str]:
    """Yield an answer as lines for people, each part under its marking."""
    yield f"{answer['marking']}: {answer['title']}"
    assumed = answer["assumed"]
    if assumed:
        yield f"ASSUMED by {assumed['assumed_by']} ({assumed['file']}): {assumed['text']}"
    else:
        yield NOTHING_ASSUMED
    yield from _part_lines(answer, answer)
    if answer["sweep"]:
        yield from _sweep_lines(answer)
    if answer["beside"]:
        yield ""
        yield f"{answer['marking']}, beside it:"
        yield from _part_lines(answer["beside"], answer)
        apart = answer["apart"]
        yield (
            f"indicated breach by both {apart['both']:,}, by {answer['agreement']} alone "
            f"{apart['first_alone']:,}, by {answer['beside']['agreement']} alone "
            f"{apart['second_alone']:,} incidents"
        )


def _part_lines(part: dict[str, Any], answer: dict[str, Any]) -> Iterator[str]:
    yield f"{part['agreement']}, reading {part['reading']}: what it finds, indicated"
    for row in part["found"]:
        yield f"  {row['article']} ({row['term_id']}): {row['verdict']} {row['findings']:,}"
    if not part["triggers"]:
        yield "  the text has no trigger"
    for trigger in part["triggers"]:
        yield from _trigger_lines(trigger, answer)


def _trigger_lines(trigger: dict[str, Any], answer: dict[str, Any]) -> Iterator[str]:
    where = trigger["article"] or "ASSUMED, not in the text"
    yield f"  trigger {trigger['trigger']} ({where}): {trigger['condition']}"
    if trigger["placeless"]:
        number = f"{trigger['placeless']:,}"
        why = "it is not known whether they lie in the zone: they may count, and fire nothing"
        yield f"    {number} assumed decisions: {why}"
    firings = trigger["firings"]
    if firings is None:
        return
    yield f"    {answer['marking']}: {_firings_of(len(firings))}"
    for firing in firings[:20]:
        names = ("sure_us", "to_us", "decided_us")
        first, last, decided = (_day(firing[name], answer["zone"]) for name in names)
        yield f"      by {firing['party']}: {first} to {last}, decided by {decided}"
    if len(firings) > 20:
        yield f"      and {len(firings) - 20:,} more; --json has all"
    if answer["assumed"]["events"]:
        yield f"    {_warned(trigger['warned'])}"


def _warned(told: dict[str, Any]) -> str:
    leads = ", ".join(f"{days:g}" for days in told["lead_days"])
    ahead = f", days ahead: {leads}" if leads else ""
    return (
        f"warned of {told['warned']} of {told['warned'] + told['missed']} events{ahead}; "
        f"{_firings_of(told['false_alarms'])} without an event after them"
    )


def _firings_of(number: int) -> str:
    return "1 firing" if number == 1 else f"{number:,} firings"


def _sweep_lines(answer: dict[str, Any]) -> Iterator[str]:
    sweep = answer["sweep"]
    yield f"{answer['marking']}: sweep of {sweep['parameter']} of {sweep['trigger']}"
    for point in sweep["points"]:
        told = point["warned"]
        yield f"  {point['value']}: {_firings_of(told.firings)}; {_warned(told._asdict())}"


def _day(us: int, zone: str) -> str:
    return local_time(us, Zone(zone, zone)).strftime("%Y-%m-%d %H:%M")
