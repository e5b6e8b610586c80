# SPDX-License-Identifier: Apache-2.0
"""How loops over many rows are compiled: once, kept on disk, free of Python's lock.

A `kernel` is called from Python; a `part` only from kernels, so that no way in from Python or C is
compiled for it, which takes a sixth of its time. What makes the first run slow is the number of
functions and of the types that they are called with: give whole numbers as `np.int64`, since each
other width and each literal is compiled anew, and fill rows of an array cell by cell, since to give
a row a slice or a tuple compiles the texts of numba's own errors. Threads are left to the engines.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from numba import njit
from numba.core.dispatcher import Dispatcher

F = TypeVar("F", bound=Callable[..., Any])
_KEPT: Final[dict[str, Any]] = {"cache": True, "nogil": True}
_INNER: Final[dict[str, Any]] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def kernel(function: F) -> Dispatcher[F]:
    """Compile a function when it is first called, and keep it on disk."""
    compiled = njit(**_KEPT)
    found: Dispatcher[F] = compiled(function)
    return found


def part(function: F) -> Dispatcher[F]:
    """Compile a function that only kernels call, and parts."""
    compiled = njit(**_KEPT, **_INNER)
    found: Dispatcher[F] = compiled(function)
    return found
