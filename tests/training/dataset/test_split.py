"""No song is on two sides."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import law
from training.dataset.rows import Row, by_row, by_song


def rows_of(songs: dict[str, int], tracks: int = 3) -> list[Row]:
    return [
        Row(f"{song}_seg_0000_track_{track:02}", song, colour, -1, "", False, "")
        for song, colour in songs.items()
        for track in range(tracks)
    ]


catalogues = st.dictionaries(
    st.text("0123456789_", min_size=1, max_size=6), st.integers(0, 8), min_size=1, max_size=30
)


@law
@given(catalogues, st.randoms(use_true_random=False))
def test_a_song_is_on_one_side_whatever_the_order(songs: dict[str, int], shuffle):
    rows = rows_of(songs)
    split = by_song(rows)
    sides = np.stack((split.train, split.validation, split.test))
    assert (sides.sum(axis=0) == 1).all()
    for song in songs:
        of_song = [row.song_id == song for row in rows]
        assert (sides[:, of_song].any(axis=1)).sum() == 1
    order = list(range(len(rows)))
    shuffle.shuffle(order)
    again = by_song([rows[place] for place in order])
    assert np.array_equal(again.test, split.test[order])
    assert np.array_equal(again.validation, split.validation[order])


@law
@given(st.integers(3, 30), st.integers(1, 9))
def test_every_colour_is_on_every_side(songs: int, colours: int):
    rows = rows_of({f"{number:02}_{c}": c for c in range(colours) for number in range(songs)})
    split = by_song(rows)
    wanted = set(range(colours))
    for side in (split.train, split.validation, split.test):
        assert {row.colour for row, inside in zip(rows, side, strict=True) if inside} == wanted


def test_a_song_more_of_one_colour_moves_no_song_of_another():
    red = {f"02_{number:02}": 1 for number in range(10)}
    blue = {f"06_{number:02}": 5 for number in range(10)}
    alone = by_song(rows_of(red))
    beside = by_song(rows_of(red | blue))
    assert np.array_equal(beside.test[: len(alone.test)], alone.test)


def test_rows_dealt_out_put_songs_on_several_sides():
    rows = rows_of({f"02_{number:02}": 1 for number in range(10)}, tracks=10)
    split = by_row(rows)
    songs = [
        {r.song_id for r, i in zip(rows, side, strict=True) if i}
        for side in (split.train, split.test)
    ]
    assert songs[0] & songs[1]
    assert split.test.sum() == split.validation.sum() == 15
