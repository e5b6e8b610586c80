# SPDX-License-Identifier: Apache-2.0
"""Counts of verdicts on the Donbas record, reckoned a second time and in another way.

Plain Python, row by row, from the UCDP file and the agreements' Markdown alone: the standard
library and nothing of the project. It reads only the part of YAML that the terms of these
agreements use. What is not known stays None, all the way. Run it by itself: `python
independent_counts.py CSV AGREEMENT.md ...`.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

KYIV = ZoneInfo("Europe/Kyiv")
NAMED = {
    "Government of Ukraine": "ua",
    "DPR": "dpr",
    "LPR": "lpr",
    "United Armed Forces of Novorossiya": "uafn",
    "Maidan": "maidan",
}
FIRE = {"use-of-force", "fatal-event", "fatal-event-means-not-stated"}
"""Bans that a deadly event of unstated means surely breaks: UCDP counts organised armed force."""
MAY_BE_FIRE = {
    "indirect-fire",
    "air-attack",
    "direct-fire",
    "flight-of-aircraft",
    "flight-of-drones",
    "offensive-action",
    "sabotage-or-raid",
}
"""Bans that it may break, the means and the purpose not being stated."""


def scalar(text):
    """Read a word, a number, or a flow list or map of words."""
    text = text.strip()
    if text.startswith("["):
        return [scalar(part) for part in split(text[1:-1])]
    if text.startswith("{"):
        return dict(entry(part) for part in split(text[1:-1]))
    return text


def split(text):
    """Split at commas that stand in no bracket."""
    parts, depth, last = [], 0, 0
    for at, letter in enumerate(text):
        depth += (letter in "[{") - (letter in "]}")
        if letter == "," and depth == 0:
            parts.append(text[last:at])
            last = at + 1
    return [part for part in [*parts, text[last:]] if part.strip()]


def entry(text):
    """Read `key: value`."""
    key, _, value = text.partition(":")
    return key.strip(), scalar(value)


def block(lines):
    """Read a block: keys at the margin; of what is indented under a key, only that it is there."""
    found, key = {}, None
    for line in lines:
        if line[:1] not in (" ", "-", ""):
            key, value = entry(line)
            found[key] = value
        elif line.strip():
            found[key] = [*(found[key] or []), line.strip()]
    return found


def read_agreement(path):
    """Return the id, the terms with their article's label, and the readings of an agreement."""
    article, terms, head, lines, kind = "", [], {}, None, ""
    for line in path.read_text("utf-8").split("\n"):
        if lines is None and line.startswith("## "):
            article = re.split(r"[.]|,? — ", line[3:])[0]
        elif lines is None and line.startswith("```"):
            kind, lines = line[3:], []
        elif lines is not None and line == "```":
            if kind == "term":
                terms.append(block(lines) | {"article": article})
            else:
                head = block(lines)
            lines = None
        elif lines is not None:
            lines.append(line)
    readings = [re.sub(r"- id: ", "", r) for r in head.get("readings", []) if "id:" in r]
    return head["id"], terms, readings or ["text"]


def moment(written):
    """Return the earliest and the latest instant that a time of the text may mean."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", written):
        at = datetime.strptime(written, "%Y-%m-%d %H:%M").replace(tzinfo=KYIV).timestamp()
        return at, at
    if re.fullmatch(r"\d{4}-\d\d-\d\d", written):
        day = datetime.strptime(written, "%Y-%m-%d")
        ends = (day + timedelta(days=1)).replace(tzinfo=KYIV)
        return day.replace(tzinfo=KYIV).timestamp(), ends.timestamp()
    return None


def event(row):
    """Return what a row of the record tells: the days in between, who is named, which region."""
    first = datetime.strptime(row["date_start"][:10], "%Y-%m-%d")
    last = datetime.strptime(row["date_end"][:10], "%Y-%m-%d") + timedelta(days=1)
    return {
        "from": first.replace(tzinfo=KYIV).timestamp(),
        "to": last.replace(tzinfo=KYIV).timestamp(),
        "named": {NAMED[row[side]] for side in ("side_a", "side_b") if row[side] in NAMED},
        "region": row["adm_1"].removesuffix(" oblast").strip(),
    }


def is_act(ban):
    """Whether a deadly event of unstated means is one of the acts of a ban."""
    acts = set(ban["acts"])
    return True if acts & FIRE else None if acts & MAY_BE_FIRE else False


def is_bound(ban, happened, stands_for):
    """Whether somebody whom a ban binds acted, who acted not being told, only who fought whom."""
    sure, maybe = [], []
    for name in happened["named"]:
        means = set(stands_for.get(name, (name,)))
        sure.append(bool(means) and means <= set(ban["bearer"]))
        maybe.append(bool(means & set(ban["bearer"])))
    if not sure:
        return None
    if not any(maybe):
        return False
    return True if all(sure) and len(sure) > 1 else None


def is_in_force(terms, ban, happened):
    """Whether a ban bound through all of the days of an event."""
    dated = [term for term in terms if term["rule"] == "in-force"]
    own = [term for term in dated if ban["id"] in term.get("of", [])]
    (dating,) = own or [term for term in dated if "of" not in term]
    assert dating["to"] == "open"
    begins = moment(dating["from"])
    if begins is None:
        return None
    if happened["to"] <= begins[0]:
        return False
    return True if happened["from"] >= begins[1] else None


def is_there(terms, ban, happened):
    """Whether an event lay where a ban holds; nobody knows of a strip whose line is not drawn."""
    if "zone" not in ban:
        return True
    (zone,) = [term for term in terms if term["id"] == ban["zone"]]
    area = zone["area"]
    if area["kind"] != "regions":
        return None
    return happened["region"] in area["names"] if happened["region"] else None


def verdict(terms, ban, happened, stands_for):
    """Return what the record indicates, asking one question after another."""
    answers = [
        is_act(ban),
        is_bound(ban, happened, stands_for),
        is_in_force(terms, ban, happened),
        is_there(terms, ban, happened),
    ]
    if False in answers:
        return "not-covered"
    exceptions = [
        term
        for term in terms
        if term["rule"] == "exception"
        and ban["id"] in term["to"]
        and term.get("burden") != "who-invokes"
    ]
    for exempt in terms:
        if exempt["rule"] == "exemption" and ban["id"] in exempt["to"]:
            assert not happened["named"] & set(exempt["bearer"])
    return "undetermined" if None in answers or exceptions else "breach"


def counts(record, agreements, stands_for=None):
    """Return (agreement, term, article, reading, verdict) -> how many events were given it."""
    with Path(record).open(newline="", encoding="utf-8") as stream:
        events = [event(row) for row in csv.DictReader(stream)]
    found = Counter()
    for path in agreements:
        name, terms, readings = read_agreement(Path(path))
        for ban in (term for term in terms if term["rule"] == "ban"):
            for reading in readings:
                for happened in events:
                    said = verdict(terms, ban, happened, stands_for or {})
                    found[name, ban["id"], ban["article"], reading, said] += 1
    return dict(found)


if __name__ == "__main__":
    for told, number in counts(sys.argv[1], sys.argv[2:]).items():
        print(*told, number, sep="\t")
