"""A whole song unattended: what is recorded, what comes out, what is asked again."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain, combinations
from pathlib import Path

import pytest

from benchmarks.songs import own_song
from engine.composing.composition import Composition
from engine.composing.lineages import Reader
from engine.proposals.songs import add_songs
from engine.stages import STAGES
from engine.state.lineages import approved
from engine.state.studio import Studio
from fitness.encoders import AUDIO_POOLING, TEXT_POOLING
from fitness.manifest import Encoders, EncoderSpec
from genomes import Meter
from tests.engine.composing.compositions import SECTIONS, SONG, WORDS, WORDS_FILE, words
from tests.engine.stages.snapshots import told_next
from tests.fitness import models


def test_it_ends_with_songs_that_differ(shell, composed):
    songs = composed.answer["arrangements"]
    assert len(songs) == 2
    assert len({song["arrangement"] for song in songs}) == 2
    for one, other in combinations(songs, 2):
        assert one["lineages"] != other["lineages"]
    for song in songs:
        assert set(song["lineages"]) == set(SECTIONS)
        assert set(song["contrasts"]) == {"verse-chorus", "verse-bridge", "chorus-bridge"}
        for contrast in song["contrasts"].values():
            assert set(contrast) == {"progression", "density", "register"}
            assert all(0 <= value <= 1 for value in contrast.values())
        assert all(0 <= value <= 1 for value in song["terms"].values())
        assert set(song["terms"]) == {"lineages", "contrast", "smoothness"}
        assert song["unplayed"] == []
        assert Path(song["plan"]).name == "arrangement.yml"
    assert set(shell.song(SONG).arrangements) == {song["arrangement"] for song in songs}
    assert songs[0]["total"] == max(song["total"] for song in songs)


def test_the_log_says_who_decided_and_how_it_ended(shell, composed):
    (begun,) = shell.events("CompositionStarted")
    (ended,) = shell.events("CompositionFinished")
    assert (begun.seed, begun.beam, begun.arrangements, begun.model_sha256) == (1, 2, 2, None)
    assert [section.label for section in begun.sections] == list(SECTIONS)
    assert begun.composition == ended.composition == composed.answer["composition"]
    assert [(each.arrangement, each.total, each.terms) for each in ended.ranking] == [
        (song["arrangement"], song["total"], song["terms"])
        for song in composed.answer["arrangements"]
    ]
    decided = shell.events("CandidateApproved")
    policies = {event.policy for event in decided}
    assert policies == {f"composition {begun.composition}: the best lineages that differ"}
    kept = {(stage, label): 0 for stage in STAGES for label in SECTIONS}
    for event in decided:
        kept[event.stage, event.section.label] += 1
    assert all(1 <= count <= begun.beam for count in kept.values())
    with Studio.open(shell.folder) as studio:
        (state,) = studio.songs().values()
        known = Composition.of(state.compositions[begun.composition])
        assert known.to_event() == begun


def test_every_approved_part_is_written_and_the_log_is_sound(shell):
    for event in shell.events("CandidateApproved"):
        folder = next((shell.folder / "exports").iterdir()) / event.stage / "approved"
        assert (folder / f"{event.label}.mid").is_file()
    assert shell.type("verify").code == 0
    before = shell.song(SONG)
    with Studio.open(shell.folder) as studio:
        studio.rebuild()
    assert shell.song(SONG) == before


def test_each_section_goes_on_from_the_best_of_the_one_before(shell):
    best = {}
    for event in shell.events("CandidateApproved"):
        best.setdefault((event.stage, event.section.label), event.candidate)
    for run in shell.events("RunStarted"):
        label = run.section.label
        before = SECTIONS[SECTIONS.index(label) - 1] if label != SECTIONS[0] else None
        carries_on = STAGES[run.stage].carries_on and before
        assert run.follows == (best[run.stage, before] if carries_on else None)


def test_the_best_comes_before_the_others_of_its_section(shell):
    """Of the best, so the one that the section after goes on from."""
    with Studio.open(shell.folder) as studio:
        (song,) = studio.songs().values()
        reader = Reader(studio)
        for stage in STAGES:
            kept = [reader.read(song, each) for each in approved(song, stage)]
            first = [lineage for lineage in kept if lineage.section == SECTIONS[0]]
            assert first[0].total == max(lineage.total for lineage in first)


def test_sections_with_words_sing_them_and_the_others_do_not(shell):
    sung = {
        event.section.label: "".join(text for _, text in event.part["lyrics"])
        for event in shell.events("CandidateApproved")
        if event.stage == "melody" and event.part.get("lyrics")
    }
    assert set(sung) == {"verse", "chorus"}
    assert sung["verse"].split()[:2] == ["The", "kettle"]
    (begun,) = shell.events("CompositionStarted")
    assert begun.lyrics[1] == ["Chorus", ["Leave the light on"]]


def test_every_run_is_verified(shell):
    with Studio.open(shell.folder) as studio:
        runs = studio.runs()
        assert {run.lyrics is None for run in runs.values()} == {True, False}
    for run in runs:
        found = shell.json("replay", run, "--verify")
        assert (found["holds"], found["finished_again"], found["generations"]) == (True, True, 2)


def test_the_same_again_does_nothing_and_ends_with_the_same(shell, composed):
    before = shell.head
    again = shell.json(*WORDS, "--lyrics", lyrics(shell))
    for song in (*again["arrangements"], *composed.answer["arrangements"]):
        song["folder"] = Path(song["folder"]).name
        song["plan"] = Path(song["plan"]).name
    assert again == composed.answer
    with Studio.open(shell.folder) as studio:  # that the songs were shown again
        (shown,) = studio.log.read(after=before)
    assert shown.payload.arrangements == [each["arrangement"] for each in again["arrangements"]]
    assert shown.payload.command == "compose"


def lyrics(shell):
    return shell.folder.parent / WORDS_FILE


def test_without_a_seed_what_is_finished_composes_nothing_and_says_so(shell, composed):
    runs = len(shell.events("RunStarted"))
    out = shell.do(*words(seed=None))
    assert "nothing was composed" in out
    assert "start over, run the same with another seed, such as --seed 2" in out
    assert len(shell.events("RunStarted")) == runs
    ids = [each.arrangement for each in shell.events("CompositionFinished")[-1].ranking]
    assert ids == [song["arrangement"] for song in composed.answer["arrangements"]]


def test_another_seed_starts_over_and_keeps_what_a_person_approved(new_shell):
    tiny = {"sections": "verse=1,chorus=1", "beam": 1, "population": 4, "generations": 0}
    small = ("--population", "8", "--generations", "1", "--no-model", "--seed", "9")
    new_shell.do("evolve", "--song", SONG, "--section", "chorus", "--bars", "3", *small)
    mine = new_shell.candidates(SONG, "chorus")[0]
    new_shell.do("approve", mine)
    (first,) = new_shell.json(*words(**tiny, arrangements=1))["arrangements"]
    assert first["lineages"]["chorus"][0] == mine
    parts = new_shell.events("CandidateApproved")
    chords = [(part.section.label, part.policy is None) for part in parts if part.stage == "chords"]
    assert chords == [("chorus", True), ("verse", False)]
    bars = [part.section.bars for part in parts if part.section.label == "chorus"]
    assert bars == [3] * len(STAGES)
    (second,) = new_shell.json(*words(**tiny, arrangements=1, seed=2))["arrangements"]
    old, new = (set(chain(*song["lineages"].values())) for song in (first, second))
    assert old & new == {mine}
    assert all(len(lineage) == len(STAGES) for lineage in second["lineages"].values())
    (third,) = new_shell.json(*words(**tiny, arrangements=1, seed=None))["arrangements"]
    assert third == second
    known = new_shell.song(SONG).candidates
    assert {known[each].status for each in old | new} == {"approved"}


def test_sections_without_words_are_named_first(new_shell):
    given = (*words(sections="verse=1,bridge=1", beam=1, population=4, generations=0),)
    said = new_shell.type(*given, "--lyrics", lyrics(new_shell))
    assert "note: the lyrics have nothing for bridge: composed without words\n" in said.err
    assert "the lyrics have nothing" not in new_shell.type(*given).err


def test_it_ends_with_what_the_songs_play_and_how_they_differ(shell, composed):
    out = shell.do(*words(seed=None), "--lyrics", lyrics(shell))
    first, second = composed.answer["arrangements"]
    assert len(out.splitlines()) <= 25
    assert not re.search(r"\b0\.\d", out)
    chords = shell.row(first["lineages"]["verse"][0])["chords"]
    assert f"verse  | {' '.join(chords[0])} |" in out
    differing = [
        section for section in SECTIONS if first["lineages"][section] != second["lineages"][section]
    ]
    (line,) = [line for line in out.splitlines() if "as 1 but for" in line]
    assert all(f" of {section}" in line for section in differing)
    for arranged in composed.answer["arrangements"]:
        assert Path(arranged["folder"]).name in out
    assert told_next(out) == ["export", "--song", shell.song(SONG).song_id]
    scored = shell.do(*words(seed=None), "--lyrics", lyrics(shell), "--terms")
    assert f"total {first['total']:.3f}: lineages" in scored
    assert "verse-chorus" in scored


def without_encoder(folder, kind, pooling):
    """A model whose encoder of an input is gone."""
    learned = Encoders(**{kind: EncoderSpec(str(folder / "gone"), pooling)})
    return models.write(folder, "fusion", manifest={"encoders": learned})


def test_a_recording_that_no_encoder_could_read_is_said_once(new_shell, tmp_path):
    model = without_encoder(tmp_path, "audio", AUDIO_POOLING)
    line = words(sections="verse=1", beam=1, population=4, generations=0)
    line.remove("--no-model")
    said = new_shell.type(*line, "--model", model)
    notes = re.findall(r"^note: (.*)$", said.err, re.MULTILINE)
    (note,) = (each for each in notes if "encoder" in each or "transformers" in each)
    assert new_shell.json(*line, "--model", model)["notes"] == [note]


def test_a_concept_that_no_encoder_could_read_is_refused_before_a_run_begins(new_shell, tmp_path):
    model = without_encoder(tmp_path, "concept", TEXT_POOLING)
    line = words(sections="verse=1", beam=1, population=4, generations=0)
    line.remove("--no-model")
    said = new_shell.type(*line, "--model", model)
    assert said.code == 2
    (error,) = [each for each in said.err.splitlines() if each.startswith("error: ")]
    assert "encoder" in error or "transformers" in error
    assert "score with another model, see engine" in error
    assert new_shell.events("RunStarted") == []


def test_what_was_undone_is_composed_anew(shell):
    """The run that brought it isn't used again: everything it brought may have been turned down."""
    known = shell.events("CandidateApproved")
    verses = [e for e in known if (e.stage, e.section.label) == ("harmony", "verse")]
    for event in verses:
        shell.do("reject", event.candidate)
    runs = {event.run for event in verses}
    with Studio.open(shell.folder) as studio:
        for run in runs:
            for survivor in studio.runs()[run].survivors:
                if survivor not in {event.candidate for event in verses}:
                    shell.do("reject", survivor)
    shell.json(*WORDS, "--lyrics", lyrics(shell))
    new = [e for e in shell.events("CandidateApproved") if e not in known]
    assert {(e.stage, e.section.label) for e in new} == {("harmony", "verse")}
    assert not {e.candidate for e in new} & {e.candidate for e in verses}


def test_a_revised_song_is_composed_anew(new_shell):
    tiny = words(sections="verse=1", beam=1, population=4, generations=0)
    first = new_shell.json(*tiny)
    with Studio.open(new_shell.folder) as studio:
        waltz = replace(own_song("Green", "D minor", "4/4", 120), meter=Meter(3, 4))
        add_songs(studio, [waltz])
    second = new_shell.json(*tiny)
    assert second["composition"] != first["composition"]
    (old,), (new,) = first["arrangements"], second["arrangements"]
    assert not set(old["lineages"]["verse"]) & set(new["lineages"]["verse"])


def test_the_plan_of_the_best_is_named_to_be_edited(new_shell):
    out = new_shell.do(*words(sections="verse=1", beam=1, population=4, generations=0))
    folder = re.search(r"to hear and to see: (.*)", out)[1]
    assert told_next(out)[:2] == ["export", "--song"]
    (line,) = re.findall(r"to have it otherwise, edit \S+ and run engine --studio \S+ (.*)", out)
    assert line.endswith(f"--from {folder}/arrangement.yml")
    assert "there are no more ways to combine what is approved than these 1" in out
    before = new_shell.head
    assert new_shell.json(*line.split(), "--audio", "none")["folder"] == folder
    assert new_shell.head == before


def test_sections_that_the_form_has_no_place_for_are_named(new_shell):
    sections = "bridge=1,bridge 2=1"
    tiny = words(sections=sections, beam=1, population=4, generations=0)
    (song,) = new_shell.json(*tiny)["arrangements"]
    assert song["unplayed"] == ["bridge 2"]
    assert "note: bridge 2 has no place in the form of song 1" in new_shell.type(*tiny).err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("--sections", "verse"), "--sections 'verse': expected labels and bars"),
        (("--sections", ""), "--sections '': expected labels and bars"),
        (("--sections", "=4"), "--sections '=4'"),
        (("--sections", "verse=0"), "section of 0 bars: expected 1 to 64"),
        (("--sections", "verse=65"), "section of 65 bars"),
        (("--sections", "verse=4,Verse =2"), "a section comes twice"),
        (("--beam", "0"), "--beam 0, --arrangements 2: expected 1 to 9"),
        (("--arrangements", "10"), "--arrangements 10"),
        (("--population", "3"), "--population 3"),
        (("--seed", "-1"), "--seed"),
        (("--singer", "yodeller"), "singer 'yodeller': expected one of"),
        (("--audio", "mp3"), "--audio mp3: expected flac, wav, none"),
        (("--instrument", "melody=violn"), "--instrument melody=violn: expected a name of General"),
        (("--lyrics", "nowhere.txt"), "nowhere.txt can't be read: no such file"),
        (("--song", "nobody"), "nobody"),
    ],
)
def test_what_cannot_be_composed_is_one_line_and_nothing_happens(new_shell, change, said):
    assert said in new_shell.refused(*WORDS, *change)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Out on the water", "the lyrics don't say what verse and chorus and bridge sing"),
        ("[Pont]\nOut on the water", "the lyrics have no section verse or chorus or bridge"),
        ("[Verse]\n", "has no words to sing"),
    ],
)
def test_words_that_no_section_sings_are_refused(new_shell, tmp_path, text, said):
    path = tmp_path / "other.txt"
    path.write_text(text, "utf-8")
    assert said in new_shell.refused(*WORDS, "--lyrics", path)
