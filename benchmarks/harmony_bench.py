"""Whether one song in four colours is told apart by its chords alone: nobody else is heard.

``python -m benchmarks harmony [--model MODEL] [--evolved SONGS]``. Every song's key, meter and
tempo are those of its four colours. Its chords are played as plain blocks, each for one bar, at one
loudness and in one register: neither rhythm nor layout is left. A forest that learned from the
blocks of other composed songs names the colour among the four; chance is .25.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier

from benchmarks.reference_classifier.classifier import LEAF_PARTS, TREES
from benchmarks.songs import own_song, song_studio
from engine.evolution.settings import Settings
from fitness.features import DEFAULT_TEMPO
from fitness.fusion import DEFAULT_MODEL
from fitness.judge import harmony_measures, pitch_measures
from fitness.part_batch import PartBatch
from genomes.context import Context
from genomes.notes import ChordSpan, Part
from genomes.time import COMMON_TIME
from training.composed.cards import cards
from training.composed.draws import draw_context
from training.composed.songs import compose_sections

STAGE = "chords"
COLOURS_PER_SONG = 4
SECTIONS = 3  # of a song, or survivors of a run
LEARNED_SONGS, TEST_SONGS, EVOLVED_SONGS = 80, 100, 16
SEED, LEARNED_STREAM, TEST_STREAM, EVOLVED_STREAM = 11, 0, 1, 2
# Every chord lasts a bar; a shorter progression comes round.
BLOCKS = 16
BASS_FROM, OTHERS_FROM, VELOCITY = 48, 60, 80
RESAMPLES = 2000

Floats = NDArray[np.float64]
# What the chords alone decide; no group of ``pitch_measures`` that hears layouts.
GROUPS = (
    (pitch_measures.interval_classes, 6),
    (pitch_measures.over_bass, len(pitch_measures.OVER_BASS)),
    (pitch_measures.bass_moves, 7),
    (pitch_measures.common_tones, len(pitch_measures.BAR_LAGS)),
    *((measure, len(names)) for measure, names in harmony_measures.GROUPS),
)


@dataclass(frozen=True, slots=True)
class Song:
    """One song in several colours.

    Attributes:
        parts: chords of some sections by colour.
    """

    parts: dict[str, list[Part]]


def blocks(part: Part) -> Part:
    """The chords of a part as plain blocks of a bar each; a repeated chord counts once."""
    view = PartBatch([part], COMMON_TIME, DEFAULT_TEMPO)
    spans = list(islice(cycle(harmony_measures.chords(view)), BLOCKS))
    bar = COMMON_TIME.bar_ticks
    rows = [
        (index * bar, bar, pitch, VELOCITY)
        for index, span in enumerate(spans)
        for pitch in _block(span)
    ]
    return Part.of(rows, BLOCKS * bar, spans)


def _block(span: ChordSpan) -> list[int]:
    others = set(span.pitch_classes) - {span.bass_pitch_class}
    return [BASS_FROM + span.bass_pitch_class, *(OTHERS_FROM + other for other in others)]


def measured(part: Part) -> Floats:
    """The harmonic measures of the blocks of a part."""
    view = PartBatch([blocks(part)], COMMON_TIME, DEFAULT_TEMPO)
    return np.concatenate([measure(view) for measure, _ in GROUPS])


@dataclass(frozen=True, slots=True, eq=False)
class HarmonyClassifier:
    """A forest that names the colour of a song by its chords alone."""

    _forest: Any

    @classmethod
    def learned(cls, songs_per_colour: int) -> HarmonyClassifier:
        """Fit to composed songs of every colour that has a card."""
        rows, colours = [], []
        for number in range(songs_per_colour):
            for index, colour in enumerate(cards()):
                rng = np.random.default_rng([SEED, LEARNED_STREAM, number, index])
                parts = composed(colour, draw_context(rng), rng)
                rows += [measured(part) for part in parts]
                colours += [colour] * len(parts)
        forest = ExtraTreesClassifier(TREES, min_samples_leaf=LEAF_PARTS, random_state=SEED)
        return cls(forest.fit(np.stack(rows), colours))

    def right(self, song: Song) -> tuple[float, float]:
        """Shares of a song's parts, and of its colours by all of their parts, named right."""
        names = list(self._forest.classes_)
        columns = [names.index(colour) for colour in song.parts]
        alone, together = [], []
        for own, parts in enumerate(song.parts.values()):
            rows = np.stack([measured(part) for part in parts])
            likely = self._forest.predict_proba(rows)[:, columns]
            alone += (likely.argmax(axis=1) == own).tolist()
            together.append(likely.mean(axis=0).argmax() == own)
        return float(np.mean(alone)), float(np.mean(together))


def composed(colour: str, context: Context, rng: np.random.Generator) -> list[Part]:
    """The chords of the sections of one song."""
    return [section.parts[STAGE] for section in compose_sections(colour, context, SECTIONS, rng)]


def drawn_colours(rng: np.random.Generator) -> list[str]:
    """The colours of one song, in the order of their cards."""
    chosen = rng.permutation(len(cards()))[:COLOURS_PER_SONG]
    return [colour for index, colour in enumerate(cards()) if index in chosen]


def composed_songs(count: int) -> Iterator[Song]:
    """Songs composed by the cards, that no classifier here has learned from."""
    for number in range(count):
        rng = np.random.default_rng([SEED, TEST_STREAM, number])
        context = draw_context(rng)
        yield Song({colour: composed(colour, context, rng) for colour in drawn_colours(rng)})


def evolved_songs(count: int, model: Path, settings: Settings) -> Iterator[Song]:
    """Songs whose chords are evolved, each colour from a search of its own."""
    for number in range(count):
        rng = np.random.default_rng([SEED, EVOLVED_STREAM, number])
        context = draw_context(rng)
        yield Song(
            {colour: survivors(colour, context, model, settings) for colour in drawn_colours(rng)}
        )


def survivors(colour: str, context: Context, model: Path, settings: Settings) -> list[Part]:
    """The chords that a search for a colour leaves."""
    facts = str(context.key), str(context.meter), round(context.tempo_bpm)
    with song_studio(own_song(colour, *facts), model) as studio:
        run = studio.begin(STAGE, settings, SEED)
        names = studio.finish(run)
        return [run.genomes.render(run.pool.scored[name].genome, run.context) for name in names]


def interval(shares: Sequence[float]) -> tuple[float, float, float]:
    """The mean, and 95 % of the means of resampled songs."""
    values, rng = np.array(shares), np.random.default_rng(SEED)
    means = values[rng.integers(len(values), size=(RESAMPLES, len(values)))].mean(axis=1)
    return float(values.mean()), *np.percentile(means, (2.5, 97.5)).tolist()


def line(name: str, songs: Sequence[Song], classifier: HarmonyClassifier) -> str:
    """What is printed of some songs."""
    shares = zip(*(classifier.right(song) for song in songs), strict=True)
    alone, together = ("{:.2f} [{:.2f}-{:.2f}]".format(*interval(found)) for found in shares)
    return f"{name}, {len(songs)} songs: one section {alone}, together {together}; chance .25"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks harmony", description=__doc__)
    parser.add_argument(
        "--model", type=Path, default=DEFAULT_MODEL, help="that scores the searches"
    )
    parser.add_argument("--learned", type=int, default=LEARNED_SONGS, help="songs of every colour")
    parser.add_argument("--composed", type=int, default=TEST_SONGS, help="songs in four colours")
    parser.add_argument("--evolved", type=int, default=EVOLVED_SONGS, help="songs in four colours")
    parser.add_argument("--generations", type=int, default=Settings().generations)
    options = parser.parse_args(arguments)
    classifier = HarmonyClassifier.learned(options.learned)
    sys.stdout.write(line("composed", list(composed_songs(options.composed)), classifier) + "\n")
    settings = Settings(generations=options.generations)
    if options.evolved:
        songs = list(evolved_songs(options.evolved, options.model, settings))
        sys.stdout.write(line("evolved", songs, classifier) + "\n")


if __name__ == "__main__":
    main()
