"""Everything that can go wrong in the store, as a tree.

StoreError
├── InvalidEvent       the event was refused before anything was written
├── InvalidDocument    a projection made a document that JSON doesn't restore
├── StaleStream        the stream moved on since it was read: read again, decide again
├── EventConflict      the event id is already recorded, with other content
├── UnknownEvent       the log holds a kind, or a version of one, that this code does not know
├── UnknownProjection  no projection has that name
├── StudioTooNew       the database was made by a newer release
├── HeadMismatch       the HEAD file does not vouch for the log
├── LogCorrupt         what is stored is not what was written
└── LogUnavailable     the database could not be used: locked, read-only, not a database, full …
    └── CommitUnknown  the connection was lost while a batch was committed: it stands, or it doesn't

Errors of SQLAlchemy and of the database driver become one of these in `store.database`.
"""


class StoreError(Exception):
    """Base of every error that the store raises on purpose."""


class InvalidEvent(StoreError):
    """The event was refused before anything was written."""


class InvalidDocument(StoreError):
    """A projection made a document that its type does not restore from JSON."""


class StaleStream(StoreError):
    """The stream moved on since it was read: read again, decide again, append again.

    Attributes:
        stream: name of the stream.
        expected: the version that the writer believed the stream to have.
        actual: the version that it has.
    """

    def __init__(self, stream: str, expected: int, actual: int) -> None:
        super().__init__(f"stream {stream!r}: expected version {expected}, it is at {actual}")
        self.stream = stream
        self.expected = expected
        self.actual = actual


class EventConflict(StoreError):
    """The event id is already recorded, with other content or for only a part of the batch."""


class UnknownEvent(StoreError):
    """The log holds a kind, or a version of a kind, that this code does not know."""


class UnknownProjection(StoreError):
    """No projection has that name."""


class StudioTooNew(StoreError):
    """The database was made by a newer release of the engine."""


class HeadMismatch(StoreError):
    """The HEAD file does not vouch for the log: a part of it is missing, or it is another log."""


class LogCorrupt(StoreError):
    """What is stored is not what was written; `EventLog.verify` names the bad events."""


class LogUnavailable(StoreError):
    """The database could not be used: locked, read-only, not a database, on a full disk.

    Attributes:
        advice: what a person does about it, or empty.
    """

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


class CommitUnknown(LogUnavailable):
    """The connection was lost while a batch was committed: whether it stands is not known."""
