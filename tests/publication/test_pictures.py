# SPDX-License-Identifier: Apache-2.0
"""The bulletin in a browser: nothing is cut or overflows, at a desk, on a phone and on paper.

The page itself has no script; it is shown in a frame of the width that is asked for, and measured
by the page around it.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from foedus.pipeline import Run

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM = next((found for name in NAMES if (found := shutil.which(name))), None)
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
MEASURE = """
<!doctype html><body style="margin:0"><iframe id="f" style="border:0;width:%dpx;height:3000px"
srcdoc="%s"></iframe><pre id="out"></pre><script>
f.onload = () => {
  const d = f.contentDocument, shown = e => e.getClientRects().length > 0;
  const boxes = [...d.querySelectorAll("svg text")].filter(shown).map(e => {
    const b = e.getBoundingClientRect(), s = e.ownerSVGElement, o = s.getBoundingClientRect();
    let top = s; while (top.ownerSVGElement) top = top.ownerSVGElement;
    return {words: e.textContent, svg: [...d.querySelectorAll("svg")].indexOf(top),
      left: b.left, right: b.right, top: b.top, bottom: b.bottom,
      cut: b.left < o.left - 1 || b.right > o.right + 1
        || b.top < o.top - 1 || b.bottom > o.bottom + 1};
  });
  const wide = [...d.querySelectorAll("main *, header *")].filter(shown)
    .filter(e => e.getBoundingClientRect().right > %d + 1 && !e.closest("svg, .wide-table"))
    .map(e => e.tagName + " " + e.textContent.slice(0, 40));
  out.textContent = JSON.stringify({scroll: d.documentElement.scrollWidth, boxes, wide});
};
</script>
"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None and os.environ.get("CI") != "true", reason="no chromium here"
    ),
]


def chromium(folder: Path, *arguments: str) -> str:
    """Run chromium once with a profile of its own, and return what it prints."""
    assert CHROMIUM is not None, "CI must have a chromium"
    command = [CHROMIUM, *QUIET, f"--user-data-dir={folder / 'profile'}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


def measured(page: str, width: int, folder: Path) -> dict[str, Any]:
    """Return what a browser measures of a page: width to scroll, words, what is too wide."""
    frame = folder / "frame.html"
    frame.write_text(MEASURE % (width, html.escape(page), width), "utf-8")
    size = f"--window-size={max(width, 500)},3000"
    dumped = chromium(folder, size, "--virtual-time-budget=4000", "--dump-dom", frame.as_uri())
    found = re.search(r'<pre id="out">(.*?)</pre>', dumped, re.DOTALL)
    assert found is not None
    result: dict[str, Any] = json.loads(html.unescape(found[1]))
    return result


def overlapping(boxes: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return pairs of words of one drawing whose letters overlap by more than a hair."""
    pairs = []
    for index, one in enumerate(boxes):
        for other in boxes[index + 1 :]:
            across = min(one["right"], other["right"]) - max(one["left"], other["left"])
            # A line's box is higher than its letters.
            down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
            if one["svg"] == other["svg"] and across > 1 and down > 5:
                pairs.append((one["words"], other["words"]))
    return pairs


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_overflows_or_overlaps(donbas: Run, tmp_path: Path, width: int) -> None:
    """At no width may the page scroll sideways, words overlap, or a label be cut."""
    page = (donbas.out / "bulletin.html").read_text("utf-8")
    found = measured(page, width, tmp_path)
    assert found["scroll"] <= width
    assert found["wide"] == []
    assert len(found["boxes"]) > 60
    assert [box["words"] for box in found["boxes"] if box["cut"]] == []
    assert overlapping(found["boxes"]) == []


def test_it_prints(donbas: Run, tmp_path: Path) -> None:
    """The page must print to A4, and to no more than fourteen pages."""
    paper = tmp_path / "bulletin.pdf"
    page = (donbas.out / "bulletin.html").resolve().as_uri()
    chromium(tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={paper}", page)
    boxes = re.findall(rb"/MediaBox\s*\[([\d. ]+)\]", paper.read_bytes())
    sizes = [[float(part) for part in box.split()] for box in boxes]
    assert 1 <= len(sizes) <= 14
    for size in sizes:
        assert size == pytest.approx([0, 0, 595, 842], abs=1)
