"""Another program's reviews of chords: rebuilt, decided as they were, and never taken twice."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from engine.gate.chord_reviews import import_review
from engine.preference.effort import consistency
from engine.preference.pairs import preferences
from engine.state.songs import song_of
from engine.state.studio import Studio
from genomes import Part

CHORDS = [
    ["E2", "A3", "C#4"],
    ["F#2", "F#3", "A3", "D4"],
    ["Cb4", "Eb4", "Gb4"],
    ["B#3", "E4", "G4"],
]
PITCHES = [[40, 57, 61], [42, 54, 57, 62], [59, 63, 66], [60, 64, 67]]


def row(number, status, label=None, note="", shift=0, **more):
    chords = CHORDS[shift:] + CHORDS[:shift]
    return {
        "id": f"chord_{number:03}",
        "rank": number,
        "progression": "I - ii",
        "chords": [{"function": "I", "name": "x", "notes": notes} for notes in chords],
        "label": label,
        "status": status,
        "notes": note,
        **more,
    }


def document(*rows, **head):
    known = {"key": "A major", "bpm": 60, "color": "Green", "time_sig": "3/4"}
    named = {"song_proposal": "song_proposal_Green (0xabcd6d)_a_made_up_song_v1.yml"}
    return known | named | {"thread": "a/b/thread-one"} | head | {"candidates": list(rows)}


@pytest.fixture
def review(tmp_path):
    def write(*rows, name="my review.yml", **head):
        path = tmp_path / name
        path.write_text(yaml.safe_dump(document(*rows, **head)), "utf-8")
        return path

    return write


def ids(shell):
    """Ids of the candidates, in the order of the file."""
    return [each.candidate for each in shell.events("PartImported")]


ROWS = (
    row(1, "Accepted", "Verse", "a fine turn", hr_distribution=[1.0, 2.0, 1.0, 0.5]),
    row(2, "rejected", None, "no resolution", shift=1),
    row(3, "pending", None, "", shift=2),
    row(4, "approved", "Verse", "", shift=3),
)


def test_a_song_is_made_with_candidates_and_decisions(empty_shell, review):
    shell = empty_shell
    told = shell.json("review", "--import", review(*ROWS))
    assert told["is_new"]
    assert (told["approved"], told["rejected"], told["pending"]) == (2, 1, 1)
    assert told["left_out"] == []
    song = shell.song(told["song"])
    assert (song.title, song.key, song.meter, song.colour) == (
        *("a made up song v1", "A major", "3/4", "Green"),
    )
    states = [song.candidates[name] for name in ids(shell)]
    assert [each.status for each in states] == ["approved", "rejected", "pending", "approved"]
    assert {each.section.label for each in states} == {"my review"}
    assert [each.approval.label for each in states if each.approval] == ["verse", "verse_2"]
    assert {each.approval.section.label for each in states if each.approval} == {"Verse"}
    assert states[0].notes == ("a fine turn",)
    assert len(list(shell.folder.rglob("approved/*.mid"))) == 2


def test_the_notes_are_those_of_the_file(empty_shell, review):
    empty_shell.do("review", "--import", review(*ROWS))
    part = Part.from_payload(empty_shell.events("PartImported")[0].part)
    bar = 3 * 480
    onsets = sorted({int(onset) for onset in part.notes["onset_ticks"]})
    assert onsets == [0, bar, 3 * bar, 4 * bar]
    heard = [
        sorted(int(each) for each in part.notes["pitch"][part.notes["onset_ticks"] == onset])
        for onset in onsets
    ]
    assert heard == PITCHES
    assert part.length_ticks == 5 * bar  # four and a half, to the end of the bar
    assert part.harmony


def test_taken_in_again_nothing_is_taken_twice(empty_shell, review):
    shell, path = empty_shell, review(*ROWS)
    shell.do("review", "--import", path)
    head = shell.head
    assert shell.json("review", "--import", path)["events"] == 0
    assert "taken in before" in shell.do("review", "--import", path)
    assert shell.head == head
    first = ids(shell)[0]
    shell.do("undo", first)
    shell.do("review", "--import", path)
    assert shell.song("made up").candidates[first].status == "pending"
    shell.do("reject", first)
    shell.do("review", "--import", path)
    assert shell.song("made up").candidates[first].status == "rejected"


def test_the_preferences_are_those_of_the_file(empty_shell, review):
    empty_shell.do("review", "--import", review(*ROWS))
    with Studio.open(empty_shell.folder) as studio:
        one, two, three, four = ids(empty_shell)
        found = {(each.preferred, each.other): each.weight for each in preferences(studio)}
        kept = studio.all_songs()
        studio.rebuild()
        assert studio.all_songs() == kept
    assert found == {(one, two): 1.0, (four, two): 1.0, (one, three): 0.3, (four, three): 0.3}


def test_the_same_music_judged_in_two_reviews_tells_of_consistency(empty_shell, review):
    empty_shell.do("review", "--import", review(*ROWS))
    again = review(
        row(1, "rejected", hr_distribution=[1.0, 2.0, 1.0, 0.5]),
        *(row(2, "rejected", shift=1), row(3, "approved", "x", shift=2)),
        name="other.yml",
        thread="thread-two",
    )
    empty_shell.do("review", "--import", again)
    with Studio.open(empty_shell.folder) as studio:
        found = consistency(studio, studio.songs().values())
        assert len(studio.songs()) == 2
    assert (found.repeats, found.agreed) == (2, 1)


def test_into_a_song_that_is_named(shell, review):
    told = shell.json("review", "--import", review(*ROWS), "--song", "meadow")
    assert not told["is_new"]
    song = shell.song("meadow")
    assert told["song"] == song.song_id
    assert len([each for each in song.candidates.values() if each.run is None]) == 4


def test_what_cannot_be_read_is_said(shell, review):
    broken = row(5, "approved")
    broken["chords"][0]["notes"] = ["H2"]
    told = shell.json(
        *("review", "--import"),
        review(
            *(ROWS[0], broken, row(6, "bass_alt", shift=1), row(7, "rejected", chords=[])),
            *(row(8, "approved", hr_distribution=[1.0, 2.0, 1.0, 0.5]), 9),
        ),
    )
    assert told["candidates"] == 2
    lines = "\n".join(told["left_out"])
    for words in (
        *("chord_005: H2 is no note", "chord_006: status bass_alt is none"),
        *("chord_007: no chords", "chord_008: the same music", "candidate 6: 9"),
    ):
        assert words in lines, lines


def test_refusals_are_one_line(shell, review, tmp_path):
    assert "no candidate has chords" in shell.refused("review", "--import", review({"id": "drum"}))
    assert "key" in shell.refused("review", "--import", review(*ROWS, key="H sharp"))
    other = tmp_path / "list.yml"
    other.write_text("- 1\n", "utf-8")
    assert "not a review file" in shell.refused("review", "--import", other)
    shell.do("review", "--yaml", "--song", "meadow")
    mine = next(shell.folder.glob("exports/meadow*/review.yml"))
    assert "review --apply" in shell.refused("review", "--import", mine)


REVIEWS = sorted((Path(__file__).parents[4] / "shared" / "data" / "reviews").glob("*.yml"))


@pytest.mark.skipif(not REVIEWS, reason="the shared reviews aren't here")
def test_real_reviews(tmp_path):
    with Studio.open(tmp_path) as studio:
        for path in REVIEWS:
            held = yaml.safe_load(path.read_text("utf-8"))["candidates"]
            if not any(each["chords"] for each in held):
                continue
            found = import_review(studio, path)
            assert len(found.statuses) + len(found.left_out) >= len(held)
            assert {song_of(each.stream) for each in found.recorded} == {found.song}
            assert import_review(studio, path).recorded == []
        assert len({each.song for each in preferences(studio)}) >= 8
