# SPDX-License-Identifier: Apache-2.0
"""Answers about the record as a whole: counts by several rules, sources, bulletins, method, log.

Counts are sums alone: which record was counted by which rule is internal, as it names what monitors
saw. Where the mission holds incidents back or makes places coarse, no count is told: a sum over all
records would tell of those that are not public.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from foedus.publication.answers import SIGN, read_summary
from foedus.publication.counted import count
from foedus.publication.edition import STANDING, Row
from foedus.trust.log import Log
from foedus.trust.notes import Checkpoint, cosignatures, log_key, read_checkpoint, witness_key
from foedus.web.hold import identity
from foedus.web.routes import ROUTES
from foedus.web.served import Question, Served, missing

MOST_REPORTS: Final = 200_000
"""Above so many reports a count takes longer than a reader waits: ask the command line."""
WITHHELD: Final = {
    "coarse": "the policy of this mission makes its record coarse or holds a part of it back",
    "empty": "this mission reads no reports",
    "past": "the run does not tell how its incidents stood before",
    "large": "the record has more than 200 000 reports: ask the command line to count them",
}
"""Why no count is told."""
EXTENT: Final = f"""select count(*) as incidents, min(occurred_from_us) as first_us,
    max(occurred_to_us) as last_us from incidents where {STANDING}"""
FINDINGS: Final = f"select count(*) as findings from findings where {STANDING}"
SOURCES: Final = "select * from sources"
USED: Final = f"""select split_part(report_id, ':', 1) as source_id, count(*) as reports
    from members where {STANDING} group by 1"""
QUARANTINE: Final = 'select * from quarantine order by source_id, reason, "column"'


def counts(question: Question) -> Row:
    """Return the record counted by each shipped rule, and the bridge from the first to each."""
    withheld = _withheld(question)
    if withheld:
        return {"withheld": withheld, "rows": [], "bridges": []}
    start, end = question.word("from"), question.word("to")
    on, known = question.when.on, question.when.known
    answer = question.served.once(
        ("count", start, end, on, known),
        lambda: count(question.edition.folder, from_=start, to=end, on=on, known=known),
    )
    return {"withheld": "", "rows": answer["figures"], "bridges": answer["bridges"]}


def _withheld(question: Question) -> str:
    edition = question.edition
    file = edition.folder / "record" / "reports.parquet"
    if edition.policy.place_cell_m or edition.policy.delay_h:
        return WITHHELD["coarse"]
    if not file.is_file():
        return WITHHELD["empty"]
    if question.when.known and not edition.tells_past:
        return WITHHELD["past"]
    if pq.read_metadata(file).num_rows > MOST_REPORTS:
        return WITHHELD["large"]
    return ""


def sources(question: Question) -> Row:
    """Return who spoke, and what could not be read."""
    rows = question.edition.ask(SOURCES)
    if _is_past(question):
        used = question.edition.ask(USED, question.when)
        reports = {row["source_id"]: row["reports"] for row in used}
        untold = dict.fromkeys(("read", "accepted", "quarantined", "articles"))
        rows = [row | untold | {"reports": reports.get(row["source_id"], 0)} for row in rows]
    return {
        "rows": rows,
        "quarantine": question.edition.ask(QUARANTINE),
    }


def _is_past(question: Question) -> bool:
    """Whether less is asked about than all that the edition holds."""
    on_us, known_us = question.when.on_us, question.when.known_us
    whole_us = question.served.whole_us()
    return any(one is not None and one < whole_us for one in (on_us, known_us))


def bulletins(question: Question) -> Row:
    """Return the editions of this mission's bulletin that lie beside the one that is served."""
    rows = []
    for name, folder in editions(question).items():
        summary = read_summary(folder)
        rows.append(
            {
                "name": name,
                "on": summary["on"],
                "known": summary["known"],
                "digest": summary["parameters"][:12],
                "address": f"/bulletins/{name}",
            }
        )
    return {"rows": rows}


def editions(question: Question) -> dict[str, Path]:
    """Return the folders of the mission's runs that have a bulletin, by name.

    The run that is served is the one that is held; one that is being replaced is left out.
    """
    edition, home = question.edition, question.served.own_folder()
    found = {}
    for sign in signs_beside(question.served):
        own = sign.parent.parent
        folder = edition.folder if own == home else own
        if not own.name.startswith(".") and _is_of(folder, edition.mission.id):
            found[own.name] = folder
    return found


def signs_beside(served: Served) -> list[Path]:
    """Return the signs of the runs that lie beside the one that is served, it among them."""
    return sorted(served.own_folder().parent.glob(f"*/{SIGN}"))


def archive(served: Served) -> str:
    """Return what is another text as soon as another run lies there."""
    return repr([(str(sign), identity(sign)) for sign in signs_beside(served)])


def _is_of(folder: Path, mission: str) -> bool:
    try:
        is_ours: bool = read_summary(folder)["mission"] == mission
    except FileNotFoundError:
        return False
    return is_ours and (folder / "bulletin.html").is_file()


def bulletin(question: Question) -> Path:
    """Return the file of a bulletin by the name of its edition."""
    found = editions(question).get(question.id)
    if found is None:
        raise missing("the name of a bulletin", question.id)
    return found / "bulletin.html"


def method(question: Question) -> Row:
    """Return how the edition was made, and what may leave where."""
    edition = question.edition
    policy = edition.policy
    return {
        "policy": {
            "place_cell_m": policy.place_cell_m,
            "delay_h": policy.delay_h,
            "reason": policy.reason,
        },
        "edition": edition.digest,
        "parameters": edition.summary["parameters"],
        "zone": edition.mission.zone,
        **edition.ask(EXTENT, question.when)[0],
        **edition.ask(FINDINGS, question.when)[0],
        "joined_later": edition.joined_later(question.when),
        "routes": [
            {
                "path": route.path,
                "title": route.title,
                "question": route.question,
                "forms": list(route.forms),
            }
            for route in ROUTES
        ],
    }


def log(question: Question) -> Row:
    """Return what a log says of itself: its size, its checkpoints, and who cosigned them.

    Acts are not listed: what of them is public stands on the other pages, and a proof of one is for
    whoever made it to hand out.
    """
    with question.served.log() as held:
        if held is None or not held.origin:
            return {"is_kept": False, "witnesses": [], "checkpoints": []}
        standing = held.standing
        opening = standing.keyring.opening
        assert opening is not None
        return {
            "is_kept": True,
            "origin": held.origin,
            "mission": standing.mission,
            "exercise": standing.exercise,
            "size": standing.size,
            "root": held.root().hex(),
            "log_key": str(log_key(opening.origin, opening.checkpoint_key)),
            "last_known_us": standing.known_us,
            **_witnessed(held),
        }


def _witnessed(held: Log) -> Row:
    points = [read_checkpoint(note) for note in held.store.checkpoints()]
    keys = {
        (line.name, key.key): witness_key(line.name, key.key)
        for point in points
        for line in point.lines
        for key in held.standing.keyring.keys.values()
        if witness_key(line.name, key.key).id == line.key_id
    }
    last = points[-1] if points else None
    seen = [] if last is None else cosignatures(last, keys.values())
    times = {one.name: one.time_s for one in seen}
    return {
        "witnesses": [
            {"name": name, "key": str(key), "cosigned_s": times.get(name)}
            for (name, _), key in keys.items()
        ],
        "checkpoints": [_checkpoint(point, held.origin) for point in reversed(points[-20:])],
    }


def _checkpoint(point: Checkpoint, origin: str) -> Row:
    return {
        "size": point.size,
        "root": point.root.hex(),
        "note": str(point),
        "cosigned_by": [line.name for line in point.lines if line.name != origin],
    }
