"""What a learner needs of candidates: notes, what these were composed to, and scores."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from engine.gate.decisions import music_of
from engine.gate.exports import proposal_at
from engine.gate.waiting import Entry
from engine.preference.showings import showings
from engine.runs.contexts import section_of, song_context
from engine.state.runs import run_stream
from engine.state.songs import Song
from engine.state.studio import Studio
from genomes import Context, Key, Part
from genomes.lyrics import Lyrics
from store import events


@dataclass(frozen=True, slots=True)
class ShownCandidate:
    """A candidate as a person met it.

    Attributes:
        id: its id.
        stage: its stage.
        section: label of the section that it was made for.
        part: its notes, in the key that it was transposed to.
        context: what it was composed to: key, meter, tempo, section, and its parents' notes.
        terms: the terms of its total; empty where no run made it.
        total: its total; None where no run made it.
        first_pool: statistics of the first pool of its run; None where no run made it.
    """

    id: str
    stage: str
    section: str
    part: Part
    context: Context
    terms: events.Terms
    total: float | None
    first_pool: events.FirstPool | None


def shown_candidates(
    studio: Studio, song: Song, stage: str, section: str
) -> dict[str, ShownCandidate]:
    """The candidates of a stage and section that were shown or decided, by id, oldest first.

    Args:
        studio: the studio.
        song: state of the song.
        stage: such as ``chords``.
        section: label of the section that they were made for.
    """
    met = {each for showing in showings(studio, song) for each in showing.candidates}
    met |= {stated.candidate for stated in song.preferences}
    wanted = sorted(
        (state.position, state.rank, name)
        for name, state in song.candidates.items()
        if (name in met or state.decisions)
        and (state.stage, state.section.label) == (stage, section)
    )
    return candidates_by_id(studio, song, [name for _, _, name in wanted])


def candidates_by_id(
    studio: Studio, song: Song, candidates: Iterable[str]
) -> dict[str, ShownCandidate]:
    """These candidates of a song, by id; each run's end is read once.

    Raises:
        KeyError: if one is no candidate of the song.
    """
    reader = _Reader(studio, song)
    return {name: reader.candidate(name) for name in candidates}


class _Reader:
    """Reads candidates of one song from the log, each event and each parent once."""

    def __init__(self, studio: Studio, song: Song) -> None:
        self._studio, self._song = studio, song
        self._runs = studio.runs()
        self._parts: dict[str, Part] = {}
        self._proposals: dict[int, events.SongProposed] = {}
        self._pools: dict[str, events.FirstPool | None] = {}
        self._finished: dict[int, dict[str, events.Survivor]] = {}

    def candidate(self, name: str) -> ShownCandidate:
        state = self._song.candidates[name]
        return ShownCandidate(
            id=name,
            stage=state.stage,
            section=state.section.label,
            part=self._part(name),
            context=self._context(name),
            terms=state.terms,
            total=state.total,
            first_pool=self._pool(state.run),
        )

    def _part(self, name: str) -> Part:
        if name not in self._parts:
            state = self._song.candidates[name]
            survivor = self._survivors(state.position).get(name)
            if survivor is None or state.transposed is not None:
                notes = music_of(self._studio, Entry(name, self._song, state)).part
            else:
                notes = survivor.part
            self._parts[name] = Part.from_payload(notes)
        return self._parts[name]

    def _survivors(self, position: int) -> dict[str, events.Survivor]:
        """The survivors of the run that ended at a position; none if no run did."""
        if position not in self._finished:
            event = self._studio.event(position).payload
            survivors = event.survivors if isinstance(event, events.RunFinished) else []
            self._finished[position] = {each.id: each for each in survivors}
        return self._finished[position]

    def _context(self, name: str) -> Context:
        state = self._song.candidates[name]
        if state.built_on not in self._proposals:
            self._proposals[state.built_on] = proposal_at(self._studio, state.built_on)
        plain = song_context(self._proposals[state.built_on], section_of(state.section))
        if state.transposed is not None:
            plain = replace(plain, key=Key.parse(state.transposed.key))
        run = self._song.runs.get(state.run or "")
        known = self._song.candidates
        parents = ((known[each].stage, self._part(each)) for each in state.parents if each in known)
        return replace(
            plain,
            parts=tuple(parents),
            singer=(run.singer if run else None) or plain.singer,
            lyrics=Lyrics.from_payload(run.lyrics) if run and run.lyrics else None,
            before=self._before(state.run),
        )

    def _before(self, run: str | None) -> Part | None:
        """The part that ends the section before, which a run carried on from."""
        follows = self._runs[run].follows if run in self._runs else None
        return self._part(follows) if follows in self._song.candidates else None

    def _pool(self, run: str | None) -> events.FirstPool | None:
        if run is None:
            return None
        if run not in self._pools:
            ends = self._studio.log.read(stream=run_stream(run), kinds=("RunFinished",))
            finished = [each.payload for each in ends]
            self._pools[run] = finished[-1].first_pool if finished else None  # type: ignore[attr-defined]
        return self._pools[run]
