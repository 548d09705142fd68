"""Drift: what a person made of a proposal."""

from engine.arrangement.drift import drift
from engine.arrangement.plan import Plan, PlannedSection


def plan(*sections):
    return Plan(tuple(PlannedSection(s, s, (), play, bars) for s, play, bars in sections))


PROPOSED = plan(("intro", 1, 4), ("verse", 2, 8), ("chorus", 1, 8), ("verse", 1, 8))


def test_repeats_written_out_and_unknown_lengths_are_no_change():
    found = drift(PROPOSED, PROPOSED)
    with_repeats = [("intro", 1, 4), *[("verse", 1, 8)] * 2, ("chorus", 1, 8), ("verse", 1, 8)]
    assert drift(PROPOSED, plan(*with_repeats)) == found
    assert drift(PROPOSED, plan(("verse", 1, None), ("verse", 1, 8)))["bar_deltas"] == {}
    assert (found["removed"], found["added"], found["reordered"]) == ([], [], [])
    assert {bars["delta"] for bars in found["bar_deltas"].values()} == {0}
    assert found["bar_deltas"]["verse"]["actual"] == 24


def test_everything_that_changes_is_told():
    actual = plan(("chorus", 1, 8), ("Verse", 1, 6), ("solo", 1, 8), ("chorus", 1, 4))
    assert drift(PROPOSED, actual) == {
        "removed": ["intro"],
        "added": ["solo"],
        "reordered": ["chorus", "verse"],
        "bar_deltas": {
            "chorus": {"proposed": 8, "actual": 12, "delta": 4},
            "verse": {"proposed": 24, "actual": 6, "delta": -18},
        },
    }
