"""Instruments: which General MIDI program plays each stage of a song."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine.arrangement.plan import Plan
from engine.errors import Refused
from engine.stages import STAGES
from engine.state.lineages import in_use, sections
from engine.state.songs import Song
from genomes.genres import main_family
from genomes.melody.singers import singer_of
from genomes.midi import find_program, program_name

# A singer whose range goes below this MIDI pitch is too low for a violin.
LOW_SINGER_PITCH = 55


@dataclass(frozen=True, slots=True)
class Band:
    """The instruments of a family of genres, by names of General MIDI.

    Attributes:
        chords: what plays the chords.
        bass: what plays the bass.
        harmony: what plays the harmony.
        high: what plays the melody of a soprano or a mezzo.
        low: what plays the melody of all lower singers; it reaches their notes.
        drums: the drum kit.
    """

    chords: str
    bass: str
    harmony: str
    high: str
    low: str
    drums: str = "Standard Kit"

    def instrument(self, stage: str, singer: str) -> str:
        """The instrument of a stage."""
        if stage == "melody":
            return self.low if singer_of(singer).low < LOW_SINGER_PITCH else self.high
        name: str = getattr(self, stage)
        return name


POP = Band(
    "Acoustic Grand Piano", "Electric Bass (finger)", "String Ensemble 1", "Flute", "Clarinet"
)
# By family of genres; a song whose genres name none is played by the band of pop.
BANDS: dict[str, Band] = {
    "ambient": Band("Electric Piano 1", "Fretless Bass", "Pad 2 (warm)", "Ocarina", "Cello"),
    "electronic": Band(
        *("Pad 3 (polysynth)", "Synth Bass 1", "Synth Strings 1"),
        *("Lead 1 (square)", "Lead 2 (sawtooth)", "Electronic Kit"),
    ),
    "krautrock": Band(
        *("Rock Organ", "Electric Bass (pick)", "Synth Strings 1"),
        *("Lead 2 (sawtooth)", "Lead 2 (sawtooth)"),
    ),
    "rock": Band(
        *("Electric Guitar (clean)", "Electric Bass (pick)", "Drawbar Organ"),
        *("Overdriven Guitar", "Overdriven Guitar", "Power Kit"),
    ),
    "classical": Band("Acoustic Grand Piano", "Contrabass", "String Ensemble 1", "Violin", "Cello"),
    "experimental": Band(
        "Electric Piano 2", "Fretless Bass", "Synth Strings 2", "Clarinet", "Bassoon"
    ),
    "folk": Band(
        *("Acoustic Guitar (steel)", "Acoustic Bass", "Accordion"),
        *("Flute", "Acoustic Guitar (nylon)"),
    ),
    "americana": Band(
        *("Acoustic Guitar (steel)", "Acoustic Bass", "Drawbar Organ"),
        *("Fiddle", "Electric Guitar (clean)"),
    ),
    "jazz": Band(
        *("Acoustic Grand Piano", "Acoustic Bass", "Electric Guitar (jazz)"),
        *("Alto Sax", "Tenor Sax", "Jazz Kit"),
    ),
    "breakbeat": Band(
        *("Electric Piano 1", "Electric Bass (finger)", "Synth Strings 1"),
        *("Trumpet", "Tenor Sax", "Room Kit"),
    ),
    "post_rock": Band(
        *("Electric Guitar (clean)", "Electric Bass (pick)", "String Ensemble 2"),
        *("Overdriven Guitar", "Cello", "Room Kit"),
    ),
    "pop": POP,
}


def usual_programs(genres: Sequence[str], singer: str) -> dict[str, int]:
    """The program of each stage, 0 to 127, in a song of these genres.

    Args:
        genres: in anybody's words.
        singer: a name of ``genomes.melody.singers``; others are taken for the default singer.
    """
    band = BANDS.get(main_family(genres) or "", POP)
    return {
        stage: find_program(band.instrument(stage, singer), is_drums=row.is_drums)
        for stage, row in STAGES.items()
    }


def song_instruments(
    song: Song, chosen: Mapping[str, int] | None = None
) -> tuple[tuple[str, int], ...]:
    """``(stage, program)`` of every stage: those that are chosen, else the song's usual ones.

    Args:
        song: state of the song.
        chosen: stage -> program, 0 to 127.
    """
    programs = usual_programs(song.genres, _singer(song)) | dict(chosen or {})
    return tuple((stage, programs[stage]) for stage in STAGES)


def with_instruments(plan: Plan, song: Song, chosen: Mapping[str, int] | None = None) -> Plan:
    """A plan that names an instrument for every stage.

    Args:
        plan: the plan; the instruments that it names are kept.
        song: state of the song.
        chosen: stage -> program, 0 to 127, before those of the plan.
    """
    named = dict(plan.instruments) | dict(chosen or {})
    return replace(plan, instruments=song_instruments(song, named))


def _singer(song: Song) -> str:
    """Whom the melody in use that was approved last was composed for; nobody's name is empty."""
    used = {in_use(song, section).get("melody") for section in sections(song)}
    melodies = [
        (each.decided_at, song.runs[each.run].singer)
        for identifier, each in song.candidates.items()
        if identifier in used and each.run in song.runs
    ]
    named = max(melodies, default=(0, None))[1]
    return named or song.singer or ""


def read_choices(texts: Sequence[str]) -> dict[str, int]:
    """Stage -> program of choices such as ``melody=violin``.

    Raises:
        Refused: if one can't be read; names what is accepted.
    """
    chosen = {}
    for text in texts:
        stage, _, instrument = (each.strip() for each in text.partition("="))
        if stage not in STAGES:
            raise Refused(
                f"--instrument {text}: expected STAGE=INSTRUMENT, a stage of {', '.join(STAGES)}"
            )
        try:
            chosen[stage] = find_program(instrument, is_drums=STAGES[stage].is_drums)
        except ValueError as error:
            raise Refused(f"--instrument {text}: expected {error}") from error
    return chosen


def instrument_name(stage: str, program: int) -> str:
    """The name of a stage's program; of a kit where the stage is drums."""
    return program_name(program, is_drums=STAGES[stage].is_drums)
