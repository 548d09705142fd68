"""``engine review``, ``approve``, ``use``, ``reject``, ``label`` and ``note``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.opening import next_command, open_studio, say_next_step
from engine.cli.options import WithTerms
from engine.cli.output import Json, say, say_json, say_next

if TYPE_CHECKING:
    from engine.gate.exports import Export
    from engine.gate.waiting import Entry
    from engine.state.songs import Song
    from engine.state.studio import Studio
    from store.records import Recorded

# Songs are shown whole until so many candidates wait in them; others are counted.
PAGE_CANDIDATES = 60

OfSong = Annotated[
    str | None, typer.Option("--song", help="Of this song, where several have the same music.")
]
Candidate = Annotated[str, typer.Argument(metavar="ID", help="Id of it, or its beginning.")]


def review(
    context: typer.Context,
    song: Annotated[str | None, typer.Option(help="Only this song's.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Decided ones too, and those passed over.")
    ] = False,
    terms: WithTerms = False,
    as_yaml: Annotated[bool, typer.Option("--yaml", help="Write review.yml to edit.")] = False,
    apply: Annotated[Path | None, typer.Option(help="Take in an edited review.yml.")] = None,
    other: Annotated[
        Path | None,
        typer.Option("--import", help="Take in another program's review of chords."),
    ] = None,
    web: Annotated[
        bool, typer.Option("--web", help="Look, listen and decide in the browser.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show what waits for you, the newest first, and record what was shown.

    Decide by approve, reject, more, less, least or cant-tell; --apply takes in an edited file.
    """
    if web:
        _open_gate(context, song)
        return
    from engine.cli.summary import say_entries
    from engine.gate.waiting import (
        entries,
        newest_first,
        newest_waiting,
        present,
        waiting,
        without_passed_over,
    )

    with open_studio(context, make=other is not None) as studio:
        if apply is not None:
            _apply(context, studio, apply, as_json=as_json)
            return
        if other is not None:
            _import(context, studio, other, song, as_json=as_json)
            return
        is_page = not (as_yaml or as_json or everything or song)
        songs = newest_waiting(studio, PAGE_CANDIDATES) if is_page else _named(studio, song)
        shown = entries(songs) if everything else waiting(songs)
        if as_yaml:
            _write_yaml(context, studio, songs)
        elif as_json:
            say_json([entry.to_json() for entry in shown])
        else:
            shown = newest_first(shown if everything else without_passed_over(shown))
            say_entries(studio, shown, with_terms=terms)
            if not everything:
                _say_others(studio, songs, song)
            _say_after(context, studio, songs if song else _all_of(studio, songs), shown)
        if shown:
            present(
                studio, shown, "yaml" if as_yaml else "json" if as_json else "terminal", "review"
            )


def _named(studio: Studio, song: str | None) -> list[Song]:
    """The song that is named; else all."""
    return [studio.song(song)] if song else list(studio.songs().values())


def _say_after(
    context: typer.Context, studio: Studio, songs: list[Song], shown: list[Entry]
) -> None:
    from engine.gate.decisions import with_song
    from engine.ids import short
    from engine.reports.progress import after_review

    step = after_review(songs, shown)
    for song_of_it in [entry.song for entry in shown if short(entry.id) in step][:1]:
        step = with_song(studio, song_of_it, step)
    say_next(next_command(context, step))


def _open_gate(context: typer.Context, named: str | None) -> None:
    """Serve the gate of a song: the one named, else the one with the newest candidates."""
    from engine.cli.serve import LOOPBACK, open_page
    from engine.gate.waiting import newest_waiting

    with open_studio(context) as studio:
        found = [studio.song(named)] if named else newest_waiting(studio, 1)
    path = f"songs/{found[0].song_id}/gate" if found else ""
    open_page(context, host=LOOPBACK, port=0, is_opened=True, path=path)


def _all_of(studio: Studio, shown: list[Song]) -> list[Song]:
    """Some songs and, where these are fewer than two, another: whether there is only one."""
    from engine.reports.snapshot import songs_page

    names = {song.song_id for song in shown}
    first = songs_page(studio, None, 2, archived=False) if len(names) < 2 else []
    names |= {each.song_id for each in first}
    return list(studio.some_songs(names).values()) if first else shown


def _say_others(studio: Studio, shown: list[Song], song: str | None) -> None:
    """Say what waits too and isn't shown: what was passed over, and in songs that come later."""
    counts = studio.waiting()
    names = {each.song_id for each in shown}
    others = [each for name, each in counts.items() if name not in names and each.candidates]
    if others and not song:
        more = sum(each.candidates for each in others)
        say(f"{more} more wait in other songs; --song NAME shows those of one")
    passed_over = [each.passed_over for name, each in counts.items() if not song or name in names]
    count = sum(passed_over)
    if count:
        others_were = "another was" if count == 1 else "others were"
        say(f"{count} passed over when {others_were} approved; --all shows them too")


def _write_yaml(context: typer.Context, studio: Studio, songs: list[Song]) -> None:
    from engine.errors import quoted
    from engine.gate.review_file import write_review

    for song in songs:
        if not song.candidates:
            continue
        path = studio.exports / song.song_id / "review.yml"
        aside = write_review(studio, song, path)
        if aside is not None:
            say(f"edits that were not taken in are now in {aside}")
        say(str(path))
        say_next(next_command(context, f"review --apply {quoted(path)}"))


def _apply(context: typer.Context, studio: Studio, path: Path, *, as_json: bool) -> None:
    from engine.gate.exports import update_exports
    from engine.gate.review_file import apply_review

    recorded = apply_review(studio, path)
    exports = [export for event in recorded for export in update_exports(studio, event)]
    _learn(studio, as_json=as_json)
    if as_json:
        say_json([{"kind": r.kind, "candidate": r.payload.candidate} for r in recorded])  # type: ignore[attr-defined]
        return
    for event in recorded:
        _say_decision(studio, event)
    _say_exports(exports)
    say(f"{len(recorded)} changes taken in")
    if recorded:
        say_after(context, studio, recorded[-1])
    else:
        say_next(next_command(context, "review"))


def _import(
    context: typer.Context, studio: Studio, path: Path, song: str | None, *, as_json: bool
) -> None:
    """Take in a review file of another program, and say what came of it."""
    from engine.gate.chord_reviews import import_review
    from engine.gate.exports import update_exports

    found = import_review(studio, path, song)
    exports = [export for event in found.recorded for export in update_exports(studio, event)]
    statuses = list(found.statuses.values())
    counts = {each: statuses.count(each) for each in ("approved", "rejected", "pending")}
    if as_json:
        facts = {"song": found.song, "is_new": found.is_new, "candidates": len(statuses)}
        say_json({**facts, **counts, "left_out": found.left_out, "events": len(found.recorded)})
        return
    if found.is_new:
        say(f"{found.song}  made for it")
    listed = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
    again = "" if found.recorded else "; all of it was taken in before"
    say(f"{len(statuses)} candidates for {found.song}: {listed}{again}")
    for line in found.left_out:
        say(f"note: {line}")
    _say_exports(exports)
    say_next(next_command(context, f"review --song {found.song}"))


def approve(
    context: typer.Context,
    candidate: Candidate,
    label: Annotated[str | None, typer.Option(help="What to call it, such as verse.")] = None,
    text: Annotated[str | None, typer.Option("--note", help="A note to go with it.")] = None,
    section: Annotated[
        str | None,
        typer.Option(help="For this section; one candidate can serve several [default: its own]."),
    ] = None,
    song: OfSong = None,
    as_json: Json = False,
) -> None:
    """Approve a candidate: it becomes part of the song, and a MIDI file.

    The section stands on the first approved of each stage, until you say otherwise by `use`.
    """
    from engine.gate import decisions

    with open_studio(context) as studio:
        what = {"label": label, "note": text, "song_id": song, "section": section}
        approved = _approved_before(studio, candidate, **what, as_json=as_json)
        if approved is None:
            approved = decisions.approve(studio, candidate, **what)
        update_and_say(context, studio, approved, as_json=as_json)


def _approved_before(
    studio: Studio, candidate: str, *, as_json: bool, **what: str | None
) -> Recorded | None:
    """The equal approval of a command that was ended before it wrote its file; None without one."""
    from engine.gate.decisions import find_entry, known_approval
    from engine.gate.exports import lacks_a_file

    known = known_approval(studio, candidate, **what)
    entry = find_entry(studio, candidate, what["song_id"])
    if known is None or not lacks_a_file(studio, entry.song, entry.id):
        return None
    if not as_json:
        say_known()
    return known


def say_known() -> None:
    """Say that a command typed again finds its decision taken."""
    say("that is decided already; its file was missing:")


def use(
    context: typer.Context,
    candidate: Candidate,
    section: Annotated[
        str | None, typer.Option(help="In this section, where it is approved for several.")
    ] = None,
    recheck: Annotated[
        bool,
        typer.Option("--recheck", help="Keep the later parts whose chords are the same with it."),
    ] = False,
    song: OfSong = None,
    as_json: Json = False,
) -> None:
    """Choose which approved candidate a section stands on, with what that was built on."""
    from engine.gate import choices

    with open_studio(context) as studio:
        chosen = choices.use(studio, candidate, section, recheck=recheck, song_id=song)
        say_choice(context, studio, chosen, as_json=as_json)


def say_choice(
    context: typer.Context, studio: Studio, recorded: Recorded, *, as_json: bool
) -> None:
    """Say what a choice means for the section's other parts, and what is next."""
    from engine.errors import quoted
    from engine.gate.choices import consequences
    from engine.gate.decisions import with_song
    from engine.ids import short
    from engine.reports.fitting import choice_lines
    from engine.state.songs import song_of

    song = studio.song(song_of(recorded.stream) or "")
    payload: Any = recorded.payload
    found = consequences(studio, recorded, song.song_id)
    if as_json:
        facts = {"candidate": payload.candidate, "section": payload.section}
        meant = {name: list(getattr(found, name)) for name in ("stale", "kept", "fitting")}
        say_json({"kind": recorded.kind, "event": recorded.event_id, **facts, **meant})
        return
    for line in choice_lines(song, payload.candidate, payload.section, found):
        say(line)
    if found.fitting:
        again = f"use {short(payload.candidate)} --section {quoted(payload.section)} --recheck"
        say_next(next_command(context, with_song(studio, song, again)))
    else:
        say_next_step(context, song)


def reject(
    context: typer.Context,
    candidate: Candidate,
    reason: Annotated[str | None, typer.Option(help="Why, such as: no resolution.")] = None,
    song: OfSong = None,
    as_json: Json = False,
) -> None:
    """Reject a candidate."""
    from engine.gate import decisions

    with open_studio(context) as studio:
        rejected = decisions.reject(studio, candidate, reason, song)
        update_and_say(context, studio, rejected, as_json=as_json)


def more(
    context: typer.Context, candidate: Candidate, song: OfSong = None, as_json: Json = False
) -> None:
    """Say that you want more like a candidate; it still waits for your decision."""
    _compare(context, [candidate], "more", song, as_json=as_json)


def less(
    context: typer.Context, candidate: Candidate, song: OfSong = None, as_json: Json = False
) -> None:
    """Say that you want less like a candidate; it still waits for your decision."""
    _compare(context, [candidate], "less", song, as_json=as_json)


def least(
    context: typer.Context, candidate: Candidate, song: OfSong = None, as_json: Json = False
) -> None:
    """Say that a candidate is the least good of those that were last shown with it."""
    _compare(context, [candidate], "least", song, as_json=as_json)


def cant_tell(
    context: typer.Context,
    candidates: Annotated[
        list[str],
        typer.Argument(metavar="ID...", help="Ids of them [one: and what was shown with it]."),
    ],
    song: OfSong = None,
    as_json: Json = False,
) -> None:
    """Say that you can't tell which of some candidates is better."""
    _compare(context, candidates, "cant-tell", song, as_json=as_json)


def _compare(
    context: typer.Context,
    candidates: list[str],
    preference: str,
    song: str | None,
    *,
    as_json: bool,
) -> None:
    from engine.gate.comparing import compare
    from engine.ids import short

    with open_studio(context) as studio:
        stated = compare(studio, candidates, preference, song)
        _learn(studio, as_json=as_json)
        event: Any = stated.payload
        if as_json:
            facts = {name: getattr(event, name) for name in ("candidate", "preference", "among")}
            say_json({"kind": stated.kind, "event": stated.event_id, **facts})
            return
        _say_decision(studio, stated)
        if event.among:
            say(f"  beside {', '.join(map(short, event.among))}")
        say_after(context, studio, stated)


def label(
    context: typer.Context,
    candidate: Candidate,
    name: Annotated[str, typer.Argument(help="What to call it when it is approved.")],
    song: OfSong = None,
) -> None:
    """Say what a candidate shall be called when it is approved."""
    from engine.gate import decisions

    with open_studio(context) as studio:
        labelled = decisions.label_candidate(studio, candidate, name, song)
        _say_decision(studio, labelled)
        say_after(context, studio, labelled)


def note(
    context: typer.Context,
    candidate: Candidate,
    text: Annotated[str, typer.Argument(help="Anything.")],
    song: OfSong = None,
) -> None:
    """Write a note about a candidate."""
    from engine.gate import decisions
    from engine.gate.repeats import once

    with open_studio(context) as studio:
        words = " ".join(["note", candidate, song or "", text])
        append = partial(decisions.note, studio, candidate, text, song)
        with once(studio, words, append) as noted:
            _say_decision(studio, noted)
            say_after(context, studio, noted)


def update_and_say(
    context: typer.Context,
    studio: Studio,
    recorded: Recorded,
    *,
    as_json: bool,
    more: Sequence[str] = (),
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Bring the files up to date with a decision, and say what happened and what is next.

    Args:
        context: of the command.
        studio: the studio.
        recorded: the event of the decision.
        as_json: whether to say it as JSON.
        more: lines to say of it too.
        facts: values to say of it too, as JSON.
    """
    from engine.gate.exports import update_exports

    exports = update_exports(studio, recorded)
    _learn(studio, as_json=as_json)
    if as_json:
        paths = [str(export.path) for export in exports]
        said = {name: getattr(recorded.payload, name, None) for name in ("candidate", "label")}
        said |= {"kind": recorded.kind, "event": recorded.event_id, "files": paths, **(facts or {})}
        say_json(said)
        return
    say_decided(studio, recorded, exports)
    for line in more:
        say(line)
    say_after(context, studio, recorded)


def say_decided(studio: Studio, recorded: Recorded, exports: list[Export]) -> None:
    """Say what was decided, and which files came of it."""
    _say_decision(studio, recorded)
    _say_exports(exports)


def say_after(context: typer.Context, studio: Studio, recorded: Recorded) -> None:
    """Name what is next for the song that a decision is about.

    An approved part that its section doesn't use is said to be one; if it was made by hand, or
    evolved from the one in use, using it is what is next.
    """
    from engine.errors import quoted
    from engine.gate.decisions import with_song
    from engine.ids import short
    from engine.reports.fitting import part_named
    from engine.state.lineages import in_use
    from engine.state.songs import song_of
    from store.events import CandidateApproved

    song, event = studio.song(song_of(recorded.stream) or ""), recorded.payload
    if isinstance(event, CandidateApproved):
        section = event.section.label
        used = in_use(song, section).get(event.stage)
        if used is not None and used != event.candidate:
            say(f"  {section} still stands on {part_named(song, used, section)}; to use this one:")
            command = f"use {short(event.candidate)} --section {quoted(section)}"
            command = with_song(studio, song, command)
            if event.run is None or studio.run(event.run)[1].source == used:
                say_next(next_command(context, command))
                return
            say(f"  {next_command(context, command)}")
    say_next_step(context, song)


def _learn(studio: Studio, *, as_json: bool) -> None:
    """Retrain where that is planned after so many decisions, and say what came of it."""
    from engine.cli.taste import say_retrained
    from engine.preference.automatic import retrain_if_due

    results = retrain_if_due(studio)
    if not as_json:
        say_retrained(results)


def _say_decision(studio: Studio, recorded: Recorded) -> None:
    """Say what was decided, and in which branch; of an undo or redo also what it is about."""
    from engine.ids import short
    from engine.reports.history import decision_words
    from engine.state.songs import song_of

    payload: Any = recorded.payload
    song = studio.song(song_of(recorded.stream) or "")
    branch = f", in the branch {song.title}" if song.past else ""
    say(f"{short(payload.candidate)} {decision_words(studio, recorded)}{branch}")


def _say_exports(exports: list[Export]) -> None:
    from engine.gate.exports import EDITED_STAYS, KEPT

    for export in exports:
        if export.outcome == KEPT:
            say(f"  your edited file stays as it is; the approved notes are in {export.path}")
        elif export.outcome == EDITED_STAYS:
            say(f"  {export.path} has been edited by you and stays")
        else:
            say(f"  {export.path} {export.outcome}")
