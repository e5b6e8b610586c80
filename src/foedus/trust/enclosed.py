# SPDX-License-Identifier: Apache-2.0
"""Proof files that a document encloses: links in an HTML page, or files attached to a PDF.

`proofs_in` takes them out of either, so that a document can be checked like a proof file. It reads
documents as this program writes them, by their bytes, and needs no library for that. What a proof
is worth is said by `proof`.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator
from typing import Final

from foedus.trust.proof import MAX_BYTES

MEDIA: Final = "application/vnd.foedus.proof+json"
"""The kind of content of a proof in a document."""
PDF: Final = b"%PDF-"
_LINK: Final = re.compile(rb"data:" + re.escape(MEDIA.encode()) + rb";base64,([A-Za-z0-9+/=]*)")
_STREAM: Final = re.compile(rb"endobj|\bobj\b|>>\s*stream\r?\n")
_LENGTH: Final = re.compile(rb"/Length\s+(\d+)")


def link(proof: bytes) -> str:
    """Return a proof file as an address that a page can hold."""
    return f"data:{MEDIA};base64,{base64.b64encode(proof).decode()}"


def is_document(data: bytes) -> bool:
    """Return whether bytes are a document that may enclose proofs, and no proof file itself."""
    return data.startswith(PDF) or data[:512].lstrip()[:1] == b"<"


def proofs_in(data: bytes) -> list[bytes]:
    """Return the proof files that a document encloses, in its order; none if there are none."""
    if data.startswith(PDF):
        return list(_attached(data))
    return [base64.b64decode(found[1]) for found in _LINK.finditer(data)]


def _attached(data: bytes) -> Iterator[bytes]:
    """Yield the files that are embedded in a PDF: streams whose dictionary says so."""
    begun = 0
    for mark in _STREAM.finditer(data):
        if not mark[0].startswith(b">>"):
            begun = mark.end()
            continue
        said = data[begun : mark.end()]
        length = _LENGTH.search(said)
        if b"/EmbeddedFile" in said and length is not None:
            held = data[mark.end() : mark.end() + int(length[1])]
            yield _inflated(held) if b"/FlateDecode" in said else held


def _inflated(held: bytes) -> bytes:
    """Return what was deflated, and no more than one byte beyond what a proof may have."""
    try:
        return zlib.decompressobj().decompress(held, MAX_BYTES + 1)
    except zlib.error as error:
        return f"broken: {error}".encode()
