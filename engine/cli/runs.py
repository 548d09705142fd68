"""``engine resume``, ``abandon`` and ``runs``; and how a command carries a run on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.errors import INTERRUPTED
from engine.cli.opening import next_command, open_studio, record_shown, say_next_step
from engine.cli.options import WithTerms
from engine.cli.output import Json, say, say_json, say_next, say_note, say_table

if TYPE_CHECKING:
    from engine.reports.summary import Summary
    from engine.runs.run import Run
    from engine.state.runs import Run as RunState
    from engine.state.studio import Studio


def resume(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="Id of the run, or its beginning.")],
    terms: WithTerms = False,
    as_json: Json = False,
) -> int:
    """Go on with a run that was interrupted or killed, or write the files of one that ended.

    Where its command asked for other runs too, such as those of other sections, all are done that
    it had left.
    """
    from engine.runs.together import kept_with, others
    from engine.state.runs import RUNNING

    with open_studio(context) as studio:
        identifier, _ = studio.run(run)
        is_one_of_several = kept_with(studio, identifier) is not None
        summary = _without_files(studio, identifier)
        is_open = studio.run(identifier)[1].status == RUNNING
        if summary is None and (is_open or not is_one_of_several):
            summary = _taken_up(context, studio, identifier, as_json=as_json)
            if summary is None:
                return INTERRUPTED
        summaries = [] if summary is None else [summary]
        said = [_shown(context, studio, each, terms=terms, as_json=as_json) for each in summaries]
        for other in others(studio, identifier):
            summary = carry_on_with_progress(context, studio, other, as_json=as_json)
            if summary is None:
                return INTERRUPTED
            summaries.append(summary)
            said.append(_shown(context, studio, summary, terms=terms, as_json=as_json))
    if as_json:
        say_json(said[0] | ({"others": said[1:]} if said[1:] else {}) if said else {})
    elif summaries:
        say_next(next_command(context, next_after_runs(summaries)))
    return 0


def _shown(
    context: typer.Context, studio: Studio, summary: Summary, *, terms: bool, as_json: bool
) -> dict[str, Any]:
    """A run that was shown, for machines."""
    folder = show_run(context, studio, summary, "resume", terms=terms, as_json=as_json)
    return summary.to_json() | {"folder": str(folder)}


def _without_files(studio: Studio, run: str) -> Summary | None:
    """The summary of a run that was ended after its last event, before its files were written."""
    from engine.reports.summary import summarise
    from engine.runs.files import missing_files
    from engine.state.runs import FINISHED

    state = studio.run(run)[1]
    if state.status != FINISHED or not missing_files(studio, run, state):
        return None
    return summarise(studio, run)


def _taken_up(context: typer.Context, studio: Studio, run: str, *, as_json: bool) -> Summary | None:
    from engine.runs.lifecycle import resume as take_up

    return carry_on_with_progress(context, studio, take_up(studio, run), as_json=as_json)


def next_after_runs(summaries: Sequence[Summary]) -> str:
    """The next command after runs of a song: hear what came out, or read it where that can't be."""
    from engine.audio.playback import can_play

    runs = [summary.run for summary in summaries if summary.finished.survivors]
    if runs and can_play():
        return f"listen {' '.join(runs)}"
    return f"review --song {summaries[0].started.song_id}"


def show_run(
    context: typer.Context,
    studio: Studio,
    summary: Summary,
    command: str,
    *,
    terms: bool = False,
    as_json: bool = False,
) -> Path:
    """Tell people of a new run, record that they were shown it, and write its files."""
    from engine.gate.waiting import entries_of

    folder = write_and_say(context, studio, summary, terms=terms, as_json=as_json)
    survivors = [survivor.id for survivor in summary.finished.survivors]
    shown = entries_of(studio, summary.started.song_id, survivors)
    record_shown(studio, shown, command, as_json=as_json)
    return folder


def write_and_say(
    context: typer.Context, studio: Studio, summary: Summary, *, terms: bool, as_json: bool
) -> Path:
    """Tell people of a run, then write its files, which takes longer; returns their folder."""
    from engine.cli.summary import say_summary
    from engine.runs.files import run_folder, write_files

    if not as_json:
        say_summary(summary, run_folder(studio, summary), with_terms=terms)
    return write_files(studio, summary)


def carry_on_with_progress(
    context: typer.Context, studio: Studio, run: Run, *, as_json: bool = False
) -> Summary | None:
    """Carry a run on with a progress bar; None, and how to go on, if it was interrupted."""
    from engine.cli.progress import evolving
    from engine.reports.summary import summarise
    from engine.runs.lifecycle import carry_on

    for note in run.fitness.notes:
        say_note(note)
    finished = False
    with suppress(KeyboardInterrupt), evolving(run) as (report, is_stopped):
        finished = carry_on(studio, run, report, is_stopped)
    if finished:
        return summarise(studio, run.id)
    done = run.next_generation
    where = f"after generation {done - 1}" if done else "before the first generation"
    say(f"stopped {where}; nothing recorded is lost", err=True)
    say_next(next_command(context, f"resume {run.id}"), err=as_json)
    return None


def abandon(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="Id of the run, or its beginning.")],
    reason: Annotated[str, typer.Option(help="Why.")] = "",
) -> None:
    """Give up an unfinished run; what it scored stays in the log."""
    from engine.runs.lifecycle import abandon as give_up
    from engine.runs.together import forget

    with open_studio(context) as studio:
        give_up(studio, run, reason)
        forget(studio, studio.run(run)[0])
        _, given_up = studio.run(run)
        say("abandoned")
        say_next_step(context, studio.song(given_up.song_id))


def runs(
    context: typer.Context,
    song: Annotated[str | None, typer.Option(help="Only this song's.")] = None,
    as_json: Json = False,
) -> None:
    """List the runs, oldest first."""
    from msgspec import to_builtins

    with open_studio(context) as studio:
        if song is None:
            listed = list(studio.runs().items())
        else:
            wanted = studio.song(song)
            listed = [
                (identifier, run)
                for identifier, run in studio.some_runs(wanted.runs).items()
                if wanted.has_run(identifier, run.song_id)
            ]
    listed.sort(key=lambda item: item[1].position)
    if as_json:
        say_json([{"id": identifier} | to_builtins(run) for identifier, run in listed])
    else:
        columns = ("run", "song", "stage", "section", "seed", "generation", "status", "best")
        say_table(columns, [_row(*item) for item in listed])


def stops_of(runs: Mapping[str, RunState]) -> dict[str, str]:
    """Of each of these runs that the judge's fall ended, how that was, in one line."""
    return {
        identifier: f"run {identifier}, {run.stage} for {run.section.label}, {run.stop}"
        for identifier, run in runs.items()
        if run.stop
    }


def _row(identifier: str, run: RunState) -> list[Any]:
    last = "-" if run.generation is None else run.generation
    return [
        identifier,
        run.song_id,
        run.stage,
        run.section.label,
        str(run.seed),
        f"{last} of {run.settings.get('generations', '?')}",
        f"{run.status}, {run.stop}" if run.stop else run.status,
        f"{run.best:.3f}" if isinstance(run.best, float) else "-",
    ]
