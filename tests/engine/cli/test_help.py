"""Help: quick, complete, and what the README says about commands is true."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli import run
from engine.cli.app import root_command

ROOT = Path(__file__).parents[3]
README, TUTORIAL = ROOT / "README.md", ROOT / "docs/tutorial.md"
GUIDES = [README, TUTORIAL, *sorted((ROOT / "docs/how-to").glob("*.md"))]
DOCUMENTS = [*GUIDES, ROOT / "docs/training.md"]
HEAVY = {
    "numpy", "sqlalchemy", "alembic", "deap", "onnxruntime", "matplotlib", "yaml", "rich", "mido",
    "music21", "torch", "msgspec", "soundfile",
}  # fmt: skip


def command_tree(command=None, path=()):
    """Every command of the app with its words."""
    command = command or root_command()
    subcommands = getattr(command, "commands", {})
    if not subcommands or command.invoke_without_command:
        yield path, command
    for name, subcommand in subcommands.items():
        yield from command_tree(subcommand, (*path, name))


COMMANDS = dict(command_tree())
NAMES = [" ".join(path) for path in COMMANDS]


@pytest.mark.parametrize("name", NAMES)
def test_every_command_explains_itself(shell, name):
    out = shell.do(*name.split(), "--help")
    assert f"Usage: engine {name}" in out
    command = COMMANDS[tuple(name.split())]
    for parameter in command.params:
        if parameter.param_type_name == "option":
            assert all(option in out for option in parameter.opts)
            assert parameter.help
    assert command.help
    assert command.help.splitlines()[0].endswith(".")


def test_no_words_at_all_are_a_question(shell, capsys):
    whole = shell.do("--help")
    assert run([]) == 0
    assert capsys.readouterr().out == whole
    assert shell.do("songs") == shell.do("songs", "--help")
    assert all(name.split()[0] in whole for name in NAMES)


def modules_after(words):
    """The modules that a process has loaded once it has run a command line."""
    code = (
        "import json, sys\n"
        "from engine.cli import run\n"
        f"code = run({[str(word) for word in words]!r})\n"
        "sys.stderr.write(json.dumps([code, sorted(sys.modules)]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    code, modules = json.loads(done.stderr)
    assert code == 0
    return set(modules)


@pytest.mark.parametrize("words", [["--help"], ["review", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(words):
    assert modules_after(words) & HEAVY == set()


def test_status_loads_nothing_that_evolves_scores_or_draws(shell):
    modules = modules_after(["status", "--studio", shell.folder])
    assert modules & {"deap", "onnxruntime", "matplotlib", "music21", "soundfile", "torch"} == set()
    assert "engine.runs.run" not in modules


def test_completion_can_be_shown(capsys, monkeypatch):
    monkeypatch.setattr("typer.completion._get_shell_name", lambda: "bash")
    assert run(["--show-completion"]) == 0
    out = capsys.readouterr().out
    assert "complete -o default -F _engine_completion engine" in out
    assert "_ENGINE_COMPLETE=complete_bash" in out


@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("engine re", {"resume", "review", "reject", "replay", "retrain", "restore", "redo"}),
        ("engine models pro", {"promote"}),
        ("engine evolve --s", {"--song", "--stage", "--section", "--singer", "--seed"}),
        ("engine --studio here evolve --gen", {"--generations"}),
    ],
)
def test_words_are_completed(capsys, monkeypatch, line, completed):
    monkeypatch.setenv("_ENGINE_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(line.split()) - 1))
    assert run([]) == 0
    assert set(capsys.readouterr().out.split()) == completed


def documented_lines():
    """The command lines in the sh blocks of every document, one by one."""
    for document in DOCUMENTS:
        yield from lines_of(document)


def lines_of(document):
    for block in document.read_text("utf-8").split("```sh\n")[1:]:
        text = block.partition("```")[0].replace("\\\n", " ")
        for line in text.splitlines():
            for words in split_at_operators(shlex.split(line, comments=True)):
                if words and Path(words[0]).name == "engine":
                    yield words[1:]


def split_at_operators(words):
    command = []
    for word in words:
        if word in {"|", "&&", "||", ";", ">"}:
            yield command
            command = []
        else:
            command.append(word)
    yield command


@pytest.mark.parametrize("words", list(documented_lines()), ids=" ".join)
def test_documented_command_lines_are_understood(words, monkeypatch):
    for command in COMMANDS.values():
        monkeypatch.setattr(command, "callback", None)
    assert run(words) == 0


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_the_options_in_a_guide_exist(guide):
    options = {
        option
        for command in (root_command(), *COMMANDS.values())
        for parameter in command.params
        for option in parameter.opts
    }
    prose = re.sub(r"```.*?```|`python -m .*?`", "", guide.read_text("utf-8"), flags=re.DOTALL)
    assert set(re.findall(r"(?<![-\w])--[a-z][a-z-]*", prose)) <= options


def test_every_command_is_in_a_guide():
    typed = {tuple(words[:length]) for words in documented_lines() for length in (1, 2)}
    assert set(COMMANDS) - typed == set()


@pytest.mark.parametrize("guide", [README, TUTORIAL], ids=lambda path: path.stem)
def test_the_song_in_a_guide_is_one(guide, empty_shell, tmp_path):
    _, _, rest = guide.read_text("utf-8").partition("```yaml\n")
    path = tmp_path / "song.yml"
    path.write_text(rest.partition("```")[0], "utf-8")
    (song,) = empty_shell.json("songs", "add", path)["added"]
    assert empty_shell.json("songs", "show", song)["warnings"] == []
    named = [words[words.index("--song") + 1] for words in lines_of(guide) if "--song" in words]
    assert named
    assert {empty_shell.song(prefix).song_id for prefix in named} == {song}
