"""The end of a composition: the few arrangements that a person judges, scored as wholes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from statistics import fmean
from typing import Any

from engine.arrangement.approved import approved_parts
from engine.arrangement.arranging import Arranged, arrange, conductor_of
from engine.arrangement.assemble import assemble
from engine.arrangement.draft import draft
from engine.arrangement.files import Writer
from engine.arrangement.plan import Plan
from engine.asking import leaves
from engine.audio import render
from engine.composing.composition import Composition
from engine.composing.contrast import Contrast, contrasts, mean_contrast, smoothness
from engine.composing.lineages import Reader, Weighed
from engine.contexts import song_colour
from engine.models import Models
from engine.stages import STAGES
from engine.state.lineages import approved
from engine.state.songs import song_stream
from engine.studio import Studio
from fitness.scorer import ChromaticScorer
from fitness.whole_song import WholeSong
from genomes import TempoMap
from genomes.notes import mixed
from store import events
from store.records import NewEvent

Document = dict[str, Any]

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
    """

    plan: Plan
    sections: tuple[Weighed, ...]
    terms: dict[str, float]
    total: float

    @property
    def contrasts(self) -> dict[str, Contrast]:
        """How each pair of its sections differs."""
        return contrasts(list(self.sections))


def end(
    studio: Studio, song_id: str, composition: Composition, writers: Sequence[Writer]
) -> list[tuple[Ranked, Arranged]]:
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
        begun = studio.song(song_id)["compositions"][composition.id]
        is_open = begun["ranking"] is None
        return [NewEvent(finished, actor="engine")] if is_open else []

    studio.decide(song_stream(song_id), finishing)
    return done


def best_songs(studio: Studio, song: Document, composition: Composition) -> list[Ranked]:
    """The best songs out of the sections' lineages, best first, each unlike those before it."""
    combinations = _combinations(studio, song, composition)
    likely = sorted(combinations, key=lambda c: (-_promise(c), [each.leaf for each in c]))
    ears = _ears(studio, song, composition)
    ranked = [_ranked(studio, song, sections, ears) for sections in likely[:HEARD_COMBINATIONS]]
    chosen: list[Ranked] = []
    while ranked and len(chosen) < composition.arrangements:
        best = max(ranked, key=lambda each: each.total - _sameness(each, chosen))
        ranked.remove(best)
        chosen.append(best)
    return [_numbered(each, composition, place) for place, each in enumerate(chosen, start=1)]


def _combinations(
    studio: Studio, song: Document, composition: Composition
) -> list[tuple[Weighed, ...]]:
    """One finished lineage of each section, in every way."""
    reader = Reader(studio)
    options = [
        [reader.read(song, leaf) for leaf in _finished(song, section.label)]
        for section in composition.sections
    ]
    return list(islice(product(*options), MAX_COMBINATIONS))


def _finished(song: Document, section: str) -> list[str]:
    """The lineages of a section that have come furthest."""
    last = list(STAGES)[-1]
    ends = [
        candidate
        for candidate in approved(song, last)
        if song["candidates"][candidate]["section"]["label"] == section
    ]
    return ends or leaves(song, STAGES[last], section)


def _promise(sections: tuple[Weighed, ...]) -> float:
    """What a song is worth before it is listened to."""
    members = fmean(lineage.total for lineage in sections)
    others = CONTRAST_WEIGHT * mean_contrast(list(sections))
    return members + others + SMOOTHNESS_WEIGHT * smoothness(list(sections))


def _ears(studio: Studio, song: Document, composition: Composition) -> WholeSong | None:
    if composition.model_sha256 is None:
        return None
    path = Models(studio).path(composition.model_sha256)
    return WholeSong(ChromaticScorer(path), song_colour(song))


def _ranked(
    studio: Studio, song: Document, sections: tuple[Weighed, ...], ears: WholeSong | None
) -> Ranked:
    plan = _plan(studio, song, sections)
    terms = {
        "lineages": fmean(lineage.total for lineage in sections),
        "contrast": mean_contrast(list(sections)),
        "smoothness": smoothness(list(sections)),
    }
    total = _promise(sections)
    heard = None if ears is None else _heard(studio, song, plan, ears)
    if heard is None:
        return Ranked(plan, sections, terms, total)
    return Ranked(plan, sections, terms | {"chromatic": heard}, total + heard)


def _plan(studio: Studio, song: Document, sections: tuple[Weighed, ...]) -> Plan:
    """The engine's draft of these lineages alone."""
    playing = {member.candidate for lineage in sections for member in lineage.members}
    parts = [part for part in approved_parts(studio, song) if part.candidate in playing]
    return draft(parts, conductor_of(song))


def _heard(studio: Studio, song: Document, plan: Plan, ears: WholeSong) -> float | None:
    """How well the whole song matches its colour."""
    whole = assemble(plan, approved_parts(studio, song), conductor_of(song))
    mix = mixed([track.part for track in whole.tracks])
    tempo_map = TempoMap.constant(whole.tempo_bpm)
    audio = render(whole.tracks, tempo_map, whole.length_ticks) if ears.learned_audio else None
    recording = (audio.samples.mean(axis=1), audio.sample_rate) if audio else None
    return ears.chromatic(mix, whole.meter, tempo_map, song["concept"], recording)


def _sameness(song: Ranked, chosen: Sequence[Ranked]) -> float:
    """What a song loses for lineages that a chosen one has too."""
    mine = {lineage.leaf for lineage in song.sections}
    shared = [len(mine & {other.leaf for other in each.sections}) / len(mine) for each in chosen]
    return SAME_AGAIN * max(shared, default=0.0)


def _numbered(song: Ranked, composition: Composition, place: int) -> Ranked:
    return replace(song, plan=replace(song.plan, name=f"{composition.id}-{place}"))
