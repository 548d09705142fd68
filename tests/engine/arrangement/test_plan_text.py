"""A plan's file: what is written is read again, and what can't be meant is refused in one line."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from documents.findings import one_line
from documents.yaml_files import load_text
from engine.arrangement.plan import (
    ENDINGS,
    MAX_PLAY,
    MAX_SEED,
    MAX_SONG_BARS,
    Plan,
    PlannedSection,
)
from engine.arrangement.plan_text import parse_plan, plan_document, plan_text, read_plan
from engine.errors import Refused
from engine.gate.labels import section_label
from tests.engine.arrangement.approved_parts import ROWS

anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
# What a YAML reader could take for a number, a truth value, a date or nothing.
tricky = st.sampled_from(
    ["1.5e3", "007", "yes", "null", "~", "12:30", "2024-01-01 00:00:00", "0x1F"]
)
lines = (anything | tricky).map(one_line).filter(bool)
sections = st.builds(
    PlannedSection,
    name=lines,
    section=lines,
    parts=st.lists(st.sampled_from(list(ROWS)), unique=True).flatmap(
        lambda stages: st.tuples(
            *(st.tuples(st.just(stage), lines) for stage in sorted(stages, key=list(ROWS).index))
        )
    ),
    play=st.integers(1, MAX_PLAY),
    bars=st.none() | st.integers(1, MAX_SONG_BARS),
    energy=st.floats(0, 1),
    vocals=st.booleans(),
    notes=anything | tricky,
    excerpt=st.none() | st.tuples(st.integers(1, 8), st.integers(8, MAX_SONG_BARS)),
    vary=st.booleans(),
    words=st.lists(st.sampled_from(["The river is wide", "and I can't", "o'er"])).map(tuple),
)
plans = st.builds(
    Plan,
    sections=st.lists(sections, min_size=1, max_size=4).map(tuple),
    name=anything.map(section_label),
    title=anything | tricky,
    key=lines,
    bpm=st.none() | st.floats(20, 300),
    time_sig=st.sampled_from(["4/4", "7/8"]),
    ending=st.sampled_from(ENDINGS),
    seed=st.integers(0, MAX_SEED),
    instruments=st.dictionaries(st.sampled_from(list(ROWS)), st.integers(0, 127)).map(
        lambda found: tuple((stage, found[stage]) for stage in ROWS if stage in found)
    ),
)

SECTION = {"name": "Verse 1", "section": "verse", "parts": {"chords": "verse"}}


@given(plans)
def test_what_is_written_is_read_again(plan):
    text = plan_text(plan)
    assert parse_plan(load_text(text)) == plan
    assert plan_text(parse_plan(load_text(text))) == text


def test_the_file_reads_like_this(tmp_path):
    parts = (("chords", "verse"), ("melody", "3f9c"))
    section = PlannedSection(
        "Verse 1",
        "verse",
        parts,
        2,
        8,
        0.35,
        notes="softly",
        excerpt=(1, 4),
        vary=True,
        words=("a river",),
    )
    instruments = (("drums", 32), ("melody", 40))
    facts = ("draft", "The Ferry", "D minor", 92.0, "7/8", "held", 3)
    plan = Plan((section,), *facts, instruments)
    body = plan_text(plan).partition("name: draft\n")[2]
    assert body == (
        "title: The Ferry\nkey: D minor\nbpm: 92\ntime_sig: 7/8\nending: held\nseed: 3\n"
        "instruments:\n  drums: Jazz Kit\n  melody: Violin\nsections:\n"
        "- name: Verse 1\n  section: verse\n  play: 2\n  bars: 8\n  excerpt: 1-4\n  energy: 0.35\n"
        "  vocals: true\n  words:\n  - a river\n  vary: true\n"
        "  parts:\n    chords: verse\n    drums: null\n    bass: null\n    melody: 3f9c\n"
        "    harmony: null\n  notes: softly\n"
    )
    path = tmp_path / "arrangement.yml"
    path.write_text(plan_text(plan), "utf-8")
    assert read_plan(path) == plan


def test_the_header_names_every_key():
    plan = Plan((PlannedSection("a", "a", ()),))
    header = plan_text(plan).partition("\nname: ")[0]
    document = plan_document(plan)
    assert all(name in header for name in (*document, *document["sections"][0]))


def test_a_person_may_write_little():
    (section,) = parse_plan({"sections": [{"section": "Chorus", "parts": {"chords": 2}}]}).sections
    assert (section.name, section.play, section.energy, section.vocals) == ("Chorus", 1, 0.75, True)
    assert (section.bars, section.notes, section.part("chords")) == (None, "", "2")
    (quiet,) = parse_plan({"sections": [{"section": "outro", "parts": {}}]}).sections
    assert (quiet.energy, quiet.vocals, quiet.parts) == (0.30, False, ())


def test_a_plan_written_before_there_were_endings_means_what_it_meant():
    plan = parse_plan({"sections": [SECTION]})
    assert (plan.ending, plan.seed) == ("none", 0)
    assert (plan.sections[0].excerpt, plan.sections[0].vary) == (None, False)


@pytest.mark.parametrize("rest", [{}, {"drums": None}])
def test_what_is_left_out_or_null_rests(rest):
    (section,) = parse_plan(
        {"sections": [SECTION | {"parts": {"chords": "verse"} | rest}]}
    ).sections
    assert section.part("drums") is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"energy": 1.4}, "section 2: energy: 1.4 (accepted: a number from 0 (still) to 1 (full))"),
        ({"energy": True}, "section 2: energy: true (accepted: a number"),
        ({"play": 0}, "section 2: play: 0 (accepted: a whole number from 1 to 64)"),
        ({"play": 1.5}, "section 2: play: 1.5"),
        ({"play": True}, "section 2: play: true"),
        ({"bars": "many"}, "section 2: bars: many (accepted: a whole number from 1 to 4096)"),
        ({"excerpt": "4-1"}, "section 2: excerpt: 4-1 (accepted: a first and a last bar, such as"),
        ({"excerpt": True}, "section 2: excerpt: true"),
        (
            {"words": ["-"]},
            'section 2: words: ["-"] (accepted: a list of lines with words in them)',
        ),
        ({"words": []}, "section 2: words: []"),
        ({"vary": 1}, "section 2: vary: 1 (accepted: true or false)"),
        ({"vocals": "maybe"}, "section 2: vocals: maybe (accepted: true or false)"),
        ({"section": None}, "section 2: section: missing (accepted: a text on one line)"),
        ({"name": ["a"]}, 'section 2: name: ["a"] (accepted: a text)'),
        ({"notes": {"a": 1}}, "section 2: notes: "),
        ({"energi": 0.5}, "section 2: energi: unknown (accepted: the keys name, section, play,"),
        ({"parts": None}, "section 2: parts: null (accepted: a mapping of chords, drums, bass"),
        ({"parts": {"strings": "a"}}, "section 2: parts: strings: unknown (accepted: the stages"),
        ({"parts": {"drums": ["a"]}}, 'section 2: drums: ["a"] (accepted: a text)'),
        ("", "is empty"),
        ("[]", "plan: [] (accepted: a mapping with a list of sections)"),
        ("sections: {}", "accepted: a mapping with a list of sections"),
        ("sections: []", "sections: [] (accepted: at least one section)"),
        ("sections: [3]", "section 1: section: 3 (accepted: a mapping of"),
        ("tempo: 3\nsections: [3]", "tempo: unknown (accepted: the keys name, title"),
        (
            "instruments: violin\nsections: [{section: a, parts: {}}]",
            "instruments: violin (accepted: a mapping of chords, drums",
        ),
        (
            "instruments: {voice: flute}\nsections: [{section: a, parts: {}}]",
            "instruments: voice: unknown (accepted: the stages chords, drums",
        ),
        (
            "instruments: {melody: violn}\nsections: [{section: a, parts: {}}]",
            "instruments: melody: violn (accepted: a name of General MIDI such as Violin, Viola",
        ),
        (
            "instruments: {melody: sax}\nsections: [{section: a, parts: {}}]",
            "instruments: melody: sax (accepted: one of Soprano Sax, Alto Sax, Tenor Sax",
        ),
        (
            "instruments: {bass: 0}\nsections: [{section: a, parts: {}}]",
            "instruments: bass: 0 (accepted: a name of General MIDI",
        ),
        (
            "instruments: {bass: true}\nsections: [{section: a, parts: {}}]",
            "instruments: bass: true (accepted: a name of General MIDI, or a number from 1",
        ),
        ("name: '!!'\nsections: [{section: a, parts: {}}]", "name: !! (accepted: a name"),
        ("ending: slow\nsections: [{section: a, parts: {}}]", "ending: slow (accepted: held, rit"),
        (
            "seed: -1\nsections: [{section: a, parts: {}}]",
            "seed: -1 (accepted: a whole number from",
        ),
        ("bpm: fast\nsections: [{section: a, parts: {}}]", "bpm: fast (accepted: a number)"),
        ("sections: [{section: !!python/name:os.system x, parts: {}}]", "the tag"),
        ("sections: [\t", "yaml: line 2: did not find"),
    ],
)
def test_what_cannot_be_meant_is_named(tmp_path, content, said):
    """In the second of two sections, or in a whole file."""
    if isinstance(content, dict):
        content = yaml.safe_dump({"sections": [SECTION, SECTION | content]})
        said = f"mine.yml: {said}"
    path = tmp_path / "mine.yml"
    path.write_text(content, "utf-8")
    with pytest.raises(Refused) as refused:
        read_plan(path)
    line = str(refused.value)
    assert line.startswith("mine.yml: ")
    assert said in line
    assert "\n" not in line


def test_the_name_is_a_folder_of_any_system():
    plan = parse_plan({"name": "Größer / Mix 2", "sections": [SECTION]})
    assert plan.name == "groer__mix_2"


@pytest.mark.parametrize("named", ["violin", "VIOLIN", 41, "41"])
def test_instruments_are_named_as_people_write_them(named):
    plan = parse_plan({"instruments": {"melody": named, "bass": None}, "sections": [SECTION]})
    assert plan.instruments == (("melody", 40),)
    assert parse_plan({"sections": [SECTION]}).instruments == ()
