"""A PostgreSQL server for the tests, which they start themselves, with a database for each.

It listens on a socket in its own folder alone, and doesn't wait for the disk: only a power failure
could lose what it has committed. It is started when a test first wants it and ends with the tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from store.log import EventLog

USER, TEMPLATE = "engine", "made"
GUARDED, PASSWORD = "ana", "secret:p/w@"  # a user who needs a password
NOBODY = "nobody"  # root may not run a server
SETTINGS = {
    "listen_addresses": "''",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "shared_buffers": "16MB",
    "max_connections": "60",
}


def programs() -> Path | None:
    """The folder of the server's programs; None where it isn't installed."""
    found = shutil.which("initdb")
    if found is not None and shutil.which("pg_ctl") is not None:
        return Path(found).parent
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return debian[-1].parent if debian else None


class Server:
    """A running server.

    Attributes:
        folder: of its data and its socket.
    """

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder = folder
        self._programs = programs
        self._numbers = count(1)
        self._databases: list[str] = []
        self._own: Any = None
        if _is_root():
            shutil.chown(folder, NOBODY)
        self._run("initdb", "--no-sync", "--auth=trust", "--no-locale", "--encoding=UTF8",
                  f"--username={USER}", "-D", self.data)  # fmt: skip
        rules = self.data / "pg_hba.conf"
        rules.write_text(f"local all {GUARDED} scram-sha-256\n{rules.read_text()}")
        self.start()
        # Ends the server with this process, however that ends: the pipe is closed then.
        self._guard = subprocess.Popen(
            ["sh", "-c", 'cat; "$@"; rm -rf "$0"', str(folder), *self._command(*self._stopping())],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.sql(f"CREATE ROLE {GUARDED} LOGIN PASSWORD '{PASSWORD}'")

    @property
    def data(self) -> Path:
        """The folder of its data."""
        return self.folder / "data"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = SETTINGS | {"unix_socket_directories": str(self.folder)}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        log = self.folder / "server.log"
        self._run("pg_ctl", "start", "-w", "-s", "-D", self.data, "-l", log, "-o", options)

    def stop(self, how: str = "fast") -> None:
        """Stop it: ``fast``, or ``immediate``, as a crash would."""
        if self._own is not None:
            self._own.close()
        self._run(*self._stopping(how))

    def end(self) -> None:
        """End it for good, and remove its folder."""
        if self._own is not None:
            self._own.close()
        assert self._guard.stdin is not None
        self._guard.stdin.close()
        self._guard.wait()

    def _stopping(self, how: str = "immediate") -> tuple[str, ...]:
        return ("pg_ctl", "stop", "-w", "-s", "-m", how, "-D", str(self.data))

    def address(self, database: str, user: str = USER) -> str:
        """The address of a database."""
        return f"postgresql+psycopg://{user}@/{database}?host={quote(str(self.folder), safe='')}"

    def sql(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """What a statement gives, run by another program than ours."""
        if database != "postgres":
            with self._connection(database) as connection:
                return _done(connection, statement)
        if self._own is None or self._own.closed:
            self._own = self._connection(database)
        return _done(self._own, statement)

    def _connection(self, database: str) -> Any:
        import psycopg

        where = f"host={self.folder} user={USER} dbname={database}"
        return psycopg.connect(where, autocommit=True)

    def empty(self) -> str:
        """The address of a new database without tables."""
        return self._made("template0")

    def fresh(self, template: str | None = None) -> str:
        """The address of a new log, a copy of an empty one or of another database."""
        return self._made(template or self._template())

    def _made(self, template: str) -> str:
        name = f"studio_{next(self._numbers)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        self._databases.append(name)
        return self.address(name)

    def drop_databases(self) -> None:
        """Drop every database that was made, even those still in use."""
        while self._databases:
            self.sql(f"DROP DATABASE IF EXISTS {self._databases.pop()} WITH (FORCE)")

    @cache  # noqa: B019 - there is one server
    def _template(self) -> str:
        self.sql(f"CREATE DATABASE {TEMPLATE} TEMPLATE template0")
        EventLog.open(self.address(TEMPLATE)).close()
        return TEMPLATE

    def _run(self, program: str, *arguments: object) -> None:
        command = self._command(program, *arguments)
        done = subprocess.run(
            command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
        )
        assert done.returncode == 0, done.stderr

    def _command(self, program: str, *arguments: object) -> list[str]:
        command = [str(self._programs / program), *map(str, arguments)]
        return ["runuser", "-u", NOBODY, "--", *command] if _is_root() else command


def _done(connection: Any, statement: str) -> list[tuple[object, ...]]:
    done = connection.execute(statement)
    return done.fetchall() if done.description else []


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def database_name(address: str) -> str:
    """The name of the database at an address."""
    return address.partition("?")[0].rpartition("/")[2]


_running: list[Server] = []


def server() -> Server:
    """The server of this process; skips the test where none is installed."""
    folder = programs()
    if folder is None:
        pytest.skip("no PostgreSQL server is installed (Debian: apt-get install postgresql)")
    if os.name == "nt":
        pytest.skip("the server of the tests listens on a Unix socket")
    pytest.importorskip("psycopg", reason="psycopg isn't installed")
    if not _running:
        # Short, since the path of a socket is; and not within a folder that only root may enter.
        _running.append(Server(Path(tempfile.mkdtemp(prefix="pg-")), folder))
    return _running[0]


def stop_server() -> None:
    """End the server of this process, if it was started."""
    while _running:
        _running.pop().end()
