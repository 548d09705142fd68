"""Fit one network: the loop, its settings and its losses."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from training.composed.examples import Examples
from training.fusion.batches import Batch, in_order, shuffled
from training.fusion.network import BOTH, FusionNetwork, Logits, Size, midi_inputs

EVALUATED_AT_ONCE = 256
# Members are fitted side by side, one core each: two threads on one member wait for each other,
# on a busy machine most of the time.
THREADS = 1

# What glibc's mallopt calls them. Left alone, it hands the buffers of every layer back to the
# system and takes them again page by page: half of the time.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
KEEP_BYTES = 2**31 - 1

Progress = Callable[[int, int, float], None]  # step, steps, loss


@dataclass(frozen=True, slots=True)
class Settings:
    """How a network is fitted.

    Attributes:
        epochs: passes over the coloured rows; the loop never looks at the clock, so that the
            same settings give the same model on a busy machine.
        batch: rows of a step.
        peak: learning rate after the warm-up.
        decay: weight decay.
        warm_up: share of the steps.
        clip: norm of the gradient.
        dropout: of the hidden layers.
        colourless: share of a batch that is fakes and real music.
        without_midi: share of rows whose MIDI is hidden, so that its null is learned too.
        axes_weight: of the divergence from the colour's targets, summed over the axes.
        colour_weight: of the cross-entropy on the colour.
        confidence_weight: of the cross-entropy on music or not.
        size: of the network.
        reads: what of the MIDI it may read.
    """

    epochs: int = 9
    batch: int = 128
    peak: float = 3e-3
    decay: float = 1e-2
    warm_up: float = 0.05
    clip: float = 1.0
    dropout: float = 0.2
    colourless: float = 0.25
    without_midi: float = 0.01
    axes_weight: float = 1.0
    colour_weight: float = 1.0
    confidence_weight: float = 1.0
    size: Size = field(default_factory=Size)
    reads: frozenset[str] = BOTH


def prepare_torch() -> None:
    """One thread, the same sums every time, and memory that is kept."""
    torch.set_num_threads(THREADS)
    torch.use_deterministic_algorithms(True)
    # Nothing here reads what it hasn't written; filling it first took a fifth of the time.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):  # another C library: slower, nothing else
        return
    for option in (M_TRIM_THRESHOLD, M_MMAP_THRESHOLD):
        mallopt(option, KEEP_BYTES)


def fit(
    examples: Examples,
    settings: Settings,
    seed: int,
    progress: Progress | None = None,
    encoder: Callable[[int], torch.nn.Module] | None = None,
) -> FusionNetwork:
    """A fitted network, ready to be asked.

    Args:
        examples: the training songs, with fakes and real music.
        settings: how.
        seed: of the weights, the order, the variation and the dropout.
        progress: told after each step.
        encoder: makes another encoder of the roll, by its width.
    """
    prepare_torch()
    torch.manual_seed(seed)
    rng = np.random.default_rng(np.random.SeedSequence([seed, 1]))
    network = FusionNetwork(
        settings.size,
        examples.features.shape[1],
        settings.dropout,
        settings.reads,
        encoder(settings.size.roll) if encoder else None,
    )
    network.features.learn_scale(torch.from_numpy(examples.features[examples.colour >= 0]))
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    _descend(network, examples, settings, rng, progress)
    return network.to(memory_format=torch.contiguous_format).eval()  # type: ignore[call-overload, no-any-return]


def _descend(
    network: FusionNetwork,
    examples: Examples,
    settings: Settings,
    rng: np.random.Generator,
    progress: Progress | None,
) -> None:
    with_colour = int((examples.colour >= 0).sum())
    a_batch = settings.batch - round(settings.batch * settings.colourless)
    steps = settings.epochs * max(1, with_colour // a_batch)
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=settings.peak, weight_decay=settings.decay
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, _rate(steps, settings.warm_up))
    network.train()
    step = 0
    for _ in range(settings.epochs):
        for batch in shuffled(examples, settings.batch, rng, settings.colourless):
            loss = loss_of(ask(network, batch, settings.without_midi), batch, settings)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), settings.clip)
            optimizer.step()
            schedule.step()
            step += 1
            if progress:
                progress(step, steps, float(loss.detach()))


def _rate(steps: int, warm_up: float) -> Callable[[int], float]:
    """Share of the peak rate at each step: a ramp, then half a cosine to 0."""
    ramp = max(1, round(steps * warm_up))

    def rate(step: int) -> float:
        if step < ramp:
            return (step + 1) / ramp
        done = min(1.0, (step - ramp) / max(1, steps - ramp))
        return 0.5 * (1 + math.cos(math.pi * done))

    return rate


def ask(network: FusionNetwork, batch: Batch, without_midi: float) -> Logits:
    """What a network says of a batch with nothing beside it, some of it hidden."""
    picture = batch.piano_roll.to(memory_format=torch.channels_last)
    inputs = midi_inputs(picture, batch.features)
    inputs["has_midi"] = torch.rand(len(picture)) >= without_midi
    said: Logits = network(**inputs)
    return said


def loss_of(said: Logits, batch: Batch, settings: Settings) -> Tensor:
    """One number to descend: axes and colour where there is a colour, confidence everywhere."""
    colour = masked_mean(
        functional.cross_entropy(said.colour, batch.colour, reduction="none"), batch.has_colour
    )
    confidence = functional.binary_cross_entropy_with_logits(said.confidence[:, 0], batch.is_music)
    return (
        settings.axes_weight * masked_mean(divergence(said.axes, batch.axes), batch.has_colour)
        + settings.colour_weight * colour
        + settings.confidence_weight * confidence
    )


def divergence(axes: Tensor, targets: Tensor) -> Tensor:
    """Kullback-Leibler divergence from the targets, summed over the axes: ``(n,)``."""
    logs = functional.log_softmax(axes, dim=2)
    return functional.kl_div(logs, targets, reduction="none").sum(dim=(1, 2))


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """Mean of ``(n,)`` where the mask is set; 0 where it is nowhere."""
    return (values * mask).sum() / mask.sum().clamp(min=1)


@torch.no_grad()
def logits(network: FusionNetwork, examples: Examples) -> Logits:
    """What a fitted network says of every row as it is."""
    network.eval()
    said = [
        network.from_midi(batch.piano_roll, batch.features)
        for batch in in_order(examples, EVALUATED_AT_ONCE)
    ]
    return Logits(*(torch.cat(column) for column in zip(*said, strict=True)))
