# SPDX-License-Identifier: Apache-2.0
"""The lower half of a chain of reasons: from findings and incidents to reports, articles, files.

Asks a mission's last run, as `publication.reasons.why` does. Findings of a case whose mission was
never run, or that the last run has no more, are told as broken: they are never left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from foedus.desk import words
from foedus.desk.nodes import Link, Node, linked
from foedus.errors import OperatorError
from foedus.mission import default_out
from foedus.publication.answers import SIGN
from foedus.publication.reasons import why

Row = dict[str, Any]
NO_RUN: Final = "the mission has not been run here, so that nothing is known of it"
MOST: Final = 160
"""Letters of a report's text that are told."""
GONE: Final = "the last run has it no more"


class Record(NamedTuple):
    """The last run of a mission."""

    mission: str
    zone: str

    @property
    def folder(self) -> Path | None:
        """Its folder; None where the mission was not run."""
        folder = default_out(self.mission)
        return folder if (folder / SIGN).is_file() else None


def finding_node(record: Record, finding_id: str) -> Node:
    """Return a finding with its article, its reasons and the incident that it is about."""
    told = _asked(record, finding_id)
    if isinstance(told, str):
        return Node(kind="finding", id=finding_id, text="", broken=told)
    (finding,) = told["findings"]
    key = [finding["agreement_id"], finding["term_id"], finding["reading"]]
    probability = finding["probability_ppm"]
    share = "" if probability is None else f", probability {probability / 1e6:g}"
    reasons = tuple(Node(kind="reason", id="", text=reason) for reason in finding["reasons"][1:-1])
    incident = (_incident(record, told),) if told["incident"] else ()
    return Node(
        kind="finding",
        id=finding_id,
        text=f"{finding['verdict']}, indicated{share}, reading {finding['reading']}",
        link=linked(f"{finding['lineage_id']}-", key),
        grounds=(_article(finding), *reasons, *incident),
    )


def _article(finding: Row) -> Node:
    source = Node(kind="source", id="", text=finding["source_title"], url=finding["source_url"])
    return Node(
        kind="article",
        id=f"{finding['agreement_id']}/{finding['term_id']}",
        text=f"{finding['agreement']}, {finding['article']}: {finding['term_text']}",
        grounds=(source,),
    )


def incident_node(record: Record, lineage_id: str) -> Node:
    """Return an incident with the reports that tell of it."""
    told = _asked(record, lineage_id)
    if isinstance(told, str):
        return Node(kind="incident", id=lineage_id, text="", broken=told)
    return _incident(record, told)


def _asked(record: Record, asked: str) -> Row | str:
    """Return what the run says, or why it says nothing."""
    if record.folder is None:
        return NO_RUN
    try:
        return why(asked, record.folder)
    except OperatorError as error:
        return f"{GONE}: {error.faults[0].got}"


def _incident(record: Record, told: Row) -> Node:
    incident, members = told["incident"], told["members"]
    when = words.span(incident["occurred_from_us"], incident["occurred_to_us"], record.zone)
    place = ", ".join(filter(None, (incident["place_name"], incident["region"])))
    content = Node(
        kind="key",
        id=incident["incident_id"],
        text="content id: the digest of its members' digests",
        link=Link(of=sorted(member["digest"] for member in members), digits=64),
    )
    return Node(
        kind="incident",
        id=incident["lineage_id"],
        text=f"{when}, {place}: {incident['kind']}; {incident['report_count']} reports",
        grounds=(content, *(_report(member) for member in members)),
    )


def _report(member: Row) -> Node:
    share = member["probability_ppm"] / 1e6
    text = f"{member['source_id']}, belongs with probability {share:g}: {_cut(member['text'])}"
    return Node(
        kind="report",
        id=member["report_id"],
        text=text,
        says={"digest": member["digest"]},
        grounds=tuple(_sources(member)),
    )


def _cut(text: str | None) -> str:
    told = " ".join((text or "").split())
    return told if len(told) <= MOST else f"{told[: MOST - 1]}…"


def _sources(member: Row) -> Iterator[Node]:
    """Yield the addresses of a report and its articles, and the file in which it came."""
    if member["url"]:
        yield Node(kind="url", id="", text="the report", url=member["url"])
    for article in member["articles"]:
        text = ", ".join(filter(None, (article["outlet"], article["headline"])))
        yield Node(kind="url", id="", text=text, url=article["url"] or "")
    held = member["input"]
    if held is not None:
        yield Node(kind="input", id=held["sha256"], text=f"{held['file']} of {held['source_id']}")
