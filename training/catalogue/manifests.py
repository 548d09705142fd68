"""Manifests: a song's YAML file, field by field, to a ``Song``."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from documents.findings import Findings, Found, UnreadableError, one_line, refusal, shown, written
from documents.music import A_METER, key_of, marking_of, meter_of, tempo_of
from documents.yaml_files import load_file
from fitness.colours import COLOURS, LETTER_ALIASES, Colour, find_colour
from genomes.keys import Key
from genomes.time import COMMON_TIME, Meter
from training.catalogue.songs import Song, SoundsLike, Stem, WrittenSection

A_COLOUR = "one of " + ", ".join(f"{colour.name} ({colour.letter})" for colour in COLOURS)
A_NAME = "letters, digits, - and _, such as 02_01"
A_FILE = "a file's name in the song's folder"
A_LIST = "a list of texts"
A_NUMBER = "a whole number from 0 to 9999"
TRACKS = "a list of tracks, each with an id and a description"
SECTIONS = "a list of sections, each with section_name, start_time and end_time"
MAX_TRACKS, MAX_SECTIONS = 500, 1000
MAX_FILE_NAME = 240  # bytes

_NO_FILE = re.compile(r"[\\:]")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")

Document = dict[str, Any]


class BrokenManifest(ValueError):
    """A manifest that can't be used; the message is one line with file, field and value."""


def read_manifest(path: Path, shown_path: str) -> Found[Song]:
    """The song of a manifest file and what had to be assumed.

    Args:
        path: of the file; its name without suffix names the song.
        shown_path: what messages call the file.

    Raises:
        BrokenManifest: if a field that is needed can't be read; it names all of them.
    """
    findings = Findings()
    try:
        document = load_file(path)
        if not isinstance(document, dict):
            raise UnreadableError("yaml", shown(document), "a mapping of fields")
    except UnreadableError as problem:
        raise BrokenManifest(str(refusal(shown_path, [problem]))) from problem
    song = _song(document, path.stem, findings)
    if song is None:
        raise BrokenManifest(str(refusal(shown_path, findings.problems)))
    return Found(song, tuple(findings.warnings))


def _song(document: Document, name: str, findings: Findings) -> Song | None:
    """The song, unless a field that is needed has a problem."""
    findings.read(_name, document, name)
    tempo_bpm = findings.read(_field(tempo_of), document, "bpm")
    meter = findings.read(_meter, document)
    key = findings.read(_key, document)
    colour = findings.read(_colour, document)
    sections = findings.read(_sections, document)
    stems = findings.read(_stems, document)
    words = {field: findings.read(_texts, document, field) for field in ("mood", "genres")}
    likes = findings.read(_sounds_like, document)
    texts = {
        field: findings.read(_text, document, field)
        for field in ("concept", "title", "release_date", "TRT")
    }
    if findings.problems:
        return None
    if tempo_bpm is None or meter is None or key is None or colour is None:
        return None
    return Song(
        name=name,
        tempo_bpm=tempo_bpm,
        meter=meter,
        key=key,
        colour=colour,
        title=texts["title"] or name,
        release_date=texts["release_date"] or "",
        album_sequence=findings.take(_sequence(document)),
        main_audio_file=findings.take(_file(document, "main_audio_file")),
        running_time=texts["TRT"] or "",
        vocals=findings.take(_truth(document, "vocals")),
        lyrics=findings.take(_truth(document, "lyrics")),
        lrc_file=findings.take(_file(document, "lrc_file")),
        sections=sections or (),
        moods=words["mood"] or (),
        sounds_like=likes or (),
        genres=words["genres"] or (),
        concept=texts["concept"] or "",
        stems=stems or (),
    )


def _field(read: Callable[[Any], Found[float]]) -> Callable[[Document, str], Found[float]]:
    """The reader of a value as a reader of a field, which says so where the field is missing."""

    def of_document(document: Document, field: str) -> Found[float]:
        try:
            return read(document.get(field))
        except UnreadableError as error:
            raise UnreadableError(field, written(document, field), error.accepted) from error

    return of_document


def _name(document: Document, name: str) -> Found[None]:
    if not _NAME.fullmatch(name):
        raise UnreadableError("file", shown(name), A_NAME)
    named = document.get("manifest_id")
    if named is None or str(named) == name:
        return Found(None)
    return Found(None, (f"manifest_id: {shown(named)}; the song is called {name} by its file",))


def _meter(document: Document) -> Found[Meter]:
    value = document.get("tempo")
    meter = meter_of(value)
    if meter is not None:
        return Found(meter)
    marking = marking_of(value)
    if marking is None:
        raise UnreadableError("tempo", written(document, "tempo"), A_METER)
    return Found(
        COMMON_TIME, (f"tempo: {shown(marking)} is a tempo marking; {COMMON_TIME} assumed",)
    )


def _key(document: Document) -> Found[Key]:
    try:
        found = key_of(document.get("key"))
    except UnreadableError as error:
        raise UnreadableError("key", written(document, "key"), error.accepted) from error
    return Found(found.value[0], found.warnings)


def _colour(document: Document) -> Found[Colour]:
    """By name or letter; what a description adds, such as hex or modes, is not listened to."""
    value = document.get("rainbow_color")
    name = value.get("color_name") if isinstance(value, dict) else value
    try:
        colour = find_colour(name if isinstance(name, str) else "")
    except ValueError as error:
        raise UnreadableError("rainbow_color", written(document, "rainbow_color"), A_COLOUR) from (
            error
        )
    letter = str(name).strip().upper()
    if letter in LETTER_ALIASES:
        return Found(colour, (f"rainbow_color: {letter} is read as {colour.name}",))
    return Found(colour)


def _sections(document: Document) -> Found[tuple[WrittenSection, ...]]:
    entries = document.get("structure") or []
    if not isinstance(entries, list) or len(entries) > MAX_SECTIONS:
        raise UnreadableError("structure", written(document, "structure"), SECTIONS)
    sections = []
    for number, entry in enumerate(entries, start=1):
        times = [entry.get(f) for f in _TIMES] if isinstance(entry, dict) else []
        begin, end = (time if isinstance(time, str) else None for time in times or (None, None))
        if begin is None or end is None:
            raise UnreadableError(f"structure {number}", shown(entry), SECTIONS)
        name, description = (_plain(entry.get(field)) for field in ("section_name", "description"))
        sections.append(WrittenSection(name, begin, end, description))
    return Found(tuple(sections))


_TIMES = ("start_time", "end_time")


def _stems(document: Document) -> Found[tuple[Stem, ...]]:
    entries = document.get("audio_tracks")
    if not isinstance(entries, list) or not 0 < len(entries) <= MAX_TRACKS:
        raise UnreadableError("audio_tracks", written(document, "audio_tracks"), TRACKS)
    stems: dict[int, Stem] = {}
    warnings: list[str] = []
    for place, entry in enumerate(entries, start=1):
        field = f"audio_tracks {place}"
        if not isinstance(entry, dict):
            raise UnreadableError(field, shown(entry), TRACKS)
        number = _whole(entry.get("id"))
        if number is None:
            raise UnreadableError(f"{field} id", written(entry, "id"), A_NUMBER)
        if number in stems:
            warnings.append(f"{field}: id {number} for the second time; the track is left out")
            continue
        files = {name: _file(entry, name) for name in _FILES}
        warnings += [f"{field} {text}" for found in files.values() for text in found.warnings]
        stems[number] = Stem(
            number,
            _plain(entry.get("description")),
            _plain(entry.get("group")),
            _plain(entry.get("player")),
            *(files[name].value for name in _FILES),
        )
    return Found(tuple(stems.values()), tuple(warnings))


_FILES = ("audio_file", "midi_file", "midi_group_file")


def _file(entry: Document, field: str) -> Found[str]:
    """A file's name that leads nowhere but into the song's folder."""
    value = entry.get(field)
    if value is None or value == "":
        return Found("")
    path = PurePosixPath(value if isinstance(value, str) else "..")
    is_outside = path.is_absolute() or ".." in path.parts
    is_odd = (
        len(str(value).encode("utf-8", "replace")) > MAX_FILE_NAME or not str(path).isprintable()
    )
    if is_outside or is_odd or _NO_FILE.search(str(value)):
        return Found("", (f"{field}: {shown(value)} is left out (accepted: {A_FILE})",))
    return Found(path.as_posix())


def _texts(document: Document, field: str) -> Found[tuple[str, ...]]:
    value = document.get(field)
    values = [] if value is None else value
    if not isinstance(values, list) or any(isinstance(item, list | dict) for item in values):
        raise UnreadableError(field, shown(value), A_LIST)
    return Found(tuple(text for item in values if (text := _plain(item))))


def _sounds_like(document: Document) -> Found[tuple[SoundsLike, ...]]:
    value = document.get("sounds_like")
    values = [] if value is None else value
    if not isinstance(values, list):
        raise UnreadableError("sounds_like", shown(value), "a list of {name, discogs_id}")
    likes = []
    for item in values:
        name = item.get("name") if isinstance(item, dict) else item
        number = item.get("discogs_id") if isinstance(item, dict) else None
        if text := _plain(name):
            likes.append(SoundsLike(text, number if type(number) is int else None))
    return Found(tuple(likes))


def _text(document: Document, field: str) -> Found[str]:
    value = document.get(field)
    if isinstance(value, list | dict):
        raise UnreadableError(field, shown(value), "a text")
    return Found("" if value is None else str(value).strip())


def _truth(document: Document, field: str) -> Found[bool]:
    value = document.get(field)
    if isinstance(value, bool):
        return Found(value)
    return Found(False, (f"{field}: {written(document, field)}; read as false",))


def _sequence(document: Document) -> Found[int | None]:
    value = document.get("album_sequence")
    number = _whole(value)
    if number is not None or value is None:
        return Found(number)
    return Found(None, (f"album_sequence: {shown(value)} is no number; left out",))


def _whole(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        value = int(value[:5])
    return value if type(value) is int and 0 <= value <= 9999 else None


def _plain(value: Any) -> str:
    """A short text on one line; lists and mappings are none."""
    if value is None or isinstance(value, list | dict):
        return ""
    return one_line(str(value))
