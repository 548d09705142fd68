"""Loudness by ITU-R BS.1770, and how loud each part of a song is beside its melody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from engine.audio.samples import PEAK, SAMPLE_RATE, Samples, peak

# Integrated loudness of each stage's part over the whole song, in LU against the melody's. The
# lead stands out, and the rest is near it in loudness: Pestana and Reiss, "Intelligent audio
# production strategies informed by best practices", AES 53rd conference, 2014. What accompanies
# with chords is 4 to 9 LU under the melody, and nothing more than 12.
STAGE_LOUDNESS_LU: dict[str, float] = {
    "melody": 0.0,
    "drums": -3.0,
    "bass": -5.0,
    "chords": -6.0,
    "harmony": -7.0,
}
# A track that isn't a stage's: one more part that accompanies.
OTHER_LOUDNESS_LU = -7.0

# Where the melody's loudness is put before the mix is raised to its peak.
MELODY_LUFS = -20.0

# Loudness of what is compared; all of it is softer where the peaks don't allow that.
TARGET_LUFS = -16.0

# Far under anything audible: -300 dB of full scale.
INAUDIBLE = 1e-15


def loudness_lu(track_name: str) -> float:
    """How loud a track is against the melody; tracks of an arrangement are named by stage."""
    return STAGE_LOUDNESS_LU.get(track_name.casefold(), OTHER_LOUDNESS_LU)


def integrated_lufs(samples: Samples, sample_rate: int = SAMPLE_RATE) -> float:
    """Integrated loudness, gated as BS.1770 says; -inf for silence.

    Args:
        samples: ``(n,)`` or ``(n, channels)``; a sound shorter than one block of 0.4 s is followed
            by silence.
        sample_rate: frames per second.
    """
    import pyloudnorm  # noqa: PLC0415 - loading scipy takes time

    meter = pyloudnorm.Meter(sample_rate)
    missing = max(0, int(np.ceil(meter.block_size * sample_rate)) - len(samples))
    measured = np.pad(samples.astype(np.float64), [(0, missing)] + [(0, 0)] * (samples.ndim - 1))
    # In silence the meter's filters would die away to numbers so small that processors take
    # several times as long with them.
    measured[::2] += INAUDIBLE
    return float(meter.integrated_loudness(measured))


def stage_gain(track_name: str, lufs: float) -> float:
    """The gain that brings a track of some loudness to that of its stage; 0 for silence."""
    change_lu = MELODY_LUFS + loudness_lu(track_name) - lufs
    return float(10 ** (change_lu / 20)) if np.isfinite(lufs) else 0.0


def most_gain(mix: Samples, lufs: float | None = None) -> float | None:
    """The gain at which a sound has ``TARGET_LUFS``, or reaches the peak; None for silence.

    Args:
        mix: the sound.
        lufs: its loudness, where that is known.
    """
    lufs = integrated_lufs(mix) if lufs is None else lufs
    if not np.isfinite(lufs):
        return None
    return float(min(10 ** ((TARGET_LUFS - lufs) / 20), PEAK / peak(mix)))


def common_gain(most: Iterable[float | None]) -> float:
    """One gain for sounds that are compared, whose ``most_gain`` are given."""
    return min((each for each in most if each is not None), default=1.0)


def equally_loud(recordings: Sequence[Samples]) -> list[Samples]:
    """Recordings from different places at one loudness, ``TARGET_LUFS`` or less, none clipped."""
    measured = [integrated_lufs(samples) for samples in recordings]
    possible = [
        lufs + 20 * np.log10(PEAK / peak(samples))
        for lufs, samples in zip(measured, recordings, strict=True)
        if np.isfinite(lufs)
    ]
    target = min([TARGET_LUFS, *possible])
    return [
        samples * np.float32(10 ** ((target - lufs) / 20)) if np.isfinite(lufs) else samples
        for lufs, samples in zip(measured, recordings, strict=True)
    ]
