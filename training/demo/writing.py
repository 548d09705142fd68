"""Writing demo songs as a catalogue: manifests, lyrics with times, WAV and MIDI stems."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from documents.timecodes import FRAMES_25, TENTHS_25, Reading, written
from engine.execution.choice import in_processes
from fitness.colours import COLOURS, Colour
from genomes.midi import Conductor, Track, write_midi
from genomes.notes import Part
from genomes.time import TempoMap
from training.demo.layout import DemoSong, Placed, Stem, compose_song
from training.demo.sound import SAMPLE_RATE, normalised, sounded
from training.demo.words import WORDS, Words, concept, line, title
from training.progress import Update, no_update

SONG_SECONDS = 48.0
TAIL_SECONDS = 1.0
MAIN_PEAK = 0.9
LINES_PER_SECTION = 2
# A singer comes in a little after the bar line.
PICKUP_SECONDS = 0.15
FIRST_TRACK_ID = 2
KIT_FILE = "kit"
# Notes of a sampler's own drum map: only the names of the MIDI tracks tell the instruments.
KIT_NOTES = {"Percussion": 60}
PLAYERS = {"Vocal 1": "Ada Lark"}


@dataclass(frozen=True, slots=True)
class Job:
    """One song to write; albums and places on them count from 1."""

    folder: Path
    colour: str
    album: int
    place: int
    seconds: float
    seed: int

    @property
    def name(self) -> str:
        """Such as ``02_01``."""
        return f"{self.album:02}_{self.place:02}"


def write_catalogue(
    folder: Path,
    songs: int,
    seed: int = 0,
    seconds: float = SONG_SECONDS,
    processes: int = 1,
    update: Update = no_update,
) -> list[str]:
    """Write songs of eight colours in turn; gives their names.

    Songs are numbered so that more of them leave those before as they are.

    Raises:
        ValueError: for less than one song.
    """
    if songs < 1:
        raise ValueError(f"{songs} songs: expected 1 or more")
    coloured = [colour for colour in COLOURS if colour.name in WORDS]
    jobs = []
    for number in range(songs):
        place, album = divmod(number, len(coloured))
        jobs.append(Job(folder, coloured[album].name, album + 1, place + 1, seconds, seed))
    for done, _ in enumerate(in_processes(write_song, jobs, processes), start=1):
        update(done, songs, "")
    return sorted(job.name for job in jobs)


def write_song(job: Job) -> None:
    """Compose a song and write its folder."""
    import soundfile

    rng = np.random.default_rng((job.seed, job.album, job.place))
    song = compose_song(job.colour, job.seconds, rng)
    colour = next(colour for colour in COLOURS if colour.name == job.colour)
    folder = job.folder / job.name
    folder.mkdir(parents=True, exist_ok=True)
    frames = ceil((_seconds(song, song.length_ticks) + TAIL_SECONDS) * SAMPLE_RATE)
    main = np.zeros(frames, np.float32)
    for index, stem in enumerate(song.stems):
        sound = sounded(stem.part.notes, song.context.tempo_map, frames, stem.voice)
        main += sound / len(song.stems)
        soundfile.write(folder / f"{_stem_name(job, index, stem)}.wav", sound, SAMPLE_RATE)
        if not stem.is_drums:
            data = _midi(song, [stem])
            (folder / f"{_stem_name(job, index, stem)}.mid").write_bytes(data)
    kit = [stem for stem in song.stems if stem.is_drums]
    (folder / f"{job.name}_{KIT_FILE}.mid").write_bytes(_midi(song, kit))
    soundfile.write(folder / f"{job.name}_main.wav", normalised(main, MAIN_PEAK), SAMPLE_RATE)
    words = WORDS[job.colour]
    manifest = _manifest(job, song, colour, frames / SAMPLE_RATE, rng)
    text = yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True, width=1000)
    (folder / f"{job.name}.yml").write_text(text, "utf-8")
    if manifest["lyrics"]:
        lyrics = _lyrics(job, song, words, manifest["title"], rng)
        (folder / f"{job.name}.lrc").write_text(lyrics, "utf-8")


def _manifest(
    job: Job, song: DemoSong, colour: Colour, seconds: float, rng: np.random.Generator
) -> dict[str, Any]:
    """What a person writes down of a finished song."""
    words, context = WORDS[job.colour], song.context
    is_sung = colour.name != "Green"
    document = {
        "bpm": int(context.tempo_bpm),
        "manifest_id": job.name,
        "tempo": str(context.meter),
        "key": str(context.key),
        "rainbow_color": colour.letter,
        "title": title(words, rng),
        "release_date": f"20{16 + job.album}-0{job.album}-14",
        "album_sequence": job.place,
        "main_audio_file": f"{job.name}_main.wav",
        "TRT": str(written(seconds, reading_of_album(job.album))),
        "vocals": is_sung,
        "lyrics": is_sung,
        "structure": [_section(job, song, place) for place in song.sections],
        "mood": list(words.moods),
        "sounds_like": [
            {"name": name, "discogs_id": 1000 * job.album + number}
            for number, name in enumerate(words.likes)
        ],
        "genres": list(words.genres),
        "lrc_file": f"{job.name}.lrc",
        "concept": concept(words, rng),
        "audio_tracks": [_track(job, index, stem) for index, stem in enumerate(song.stems)],
    }
    if not is_sung:
        del document["lrc_file"]
    return document


def reading_of_album(album: int) -> Reading:
    """How a record's timecodes are written: the later ones in whole frames."""
    return TENTHS_25 if album <= 5 else FRAMES_25


def _section(job: Job, song: DemoSong, place: Placed) -> dict[str, str]:
    reading = reading_of_album(job.album)
    begin = written(_seconds(song, place.onset_ticks), reading)
    end = written(_seconds(song, place.onset_ticks + place.length_ticks), reading)
    # A section begins one unit after the one before it, as a list that is split at a cut has it.
    after = f"[{begin.minutes:02}:{begin.seconds:02}.{begin.fraction + 1:03}]"
    return {
        "section_name": place.name,
        "start_time": after if place.onset_ticks else str(begin),
        "end_time": str(end),
        "description": f"{place.name}, {song.context.section.bars} bars.",
    }


def _track(job: Job, index: int, stem: Stem) -> dict[str, Any]:
    """A stem's entry. Numbers begin at 2 and leave one out after the kit."""
    hole = 0 if stem.is_drums else 1
    name = _stem_name(job, index, stem)
    entry: dict[str, Any] = {
        "id": FIRST_TRACK_ID + index + hole,
        "description": stem.description,
        "audio_file": f"{name}.wav",
    }
    if stem.is_drums:
        entry |= {"midi_group_file": f"{job.name}_{KIT_FILE}.mid", "group": "Drums"}
    else:
        entry["midi_file"] = f"{name}.mid"
    if stem.description in PLAYERS:
        entry["player"] = PLAYERS[stem.description]
    return entry


def _stem_name(job: Job, index: int, stem: Stem) -> str:
    return f"{job.name}_{index + 2:02}_{stem.description.lower().replace(' ', '_')}"


def _lyrics(job: Job, song: DemoSong, words: Words, name: str, rng: np.random.Generator) -> str:
    """Lyrics with a time on a line of its own above each line."""
    reading = reading_of_album(job.album)
    lines = [f"[ti: {name}]", "[ar: Nobody Yet]", f"[al: {words.album}]"]
    for place in song.sections:
        if place.is_sung:
            begin, length = _seconds(song, place.onset_ticks), _seconds(song, place.length_ticks)
            for number in range(LINES_PER_SECTION):
                second = begin + length * number / LINES_PER_SECTION + PICKUP_SECONDS
                lines += [str(written(second, reading)), line(words, rng)]
    return "\n".join(lines)


def _midi(song: DemoSong, stems: list[Stem]) -> bytes:
    """As an audio workstation exports it: a kit on the first channel, its notes by its own map."""
    context = song.context
    tracks = [Track(stem.description, _as_played(stem), stem.program) for stem in stems]
    return write_midi(tracks, Conductor("Untitled", context.key, context.meter, context.tempo_bpm))


def _as_played(stem: Stem) -> Part:
    notes = stem.part.notes.copy()
    notes["is_drum"] = False
    if stem.is_drums and stem.description in KIT_NOTES:
        notes["pitch"] = KIT_NOTES[stem.description]
    return Part.of(notes, stem.part.length_ticks)


def _seconds(song: DemoSong, ticks: int) -> float:
    tempo_map: TempoMap = song.context.tempo_map
    return float(tempo_map.seconds(ticks))
