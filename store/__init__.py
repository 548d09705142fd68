"""What happened: an append-only event log, and the views that are rebuilt from it.

`EventLog` appends and reads typed events, `Projections` folds them into documents. The package
imports nothing else of the engine, and events hold only plain values.

The names below load the module they live in when they are first used, so that `import store` costs
nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from store.errors import (
        EventConflict,
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
    from store.log import EventLog
    from store.projections import Document, Projection, Projections
    from store.records import Head, NewEvent, Recorded
    from store.verify import Problem

__all__ = [
    "Document",
    "EventConflict",
    "EventLog",
    "Head",
    "InvalidDocument",
    "InvalidEvent",
    "LogCorrupt",
    "LogUnavailable",
    "NewEvent",
    "Problem",
    "Projection",
    "Projections",
    "Recorded",
    "StaleStream",
    "StoreError",
    "StudioTooNew",
    "UnknownEvent",
    "UnknownProjection",
]

_HOMES = {
    "EventLog": "store.log",
    "Document": "store.projections",
    "Projection": "store.projections",
    "Projections": "store.projections",
    "Head": "store.records",
    "NewEvent": "store.records",
    "Recorded": "store.records",
    "Problem": "store.verify",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'store' has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "store.errors")), name)
