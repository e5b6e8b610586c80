# SPDX-License-Identifier: Apache-2.0
"""The command serves, says where, and after it was killed it serves the same again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sites import Site, fetched, started

from small_mission import ROOT

PATHS = ("/", "/incidents.json?limit=5", "/map/lines.geojson", "/findings?known=2015-03-05")


@pytest.mark.slow
def test_killed_and_started_anew(donbas: Site) -> None:
    """A server that is killed leaves nothing behind by which the next one answers otherwise."""
    edition = donbas.served.edition
    process, address = started(edition.mission.folder, edition.folder)
    try:
        before = [fetched(address + path) for path in PATHS]
        process.send_signal(signal.SIGKILL)
        process.wait()
        process, address = started(edition.mission.folder, edition.folder)
        assert [fetched(address + path) for path in PATHS] == before
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.mark.slow
def test_a_run_that_is_not_there_is_told(donbas: Site, tmp_path: Path) -> None:
    """Without a run the command says which one to make, and ends with the operator's code."""
    command = [sys.executable, "-m", "foedus.cli", "serve"]
    done = subprocess.run(
        [*command, str(donbas.served.edition.mission.folder), "--in", str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "foedus run donbas" in done.stderr
