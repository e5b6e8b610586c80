# SPDX-License-Identifier: Apache-2.0
"""A Markdown page cut into its articles and its fenced blocks, each with its lines.

Follows CommonMark 0.31 by markdown-it-py. Headings of levels 2 and 3 are articles; a block is a
fence whose info word is `agreement` or `term`. What stands inside a block is left to `blocks`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from foedus.terms.faults import Faults
from foedus.terms.record import Article

AGREEMENT: Final = "agreement"
TERM: Final = "term"
WORDS: Final = (AGREEMENT, TERM)
_MARKDOWN: Final = MarkdownIt("commonmark")
_LABEL_ENDS: Final = re.compile(r"[.:](?=\s|$)|\s[—–-]\s")
_CITED: Final = re.compile(r"\[@([^\]\s]+)\]")


class Fence(NamedTuple):
    """A fenced block: its word, its text, and the lines of its first and last fence."""

    word: str
    text: str
    line: int
    end: int
    article: Article | None
    is_whole: bool
    """Whether it is closed, and stands by itself at the margin."""


class Cited(NamedTuple):
    """A source that the prose cites."""

    key: str
    line: int


class Page(NamedTuple):
    """What a Markdown page holds, in its order."""

    articles: tuple[Article, ...]
    fences: tuple[Fence, ...]
    cited: tuple[Cited, ...]
    title_line: int | None
    """Line of the first heading of level 1."""


def read_page(text: str, faults: Faults) -> Page:
    """Return articles, blocks and citations of a page; adds what is wrong with its form."""
    lines = text.split("\n")
    tokens = _MARKDOWN.parse(text)
    headings = [(tokens[at], tokens[at + 1].content) for at in _headings(tokens)]
    code = _code_lines(tokens)
    articles = _articles(headings, lines, code)
    _repeated(articles, faults)
    fences = tuple(_fences(tokens, lines, articles, faults))
    cited = tuple(
        Cited(found[1], number)
        for number, line in enumerate(lines, start=1)
        if number not in code
        for found in _CITED.finditer(line)
    )
    titles = [_start(token) for token, _ in headings if token.tag == "h1"]
    return Page(articles, fences, cited, titles[0] if titles else None)


class Layout(NamedTuple):
    """Numbers of the lines of fences and headings of a page."""

    lines: set[int]
    """All lines in fences, also those in lists; the rest tells of what stands by itself."""
    starts: set[int]
    ends: set[int]
    edges: set[int]
    """First and last lines of fences."""
    headings: set[int]
    heading_ends: set[int]


def fenced(text: str) -> Layout:
    """Return which lines of a page are those of fences and headings."""
    tokens = _MARKDOWN.parse(text)
    fences = [token for token in tokens if token.type == "fence" and not token.level]
    lines = text.split("\n")
    starts = {_start(token) for token in fences}
    ends = {_end(token) for token in fences if _is_closed(token, lines)}
    headings = [tokens[at] for at in _headings(tokens)]
    return Layout(
        lines=_code_lines(tokens),
        starts=starts,
        ends=ends,
        edges=starts | ends,
        headings={_start(token) for token in headings},
        heading_ends={_end(token) for token in headings},
    )


def label_of(heading: str) -> str:
    """Return what a finding cites: a heading up to its first full stop, colon or dash."""
    return _LABEL_ENDS.split(heading, maxsplit=1)[0].strip()


def anchor_of(label: str) -> str:
    """Return the fragment of a label: letters and digits in small letters, joined by hyphens."""
    return re.sub(r"[\W_]+", "-", label.casefold()).strip("-")


def _headings(tokens: list[Token]) -> Iterator[int]:
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and token.level == 0:
            yield at


def _start(token: Token) -> int:
    return (token.map or [0, 0])[0] + 1


def _end(token: Token) -> int:
    return (token.map or [0, 0])[1]


def _code_lines(tokens: list[Token]) -> set[int]:
    """Return the numbers of all lines that stand in a fence."""
    fences = [token for token in tokens if token.type == "fence"]
    return {line for token in fences for line in range(_start(token), _end(token) + 1)}


def _articles(
    headings: list[tuple[Token, str]], lines: list[str], code: set[int]
) -> tuple[Article, ...]:
    found = []
    for position, (token, heading) in enumerate(headings):
        if token.tag not in ("h2", "h3"):
            continue
        after = position + 1
        stop = _start(headings[after][0]) if after < len(headings) else len(lines) + 1
        prose = [lines[n - 1] for n in range(_end(token) + 1, stop) if n not in code]
        label = label_of(heading)
        found.append(
            Article(
                label=label,
                heading=heading,
                anchor=anchor_of(label),
                level=int(token.tag[1]),
                line=_start(token),
                prose="\n".join(prose).strip(),
            )
        )
    return tuple(found)


def _repeated(articles: tuple[Article, ...], faults: Faults) -> None:
    first: dict[str, Article] = {}
    for article in articles:
        before = first.setdefault(article.anchor, article)
        if not article.anchor:
            faults.add(article.line, "", "a heading with a label", repr(article.heading))
        elif before is not article:
            hint = f"the first stands in line {before.line}: a finding must cite one of them"
            faults.add(article.line, "", "a label of its own", repr(article.label), hint)


def _fences(
    tokens: list[Token], lines: list[str], articles: tuple[Article, ...], faults: Faults
) -> Iterator[Fence]:
    for token in tokens:
        if token.type != "fence":
            continue
        words = token.info.split()
        word = words[0] if words else ""
        if word not in WORDS:
            _near_miss(word, token, faults)
            continue
        line, end = _start(token), _end(token)
        if token.level:
            hint = "take it out of the list or quotation around it"
            faults.add(line, "", f"a {word} block that stands by itself", "one inside", hint)
        is_closed = _is_closed(token, lines)
        if not is_closed:
            hint = f"close it with {token.markup} on a line of its own"
            faults.add(line, "", f"a {word} block that ends", "a block without its end", hint)
        is_whole = is_closed and not token.level and lines[line - 1].startswith(token.markup)
        yield Fence(word, token.content, line, end, _article_at(line, articles), is_whole)


def _near_miss(word: str, token: Token, faults: Faults) -> None:
    near = get_close_matches(word.lower(), WORDS, n=1, cutoff=0.75)
    if near:
        got = repr(word)
        faults.add(_start(token), "", "a block of terms", got, f"did you mean {near[0]!r}?")


def _is_closed(token: Token, lines: list[str]) -> bool:
    start, end = token.map or [0, 0]
    last = lines[end - 1].strip() if end - 1 < len(lines) else ""
    return end - 1 > start and set(last) == {token.markup[0]} and len(last) >= len(token.markup)


def _article_at(line: int, articles: tuple[Article, ...]) -> Article | None:
    before = [article for article in articles if article.line < line]
    return before[-1] if before else None
