"""The composer: evolves every stage of every section and approves the best lineages itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from engine.composing.composition import Composition, can_build_on
from engine.composing.lineages import Reader, ScoredLineage, best_distinct
from engine.execution.executor import SERIAL, Executor
from engine.gate.decisions import approval
from engine.gate.exports import export_song, update_exports
from engine.gate.waiting import Entry
from engine.runs.lifecycle import Request, start_or_find
from engine.runs.queue import RunQueue
from engine.runs.requests import EvolveOptions, requests
from engine.stages import STAGES, Stage
from engine.state.lineages import approved, eligible
from engine.state.runs import ABANDONED, FINISHED
from engine.state.runs import Run as RunState
from engine.state.song_events import with_label
from engine.state.songs import PENDING, Song, song_stream
from engine.state.studio import Studio
from genomes import Section
from store import events
from store.records import NewEvent


class Observer(Protocol):
    """Receives the progress of a composition, and may stop it."""

    def begin(self, stage: str, section: str, runs: int) -> None:
        """Called before each stage of a section, with its number of runs."""
        ...

    def report(self, point: events.CurvePoint) -> None:
        """Called after each recorded generation."""
        ...

    def is_stopped(self) -> bool:
        """Whether to stop now; the composition can be continued later."""
        ...


# Is told of a song that can't go on, and why.
Failed = Callable[[str, Exception], None]


def raise_it(_: str, error: Exception) -> None:
    """Let nothing go on."""
    raise error


# Numbers of a stage and of a section.
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Cell:
    """A stage of a section: it stands on the stage before and goes on from the section before."""

    stage: Stage
    section: Section
    place: Place

    @property
    def needed(self) -> tuple[Place, Place]:
        """Places of the cells that have to be decided first, as far as there are any."""
        stage, section = self.place
        return ((stage - 1, section), (stage, section - 1))


def cells(composition: Composition) -> list[Cell]:
    """What is composed, in the order in which it is decided.

    That is diagonal by diagonal: cells of one diagonal don't need each other.
    """
    found = [
        Cell(stage, section, (row, column))
        for row, stage in enumerate(STAGES.values())
        for column, section in enumerate(composition.sections)
    ]
    return sorted(found, key=lambda cell: (sum(cell.place), cell.place))


class SongComposer:
    """Composes one song: starts the runs that can be carried on, and decides when they ended.

    Runs end and parts are approved in one order, whichever run was faster: the song is the same
    however many are carried on at once.

    Attributes:
        song_id: id of the song.
    """

    def __init__(
        self,
        studio: Studio,
        song_id: str,
        composition: Composition,
        observer: Observer,
        rank: int = 0,
    ) -> None:
        """Compose what a song lacks.

        Stages of sections that have approved parts are not composed again; later stages build on
        these parts. Parts that a composition with another seed approved are ignored.

        Args:
            studio: the studio.
            song_id: id of the song.
            composition: of the song.
            observer: told which stage of which section is begun.
            rank: of its runs, see ``RunQueue.add``.
        """
        self._studio, self.song_id, self._observer = studio, song_id, observer
        self._composition, self._rank = composition, rank
        song = studio.song(song_id)
        self._left = [cell for cell in cells(composition) if _lacks(song, composition, cell)]
        self._runs: dict[Place, list[str]] = {}
        self._unrecorded: set[str] = set()
        self._ended: set[str] = set()

    @property
    def is_done(self) -> bool:
        """Whether every stage of every section is decided."""
        return not self._left

    @property
    def runs(self) -> list[str]:
        """Ids of all runs that it has begun or found."""
        return [run for runs in self._runs.values() for run in runs]

    def advance(self, queue: RunQueue, ended: str | None = None) -> list[str]:
        """Record ends and decide as far as the order allows, and begin what can be.

        Args:
            queue: carries its runs on.
            ended: a run that came to its end.

        Returns:
            the runs that were added to the queue.
        """
        self._ended |= {ended} if ended else set()
        added = self._begin(queue)
        while self._left and self._is_recorded(self._left[0], queue):
            if self._observer.is_stopped():
                break
            cell = self._left.pop(0)
            runs = self._runs[cell.place]
            _decide(self._studio, self.song_id, self._composition, cell.section, runs)
            added += self._begin(queue)
        return added

    def _begin(self, queue: RunQueue) -> list[str]:
        """Start the runs of every cell whose needed ones are decided; returns those to carry on."""
        undecided = {cell.place for cell in self._left}
        added: list[str] = []
        for cell in self._left:
            if cell.place not in self._runs and undecided.isdisjoint(cell.needed):
                self._runs[cell.place] = runs = self._started(cell)
                added += [each for each in runs if self._studio.run(each)[1].status != FINISHED]
        for run in added:
            queue.add(run, self._rank)
        self._unrecorded |= {*added}
        return added

    def _started(self, cell: Cell) -> list[str]:
        """Start the runs of a cell, or find those that were; returns their ids."""
        song = self._studio.song(self.song_id)
        wanted = _requests(song, self._composition, cell)
        self._observer.begin(cell.stage.name, cell.section.label, len(wanted))
        return [start_or_find(self._studio, request) for request in wanted]

    def _is_recorded(self, cell: Cell, queue: RunQueue) -> bool:
        """Record the ends of a cell's runs in their order; whether that is all of them."""
        for run in self._runs[cell.place]:
            if run in self._unrecorded:
                if run not in self._ended:
                    return False
                queue.finish(run)
                self._unrecorded.remove(run)
        return True


def compose(
    studio: Studio,
    song_id: str,
    composition: Composition,
    observer: Observer,
    executor: Executor = SERIAL,
) -> bool:
    """Compose all stages of all sections of a song; see ``compose_songs``.

    Returns:
        whether everything is composed; False if ``observer`` stopped it.
    """
    return bool([*compose_songs(studio, {song_id: composition}, observer, executor)])


def compose_songs(
    studio: Studio,
    compositions: Mapping[str, Composition],
    observer: Observer,
    executor: Executor = SERIAL,
    failed: Failed = raise_it,
) -> Iterator[str]:
    """Compose songs; gives the id of each that is composed.

    A song is begun when there is room for its runs beside those of the songs before it. Missing
    files of approved parts, left by a killed process, are written too.

    Args:
        studio: the studio.
        compositions: of each song, by its id.
        observer: told of the progress; may stop it.
        executor: carries the runs on.
        failed: called with a song that can't go on, and the reason; where it doesn't raise that,
            the other songs do.

    Raises:
        Refused: if another process continues or abandoned one of the runs.
        TaskFailed: if one can't be carried on.
    """
    queue = RunQueue(studio, executor, observer.report, observer.is_stopped)
    songs = _Songs(studio, queue, failed)
    waiting = list(enumerate(compositions.items()))
    while not observer.is_stopped():
        if waiting and queue.has_room:
            rank, (song_id, composition) = waiting.pop(0)
            songs.advance(SongComposer(studio, song_id, composition, observer, rank))
        elif queue.is_idle and not waiting:
            return
        else:
            songs.wait()
        yield from songs.done()
    yield from songs.done()


class _Songs:
    """The songs that are composed at once."""

    def __init__(self, studio: Studio, queue: RunQueue, failed: Failed) -> None:
        self._studio, self._queue, self._failed = studio, queue, failed
        self._owners: dict[str, SongComposer] = {}  # by run
        self._done: list[str] = []

    def advance(self, composer: SongComposer, ended: str | None = None) -> None:
        """Let a song go on as far as it can; one that fails is given up, as far as it is."""
        try:
            self._owners |= dict.fromkeys(composer.advance(self._queue, ended), composer)
            if composer.is_done:
                export_song(self._studio, self._studio.song(composer.song_id))
                self._done.append(composer.song_id)
        except Exception as error:
            self._give_up(composer, error)

    def wait(self) -> None:
        """Wait for what the workers did."""
        for run, error in self._queue.ended():
            composer = self._owners.pop(run)
            if error is None:
                self.advance(composer, run)
            else:
                self._give_up(composer, error)

    def done(self) -> list[str]:
        """Ids of the songs that are composed since this was asked."""
        done, self._done = self._done, []
        return done

    def _give_up(self, composer: SongComposer, error: Exception) -> None:
        self._failed(composer.song_id, error)
        self._queue.drop(composer.runs)
        self._owners = {run: each for run, each in self._owners.items() if each is not composer}


def runs_of(studio: Studio, song_id: str, composition: Composition) -> dict[str, RunState]:
    """The runs of a composition that weren't given up, by id, oldest first."""
    seeds = {
        (stage, section.label): composition.run_seed(stage, section)
        for stage in STAGES
        for section in composition.sections
    }
    known = {each: studio.known_run(each) for each in studio.song(song_id).runs}
    found = {
        identifier: run
        for identifier, run in known.items()
        if run is not None
        and run.song_id == song_id
        and run.status != ABANDONED
        and seeds.get((run.stage, run.section.label)) == run.seed
    }
    return dict(sorted(found.items(), key=lambda item: item[1].position))


def generations_done(studio: Studio, song_id: str, composition: Composition) -> int:
    """Number of recorded generations of all runs of a composition."""
    runs = runs_of(studio, song_id, composition).values()
    return sum(run.generation + 1 for run in runs if run.generation is not None)


def _lacks(song: Song, composition: Composition, cell: Cell) -> bool:
    """Whether a section has no approved part of a stage that it and the composition may use."""
    return not any(
        can_build_on(song, composition, each)
        for each in eligible(song, cell.stage.name, cell.section.label)
    )


def _usable(song: Song, composition: Composition, stage: str) -> list[str]:
    """Ids of the approved candidates of a stage that a composition may build on."""
    return [each for each in approved(song, stage) if can_build_on(song, composition, each)]


def _requests(song: Song, composition: Composition, cell: Cell) -> list[Request]:
    """The requests of a stage of a section: one for each lineage that it builds on."""
    stage, section = cell.stage, cell.section
    options = EvolveOptions(
        stage.name,
        composition.settings,
        section.label,
        None if stage.needs else section.bars,
        None if stage.needs else section.energy,
        lyrics=composition.lyrics_for(section) if stage.sings else None,
        singer=composition.singer if stage.sings else None,
        every_lineage=True,
    )
    return [
        replace(
            request,
            model_sha256=composition.model_sha256,
            head_sha256=composition.heads.get(stage.name),
            follows=_part_before(song, composition, request),
        )
        for request in requests(song, options, composition.run_seed(stage.name, section))
        if all(can_build_on(song, composition, parent) for parent in request.parents)
    ]


def _part_before(song: Song, composition: Composition, request: Request) -> str | None:
    """The part of the section before that a run continues: the best one that was approved."""
    if request.follows is None:
        return None
    known = song.candidates
    section_before = known[request.follows].section.label
    by_policy = [
        candidate
        for candidate in approved(song, request.stage)
        if known[candidate].section.label == section_before
        and known[candidate].policy == composition.policy
    ]
    return by_policy[0] if by_policy else request.follows


def _decide(
    studio: Studio, song_id: str, composition: Composition, section: Section, runs: list[str]
) -> None:
    """Approve the best lineages of a section in one batch; the others stay pending."""
    song = studio.song(song_id)
    chosen = _chosen(studio, song, composition, section, runs)

    def deciding() -> list[NewEvent]:
        fresh = studio.song(song_id)
        return [NewEvent(event, actor=studio.actor) for event in _approvals(studio, fresh, chosen)]

    def _approvals(
        studio: Studio, song: Song, chosen: list[ScoredLineage]
    ) -> Iterator[events.CandidateApproved]:
        for lineage in chosen:
            entry = Entry(lineage.leaf, song, song.candidates[lineage.leaf])
            event = approval(studio, entry, policy=composition.policy)
            song = with_label(song, event)
            yield event

    if chosen:
        for recorded in studio.decide(song_stream(song_id), deciding):
            update_exports(studio, recorded)


def _chosen(
    studio: Studio, song: Song, composition: Composition, section: Section, runs: list[str]
) -> list[ScoredLineage]:
    """The lineages to approve among the survivors of a section's runs."""
    reader = Reader(studio)
    survivors = [
        reader.read(song, candidate)
        for run in runs
        for candidate in studio.run(run)[1].survivors
        if song.candidates[candidate].status == PENDING
    ]
    if not survivors:
        return []
    stage = survivors[0].members[-1].stage
    others = [
        reader.read(song, candidate)
        for candidate in _usable(song, composition, stage)
        if song.candidates[candidate].section.label != section.label
    ]
    return best_distinct(survivors, composition.beam, others)
