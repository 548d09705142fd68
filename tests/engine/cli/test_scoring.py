"""``engine score``: MIDI files by how well they match a colour, with the model that ships."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.cli import run
from fitness.colours import AXES, COLOUR_NAMES
from fitness.fusion import DEFAULT_MODEL
from fitness.scorer import ChromaticScorer
from genomes import Key, Meter, Part
from genomes.midi import Conductor, Track, write_midi
from tests.fitness.models import write

FIELDS = {
    "file", "rank", "modes", "colour", "confidence", "chromatic", "passes", "warnings",
}  # fmt: skip


@pytest.fixture
def midis(tmp_path):
    """Three files: slow low chords, a quick high line, both far apart in every colour."""
    places = []
    kinds = (("low", (40, 47, 52), 960), ("high", (84,), 240), ("middle", (60, 64), 480))
    for name, pitches, step in kinds:
        notes = [(tick, step, pitch, 80) for tick in range(0, 7680, step) for pitch in pitches]
        part = Part.of(notes, 7680)
        song = Conductor(name, Key.parse("C major"), Meter(4, 4), 96.0, (), ())
        path = tmp_path / f"{name}.mid"
        path.write_bytes(write_midi([Track(name, part, 0, 0)], song))
        places.append(str(path))
    return places


@pytest.fixture
def score(capsys):
    def scored(*words):
        code = run(["score", *map(str, words)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return scored


@pytest.mark.parametrize("option", ["--colour", "--color"])
@pytest.mark.parametrize("colour", ["GREEN", "b", "White"])
def test_files_are_ranked_without_naming_a_model(score, midis, option, colour):
    code, out, err = score(*midis, option, colour, "--json")
    rows = json.loads(out)
    assert (code, err) == (0, "")
    assert {row["file"] for row in rows} == set(midis)
    assert [row["rank"] for row in rows] == [1, 2, 3]
    order = [(row["passes"], row["chromatic"]) for row in rows]
    assert order == sorted(order, reverse=True)
    for row in rows:
        assert set(row) == FIELDS
        assert set(row["colour"]) == set(COLOUR_NAMES)
        assert {axis: tuple(modes) for axis, modes in row["modes"].items()} == AXES
        assert 0 <= row["confidence"] <= 1


def test_the_shipped_model_named_is_the_same(score, midis):
    asked = (*midis, "--colour", "R", "--json")
    assert score(*asked) == score(*asked, "--model", DEFAULT_MODEL)


def test_people_read_what_it_is_heard_as(score, midis):
    _, out, _ = score(*midis, "--colour", "Red")
    rows = json.loads(score(*midis, "--colour", "Red", "--json")[1])
    for row, line in zip(rows, out.splitlines()[-len(rows) - 1 :], strict=False):
        assert row["file"] in line
        assert max(row["colour"], key=row["colour"].get) in line


def test_a_model_that_is_none_is_one_line(score, midis, tmp_path):
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a model")
    for path in (broken, tmp_path / "gone.onnx"):
        code, out, err = score(*midis, "--colour", "Red", "--model", path)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert str(path) in err


def test_as_in_a_run_a_file_gets_the_total_and_every_term(midis, tmp_path, capsys):
    proposal = tmp_path / "song.yml"
    proposal.write_text(
        "title: Lamp\nrainbow_color: Green\nkey: C major\nbpm: 96\ntempo: 4/4\nconcept: A lamp.\n"
    )
    studio = ["--studio", str(tmp_path / "studio")]
    assert run([*studio, "songs", "add", str(proposal)]) == 0
    song = capsys.readouterr().out.split("--song ")[1].split()[0]
    words = ["score", *midis, "--stage", "chords", "--song", song, "--json"]
    assert run([*studio, *words]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["rank"] for row in rows] == [1, 2, 3]
    for row in rows:
        terms = row["terms"]
        expected = 0.5 * terms["chromatic"] + 0.5 * terms["theory"] - terms["prior"]
        assert row["total"] == pytest.approx(expected)
        assert "theory.progression" in terms
        assert row["chords"]
    keys = [(row["passes"], row["total"]) for row in rows]
    assert keys == sorted(keys, reverse=True)


def test_as_in_a_run_the_model_reads_the_songs_concept(midis, tmp_path, capsys):
    model = write(tmp_path, "fusion")  # which learned from concepts, by the light encoder
    concepts = ("A lamp that nobody lights.", "…")
    matches = []
    for number, concept in enumerate(concepts):
        proposal = tmp_path / f"{number}.yml"
        proposal.write_text(
            f"title: Lamp {number}\nrainbow_color: Green\nkey: C major\nbpm: 96\n"
            f"tempo: 4/4\nconcept: {concept}\n",
            encoding="utf-8",
        )
        studio = ["--studio", str(tmp_path / "studio")]
        assert run([*studio, "songs", "add", str(proposal)]) == 0
        song = capsys.readouterr().out.split("--song ")[1].split()[0]
        words = ["score", midis[0], "--stage", "chords", "--song", song, "--model", str(model)]
        assert run([*studio, *words, "--json"]) == 0
        matches.append(json.loads(capsys.readouterr().out)[0]["terms"]["chromatic"])
    (told,), (plain,) = (
        ChromaticScorer(model).score_batch(
            [Path(midis[0]).read_bytes()], "Green", concept_text=text
        )
        for text in (concepts[0], None)
    )
    assert matches == pytest.approx([told.chromatic, plain.chromatic], abs=1e-5)
    assert told.chromatic != plain.chromatic


@pytest.mark.parametrize("words", [[], ["--stage", "chords"], ["--song", "x"]])
def test_a_file_needs_a_colour_or_a_song(score, midis, words):
    code, _, said = score(midis[0], *words)
    assert code == 2
    assert "--song" in said
