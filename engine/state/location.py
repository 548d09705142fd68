"""Where a studio is: the folder of its files, and the database of its log.

The log is in the folder as well, unless ``engine.toml`` there names a database of a server::

    database = "postgresql+psycopg://ana@music.example/songs"

A folder whose studio was moved says there where it is now.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Self

from documents.findings import one_line
from engine.errors import Refused
from engine.state.files import write_whole
from store.postgresql import EXAMPLE, address_of, is_postgresql
from store.schema import is_made

DATABASE_NAME = "studio.db"
HEAD_NAME = "HEAD"
SETTINGS_NAME = "engine.toml"
ENVIRONMENT_VARIABLE = "ENGINE_STUDIO"
DEFAULT_FOLDER = "studio"

# What the settings may say: where the log is, where the studio was moved to, and from where one is
# being moved here.
_DATABASE, _MOVED_TO, _MOVING_FROM = "database", "moved_to", "moving_from"


ADVICE = f'it says where the log is: {_DATABASE} = "{EXAMPLE}"'


class Location(NamedTuple):
    """Where a studio is, or is to be.

    Attributes:
        folder: of HEAD, exports, models and caches.
        database: address of a server's database, where a command line names it; None where the
            folder tells.
    """

    folder: Path
    database: str | None = None

    @classmethod
    def named(cls, studio: str | None, folder: Path | None) -> Self:
        """The place that options name, else the environment, else ``./studio``.

        Args:
            studio: a folder, or the address of a PostgreSQL database.
            folder: of the files, where an address is named.

        Raises:
            Refused: if a folder is named beside another one.
            LogUnavailable: if the address can't be read, or holds a password.
        """
        named = studio or os.environ.get(ENVIRONMENT_VARIABLE) or DEFAULT_FOLDER
        if is_postgresql(named):
            return cls(folder or Path(DEFAULT_FOLDER), _address(named))
        if folder is not None:
            raise Refused("--folder goes with the address of a database", f"say --studio {EXAMPLE}")
        return cls(Path(named))

    @property
    def log(self) -> str | Path:
        """Where the log is: an address, or a file in the folder.

        Raises:
            Refused: if the folder belongs to another log, or ``engine.toml`` can't be read.
        """
        written = _written(self.folder)
        if self.database is None:
            return written or self.folder / DATABASE_NAME
        if written is not None and written != self.database:
            raise Refused(
                f"{self.folder} belongs to the studio at {written}", "name another --folder DIR"
            )
        if (self.folder / DATABASE_NAME).exists():
            raise Refused(
                f"{self.folder} holds a studio of its own, in {DATABASE_NAME}",
                "name another --folder DIR",
            )
        return self.database

    def is_made(self) -> bool:
        """Whether there is a studio.

        Raises:
            LogUnavailable: the database can't be asked.
        """
        if _written(self.folder) is not None or (self.folder / DATABASE_NAME).is_file():
            return True
        return self.database is not None and is_made(self.database)

    def keep(self) -> None:
        """Write the address into the folder, which is enough to name the studio from then on."""
        if self.database is not None and _written(self.folder) != self.database:
            with suppress(PermissionError):  # then it is named by its address each time
                self._write({_DATABASE: self.database})

    def log_to_be(self, source: Path) -> str | Path:
        """Where the log of the studio of a folder is to be that is moved here.

        Raises:
            Refused: as ``log``, unless the same move was begun before.
        """
        if _settings(self.folder).get(_MOVING_FROM) != str(source.absolute()):
            return self.log
        return self.database or self.folder / DATABASE_NAME

    def receive(self, source: Path) -> None:
        """Say, until ``received``, that the studio of a folder is being moved here."""
        self._write(self._named() | {_MOVING_FROM: str(source.absolute())})

    def received(self) -> None:
        """Say no longer that a studio is being moved here: it is here."""
        if self.database is None:
            (self.folder / SETTINGS_NAME).unlink(missing_ok=True)
        else:
            self._write(self._named())

    def _named(self) -> dict[str, str]:
        return {} if self.database is None else {_DATABASE: self.database}

    def leave(self, folder: Path) -> None:
        """Say in the folder that its studio is in another one now."""
        database = _written(self.folder)
        kept = {} if database is None else {_DATABASE: database}
        self._write(kept | {_MOVED_TO: str(folder.absolute())})

    def _write(self, settings: dict[str, str]) -> None:
        lines = [f"{name} = {json.dumps(text)}\n" for name, text in settings.items()]
        write_whole(self.folder / SETTINGS_NAME, "".join(lines).encode())


def _settings(folder: Path) -> Mapping[str, object]:
    """What ``engine.toml`` says; nothing where there is no such file."""
    path = folder / SETTINGS_NAME
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError) as error:
        raise Refused(f"{path} can't be read: {one_line(str(error))}", ADVICE) from error


def _written(folder: Path) -> str | None:
    """The address in ``engine.toml``; None where there is no such file, or an empty one."""
    path, settings = folder / SETTINGS_NAME, _settings(folder)
    address, moved_to = settings.get(_DATABASE), settings.get(_MOVED_TO)
    if moved_to is not None:
        raise Refused(
            f"the studio of {folder} was moved to {one_line(str(moved_to))}",
            f"name that one, or take the line {_MOVED_TO} out of {path} to go on with the old one",
        )
    if _MOVING_FROM in settings:
        source = one_line(str(settings[_MOVING_FROM]))
        raise Refused(
            f"the studio of {source} is being moved to {folder}, or that was ended",
            "go on with the old one, or type the same engine move again",
        )
    if not settings:
        return None
    if len(settings) > 1 or not isinstance(address, str) or not is_postgresql(address):
        raise Refused(f"{path} doesn't name a database, or says more", ADVICE)
    return _address(address)


def _address(written: str) -> str:
    return address_of(written).render_as_string()
