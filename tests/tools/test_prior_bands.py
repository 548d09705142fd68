"""How the bands are measured: pieces, windows, the pieces left out, and the table."""

from __future__ import annotations

import json

import numpy as np
import pytest

from fitness.features import FEATURE_NAMES
from fitness.prior import BANDS_FILE
from genomes import Meter, Part
from tools.grooves import METERS, grooves, templates
from tools.loops import loops
from tools.pads import pads
from tools.prior_bands import (
    DRUM_FEATURES,
    MIN_SCALE_SHARE,
    WIDENED_BY_LOOPS,
    bands,
    drum_bands,
    dump,
    measure_piece,
    pool,
    to_document,
)
from training.composed.corpus import (
    CORPUS_ROOT,
    EVERY_ROLE,
    WINDOW_BARS,
    cut,
    is_held_out,
    piece_names,
    read_windows,
)


def test_the_pieces_left_out_are_the_same_for_ever() -> None:
    assert is_held_out("bach/bwv66.6.mxl")
    assert not is_held_out("bach/bwv269.mxl")


def test_about_one_piece_in_ten_is_left_out() -> None:
    names = piece_names(CORPUS_ROOT)
    assert 0.07 < np.mean([is_held_out(name) for name in names]) < 0.13
    assert len(names) == len(set(names)) > 500


def test_a_piece_is_cut_at_its_own_bar_lines() -> None:
    # A chorale in 4/4 with a pickup of one beat and nine bars.
    windows = read_windows(CORPUS_ROOT / "bach/bwv66.6.mxl")
    assert {window.meter for window in windows} == {Meter(4, 4)}
    counts = {bars: sum((w.role, w.bars) == ("full", bars) for w in windows) for bars in (2, 4, 8)}
    assert counts == {2: 4, 4: 2, 8: 1}
    first = next(w.part for w in windows if (w.role, w.bars) == ("full", 2))
    assert first.length_ticks == 2 * 1920
    # The first full bar opens on F sharp minor: F#3, C#4, F#4 and A4.
    opening = first.notes[first.notes["onset_ticks"] == 0]["pitch"].tolist()
    assert opening == [54, 61, 66, 69]


def test_single_voices_sound_one_note_at_a_time() -> None:
    windows = read_windows(CORPUS_ROOT / "joplin/maple_leaf_rag.mxl", EVERY_ROLE)
    assert {window.role for window in windows} == {"full", "top_voice", "bass_voice"}
    for window in windows:
        if window.role != "full":
            notes = window.part.notes
            ends = notes["onset_ticks"] + notes["duration_ticks"]
            assert (ends[:-1] <= notes["onset_ticks"][1:]).all()


def test_what_lies_between_the_outer_voices_is_one_role() -> None:
    windows = read_windows(CORPUS_ROOT / "bach/bwv66.6.mxl", EVERY_ROLE)
    inner = next(w.part for w in windows if (w.role, w.bars) == ("inner_voices", 2))
    assert inner.notes[inner.notes["onset_ticks"] == 0]["pitch"].tolist() == [61, 66]


def test_a_note_held_into_a_window_begins_with_it() -> None:
    bar_ticks = 1920
    part = Part.of([(0, 480, 60, 80), (3000, 1800, 64, 70)], 4 * bar_ticks)
    first, second = cut(part, Meter(4, 4), 2, min_onsets=1)
    assert [list(note) for note in first.notes.tolist()] == [
        [0, 480, 60, 80, False],
        [3000, 840, 64, 70, False],
    ]
    assert [list(note) for note in second.notes.tolist()] == [[0, 960, 64, 70, False]]
    assert [each.length_ticks for each in (first, second)] == [2 * bar_ticks] * 2
    assert len(list(cut(part, Meter(4, 4), 2))) == 1


def test_an_unreadable_piece_is_counted_and_not_mended() -> None:
    assert measure_piece("bach/no such piece.mxl") == ("bach/no such piece.mxl", None)


@pytest.mark.parametrize("bars", WINDOW_BARS)
def test_loops_are_whole_bars_within_reach_of_two_hands(bars: int) -> None:
    for meter, part in loops(bars):
        assert part.length_ticks == bars * meter.bar_ticks
        assert part.notes["pitch"].min() >= 36
        assert part.notes["pitch"].max() <= 72


@pytest.mark.parametrize("bars", WINDOW_BARS)
def test_pads_are_one_to_four_tones_around_the_middle(bars: int) -> None:
    for meter, part in pads(bars):
        assert part.length_ticks == bars * meter.bar_ticks
        assert 50 <= part.notes["pitch"].min() <= part.notes["pitch"].max() <= 72
        onsets, sizes = np.unique(part.notes["onset_ticks"], return_counts=True)
        assert 1 <= sizes.min() <= sizes.max() <= 4
        assert len(onsets) <= bars * len(meter.groups)


def test_templates_are_measured_or_kept_for_checks() -> None:
    kept, seen = templates(held_out=True), templates(held_out=False)
    assert not {each.name for each in kept} & {each.name for each in seen}
    assert 0.05 < len(kept) / len(kept + seen) < 0.15


def test_grooves_are_plain_and_varied_in_every_meter() -> None:
    played = list(grooves(templates(held_out=True)[:1]))
    assert [meter for meter, _ in played] == [m for m in METERS for _ in range(12)]
    assert all(part.notes["is_drum"].all() for _, part in played)
    assert len({part.to_bytes() for _, part in played[:12]}) > 2


def every_role(corpus: np.ndarray) -> dict[tuple[str, int], np.ndarray]:
    """The same rows for each role and length that bands are widened from."""
    return {(role, bars): corpus for role in ("full", "inner_voices") for bars in WINDOW_BARS}


def test_bands_are_percentiles_widened_by_loops_where_allowed() -> None:
    columns = len(FEATURE_NAMES)
    corpus = np.tile(np.arange(101, dtype=np.float32)[:, None], (1, columns))
    far = np.full((1, columns), 200, dtype=np.float32)
    farther = dict.fromkeys(WINDOW_BARS, 2 * far)
    table = bands(every_role(corpus), dict.fromkeys(WINDOW_BARS, far), farther)
    assert table["full"]["4"]["polyphony"] == [5, 95, 90]
    assert table["chords"]["4"]["polyphony"] == [5, 200, 195]
    assert "dissonant_share" not in WIDENED_BY_LOOPS
    assert table["chords"]["4"]["dissonant_share"] == [5, 95, 90]
    assert table["inner_voices"]["4"]["polyphony"] == [5, 400, 395]
    assert table["inner_voices"]["4"]["dissonant_share"] == [5, 95, 90]


def test_drums_are_held_to_what_has_a_meaning_for_them() -> None:
    rows = np.tile(np.arange(101, dtype=np.float32)[:, None], (1, len(FEATURE_NAMES)))
    table = drum_bands({("drums", 4): rows})
    assert table == {"drums": {"4": {name: [5, 95, 90] for name in DRUM_FEATURES}}}


def test_a_band_like_a_point_still_has_a_unit_of_distance() -> None:
    columns = len(FEATURE_NAMES)
    corpus = np.zeros((100, columns), dtype=np.float32)
    corpus[0] = 4  # one window in a hundred lies elsewhere
    plain = dict.fromkeys(WINDOW_BARS, corpus[1:])
    table = bands(every_role(corpus), plain, plain)
    assert table["full"]["2"]["mud_share"] == [0, 0, 4 * MIN_SCALE_SHARE]


def test_a_measured_piece_makes_a_table_that_reads_back() -> None:
    name, rows = measure_piece("bach/bwv66.6.mxl")
    assert rows is not None
    windows = pool([rows, rows])
    assert len(windows["full", 2]) == 2 * len(rows["full", 2])
    loop_rows = {bars: rows["full", bars] for bars in WINDOW_BARS}
    document = to_document({name: rows}, bands(windows, loop_rows, loop_rows), windows)
    assert document["pieces"] == {"bach": 1}
    assert json.loads(dump(document)) == document


def test_the_shipped_table_is_small_and_names_its_sources() -> None:
    text = BANDS_FILE.read_text(encoding="utf-8")
    assert len(text) < 30_000
    assert set(json.loads(text)["sources"]) == {"corpus", "loops", "pads", "grooves"}
