"""Engraving: scores as PDF, by MuseScore where the machine has it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from engine.state.temporary import TemporaryFolder

# MuseScore's names on different systems, the newest first.
PROGRAMS = (
    *("mscore4portable", "MuseScore4", "mscore4", "musescore4"),
    *("mscore", "musescore", "MuseScore3", "mscore3", "musescore3"),
)
TIMEOUT_SECONDS = 120.0


def find_engraver() -> str | None:
    """The path of MuseScore; None if it isn't installed."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def engraved(score: bytes, executable: str) -> bytes:
    """A MusicXML score as PDF.

    Raises:
        OSError: if the program can't be run, or made no file.
        subprocess.SubprocessError: if it fails or takes too long.
    """
    with TemporaryFolder() as folder:
        source, target = Path(folder, "score.musicxml"), Path(folder, "score.pdf")
        source.write_bytes(score)
        subprocess.run(  # noqa: S603 - the arguments are ours
            [executable, str(source), "-o", str(target)],
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            check=True,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
        )
        return target.read_bytes()
