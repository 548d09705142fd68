"""A melody without chords: imported, harmonised by evolution, and built on from there."""

from __future__ import annotations

import mido
import numpy as np
import pytest

from documents.chord_charts import read_bars
from engine.state.lineages import in_use, lineage_of
from engine.state.studio import Studio
from fitness.theory import chords, theory_terms
from genomes import Context, Key, Part, Section
from genomes.chords import CHORDS
from genomes.chords.given import draw_playing, given_bars
from genomes.time import Meter

# Folk tunes in C major, long out of copyright: the notes of a bar's degrees, in quarters.
TUNES = {
    "waltz": (
        "3/4",
        "G4:1 C5:1 C5:1 D5:1 E5:2 E5:1 D5:1 C5:1 B4:3 A4:1 B4:1 C5:1 D5:1 F5:2 E5:1 D5:1 B4:1 C5:3",
    ),
    "star": (
        "4/4",
        (
            "C4:1 C4:1 G4:1 G4:1 A4:1 A4:1 G4:2 F4:1 F4:1 E4:1 E4:1 D4:1 D4:1 C4:2 "
            "G4:1 G4:1 F4:1 F4:1 E4:1 E4:1 D4:2 G4:1 G4:1 F4:1 F4:1 E4:1 E4:1 D4:2"
        ),
    ),
}
PITCHES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
SEARCH = ("--population", "24", "--generations", "6", "--no-model", "--seed")
BARS = 8


def notes(text):
    """``(onset, duration, pitch, velocity)`` of a tune, in ticks."""
    onset = 0
    for word in text.split():
        name, quarters = word.split(":")
        yield onset, int(quarters) * 480, PITCHES[name[0]] + 12 * (int(name[1]) + 1), 80
        onset += int(quarters) * 480


def midi(path, meter, text):
    """A file with a tune."""
    numerator, denominator = map(int, meter.split("/"))
    track = mido.MidiTrack()
    track.append(mido.MetaMessage("time_signature", numerator=numerator, denominator=denominator))
    for _, duration, pitch, velocity in notes(text):
        track.append(mido.Message("note_on", note=pitch, velocity=velocity))
        track.append(mido.Message("note_off", note=pitch, time=duration))
    mido.MidiFile(tracks=[track], ticks_per_beat=480).save(path)
    return path


def clash(melody, harmony):
    """The share of a melody's time on notes that aren't in the chord below."""
    heard = outside = 0
    for onset, duration, pitch, _, _ in melody.notes.tolist():
        for span in harmony:
            both = min(onset + duration, span.end_ticks) - max(onset, span.onset_ticks)
            if both > 0:
                heard += both
                outside += both * (pitch % 12 not in span.pitch_classes)
    return outside / heard


@pytest.fixture
def tune(empty_shell, tmp_path):
    """A studio with a song in C major, and what imports a tune into its verse."""

    def imported(name):
        meter, text = TUNES[name]
        path = tmp_path / "song.yml"
        path.write_text(
            f"title: Door\nkey: C major\ntempo: {meter}\nbpm: 90\nrainbow_color: White\n", "utf-8"
        )
        empty_shell.do("songs", "add", path)
        file = midi(tmp_path / "my tune.mid", meter, text)
        words = ("import", file, "--song", "door", "--stage", "melody", "--label", "verse")
        return empty_shell.json(*words)["candidate"]

    return imported


def part_of(shell, identifier):
    """The notes of an approved candidate."""
    (event,) = [e for e in shell.events("CandidateApproved") if e.candidate == identifier]
    return Part.from_payload(event.part)


def survivors(shell, run):
    """The parts of the survivors of a run."""
    with Studio.open(shell.folder) as studio:
        (finished,) = [
            e.payload for e in studio.log.read(kinds=["RunFinished"]) if e.stream == f"run/{run}"
        ]
    return [Part.from_payload(each.part) for each in finished.survivors]


def test_a_melody_can_come_before_any_chords(tune, empty_shell):
    melody = tune("waltz")
    assert in_use(empty_shell.song("door"), "verse") == {"melody": melody}
    assert empty_shell.row(melody)["status"] == "approved"
    said = empty_shell.do("status")
    assert (
        f"evolve --stage chords --song {empty_shell.song('door').song_id} --section verse " in said
    )
    assert f"--under {melody[:8]}" in said


def test_chords_under_it_are_as_long_as_it_and_it_is_built_on_them(tune, empty_shell):
    melody = tune("waltz")
    (run,) = empty_shell.json("evolve", "--song", "door", "--under", melody, *SEARCH, "1")
    assert (run["stage"], run["section"]["label"], run["section"]["bars"]) == (
        "chords",
        "verse",
        BARS,
    )
    harmony = run["survivors"][0]["id"]
    empty_shell.do("approve", harmony)
    song = empty_shell.song("door")
    assert in_use(song, "verse") == {"chords": harmony, "melody": melody}
    assert lineage_of(song, melody) == (harmony, melody)
    empty_shell.do("replay", run["run"], "--verify")
    (voices,) = empty_shell.json("evolve", "--song", "door", "--stage", "harmony", *SEARCH, "1")
    assert empty_shell.song("door").runs[voices["run"]].parents == (harmony, melody)
    empty_shell.do("undo", harmony)
    assert in_use(empty_shell.song("door"), "verse") == {"melody": melody}


@pytest.mark.parametrize("name", TUNES)
def test_chords_under_a_tune_rub_less_than_chords_without_it(tune, empty_shell, name):
    melody = tune(name)
    heard = part_of(empty_shell, melody)
    found = {}
    for kind, words in {"under": ("--under", melody), "without": ("--bars", str(BARS))}.items():
        runs = [
            empty_shell.json("evolve", "--song", "door", *words, *SEARCH, seed) for seed in "123"
        ]
        best = [clash(heard, survivors(empty_shell, run["run"])[0].harmony) for (run,) in runs]
        found[kind] = sum(best) / len(best)
    assert found["under"] < found["without"] - 0.1


def test_the_rule_hears_which_chords_suit_a_tune():
    meter, text = TUNES["star"]
    context = Context(Key.parse("C major"), Meter.parse(meter), 90.0, Section("verse", BARS))
    melody = Part.of(list(notes(text)), context.length_ticks)
    under = Context(context.key, context.meter, 90.0, context.section, (("melody", melody),))
    usual, wrong = "C|F C|F C|G C|C F|C G|C F|C G", "F#|B|F#|Bbm|F#|B|Db|F#"
    values = [_judged(chart, under) for chart in (usual, wrong)]
    assert values[0] > 0.85
    assert values[1] < 0.3
    assert "under_melody" not in theory_terms("chords", _played(usual, context), context)
    with pytest.raises(ValueError, match="no melody"):
        chords.under_melody(_played(usual, context), context)


def _played(chart, context):
    bars = given_bars([(b.number, b.chords) for b in read_bars(chart, context.meter)], context.key)
    genome = draw_playing(bars, context, "bars", np.random.default_rng(1))
    return CHORDS.render(genome, context)


def _judged(chart, context):
    return theory_terms("chords", _played(chart, context), context)["under_melody"]


def test_chords_for_an_evolved_melody_keep_it_when_it_is_rechecked(shell):
    first = shell.candidates()[0]
    shell.do("approve", first)
    (run,) = shell.json("evolve", "--song", "meadow", "--stage", "melody", *SEARCH, "1")
    melody = run["survivors"][0]["id"]
    shell.do("approve", melody)
    (under,) = shell.json("evolve", "--song", "meadow", "--under", melody, *SEARCH, "1")
    harmony = under["survivors"][0]["id"]
    shell.do("approve", harmony)
    shell.do("use", harmony)
    assert "melody" not in in_use(shell.song("meadow"), "verse")
    shell.do("use", harmony, "--recheck")
    assert in_use(shell.song("meadow"), "verse") == {"chords": harmony, "melody": melody}
    assert lineage_of(shell.song("meadow"), melody) == (harmony, melody)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--stage", "bass"), "--under says which melody chords are for; add --stage chords"),
        (("--bars", "4"), "chords under a melody are as long as it is; leave --bars out"),
    ],
)
def test_what_goes_not_with_a_melody_is_refused(tune, empty_shell, words, message):
    melody = tune("waltz")
    assert message in empty_shell.refused("evolve", "--song", "door", "--under", melody, *words)


def test_only_an_approved_melody_has_chords_made_for_it(shell):
    chords_of_run = shell.candidates()[0]
    assert "is chords, not melody" in shell.refused(
        "evolve", "--song", "meadow", "--under", chords_of_run
    )
