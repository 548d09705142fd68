"""Playing: the passes of a plan's sections, one after the other, each as it is played there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np

from engine.arrangement.approved import ApprovedPart
from engine.arrangement.drum_fills import with_crash, with_fill
from engine.arrangement.passes import Pass, excerpt
from engine.arrangement.plan import PlannedSection
from engine.arrangement.textures import textured
from engine.arrangement.turnarounds import with_turnaround
from engine.arrangement.variations import varied
from genomes.lyrics import Lyrics
from genomes.lyrics.syllables import line_of
from genomes.melody.rewording import reworded
from genomes.midi import Conductor

# What a section has in common with those that it repeats: its label and its excerpt.
Music = tuple[str, tuple[int, int] | None]


@dataclass(frozen=True, slots=True)
class ResolvedSection:
    """A planned section with the parts that it names; ``bars`` is the length of one repeat."""

    section: PlannedSection
    parts: tuple[ApprovedPart, ...]
    bars: int

    @property
    def music(self) -> Music:
        """Equal for sections that repeat each other."""
        return self.section.section, self.section.excerpt


@dataclass(frozen=True, slots=True)
class PlacedPass:
    """A pass at its onset in the song; ``vocals`` says whether its words are sung."""

    start_ticks: int
    music: Pass
    vocals: bool


def played(resolved: Sequence[ResolvedSection], song: Conductor, seed: int) -> list[PlacedPass]:
    """Every pass of every section that plays anything, in playing order.

    Args:
        resolved: the sections of the plan.
        song: key, meter and tempo of the song.
        seed: draws the variations; equal seeds give equal songs.
    """
    placed: list[PlacedPass] = []
    earlier: dict[Music, list[Pass]] = {}
    targets = _lead_targets(resolved, song)
    start_ticks = 0
    for index, planned in enumerate(resolved):
        section, before = planned.section, earlier.setdefault(planned.music, [])
        composed = composed_pass(planned, song) if planned.parts else None
        for repeat in range(section.play):
            if composed is not None:
                music = composed
                if section.vary:
                    rng = np.random.default_rng(
                        [seed, crc32(section.section.encode()), len(before)]
                    )
                    music = textured(music)
                    music = varied(music, before[-1], rng) if before else music
                    music = with_crash(music) if repeat == 0 and placed else music
                    if repeat == section.play - 1:
                        next_energy = _following(resolved, index).section.energy
                        music = with_fill(music, next_energy, rng)
                        music = with_turnaround(music, targets[planned.music])
                before.append(music)
                placed.append(PlacedPass(start_ticks, music, section.vocals))
            start_ticks += planned.bars * song.meter.bar_ticks
    return placed


def _following(resolved: Sequence[ResolvedSection], index: int) -> ResolvedSection:
    """The next section that plays anything; the section itself if it is the last."""
    return next((each for each in resolved[index + 1 :] if each.parts), resolved[index])


def _lead_targets(resolved: Sequence[ResolvedSection], song: Conductor) -> dict[Music, int]:
    """The root that each section leads to: that of what follows its first time.

    The last section leads to the tonic. A section that comes back leads to the same root again,
    so that its chords are the same.
    """
    targets: dict[Music, int] = {}
    for index, planned in enumerate(resolved):
        following = _following(resolved, index)
        root = None if following is planned else _first_root(following, song)
        targets.setdefault(planned.music, song.key.tonic_pitch_class if root is None else root)
    return targets


def _first_root(planned: ResolvedSection, song: Conductor) -> int | None:
    """Pitch class of the root that a section begins with; None if no part says."""
    harmonies = (part.harmony for part in composed_pass(planned, song).parts.values())
    return next((harmony[0].root_pitch_class for harmony in harmonies if harmony), None)


def composed_pass(planned: ResolvedSection, song: Conductor) -> Pass:
    """A section's parts as they were composed, in the bars that the plan takes of them.

    Only the words are those of the plan, if it has any; they leave the notes of locked bars alone.
    """
    bar_ticks, section = song.meter.bar_ticks, planned.section
    first, last = section.excerpt or (1, planned.parts[0].bars)
    music = Pass(
        parts={
            part.stage: excerpt(part.part, first, last, bar_ticks) if section.excerpt else part.part
            for part in planned.parts
        },
        key=song.key,
        meter=song.meter,
        energy=section.energy,
        lift=section.energy - planned.parts[0].energy,
        locked={
            part.stage: frozenset(
                bar - first + 1 for bar in part.locked_bars if first <= bar + 1 <= last
            )
            for part in planned.parts
        },
    )
    melody = music.parts.get("melody")
    if melody is None or not section.words:
        return music
    lyrics = Lyrics(tuple(line for text in section.words if (line := line_of(text))))
    locked = music.locked.get("melody", frozenset())
    sung = reworded(melody, lyrics, song.meter, song.tempo_bpm, locked)
    return replace(music, parts={**music.parts, "melody": sung})
