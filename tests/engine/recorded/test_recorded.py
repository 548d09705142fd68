"""Studios of released versions: they open, and their runs come out again, byte for byte."""

from __future__ import annotations

import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest

from engine.runs.replay import verify_run
from engine.state.studio import Studio
from tests.engine.command_line import Shell

FOLDER = Path(__file__).parent
RELEASES = sorted(path.stem for path in FOLDER.glob("*.zip"))
EVENTS_RECORDED, RUNS_RECORDED = 244, 27


def unpacked(release: str, folder: Path) -> Path:
    """A studio as a release left it, with the models that it names."""
    with ZipFile(FOLDER / f"{release}.zip") as archive:
        archive.extractall(folder)
    shutil.copytree(FOLDER / "models", folder / "models")
    return folder


@pytest.fixture(scope="module", params=RELEASES)
def old(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its folder."""
    return unpacked(request.param, tmp_path_factory.mktemp(request.param))


@pytest.fixture
def shell(old: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """The command line over it."""
    return Shell(old, capsys)


def test_its_log_is_whole(shell: Shell) -> None:
    found = shell.json("verify")
    assert (found["events"], found["problems"]) == (EVENTS_RECORDED, [])
    shell.do("doctor")


def test_its_songs_and_decisions_are_there(shell: Shell) -> None:
    assert len(shell.json("songs", "list")) == 3
    rows = shell.json("review", "--all")
    statuses = [row["status"] for row in rows]
    assert statuses.count("approved") == 16
    assert {row["stage"] for row in rows} == {"chords", "drums", "bass", "melody", "harmony"}


def test_it_is_worked_on(shell: Shell, tmp_path: Path) -> None:
    copy = Shell(Path(shutil.copytree(shell.folder, tmp_path / "copy")), shell._capsys)
    waiting = copy.json("review", "--song", "counting")
    copy.do("approve", waiting[0]["id"], "--song", "counting", "--label", "second")
    copy.do("arrange", "--song", "a-lamp", "--audio", "none")
    copy.do("undo")
    copy.do("redo")
    branch = copy.json("fork", "a-lamp", "--at", "60", "--as", "Otherwise")
    assert copy.json("show", "otherwise")["branch_of"] == branch["branch_of"]


def test_every_run_is_recorded(old: Path) -> None:
    with Studio.open(old) as studio:
        assert len(studio.runs()) == RUNS_RECORDED


def test_its_runs_replay_from_the_log(shell: Shell) -> None:
    with Studio.open(shell.folder) as studio:
        runs = sorted(studio.runs())
    assert len(runs) == RUNS_RECORDED
    for run in runs[::9]:
        shell.do("replay", run)


def test_its_runs_come_out_again_or_say_what_made_them(old: Path) -> None:
    """Variation and selection are done again exactly, wherever all versions are equal."""
    with Studio.open(old) as studio:
        for run in studio.runs():
            found = verify_run(studio, run)
            assert found.differences == []
            if found.made_by:
                assert found.made_by.startswith("engine 0.")
            else:
                assert (found.generations, found.finished_again) == (5, True)


READING = (
    "status", "songs list", "songs show a-lamp", "runs", "run report RUN", "review --all", "models",
    "taste", "effort", "map RUN", "why CANDIDATE", "log --limit 3", "log --kind ExportWritten",
    "history a-lamp", "show a-lamp --at 60", "diff a-lamp 60 now",
    "trace FILE", "verify --against FILE", "export", "replay RUN", "verify", "doctor",
)  # fmt: skip


def test_the_whole_command_line_reads_it(shell: Shell, tmp_path: Path) -> None:
    shell = Shell(Path(shutil.copytree(shell.folder, tmp_path / "studio")), shell._capsys)
    row = next(each for each in shell.json("review", "--all") if each["status"] == "approved")
    file = next(shell.folder.glob(f"exports/{row['song']}/chords/approved/*.mid"))
    named = {"RUN": row["run"], "CANDIDATE": row["id"], "FILE": file}
    before = shell.json("log", "--limit", 1000)
    for line in READING:
        words = [named.get(word, word) for word in line.split()]
        said = shell.type(*words)
        if said.code:
            assert "was made with renderer" in said.error, line
        else:
            assert (said.err, said.out.strip() == "") == ("", False), line
    shell.do("log", "export", tmp_path / "old.jsonl")
    shell.do("backup", tmp_path / "old.backup")
    again = Shell(tmp_path / "again", shell._capsys)
    again.do("restore", tmp_path / "old.backup")
    assert again.json("log", "--limit", 1000)[: len(before)] == before
    assert again.do("status").splitlines()[0:4] == shell.do("status").splitlines()[0:4]
