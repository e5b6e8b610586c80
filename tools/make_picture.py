# SPDX-License-Identifier: Apache-2.0
"""Take the README's picture of the bulletin, with chromium: its head and its map.

    python tools/make_picture.py [out/donbas/bulletin.html]

The page is shown at 1280 px; what stands between its head and its map is left out. Run the mission
first, or `make picture`, which does both. The picture is a view of generated output and no
test depends on its bytes.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = ROOT / "out" / "donbas" / "bulletin.html"
OUT: Final = ROOT / "docs" / "images" / "bulletin.png"
SIZE: Final = "--window-size=1280,1170"
MAP_PX: Final = 860
NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
LARGEST_BYTES: Final = 400_000
QUIET: Final = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars",
)  # fmt: skip


def shortened(page: str) -> str:
    """Return the page with its head and its map, the map somewhat smaller, and nothing else."""
    head_end = page.index("</header>") + len("</header>")
    start = page.index("<h2>Where, and how exactly")
    end = page.index("<figcaption>", start)
    picked = page[:head_end] + "<main>" + page[start:end] + "</figure></main></body></html>"
    # The picture is light, whatever the desktop that takes it.
    light = picked.replace("prefers-color-scheme: dark", "max-width: 1px")
    return light.replace("</style>", f"figure {{ max-width: {MAP_PX}px; }}</style>", 1)


def main(path: str | None = None) -> None:
    """Write `docs/images/bulletin.png` from the bulletin at `path`."""
    page = Path(path) if path else PAGE
    browser = next((found for name in NAMES if (found := shutil.which(name))), None)
    if browser is None or not page.is_file():
        raise SystemExit(f"needs {NAMES[0]} and {page}: run the mission first")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        shown = Path(folder) / "page.html"
        shown.write_text(shortened(page.read_text("utf-8")), "utf-8")
        profile = f"--user-data-dir={folder}/profile"
        command = [browser, *QUIET, profile, SIZE, f"--screenshot={OUT}", shown.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    size = OUT.stat().st_size
    if size > LARGEST_BYTES:
        raise SystemExit(f"{OUT.name} has {size} bytes, expected at most {LARGEST_BYTES}")
    print(f"{OUT.relative_to(ROOT)}: {size} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:2])
