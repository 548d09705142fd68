"""Temporary files: what is written whole has another name until it is, which a kill leaves."""

from __future__ import annotations

from pathlib import Path

from engine.backups.archive import remove_restores
from engine.state.inflight import is_left_over


def remove_leftovers(folder: Path, log: str | Path) -> list[Path]:
    """Remove what a studio's folder, or a restore beside it, has left that no process writes."""
    files = [path for path in sorted(folder.rglob(".*")) if path.is_file() and is_left_over(path)]
    for path in files:
        path.unlink(missing_ok=True)
    return [*files, *remove_restores(folder, log)]
