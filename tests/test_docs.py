# SPDX-License-Identifier: Apache-2.0
"""Documentation leads nowhere wrong: links, commands and generated pages are what they say."""

from __future__ import annotations

import doctest
import re
from functools import cache
from pathlib import Path

import pytest
import typer

from foedus.cli import app
from make_docs import GENERATED, dead_links, headings, orphans, pages
from source_files import ROOT, short

COMMAND = re.compile(r"(?:^|`|\$ )(?:\.venv/bin/)?foedus ([a-z][\w-]*)([^`\n]*)", re.MULTILINE)
TARGET = re.compile(r"(?:^|`|\$ )make ([a-z]+)\b", re.MULTILINE)
OPTION = re.compile(r"(?<=\s)--[a-z][a-z-]*")


@cache
def options() -> dict[str, set[str]]:
    """Return every command of the command line with its options."""
    group = typer.main.get_command(app)
    commands = getattr(group, "commands")  # noqa: B009
    return {name: flags(command) | {"--help"} for name, command in commands.items()}


def flags(command: typer.core.TyperCommand) -> set[str]:
    """Return the options of a command; of a group, those of all its commands."""
    own = {flag for param in command.params for flag in param.opts}
    return own.union(*(flags(inner) for inner in getattr(command, "commands", {}).values()))


def test_no_link_is_dead() -> None:
    """Every link of every page leads to a file and a heading that are there."""
    assert dead_links(ROOT) == []


def test_every_page_can_be_found() -> None:
    """From docs/README.md a reader reaches every page of the documentation."""
    assert orphans(ROOT) == []


@pytest.mark.parametrize("name", GENERATED)
def test_generated_page_is_current(name: str) -> None:
    """A page that is made from the code says what the code says; `make docs` writes it."""
    assert (ROOT / name).read_text("utf-8") == GENERATED[name]()


@pytest.mark.parametrize("page", pages(ROOT), ids=short)
def test_every_command_exists(page: Path) -> None:
    """A page shows no command, option or make target that does not exist."""
    text = page.read_text("utf-8")
    for command, rest in COMMAND.findall(text):
        assert command in options(), f"foedus {command}"
        unknown = set(OPTION.findall(rest)) - options()[command]
        assert not unknown, f"foedus {command}{rest}"
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(TARGET.findall(text)) <= targets


def test_dead_links_are_found(tmp_path: Path) -> None:
    """A missing file, a missing heading and a page without a way to it are each told."""
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "README.md").write_text("[a](a.md) [b](a.md#no) [c](#top) ![d](d.png)\n\n# Top\n")
    (docs / "a.md").write_text("# It is `here`, yes\n\n[e](https://example.org/none)\n")
    (docs / "lost.md").write_text("# Lost\n")
    assert dead_links(tmp_path) == ["docs/README.md: a.md#no", "docs/README.md: d.png"]
    assert orphans(tmp_path) == ["docs/lost.md"]
    assert headings(docs / "a.md") == {"it-is-here-yes"}


def test_code_in_explanations_gives_what_is_shown() -> None:
    """Each line of Python in the page on uncertainty gives the answer beneath it."""
    page = ROOT / "docs" / "explanation" / "uncertainty.md"
    done = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert done.attempted > 5
    assert done.failed == 0
