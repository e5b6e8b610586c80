# SPDX-License-Identifier: Apache-2.0
"""Writes the generated pages of the documentation anew, and looks for dead links.

    python tools/make_docs.py

A page is Markdown and is read as such: there is no site to build. Links to other hosts are not
followed. Exits with 1 if a link leads nowhere, or if no path of links leads from `docs/README.md`
to a page.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from foedus.publication.tables import tables_reference
from foedus.web.routes import web_reference
from make_cli_reference import cli_reference

ROOT: Final = Path(__file__).resolve().parent.parent
GENERATED: Final[dict[str, Callable[[], str]]] = {
    "docs/reference/cli.md": cli_reference,
    "docs/reference/tables.md": tables_reference,
    "docs/reference/web.md": web_reference,
}
PAGES: Final = ("*.md", "LICENSES/*.md", "docs/**/*.md", "missions/*/*.md")


def pages(root: Path) -> list[Path]:
    """Return every page of the repository, sorted."""
    return sorted({path for pattern in PAGES for path in root.glob(pattern)})


def dead_links(root: Path) -> list[str]:
    """Return each link of each page that leads to no file or heading, as `page: link`."""
    found = []
    for page in pages(root):
        for link in links(page):
            target, fragment = split(page, link)
            is_page = target.suffix == ".md" and target.is_file()
            if not target.exists() or (fragment and is_page and fragment not in headings(target)):
                found.append(f"{page.relative_to(root)}: {link}")
    return found


def orphans(root: Path) -> list[str]:
    """Return the pages below docs/ to which no path of links leads from docs/README.md."""
    start = root / "docs" / "README.md"
    seen, ahead = {start}, [start]
    while ahead:
        page = ahead.pop()
        near = {split(page, link)[0] for link in links(page)}
        fresh = {path for path in near if path.suffix == ".md" and path.is_file()} - seen
        seen |= fresh
        ahead += sorted(fresh)
    docs = [page for page in pages(root) if page.is_relative_to(root / "docs")]
    return [str(page.relative_to(root)) for page in docs if page not in seen]


def links(page: Path) -> Iterator[str]:
    """Yield the links and pictures of a page that stay within the repository."""
    for token in _tokens(MarkdownIt("commonmark").enable("table").parse(page.read_text("utf-8"))):
        link = token.attrGet("href") or token.attrGet("src")
        if link and not urlsplit(str(link)).scheme:
            yield str(link)


def split(page: Path, link: str) -> tuple[Path, str]:
    """Return the file to which a link of a page leads, and the heading in it, if any."""
    parts = urlsplit(unquote(link))
    target = (page.parent / parts.path).resolve() if parts.path else page
    return target, parts.fragment


def headings(page: Path) -> set[str]:
    """Return the anchors that a page's headings get where Markdown is shown as a page."""
    tokens = MarkdownIt("commonmark").parse(page.read_text("utf-8"))
    titles = [text.content for opening, text in pairwise(tokens) if opening.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def _tokens(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _tokens(token.children or [])


def main() -> None:
    """Write the generated pages, then look at all pages."""
    for name, made in GENERATED.items():
        (ROOT / name).write_text(made(), "utf-8")
    faults = [f"dead link: {link}" for link in dead_links(ROOT)]
    faults += [f"no link leads to: {page}" for page in orphans(ROOT)]
    print("\n".join(faults or [f"{len(pages(ROOT))} pages, no dead link"]))
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
