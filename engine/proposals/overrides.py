"""What a person says on the command line instead of what a document says."""

from __future__ import annotations

from dataclasses import dataclass

from documents.findings import UnreadableError, shown
from documents.music import A_METER, checked_tempo, key_from_text, meter_from_text
from genomes.keys import Key
from genomes.time import Meter


@dataclass(frozen=True, slots=True)
class Overrides:
    """Replacements for the fields of every song in a reading; None leaves a field alone.

    Attributes:
        meter: instead of the document's tempo field (``--meter``).
        tempo_bpm: instead of bpm, in beats per minute (``--bpm``); 10 to 400.
        key: instead of the key (``--key``).

    Raises:
        ValueError: if ``tempo_bpm`` is out of range.
    """

    meter: Meter | None = None
    tempo_bpm: float | None = None
    key: Key | None = None

    def __post_init__(self) -> None:
        if self.tempo_bpm is not None:
            object.__setattr__(self, "tempo_bpm", checked_tempo(self.tempo_bpm))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of those that were given."""
        return tuple(each for each in ("meter", "tempo_bpm", "key") if getattr(self, each))

    @classmethod
    def parse(
        cls,
        *,
        meter: str | None = None,
        tempo_bpm: str | float | None = None,
        key: str | None = None,
    ) -> Overrides:
        """Read what was typed, as leniently as a document; raises ValueError on one line."""
        return cls(
            meter=None if meter is None else _typed_meter(meter),
            tempo_bpm=None if tempo_bpm is None else checked_tempo(tempo_bpm),
            key=None if key is None else key_from_text(key).value,
        )


def _typed_meter(text: str) -> Meter:
    meter = meter_from_text(text)
    if meter is None:
        raise UnreadableError("meter", shown(text), A_METER)
    return meter


NO_OVERRIDES = Overrides()
