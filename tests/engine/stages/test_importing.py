"""Parts made by hand: they join the song as approved, and later stages stand on them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from engine.gate.midi_parts import read_midi_part
from engine.runs.replay import verify_run
from engine.stages import STAGES
from engine.state.studio import Studio
from genomes import Key, Meter, Part
from genomes.midi import Conductor, Track, write_midi
from tests.engine.arrangement.approved_parts import hand_made
from tests.engine.stages.snapshots import BARS, SONG, approved, evolve_words, evolved, told_next
from tests.genomes.midi_bytes import events, midi_file

METER = Meter.parse("7/8")
BAR = METER.bar_ticks
TEMPO_BPM = 84.0  # the demo song's
DRUMS = 9
# What is played one after the other: F#m, Bm, C#m.
TRIADS = ((54, 57, 61), (59, 62, 66), (61, 64, 68))


def chords(bars=BARS):
    rows = [(bar * BAR, BAR, pitch, 80) for bar in range(bars) for pitch in TRIADS[bar % 3]]
    return Part.of(rows, bars * BAR)


def part_of(stage, bars=BARS):
    return chords(bars) if stage == "chords" else hand_made(stage, METER, bars)


@pytest.fixture
def written(tmp_path):
    """Writes a part as a DAW would."""

    def write(part, channel=0, meter=METER, tempo_bpm=TEMPO_BPM, name="mine.mid"):
        facts = Conductor("mine", Key.parse("F# minor"), meter, tempo_bpm)
        path = tmp_path / name
        path.write_bytes(write_midi([Track("mine", part, channel=channel)], facts))
        return path

    return write


def import_words(path, stage, *options, label="verse"):
    return ["import", str(path), "--song", SONG, "--stage", stage, "--label", label, *options]


def imported(shell, path, stage, *options, label="verse"):
    return shell.json(*import_words(path, stage, *options, label=label))["candidate"]


@pytest.mark.parametrize("stage", STAGES)
def test_a_part_of_any_stage_joins_the_song(at, written, stage):
    names = list(STAGES)
    before = names[max(0, names.index(stage) - 1)]
    shell = at("song" if stage == "chords" else before)
    part = part_of(stage)
    ground = [candidate for each in names for candidate in approved(shell, each)]
    candidate = imported(shell, written(part, STAGES[stage].channel), stage)
    row = shell.row(candidate)
    assert (row["status"], row["label"], row["parents"]) == ("approved", "verse", ground)
    assert row["section"]["bars"] == BARS
    event = shell.events("CandidateApproved")[-1]
    assert (event.run, event.genome) == (None, {})
    assert Part.from_payload(event.part).notes.tolist() == part.notes.tolist()
    assert shell.events("PartImported")[-1].file == "mine.mid"
    (file,) = [path for path in shell.folder.rglob("approved/verse.mid") if stage in path.parts]
    assert file.is_file()


def test_every_stage_can_be_made_by_hand(at, written):
    shell = at("song")
    parents = [
        imported(shell, written(part_of(name), stage.channel), name)
        for name, stage in STAGES.items()
    ]
    assert shell.row(parents[-1])["parents"] == parents[:-1]
    assert told_next(shell.do("status"))[0] == "arrange"
    shell.do("arrange", "--song", SONG, "--audio", "none")


@pytest.mark.parametrize("stage", list(STAGES)[1:])
def test_later_stages_evolve_on_what_was_imported(at, written, stage):
    shell = at("song")
    ground = [imported(shell, written(chords()), "chords")]
    if stage == "harmony":
        ground.append(imported(shell, written(part_of("melody"), 2), "melody"))
    (run,) = shell.json(*evolve_words(stage))
    assert shell.row(run["survivors"][0]["id"])["parents"] == ground
    with Studio.open(shell.folder) as studio:
        assert verify_run(studio, run["run"]).holds


@pytest.mark.parametrize(
    ("stage", "facts", "why"),
    [
        ("bass", {"part": hand_made("bass", Meter(4, 4), 2), "meter": Meter(4, 4)},
         "mine.mid is in 4/4, the song in 7/8"),
        ("bass", {"part": hand_made("bass", METER, BARS + 1)},
         f"mine.mid has {BARS + 1} bars, verse has {BARS}"),
        ("bass", {"part": hand_made("bass", METER, 1), "channel": DRUMS},
         "bass can't have notes on the drum channel"),
        ("chords", {"part": Part.of([], BAR)}, "mine.mid: no notes in it"),
        ("chords", {"part": hand_made("drums", METER, 1), "channel": DRUMS}, "drum channel"),
        ("trumpet", {"part": chords()}, "no stage 'trumpet'; stages are chords"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(at, written, stage, facts, why):
    assert why in at("chords").refused(*import_words(written(**facts), stage))


def test_nothing_to_stand_on_names_what_is_next(at, written):
    shell = at("song")
    bass = written(hand_made("bass", METER, 1))
    assert "run engine evolve --stage chords" in shell.refused(*import_words(bass, "bass"))
    shell = at("chords")
    assert "sections are verse" in shell.refused(*import_words(bass, "bass", label="bridge"))
    assert "no approved chords, melody" in shell.refused(*import_words(bass, "harmony"))


def test_twice_is_refused_and_undone_it_comes_back(at, written):
    shell = at("chords")
    path = written(hand_made("bass", METER, BARS))
    candidate = imported(shell, path, "bass")
    assert "approved already as verse" in shell.refused(*import_words(path, "bass"))
    for again in (import_words(path, "bass"), ["approve", candidate]):
        notes = shell.events("CandidateApproved")[-1].part
        shell.do("undo", candidate)
        assert shell.row(candidate)["status"] == "pending"
        assert not list(shell.folder.rglob("bass/approved/verse.mid"))
        shell.do(*again)
        assert shell.events("CandidateApproved")[-1].part == notes
        assert list(shell.folder.rglob("bass/approved/verse.mid"))
    assert len(shell.events("PartImported")) == 1


def test_what_evolved_and_is_played_in_again_is_the_same_candidate(at):
    shell = at("bass")
    (bass,) = approved(shell, "bass")
    (file,) = shell.folder.rglob("bass/approved/verse.mid")
    played = file.rename(shell.folder.parent / "played.mid")
    before = shell.events("CandidateApproved")[-1]
    shell.do("undo", bass)
    assert imported(shell, played, "bass") == bass
    after = shell.events("CandidateApproved")[-1]
    assert (after.part, after.genome, after.run) == (before.part, before.genome, before.run)
    assert shell.events("PartImported") == []


def test_it_stands_on_what_is_in_use_unless_another_is_named(at, written):
    shell = at("chords")
    (first,) = approved(shell, "chords")
    (second, *_) = evolved(shell, "chords", seed=2)
    shell.do("approve", second)
    path = written(hand_made("bass", METER, BARS))
    assert shell.row(imported(shell, path, "bass"))["parents"] == [first]
    candidate = imported(shell, path, "bass", "--parent", second)
    assert shell.row(candidate)["parents"] == [second]


def test_a_section_is_found_however_its_label_is_written(at, written):
    shell = at("chords")
    candidate = imported(shell, written(hand_made("bass", METER, BARS)), "bass", label=" VERSE")
    assert shell.row(candidate)["section"]["label"] == "verse"


def test_another_tempo_is_said(at, written):
    shell = at("song")
    assert "note:" not in shell.do(*import_words(written(chords()), "chords"))
    out = shell.do(*import_words(written(chords(2), tempo_bpm=90), "chords", label="chorus"))
    assert "note: its tempo is left out: the song's is 84 bpm" in out
    assert shell.events("PartImported")[-1].warnings == [
        "its tempo is left out: the song's is 84 bpm"
    ]


def told(tmp_path, data):
    """What is said of how a file was read."""
    path = tmp_path / "mine.mid"
    path.write_bytes(data)
    return list(
        read_midi_part(
            path, SimpleNamespace(meter=str(METER), tempo_bpm=TEMPO_BPM), STAGES["chords"]
        ).warnings
    )


ONE_NOTE = "00 90 3C 40\n 60 80 3C 00"


def test_tracks_that_are_merged_are_named(tmp_path):
    facts = Conductor("mine", Key.parse("F# minor"), METER, TEMPO_BPM)
    left, right = Track("Left\thand", chords()), Track("", chords(), channel=1)
    nobody = Track("Nobody", Part.of([], BAR), channel=2)
    assert told(tmp_path, write_midi([left, nobody], facts)) == []
    (note,) = told(tmp_path, write_midi([left, nobody, right], facts))
    assert note == "2 tracks are merged into one part: Left hand, track 4"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("", []),
        ("00 91 40 40\n 60 81 40 00", ["channels 1, 2 are merged into one part"]),
        ("00 FF 05 02 6C 61", ["left out: words"]),
        ("00 B0 40 7F\n 00 E0 00 50", ["left out: pitch bends, sustain pedal"]),
        ("00 B0 40 00\n 00 E0 00 40\n 00 B0 07 64\n 00 FF 05 01 20", []),
        ("00 FF 51 03 0A E6 2D", []),  # 84 bpm, cut off instead of rounded
        ("00 FF 51 03 07 A1 20", ["its tempo is left out: the song's is 84 bpm"]),
    ],
)
def test_what_is_left_out_is_told(tmp_path, more, said):
    assert told(tmp_path, midi_file(events(f"{more}\n{ONE_NOTE}"))) == said


def test_a_part_by_hand_is_used_once_a_person_says_so(at, written):
    shell = at("drums")
    (drums,) = approved(shell, "drums")
    out = shell.do(*import_words(written(chords()), "chords"))
    candidate = next(c for c in approved(shell, "chords") if c != shell.row(drums)["parents"][0])
    assert "verse still stands on chords verse" in out
    assert told_next(out) == ["use", candidate[:8], "--section", "verse"]
    assert not shell.row(drums)["stale"]
    shell.do(*told_next(out))
    assert shell.row(drums)["stale"]
    assert not shell.row(candidate)["stale"]
    shell.do("undo", candidate)
    assert not shell.row(drums)["stale"]


def test_its_label_is_its_own_where_a_parent_says_the_section(at, written):
    shell = at("bass")
    (drums,) = approved(shell, "drums")
    path = written(hand_made("bass", METER, BARS))
    candidate = imported(shell, path, "bass", "--parent", drums, label="walking bass")
    row = shell.row(candidate)
    assert (row["label"], row["section"]["label"]) == ("walking_bass", "verse")


def test_chords_are_recognised_and_shown_as_made_by_hand(at, written):
    shell = at("song")
    candidate = imported(shell, written(chords()), "chords")
    part = Part.from_payload(shell.events("CandidateApproved")[-1].part)
    assert [span.name for span in part.harmony] == ["F#m", "Bm", "C#m"]
    assert sum(span.duration_ticks for span in part.harmony) == part.length_ticks
    shown = shell.do("review", "--all", "--song", SONG)
    assert f"{candidate[:8]}  made by hand, imported mine.mid\n   approved as verse\n" in shown
    assert "| F#m | Bm | C#m |" in shown
    shell.do("review", "--yaml", "--song", SONG)
    (file,) = shell.folder.rglob("review.yml")
    assert candidate in file.read_text("utf-8")
    assert "0 changes taken in" in shell.do("review", "--apply", file)
    said = shell.refused(*evolve_words("chords", "--from", candidate))
    assert said == f"{candidate[:8]} was made by hand: it has no genes to start from"


def test_drums_of_one_bar_on_any_channel_are_filled_up_with_silence(at, written):
    shell = at("chords")
    imported(shell, written(Part.of([(0, 60, 36, 100)], BAR), channel=0), "drums")
    part = Part.from_payload(shell.events("CandidateApproved")[-1].part)
    assert part.notes["is_drum"].all()
    assert part.length_ticks == BARS * BAR
    assert part.notes["onset_ticks"].max() < BAR


def test_broken_files_no_file_and_a_folder_are_one_line(at, tmp_path):
    shell, path = at("chords"), tmp_path / "broken.mid"
    for data in (b"", b"not a MIDI file", b"MThd\0\0\0\6"):
        path.write_bytes(data)
        assert shell.refused(*import_words(path, "bass")).startswith("broken.mid: ")
    assert "gone.mid" in shell.refused(*import_words(tmp_path / "gone.mid", "bass"))
    assert str(tmp_path) in shell.refused(*import_words(tmp_path, "bass"))
