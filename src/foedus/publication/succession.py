# SPDX-License-Identifier: Apache-2.0
"""How an edition differs from the one before, and since when an answer can tell.

Two editions are compared row by row, by all columns. A row that only one of them has is told by
those that ask for what was known at its `known_from_us` or later; one that stood until another time
by those that ask from the earlier of both on. So before `first_known_us` every question about
incidents and findings has one answer in both. Rows that answer no question with `known` are left
out: what they tell, the state that stands tells too. An edition keeps the list of all steps that
led to it. What is compared is what an edition holds: acts of a log, texts of agreements and
assumptions of a replay are not.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import duckdb
import msgspec

from foedus.publication.edition import FILE, MEMORY

STEPS: Final = "steps.json"
COMPARED: Final = ("incidents", "findings")
COLUMNS: Final = """select column_name from duckdb_columns()
    where database_name = $database and table_name = $table
    and column_name not in ('known_to_us', 'layer')
    order by column_name"""
LATE: Final = 9_000_000_000_000_000
"""Microseconds beyond every moment; a row that still stands ends there."""
ROWS: Final = """select hash(row({columns})) as row, known_from_us, known_to_us
    from {name}.{table} where layer in ('only', 'state', 'due')"""
DIFFER: Final = f"""
select (select count(*) from after anti join before using (row)) as added,
    (select count(*) from before anti join after using (row)) as gone,
    (select count(*) from after join before using (row)
        where after.known_to_us is distinct from before.known_to_us) as ended,
    least(
        (select min(known_from_us) from after anti join before using (row)),
        (select min(known_from_us) from before anti join after using (row)),
        (select min(least(
                coalesce(after.known_to_us, {LATE}), coalesce(before.known_to_us, {LATE})))
            from after join before using (row)
            where after.known_to_us is distinct from before.known_to_us)
    ) as first_known_us
"""


class Change(msgspec.Struct, frozen=True):
    """What differs in one table: rows that are new, gone, or stood until another time."""

    added: int
    gone: int
    ended: int
    first_known_us: int | None
    """The earliest `known` of a question whose answer differs; None: nothing does."""


class Step(msgspec.Struct, frozen=True):
    """From one edition to the next."""

    digest: str
    """Of the edition before."""
    made_s: int
    changes: dict[str, Change] | None
    """By table; None: the two hold other columns and were not compared."""


def steps_of(kept: Path) -> tuple[Step, ...]:
    """Return the steps that led to an edition, the first one first; empty where none is known."""
    file = kept / STEPS
    return msgspec.json.decode(file.read_bytes(), type=tuple[Step, ...]) if file.is_file() else ()


def write_steps(kept: Path, before: Path, digest: str, made_s: int) -> None:
    """Keep beside an edition how it differs from the one in `before`, and the steps to that one."""
    step = Step(digest, made_s, compared(before / FILE, kept / FILE))
    partial = kept / f"{STEPS}.partial"
    partial.write_bytes(msgspec.json.encode((*steps_of(before), step)))
    partial.replace(kept / STEPS)


def compared(before: Path, after: Path) -> dict[str, Change] | None:
    """Return how the files of two editions differ; None where their columns do."""
    with duckdb.connect(config={"memory_limit": MEMORY, "threads": "1"}) as database:
        for name, file in (("older", before), ("newer", after)):
            # A path cannot be bound; it is ours, and no words of a reader are in it.
            quoted = str(file).replace("'", "''")
            database.execute(f"attach '{quoted}' as {name} (read_only)")
        found = {}
        for table in COMPARED:
            change = _compared(database, table)
            if change is None:
                return None
            found[table] = change
        return found


def _compared(database: duckdb.DuckDBPyConnection, table: str) -> Change | None:
    columns = [
        [row[0] for row in database.execute(COLUMNS, {"database": name, "table": table}).fetchall()]
        for name in ("older", "newer")
    ]
    if columns[0] != columns[1]:
        return None
    listed = ", ".join(f'"{column}"' for column in columns[0])
    for name, database_name in (("before", "older"), ("after", "newer")):
        rows = ROWS.format(columns=listed, name=database_name, table=table)
        database.execute(f"create or replace temp table {name} as {rows}")
    row = database.execute(DIFFER).fetchone()
    assert row is not None
    return Change(*row)
