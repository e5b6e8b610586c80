# SPDX-License-Identifier: Apache-2.0
"""Files that are sent as they are: style, scripts, and the one file of tiles, part by part."""

from __future__ import annotations

import gzip
import re
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from litestar import Request, Response

from foedus.web.headers import ALWAYS, PACKED, is_same, takes_gzip
from foedus.web.shelf import Kept

STATIC: Final = Path(__file__).parent / "static"
TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
SMALL: Final = 600
"""Bytes below which compressing is not worth it."""
_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def compressible(body: bytes) -> bool:
    """Return whether an answer is worth compressing."""
    return len(body) > SMALL


@cache
def static_files() -> dict[str, tuple[Kept, str]]:
    """Return the files of style and script by name, each with its tag."""
    found = {}
    for path in sorted(STATIC.iterdir()):
        if path.suffix in TYPES:
            body = path.read_bytes()
            packed = gzip.compress(body, 9, mtime=0)
            found[path.name] = Kept(path.suffix, body, packed), sha256(body).hexdigest()[:16]
    return found


def static_response(request: Request[Any, Any, Any], name: str) -> Response[bytes] | None:
    """Return a file of style or script; None where there is none of that name."""
    if name not in static_files():
        return None
    kept, tag = static_files()[name]
    headers = {**ALWAYS, "etag": f'"{tag}"', "cache-control": "public, max-age=3600"}
    if is_same(request.headers, tag, None):
        return Response(b"", status_code=304, headers=headers)
    body = kept.body
    if kept.packed is not None and takes_gzip(request.headers):
        body, headers["content-encoding"] = kept.packed, "gzip"
        headers["etag"] = f'"{tag}{PACKED}"'
    return Response(body, headers=headers, media_type=TYPES[kept.form])


def file_response(
    request: Request[Any, Any, Any], path: Path, tag: str, headers: dict[str, str]
) -> Response[bytes]:
    """Return the part of a file that is asked for (RFC 9110, section 14), or the whole of it."""
    headers = headers | {"accept-ranges": "bytes"}
    media = "application/vnd.pmtiles"
    if not path.is_file():
        return Response(b"", status_code=404, headers=headers, media_type=media)
    size = path.stat().st_size
    asked = request.headers.get("range")
    if asked is None or request.headers.get("if-range", f'"{tag}"') != f'"{tag}"':
        return Response(path.read_bytes(), headers=headers, media_type=media)
    part = _part(asked, size)
    if part is None:
        headers["content-range"] = f"bytes */{size}"
        return Response(b"", status_code=416, headers=headers, media_type=media)
    first, last = part
    with path.open("rb") as stream:
        stream.seek(first)
        body = stream.read(last - first + 1)
    headers["content-range"] = f"bytes {first}-{last}/{size}"
    return Response(body, status_code=206, headers=headers, media_type=media)


def _part(asked: str, size: int) -> tuple[int, int] | None:
    """Return the first and last byte of one range; None where it cannot be given."""
    found = _RANGE.fullmatch(asked.strip())
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        return (max(size - int(last), 0), size - 1) if int(last) and size else None
    end = min(int(last), size - 1) if last else size - 1
    return (int(first), end) if int(first) <= end else None
