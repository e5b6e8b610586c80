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
    "x-frame-options": "DENY",
    "x-permitted-cross-domain-policies": "none",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "geolocation=(), camera=(), microphone=(), payment=(), usb=()",
    "vary": "Accept-Encoding",
}
"""What OWASP's list of secure headers asks for, but HSTS: that is said by whoever speaks https."""
PACKED: Final = "-gz"
"""How the tag of an answer ends that is sent compressed: it is another sequence of bytes."""


def head(form: str, tag: str = "", made_s: int | None = None, kept_s: int = 0) -> dict[str, str]:
    """Return the headers of an answer; without a tag it is not to be kept."""
    found = dict(ALWAYS)
    found["content-security-policy"] = PAGE if form == HTML else DATA
    if form != HTML:
        found["access-control-allow-origin"] = "*"
        found["cross-origin-resource-policy"] = "cross-origin"
    if not tag:
        return found | {"cache-control": "no-store"}
    found |= {"etag": f'"{tag}"', "cache-control": f"public, max-age={kept_s}, must-revalidate"}
    return found if made_s is None else found | {"last-modified": last_modified(made_s)}


def last_modified(made_s: int) -> str:
    """Return a time as HTTP writes it."""
    return formatdate(made_s, usegmt=True)


def is_same(sent: Mapping[str, str], tag: str, made_s: int | None) -> bool:
    """Return whether the reader has this answer already (RFC 9110, section 13.1).

    A time counts only if it is the very one that was sent: an edition that takes the place of
    another need not be younger. `made_s` is None where an answer has no time.
    """
    known = sent.get("if-none-match")
    if known is not None:
        tags = {one.strip().removeprefix("W/").strip('"') for one in known.split(",")}
        return "*" in tags or bool({tag, tag + PACKED} & tags)
    since = sent.get("if-modified-since")
    if since is None or made_s is None:
        return False
    try:
        return parsedate_to_datetime(since).timestamp() == made_s
    except (ValueError, TypeError, OverflowError):
        return False


def takes_gzip(sent: Mapping[str, str]) -> bool:
    """Return whether the reader takes an answer by gzip (RFC 9110, section 12.5.3)."""
    weights = {}
    for one in sent.get("accept-encoding", "").lower().split(","):
        name, _, said = one.partition(";")
        weights[name.strip()] = _weight(said)
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0


def _weight(said: str) -> float:
    name, _, number = said.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(number)
    except ValueError:
        return 0.0
