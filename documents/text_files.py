"""Text files that people bring: UTF-8, or UTF-16 by its mark, within a limit of size."""

from __future__ import annotations

import codecs
import stat
from pathlib import Path

# The mark that a file begins with -> how it is written. Windows' "Unicode" is the second.
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
A_MARK = max(map(len, MARKS))


def read_text(path: Path, max_bytes: int) -> str:
    """The text of a file, without its mark.

    Raises:
        ValueError: what is wrong with it: it is no file, too large, can't be read, or is no text.
    """
    return text_of(read_bytes(path, max_bytes))


def read_bytes(path: Path, max_bytes: int) -> bytes:
    """The bytes of a file.

    Raises:
        ValueError: what is wrong with it: it is no file, too large, or can't be read.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("is no file")
        if status.st_size > max_bytes:
            raise ValueError(f"holds {status.st_size} bytes; at most {max_bytes} are read")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ValueError("can't be read: no such file") from error
    except OSError as error:
        raise ValueError(f"can't be read: {error.strerror or error}") from error


def text_of(data: bytes) -> str:
    """The text of a file's bytes, without its mark.

    Raises:
        ValueError: what is wrong with them.
    """
    encoding = next((MARKS[mark] for mark in MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        name = encoding.removesuffix("-sig").upper()
        raise ValueError(f"is not {name} text at byte {error.start}") from error
    if "\0" in text:
        raise ValueError("is no text: it holds null characters")
    return text
