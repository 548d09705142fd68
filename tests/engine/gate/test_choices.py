"""Which approved candidate a section uses: a person says so, and what fits it stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.gate.choices import same_harmony
from engine.reports.progress import to_json
from engine.stages import STAGES
from engine.state.lineages import in_use, sections
from engine.state.studio import Studio
from genomes import ChordSpan, Key, Meter, Part
from genomes.midi import Conductor, Track, write_midi
from tests.engine.arrangement.approved_parts import (
    approve,
    approve_lineage,
    hand_made,
    opened,
    song_of,
)
from tests.engine.command_line import Shell
from tests.engine.stages.snapshots import SONG, approved, evolve_words, evolved, told_next

METER = Meter(4, 4)
BAR = METER.bar_ticks
BARS = 4
LATER = list(STAGES)[1:]


def progression(*roots, voicing=0):
    """A bar of a minor triad on each root, played low or an octave higher."""
    spans = [
        ChordSpan(bar * BAR, BAR, root, root, (root, (root + 3) % 12, (root + 7) % 12), "i", "m")
        for bar, root in enumerate(roots)
    ]
    rows = [
        (bar * BAR, BAR, 48 + 12 * voicing + root + step, 80)
        for bar, root in enumerate(roots)
        for step in (0, 3, 7)
    ]
    return Part.of(rows, len(roots) * BAR, spans)


@pytest.fixture
def shell(tmp_path, capsys):
    """A studio with a verse of which every stage is approved."""
    folder = tmp_path / "studio"
    with opened(folder) as studio:
        approve_verse(studio, progression(9, 2, 9, 4))
    return Shell(folder, capsys)


def approve_verse(studio, chords):
    parents = [approve(studio, "chords", "verse", bars=BARS, part=chords)]
    for stage in LATER:
        parents.append(approve(studio, stage, "verse", bars=BARS, parents=parents))
    return parents


def added(shell, stage, label, part=None, parents=()):
    """Another approved candidate of the verse; returns its id."""
    with Studio.open(shell.folder) as studio:
        return approve(studio, stage, label, bars=BARS, parents=parents, section="verse", part=part)


def used(shell, section="verse"):
    """Stage -> id of what a section uses."""
    (song,) = (row["song"] for row in shell.json("status"))
    return in_use(shell.song(song), section)


def stale(shell):
    (song,) = shell.json("status")
    return {row["stage"] for row in song["stale"]}


def test_another_bass_is_used_when_a_person_says_so_and_the_melody_stays(shell):
    first = used(shell)
    bass = added(
        shell, "bass", "verse_2", hand_made("bass", METER, BARS, shift=2), first_two(first)
    )
    assert (used(shell), stale(shell)) == (first, set())
    out = shell.do("use", bass)
    assert used(shell) == {"chords": first["chords"], "drums": first["drums"], "bass": bass}
    assert "stale now: melody verse, harmony verse" in out
    assert "would stay, as its chords are the same: melody verse, harmony verse" in out
    assert f"use {bass[:8]} --section verse --recheck" in out.splitlines()[-1]
    out = shell.do("use", bass, "--recheck")
    assert "stays with it: melody verse, harmony verse" in out
    assert used(shell) == {**first, "bass": bass}
    assert stale(shell) == set()
    shell.do("undo")
    assert used(shell) == {"chords": first["chords"], "drums": first["drums"], "bass": bass}
    shell.do("undo")
    assert used(shell) == first


def first_two(found):
    return [found["chords"], found["drums"]]


def test_going_back_needs_no_recheck(shell):
    first = used(shell)
    bass = added(
        shell, "bass", "verse_2", hand_made("bass", METER, BARS, shift=2), first_two(first)
    )
    shell.do("use", bass, "--recheck")
    shell.do("use", first["bass"])
    assert used(shell) == first
    shell.do("use", bass)
    assert used(shell) == {**first, "bass": bass}


@pytest.mark.parametrize(
    ("chords", "fitting"),
    [
        (progression(9, 2, 9, 4, voicing=1), LATER),
        (progression(9, 2, 9, 5), ["drums"]),
    ],
)
def test_of_other_chords_what_they_do_not_change_stays(shell, chords, fitting):
    first = used(shell)
    other = added(shell, "chords", "verse_2", chords)
    found = shell.json("use", other)
    by_stage = {stage: first[stage] for stage in LATER}
    assert set(found["stale"]) == set(by_stage.values())
    assert found["fitting"] == [by_stage[stage] for stage in fitting]
    kept = shell.json("use", other, "--recheck")
    assert (kept["kept"], kept["fitting"]) == (found["fitting"], [])
    assert used(shell) == {"chords": other} | {stage: by_stage[stage] for stage in fitting}
    assert stale(shell) == set(LATER) - set(fitting)


def test_a_harmony_does_not_fit_another_melody(shell):
    first = used(shell)
    melody = added(
        shell, "melody", "verse_2", hand_made("melody", METER, BARS, shift=2),
        [*first_two(first), first["bass"]],
    )  # fmt: skip
    found = shell.json("use", melody)
    assert (found["stale"], found["fitting"]) == ([first["harmony"]], [])
    said = shell.refused("use", melody, "--recheck")
    assert said == f"verse uses {melody[:8]} already: no other part of it fits; see engine status"


def test_a_later_stage_brings_what_it_was_built_on(shell):
    first = used(shell)
    chords = added(shell, "chords", "verse_2", progression(4, 4, 9, 9))
    drums = added(shell, "drums", "verse_2", parents=[chords])
    shell.do("use", drums)
    assert used(shell) == {"chords": chords, "drums": drums}
    shell.do("use", first["chords"])
    assert used(shell) == first
    shell.do("use", chords)
    assert used(shell) == {"chords": chords, "drums": drums}


def test_a_run_says_what_else_it_could_build_on(at):
    shell = at("chords")
    evolve = evolve_words("drums", "--keep", "1")
    assert "approved too" not in shell.type(*evolve).err
    (other, *_) = evolved(shell, "chords", seed=5)
    shell.do("approve", other)
    note = f"note: built on chords verse; approved too: verse_2 (--parent {other[:8]})\n"
    assert note in shell.type(*evolve).err
    assert "approved too" not in shell.type(*evolve, "--parent", other).err


def test_what_is_used_and_loses_its_approval_gives_way_to_the_first(shell):
    first = used(shell)
    chords = added(shell, "chords", "verse_2", progression(4, 4, 9, 9))
    shell.do("use", chords)
    shell.do("reject", chords)
    assert (used(shell), stale(shell)) == (first, set())
    shell.do("undo", chords)
    assert used(shell) == {"chords": chords}


def test_what_can_not_be_used_is_refused(shell):
    first = used(shell)
    chords = first["chords"]
    assert f"verse uses {chords[:8]} already: nothing changes" in shell.refused("use", chords)
    assert "approved for verse, not chorus" in shell.refused("use", chords, "--section", "chorus")
    shell.do("reject", first["drums"])
    said = shell.refused("use", first["drums"])
    assert said.endswith(f"run engine approve {first['drums'][:8]} first")
    assert "is not approved any more" in shell.refused("use", first["bass"])


def test_the_draft_plays_what_is_in_use_and_says_first_what_it_leaves_out(shell):
    first = used(shell)
    bass = added(
        shell, "bass", "verse_2", hand_made("bass", METER, BARS, shift=2), first_two(first)
    )
    arrange = ("arrange", "--song", song_id(shell), "--audio", "none")
    out = shell.do(*arrange).splitlines()
    note = next(line for line in out if line.strip())
    assert note.startswith("note: not in the plan: bass verse_2, for verse uses another; ")
    assert f"use {bass[:8]} --section verse" in note
    assert f"engine --studio {shell.folder}" in note
    shell.do("use", bass)
    (left_out, *rest) = shell.json(*arrange)["warnings"]
    assert left_out.startswith("not in the plan: bass verse, for verse uses another; ")
    assert rest == [
        f"not in the plan: {stage} verse, for other bass are in use for verse"
        for stage in ("melody", "harmony")
    ]
    shell.do("use", bass, "--recheck")
    plan = shell.json(*arrange)["plan"]
    *_, verse = (section for section in plan["sections"] if section["excerpt"] is None)
    assert verse["parts"] == dict.fromkeys(STAGES, "verse") | {"bass": "verse_2"}


def song_id(shell):
    return shell.json("status")[0]["song"]


def test_state_is_rebuilt_from_the_log(shell):
    first = used(shell)
    bass = added(
        shell, "bass", "verse_2", hand_made("bass", METER, BARS, shift=2), first_two(first)
    )
    for words in (["use", bass, "--recheck"], ["use", first["bass"]], ["undo"], ["undo", bass]):
        shell.do(*words)
        with Studio.open(shell.folder) as studio:
            before = song_of(studio)
            studio.rebuild()
            assert song_of(studio) == before
            assert to_json(song_of(studio)) == to_json(before)


ROOTS = st.lists(st.sampled_from((0, 5, 9)), min_size=BARS, max_size=BARS)


@given(old=ROOTS, new=ROOTS, bars=st.sets(st.integers(0, BARS - 1)))
def test_harmony_counts_only_where_something_sounds(old, new, bars):
    rows = [(bar * BAR, BAR, 60, 80) for bar in sorted(bars)]
    part = Part.of(rows, BARS * BAR)
    same = all(old[bar] == new[bar] for bar in bars)
    assert same_harmony(part, progression(*old).harmony, progression(*new).harmony) == same


def test_of_what_a_composition_approved_the_lineage_with_most_stages_is_in_use(tmp_path, capsys):
    folder = tmp_path / "studio"
    with opened(folder) as studio:
        approve(studio, "chords", "verse", bars=BARS, part=progression(9, 9, 9, 9), policy="best")
        full = approve_lineage(studio, "verse", BARS, label="verse_2", policy="best")
    assert used(Shell(folder, capsys)) == dict(zip(STAGES, full, strict=True))


def test_the_same_chords_serve_verse_and_chorus(at):
    shell = at("bass")
    (chords,) = approved(shell, "chords")
    assert f"engine approve {chords[:8]} --section LABEL" in shell.refused("approve", chords)
    answer = shell.json("approve", chords, "--section", "chorus")
    assert answer["label"] == "chorus"
    files = {path.name for path in shell.folder.rglob("chords/approved/*")}
    assert files == {"verse.mid", "chorus.mid"}
    assert in_use(shell.song(SONG), "chorus") == {"chords": chords}
    out = shell.do("status")
    assert told_next(out) == evolve_next(shell, "drums", "chorus")
    assert "approved as verse and chorus" in shell.do("review", "--all")
    (drums, *_) = evolved(shell, "drums", "--section", "chorus", seed=7)
    row = shell.row(drums)
    assert (row["section"]["label"], row["parents"]) == ("chorus", [chords])
    shell.do("approve", drums)
    assert in_use(shell.song(SONG), "chorus") == {"chords": chords, "drums": drums}
    assert len(in_use(shell.song(SONG), "verse")) == 3
    arranged = shell.json("arrange", "--song", SONG, "--audio", "none")
    parts = {row["section"]: row["parts"]["chords"] for row in arranged["plan"]["sections"]}
    assert parts == {"verse": "verse", "chorus": "chorus"}
    assert arranged["warnings"] == []


def evolve_next(shell, stage, section):
    return ["evolve", "--stage", stage, "--song", shell.song(SONG).song_id, "--section", section]


def test_each_section_of_shared_chords_is_undone_by_itself(at):
    shell = at("drums")
    (chords,) = approved(shell, "chords")
    shell.do("approve", chords, "--section", "chorus")
    (other, *_) = evolved(shell, "chords", "--section", "chorus", seed=3)
    shell.do("approve", other)
    (drums,) = approved(shell, "drums")
    assert shell.refused("use", chords) == (
        f"{chords[:8]} is approved for verse and chorus; name one with --section"
    )
    shell.do("use", other)
    assert in_use(shell.song(SONG), "chorus") == {"chords": other}
    assert not shell.row(drums)["stale"]
    assert "approved already as chorus" in shell.refused("approve", chords, "--section", "Chorus")
    shell.do("use", chords, "--section", " CHORUS")
    assert in_use(shell.song(SONG), "chorus") == {"chords": chords}
    for _ in range(2):  # the use, and the approval for the chorus
        shell.do("undo", chords)
    assert in_use(shell.song(SONG), "chorus") == {"chords": other}
    assert {path.stem for path in shell.folder.rglob("chords/approved/*")} == {"verse", "chorus_2"}
    assert set(in_use(shell.song(SONG), "verse").values()) == {chords, drums}


def test_other_stages_follow_their_chords_to_another_section(at):
    shell = at("drums")
    (chords,), (drums,) = approved(shell, "chords"), approved(shell, "drums")
    said = shell.refused("approve", drums, "--section", "the chorus")
    assert said == (
        f"{drums[:8]} stands on {chords[:8]}, not approved for the chorus; "
        f'run engine approve {chords[:8]} --section "the chorus" first'
    )
    for candidate in (chords, drums):
        shell.do("approve", candidate, "--section", "the chorus")
    assert in_use(shell.song(SONG), "the chorus") == {"chords": chords, "drums": drums}
    shell.do("undo", chords)
    assert in_use(shell.song(SONG), "the chorus") == {}
    (note,) = shell.json("arrange", "--song", SONG, "--audio", "none")["warnings"]
    assert note.startswith("drums the_chorus: what it was built on has changed since: its chords ")
    assert note.endswith(f"{chords[:8]} is not approved for the chorus any more")


def test_chords_played_in_for_two_sections(at, tmp_path):
    shell = at("song")
    path = tmp_path / "mine.mid"
    facts = Conductor("mine", Key.parse("F# minor"), Meter.parse("7/8"), 84.0)
    bar = Meter.parse("7/8").bar_ticks
    part = Part.of([(n * bar, bar, pitch, 80) for n in range(2) for pitch in (54, 57, 61)], 2 * bar)
    path.write_bytes(write_midi([Track("mine", part)], facts))
    words = ("import", path, "--song", SONG, "--stage", "chords", "--label")
    first, second = (shell.json(*words, label)["candidate"] for label in ("verse", "chorus"))
    assert first == second
    assert "approved already as chorus" in shell.refused(*words, "chorus")
    assert sections(shell.song(SONG)) == ["verse", "chorus"]
