"""The files of a song's arrangements, as the log knows them: what can be heard and downloaded."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from documents.findings import slug
from engine.arrangement.files import PLAN_FILE, WHOLE_SONG
from engine.arrangement.writers import AUDIO_FORMATS, NO_AUDIO
from engine.errors import NotFound
from engine.state.songs import Song
from engine.state.studio import Studio

RECORDINGS = tuple(f"song.{suffix}" for suffix in AUDIO_FORMATS if suffix != NO_AUDIO)

# What the files of the whole song are, for people, in the order in which they are listed.
WORDS = {
    **{name: f"recording ({name.partition('.')[2].upper()})" for name in RECORDINGS},
    WHOLE_SONG: "the whole song as MIDI",
    "song.musicxml": "score (MusicXML)",
    "lead-sheet.musicxml": "lead sheet (MusicXML)",
    "lead-sheet.pdf": "lead sheet (PDF)",
    "chart.cho": "chart (ChordPro)",
    "lyrics.txt": "words",
    "song.png": "picture",
    PLAN_FILE: "plan",
}


@dataclass(frozen=True, slots=True)
class ArrangedFile:
    """A file of an arrangement that is there.

    Attributes:
        key: its name in the log, which is its path in the studio.
        path: where it lies.
        name: its path in the arrangement's folder.
        sha256: of the bytes that the engine wrote.
    """

    key: str
    path: Path
    name: str
    sha256: str

    @property
    def words(self) -> str:
        """What it is, for people."""
        if self.name in WORDS:
            return WORDS[self.name]
        stem = Path(self.name)
        kind = "MIDI" if stem.suffix == ".mid" else "recording"
        return f"{stem.stem} alone ({kind})"

    @property
    def is_recording(self) -> bool:
        """Whether it is a recording of the whole song."""
        return self.name in RECORDINGS

    @property
    def is_edited(self) -> bool:
        """Whether its bytes are no longer what the engine wrote."""
        status = self.path.stat()
        return _sha256(self.path, status.st_mtime_ns, status.st_size) != self.sha256

    def download_name(self, song: Song) -> str:
        """A name for a copy elsewhere: the song's and its own, of plain letters."""
        return f"{slug(song.title) or 'song'}-{self.name.replace('/', '-')}"


@lru_cache(maxsize=512)
def _sha256(path: Path, changed_ns: int, size: int) -> str:  # noqa: ARG001 - both tell when it changed
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def arranged_files(studio: Studio, song: Song, arrangement: str) -> list[ArrangedFile]:
    """The files of an arrangement that are there, the whole song's first.

    Args:
        studio: the studio.
        song: state of the song.
        arrangement: id of the arrangement.
    """
    order = {name: place for place, name in enumerate(WORDS)}
    found = [
        ArrangedFile(key, studio.folder / key, _name(key), written.sha256)
        for key, written in song.exports.items()
        if written.candidate == arrangement and _is_there(studio, key)
    ]
    return sorted(found, key=lambda file: (order.get(file.name, len(order)), file.name))


def arranged_file(studio: Studio, song: Song, key: str) -> ArrangedFile:
    """The file of one of the song's arrangements with this name in the log.

    Raises:
        NotFound: if the log has none, or it isn't there any more.
    """
    written = song.exports.get(key)
    if written is None or written.candidate not in song.arrangements or not _is_there(studio, key):
        raise NotFound("no such file of this song", f"run engine arrange --song {song.song_id}")
    return ArrangedFile(key, studio.folder / key, _name(key), written.sha256)


def _is_there(studio: Studio, key: str) -> bool:
    """Whether a file is there, and in the exports of the studio wherever its links lead."""
    path = (studio.folder / key).resolve()
    return path.is_file() and path.is_relative_to(studio.exports.resolve())


def _name(key: str) -> str:
    """The path in the arrangement's folder: ``exports/SONG/arrangements/NAME`` is before it."""
    return key.split("/", maxsplit=4)[-1]
