"""The examples run one after the other, as a person would run them, and do what they say."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import engine
from engine.proposals import demo_paths

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
SONG = next(path for path in demo_paths() if path.stem == "green")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("a folder with spaces")


def run(folder: Path, name: Path | str, *words: object) -> list[str]:
    """The lines that an example, or another program of Python's, prints without warnings."""
    finished = subprocess.run(
        [sys.executable, "-W", "error", name, *map(str, words)],
        check=True,
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert finished.stderr == ""
    return finished.stdout.splitlines()


def test_every_example_is_run_here() -> None:
    names = {path.name for path in EXAMPLES.glob("*.py")}
    assert names == {"evolve.py", "decide.py", "replay.py", "score.py"}


def test_what_the_package_shows_of_itself_does_it(tmp_path: Path) -> None:
    assert engine.__doc__ is not None
    example = engine.__doc__.partition("::\n")[2].partition("\nWhat can't be done")[0]
    (tmp_path / "ferry.yml").write_bytes(SONG.read_bytes())
    # It ends with an assertion of its own.
    assert run(tmp_path, "-c", textwrap.dedent(example)) == []


def test_a_song_is_evolved_decided_about_replayed_and_scored(folder: Path) -> None:
    survivors = [line.split()[0] for line in run(folder, EXAMPLES / "evolve.py", SONG)]
    decided = run(folder, EXAMPLES / "decide.py")
    assert [line.split(":")[0] for line in decided] == ["approved"] + ["rejected"] * (
        len(survivors) - 1
    )
    (replayed,) = run(folder, EXAMPLES / "replay.py")
    assert replayed.endswith("9 generations as logged")
    (approved,) = folder.rglob("approved/*.mid")
    (scored,) = run(folder, EXAMPLES / "score.py", "Green", approved)
    name, match, verdict = scored.rsplit(maxsplit=2)
    assert (Path(name), verdict) == (approved, "passes")
    assert 0.5 < float(match) <= 1
