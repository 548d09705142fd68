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
        earlier: the song as it was, where a change is taken back: its candidates go back to the
            keys that they were in.
    """

    studio: Studio
    song: Song
    key: Key
    earlier: Song | None = None
    _added: dict[int, events.Payload] = field(default_factory=dict)
    _moved: dict[str, tuple[int, Part]] = field(default_factory=dict)

    def transpositions(self) -> Iterator[events.PartTransposed]:
        """One event for each candidate in the new key's mode that is in another key."""
        for identifier, state in self.song.candidates.items():
            if self._key_now(state) != self._target(identifier):
                yield self._event(identifier, state)

    def _target(self, identifier: str) -> Key:
        """The key that a candidate is to be in."""
        now = self._key_now(self.song.candidates[identifier])
        if self.earlier is not None and identifier in self.earlier.candidates:
            target = self._key_now(self.earlier.candidates[identifier])
        else:
            target = self.key if self.key.mode == now.mode else now
        return now if target.tonic_pitch_class == now.tonic_pitch_class else target

    def _key_now(self, state: Candidate) -> Key:
        """The key that a candidate is in."""
        return Key.parse(state.transposed.key) if state.transposed else self._key_of(state)

    def _event(self, identifier: str, state: Candidate) -> events.PartTransposed:
        semitones, part = self._move(identifier)
        key = self._target(identifier)
        return events.PartTransposed(
            candidate=identifier,
            semitones=semitones,
            key=str(key),
            tonic_pitch_class=key.tonic_pitch_class,
            part=part.to_payload(),
            description=self._description(identifier, state, part),
        )

    def _move(self, identifier: str) -> tuple[int, Part]:
        """How far the notes of a candidate move, in semitones, and the notes."""
        if identifier not in self._moved:
            state = self.song.candidates[identifier]
            old, new = self._key_of(state), self._target(identifier)
            part = Part.from_payload(self._music(identifier).part)
            semitones = self._semitones(identifier, nearest_interval(old, new), part)
            self._moved[identifier] = semitones, transposed(part, semitones, old, new)
        return self._moved[identifier]

    def _key_of(self, state: Candidate) -> Key:
        """The key that a candidate was composed in."""
        return Key.parse(self._proposal(state).key)

    def _proposal(self, state: Candidate) -> events.SongProposed:
        """The proposal that a candidate was composed for."""
        proposal = self._event_at(state.built_on)
        assert isinstance(proposal, events.SongProposed)  # noqa: S101 - the state says so
        return proposal

    def _music(self, identifier: str) -> CandidateMusic:
        position = self.song.candidates[identifier].position
        return composed_music(self._event_at(position), identifier)

    def _event_at(self, position: int) -> events.Payload:
        if position not in self._added:
            self._added[position] = self.studio.event(position).payload
        return self._added[position]

    def _semitones(self, identifier: str, nearest: int, part: Part) -> int:
        """The shorter way to the new key, or the way that its singer or its bass can play.

        A part of the harmony goes the way of its melody.
        """
        state = self.song.candidates[identifier]
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
        return (run.singer if run else None) or self._proposal(state).singer or ""

    def _description(self, identifier: str, state: Candidate, part: Part) -> dict[str, Any]:
        """What a person reads about the candidate in the new key."""
        music = self._music(identifier)
        if not music.genome:
            return state.description
        genomes = find_stage(state.stage).genomes
        fresh = genomes.description(
            genomes.from_payload(music.genome), part, self._context(identifier, state)
        )
        kept = {
            name: state.description[name]
            for name in KEPT_IN_DESCRIPTION
            if name in state.description
        }
        return {**state.description, **fresh, **kept}

    def _context(self, identifier: str, state: Candidate) -> Context:
        plain = song_context(self._proposal(state), section_of(state.section))
        return replace(plain, key=self._target(identifier))
