"""A catalogue's folder: which songs are in it, and why what isn't in is not."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from documents.findings import Found, one_line
from training.catalogue.lyrics import Lyrics, read_lyrics
from training.catalogue.manifests import BrokenManifest, read_manifest
from training.catalogue.songs import Song
from training.catalogue.timeline import Timeline, timeline

MANIFEST_SUFFIXES = (".yml", ".yaml")
LYRICS_SUFFIX = ".lrc"
# Boundaries that decimals must bring to a beat before anybody doubts how fractions are read.
MANY_MORE = 3


@dataclass(frozen=True, slots=True)
class FiledSong:
    """A song as it lies in a catalogue.

    Attributes:
        song: its manifest.
        lyrics: with times, if there are any that can be read.
        times: where everything is.
        notes: what was assumed, mended or left out, one line each, with the file's path.
    """

    song: Song
    lyrics: Lyrics | None
    times: Timeline
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A folder of songs.

    Attributes:
        folder: where it is.
        songs: those that can be used, by name.
        refused: a line for each manifest and each lyrics' file that isn't in, with its reason.
        files: how many manifests and lyrics' files there are.
    """

    folder: Path
    songs: tuple[FiledSong, ...]
    refused: tuple[str, ...]
    files: int

    @property
    def notes(self) -> list[str]:
        """Of all songs."""
        return [note for filed in self.songs for note in filed.notes]


def read_catalogue(folder: Path) -> Catalogue:
    """Read the manifests and lyrics of a folder; a broken file is named, the rest goes through.

    Raises:
        ValueError: if there is no such folder, or no manifest in it at all.
    """
    if not folder.is_dir():
        raise ValueError(f"{folder}: no such folder (accepted: a catalogue of NN_MM/NN_MM.yml)")
    reader = _Reader(folder)
    found = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    manifests = [path for path in found if path.suffix.casefold() in MANIFEST_SUFFIXES]
    lyrics = [path for path in found if path.suffix.casefold() == LYRICS_SUFFIX]
    if not manifests:
        raise ValueError(f"{folder}: no manifest in it (accepted: a catalogue of NN_MM/NN_MM.yml)")
    songs = tuple(reader.songs(manifests))
    reader.refuse_unused(lyrics)
    return Catalogue(folder, songs, tuple(reader.refused), len(manifests) + len(lyrics))


def digest_of_texts(folder: Path) -> str:
    """SHA-256 of every manifest and lyrics' file and of what they are called, as hex."""
    digest = hashlib.sha256()
    suffixes = (*MANIFEST_SUFFIXES, LYRICS_SUFFIX)
    for path in sorted(folder.rglob("*")):
        if path.suffix.casefold() in suffixes and path.is_file():
            digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
            digest.update(hashlib.sha256(_bytes_of(path)).digest())
    return digest.hexdigest()


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        return str(error.strerror).encode()


class _Reader:
    """Goes through a folder and keeps the reasons."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: set[Path] = set()
        self._names: set[str] = set()
        self.refused: list[str] = []

    def songs(self, manifests: Sequence[Path]) -> Iterator[FiledSong]:
        """Each manifest that can be used, with its lyrics."""
        for path in manifests:
            shown_path = self._shown(path)
            if path.stem != path.parent.name or path.parent.parent != self._folder:
                self.refused.append(f"{shown_path}: not named as its folder, so no manifest")
                continue
            if path.stem in self._names:
                self.refused.append(f"{shown_path}: {path.stem} has a manifest already")
                continue
            try:
                found = read_manifest(path, shown_path)
            except BrokenManifest as error:
                self.refused.append(str(error))
                continue
            self._names.add(path.stem)
            yield self._filed(path.parent, found, shown_path)

    def _filed(self, folder: Path, found: Found[Song], shown_path: str) -> FiledSong:
        notes = [f"{shown_path}: {warning}" for warning in found.warnings]
        lyrics = self._lyrics(folder, found.value, shown_path, notes)
        times = timeline(found.value, lyrics)
        notes += [f"{shown_path}: {repair}" for repair in times.repairs]
        read, as_decimals, count = times.on_beat
        if as_decimals >= read + MANY_MORE:
            notes.append(
                f"{shown_path}: {read} of {count} boundaries are on a beat, as decimals "
                f"{as_decimals}: the fractions may mean something else"
            )
        return FiledSong(found.value, lyrics, times, tuple(one_line(note) for note in notes))

    def _lyrics(self, folder: Path, song: Song, shown_path: str, notes: list[str]) -> Lyrics | None:
        """Those that the manifest names, or else those that are called as it is."""
        path = folder / (song.lrc_file or f"{song.name}{LYRICS_SUFFIX}")
        if not path.is_file():
            if song.lrc_file:
                notes.append(f"{shown_path}: lrc_file: no file {song.lrc_file}; sections are used")
            return None
        self._read.add(path)
        try:
            lyrics = read_lyrics(path)
        except (OSError, ValueError) as error:
            self.refused.append(f"{self._shown(path)}: {error}")
            return None
        notes += [f"{self._shown(path)}: {problem}" for problem in lyrics.problems]
        return lyrics

    def refuse_unused(self, paths: Sequence[Path]) -> None:
        """Name the lyrics that belong to no song."""
        self.refused += [
            f"{self._shown(path)}: belongs to no manifest that is in"
            for path in paths
            if path not in self._read
        ]

    def _shown(self, path: Path) -> str:
        """A path as it is called from the catalogue's folder."""
        return path.relative_to(self._folder).as_posix()
