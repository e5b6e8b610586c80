# SPDX-License-Identifier: Apache-2.0
"""Appends notes to a log until it is killed, and says after each batch what was acknowledged."""

from __future__ import annotations

import sys

from made_acts import KINDS, NOW, note, us
from made_logs import open_store

from foedus.trust.log import Log


def main(where: str, run: str, batches: int, size: int) -> None:
    """Append batches of notes; a line on standard output follows each that is on disk."""
    log = Log(open_store(where), KINDS)
    for batch in range(batches):
        acts = [note(f"{run}/{batch}/{n}") for n in range(size)]
        receipt = log.append(acts, us(NOW))
        sys.stdout.write(f"{receipt.size} {receipt.root.hex()}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
