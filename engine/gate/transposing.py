"""Transposing the candidates of a song whose key has changed; their ids and parents stay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from engine.gate.decisions import CandidateMusic, composed_music
from engine.runs.contexts import section_of, song_context
from engine.stages import find_stage
from engine.state.songs import Candidate, Song
from engine.state.studio import Studio
from genomes import Context, Key, Part
from genomes.bass.tones import HIGHEST_PITCH, LOWEST_PITCH
from genomes.melody.singers import range_of
from genomes.transposition import OCTAVE, nearest_interval, transposed
from store import events

# What a description says of the words and the person that a run had, which its genome hasn't.
KEPT_IN_DESCRIPTION = ("lyrics", "singer", "range")


@dataclass(slots=True)
class Transposer:
    """Moves the candidates of a song to another key of the same mode.

    Where a candidate's notes go depends on its notes as they were composed and on the new key
    alone: a song that comes back to a key has the notes that it had there.

    Attributes:
        studio: the studio.
        song: the song before the change.
        key: its new key.
    """

    studio: Studio
    song: Song
    key: Key
    _added: dict[int, events.Payload] = field(default_factory=dict)
    _moved: dict[str, tuple[int, Part]] = field(default_factory=dict)

    def transpositions(self) -> Iterator[events.PartTransposed]:
        """One event for each candidate in the new key's mode that is in another key."""
        for identifier, state in self.song.candidates.items():
            basis = self.song.basis_of(state)
            if basis is None or basis.mode != self.key.mode:
                continue
            if basis.tonic_pitch_class != self.key.tonic_pitch_class:
                yield self._event(identifier, state)

    def _event(self, identifier: str, state: Candidate) -> events.PartTransposed:
        semitones, part = self._move(identifier)
        return events.PartTransposed(
            candidate=identifier,
            semitones=semitones,
            key=str(self.key),
            tonic_pitch_class=self.key.tonic_pitch_class,
            part=part.to_payload(),
            description=self._description(identifier, state, part),
        )

    def _move(self, identifier: str) -> tuple[int, Part]:
        """How far the notes of a candidate move, in semitones, and the notes."""
        if identifier not in self._moved:
            state = self.song.candidates[identifier]
            old = self._key_of(state)
            part = Part.from_payload(self._music(identifier).part)
            semitones = self._semitones(identifier, old, part)
            self._moved[identifier] = semitones, transposed(part, semitones, old, self.key)
        return self._moved[identifier]

    def _key_of(self, state: Candidate) -> Key:
        """The key that a candidate was composed in."""
        proposal = self._event_at(state.built_on)
        assert isinstance(proposal, events.SongProposed)  # noqa: S101 - the state says so
        return Key.parse(proposal.key)

    def _music(self, identifier: str) -> CandidateMusic:
        position = self.song.candidates[identifier].position
        return composed_music(self._event_at(position), identifier)

    def _event_at(self, position: int) -> events.Payload:
        if position not in self._added:
            self._added[position] = self.studio.event(position).payload
        return self._added[position]

    def _semitones(self, identifier: str, old: Key, part: Part) -> int:
        """The shorter way to the new key, or the way that its singer or its bass can play.

        A part of the harmony goes the way of its melody.
        """
        state = self.song.candidates[identifier]
        nearest = nearest_interval(old, self.key)
        melodies = [each for each in state.parents if self._stage(each) == "melody"]
        if state.stage == "harmony" and melodies:
            return self._move(melodies[0])[0]
        playable = self._range(state)
        if playable is None:
            return nearest
        low, high = playable
        pitches = part.notes["pitch"].astype(int)

        def cost(semitones: int) -> tuple[int, int]:
            outside = (pitches + semitones < low) | (pitches + semitones > high)
            return int(outside.sum()), abs(semitones - nearest)

        return min((nearest, nearest - OCTAVE, nearest + OCTAVE), key=cost)

    def _stage(self, identifier: str) -> str | None:
        state = self.song.candidates.get(identifier)
        return state.stage if state else None

    def _range(self, state: Candidate) -> tuple[int, int] | None:
        """Lowest and highest pitch of what plays a candidate; None if it has room enough."""
        if state.stage == "melody":
            return range_of(self._singer(state))
        return (LOWEST_PITCH, HIGHEST_PITCH) if state.stage == "bass" else None

    def _singer(self, state: Candidate) -> str:
        run = self.song.runs.get(state.run or "")
        return (run.singer if run else None) or self.song.singer or ""

    def _description(self, identifier: str, state: Candidate, part: Part) -> dict[str, Any]:
        """What a person reads about the candidate in the new key."""
        music = self._music(identifier)
        if not music.genome:
            return state.description
        genomes = find_stage(state.stage).genomes
        fresh = genomes.description(genomes.from_payload(music.genome), part, self._context(state))
        kept = {
            name: state.description[name]
            for name in KEPT_IN_DESCRIPTION
            if name in state.description
        }
        return {**state.description, **fresh, **kept}

    def _context(self, state: Candidate) -> Context:
        proposal = self._event_at(state.built_on)
        assert isinstance(proposal, events.SongProposed)  # noqa: S101 - as above
        plain = song_context(proposal, section_of(state.section))
        return replace(plain, key=self.key)
