"""Temporary files: what is written whole has another name until it is, which a kill leaves."""

from __future__ import annotations

from pathlib import Path

from engine.state.inflight import is_left_over


def remove_leftovers(folder: Path) -> list[Path]:
    """Remove the temporary files in a studio's folder that no process writes; returns which."""
    found = [path for path in sorted(folder.rglob(".*")) if is_left_over(path)]
    for path in found:
        path.unlink(missing_ok=True)
    return found
