"""Two songs beside each other by ear: a section with everything that is in use, in both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import ascii_uppercase

from engine.audio.auditions import Alternative
from engine.audio.cache import SoundCache
from engine.errors import NotFound, Refused
from engine.gate.labels import as_named, section_label
from engine.gate.waiting import entries_in_use
from engine.ids import CANDIDATE_ID_CHARS, digest
from engine.reports.auditions import Comparison
from engine.reports.differences import SongDifference
from engine.reports.listening import entry_track
from engine.runs.contexts import section_of, song_context
from engine.runs.recordings import SUFFIX, beginning, record, scene_of, write_recording
from engine.state.lineages import section_for
from engine.state.songs import Song
from engine.state.studio import Studio
from genomes import Context

FOLDER = "compared"


@dataclass(frozen=True, slots=True)
class Mix:
    """A section of a song with everything that is in use.

    Attributes:
        song: the song, as of a moment.
        section: label of the section.
        path: of its recording.
        loop_frames: length of its bars, without what sounds on after them.
    """

    song: Song
    section: str
    path: Path
    loop_frames: int


def mixes(studio: Studio, found: SongDifference, section: str | None = None) -> list[Mix]:
    """The sections in which two songs differ, of each the first song's and then the second's.

    Args:
        studio: the studio.
        found: how they differ.
        section: only this section, whether it differs or not.

    Raises:
        NotFound: if nothing is in use there.
    """
    labels = list(dict.fromkeys(part.section for part in found.parts))
    if section is not None:
        labels = [as_named(labels, section)]
    songs = (found.before, found.after)
    made = [mix for label in labels for song in songs if (mix := _mix(studio, song, label))]
    if section is not None and not made:
        raise NotFound(f"nothing is in use for {section}", "see engine status")
    return made


def auditioned(studio: Studio, songs: Sequence[Song], section: str) -> Comparison:
    """What is needed to hear a section of songs, or of moments of one, in turn on one clock.

    The alternatives are called A, B and so on.

    Args:
        studio: the studio.
        songs: their states.
        section: label of the section.

    Raises:
        NotFound: if nothing is in use there in one of them.
        Refused: if it isn't as long, in the same meter and as fast in all of them.
    """
    used = [entries_in_use(song, section) for song in songs]
    if not all(used):
        raise NotFound(f"nothing is in use for {section}", "see engine status")
    contexts = [_context(song, entries[-1].id, section)
                for song, entries in zip(songs, used, strict=True)]  # fmt: skip
    scenes = {scene_of(context) for context in contexts}
    if len(scenes) > 1:
        raise Refused(f"{section} isn't of one length, meter and tempo in all of them")
    (scene,) = scenes
    alternatives = []
    for letter, entries in zip(ascii_uppercase, used, strict=False):
        *below, top = (beginning(entry_track(studio, each), scene) for each in entries)
        alternatives.append(Alternative(letter, top, tuple(below)))
    return Comparison(SoundCache.of_studio(studio.folder), tuple(alternatives), scene)


def _mix(studio: Studio, song: Song, section: str) -> Mix | None:
    """The recording of a section; None where nothing is in use. It is made if it is missing."""
    entries = entries_in_use(song, section)
    if not entries:
        return None
    context = _context(song, entries[-1].id, section)
    facts = [
        [(each.id, each.state.transposed) for each in entries],
        [song.tempo_bpm, song.singer, list(song.genres)],
    ]
    name = f"{section_label(section)}_{digest(*facts)[:CANDIDATE_ID_CHARS]}{SUFFIX}"
    path = studio.exports / song.song_id / FOLDER / name
    if not path.exists():
        *below, top = [entry_track(studio, each) for each in entries]
        (audio,) = record(SoundCache.of_studio(studio.folder), below, [top], context)
        write_recording(path, audio)
    return Mix(song, section, path, scene_of(context).frames)


def _context(song: Song, candidate: str, section: str) -> Context:
    return song_context(song, section_of(section_for(song, candidate, section)))
