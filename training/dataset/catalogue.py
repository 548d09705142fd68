"""A person's songs: segments of tracks, each with its notes, vectors and labels.

A mix of tracks is encoded from its notes, not as the maximum of its tracks' rolls: where two tracks
strike one pitch, the second strike ends the first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitness.errors import SilentPart
from fitness.excerpts import Excerpt, excerpt_features, excerpt_rolls
from fitness.features import FEATURE_NAMES
from fitness.hashed_text import has_words
from fitness.manifest import Encoders
from fitness.prosody import prosody_matrix
from fitness.roll import ROWS, STEPS
from fitness.section_types import section_row
from genomes.notes import Notes, Part, mixed
from genomes.time import TICKS_PER_QUARTER, TempoMap
from training.composed.examples import SONG, STAGES
from training.dataset.examples import DIMENSIONS, MultimodalExamples
from training.dataset.rolls import PROFILE, Slices, data_hash, read_rolls, velocities
from training.dataset.rows import Row, read_rows, sung_in_sections
from training.embedding.tables import Vectors, read_vectors
from training.schemas import AUDIO_EMBEDDINGS_FILE

MIX = STAGES.index("mix")
# Numbered from here, a person's songs and composed ones never share a number.
FIRST_SONG = 10_000_000
SMALLEST = 1e-9
Mask = NDArray[np.bool_]


def mix_of(excerpts: Sequence[Excerpt]) -> Excerpt:
    """Slices of one segment mixed into one, in the meter and tempo of the first."""
    first = excerpts[0]
    if len(excerpts) == 1:
        return first
    parts = [at_tempo(one, first.tempo_map) for one in excerpts]
    length_ticks = max(part.length_ticks for part in parts)
    bar_ticks = first.meter.bar_ticks
    whole = mixed([Part(part.notes, length_ticks) for part in parts])
    bars = Part(whole.notes, -(-length_ticks // bar_ticks) * bar_ticks)
    return Excerpt(bars, first.tempo_map, first.meter)


def at_tempo(excerpt: Excerpt, tempo_map: TempoMap) -> Part:
    """The same music at the same seconds, its ticks counted in another tempo."""
    part = excerpt.part
    if excerpt.tempo_map == tempo_map:
        return part
    onsets = part.notes["onset_ticks"].astype(np.int64)
    edges = np.stack((onsets, onsets + part.notes["duration_ticks"]))
    onsets, ends = tempo_map.ticks(excerpt.tempo_map.seconds(edges))
    notes: Notes = part.notes.copy()
    notes["onset_ticks"] = onsets
    notes["duration_ticks"] = np.maximum(1, ends - onsets)
    longest = int((notes["onset_ticks"] + notes["duration_ticks"]).max(initial=1))
    length_ticks = tempo_map.ticks(excerpt.tempo_map.seconds([part.length_ticks]))[0]
    return Part.of(notes, max(longest, int(length_ticks)))


def faster(excerpt: Excerpt, factor: float) -> Excerpt:
    """The same notes, played this many times as fast."""
    changes = tuple((tick, max(1, round(us / factor))) for tick, us in excerpt.tempo_map.changes)
    return Excerpt(excerpt.part, TempoMap(changes, TICKS_PER_QUARTER), excerpt.meter)


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Songs to learn from.

    Attributes:
        rows: tracks of segments of which there is anything to hear or read.
        slices: the painted ones, by segment id.
        vectors: of the rows, in their order.
        songs: ``(rows,)`` the number of each row's song.
        segments: places of the rows of each segment, tracks of one mix.
        prosody: ``(rows, 19)`` of what is sung in the row's section.
        has_prosody: ``(rows,)``.
        sections: ``(rows, 7)`` the type of the row's section.
    """

    rows: Sequence[Row]
    slices: Slices
    vectors: Vectors
    songs: NDArray[np.int32]
    segments: tuple[tuple[int, ...], ...]
    prosody: NDArray[np.float32]
    has_prosody: Mask
    sections: NDArray[np.float32]

    @property
    def encoders(self) -> Encoders | None:
        """What made the vectors."""
        return self.vectors.encoders

    def digest(self) -> str:
        """SHA-256 of everything in it, as hex."""
        whole = hashlib.sha256(data_hash(self.slices).encode())
        whole.update(repr((list(self.rows), self.segments, self.encoders)).encode())
        for name in DIMENSIONS:
            whole.update(self.vectors.has[name].tobytes() + self.vectors.vectors[name].tobytes())
        whole.update(self.vectors.variants.vectors.tobytes())
        return whole.hexdigest()

    def tracks(self) -> list[int]:
        """Places of the rows that are in it, segment by segment."""
        return [place for segment in self.segments for place in segment]

    def only(self, chosen: Mask) -> Catalogue:
        """The same with some of the rows; their numbers and places stay."""
        kept = (tuple(place for place in segment if chosen[place]) for segment in self.segments)
        return replace(self, segments=tuple(segment for segment in kept if segment))

    def examples(self) -> MultimodalExamples:
        """Every track alone, and every segment's tracks together: what models are measured on."""
        clips: list[tuple[int, ...]] = [(place,) for place in self.tracks()]
        clips += [segment for segment in self.segments if len(segment) > 1]
        return self.clips(clips)

    def clips(
        self,
        chosen: Sequence[Sequence[int]],
        speeds: Sequence[float] | None = None,
        variants: Sequence[int] | None = None,
    ) -> MultimodalExamples:
        """Mixes of tracks, one clip each.

        Args:
            chosen: places of rows of one segment, for each clip.
            speeds: how many times as fast each is played; 1 where there are none.
            variants: number of each clip's variant of the concept; -1 for the concept itself.
        """
        count = len(chosen)
        rolls = np.zeros((count, ROWS, STEPS), np.uint8)
        features = np.zeros((count, len(FEATURE_NAMES)), np.float32)
        has_midi, bars = np.zeros(count, np.bool_), np.zeros(count, np.int16)
        for clip, places in enumerate(chosen):
            excerpts = self._excerpts(places)
            if not excerpts:
                continue
            rolls[clip], features[clip], music = self._encoded(
                places, excerpts, speeds[clip] if speeds else 1.0
            )
            has_midi[clip] = rolls[clip].any()
            bars[clip] = min(music.part.length_ticks // music.meter.bar_ticks, np.iinfo("i2").max)
        first = [places[0] for places in chosen]
        embeddings = {name: self._mean_vectors(name, chosen) for name in DIMENSIONS}
        if variants is not None:
            self._vary_concepts(embeddings["concept"][0], first, variants)
        flags = {f"has_{name}": has for name, (_, has) in embeddings.items()}
        arrays: dict[str, NDArray[Any]] = {
            "rolls": rolls,
            "features": features,
            "colour": np.array([self.rows[place].colour for place in first], np.int8),
            "song": self.songs[first],
            "stage": np.array([self._stage(places) for places in chosen], np.int8),
            "kind": np.full(count, SONG, np.int8),
            "bars": bars,
            "held_out": np.zeros(count, np.bool_),
            "has_midi": has_midi,
            "prosody": self.prosody[first],
            "has_prosody": self.has_prosody[first],
            "section": self.sections[first],
            "weight": np.ones(count, np.float32),
        }
        arrays |= {name: vectors for name, (vectors, _) in embeddings.items()} | flags
        return MultimodalExamples(**arrays)

    def _excerpts(self, places: Sequence[int]) -> list[Excerpt]:
        ids = (self.rows[place].segment_id for place in places)
        return [self.slices[name].excerpt for name in ids if name in self.slices]

    def _encoded(
        self, places: Sequence[int], excerpts: Sequence[Excerpt], speed: float
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32], Excerpt]:
        if len(places) == 1 and speed == 1:
            alone = self.slices[self.rows[places[0]].segment_id]
            return alone.roll, alone.features, alone.excerpt
        music = mix_of(excerpts)
        music = music if speed == 1 else faster(music, speed)
        name = self.rows[places[0]].segment
        try:
            roll = velocities(excerpt_rolls([music], [name], PROFILE))[0, 0]
        except SilentPart:  # played slower, its first note is beyond the window
            roll = np.zeros((ROWS, STEPS), np.uint8)
        return roll, excerpt_features([music])[0], music

    def _mean_vectors(
        self, name: str, chosen: Sequence[Sequence[int]]
    ) -> tuple[NDArray[np.float32], Mask]:
        """Vectors of clips: the mean of the tracks that have one, at its tracks' length.

        Only a recording differs from track to track. Mixes themselves were never recorded.
        """
        vectors = np.zeros((len(chosen), DIMENSIONS[name]), np.float32)
        has = np.zeros(len(chosen), np.bool_)
        given, there = self.vectors.vectors[name], self.vectors.has[name]
        for clip, places in enumerate(chosen):
            own = [place for place in places if there[place]]
            if own:
                vectors[clip], has[clip] = _middle(given[own]), True
        return vectors, has

    def _vary_concepts(
        self, concepts: NDArray[np.float32], rows: Sequence[int], variants: Sequence[int]
    ) -> None:
        """Replace concepts by their variants, in place, where a row has some."""
        texts = self.vectors.variants
        for clip, (row, variant) in enumerate(zip(rows, variants, strict=True)):
            if variant >= 0 and texts.of[row] >= 0:
                concepts[clip] = texts.vectors[texts.of[row], variant]

    def _stage(self, places: Sequence[int]) -> int:
        return MIX if len(places) > 1 else self.rows[places[0]].stage


def _middle(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean direction of ``(n, d)`` at their mean length."""
    if len(vectors) == 1:
        return np.asarray(vectors[0])
    mean = vectors.mean(axis=0)
    length = max(float(np.linalg.norm(mean)), SMALLEST)
    return np.asarray(mean * (np.linalg.norm(vectors, axis=1).mean() / length))


def load_catalogue(folder: Path, audio_file: str = AUDIO_EMBEDDINGS_FILE) -> Catalogue:
    """What the steps before left in a training folder.

    Args:
        folder: the training folder.
        audio_file: its table of recordings' vectors.

    Raises:
        FileNotFoundError: if a step before is missing; the message names it.
        ValueError: if a table can't be read, or it has neither notes, recordings nor texts.
    """
    rows = read_rows(folder)
    ids = [row.segment_id for row in rows]
    return assembled(rows, read_rolls(folder), read_vectors(folder, ids, audio_file))


def assembled(rows: Sequence[Row], slices: Slices, vectors: Vectors) -> Catalogue:
    """Rows, slices and vectors as one; rows of nothing are left out of every segment.

    Raises:
        ValueError: if nothing is left.
    """
    there = np.any([vectors.has[name] for name in DIMENSIONS], axis=0) if len(rows) else []
    useful = [place for place, row in enumerate(rows) if there[place] or row.segment_id in slices]
    if not useful:
        raise ValueError("no segment has MIDI, a recording or a text to learn from")
    ids = np.array([row.song_id for row in rows])
    songs = FIRST_SONG + np.unique(ids, return_inverse=True)[1].astype(np.int32)
    segments = groupby(useful, key=lambda place: rows[place].segment)
    sung = sung_in_sections(rows)
    return Catalogue(
        rows,
        slices,
        vectors,
        songs,
        tuple(tuple(places) for _, places in segments),
        prosody_matrix(sung),
        np.array([has_words(text) for text in sung], np.bool_),
        np.stack([section_row(row.section) for row in rows]),
    )
