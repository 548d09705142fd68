"""YAML files as plain values, through a safe parser and within limits of size."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import yaml

from documents.findings import UnreadableError
from documents.wording import shown
from documents.yaml_values import ONE_DOCUMENT, ValueBuilder

MAX_BYTES = 4 * 1024 * 1024

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

A_FILE = "a UTF-8 YAML file, or a folder of them"
A_SIZE = f"YAML files up to {MAX_BYTES // 2**20} MiB"


def load_file(path: Path) -> Any:
    """The value of a file: lists, dicts with text keys, texts, finite numbers, truth values, None.

    Raises:
        UnreadableError: if there is no such file, or it is not one plain YAML document in UTF-8.
    """
    return load_text(_text_of(path))


def _text_of(path: Path) -> str:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableError("file", "is neither a file nor a folder", A_FILE)
        if status.st_size > MAX_BYTES:
            raise UnreadableError("file", f"holds {status.st_size} bytes", A_SIZE)
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError("file", f"is not UTF-8 text at byte {error.start}", A_FILE) from error
    except FileNotFoundError as error:
        raise UnreadableError("file", "does not exist", A_FILE) from error
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        if isinstance(error, UnreadableError):
            raise
        reason = getattr(error, "strerror", None) or error
        raise UnreadableError("file", f"can't be read: {reason}", A_FILE) from error


def load_text(text: str) -> Any:
    """The value of a YAML text; see ``load_file``."""
    builder = ValueBuilder()
    try:
        for event in yaml.parse(text, Loader=LOADER):
            builder.feed(event)
    except yaml.YAMLError as error:
        raise UnreadableError("yaml", _explained(error, text), ONE_DOCUMENT) from error
    return builder.document()


def _explained(error: yaml.YAMLError, text: str) -> str:
    """A parser's complaint on one line, with the line it is about."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return shown(str(error))
    lines = text.splitlines()
    indent = lines[mark.line] if mark.line < len(lines) else ""
    hint = " (a tab)" if "\t" in indent else ""
    return f"line {mark.line + 1}: {shown(getattr(error, 'problem', None) or error)}{hint}"
