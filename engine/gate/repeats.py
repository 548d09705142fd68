"""Commands typed again after a crash: what they recorded the first time is not recorded twice.

Taking back the last decision, or writing a note, means something else the second time. So the
command first writes which event it is about to append, and removes that file once it has said what
came of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from engine.errors import EngineError
from engine.state.files import write_whole
from engine.state.studio import Studio
from store.records import Recorded

FILE = "last_command.json"

# Events after which a command typed again means something new.
DECISIONS = frozenset(
    {"CandidateApproved", "CandidateRejected", "CandidateLabelled", "CandidateNoted"}
    | {"CandidateUsed", "DecisionUndone", "PartImported", "SongProposed"}
    | {"SongArchived", "SongRestored", "CandidateBrought", "PreferenceStated"}
    | {"DecisionRedone", "SongForked", "WordsGiven", "WordsTakenBack"}
)

# What a command that is typed again may have recorded.
REPEATED = ("DecisionUndone", "CandidateNoted", "SongProposed", "SongRestored",
            "DecisionRedone", "WordsTakenBack")  # fmt: skip


@contextmanager
def once(studio: Studio, command: str, append: Callable[[str], Recorded]) -> Iterator[Recorded]:
    """Append the event of a command; the same one if its process ended before it said so.

    Args:
        studio: the studio.
        command: the words of the command.
        append: appends an event with the id that it is given.

    Yields:
        the event. When the block ends, the command counts as said.
    """
    path = studio.folder / FILE
    recorded = _unsaid(studio, path, command)
    try:
        if recorded is None:
            event_id = uuid4().hex
            write_whole(path, json.dumps({"command": command, "event": event_id}).encode())
            recorded = append(event_id)
        yield recorded
    except EngineError:
        path.unlink(missing_ok=True)
        raise
    path.unlink(missing_ok=True)


def _unsaid(studio: Studio, path: Path, command: str) -> Recorded | None:
    """The event of an equal command that never said so, if nothing was decided after it."""
    written = _read(path)
    if written.get("command") != command:
        return None
    found: Recorded | None = None
    for recorded in studio.log.read(kinds=REPEATED):
        if recorded.event_id == written.get("event"):
            found = recorded
    if found is None:
        return None
    later = studio.log.read(after=found.position, limit=1, kinds=DECISIONS)
    return None if any(True for _ in later) else found


def _read(path: Path) -> dict[str, Any]:
    try:
        written = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return written if isinstance(written, dict) else {}
