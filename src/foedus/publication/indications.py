# SPDX-License-Identifier: Apache-2.0
"""What a run's incidents indicate against which article, as its record has it.

`findings` lists them, `counts` sums them, and `with_reasons` tells each as sentences that end at
the agreement's source, by the checker that shares no code with the stage. The agreements are those
that the run took, kept beside its tables. As in `answers`, all of this is internal.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, TypedDict, Unpack

import msgspec

from foedus.errors import Fault, OperatorError, did_you_mean
from foedus.findings.checker import told
from foedus.findings.record import CAUSES, VERDICTS
from foedus.publication.answers import (
    Asked,
    Row,
    ask,
    known_party,
    read_summary,
    run_folder,
    unreadable,
)
from foedus.terms.record import Agreement

AGREEMENTS: Final = Path("record/agreements.json")
FINDINGS: Final = """
select findings.*, occurred_from_us, occurred_to_us, occurred_precision, latitude_e7, longitude_e7,
    radius_m, place_name, region, kind, target, actor, parties
from read_parquet($findings, file_row_number = true) findings
left join read_parquet($incidents) incidents using (incident_id)
where ($agreement_id is null or agreement_id = $agreement_id)
  and ($of_article is null or lower(article) = lower($of_article))
  and ($reading is null or reading = $reading)
  and ($verdict is null or verdict = $verdict)
  and ($party is null or list_contains(parties, $party)
       or list_contains(attributed, $party))
order by file_row_number limit $limit
"""
OF_INCIDENT: Final = """
select * from read_parquet($findings) where incident_id = $incident_id
"""
BY_ID: Final = """
select * from read_parquet($findings) where starts_with(finding_id, $asked) order by finding_id
"""
COUNTS: Final = "select * from read_parquet($counts)"


class Sought(TypedDict, total=False):
    """Which findings are asked for; what is left out does not narrow."""

    agreement: str | None
    """Id of an agreement of the mission."""
    article: str | None
    """Label of an article, such as "Point 2", in any case of letters."""
    reading: str | None
    """Id of a reading; `text` where an agreement declares none."""
    verdict: str | None
    """breach, permitted, not-covered, undetermined or contested; each is indicated."""
    party: str | None
    """Id of a party that is named as involved, or claimed to have acted."""
    limit: int | None
    """At most so many."""


def findings(run: Asked, **wanted: Unpack[Sought]) -> list[Row]:
    """Return the findings that fit: the columns of `Finding`, and when, where and what it was.

    They stand in order of time, deadlines last. What is not covered stands in the record only where
    readings part. Raises `OperatorError` if there is no such run or the question cannot be read.
    """
    folder = run_folder(run)
    rows = ask(folder, FINDINGS, _values(wanted, folder))
    return [{name: row[name] for name in row if name != "file_row_number"} for row in rows]


def counts(run: Asked, **wanted: Unpack[Sought]) -> list[Row]:
    """Return how often each verdict was given, by term and reading, of what fits.

    `verdict` and `party` do not narrow these: a share without its whole says nothing. Raises
    `OperatorError` as `findings` does.
    """
    folder = run_folder(run)
    asked = _values(wanted, folder)
    keys = (("agreement_id", "agreement_id"), ("article", "of_article"), ("reading", "reading"))
    return [
        row
        for row in ask(folder, COUNTS, {})
        if all(asked[by] is None or row[key].lower() == asked[by].lower() for key, by in keys)
    ]


def findings_of(folder: Path, incident_id: str) -> list[Row]:
    """Return the findings of one incident with their reasons."""
    return with_reasons(folder, ask(folder, OF_INCIDENT, {"incident_id": incident_id}))


def findings_by_id(folder: Path, asked: str) -> list[Row]:
    """Return the findings whose id begins so, with their reasons."""
    return with_reasons(folder, ask(folder, BY_ID, {"asked": asked}))


def with_reasons(folder: Path, rows: Iterable[Row]) -> list[Row]:
    """Return findings with `reasons` in words, `because`, and what they cite.

    `because` are the causes in words; `agreement`, `term_text`, `source_title`, `source_url` tell
    what is cited.
    """
    known = {agreement.id: agreement for agreement in _agreements(folder)}
    return [row | cited(row, known[row["agreement_id"]]) for row in rows]


def cited(row: Row, agreement: Agreement) -> Row:
    """Return what a finding cites of its agreement, and its reasons in words."""
    term = agreement.term(row["term_id"])
    source = agreement.head.sources[term.rule.source]
    return {
        "agreement": agreement.head.title.get("en", agreement.id),
        "term_text": term.rule.text,
        "source_title": source.title,
        "source_url": source.url,
        "because": [CAUSES[cause] for cause in row["causes"]],
        "reasons": told(row["steps"], term, agreement),
    }


def _agreements(folder: Path) -> list[Agreement]:
    path = folder / AGREEMENTS
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Agreement])
    except (OSError, msgspec.DecodeError) as error:
        raise unreadable(path, error) from error


def _values(wanted: Sought, folder: Path) -> dict[str, Any]:
    rows = ask(folder, COUNTS, {})
    known = {
        "agreement": [row["agreement_id"] for row in rows],
        "article": [row["article"].lower() for row in rows],
        "reading": [row["reading"] for row in rows],
        "verdict": list(VERDICTS),
    }
    for name, words in known.items():
        word = wanted.get(name)
        if isinstance(word, str) and (word.lower() if name == "article" else word) not in words:
            hint = did_you_mean(word, set(words)) if words else "the mission names no agreement"
            expected = f"an {name}" if name[0] == "a" else f"a {name}"
            expected += " of the run's findings"
            raise OperatorError(
                Fault(column=f"--{name}", expected=expected, got=repr(word), hint=hint)
            )
    return {
        "agreement_id": wanted.get("agreement"),
        "of_article": wanted.get("article"),
        "reading": wanted.get("reading"),
        "verdict": wanted.get("verdict"),
        "party": known_party(wanted.get("party"), read_summary(folder)),
        "limit": wanted.get("limit"),
    }
