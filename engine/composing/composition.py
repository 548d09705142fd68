"""A composition: what it was asked for, as the log says it."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, replace
from typing import Self

import msgspec
import numpy as np

from engine.arrangement.roles import role_of
from engine.errors import Refused, refusing
from engine.evolution.settings import Settings, checked_seed
from engine.gate.labels import compared_label
from engine.ids import RUN_ID_CHARS, digest
from engine.proposals.lyrics import LyricSheet, has_words
from engine.runs.contexts import recorded_section, section_of
from engine.stages import STAGES
from engine.state.songs import Song, SongComposition, song_stream
from engine.state.studio import Studio
from genomes import Section
from genomes.melody.singers import find_singer
from store import events
from store.records import NewEvent

BEAM, MAX_BEAM = 3, 9
ARRANGEMENTS, MAX_ARRANGEMENTS = 3, 9

_SECTION = re.compile(r"\s*([^=,]*[^=,\s])\s*=\s*(\d{1,3})\s*")


@dataclass(frozen=True, slots=True)
class Composition:
    """What the engine composes by itself.

    Attributes:
        id: of this composition.
        seed: what all of its runs' seeds derive from.
        settings: how each run evolves.
        sections: in the order they are composed, each carried on from the one before.
        beam: lineages kept for each section and stage.
        arrangements: how many it ends with.
        model_sha256: the model that scores; None for theory and prior alone.
        lyrics: the song's words.
        singer: whose range, instead of the song's.
    """

    id: str
    seed: int
    settings: Settings
    sections: tuple[Section, ...]
    beam: int = BEAM
    arrangements: int = ARRANGEMENTS
    model_sha256: str | None = None
    lyrics: LyricSheet | None = None
    singer: str | None = None

    @property
    def policy(self) -> str:
        """By what name its decisions are recorded."""
        return _policy(self.id)

    def run_seed(self, stage: str, section: Section) -> int:
        """The seed of the runs of a stage and section."""
        place = [list(STAGES).index(stage), self.sections.index(section)]
        return int(np.random.SeedSequence([self.seed, *place]).generate_state(1)[0])

    @classmethod
    def of(cls, begun: SongComposition) -> Self:
        """The composition that a song's state tells of."""
        sections = tuple(section_of(section) for section in begun.sections)
        return cls(
            begun.composition,
            begun.seed,
            Settings.from_payload(begun.settings),
            sections,
            begun.beam,
            begun.arrangements,
            begun.model_sha256,
            LyricSheet(begun.lyrics) if begun.lyrics else None,
            begun.singer,
        )

    def sung_by(self, singer: str | None, lyrics: LyricSheet | None) -> Self:
        """The same with a singer and words.

        Raises:
            Refused: if there is no such singer, no section finds words of its own in the sheet, or
                the sheet doesn't say which of several sections sings which.
        """
        if singer is not None:
            with refusing():
                find_singer(singer)
        if lyrics is not None:
            labels = [section.label for section in self.sections]
            if not lyrics.headers and len(labels) > 1:
                raise Refused(
                    f"the lyrics don't say what {' and '.join(labels)} sing",
                    f"put headers into them, such as [{labels[0]}]",
                )
            if not any(has_words(lyrics, label) for label in labels):
                raise Refused(
                    f"the lyrics have no section {' or '.join(labels)}",
                    f"their headers are {', '.join(lyrics.headers)}",
                )
        return replace(self, lyrics=lyrics, singer=singer)

    def words_for(self, section: Section) -> LyricSheet | None:
        """The song's words, where they have any for a section."""
        has_any = self.lyrics is not None and has_words(self.lyrics, section.label)
        return self.lyrics if has_any else None

    def to_event(self) -> events.CompositionStarted:
        """What the log says of its beginning."""
        words = self.lyrics.sections if self.lyrics else ()
        return events.CompositionStarted(
            composition=self.id,
            seed=self.seed,
            settings=self.settings.to_payload(),
            beam=self.beam,
            arrangements=self.arrangements,
            sections=[recorded_section(section) for section in self.sections],
            model_sha256=self.model_sha256,
            lyrics=[[label, list(lines)] for label, lines in words],
            singer=self.singer,
        )


def wanted(
    settings: Settings, sections: str, seed: int | None, beam: int, arrangements: int
) -> Composition:
    """A composition as a person asks for it; it gets its id when it begins.

    Args:
        settings: how each run evolves.
        sections: such as ``verse=8,chorus=8``; their energy follows from their labels.
        seed: drawn if it is None.
        beam: lineages kept for each section and stage, 1 to the survivors of a run.
        arrangements: how many songs it ends with, 1 to 9.

    Raises:
        Refused: if a section can't be read, comes twice, or a number is out of its range.
    """
    if not 1 <= beam <= MAX_BEAM or not 1 <= arrangements <= MAX_ARRANGEMENTS:
        raise Refused(
            f"--beam {beam}, --arrangements {arrangements}: expected 1 to {MAX_BEAM}, "
            f"and 1 to {MAX_ARRANGEMENTS}"
        )
    read = [_section(text) for text in sections.split(",")]
    if len({compared_label(section.label) for section in read}) < len(read):
        raise Refused(
            f"--sections {sections}: a section comes twice",
            "the song repeats them by itself; name another one verse 2",
        )
    drawn = secrets.randbits(32) if seed is None else checked_seed(seed)
    return Composition("", drawn, settings, tuple(read), beam, arrangements)


def _section(text: str) -> Section:
    match = _SECTION.fullmatch(text)
    if match is None:
        raise Refused(f"--sections {text!r}: expected labels and bars, such as verse=8,chorus=8")
    label = match[1]
    with refusing():
        return Section(label, int(match[2]), role_of(label).energy)


def _policy(identifier: str) -> str:
    return f"composition {identifier}: the best lineages that differ"


def begin(studio: Studio, song: Song, wanted: Composition) -> Composition:
    """Record the beginning of a composition; the same one again goes on."""
    facts = msgspec.to_builtins(wanted.to_event())
    identifier = digest(song.song_id, song.position, facts)[:RUN_ID_CHARS]
    named = replace(wanted, id=identifier)

    def beginning() -> list[NewEvent]:
        known = studio.song(song.song_id).compositions
        return [] if identifier in known else [NewEvent(named.to_event(), actor=studio.actor)]

    studio.decide(song_stream(song.song_id), beginning)
    return named


def is_ground(song: Song, composition: Composition, candidate: str) -> bool:
    """Whether a composition builds on what is approved: on all but what another seed brought."""
    others = {
        _policy(identifier)
        for identifier, begun in song.compositions.items()
        if begun.seed != composition.seed
    }
    return song.candidates[candidate].policy not in others


def last_seed(song: Song) -> int | None:
    """The seed of the composition of a song that was begun last; None if there is none."""
    begun = _last_begun(song)
    return begun.seed if begun else None


def unfinished(song: Song) -> Composition | None:
    """The composition of a song that was begun last, if it isn't finished."""
    begun = _last_begun(song)
    return Composition.of(begun) if begun and begun.ranking is None else None


def _last_begun(song: Song) -> SongComposition | None:
    begun = song.compositions.values()
    return max(begun, key=lambda each: each.position, default=None)
