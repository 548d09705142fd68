"""``engine chords``: chords that a person has become an approved progression of the song."""

from __future__ import annotations

import pytest

from engine.arrangement.plan import Plan, PlannedSection
from engine.arrangement.plan_text import plan_text
from engine.state.lineages import in_use
from engine.state.studio import Studio
from genomes import Part

CHORDS = "F#m D | A E/G# | B13 | N.C."
QUICK = ("--population", "8", "--generations", "1", "--no-model")
SHEET = """\
[Verse 1]
F#m D
Hello out there
A   E
My old friend

[Chorus]
| Bm | C#7 | x2
La la la

[Verse 2]
F#m D A E
Hello again

[Bridge]
Only words
"""


@pytest.fixture
def song(shell):
    return shell.song("meadow").song_id


def names(shell, label):
    """The chords of the candidate that was approved last with a label."""
    approved = [e for e in shell.events("CandidateApproved") if e.section.label == label]
    return [(span.onset_ticks, span.name) for span in Part.from_payload(approved[-1].part).harmony]


def give(shell, song, text=CHORDS, *options):
    """What ``engine chords`` says as JSON."""
    return shell.json("chords", text, "--song", song, "--no-model", *options)


def test_typed_chords_are_approved_exported_and_in_use(shell, song):
    said = shell.do("chords", CHORDS, "--song", song, "--no-model")
    assert "approved as verse" in said
    assert "| F#m D | A E/G# | B13 | N.C. |" in said
    assert said.splitlines()[-1].startswith("next: engine ")
    assert shell.approved_file("verse", song).exists()
    (used,) = in_use(shell.song(song), "verse").values()
    assert shell.row(used)["imported"] == "chords as typed"
    bar = 7 * 240
    assert names(shell, "verse") == [
        (0, "F#m"), (4 * 240, "D"), (bar, "A"), (bar + 4 * 240, "E/G#"), (2 * bar, "B13"),
        (3 * bar, "N.C."),
    ]  # fmt: skip


def test_json_names_the_candidate_its_chords_and_its_files(shell, song):
    (row,) = give(shell, song, CHORDS, "--section", "outro")
    assert row["kind"] == "CandidateApproved"
    assert (row["section"], row["label"]) == ("outro", "outro")
    assert row["chords"] == [["F#m", "D"], ["A", "E/G#"], ["B13"], ["N.C."]]
    assert row["files"] == [str(shell.approved_file("outro", song))]


def test_numerals_are_chords_of_the_songs_key(shell, song):
    give(shell, song, "i VI | III VII", "--section", "outro")
    assert [name for _, name in names(shell, "outro")] == ["F#m", "D", "A", "E"]


def test_they_are_undone_like_any_decision(shell, song):
    (row,) = give(shell, song, CHORDS, "--section", "outro")
    shell.do("undo")
    assert not shell.approved_file("outro", song).exists()
    assert shell.row(row["candidate"])["status"] == "pending"
    assert shell.song(song).candidates[row["candidate"]].approvals == ()


def test_typed_again_they_are_the_same_and_can_serve_another_section(shell, song):
    (first,) = give(shell, song)
    assert "is approved already as verse" in shell.refused(
        "chords", CHORDS, "--song", song, "--no-model"
    )
    (other,) = give(shell, song, CHORDS, "--section", "chorus")
    assert other["candidate"] == first["candidate"]


def test_a_playing_can_be_named(shell, song):
    (row,) = give(shell, song, CHORDS, "--playing", "bass_chord")
    described = shell.row(row["candidate"])
    assert set(described["patterns"]) == {"bass_chord"}
    assert "comping" not in described
    assert "expected one of held, bars" in shell.refused(
        "chords", CHORDS, "--song", song, "--playing", "kazoo"
    )


def test_they_are_redone_locked_and_evolved_from_like_any_candidate(shell, song):
    (row,) = give(shell, song, "F#m | D | A | E")
    approved = row["candidate"]
    locked = shell.json(
        "evolve", "--song", song, "--from", approved, "--lock", "pitch", "--seed", "1", *QUICK
    )
    for survivor in locked[0]["survivors"]:
        assert [c for bar in survivor["description"]["chords"] for c in bar] == [
            "F#m",
            "D",
            "A",
            "E",
        ]
    redone = shell.json(
        "evolve", "--song", song, "--from", approved, "--redo", "bars=2", "--seed", "1", *QUICK
    )
    for survivor in redone[0]["survivors"]:
        assert survivor["description"]["chords"][0] == ["F#m"]
    shell.do("replay", redone[0]["run"], "--verify")


def test_other_stages_build_on_them(shell, song):
    give(shell, song)
    for stage in ("bass", "melody", "drums"):
        shell.do(
            "evolve", "--song", song, "--stage", stage, "--section", "verse", "--seed", "1", *QUICK
        )


def test_they_follow_the_song_to_another_key(shell, song):
    give(shell, song)
    shell.do("songs", "edit", song, "--key", "G minor")
    with Studio.open(shell.folder) as studio:
        (moved,) = [
            e.payload
            for e in studio.log.read(kinds=["PartTransposed"])
            if e.payload.description.get("numerals", [[]])[-1] == ["N.C."]
        ]
    assert moved.description["chords"] == [["Gm", "Eb"], ["Bb", "F/A"], ["C13"], ["N.C."]]
    assert [span.name for span in Part.from_payload(moved.part).harmony][-2:] == ["C13", "N.C."]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("F#m Qx | A",), "bar 1: 'Qx' is no chord: expected a chord such as Am"),
        (("A | A B C D E",), "bar 2 has 5 chords: a bar of 7/8 has 3 beats"),
        (("N.C.",), "no chord sounds in it"),
        (("",), "no chords: expected bars such as Am F | C G/B"),
        (("| A | x32 |" * 2 + "A x5",), "bars, a section has up to 64"),
        (("A", "--section", " "), "--section: expected a label"),
        (("A", "--energy", "3"), "section energy 3.0: expected 0 to 1"),
        ((), "expected chords, or --file FILE with them"),
        (("A", "--file", "x.txt"), "expected chords, or --file FILE with them"),
        (("--file", "nowhere.txt"), "nowhere.txt: can't be read: no such file"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_one_line(shell, song, words, message):
    assert message in shell.refused("chords", *words, "--song", song)


def test_a_file_gives_every_section_that_has_chords(shell, song, tmp_path):
    sheet = tmp_path / "my song.txt"
    sheet.write_text(SHEET, "utf-8")
    said = shell.type("chords", "--file", sheet, "--song", song, "--no-model")
    assert said.code == 0
    assert [name for _, name in names(shell, "verse")] == ["F#m", "D", "A", "E"]
    assert [name for _, name in names(shell, "chorus")] == ["Bm", "C#7"] * 2
    assert "Verse 2: the chords of Verse 1 again" in said.err
    assert "Bridge: no chords under this header" in said.err
    assert "a bar has 1 chord (--per-bar says how many)" in said.err
    assert "are approved already" in shell.refused(
        "chords", "--file", sheet, "--song", song, "--no-model"
    )


def test_a_section_of_a_file_is_taken_by_its_header(shell, song, tmp_path):
    sheet = tmp_path / "sheet.cho"
    sheet.write_text(SHEET, "utf-8")
    shell.do("chords", "--file", sheet, "--section", "chorus", "--song", song, "--no-model")
    assert {e.section.label for e in shell.events("CandidateApproved")} == {"chorus"}
    assert "sections with chords are Verse 1, Chorus, Verse 2" in shell.refused(
        "chords", "--file", sheet, "--section", "outro", "--song", song
    )


def test_nothing_of_a_file_is_recorded_if_one_chord_cannot_be_read(shell, song, tmp_path):
    sheet = tmp_path / "sheet.cho"
    sheet.write_text(SHEET.replace("C#7", "C#zz9"), "utf-8")
    said = shell.refused("chords", "--file", sheet, "--song", song, "--no-model")
    assert said.startswith("bar 2: 'C#zz9' is no chord")


@pytest.mark.usefixtures("real_files")
def test_a_chart_that_is_exported_reads_as_the_same_chords(shell, song):
    give(shell, song, "F#m D | % | A E/G# | B13", "--section", "verse")
    give(shell, song, "Bm7 | % | C#7sus4 C#7 | N.C.", "--section", "chorus")
    before = {label: names(shell, label) for label in ("verse", "chorus")}
    folder = shell.folder / "exports" / song
    form = [PlannedSection(label.title(), label, (("chords", label),)) for label in before]
    (folder / "arrangement.yml").write_text(plan_text(Plan(tuple(form))), "utf-8")
    shell.do("export", "--song", song, "--chart")
    (chart,) = folder.rglob("chart.cho")
    for label, given in before.items():
        shell.json(
            "chords",
            "--file",
            chart,
            "--section",
            label,
            "--song",
            song,
            "--seed",
            "7",
            "--no-model",
        )
        assert names(shell, label) == given
