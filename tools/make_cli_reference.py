# SPDX-License-Identifier: Apache-2.0
"""Writes `docs/reference/cli.md` from what each command says with --help.

    python tools/make_cli_reference.py

A test compares the page with what the commands say, so that neither can change alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "cli.md"
COMMANDS = (
    "run",
    "incidents",
    "why",
    "sources",
    "findings",
    "count",
    "exposure",
    "learn",
    "check",
    "replay",
    "ask",
    "bound",
    "due",
    "case",
    "paper",
    "feed",
    "watch",
    "correct",
    "act new",
    "act sign",
    "act send",
    "keys new",
    "keys list",
    "keys agent",
    "keys witness",
    "serve",
    "history",
    "prove",
    "verify",
    "log open",
    "log verify",
    "log audit",
    "log checkpoint",
    "log witness",
    "log export",
    "log import",
    "log erase",
)
HEAD = """\
# The command line

This page is made from `foedus --help` by `tools/make_cli_reference.py`.

Answers go to standard output: tables for people, or with `--json` one JSON object on one line.
Progress and errors go to standard error. A fault is told as `file:line:column: expected …, got …`,
with a hint where there is one, and who is to mend it.

| exit code | meaning |
|---|---|
| 0 | all is well; rows in quarantine are counted and told, and are no error |
| 1 | a source delivered what cannot be used |
| 2 | the call or the machine is at fault |
| 3 | a mission, a profile or another drafted document is faulty |
| 4 | a party handed in what it may not |
| 130 | interrupted: the last run stands as it was |

A `MISSION` is the name of a folder below `missions/`, a folder with a `mission.toml`, or that file.
A run writes `bulletin.html` and `tables/`, which are meant for the public, and `record/`, which is
not: it holds texts and addresses as the sources gave them.
"""


def said(*words: str) -> str:
    """Return what the command line says, as wide as a page and without colours."""
    done = subprocess.run(
        [sys.executable, "-m", "foedus.cli", *words, "--help"],
        env=os.environ | {"COLUMNS": "90", "NO_COLOR": "1", "PYTHONPATH": _source()},
        stdout=subprocess.PIPE,
        check=True,
        encoding="utf-8",
    )
    return "\n".join(line.rstrip() for line in done.stdout.splitlines()).strip("\n")


def _source() -> str:
    return str(Path(__file__).parent.parent / "src")


def cli_reference() -> str:
    """Return the page."""
    parts = [HEAD, f"## foedus\n\n```text\n{said()}\n```\n"]
    parts += [f"## foedus {name}\n\n```text\n{said(*name.split())}\n```\n" for name in COMMANDS]
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(cli_reference(), "utf-8")
