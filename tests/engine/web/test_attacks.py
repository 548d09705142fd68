"""Attacks on the page: none gets through, and none keeps others from it."""

from __future__ import annotations

import contextlib
import re
import socket
from contextlib import ExitStack
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

from starlette.routing import Route

from engine.web import views
from engine.web.app import VIEWS
from engine.web.connections import MAX_IDLE
from engine.web.security import MAX_BODY_BYTES
from tests.engine.command_line import Shell
from tests.engine.web.client import Client

# Ends an attribute, an element, a script and a template, and turns the order of writing.
PROBE = "x\"'><xss-probe onprobe=1></script>{{7*7}}\u202e&lt;"
OUTSIDE = (
    *("../../../../../../etc/passwd", "/etc/passwd", "..\\..\\..\\windows\\win.ini"),
    *("file:///etc/passwd", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "-", "--studio=/tmp", "\0", "\ud7ff"),
)
# What works for minutes without a field that can be wrong.
LONG = {"/taste/retrain"}


def all_routes(method: str) -> list[Route]:
    return [
        route
        for view in VIEWS
        for route in view.ROUTES
        if isinstance(route, Route) and method in (route.methods or ())
    ]


def form_fields() -> list[str]:
    """The names of all fields that a view reads."""
    sources = "".join(path.read_text() for path in Path(views.__file__).parents[1].rglob("*.py"))
    named = re.findall(r'(?:_field|is_set|uploads|_words|get|getlist)\((?:form, )?"(\w+)"', sources)
    return sorted(set(named))


def test_no_path_of_a_request_reaches_the_disk(client: Client, shell: Shell) -> None:
    beside = sorted(shell.folder.parent.iterdir())
    song = shell.song("meadow").song_id
    queries = ("stage", "section", "run", "model", "name", "at", "a", "b", "file", "all")
    for number, route in enumerate(all_routes("GET")):
        if route.path == "/events":
            continue
        for value in (OUTSIDE[number % 2], *OUTSIDE[2 + number % 2 :: 2]):
            text = quote(value, safe="")
            anywhere = re.sub(r"\{\w+(:\w+)?\}", text, route.path)
            of_song = re.sub(r"\{\w+(:\w+)?\}", text, route.path.replace("{song}", song))
            query = "&".join(f"{name}={text}" for name in queries)
            for path in (anywhere, f"{of_song}?{query}"):
                status, answer = client.ask(path, client.own)
                assert (status < 500, "root:" in answer) == (True, False), (path, answer)
    fields = form_fields()
    assert {"title", "section", "words", "stage"} <= set(fields)
    for number, route in enumerate(all_routes("POST")):
        if route.path in LONG:
            continue
        for value in OUTSIDE[number % 3 :: 3]:
            text = quote(value, safe="")
            for place in (route.path, route.path.replace("{song}", song)):
                path = re.sub(r"\{\w+(:\w+)?\}", text, place)
                status, line = client.post(path, **dict.fromkeys(fields, value))
                assert (status < 500, "root:" in line) == (True, False), (path, value, line)
    assert sorted(shell.folder.parent.iterdir()) == beside


def test_the_name_of_an_upload_is_only_a_name(client: Client, shell: Shell) -> None:
    beside = sorted(shell.folder.parent.rglob("*.yml"))
    for number, name in enumerate(("../../evil.yml", "C:\\evil.yml", "/etc/evil.yml")):
        given = (
            f"title: Evil {number}\nrainbow_color: Red\nkey: C\nbpm: 90\ntempo: 4/4\nconcept: ''"
        )
        assert client.upload("/songs/read", name, given.encode(), **{"as": "new"})[0] == 200
        assert shell.song(f"evil-{number}").source.file == "evil.yml"
    assert sorted(shell.folder.parent.rglob("*.yml")) == beside


class _Markup(HTMLParser):
    """What of a page is an element, an attribute, a link or a text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name in {"href", "hx-get"} and value]
        assert tag != "script" or dict(attrs).get("src", "").startswith("/static/"), attrs

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_names_are_texts_on_every_view(client: Client, shell: Shell) -> None:
    song = shell.song("meadow").song_id
    first, second, *_ = shell.candidates()
    at = f"/songs/{song}"
    title = {"title": PROBE, "concept": PROBE, "was_title": "", "was_concept": ""}
    assert client.post(f"{at}/edit", **title)[0] == 200
    shell.do("chords", "--song", song, "--section", PROBE, "--no-model", "Em C")
    shell.do("note", first, PROBE)
    shell.do("approve", first, "--label", PROBE)
    shell.do("label", second, PROBE)
    assert client.post(f"{at}/duplicate", title=PROBE)[0] == 200
    shell.do("songs", "archive", "cellar")
    begun = ["/?archived=1", f"{at}/map?run={shell.json('runs')[0]['id']}"]
    begun += [f"/songs/{quote(PROBE, safe='')}", f"{at}/gate?section={quote(PROBE)}&all=1"]
    seen, shown = set(), 0
    waiting = ["/", "/taste", "/jobs", *begun]
    while waiting and len(seen) < 60:
        path = waiting.pop(0)
        if path in seen or not path.startswith("/") or path.startswith("/static/"):
            continue
        seen.add(path)
        status, text = client.ask(path, client.own)
        assert status < 500, (path, text)
        markup = _Markup(text)
        assert "xss-probe" not in markup.elements, path
        harmful = {name for name in markup.attributes if name.startswith("on") or name == "style"}
        assert harmful == set(), path
        together = "".join(markup.texts)
        assert "\u202e" not in together, path
        shown += "<xss-probe onprobe=1>" in together
        waiting += [link for link in markup.links if "token=" not in link]
    assert shown >= 8, seen
    for refused in (f"{at}/evolve", f"{at}/compose", f"{at}/chords", f"{at}/words"):
        fields = dict.fromkeys(form_fields(), PROBE)
        body = "&".join(f"{name}={quote(value)}" for name, value in fields.items()).encode()
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        status, text = client.ask(refused, client.changing | form, "POST", body)
        assert (status < 500, "xss-probe" in _Markup(text).elements) == (True, False), text


def test_other_sites_may_not_ask_and_are_told_nothing(client: Client) -> None:
    mine = client.changing
    for change, method, status in (
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, "POST", 403),
        ({"Sec-Fetch-Site": "same-site"}, "POST", 403),
        ({"Origin": "null"}, "POST", 403),
        ({"Origin": f"http://localhost:{client.port}"}, "POST", 403),  # a rebound name
        ({"Host": f"evil.example:{client.port}"}, "POST", 421),
        ({"X-Engine-Request": ""}, "POST", 403),  # a form of another page
        ({"Sec-Fetch-Site": "cross-site", "Access-Control-Request-Method": "POST"}, "OPTIONS", 403),
        ({}, "OPTIONS", 405),
        ({}, "PUT", 405),
        ({}, "DELETE", 405),
        ({}, "BREW", 405),
        ({"Cookie": 'engine_1="' + "\\" * 40_000}, "GET", 401),
    ):
        found, text = client.ask("/songs/demo", mine | change, method, b"")
        assert found == status, (change, method, text)
    assert client.ask("/", mine, "HEAD") == (200, "")
    assert 400 <= client.ask("/" + "a" * 100_000, client.own)[0] < 500


def test_nothing_is_put_into_the_answer_s_head(client: Client) -> None:
    for place in ("/%0d%0aX-Evil:%201", "//evil.example", "/%5cevil.example"):
        path = f"{place}?token={client.token}"
        with socket.create_connection(("127.0.0.1", client.port), timeout=20) as connection:
            own = f"Host: 127.0.0.1:{client.port}\r\nConnection: close\r\n\r\n"
            connection.sendall(f"GET {path} HTTP/1.1\r\n{own}".encode())
            head = b"".join(iter(lambda: connection.recv(4096), b"")).decode()
        assert head.startswith("HTTP/1.1 303")
        location = re.search(r"(?mi)^location: (\S*)", head)
        assert location
        assert re.match(r"/[^/]", location[1])
        assert "\nX-Evil" not in head


def test_a_long_body_in_pieces_is_cut(client: Client) -> None:
    head = "".join(f"{name}: {value}\r\n" for name, value in client.changing.items())
    head += "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n"
    piece = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
    sent, answer = 0, b""
    with socket.create_connection(("127.0.0.1", client.port), timeout=20) as connection:
        connection.sendall(f"POST /songs HTTP/1.1\r\n{head}\r\n".encode())
        try:
            while sent < 2**30:
                connection.sendall(piece)
                sent += 0x10000
        except OSError:
            pass
        with contextlib.suppress(OSError):
            answer = connection.recv(4096)
    assert sent < 4 * MAX_BODY_BYTES
    assert answer == b"" or answer.split()[1] in {b"400", b"413"}


def test_slow_clients_keep_nobody_out(client: Client) -> None:
    head = "".join(f"{name}: {value}\r\n" for name, value in client.own.items())
    body = "".join(f"{name}: {value}\r\n" for name, value in client.changing.items())
    slow = [
        *["GET / HT"] * (4 * MAX_IDLE),  # a head that never ends
        *[f"GET /events HTTP/1.1\r\n{head}\r\n"] * 8,  # a stream that is never read
        *[f"POST /songs HTTP/1.1\r\n{body}Content-Length: 1000\r\n\r\ntitle="] * 8,
        *[""] * (2 * MAX_IDLE),
    ]
    with ExitStack() as connections:
        for sent in slow:
            connection = socket.create_connection(("127.0.0.1", client.port), timeout=20)
            connections.enter_context(connection)
            connection.sendall(sent.encode())
        assert client.ask("/", client.own)[0] == 200
        assert client.post("/songs", title="Between")[0] in {200, 422}
