"""Songs and runs in great numbers: copies of real ones under other ids, appended to the log."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from engine.proposals import Proposal
from engine.proposals.songs import add_as
from engine.state.runs import run_stream
from engine.state.studio import Studio
from store import events
from store.records import NewEvent, Recorded


def more_songs(studio: Studio, proposals: Sequence[Proposal], count: int) -> Iterator[str]:
    """Add songs with other titles; gives their ids."""
    for number in range(count):
        proposal = proposals[number % len(proposals)]
        title = f"{proposal.title} {number}"
        changed = dataclasses.replace(
            proposal, title=title, raw={**proposal.raw, "title": title}, iteration_id=None,
            thread_id=None, content_sha256=hashlib.sha256(title.encode()).hexdigest(),
        )  # fmt: skip
        yield add_as(studio, changed, None).added[0]


def copy_run(
    studio: Studio,
    template: Sequence[Recorded],
    song: str,
    position: int,
    label: str,
    run: str,
    seed: int,
) -> events.RunFinished:
    """Append a run under another id, of another song, with other candidates.

    Args:
        studio: the studio.
        template: the events of the run that is copied.
        song: id of the song.
        position: of the event by which the song was proposed.
        label: of the section.
        run: id of the new run.
        seed: of the new run.

    Returns:
        how it ended.
    """

    def other(identifier: str) -> str:
        return hashlib.sha256(f"{identifier} {run}".encode()).hexdigest()[: len(identifier)]

    new: list[NewEvent] = []
    for recorded in template:
        event = recorded.payload
        if isinstance(event, events.RunStarted):
            place = replace(event.section, label=label)
            read_at = [position, *event.positions_read[1:]]
            event = replace(event, song_id=song, section=place, seed=seed, positions_read=read_at)
        elif isinstance(event, events.GenerationScored):
            offspring = [replace(each, id=other(each.id)) for each in event.offspring]
            event = replace(
                event, offspring=offspring, population=[other(each) for each in event.population]
            )
        elif isinstance(event, events.RunFinished):
            survivors = [replace(each, id=other(each.id)) for each in event.survivors]
            event = replace(
                event, song_id=song, section=replace(event.section, label=label),
                context_position=position, survivors=survivors,
            )  # fmt: skip
            finished = event
        new.append(NewEvent(event, actor=recorded.actor))
    studio.append(run_stream(run), new, 0)
    return finished
