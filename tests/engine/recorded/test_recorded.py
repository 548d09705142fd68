"""Studios of released versions: they open, and their runs come out again, byte for byte."""

from __future__ import annotations

import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest

from engine.runs.lifecycle import changed_versions, load_as_started, recorded_run
from engine.runs.replay import verify_run
from engine.state.studio import Studio
from store.codec import Codec
from store.events import GenerationScored, RunFinished, RunStarted
from tests.engine.command_line import Desk
from tests.engine.recorded.compare import facts

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
def desk(old: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    """The command line over it."""
    return Desk(old, capsys)


def test_its_log_is_whole(desk: Desk) -> None:
    found = desk.json("verify")
    assert (found["events"], found["problems"]) == (EVENTS_RECORDED, [])
    desk.do("doctor")


def test_its_songs_and_decisions_are_there(desk: Desk) -> None:
    assert len(desk.json("songs", "list")) == 3
    rows = desk.json("review", "--all")
    statuses = [row["status"] for row in rows]
    assert statuses.count("approved") == 16
    assert {row["stage"] for row in rows} == {"chords", "drums", "bass", "melody", "harmony"}


def test_it_is_worked_on(desk: Desk, tmp_path: Path) -> None:
    copy = Desk(Path(shutil.copytree(desk.folder, tmp_path / "copy")), desk._capsys)
    waiting = copy.json("review", "--song", "counting")
    copy.do("approve", waiting[0]["id"], "--song", "counting", "--label", "second")
    copy.do("arrange", "--song", "a-lamp", "--audio", "none")
    copy.do("undo")


def test_every_run_is_recorded(old: Path) -> None:
    with Studio.open(old) as studio:
        assert len(studio.runs()) == RUNS_RECORDED


@pytest.mark.parametrize("number", range(RUNS_RECORDED))
def test_a_run_comes_out_again(old: Path, number: int) -> None:
    with Studio.open(old) as studio:
        run = sorted(studio.runs())[number]
        started = recorded_run(studio, run)[0].payload
        assert isinstance(started, RunStarted)
        if changed := changed_versions(started.stage, started.versions):
            pytest.skip(f"made by {changed}")
        if started.model_sha256 is not None:
            # A network's last bits are the machine's: scores within a tolerance, the rest exact.
            found = verify_run(studio, run)
            assert found.differences == []
            assert (found.generations, found.finished_again) == (5, True)
        else:
            assert _again(studio, run) == _logged(old, run)


def _again(studio: Studio, identifier: str) -> list[tuple[str, str]]:
    """What a run says when it is evolved once more, as it would be stored."""
    run, codec = load_as_started(studio, identifier), Codec()
    said = []
    while run.next_generation <= run.settings.generations:
        generation = run.evolve()
        said.append(codec.encode(generation.event))
        run.pool.apply(*generation)
    said.append(codec.encode(run.finish()))
    return [(encoded.kind, encoded.text) for encoded in said]


def _logged(folder: Path, identifier: str) -> list[tuple[str, str]]:
    kinds = {GenerationScored.__name__, RunFinished.__name__}
    return [
        (kind, payload)
        for stream, kind, _, payload in facts(folder / "studio.db")
        if stream == f"run/{identifier}" and kind in kinds
    ]
