"""Twenty-seven combinations of modes, eight albums."""

from __future__ import annotations

import numpy as np

from fitness.colours import COLOUR_NAMES, COLOURS
from training.fusion.metrics import album_table, albums_of

# Colours with one maximum on every axis: their own combination names them.
DECIDED = ("Red", "Orange", "Yellow", "Green", "Blue", "Violet")


def test_a_colours_own_modes_name_its_album():
    targets = np.array([COLOURS[COLOUR_NAMES.index(name)].targets for name in DECIDED])
    assert [COLOUR_NAMES[place] for place in albums_of(targets)] == list(DECIDED)


def test_every_combination_has_the_album_it_shares_most_modes_with():
    table = album_table()
    own = {
        name: np.array(COLOURS[COLOUR_NAMES.index(name)].targets).argmax(axis=1) for name in DECIDED
    }
    for modes, album in np.ndenumerate(table):
        shared = {name: int((own[name] == modes).sum()) for name in DECIDED}
        assert shared[COLOUR_NAMES[album]] == max(shared.values()) >= 1
    assert {COLOUR_NAMES[album] for album in table.flat} == set(DECIDED)


def test_of_albums_as_near_the_earlier_is_taken():
    past, thing, forgotten = 0, 0, 1
    assert COLOUR_NAMES[album_table()[past, thing, forgotten]] == "Red"  # as near to Orange
