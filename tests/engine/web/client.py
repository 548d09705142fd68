"""Asks a server as a browser, or somebody else, would; without a browser."""

from __future__ import annotations

import hmac
import http.client
from dataclasses import dataclass
from hashlib import sha256
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

from engine.web.server import PageServer


@dataclass(frozen=True)
class Client:
    """A connection for every request."""

    port: int
    token: str

    @classmethod
    def of(cls, server: PageServer) -> Client:
        """One that has the address of a server."""
        parts = urlsplit(server.address)
        assert parts.port is not None
        return cls(parts.port, parse_qs(parts.query)["token"][0])

    @property
    def own(self) -> dict[str, str]:
        """What our own page sends with a request that reads."""
        return {
            "Host": f"127.0.0.1:{self.port}",
            "Cookie": f"engine_{self.port}={self.token}",
            "Sec-Fetch-Site": "same-origin",
        }

    @property
    def changing(self) -> dict[str, str]:
        """What our own page sends with a request that changes something."""
        request_token = hmac.new(self.token.encode(), b"request", sha256).hexdigest()
        return self.own | {"X-Engine-Request": request_token, "HX-Request": "true"}

    def ask(
        self, path: str, headers: dict[str, str], method: str = "GET", body: bytes | None = None
    ) -> tuple[int, str]:
        """Status and text of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def get(self, path: str) -> str:
        """The text of a page of ours."""
        status, text = self.ask(path, self.own)
        assert status == 200, text
        return text

    def post(self, path: str, **fields: object) -> tuple[int, str]:
        """Status and the one line that a form of ours is answered with."""
        body = urlencode(fields, doseq=True).encode()
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        status, text = self.ask(path, self.changing | form, "POST", body)
        return status, line_of(text)

    def upload(self, path: str, name: str, data: bytes, **fields: str) -> tuple[int, str]:
        """Post a file with this name, and fields."""
        boundary = "boundary-of-parts"
        parts = [f'name="{field}"\r\n\r\n{value}'.encode() for field, value in fields.items()]
        parts.append(f'name="file"; filename="{name}"\r\n\r\n'.encode() + data)
        body = b"".join(
            f"--{boundary}\r\nContent-Disposition: form-data; ".encode() + part + b"\r\n"
            for part in parts
        )
        form = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        ending = f"--{boundary}--\r\n".encode()
        status, text = self.ask(path, self.changing | form, "POST", body + ending)
        return status, line_of(text)


def line_of(answer: str) -> str:
    """The text of the paragraph that an answer is, without its buttons."""
    text = answer.partition(">")[2].partition("</p>")[0].partition("<")[0]
    return unescape(" ".join(text.split()))
