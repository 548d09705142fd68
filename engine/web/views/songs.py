"""The songs of a studio: how far each is, and new ones from a form, a file or a pasted text."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from documents.findings import Refusal
from engine.errors import Refused, refusing
from engine.gate.exports import changed_exports
from engine.proposals import Overrides, Proposal, demo_paths
from engine.proposals import read as read_files
from engine.proposals.proposal import parse_proposal
from engine.proposals.reader import Reader
from engine.proposals.songs import AddedSongs, add_as, add_songs
from engine.reports.progress import next_words, progress
from engine.state.finding import named
from engine.state.songs import Song
from engine.web.forms import file_name, text_file, uploads, with_form
from engine.web.pages import page, said
from engine.web.room import Room, room_of, text_field
from fitness.colours import COLOURS
from genomes.melody.singers import SINGERS

FIELDS = {"title": "title", "key": "key", "meter": "tempo", "tempo": "bpm",
          "colour": "rainbow_color", "concept": "concept", "singer": "singer"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """What the list says of a song.

    Attributes:
        waiting: candidates that wait for a decision.
        approved: approved parts that aren't stale.
        in_use: stages of sections that have a part in use.
        stale: approved parts that are stale.
        next_command: name of the next command.
    """

    waiting: int
    approved: int
    in_use: int
    stale: int
    next_command: str


def _standing(song: Song) -> Standing:
    rows = [row for section in progress(song) for row in section.stages]
    return Standing(
        waiting=sum(row.waiting for row in rows),
        approved=sum(len(row.approved) for row in rows),
        in_use=sum(row.in_use is not None for row in rows),
        stale=sum(len(row.stale) for row in rows),
        next_command=next_words(song)[0],
    )


def warm(room: Room) -> None:
    """Read all songs before the first page is asked, which then need not wait for them."""
    for song in room.known.songs():
        room.known.once(song, _standing)


def songs(request: Request) -> Response:
    """All songs with what waits, is approved, in use, stale and running."""
    room = room_of(request)
    archived = request.query_params.get("archived") == "1"
    shown = room.known.songs(archived=archived)
    lines = [
        (song, room.known.once(song, _standing), room.known.unfinished(song.song_id))
        for song in shown
    ]
    return page(
        request, "songs.html", lines=lines, archived=archived,
        colours=[colour.name for colour in COLOURS], singers=[each.name for each in SINGERS],
        all_songs=room.known.songs(), has_archived=bool(room.known.songs(archived=True)),
    )  # fmt: skip


def add(request: Request, form: FormData) -> Response:
    """Add a song as typed into the form."""
    room = room_of(request)
    document = {field: value for name, field in FIELDS.items() if (value := text_field(form, name))}
    if "title" not in document:
        raise Refused("a song needs a title")
    proposal = parse_proposal(document, f"{document['title']}.yml")
    if isinstance(proposal, Refusal):
        raise Refused(str(proposal))
    if proposal.song_id in {song.song_id for song in room.known.songs()}:
        return said(request, "this song is there already", link=f"/songs/{proposal.song_id}")
    return _said_added(request, room, (proposal,), add_as(room.studio, proposal, None))


def read(request: Request, form: FormData) -> Response:
    """Add or revise songs by proposals in uploaded files, or in a pasted text."""
    room = room_of(request)
    typed = {name: text_field(form, name) for name in ("key", "meter")}
    with refusing():
        overrides = Overrides.parse(**typed, tempo_bpm=text_field(form, "tempo"))
    reader = Reader(overrides)
    for upload in uploads(form, "file"):
        _read(reader, file_name(upload), upload.file.read())
    pasted = text_field(form, "text")
    if pasted is not None:
        data = pasted.encode()
        # A name of its own, as songs of one file are taken for versions of each other.
        _read(reader, f"pasted-{sha256(data).hexdigest()[:8]}.yml", data)
    reading = reader.reading()
    if not reading.proposals:
        first = next(map(str, reading.refusals), "choose a file, or paste a proposal")
        raise Refused(f"nothing was added: {first}")
    what = text_field(form, "as")
    if what is None:
        added = add_songs(room.studio, reading.proposals, typed=overrides.names)
    elif len(reading.proposals) > 1:
        raise Refused(f"{len(reading.proposals)} songs were read; which is that of one?")
    else:
        target = None if what == "new" else room.known.song(what).song_id
        added = add_as(room.studio, reading.proposals[0], target, overrides.names)
    for name in added.revised:
        changed_exports(room.studio, room.studio.song(name))
    refused = [f"refused: {each}" for each in reading.refusals]
    return _said_added(request, room, reading.proposals, added, refused)


def add_demo(request: Request, _: FormData) -> Response:
    """Add the songs that ship with the engine."""
    room = room_of(request)
    proposals = read_files(demo_paths()).proposals
    return _said_added(request, room, proposals, add_songs(room.studio, proposals))


def _read(reader: Reader, name: str, data: bytes) -> None:
    with text_file("proposal.yml", data) as path:
        reader.read_file(path, name, is_named=True)


def _said_added(
    request: Request,
    room: Room,
    proposals: tuple[Proposal, ...],
    added: AddedSongs,
    refused: list[str] | None = None,
) -> Response:
    """Say what became of proposals, as ``engine songs add`` does."""
    songs = room.studio.listed()
    lines = [
        f"{what} {songs[name].title}"
        for what, names in (
            *(("added", added.added), ("revised", added.revised)),
            *(("unchanged:", added.unchanged),),
        )
        for name in names
    ]
    for unclear in added.unclear:
        choices = " or ".join(named(songs[choice]) for choice in unclear.choices)
        lines.append(
            f"not added: {unclear.proposal.title}: a new version of {choices}, or a new song? "
            "Say which above"
        )
    notes = [f"note: {warning}" for proposal in proposals for warning in proposal.warnings]
    ids = [name for name in added.ids if name is not None]
    if not ids:
        raise Refused("; ".join([*lines, *(refused or [])]))
    text = "; ".join([*lines, *notes[:3], *(refused or [])])
    return said(request, text, link=f"/songs/{ids[0]}" if len(ids) == 1 else None)


ROUTES = [
    Route("/", songs),
    Route("/songs", with_form(add), methods=["POST"]),
    Route("/songs/read", with_form(read), methods=["POST"]),
    Route("/songs/demo", with_form(add_demo), methods=["POST"]),
]
