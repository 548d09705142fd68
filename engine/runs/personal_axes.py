"""The axes of the map along which one person's choices vary, once there are enough of them.

Where somebody always takes the low ones, three registers to choose from are two too many: what is
shown is spread over the axes on which what was chosen is spread most, beside what was shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from engine.evolution.behaviour import AXES, AXES_USED, axes_of, measured
from engine.gate.decisions import music_of
from engine.gate.exports import proposal_at
from engine.gate.waiting import Entry
from engine.runs.contexts import section_of, song_context
from engine.state.studio import Studio
from genomes import Part

# Approvals by a person of parts of a stage: fewer say nothing of how they vary, more are not read.
MIN_CHOICES = 12
MOST_CHOICES = 60


def axes_for(studio: Studio, stage: str) -> tuple[str, ...]:
    """Names of the axes for runs of a stage; empty for those of its table."""
    chosen = sorted(_chosen(studio, stage), key=lambda entry: entry.state.decided_at)
    chosen = chosen[-MOST_CHOICES:]
    if len(chosen) < MIN_CHOICES:
        return ()
    runs = {entry.state.run for entry in chosen}
    shown = [entry for entry in _made(studio, stage) if entry.state.run in runs]
    names = varied(
        _from_run_means(studio, shown),
        np.isin([e.id for e in shown], [e.id for e in chosen]),
        stage,
    )
    return () if axes_of(stage, names) == axes_of(stage) else names


def varied(
    values: NDArray[np.float64], is_chosen: NDArray[np.bool_], stage: str
) -> tuple[str, ...]:
    """The axes on which the chosen vary most beside all shown, in the order of the table.

    Args:
        values: ``(shown, axes of the stage)``, from the mean of what was shown with each.
        is_chosen: ``(shown,)``.
        stage: name of the stage.
    """
    of_all = values.std(axis=0)
    ratios = np.divide(
        values[is_chosen].std(axis=0), of_all, out=np.zeros_like(of_all), where=of_all > 0
    )
    most = np.argsort(-ratios, kind="stable")[:AXES_USED]
    return tuple(AXES[stage][place].name for place in sorted(most.tolist()))


def _made(studio: Studio, stage: str) -> Iterator[Entry]:
    """The candidates of a stage that runs made."""
    for song in studio.all_songs().values():
        for identifier, state in song.candidates.items():
            if state.stage == stage and state.run is not None:
                yield Entry(identifier, song, state)


def _chosen(studio: Studio, stage: str) -> Iterator[Entry]:
    """Those that a person approved."""
    for entry in _made(studio, stage):
        if entry.state.approval is not None and entry.state.policy is None:
            yield entry


def _from_run_means(studio: Studio, shown: Iterable[Entry]) -> NDArray[np.float64]:
    """Where candidates lie on every axis of their stage, from the mean of their run's."""
    shown = list(shown)
    rows = np.array([_places(studio, entry) for entry in shown], dtype=np.float64)
    runs = np.array([entry.state.run for entry in shown])
    for run in np.unique(runs):
        rows[runs == run] -= rows[runs == run].mean(axis=0)
    return rows


def _places(studio: Studio, entry: Entry) -> NDArray[np.float32]:
    state = entry.state
    song = proposal_at(studio, state.built_on)
    context = song_context(song, section_of(state.section))
    part = Part.from_payload(music_of(studio, entry).part)
    return np.asarray(measured(state.stage, [part], context, AXES[state.stage])[0])
