"""Forms: which textures sound in which phrase, and writing the bars of one."""

from __future__ import annotations

from collections.abc import Sequence

from genomes.harmony.genome import DRONE, ECHO, LINE, PAD, SIXTHS, TEXTURES, THIRDS, Bar, Layer
from genomes.harmony.writing import Arranger, write

# What may sound together, besides each texture alone.
PAIRS = ((PAD, LINE), (DRONE, LINE), (DRONE, THIRDS), (PAD, THIRDS), (SIXTHS, THIRDS), (PAD, ECHO))

# What stands for a texture of the melody where there is none, or it has nothing to say.
INSTEAD = {THIRDS: LINE, SIXTHS: PAD, ECHO: LINE}

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
# Those with much silence.
SPARSE_FORMS = ("enters", "late", "close", "answers", "opens", "grows")


# Phrases that a form tells of.
PHRASES = 4


def phrase_of(bar: int, bars: int) -> int:
    """The phrase that a bar of a section of so many lies in."""
    return bar * PHRASES // bars


def closes_phrase(bar: int, bars: int) -> bool:
    """Whether a bar is the last of its phrase."""
    return phrase_of(bar + 1, bars) > phrase_of(bar, bars)


def write_bar(textures: Sequence[str], arranger: Arranger, bar: int, before: Bar) -> Bar:
    """A bar of one or two textures; what has nothing to say is left out.

    Single lines are written first: a pad leaves them their voice.
    """
    layers: list[Layer] = []
    for texture in sorted(textures, key=_voice_count):
        again = next((layer for layer in before if layer.texture == texture), None)
        written = write(texture, arranger, bar, again)
        layer = beside(written, layers) if written else None
        if layer is not None:
            layers.append(layer)
    return tuple(layers)


def _voice_count(texture: str) -> int:
    return len(TEXTURES[texture].voices)


def beside(layer: Layer, others: Sequence[Layer]) -> Layer | None:
    """What of a layer's voices the others leave free, if anything."""
    taken = {voice for other in others for voice in other.voices}
    tones = tuple(tone for tone in layer.tones if tone.voice not in taken)
    return Layer(layer.texture, tones) if tones else None


def playable(textures: Sequence[str], arranger: Arranger) -> tuple[str, ...]:
    """Textures, with others for what needs a melody where there is none; each once."""
    has_melody = bool(arranger.constraints.melody)
    fitting = (
        texture if has_melody or not TEXTURES[texture].needs_melody else INSTEAD[texture]
        for texture in textures
    )
    return tuple(dict.fromkeys(fitting))
