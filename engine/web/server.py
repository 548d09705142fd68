"""Serving the page until it is stopped."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn

from engine.errors import Refused
from engine.state.studio import Studio
from engine.web.app import create_app
from engine.web.connections import PatientProtocol
from engine.web.jobs import Jobs
from engine.web.room import Room
from engine.web.security import our_hosts
from engine.web.views.songs import warm

LOOPBACK = "127.0.0.1"
TOKEN_BYTES = 24

# Streams are open as long as a page is: they are cut when the server stops.
GRACE_S = 1
MAX_CONNECTIONS = 256


class PageServer:
    """Serves a studio's page.

    Attributes:
        address: what a person opens; it has the token.
    """

    def __init__(self, folder: Path, host: str = LOOPBACK, port: int = 0) -> None:
        """Begin to listen.

        Args:
            folder: of the studio.
            host: address or name to listen on.
            port: port to listen on; 0 for any free one.

        Raises:
            Refused: if the address can't be listened on.
        """
        self._folder = folder
        self._listening = _listen(host, port)
        self._host, self._port = host, self._listening.getsockname()[1]
        self._token = secrets.token_urlsafe(TOKEN_BYTES)
        self._server: uvicorn.Server | None = None
        self.address = _address(host, self._port, self._token)

    def run(self, ready: Callable[[], None]) -> None:
        """Serve until Ctrl-C, or until it is stopped.

        Args:
            ready: called once the page can be opened.
        """
        with self._listening, Studio.open(self._folder) as studio:
            room = Room(studio, Jobs(self._folder), self._token, f"engine_{self._port}")
            config = uvicorn.Config(
                create_app(room, our_hosts(self._host, self._port)),
                http=PatientProtocol,
                ws="none",
                proxy_headers=False,
                log_level="warning",
                access_log=False,
                lifespan="on",
                limit_concurrency=MAX_CONNECTIONS,
                timeout_graceful_shutdown=GRACE_S,
                server_header=False,
                date_header=False,
            )
            warm(room)
            self._server = _Server(config, ready, room.closing.set)
            self._server.run(sockets=[self._listening])

    def stop(self) -> None:
        """End serving, from another thread."""
        if self._server is not None:
            self._server.should_exit = True


class _Server(uvicorn.Server):
    """Uvicorn, which tells when it can be opened, and when it begins to stop."""

    def __init__(
        self, config: uvicorn.Config, ready: Callable[[], None], closing: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._ready, self._closing = ready, closing

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve, then say so."""
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let streams end, then stop."""
        self._closing()
        await super().shutdown(sockets)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError as error:
        advice = "choose another with engine serve --port 0"
        raise Refused(f"{host}:{port} can't be served: {error.strerror}", advice) from error
    return listening


def _address(host: str, port: int, token: str) -> str:
    """What a person opens; of an address that means all, the one that leads to this machine."""
    name = LOOPBACK if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound
    shown = f"[{name}]" if ":" in name else name
    return f"http://{shown}:{port}/?token={token}"
