from __future__ import annotations

import struct

import matplotlib.image
import numpy as np
import pytest

from engine.reports.pictures import draw_curve, draw_explanation, draw_part
from engine.reports.roll_layout import INKS
from fitness.colours import AXES, COLOUR_NAMES
from fitness.explaining import BAR, Effect, Explanation, Subject
from genomes import Context, Key, Meter, Part, Section
from genomes.chords import CHORDS
from store.events import CurvePoint

TITLES = ["Cash $\\frac$ and till", "夜の $ メーター", "𝄞 <b>&amp;</b>", "%s {0} \\n", "x" * 400]
PNG = b"\x89PNG\r\n\x1a\n"


def picture_size(path):
    """Width and height of a picture that can be read to its last pixel and isn't blank."""
    data = path.read_bytes()
    assert data.startswith(PNG)
    width, height = struct.unpack(">II", data[16:24])
    pixels = matplotlib.image.imread(path)
    assert pixels.shape[:2] == (height, width)
    assert (pixels[..., :3].min(axis=2) < 0.9).mean() > 0.005
    return width, height


def context_of(meter, bars):
    return Context(Key.parse("E minor"), Meter.parse(meter), 90.0, Section("verse", bars))


@pytest.mark.parametrize(
    ("title", "meter", "bars"),
    [
        *((title, "5/4", 2) for title in TITLES),
        ("short", "7/8", 1),
        ("long", "7/8", 64),
    ],
)
def test_any_title_and_length_can_be_drawn(tmp_path, title, meter, bars):
    context = context_of(meter, bars)
    part = CHORDS.render(CHORDS.random(context, np.random.default_rng(2))[0], context)
    draw_part(tmp_path / "part.png", part, context, title, "Green")
    curve = [CurvePoint(generation=0, best=0.5, median=0.5)]
    draw_curve(tmp_path / "curve.png", curve, title, "White")
    assert 600 <= picture_size(tmp_path / "part.png")[0] <= 1700
    picture_size(tmp_path / "curve.png")


def test_every_colour_has_its_ink():
    assert set(INKS) == set(COLOUR_NAMES)


@pytest.mark.parametrize(("meter", "bars"), [("4/4", 1), ("7/8", 64), ("1/32", 3)])
@pytest.mark.parametrize("title", ["why", "$\\frac$ 夜 %s {0}", "x" * 400])
def test_explanations_of_any_length_can_be_drawn(tmp_path, meter, bars, title):
    context = context_of(meter, bars)
    part = Part.of([(0, 10, 60, 80)], context.length_ticks)
    subject = Subject((("melody", part),), context.meter, context.tempo_map)
    nothing = dict.fromkeys(AXES, 0.0)
    effects = tuple(
        Effect(BAR, str(bar + 1), 1, 0.1 * (-1) ** bar, nothing, 0.5, None, is_all=False)
        for bar in range(bars)
    )
    found = Explanation("Red", 0.5, nothing, None, effects, 0.5, ())
    draw_explanation(tmp_path / "why.png", subject, found, title)
    assert 700 <= picture_size(tmp_path / "why.png")[0] <= 1900
