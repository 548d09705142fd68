"""Songs as sound: played by FluidSynth where it is installed, else by a small synthesis."""

from engine.audio.rendering import player
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
from engine.audio.takes import Rendering, render, render_stems

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
