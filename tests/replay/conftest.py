# SPDX-License-Identifier: Apache-2.0
"""What the tests of replays share: the shipped mission, run once and not published."""

from __future__ import annotations

import pytest

from foedus.pipeline import Run, run
from source_files import ROOT


@pytest.fixture(scope="session")
def donbas(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a run of the shipped mission."""
    return run(ROOT / "missions" / "donbas", out=tmp_path_factory.mktemp("runs") / "donbas")
