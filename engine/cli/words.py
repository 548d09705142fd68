"""``engine words``, and ``--lyrics``: a sheet of words as every command takes it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.opening import next_command, open_studio, say_next_step
from engine.cli.output import Json, say, say_json, say_note

if TYPE_CHECKING:
    from documents.lyrics import SheetSection
    from engine.proposals.lyrics import LyricSheet


def read_words(path: Path | None) -> LyricSheet | None:
    """The sheet in a file; None without a file."""
    from engine.proposals.lyrics import read_lyrics

    return None if path is None else read_lyrics(path)


def say_of_words(
    path: Path | None,
    sheet: LyricSheet | None,
    unused: Sequence[SheetSection],
    silent: Sequence[str],
    sections: Sequence[str],
) -> dict[str, Any] | None:
    """Print on stderr what of a sheet is left out, and what sings without words.

    Args:
        path: its file; None for words that the song was given before.
        sheet: the words; None without any.
        unused: its sections that nothing sings.
        silent: names of what sings without words.
        sections: labels of the song's sections.

    Returns:
        the same as plain values; None without words.
    """
    from engine.proposals.lyrics import notes_on, words_left_out

    if sheet is None:
        return None
    name = "the song's words" if path is None else path.name
    notes = () if path is None else notes_on(sheet)
    for note in (*notes, *words_left_out(unused, sections)):
        say_note(f"{name}: {note}")
    if silent:
        say_note(f"{name}: nothing for {', '.join(silent)}: sung without words")
    return report_of_words(sheet, unused, silent)


def say_where_sung(
    context: typer.Context, song_id: str, said: dict[str, Any] | None, options: str = ""
) -> None:
    """Say how words get sung that one melody has no place for, if there are any."""
    if said and said["unused"]:
        command = next_command(context, f"arrange --song {song_id}{options}")
        say_note(f"each time that a section comes it sings its own words by {command}")


def report_of_words(
    sheet: LyricSheet, unused: Sequence[SheetSection], silent: Sequence[str]
) -> dict[str, Any]:
    """What ``say_of_words`` says, as plain values."""
    from engine.proposals.lyrics import notes_on

    left_out = [{"header": each.label, "lines": list(each.words)} for each in unused]
    return {
        "notes": list(notes_on(sheet)),
        "unused": left_out,
        "without_words": list(silent),
    }


def words(
    context: typer.Context,
    melody: Annotated[
        str, typer.Argument(metavar="ID|SONG", help="An approved melody, or a song that has one.")
    ],
    lyrics: Annotated[Path, typer.Option(help="The words: plain text with [headers], or LRC.")],
    section: Annotated[
        str | None, typer.Option(help="The section that sings them, where there are several.")
    ] = None,
    song: Annotated[
        str | None, typer.Option(help="Of this song, where several have the same music.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Set new words to an approved melody: the tune stays, and `undo` brings the old words back.

    The section uses the new melody at once; its parts that stand on the tune stay with it.
    """
    from engine.errors import quoted
    from engine.gate.exports import update_exports
    from engine.gate.rewording import NewWords, reword
    from engine.ids import short
    from engine.proposals.lyrics import read_lyrics
    from engine.proposals.verses import shared_words
    from engine.state.files import file_sha256
    from engine.state.lineages import sections
    from engine.state.songs import song_of

    sheet = read_lyrics(lyrics)
    given = NewWords(sheet, lyrics.name, file_sha256(lyrics) or "")
    with open_studio(context) as studio:
        recorded = reword(studio, melody, given, section, song)
        chosen: Any = recorded[-1].payload
        exports = [export for event in recorded for export in update_exports(studio, event)]
        state = studio.song(song_of(recorded[-1].stream) or "")
        unused = shared_words(sheet, [chosen.section]).unused
        said = say_of_words(lyrics, sheet, unused, (), sections(state))
        sung = state.candidates[chosen.candidate]
        lines = [row["line"] for row in sung.description["lyrics"]]
        approval = sung.approval_for(chosen.section)
        name = approval.label if approval else short(chosen.candidate)
        kept = [each.candidate for each in chosen.keeps]
        if as_json:
            say_json(
                {
                    "kind": recorded[-1].kind,
                    "event": recorded[-1].event_id,
                    "candidate": chosen.candidate,
                    "label": name,
                    "section": chosen.section,
                    "lines": lines,
                    "kept": kept,
                    "files": [str(export.path) for export in exports],
                    "words": said,
                }
            )
            return
        say(f"{chosen.section} is sung to these words now, by melody {name}:")
        for line in lines:
            say(f"  {line}")
        for each in kept:
            say(f"  {state.candidates[each].stage} {short(each)} stays with it")
        for export in exports:
            say(f"  {export.path} {export.outcome}")
        say_where_sung(context, state.song_id, said, f" --lyrics {quoted(lyrics)}")
        say(f"\nto have the former words back: {next_command(context, 'undo')}")
        say_next_step(context, state)
