"""Songs as sound: played by FluidSynth where it is installed, else by a small synthesis."""

from engine.audio.files import FORMATS, audio_bytes, write_audio
from engine.audio.pcm import MAX_SECONDS, SAMPLE_RATE, TAIL_SECONDS, Audio
from engine.audio.rendering import Rendering, render, render_stems

__all__ = [
    "FORMATS",
    "MAX_SECONDS",
    "SAMPLE_RATE",
    "TAIL_SECONDS",
    "Audio",
    "Rendering",
    "audio_bytes",
    "render",
    "render_stems",
    "write_audio",
]
