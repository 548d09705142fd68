"""Bringing what a run scored and didn't keep to the gate, such as the best of a cell of its map."""

from __future__ import annotations

from engine.errors import Refused
from engine.ids import short
from engine.runs.lifecycle import load
from engine.runs.reading import read_run
from engine.state.songs import song_stream
from engine.state.studio import Studio
from store import events
from store.records import NewEvent, Recorded


def bring(studio: Studio, run: str, candidate: str, song: str | None = None) -> Recorded:
    """Make something that a finished run scored a candidate that waits for a decision.

    Args:
        studio: the studio.
        run: beginning of the run's id.
        candidate: beginning of the id of what it scored.
        song: the song that gets it, as a person names it, where a branch has the run too; by
            default the song that the run was made for.

    Raises:
        NotFound: if there is no such run, or it scored nothing with this id.
        Refused: if the run isn't finished, it is a candidate already, or its genome would give
            other notes today.
    """
    recorded = read_run(studio, run)
    identifier, run_id = recorded.resolve(candidate), recorded.run.id
    finished, song_id = recorded.finished, recorded.run.started.song_id
    if song is not None:
        song_id = _song_with(studio, song, run_id, song_id)
    if finished is None:
        raise Refused(f"run {run_id} is not finished", f"run engine resume {run_id}")
    survivor = load(studio, run_id).survivor(recorded.run.pool.scored[identifier])

    def bringing() -> list[NewEvent]:
        candidates = studio.song(song_id).candidates
        if identifier in candidates:
            advice = f"see engine review --song {song_id} --all"
            raise Refused(f"{short(identifier)} is a candidate already", advice)
        ranks = [each.rank for each in candidates.values() if each.run == run_id]
        event = events.CandidateBrought(
            run=run_id,
            rank=max(ranks, default=0) + 1,
            stage=finished.stage,
            section=finished.section,
            context_position=finished.context_position,
            survivor=survivor,
        )
        return [NewEvent(event, actor=studio.actor)]

    return studio.decide(song_stream(song_id), bringing)[-1]


def _song_with(studio: Studio, named: str, run: str, song_id: str) -> str:
    song = studio.song(named)
    if not song.has_run(run, song_id):
        raise Refused(f"run {run} is none of {song.title}", f"see engine runs --song {song_id}")
    return song.song_id
