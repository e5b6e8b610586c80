# SPDX-License-Identifier: Apache-2.0
"""Episodes of a run's incidents, asked for by the name of a rule.

They are worked out from all incidents of the record, so that what is asked for cuts no episode; an
answer is internal, as those of `answers` are.
"""

from __future__ import annotations

from typing import Unpack

import pyarrow.parquet as pq

from foedus.incidents.episodes import episodes as episodes_of
from foedus.incidents.episodes import find_rule
from foedus.publication.answers import Asked, Row, Wanted, incidents, run_folder, unreadable

BARRAGE = "barrage"


def episodes(run: Asked, rule: str = BARRAGE, **wanted: Unpack[Wanted]) -> list[Row]:
    """Return the episodes with an incident that fits, in the order in which they began.

    `rule` is the id of a shipped rule, or the path of a `.toml` file; rows have the columns of
    `Episode`, and `limit` is one of episodes. Raises `OperatorError` if there is no such run or
    rule, or the question cannot be read, and `DrafterError` for a faulty rule.
    """
    folder, by = run_folder(run), find_rule(rule)
    limit = wanted.pop("limit", None)
    fitting = {row["lineage_id"] for row in incidents(run, **wanted)}
    path = folder / "record" / "incidents.parquet"
    try:
        table = pq.read_table(path)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error
    found = episodes_of(table, by).to_pylist()
    return [row for row in found if fitting.intersection(row["lineage_ids"])][:limit]
