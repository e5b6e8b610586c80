# SPDX-License-Identifier: Apache-2.0
"""The command serves, says where, and after it was killed it serves the same again."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from sites import Site

from small_mission import ROOT

PATHS = ("/", "/incidents.json?limit=5", "/map/lines.geojson", "/findings?known=2015-03-05")


def started(site: Site) -> tuple[subprocess.Popen[str], str]:
    """Start the command on a free port; returns the process and the address that it prints."""
    edition = site.served.edition
    command = [sys.executable, "-m", "foedus.cli", "serve", str(edition.mission.folder)]
    process = subprocess.Popen(
        [*command, "--in", str(edition.folder), "--port", "0"],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout as told:
        found = re.search(r"http://\S+", told.readline())
    assert found is not None
    return process, found[0].rstrip("/")


def fetched(address: str) -> bytes:
    """Return the bytes at an address."""
    with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310 - our own
        return bytes(answer.read())


@pytest.mark.slow
def test_killed_and_started_anew(donbas: Site) -> None:
    """A server that is killed leaves nothing behind by which the next one answers otherwise."""
    process, address = started(donbas)
    try:
        before = [fetched(address + path) for path in PATHS]
        process.send_signal(signal.SIGKILL)
        process.wait()
        process, address = started(donbas)
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
