# SPDX-License-Identifier: Apache-2.0
"""Imports run downward only, stand at the top, and none hides as "for types only"."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

import pytest

from source_files import ROOT, SOURCE, modules, short, tree

ROWS: Final = (
    ("cli",),
    ("commands",),
    ("web",),
    ("desk",),
    ("replay",),
    ("pipeline", "publication"),
    ("mission",),
    ("forces", "support", "pressure", "negotiation", "statements"),
    ("obligations",),
    ("guarantee",),
    ("cases", "register"),
    ("findings",),
    ("incidents",),
    ("reports", "terms"),
    ("engines", "trust"),
    ("base",),
    ("errors",),
)
"""The rows of the package from the top; docs/explanation/the-chain.md shows them."""
LEVEL: Final = {name: level for level, row in enumerate(reversed(ROWS)) for name in row}
LAZY: Final = ("src/foedus/__init__.py", "src/foedus/commands/")
"""Where what is needed may be loaded when it is first asked for: the verbs and the commands."""


def part(module: str) -> str:
    """Return the part of the package to which a module belongs; the package itself has none."""
    return module.split(".")[1] if "." in module else ""


def imports(path: Path) -> list[tuple[int, str]]:
    """Return line and module of every import of a file, wherever in it they stand."""
    found = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{short(path)}:{node.lineno}: a relative import"
            base = node.module or ""
            names = [f"{base}.{alias.name}" for alias in node.names]
            found += [(node.lineno, name) for name in (names if base == "foedus" else [base])]
    return found


def own_part(path: Path) -> str:
    """Return the part of the package to which a file belongs."""
    inner = path.relative_to(SOURCE).with_suffix("").parts
    return "" if inner == ("__init__",) else inner[0]


def is_allowed(importer: str, imported: str) -> bool:
    """Return whether one part of the package may import another."""
    if not imported:
        return importer in ("cli", "commands")
    return importer == imported or LEVEL[importer] > LEVEL[imported]


def test_every_part_has_a_row() -> None:
    """Whatever stands in the package has its place in the order of imports."""
    parts = {path.stem for path in SOURCE.glob("*.py")} | {
        path.parent.name for path in SOURCE.glob("*/__init__.py")
    }
    assert parts - {"__init__"} <= set(LEVEL)


@pytest.mark.parametrize("path", modules(), ids=short)
def test_imports_run_downward(path: Path) -> None:
    """A module imports from its own part and from rows below; siblings do not know each other."""
    importer = own_part(path)
    ours = [(line, name) for line, name in imports(path) if name.split(".")[0] == "foedus"]
    if not importer:
        assert not ours, "the package itself imports nothing of its own when it is imported"
        return
    wrong = [f"{line}: {name}" for line, name in ours if not is_allowed(importer, part(name))]
    assert not wrong


@pytest.mark.parametrize("path", modules(), ids=short)
def test_imports_stand_at_the_top(path: Path) -> None:
    """No import stands inside a function, a class or a branch, but for what is lazy."""
    if short(path).startswith(LAZY):
        return
    nested = [
        inner.lineno
        for node in tree(path).body
        if not isinstance(node, (ast.Import, ast.ImportFrom))
        for inner in ast.walk(node)
        if isinstance(inner, (ast.Import, ast.ImportFrom))
    ]
    assert not nested


@pytest.mark.parametrize("path", modules(), ids=short)
def test_nothing_is_imported_behind_the_order(path: Path) -> None:
    """No module is loaded by name, or only for the checking of types, but for what is lazy."""
    names = {node.id for node in ast.walk(tree(path)) if isinstance(node, ast.Name)}
    names |= {node.attr for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}
    banned = {"TYPE_CHECKING", "__import__"}
    if not short(path).startswith(LAZY):
        banned.add("import_module")
    assert not names & banned


def test_the_order_is_shown_as_it_is() -> None:
    """The picture of the rows in the documentation has every row that this test holds."""
    page = (ROOT / "docs" / "explanation" / "the-chain.md").read_text("utf-8")
    for row in ROWS:
        assert " | ".join(row) in page
