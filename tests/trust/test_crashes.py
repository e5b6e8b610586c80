# SPDX-License-Identifier: Apache-2.0
"""A writer killed at any point loses nothing that it acknowledged, and leaves no half act."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from made_acts import KINDS, NOW, note, us
from made_logs import STORES, address, close_all, filled, open_store

from foedus.trust.audit import audited
from foedus.trust.log import Log
from source_files import ROOT

HERE = Path(__file__).parent
ACTS = 10_000


@pytest.fixture(params=STORES)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a log may be kept, in each store."""
    with address(request.param, tmp_path) as found:
        yield found


def killed(where: str, run: str, batches: int, size: int, after_s: float) -> list[str]:
    """Let a writer append, kill it, and return what it acknowledged."""
    words = [sys.executable, str(HERE / "appender.py"), where, run, str(batches), str(size)]
    paths = os.pathsep.join(map(str, (ROOT / "src", ROOT / "tests", HERE)))
    writer = subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": paths}
    )
    assert writer.stdout is not None
    first = writer.stdout.readline()
    time.sleep(after_s)
    writer.send_signal(signal.SIGKILL)
    rest = writer.stdout.read()
    writer.wait()
    writer.stdout.close()
    return [line for line in (first + rest).split("\n")[:-1] if line]


@pytest.mark.slow
def test_kill_loses_nothing(where: str) -> None:
    """Over 10,000 acts in batches of 1 to 300, killed again and again, what was told stays."""
    filled(where)
    for run, after_s in enumerate((0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.02, 0.12, 0.4)):
        close_all()
        size, batch = open_store(where).size(), (1, 7, 60, 300)[run % 4]
        acknowledged = killed(where, str(run), 10_000, batch, after_s)
        log = Log(open_store(where), KINDS)
        last, root = acknowledged[-1].split()
        assert log.standing.size >= int(last)
        assert log.root(int(last)).hex() == root
        assert (log.standing.size - size) % batch == 0
    missing = max(ACTS - log.standing.size, 1)
    log.append([note(f"rest/{n}") for n in range(missing)], us(NOW))
    found = audited(log.store, KINDS)
    assert (found.faults, found.entries >= ACTS) == ([], True)
