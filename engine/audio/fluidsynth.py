"""FluidSynth: recorded instruments, where the machine has the program and a soundfont."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from engine.audio.samples import SAMPLE_RATE, Samples
from genomes.keys import Key
from genomes.midi import Conductor, Track, write_midi
from genomes.notes import Part
from genomes.time import TICKS_PER_QUARTER, Meter, TempoMap

EXECUTABLE = "fluidsynth"
SOUNDFONT_VARIABLE = "ENGINE_SOUNDFONT"

# Where packages put soundfonts below a folder for shared data, and the order of preference.
SHARED_FOLDERS = ("sounds/sf2", "sounds/sf3", "soundfonts")
PREFERRED_NAMES = ("FluidR3_GM", "MuseScore_General", "GeneralUser", "default")
SUFFIXES = (".sf2", ".sf3")

TIMEOUT_SECONDS = 300.0
GAIN = 0.5

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

    def render(self, track: Track, tempo_map: TempoMap, frames: int) -> Samples:
        """A track as sound, ``(frames, 2)``, at FluidSynth's own loudness.

        Raises:
            FluidSynthFailed: if it can't be run, takes too long or writes nothing readable.
        """
        with TemporaryDirectory() as folder:
            score, sound = Path(folder, "score.mid"), Path(folder, "sound.wav")
            score.write_bytes(_at_constant_tempo(track, tempo_map))
            self._run(score, sound)
            samples = _read(sound)[:frames]
        silence = np.zeros((frames - len(samples), 2), dtype=np.float32)
        return np.concatenate((samples, silence))

    def _run(self, score: Path, sound: Path) -> None:
        options = ["-n", "-i", "-q", "-g", str(GAIN), "-r", str(SAMPLE_RATE)]
        output = ["-T", "wav", "-O", "float", "-F", str(sound)]
        command = [self.executable, *options, *output, str(self.soundfont), str(score)]
        try:
            subprocess.run(  # noqa: S603 - the arguments are ours
                command, check=True, capture_output=True, timeout=TIMEOUT_SECONDS
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise FluidSynthFailed(f"FluidSynth failed: {error}") from error


def _at_constant_tempo(track: Track, tempo_map: TempoMap) -> bytes:
    """The track as a MIDI file of one tempo, with the same times in seconds."""
    notes = track.part.notes.copy()
    ends = _ticks_at_constant_tempo(tempo_map, notes["onset_ticks"] + notes["duration_ticks"])
    notes["onset_ticks"] = _ticks_at_constant_tempo(tempo_map, notes["onset_ticks"])
    notes["duration_ticks"] = np.maximum(1, ends - notes["onset_ticks"])
    length_ticks = int((notes["onset_ticks"] + notes["duration_ticks"]).max())
    conductor = Conductor(track.name, Key.parse("C major"), Meter(4, 4), TEMPO_BPM)
    timed = Track(track.name, Part.of(notes, length_ticks), track.program, track.channel)
    return write_midi([timed], conductor)


def _ticks_at_constant_tempo(tempo_map: TempoMap, ticks: np.ndarray) -> np.ndarray:
    return np.rint(tempo_map.seconds(ticks) * TICKS_PER_SECOND).astype(np.int32)


def _read(path: Path) -> Samples:
    import soundfile  # noqa: PLC0415 - loading libsndfile takes time

    try:
        samples, _ = soundfile.read(path, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise FluidSynthFailed(f"FluidSynth wrote no sound: {error}") from error
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
