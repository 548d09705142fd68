"""How much each rule counts in the theory of its stage, and what it was chosen on.

Chords: fitted to a person's decisions (``benchmarks.rule_weights``), leave-one-song-out chose the
strongest ridge, so the weights were set by hand near equal: ``progression`` more for what songs
do, ``clean_sound``, about which the decisions say nothing, less. ``key`` costs theory some
agreement (.79 with a half, .77 with a whole) and the total none; with a half, fewer survivors
were in the stated key.

The other stages have no decisions to fit. Their weights were set by hand: more for the rules that
real rock and pop told of and that survivors broke most.
"""

from __future__ import annotations

DECISIONS = "a person's decisions about chord loops"
CHARTS, POP, ROCK = "charted songs", "pop songs", "rock files"
PRACTICE = "textbook practice, shown by pairs of a better and a worse part"

# Stage -> rule -> its weight against the others of the stage, and what the rule was chosen on.
WEIGHTS: dict[str, dict[str, tuple[float, str]]] = {
    "chords": {
        "plain_ground": (1.0, DECISIONS),
        "steady_changes": (1.0, DECISIONS),
        "resolution": (1.0, DECISIONS),
        "space": (1.0, DECISIONS),
        "clean_sound": (0.5, PRACTICE),
        "progression": (2.0, CHARTS),
        "home": (1.0, CHARTS),
        "key": (1.0, CHARTS),
        "loops": (1.0, CHARTS),
        "root_position": (1.0, CHARTS),
    },
    "drums": {
        "anchors": (2.0, ROCK),
        "backbeat": (2.0, ROCK),
        "steady_time": (4.5, ROCK),
        "loop": (1.0, PRACTICE),
        "phrase_ends": (1.0, PRACTICE),
        "accents": (1.0, PRACTICE),
        "energy": (1.0, ROCK),
        "room": (0.5, PRACTICE),
        "dynamics": (1.0, PRACTICE),
        "comfort": (1.0, PRACTICE),
    },
    "bass": {
        "grounding": (1.0, PRACTICE),
        "no_sour_notes": (1.0, PRACTICE),
        "with_the_kick": (1.0, PRACTICE),
        "line": (1.0, PRACTICE),
        "riff": (1.0, PRACTICE),
        "last_bar": (0.5, PRACTICE),
        "room": (3.5, ROCK),
        "low_end": (2.0, ROCK),
    },
    "melody": {
        "strong_beats": (0.5, PRACTICE),
        "dissonance": (1.0, PRACTICE),
        "intervals": (1.0, PRACTICE),
        "shape": (1.0, PRACTICE),
        "motif": (1.0, PRACTICE),
        "returns": (2.75, POP),
        "moves": (1.75, POP),
        "rhythm": (1.0, POP),
        "pickups": (1.5, POP),
        "syncopation": (1.0, POP),
        "room": (1.75, POP),
        "endings": (2.0, POP),
        "entries": (1.0, PRACTICE),
        "prosody": (1.0, PRACTICE),
    },
    "harmony": {
        "sweetness": (1.0, PRACTICE),
        "contrary_motion": (1.0, PRACTICE),
        "independence": (1.0, PRACTICE),
        "smooth_leading": (1.0, PRACTICE),
        "distance_from_melody": (1.0, PRACTICE),
        "spacing": (1.0, PRACTICE),
        "room": (1.0, PRACTICE),
        "entries": (1.0, PRACTICE),
        "returns": (1.0, PRACTICE),
    },
}

# The same for rules that only apply where the context has what they compare a part with.
WEIGHTS_IN_CONTEXT: dict[str, dict[str, tuple[float, str]]] = {
    "chords": {"under_melody": (10.0, PRACTICE)},  # about half of the whole
}
