"""How well colours can be told at all: by a reader who knows the cards and sees every choice.

Cards overlap and songs stray from them, so that even this reader is wrong about some songs. It is
the Bayes classifier of the choices: no other reader of them is right more often. The notes follow
from the choices, so nothing that hears the notes can do better either. The reader sees more than
can be heard (whole sections, exact numbers, a fill that two parts hide): this is a bound from
above, and how near to it the notes allow one to come is not said.

White is left out: it has no card, being cut up from the songs of the others.

``python -m training.composed.ceiling SONGS_PER_COLOUR`` prints it, with what is taken for what.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import inf, log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.composed.cards import (
    BassCard,
    Card,
    ChordCard,
    DrumCard,
    HarmonyCard,
    MelodyCard,
    Range,
    StageCard,
    cards,
)
from training.composed.settings import SECTIONS, draw_context
from training.composed.songs import compose_section
from training.composed.tendency import CLOSENESS, STRAY, Note, Noting, song_card

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]  # (colours, colours), true colours in rows
Field = tuple[str, str]  # stage, field of its card
Seen = dict[Field, Any]  # notes of the choices; of a number, itself

CARD_OF_STAGE: dict[str, type[StageCard]] = {
    "chords": ChordCard,
    "drums": DrumCard,
    "bass": BassCard,
    "melody": MelodyCard,
    "harmony": HarmonyCard,
}
FIELDS: dict[str, tuple[Field, ...]] = {
    stage: tuple((stage, name) for name in card.__struct_fields__)
    for stage, card in CARD_OF_STAGE.items()
}

# Numbers that notes are made with as they are, in every section.
NUMBERS: tuple[Field, ...] = (("bass", "rests"), ("melody", "width"), ("melody", "gate"))

# What of the parts before them others cannot follow: how they are played, not what they are.
UNFOLLOWED = {
    "chords": ("dynamic", "pattern", "second_pattern"),
    "drums": ("dynamic", "shape", "accents", "soft", "snare", "snare_voice", "ghosts"),
    "bass": ("dynamic", "gate"),
    "melody": (),
}
FOLLOWED: dict[str, tuple[Field, ...]] = {
    stage: tuple(field for field in FIELDS[stage] if field[1] not in unfollowed)
    for stage, unfollowed in UNFOLLOWED.items()
}

# What each reader sees. All but chords and drums tell of what they follow, too.
READERS: dict[str, tuple[Field, ...]] = {
    "chords": FIELDS["chords"],
    "drums": FIELDS["drums"],
    "bass": FIELDS["bass"] + FOLLOWED["chords"] + FOLLOWED["drums"],
    "melody": FIELDS["melody"] + FOLLOWED["chords"] + (("drums", "swing"),),
    "harmony": FIELDS["harmony"] + sum(FOLLOWED.values(), ()),
    "mix": sum(FIELDS.values(), ()),
    **{f"{stage} alone": FIELDS[stage] for stage in ("bass", "melody", "harmony")},
}

STREAM = 0xCE11  # sets the songs' seeds apart from every catalogue's
NARROWEST = 1e-9  # a range that is a single point counts as this wide

# Gauss and Legendre's rule moved to 0 to 1: exact for powers below 256, hence for as many trials.
_NODES, _NODE_WEIGHTS = np.polynomial.legendre.leggauss(128)
_PLACES, _PLACE_LOGS = (_NODES + 1) / 2, np.log(_NODE_WEIGHTS / 2)


def measure(seed: int, songs_per_colour: int) -> dict[str, Any]:
    """The shares of sections and of songs whose colour each reader tells.

    Args:
        seed: the same one gives the same figures.
        songs_per_colour: of each colour that has a card; a hundred take about half a minute.

    Returns:
        ``section`` and ``song``, each with a share for every one of ``READERS``, and what they
        were measured on.
    """
    counts = confusions(seed, songs_per_colour)
    shares = {
        length: {name: round(float(np.trace(c) / c.sum()), 4) for name, c in of_readers.items()}
        for length, of_readers in counts.items()
    }
    return {"colours": list(cards()), "songs_per_colour": songs_per_colour, **shares}


def confusions(seed: int, songs_per_colour: int) -> dict[str, dict[str, Counts]]:
    """For ``section`` and ``song``, what each reader takes each colour for."""
    size = len(cards())
    counts = {
        length: {name: np.zeros((size, size), np.int64) for name in READERS}
        for length in ("section", "song")
    }
    for index, colour in enumerate(cards()):
        for song in range(songs_per_colour):
            sections = song_seen(colour, (seed, STREAM, index, song))
            for section in sections:
                _count(counts["section"], index, section)
            _count(counts["song"], index, together(sections))
    return counts


def _count(counts: Mapping[str, Counts], true: int, seen: Seen) -> None:
    known = tuple(cards().values())
    logs = {field: log_likelihoods(field, what, known) for field, what in seen.items()}
    for name, fields in READERS.items():
        total = np.sum([logs[field] for field in fields if field in logs], axis=0)
        counts[name][true, total.argmax()] += 1


def song_seen(colour: str, seed: Sequence[int]) -> list[Seen]:
    """What there is to see in each section of a song, composed as the catalogue's songs are."""
    rng = Noting(seed)
    context = draw_context(rng)
    card = song_card(cards()[colour], rng)
    sections = []
    for _ in range(SECTIONS):
        first = len(rng.notes)
        compose_section(card, context, rng)
        sections.append({**_noted(card, rng.notes[first:]), **_direct(card)})
    return sections


def _noted(card: Card, notes: Sequence[Note]) -> Seen:
    """Notes by the field of the song's card that was asked; others are not of its colour."""
    fields = {id(value_of(card, field)): field for group in FIELDS.values() for field in group}
    found: Seen = defaultdict(list)
    for note in notes:
        if (field := fields.get(id(note.tendency))) is not None:
            found[field].append(note)
    return found


def _direct(card: Card) -> Seen:
    """What is used without a choice."""
    return {field: value_of(card, field)[0] for field in NUMBERS}


def value_of(card: Card, field: Field) -> Any:
    """Weights or a range of a card."""
    stage, name = field
    return getattr(getattr(card, stage), name)


def together(sections: Sequence[Seen]) -> Seen:
    """What a song's sections show: choices add up, what is the same in all is seen once."""
    found: Seen = {}
    for section in sections:
        for field, what in section.items():
            found[field] = found.get(field, []) + what if isinstance(what, list) else what
    return found


def log_likelihoods(field: Field, seen: Any, known: Sequence[Card]) -> Floats:
    """Of what was seen of a field, under each card's colour: ``(cards,)``."""
    return strayed(
        np.array([_log_likelihood(field, seen, value_of(card, field)) for card in known])
    )


def strayed(logs: Floats) -> Floats:
    """Of a song's field, from that of each card: it is any card's with chance ``STRAY``."""
    top = logs.max()
    shares = np.exp(logs - top)
    with np.errstate(divide="ignore"):  # without strays, what a card can't do has no chance
        return np.asarray(top + np.log((1 - STRAY) * shares + STRAY * shares.mean()))


def _log_likelihood(field: Field, seen: Any, value: Any) -> float:
    if field in NUMBERS:
        return number_log_likelihood(value, seen)
    if isinstance(value, tuple):
        return happenings_log_likelihood(value, seen)
    return choices_log_likelihood(value, seen)


def choices_log_likelihood(weights: Mapping[Any, float], notes: Sequence[Note]) -> float:
    """Of names that were chosen by a song's own weights, drawn around a card's.

    One after the other, each by its predictive probability: the name's share of the card's weights
    and of what was chosen before (Dirichlet-multinomial; Blackwell and MacQueen 1973, "Ferguson
    distributions via Pólya urn schemes"). Where only some names are possible, it is the share among
    them. That is exact where all choices are among the same; where they differ, as for the chords'
    extensions, it agrees with an average over drawn weights to a thousandth of the songs. Songs
    leave out weights below a thousandth, which is neglected here.
    """
    scale = CLOSENESS / sum(weights.values())
    counts = {name: scale * weight for name, weight in weights.items()}
    found = 0.0
    for note in notes:
        possible = [name for name in note.among or counts if name in counts]
        if not possible and note.answer == note.among[0]:
            continue  # the only thing that could come out
        if note.answer not in possible:
            return -inf
        found += log(counts[note.answer] / sum(counts[name] for name in possible))
        counts[note.answer] += 1
    return found


def happenings_log_likelihood(bounds: Range, notes: Sequence[Note]) -> float:
    """Of what did and did not happen, each as likely as one point of a range: its mean over it."""
    low, high = bounds
    p = low + (high - low) * _PLACES
    happened = sum(bool(note.answer) for note in notes)
    logs = _PLACE_LOGS + _times_log(happened, p) + _times_log(len(notes) - happened, 1 - p)
    return float(np.logaddexp.reduce(logs))


def _times_log(times: int, p: Floats) -> Floats:
    """Logarithm of a power; 0 where it is the power of nothing, also of a probability of 0."""
    with np.errstate(divide="ignore"):
        return times * np.log(p) if times else np.zeros_like(p)


def number_log_likelihood(bounds: Range, number: float) -> float:
    """Of a number that is seen as it is: its density, the same everywhere in its range."""
    low, high = bounds
    return -log(max(high - low, NARROWEST)) if low <= number <= high else -inf


def nearest(counts: Counts, pairs: int) -> list[tuple[str, str, float]]:
    """The colours most often taken for each other, and the share of both that is."""
    names = list(cards())
    shares = counts / counts.sum(axis=1, keepdims=True)
    mixed = np.triu(shares + shares.T, 1) / 2
    places = np.argsort(-mixed, axis=None, kind="stable")[:pairs]
    rows, columns = np.unravel_index(places, mixed.shape)
    return [
        (names[row], names[column], float(mixed[row, column]))
        for row, column in zip(rows, columns, strict=True)
    ]


def main() -> None:
    """Compose and print."""
    songs = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    for length, of_readers in confusions(0, songs).items():
        for name, counts in of_readers.items():
            right = np.trace(counts) / counts.sum()
            pairs = ", ".join(f"{a}/{b} {s:.1%}" for a, b, s in nearest(counts, 4) if s)
            sys.stdout.write(f"{length:8} {name:13} {right:.1%}  {pairs}\n{counts}\n")


if __name__ == "__main__":
    main()
