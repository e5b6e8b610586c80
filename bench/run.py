# SPDX-License-Identifier: Apache-2.0
"""How long a mission takes: seconds by stage, cold and warm, and the most memory held.

    python bench/run.py missions/donbas

Cold is a fresh interpreter with empty caches of numba's kernels and of Python's bytecode; warm is a
fresh interpreter that finds both filled. `wall` is the whole command, from start to exit. The last
line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any


def measured(mission: Path, folder: Path) -> dict[str, Any]:
    """Return the figures of one run in a fresh interpreter, whose caches are below `folder`."""
    caches = {
        "NUMBA_CACHE_DIR": str(folder / "numba"),
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
    }
    command = [sys.executable, "-m", "foedus.cli", "run", str(mission), "--json"]
    # Where this is set, nothing is ever warm.
    kept = {name: of for name, of in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    done = subprocess.run(
        [*command, "--out", str(folder / "out")],
        env=kept | caches,
        stdout=subprocess.PIPE,
        check=True,
    )
    wall = time.perf_counter() - start
    figures: dict[str, Any] = json.loads(done.stdout)
    del figures["out"]
    return figures | {"wall": round(wall, 2)}


def main() -> None:
    """Run the mission cold, then warm as often as asked, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mission", type=Path)
    parser.add_argument("--repeat", type=int, default=3, help="warm runs; the quickest counts")
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        cold = measured(asked.mission, Path(folder))
        warm = [measured(asked.mission, Path(folder)) for _ in range(asked.repeat)]
    best = min(warm, key=lambda figures: figures["wall"])
    print(json.dumps({"mission": asked.mission.name, "cold": cold, "warm": best}))


if __name__ == "__main__":
    main()
