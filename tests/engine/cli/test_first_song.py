"""The first song of the README and of the tutorial, typed line by line as it stands there."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.cli import run
from engine.cli.app import root_command
from engine.ids import short
from engine.proposals import tutorial_paths
from tests.engine.command_line import Shell

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text("utf-8").partition("## A first song")[2]
GUIDES = {
    "README": README.partition("\n## ")[0],
    "tutorial": (ROOT / "docs/tutorial.md").read_text("utf-8"),
}

# What each id of the guides stands for: stage, section, and which of those that are shown there.
CANDIDATES = {
    "3f9c": ("chords", "verse", 0),
    "81d0": ("chords", "verse", 1),
    "7be1": ("chords", "chorus", 0),
    "90ac": ("drums", "verse", 0),
    "4d52": ("drums", "chorus", 0),
    "b6e2": ("bass", "verse", 0),
    "27d8": ("bass", "chorus", 0),
    "c07f": ("melody", "verse", 0),
    "e915": ("melody", "chorus", 0),
    "5a3c": ("harmony", "verse", 0),
    "1d7b": ("harmony", "chorus", 0),
    "d41a": ("bass", "verse", -1),
}
RUN = "5b21"

# In the place of the defaults: a search that is quick, and the same each time.
SMALL = {
    "population": 12,
    "generations": 1,
    "seed": 1,
    "beam": 1,
    "arrangements": 2,
    "audio": "none",
}


@pytest.fixture
def here(tmp_path, capsys, monkeypatch):
    """A folder in which a person begins: no studio yet, a small search, nothing to hear."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ENGINE_STUDIO", raising=False)
    monkeypatch.setitem(sys.modules, "miniaudio", None)
    for command in root_command().commands.values():
        for parameter in command.params:
            if parameter.name in SMALL:
                monkeypatch.setattr(parameter, "default", SMALL[parameter.name])
    return Shell(tmp_path / "studio", capsys)


def lines_of(guide: str) -> Iterator[str]:
    for block in re.findall(r"```sh\n(.*?)```", guide, re.DOTALL):
        yield from block.splitlines()


def test_the_files_of_the_tutorial_are_what_the_guides_show(here, tmp_path):
    assert run(["demo", "--files", "."]) == 0
    names = [path.name for path in tutorial_paths()]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    for guide in GUIDES.values():
        (shown,) = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
        assert (tmp_path / "ferry.yml").read_text("utf-8") == shown
    named = re.findall(r"[\w-]+\.(?:yml|txt|mid)\b", " ".join(lines_of(GUIDES["tutorial"])))
    assert set(named) == set(names)
    assert run(["demo", "--files", "."]) == 0
    (tmp_path / "ferry.txt").write_text("my own words", "utf-8")
    said = here.type("demo", "--files", ".")
    assert "ferry.txt is there already" in said.error
    assert (tmp_path / "ferry.txt").read_text("utf-8") == "my own words"


@pytest.mark.parametrize("name", GUIDES)
def test_every_line_works_as_it_stands(name, here, capsys):
    seen = ""

    def known(word: str) -> str:
        """The id that a person copies, from what was printed before, in the place of a guide's."""
        if word == RUN:
            copied = next(iter(here.song("the-ferry").runs))
        elif word in CANDIDATES:
            stage, section, place = CANDIDATES[word]
            found = [
                row["id"]
                for row in here.json("review", "--all")
                if (row["stage"], row["section"]["label"]) == (stage, section)
            ]
            copied = short(found[place])
        else:
            return word
        assert copied in seen
        return copied

    if name == "README":  # the tutorial has them written by a command
        assert run(["demo", "--files", "."]) == 0
    for line in lines_of(GUIDES[name]):
        program, *words = shlex.split(line)
        assert program == "engine"
        words = [known(word) for word in words]
        capsys.readouterr()
        code = run(words)
        said = capsys.readouterr()
        assert code == 0, (line, said.err)
        seen += said.out
    (song,) = here.json("songs", "list")
    assert song["title"] == "The Ferry Has No Other Side"
    assert here.json("verify")
    assert here.events("ArrangementAssembled")
