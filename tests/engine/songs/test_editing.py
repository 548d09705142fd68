"""Changing one's mind about a song: values, titles, copies, the archive, and taking it back."""

from __future__ import annotations

import pytest

from engine.arrangement.approved import approved_parts
from engine.gate.exports import UNCHANGED, export_song
from engine.state.lineages import in_use
from engine.state.songs import APPROVED, PENDING
from engine.state.studio import SONGS, Studio
from genomes import Meter, Part
from genomes.midi import read_midi
from tests.engine.command_line import demo
from tests.engine.stages.snapshots import SONG, approved, evolve_words, evolved, progress, told_next

WHOLE = ("chords", "drums", "bass", "melody", "harmony")


def notes(shell):
    """Stage -> the approved part as arrangements play it."""
    with Studio.open(shell.folder) as studio:
        return {part.stage: part.part for part in approved_parts(studio, studio.song(SONG))}


def files(shell):
    """Path -> bytes of every approved part's file."""
    return {path.relative_to(shell.folder): path.read_bytes()
            for path in (shell.folder / "exports").rglob("approved/*.mid")}  # fmt: skip


def decided(shell):
    """Id -> decisions and parents of every candidate."""
    return {
        name: (each.decisions, each.parents, each.stage)
        for name, each in shell.song(SONG).candidates.items()
    }


def is_rebuilt_alike(shell):
    """Whether the state kept is the state that the log gives, and that of every moment."""
    with Studio.open(shell.folder) as studio:
        kept = studio.all_songs()
        studio.rebuild()
        at_the_end = {name: studio.song_at(name, song.touched) for name, song in kept.items()}
        return kept == studio.all_songs() == at_the_end


def test_a_new_tempo_keeps_everything_and_files_follow(at):
    shell = at("harmony")
    before, parts, written = decided(shell), notes(shell), files(shell)
    out = shell.do("songs", "edit", SONG, "--tempo", "100")
    assert "tempo: 84 → 100" in out
    assert "stale" not in out
    assert (decided(shell), notes(shell)) == (before, parts)
    for path in files(shell):
        (_, tempo), *_ = read_midi((shell.folder / path).read_bytes()).tempo_map.changes
        assert tempo == 600_000
    assert "arrange" in out.splitlines()[-1]
    shell.do("undo")
    assert files(shell).keys() == written.keys()
    assert shell.song(SONG).tempo_bpm == 84
    assert is_rebuilt_alike(shell)


def test_a_new_key_transposes_what_is_approved(at):
    shell = at("harmony")
    before, parts = decided(shell), notes(shell)
    answer = shell.json("songs", "edit", SONG, "--key", "E minor")
    assert answer["changed"] == {"key": ["F# minor", "E minor"]}
    assert sorted(answer["transposed"]) == sorted(before)
    assert answer["stale"] == {}
    assert decided(shell) == before
    moved = notes(shell)
    assert moved["drums"] == parts["drums"]
    for stage in ("chords", "bass", "melody", "harmony"):
        steps = moved[stage].notes["pitch"].astype(int) - parts[stage].notes["pitch"]
        (semitones,) = set(steps.tolist())
        assert semitones % 12 == 10
        assert moved[stage].lyrics == parts[stage].lyrics
    assert {row["stale"] for row in shell.json("review", "--all")} == {False}
    assert progress(shell)["harmony"]["approved"] == ["verse"]
    assert is_rebuilt_alike(shell)


def test_files_and_listings_are_in_the_new_key(at):
    shell = at("chords")
    names = [row["chords"] for row in shell.json("review", "--all")]
    shell.do("songs", "edit", SONG, "--key", "E minor")
    assert [row["chords"] for row in shell.json("review", "--all")] != names
    (part,) = notes(shell).values()
    (path,) = files(shell)
    pitches = read_midi((shell.folder / path).read_bytes()).to_part(part_meter(shell))
    assert pitches.notes["pitch"].tolist() == part.notes["pitch"].tolist()
    with Studio.open(shell.folder) as studio:
        outcomes = {each.outcome for each in export_song(studio, studio.song(SONG))}
    assert outcomes == {UNCHANGED}


def part_meter(shell):
    return Meter.parse(shell.song(SONG).meter)


def test_what_waits_is_transposed_with_the_rest_and_approved_in_the_new_key(at):
    shell = at("chords")
    waiting = evolved(shell, "drums") + evolved(shell, "bass")
    shell.do("songs", "edit", SONG, "--key", "E minor")
    bass = next(each for each in waiting if shell.row(each)["stage"] == "bass")
    shell.do("approve", bass)
    (approval,) = (e for e in shell.events("CandidateApproved") if e.candidate == bass)
    (moved,) = (e for e in shell.events("PartTransposed") if e.candidate == bass)
    assert approval.part == moved.part
    assert notes(shell)["bass"] == Part.from_payload(moved.part)
    assert evolved(shell, "melody")


@pytest.mark.parametrize("way", [["E minor"], ["B minor", "C minor"], ["Bb minor", "E minor"]])
def test_a_song_that_comes_back_to_a_key_has_the_notes_that_it_had_there(at, way):
    shell = at("harmony")
    parts = notes(shell)
    for key in way:
        shell.do("songs", "edit", SONG, "--key", key)
    there = notes(shell)
    shell.do("songs", "edit", SONG, "--key", "F# minor")
    assert notes(shell) == parts
    shell.do("songs", "edit", SONG, "--key", way[-1])
    assert notes(shell) == there


def test_a_transposition_is_undone_like_any_decision(at):
    shell = at("harmony")
    before, parts = decided(shell), notes(shell)
    shell.do("songs", "edit", SONG, "--key", "A minor")
    shell.do("undo", "--song", SONG)
    assert shell.song(SONG).key == "F# minor"
    assert (decided(shell), notes(shell)) == (before, parts)
    assert is_rebuilt_alike(shell)


def test_later_runs_hear_the_transposed_parts(at):
    shell = at("melody")
    shell.do("songs", "edit", SONG, "--key", "A minor")
    (run,) = shell.json(*evolve_words("harmony"))
    assert shell.do("replay", run["run"], "--verify")
    (bass,) = approved(shell, "bass")
    (again,) = shell.json(*evolve_words("bass", "--from", bass, "--lock", "bars=1", seed=4))
    parts = {s.id: Part.from_payload(s.part) for e in shell.events("RunFinished")
             for s in e.survivors}  # fmt: skip
    meter = part_meter(shell)
    kept = notes(shell)["bass"].notes
    first = kept[kept["onset_ticks"] < meter.bar_ticks]
    for survivor in again["survivors"]:
        made = parts[survivor["id"]].notes
        locked = made[made["onset_ticks"] < meter.bar_ticks]
        assert locked["pitch"].tolist() == first["pitch"].tolist()
    assert shell.do("replay", again["run"], "--verify")


def test_another_mode_or_meter_marks_what_was_made_before_and_says_why(at):
    shell = at("harmony")
    out = shell.do("songs", "edit", SONG, "--key", "F# major")
    assert "stale: 5 approved; the song was revised since: its mode was minor and is major" in out
    shell.do("undo")
    out = shell.do("songs", "edit", SONG, "--meter", "4/4")
    assert "its meter was 7/8 and is 4/4 now" in out
    assert "its meter was 7/8 and is 4/4 now" in shell.do("songs", "show", SONG)
    assert "evolve --stage chords" in out.splitlines()[-1]
    assert "fitting again: 5 approved" in shell.do("undo")


def test_a_change_of_meter_and_key_at_once_still_says_that_the_meter_changed(at):
    shell = at("drums")
    shell.do("songs", "edit", SONG, "--meter", "4/4", "--key", "A minor")
    assert all(row["stale"] for row in shell.json("review", "--all"))
    assert "its meter was 7/8 and is 4/4 now" in shell.do("review", "--all")
    shell.do("songs", "edit", SONG, "--meter", "7/8")
    assert not any(row["stale"] for row in shell.json("review", "--all"))


@pytest.mark.parametrize(
    ("typed", "key"),
    [("D", "D minor"), ("d", "D minor"), ("Db major", "Db major"), ("bbm", "Bb minor")],
)
def test_a_key_without_a_mode_keeps_the_songs(at, typed, key):
    shell = at("song")
    shell.do("songs", "edit", SONG, "--key", typed)
    assert shell.song(SONG).key == key


@pytest.mark.parametrize(
    "wrong",
    [
        ("--key", "H"),
        ("--tempo", "0"),
        ("--meter", "18/21"),
        ("--colour", "Purple"),
        ("--title", " "),
        (),
    ],
)
def test_what_can_not_be_is_refused_in_a_line(at, wrong):
    shell = at("song")
    assert shell.refused("songs", "edit", SONG, *wrong)


def test_the_same_value_again_changes_nothing(at):
    shell = at("song")
    before = shell.head
    out = shell.do("songs", "edit", SONG, "--key", "F# minor", "--tempo", "84")
    assert "nothing changed" in out
    assert shell.head == before


def test_another_singer_and_concept_count_from_now_on(at):
    shell = at("bass")
    before, seen = decided(shell), shell.song(SONG)
    out = shell.do("songs", "edit", SONG, "--singer", "Bass", "--concept", " Grass\x07 again ")
    assert "singer: none → bass" in out
    assert "concept changed" in out
    assert shell.song(SONG).concept == "Grass again"
    assert decided(shell) == before
    (melody, *_) = evolved(shell, "melody")
    assert shell.song(SONG).candidates[melody].description["singer"] == "bass"
    assert shell.json("songs", "add", demo("green"))["revised"] == []
    assert "singer 'Nobody': expected one of" in shell.refused(
        "songs", "edit", SONG, "--singer", "Nobody"
    )
    shell.do("songs", "edit", SONG, "--singer", "")
    assert shell.song(SONG).singer is None
    shell.do("undo", "--song", SONG)
    shell.do("undo", "--song", SONG)
    assert shell.song(SONG).concept == seen.concept
    assert is_rebuilt_alike(shell)


def test_five_revisions_are_taken_back_one_by_one(at):
    shell = at("chords")
    revisions = (
        ("--tempo", "90"), ("--key", "G minor"), ("--title", "Other"), ("--colour", "Red"),
        ("--meter", "3/4"),
    )  # fmt: skip
    seen = [shell.json("songs", "list")]
    before = decided(shell)
    for words in revisions:
        shell.do("songs", "edit", shell.song("meadow-after").song_id, *words)
        seen.append(shell.json("songs", "list"))
    for expected in reversed(seen[:-1]):
        shell.do("undo")
        facts = shell.json("songs", "list")
        assert [r | {"revision": 0} for r in facts] == [r | {"revision": 0} for r in expected]
    assert decided(shell) == before
    assert is_rebuilt_alike(shell)
    shell.do("undo")  # the approval, which came before
    assert not approved(shell, "chords")


def test_a_song_that_was_only_added_has_no_change_to_undo(at):
    shell = at("song")
    assert "nothing has been decided yet" in shell.refused("undo")


def test_a_new_title_is_everywhere_and_the_id_stays(at):
    shell = at("chords")
    song_id = shell.song(SONG).song_id
    out = shell.do("songs", "rename", SONG, "Grass  over\nus")
    assert f"{song_id}  Grass over us" in out
    for line in ("songs list", "status", "review --all", "songs show grass"):
        assert "Grass over us" in shell.do(*line.split())


def test_an_archived_song_is_gone_from_lists_and_nothing_is_lost(at):
    shell = at("harmony")
    before, written = decided(shell), files(shell)
    song_id = shell.song(SONG).song_id
    shell.do("songs", "archive", SONG)
    assert shell.json("songs", "list") == shell.json("status") == shell.json("review") == []
    assert [row["id"] for row in shell.json("songs", "list", "--archived")] == [song_id]
    assert "archived" in shell.do("songs", "show", song_id)
    assert "archived already" in shell.refused("songs", "archive", song_id)
    assert files(shell) == written
    shell.do("undo")
    assert [row["id"] for row in shell.json("songs", "list")] == [song_id]
    assert decided(shell) == before
    shell.do("songs", "archive", SONG)
    assert shell.json("songs", "add", demo("green"))["revised"] == [song_id]
    assert [row["id"] for row in shell.json("songs", "list")] == [song_id]
    assert is_rebuilt_alike(shell)


def test_a_copy_has_what_is_approved_and_goes_its_own_way(at):
    shell = at("harmony")
    (chords,) = approved(shell, "chords")
    shell.do("note", chords, "keep this")
    shell.do("songs", "edit", SONG, "--key", "A minor")
    parts, before = notes(shell), shell.song(SONG)
    answer = shell.json("songs", "duplicate", SONG, "--title", "The other one")
    copy = shell.song(answer["id"])
    assert (copy.title, copy.key, copy.revision) == ("The other one", "A minor", 1)
    assert copy.copied_from.song_id == before.song_id
    assert {each.status for each in copy.candidates.values()} == {APPROVED}
    assert {each.stage for each in copy.candidates.values()} == set(WHOLE)
    assert copy.candidates[chords].notes == ("keep this",)
    assert len(answer["files"]) == len(WHOLE)
    shell.do("songs", "edit", "other one", "--key", "F# minor")
    assert shell.song(before.song_id) == before
    assert notes(shell) == parts
    assert shell.do("arrange", "--song", "other one", "--audio", "none")
    assert is_rebuilt_alike(shell)


def test_a_copy_has_what_waits_and_the_plan(shell):
    waiting = shell.candidates("meadow", "verse")
    chorus, *_ = shell.candidates("meadow", "chorus")
    shell.do("approve", chorus)
    shell.do("label", waiting[0], "strophe")
    shell.do("arrange", "--song", SONG, "--audio", "none")
    answer = shell.json("songs", "duplicate", SONG, "--title", "The other: one")
    copy, plan = answer["id"], shell.folder / "exports" / answer["id"] / "arrangement.yml"
    assert str(plan) in answer["files"]
    assert set(shell.song(copy).candidates) == {chorus, *waiting}
    shown = shell.json("review", "--song", copy)
    assert [row["id"] for row in shown] == waiting
    assert shown[0]["label"] == "strophe"
    played = [shell.json("listen", "--song", each) for each in (SONG, copy)]
    assert [row["id"] for row in played[0]] == [row["id"] for row in played[1]]
    out = shell.do("review", "--song", copy)
    assert out.count("chords for verse") == len({row["run"] for row in shown})
    assert told_next(out) == ["approve", played[1][0]["id"][:8]]
    assert "Verse" not in plan.read_text("utf-8")
    shell.do("approve", waiting[0], "--song", copy)
    assert shell.song(SONG).candidates[waiting[0]].status == PENDING
    shell.do("arrange", "--song", copy, "--audio", "none")
    assert "Strophe" in plan.read_text("utf-8")
    assert is_rebuilt_alike(shell)


def test_a_copy_has_the_plan_that_a_person_edited(at):
    shell = at("harmony")
    shell.do("arrange", "--song", SONG, "--audio", "none")
    path = shell.folder / "exports" / shell.song(SONG).song_id / "arrangement.yml"
    path.write_text(f"# mine\n{path.read_text('utf-8')}", "utf-8")
    answer = shell.json("songs", "duplicate", SONG, "--title", 'A: "b"')
    copied = shell.folder / "exports" / answer["id"] / "arrangement.yml"
    assert copied.read_text("utf-8").startswith("# mine\n")
    report = shell.json("arrange", "--song", answer["id"], "--audio", "none")
    assert report["plan_file"] == {"path": str(copied), "outcome": "kept"}
    assert not any("title" in warning for warning in report["warnings"])
    assert report["plan"]["title"] == 'A: "b"'


def test_copies_have_titles_of_their_own(at):
    shell = at("song")
    titles = [shell.json("songs", "duplicate", shell.song("meadow-after").song_id)["title"]
              for _ in range(3)]  # fmt: skip
    title = shell.song("meadow-after").title
    assert titles == [f"{title} (copy)", f"{title} (copy 2)", f"{title} (copy 3)"]
    assert shell.json("songs", "add", demo("green"))["unchanged"] == [
        shell.song("meadow-after").song_id
    ]


def test_an_old_copy_can_be_evolved_from(at):
    shell = at("bass")
    (bass,) = approved(shell, "bass")
    shell.do("songs", "duplicate", SONG, "--title", "Other")
    words = evolve_words("bass", "--from", bass, "--lock", "bars=1", seed=3)
    words[words.index("--song") + 1] = "other"
    (run,) = shell.json(*words)
    assert shell.do("replay", run["run"], "--verify")


def test_undo_without_a_name_takes_back_what_came_last(at):
    shell = at("chords")
    (chords,) = approved(shell, "chords")
    shell.do("songs", "edit", SONG, "--tempo", "100")
    shell.do("reject", chords)
    shell.do("undo")
    assert approved(shell, "chords") == [chords]
    shell.do("undo")
    assert shell.song(SONG).tempo_bpm == 84
    assert approved(shell, "chords") == [chords]


def test_the_state_of_every_moment_is_that_of_its_events(at):
    shell = at("drums")
    shell.do("songs", "edit", SONG, "--key", "A minor")
    shell.do("songs", "edit", SONG, "--meter", "3/4")
    shell.do("undo")
    shell.do("songs", "archive", SONG)
    with Studio.open(shell.folder) as studio:
        song_id, known = studio.song(SONG).song_id, None
        for recorded in list(studio.log.read()):
            if SONGS.route(recorded) == song_id:
                known = SONGS.apply(known, recorded)
            assert studio.song_at(song_id, recorded.position) == known


def test_a_copy_uses_what_the_song_uses(at):
    shell = at("chords")
    (first,) = approved(shell, "chords")
    second = next(each for each in evolved(shell, "chords", seed=2) if each != first)
    shell.do("approve", second)
    shell.do("use", second)
    answer = shell.json("songs", "duplicate", SONG, "--title", "Other")
    copy, song = shell.song(answer["id"]), shell.song("meadow-after")
    assert in_use(copy, "verse") == in_use(song, "verse") == {"chords": second}
    assert set(copy.candidates) == {first, second}


def test_a_choice_survives_a_transposition(at):
    shell = at("bass")
    (chords,) = approved(shell, "chords")
    second = next(each for each in evolved(shell, "chords", seed=2) if each != chords)
    shell.do("approve", second)
    shell.do("use", second)
    shell.do("songs", "edit", SONG, "--key", "G minor")
    assert in_use(shell.song(SONG), "verse")["chords"] == second
    shell.do("undo")
    shell.do("undo")
    assert in_use(shell.song(SONG), "verse")["chords"] == chords
    assert progress(shell)["bass"]["approved"] == ["verse"]


def test_an_undo_that_was_cut_off_is_not_taken_twice(at, monkeypatch):
    shell = at("song")
    for tempo in ("90", "100"):
        shell.do("songs", "edit", SONG, "--tempo", tempo)

    def cut_off(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("engine.cli.songs.say_song_change", cut_off)
        assert shell.type("undo").code == 130
    assert shell.song(SONG).tempo_bpm == 90
    out = shell.do("undo")
    assert "tempo: 100 → 90" in out
    assert shell.song(SONG).tempo_bpm == 90
    shell.do("undo")
    assert shell.song(SONG).tempo_bpm == 84
