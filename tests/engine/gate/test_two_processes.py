"""Two processes on one studio: both work, and nothing is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.engine.command_line import demo

ROOT = Path(__file__).parents[3]


def race(shell, *lots):
    """Run each lot of command lines in a process of its own, all at once; the exit codes."""
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.engine.command_process", str(shell.folder), *lot],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for lot in lots
    ]
    try:
        assert [process.stderr.readline() for process in started] == ["ready\n"] * len(lots)
        for process in started:
            process.stdin.write("go\n")
            process.stdin.flush()
        said = [process.communicate()[1].splitlines() for process in started]
    finally:
        for process in started:
            process.kill()
            process.wait()
    assert [len(lines) for lines in said] == [1] * len(lots), said
    return [[int(code) for code in lines[0].split()] for lines in said]


def test_all_notes_and_decisions_land(shell):
    first, second, *_ = shell.candidates()
    lots = [
        [
            line
            for number in range(5)
            for line in (
                f"note\t{candidate}\t{name} {number}",
                f"approve\t{candidate}" if number % 2 == 0 else f"undo\t{candidate}",
            )
        ]
        for name, candidate in (("one", first), ("two", second))
    ]
    assert race(shell, *lots) == [[0] * 10, [0] * 10]
    for name, candidate in (("one", first), ("two", second)):
        row = shell.row(candidate)
        assert row["notes"] == [f"{name} {number}" for number in range(5)]
        assert row["status"] == "approved"
    labels = {shell.row(candidate)["label"] for candidate in (first, second)}
    assert labels == {"verse", "verse_2"}
    files = sorted(path.stem for path in shell.approved_file("verse").parent.iterdir())
    assert files == sorted(labels)
    assert "are sound" in shell.do("verify")
    assert "all is well" in shell.do("doctor")


def test_two_who_approve_the_same_do_it_once(shell):
    first = shell.candidates()[0]
    codes = race(shell, [f"approve\t{first}\t--note\tone"], [f"approve\t{first}\t--note\ttwo"])
    said = [code for lot in codes for code in lot]
    assert sum(code == 0 for code in said) >= 1
    assert len(shell.events("CandidateApproved")) == len(shell.events("CandidateNoted")) == 1


def test_two_who_add_the_same_songs_add_them_once(empty_shell):
    lot = [f"songs\tadd\t{demo(name)}" for name in ("red", "blue", "white", "red")]
    assert race(empty_shell, lot, lot) == [[0] * 4, [0] * 4]
    assert len(empty_shell.events("SongProposed")) == 3
    assert "are sound" in empty_shell.do("verify")
