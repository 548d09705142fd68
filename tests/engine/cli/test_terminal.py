"""What a terminal gets: nothing of a name, a label or a note is obeyed by it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import mido
import pytest
import yaml

from documents.terminal import print_line, visible, visible_json
from tests.engine.stages.snapshots import evolve_words
from training.__main__ import main as training

ROOT = Path(__file__).parents[3]

# A colour, the title of the window, an end of line that hides what is before it, text turned round.
HOSTILE = "a\x1b[31mb\x1b]0;title\x07\rc\u202ed\u2066e\x9b1m\x85"
# What of it must never reach a terminal; its own styles are others.
OBEYED = re.compile("\x1b\\[31m|\x1b\\]|\x07|\x08|\x85|\x9b|[\u202a-\u202e\u2066-\u2069]")

# Runs several command lines in one process.
TYPE = """
import json, sys
from engine.cli import run
for words in json.loads(sys.argv[1]):
    run(words)
"""


def in_a_terminal(folder, *lines):
    """What a terminal gets while commands are typed; a pipe would hide it."""
    pty = pytest.importorskip("pty")  # not on Windows
    ours, theirs = pty.openpty()
    words = [["--studio", str(folder), *map(str, line)] for line in lines]
    process = subprocess.Popen(
        [sys.executable, "-c", TYPE, json.dumps(words)],
        cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs,
        env=os.environ | {"TERM": "xterm-256color", "COLUMNS": "200", "NO_COLOR": ""},
    )  # fmt: skip
    os.close(theirs)
    got = b""
    try:
        while chunk := os.read(ours, 65536):
            got += chunk
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert process.wait() == 0
    return got.decode("utf-8", "surrogateescape")


def assert_safe(text):
    assert not OBEYED.findall(text)
    assert "Traceback" not in text


def hostile_midi(path):
    message, meta = mido.Message, mido.MetaMessage
    notes = [
        each
        for _ in range(4)
        for each in (message("note_on", note=60), message("note_off", note=60, time=480))
    ]
    name = meta("track_name", name="Pia\x1b[31mno\x00\x07")
    other = meta("track_name", name="Bass\x1b[31m")
    tracks = [mido.MidiTrack([each, *notes]) for each in (name, other)]
    mido.MidiFile(tracks=tracks).save(path)
    return path


def test_names_labels_notes_and_review_files(shell):
    first, second, *_ = shell.candidates()
    shell.do("approve", first, "--label", f"verse {HOSTILE}", "--note", HOSTILE)
    shell.do("note", first, HOSTILE)
    shell.do("review", "--yaml", "--song", "meadow")
    song = shell.song("meadow").song_id
    (review,) = (shell.folder / "exports" / song).rglob("review.yml")
    document = yaml.safe_load(review.read_text("utf-8"))
    row = next(row for row in document["candidates"] if row["id"] == second)
    row |= {"status": "approved", "label": f"other {HOSTILE}", "notes": HOSTILE}
    review.write_text(yaml.safe_dump(document, allow_unicode=False), "utf-8")
    got = in_a_terminal(
        shell.folder,
        ("review", "--apply", review),
        ("review", "--all"),
        ("review", "--all", "--json"),
        ("status",),
        ("status", "--song", song),
        ("runs",),
        ("songs", "list"),
        ("log",),
        ("log", "--json"),
        ("export", "--song", song),
        ("approve", HOSTILE),
        ("songs", "show", HOSTILE),
        (HOSTILE,),
        ("review", f"--{HOSTILE}"),
    )
    assert_safe(got)
    assert "a\\x1b[31mb" in got


def test_files_and_what_is_in_them(shell, tmp_path):
    folder = tmp_path / "fo\x1b[31mlder\u202e"
    folder.mkdir()
    midi = hostile_midi(folder / "esc\x1b[31m.mid")
    (folder / "song\x07.yml").write_text(f"rainbow_color: {json.dumps(HOSTILE)}\nbpm: x\nkey: 1\n")
    proposal = {"title": HOSTILE, "rainbow_color": "Blue", "key": "A minor", "bpm": 90}
    text = yaml.safe_dump(proposal | {"tempo": "4/4", "concept": HOSTILE, "mood": [HOSTILE]})
    (folder / "good\x9b.yml").write_text(text, "utf-8")
    sheet = folder / "wo\x1b[31mrds.txt"
    sheet.write_text(f"[{HOSTILE}]\nla ({HOSTILE})\n<i{HOSTILE}>la\n[ver]\nla", "utf-8")
    clips = folder / "clips\x1b[31m.txt"
    clips.write_text("1.1.1.1\t\x1b[31m\t9\t4.0.0.0\n1.1.1.1\ta\t\x1b[31m\t1", "utf-8")
    got = in_a_terminal(
        shell.folder,
        ("explain", midi, "--colour", "GREEN"),
        ("score", midi, folder / "gone\x1b[31m.mid", "--colour", "GREEN"),
        ("score", midi, "--colour", "GREEN"),
        ("score", midi, "--colour", HOSTILE),
        ("import", midi, "--song", "meadow", "--stage", "bass", "--label", HOSTILE),
        ("songs", "add", folder),
        ("songs", "list"),
        ("songs", "stats"),
        ("arrange", "--song", "meadow", "--import", clips),
        ("models", "add", folder / "gone\x1b[31m.onnx"),
        ("models", "add", midi),
        evolve_words("chords", "--section", f"verse {HOSTILE}"),
        ("runs",),
        ("review",),
        ("evolve", "--song", "meadow", "--stage", "melody", "--lyrics", sheet),
    )
    assert_safe(got)
    for shown in ("esc\\x1b[31m.mid", "gone\\x1b[31m.onnx", "Pia", "[31mb"):
        assert shown in got


def test_training_says_names_safely(tmp_path, capfd):
    folder = tmp_path / "02_01"
    folder.mkdir()
    (folder / "02_01.yml").write_text('title: "a\\e[31m\\u202E"\n', "utf-8")
    (folder / "02_01\x1b[31m.yml").write_text("a: 1\n", "utf-8")
    (folder / "\u202e.lrc").write_text("la\n", "utf-8")
    assert training(["manifest", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    with pytest.raises(SystemExit):
        training(["manifest", "x", "--out", "y", "\x1b[31m"])
    said = capfd.readouterr()
    assert_safe(said.out + said.err)
    assert said.err


def test_what_is_hidden_is_shown_and_what_is_not_stays(capsys):
    assert visible("é\t愛\n👩‍👧 שלום") == "é\t愛\n👩‍👧 שלום"
    assert visible("a\x1b\x00\x7f\r\u2028\u202e\ud800") == (
        "a\\x1b\\x00\\x7f\\x0d\\u2028\\u202e\\ud800"
    )
    value = {"a\x7f": "\u202e\x1b\ud800 é"}
    text = visible_json(json.dumps(value, ensure_ascii=False))
    assert json.loads(text) == value
    assert visible(text) == text
    print_line("a\x1b[31m", err=True)
    assert capsys.readouterr().err == "a\\x1b[31m\n"
