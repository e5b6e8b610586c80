# SPDX-License-Identifier: Apache-2.0
"""The pages on reading files: their example runs as printed, and they name every reason."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from foedus.reports.faults import REASONS, WARNINGS

DOCS = Path(__file__).parents[2] / "docs"


def test_how_to_read_your_own_file(tmp_path: Path) -> None:
    """The page's file, profile and program give the output that the page prints."""
    page = (DOCS / "how-to/read-your-own-file.md").read_text("utf-8")
    blocks = dict(re.findall(r"```(\w+)\n(.*?)```", page, re.DOTALL))
    (tmp_path / "patrols.csv").write_text(blocks["csv"], "utf-8")
    (tmp_path / "patrols.toml").write_text(blocks["toml"], "utf-8")
    source = Path(__file__).parents[2] / "src"
    done = subprocess.run(
        [sys.executable, "-c", blocks["python"]],
        cwd=tmp_path,
        env={"PYTHONPATH": str(source), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout == blocks["text"]


def test_every_reason_is_documented() -> None:
    """The reference tells every reason for quarantine and every warning, in the code's words."""
    page = (DOCS / "reference/source-profiles.md").read_text("utf-8")
    for code, meaning in (REASONS | WARNINGS).items():
        assert f"- **{code}**: {meaning}\n" in page
