"""Velocities by energy: louder and softer, in order, and ghost notes stay ghost notes."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.arrangement.dynamics import (
    GHOST_VELOCITY,
    VELOCITY_FACTORS,
    energy_velocities,
    scaled_velocities,
)
from genomes.notes import NOTE_DTYPE

velocities = st.lists(st.tuples(st.integers(1, 127), st.booleans()), min_size=1, max_size=20)
LOUDEST = 127


def notes_of(rows):
    return np.array([(0, 1, 60, velocity, is_drum) for velocity, is_drum in rows], NOTE_DTYPE)


@given(velocities, st.floats(0, 1), st.floats(0, 1))
def test_energy_keeps_the_order_of_velocities_and_ghosts_stay_ghosts(rows, energy, more):
    notes = notes_of(rows)
    low, high = sorted([energy, more])
    check_order(notes, energy_velocities(notes, energy).astype(int))
    assert (energy_velocities(notes, low) <= energy_velocities(notes, high)).all()


@given(velocities, st.floats(0.3, 3))
def test_any_factor_keeps_the_order_of_velocities_and_ghosts_stay_ghosts(rows, factor):
    notes = notes_of(rows)
    check_order(notes, scaled_velocities(notes, factor).astype(int))


def check_order(notes, scaled):
    assert scaled.min() >= 1
    assert scaled.max() <= LOUDEST
    for is_drum in (False, True):
        mine = notes["is_drum"] == is_drum
        order = np.argsort(notes["velocity"][mine], kind="stable")
        assert (np.diff(scaled[mine][order]) >= 0).all()
    ghosts = notes["is_drum"] & (notes["velocity"] <= GHOST_VELOCITY)
    assert (scaled[ghosts] <= GHOST_VELOCITY).all()
    assert (scaled[notes["velocity"] < LOUDEST - 1] < LOUDEST).all()


def test_half_the_energy_changes_nothing_and_the_ends_are_those_of_the_table():
    notes = notes_of([(100, False), (64, True), (10, False), (127, False)])
    assert energy_velocities(notes, 0.5).tolist() == [100, 64, 10, 127]
    assert energy_velocities(notes, 0.0).tolist() == [56, 36, 6, 71]
    assert energy_velocities(notes, 1.0).tolist() == [111, 64, 12, 127]
    assert [energy for energy, _ in VELOCITY_FACTORS] == [0.0, 0.5, 1.0]


def test_the_loudest_notes_stay_apart():
    every = notes_of([(velocity, False) for velocity in range(1, 128)])
    for factor in (1.22, 2.0):
        distinct = len(set(scaled_velocities(every, factor).tolist()))
        assert distinct >= 127 / factor
        loud = scaled_velocities(every, factor)[90:].astype(int)
        assert len(set(loud.tolist())) >= len(loud) / 3


def test_from_no_energy_to_all_of_it_every_note_is_nine_decibels_louder():
    every = notes_of([(velocity, False) for velocity in range(20, 128)])
    quiet, loud = (energy_velocities(every, energy).astype(float) for energy in (0, 1))
    assert (40 * np.log10(loud / quiet) >= 9).all()
