"""Operators on rhythm: when the tones of a phrase begin, and how long they are held."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from genomes.context import Context
from genomes.grid import EIGHTH_TICKS, cells
from genomes.melody.form import with_heights
from genomes.melody.genes import Material, Tone
from genomes.melody.genome import MelodyGenome
from genomes.melody.operators.editing import draw_material_index, put_material, put_tones
from genomes.melody.rhythm import DENSITIES, Pace, draw_rhythm
from genomes.melody.timing import cell_ticks
from genomes.variation import pick

# Share of the tones that thinning keeps.
KEPT_SHARE = 0.6


def split_tone(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """One tone becomes two, the second on the same pitch or a step from it."""
    index = draw_material_index(genome, rng)
    tones = list(genome.materials[index].tones)
    tone_indices = [at for at, tone in enumerate(tones) if tone.length > 1]
    if not tone_indices:
        return genome
    at = pick(rng, tone_indices)
    tone, half = tones[at], (tones[at].length + 1) // 2
    height = tone.height + pick(rng, (-1, 0, 0, 1))
    second = Tone(tone.cell + half, tone.length - half, height)
    return put_tones(
        genome, index, [*tones[:at], tone._replace(length=half), second, *tones[at + 1 :]]
    )


def join_tones(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """One tone fewer: the one before it is held instead."""
    index = draw_material_index(genome, rng)
    tones = list(genome.materials[index].tones)
    if len(tones) < 2:
        return genome
    at = int(rng.integers(1, len(tones)))
    first, second = tones[at - 1], tones[at]
    held = first._replace(length=second.cell + second.length - first.cell)
    return put_tones(genome, index, [*tones[: at - 1], held, *tones[at + 1 :]])


def thin_out(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """The tones of the lowest metrical weight are left out, and those before them held."""
    index = draw_material_index(genome, rng)
    material = genome.materials[index]
    left = max(1, round(KEPT_SHARE * len(material.tones)))
    weight = [_weight(tone, material, context) for tone in material.tones]
    order = sorted(range(1, len(weight)), key=lambda at: -weight[at])
    tone_indices = sorted([0, *order[: left - 1]])
    kept = [material.tones[at] for at in tone_indices]
    if len(kept) == len(material.tones):
        return genome
    last = material.tones[-1]
    ends = [*(tone.cell for tone in kept[1:]), last.cell + last.length]
    held = [t._replace(length=end - t.cell) for t, end in zip(kept, ends, strict=True)]
    return put_tones(genome, index, held)


def _weight(tone: Tone, material: Material, context: Context) -> float:
    grid = cells(context.meter, material.division)
    return grid[tone.cell % len(grid)].weight


def move_tone_in_time(
    genome: MelodyGenome, context: Context, rng: np.random.Generator
) -> MelodyGenome:
    """One tone begins an eighth, or a cell, earlier or later; its neighbours make room."""
    index = draw_material_index(genome, rng)
    material = genome.materials[index]
    tones = list(material.tones)
    at = int(rng.integers(len(tones)))
    step = pick(rng, (1, _eighth_cells(material, context)))
    tone = tones[at]
    cell = tone.cell + (step if rng.random() < 0.5 else -step)
    earliest = tones[at - 1].cell + 1 if at else 0
    latest = tone.cell + tone.length - 1
    if at == 0:
        latest = min(latest, len(cells(context.meter, material.division)) - 1)
    if not earliest <= cell <= latest:
        return genome
    tones[at] = tone._replace(cell=cell, length=tone.cell + tone.length - cell)
    if at:
        before = tones[at - 1]
        follows = before.cell + before.length == tone.cell or before.cell + before.length > cell
        if follows:
            tones[at - 1] = before._replace(length=cell - before.cell)
    return put_tones(genome, index, tones)


def _eighth_cells(material: Material, context: Context) -> int:
    return max(1, EIGHTH_TICKS // cell_ticks(context.meter, material.division))


def hold_or_release(
    genome: MelodyGenome, context: Context, rng: np.random.Generator
) -> MelodyGenome:
    """One tone held to the next, or stopped half-way: a rest comes or goes."""
    index = draw_material_index(genome, rng)
    material = genome.materials[index]
    tones = list(material.tones)
    end = material.bars * len(cells(context.meter, material.division))
    at = int(rng.integers(len(tones)))
    tone = tones[at]
    until = tones[at + 1].cell if at + 1 < len(tones) else end
    is_held = tone.cell + tone.length == until
    tones[at] = tone._replace(length=(tone.length + 1) // 2 if is_held else until - tone.cell)
    return put_tones(genome, index, tones)


def displace(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """All of a phrase comes an eighth earlier or later; what would run over its end is cut."""
    index = draw_material_index(genome, rng)
    material = genome.materials[index]
    per_bar = len(cells(context.meter, material.division))
    step = _eighth_cells(material, context) * (1 if rng.random() < 0.5 else -1)
    moved = [tone._replace(cell=tone.cell + step) for tone in material.tones]
    end = material.bars * per_bar
    cut = [t._replace(length=min(t.length, end - t.cell)) for t in moved if t.cell < end]
    if not cut or not 0 <= cut[0].cell < per_bar:
        return genome
    return put_tones(genome, index, cut)


def pick_up(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """A phrase leads to the next with a pick-up, or no longer does: its last tone makes room."""
    index = draw_material_index(genome, rng)
    material = genome.materials[index]
    tones = list(material.tones)
    end = material.bars * len(cells(context.meter, material.division))
    eighth = _eighth_cells(material, context)
    if len(tones) > 1 and tones[-1].cell >= end - 2 * eighth:
        return put_tones(genome, index, tones[:-1])
    begin, last = end - eighth * pick(rng, (1, 1, 2)), tones[-1]
    if begin - eighth <= last.cell:
        return genome
    tones[-1] = last._replace(length=min(last.length, begin - eighth - last.cell))
    heights = [last.height + pick(rng, (-1, 0, 1, 2)) for _ in range(begin, end, eighth)]
    added = [Tone(begin + place * eighth, eighth, height) for place, height in enumerate(heights)]
    return put_tones(genome, index, [*tones, *added])


def new_rhythm(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """Another rhythm of any density, under the contour that there is."""
    index = draw_material_index(genome, rng)
    material = genome.materials[index]
    seconds = material.bars * context.meter.bar_quarters * 60 / context.tempo_bpm
    density = DENSITIES[pick(rng, tuple(DENSITIES))]
    pace = Pace(max(1, round(rng.uniform(*density) * seconds)), bool(rng.random() < 0.4))
    rhythm = draw_rhythm(context, material.division, material.bars, pace, rng)
    tones = tuple(Tone(cell, length, 0) for cell, length in rhythm)
    changed = with_heights(replace(material, tones=tones), material.heights)
    return put_material(genome, index, changed)


def halve_or_double(
    genome: MelodyGenome, context: Context, rng: np.random.Generator
) -> MelodyGenome:
    """The opening of a phrase in twice its time, or all of it in half and then held."""
    index = draw_material_index(genome, rng)
    material = genome.materials[index]
    end = material.bars * len(cells(context.meter, material.division))
    if rng.random() < 0.6:
        slow = [
            Tone(2 * t.cell, 2 * t.length, t.height) for t in material.tones if 2 * t.cell < end
        ]
        tones = [t._replace(length=min(t.length, end - t.cell)) for t in slow]
    else:
        if any(tone.cell % 2 for tone in material.tones):
            return genome
        tones = [Tone(t.cell // 2, max(1, t.length // 2), t.height) for t in material.tones]
        tones[-1] = tones[-1]._replace(length=max(tones[-1].length, end // 4))
    if not tones or tones[0].cell >= len(cells(context.meter, material.division)):
        return genome
    return put_tones(genome, index, tones)
