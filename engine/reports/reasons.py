"""Why a candidate was chosen, in one line of a musician's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.reports.readings import most_likely
from genomes.melody.setting import OVERPACKED
from store.events import Heard, Terms

# Stage -> rule -> what is said where a part keeps it, and where it doesn't.
PHRASES: dict[str, dict[str, tuple[str, str]]] = {
    "chords": {
        "plain_ground": ("mostly plain chords", "many unusual chords"),
        "steady_changes": ("even changes", "uneven changes"),
        "resolution": ("tensions resolve", "tensions stay open"),
        "space": ("sparse playing", "busy playing"),
        "clean_sound": ("clear voicings", "rubbing voicings"),
        "progression": ("a usual progression", "an unusual progression"),
        "home": ("starts and ends at home", "hardly at home"),
        "key": ("clearly in its key", "its key is unclear"),
        "loops": ("comes round", "no loop"),
        "root_position": ("roots in the bass", "many inversions"),
        "under_melody": ("suits the melody", "rubs against the melody"),
    },
    "drums": {
        "anchors": ("firm kick", "kick off the downbeats"),
        "backbeat": ("clear backbeat", "unclear backbeat"),
        "steady_time": ("steady time", "unusual time-keeping"),
        "loop": ("a loop with variation", "too alike or too varied"),
        "phrase_ends": ("marks the phrase ends", "phrase ends unmarked"),
        "accents": ("accents on strong beats", "accents off the beat"),
        "energy": ("fits the section's energy", "another energy than the section's"),
        "room": ("leaves room", "dense"),
        "dynamics": ("lively dynamics", "flat dynamics"),
        "comfort": ("easy to play", "hard to play"),
    },
    "bass": {
        "grounding": ("roots where chords begin", "few roots where chords begin"),
        "no_sour_notes": ("fits the chords", "sour notes"),
        "with_the_kick": ("locked to the kick", "apart from the kick"),
        "line": ("smooth line", "leaping line"),
        "riff": ("a riff that returns", "no riff"),
        "last_bar": ("leads back to the start", "the end doesn't lead back"),
        "room": ("as many notes as the energy wants", "too few or too many notes"),
        "low_end": ("low and within a hand's reach", "high or widely spread"),
    },
    "melody": {
        "strong_beats": ("chord notes on strong beats", "foreign notes on strong beats"),
        "dissonance": ("smooth passing notes", "unprepared dissonances"),
        "intervals": ("easy to sing", "hard leaps"),
        "shape": ("phrases with a peak", "flat phrases"),
        "motif": ("phrases take up each other", "unrelated phrases"),
        "returns": ("bars that come again", "few returning bars"),
        "moves": ("moves as songs do", "unusual moves"),
        "rhythm": ("a song's rhythm", "unusual rhythm"),
        "pickups": ("pick-ups into the bars", "few pick-ups"),
        "syncopation": ("sung between the beats", "another syncopation than songs have"),
        "room": ("room to breathe", "too full or too empty"),
        "endings": ("phrases come to rest", "phrases end restlessly"),
        "entries": ("phrases join well", "phrases begin far off"),
        "prosody": ("stresses on the beat", "stresses off the beat"),
    },
    "harmony": {
        "sweetness": ("sweet with the melody", "rubs with the melody"),
        "contrary_motion": ("moves against the melody", "follows the melody"),
        "independence": ("moves while the melody holds", "moves with the melody"),
        "smooth_leading": ("smooth voices", "leaping voices"),
        "distance_from_melody": ("well below the melody", "too near or far from the melody"),
        "spacing": ("open spacing", "close spacing"),
        "room": ("leaves room", "another pace than the section's"),
        "entries": ("well-placed entries", "entries at odd places"),
        "returns": ("bars that come again", "few returning bars"),
    },
}

# From here a rule is kept, and up to here it is broken; a strength and a weakness more is no news.
KEPT, BROKEN = 0.7, 0.5
MAX_STRENGTHS = 2

# What a rule is compared with where there is no other candidate.
USUAL = 0.7


def reason(
    stage: str,
    terms: Mapping[str, float],
    others: Sequence[Terms],
    heard: Heard | None,
    colour: str,
    sung: Sequence[Mapping[str, Any]] = (),
) -> str:
    """What speaks for a candidate, and the most that speaks against it; empty if nothing does.

    Args:
        stage: its stage.
        terms: the terms of its total.
        others: terms of the candidates that it is seen beside; what it does better comes first.
        heard: the model's prediction; None without a model.
        colour: the song's colour.
        sung: how each line of its words fits, as a melody's description has it.
    """
    rules = {
        name: (terms[f"theory.{name}"], phrases)
        for name, phrases in PHRASES[stage].items()
        if f"theory.{name}" in terms
    }
    ahead = {name: rules[name][0] - _usual(f"theory.{name}", others) for name in rules}
    ranked = sorted(rules, key=lambda name: (-ahead[name], -rules[name][0]))
    strengths = [rules[name][1][0] for name in ranked if rules[name][0] >= KEPT][:MAX_STRENGTHS]
    weaknesses = [rules[name][1][1] for name in reversed(ranked) if rules[name][0] <= BROKEN][:1]
    against = [*_unfit_words(sung), *weaknesses, *_sounds(heard, colour)]
    return "; but ".join(filter(None, (", ".join(strengths), ", ".join(against))))


def _usual(term: str, others: Sequence[Terms]) -> float:
    known = [other[term] for other in others if term in other]
    return sum(known) / len(known) if known else USUAL


def _unfit_words(sung: Sequence[Mapping[str, Any]]) -> list[str]:
    """That words aren't sung, or crowd the notes."""
    unsung = sum(line["unsung"] for line in sung)
    if unsung:
        return [f"{unsung} syllable{'s' if unsung > 1 else ''} unsung"]
    return ["crowded words"] if any(line["verdict"] == OVERPACKED for line in sung) else []


def _sounds(heard: Heard | None, colour: str) -> list[str]:
    """What the model says against it: it is of another colour, or no music that it knows."""
    if heard is None:
        return []
    if not heard.passes:
        return ["unlike the music that the model knows"]
    likely = most_likely(heard).get("colour", colour)
    return [] if likely == colour else [f"sounds {likely} more than {colour}"]
