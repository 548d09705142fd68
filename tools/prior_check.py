"""How the prior fares on real songs, on plain loops and pads, and on planted fakes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from fitness.drum_measures import DRUM_FEATURE_NAMES, drum_feature_matrix
from fitness.features import feature_matrix
from fitness.prior import DRUMS, Prior, columns_of
from genomes.notes import Part
from genomes.time import COMMON_TIME, Meter

FAKES_PER_KIND = 50
SEED = 20

Rows = NDArray[np.float32]
Note = tuple[int, int, int, int]
Maker = Callable[[int, np.random.Generator], Iterator[Note]]


def fakes(bars: int, rng: np.random.Generator) -> dict[str, list[Part]]:
    """Parts that nobody would call music, by kind."""
    return _made(FAKE_KINDS, bars, rng, is_drum=False)


def drum_fakes(bars: int, rng: np.random.Generator) -> dict[str, list[Part]]:
    """Drum parts that nobody would play, by kind."""
    return _made(DRUM_FAKE_KINDS, bars, rng, is_drum=True)


def _made(
    kinds: Mapping[str, Maker], bars: int, rng: np.random.Generator, *, is_drum: bool
) -> dict[str, list[Part]]:
    return {
        kind: [
            Part.of(list(make(bars, rng)), bars * COMMON_TIME.bar_ticks, is_drum=is_drum)
            for _ in range(FAKES_PER_KIND)
        ]
        for kind, make in kinds.items()
    }


def _random_notes(bars: int, rng: np.random.Generator) -> Iterator[Note]:
    """Any pitch at any sixteenth."""
    for _ in range(bars * 16):
        yield 120 * int(rng.integers(bars * 16)), 120, int(rng.integers(30, 100)), 80


def _clusters(bars: int, rng: np.random.Generator) -> Iterator[Note]:
    """Six neighbouring semitones in every beat."""
    for beat in range(bars * 4):
        lowest = int(rng.integers(40, 80))
        yield from ((480 * beat, 480, lowest + step, 80) for step in range(6))


def _one_note(bars: int, rng: np.random.Generator) -> Iterator[Note]:
    """One pitch in eighths throughout."""
    pitch = int(rng.integers(40, 80))
    yield from ((240 * eighth, 240, pitch, 80) for eighth in range(bars * 8))


def _tritones(bars: int, rng: np.random.Generator) -> Iterator[Note]:
    """Stacked tritones, another pile in every half bar."""
    for half in range(bars * 2):
        lowest = int(rng.integers(40, 60))
        yield from ((960 * half, 960, lowest + 6 * step, 80) for step in range(4))


def _one_chord(bars: int, rng: np.random.Generator) -> Iterator[Note]:
    """One low ninth chord in eighths, never changing."""
    root = int(rng.integers(33, 45))
    for eighth in range(bars * 8):
        yield from ((240 * eighth, 240, root + step, 80) for step in (0, 4, 7, 10, 14))


def _random_hits(bars: int, rng: np.random.Generator) -> Iterator[Note]:
    """Any drum at any sixteenth."""
    for _ in range(bars * 16):
        yield 120 * int(rng.integers(bars * 16)), 60, int(rng.choice(STRUCK)), 80


def _one_drum(bars: int, rng: np.random.Generator) -> Iterator[Note]:
    """One drum in sixteenths throughout."""
    drum = int(rng.choice(STRUCK))
    yield from ((120 * cell, 60, drum, 80) for cell in range(bars * 16))


def _all_drums(bars: int, rng: np.random.Generator) -> Iterator[Note]:
    """All drums at once, in eighths."""
    struck = rng.choice(STRUCK, size=8, replace=False).tolist()
    for eighth in range(bars * 8):
        yield from ((240 * eighth, 60, drum, 80) for drum in struck)


STRUCK = (35, 36, 38, 40, 41, 42, 45, 46, 48, 49, 51, 56)  # of the General MIDI kit

DRUM_FAKE_KINDS: dict[str, Maker] = {
    "random hits": _random_hits,
    "one drum": _one_drum,
    "all drums": _all_drums,
}

FAKE_KINDS: dict[str, Maker] = {
    "random notes": _random_notes,
    "clusters": _clusters,
    "one note": _one_note,
    "tritones": _tritones,
    "one ninth chord": _one_chord,
}


def report(
    songs: Mapping[tuple[str, int], Rows],
    loop_rows: Mapping[int, Rows],
    pad_rows: Mapping[int, Rows],
) -> str:
    """What of the songs lies inside, and how they are fined beside the rest."""
    prior = Prior.load()
    lines = ["windows inside their band, by feature (about .95 expected, of drums .98)"]
    lines += _inside_table(prior, songs)
    lines += ["", "fine, mean, median (95th percentile)"]
    for (role, bars), rows in sorted(songs.items()):
        lines.append(_fine_line(f"real {role}", prior.penalties(rows, role, bars), bars))
    rng = np.random.default_rng(SEED)
    for bars in loop_rows:
        compared = {
            "chords": {
                "plain loops": loop_rows[bars],
                **_matrices(fakes(bars, rng)),
            },
            "inner_voices": {"plain pads": pad_rows[bars], **_matrices(fakes(bars, rng))},
            "bass_voice": _matrices(fakes(bars, rng)),
            "top_voice": _matrices(fakes(bars, rng)),
            "full": _matrices(fakes(bars, rng)),
            DRUMS: _matrices(drum_fakes(bars, rng), drum_feature_matrix),
        }
        lines += [
            _fine_line(f"{what} as {role}", prior.penalties(rows, role, bars), bars)
            for role, kinds in compared.items()
            for what, rows in kinds.items()
        ]
    return "\n".join(lines)


def _matrices(
    parts: Mapping[str, list[Part]], measured: Callable[[list[Part], Meter], Rows] = feature_matrix
) -> dict[str, Rows]:
    return {kind: measured(some, COMMON_TIME) for kind, some in parts.items()}


def _inside_table(prior: Prior, songs: Mapping[tuple[str, int], Rows]) -> list[str]:
    keys = sorted(songs)
    lines = [" " * 24 + " ".join(f"{role[:4]}/{bars}" for role, bars in keys)]
    inside = {key: (prior.bands[key[0]][key[1]].distances(songs[key]) == 0) for key in keys}
    for column, name in enumerate(DRUM_FEATURE_NAMES):
        shares = " ".join(
            f"{inside[key][:, column].mean():6.2f}" if name in columns_of(key[0]) else " " * 6
            for key in keys
        )
        lines.append(f"{name:24}{shares}")
    counts = " ".join(f"{len(songs[key]):6}" for key in keys)
    return [*lines, f"{'windows':24}{counts}"]


def _fine_line(what: str, fines: NDArray[np.float64], bars: int) -> str:
    figures = fines.mean(), np.median(fines), np.percentile(fines, 95)
    return "{:31} {} bars  {:.3f}, {:.3f} ({:.3f})".format(what, bars, *figures)
