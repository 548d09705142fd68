"""Comparing a log with what names one of its hashes, and is kept elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from engine.backups.signing import Signature, signatures, why_not
from engine.errors import EngineError, Refused
from engine.gate.provenance import read_provenance
from engine.state.studio import Studio
from store.records import Head


class Compared(NamedTuple):
    """What a file says of a log.

    Attributes:
        position: of the event whose hash it names.
        problem: why the log isn't the one that it is of; empty if it is.
    """

    position: int
    problem: str


def compare_with(studio: Studio, path: Path) -> Compared:
    """Compare the log with a file that was exported from it, a signature, or a copy of HEAD.

    Raises:
        Refused: if there is no such file, or it names no event with its hash.
    """
    if not path.is_file():
        raise Refused(
            f"no file {path}", "name an exported MIDI file, a signature or a copy of HEAD"
        )
    signed = _signatures(path)
    if signed:
        problems = (why_not(studio, each) for each in signed)
        return Compared(signed[-1].position, next(filter(None, problems), ""))
    named = next(_named(path), None)
    if named is None:
        raise Refused(
            f"{path} names no event of a log",
            "take a MIDI file of an approved part, a signature or a copy of HEAD",
        )
    return Compared(named.position, _problem(studio, named, path.name))


def _signatures(path: Path) -> list[Signature]:
    try:
        return signatures(path)
    except EngineError:
        return []


def _named(path: Path) -> Iterator[Head]:
    data = path.read_bytes()
    named = read_provenance(data)
    if named.get("position", "").isdecimal() and "hash" in named:
        yield Head(int(named["position"]), named["hash"])
    words = data[:100].split()
    if len(words) == 2 and words[0].isdigit() and len(words[1]) == 64:
        yield Head(int(words[0]), words[1].decode("ascii", "replace"))


def _problem(studio: Studio, named: Head, name: str) -> str:
    found = studio.log.hash_at(named.position)
    if found == named.hash or named.position == 0:
        return ""
    if found is None:
        end = studio.log.head().position
        problem = (
            f"{name} names event {named.position}, the log ends at {end}: its tail was dropped"
        )
    else:
        problem = (
            f"{name} names event {named.position} with another hash: it, or one before, was changed"
        )
    for accepted in studio.log.read(kinds=("LogAccepted",)):
        if accepted.position <= named.position:
            problem += f" ({accepted.actor} accepted the log at event {accepted.position})"
    return problem
