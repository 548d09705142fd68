"""Assembly: parts one after the other, nothing lost, nothing out of place."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.arrangement.assemble import assemble
from engine.arrangement.plan import Plan, PlannedSection
from engine.errors import Refused
from engine.stages import STAGES
from genomes import Key, Meter, Part
from genomes.midi import Conductor
from tests.engine.arrangement.approved_parts import ROWS, approved_part, hand_made, lineage_of
from tests.strategies import SONG_METERS

ALL = tuple(ROWS)
FOUR = Meter(4, 4)


def song_in(meter=FOUR):
    return Conductor("Song", Key.parse("F# minor"), meter, 97)


def planned(label, stages=ALL, **facts):
    return PlannedSection(label.title(), label, tuple((s, label) for s in stages), **facts)


def two_sections(meter=FOUR, **facts):
    return [*lineage_of("verse", ALL, meter=meter, bars=2, **facts),
            *lineage_of("chorus", ALL, meter=meter, bars=3, **facts)]  # fmt: skip


def track(song, stage):
    return next(track.part for track in song.tracks if track.name == stage.capitalize())


plays = st.lists(
    st.tuples(
        st.sampled_from(["verse", "chorus"]),
        st.integers(1, 3),
        st.sets(st.sampled_from(ALL), min_size=1),
        st.booleans(),
    ),
    min_size=1,
    max_size=4,
)


@given(st.sampled_from(SONG_METERS), plays)
def test_every_bar_is_the_bar_of_its_part(meter, wanted):
    parts = two_sections(meter)
    known = {(part.stage, part.label): part.part for part in parts}
    sections = tuple(
        planned(label, [s for s in ALL if s in stages], play=play, vocals=vocals)
        for label, play, stages, vocals in wanted
    )
    song = assemble(Plan(sections), parts, song_in(meter))
    tick = 0
    for section, (label, play, stages, vocals) in zip(song.sections, wanted, strict=True):
        assert (section.start_ticks, section.play, section.section) == (tick, play, label)
        for _ in range(play):
            length = known["chords", label].length_ticks
            for stage in {track.name.lower() for track in song.tracks}:
                heard = within(track(song, stage), tick, tick + length)
                part = known[stage, label] if stage in stages else None
                assert heard == told(part, vocals=vocals)
            tick += length
        assert section.end_ticks == tick
    assert song.length_ticks == tick == song.bars * meter.bar_ticks
    assert {t.part.length_ticks for t in song.tracks} == {tick}
    assert [tick for tick, _ in song.markers] == [s.start_ticks for s in song.sections]


def within(part, start, end):
    """What a track says between two ticks: notes, chords and words."""
    notes = [row for row in part.notes.tolist() if start <= row[0] < end]
    return (
        [(row[0] - start, *row[1:]) for row in notes],
        [(s.onset_ticks - start, s.name) for s in part.harmony if start <= s.onset_ticks < end],
        [(onset - start, text) for onset, text in part.lyrics if start <= onset < end],
    )


def told(part, *, vocals):
    if part is None:
        return [], [], []
    words = list(part.lyrics) if vocals else []
    return part.notes.tolist(), [(s.onset_ticks, s.name) for s in part.harmony], words


def test_each_stage_that_plays_has_a_track_of_its_own():
    parts = two_sections()
    sections = (planned("verse", ["chords", "drums"]), planned("chorus", ["harmony"]))
    song = assemble(Plan(sections), parts, song_in())
    assert [(t.name, t.program, t.channel) for t in song.tracks] == [
        (stage.capitalize(), STAGES[stage].program, STAGES[stage].channel)
        for stage in ("chords", "drums", "harmony")
    ]
    assert track(song, "drums").notes["is_drum"].all()
    assert song.candidates == (parts[0].candidate, parts[1].candidate, parts[-1].candidate)


def test_a_section_in_which_nothing_plays_lasts_its_bars():
    sections = (planned("verse", []), planned("verse"))
    with pytest.raises(Refused, match=r"section 1 \(Verse\): nothing plays, and no bars"):
        assemble(Plan(sections), two_sections(), song_in())
    rested = (replace(sections[0], bars=3, play=2), sections[1])
    song = assemble(Plan(rested), two_sections(), song_in())
    assert (song.bars, song.sections[1].start_ticks) == (8, 6 * FOUR.bar_ticks)


MISNAMED = "drums: no approved part 'chorsu' (accepted: verse, chorus, null)"
UNEQUAL = "parts of different lengths: chords verse 2 bars, bass chorus 3 bars"


@pytest.mark.parametrize("reference", ["Verse", "  verse", "VERSE", "id"])
def test_parts_are_named_by_labels_as_people_write_them_or_by_ids(reference):
    parts = two_sections()
    named = parts[0].candidate[:6] if reference == "id" else reference
    section = PlannedSection("A", "verse", (("chords", named),))
    song = assemble(Plan((section,)), parts, song_in())
    assert (song.bars, song.candidates) == (2, (parts[0].candidate,))


NO_SECTION = "section: no approved section 'chrous', did you mean chorus? (accepted: verse, chorus)"
ODD = (("chords", "verse"), ("bass", "chorus"))


@pytest.mark.parametrize(
    ("sections", "meter", "said"),
    [
        (
            [planned("verse"), PlannedSection("Odd", "verse", (("drums", "chorsu"),))],
            *(FOUR, rf"^section 2 \(Odd\): {re.escape(MISNAMED)}$"),
        ),
        (
            [planned("verse"), PlannedSection("Odd", "verse", ODD)],
            *(FOUR, rf"^section 2 \(Odd\): {UNEQUAL}$"),
        ),
        (
            [planned("verse"), PlannedSection("Odd", "chrous", (("chords", "verse"),))],
            *(FOUR, rf"^section 2 \(Odd\): {re.escape(NO_SECTION)}$"),
        ),
        (
            [PlannedSection("Odd", "サビ", (("chords", "verse"),))],
            *(FOUR, re.escape("section: no approved section 'サビ' (accepted: verse, chorus)")),
        ),
        ([planned("verse")], Meter(7, 8), "chords verse was composed in another meter than 7/8"),
        ([planned("verse", play=64)] * 40, FOUR, "5120 bars: expected at most 4096"),
        ([planned("verse", [], bars=8)], FOUR, "no section plays anything"),
    ],
)
def test_what_cannot_be_assembled_is_named(sections, meter, said):
    with pytest.raises(Refused, match=said):
        assemble(Plan(tuple(sections)), two_sections(), song_in(meter))


@pytest.mark.parametrize(("swings", "kept"), [((0.5, 0.5), 0.5), ((0.5, 0.25), 0.0)])
def test_swing_is_kept_where_all_parts_agree(swings, kept):
    parts = [
        approved_part("drums", label, part=hand_made("drums", FOUR, 4, swing=swing))
        for label, swing in zip(("verse", "chorus"), swings, strict=True)
    ]
    plan = Plan(tuple(planned(label, ["drums"]) for label in ("verse", "chorus")))
    assert track(assemble(plan, parts, song_in()), "drums").swing == kept


def test_the_same_song_has_the_same_id_and_another_one_another():
    parts = two_sections()
    plan = Plan((planned("verse"), planned("chorus")))
    first = assemble(plan, parts, song_in())
    noted = replace(plan, name="x", sections=(replace(plan.sections[0], notes="!", bars=9),
                                              plan.sections[1]))  # fmt: skip
    assert assemble(noted, parts, song_in()).id == first.id
    others = [
        replace(plan, sections=plan.sections[::-1]),
        *(
            replace(plan, sections=(replace(plan.sections[0], **change), plan.sections[1]))
            for change in ({"play": 2}, {"energy": 0.6}, {"vocals": False}, {"name": "B"})
        ),
        replace(plan, sections=(planned("verse", ["chords"]), planned("chorus"))),
    ]
    ids = {assemble(other, parts, song_in()).id for other in others}
    ids |= {assemble(plan, parts, replace(song_in(), tempo_bpm=98)).id, first.id}
    assert len(ids) == len(others) + 2


def test_louder_sections_are_louder():
    sections = tuple(planned("verse", energy=energy) for energy in (0.1, 0.9))
    song = assemble(Plan(sections), two_sections(), song_in())
    for each in song.tracks:
        halves = np.array_split(each.part.notes["velocity"].astype(int), 2)
        assert halves[0].mean() < halves[1].mean()


def test_a_part_without_notes_is_a_rest():
    silent = approved_part("bass", "verse", bars=2, part=Part.of([], 2 * FOUR.bar_ticks))
    parts = [*two_sections()[:2], silent]
    song = assemble(Plan((planned("verse", ["chords", "bass"]),)), parts, song_in())
    assert len(track(song, "bass").notes) == 0
