"""Events as they will be stored, before they have a position."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from store.codec import Codec, Encoded
from store.errors import EventConflict, InvalidEvent
from store.events import Payload
from store.records import NewEvent
from store.tables import StoredEvent, rows_with_ids

MAX_NAME_CHARACTERS = 200


class Draft(NamedTuple):
    """An event as it will be stored, before it has a position."""

    event_id: str
    encoded: Encoded
    payload: Payload  # as it will be read
    actor: str
    causation: str | None


def drafted(codec: Codec, stream: str, events: Sequence[NewEvent]) -> list[Draft]:
    """Return the batch as it will be stored.

    Raises:
        InvalidEvent: a payload is not valid, a name is empty, too long or unprintable, or two
            events have the same id.
    """
    _require_name("stream", stream)
    drafts = [_draft(codec, event) for event in events]
    repeated = [name for name, n in Counter(d.event_id for d in drafts).items() if n > 1]
    if repeated:
        raise InvalidEvent(f"event ids occur twice in one batch: {repeated}")
    return drafts


def already_recorded(
    connection: Connection, codec: Codec, stream: str, drafts: Sequence[Draft]
) -> list[StoredEvent] | None:
    """Return the rows of a batch that is already recorded; None for a new batch.

    Raises:
        EventConflict: an id is recorded with other content, or only a part of the batch is.
    """
    found = rows_with_ids(connection, [draft.event_id for draft in drafts])
    for draft in drafts:
        row = found.get(draft.event_id)
        if row is not None and not _same_content(codec, row, stream, draft):
            raise EventConflict(
                f"event {draft.event_id} is already recorded at position {row.position} "
                f"with other content ({row.kind} in stream {row.stream!r})"
            )
    if not found:
        return None
    if len(found) < len(drafts):
        raise EventConflict(
            f"{len(found)} of {len(drafts)} events are already recorded: {sorted(found)}"
        )
    return [found[draft.event_id] for draft in drafts]


def _draft(codec: Codec, event: NewEvent) -> Draft:
    _require_name("event_id", event.event_id)
    _require_name("actor", event.actor)
    if event.causation is not None:
        _require_name("causation", event.causation)
    encoded, payload = codec.prepare(event.payload)
    return Draft(event.event_id, encoded, payload, event.actor, event.causation)


def _require_name(column: str, value: object) -> None:
    if type(value) is not str or not value.isprintable() or not value.strip():
        raise InvalidEvent(f"{column}: expected printable text, got {value!r}")
    if len(value) > MAX_NAME_CHARACTERS:
        raise InvalidEvent(f"{column}: longer than {MAX_NAME_CHARACTERS} characters")


def _same_content(codec: Codec, row: StoredEvent, stream: str, draft: Draft) -> bool:
    """Whether a row holds a draft's event, whichever version of its kind it is stored in."""
    stored = Encoded(row.kind, row.kind_version, row.payload)
    if stored.kind == draft.encoded.kind and stored.kind_version < draft.encoded.kind_version:
        stored = codec.encode(codec.decode(*stored))
    return (row.stream, stored) == (stream, draft.encoded)
