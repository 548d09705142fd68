"""The end of a composition: the few arrangements that a person judges, scored as wholes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from statistics import fmean

from engine.arrangement.approved import ApprovedPart, approved_parts
from engine.arrangement.arranging import ArrangedSong, arrange, conductor_of
from engine.arrangement.assemble import assemble
from engine.arrangement.draft import draft
from engine.arrangement.files import Writer
from engine.arrangement.plan import Plan
from engine.audio import render
from engine.composing.composition import Composition, is_ground
from engine.composing.contrast import Contrast, contrasts, mean_contrast, smoothness
from engine.composing.lineages import Reader, Weighed
from engine.models.registry import ModelRegistry
from engine.runs.contexts import song_colour
from engine.runs.parents import leaves
from engine.stages import STAGES
from engine.state.lineages import approved, is_stale
from engine.state.songs import Song, song_stream
from engine.state.studio import Studio
from fitness.scorer import ChromaticScorer
from fitness.whole_song import SongScorer
from genomes import TempoMap
from genomes.midi import Conductor
from genomes.notes import mixed
from store import events
from store.records import NewEvent

# What counts in a whole song, besides the totals of its lineages and what the model hears in it.
CONTRAST_WEIGHT = 0.3
SMOOTHNESS_WEIGHT = 0.2

# Ways to combine the sections' lineages that are weighed, and of these how many are listened to.
MAX_COMBINATIONS = 4096
HEARD_COMBINATIONS = 12

# What it costs an arrangement to use the same lineages as one that is better.
SAME_AGAIN = 0.15


@dataclass(frozen=True, slots=True)
class Ranked:
    """A whole song in its place.

    Attributes:
        plan: what plays when.
        sections: the lineage of each section.
        terms: what was measured of it, 0 to 1 each.
        total: what it is ranked by.
        notes: what a person should know of how it was measured.
    """

    plan: Plan
    sections: tuple[Weighed, ...]
    terms: dict[str, float]
    total: float
    notes: tuple[str, ...] = ()

    @property
    def contrasts(self) -> dict[str, Contrast]:
        """How each pair of its sections differs."""
        return contrasts(list(self.sections))


def end(
    studio: Studio, song_id: str, composition: Composition, writers: Sequence[Writer]
) -> list[tuple[Ranked, ArrangedSong]]:
    """Assemble the best few songs that differ, record their ranking and write their files."""
    song = studio.song(song_id)
    done = [
        (ranked, arrange(studio, studio.song(song_id), ranked.plan, writers))
        for ranked in best_songs(studio, song, composition)
    ]
    finished = events.CompositionFinished(
        composition=composition.id,
        ranking=[
            events.Ranked(
                arrangement=arranged.arrangement.id, total=ranked.total, terms=ranked.terms
            )
            for ranked, arranged in done
        ],
    )

    def finishing() -> list[NewEvent]:
        begun = studio.song(song_id).compositions[composition.id]
        is_open = begun.ranking is None
        return [NewEvent(finished, actor="engine")] if is_open else []

    studio.decide(song_stream(song_id), finishing)
    return done


def best_songs(studio: Studio, song: Song, composition: Composition) -> list[Ranked]:
    """The best songs out of the sections' lineages, best first, each unlike those before it."""
    stand = _Stand(conductor_of(song), approved_parts(studio, song))
    promised = [_promised(stand, each) for each in _combinations(studio, song, composition)]
    likely = sorted(promised, key=lambda it: (-it.total, [each.leaf for each in it.sections]))
    ears = _ears(studio, song, composition)
    ranked = [_heard(stand, each, ears, song.concept) for each in likely[:HEARD_COMBINATIONS]]
    chosen: list[Ranked] = []
    while ranked and len(chosen) < composition.arrangements:
        best = max(ranked, key=lambda each: each.total - _sameness(each, chosen))
        ranked.remove(best)
        chosen.append(best)
    return [_numbered(each, composition, place) for place, each in enumerate(chosen, start=1)]


def _combinations(
    studio: Studio, song: Song, composition: Composition
) -> list[tuple[Weighed, ...]]:
    """One finished lineage of each section, in every way."""
    reader = Reader(studio)
    options = [
        [reader.read(song, leaf) for leaf in _finished(song, composition, section.label)]
        for section in composition.sections
    ]
    return list(islice(product(*options), MAX_COMBINATIONS))


def _finished(song: Song, composition: Composition, section: str) -> list[str]:
    """The lineages of a section that have come furthest, and still stand."""
    last = list(STAGES)[-1]
    known = song.candidates
    ends = [
        candidate
        for candidate in approved(song, last)
        if known[candidate].section.label == section
        and not is_stale(song, known[candidate])
        and is_ground(song, composition, candidate)
    ]
    return ends or leaves(song, STAGES[last], section)


@dataclass(frozen=True, slots=True)
class _Stand:
    """What songs are made of.

    Attributes:
        facts: title, key, meter and tempo.
        parts: what is approved.
    """

    facts: Conductor
    parts: tuple[ApprovedPart, ...]


def _promised(stand: _Stand, sections: tuple[Weighed, ...]) -> Ranked:
    """A song of these lineages alone by the engine's draft, and what it is worth unheard."""
    playing = {member.candidate for lineage in sections for member in lineage.members}
    mine = [part for part in stand.parts if part.candidate in playing]
    plan = draft(mine, stand.facts)
    terms = {
        "lineages": fmean(lineage.total for lineage in sections),
        "contrast": mean_contrast(list(sections)),
        "smoothness": smoothness(_as_played(plan, mine, sections)),
    }
    others = CONTRAST_WEIGHT * terms["contrast"] + SMOOTHNESS_WEIGHT * terms["smoothness"]
    return Ranked(plan, sections, terms, terms["lineages"] + others)


def _as_played(
    plan: Plan, parts: Sequence[ApprovedPart], sections: tuple[Weighed, ...]
) -> list[Weighed]:
    """The lineages one after the other as the song has them, its repeats included."""
    named = {(part.stage, part.label): part.candidate for part in parts}
    owner = {member.candidate: lineage for lineage in sections for member in lineage.members}
    return [
        owner[named[section.parts[0]]] for section in plan.sections for _ in range(section.play)
    ]


def _ears(studio: Studio, song: Song, composition: Composition) -> SongScorer | None:
    if composition.model_sha256 is None:
        return None
    path = ModelRegistry(studio).path(composition.model_sha256)
    return SongScorer(ChromaticScorer(path), song_colour(song))


def _heard(stand: _Stand, song: Ranked, ears: SongScorer | None, concept: str) -> Ranked:
    """The same with how well the whole song matches its colour, where the model can tell."""
    if ears is None:
        return song
    whole = assemble(song.plan, stand.parts, stand.facts)
    mix = mixed([track.part for track in whole.tracks])
    tempo_map = TempoMap.constant(whole.tempo_bpm)
    audio = render(whole.tracks, tempo_map, whole.length_ticks) if ears.takes_audio else None
    recording = (audio.samples.mean(axis=1), audio.sample_rate) if audio else None
    heard = ears.chromatic(mix, whole.meter, tempo_map, concept, recording)
    noted = replace(song, notes=tuple(ears.notes))
    if heard is None:
        return noted
    return replace(noted, terms=song.terms | {"chromatic": heard}, total=song.total + heard)


def _sameness(song: Ranked, chosen: Sequence[Ranked]) -> float:
    """What a song loses for lineages that a chosen one has too."""
    mine = {lineage.leaf for lineage in song.sections}
    shared = [len(mine & {other.leaf for other in each.sections}) / len(mine) for each in chosen]
    return SAME_AGAIN * max(shared, default=0.0)


def _numbered(song: Ranked, composition: Composition, place: int) -> Ranked:
    return replace(song, plan=replace(song.plan, name=f"{composition.id}_{place}"))
