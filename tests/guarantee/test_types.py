# SPDX-License-Identifier: Apache-2.0
"""The types refuse what the machine merely indicates: the guarantee takes decisions of people."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from source_files import ROOT

PROGRAM = """\
from foedus.cases.record import Decision
from foedus.findings.record import Finding
from foedus.guarantee.from_cases import runs
from foedus.guarantee.standing import Standing


def decided(one: Decision) -> None:
    runs([one], [], Standing(), 0)


def indicated(one: Finding) -> None:
    runs([one], [], Standing(), 0)
"""


@pytest.mark.slow
def test_the_types_let_no_finding_into_the_guarantee(tmp_path: Path) -> None:
    """A decision passes the check of types; a finding in its place is the one error."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, "utf-8")
    call = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml")]
    call += ["--cache-dir", str(tmp_path / "cache"), "--no-error-summary", str(program)]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)
    errors = [line for line in done.stdout.splitlines() if ": error:" in line]
    own = [line for line in errors if "program.py" in line]
    assert len(own) == 1, done.stdout + done.stderr
    assert "program.py:12" in own[0]
    assert 'incompatible type "Finding"; expected "Decision"' in own[0]
