# SPDX-License-Identifier: Apache-2.0
"""Two feeds: what became known last as Atom (RFC 4287), when clocks end as iCalendar (RFC 5545)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape, quoteattr

from icalendar import Calendar, Event

from foedus.mission import Mission
from foedus.publication.edition import Row
from foedus.publication.facts import kind_title
from foedus.publication.whereabouts import place, when
from foedus.trust.times import utc
from foedus.web.decided import clocks, heading
from foedus.web.routes import BY_NAME, public
from foedus.web.served import Question
from foedus.web.standing import changes

ENTRIES: Final = 50
PRODUCT: Final = "-//Foedus//clocks of guarantees//EN"


def atom(question: Question, base: str) -> bytes:
    """Return the incidents of the record's last day as a feed; `base` is the address of the web."""
    mission = question.edition.mission
    fields = BY_NAME["incidents"].fields["rows"]
    mark = "EXERCISE: " if question.served.is_exercise else ""
    found = changes(question, ENTRIES)
    entries = "".join(_entry(row, mission, base) for row in public(found["rows"], fields))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<id>{identifier(mission.id, '')}</id><title>{escape(mark + mission.title)}</title>"
        f"<updated>{_iso(found['to_us'])}</updated>"
        f"<author><name>Foedus, {escape(mission.id)}</name></author>"
        f'<link rel="self" href={quoteattr(f"{base}/feed.atom")}/>'
        f"<link href={quoteattr(f'{base}/')}/>\n{entries}</feed>\n"
    ).encode()


def identifier(mission: str, path: str) -> str:
    """Return the id of a feed or an entry: the same wherever and by whatever name it is served."""
    return uuid5(NAMESPACE_URL, f"foedus:{mission}/{path}").urn


def _entry(row: Row, mission: Mission, base: str) -> str:
    title = f"{kind_title(row['kind'])}, {place(row)}, {when(row, mission.zone)}"
    address = f"{base}/incidents/{row['lineage_id']}"
    told = f"{row['report_count']} reports, {row['independent_count']} independent sources"
    return (
        f"<entry><id>{identifier(mission.id, row['lineage_id'])}</id><title>{escape(title)}</title>"
        f"<updated>{_iso(row['known_from_us'])}</updated><link href={quoteattr(address)}/>"
        f"<summary>{escape(told)}</summary></entry>\n"
    )


def _iso(at_us: int) -> str:
    return f"{utc(at_us - at_us % 1_000_000)[:19]}Z"


def calendar(question: Question, base: str) -> bytes:
    """Return when each clock ends as a calendar; a replay says so in every entry."""
    found = question.served.due(question.when)
    marking = heading(found)["marking"]
    book = Calendar()
    book.add("prodid", PRODUCT)
    book.add("version", "2.0")
    book.add("x-wr-calname", f"{question.edition.mission.title}: clocks")
    for row in public(clocks(found), BY_NAME["ladder"].fields["rows"]):
        if row["closes_us"] is not None:
            book.add_component(_event(row, marking, question, base))
    return bytes(book.to_ical())


def _event(row: Row, marking: str, question: Question, base: str) -> Event:
    event = Event()
    mark = f"{marking}: " if marking else ""
    parts = (row["case"], row["agreement"], row["rung"], row["reading"])
    event.add("uid", f"{'/'.join(parts)}@{question.edition.mission.id}.foedus")
    event.add("dtstamp", _at(row["closes_us"]))
    event.add("dtstart", _at(row["closes_us"]))
    event.add("dtend", _at(row["closes_latest_us"] or row["closes_us"]))
    event.add("summary", f"{mark}{row['article']} {row['state']}: {row['case_title']}")
    event.add("description", "\n".join((row["text"], *row["reasons"], row["undecided"])))
    event.add("url", f"{base}/cases/{row['case']}")
    return event


def _at(at_us: int) -> datetime:
    return datetime.fromtimestamp(at_us // 1_000_000, UTC)
