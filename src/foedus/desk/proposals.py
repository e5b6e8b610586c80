# SPDX-License-Identifier: Apache-2.0
"""Opening acts that a run's findings suggest, as drafts for somebody to read and to sign.

What a mission's last run indicates is put to the rule (`cases.from_findings`), beside the cases of
a log if there is one. Drafts are told or written as files of payloads, with the line by which a
case officer would sign each. Nothing enters a log from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from foedus.cases.from_findings import Draft, Indicated, Rule, proposed
from foedus.cases.kinds import OPEN
from foedus.cases.record import Case
from foedus.desk.docket import docket_of
from foedus.desk.words import instant
from foedus.mission import Mission, read_mission
from foedus.publication.indications import findings
from foedus.replay.clocks import due
from foedus.trust.acts import plain

SHOWN = 20


class Proposal(NamedTuple):
    """The drafts for a mission, and the rule that made them."""

    mission: Mission
    rule: Rule
    drafts: tuple[Draft, ...]


def propose(
    mission: str | Path | Mission,
    *,
    rule: Rule | None = None,
    log: Path | None = None,
    now_us: int | None = None,
) -> Proposal:
    """Return drafts for what the mission's last run indicates and no case of `log` cites.

    Raises `OperatorError` where the mission was not run, or there is no such log.
    """
    found = mission if isinstance(mission, Mission) else read_mission(mission)
    rows = [_indicated(row) for row in findings(found.id)]
    cases: list[Case] = []
    if log is not None:
        docket = docket_of(due(found, log=log, now_us=now_us))
        cases = [one.case for one in docket.cases]
    rule = rule or Rule()
    return Proposal(found, rule, proposed(rows, cases, rule))


def _indicated(row: dict[str, Any]) -> Indicated:
    return Indicated(
        **{name: row[name] for name in Indicated.__struct_fields__ if name != "attributed"},
        attributed=tuple(row["attributed"]),
    )


def draft_lines(found: Proposal, folder: Path | None = None) -> Iterator[str]:
    """Yield the drafts for people; with `folder`, the line that signs each of its files."""
    yield f"{found.mission.title}: {len(found.drafts)} drafts; nothing is opened"
    yield f"rule: {found.rule}"
    shown = found.drafts if folder is not None else found.drafts[:SHOWN]
    for draft in shown:
        payload = draft.payload
        when = "a deadline" if draft.from_us is None else instant(draft.from_us, found.mission.zone)
        yield ""
        yield f"{draft.subject}: {payload.agreement}, {payload.article}, {payload.reading}"
        yield f"  {len(payload.findings)} findings, {len(payload.incidents)} incidents, from {when}"
        yield f"  accused by claims: {', '.join(payload.accused) or 'nobody'}"
        if folder is not None:
            file = folder / file_of(draft)
            yield f"  foedus act new LOG {OPEN.name} --subject {draft.subject} --payload {file}"
    if len(found.drafts) > len(shown):
        yield f"and {len(found.drafts) - len(shown)} more; -o DIR writes them all"


def file_of(draft: Draft) -> str:
    """Return the name of a draft's file."""
    return f"{draft.subject.replace('/', '-')}.json"


def write_drafts(found: Proposal, folder: Path) -> None:
    """Write the payload of every draft as a file of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for draft in found.drafts:
        data = msgspec.json.format(msgspec.json.encode(plain(draft.payload)))
        (folder / file_of(draft)).write_bytes(data + b"\n")


def as_told(found: Proposal) -> dict[str, Any]:
    """Return the drafts as one object for machines."""
    return {
        "mission": found.mission.id,
        "kind": OPEN.name,
        "rule": msgspec.to_builtins(found.rule),
        "drafts": [
            {"subject": one.subject, "from_us": one.from_us, "payload": plain(one.payload)}
            for one in found.drafts
        ],
    }
