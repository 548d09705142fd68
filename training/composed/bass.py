"""Bass of a card, as genomes: a style, played through the section."""

from __future__ import annotations

import numpy as np

from genomes.bass.genome import BassGenome
from genomes.bass.scene import Scene
from genomes.bass.seeds import bars_in_style
from genomes.bass.styles import Style
from genomes.context import Context
from training.composed.cards import BassCard
from training.composed.tendency import chance, choose


def compose_bass(card: BassCard, context: Context, rng: np.random.Generator) -> BassGenome:
    """A section's bass under the chords of the context, and with its drums' kick."""
    scene = Scene.of(context)
    style = Style(
        weight=1.0,
        rhythms=(choose(card.rhythm, rng),),
        line=choose(card.line, rng),
        lengths=(choose(card.length, rng),),
        loops=(choose(card.loop_bars, rng),),
        strikes_changes=chance(card.changes, rng),
        spans=(choose(card.span, rng),),
        rest_share=card.rests[0],
        ghost_share=float(chance(card.ghosts, rng)),
    )
    return BassGenome(
        scene.cells_per_bar,
        bars_in_style(style, scene, rng),
        choose(card.register, rng),
        choose(card.gate, rng),
        choose(card.dynamic, rng),
        kick_lock=chance(card.kick_lock, rng),
    )
