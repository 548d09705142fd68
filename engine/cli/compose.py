"""``engine compose``: a whole song, unattended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.errors import INTERRUPTED, REFUSED
from engine.cli.opening import next_command, open_studio
from engine.cli.options import (
    ExecutorName,
    Generations,
    Instruments,
    ModelPath,
    NoHead,
    NoJudge,
    NoModel,
    Population,
    WithTerms,
)
from engine.cli.output import Json, say, say_json, say_next, say_note
from engine.cli.words import read_words, report_of_words, say_of_words
from engine.evolution import POPULATION

if TYPE_CHECKING:
    from documents.lyrics import SheetSection
    from engine.arrangement.approved import ApprovedPart
    from engine.arrangement.arranging import ArrangedSong
    from engine.cli.progress import CompositionProgress
    from engine.composing.composition import Asked, Composition
    from engine.composing.ending import Ending, Ranked
    from engine.execution.executor import Executor
    from engine.proposals.lyrics import LyricSheet
    from engine.state.songs import Song
    from engine.state.studio import Studio


def compose(
    context: typer.Context,
    song: Annotated[
        str | None, typer.Option(help="Its id, its title, or words of the title.")
    ] = None,
    songs: Annotated[
        list[str] | None,
        typer.Option(help="Several songs, or all of them; may be repeated."),
    ] = None,
    share: Annotated[
        str | None,
        typer.Option(help="Of several songs only these, such as 2/3: the second of three shares."),
    ] = None,
    sections: Annotated[
        str, typer.Option(help="What to compose, in order: labels and bars.")
    ] = "verse=8,chorus=8,bridge=8",
    beam: Annotated[int, typer.Option(help="Lineages kept per section and stage.")] = 3,
    arrangements: Annotated[int, typer.Option(help="Songs for you to judge.")] = 3,
    lyrics: Annotated[
        Path | None, typer.Option(help="Words for the melodies: plain text with [headers], or LRC.")
    ] = None,
    singer: Annotated[str | None, typer.Option(help="Whose range the melodies keep to.")] = None,
    population: Population = POPULATION,
    generations: Generations = None,
    seed: Annotated[
        int | None,
        typer.Option(help="Another starts over [default: the last one's, or drawn]."),
    ] = None,
    model: ModelPath = None,
    no_model: NoModel = False,
    no_head: NoHead = False,
    no_judge: NoJudge = False,
    fade: Annotated[bool, typer.Option("--fade", help="The songs end by fading out.")] = False,
    instrument: Instruments = None,
    audio: Annotated[str, typer.Option(help="Recordings as flac or wav, or none.")] = "flac",
    executor: ExecutorName = None,
    terms: WithTerms = False,
    as_json: Json = False,
) -> int:
    """Compose every stage of every section, and end with a few songs for you to judge.

    What you approved stays and is built on. Run again without --seed, a composition that was
    stopped goes on, and a finished one ends with the same songs. Another --seed starts over.
    """
    from engine.arrangement.instruments import read_choices
    from engine.arrangement.plan import FADE
    from engine.arrangement.writers import check_audio
    from engine.cli.album import songs_of
    from engine.cli.evolve import refuse_both
    from engine.composing.composition import Asked, new_composition
    from engine.composing.ending import Ending
    from engine.errors import Refused
    from engine.evolution.settings import Settings
    from engine.models.promotion import model_for_runs
    from engine.preference.heads import heads_for_runs

    words = read_words(lyrics)
    requested = new_composition(
        Settings.sized(population, generations, watched=not no_judge),
        *(sections, seed, beam, arrangements),
    ).with_vocals(singer, words)
    ending = Ending(audio, FADE if fade else None, read_choices(instrument or []))
    check_audio(audio)
    refuse_both(model, no_model=no_model)
    if (song is None) == (songs is None):
        raise Refused("which song?", "name one with --song, or several with --songs")
    if songs is not None and lyrics is not None:
        raise Refused("--lyrics are of one song", "name it with --song")
    with open_studio(context) as studio:

        @cache
        def scored_by() -> tuple[str | None, Mapping[str, str]]:
            sha256 = None if no_model else model_for_runs(studio, model)
            return sha256, {} if no_head else heads_for_runs(studio)

        asked = Asked(requested, seed is not None, scored_by)
        work = Work(context, studio, asked, ending, executor, as_json=as_json)
        if songs is not None:
            return work.several(songs_of(studio, songs, share))
        return work.one(studio.song(song or ""), lyrics, with_terms=terms)


@dataclass(frozen=True, slots=True)
class Work:
    """What was asked for, to be done.

    Attributes:
        context: of the command.
        studio: the studio.
        asked: what is to be composed.
        ending: how the songs are arranged.
        executor: as it was typed; None for the usual one.
        as_json: whether machines read the answer.
    """

    context: typer.Context
    studio: Studio
    asked: Asked
    ending: Ending
    executor: str | None
    as_json: bool = field(kw_only=True)

    def several(self, song_ids: Sequence[str]) -> int:
        """Compose several songs."""
        from engine.cli.album import Album

        album = Album(self.studio, self.context.obj.words)
        album.begin(song_ids, self.asked)
        with (
            workers_for(self.studio, album.compositions, self.executor) as workers,
            progress_of(self.studio, album.compositions) as observer,
        ):
            album.compose(self.ending, observer, workers)
        album.say(as_json=self.as_json)
        again = f"compose --songs all --audio {self.ending.audio}"
        if album.left:
            say(f"stopped after {len(album.done)} of {len(album.compositions)} songs", err=True)
            self._say_stopped(again)
            return INTERRUPTED
        if album.failed:
            say(f"{len(album.failed)} of {len(song_ids)} songs aren't composed", err=True)
            say_next(next_command(self.context, again), err=self.as_json)
            return REFUSED
        return 0

    def one(self, state: Song, lyrics: Path | None, *, with_terms: bool) -> int:
        """Compose one song."""
        from engine.arrangement.approved import approved_parts
        from engine.cli.composed import say_songs
        from engine.cli.progress import counting
        from engine.cli.runs import stops_of
        from engine.composing.composer import compose as compose_song
        from engine.composing.composer import runs_of
        from engine.composing.ending import finish_composition

        studio, song_id, as_json = self.studio, state.song_id, self.as_json
        composition, is_begun = self.asked.of_song(studio, state)
        if is_begun and not as_json:
            say(f"going on with composition {composition.id}, as it was asked for")
        _say_left_out(lyrics, self.asked.requested.lyrics, composition)
        if not as_json:
            say(f"{state.title}: composition {composition.id}, seed {composition.seed}")
            _say_silent(composition)
        compositions = {song_id: composition}
        with workers_for(studio, compositions, self.executor) as workers:
            with progress_of(studio, compositions) as observer:
                is_done = compose_song(studio, song_id, composition, observer, workers)
            if not is_done:
                self._say_stopped(f"compose --song {song_id} --audio {self.ending.audio}")
                return INTERRUPTED
            with counting("making") as report:
                songs = finish_composition(
                    studio, song_id, composition, self.ending, workers, report
                )
        said = _say_unsung(lyrics, composition, approved_parts(studio, studio.song(song_id)), songs)
        present_songs(studio, song_id, songs, "compose")
        stops = stops_of(runs_of(studio, song_id, composition))
        if as_json:
            say_json(_report(composition, songs) | {"words": said, "stopped": stops})
            return 0
        if not observer.runs:
            say("nothing was composed: every stage of these sections is approved already")
        say_songs(songs, state.colour, composition.arrangements, with_terms=with_terms)
        for note in (*_notes(songs), *stops.values()):
            say_note(note)
        _say_otherwise(self.context, song_id, composition, songs[0][1].plan_file)
        return 0

    def _say_stopped(self, again: str) -> None:
        """Say how what was stopped goes on."""
        say("stopped; nothing recorded is lost", err=True)
        say_next(next_command(self.context, again), err=self.as_json)


@contextmanager
def workers_for(
    studio: Studio, compositions: Mapping[str, Composition], executor: str | None = None
) -> Iterator[Executor]:
    """What carries the runs of compositions on, by song: as it was typed, or as is usual."""
    from engine.composing.composer import generations_done
    from engine.execution.choice import open_executor

    parts = sum(
        max(0, _expected(each) - generations_done(studio, song_id, each)) * each.settings.population
        for song_id, each in compositions.items()
    )
    with open_executor(executor, parts) as workers:
        yield workers


@contextmanager
def progress_of(
    studio: Studio, compositions: Mapping[str, Composition]
) -> Iterator[CompositionProgress]:
    """Show the progress of compositions, by song."""
    from engine.cli.progress import composing
    from engine.composing.composer import generations_done

    done = sum(generations_done(studio, song_id, each) for song_id, each in compositions.items())
    with composing(sum(map(_expected, compositions.values())), done) as observer:
        yield observer


def present_songs(
    studio: Studio, song_id: str, songs: list[tuple[Ranked, ArrangedSong]], command: str
) -> None:
    """Record which parts were shown in arrangements, those of the best arrangement first."""
    from engine.gate.waiting import entries_of, present

    members = [
        member.candidate
        for ranked, _ in songs
        for lineage in ranked.sections
        for member in lineage.members
    ]
    arrangements = [arranged.arrangement.id for _, arranged in songs]
    shown = entries_of(studio, song_id, members)
    present(studio, shown, "arrangement", command, arrangements)


def _say_otherwise(
    context: typer.Context, song_id: str, composition: Composition, plan: Path
) -> None:
    """Say how to have the songs otherwise, and what comes next."""
    from engine.errors import quoted
    from engine.evolution.settings import MAX_SEED
    from engine.reports.progress import after_arranging

    other_seed = (composition.seed + 1) % MAX_SEED
    say(f"\nto start over, run the same with another seed, such as --seed {other_seed}")
    again = next_command(context, f"arrange --song {song_id} --from {quoted(plan)}")
    say(f"to have it otherwise, edit {plan} and run {again}")
    say_next(next_command(context, after_arranging(song_id)))


def _say_left_out(path: Path | None, sheet: LyricSheet | None, composition: Composition) -> None:
    """Say how a sheet was read, and which of its words fit no section of a composition."""
    if sheet is not None:
        labels = [each.label for each in composition.sections]
        say_of_words(path, sheet, _fitting_none(sheet, labels), (), labels)


def _fitting_none(sheet: LyricSheet, labels: list[str]) -> Sequence[SheetSection]:
    """The sections of a sheet that aren't sung however often the sections come."""
    from engine.arrangement.roles import MAX_VERSES
    from engine.proposals.verses import shared_words

    return shared_words(sheet, labels * MAX_VERSES).unused


def _say_unsung(
    path: Path | None,
    composition: Composition,
    approved: Sequence[ApprovedPart],
    songs: Sequence[tuple[Ranked, ArrangedSong]],
) -> dict[str, Any] | None:
    """Say which words the best song has no place for; returns what became of all words."""
    from engine.arrangement.words import with_words

    sheet = composition.lyrics
    if sheet is None:
        return None
    labels = [each.label for each in composition.sections]
    planned = with_words(songs[0][0].plan, approved, sheet)
    said = _fitting_none(sheet, labels) if path else ()
    say_of_words(None, sheet, [each for each in planned.unused if each not in said], (), labels)
    return report_of_words(sheet, planned.unused, planned.silent)


def _say_silent(composition: Composition) -> None:
    """Say which sections the words leave out."""
    silent = [each.label for each in composition.sections if not composition.lyrics_for(each)]
    if composition.lyrics is not None and silent:
        say_note(f"the lyrics have nothing for {' and '.join(silent)}: composed without words")


def _notes(songs: list[tuple[Ranked, ArrangedSong]]) -> list[str]:
    """What a person should know of how songs were measured, each once."""
    return list(dict.fromkeys(note for ranked, _ in songs for note in ranked.notes))


def _expected(composition: Composition) -> int:
    """Of all runs: one for the first stage of a section, then one for each lineage kept."""
    from engine.stages import STAGES

    runs = len(composition.sections) * (1 + (len(STAGES) - 1) * composition.beam)
    return runs * (composition.settings.generations + 1)


def _report(composition: Composition, songs: list[tuple[Ranked, ArrangedSong]]) -> dict[str, Any]:
    from engine.cli.composed import unplayed

    return {
        "composition": composition.id,
        "seed": composition.seed,
        "notes": _notes(songs),
        "arrangements": [
            {
                "arrangement": arranged.arrangement.id,
                "total": ranked.total,
                "terms": ranked.terms,
                "contrasts": {pair: each.to_json() for pair, each in ranked.contrasts.items()},
                "lineages": {
                    lineage.section: [member.candidate for member in lineage.members]
                    for lineage in ranked.sections
                },
                "folder": str(arranged.folder),
                "plan": str(arranged.plan_file),
                "unplayed": unplayed(ranked, arranged),
                "bars": arranged.arrangement.bars,
                "seconds": round(arranged.arrangement.seconds, 3),
            }
            for ranked, arranged in songs
        ],
    }
