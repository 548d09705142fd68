"""The values that preferences are learned from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Preference:
    """One candidate was preferred to another of its stage, song and section."""

    song: str  # id: the group of cross-validation
    stage: str
    section: str  # its label
    preferred: str  # candidate id
    other: str  # candidate id
    weight: float  # in (0, 1]: 1 for approved over rejected, less for what was shown and passed by
    reason: str  # such as "approved over rejected"
    decided_at: int  # position in the log, so that decisions can be taken in their order
