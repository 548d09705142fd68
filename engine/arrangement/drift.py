"""How far one plan is from another: what a person made of the engine's proposal."""

from __future__ import annotations

from collections import Counter
from typing import Any

from engine.arrangement.plan import Plan
from engine.gate.labels import section_label


def drift(proposed: Plan, actual: Plan) -> dict[str, Any]:
    """Sections that went and came, changed places, and changed in length, as plain values.

    Returns:
        ``removed`` and ``added``: labels of sections, in playing order; ``reordered``: the labels
        that both have, in their actual order of first appearance, or none if that is the same;
        ``bar_deltas``: for each of those labels the bars in all, proposed, actual and the
        difference, where both are known.
    """
    before, after = _bars(proposed), _bars(actual)
    shared = [label for label in after if label in before]
    was = [label for label in before if label in after]
    return {
        "removed": [label for label in before if label not in after],
        "added": [label for label in after if label not in before],
        "reordered": shared if shared != was else [],
        "bar_deltas": {
            label: {
                "proposed": before[label],
                "actual": after[label],
                "delta": after[label] - before[label],
            }
            for label in shared
            if before[label] and after[label]
        },
    }


def _bars(plan: Plan) -> Counter[str]:
    """Bars of every section by label, in the order of first appearance; 0 where one is unknown."""
    bars: Counter[str] = Counter()
    unknown = set()
    for section in plan.sections:
        label = section_label(section.section)
        bars[label] += section.play * (section.bars or 0)
        if section.bars is None:
            unknown.add(label)
    for label in unknown:
        bars[label] = 0
    return bars
