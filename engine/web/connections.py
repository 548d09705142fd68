"""Connections that keep others from nothing: those that ask for nothing, or too slowly, are cut."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from uvicorn.protocols.http.h11_impl import H11Protocol

# How long the head of a request may take from the first byte, or from connecting.
HEAD_PATIENCE_S = 10.0

# Connections without a request at work; beyond these the oldest is cut.
MAX_IDLE = 64


class PatientProtocol(H11Protocol):
    """HTTP that waits for the head of a request for a while only.

    Uvicorn itself waits for ever, so that a few hundred connections that never ask would keep
    everybody out.
    """

    # Those of every server of this process, the oldest first.
    idle: ClassVar[dict[PatientProtocol, None]] = {}

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a request."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Wait for the rest of a head, unless a request is at work now."""
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            self._wait()
        else:
            self._stop_waiting()

    def on_response_complete(self) -> None:
        """Count as idle again; how long that may be, uvicorn minds."""
        super().on_response_complete()
        if self.cycle is None or self.cycle.response_complete:
            self._count_as_idle()

    def _wait(self) -> None:
        if self._patience is None:
            self._patience = self.loop.call_later(HEAD_PATIENCE_S, self._cut)
        self._count_as_idle()

    def _count_as_idle(self) -> None:
        if self.transport.is_closing():
            return
        self.idle.setdefault(self)
        if len(self.idle) > MAX_IDLE:
            next(iter(self.idle))._cut()

    def _stop_waiting(self) -> None:
        self.idle.pop(self, None)
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _cut(self) -> None:
        self._stop_waiting()
        self.transport.abort()
