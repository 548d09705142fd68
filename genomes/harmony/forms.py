"""Forms: which textures sound in which phrase, and writing the bars of one."""

from __future__ import annotations

from collections.abc import Sequence

from genomes.harmony.genome import DRONE, ECHO, LINE, PAD, SIXTHS, TEXTURES, THIRDS, Bar, Layer
from genomes.harmony.writing import Arranger, write

# What may sound together, besides each texture alone.
PAIRS = ((PAD, LINE), (DRONE, LINE), (DRONE, THIRDS), (PAD, THIRDS), (SIXTHS, THIRDS), (PAD, ECHO))

# What replaces a texture made from the melody where there is no melody, or it gives no tones.
FALLBACK_TEXTURES = {THIRDS: LINE, SIXTHS: PAD, ECHO: LINE}

# Phrases of a section: how much of its material each holds, 0 nothing, 1 the first, 2 both.
FORMS: dict[str, tuple[int, ...]] = {
    "throughout": (1, 1, 1, 1),
    "enters": (0, 1, 1, 1),
    "late": (0, 0, 1, 1),
    "close": (0, 0, 0, 1),
    "answers": (0, 1, 0, 1),
    "opens": (1, 0, 1, 0),
    "grows": (0, 1, 1, 2),
    "builds": (1, 1, 2, 2),
    "full": (2, 2, 2, 2),
    "arch": (1, 2, 2, 1),
}
# The forms in which much is silent.
SPARSE_FORMS = ("enters", "late", "close", "answers", "opens", "grows")

# Phrases of a form.
PHRASES = 4


def phrase_of(bar: int, bars: int) -> int:
    """Index of the phrase of a bar, in a section of so many bars."""
    return bar * PHRASES // bars


def closes_phrase(bar: int, bars: int) -> bool:
    """Whether a bar is the last of its phrase."""
    return phrase_of(bar + 1, bars) > phrase_of(bar, bars)


def write_bar(textures: Sequence[str], arranger: Arranger, bar: int, before: Bar) -> Bar:
    """A bar of one or two textures; a texture that gives no tones is left out.

    Single lines are written first, so that a pad only gets the voices that they do not use.
    """
    layers: list[Layer] = []
    for texture in sorted(textures, key=_voice_count):
        previous = next((layer for layer in before if layer.texture == texture), None)
        written = write(texture, arranger, bar, previous)
        layer = without_taken_voices(written, layers) if written else None
        if layer is not None:
            layers.append(layer)
    return tuple(layers)


def _voice_count(texture: str) -> int:
    return len(TEXTURES[texture].voices)


def without_taken_voices(layer: Layer, others: Sequence[Layer]) -> Layer | None:
    """The layer without the voices that the others use; None where no tone is left."""
    taken = {voice for other in others for voice in other.voices}
    tones = tuple(tone for tone in layer.tones if tone.voice not in taken)
    return Layer(layer.texture, tones) if tones else None


def playable(textures: Sequence[str], arranger: Arranger) -> tuple[str, ...]:
    """The textures, those that need a melody replaced where there is none; each once."""
    has_melody = bool(arranger.constraints.melody)
    fitting = (
        texture if has_melody or not TEXTURES[texture].needs_melody else FALLBACK_TEXTURES[texture]
        for texture in textures
    )
    return tuple(dict.fromkeys(fitting))
