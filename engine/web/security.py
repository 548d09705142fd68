"""Who may use the page: the token, the Host header, where a request comes from, how long it is.

The page can do what the command line can, so nobody else on the machine or the network, and no
other site that is open in the browser, may use it.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from time import monotonic
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.web.room import Room

MAX_BODY_BYTES = 16 * 1024 * 1024

# How long a browser may take for the next piece of what it sends, and for all of it.
PATIENCE_S, WHOLE_PATIENCE_S = 20.0, 120.0

READING = frozenset({"GET", "HEAD"})
REQUEST_HEADER = "x-engine-request"
OPEN_PATH = "/static/"

SAME_SITE = frozenset({"same-origin", "none"})  # none: typed, or opened from another program

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self'; font-src 'self'; worker-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class TooLong(Exception):
    """A request's body is longer than is taken."""


class TooSlow(Exception):
    """A request's body doesn't arrive."""


class Guard:
    """Middleware that lets in what our own pages ask, and limits what they may send."""

    def __init__(self, app: ASGIApp, room: Room, is_our_host: Callable[[str], bool]) -> None:
        """Guard an app.

        Args:
            app: what is guarded.
            room: has the tokens.
            is_our_host: whether a Host header names this server.
        """
        self._app = app
        self._room = room
        self._is_our_host = is_our_host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it in one line."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = self._answer(scope)
        sending = _with_headers(send)
        if answer is not None:
            await answer(scope, receive, sending)
            return
        body = _Body(receive, Headers(scope=scope))
        began = False

        async def watched(message: Message) -> None:
            nonlocal began
            if body.refused is None or began:  # else ours is the answer, whatever the app says
                if message["type"] == "http.response.start":
                    began = True
                    if not body.is_done:  # nobody reads the rest of it
                        MutableHeaders(scope=message)["Connection"] = "close"
                await sending(message)

        with suppress(TooLong, TooSlow):
            await self._app(scope, body.receive, watched)
        if body.refused is not None and not began:
            await _refusal(body.refused)(scope, receive, sending)

    def _answer(self, scope: Scope) -> Response | None:
        """What is answered in place of the page; None where the request may pass."""
        headers = Headers(scope=scope)
        reads = scope["method"] in READING
        if not self._is_our_host(headers.get("host", "")):
            return _refused("this page has another address", HTTPStatus.MISDIRECTED_REQUEST)
        if reads and scope["path"].startswith(OPEN_PATH):
            return None
        if _length(headers) > MAX_BODY_BYTES:
            return _refusal(TooLong())
        if _is_from_elsewhere(headers, scope["method"]):
            return _refused("only the engine's own pages may ask this", HTTPStatus.FORBIDDEN)
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token")
        if reads and given:
            return self._entry(scope["path"], given[0])
        return self._stranger(headers, reads=reads)

    def _stranger(self, headers: Headers, *, reads: bool) -> Response | None:
        """The refusal of a request that doesn't have our tokens; None if it has them."""
        if not _is_equal(_cookie(headers, self._room.cookie), self._room.token):
            return _refused(
                "open the page with the address that engine serve printed", HTTPStatus.UNAUTHORIZED
            )
        if not reads and not _is_equal(headers.get(REQUEST_HEADER, ""), self._room.request_token):
            return _refused("the page is out of date; load it again", HTTPStatus.FORBIDDEN)
        return None

    def _entry(self, path: str, given: str) -> Response:
        """Put the token of the address into a cookie, so that it leaves the address bar."""
        if not _is_equal(given, self._room.token):
            return _refused("that token isn't this server's", HTTPStatus.UNAUTHORIZED)
        answer = RedirectResponse(_local_path(path), HTTPStatus.SEE_OTHER)
        answer.set_cookie(self._room.cookie, self._room.token, httponly=True, samesite="strict")
        return answer


def our_hosts(host: str, port: int) -> Callable[[str], bool]:
    """Whether a Host header names a server, so that no other site's name can lead to it.

    A name that points to this machine could be anybody's; an address, or a name that was given
    on the command line, can't.

    Args:
        host: what the server was told to listen on.
        port: its port.
    """

    def is_ours(header: str) -> bool:
        try:
            parts = urlsplit(f"//{header}")
            name, sent_port = parts.hostname or "", parts.port
        except ValueError:
            return False
        if sent_port != port or parts.username is not None or parts.path:
            return False
        return name in {"localhost", host} or (_is_address(name) and _reaches(host, name))

    return is_ours


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _reaches(host: str, address: str) -> bool:
    """Whether a server that listens on a host is reached by an address."""
    if not _is_address(host):
        return True
    listening, asked = ipaddress.ip_address(host), ipaddress.ip_address(address)
    return listening.is_unspecified or asked == listening or asked.is_loopback


def _is_from_elsewhere(headers: Headers, method: str) -> bool:
    """Whether another site asks, by what browsers say of it (Fetch Metadata, and Origin)."""
    site = headers.get("sec-fetch-site")
    if site is not None and site not in SAME_SITE:
        navigates = headers.get("sec-fetch-mode") == "navigate"
        return not (navigates and method == "GET" and headers.get("sec-fetch-dest") == "document")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


def _cookie(headers: Headers, name: str) -> str:
    """The value of a cookie of ours, which has no quotes; empty without one."""
    pairs = (each.strip().partition("=") for each in headers.get("cookie", "").split(";"))
    return next((value for key, _, value in pairs if key == name), "")


def _is_equal(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


def _length(headers: Headers) -> int:
    said = headers.get("content-length", "0")
    return int(said) if said.isascii() and said.isdigit() else 0


def _local_path(path: str) -> str:
    """A path of ours: two slashes at its beginning would name another host."""
    return "/" + path.lstrip("/\\")


class _Body:
    """A request's body: at most so many bytes, none of them too late.

    Attributes:
        refused: why it isn't taken; None while it is.
        is_done: whether all of it was received.
    """

    def __init__(self, receive: Receive, headers: Headers) -> None:
        self._receive = receive
        self._received = 0
        self.is_done = not _length(headers) and "transfer-encoding" not in headers
        self._end_s = monotonic() + WHOLE_PATIENCE_S
        self.refused: TooLong | TooSlow | None = None

    async def receive(self) -> Message:
        """The next piece.

        Raises:
            TooLong, TooSlow: if it isn't taken.
        """
        if self.is_done:  # now only the end of the connection is waited for
            return await self._receive()
        patience_s = min(PATIENCE_S, max(0.0, self._end_s - monotonic()))
        try:
            message = await asyncio.wait_for(self._receive(), patience_s)
        except TimeoutError as error:
            self.refused = TooSlow()
            raise self.refused from error
        self._received += len(message.get("body", b""))
        self.is_done = not message.get("more_body", False)
        if self._received > MAX_BODY_BYTES:
            self.refused = TooLong()
            raise self.refused
        return message


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return sending


def _refused(why: str, status: HTTPStatus) -> Response:
    return PlainTextResponse(f"{why}\n", status, headers={"Connection": "close"})


def _refusal(error: TooLong | TooSlow) -> Response:
    if isinstance(error, TooLong):
        most = MAX_BODY_BYTES // 1024**2
        return _refused(f"no more than {most} MB are taken", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return _refused("the request didn't arrive in time", HTTPStatus.REQUEST_TIMEOUT)
