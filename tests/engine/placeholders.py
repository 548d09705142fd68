"""Pictures and sheet music that cost nothing, for tests that look at neither."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.arrangement import writers
from engine.audio import Audio
from engine.notation import SOFTWARE
from engine.runs import files
from engine.state.files import write_whole


def _bytes_of(*facts: Any) -> bytes:
    """Other bytes for other facts, as the real files have."""
    return hashlib.sha256(repr(facts).encode()).digest()


def _sheet_music(tracks: Any, conductor: Any, length_ticks: int, **options: Any) -> bytes:
    sounding = [(track.name, track.part.digest()) for track in tracks]
    facts = ("sheet music", sounding, conductor, length_ticks, options)
    return SOFTWARE.encode() + _bytes_of(*facts)


def _song_picture(arrangement: Any, colour: str) -> bytes:
    return _bytes_of("picture", arrangement.id, colour)


def _draw(path: Path, *facts: Any) -> None:
    write_whole(path, _bytes_of(*facts))


def _record(_cache: Any, _parents: Any, candidates: Any, _context: Any) -> list[Audio]:
    return [Audio(np.full((100, 2), 0.1, dtype=np.float32)) for _ in candidates]


PLACEHOLDERS = (
    (writers, "musicxml", _sheet_music),
    (writers, "song_picture", _song_picture),
    (files, "draw_curve", _draw),
    (files, "draw_part", _draw),
    (files, "record", _record),
)
REAL = [(module, name, getattr(module, name)) for module, name, _ in PLACEHOLDERS]


@contextmanager
def placeholder_files() -> Iterator[None]:
    """Within it, runs and arrangements write placeholders for their pictures and sheet music."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name, placeholder in PLACEHOLDERS:
            patch.setattr(module, name, placeholder)
        yield


@contextmanager
def real_files() -> Iterator[None]:
    """Within it, they write the real ones, even inside ``placeholder_files``."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name, real in REAL:
            patch.setattr(module, name, real)
        yield
