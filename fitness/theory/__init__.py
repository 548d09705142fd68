"""Rules of music theory for each stage, one function per rule.

A rule takes a part and its context and gives 0 (broken everywhere) to 1 (kept everywhere),
judged chord by chord or bar by bar. What every genome obeys by construction, such as range and
full bars, is a law and no rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from fitness.theory import bass, chords, drums, harmony, melody
from fitness.theory.common import Rule
from fitness.theory.weights import WEIGHTS, WEIGHTS_IN_CONTEXT
from genomes.context import Context
from genomes.notes import Part

# Raised whenever a rule, or what the theory term is made of, changes.
THEORY_VERSION = "4"

__all__ = ["RULES", "THEORY_VERSION", "WEIGHTS", "Rule", "theory", "theory_terms"]

RULES: dict[str, dict[str, Rule]] = {
    "chords": chords.RULES,
    "drums": drums.RULES,
    "bass": bass.RULES,
    "melody": melody.RULES,
    "harmony": harmony.RULES,
}


def theory_terms(stage: str, part: Part, context: Context) -> dict[str, float]:
    """Every rule of a stage, by name, each 0 to 1; of chords for a melody one more.

    Raises:
        ValueError: if the stage has no rules, or the part lacks what they read.
    """
    if stage not in RULES:
        raise ValueError(f"stage {stage!r}: rules are known for {', '.join(RULES)}")
    rules = RULES[stage]
    if stage == "chords" and context.part("melody") is not None:
        rules = rules | chords.UNDER_MELODY
    return {name: rule(part, context) for name, rule in rules.items()}


def theory(terms: Mapping[str, float], stage: str = "") -> float:
    """The mean of a stage's terms, 0 to 1, by the stage's weights where it has any."""
    weights = _weights(stage)
    whole = sum(weights.get(name, 1.0) for name in terms)
    return sum(weights.get(name, 1.0) * value for name, value in terms.items()) / whole


@cache
def _weights(stage: str) -> dict[str, float]:
    rows = WEIGHTS.get(stage, {}) | WEIGHTS_IN_CONTEXT.get(stage, {})
    return {name: weight for name, (weight, _) in rows.items()}
