"""Times that contradict each other are mended, and it is said."""

from __future__ import annotations

import pytest

from tests.training.catalogue.songs import LYRICS, file_song, manifest, section
from training.catalogue.lyrics import parse_lyrics
from training.catalogue.manifests import read_manifest
from training.catalogue.timeline import timeline


@pytest.fixture
def times(tmp_path):
    def of(lyrics=None, **changes):
        song = file_song(tmp_path, manifest(**changes)) / "02_01.yml"
        return timeline(
            read_manifest(song, "x").value, parse_lyrics(lyrics) if lyrics is not None else None
        )

    return of


def spans(found):
    return [(s.name, round(s.begin_seconds, 3), round(s.end_seconds, 3)) for s in found.sections]


def test_tenths_of_frames_are_on_the_beat(times):
    found = times(LYRICS)
    assert spans(found) == [("Intro", 0, 16.5), ("Verse", 16.5, 32.5), ("Outro", 32.5, 48.5)]
    assert found.on_beat == (2, 0, 2)
    assert [round(line.begin_seconds, 2) for line in found.lines] == [16.8, 20.96, 24.84]
    assert found.repairs == ()
    assert found.total_seconds == 48.5


def test_an_hour_too_much_is_taken_off(times):
    lyrics = "[60:17.251]\na\n[60:21.726]\nb\n[60:30.615]\nc\n[60:33.937]\nd"
    found = times(lyrics)
    assert [line.begin_seconds for line in found.lines] == pytest.approx(
        [17.251, 21.726, 30.615, 33.937]
    )
    assert found.repairs == ("lyrics: every time has an hour too much; taken off",)


def test_the_minute_of_an_end_before_its_beginning_is_mended(times):
    structure = [
        section("Verse", "[00:00.000]", "[02:50.125]"),
        section("Outro", "[02:50.126]", "[00:03.086]"),
    ]
    found = times("[01:00.100]\na\n[02:55.100]\nb", structure=structure, TRT="[00:03.086]")
    assert spans(found)[-1] == ("Outro", 170.5, 183.344)
    assert found.total_seconds == pytest.approx(183.344)
    assert len(found.lines) == 2
    assert [repair.partition(":")[0] for repair in found.repairs] == ["section 'Outro'", "TRT"]


def test_a_section_that_ends_where_it_begins_is_left_out(times):
    structure = [
        section("Verse", "[00:00.000]", "[00:30.125]"),
        section("End", "[00:30.126]", "[00:30.125]"),
    ]
    found = times(structure=structure, TRT="[00:30.125]")
    assert spans(found) == [("Verse", 0, 30.5)]
    assert "left out" in found.repairs[0]


def test_without_a_running_time_the_last_section_ends_the_song(times):
    found = times("[00:16.200]\na\n[00:50.200]\nb", TRT="")
    assert [line.text for line in found.lines] == ["a"]
    assert found.total_seconds == 48.5
    assert "lyrics line 4: begins at 50.8 s, after the song's 48.5 s" in found.repairs[0]


def test_ends_one_unit_before_a_round_beginning_are_that(times):
    structure = [
        section("A", "[00:00.000]", "[00:15.999]"),
        section("B", "[00:16.000]", "[00:31.999]"),
        section("C", "[00:32.000]", "[00:48.125]"),
    ]
    found = times(structure=structure)
    assert spans(found) == [("A", 0, 16), ("B", 16, 32), ("C", 32, 48.5)]


def test_whole_frames_among_tenths_are_told_by_the_beat(times):
    structure = [
        section("A", "[00:00.000]", "[00:16.125]"),
        section("B", "[00:16.126]", "[00:24.024]"),  # frame 24 is beat 52, 2.4 frames none
        section("C", "[00:24.025]", "[00:32.125]"),
        section("D", "[00:32.126]", "[00:48.125]"),
    ]
    found = times(structure=structure, bpm=125)
    assert spans(found)[1] == ("B", 16.5, 24.96)
    assert found.repairs == ("structure: [00:24.024] is in whole frames",)


def test_a_code_that_is_none_leaves_its_section_out(times):
    structure = [section("A", "[00:00.000]", "soon"), section("B", "[00:16.126]", "[00:32.125]")]
    found = times(structure=structure)
    assert [name for name, *_ in spans(found)] == ["B"]
    assert "no timecode" in found.repairs[0]


def test_a_running_time_of_more_than_an_hour_is_not_believed(times):
    found = times(TRT="[63:20.125]")
    assert found.total_seconds == 48.5
    assert found.repairs == ("TRT: [63:20.125] is more than an hour; read as 48.500 s",)
    assert times(structure=[], TRT="[99:59:59.999]").total_seconds <= 3600


def test_without_any_times_there_is_nothing(times):
    found = times(structure=[], TRT="")
    assert (found.sections, found.lines, found.total_seconds) == ((), (), 0)


def test_overlaps_are_cut_and_gaps_told(times):
    structure = [
        section("A", "[00:00.000]", "[00:20.125]"),
        section("B", "[00:16.125]", "[00:30.125]"),
        section("C", "[00:32.125]", "[00:48.125]"),
    ]
    found = times(structure=structure)
    assert spans(found) == [("A", 0, 16.5), ("B", 16.5, 30.5), ("C", 32.5, 48.5)]
    assert len(found.repairs) == 2
