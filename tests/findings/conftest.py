# SPDX-License-Identifier: Apache-2.0
"""The incidents of the shipped missions, run once for all tests of findings."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import foedus

MISSIONS = Path(__file__).parent.parent.parent / "missions"


def record(name: str, out: Path) -> dict[str, pa.Table]:
    """Run a shipped mission; return its incidents and where their accounts differ."""
    foedus.run(MISSIONS / name, out=out)
    tables = ("incidents", "disagreements")
    return {table: pq.read_table(out / "record" / f"{table}.parquet") for table in tables}


@pytest.fixture(scope="session")
def donbas(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pa.Table]:
    """The record of the mission `donbas`."""
    return record("donbas", tmp_path_factory.mktemp("donbas") / "out")


@pytest.fixture(scope="session")
def energy(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pa.Table]:
    """The record of the mission `energy-2025`."""
    return record("energy-2025", tmp_path_factory.mktemp("energy") / "out")
