# SPDX-License-Identifier: Apache-2.0
"""What has changed in a mission since the last look: new reports, new acts, time that has passed.

`look` does it once: (1) whether the mission's files are other than those of its last run, and if so
a run, which replaces the record whole or not at all; (2) the clocks now, from the log's acts;
(3) the difference to what was seen last, from incidents down to obligations and who had relied on
what changed (`replay.consequences`); (4) what was seen is kept beside the run, replaced whole. So
whatever ends a look, the next one tells what the last finished look had not. The first has nothing
to compare with, and says so.

The past is a prefix of the log, asked at the instant of the last look. How often to look, and what
time it is, is said by the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from foedus.base.encoding import bytes_digest, table_digests
from foedus.base.folders import replaced
from foedus.mission import Mission, default_out, read_mission
from foedus.publication.answers import SIGN, read_summary
from foedus.replay.clocks import Due, due
from foedus.replay.consequences import Consequences, State, consequences
from foedus.trust.folding import Entry
from foedus.trust.times import utc

SEEN: Final = "seen.json"
TABLES: Final = ("incidents", "members", "findings")
KEYS: Final = {"incidents": "lineage_id", "members": "report_id", "findings": "finding_id"}
NOTHING: Final = pa.table(
    {name: pa.array([], pa.string()) for name in ("lineage_id", "report_id", "finding_id")}
)
EMPTY: Final = dict.fromkeys(TABLES, NOTHING)
Rerun = Callable[[Mission], object]
"""Takes the whole path of a mission anew and publishes it."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What a look has seen."""

    at_us: int
    files: dict[str, tuple[int, int]]
    """File of a source -> its size and when it was written, nanoseconds."""
    run_ns: int
    """When the run was written whose record was seen; 0: there was none."""


class Look(NamedTuple):
    """What one look has found."""

    mission: Mission
    at_us: int
    since_us: int | None
    """When it was looked at before; None: it is the first look."""
    has_run: bool
    """Whether its files had changed, so that it was run anew."""
    acts: tuple[Entry, ...]
    """What has entered the record since, in its order."""
    found: Consequences
    before: Due | None
    after: Due | None
    """The clocks then and now; None where no decision can be asked for."""

    @property
    def is_still(self) -> bool:
        """Whether nothing has changed."""
        return not (self.acts or any(msgspec.structs.astuple(self.found)))


def look(
    mission: str | Path | Mission,
    rerun: Rerun,
    *,
    at: str | None = None,
    log: Path | None = None,
    assume: Path | None = None,
    now_us: int,
) -> Look:
    """Look once, and keep what was seen; `rerun` is called where the mission's files have changed.

    `at` is a moment that stands for now. Raises `OperatorError` for what is not there, and whatever
    a run raises; then what was seen last stays as it was.
    """
    found = mission if isinstance(mission, Mission) else read_mission(mission)
    folder, kept = default_out(found.id), seen_folder(found.id)
    last = _read_seen(kept)
    files = _files(found)
    has_run = bool(found.sources) and _is_other(found, folder, files, last)
    if has_run:
        rerun(found)  # (1)
    run_ns = (folder / SIGN).stat().st_mtime_ns if (folder / SIGN).is_file() else 0
    is_same = last is not None and last.run_ns == run_ns
    new = EMPTY if is_same else _tables(folder / "record")
    old = new if is_same or last is None else _tables(kept)
    after = _clocks(found, log, assume, at, now_us)  # (2)
    at_us = after.at_us if after is not None and not after.assumed else now_us
    before = after
    if last is not None and after is not None and not after.assumed:
        before = _clocks(found, log, assume, utc(last.at_us), now_us)
    lineages: frozenset[str] = frozenset() if old is new else _changed(old, new)
    diff = consequences(_state(old, before), _state(new, after), lineages)  # (3)
    seen = Seen(at_us=at_us, files=files, run_ns=run_ns)
    _keep(kept, None if is_same else new, seen)  # (4)
    return Look(
        mission=found,
        at_us=at_us,
        since_us=None if last is None else last.at_us,
        has_run=has_run,
        acts=_entered(before, after),
        found=diff,
        before=before,
        after=after,
    )


def seen_folder(mission: str) -> Path:
    """Return where what was seen of a mission is kept: beside its run."""
    folder = default_out(mission)
    return folder.parent / f"{folder.name}.seen"


def _files(mission: Mission) -> dict[str, tuple[int, int]]:
    paths = (path for source in mission.sources for path in source.files)
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in paths}


def _is_other(
    mission: Mission, folder: Path, files: Mapping[str, tuple[int, int]], last: Seen | None
) -> bool:
    """Whether the run is of other files: by their digests, where they were written since."""
    if not (folder / SIGN).is_file():
        return True
    if last is not None and last.files == files:
        return False
    run = sorted(item["sha256"] for item in read_summary(folder)["inputs"])
    paths = (path for source in mission.sources for path in source.files)
    return run != sorted(bytes_digest(path.read_bytes()) for path in paths)


def _clocks(
    mission: Mission, log: Path | None, assume: Path | None, at: str | None, now_us: int
) -> Due | None:
    if log is None and assume is None and not mission.guarantee.replay:
        return None
    return due(mission, at=at, log=log, assume=assume, now_us=now_us)


def _state(tables: Mapping[str, pa.Table], clocks: Due | None) -> State:
    if clocks is None:
        return State(tables, (), (), ())
    entries = () if clocks.assumed else clocks.register.entries
    return State(tables, clocks.decisions, clocks.runs, clocks.obligations, entries)


def _entered(before: Due | None, after: Due | None) -> tuple[Entry, ...]:
    if before is None or after is None or after.assumed:
        return ()
    known = {entry.act for entry in before.register.entries}
    return tuple(entry for entry in after.register.entries if entry.act not in known)


def _changed(old: Mapping[str, pa.Table], new: Mapping[str, pa.Table]) -> frozenset[str]:
    """Return the lineages of all rows that are other, by the digests of rows."""
    found: set[str] = set()
    for name, key in KEYS.items():
        one, other = (_digested(tables[name], key) for tables in (old, new))
        for table, beside in ((one, other), (other, one)):
            alone = pc.invert(pc.is_in(table["digest"], value_set=beside["digest"]))
            found |= set(table.filter(alone)["lineage_id"].to_pylist())
    return frozenset(found)


def _digested(table: pa.Table, key: str) -> pa.Table:
    digests = table_digests(table, [*dict.fromkeys((key, *table.column_names))])
    return pa.table({"lineage_id": table["lineage_id"], "digest": digests})


def _tables(folder: Path) -> dict[str, pa.Table]:
    paths = {name: folder / f"{name}.parquet" for name in TABLES}
    return {
        name: pq.read_table(path) if path.is_file() else NOTHING for name, path in paths.items()
    }


def _read_seen(folder: Path) -> Seen | None:
    path = folder / SEEN
    return msgspec.json.decode(path.read_bytes(), type=Seen) if path.is_file() else None


def _keep(folder: Path, tables: Mapping[str, pa.Table] | None, seen: Seen) -> None:
    """Keep what was seen; without tables, beside those that are kept already."""
    if tables is None:
        fresh_file = folder / f".{SEEN}"
        fresh_file.write_bytes(msgspec.json.encode(seen))
        fresh_file.replace(folder / SEEN)
        return
    with replaced(folder, SEEN) as fresh:
        for name, table in tables.items():
            pq.write_table(table, fresh / f"{name}.parquet")
        (fresh / SEEN).write_bytes(msgspec.json.encode(seen))


def as_told(found: Look) -> dict[str, Any]:
    """Return a look as one object for machines; instants in UTC microseconds."""
    marking = found.after.marking if found.after else ""
    return {
        "marking": marking,
        "mission": found.mission.id,
        "at_us": found.at_us,
        "since_us": found.since_us,
        "has_run": found.has_run,
        "is_still": found.is_still,
        "acts": [
            {"act": one.act, "kind": one.kind, "subject": one.subject, "known_us": one.known_us}
            for one in found.acts
        ],
        **msgspec.to_builtins(found.found),
    }
