"""A composition of a whole song: its parameters, and how the log records them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
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
from engine.state.songs import Song, SongComposition, last_composition, song_stream
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
    """Parameters of a composition that the engine makes without a person's decisions.

    Attributes:
        id: id of this composition; empty before it starts.
        seed: the seeds of all its runs are derived from it.
        settings: settings of each run.
        sections: in the order in which they are composed.
        beam: lineages kept for each section and stage.
        arrangements: number of arrangements at the end.
        model_sha256: the model that scores; None for theory and prior alone.
        lyrics: lyrics of the song.
        singer: a singer whose range is used instead of that of the song's singer.
        heads: stage -> the preference head that its runs go by; the others go by the shipped total.
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
    heads: Mapping[str, str] = field(default_factory=dict)

    @property
    def policy(self) -> str:
        """The policy that its approvals name in the log."""
        return _policy(self.id)

    def run_seed(self, stage: str, section: Section) -> int:
        """The seed of the runs of a stage and section."""
        indexes = [list(STAGES).index(stage), self.sections.index(section)]
        return int(np.random.SeedSequence([self.seed, *indexes]).generate_state(1)[0])

    @classmethod
    def of(cls, state: SongComposition) -> Self:
        """The composition from a song's state."""
        sections = tuple(section_of(section) for section in state.sections)
        return cls(
            state.composition,
            state.seed,
            Settings.from_payload(state.settings),
            sections,
            state.beam,
            state.arrangements,
            state.model_sha256,
            LyricSheet.of_words(state.lyrics, state.lyric_repeats) if state.lyrics else None,
            state.singer,
            state.heads,
        )

    def with_vocals(self, singer: str | None, lyrics: LyricSheet | None) -> Self:
        """A copy with a singer and lyrics.

        Raises:
            Refused: if the singer is unknown, the lyrics have no section of the composition, or
                they have no headers though the composition has several sections.
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

    def lyrics_for(self, section: Section) -> LyricSheet | None:
        """The song's lyrics if they have words for a section; else None."""
        has_any = self.lyrics is not None and has_words(self.lyrics, section.label)
        return self.lyrics if has_any else None

    def to_event(self) -> events.CompositionStarted:
        """The event that records its start."""
        return events.CompositionStarted(
            composition=self.id,
            seed=self.seed,
            settings=self.settings.to_payload(),
            beam=self.beam,
            arrangements=self.arrangements,
            sections=[recorded_section(section) for section in self.sections],
            model_sha256=self.model_sha256,
            lyrics=self.lyrics.rows() if self.lyrics else [],
            singer=self.singer,
            heads=dict(self.heads),
        )


def new_composition(
    settings: Settings, sections: str, seed: int | None, beam: int, arrangements: int
) -> Composition:
    """A composition that isn't recorded yet; ``begin`` gives it its id.

    Args:
        settings: settings of each run.
        sections: such as ``verse=8,chorus=8``; energies are those of the labels' roles.
        seed: drawn at random if None.
        beam: lineages kept for each section and stage, 1 to 9.
        arrangements: number of arrangements at the end, 1 to 9.

    Raises:
        Refused: if a section can't be read or occurs twice, or a number is out of range.
    """
    if not 1 <= beam <= MAX_BEAM or not 1 <= arrangements <= MAX_ARRANGEMENTS:
        raise Refused(
            f"--beam {beam}, --arrangements {arrangements}: expected 1 to {MAX_BEAM}, "
            f"and 1 to {MAX_ARRANGEMENTS}"
        )
    parsed = [_section(text) for text in sections.split(",")]
    if len({compared_label(section.label) for section in parsed}) < len(parsed):
        raise Refused(
            f"--sections {sections}: a section comes twice",
            "the song repeats them by itself; name another one verse 2",
        )
    drawn = secrets.randbits(32) if seed is None else checked_seed(seed)
    return Composition("", drawn, settings, tuple(parsed), beam, arrangements)


def _section(text: str) -> Section:
    match = _SECTION.fullmatch(text)
    if match is None:
        raise Refused(f"--sections {text!r}: expected labels and bars, such as verse=8,chorus=8")
    label = match[1]
    with refusing():
        return Section(label, int(match[2]), role_of(label).energy)


def _policy(identifier: str) -> str:
    return f"composition {identifier}: the best lineages that differ"


def begin(studio: Studio, song: Song, composition: Composition) -> Composition:
    """Record the start of a composition, unless the log has it already; returns it with its id."""
    request = msgspec.to_builtins(composition.to_event())
    if not composition.heads:
        del request["heads"]  # as before there were any: the ids stay
    identifier = digest(song.song_id, song.position, request)[:RUN_ID_CHARS]
    named = replace(composition, id=identifier)

    def beginning() -> list[NewEvent]:
        known = studio.song(song.song_id).compositions
        return [] if identifier in known else [NewEvent(named.to_event(), actor=studio.actor)]

    studio.decide(song_stream(song.song_id), beginning)
    return named


def can_build_on(song: Song, composition: Composition, candidate: str) -> bool:
    """Whether a composition may build on an approved candidate.

    It may not if a composition with another seed approved it.
    """
    others = {
        _policy(identifier)
        for identifier, state in song.compositions.items()
        if state.seed != composition.seed
    }
    return song.candidates[candidate].policy not in others


def repeating_last(song: Song, composition: Composition) -> Composition:
    """A composition with the seed of the song's last one, and its words and singer if it has none.

    It is as it was if the song has none. Where the last one differs only in that its runs went on
    however little they gained, as in earlier releases, it keeps that.
    """
    state = last_composition(song)
    if state is None:
        return composition
    last = Composition.of(state)
    return replace(
        composition,
        settings=last.settings if _is_of_earlier(last, composition) else composition.settings,
        seed=last.seed,
        lyrics=composition.lyrics or last.lyrics,
        singer=composition.singer or last.singer,
    )


def _is_of_earlier(last: Composition, now: Composition) -> bool:
    return not last.settings.patience and replace(now.settings, patience=0) == last.settings


def unfinished(song: Song) -> Composition | None:
    """The song's last composition if it isn't finished; else None."""
    state = last_composition(song)
    return Composition.of(state) if state and state.ranking is None else None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for, to be composed of one song or of many.

    Attributes:
        requested: the composition as it was asked for.
        is_seeded: whether a seed was given; else what a song's last composition began goes on.
        scored_by: gives the model that scores, and the preference head of each stage; called where
            a composition begins.
    """

    requested: Composition
    is_seeded: bool
    scored_by: Callable[[], tuple[str | None, Mapping[str, str]]]

    def of_song(
        self, studio: Studio, song: Song, *, is_one_of_many: bool = False
    ) -> tuple[Composition, bool]:
        """The composition of a song, begun; and whether it was begun before.

        Args:
            studio: the studio.
            song: state of the song.
            is_one_of_many: give it a seed of its own, so that songs of one key and tempo differ;
                where no seed was given, a finished composition is taken as it is.
        """
        last = last_composition(song)
        if last is not None and not self.is_seeded and (last.ranking is None or is_one_of_many):
            return Composition.of(last), True
        wanted = self.requested if self.is_seeded else repeating_last(song, self.requested)
        if is_one_of_many:
            wanted = replace(wanted, seed=int(digest(wanted.seed, song.song_id)[:8], 16))
        model_sha256, heads = self.scored_by()
        scored = replace(wanted, model_sha256=model_sha256, heads=heads)
        return begin(studio, song, scored), False
