"""Hostile command lines: one line and an exit code, never a traceback."""

from __future__ import annotations

import pytest

# Words with FIRST for a candidate, RUN for a run, TMP for a folder with a broken model.
REFUSED = [
    "frobnicate",
    "--frobnicate",
    "songs frobnicate",
    "songs add",
    "songs add TMP",
    "songs add TMP/gone.yml",
    "songs add TMP/a\0b",
    "songs add --bpm fast TMP",
    "songs show",
    "songs show nope",
    "songs show %",
    "songs show ''",
    "songs list extra",
    "evolve",
    "evolve --song nope",
    "evolve --song meadow --stage kazoo",
    "evolve --song meadow --stage ''",
    "evolve --song meadow --section ''",
    "evolve --song meadow --population 0",
    "evolve --song meadow --population 3",
    "evolve --song meadow --population 5001",
    "evolve --song meadow --population -1",
    "evolve --song meadow --population 4.5",
    "evolve --song meadow --population x",
    "evolve --song meadow --generations -1",
    "evolve --song meadow --generations 1001",
    "evolve --song meadow --keep 0",
    "evolve --song meadow --keep 51",
    "evolve --song meadow --keep 5 --population 4",
    "evolve --song meadow --bars 0",
    "evolve --song meadow --bars -8",
    "evolve --song meadow --bars 65",
    "evolve --song meadow --bars 100000",
    "evolve --song meadow --seed -1",
    "evolve --song meadow --seed 18446744073709551616",
    "evolve --song meadow --seed 1.5",
    "evolve --song meadow --seed one",
    "evolve --song meadow --model TMP/gone.onnx",
    "evolve --song meadow --model TMP",
    "evolve --song meadow --model TMP/broken.onnx",
    "evolve --song meadow --model TMP/gone.onnx --no-model",
    "evolve --song meadow --no-model yes",
    "resume nope",
    "abandon nope",
    "abandon RUN",
    "runs --song nope",
    "review --song nope",
    "review --apply TMP/gone.yml",
    "review --apply TMP",
    "approve",
    "approve nope",
    "approve ''",
    "approve FIRST extra",
    "approve FIRST --label",
    "approve FIRST --label ///",
    "approve FIRST --note ''",
    "approve -1",
    "reject nope",
    "label FIRST",
    "label FIRST ''",
    "label FIRST LONG",
    "note FIRST",
    "note FIRST ''",
    "note FIRST \udcff",
    "undo",
    "undo nope",
    "export --song nope",
    "score",
    "score TMP/gone.mid --colour GREEN",
    "score TMP/gone.mid --color GREEN",
    "score TMP/gone.mid --colour MAUVE",
    "score TMP/gone.mid --colour GREEN --model TMP/gone.onnx",
    "models nope",
    "models show",
    "models show nope",
    "models add TMP/gone.onnx",
    "models add TMP",
    "models add TMP/broken.onnx",
    "models promote",
    "models promote ''",
    "models promote TMP/gone.onnx",
    "models promote 0123456789",
    "models rollback",
    "models rollback extra",
    "explain",
    "explain nope",
    "explain ''",
    "explain TMP/gone.mid --colour GREEN",
    "explain FIRST --colour MAUVE",
    "explain FIRST --model TMP/gone.onnx",
    "explain FIRST --song nope",
    "train",
    "train manifest --promote",
    "replay nope",
    "replay nope --verify",
    "log --limit 0",
    "log --after -1",
    "log --limit many",
    "demo --colour mauve",
    "verify extra",
    "review --studio",
]


def words_of(shell, line, tmp_path):
    places = {
        "FIRST": shell.candidates()[0],
        "RUN": next(iter(shell.song("meadow").runs)),
        "LONG": "x" * 600,
        "''": "",
    }
    (tmp_path / "tmp").mkdir()
    (tmp_path / "tmp/broken.onnx").write_bytes(b"not a model")
    return [
        places.get(word, word.replace("TMP", str(tmp_path / "tmp"))) for word in line.split(" ")
    ]


@pytest.mark.parametrize("line", REFUSED)
def test_refused_in_one_line_with_exit_code_2(shell, tmp_path, line):
    words = words_of(shell, line, tmp_path)
    before = shell.head
    said = shell.type(*words)
    assert said.code == 2, said
    (line,) = said.err.splitlines()
    assert line.startswith(("error: ", "refused: "))
    assert said.out == ("1 refused\n" if line.startswith("refused: ") else "")
    assert "Error:" not in line.removeprefix("error:")
    assert shell.head == before


@pytest.mark.parametrize(
    "line",
    [
        "log --after 99999999999999999999999",
        "log --limit 99999999999999999999999",
        "log --stream nope",
        "log --kind Nope",
        "note FIRST -- --debug",
        "note FIRST -- --studio",
        "note FIRST {label}{0}%s",
        "note FIRST [bold]x[/nope]",
        "reject FIRST --reason LONG",
        "evolve --song meadow --no-model --population 8 --generations 0 --bars 1 --section [/x]",
        "evolve --song meadow --no-model --population 8 --generations 0 --bars 1 --seed 0",
        "review --all",
        "songs list",
        "songs",
        "--version",
        "--help",
    ],
)
def test_odd_but_fine(shell, tmp_path, line):
    said = shell.type(*words_of(shell, line, tmp_path))
    assert said.code == 0, said
    assert "Traceback" not in said.err + said.out


def test_what_people_type_is_printed_as_typed(shell):
    first = shell.candidates()[0]
    shell.do("note", first, "[bold]x[/nope] {label} \\u2603")
    assert "note: [bold]x[/nope] {label} \\u2603" in shell.do("review")


def test_a_studio_that_is_a_file(empty_shell):
    empty_shell.folder.write_text("not a folder")
    said = empty_shell.type("songs", "list")
    assert said.code == 2
    assert said.error


@pytest.mark.parametrize("line", ["evolve --song meadow --bars 1 --no-model", "demo"])
def test_exports_that_are_in_the_way(shell, line):
    (shell.folder / "exports").write_text("not a folder")
    said = shell.type(*line.split(), "--generations", "0")
    assert said.code == 2
    assert [word for word in said.err.splitlines() if word.startswith("error: ")]
    assert "Traceback" not in said.err
