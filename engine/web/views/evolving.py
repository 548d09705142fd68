"""Runs that are begun at the gate: what comes next, from a candidate, or like one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.errors import Refused
from engine.gate.waiting import Entry
from engine.reports.progress import next_words
from engine.runs.requests import EvolveOptions, locks_of, redo_of, requests
from engine.web.forms import run_size, with_form
from engine.web.pages import said
from engine.web.room import candidate_in, room_of, song_in, text_field

_BARS = re.compile(r"\d{1,3}(?:[-–]\d{1,3})?")


def evolve_from(request: Request, form: FormData) -> Response:
    """Evolve from a candidate while something of it stays, or more or less like it."""
    entry, how = candidate_in(request), text_field(form, "how") or "lock"
    bars = _bars(text_field(form, "bars") or "")
    kept = [name for name in ("rhythm", "pitch") if text_field(form, name) is not None]
    size = run_size(form)
    anything = EvolveOptions(entry.state.stage, size.settings)
    drums = [each for each in form.getlist("voices") if isinstance(each, str)]
    if how == "redo" and not drums:
        options, words = _redo(anything, entry, bars, kept)
    elif how == "redo":
        options, words = _lock(anything, entry, _others(entry, bars), [*kept, *_voices(drums)])
    elif how == "lock":
        options, words = _lock(anything, entry, bars, [*kept, *_voices(drums)])
    elif how in ("more", "less"):
        options, words = _like(anything, entry, how, text_field(form, "radius"))
    else:
        raise Refused(f"{how!r}: expected redo, lock, more or less")
    requests(entry.song, options, 0)  # or refuse
    what = _said(how, bars, [*kept, *(each.replace("_", " ") for each in drums)])
    title = f"{entry.state.stage} for {entry.state.section.label}, {what}"
    return _start(request, title, [f"--stage={entry.state.stage}", *words, *size.words])


def next_run(request: Request, form: FormData) -> Response:
    """Begin the run that the song needs next."""
    command, *words = next_words(song_in(request))
    if command != "evolve":
        raise Refused("no run is next; decide what waits, or arrange the song")
    size = run_size(form)
    options = dict(zip(words[::2], words[1::2], strict=True))
    place = f" for {options['--section']}" if "--section" in options else ""
    given = [f"{name}={value}" for name, value in options.items() if name != "--song"]
    return _start(request, f"{options['--stage']}{place}", [*given, *size.words])


def _start(request: Request, title: str, words: Sequence[str]) -> Response:
    song = song_in(request)
    command = ["evolve", f"--song={song.song_id}", *words]
    room_of(request).jobs.start(f"{song.title}: {title}", command, song.song_id)
    return said(request, f"{title}: begun")


Asked = tuple[EvolveOptions, list[str]]  # and the same as words of the command line


def _redo(options: EvolveOptions, entry: Entry, bars: list[str], kept: list[str]) -> Asked:
    """Bars of a candidate again, with their rhythm or their pitches kept."""
    _check_chosen(bars)
    if len(kept) > 1:
        raise Refused("rhythm and pitches are both kept: nothing is left to redo")
    only = {"rhythm": "pitch" in kept, "pitch": "rhythm" in kept}
    redo = redo_of([f"bars={each}" for each in bars], **only)
    changes = [f"--{name}" for name, changes in only.items() if changes]
    words = [f"--from={entry.id}", *(f"--redo=bars={each}" for each in bars), *changes]
    return replace(options, source=entry.id, redo=redo), words


def _lock(options: EvolveOptions, entry: Entry, bars: list[str], kept: list[str]) -> Asked:
    """The rest of a candidate, with bars and its rhythm or its pitches kept."""
    locks = [*(f"bars={each}" for each in bars), *kept]
    words = [f"--from={entry.id}", *(f"--lock={each}" for each in locks)]
    return replace(options, source=entry.id, locks=locks_of(locks)), words


def _check_chosen(bars: Sequence[str]) -> None:
    if not bars:
        raise Refused("choose the bars to redo, such as 3-4")


def _others(entry: Entry, bars: list[str]) -> list[str]:
    """All bars of a candidate but these, as ranges."""
    _check_chosen(bars)
    chosen = _numbers(" ".join(bars))
    return _ranges([bar for bar in range(1, entry.state.section.bars + 1) if bar not in chosen])


def _voices(drums: Sequence[str]) -> list[str]:
    """The lock of some drums; none without any."""
    return [f"voices={','.join(drums)}"] if drums else []


def _like(options: EvolveOptions, entry: Entry, how: str, radius: str | None) -> Asked:
    """Candidates near to one, or away from it."""
    try:
        near = None if radius is None else float(radius)
    except ValueError as error:
        raise Refused(f"radius {radius!r}: expected a number below 1") from error
    words = [f"--{how}-like={entry.id}", *([] if near is None else [f"--radius={near:g}"])]
    if how == "more":
        return replace(options, more_like=entry.id, radius=near), words
    section = entry.state.section.label
    options = replace(options, less_like=entry.id, radius=near, section=section)
    return options, [*words, f"--section={section}"]


def _bars(text: str) -> list[str]:
    """Bars as a person writes them, ``1-2, 5``, as ranges that the command line reads."""
    return _ranges(sorted(_numbers(text)))


def _numbers(text: str) -> set[int]:
    """Numbers of bars as a person writes them.

    Raises:
        Refused: if something else stands there.
    """
    numbers: set[int] = set()
    for word in re.split(r"[,\s]+", text.strip()):
        if not word:
            continue
        if not _BARS.fullmatch(word):
            raise Refused(f"bars {word!r}: expected such as 3-4, 6")
        first, *last = map(int, re.split("[-–]", word))
        numbers.update(range(first, (last[0] if last else first) + 1))
    return numbers


def _ranges(numbers: Sequence[int]) -> list[str]:
    ends = [one for one, other in pairwise(numbers) if other != one + 1]
    begins = [other for one, other in pairwise(numbers) if other != one + 1]
    pairs = zip([*numbers[:1], *begins], [*ends, *numbers[-1:]], strict=True)
    return [str(first) if first == last else f"{first}-{last}" for first, last in pairs]


def _said(how: str, bars: Sequence[str], kept: Sequence[str]) -> str:
    if how in ("more", "less"):
        return f"{how} like one"
    named = f"bars {', '.join(bars)}" if bars else "all bars"
    if how == "redo":
        return f"{named} again" + (f", {' and '.join(kept)} kept" if kept else "")
    stays = [*([named] if bars else []), *kept]
    return f"{' and '.join(stays)} kept" if stays else "from one"


ROUTES = [
    Route(path, with_form(view), methods=["POST"])
    for path, view in (
        ("/songs/{song}/candidates/{candidate}/evolve", evolve_from),
        ("/songs/{song}/next", next_run),
    )
]
