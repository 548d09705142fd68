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


def bring(studio: Studio, run: str, candidate: str, song_id: str | None = None) -> Recorded:
    """Make something that a finished run scored a candidate that waits for a decision.

    Args:
        studio: the studio.
        run: beginning of the run's id.
        candidate: beginning of the id of what it scored.
        song_id: the branch that it is brought to, if the run is of the past that the branch has
            in common with the run's song; None for that song.

    Raises:
        NotFound: if there is no such run, or it scored nothing with this id.
        Refused: if the run isn't finished, it is a candidate already, or its genome would give
            other notes today.
    """
    recorded = read_run(studio, run)
    identifier, run_id = recorded.resolve(candidate), recorded.run.id
    finished, owner = recorded.finished, song_id or recorded.run.started.song_id
    if finished is None:
        raise Refused(f"run {run_id} is not finished", f"run engine resume {run_id}")
    survivor = load(studio, run_id).survivor(recorded.run.pool.scored[identifier])

    def bringing() -> list[NewEvent]:
        candidates = studio.song(owner).candidates
        if identifier in candidates:
            advice = f"see engine review --song {owner} --all"
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

    return studio.decide(song_stream(owner), bringing)[-1]
