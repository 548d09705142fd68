"""Grooves of many genres, written as metrical roles, so that each can be played in every meter.

A template's lines are recipes such as ``"downbeat:X back:x before_back:g?"``: roles of
``genomes.drums.positions`` with the level struck there. Where two name one cell the first holds,
and ``?`` marks what a drummer may leave out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from genomes.context import Context, Section
from genomes.drums.fills import NO_FILL
from genomes.drums.genome import Bar, DrumGenome, audible_genome
from genomes.drums.patterns import REST, Pattern, cell_count, legal
from genomes.drums.positions import positions
from genomes.drums.rendering import render
from genomes.genres import families_of
from genomes.grid import STRAIGHT, in_quarters
from genomes.keys import Key
from genomes.notes import Part
from genomes.time import Meter

SILENT_BAR = "-"
ENERGIES = ("low", "medium", "high")
LOW_BELOW, HIGH_FROM = 0.35, 0.65
OPTIONAL_SHARE = 0.5

Recipe = tuple[tuple[str, str, bool], ...]  # role, level, whether it may be left out
DYNAMIC_OF_ENERGY = {"low": 58, "medium": 70, "high": 82}


@dataclass(frozen=True)
class Template:
    """A groove.

    Attributes:
        name: of its own.
        families: of ``genomes.genres.FAMILIES``.
        energy: ``low``, ``medium`` or ``high``.
        division: of its cells; straight in meters without whole quarters.
        swing_percent: how late its off-beats come.
        form: a letter a bar, to be repeated; ``-`` is a bar of silence.
        fills: what may end its phrases; ``""`` for nothing.
        recipes: for each letter, each voice's recipe.
    """

    name: str
    families: tuple[str, ...]
    energy: str
    division: str
    swing_percent: int
    form: str
    fills: tuple[str, ...]
    recipes: tuple[tuple[str, tuple[tuple[str, Recipe], ...]], ...]


@cache
def every_template() -> tuple[Template, ...]:
    """All of them, in the order of their file."""
    text = resources.files("genomes.drums").joinpath("data/templates.json").read_text("utf-8")
    return tuple(_template_of(row) for row in json.loads(text))


def _template_of(row: dict[str, Any]) -> Template:
    base = row["patterns"]["A"]
    recipes = tuple(
        (letter, tuple((v, parse_recipe(text)) for v, text in {**base, **own}.items()))
        for letter, own in row["patterns"].items()
    )
    return Template(
        name=row["name"],
        families=tuple(row["families"].split()),
        energy=row["energy"],
        division=row.get("division", STRAIGHT),
        swing_percent=row.get("swing_percent", 0),
        form=row["form"],
        fills=tuple(NO_FILL if name == "none" else name for name in row["fills"].split()),
        recipes=recipes,
    )


def parse_recipe(text: str) -> Recipe:
    """What a line such as ``"downbeat:X off_back:x?"`` means; ``?`` marks what may be left out."""
    terms = [term.partition(":") for term in text.split()]
    return tuple((role, level[0], level.endswith("?")) for role, _, level in terms)


def energy_name(energy: float) -> str:
    """``low``, ``medium`` or ``high``, for 0 (still) to 1 (full)."""
    if energy < LOW_BELOW:
        return "low"
    return "high" if energy >= HIGH_FROM else "medium"


def templates_for(genres: Sequence[str], energy: float) -> tuple[Template, ...]:
    """The templates of a song's genres that suit a section.

    Args:
        genres: as the proposal words them; where none names a family, the default's.
        energy: of the section, 0 to 1.

    Returns:
        Those of all families that the genres name: of that energy first, then its neighbours.
    """
    families, _ = families_of(genres)
    return _of_families(families, energy_name(energy))


@cache
def _of_families(families: tuple[str, ...], energy: str) -> tuple[Template, ...]:
    own = [template for template in every_template() if set(template.families) & set(families)]
    near = [template for template in own if energy_steps(template, energy) <= 1]
    return tuple(sorted(near, key=lambda template: energy_steps(template, energy)))


def energy_steps(template: Template, energy: str) -> int:
    """Steps between a template's energy and another: 0 for the same, 1 for a neighbour."""
    return abs(ENERGIES.index(template.energy) - ENERGIES.index(energy))


def template_patterns(
    template: Template, meter: Meter, rng: np.random.Generator | None = None
) -> dict[str, Pattern]:
    """A template's patterns in a meter, by letter, ``-`` among them.

    Args:
        template: which.
        meter: any.
        rng: draws what is left out; without one, all that may be is.
    """
    division = template.division if in_quarters(meter) else STRAIGHT
    is_played: dict[tuple[str, Recipe, int], bool] = {}

    def plays(voice: str, recipe: Recipe, term: int) -> bool:
        if not recipe[term][2]:
            return True
        key = (voice, recipe, term)
        if key not in is_played:
            is_played[key] = rng is not None and rng.random() < OPTIONAL_SHARE
        return is_played[key]

    found = {SILENT_BAR: Pattern(division)}
    for letter, lines in template.recipes:
        kept = {
            voice: tuple(term for i, term in enumerate(recipe) if plays(voice, recipe, i))
            for voice, recipe in lines
        }
        found[letter] = recipe_pattern(kept, meter, division)
    return found


def recipe_pattern(recipes: Mapping[str, Recipe], meter: Meter, division: str) -> Pattern:
    """A pattern in which each voice is struck as its recipe says."""
    return legal(
        division, {v: recipe_line(recipe, meter, division) for v, recipe in recipes.items()}
    )


@cache
def recipe_line(recipe: Recipe, meter: Meter, division: str) -> str:
    """The letters of one voice as its recipe says."""
    letters = [REST] * cell_count(meter, division)
    for role, level, _ in reversed(recipe):
        for cell in positions(role, meter, division):
            letters[cell] = level
    return "".join(letters)


def template_genome(template: Template, meter: Meter, bars: int) -> DrumGenome:
    """A template without fills, crashes and optional strokes."""
    patterns = template_patterns(template, meter)
    form = [template.form[bar % len(template.form)] for bar in range(bars)]
    played = [Bar(patterns[letter]) for letter in form]
    dynamic = DYNAMIC_OF_ENERGY[template.energy]
    return audible_genome(meter, played, template.swing_percent, dynamic, "breath")


def render_template(template: Template, meter: Meter, tempo_bpm: float, bars: int = 8) -> Part:
    """A template as it sounds in a meter at a tempo; see ``template_genome``.

    With ``every_template`` this gives grooves that people play in any meter: what drum features
    are usual can be measured on them.

    Args:
        template: which.
        meter: any.
        tempo_bpm: quarter notes per minute; strokes too fast for one drummer are left out.
        bars: how many.
    """
    context = Context(Key.parse("C major"), meter, tempo_bpm, Section(template.name, bars))
    return render(template_genome(template, meter, bars), context)
