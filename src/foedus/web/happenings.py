# SPDX-License-Identifier: Apache-2.0
"""Answers about incidents and findings: lists with cursors, one by its id, and why.

All is asked of the edition, which holds nothing but what the policy let out. Queries are constants;
what a reader sent is bound.
"""

from __future__ import annotations

from typing import Any, Final

from foedus.base.parties import Parties
from foedus.errors import Fault, OperatorError, did_you_mean
from foedus.findings.record import CAUSES, VERDICTS
from foedus.mission import asked_moment
from foedus.publication.edition import STANDING, Row
from foedus.publication.indications import cited
from foedus.publication.policy import HOUR_US
from foedus.reports.taxonomy import load_kinds
from foedus.trust.times import utc
from foedus.web.decided import cases_of
from foedus.web.served import Question, missing
from foedus.web.squares import NOWHERE, square_named

NO_SIDE: Final = "none"
NOTHING: Final = "none"
"""As a verdict: no term covers it."""
IDS: Final = {"party": "the id of a party", "agreement": "the id of an agreement"}
"""Parameter -> what is expected of it."""
WANTED: Final = f"""{STANDING}
    and ($from_us is null or occurred_to_us > $from_us)
    and ($to_us is null or occurred_from_us < $to_us)
    and ($kinds is null or list_contains($kinds, kind))
    and ($party is null or actor = $party or list_contains(parties, $party))
    and ($side is null or list_contains(sides, $side) or ($side = 'none' and len(sides) = 0))
    and ($verdict is null or coalesce(verdict, 'none') = $verdict)
    and ($region is null
        or contains(lower(concat_ws(' ', region, place_name)), lower($region)))
    and ($west is null or (square_x between $west and $east and square_y between $north and $south))
"""
ANY: Final[Row] = NOWHERE | dict.fromkeys(
    ("from_us", "to_us", "kinds", "party", "side", "verdict", "region")
)
"""The filters of a list of all incidents."""
INCIDENTS: Final = f"""select * from incidents where {WANTED}
    and ($after_us is null or occurred_from_us > $after_us
        or (occurred_from_us = $after_us and lineage_id > $after_id))
    order by occurred_from_us, lineage_id limit $limit"""
NEWEST: Final = f"""select * from incidents where {WANTED}
    and ($after_us is null or occurred_from_us < $after_us
        or (occurred_from_us = $after_us and lineage_id < $after_id))
    order by occurred_from_us desc, lineage_id desc limit $limit"""
ORDERS: Final = {"oldest": INCIDENTS, "newest": NEWEST}
"""How a list may be ordered -> its query."""
TOTAL: Final = f"""select count(*) as total,
    count(*) filter (verdict = 'breach') as breaches,
    count(*) filter (independent_count = 1) as alone
    from incidents where {WANTED}"""
KINDS_TOLD: Final = "select distinct kind from incidents where layer <> 'state'"
INCIDENT: Final = f"""select * from incidents
    where (lineage_id = $id or incident_id = $id) and {STANDING} limit 1"""
BY_LINEAGE: Final = f"select * from incidents where lineage_id = $id and {STANDING}"
BY_REPORT: Final = f"""select * from incidents where {STANDING} and lineage_id in
    (select lineage_id from members where report_id = $id and {STANDING}) limit 1"""
MEMBERS: Final = f"""select * from members where lineage_id = $lineage and {STANDING}
    order by report_id"""
OF_INCIDENT: Final = f"""select * from findings where lineage_id = $lineage and {STANDING}
    order by agreement_id, term_id, reading"""
STATES: Final = """select * from incidents
    where lineage_id = $lineage and layer = 'state' order by known_from_us"""
SOUGHT: Final = f"""{STANDING}
    and ($agreement is null or agreement_id = $agreement)
    and ($article is null or lower(article) = lower($article))
    and ($reading is null or reading = $reading)
    and ($verdict is null or verdict = $verdict)
    and ($party is null or list_contains(parties, $party) or list_contains(attributed, $party))
"""
FINDINGS: Final = f"""select * from findings where {SOUGHT}
    and ($after_us is null or order_us > $after_us
        or (order_us = $after_us and finding_id > $after_id))
    order by order_us, finding_id limit $limit"""
FINDINGS_TOTAL: Final = f"select count(*) as total from findings where {SOUGHT}"
COUNTED: Final = f"""select agreement_id, term_id, article, reading, verdict, count(*) as findings
    from findings where {SOUGHT} group by all
    order by agreement_id, term_id, reading, verdict"""
FINDING: Final = f"select * from findings where finding_id = $id and {STANDING}"
READINGS: Final = f"""select * from findings where lineage_id = $lineage
    and agreement_id = $agreement and term_id = $term and {STANDING}
    order by reading"""
SOURCES: Final = "select source_id, title from sources"


def incidents(question: Question) -> Row:
    """Return the incidents that fit, in order of time, how many and how sure, with the cursor."""
    values = wanted(question)
    after_us, after_id = question.after()
    asking = values | {"after_us": after_us, "after_id": after_id, "limit": question.limit()}
    rows = question.edition.ask(ORDERS[_order(question)], question.when, **asking)
    key = ("total", question.when, tuple(sorted(values.items(), key=str)).__repr__())
    sums = question.served.once(
        key, lambda: question.edition.ask(TOTAL, question.when, **values)[0]
    )
    return {
        **sums,
        "next": _next(rows, question.limit(), "occurred_from_us", "lineage_id"),
        "rows": rows,
        "kinds": _kinds_told(question),
    }


def _kinds_told(question: Question) -> list[str]:
    """Return the kinds by which this edition's incidents can be asked, and the one asked by."""

    def told() -> set[str]:
        return {row["kind"] for row in question.edition.ask(KINDS_TOLD)}

    asked = question.word("kind")
    return sorted(question.served.once(("kinds",), told) | ({asked} if asked else set()))


def _order(question: Question) -> str:
    word = question.word("order") or "oldest"
    if word not in ORDERS:
        expected, got = " or ".join(ORDERS), repr(word[:80])
        fault = Fault(column="order", expected=expected, got=got, hint=did_you_mean(word, ORDERS))
        raise OperatorError(fault)
    return word


def wanted(question: Question) -> Row:
    """Return the filters of a list of incidents, each checked."""
    zone = question.edition.mission.zone
    start = asked_moment(question.word("from"), zone, "from")
    end = asked_moment(question.word("to"), zone, "to")
    square = question.word("square")
    return {
        "from_us": start and start.from_us,
        "to_us": end and end.to_us,
        "kinds": _kinds(question.word("kind")),
        "party": _known(question, "party", question.edition.mission.parties),
        "side": question.word("side"),
        "verdict": _verdict(question.word("verdict"), (*VERDICTS, NOTHING)),
        "region": question.word("region"),
        **(square_named(square).bounds() if square else NOWHERE),
    }


def incident(question: Question) -> Row:
    """Return one incident with its reports and findings, by its id or lineage, or a report's id."""
    row = _incident(question)
    lineage = row["lineage_id"]
    return {
        "incident": row,
        "members": members(question, lineage),
        "findings": question.edition.ask(OF_INCIDENT, question.when, lineage=lineage),
        "states": states(question, lineage),
        "cases": cases_of(question, lineage),
    }


def states(question: Question, lineage: str) -> list[Row]:
    """Return how an incident has stood, each state `at` the moment since which it is public.

    Empty where it has never stood otherwise, or the run does not tell it; of states that another
    took the place of before the policy's delay was over, and of what was not known yet at `known`,
    nothing is told.
    """
    known_us, delay_us = question.when.known_us, question.edition.policy.delay_h * HOUR_US
    found = []
    for row in question.edition.ask(STATES, question.when, lineage=lineage):
        since_us, until_us = row["known_from_us"], row["known_to_us"]
        public_us = max(since_us, row["occurred_to_us"] + delay_us) if delay_us else since_us
        if known_us is not None and public_us > known_us:
            continue
        if until_us is not None and until_us <= public_us:
            continue
        is_open = until_us is None or (known_us is not None and until_us > known_us)
        found.append(row | {"at": utc(public_us), "known_to_us": None if is_open else until_us})
    return found if len(found) > 1 else []


def members(question: Question, lineage: str) -> list[Row]:
    """Return the reports of an incident, each with its source."""
    titles = {row["source_id"]: row["title"] for row in question.edition.ask(SOURCES)}
    rows = question.edition.ask(MEMBERS, question.when, lineage=lineage)
    for row in rows:
        row["source_id"] = row["report_id"].partition(":")[0]
        row["source_title"] = titles.get(row["source_id"])
    return rows


def _incident(question: Question) -> Row:
    for query in (BY_LINEAGE, INCIDENT, BY_REPORT):
        found = question.edition.ask(query, question.when, id=question.id)
        if found:
            return found[0]
    hint = "it may not have been known then" if question.when.known else ""
    raise missing("the id of an incident or of a report", question.id, hint)


def findings(question: Question) -> Row:
    """Return the findings that fit, in order of time, deadlines last, with their counts.

    What no term covers is not listed, and not in these counts either.
    """
    values = {
        "agreement": _known(question, "agreement", question.edition.agreements.values()),
        "article": question.word("article"),
        "reading": question.word("reading"),
        "verdict": _verdict(question.word("verdict"), VERDICTS),
        "party": _known(question, "party", question.edition.mission.parties),
    }
    after_us, after_id = question.after()
    asking = values | {"after_us": after_us, "after_id": after_id, "limit": question.limit()}
    rows = question.edition.ask(FINDINGS, question.when, **asking)
    counts = question.served.once(
        ("counts", question.when, repr(values)),
        lambda: question.edition.ask(COUNTED, question.when, **values),
    )
    return {
        "total": sum(row["findings"] for row in counts),
        "next": _next(rows, question.limit(), "order_us", "finding_id"),
        "rows": rows,
        "counts": counts,
    }


def finding(question: Question) -> Row:
    """Return one finding with its reasons, and what the other readings of the term say."""
    found = question.edition.ask(FINDING, question.when, id=question.id)
    if not found:
        raise missing("the id of a finding", question.id)
    row = found[0]
    values = {
        "lineage": row["lineage_id"],
        "agreement": row["agreement_id"],
        "term": row["term_id"],
    }
    siblings = question.edition.ask(READINGS, question.when, **values)
    agreement = question.edition.agreements[row["agreement_id"]]
    titles = {reading.id: reading.title for reading in agreement.head.readings}
    return {
        "finding": row | cited(row, agreement),
        "readings": [
            one | cited(one, agreement) | {"title": titles.get(one["reading"], one["reading"])}
            for one in siblings
        ],
        "cases": cases_of(question, row["lineage_id"]),
        "members": members(question, row["lineage_id"]),
    }


def causes(codes: list[str]) -> list[str]:
    """Return in words why a verdict is open."""
    return [CAUSES[code] for code in codes]


def _next(rows: list[Row], limit: int, at: str, name: str) -> str | None:
    return f"{rows[-1][at]}~{rows[-1][name]}" if len(rows) == limit else None


def _kinds(kind: str | None) -> list[str] | None:
    if kind is None or kind == "unknown":
        return None if kind is None else [kind]
    kinds = load_kinds()
    if kind not in kinds:
        hint = did_you_mean(kind, kinds.nodes)
        got = repr(kind[:80])
        fault = Fault(column="kind", expected="a kind of the taxonomy", got=got, hint=hint)
        raise OperatorError(fault)
    return sorted({kind, *kinds.leaves(kind)})


def _known(question: Question, name: str, known: Parties | Any) -> str | None:
    word = question.word(name)
    ids = [one.id for one in known]
    if word is not None and word not in ids:
        hint = did_you_mean(word, ids)
        fault = Fault(column=name, expected=IDS[name], got=repr(word[:80]), hint=hint)
        raise OperatorError(fault)
    return word


def _verdict(word: str | None, known: tuple[str, ...]) -> str | None:
    if word is not None and word not in known:
        hint = did_you_mean(word, known)
        fault = Fault(column="verdict", expected="a verdict", got=repr(word[:80]), hint=hint)
        raise OperatorError(fault)
    return word
