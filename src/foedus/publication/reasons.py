# SPDX-License-Identifier: Apache-2.0
"""Why: from an incident or a finding down to articles of agreements, reports, addresses and files.

`why` takes any id that a run prints. What of it the public may see is left to `policy`; all of this
is internal.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from foedus.errors import Fault, OperatorError
from foedus.publication.answers import Asked, Row, ask, read_summary, run_folder, runs
from foedus.publication.indications import findings_by_id, findings_of

EXACTLY: Final = """
select distinct incident_id from read_parquet($members)
where $asked in (incident_id, lineage_id, report_id)
"""
BY_PREFIX: Final = """
select distinct incident_id from read_parquet($incidents)
where $asked <> '' and (starts_with(incident_id, $asked) or starts_with(lineage_id, $asked))
order by incident_id
"""
ONE: Final = "select * from read_parquet($incidents) where incident_id = $incident_id"
MEMBERS: Final = """
select probability_ppm, score_micronat, reports.*
from read_parquet($members) members join read_parquet($reports) reports using (report_id)
where incident_id = $incident_id
order by report_id
"""
ARTICLES: Final = """
select articles.* from read_parquet($articles) articles
join read_parquet($members) members using (report_id)
where incident_id = $incident_id order by report_id, position
"""
DISAGREEMENTS: Final = """
select field, report_id, says from read_parquet($disagreements)
where incident_id = $incident_id order by all
"""
LINEAGE: Final = 16
"""Letters of a lineage id, with which the id of a finding begins."""


def why(asked: str, run: Asked | None = None) -> Row:
    """Return all that an incident or a finding rests on, down to addresses and input files.

    `asked` is the content id or lineage id of an incident, the id of a report or of a finding, or a
    beginning of an id that fits no other. Without `run`, the runs below `out/` are searched, the
    newest first. The answer holds `asked`, `run`, `zone`, `incident`, `members` (each a report with
    its probability, `articles` and `input` file), `disagreements`, and `findings` (each with
    `reasons` in words and the source of the agreement): all of the incident's, or the one that was
    asked for. The deadline of a duty has no incident: None. Raises `OperatorError` if nothing or
    more than one thing fits.
    """
    folders = runs() if run is None else [run_folder(run)]
    folder, incident_id, told = _found(folders, asked)
    summary = read_summary(folder)
    of_it = {"incident_id": incident_id}
    members = ask(folder, MEMBERS, of_it)
    inputs = {_batch(item): item for item in summary["inputs"]}
    articles = ask(folder, ARTICLES, of_it)
    for member in members:
        own = [item for item in articles if item["report_id"] == member["report_id"]]
        member["articles"] = own
        member["input"] = inputs.get(member["batch_id"])
    incident = ask(folder, ONE, of_it)
    if incident_id is not None and not told:
        told = findings_of(folder, incident_id)
    return {
        "asked": asked,
        "run": str(folder),
        "zone": summary["zone"],
        "incident": incident[0] if incident else None,
        "members": members,
        "disagreements": ask(folder, DISAGREEMENTS, of_it),
        "findings": told,
    }


def _found(folders: list[Path], asked: str) -> tuple[Path, str | None, list[Row]]:
    """Return the first folder that holds what is asked, its incident, and the finding if it is one.

    A beginning of a finding's id must be longer than the lineage with which it begins.
    """
    for folder in folders:
        asking = {"asked": asked}
        rows = ask(folder, EXACTLY, asking) or ask(folder, BY_PREFIX, asking)
        if len(rows) == 1:
            return folder, rows[0]["incident_id"], []
        told = findings_by_id(folder, asked) if not rows and len(asked) > LINEAGE else []
        if len(told) == 1:
            return folder, told[0]["incident_id"], told
        if rows or told:
            ids = [row["incident_id"][:LINEAGE] for row in rows]
            ids += [row["finding_id"] for row in told]
            expected = "an id, or a beginning that fits one incident or finding"
            got = f"{asked!r}, which fits {len(ids)}"
            hint = f"give more of it; it fits {', '.join(ids[:5])}, …"
            raise OperatorError(Fault(file=str(folder), expected=expected, got=got, hint=hint))
    expected = "the id of an incident, of a report or of a finding"
    hint = "list ids with foedus incidents MISSION, or foedus findings MISSION"
    raise OperatorError(Fault(expected=expected, got=repr(asked), hint=hint))


def _batch(item: Row) -> str:
    return f"{item['source_id']}/{Path(item['file']).name}"
