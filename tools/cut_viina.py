# SPDX-License-Identifier: Apache-2.0
"""Cut an extract of VIINA to what may be carried: outlets' words to 200 characters.

    python tools/cut_viina.py EXTRACT.csv missions/energy-2025/data/viina_extract_2025.csv

White space within a cell becomes one space, then every cell but ids and addresses is cut. Rows,
columns, their order and the line ends (CRLF) stay as they came.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Final

LONGEST: Final = 200
"""Characters of an outlet's text that are carried."""
WHOLE: Final = ("event_ids_matching", "source_urls")
"""Columns of ids and addresses, which would be useless if cut."""


def cut(column: str, cell: str) -> str:
    """Return a cell as it is carried."""
    plain = " ".join(cell.split())
    return plain if column in WHOLE else plain[:LONGEST].rstrip()


def main(source: str, target: str) -> None:
    """Write to `target` the rows of `source`, cut."""
    with Path(source).open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    with Path(target).open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows({name: cut(name, cell) for name, cell in row.items()} for row in rows)
    print(f"{target}: {len(rows)} rows")


if __name__ == "__main__":
    main(*sys.argv[1:3])
