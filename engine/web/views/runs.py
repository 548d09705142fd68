"""Runs from the page: evolve a stage, compose the whole song, pause, go on, give up."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.composing.composition import ARRANGEMENTS, BEAM, new_composition
from engine.errors import Refused, refusing
from engine.proposals.lyrics import LyricSheet, read_lyrics
from engine.runs.lifecycle import abandon as give_up
from engine.runs.requests import EvolveOptions, locks_of, redo_of, requests
from engine.state.songs import Song
from engine.web.forms import (
    TextFile,
    count_field,
    is_set,
    number_field,
    run_size,
    text_file,
    with_form,
)
from engine.web.jobs import Job
from engine.web.pages import said
from engine.web.room import Room, room_of, song_in, text_field
from engine.web.running import is_at_work, job_on

WORDS_FILE = "words.txt"
SECTIONS = "verse=8,chorus=8,bridge=8"
AUDIO = frozenset({"flac", "wav", "none"})

# Boxes of the forms, and the options that they are.
BOXES = ("rhythm", "pitch", "no_model", "no_head", "no_judge")


def evolve(request: Request, form: FormData) -> Response:
    """Begin to evolve a stage, as ``engine evolve``; what can't be is said at once."""
    room, song = room_of(request), song_in(request)
    size = run_size(form)
    locks, redone = _words(form, "lock"), _words(form, "redo")
    lyrics, text = _lyrics(form)
    given = {
        name: text_field(form, name)
        for name in ("section", "parent", "singer", "more_like", "less_like", "under")
    }
    stage, source = text_field(form, "stage") or "chords", text_field(form, "from")
    radius, bars, energy = (
        number_field(form, "radius"), count_field(form, "bars"), number_field(form, "energy"),
    )  # fmt: skip
    options = EvolveOptions(
        stage, size.settings, given["section"], bars, energy, given["parent"], source,
        locks_of(locks), lyrics, given["singer"],
        redo=redo_of(redone, rhythm=is_set(form, "rhythm"), pitch=is_set(form, "pitch")),
        more_like=given["more_like"], less_like=given["less_like"], radius=radius,
        under=given["under"],
    )  # fmt: skip
    with refusing():
        found = requests(song, options, size.seed)
    words = [
        *_valued({"song": song.song_id, "stage": stage, "from": source, "bars": bars}),
        *_valued({"energy": energy, "radius": radius, **given}),
        *(f"--lock={each}" for each in locks),
        *(f"--redo={each}" for each in redone),
        *size.words,
        *(f"--{name.replace('_', '-')}" for name in BOXES if is_set(form, name)),
    ]
    labels = ", ".join(dict.fromkeys(each.section.label for each in found))
    title = f"{song.title}: {stage} for {labels}"
    _start(room, title, ["evolve", *words], song, text)
    return said(request, f"{title}: begun, seed {size.seed}")


def compose(request: Request, form: FormData) -> Response:
    """Begin to compose the whole song, or go on with it, as ``engine compose``."""
    room, song = room_of(request), song_in(request)
    form_sections = text_field(form, "sections") or SECTIONS
    seed = count_field(form, "seed")
    beam, arrangements = count_field(form, "beam"), count_field(form, "arrangements")
    singer, audio = text_field(form, "singer"), text_field(form, "audio") or "flac"
    if audio not in AUDIO:
        raise Refused(f"audio {audio!r}: expected flac, wav or none")
    lyrics, text = _lyrics(form)
    size = run_size(form)
    new_composition(
        size.settings, form_sections, seed, BEAM if beam is None else beam,
        ARRANGEMENTS if arrangements is None else arrangements,
    ).with_vocals(singer, lyrics)  # fmt: skip
    words = [
        *_valued({"song": song.song_id, "sections": form_sections, "beam": beam}),
        *_valued({"arrangements": arrangements, "singer": singer, "seed": seed, "audio": audio}),
        *(each for each in size.words if each.startswith(("--population", "--generations"))),
        *(f"--{name.replace('_', '-')}" for name in ("fade", "no_model", "no_judge")
          if is_set(form, name)),
    ]  # fmt: skip
    title = f"{song.title}: the whole song"
    _start(room, title, ["compose", *words], song, text)
    return said(request, f"{title}: begun")


def resume(request: Request, _: FormData) -> Response:
    """Go on with a run that stopped."""
    room = room_of(request)
    identifier = request.path_params["run"]
    run = room.known.run(identifier)
    if is_at_work(run, room.progress.of(identifier), _job(room, identifier)):
        raise Refused("this run is at work")
    title = f"{room.known.song(run.song_id).title}: {run.stage} for {run.section.label}"
    room.jobs.start(title, ["resume", "--", identifier], run.song_id)
    return said(request, f"{title}: goes on")


def pause(request: Request, _: FormData) -> Response:
    """Stop a run of this server after its generation; it can go on later."""
    room = room_of(request)
    job = _job(room, request.path_params["run"])
    if job is None or job.status != "works":
        raise Refused("no process of this page works on this run", "stop it where it was begun")
    room.jobs.stop(job)
    return said(request, f"{job.title}: stops after this generation")


def abandon(request: Request, form: FormData) -> Response:
    """Give a run up; what it scored stays in the log."""
    room = room_of(request)
    identifier = request.path_params["run"]
    room.known.run(identifier)
    job = _job(room, identifier)
    give_up(room.studio, identifier, text_field(form, "reason") or "")
    if job is not None and job.status == "works":
        room.jobs.stop(job)
    return said(request, "given up; what it scored stays in the log")


def _job(room: Room, identifier: str) -> Job | None:
    """The job that works on a run, or worked on it last."""
    run, progress = room.known.run(identifier), room.progress.of(identifier)
    return job_on(room.jobs.all(), identifier, run, progress)


def _valued(options: dict[str, object]) -> list[str]:
    """Options with their values, each as one word, so that no value can be read as an option."""
    return [
        f"--{name.replace('_', '-')}={value}"
        for name, value in options.items()
        if value is not None
    ]


def _words(form: FormData, name: str) -> list[str]:
    """What stays or is redone, as words: ``bars=1-2 rhythm``."""
    given = [each for each in form.getlist(name) if isinstance(each, str)]
    return [word for each in given for word in each.split()]


def _lyrics(form: FormData) -> tuple[LyricSheet | None, str | None]:
    """Pasted words as a sheet, and as they are."""
    text = text_field(form, "words")
    if text is None:
        return None, None
    with text_file(WORDS_FILE, text.encode()) as path:
        return read_lyrics(path), text


def _start(room: Room, title: str, words: Sequence[str], song: Song, lyrics: str | None) -> None:
    """Start a command; it reads the words of a song from a file of ours."""
    if lyrics is None:
        room.jobs.start(title, words, song.song_id)
        return
    file = TextFile(WORDS_FILE, lyrics.encode())
    room.jobs.start(title, [*words, f"--lyrics={file.path}"], song.song_id, after=file.remove)


ROUTES = [
    Route("/songs/{song}/evolve", with_form(evolve), methods=["POST"]),
    Route("/songs/{song}/compose", with_form(compose), methods=["POST"]),
    Route("/runs/{run}/resume", with_form(resume), methods=["POST"]),
    Route("/runs/{run}/pause", with_form(pause), methods=["POST"]),
    Route("/runs/{run}/abandon", with_form(abandon), methods=["POST"]),
]
