"""Looks at candidates side by side: in an order that favours none, made of a recorded seed.

The same candidates keep their order until others come, so that a page that is loaded again is the
same look, and is recorded once.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.gate.waiting import Entry, present
from engine.ids import digest
from engine.preference.showings import Showing, showings
from engine.state.songs import Song
from engine.state.studio import Studio

WHERE, COMMAND = "page", "gate"
MAX_SEED = 2**31


@dataclass(frozen=True, slots=True)
class Look:
    """Candidates that are compared.

    Attributes:
        seed: of which their order is made.
        entries: the candidates in that order, as they are now.
    """

    seed: int
    entries: tuple[Entry, ...]


def shuffled(candidates: Iterable[str], seed: int) -> list[str]:
    """Candidates in the order that a seed makes: that of the hashes of the seed and their ids."""
    return sorted(set(candidates), key=lambda each: digest(seed, each))


def look_at(studio: Studio, song: Song, shown: Sequence[Entry]) -> Look:
    """The look at exactly these candidates of a song; a new one is recorded if there is none."""
    wanted = {entry.id for entry in shown}
    for showing in reversed(_looks(studio, song)):
        if set(showing.candidates) == wanted and showing.order_seed is not None:
            return _look(song, showing.order_seed, showing.candidates)
    seed = secrets.randbelow(MAX_SEED)
    look = _look(song, seed, shuffled(wanted, seed))
    if look.entries:
        present(studio, look.entries, WHERE, COMMAND, order_seed=seed)
    return look


def find_look(studio: Studio, song: Song, seed: int) -> Look | None:
    """The look that was recorded with a seed; None if there is none."""
    found = [each for each in _looks(studio, song) if each.order_seed == seed]
    return _look(song, seed, found[-1].candidates) if found else None


def _looks(studio: Studio, song: Song) -> list[Showing]:
    return [each for each in showings(studio, song) if each.command == COMMAND]


def _look(song: Song, seed: int, candidates: Iterable[str]) -> Look:
    known = [each for each in candidates if each in song.candidates]
    return Look(seed, tuple(Entry(each, song, song.candidates[each]) for each in known))
