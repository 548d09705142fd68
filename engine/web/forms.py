"""What a page posts: fields of a form, numbers in them, and texts that become files of ours."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path, PurePosixPath

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from documents.findings import one_line
from engine.errors import Refused
from engine.evolution.settings import Settings
from engine.runs.evolve import new_seed
from engine.state.temporary import TemporaryFolder
from engine.web.room import Form, text_field

MAX_FIELDS, MAX_FILES = 8000, 8

# Fields of the size of a run.
SIZES = ("population", "generations", "keep")


def with_form(
    view: Callable[[Request, FormData], Response],
) -> Callable[[Request], Awaitable[Response]]:
    """A view that is given the form that was posted, in a thread of its own as the others are."""

    @wraps(view)
    async def reading(request: Request) -> Response:
        async with request.form(max_files=MAX_FILES, max_fields=MAX_FIELDS) as form:
            return await run_in_threadpool(view, request, form)

    return reading


def number_field(form: Form, name: str) -> float | None:
    """A number of a form; None where it is empty.

    Raises:
        Refused: if it is none.
    """
    text = text_field(form, name)
    if text is None:
        return None
    try:
        return float(text)
    except ValueError as error:
        raise Refused(f"{name.replace('_', ' ')} {text!r}: expected a number") from error


def count_field(form: Form, name: str) -> int | None:
    """A whole number of a form, 0 or more; None where it is empty.

    Raises:
        Refused: if it is none.
    """
    text = text_field(form, name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise Refused(f"{name.replace('_', ' ')} {text!r}: expected a whole number")
    return int(text)


@dataclass(frozen=True, slots=True)
class RunSize:
    """The size of a run as a form has it.

    Attributes:
        settings: the settings of the run.
        seed: its seed; drawn where none is given. By it the run is known as that of its process.
        words: the same as words of the command line.
    """

    settings: Settings
    seed: int
    words: tuple[str, ...]


def run_size(form: Form) -> RunSize:
    """The size of a run.

    Raises:
        Refused: if a number is none, or out of its range.
    """
    given = {name: count_field(form, name) for name in SIZES}
    settings = Settings.sized(
        *(given[name] for name in SIZES), watched=not is_set(form, "no_judge")
    )
    seed = new_seed(count_field(form, "seed"))
    words = [f"--{name}={value}" for name, value in given.items() if value is not None]
    return RunSize(settings, seed, (*words, f"--seed={seed}"))


def is_set(form: Form, name: str) -> bool:
    """Whether a box of a form is ticked."""
    return name in form


def uploads(form: FormData, name: str) -> list[UploadFile]:
    """The files of a field that a person chose."""
    return [each for each in form.getlist(name) if isinstance(each, UploadFile) and each.filename]


def file_name(upload: UploadFile) -> str:
    """The last part of an upload's name, for people: it is never a path on this machine."""
    return one_line(PurePosixPath((upload.filename or "").replace("\\", "/")).name) or "upload"


class TextFile:
    """A text that a person pasted, as a file of ours for as long as a command reads it.

    Attributes:
        path: of the file.
    """

    def __init__(self, name: str, data: bytes) -> None:
        """Write a file of this name into a new folder that nobody else can read."""
        self._folder = TemporaryFolder()
        self.path = self._folder.path / name
        self.path.write_bytes(data)

    def remove(self) -> None:
        """Remove the file and its folder."""
        self._folder.cleanup()


@contextmanager
def text_file(name: str, data: bytes) -> Iterator[Path]:
    """A file with these bytes, which is removed afterwards."""
    file = TextFile(name, data)
    try:
        yield file.path
    finally:
        file.remove()
