"""Instruments: by genre and singer, or as a person chooses."""

from __future__ import annotations

from pathlib import Path

import mido
import pytest
import yaml
from msgspec.structs import replace

from engine.arrangement.instruments import (
    BANDS,
    POP,
    read_choices,
    song_instruments,
    usual_programs,
)
from engine.errors import Refused
from engine.stages import STAGES
from genomes.genres import FAMILIES, main_family
from genomes.melody.singers import SINGERS
from genomes.midi import find_program, program_name

SILENT = ("arrange", "--audio", "none", "--song")

# Lowest sounding pitch of the instruments that play low singers' melodies.
LOWEST = {
    "Clarinet": 50,
    "Cello": 36,
    "Bassoon": 34,
    "Lead 2 (sawtooth)": 0,
    "Overdriven Guitar": 40,
    "Acoustic Guitar (nylon)": 40,
    "Electric Guitar (clean)": 40,
    "Tenor Sax": 44,
}


def test_every_family_of_genres_has_a_band_of_known_instruments():
    assert set(BANDS) == set(FAMILIES)
    for band in BANDS.values():
        names = [band.chords, band.bass, band.harmony, band.high, band.low]
        assert [program_name(find_program(name)) for name in names] == names
        kit = find_program(band.drums, is_drums=True)
        assert program_name(kit, is_drums=True) == band.drums
        assert band.low in LOWEST


@pytest.mark.parametrize(
    ("genres", "family"),
    [
        (("folk rock",), "rock"),
        (("indie folk",), "folk"),
        (("post-rock",), "post_rock"),
        (("experimental electronic", "glitch"), "electronic"),
        (("bubbling", "Jazz"), "jazz"),
        (("bubbling",), None),
        ((), None),
    ],
)
def test_the_first_genre_that_is_known_names_the_family(genres, family):
    assert main_family(genres) == family
    band = BANDS[family] if family else POP
    assert usual_programs(genres, "")["bass"] == find_program(band.bass)


def test_low_singers_have_other_melodies_than_high_ones():
    for family, band in BANDS.items():
        melodies = {
            singer.name: usual_programs((family.replace("_", " "),), singer.name)["melody"]
            for singer in SINGERS
        }
        assert melodies["soprano"] == melodies["mezzo"] == find_program(band.high)
        assert melodies["baritone"] == melodies["Robbie"] == find_program(band.low)


def test_a_melody_is_played_for_the_singer_it_was_composed_for(shell, song):
    state = shell.song(song)
    usual = dict(song_instruments(state))
    for name in ("baritone", "soprano"):
        runs = {run: replace(each, singer=name) for run, each in state.runs.items()}
        composed = dict(song_instruments(replace(state, runs=runs, singer="alto")))
        assert composed == usual_programs(state.genres, name)
        assert composed | {"melody": 0} == usual | {"melody": 0}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("violin", "expected STAGE=INSTRUMENT, a stage of chords, drums"),
        ("voice=violin", "expected STAGE=INSTRUMENT, a stage of chords, drums"),
        ("melody=violn", "--instrument melody=violn: expected a name of General MIDI such as Vio"),
        ("melody=", "expected a name of General MIDI"),
    ],
)
def test_choices_that_make_no_sense(text, said):
    with pytest.raises(Refused, match=said):
        read_choices([text])


def programs_of(folder):
    """Name of each track of a song's MIDI file -> its program."""
    return {
        track.name.lower(): next(m.program for m in track if m.type == "program_change")
        for track in mido.MidiFile(Path(folder) / "song.mid").tracks[1:]
    }


def test_a_song_is_played_by_the_instruments_of_its_genres(shell, song):
    answer = shell.json(*SILENT, song)
    usual = usual_programs(shell.song(song).genres, "")
    assert programs_of(answer["folder"]) == usual
    names = {
        stage: program_name(program, is_drums=STAGES[stage].is_drums)
        for stage, program in usual.items()
    }
    assert answer["instruments"] == answer["plan"]["instruments"] == names
    plan = yaml.safe_load((Path(answer["folder"]) / "arrangement.yml").read_text("utf-8"))
    assert plan["instruments"] == names


def test_a_person_chooses_on_the_command_line(shell, song):
    usual = shell.json(*SILENT, song)
    chosen = ("--instrument", "melody=violin", "--instrument", "drums=brush", "--instrument")
    answer = shell.json(*SILENT, song, *chosen, "bass=36")
    assert programs_of(answer["folder"]) == programs_of(usual["folder"]) | {
        "melody": 40,
        "drums": 40,
        "bass": 35,
    }
    assert answer["arrangement"] != usual["arrangement"]
    again = shell.json(*SILENT, song, "--from", Path(answer["folder"]) / "arrangement.yml")
    assert again["arrangement"] == answer["arrangement"]


def test_a_person_chooses_in_the_plan_and_the_rest_is_as_usual(shell, song, folder):
    usual = programs_of(shell.json(*SILENT, song)["folder"])
    path = folder / "arrangement.yml"
    document = yaml.safe_load(path.read_text("utf-8"))
    for instruments, changed in (({"melody": "Tenor sax"}, {"melody": 66}), (None, {})):
        path.write_text(yaml.safe_dump(document | {"instruments": instruments}), "utf-8")
        assert programs_of(shell.json(*SILENT, song)["folder"]) == usual | changed


def test_a_wrong_name_is_one_line_and_nothing_happens(shell, song, folder):
    assert "Violin" in shell.refused(*SILENT, song, "--instrument", "melody=violn")
    assert not (folder / "arrangements").exists()
