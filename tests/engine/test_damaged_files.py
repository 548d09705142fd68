"""Damaged files of every kind: read, or refused in one line, with nothing appended or left behind.

``python -m benchmarks.fuzz`` looks for worse ones, guided by the code that they reach. What it
found lies in ``fuzzed``, in a folder for each reader.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.fuzz.readers import READERS
from benchmarks.fuzz.room import Room, make_studio
from tests.damage import damaged

# Damaged files of each example of Hypothesis: 2,000 of every kind in the deep profile.
A_FEW = 2

FOUND = sorted((Path(__file__).parent / "fuzzed").glob("*/*"))

# Of these readers some whole files are refused: pieces of MIDI, and what is nested far too deep.
ALSO_REFUSED = {"midi", "manifest", "head", "audit", "log", "event", "signature", "settings"}


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """A studio with approved chords and pending ones."""
    folder = tmp_path_factory.mktemp("room")
    make_studio(folder / "whole")
    (folder / "room").mkdir()
    made = Room(folder / "room", folder / "whole")
    yield made
    made.close()


@pytest.fixture(scope="module")
def whole(room):
    """Files that are whole, by reader."""
    seeds = {name: reader.seeds(room) for name, reader in READERS.items()}
    return seeds.__getitem__


@pytest.mark.parametrize("name", READERS)
@given(start=st.integers(0, 2**40))
def test_a_damaged_file_is_read_or_refused_in_one_line(room, whole, name, start):
    for seed in range(start, start + A_FEW):
        files = whole(name)
        room.take(READERS[name], damaged(files[seed % len(files)], seed))


@pytest.mark.parametrize("name", READERS)
def test_whole_files_are_read(room, whole, name):
    """So that the damaged ones are refused for their damage."""
    read = [room.take(READERS[name], data) for data in whole(name)]
    assert any(read) if name in ALSO_REFUSED else all(read)


@pytest.mark.parametrize("path", FOUND, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_was_found_stays_mended(room, path):
    room.take(READERS[path.parent.name], path.read_bytes())


def test_every_reader_that_had_a_fault_is_known():
    assert {path.parent.name for path in FOUND} <= READERS.keys()
