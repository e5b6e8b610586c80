# SPDX-License-Identifier: Apache-2.0
"""What the tests of publication share: the shipped mission, run once."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import made
import pytest

from foedus.pipeline import Run, run
from foedus.publication.from_run import publish_run

DONBAS = Path(__file__).parents[2] / "missions" / "donbas"


@pytest.fixture(scope="session")
def donbas(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a run of the shipped mission, published."""
    out = tmp_path_factory.mktemp("runs") / "donbas"
    return run(DONBAS, out=out, publish=partial(publish_run, now_us=made.NOW_US))
