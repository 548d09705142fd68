"""What a song is known by, and what is kept of its document."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import proposals
from engine.proposals import Refusal, read
from tests.engine.proposals.documents import (
    ABSENT,
    assert_one_line,
    read_content,
    refused,
    song,
    the_song,
    understood,
    write,
)

FIELDS = sorted({*song(), "thread_id", "singer", "moods", "associated_resource", "is_final"})

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=9), inner, max_size=4)
    ),
    max_leaves=12,
)
BENT_SONGS = st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=4).map(
    lambda changes: {**song(), **changes}
)
QUICK = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def assert_sound(reading: proposals.Reading) -> None:
    """Whatever went in, only songs and lines come out."""
    for refusal in reading.refusals:
        assert_one_line(str(refusal))
        assert refusal.file
        assert refusal.field
        assert refusal.value
        assert refusal.accepted
    for proposal in reading.proposals:
        assert_one_line(proposal.title)
        assert_one_line(proposal.song_id)
        assert proposal.song_id.isascii()
        for warning in proposal.warnings:
            assert_one_line(warning)
        assert json.loads(json.dumps(proposal.raw, allow_nan=False)) == proposal.raw


@QUICK
@given(ANYTHING | BENT_SONGS | st.lists(BENT_SONGS, max_size=3))
def test_any_document_becomes_songs_or_lines(tmp_path: Path, document: Any) -> None:
    path = write(tmp_path / "in" / "any.yml", yaml.safe_dump(document, allow_unicode=True))

    assert_sound(read([path]))
    assert_sound(read([path.parent]))


@QUICK
@given(BENT_SONGS)
def test_any_song_with_any_fields_is_one_song_or_one_line(tmp_path: Path, document: Any) -> None:
    reading = read_content(tmp_path, document)

    assert_sound(reading)
    assert len(reading.proposals) + len(reading.refusals) == 1


def reformatted(document: dict[str, Any]) -> list[str]:
    """The same document as different people and programs would lay it out."""
    backwards = dict(reversed(list(document.items())))
    return [
        yaml.safe_dump(document),
        yaml.safe_dump(backwards, sort_keys=False, width=40, allow_unicode=True),
        yaml.safe_dump(document, default_flow_style=True),
        "# by hand\n---\n" + yaml.safe_dump(document, default_style='"', allow_unicode=True)
        if all(isinstance(value, str) for value in document.values())
        else json.dumps(document),
        "iterations:\n- " + json.dumps(backwards),
    ]


@pytest.mark.parametrize("changes", [{}, {"thread_id": "t1"}, {"iteration_id": ABSENT}])
def test_layout_changes_neither_the_content_nor_the_song(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    songs = [the_song(tmp_path, text) for text in reformatted(song(**changes))]

    assert len({found.song_id for found in songs}) == 1
    assert len({found.content_sha256 for found in songs}) == 1


def test_songs_keep_their_ids_for_ever() -> None:
    assert understood(thread_id="t1").song_id == "missing-wave-v1-7606bf44"
    assert understood().song_id == "missing-wave-v1-cf120cc4"
    assert understood(iteration_id=ABSENT).song_id == "the-missing-wave-aa19b392"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("The Séance Engine", "the-seance-engine"),
        ("야옹: The Cat's Ledger", "the-cats-ledger"),
        ("Mørk & Łódź", "mork-lodz"),
        ("31.8°C / Why?", "31-8-c-why"),
        ("한국어", "song"),
        ("…", "song"),
        ("x" * 200, "x" * 48),
    ],
)
def test_ids_are_readable(title: str, name: str) -> None:
    song_id = understood(title=title, iteration_id=ABSENT).song_id

    assert song_id[:-9] == name
    assert song_id[-9] == "-"
    assert set(song_id[-8:]) <= set("0123456789abcdef")


def test_the_document_is_kept_as_it_was_written(tmp_path: Path) -> None:
    text = (
        "title: 808\nkey: 'Gb  minor'\nbpm: 94.22\ntempo: 7/8\nrainbow_color: Y\n"
        'released: 2019-01-11\nrating: .inf\nmood: [on]\nconcept: He said stay"\n'
    )
    proposal = the_song(tmp_path, text)

    assert proposal.raw == {
        "title": 808,
        "key": "Gb  minor",
        "bpm": 94.22,
        "tempo": "7/8",
        "rainbow_color": "Y",
        "released": "2019-01-11",
        "rating": ".inf",
        "mood": ["on"],
        "concept": 'He said stay"',
    }
    assert proposal.colour.name == "Yellow"
    assert proposal.moods == ("on",)


def test_proposals_and_refusals_are_values() -> None:
    proposal = understood()

    assert proposal == understood()
    assert hash(proposal) == hash(understood())
    with pytest.raises(FrozenInstanceError):
        proposal.title = "Other"  # type: ignore[misc]
    assert refused(bpm=0) == refused(bpm=0)
    assert len({refused(bpm=0), refused(bpm=0)}) == 1


def test_a_refusal_is_one_line_whatever_it_is_made_of() -> None:
    refusal = Refusal("a\nb.yml", "bpm", "x\r\ny\u2028z\x1b[2J", "a number\x85")

    assert_one_line(str(refusal))


def test_a_long_value_is_cut_short() -> None:
    assert len(refused(key="E minor " * 1000).value) <= 60


def torn(start: int, end: int, scribble: str) -> bytes:
    """The sample song's file, with a stretch of it lost or written over."""
    text = yaml.safe_dump(song())
    return (text[:start] + scribble + text[end:]).encode()


@QUICK
@given(
    st.binary(max_size=200)
    | st.builds(torn, st.integers(0, 400), st.integers(0, 400), st.text(max_size=3))
)
def test_any_bytes_become_songs_or_lines(tmp_path: Path, content: bytes) -> None:
    assert_sound(read_content(tmp_path, content))


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ({"thread_id": "t1"}, {"thread_id": "t1", "bpm": 73, "title": "The Wave, Found"}, True),
        ({}, {"bpm": 73}, False),  # without a thread, every content is its own song
        ({"thread_id": "ab", "iteration_id": "c"}, {"thread_id": "a", "iteration_id": "bc"}, False),
    ],
)
def test_a_song_is_known_by_its_thread_and_iteration(
    one: dict[str, Any], other: dict[str, Any], is_same: bool
) -> None:
    first, second = understood(**one), understood(**other)

    assert (first.song_id[-8:] == second.song_id[-8:]) is is_same
    assert first.content_sha256 != second.content_sha256
