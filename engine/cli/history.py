"""``engine history``, ``undo``, ``redo``, ``show``, ``diff``, ``compare``, ``fork``: the past."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.gate import OfSong, update_and_say
from engine.cli.opening import next_command, open_studio, say_next_step
from engine.cli.options import At
from engine.cli.output import Json, say, say_json, say_table

if TYPE_CHECKING:
    from engine.gate.waiting import Entry
    from engine.reports.changes import PartAt, Staleness
    from engine.reports.differences import SongDifference
    from engine.state.songs import Song
    from engine.state.studio import Studio
    from store.records import Recorded

SongName = Annotated[
    str, typer.Argument(metavar="SONG", help="Its id, its title, or words of the title.")
]
OfEvent = Annotated[
    str | None,
    typer.Option(
        "--event", metavar="EVENT", help="That decision: its position in `history`, or its id."
    ),
]


def history(context: typer.Context, song: SongName, as_json: Json = False) -> None:
    """List every decision of a song in order, and whether it was undone; of a branch, its past too.

    Its positions are what `undo --event`, `redo --event`, `show --at`, `diff` and `fork --at` take.
    """
    from engine.reports.history import about
    from engine.reports.history import history as decisions

    with open_studio(context) as studio:
        state = studio.song(song)
        found = decisions(studio, state)
    if as_json:
        say_json([each.to_json() for each in found])
        return
    columns = ("event", "at", "by", "command", "about", "decided", "undone")
    rows = [
        [
            str(each.position),
            f"{datetime.fromisoformat(each.at).astimezone():%Y-%m-%dT%H:%M:%S}",
            each.by.split(":")[0],
            each.command,
            about(each),
            each.what,
            "" if each.undone_at is None else f"at {each.undone_at}",
        ]
        for each in found
    ]
    say_table(columns, rows)
    say_next_step(context, state)


def undo(
    context: typer.Context,
    candidate: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="By default what was decided last.")
    ] = None,
    event: OfEvent = None,
    song: OfSong = None,
    as_json: Json = False,
) -> None:
    """Take back the last decision about a candidate, the last change of a song, or any by --event.

    What becomes stale by it is said, and is fresh again after `redo`.
    """
    from engine.gate.undoing import find_decision, undo_decision
    from engine.gate.undoing import undo as take_back

    _refuse_two(candidate, event)
    with open_studio(context) as studio:
        if event is None:
            append = partial(take_back, studio, candidate, song)
        else:
            owner, found = find_decision(studio, event, song)
            append = partial(_first, undo_decision, studio, owner, found)
        words = " ".join(["undo", candidate or "", song or "", *([event] if event else [])])
        _decide_once(context, studio, words, append, as_json=as_json)


def redo(
    context: typer.Context,
    candidate: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="By default what was undone last.")
    ] = None,
    event: OfEvent = None,
    song: OfSong = None,
    as_json: Json = False,
) -> None:
    """Let a decision that was undone hold again: the last one, or any by --event."""
    from engine.gate.undoing import find_decision, find_undone, redo_decision

    _refuse_two(candidate, event)
    with open_studio(context) as studio:
        words = " ".join(["redo", candidate or "", song or "", event or ""])

        def append(event_id: str) -> Recorded:
            if event is None:
                owner, found = find_undone(studio, candidate, song)
            else:
                owner, found = find_decision(studio, event, song)
            return redo_decision(studio, owner, found, event_id)[0]

        _decide_once(context, studio, words, append, as_json=as_json)


def _refuse_two(candidate: str | None, event: str | None) -> None:
    from engine.errors import Refused

    if candidate is not None and event is not None:
        raise Refused("a candidate and --event name two decisions", "leave one of them out")


def _first(decide: Any, studio: Studio, song_id: str, decision: str, event_id: str) -> Recorded:
    recorded: list[Recorded] = decide(studio, song_id, decision, event_id)
    return recorded[0]


def _decide_once(
    context: typer.Context, studio: Studio, words: str, append: Any, *, as_json: bool
) -> None:
    """Undo or redo, and say what came of it."""
    from engine.cli.songs import say_song_change
    from engine.gate.repeats import once
    from engine.reports.changes import staleness
    from engine.state.songs import song_of

    with once(studio, words, append) as recorded:
        song_id = song_of(recorded.stream) or ""
        before = studio.song_at(song_id, recorded.position - 1)
        assert before is not None  # noqa: S101 - what is undone came before
        if getattr(recorded.payload, "candidate", None) is None:
            say_song_change(context, studio, before, as_json=as_json)
            return
        after = studio.song(song_id)
        found = staleness(before, after)
        update_and_say(
            context, studio, recorded, as_json=as_json, more=_stale_lines(after, found),
            facts=_stale_facts(found),
        )  # fmt: skip


def _stale_lines(song: Song, found: Staleness) -> list[str]:
    return [
        *(f"  stale now: {_part(song, part)}; {why}" for part, why in found.stale.items()),
        *(f"  fresh again: {_part(song, part)}" for part in found.fresh),
    ]


def _stale_facts(found: Staleness) -> dict[str, Any]:
    return {
        "stale": [part.candidate for part in found.stale],
        "fresh": [part.candidate for part in found.fresh],
    }


def _part(song: Song, part: PartAt) -> str:
    state = song.candidates[part.candidate]
    approval = state.approval_for(part.section)
    return f"{state.stage} {approval.label if approval else part.candidate}"


def show(context: typer.Context, song: SongName, at: At = None, as_json: Json = False) -> None:
    """Show a song, as of now or of any moment: its values, what is approved and in use, its plan.

    Nothing is changed by it; `fork --at` goes on from such a moment.
    """
    from engine.errors import quoted
    from engine.reports.snapshot import snapshot
    from engine.state.moments import NOW, position_of, song_as_of

    with open_studio(context) as studio:
        state = studio.song(song)
        position = position_of(studio, at or NOW, state)
        then = song_as_of(studio, state, position)
    if as_json:
        say_json(snapshot(then, position))
        return
    _say_snapshot(then)
    if at is None:
        say_next_step(context, state)
    else:
        again = f"fork {quoted(state.song_id)} --at {then.touched} --as NAME"
        say(f"\nto go on from here beside the song as it is: {next_command(context, again)}")


def _say_snapshot(song: Song) -> None:
    from engine.cli.status import say_progress
    from engine.reports.snapshot import snapshot

    facts = snapshot(song, song.touched)
    say(f"{song.title}  ({song.song_id}, revision {song.revision}), as of event {song.touched}")
    if song.past:
        say(f"a branch of {song.past[-1].song_id} from event {song.past[-1].until}")
    say(f"{song.colour} · {song.key} · {song.meter} · {song.tempo_bpm:g} bpm")
    if song.is_archived:
        say("archived")
    say_progress(song)
    if facts["plan"] is not None:
        labels = [section["section"] for section in facts["plan"]["sections"]]
        say(f"arranged last: {', '.join(labels)}")


def diff(
    context: typer.Context,
    song: Annotated[
        str, typer.Argument(metavar="SONG", help="A song; SONG@EVENT is the song as of then.")
    ],
    first: Annotated[
        str, typer.Argument(metavar="A", help="A moment of it; alone, another song or branch.")
    ],
    second: Annotated[
        str | None, typer.Argument(metavar="[B]", help="Another moment of it, or now.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say how two moments of a song differ, or two songs or branches.

    Values, the parts in use and in which bars their notes differ, words and plan.
    """
    from engine.reports.differences import difference
    from engine.state.moments import find_side

    with open_studio(context) as studio:
        if second is None:
            sides = find_side(studio, song), find_side(studio, first)
        else:
            sides = find_side(studio, song, first), find_side(studio, song, second)
        found = difference(studio, *sides)
    if as_json:
        say_json(found.to_json())
        return
    _say_difference(found)


def compare(
    context: typer.Context,
    first: Annotated[
        str,
        typer.Argument(metavar="A", help="A candidate or a song; SONG@EVENT is it as of then."),
    ],
    second: Annotated[str, typer.Argument(metavar="B", help="What it is compared with.")],
    section: Annotated[
        str | None, typer.Option(help="Of songs only this section [default: all that differ].")
    ] = None,
    alone: Annotated[
        bool, typer.Option("--alone", help="Candidates without what they are built on.")
    ] = False,
    times: Annotated[
        int, typer.Option(min=1, max=99, help="How often each is played, without a gap.")
    ] = 1,
    song: OfSong = None,
    as_json: Json = False,
) -> None:
    """Compare two candidates, moments, branches or songs: say what differs, and play both.

    Of songs the sections that differ are played, each with everything that is in use.
    """
    from engine.errors import EngineError
    from engine.gate.decisions import find_entry
    from engine.state.moments import find_side

    with open_studio(context) as studio:
        try:
            entries = [find_entry(studio, each, song) for each in (first, second)]
        except EngineError as no_candidate:
            try:
                sides = find_side(studio, first), find_side(studio, second)
            except EngineError:
                if "@" in first + second:
                    raise
                raise no_candidate from None
            _compare_songs(studio, sides, section, times, as_json=as_json)
            return
        _compare_candidates(studio, entries, times, alone=alone, as_json=as_json)


def _compare_candidates(
    studio: Studio, entries: list[Entry], times: int, *, alone: bool, as_json: bool
) -> None:
    from engine.cli.listen import play_entries
    from engine.gate.waiting import present
    from engine.reports.differences import entry_difference
    from engine.reports.listening import recordings_of

    found = entry_difference(studio, *entries)
    recordings = recordings_of(studio, entries, alone=alone)
    if as_json:
        paths = [{"id": each.entry.id, "path": str(each.path)} for each in recordings]
        say_json({"bars": list(found.bars), "recordings": paths})
    else:
        say(found.line())
        entries = play_entries(studio, recordings, times, "compare", alone=alone)
    present(studio, entries, "json" if as_json else "sound", "compare")


def _compare_songs(
    studio: Studio, sides: tuple[Song, Song], section: str | None, times: int, *, as_json: bool
) -> None:
    from contextlib import suppress

    from engine.cli.listen import play_each
    from engine.reports.comparing import mixes
    from engine.reports.differences import difference

    found = difference(studio, *sides)
    recordings = mixes(studio, found, section)
    if as_json:
        paths = [
            {"song": mix.song.song_id, "event": mix.song.touched, "section": mix.section,
             "path": str(mix.path)}
            for mix in recordings
        ]  # fmt: skip
        say_json(found.to_json() | {"recordings": paths})
        return
    _say_difference(found)
    with suppress(KeyboardInterrupt):
        play_each(
            recordings,
            times,
            lambda mix: say(f"{'A' if mix.song is sides[0] else 'B'}  {mix.section}"),
            lambda *_: None,
        )


def _say_difference(found: SongDifference) -> None:
    for sign, side in zip("AB", (found.before, found.after), strict=True):
        say(f"{sign}  {side.title}  ({side.song_id}) as of event {side.touched}")
    for line in found.lines() or ["nothing differs"]:
        say(f"  {line}")


def fork(
    context: typer.Context,
    song: SongName,
    name: Annotated[str, typer.Option("--as", metavar="NAME", help="Title of the branch.")],
    at: At = None,
    as_json: Json = False,
) -> None:
    """Begin a branch of a song at any moment; both live on, and nothing is copied.

    What they have in common stays one past: the branch has its candidates, runs and decisions.
    Afterwards nothing that is done to one of them, undo included, changes the other.
    """
    from engine.arrangement.arranging import fork as branch_off
    from engine.reports.snapshot import listed
    from engine.state.moments import position_of

    with open_studio(context) as studio:
        state = studio.song(song)
        position = None if at is None else position_of(studio, at, state)
        branch, written = branch_off(studio, state, name, position)
    past = branch.past[-1]
    if as_json:
        say_json(listed(branch) | {"files": [str(export.path) for export in written]})
        return
    say(f"{branch.song_id}  {branch.title}")
    say(f"  a branch of {past.song_id} from event {past.until}")
    if written:
        say(f"  {len(written)} files in {studio.exports / branch.song_id}")
    differences = next_command(context, f"diff {state.song_id} {branch.song_id}")
    say(f"to see how they differ: {differences}")
    say_next_step(context, branch)
