"""Told apart: ``python -m benchmarks apart FOLDER --survivors FOLDER …``.

A classifier tells windows of real songs from ours, role by role, by measures that no term of the
fitness reads: from first genomes, from survivors and, where a folder is a studio, from composed
songs. Its accuracy is cross-validated with whole songs kept together and both sides weighed
alike: 50 % is chance. Beside it stands how well it tells real windows from the same ones
shuffled. Then come the five measures that give ours away: those that alone order most pairs of a
real and one of our windows right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import balanced_accuracy_score, roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.utils.class_weight import compute_sample_weight
from threadpoolctl import threadpool_limits

from benchmarks.real_bench import options_of
from benchmarks.song_form import WINDOW_BARS, Music, columns_of, real_music, windows
from benchmarks.window_measures import BAR, SIXTEENTH, measured, on_grid
from genomes import Part
from genomes.notes import Notes
from genomes.time import COMMON_TIME

ROLES = {"chords": "pop", "melody": "pop", "bass": "rock", "drums": "rock"}
MOST_WINDOWS = 4  # of a song
MOST_SONGS = 120  # real ones of a role
FOLDS = 5
SEED = 0
MODEL = {
    "max_iter": 60,
    "max_leaf_nodes": 8,
    "min_samples_leaf": 10,
    "early_stopping": False,
    "random_state": SEED,
}
SHOWN = 5

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows of one role by their measures.

    Attributes:
        rows: ``(windows, measures)``.
        songs: of which song each is.
        names: of the measures.
    """

    rows: Floats
    songs: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How well two sets of windows are told apart.

    Attributes:
        accuracy: mean over both sets of the share that is told right, 0.5 by chance.
        signs: the measures that tell most alone: name, share of pairs ordered right, mean of the
            first set, mean of the second.
    """

    accuracy: float
    signs: tuple[tuple[str, float, float, float], ...]


def windows_of(role: str, songs: Iterable[tuple[str, Sequence[Part]]]) -> Windows | None:
    """Measures of at most ``MOST_WINDOWS`` windows of each song; None where there are none."""
    found: list[dict[str, float]] = []
    owners: list[str] = []
    for name, parts in songs:
        rng = np.random.default_rng(SEED)
        chosen = sorted(rng.permutation(len(parts))[:MOST_WINDOWS])
        found += [measured(parts[place], role) for place in chosen]
        owners += [name] * len(chosen)
    if not found:
        return None
    rows = np.array([list(row.values()) for row in found])
    return Windows(rows, tuple(owners), tuple(found[0]))


def parts_of(songs: Sequence[Music], role: str) -> list[tuple[str, list[Part]]]:
    """The windows of eight bars of 4/4 of a role of each song that has any."""
    found = []
    for number, song in enumerate(songs):
        parts = [
            cut.part
            for voice in song.voices.get(role, [])
            if voice.meter == COMMON_TIME
            for cut in windows(voice.part, voice.meter)
        ]
        if parts:
            found.append((str(number), parts))
    return found


def shuffled(part: Part) -> Part:
    """The same bars in another order, pitches exchanged among the notes."""
    rng = np.random.default_rng([SEED, len(part.notes)])
    size = BAR * SIXTEENTH
    bars, ticks = np.divmod(on_grid(part) * SIXTEENTH, size)
    order = rng.permutation(WINDOW_BARS)
    notes: Notes = part.notes.copy()
    notes["onset_ticks"] = order[bars] * size + ticks
    notes["pitch"] = rng.permutation(notes["pitch"])
    room = part.length_ticks - notes["onset_ticks"]
    notes["duration_ticks"] = np.minimum(notes["duration_ticks"], room)
    return Part.of(notes, part.length_ticks)


def tell_apart(first: Windows, second: Windows, *, same_songs: bool = False) -> Verdict | None:
    """Cross-validated by song; None where one set has fewer songs than there are folds.

    Args:
        first: real windows.
        second: windows to tell from them.
        same_songs: whether songs of the same name are the same songs, and stay together.
    """
    if min(len(set(first.songs)), len(set(second.songs))) < FOLDS:
        return None
    rows = np.concatenate([first.rows, second.rows])
    labels = np.repeat([0, 1], [len(first.rows), len(second.rows)])
    others = second.songs if same_songs else [f"other {name}" for name in second.songs]
    groups = [*first.songs, *others]
    told = np.zeros(len(rows), dtype=int)
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED)
    for train, test in folds.split(rows, labels, groups):
        model = HistGradientBoostingClassifier(**MODEL)
        weights = compute_sample_weight("balanced", labels[train])
        with threadpool_limits(1):  # more threads than free cores wait for each other
            model.fit(rows[train], labels[train], sample_weight=weights)
            told[test] = model.predict(rows[test])
    return Verdict(float(balanced_accuracy_score(labels, told)), _signs(first, second, labels))


def _signs(
    first: Windows, second: Windows, labels: NDArray[np.int64]
) -> tuple[tuple[str, float, float, float], ...]:
    rows = np.concatenate([first.rows, second.rows])
    found = []
    for place, name in enumerate(first.names):
        area = float(roc_auc_score(labels, rows[:, place]))
        means = float(first.rows[:, place].mean()), float(second.rows[:, place].mean())
        found.append((name, max(area, 1 - area), *means))
    return tuple(sorted(found, key=lambda sign: -sign[1])[:SHOWN])


def report(real: dict[str, list[Music]], ours: dict[str, list[Music]]) -> Iterator[str]:
    """For each role how well each set of ours is told from real windows, and by what."""
    for role, source in ROLES.items():
        parts = parts_of(real[source], role)[:MOST_SONGS]
        known = windows_of(role, parts)
        if known is None:
            continue
        yield f"{role}: {len(known.rows)} windows of {len(set(known.songs))} real songs"
        mixed_up = windows_of(role, [(name, [shuffled(p) for p in each]) for name, each in parts])
        assert mixed_up is not None
        scale = tell_apart(known, mixed_up, same_songs=True)
        if scale:
            yield f"  {'real, shuffled':24}{scale.accuracy:.2f}  (chance 0.50)"
        for name, songs in ours.items():
            other = windows_of(role, parts_of(songs, role))
            verdict = tell_apart(known, other) if other else None
            if other is None or verdict is None:
                yield f"  {name:24}fewer than {FOLDS} songs in 4/4"
                continue
            count = f"{len(other.rows)} windows of {len(set(other.songs))} songs"
            yield f"  {name:24}{verdict.accuracy:.2f}  {count}"
            yield from [
                f"      {sign}: {area:.2f} of pairs, real {mean:.2f}, ours {own:.2f}"
                for sign, area, mean, own in verdict.signs
            ]


def main(arguments: Sequence[str] | None = None) -> None:
    options = options_of("apart", arguments)
    ours = columns_of(options.survivors)
    for line in report(real_music(options.folder, held_out=options.held_out), ours):
        print(line, flush=True)


if __name__ == "__main__":
    main()
