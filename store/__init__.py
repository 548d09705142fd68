"""What happened: an append-only event log, and the documents that are made from it.

For example::

    from store import EventLog, NewEvent
    from store.events import CandidateNoted

    with EventLog.open("studio.db") as log:
        note = NewEvent(CandidateNoted(candidate="a", text="Keep this."), actor="ana")
        log.append("song/1", [note], expected_version=0)
        for event in log.read(stream="song/1"):
            print(event.position, event.kind, event.payload)
        assert log.verify() == []

`store.events` has one frozen struct for each kind of event; they hold plain values only.
`Projections` folds events into documents, which can be deleted and made again. Everything that goes
wrong is a `StoreError`. The package imports nothing else of the engine.

Each name below loads its module when it is first used, so that `import store` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from store.documents import Projection
    from store.errors import (
        CommitUnknown,
        EventConflict,
        HeadMismatch,
        InvalidDocument,
        InvalidEvent,
        LogCorrupt,
        LogUnavailable,
        StaleStream,
        StoreError,
        StudioTooNew,
        UnknownEvent,
        UnknownProjection,
    )
    from store.events import Payload
    from store.log import EventLog
    from store.projections import Projections, Rebuilt
    from store.records import Head, NewEvent, Recorded
    from store.verify import Problem

__all__ = [
    "CommitUnknown",
    "EventConflict",
    "EventLog",
    "Head",
    "HeadMismatch",
    "InvalidDocument",
    "InvalidEvent",
    "LogCorrupt",
    "LogUnavailable",
    "NewEvent",
    "Payload",
    "Problem",
    "Projection",
    "Projections",
    "Rebuilt",
    "Recorded",
    "StaleStream",
    "StoreError",
    "StudioTooNew",
    "UnknownEvent",
    "UnknownProjection",
]

# Module -> what it defines; the errors are in `store.errors`.
_MODULES = {
    "events": ("Payload",),
    "log": ("EventLog",),
    "documents": ("Projection",),
    "projections": ("Projections", "Rebuilt"),
    "records": ("Head", "NewEvent", "Recorded"),
    "verify": ("Problem",),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'errors')}"), name)
