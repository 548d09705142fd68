"""Any file of a studio is damaged: the doctor mends it, or says what is wrong in a line."""

from __future__ import annotations

import io
import shutil
import warnings
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.cli import run
from engine.models.promotion import model_for_runs
from engine.state.studio import Studio
from tests.engine.command_line import Shell, evolve

PAGE_BYTES = 4096  # of SQLite
KINDS = ("database", "HEAD", "export", "model", "manifest")
WAYS = ("page", "bytes", "cut", "gone", "emptied", "zeros")


def type_in(folder: Path, *words: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command line."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), warnings.catch_warnings():
        warnings.simplefilter("default")
        code = run(["--studio", str(folder), *words])
    return code, out.getvalue(), err.getvalue()


@pytest.fixture(scope="module")
def whole(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A studio with approved parts, their files and a model."""
    folder = Path(shutil.copytree(finished, tmp_path_factory.mktemp("whole") / "studio"))
    with Studio.open(folder) as studio:
        model_for_runs(studio, None)
        evolve(studio, studio.song("meadow").song_id, "bridge", 9)
        candidates = [name for song in studio.songs().values() for name in song.candidates]
    for candidate in candidates[::3]:
        type_in(folder, "approve", candidate)
    return folder


def file_of(folder: Path, kind: str, rng: np.random.Generator) -> Path:
    if kind in {"database", "HEAD"}:
        return folder / {"database": "studio.db", "HEAD": "HEAD"}[kind]
    pattern = {"export": "exports/**/*.mid", "model": "models/*.onnx", "manifest": "models/*.json"}
    found = sorted(folder.glob(pattern[kind]))
    return found[int(rng.integers(len(found)))]


def damage(path: Path, way: str, rng: np.random.Generator) -> None:
    data = bytearray(path.read_bytes())
    at = int(rng.integers(len(data)))
    if way == "page":
        start = at // PAGE_BYTES * PAGE_BYTES
        data[start : start + PAGE_BYTES] = rng.bytes(len(data[start : start + PAGE_BYTES]))
    elif way == "bytes":
        data[at] ^= int(rng.integers(1, 256))
    elif way == "cut":
        del data[at:]
    elif way == "emptied":
        data.clear()
    elif way == "zeros":
        data[at : at + 64] = bytes(len(data[at : at + 64]))
    path.unlink()
    if way != "gone":
        path.write_bytes(data)


def state(folder: Path) -> list[tuple[int, str, str]]:
    return [type_in(folder, *line.split()) for line in ("log --json --limit 99", "review --all")]


@settings(max_examples=settings().max_examples // 3)
@given(kind=st.sampled_from(KINDS), way=st.sampled_from(WAYS), seed=st.integers(0, 2**32))
def test_damage_to_any_file_is_mended_or_named(whole: Path, kind: str, way: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    with TemporaryDirectory() as scratch:
        folder = Path(shutil.copytree(whole, Path(scratch) / "studio"))
        path = file_of(folder, kind, rng)
        before = path.read_bytes()
        damage(path, way, rng)
        if path.exists() and path.read_bytes() == before:
            return
        code, out, err = type_in(folder, "doctor")
        assert "Traceback" not in out + err
        assert "again with --debug" not in out + err
        said = [line for line in (out + err).splitlines() if line.startswith(SAID)]
        if code == 0:  # nothing is wrong any more
            again = type_in(folder, "doctor")
            assert again[0] == 0
            assert not [line for line in again[1].splitlines() if line.startswith("mended")]
            (logged, *_), (logged_before, *_) = state(folder), state(whole)
            assert logged == logged_before
        else:
            assert code in {1, 2}
            assert said, (out, err)


SAID = ("problem: ", "error: ")


def test_a_whole_studio_is_well(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "all is well" in Shell(whole, capsys).do("doctor")
