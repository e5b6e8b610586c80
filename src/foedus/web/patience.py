# SPDX-License-Identifier: Apache-2.0
"""A connection with a limit to its patience: who sends or takes too slowly is let go of.

uvicorn waits for the rest of a request, and for a reader to take an answer, for as long as it
takes; a few thousand idle connections would then keep all others out. What a request asks is left
to the application.
"""

from __future__ import annotations

import asyncio
from typing import Final

from uvicorn.protocols.http.h11_impl import H11Protocol

ASK_S: Final = 15.0
"""Seconds in which the head of a request must have come."""
TAKE_S: Final = 60.0
"""Seconds in which a reader must have taken the next part of an answer."""


class PatientProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, with two clocks."""

    _asking: asyncio.TimerHandle | None = None
    _taking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._asking = self.loop.call_later(ASK_S, transport.abort)

    def data_received(self, data: bytes) -> None:
        """Take what came; the clock stops with a whole head, and starts with the next one."""
        super().data_received(data)
        is_asked = bool(self.cycle) and not self.cycle.response_complete
        if is_asked and self._asking is not None:
            self._asking.cancel()
            self._asking = None
        elif not is_asked and self._asking is None:
            self._asking = self.loop.call_later(ASK_S, self.transport.abort)

    def on_response_complete(self) -> None:
        """Wait for the next request as long as uvicorn does."""
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Begin to wait for the reader to take what was sent."""
        super().pause_writing()
        if self._taking is None:
            self._taking = self.loop.call_later(TAKE_S, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on: the reader has taken it."""
        super().resume_writing()
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        for clock in (self._asking, self._taking):
            if clock is not None:
                clock.cancel()
        super().connection_lost(exc)
