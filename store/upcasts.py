"""Small functions that turn an old payload into the next version of it.

One entry per step: `("RunStarted", 1)` takes the plain payload of version 1 and returns that of
version 2. Reading chains them up to the current version; the stored event stays as it is.
"""

from collections.abc import Callable
from typing import Any

Upcast = Callable[[dict[str, Any]], dict[str, Any]]


def _unheard(finished: dict[str, Any]) -> dict[str, Any]:
    """What the model heard in the survivors was not recorded in version 1."""
    survivors = [survivor | {"heard": None} for survivor in finished["survivors"]]
    return finished | {"survivors": survivors}


def _from_nothing(started: dict[str, Any]) -> dict[str, Any]:
    """In version 1 every run began afresh, and sang nothing."""
    absent = dict.fromkeys(("source", "locks", "follows", "lyrics", "singer"))
    return started | absent


def _unchanged(payload: dict[str, Any]) -> dict[str, Any]:
    """The next version only allows more."""
    return payload


UPCASTS: dict[tuple[str, int], Upcast] = {
    ("SongProposed", 1): _unchanged,
    ("SongProposed", 2): _unchanged,
    ("RunFinished", 1): _unheard,
    ("RunStarted", 1): _from_nothing,
    ("RunStarted", 2): _unchanged,
    ("RunStarted", 3): _unchanged,
    ("CandidatesPresented", 1): _unchanged,
    ("CandidatesPresented", 2): _unchanged,
    ("CandidateApproved", 1): _unchanged,
    ("CandidateRejected", 1): _unchanged,
    ("CompositionStarted", 1): _unchanged,
    ("HeadTrained", 1): _unchanged,
    ("HeadPromoted", 1): _unchanged,
}
