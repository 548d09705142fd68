"""Where a studio's clock was set back, by which a moment is found without reading the whole log."""

from __future__ import annotations

import msgspec

from store.records import Recorded

CLOCK = "clock"

# More setbacks than these are not kept: clocks that go apart write to one log, by turns.
MOST_SETBACKS = 256


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """When events were recorded.

    Attributes:
        last: time of the last event; ISO 8601, UTC.
        setbacks: positions of the events that were recorded at an earlier time than the one before;
            None if there are too many.
    """

    last: str
    setbacks: tuple[int, ...] | None = ()


class ClockProjection:
    """One document for the whole log."""

    name = "clock"
    version = 1
    document: type[Clock] = Clock

    def route(self, _: Recorded) -> str | None:
        """The only document's key."""
        return CLOCK

    def apply(self, document: Clock | None, recorded: Recorded) -> Clock:
        """The clock after the event."""
        now = recorded.recorded_at
        if document is None:
            return Clock(last=now)
        setbacks = document.setbacks
        if setbacks is not None and now < document.last:
            setbacks = (*setbacks, recorded.position) if len(setbacks) < MOST_SETBACKS else None
        return Clock(last=now, setbacks=setbacks)
