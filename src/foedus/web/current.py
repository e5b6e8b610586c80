# SPDX-License-Identifier: Apache-2.0
"""The edition that is served now: each request keeps the one that it began with.

Another one takes its place between two requests, whole; the one before is let go of as soon as the
last request on it has ended. Making it ready is left to `renewal`.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Literal

from foedus.errors import Fault
from foedus.web.served import Served

Next = Literal["none", "in preparation", "failed"]
NOTHING: Final[Next] = "none"


class Current:
    """What is served, and how it stands with the next edition; safe to use from several threads."""

    def __init__(self, served: Served, let_go: Callable[[Served], object] = Served.close) -> None:
        self._served = served
        self._let_go = let_go
        self._users: Counter[int] = Counter()
        self._lock = threading.Lock()
        self.next: Next = NOTHING
        self.faults: tuple[Fault, ...] = ()
        """Why the last run that was found is not served."""

    @property
    def served(self) -> Served:
        """What is served at this moment; to answer from it, use `using`."""
        return self._served

    @contextmanager
    def using(self) -> Iterator[Served]:
        """Give what is served, and keep it open until the block ends."""
        with self._lock:
            served = self._served
            self._users[id(served)] += 1
        try:
            yield served
        finally:
            with self._lock:
                self._users[id(served)] -= 1
                is_over = served is not self._served and not self._users[id(served)]
            if is_over:
                self._end(served)

    def begin(self) -> None:
        """Say that another run was found, and is made ready."""
        self.next, self.faults = "in preparation", ()

    def fail(self, faults: tuple[Fault, ...]) -> None:
        """Say why the run that was found is not served."""
        self.next, self.faults = "failed", faults

    def stay(self) -> None:
        """Say that there is nothing else to serve."""
        self.next, self.faults = NOTHING, ()

    def take(self, fresh: Served) -> None:
        """Serve another edition from now on."""
        with self._lock:
            before, self._served = self._served, fresh
            is_over = not self._users[id(before)]
            self.next, self.faults = NOTHING, ()
        if is_over:
            self._end(before)

    def _end(self, served: Served) -> None:
        with self._lock:
            del self._users[id(served)]
        self._let_go(served)
