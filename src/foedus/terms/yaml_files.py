# SPDX-License-Identifier: Apache-2.0
"""A file of YAML 1.2 as one record, read as strictly as the blocks of an agreement are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from foedus.terms.articles import Fence
from foedus.terms.blocks import read_block
from foedus.terms.faults import Faults, Lines
from foedus.terms.fields import fit
from foedus.terms.rules import Entry


def read_entry(path: Path, kind: type[Entry]) -> tuple[Any, Lines, Faults]:
    """Return a file as a record of `kind`, or None, with the lines of its keys and its faults.

    Raises `OSError` where there is no such file.
    """
    faults = Faults(str(path))
    text = path.read_text("utf-8")
    fence = Fence("yaml", text, 0, text.count("\n") + 1, None, is_whole=True)
    node = read_block(fence, faults)
    if node is None:
        return None, {(): 1}, faults
    fitted = fit(node, fence, kind, faults)
    return (fitted.record(kind) if fitted.fits else None), fitted.lines, faults
