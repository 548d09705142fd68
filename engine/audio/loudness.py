"""Loudness by ITU-R BS.1770, and how loud each part of a song is beside its melody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

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

# BS.1770-4: blocks of 0.4 s, one every 0.1 s; those under both gates don't count.
HOP_SECONDS = 0.1
BLOCK_HOPS = 4
ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0
OFFSET_LUFS = -0.691
# Its filters: a shelf for the head, and a high-pass.
SHELF_HZ, SHELF_DB, SHELF_Q, SHELF_SLOPE = (
    1681.974450955533,
    3.999843853973347,
    0.7071752369554196,
    0.4996667741545416,
)
HIGHPASS_HZ, HIGHPASS_Q = 38.13547087602444, 0.5003270373238773
HOPS_AT_ONCE = 16
SMALLEST = 1e-30


def loudness_lu(track_name: str) -> float:
    """How loud a track is against the melody; tracks of an arrangement are named by stage."""
    return STAGE_LOUDNESS_LU.get(track_name.casefold(), OTHER_LOUDNESS_LU)


def integrated_lufs(samples: Samples, sample_rate: int = SAMPLE_RATE) -> float:
    """Integrated loudness, gated as BS.1770-4 says; -inf for silence.

    Args:
        samples: ``(n,)`` or ``(n, channels)``, at most left, right and center; a sound shorter
            than one block of 0.4 s is followed by silence.
        sample_rate: frames per second.
    """
    hops = _weighted_energies(samples, sample_rate)
    count = max(1, len(hops) - BLOCK_HOPS + 1)
    blocks = np.array([hops[start : start + BLOCK_HOPS].sum() for start in range(count)])
    blocks /= BLOCK_HOPS * round(HOP_SECONDS * sample_rate)
    loud = blocks[blocks > _energy(ABSOLUTE_GATE_LUFS)]
    if not len(loud):
        return -np.inf
    relative_gate = loud.mean() * 10 ** (RELATIVE_GATE_LU / 10)
    return float(OFFSET_LUFS + 10 * np.log10(loud[loud > relative_gate].mean()))


def _energy(lufs: float) -> float:
    return float(10 ** ((lufs - OFFSET_LUFS) / 10))


def _weighted_energies(samples: Samples, sample_rate: int) -> NDArray[np.float64]:
    """The K-weighted energy of each whole ``HOP_SECONDS``, summed over channels."""
    from scipy.signal import sosfilt  # noqa: PLC0415 - loading scipy takes time

    channels = samples if samples.ndim == 2 else samples[:, np.newaxis]
    hop = round(HOP_SECONDS * sample_rate)
    if len(channels) < BLOCK_HOPS * hop:
        channels = np.pad(channels, [(0, BLOCK_HOPS * hop - len(channels)), (0, 0)])
    sections = _k_weighting(sample_rate)
    state = np.zeros((len(sections), channels.shape[1], 2))
    energies = []
    for start in range(0, len(channels) // hop * hop, HOPS_AT_ONCE * hop):
        block = channels[start : start + HOPS_AT_ONCE * hop]
        block = block[: len(block) // hop * hop]
        # What has died away has numbers so small that processors are slow with them.
        state[np.abs(state) < SMALLEST] = 0.0
        if not (block.any() or state.any()):
            energies.append(np.zeros(len(block) // hop))
            continue
        weighted, state = sosfilt(sections, np.ascontiguousarray(block.T), zi=state)
        energies.append((weighted**2).reshape(len(weighted), -1, hop).sum(axis=(0, 2)))
    return np.concatenate(energies)


@cache
def _k_weighting(sample_rate: int) -> NDArray[np.float64]:
    """The two filters of BS.1770 as second-order sections, ``(2, 6)``.

    The standard gives their coefficients at 48 kHz. The analog filters that these come from are
    those of De Man, "Evaluation of implementations of the EBU R128 loudness measurement", AES
    145th convention, 2018.
    """
    tangent = np.tan(np.pi * SHELF_HZ / sample_rate)
    gain = 10 ** (SHELF_DB / 20)
    middle = gain**SHELF_SLOPE
    shelf = [
        gain + middle * tangent / SHELF_Q + tangent**2,
        2 * (tangent**2 - gain),
        gain - middle * tangent / SHELF_Q + tangent**2,
        *_poles(tangent, SHELF_Q),
    ]
    tangent = np.tan(np.pi * HIGHPASS_HZ / sample_rate)
    highpass = np.array([1, -2, 1, *_poles(tangent, HIGHPASS_Q)])
    highpass[3:] /= highpass[3]  # the standard's zeros are not scaled
    return np.stack((np.array(shelf) / shelf[3], highpass))


def _poles(tangent: float, quality: float) -> list[float]:
    return [
        1 + tangent / quality + tangent**2,
        2 * (tangent**2 - 1),
        1 - tangent / quality + tangent**2,
    ]


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
