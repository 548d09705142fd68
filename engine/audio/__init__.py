"""Songs as sound: played by FluidSynth where it is installed, else by a small synthesis."""

from engine.audio.files import FORMATS, write_audio
from engine.audio.pcm import SAMPLE_RATE, TAIL_SECONDS, Audio
from engine.audio.rendering import Rendering, render, render_stems

__all__ = [
    "FORMATS",
    "SAMPLE_RATE",
    "TAIL_SECONDS",
    "Audio",
    "Rendering",
    "render",
    "render_stems",
    "write_audio",
]
