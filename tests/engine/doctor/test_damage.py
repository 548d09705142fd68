"""Any file of a studio is damaged: the doctor mends it, or says what is wrong in a line.

``python -m benchmarks damage`` damages every file many more times.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.damage_bench import UNNOTICED, WAYS, Whole, try_file, type_in
from engine.models.promotion import model_for_runs
from engine.state.studio import Studio
from tests.engine.command_line import evolve

KINDS = {
    "database": "studio.db",
    "HEAD": "HEAD",
    "export": "exports/**/approved/*.mid",
    "model": "models/*.onnx",
    "manifest": "models/*.json",
    "card": "models/*.md",
}


@pytest.fixture(scope="module")
def whole(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """A studio with approved parts, their files and a model."""
    folder = Path(shutil.copytree(finished, tmp_path_factory.mktemp("whole") / "studio"))
    with Studio.open(folder) as studio:
        model_for_runs(studio, None)
        evolve(studio, studio.song("meadow").song_id, "bridge", 9)
        candidates = [name for song in studio.songs().values() for name in song.candidates]
    for candidate in candidates[::3]:
        type_in(folder, "approve", candidate)
    return Whole.of(folder)


@settings(max_examples=settings().max_examples // 3)
@given(
    kind=st.sampled_from(list(KINDS)), way=st.sampled_from(list(WAYS)), seed=st.integers(0, 2**32)
)
def test_damage_to_any_file_is_mended_or_named(
    whole: Whole, kind: str, way: str, seed: int
) -> None:
    found = sorted(whole.folder.glob(KINDS[kind]))
    name = found[seed % len(found)].relative_to(whole.folder).as_posix()
    assert try_file(whole, name, way, seed) != UNNOTICED


def test_a_whole_studio_is_well(whole: Whole) -> None:
    assert "all is well" in whole.said
