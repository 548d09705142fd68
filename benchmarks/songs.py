"""Twenty songs across the meters, modes, tempos and colours that people write in."""

from engine.proposals import Proposal, demo_paths, read
from engine.proposals.proposal import understand

# Beside the demonstration songs: colour, key, meter, tempo in beats a minute.
OWN = (
    ("Green", "E phrygian", "4/4", 90),
    ("Blue", "Db lydian", "6/8", 60),
    ("Red", "B locrian", "4/4", 140),
    ("Orange", "G harmonic minor", "7/8", 150),
    ("Violet", "F melodic minor", "5/4", 72),
    ("Black", "Ab major", "12/8", 66),
    ("White", "D dorian", "9/8", 88),
    ("Yellow", "C# minor", "2/4", 170),
    ("Indigo", "Eb mixolydian", "11/8", 112),
    ("Green", "G major", "13/8", 124),
    ("Blue", "F lydian", "5/8", 200),
)


def own_song(colour: str, key: str, meter: str, bpm: float) -> Proposal:
    """A song of our own in any context."""
    fields = {"rainbow_color": colour, "key": key, "tempo": meter, "bpm": bpm}
    text = {"title": f"{key} in {meter}", "concept": "A lamp is left on for whoever comes home."}
    proposal = understand(text | fields, "own.yml")
    assert isinstance(proposal, Proposal), proposal
    return proposal


def songs() -> list[Proposal]:
    """The nine demonstration songs and our own."""
    return [*read(demo_paths()).proposals, *(own_song(*facts) for facts in OWN)]
