from pathlib import Path

import pytest

from engine.proposals import demo_paths, read
from fitness.colours import COLOUR_NAMES


def test_one_song_of_each_colour_without_a_warning() -> None:
    reading = read(demo_paths())

    assert not reading.refusals
    assert [proposal.warnings for proposal in reading.proposals] == [()] * 9
    assert {proposal.colour.name for proposal in reading.proposals} == set(COLOUR_NAMES)
    assert len({proposal.song_id for proposal in reading.proposals}) == 9


@pytest.mark.parametrize("path", demo_paths(), ids=lambda path: path.stem)
def test_each_is_told_in_full_and_named_by_its_colour(path: Path) -> None:
    (song,) = read([path]).proposals

    assert song.colour.name.casefold() == path.stem
    assert (song.thread_id, song.raw["rainbow_color"]) == ("demos", song.colour.name)
    assert 3 <= song.concept.count(".") <= 6
    assert len(song.moods) >= 3
    assert len(song.genres) >= 2


def test_they_cover_the_meters_and_moods_that_people_write_in() -> None:
    songs = read(demo_paths()).proposals

    assert {str(song.meter) for song in songs} == {"4/4", "3/4", "6/8", "7/8", "5/4"}
    assert sum(song.key.mode == "minor" for song in songs) >= 4
