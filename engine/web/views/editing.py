"""Changes of a song: its values, copies, the archive, and chords and words that a person has."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from documents.findings import one_line
from engine.arrangement.arranging import duplicate as copy
from engine.errors import Refused, refusing
from engine.gate import revising
from engine.gate.chords import GivenChords, chords_of_file, progression
from engine.gate.edits import edited_values
from engine.gate.exports import changed_exports, update_exports
from engine.gate.rewording import NewWords, reword
from engine.gate.undoing import undo_decision
from engine.proposals.lyrics import notes_on, read_lyrics, words_left_out
from engine.proposals.verses import shared_words
from engine.reports.changes import SongChanges
from engine.runs.requests import DEFAULT_ENERGY
from engine.state.files import file_sha256
from engine.state.lineages import sections
from engine.state.songs import Song
from engine.web.forms import TextFile, count_field, is_set, number_field, text_file, with_form
from engine.web.pages import said
from engine.web.room import Room, room_of, song_in, text_field

FIELDS = ("title", "key", "tempo", "meter", "colour", "concept", "singer")
CHORDS_FILE, WORDS_FILE = "chords.txt", "words.txt"


def edit(request: Request, form: FormData) -> Response:
    """Change the values that differ from those that the form was filled with."""
    room, song = room_of(request), song_in(request)
    changed = {
        name: text_field(form, name) or ""
        for name in FIELDS
        if name in form and text_field(form, name) != text_field(form, f"was_{name}")
    }
    if not changed:
        return said(request, "nothing changed")
    values: dict[str, Any] = dict(changed)
    if "tempo" in changed:
        values.pop("tempo")
        values["tempo_bpm"] = number_field(form, "tempo")
    with refusing():
        revising.edit(room.studio, song.song_id, edited_values(song, **values))
    return _said_change(request, room, song)


def rename(request: Request, form: FormData) -> Response:
    """Give a song another title; its id stays."""
    room, song = room_of(request), song_in(request)
    values = edited_values(song, title=text_field(form, "title") or "")
    revising.edit(room.studio, song.song_id, values)
    return _said_change(request, room, song)


def duplicate(request: Request, form: FormData) -> Response:
    """Copy a song with its approved parts, what waits and its plan."""
    room, song = room_of(request), song_in(request)
    title = text_field(form, "title")
    named = None if title is None else edited_values(song, title=title)["title"]
    copied, _ = copy(room.studio, song, named)
    return said(request, f"copied as {copied.title}", link=f"/songs/{copied.song_id}")


def archive(request: Request, _: FormData) -> Response:
    """Put a song away; nothing is lost."""
    room, song = room_of(request), song_in(request)
    revising.archive(room.studio, song.song_id)
    return said(request, f"archived {song.title}", undo=f"/songs/{song.song_id}/restore")


def restore(request: Request, _: FormData) -> Response:
    """Bring a song back from the archive."""
    room, song = room_of(request), song_in(request)
    if not revising.restore(room.studio, song.song_id):
        raise Refused(f"{song.title} isn't archived")
    return said(request, f"{song.title} is back from the archive")


def undo_change(request: Request, _: FormData) -> Response:
    """Take a change of a song's values back."""
    room, song = room_of(request), song_in(request)
    undo_decision(room.studio, song.song_id, request.query_params.get("event", ""))
    return _said_change(request, room, song)


def _said_change(request: Request, room: Room, before: Song) -> Response:
    """Bring a song's files up to date after a change of it, and say what it came to."""
    after = room.studio.song(before.song_id)
    changed_exports(room.studio, after)
    lines = SongChanges(before, after).lines()
    undo = None
    if len(after.changes) > len(before.changes):
        undo = f"/songs/{before.song_id}/undo-change?event={after.changes[-1].event_id}"
    return said(request, "; ".join(lines) or "nothing changed", undo=undo)


def chords(request: Request, form: FormData) -> Response:
    """Take in chords as ``engine chords``; they are read at once, and played by a process."""
    room, song = room_of(request), song_in(request)
    text, section = text_field(form, "chords"), text_field(form, "section")
    if text is None:
        raise Refused("expected chords, such as Am F | C G/B")
    per_bar, energy = count_field(form, "per_bar") or 1, number_field(form, "energy")
    with refusing(), text_file(CHORDS_FILE, text.encode()) as path:
        given, remarks = chords_of_file(song, path, section, per_bar)
        for each in given:
            progression(song, each, DEFAULT_ENERGY if energy is None else energy)
    read = "; ".join([*map(_bars, given), *remarks])
    if is_set(form, "preview"):
        return said(request, read)
    file = TextFile(CHORDS_FILE, text.encode())
    values = {
        "song": song.song_id, "file": file.path, "section": section, "per-bar": per_bar,
        "playing": text_field(form, "playing"), "energy": energy,
    }  # fmt: skip
    words = [f"--{name}={value}" for name, value in values.items() if value is not None]
    words += ["--no-model"] if is_set(form, "no_model") else []
    room.jobs.start(f"{song.title}: chords", ["chords", *words], song.song_id, after=file.remove)
    return said(request, f"being played: {read}")


def _bars(given: GivenChords) -> str:
    """The chords of a section on one line."""
    bars = " | ".join(" ".join(name for _, name in bar.chords) or "-" for bar in given.bars)
    return f"{given.section} ({len(given.bars)} bars): {bars}"


def words(request: Request, form: FormData) -> Response:
    """Set words to an approved melody as ``engine words``; the tune stays."""
    room, song = room_of(request), song_in(request)
    text, section = text_field(form, "words"), text_field(form, "section")
    if text is None:
        raise Refused("expected words: plain text with [headers] or without")
    with text_file(WORDS_FILE, text.encode()) as path:
        sheet = read_lyrics(path)
        given = NewWords(sheet, WORDS_FILE, file_sha256(path) or "")
    if is_set(form, "preview"):
        unused = shared_words(sheet, sections(song)).unused
        found = [f"{label or 'no header'}: {' / '.join(lines)}" for label, lines in sheet.words]
        notes = (*notes_on(sheet), *words_left_out(unused, sections(song)))
        return said(request, one_line("; ".join([*found, *notes])))
    recorded = reword(room.studio, song.song_id, given, section)
    for event in recorded:
        update_exports(room.studio, event)
    chosen: Any = recorded[-1].payload
    state = room.studio.song(song.song_id)
    left = words_left_out(shared_words(sheet, [chosen.section]).unused, sections(state))
    lines = [row["line"] for row in state.candidates[chosen.candidate].description["lyrics"]]
    text = f"{chosen.section} is sung to these words now: {' / '.join(lines)}"
    return said(request, "; ".join([text, *left]))


ROUTES = [
    Route(f"/songs/{{song}}/{name}", with_form(view), methods=["POST"])
    for name, view in (
        ("edit", edit),
        ("rename", rename),
        ("duplicate", duplicate),
        ("archive", archive),
        ("restore", restore),
        ("undo-change", undo_change),
        ("chords", chords),
        ("words", words),
    )
]
