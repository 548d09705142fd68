"""Models of two files, and folders with thousands of files that are no proposals."""

from __future__ import annotations

import onnx
import pytest

from engine.cli import songs
from fitness import fusion
from fitness.errors import WeightsApart
from fitness.fusion import FusionModel

SENTENCE = (
    "apart.onnx: its weights are in a second file, apart.onnx.data, and a model is one file "
    '(made by onnx.save(onnx.load("apart.onnx"), "one.onnx"))'
)


@pytest.fixture
def apart(tmp_path):
    """The shipped model with its weights in a second file."""
    path = tmp_path / "apart.onnx"
    onnx.save(
        onnx.load(fusion.DEFAULT_MODEL),
        path,
        save_as_external_data=True,
        location=f"{path.name}.data",
        size_threshold=0,
    )
    return path


@pytest.mark.parametrize(
    "line",
    [
        "score SONG --colour GREEN --model",
        "explain SONG --colour GREEN --model",
        "evolve --song meadow --model",
        "compose --song meadow --audio none --model",
        "models add",
        "models promote",
    ],
)
@pytest.mark.parametrize("is_beside", [True, False])
def test_a_model_of_two_files_is_refused_in_one_sentence(
    shell, apart, line, is_beside, monkeypatch, tmp_path
):
    """Wherever it is called: ONNX Runtime would find the second file from its own folder."""
    monkeypatch.chdir(apart.parent if is_beside else tmp_path.parent)
    shell.do("approve", shell.candidates()[0], "--label", "verse")
    song = shell.approved_file("verse")
    words = [song if word == "SONG" else word for word in line.split()]
    assert shell.refused(*words, apart) == SENTENCE


def test_what_the_sentence_advises_works(apart, tmp_path):
    with pytest.raises(WeightsApart):
        FusionModel.load(apart)
    one = tmp_path / "one.onnx"
    onnx.save(onnx.load(apart), one)
    assert not fusion._WEIGHTS_APART.search(one.read_bytes())


def test_a_large_folder_is_counted_and_not_listed(empty_shell, tmp_path):
    folder = tmp_path / "projects"
    for number in range(300):
        place = folder / f"chart {number}"
        place.mkdir(parents=True)
        (place / "manifest.yml").write_text("name: {{ app }}\n", "utf-8")
        (place / "values.yaml").write_bytes(b"\xff\x00: [")
    for number in range(40):
        (folder / f"broken {number}.yml").write_text(f"rainbow_color: [{number}", "utf-8")
    (folder / "song.yml").write_text(
        "title: Tide\nrainbow_color: Blue\nkey: A minor\nbpm: 90\ntempo: 4/4\n", "utf-8"
    )
    said = empty_shell.type("songs", "add", folder)
    assert said.code == 0
    assert "1 added, 40 refused, 600 not proposals" in said.out
    lines = said.err.splitlines()
    assert len(lines) == songs.MAX_SAID + 1
    assert lines[-1] == "refused: 20 more; --json names all"
    assert len(empty_shell.json("songs", "add", folder)["refused"]) == 40


def test_a_file_that_is_named_is_refused_whatever_it_holds(empty_shell, tmp_path):
    path = tmp_path / "values.yml"
    path.write_text("name: {{ app }}\n", "utf-8")
    said = empty_shell.type("songs", "add", path)
    assert said.code == 2
    assert said.err.startswith("refused: values.yml: yaml: line 1")


def test_clips_of_every_form_become_a_plan(at, tmp_path):
    shell = at("chords")
    song = shell.json("songs", "list")[0]["id"]
    path = tmp_path / "clips.txt"
    forms = {
        "\ufeff1.1.1.1\tverse\t1\t3.0.0.0": ("bars", None),
        "01:00:00;00\tverse\t1\t00:00:10;00": (
            "time code with lengths",
            "29.97 drop-frame frames a second",
        ),
        "01:00:00:00\tverse\t1\t00:00:10:00": (
            "time code with lengths",
            "25 frames a second (assumed; --frame-rate names another)",
        ),
    }
    line = ("arrange", "--audio", "none", "--song", song, "--import", path)
    for text, reading in forms.items():
        path.write_text(text, "utf-8")
        answer = shell.json(*line)
        assert (answer["reading"], answer["frame_rate"]) == reading
        told = ", ".join(filter(None, reading))
        assert f"read as {told}" in shell.do(*line).splitlines()
    assert shell.json(*line, "--frame-rate", "24")["frame_rate"] == "24 frames a second"
    assert shell.refused(*line, "--frame-rate", "26").startswith("clips.txt: --frame-rate 26")
    assert "name the list with --import" in shell.refused(
        "arrange", "--song", song, "--frame-rate", "24"
    )
