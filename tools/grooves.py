"""Grooves that people play in any meter: what the prior's bands for drums are measured on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np

from genomes import Context, Key, Meter, Part, Section
from genomes.drums import DRUMS, every_template, render_template
from genomes.drums.dynamics import SHAPES
from genomes.drums.fills import CRASHES, NO_CRASH, NO_FILL
from genomes.drums.genome import Bar, audible_genome
from genomes.drums.seeds import PHRASES, draw_dynamic
from genomes.drums.templates import Template, template_patterns
from genomes.variation import pick
from training.composed.corpus import is_held_out

METERS = tuple(
    Meter(numerator, denominator)
    for denominator, numerators in ((4, (4, 3, 5, 2)), (8, (6, 7, 9, 12, 5, 11, 13)))
    for numerator in numerators
)
TEMPI_BPM = (66, 100, 144)
BARS = 8
VARIATIONS = 3  # of each template in each meter at each tempo, besides the template as it stands
CRASH_SHARE = 0.5
SEED = 21

ENERGIES = {"low": 0.2, "medium": 0.5, "high": 0.8}


def templates(*, held_out: bool) -> tuple[Template, ...]:
    """The templates kept for checks, about one in ten, or all the others."""
    return tuple(each for each in every_template() if is_held_out(f"drums/{each.name}") == held_out)


def grooves(chosen: Sequence[Template]) -> Iterator[tuple[Meter, Part]]:
    """Eight bars of each template in each meter at each tempo, plain and varied."""
    rng = np.random.default_rng(SEED)
    for template, meter, tempo_bpm in product(chosen, METERS, TEMPI_BPM):
        yield meter, render_template(template, meter, tempo_bpm, BARS)
        for _ in range(VARIATIONS):
            yield meter, _varied(template, meter, tempo_bpm, rng)


def _varied(template: Template, meter: Meter, tempo_bpm: float, rng: np.random.Generator) -> Part:
    """A template with some of what may be left out, and with what ends and begins its phrases."""
    energy = ENERGIES[template.energy]
    patterns = template_patterns(template, meter, rng)
    phrase, is_crashed = pick(rng, PHRASES), rng.random() < CRASH_SHARE
    bars = []
    for index in range(BARS):
        pattern = patterns[template.form[index % len(template.form)]]
        begins, ends = index % phrase == 0, index % phrase == phrase - 1
        fill = pick(rng, template.fills) if ends and pattern.lines else NO_FILL
        crash = pick(rng, CRASHES) if begins and is_crashed and pattern.lines else NO_CRASH
        bars.append(Bar(pattern, fill, crash))
    genome = audible_genome(
        meter, bars, template.swing_percent, draw_dynamic(energy, rng), pick(rng, tuple(SHAPES))
    )
    section = Section(template.name, BARS, energy)
    return DRUMS.render(genome, Context(Key.parse("C major"), meter, tempo_bpm, section))
