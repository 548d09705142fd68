"""The hash that ties every event to all events before it.

    hash = sha256(frame(position) + frame(event_id) + … + frame(prev_hash))

over the stored columns in `HASHED_COLUMNS`, in that order. A frame is one letter for the type
(I integer, T text, N null), the number of bytes in decimal, a colon and the bytes: lengths come
first, so that no two rows share their bytes. Nothing is parsed or written anew on the way.
"""

from collections.abc import Iterable
from hashlib import sha256

HASHED_COLUMNS = (
    "position",
    "event_id",
    "stream",
    "stream_version",
    "kind",
    "kind_version",
    "payload",
    "actor",
    "recorded_at",
    "causation",
    "prev_hash",
)


def event_hash(values: Iterable[object]) -> str:
    """Return the hash, in hex, of an event with these values of `HASHED_COLUMNS`."""
    return sha256(b"".join(map(frame, values))).hexdigest()


def frame(value: object) -> bytes:
    """Return the bytes that stand for one stored value; never fails, whatever was stored."""
    if isinstance(value, str):
        # Stored bytes that are not UTF-8 come as surrogates when a damaged log is examined.
        data, letter = value.encode("utf-8", "surrogateescape"), b"T"
    elif isinstance(value, int):
        data, letter = b"%d" % value, b"I"
    elif value is None:
        data, letter = b"", b"N"
    else:  # a float or a blob: the store writes none, so that any letter of its own will do
        data, letter = repr(value).encode(), b"?"
    return b"%b%d:%b" % (letter, len(data), data)
