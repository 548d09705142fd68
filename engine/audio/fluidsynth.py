"""FluidSynth: recorded instruments, where the machine has the program and a soundfont."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import ceil
from pathlib import Path

import numpy as np

from engine.audio.samples import SAMPLE_RATE, Samples, peak
from engine.state.temporary import TemporaryFolder
from genomes.keys import Key
from genomes.midi import DRUM_CHANNEL, Conductor, Track, write_midi
from genomes.notes import Part
from genomes.time import TICKS_PER_QUARTER, Meter, TempoMap

EXECUTABLE = "fluidsynth"
SOUNDFONT_VARIABLE = "ENGINE_SOUNDFONT"

# Where packages put soundfonts below a folder for shared data, and the order of preference.
SHARED_FOLDERS = ("sounds/sf2", "sounds/sf3", "soundfonts")
PREFERRED_NAMES = ("FluidR3_GM", "MuseScore_General", "GeneralUser", "default")
SUFFIXES = (".sf2", ".sf3")

TIMEOUT_SECONDS = 300.0
# They decide how everything sounds. Only the samples that are played are loaded, which changes
# nothing of the sound and takes less than half the time.
SETTINGS = ("-g", "0.5", "-r", str(SAMPLE_RATE), "-o", "synth.dynamic-sample-loading=1")
# Changed where the same settings sound otherwise than before.
VERSION = 2

# One process plays several tracks after each other, this long in all: that is a file of 100 MB.
MAX_SECONDS_TOGETHER = 300.0
# After a track and before the next: what sounds on has died away.
GAP_SECONDS = 4.0
# Each begins at a whole number of these: of FluidSynth's blocks of 64 frames, and of milliseconds,
# so that it sounds as if it were alone.
GRID_SECONDS = 0.64
MELODIC_CHANNELS = [channel for channel in range(16) if channel != DRUM_CHANNEL]

# Where nothing is louder than this, nothing was played.
SILENCE = 1e-7

# FluidSynth gets a score of one tempo, at which a tick lasts 0.1 ms: the tempo map is already
# in its onsets.
TEMPO_BPM = 1200
TICKS_PER_SECOND = TEMPO_BPM / 60 * TICKS_PER_QUARTER


class FluidSynthFailed(Exception):
    """FluidSynth is not installed or failed; the message is shown to people."""


@dataclass(frozen=True, slots=True)
class FluidSynth:
    """The program and its soundfont.

    Attributes:
        executable: its path.
        soundfont: General MIDI instruments.
    """

    executable: str
    soundfont: Path

    def __str__(self) -> str:
        return f"FluidSynth with {self.soundfont.name}"

    @property
    def identity(self) -> str:
        """Another one where it would sound otherwise: program, settings, soundfont."""
        file = self.soundfont.stat()
        soundfont = (self.soundfont.name, file.st_size, file.st_mtime_ns)
        return repr((VERSION, _version(self.executable), SETTINGS, soundfont))

    @property
    def plays_alone(self) -> bool:
        """Not so: its chorus and vibrato run on from one track to the next."""
        return False

    def render(
        self, tracks: Sequence[Track], tempo_map: TempoMap, frames: int
    ) -> Iterator[Samples]:
        """Each track as sound, ``(frames, 2)``, at FluidSynth's own loudness.

        Args:
            tracks: with a note each.
            tempo_map: of all tracks.
            frames: how long each is.

        Raises:
            FluidSynthFailed: if it can't be run, takes too long or writes nothing readable.
        """
        slot_seconds = GRID_SECONDS * ceil((frames / SAMPLE_RATE + GAP_SECONDS) / GRID_SECONDS)
        slot_frames = round(slot_seconds * SAMPLE_RATE)
        most = max(1, int(MAX_SECONDS_TOGETHER / slot_seconds))
        for batch in _batches(tracks, most):
            samples = self._play(_one_after_another(batch, tempo_map, slot_seconds))
            for start in range(0, slot_frames * len(batch), slot_frames):
                stem = np.zeros((frames, 2), dtype=np.float32)
                played = samples[start : start + frames]
                stem[: len(played)] = played
                yield stem

    def _play(self, score: bytes) -> Samples:
        with TemporaryFolder() as folder:
            path, sound = Path(folder, "score.mid"), Path(folder, "sound.wav")
            path.write_bytes(score)
            output = ["-n", "-i", "-q", "-T", "wav", "-O", "float", "-F", str(sound)]
            command = [self.executable, *SETTINGS, *output, str(self.soundfont), str(path)]
            try:
                subprocess.run(  # noqa: S603 - the arguments are ours
                    command, check=True, capture_output=True, timeout=TIMEOUT_SECONDS
                )
            except (OSError, subprocess.SubprocessError) as error:
                raise FluidSynthFailed(f"FluidSynth failed: {error}") from error
            return _read(sound)


@cache
def _version(executable: str) -> str:
    """What the program says of its version; its path where it says nothing."""
    try:
        done = subprocess.run(  # noqa: S603 - the arguments are ours
            [executable, "--version"], capture_output=True, timeout=TIMEOUT_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return executable
    return done.stdout.decode(errors="replace").strip() or executable


def _batches(tracks: Sequence[Track], most: int) -> Iterator[list[Track]]:
    """The tracks in order, so many together that no two programs share a channel."""
    batch: list[Track] = []
    programs: dict[int, int] = {}
    for track in tracks:
        channel = _channel(track, programs)
        if len(batch) == most or channel is None:
            yield batch
            batch, programs = [], {}
            channel = _channel(track, programs)
        assert channel is not None  # noqa: S101 - all are free before the first
        programs[channel] = track.program
        batch.append(replace(track, channel=channel))
    yield batch


def _channel(track: Track, programs: dict[int, int]) -> int | None:
    """A channel that is free for the track's program, or has it already; None if there is none.

    Args:
        track: to be played.
        programs: those of the channels that are in use.
    """
    is_drums = track.channel == DRUM_CHANNEL
    channels = [DRUM_CHANNEL] if is_drums else MELODIC_CHANNELS
    free = [each for each in channels if programs.get(each, track.program) == track.program]
    return free[0] if free else None


def _one_after_another(tracks: Iterable[Track], tempo_map: TempoMap, slot_seconds: float) -> bytes:
    """The tracks as a MIDI file of one tempo, with the same times in seconds within each slot."""
    timed = []
    for slot, track in enumerate(tracks):
        notes = track.part.notes.copy()
        ends = _ticks_at_constant_tempo(tempo_map, notes["onset_ticks"] + notes["duration_ticks"])
        onsets = _ticks_at_constant_tempo(tempo_map, notes["onset_ticks"])
        notes["onset_ticks"] = onsets + round(slot * slot_seconds * TICKS_PER_SECOND)
        notes["duration_ticks"] = np.maximum(1, ends - onsets)
        length_ticks = int((notes["onset_ticks"] + notes["duration_ticks"]).max())
        timed.append(replace(track, part=Part.of(notes, length_ticks), expression=()))
    conductor = Conductor("", Key.parse("C major"), Meter(4, 4), TEMPO_BPM)
    return write_midi(timed, conductor)


def _ticks_at_constant_tempo(tempo_map: TempoMap, ticks: np.ndarray) -> np.ndarray:
    return np.rint(tempo_map.seconds(ticks) * TICKS_PER_SECOND).astype(np.int32)


def _read(path: Path) -> Samples:
    import soundfile  # noqa: PLC0415 - loading libsndfile takes time

    try:
        samples, _ = soundfile.read(path, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise FluidSynthFailed(f"FluidSynth wrote no sound: {error}") from error
    if not len(samples) or peak(samples) < SILENCE:
        raise FluidSynthFailed("FluidSynth played nothing")
    return np.broadcast_to(samples, (len(samples), 2))


def find_fluidsynth() -> FluidSynth:
    """The program and the soundfont of this machine.

    Raises:
        FluidSynthFailed: naming what is missing.
    """
    executable = shutil.which(EXECUTABLE)
    if executable is None:
        raise FluidSynthFailed("FluidSynth isn't installed")
    named = os.environ.get(SOUNDFONT_VARIABLE)
    found = Path(named).expanduser() if named else next(_soundfonts(Path(executable)), None)
    if found is None or not found.is_file():
        missing = f"no file {named}" if named else "there is no soundfont"
        raise FluidSynthFailed(f"{missing}; {SOUNDFONT_VARIABLE} names one")
    return FluidSynth(executable, found)


def _soundfonts(executable: Path) -> Iterator[Path]:
    """Soundfonts in the usual folders, the best first."""
    found = [
        path
        for shared in _shared_data(executable)
        for folder in SHARED_FOLDERS
        for path in (shared / folder).glob("*")
        if path.suffix.casefold() in SUFFIXES
    ]
    yield from sorted(found, key=lambda path: (_preference(path), path.name))


def _preference(path: Path) -> int:
    names = [place for place, name in enumerate(PREFERRED_NAMES) if path.name.startswith(name)]
    return names[0] if names else len(PREFERRED_NAMES)


def _shared_data(executable: Path) -> list[Path]:
    """Folders for shared data: the person's, the system's, and those beside the program."""
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    system = os.environ.get("XDG_DATA_DIRS", "").split(os.pathsep)
    near_program = [path.parents[1] / "share" for path in (executable, executable.resolve())]
    return [Path(home), *(Path(folder) for folder in system if folder), *near_program]
