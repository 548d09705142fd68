"""Differences between two plans, such as the engine's draft and a plan imported from a DAW."""

from __future__ import annotations

from collections import Counter
from typing import Any

from engine.arrangement.plan import Plan
from engine.gate.labels import section_label


def drift(proposed: Plan, actual: Plan) -> dict[str, Any]:
    """Sections that were removed, added, reordered or changed in length, as plain values.

    Returns:
        ``removed`` and ``added``: labels of sections, in playing order; ``reordered``: the labels
        in both plans, in the actual order of first appearance, or none if the order is the same;
        ``bar_deltas``: for each label in both plans its total bars, proposed and actual, and the
        difference, if both are known.
    """
    before, after = _bars(proposed), _bars(actual)
    after_order = [label for label in after if label in before]
    before_order = [label for label in before if label in after]
    return {
        "removed": [label for label in before if label not in after],
        "added": [label for label in after if label not in before],
        "reordered": after_order if after_order != before_order else [],
        "bar_deltas": {
            label: {
                "proposed": before[label],
                "actual": after[label],
                "delta": after[label] - before[label],
            }
            for label in after_order
            if before[label] and after[label]
        },
    }


def _bars(plan: Plan) -> Counter[str]:
    """Total bars by section label, in the order of first appearance; 0 if any is unknown."""
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
