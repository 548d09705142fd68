"""What the chord rules know of music: intervals and chord qualities, each with its worth."""

from __future__ import annotations

# How strongly one root leads to the next, by the semitones between them going up.
ROOT_MOTION_STRENGTH: dict[int, float] = {
    0: 0.1,  # standing still
    1: 0.7,  # leading tone to tonic
    2: 0.7,  # subtonic to tonic
    3: 0.5,
    4: 0.5,
    5: 1.0,  # dominant to tonic
    6: 0.2,  # the tritone leads nowhere
    7: 0.8,  # plagal
    8: 0.6,
    9: 0.6,
    10: 0.7,  # supertonic to tonic
    11: 0.8,  # a semitone from above
}

# How well the bass walks, by the size of its interval in semitones.
BASS_MOVE_WORTH: dict[int, float] = {
    0: 0.1,
    1: 1.0,
    2: 1.0,
    3: 0.8,
    4: 0.8,
    5: 0.9,
    6: 0.3,
    7: 0.9,
    8: 0.5,
    9: 0.5,
    10: 0.4,
    11: 0.3,
    12: 0.5,
}
WIDER_BASS_MOVE = 0.2

# How smoothly the top voice goes from chord to chord, by the size of its interval in semitones.
TOP_MOVE_SMOOTHNESS: dict[int, float] = {0: 0.8, 1: 1.0, 2: 1.0, 3: 0.8, 4: 0.7, 5: 0.5, 7: 0.3}
WIDER_TOP_MOVE = 0.1

# How plain a chord is to play and to hear, by its semitones above the root.
PLAINNESS: dict[frozenset[int], float] = {
    frozenset(intervals): plainness
    for plainness, qualities in {
        1.0: ((0, 4, 7), (0, 3, 7), (0, 7)),
        0.8: ((0, 2, 7), (0, 5, 7), (0, 4, 7, 10), (0, 3, 7, 10), (0, 4, 7, 11)),
        0.7: ((0, 2, 4, 7), (0, 2, 3, 7), (0, 4, 7, 9), (0, 3, 7, 9)),
        0.4: ((0, 3, 6), (0, 4, 8), (0, 3, 6, 10), (0, 3, 6, 9), (0, 3, 7, 11)),
    }.items()
    for intervals in qualities
}
FOUR_NOTES, MORE_NOTES = 0.4, 0.2  # anything else, by how many notes it has
INVERTED = 0.9  # a chord over another of its notes is a little harder to find

# How much two notes rub, by the semitones between them: the lowest pitch of the lower note at
# which it rubs no more, and the amount of rub below it. Minor ninths are sour in any register;
# close intervals turn to mud as they go down (low interval limits as arrangers teach them).
RUBS: dict[int, tuple[int, float]] = {
    13: (128, 2.0),
    1: (128, 0.5),
    2: (51, 1.0),
    3: (46, 1.0),
    4: (44, 1.0),
    5: (36, 1.0),
    6: (41, 1.0),
}
