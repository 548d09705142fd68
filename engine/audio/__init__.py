"""Songs as sound: played by FluidSynth where it is installed, else by a small synthesis."""

from engine.audio.rendering import Rendering, player, render, render_stems
from engine.audio.samples import (
    FORMATS,
    MAX_SECONDS,
    SAMPLE_RATE,
    TAIL_SECONDS,
    Audio,
    Tags,
    audio_bytes,
    write_audio,
)

__all__ = [
    "FORMATS",
    "MAX_SECONDS",
    "SAMPLE_RATE",
    "TAIL_SECONDS",
    "Audio",
    "Rendering",
    "Tags",
    "audio_bytes",
    "player",
    "render",
    "render_stems",
    "write_audio",
]
