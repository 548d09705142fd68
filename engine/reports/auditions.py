"""Candidates that are compared by ear: as loops on one clock, with what they are built on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from engine.audio.auditions import Alternative, Audition, audition, find_audition
from engine.audio.cache import SoundCache
from engine.audio.rendering import BuiltIn, find_player, played_here
from engine.audio.stems import Scene
from engine.errors import Refused
from engine.gate.waiting import Entry, entries_in_use
from engine.reports.listening import context_of, entry_track, parents_of
from engine.runs.recordings import beginning, scene_of
from engine.state.songs import Song
from engine.state.studio import Studio

MAX_COMPARED = 12
TEMPO_RANGE_BPM = (20.0, 400.0)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Candidates that can be heard in turn on one clock.

    Attributes:
        cache: where their sounds are kept.
        alternatives: one for each candidate.
        scene: tempo and bars of all.
    """

    cache: SoundCache
    alternatives: tuple[Alternative, ...]
    scene: Scene

    def known(self) -> Audition | None:
        """Their loops, if the best player of this machine has played them."""
        return find_audition(self.cache, self.alternatives, self.scene, find_player())

    def quick(self) -> Audition:
        """Their loops by the best player if they are there, else by the built-in synthesis.

        What is missing is made in a fraction of a second for each part.
        """
        return self.known() or audition(self.cache, self.alternatives, self.scene, BuiltIn())

    def quick_known(self) -> Audition | None:
        """As ``quick``, if nothing is missing."""
        return self.known() or find_audition(self.cache, self.alternatives, self.scene, BuiltIn())

    def best(self) -> Audition:
        """Their loops by the best player of this machine; what is missing is made."""
        return played_here(
            lambda player: audition(self.cache, self.alternatives, self.scene, player)
        )[0]


def comparison(
    studio: Studio, wanted: Sequence[Entry], tempo_bpm: float | None = None
) -> Comparison:
    """What is needed to hear candidates in turn.

    Args:
        studio: the studio.
        wanted: the candidates, whose sections are of one length and one meter.
        tempo_bpm: quarter notes per minute; that of the first candidate if None.

    Raises:
        Refused: if they can't be heard on one clock, or at that tempo.
    """
    if not 1 <= len(wanted) <= MAX_COMPARED:
        raise Refused(f"{len(wanted)} candidates to hear: expected 1 to {MAX_COMPARED}")
    contexts = [context_of(studio, entry) for entry in wanted]
    tempo = contexts[0].tempo_bpm if tempo_bpm is None else tempo_bpm
    lowest, highest = TEMPO_RANGE_BPM
    if tempo_bpm is not None and not lowest <= tempo <= highest:
        raise Refused(f"{tempo:g} bpm: expected {lowest:g} to {highest:g}")
    scenes = {scene_of(context, tempo) for context in contexts}
    if len(scenes) > 1:
        raise Refused("candidates of different lengths or meters can't be heard on one clock")
    (scene,) = scenes
    alternatives = tuple(_alternative(studio, entry, scene) for entry in wanted)
    return Comparison(SoundCache.of_studio(studio.folder), alternatives, scene)


def sides_compared(studio: Studio, sides: Sequence[Song], section: str) -> Comparison:
    """What is needed to hear in turn what a section uses in several songs, or moments of one.

    Args:
        studio: the studio.
        sides: states of songs.
        section: label of the section.

    Raises:
        Refused: if one of them uses nothing there, or they can't be heard on one clock.
    """
    used = [entries_in_use(side, section) for side in sides]
    if not all(used):
        raise Refused(f"nothing is in use for {section} there")
    scenes = {scene_of(context_of(studio, each[-1])) for each in used}
    if len(scenes) > 1:
        raise Refused(f"{section} has another length, meter or tempo there")
    (scene,) = scenes
    alternatives = []
    for letter, entries in zip(ascii_uppercase, used, strict=False):
        *below, last = (beginning(entry_track(studio, each), scene) for each in entries)
        alternatives.append(Alternative(letter, last, tuple(below)))
    return Comparison(SoundCache.of_studio(studio.folder), tuple(alternatives), scene)


def _alternative(studio: Studio, entry: Entry, scene: Scene) -> Alternative:
    below = [beginning(entry_track(studio, each), scene) for each in parents_of(entry)]
    return Alternative(entry.id, beginning(entry_track(studio, entry), scene), tuple(below))
