# SPDX-License-Identifier: Apache-2.0
"""Files and functions stay short, bear names of the field, and say what they are."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Final

import pytest

from source_files import Function, functions, length, modules, scripts, short, tree

VAGUE: Final = {"utils", "util", "misc", "common", "core", "helpers", "helper", "manager", "tools"}
LICENCE: Final = "# SPDX-License-Identifier: Apache-2.0"


@pytest.mark.parametrize("path", scripts(), ids=short)
def test_file_is_short(path: Path) -> None:
    """No file has more than 500 lines, no function more than 60 or more than 7 parameters."""
    assert len(path.read_text("utf-8").splitlines()) <= 500
    long = [f"{item.name}: {length(item)} lines" for item in functions(path) if length(item) > 60]
    assert not long
    if "tests" not in path.parts:
        wide = [item.name for item in functions(path) if width(item) > 7]
        assert not wide


def width(function: Function) -> int:
    """Return the number of parameters of a function, self and cls not counted."""
    arguments = function.args
    names = [item.arg for item in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    return len([name for name in names if name not in ("self", "cls")])


def test_files_are_short_as_a_rule() -> None:
    """Half of the modules have at most 180 lines, half of the functions at most 9."""
    assert median(len(path.read_text("utf-8").splitlines()) for path in modules()) <= 180
    assert median(length(item) for path in modules() for item in functions(path)) <= 9


@pytest.mark.parametrize("path", modules(), ids=short)
def test_name_is_of_the_field(path: Path) -> None:
    """A module is the noun that it yields: no name says only that things are kept there."""
    assert not {path.stem, *path.parts[path.parts.index("src") :]} & VAGUE


@pytest.mark.parametrize("path", scripts(), ids=short)
def test_file_says_its_licence_and_what_it_holds(path: Path) -> None:
    """The first line is the licence, and a docstring follows."""
    assert path.read_text("utf-8").splitlines()[0] == LICENCE
    assert ast.get_docstring(tree(path))


def public(node: ast.Module | ast.ClassDef, prefix: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Yield the public functions and classes of a module, and the public methods of those."""
    for child in node.body:
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        if child.name.startswith("_"):
            continue
        yield prefix + child.name, child
        if isinstance(child, ast.ClassDef):
            yield from public(child, f"{prefix}{child.name}.")


@pytest.mark.parametrize("path", scripts(), ids=short)
def test_everything_public_says_what_it_is(path: Path) -> None:
    """Each public function, class and method has a docstring; in tests, it says what must hold."""
    silent = [
        name
        for name, node in public(tree(path))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        and ast.get_docstring(node) is None
    ]
    assert not silent


@pytest.mark.parametrize("path", modules(), ids=short)
def test_nothing_is_a_stub(path: Path) -> None:
    """No function is left to be written, and no error is caught without being named."""
    names = {node.id for node in ast.walk(tree(path)) if isinstance(node, ast.Name)}
    assert "NotImplementedError" not in names
    caught = [node for node in ast.walk(tree(path)) if isinstance(node, ast.ExceptHandler)]
    for handler in caught:
        assert handler.type is not None
        assert not all(isinstance(step, (ast.Pass, ast.Continue)) for step in handler.body)
