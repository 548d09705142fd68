"""``engine evolve``: candidates for a stage of a song."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.errors import INTERRUPTED
from engine.cli.map import keep_map
from engine.cli.opening import next_command, open_studio
from engine.cli.options import (
    ExecutorName,
    Generations,
    ModelPath,
    NoHead,
    NoJudge,
    NoModel,
    Population,
    WithTerms,
)
from engine.cli.output import Json, say, say_json, say_next, say_note
from engine.cli.words import read_words, say_of_words, say_where_sung
from engine.evolution import KEEP, POPULATION

if TYPE_CHECKING:
    from engine.evolution.settings import Settings
    from engine.proposals.lyrics import LyricSheet
    from engine.reports.summary import Summary
    from engine.runs.lifecycle import Request
    from engine.state.songs import Song
    from engine.state.studio import Studio


def evolve(
    context: typer.Context,
    song: Annotated[str, typer.Option(help="Its id, its title, or words of the title.")],
    stage: Annotated[str, typer.Option(help="What to compose.")] = "chords",
    section: Annotated[
        str | None,
        typer.Option(help="Label of the section [default: verse; later stages: every one]."),
    ] = None,
    bars: Annotated[int | None, typer.Option(help="Bars of the section [default: 8].")] = None,
    energy: Annotated[
        float | None, typer.Option(help="From 0, still, to 1, full [default: 0.5].")
    ] = None,
    parent: Annotated[
        str | None,
        typer.Option(help="Id of the approved candidate to stand on [default: what is in use]."),
    ] = None,
    source: Annotated[
        str | None, typer.Option("--from", help="Id of a candidate to start from.")
    ] = None,
    lock: Annotated[
        list[str] | None,
        typer.Option(
            help="What of it stays: bars=1-2, rhythm, pitch, or drums by voices=kick,snare; "
            "may be repeated."
        ),
    ] = None,
    redo: Annotated[
        list[str] | None,
        typer.Option(help="Bars to evolve again while all else stays: bars=3-4; may be repeated."),
    ] = None,
    rhythm: Annotated[bool, typer.Option("--rhythm", help="Redo the rhythm only.")] = False,
    pitch: Annotated[bool, typer.Option("--pitch", help="Redo the pitches only.")] = False,
    more_like: Annotated[
        str | None, typer.Option(help="Id of a candidate that all stay near to.")
    ] = None,
    less_like: Annotated[
        str | None, typer.Option(help="Id of a candidate that all keep away from.")
    ] = None,
    under: Annotated[
        str | None,
        typer.Option(help="Id of an approved melody that chords are for, such as an import."),
    ] = None,
    radius: Annotated[
        float | None, typer.Option(help="How near or far, from 0, equal, to 1 [default: 0.35].")
    ] = None,
    lyrics: Annotated[
        Path | None, typer.Option(help="Words for a melody: plain text with [headers], or LRC.")
    ] = None,
    singer: Annotated[str | None, typer.Option(help="Whose range a melody keeps to.")] = None,
    population: Population = POPULATION,
    generations: Generations = None,
    keep: Annotated[int, typer.Option(help="Survivors for you to judge.")] = KEEP,
    seed: Annotated[int | None, typer.Option(help="Seed; drawn and printed if left out.")] = None,
    model: ModelPath = None,
    no_model: NoModel = False,
    archive: Annotated[
        bool, typer.Option("--archive", help="Write the whole map too: the best of every kind.")
    ] = False,
    no_head: NoHead = False,
    no_judge: NoJudge = False,
    executor: ExecutorName = None,
    bred_per_child: Annotated[
        int, typer.Option(help="Genomes bred for each candidate; the best by theory is scored.")
    ] = 1,
    open_share: Annotated[
        float,
        typer.Option(help="Share of places and parents for the best of all, alike or not."),
    ] = 0.0,
    terms: WithTerms = False,
    as_json: Json = False,
) -> int:
    """Evolve candidates for a stage of a song, and keep the best few that differ.

    Later stages evolve one population for each section, on the parts of it that are in use.
    """
    from engine.arrangement.words import give_words
    from engine.cli.runs import carry_on_with_progress, next_after_runs, show_run
    from engine.errors import refusing
    from engine.evolution.settings import Settings
    from engine.runs.evolve import new_seed, start_runs
    from engine.runs.requests import EvolveOptions, locks_of, redo_of, requests
    from engine.stages import find_stage

    settings = Settings.sized(
        population, generations, keep, watched=not no_judge,
        open_share=open_share, bred_per_child=bred_per_child,
    )  # fmt: skip
    find_stage(stage)
    locks = locks_of(lock or [])
    refuse_both(model, no_model=no_model)
    seed = new_seed(seed)
    summaries: list[Summary] = []
    reported: list[dict[str, Any]] = []
    said: dict[str, Any] | None = None
    with open_studio(context) as studio:
        state = studio.song(song)
        words = read_words(lyrics)
        options = EvolveOptions(
            *(stage, settings, section, bars, energy, parent, source, locks, words, singer),
            redo=redo_of(redo or [], rhythm=rhythm, pitch=pitch),
            more_like=more_like,
            less_like=less_like,
            radius=radius,
            under=under,
        )
        with refusing():
            requested = requests(state, options, seed)
        ahead = _Ahead(studio, requested, executor)
        for run in start_runs(
            studio,
            state.song_id,
            options,
            seed=seed,
            model=model,
            use_model=not no_model,
            use_head=not no_head,
            ahead=ahead.carry if ahead.is_worth_it else None,
        ):
            if ahead.is_stopped:
                say("stopped; nothing recorded is lost", err=True)
                _say_again(seed)
                return INTERRUPTED
            if not summaries and words is not None and lyrics is not None:
                give_words(studio, state.song_id, lyrics.name, words)
                said = _say_words(lyrics, words, requested, _sections(state, section))
                say_where_sung(context, state.song_id, said)
            if not as_json:
                label = run.started.section.label
                begun = f"{state.title}: {stage}, {label}, run {run.id}, seed {seed}"
                say(begun, err=True)
                if parent is None and run.started.source is None and run.started.parents:
                    _say_others(state, run.started.parents[-1], label)
            summary = carry_on_with_progress(context, studio, run, as_json=as_json)
            if summary is None:
                if len(requested) > 1:
                    _say_again(seed)
                return INTERRUPTED
            folder = show_run(context, studio, summary, "evolve", terms=terms, as_json=as_json)
            summaries.append(summary)
            reported.append(summary.to_json() | {"folder": str(folder), "words": said})
            if archive:
                reported[-1]["map"] = str(keep_map(context, studio, run.id, as_json=as_json))
    if as_json:
        say_json(reported)
    else:
        say_next(next_command(context, next_after_runs(summaries)))
    return 0


def _say_again(seed: int) -> None:
    say(f"the same command with --seed {seed} goes on with all that is left", err=True)


class _Ahead:
    """Carries runs on side by side where there are workers for it.

    Attributes:
        is_stopped: whether Ctrl-C was pressed meanwhile.
    """

    def __init__(self, studio: Studio, requested: Sequence[Request], executor: str | None) -> None:
        self._studio, self._requested, self._executor = studio, requested, executor
        self.is_stopped = False

    @property
    def is_worth_it(self) -> bool:
        """Whether anything else than this process was asked for, or is usual for as much."""
        from engine.execution.choice import usual
        from engine.execution.executor import SERIAL

        if self._executor is None:
            return usual(self._generations * self._settings.population, len(self._requested)) != (
                SERIAL
            )
        return self._executor != SERIAL.name

    def carry(self, runs: list[str]) -> None:
        """Carry runs on up to their ends, or until it is stopped; see ``start_runs``."""
        from engine.cli.progress import composing
        from engine.execution.choice import open_executor
        from engine.runs.queue import carry_ahead

        stage = self._requested[0].stage
        labels = " and ".join(request.section.label for request in self._requested)
        states = [self._studio.run(run)[1] for run in runs]
        done = sum(state.generation + 1 for state in states if state.generation is not None)
        parts = self._generations * self._settings.population
        with (
            open_executor(self._executor, parts, len(runs)) as workers,
            composing(len(runs) * (self._settings.generations + 1), done) as observer,
        ):
            observer.begin(stage, labels, 1)
            given = (workers, observer.report, observer.is_stopped)
            self.is_stopped = not carry_ahead(self._studio, runs, *given)

    @property
    def _settings(self) -> Settings:
        return self._requested[0].settings

    @property
    def _generations(self) -> int:
        return len(self._requested) * (self._settings.generations + 1)


def _say_words(
    path: Path, sheet: LyricSheet, requested: Sequence[Request], sections: list[str]
) -> dict[str, Any] | None:
    """Say which words of a sheet no run sings, and which runs sing without words."""
    from engine.proposals.verses import shared_words

    silent = [each.section.label for each in requested if each.lyrics is None]
    unused = shared_words(sheet, [each.section.label for each in requested]).unused
    return say_of_words(path, sheet, unused, silent, sections)


def _sections(song: Song, named: str | None) -> list[str]:
    """Labels of the song's sections, with one that is begun now."""
    from engine.state.lineages import sections

    return list(dict.fromkeys([*sections(song), *([named] if named else [])]))


def _say_others(song: Song, candidate: str, section: str) -> None:
    """Say which approved candidates a run doesn't build on, as its section doesn't use them."""
    from engine.ids import short
    from engine.runs.parents import other_leaves

    def label(identifier: str) -> str:
        approval = song.candidates[identifier].approval_for(section)
        return approval.label if approval else short(identifier)

    others = [
        f"{label(each)} (--parent {short(each)})" for each in other_leaves(song, candidate, section)
    ]
    if others:
        stage = song.candidates[candidate].stage
        say_note(f"built on {stage} {label(candidate)}; approved too: {', '.join(others)}")


def refuse_both(model: Path | None, *, no_model: bool) -> None:
    """Refuse a model together with none."""
    from engine.errors import Refused

    if no_model and model is not None:
        raise Refused("--model and --no-model exclude each other", "leave one of them out")
