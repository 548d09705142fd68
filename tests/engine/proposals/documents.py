"""Song documents for the tests, in the shapes that songwriters' folders hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from engine.proposals import Overrides, Proposal, Reading, Refusal, read
from engine.proposals.proposal import parse_proposal

SONG: dict[str, Any] = {
    "agent_name": None,
    "bpm": 72,
    "concept": "A lighthouse keeper counts the waves and finds one missing.",
    "genres": ["drone", "chamber folk"],
    "iteration_id": "missing_wave_v1",
    "iteration_number": None,
    "key": "F# minor",
    "mood": ["patient", "salt-stained"],
    "rainbow_color": "Green",
    "tempo": {"denominator": 8, "numerator": 7},
    "timestamp": None,
    "title": "The Missing Wave",
}

# The form in which a song is handed over to production: nothing but the bare facts.
SHORT_FORM: dict[str, Any] = {
    "title": "The Missing Wave",
    "key": "F# minor",
    "bpm": 72,
    "rainbow_color": "Green",
    "singer": None,
}

ABSENT = object()


def song(**changes: Any) -> dict[str, Any]:
    """The sample song with other fields; ``ABSENT`` leaves one out."""
    return {name: value for name, value in {**SONG, **changes}.items() if value is not ABSENT}


def understood(overrides: Overrides | None = None, **changes: Any) -> Proposal:
    """The sample song with other fields, which must be readable."""
    outcome = parse_proposal(song(**changes), "song.yml", overrides=overrides or Overrides())
    assert isinstance(outcome, Proposal), outcome
    return outcome


def refused(**changes: Any) -> Refusal:
    """Why the sample song with other fields is refused, which it must be."""
    outcome = parse_proposal(song(**changes), "song.yml")
    assert isinstance(outcome, Refusal), outcome
    assert_one_line(str(outcome))
    return outcome


def assert_one_line(text: str) -> None:
    """A line is what every way of splitting lines takes for one, and prints as it is."""
    assert text.strip()
    assert text.splitlines() == [text]
    assert not any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in text)


def write(path: Path, content: Any) -> Path:
    """Put bytes, text or a document into a file, with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    else:
        path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


def read_content(tmp_path: Path, content: Any, overrides: Overrides | None = None) -> Reading:
    """Read one file with this content, named by its path."""
    return read([write(tmp_path / "song.yml", content)], overrides or Overrides())


def the_song(tmp_path: Path, content: Any) -> Proposal:
    """The only song in a file, which holds nothing else."""
    reading = read_content(tmp_path, content)
    assert not reading.refusals, str(reading.refusals[0])
    (proposal,) = reading.proposals
    return proposal


def the_refusal(tmp_path: Path, content: Any) -> Refusal:
    """The only refusal of a file, which holds nothing else."""
    reading = read_content(tmp_path, content)
    assert not reading.proposals
    (refusal,) = reading.refusals
    assert_one_line(str(refusal))
    return refusal
