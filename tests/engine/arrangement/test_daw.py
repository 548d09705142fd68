"""A DAW's list of clips: every form that it comes in, and every way it can be off."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.arrangement.assemble import assemble
from engine.arrangement.daw import BARS, DROP_FRAME, ENDS, LENGTHS, parse_clips
from engine.arrangement.daw_plan import plan_of_clips
from engine.errors import Refused
from genomes import Key, Meter
from genomes.midi import Conductor
from tests.engine.arrangement.approved_parts import ROWS, approved_part, lineage_of
from tests.strategies import SONG_METERS

FOUR = Meter(4, 4)

BARS_FORM = (
    " 1 1 1 1 \t jams\t 1\t 7 0 0 0\n"
    " 8 1 1 1 \t verse\t 1\t 7 0 0 0\n"
    " 8 1 1 1 \t verse\t 4\t 7 0 0 0\n"
    "15 1 1 1 \t chorus\t 1\t 5 0 0 0\n"
)
BARS_CLIPS = [("jams", 1, 0, 7), ("verse", 1, 7, 7), ("verse", 4, 7, 7), ("chorus", 1, 14, 5)]
# 120 bpm in 4/4: a bar is two seconds.
LENGTHS_FORM = (
    " 01:00:00:00.00\t intro_arp_up\t 1\t 00:00:10:00.00\n"
    " 01:00:10:00.00\t verse\t 1\t 00:00:20:00.00\n"
    " 01:00:30:00.00\t chorus\t 1\t 00:00:10:00.00\n"
)
ENDS_FORM = (
    "01:00:00:00.00\t honey\t 1\t 01:00:04:00.00\n"
    "01:00:04:00.00\t honey\t 1\t 01:00:08:00.00\n"
    "01:00:08:00.00\t candide\t 1\t 01:00:20:00.00\n"
)


def shape(listed):
    return [(clip.name, clip.track, clip.start_bar, clip.bars) for clip in listed.clips]


def imported(text, *parts, meter=FOUR, bpm=120.0):
    song = Conductor("Song", Key.parse("A minor"), meter, bpm)
    return plan_of_clips(parse_clips(text, meter, bpm), parts, song)


@pytest.mark.parametrize(
    ("form", "reading", "clips"),
    [
        (BARS_FORM, BARS, BARS_CLIPS),
        (
            LENGTHS_FORM,
            LENGTHS,
            [("intro_arp_up", 1, 0, 5), ("verse", 1, 5, 10), ("chorus", 1, 15, 5)],
        ),
        (ENDS_FORM, ENDS, [("honey", 1, 0, 2), ("honey", 1, 2, 2), ("candide", 1, 4, 6)]),
    ],
)
def test_every_form(form, reading, clips):
    without_the_hour = form.replace("01:00", "00:00")
    with_heading = "Position\tLoop    Track\tLength\n" + form
    with_another = "\n Position \tName\tTrack\tLength\n" + form
    for text in (form, without_the_hour, with_heading, with_another):
        listed = parse_clips(text, FOUR, 120)
        assert (listed.reading, shape(listed), listed.warnings) == (reading, clips, ())


@pytest.mark.parametrize("meter", SONG_METERS, ids=str)
def test_bars_are_bars_in_any_meter(meter):
    assert [bars for *_, bars in shape(parse_clips(BARS_FORM, meter, 97.3))] == [7, 7, 7, 5]


lengths = st.lists(st.integers(1, 16), min_size=3, max_size=12)


def code(seconds, hour):
    """A time as 25 frames a second and eighty parts of a frame say it."""
    frames = round(seconds * 25 * 80)
    minutes, rest = divmod(frames, 60 * 25 * 80)
    whole, rest = divmod(rest, 25 * 80)
    return f"{hour:02}:{minutes:02}:{whole:02}:{rest // 80:02}.{rest % 80:02}"


@given(lengths, st.sampled_from(SONG_METERS), st.floats(60, 180), st.sampled_from([0, 1]))
def test_what_a_daw_wrote_is_read_in_bars_again(bars, meter, bpm, hour):
    bar_seconds = meter.bar_quarters * 60 / bpm
    starts = [sum(bars[:number]) for number in range(len(bars))]
    by_bars, by_length, by_end = [], [], []
    for start, long in zip(starts, bars, strict=True):
        at = code(start * bar_seconds, hour)
        by_bars.append(f" {start + 1} 1 1 1 \t a\t 1\t {long} 0 0 0")
        by_length.append(f" {at}\t a\t 1\t {code(long * bar_seconds, 0)}")
        by_end.append(f" {at}\t a\t 1\t {code((start + long) * bar_seconds, hour)}")
    wanted = [("a", 1, start, long) for start, long in zip(starts, bars, strict=True)]
    for lines, reading in ((by_bars, BARS), (by_length, LENGTHS), (by_end, ENDS)):
        listed = parse_clips("\n".join(lines), meter, bpm)
        assert (listed.reading, shape(listed), listed.warnings) == (reading, wanted, ())


@pytest.mark.parametrize("text", ["", " \n\t\n", "Position\tLoop    Track\tLength\n"])
def test_an_empty_list_is_refused(text):
    with pytest.raises(Refused, match="empty"):
        parse_clips(text, FOUR, 120)


IN_FOUR = (FOUR, 120)


@pytest.mark.parametrize(
    ("text", "meter", "bpm", "clips", "warnings"),
    [
        (  # 16 bars at 112 bpm end at 34.2857 s: frame 7.11 of the 35th second, of 25 frames
            "01:00:00:00.00\ta\t1\t01:00:34:07.11\n01:00:34:07.11\tb\t1\t01:01:08:14.23",
            *(FOUR, 112),
            [("a", 1, 0, 16), ("b", 1, 16, 16)],
            "^$",
        ),
        (
            "00:00:00:00\ta\t1\t00:00:01:29",
            *IN_FOUR,
            [("a", 1, 0, 1)],
            "^$",
        ),
        (
            BARS_FORM + " 2 1 3 161 \t Hidden Message\t 5\t 3 0 0 0",
            *IN_FOUR,
            [BARS_CLIPS[0], ("Hidden Message", 5, 1, 3), *BARS_CLIPS[1:]],
            r"^line 5: Hidden Message is off the bar lines: 2\.17 to 5\.17, read as 2 to 5$",
        ),
        (  # short clips have a bar, empty ones are left out
            " 1 1 1 1\ta\t1\t0 1 0 0\n 2 1 1 1\tb\t1\t0 0 0 0",
            *IN_FOUR,
            [("a", 1, 0, 1)],
            "^[^\n]+\n[^\n]+$",
        ),
        (  # in seven eight beats are eighths
            " 1 1 1 1\ta\t1\t0 7 0 0\n 2 1 1 1\tb\t1\t1 0 0 0\n 2 4 2 1\tc\t2\t1 0 0 0",
            *(Meter(7, 8), 97),
            [("a", 1, 0, 1), ("b", 1, 1, 1), ("c", 2, 2, 1)],
            r"2\.5 to 3\.5, read as 3 to 4$",
        ),
    ],
    ids=["frames", "thirty frames", "off the bar lines", "short and empty", "seven eight"],
)
def test_clips_are_rounded_to_bars(text, meter, bpm, clips, warnings):
    listed = parse_clips(text, meter, bpm)
    assert shape(listed) == clips
    assert re.search(warnings, "\n".join(listed.warnings))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 1 1 1 verse 1 7 0 0 0", "line 1: 1 1 1 1 verse 1 7 0 0 0 (accepted: position, name"),
        ("0 1 1 1\ta\t1\t7 0 0 0", "line 1: 0 1 1 1 (accepted: bar, beat, division and tick"),
        ("1 1\ta\t1\t7 0 0 0", "line 1: 1 1 (accepted:"),
        ("1 1 1 1\ta\t1\t99999 0 0 0", "line 1: 99999 0 0 0 (accepted:"),
        ("4000 1 1 1\ta\t1\t999 0 0 0", "line 1: 999 0 0 0 (accepted: a song of at most 4096"),
        ("1 1 1 1\ta\tbass\t7 0 0 0", "line 1: bass (accepted: the number of a track)"),
        ("1 1 1 1\ta\t1\t7 0 0 0\n01:00:10:00\tb\t1\t00:00:10:00", "line 2: 01:00:10:00 (accepted"),
        ("01:00:10:00\ta\t1\t4 0 0 0", "line 1: 4 0 0 0 (accepted: 8 1 1 1 in all lines, or"),
        ("01:00:10:77\ta\t1\t00:00:10:00", "frame 77 (accepted: time code of 25"),
    ],
)
def test_what_cannot_be_read_is_named(text, said):
    with pytest.raises(Refused) as refused:
        parse_clips(text, FOUR, 120)
    assert str(refused.value).startswith(said)


@pytest.mark.parametrize(
    ("position", "length"),
    [("8.1.1.1", "7.0.0.0"), ("8. 1. 1. 1", "7. 0. 0. 0"), ("8.1.1", "7.0.0"), ("8|1|1", "7|0|0")],
)
def test_bars_with_dots_and_without_ticks(position, length):
    listed = parse_clips(f"\ufeff{position}\tverse\t1\t{length}", *IN_FOUR)
    assert (listed.reading, listed.frame_rate, shape(listed)) == (BARS, "", [("verse", 1, 7, 7)])


@pytest.mark.parametrize(
    ("codes", "bpm", "named", "rate", "starts"),
    [
        (("00:00:00:00", "00:00:04:15"), 4 * 60 / 2.3, None, "25 frames a second (assumed", [0, 2]),
        (("00:00:00:00", "00:00:08:23"), 120, None, "25 frames a second (assumed", [0, 4]),
        (("00:00:00:00", "00:00:08:29"), 120, None, "30 frames a second, because of", [0, 4]),
        (("00:00:00;00", "00:10:00;00"), 120, None, "29.97 drop-frame frames", [0, 300]),
        (("01;00;00;00", "01;10;00;00"), 120, None, "29.97 drop-frame frames", [0, 300]),
        (("00:00:00:00", "00:10:00:00"), 120, "29.97", "29.97 frames a second", [0, 300]),
        (("00:00:00:00", "00:00:08:23"), 4 * 60 * 4 / (8 + 23 / 24), "25", "25 frames", [0, 4]),
    ],
)
def test_the_frame_rate_is_told(codes, bpm, named, rate, starts):
    first, second = codes
    zero = "00:00:02:00" if ";" not in first else "00:00:02;00"
    listed = parse_clips(f"{first}\ta\t1\t{zero}\n{second}\tb\t1\t{zero}", FOUR, bpm, named)
    assert listed.frame_rate.startswith(rate)
    assert [clip.start_bar for clip in listed.clips] == starts


def test_twenty_four_frames_are_read_by_the_bar_lines():
    """Bars of 2.25 s begin at frames of 24, and at none of 25."""
    codes = ("00:00:00:00", "00:00:02:06", "00:00:04:12", "00:00:06:18")
    text = "\n".join(f"{code}\ta\t1\t00:00:02:06" for code in codes)
    listed = parse_clips(text, FOUR, 4 * 60 / 2.25)
    assert listed.frame_rate.startswith("24 frames a second, by which clips are nearer to bar")
    assert (shape(listed), listed.warnings) == ([("a", 1, n, 1) for n in range(4)], ())


def test_drop_frame_code_keeps_to_the_clock():
    """17 982 frames in ten minutes: two numbers are left out at each minute but the tenth."""
    after = DROP_FRAME.seconds(0, 1, 0, Fraction(2)) - DROP_FRAME.seconds(0, 0, 59, Fraction(29))
    assert after == DROP_FRAME.frame_seconds
    ten = DROP_FRAME.seconds(0, 10, 0, Fraction(0))
    assert ten == 17_982 * DROP_FRAME.frame_seconds
    assert abs(ten - 600) < DROP_FRAME.frame_seconds


def test_a_frame_rate_that_nobody_has_is_refused():
    with pytest.raises(Refused, match=r"--frame-rate 26; expected 25, 24, 30, 23\.976"):
        parse_clips("00:00:00:00\ta\t1\t00:00:02:00", FOUR, 120, "26")


@given(st.text(alphabet="0123456789:;. \tab\n", max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        listed = parse_clips(text, Meter(7, 8), 97)
    except Refused:
        return
    assert all(clip.bars >= 1 and clip.start_bar >= 0 for clip in listed.clips)


def whole(label, bars):
    return lineage_of(label, list(ROWS), bars=bars)


def test_sections_are_the_clips_of_the_chords_and_the_melody_means_vocals():
    parts = [*whole("jams", 7), *whole("verse", 7), *whole("chorus", 5)]
    found = imported(BARS_FORM, *parts)
    plan = found.plan
    assert [(s.name, s.section, s.bars, s.play, s.vocals) for s in plan.sections] == [
        ("jams", "jams", 7, 1, False), ("verse", "verse", 7, 1, True),
        ("chorus", "chorus", 5, 1, False),
    ]  # fmt: skip
    assert [dict(s.parts) for s in plan.sections] == [
        {"chords": "jams"}, {"chords": "verse", "melody": "verse"}, {"chords": "chorus"},
    ]  # fmt: skip
    assert [s.energy for s in plan.sections] == [0.40, 0.35, 0.75]
    assert (found.warnings, plan.name) == ((), "imported")
    song = assemble(plan, parts, Conductor("Song", Key.parse("A minor"), FOUR, 120))
    assert song.bars == 19


def test_a_clip_of_several_times_is_played_so_often():
    text = " 1 1 1 1\tVerse\t1\t16 0 0 0\n17 1 1 1\tVerse\t1\t6 0 0 0"
    found = imported(text, *whole("verse", 4))
    assert [(s.play, s.bars) for s in found.plan.sections] == [(4, 4), (2, 4)]
    assert found.warnings == (
        "line 2: Verse is 6 bars long, and chords verse has 4: played 2 times",
    )


def test_a_long_clip_plays_in_every_section_it_covers():
    text = (
        "1 1 1 1\tverse\t1\t8 0 0 0\n9 1 1 1\tchorus\t1\t8 0 0 0\n17 1 1 1\tverse\t1\t8 0 0 0\n"
        "1 1 1 1\tbeat\t2\t16 0 0 0\n8 1 1 1\tchorus\t4\t9 0 0 0\n"
    )
    parts = [*whole("verse", 8), *whole("chorus", 8), approved_part("drums", "beat", bars=8)]
    sections = imported(text, *parts).plan.sections
    assert [section.part("drums") for section in sections] == ["beat", "beat", None]
    assert [section.vocals for section in sections] == [False, True, False]


def test_what_is_not_known_is_said_and_left_out():
    text = (
        "3 1 1 1\tverse\t1\t4 0 0 0\n7 1 1 1\thoney\t1\t4 0 0 0\n13 1 1 1\tverse\t1\t4 0 0 0\n"
        "3 1 1 1\tNote\t21\t4 0 0 0\n3 1 1 1\tarp\t21\t4 0 0 0\n"
    )
    found = imported(text, *whole("verse", 4))
    assert [(s.section, s.bars, s.parts) for s in found.plan.sections][1] == ("honey", 4, ())
    assert found.warnings == (
        "track 21 (Note, arp): ignored (known: 1 chords, 2 drums, 3 bass, 4 melody)",
        "bars 1 to 2: no chords, left out",
        "bars 11 to 12: no chords, left out",
        "chords honey: not approved, left out (approved: verse)",
    )


def test_overlapping_sections_are_said():
    found = imported("1 1 1 1\tverse\t1\t8 0 0 0\n5 1 1 1\tverse\t1\t8 0 0 0", *whole("verse", 8))
    assert found.warnings == ("lines 1 and 2: verse and verse overlap, played one after the other",)


def test_without_chords_there_are_no_sections():
    with pytest.raises(Refused, match="no clip on track 1"):
        imported("1 1 1 1\tverse\t2\t8 0 0 0")


@pytest.mark.parametrize("name", ["Verse", "  verse ", "VERSE"])
def test_clips_are_matched_by_their_file_labels(name):
    (section,) = imported(f"1 1 1 1\t{name}\t1\t4 0 0 0", *whole("verse", 4)).plan.sections
    assert section.part("chords") == "verse"
