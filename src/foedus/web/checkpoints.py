# SPDX-License-Identifier: Apache-2.0
"""What a log signed, for whoever keeps a copy: its checkpoint as a note, and consistency proofs.

The note is that of C2SP tlog-checkpoint. A proof says that a larger tree begins with a smaller one
(RFC 6962, section 2.1.2); it goes as far as the last checkpoint, which the log has signed, and no
further. It holds hashes of the tree alone. Each stands over salted commitments that hold a
signature as well, so that nobody can try out what an act might say.
"""

from __future__ import annotations

from typing import Final

from foedus.errors import Fault, OperatorError
from foedus.publication.edition import Row
from foedus.trust.log import Log
from foedus.trust.notes import Checkpoint
from foedus.web.served import Question, missing

MOST_DIGITS: Final = 15
NONE_KEPT: Final[Row] = {"is_kept": False, "path": []}


def checkpoint_note(question: Question) -> bytes:
    """Return the last checkpoint with its cosignatures, as a signed note.

    Raises `NothingHereError` where no log is served, or it has signed none yet.
    """
    with question.served.log() as log:
        last = None if log is None else log.last_checkpoint()
    if last is None:
        raise missing("a checkpoint", "none signed here")
    return str(last).encode()


def consistency(question: Question) -> Row:
    """Return the proof that the tree of `second` leaves begins with that of `first`.

    `second` is by default the size of the last checkpoint. Raises `OperatorError` for sizes beyond
    it.
    """
    with question.served.log() as log:
        last = None if log is None else log.last_checkpoint()
        if log is None or last is None:
            return NONE_KEPT
        return _proof(log, last, question)


def _proof(log: Log, last: Checkpoint, question: Question) -> Row:
    second = _size(question, "second", last.size, last.size)
    first = _size(question, "first", second, 0)
    return {
        "is_kept": True,
        "origin": last.origin,
        "first": first,
        "second": second,
        "first_root": log.root(first).hex(),
        "second_root": log.root(second).hex(),
        "path": [one.hex() for one in log.consistency(first, second)],
    }


def _size(question: Question, name: str, most: int, otherwise: int) -> int:
    said = question.word(name)
    if said is None:
        return otherwise
    is_number = said.isascii() and said.isdecimal() and len(said) <= MOST_DIGITS
    if is_number and int(said) <= most:
        return int(said)
    got = repr(said[:40])
    raise OperatorError(Fault(column=name, expected=f"a number from 0 to {most}", got=got))
