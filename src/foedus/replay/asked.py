# SPDX-License-Identifier: Apache-2.0
"""The conditions of a mission's agreements, asked of a finished run.

(1) The record of the run, and what people decided, from a log or from a file of assumed decisions;
(2) the conditions that the agreements state, or one that is asked; (3) the facts of each, what was
determined apart from what is indicated; (4) the verdict on determined facts with its proof; (5) the
probability on the breaches and refusals that are indicated, and on those alone; of other kinds the
record knows only what people did. (4) and (5) are two answers, and no figure is made of both.
Putting them into sentences is left to `asked_lines`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any, Final, NamedTuple, TypedDict, Unpack

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from foedus.base.encoding import to_table
from foedus.cases.facts import decided_facts, opened_facts
from foedus.cases.record import Decision
from foedus.errors import Fault, OperatorError, did_you_mean
from foedus.findings.facts import breach_facts, refusal_facts
from foedus.findings.from_terms import rulebook_of
from foedus.findings.in_zones import zones_of
from foedus.mission import Mission, find_mission, last_us, read_mission
from foedus.obligations.facts import owed_facts
from foedus.pipeline import Run as Done
from foedus.publication.answers import Asked as Run
from foedus.publication.answers import read_summary, run_folder
from foedus.publication.counted import read_record
from foedus.replay.clocks import Due, cases_of, due
from foedus.replay.stated import Stated, asked_of, by_zone, chosen, stated_in, zones_named
from foedus.terms.conditions.evaluation import Verdicts, verdicts
from foedus.terms.conditions.history import SCHEMA, Fact
from foedus.terms.conditions.kinds import KINDS
from foedus.terms.conditions.likelihood import (
    Likelihood,
    bounds_ever,
    likelihood_at,
    likelihoods_ever,
    only_grows,
)
from foedus.terms.conditions.proofs import prove
from foedus.terms.conditions.reasons import told
from foedus.terms.conditions.record import Asked, Domains, Record, Value
from foedus.terms.conditions.sampled import counted
from foedus.terms.conditions.syntax import Constant
from foedus.terms.conditions.traces import proof_json
from foedus.terms.conditions.variables import columns, patterns, sorts
from foedus.terms.record import Agreement
from foedus.terms.rules import ZoneRule

MOST_PROVED: Final = 8
"""Valuations for which a verdict that is no is proved."""
MOST_BOUNDED: Final = 200
"""Facts for which bounds whatever the dependence are worked out."""
SAMPLES: Final = 2_000
INDICATES: Final = ("breach", "refusal")
"""Kinds of which the record indicates facts."""
Row = dict[str, Any]


class Wished(TypedDict, total=False):
    """What is asked; what is left out is all there is, or the end of the record."""

    condition: str | None
    """A condition that somebody asks, in place of those that are stated."""
    agreement: str | None
    term: str | None
    """Id of a term, or label of an article, that states a condition."""
    reading: str | None
    on: str | None
    """Up to when; the record is open from then on."""
    known: str | None
    """What the record knew by then."""
    log: Path | None
    """Log with the acts of the commission."""
    assume: Path | None
    """File of assumed decisions."""
    samples: int


class _Past(NamedTuple):
    """The record that is asked, and what people decided."""

    mission: Mission
    incidents: pa.Table
    findings: pa.Table
    decided: Due | None
    asked: Asked
    samples: int


def ask(run: Run, **wished: Unpack[Wished]) -> Row:
    """Return how the conditions of a mission's agreements stand on the record of a run.

    Raises `OperatorError` for what is not there, `DrafterError` for a faulty condition.
    """
    past = _past(run, wished)
    governing = past.mission.governing
    if wished.get("condition") is not None:
        agreement = _one(governing.agreements, wished.get("agreement"))
        found = list(asked_of(agreement, str(wished["condition"]), governing.stands_for))
        found = chosen(found, None, None, wished.get("reading"))
    else:
        stated = list(stated_in(governing.agreements, governing.stands_for))
        wanted = (wished.get("agreement"), wished.get("term"), wished.get("reading"))
        found = chosen(stated, *wanted)
    return {
        "marking": past.decided.marking if past.decided else "",
        "mission": past.mission.id,
        "title": past.mission.title,
        "zone": past.mission.zone,
        "since_us": past.asked.since_us,
        "on_us": past.asked.on_us,
        "known_us": past.asked.known_us,
        "decided_by": _decided_by(past.decided, wished),
        "agreements": [one.id for one in governing.agreements],
        "conditions": [_answer(one, past) for each in found for one in by_zone(each)],
    }


def _past(run: Run, wished: Wished) -> _Past:
    """Take the step (1)."""
    folder = run_folder(run)
    summary = read_summary(folder)
    mission = _mission(run, summary["mission"])
    incidents, findings = read_record(folder, "incidents"), read_record(folder, "findings")
    on_us = last_us(wished.get("on"), mission.zone, "--on")
    known_us = last_us(wished.get("known"), mission.zone, "--known")
    log, assume = wished.get("log"), wished.get("assume")
    decided = None
    if log is not None or assume is not None:
        at = wished.get("known") or wished.get("on")
        last = mission.period_to_us if known_us is None else known_us
        decided = due(mission, at=at, log=log, assume=assume, now_us=last, run=folder)
    latest = [findings["known_from_us"], incidents["occurred_to_us"]]
    ends = [pc.max(column).as_py() or 0 for column in latest]
    until_us = mission.period_to_us if on_us is None else on_us + 1
    known_us = max(until_us, *ends) if known_us is None else known_us
    asked = Asked(min(mission.period_from_us, until_us), until_us, known_us)
    return _Past(mission, incidents, findings, decided, asked, wished.get("samples") or SAMPLES)


def _mission(run: Run, named: str) -> Mission:
    """Return the mission of a run, by what was given or by the name that the run bears."""
    if isinstance(run, Done):
        return run.mission
    is_name = isinstance(run, (str, Path)) and not (Path(run) / "record").is_dir()
    return read_mission(find_mission(str(run) if is_name else named))


def _one(agreements: Sequence[Agreement], named: str | None) -> Agreement:
    """Return the agreement whose parties, zones and terms a condition that is asked may name."""
    if named is None and len(agreements) == 1:
        return agreements[0]
    found = [one for one in agreements if one.id == named]
    if found:
        return found[0]
    ids = [one.id for one in agreements]
    hint = did_you_mean(named or "", ids) if named else f"one of {', '.join(ids)}"
    expected = "an agreement of the mission, whose names the condition uses"
    got = repr(named) if named else "none named"
    raise OperatorError(Fault(column="--agreement", expected=expected, got=got, hint=hint))


def _decided_by(decided: Due | None, wished: Wished) -> str:
    if decided is None:
        return ""
    return decided.assumed or f"the acts of {wished.get('log')}"


def _answer(one: Stated, past: _Past) -> Row:
    """Take the steps (3) to (5) for one condition."""
    zones = zones_of(
        past.incidents,
        one.agreement,
        rulebook_of(past.mission.governing, None).lines,
        zones_named(one.condition),
    )
    determined, indicated = _determined(one, past, zones), _indicated(one, past, zones)
    domains = _domains(one)
    return {
        "agreement": one.agreement.id,
        "reading": one.reading,
        "term": one.term,
        "article": one.article,
        "text": one.text,
        "follows": list(one.follows),
        "condition": one.written,
        "facts": _counts(one, determined, indicated),
        "determined": list(_legal(one, determined, past.asked, domains)),
        "indicated": _likely(one, determined, indicated, past, domains),
    }


def _domains(one: Stated) -> Domains:
    zones = tuple(term.id for term in one.agreement.terms if isinstance(term.rule, ZoneRule))
    named = zones_named(one.condition)
    parties = one.by or one.agreement.bound
    return {"party": tuple(parties), "zone": zones if named is None else tuple(named)}


def _kinds(one: Stated) -> set[str]:
    return {pattern.kind for pattern in patterns(one.condition.body)}


def _determined(one: Stated, past: _Past, zones: pa.Array) -> list[Fact]:
    """Return what people decided, of the agreement and reading of a condition."""
    decided = past.decided
    if decided is None:
        return []
    zone = {
        name: where
        for column in ("incident_id", "lineage_id")
        for name, where in zip(past.incidents[column].to_pylist(), zones.to_pylist(), strict=True)
    }

    def zone_of(decision: Decision) -> str | None:
        found = {zone.get(name) for name in decision.incidents}
        return found.pop() if len(found) == 1 else None

    ours = [
        decision
        for decision in decided.decisions
        if (decision.agreement, decision.reading) == (one.agreement.id, one.reading)
    ]
    terms = one.naming.terms
    found = list(decided_facts(ours, zone_of, one.naming.party, lambda term: terms.get(term, term)))
    entries = tuple(decided.register.entries)
    cases = () if decided.assumed else cases_of(entries)
    found += opened_facts(cases, past.asked.known_us)
    found += owed_facts(decided.obligations, decided.decisions, entries)
    kinds = _kinds(one)
    return [fact for fact in found if fact.kind in kinds]


def _indicated(one: Stated, past: _Past, zones: pa.Array) -> pa.Table:
    """Return what the record indicates under the agreement and reading of a condition."""
    kinds, found = _kinds(one), [SCHEMA.empty_table()]
    if "breach" in kinds:
        ours = pc.and_(
            pc.equal(past.findings["agreement_id"], one.agreement.id),
            pc.equal(past.findings["reading"], one.reading),
        )
        by_party = "party" in _asked_for(one, "breach")
        rows = past.findings.filter(ours)
        if (terms := _terms(one)) is not None:
            rows = rows.filter(pc.is_in(rows["term_id"], value_set=pa.array(terms, pa.string())))
        found.append(breach_facts(rows, past.incidents, zones, one.naming, by_party=by_party))
    if "refusal" in kinds:
        found.append(refusal_facts(past.incidents, zones, one.naming))
    return pa.concat_tables(found)


def _asked_for(one: Stated, kind: str) -> set[str]:
    """Return the columns that a condition asks of a kind of fact."""
    return {
        KINDS[kind].roles[role.preposition]
        for pattern in patterns(one.condition.body)
        for role in pattern.roles
        if pattern.kind == kind
    }


def _terms(one: Stated) -> list[str] | None:
    """Return the terms whose breaches a condition can count; None: any."""
    of = [
        next((role.argument for role in pattern.roles if role.preposition == "of"), None)
        for pattern in patterns(one.condition.body)
        if pattern.kind == "breach"
    ]
    if not all(isinstance(argument, Constant) for argument in of):
        return None
    named = {argument.value for argument in of if isinstance(argument, Constant)}
    return [own for own, name in one.naming.terms.items() if name in named]


def _counts(one: Stated, determined: Sequence[Fact], indicated: pa.Table) -> Row:
    """Count the facts of each kind that a condition asks for, and how many lack what it asks."""
    decided = Counter(fact.kind for fact in determined)
    answer = {}
    for kind in sorted(_kinds(one)):
        rows = indicated.filter(pc.equal(indicated["kind"], kind))
        asked = _asked_for(one, kind)
        answer[kind] = {
            "determined": decided[kind],
            "indicated": rows.num_rows,
            "without_party": rows["party"].null_count if "party" in asked else 0,
            "without_zone": rows["zone"].null_count if "zone" in asked else 0,
            "without_probability": rows["probability_ppm"].null_count,
        }
    return answer


def _legal(one: Stated, facts: Sequence[Fact], asked: Asked, domains: Domains) -> Iterator[Row]:
    """Take the step (4): each valuation that is or may be met, or else why each is not."""
    names = columns(one.condition)
    found = verdicts(one.condition, facts, asked, domains)
    record = Record(facts, asked, domains)
    valuations: list[tuple[tuple[Value, ...], Verdicts | None]] = [
        (each.valuation, each) for each in found if _is_by(one, names, each.valuation)
    ]
    told_of = {values for values, _ in valuations}
    valuations += [(values, None) for values in _all(one, record) if values not in told_of]
    for values, each in valuations:
        valuation = dict(zip(names, values, strict=True))
        spans = (each.sure or each.episodes or each.possible) if each else ()
        at_us = spans[0].first.us if spans else asked.on_us - 1
        proof = prove(one.condition, record, valuation, at_us)
        yield {
            "valuation": valuation,
            "verdict": _verdict(each),
            "stretches": [(span.first.us, span.last.us) for span in spans],
            "at_us": at_us,
            "told": told(proof, facts),
            "proof": proof_json(proof),
        }


def _verdict(each: Verdicts | None) -> str:
    if each is None:
        return "no"
    if each.sure:
        return "sure"
    return "sure-once" if each.episodes else "possible"


def _is_by(one: Stated, names: Sequence[str], values: tuple[Value, ...]) -> bool:
    """Whether a valuation is of a party whose breaches count."""
    of = dict(zip(names, values, strict=True))
    return one.by is None or of.get("p") in one.by


def _all(one: Stated, record: Record) -> list[tuple[Value, ...]]:
    """Return all valuations of the domains, if they are few enough to be told one by one."""
    names, sort_of = columns(one.condition), sorts(one.condition)
    if any(sort_of[name] in ("count", "fact") for name in names):
        return []
    values = [record.domain(sort_of[name], one.condition) for name in names]
    found = list(product(*values))
    kept = [each for each in found if _is_by(one, names, each)]
    return kept if len(kept) <= MOST_PROVED else []


def _likely(
    one: Stated, determined: Sequence[Fact], indicated: pa.Table, past: _Past, domains: Domains
) -> Row:
    """Take the step (5)."""
    if not indicated.num_rows:
        return {"why_not": "the record indicates no fact of the kinds that it asks for", "told": []}
    lacking = indicated.filter(pc.is_null(indicated["probability_ppm"]))
    unknown = lacking.num_rows
    if not only_grows(one.condition.body, set(lacking["kind"].to_pylist())):
        why = (
            "of indicated facts whose absence it asks for the probability is not known, so that "
            "neither end of an answer can be told"
        )
        return {"why_not": why, "told": []}
    # Of a kind that the record indicates nothing determined is taken: no figure is of both.
    facts = _table([fact for fact in determined if fact.kind not in INDICATES])
    low = pa.concat_tables([facts, indicated.filter(pc.is_valid(indicated["probability_ppm"]))])
    high = pa.concat_tables([facts, _as_there(indicated)]) if unknown else low
    ever = [
        likelihoods_ever(one.condition, side, past.asked, domains, past.samples)
        for side in ((low, high) if unknown else (low,))
    ]
    names = columns(one.condition)
    found = []
    for values in sorted(ever[-1], key=lambda each: [str(value) for value in each]):
        if not _is_by(one, names, values):
            continue
        valuation = dict(zip(names, values, strict=True))
        found.append(
            {
                "valuation": valuation,
                "ever": _between(ever[0].get(values), ever[-1][values]),
                "at_end": _at_end(one, (low, high), past.asked, valuation),
                "whatever_dependence": _bounds(one, low, past.asked, valuation, unknown),
            }
        )
    return {"why_not": "", "told": found}


def _table(facts: Sequence[Fact]) -> pa.Table:
    return to_table(Fact, list(facts))


def _as_there(indicated: pa.Table) -> pa.Table:
    """Return indicated facts, those without a probability as surely there."""
    at = indicated.schema.get_field_index("probability_ppm")
    filled = pc.fill_null(indicated["probability_ppm"], 1_000_000)
    return indicated.set_column(at, indicated.schema.field(at), filled)


def _between(low: Likelihood | None, high: Likelihood) -> Row:
    """Return one answer of two: without the facts whose probability is not known, and with them."""
    said: Row = msgspec.to_builtins(high)
    return said | {"sure": low.sure if low else 0.0, "low": low.low if low else 0.0}


def _at_end(
    one: Stated,
    sides: tuple[pa.Table, pa.Table],
    asked: Asked,
    valuation: Mapping[str, Value],
) -> Row | None:
    """Return the exact probability of a count at the last instant; None for other conditions."""
    if counted(one.condition) is None:
        return None
    low, high = (
        likelihood_at(one.condition, side, asked, valuation, asked.on_us - 1) for side in sides
    )
    return _between(low, high)


def _bounds(
    one: Stated, facts: pa.Table, asked: Asked, valuation: Mapping[str, Value], unknown: int
) -> Row | None:
    """Return bounds that hold however facts depend on each other, where they are few enough."""
    if counted(one.condition) is None or unknown or facts.num_rows > MOST_BOUNDED:
        return None
    said: Row = msgspec.to_builtins(bounds_ever(one.condition, facts, asked, valuation))
    return said
