"""Drafts: a form that songs have, out of whatever is approved."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from documents.lyrics import sheet_of
from engine.arrangement.approved import lineages
from engine.arrangement.assemble import assemble
from engine.arrangement.draft import MIN_ENERGY, draft
from engine.arrangement.roles import ROLES, role_of
from engine.errors import Refused
from genomes import Key, Meter
from genomes.midi import Conductor
from tests.engine.arrangement.approved_parts import ROWS, approved_part, lineage_of

SONG = Conductor("Song", Key.parse("A minor"), Meter(4, 4), 120)
ALL = list(ROWS)


def approved(*labels, stages=ALL, **facts):
    """Whole lineages of these sections, approved in this order."""
    return [
        part
        for number, label in enumerate(labels)
        for part in lineage_of(label, stages, first=1 + 10 * number, **facts)
    ]


def names(plan):
    return [section.name for section in plan.sections]


def own(plan):
    """The sections other than the intro and the outro that are made of bars of others."""
    return [section for section in plan.sections if section.excerpt is None]


def stages_of(section):
    return [stage for stage, _ in section.parts]


def test_a_whole_song_has_the_usual_form():
    labels = ("chorus", "verse", "outro", "bridge", "intro", "Pre-Chorus")
    plan = draft(approved(*labels), SONG)
    assert names(plan) == [
        "Intro", "Verse 1", "Pre-Chorus 1", "Chorus 1", "Verse 2", "Pre-Chorus 2", "Chorus 2",
        "Bridge", "Chorus 3", "Outro",
    ]  # fmt: skip
    assert [s.vocals for s in plan.sections] == [False, *[True] * 8, False]
    assert (plan.title, plan.key, plan.bpm, plan.time_sig) == ("Song", "A minor", 120, "4/4")


@pytest.mark.parametrize("labels", list(permutations(["verse", "chorus", "honey", "candide"], 3)))
def test_every_section_comes_whatever_is_there(labels):
    plan = draft(approved(*labels), SONG)
    assert {section.section for section in plan.sections} == set(labels)
    others = [label for label in labels if label in {"honey", "candide"}]
    assert [s.section for s in own(plan) if s.section in others] == others


def test_labels_of_no_role_alone_come_in_the_order_of_their_approval():
    labels = ["three_liter_mountain_dew", "honey", "alpha"]
    plan = draft(approved(*labels), SONG)
    assert [section.section for section in own(plan)] == labels
    assert {section.energy for section in own(plan)} == {0.40}


def test_energy_follows_the_labels_and_the_last_time_is_fuller():
    plan = draft(approved("verse", "chorus", "bridge"), SONG)
    energies = {section.name: section.energy for section in plan.sections}
    assert energies == {
        "Intro": 0.30, "Verse 1": 0.35, "Chorus 1": 0.75, "Verse 2": 0.45, "Chorus 2": 0.75,
        "Bridge": 0.20, "Chorus 3": 0.85, "Outro": 0.30,
    }  # fmt: skip


def test_the_first_verse_leaves_room_and_the_last_of_each_plays_everything():
    plan = draft(approved("verse", "chorus", "intro"), SONG)
    playing = {section.name: stages_of(section) for section in plan.sections}
    assert playing["Verse 1"] == ["chords", "drums", "bass", "melody"]
    assert all(playing[name] == ALL for name in ("Verse 2", "Chorus 1", "Chorus 3", "Intro"))


def test_what_comes_only_once_plays_everything():
    (bridge,) = own(draft(approved("bridge"), SONG))
    assert stages_of(bridge) == ALL


def test_short_sections_are_repeated():
    plays = {
        bars: [s.play for s in own(draft(approved("verse", bars=bars), SONG))]
        for bars in (1, 4, 5, 8, 16, 32)
    }
    assert plays == {1: [4, 4], 4: [4, 4], 5: [3, 3], 8: [2, 2], 16: [1, 1], 32: [1, 1]}


def test_a_verse_comes_back_with_its_chords_and_its_melody_whatever_else_is_approved():
    parts = [
        *lineage_of("verse", ALL, label="verse"),
        *lineage_of("verse", ALL, label="verse_2", first=20, bars=8),
    ]
    plan = draft(parts, SONG)
    assert [{label for _, label in s.parts} for s in own(plan)] == [{"verse"}] * 2
    assert names(plan) == ["Intro", "Verse 1", "Verse 2", "Outro"]


@pytest.mark.parametrize("used", ["low", "high"])
def test_of_several_takes_the_one_in_use_plays(used):
    trunk = lineage_of("verse", ["chords", "drums", "bass", "melody"])
    parents = [part.candidate for part in trunk]
    lines = [
        approved_part("harmony", label, section="verse", parents=parents, position=10 + number)
        for number, label in enumerate(("low", "high"))
    ]
    parts = [replace(part, is_in_use=part.label in {"verse", used}) for part in (*trunk, *lines)]
    takes = [section.part("harmony") for section in own(draft(parts, SONG))]
    assert takes == [None, used]


def test_another_verse_that_a_person_made_is_the_second():
    plan = draft(approved("verse", "verse 2"), SONG)
    assert [section.section for section in own(plan)] == ["verse", "verse 2"]


def test_an_intro_and_an_outro_are_the_first_bars_of_a_section_without_its_melody():
    plan = draft(approved("verse", "chorus", bars=8), SONG)
    intro, outro = plan.sections[0], plan.sections[-1]
    assert (intro.section, intro.excerpt) == ("verse", (1, 4))
    assert stages_of(intro) == ["chords", "bass"]
    assert (outro.section, outro.excerpt) == ("chorus", (1, 4))
    assert stages_of(outro) == ["chords", "drums", "bass"]
    assert not intro.vocals
    assert not outro.vocals


def test_what_is_approved_as_intro_and_outro_is_used():
    plan = draft(approved("intro", "verse", "outro"), SONG)
    assert [section.excerpt for section in plan.sections] == [None] * 4


@pytest.mark.parametrize(("tempo_bpm", "ending"), [(60, "ritardando"), (120, "held")])
def test_slow_songs_slow_down_at_the_end(tempo_bpm, ending):
    assert draft(approved("verse"), replace(SONG, tempo_bpm=tempo_bpm)).ending == ending


def test_a_song_that_fades_has_no_outro():
    plan = draft(approved("verse", "chorus"), SONG, "fade")
    assert (names(plan)[-1], plan.ending) == (
        "Chorus 3" if "Chorus 3" in names(plan) else "Chorus 2",
        "fade",
    )


def test_a_section_that_is_not_finished_waits_for_one_that_is():
    parts = [*approved("verse"), approved_part("chords", "verse_2", section="verse", position=40)]
    assert {section.section for section in draft(parts, SONG).sections} == {"verse"}


def test_stale_parts_play_only_where_there_are_no_others():
    stale = lineage_of("verse", ALL, is_stale=True)
    fresh = lineage_of("verse", ["chords"], label="verse_2", first=20)
    assert {s.section for s in draft([*stale, *fresh], SONG).sections} == {"verse_2"}
    assert {s.section for s in draft(stale, SONG).sections} == {"verse"}


def test_lineages_follow_the_parents():
    trunk = lineage_of("verse", ["chords", "drums"])
    grounds = [part.candidate for part in trunk]
    basses = [
        approved_part("bass", label, section="verse", parents=grounds, position=10 + n)
        for n, label in enumerate(("low", "high"))
    ]
    found = lineages([*trunk, *basses])
    assert [[part.label for part in lineage.parts] for lineage in found] == [
        ["verse", "verse", "low"],
        ["verse", "verse", "high"],
    ]


def test_only_the_nearest_parent_need_be_named():
    chords = approved_part("chords", "verse")
    drums = approved_part("drums", "verse", parents=[chords.candidate], position=2)
    bass = approved_part("bass", "verse", parents=[drums.candidate], position=3)
    (lineage,) = lineages([bass, drums, chords])
    assert lineage.parts == (chords, drums, bass)


def test_a_part_whose_parents_are_no_longer_approved_stands_alone():
    chords = approved_part("chords", "verse")
    bass = approved_part("bass", "x", parents=["gone"], position=2)
    assert len(lineages([chords, bass])) == 2


def test_a_part_that_stands_on_nothing_joins_its_section():
    parts = approved("verse", "chorus", stages=["chords", "drums"])
    melody = approved_part("melody", "by_hand", section="Verse", position=50)
    short = approved_part("bass", "short", section="verse", bars=2, position=51)
    found = [
        [part.label for part in lineage.parts] for lineage in lineages([*parts, melody, short])
    ]
    assert found == [["verse", "verse", "by_hand"], ["chorus", "chorus"], ["short"]]


@pytest.mark.parametrize("stages", [["chords"], ["chords", "drums"], ALL])
@pytest.mark.parametrize("label", ["verse", "honey", "intro", "合唱"])
def test_every_draft_can_be_assembled(stages, label):
    parts = approved(label, "chorus", stages=stages)
    song = assemble(draft(parts, SONG), parts, SONG)
    assert {track.name.lower() for track in song.tracks} == set(stages)


def test_nothing_approved_makes_no_plan():
    with pytest.raises(Refused, match="nothing is approved yet"):
        draft([], SONG)


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("Verse 2", "verse"), ("verse2", "verse"), ("pre-chorus", "pre_chorus"),
        ("Prechorus", "prechorus"), ("verse_alt", "verse"), ("chorus_2", "chorus"),
        ("universe", ""), ("breakfast", ""), ("honey", ""), ("guitar solo", "solo"), ("サビ", ""),
    ],
)  # fmt: skip
def test_roles_are_whole_words(label, role):
    assert role_of(label).name == role


def test_the_tables_know_every_stage_and_role():
    assert set(MIN_ENERGY) == set(ROWS)
    assert [role_of(role.name) for role in ROLES] == list(ROLES)


def test_sections_in_a_script_without_letters_for_file_names_stay_apart():
    parts = [
        *lineage_of("サビ", ALL, label="part"),
        *lineage_of("間奏", ALL, label="part_2", first=11),
    ]
    assert [section.section for section in own(draft(parts, SONG))] == ["part", "part_2"]


SHEET = sheet_of("[Verse 1]\nThe river is wide\n[Verse 2]\nThere is a ship\n[Chorus]\nAnd I sail")


def test_a_verse_that_comes_back_sings_its_own_words():
    plan = draft(approved("verse", "chorus"), SONG, lyrics=SHEET)
    words = {section.name: section.words for section in plan.sections if section.words}
    assert words == {
        "Verse 1": ("The river is wide",), "Chorus 1": ("And I sail",),
        "Verse 2": ("There is a ship",), "Chorus 2": ("And I sail",), "Chorus 3": ("And I sail",),
    }  # fmt: skip
    parts = approved("verse", "chorus")
    song = assemble(plan, parts, SONG)
    melody = next(track.part for track in song.tracks if track.name == "Melody")
    for section in song.sections:
        sung = "".join(
            t for on, t in melody.lyrics if section.start_ticks <= on < section.end_ticks
        )
        assert ("There is a ship" in sung) == (section.name == "Verse 2")
