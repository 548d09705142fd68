"""The highest accuracy that any model can reach on composed songs, as their cards overlap.

It is the accuracy of the Bayes classifier of all random choices behind a song: a reader who knows
every card and sees every draw. The notes follow from the draws, so nothing that hears the notes is
right more often. The reader sees more than can be heard (whole sections, exact numbers, a fill that
two parts hide): this is an upper bound, and how near to it the notes allow one to come isn't known.

White is left out: it has no card, being cut up from the songs of the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import inf, log
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from training.composed.cards import Card, Range, StageCard, cards
from training.composed.draws import (
    CONCENTRATION,
    OTHER_CARD_CHANCE,
    SECTIONS,
    Draw,
    RecordingGenerator,
    draw_context,
    song_card,
)
from training.composed.examples import PART_STAGES
from training.composed.songs import compose_section

Floats = NDArray[np.float64]
Field = tuple[str, str]  # stage, field of its card
Seen = dict[Field, Any]  # the draws of a field; of a number, itself

CARD_OF_STAGE: dict[str, type[StageCard]] = {
    field.name: field.type for field in msgspec.structs.fields(Card) if field.name in PART_STAGES
}
FIELDS: dict[str, tuple[Field, ...]] = {
    stage: tuple((stage, name) for name in card.__struct_fields__)
    for stage, card in CARD_OF_STAGE.items()
}

# Numbers of a song's card that every section uses as they are.
NUMBERS: tuple[Field, ...] = (("bass", "rests"), ("melody", "width"), ("melody", "gate"))

# Fields of earlier parts that later parts cannot show: how those are played, not what they are.
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
    """The shares of sections and of songs whose colour each classifier recognises.

    Args:
        seed: the same one gives the same figures.
        songs_per_colour: of each colour that has a card; a hundred take about half a minute.

    Returns:
        ``section`` and ``song``, each with a share for every one of ``READERS``, and what they
        were measured on.
    """
    right: dict[str, list[dict[str, bool]]] = {"section": [], "song": []}
    for index, colour in enumerate(cards()):
        for song in range(songs_per_colour):
            sections = song_seen(colour, (seed, STREAM, index, song))
            right["section"] += [_right(index, section) for section in sections]
            right["song"].append(_right(index, together(sections)))
    shares = {
        length: {name: round(float(np.mean([one[name] for one in found])), 4) for name in READERS}
        for length, found in right.items()
    }
    return {"colours": list(cards()), "songs_per_colour": songs_per_colour, **shares}


def _right(true: int, seen: Seen) -> dict[str, bool]:
    """Whether each reader finds the true card the likeliest."""
    known = tuple(cards().values())
    logs = {field: log_likelihoods(field, what, known) for field, what in seen.items()}
    totals = {
        name: np.sum([logs[field] for field in fields if field in logs], axis=0)
        for name, fields in READERS.items()
    }
    return {name: bool(total.argmax() == true) for name, total in totals.items()}


def song_seen(colour: str, seed: Sequence[int]) -> list[Seen]:
    """The observable choices in each section of a song, composed like the catalogue's songs."""
    rng = RecordingGenerator(seed)
    context = draw_context(rng)
    card = song_card(cards()[colour], rng)
    sections = []
    for _ in range(SECTIONS):
        first = len(rng.draws)
        compose_section(card, context, rng)
        numbers = {field: value_of(card, field)[0] for field in NUMBERS}
        sections.append({**_drawn(card, rng.draws[first:]), **numbers})
    return sections


def _drawn(card: Card, draws: Sequence[Draw]) -> Seen:
    """Draws by the field of the song's card that they were made by; others tell no colour."""
    fields = {id(value_of(card, field)): field for group in FIELDS.values() for field in group}
    found: Seen = defaultdict(list)
    for draw in draws:
        if (field := fields.get(id(draw.weights))) is not None:
            found[field].append(draw)
    return found


def value_of(card: Card, field: Field) -> Any:
    """Weights or a range of a card."""
    stage, name = field
    return getattr(getattr(card, stage), name)


def together(sections: Sequence[Seen]) -> Seen:
    """The observations of a song: choices of all sections; what all sections share counts once."""
    found: Seen = {}
    for section in sections:
        for field, what in section.items():
            found[field] = found.get(field, []) + what if isinstance(what, list) else what
    return found


def log_likelihoods(field: Field, seen: Any, known: Sequence[Card]) -> Floats:
    """Of what was seen of a field, under each card's colour: ``(cards,)``."""
    return with_other_cards(
        np.array([_log_likelihood(field, seen, value_of(card, field)) for card in known])
    )


def with_other_cards(logs: Floats) -> Floats:
    """Log likelihoods of a field that comes from any card with chance ``OTHER_CARD_CHANCE``."""
    top = logs.max()
    shares = np.exp(logs - top)
    with np.errstate(divide="ignore"):  # a chance of 0 gives minus infinity
        return np.asarray(
            top + np.log((1 - OTHER_CARD_CHANCE) * shares + OTHER_CARD_CHANCE * shares.mean())
        )


def _log_likelihood(field: Field, seen: Any, value: Any) -> float:
    if field in NUMBERS:
        return number_log_likelihood(value, seen)
    if isinstance(value, tuple):
        return chances_log_likelihood(value, seen)
    return choices_log_likelihood(value, seen)


def choices_log_likelihood(weights: Mapping[Any, float], draws: Sequence[Draw]) -> float:
    """Log likelihood of chosen names; a song's weights are Dirichlet distributed around a card's.

    One after the other, each by its predictive probability: the name's share of the card's weights
    and of what was chosen before (Dirichlet-multinomial; Blackwell and MacQueen 1973, "Ferguson
    distributions via Pólya urn schemes"). Where only some names are possible, it is the share among
    them. That is exact where all choices are among the same; where they differ, as for the chords'
    extensions, it agrees with an average over drawn weights to a thousandth of the songs. Songs
    leave out weights below a thousandth, which is neglected here.
    """
    scale = CONCENTRATION / sum(weights.values())
    counts = {name: scale * weight for name, weight in weights.items()}
    found = 0.0
    for draw in draws:
        possible = [name for name in draw.among or counts if name in counts]
        if not possible and draw.outcome == draw.among[0]:
            continue  # the only thing that could come out
        if draw.outcome not in possible:
            return -inf
        found += log(counts[draw.outcome] / sum(counts[name] for name in possible))
        counts[draw.outcome] += 1
    return found


def chances_log_likelihood(bounds: Range, draws: Sequence[Draw]) -> float:
    """Of what did and did not happen, each as likely as one point of a range: its mean over it."""
    low, high = bounds
    p = low + (high - low) * _PLACES
    happened = sum(bool(draw.outcome) for draw in draws)
    logs = _PLACE_LOGS + _times_log(happened, p) + _times_log(len(draws) - happened, 1 - p)
    return float(np.logaddexp.reduce(logs))


def _times_log(times: int, p: Floats) -> Floats:
    """Logarithm of a power; 0 where it is the power of nothing, also of a probability of 0."""
    with np.errstate(divide="ignore"):
        return times * np.log(p) if times else np.zeros_like(p)


def number_log_likelihood(bounds: Range, number: float) -> float:
    """Of a number that is seen as it is: its density, the same everywhere in its range."""
    low, high = bounds
    return -log(max(high - low, NARROWEST)) if low <= number <= high else -inf
