"""How the bands are measured: pieces, windows, the pieces left out, and the table."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from fitness.drum_measures import DRUM_FEATURE_NAMES
from fitness.features import FEATURE_NAMES, feature_matrix
from fitness.prior import BANDS_FILE, DRUMS, Prior
from genomes import Meter, Part
from tools.grooves import METERS, grooves, templates
from tools.loops import loops
from tools.pads import pads
from tools.prior_bands import (
    BASS,
    DRUM_FEATURES,
    LOWEST_PITCH,
    MIN_SCALE_SHARE,
    MUD,
    WIDENED_BY_LOOPS,
    Windows,
    bands,
    cross_validated,
    dump,
    measure,
    to_document,
)
from tools.real_songs import names
from tools.real_songs.windows import SETS_OF_ROLES, SongPart, rock_parts, spread
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


def ramp(columns: int = len(FEATURE_NAMES)) -> np.ndarray:
    """Rows whose 2.5th and 97.5th percentiles are 2.5 and 97.5."""
    return np.tile(np.arange(101, dtype=np.float32)[:, None], (1, columns))


def of_every_length(*roles: str, rows: np.ndarray) -> dict[tuple[str, int], np.ndarray]:
    return {(role, bars): rows for role in roles for bars in WINDOW_BARS}


def test_bands_are_percentiles_widened_by_loops_where_allowed() -> None:
    songs = of_every_length("full", "chords", "inner_voices", rows=ramp())
    far = np.full((1, len(FEATURE_NAMES)), 200, dtype=np.float32)
    table = bands(songs, dict.fromkeys(WINDOW_BARS, far), dict.fromkeys(WINDOW_BARS, 2 * far))
    assert table["full"]["4"]["polyphony"] == [2.5, 97.5, 95]
    assert table["chords"]["4"]["polyphony"] == [2.5, 200, 197.5]
    assert "mud_share" not in WIDENED_BY_LOOPS
    assert table["chords"]["4"]["mud_share"] == [2.5, 97.5, 95]
    assert table["inner_voices"]["4"]["polyphony"] == [2.5, 400, 397.5]
    assert table["inner_voices"]["4"]["dissonant_share"] == [2.5, 97.5, 95]


def plain_bands(songs: dict[tuple[str, int], np.ndarray]) -> dict:
    plain = dict.fromkeys(WINDOW_BARS, ramp()[:1])
    return bands(songs, plain, plain)


def test_no_bass_or_melody_is_too_low_above_its_lowest_note() -> None:
    table = plain_bands(of_every_length(*LOWEST_PITCH, rows=ramp() + 50))
    for role, lowest in LOWEST_PITCH.items():
        assert table[role]["4"]["bass_pitch"][0] == table[role]["4"]["pitch_mean"][0] == lowest
        assert table[role]["4"]["pitch_sd"][0] == 52.5
    assert MUD not in table[BASS]["4"]


def test_drums_are_held_to_what_has_a_meaning_for_them() -> None:
    table = plain_bands(
        of_every_length("full", rows=ramp())
        | of_every_length(DRUMS, rows=ramp(len(DRUM_FEATURE_NAMES)))
    )
    assert table[DRUMS]["4"] == {name: [1, 99, 98] for name in DRUM_FEATURES}
    assert set(DRUM_FEATURES) <= set(DRUM_FEATURE_NAMES)


def test_a_band_like_a_point_still_has_a_unit_of_distance() -> None:
    rows = np.zeros((100, len(FEATURE_NAMES)), dtype=np.float32)
    rows[:2] = 4  # two windows in a hundred lie elsewhere
    plain = dict.fromkeys(WINDOW_BARS, rows[2:3])
    table = bands(of_every_length("full", rows=rows), plain, plain)
    assert table["full"]["2"]["mud_share"] == [0, 0, 4 * MIN_SCALE_SHARE]


def a_song(name: str, pitch: int, role: str = "top_voice") -> SongPart:
    """Sixteen bars of quarters up and down."""
    rows = [(480 * beat, 400, pitch + beat % 5, 80) for beat in range(64)]
    return SongPart(name, role, Meter(4, 4), 100.0, Part.of(rows, 64 * 480))


def test_windows_of_a_song_are_evenly_spread_and_not_too_many() -> None:
    song = a_song("a", 60)
    assert [len(song.windows(bars)) for bars in WINDOW_BARS] == [8, 4, 2]
    assert [part.length_ticks for part in song.windows(2, most=3)] == [2 * 1920] * 3
    assert spread(range(9), 3) == [0, 4, 8]


def test_songs_make_a_table_that_names_its_sources_and_reads_back() -> None:
    windows = Windows((name, measure([a_song(name, 60)])) for name in ("a", "b"))
    assert windows.songs["top_voice", 8].tolist() == ["a", "a", "b", "b"]
    document = to_document(windows, plain_bands(windows.rows))
    told = document["roles"]["top_voice"]
    assert told["from"] == list(SETS_OF_ROLES["top_voice"])
    assert (told["songs"], told["windows"]) == (2, {"2": 16, "4": 8, "8": 4})
    assert json.loads(dump(document)) == document


def test_a_song_is_fined_by_the_bands_of_the_others() -> None:
    like, other = [("abcd"[number], 60) for number in range(4)], [("e", 90)]
    plain = dict.fromkeys(WINDOW_BARS, ramp()[:1])

    def fine(songs: list[tuple[str, int]]) -> float:
        windows = Windows((name, measure([a_song(name, pitch)])) for name, pitch in songs)
        return cross_validated(windows, plain, plain)["top_voice", 4]

    assert fine([*like, ("e", 60)]) < 0.001
    assert fine([*like, *other]) > 0.02


def test_the_shipped_table_is_small_and_names_its_sources() -> None:
    text = BANDS_FILE.read_text(encoding="utf-8")
    assert len(text) < 30_000
    document = json.loads(text)
    assert set(document["sources"]) == {"pop909", "rock"}
    assert set(document["roles"]) == set(document["bands"]) == set(SETS_OF_ROLES)
    for role in document["roles"].values():
        assert role["songs"] > 50
        assert set(role["windows"]) == {"2", "4", "8"}


REAL = Path(__file__).parents[3] / "shared" / "data" / "real"


@pytest.mark.skipif(not REAL.is_dir(), reason="the real songs aren't here")
class TestRealSongs:
    def test_no_bass_is_better_off_an_octave_higher(self) -> None:
        prior, count = Prior.load(), 0
        for name in names(REAL / "rock", held_out=False)[::6]:
            for one in rock_parts(REAL / "rock" / name):
                if one.role == BASS:
                    for bars in WINDOW_BARS:
                        fines = [
                            prior.penalties(feature_matrix(parts, one.meter), BASS, bars)
                            for windows in [one.windows(bars)]
                            for parts in (windows, [octave_up(part) for part in windows])
                        ]
                        assert (fines[0] <= fines[1] + 1e-9).all()
                        count += len(fines[0])
        assert count > 50


def octave_up(part: Part) -> Part:
    notes = part.notes.copy()
    notes["pitch"] = np.minimum(notes["pitch"] + 12, 127)
    return Part.of(notes, part.length_ticks)
