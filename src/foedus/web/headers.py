# SPDX-License-Identifier: Apache-2.0
"""The headers of every answer: nothing from elsewhere, no script in a page, when it changed."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import formatdate, parsedate_to_datetime
from typing import Final

from foedus.web.routes import HTML

PAGE: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
    " connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'"
)
"""Content-Security-Policy of pages: scripts and styles are files of this web."""
BULLETIN: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'"
)
"""That of a bulletin, which holds its own style and no script."""
DATA: Final = "default-src 'none'; frame-ancestors 'none'"
ALWAYS: Final = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "geolocation=(), camera=(), microphone=()",
    "vary": "Accept-Encoding",
}


def head(form: str, tag: str = "", made_s: int | None = None, kept_s: int = 0) -> dict[str, str]:
    """Return the headers of an answer; without a tag it is not to be kept."""
    found = dict(ALWAYS)
    found["content-security-policy"] = PAGE if form == HTML else DATA
    if form != HTML:
        found["access-control-allow-origin"] = "*"
    if not tag:
        return found | {"cache-control": "no-store"}
    found |= {"etag": f'"{tag}"', "cache-control": f"public, max-age={kept_s}, must-revalidate"}
    return found if made_s is None else found | {"last-modified": last_modified(made_s)}


def last_modified(made_s: int) -> str:
    """Return a time as HTTP writes it."""
    return formatdate(made_s, usegmt=True)


def is_same(sent: Mapping[str, str], tag: str, made_s: int) -> bool:
    """Return whether the reader has this answer already (RFC 9110, section 13.1)."""
    known = sent.get("if-none-match")
    if known is not None:
        tags = {one.strip().removeprefix("W/").strip('"') for one in known.split(",")}
        return tag in tags or "*" in tags
    since = sent.get("if-modified-since")
    if since is None:
        return False
    try:
        return parsedate_to_datetime(since).timestamp() >= made_s
    except (ValueError, TypeError, OverflowError):
        return False
