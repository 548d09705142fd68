from __future__ import annotations

import struct
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest

from engine.contexts import song_context
from engine.pictures import INKS, draw_curve, draw_part
from fitness.colours import COLOUR_NAMES
from genomes import Context, Section
from genomes.chords import CHORDS
from store.events import CurvePoint

PNG = b"\x89PNG\r\n\x1a\n"


def picture_size(path: Path) -> tuple[int, int]:
    """Width and height of a picture that can be read to its last pixel and isn't blank."""
    data = path.read_bytes()
    assert data.startswith(PNG)
    width, height = struct.unpack(">II", data[16:24])
    pixels = matplotlib.image.imread(path)
    assert pixels.shape[:2] == (height, width)
    assert (pixels[..., :3].min(axis=2) < 0.9).mean() > 0.005
    return width, height


def context_of(meter: str, bars: int) -> Context:
    song = {"key": "E minor", "meter": meter, "tempo_bpm": 90.0, "genres": [], "singer": None}
    return song_context(song, Section("verse", bars))


@pytest.mark.parametrize(
    "title",
    ["Cash $\\frac$ and till", "夜の $ メーター", "𝄞 <b>&amp;</b>", "%s {0} \\n", "x" * 400],
)
def test_any_title_can_be_drawn(tmp_path: Path, title: str) -> None:
    context = context_of("5/4", 2)
    part = CHORDS.random(context, np.random.default_rng(2))[0].render(context)
    draw_part(tmp_path / "part.png", part, context, title, "Green")
    curve = [CurvePoint(generation=0, best=0.5, median=0.5)]
    draw_curve(tmp_path / "curve.png", curve, title, "White")
    for path in tmp_path.iterdir():
        picture_size(path)


@pytest.mark.parametrize("bars", [1, 64])
def test_sections_of_any_length_can_be_drawn(tmp_path: Path, bars: int) -> None:
    context = context_of("7/8", bars)
    part = CHORDS.random(context, np.random.default_rng(2))[0].render(context)
    draw_part(tmp_path / "part.png", part, context, "long", "Red")
    assert 600 <= picture_size(tmp_path / "part.png")[0] <= 1700


def test_every_colour_has_its_ink() -> None:
    assert set(INKS) == set(COLOUR_NAMES)
