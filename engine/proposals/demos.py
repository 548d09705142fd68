"""The songs that come with the engine, one of each colour."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def demo_paths() -> tuple[Path, ...]:
    """The files of the nine demo proposals, in the order of their names."""
    folder = Path(str(files("engine.proposals").joinpath("demo_songs")))
    return tuple(sorted(folder.glob("*.yml")))
