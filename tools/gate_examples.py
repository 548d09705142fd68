"""Windows of real songs, and fakes made of them, as a file that the gate can learn from.

``python -m tools.gate_examples FOLDER FILE`` reads the real songs in ``FOLDER`` (see
``tools.real_songs``) except those that are held out; ``training bootstrap --real FILE`` and
``training gate MODEL --real FILE`` take the file. ``--held-out`` takes the songs that are held out,
for a check. The file holds music of others and is never shipped.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import groupby
from pathlib import Path

import numpy as np

from genomes.context import Context, Section
from genomes.keys import Key
from genomes.notes import Part, mixed
from genomes.splicing import cut
from tools.real_songs import names
from tools.real_songs.windows import (
    MIX,
    MIX_WITH_DRUMS,
    WINDOW_BARS,
    SongPart,
    charted_part,
    pop_parts,
    rock_parts,
)
from training.composed.compose import Clip, Job, measured
from training.composed.corpus import played
from training.composed.draws import bars_in_window
from training.composed.examples import Examples
from training.composed.fakes import near_music, near_music_of, off_the_others
from training.composed.gate_examples import FIRST_REAL_SONG

STAGE_OF_ROLE = {
    "bass_voice": "bass",
    "chords": "chords",
    "drums": "drums",
    MIX: "mix",
    MIX_WITH_DRUMS: "mix",
    "inner_voices": "harmony",
    "top_voice": "melody",
}
# Of one length, role and song. There are five times as many pop songs. With 2 and 8, the gate told
# chords from the same ones half off their key in .90 of the pairs, with 5 and 12 in .95.
MOST_OF_POP, MOST_OF_ROCK = 5, 12
# Charted songs have chords alone, and use others than pop does.
MOST_OF_CHARTED = 3
SEED = 5
# Chance that a melody, whose grid tells no dynamics, is given some.
PLAYED_CHANCE = 0.5
KEY = Key(0, "major", "C")  # of no consequence to what is measured


def song_clips(parts: Sequence[SongPart], most: int, rng: np.random.Generator) -> Iterator[Clip]:
    """The windows of one song that a model hears whole."""
    for one in parts:
        for bars in WINDOW_BARS:
            context = Context(KEY, one.meter, one.tempo_bpm, Section("section", bars))
            for window in one.windows(bars, most) if bars <= bars_in_window(context) else ():
                is_bare = one.role == "top_voice" and rng.random() < PLAYED_CHANCE
                part = played(window, one.meter, rng) if is_bare else window
                yield Clip(STAGE_OF_ROLE[one.role], part, context)


def fakes_of(
    clips: Sequence[Clip], parts: Sequence[SongPart], rng: np.random.Generator
) -> Iterator[tuple[str, Clip]]:
    """One fake of each window that can be spoilt, by its kind."""
    for clip in clips:
        if kinds := near_music_of(clip.stage):
            kind = str(rng.choice(kinds))
            if kind == "off_key" and clip.stage == "mix":
                continue
            part = near_music(kind, clip.stage, clip.part, clip.context, rng)
            yield kind, Clip(clip.stage, part, clip.context)
    yield from (("off_key", clip) for clip in _off_key_mixes(parts, rng))


def _off_key_mixes(parts: Sequence[SongPart], rng: np.random.Generator) -> Iterator[Clip]:
    """Windows of the song with one part off the key of the others."""
    voices = [one for one in parts if STAGE_OF_ROLE[one.role] != "mix" and one.role != "drums"]
    if len(voices) < 2:
        return
    for bars in WINDOW_BARS:
        moved = voices[int(rng.integers(len(voices)))]
        context = Context(KEY, moved.meter, moved.tempo_bpm, Section("section", bars))
        length = min(one.part.length_ticks for one in voices)
        starts = range(0, length - bars * moved.meter.bar_ticks + 1, bars * moved.meter.bar_ticks)
        if bars > bars_in_window(context) or not starts:
            continue
        start = starts[int(rng.integers(len(starts)))]
        cuts = [_cut(one, start, bars) for one in voices if one is not moved]
        off = _cut(moved, start, bars)
        if len(off.notes) > 1 and any(len(one.notes) > 1 for one in cuts):
            yield Clip("mix", mixed([*cuts, off_the_others(off, rng)]), context)


def _cut(one: SongPart, start: int, bars: int) -> Part:
    return cut(one.part, start, bars * one.meter.bar_ticks)


def _parts_of(path: Path, rng: np.random.Generator) -> tuple[list[SongPart], int]:
    """The parts of one song, and how many windows of one length each of them gives at most."""
    if path.parent.name == "pop909":
        return list(pop_parts(path)), MOST_OF_POP
    if path.parent.name == "rock":
        return list(rock_parts(path)), MOST_OF_ROCK
    part = charted_part(path, rng)
    return [part] if part else [], MOST_OF_CHARTED


def song_examples(job: tuple[int, Path]) -> Examples:
    """Windows of one song and its fakes."""
    number, path = job
    rng = np.random.default_rng((SEED, number))
    parts, most = _parts_of(path, rng)
    clips = list(song_clips(parts, most, rng))
    song = FIRST_REAL_SONG + number
    found = [measured(clips, Job(song, (SEED, number), "real"))]
    spoilt = sorted(fakes_of(clips, parts, rng), key=lambda pair: pair[0])
    for kind, group in groupby(spoilt, key=lambda pair: pair[0]):
        found.append(measured([clip for _, clip in group], Job(song, (SEED, number), kind)))
    return Examples.join(found)


def main() -> None:
    """Read, measure, write."""
    parser = argparse.ArgumentParser(prog="python -m tools.gate_examples")
    parser.add_argument("folder", type=Path, help="of the real songs' sets")
    parser.add_argument("file", type=Path, help="to write, .npz")
    parser.add_argument("--held-out", action="store_true", help="of the songs that are held out")
    options = parser.parse_args()
    paths = [
        options.folder / name / song
        for name in ("pop909", "rock", "billboard")
        for song in names(options.folder / name, held_out=options.held_out)
    ]
    with ProcessPoolExecutor() as workers:
        found = Examples.join(list(workers.map(song_examples, enumerate(paths), chunksize=4)))
    found.save(options.file)
    sys.stdout.write(f"{len(paths)} songs, {len(found)} clips\n")


if __name__ == "__main__":
    main()
