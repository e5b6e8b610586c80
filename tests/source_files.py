# SPDX-License-Identifier: Apache-2.0
"""What the tests of conventions look at: the source files of the repository, parsed once."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
SOURCE: Final = ROOT / "src" / "foedus"
Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules() -> list[Path]:
    """Return the modules of the package, sorted."""
    return sorted(SOURCE.rglob("*.py"))


def scripts() -> list[Path]:
    """Return every Python file that we wrote: package, tests, benches and tools, sorted."""
    folders = ("src", "tests", "bench", "tools")
    return sorted(path for name in folders for path in (ROOT / name).rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    """Return a file as parsed."""
    return ast.parse(path.read_text("utf-8"), str(path))


def short(path: Path) -> str:
    """Return a path from the root of the repository."""
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> list[Function]:
    """Return every function and method of a file, nested ones too."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(tree(path)) if isinstance(node, kinds)]


def length(function: Function) -> int:
    """Return the lines of a function, its docstring not counted."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines
