"""Fit one network: the loop, its settings and its losses."""

from __future__ import annotations

import ctypes
import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from fitness.predictions import Predictions
from training.composed.examples import Examples
from training.dataset.examples import DIMENSIONS
from training.fusion.batches import Batch, Songs, batch_of, in_order
from training.fusion.descent import Descent
from training.fusion.keeping import Keeping
from training.fusion.network import BOTH, Ensemble, FusionNetwork, Logits, Size

EVALUATED_AT_ONCE = 256
# Members are fitted side by side, one core each: two threads on one member wait for each other,
# on a busy machine most of the time.
THREADS = 1

# What glibc's mallopt calls them. Left alone, it hands the buffers of every layer back to the
# system and takes them again page by page: half of the time.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
KEEP_BYTES = 2**31 - 1

Progress = Callable[[int, int, float], None]  # step, steps, loss
Judge = Callable[[FusionNetwork], float]  # the more the better
Watch = Callable[[Sequence[float], Sequence[float]], None]  # accuracies and losses, one an epoch
CPU = torch.device("cpu")


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
        without_beside: the same for each of audio, concept and lyric.
        patience: epochs without a better accuracy on held-out songs after which it ends; only
            where somebody looks.
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
    without_beside: float = 0.0
    patience: int = 8
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


def device_of(name: str) -> torch.device:
    """``cpu``, ``cuda``, or ``auto`` for the better one that is here.

    Raises:
        ValueError: if there is no CUDA where it was asked for.
    """
    there = torch.cuda.is_available()
    if name == "cuda" and not there:
        raise ValueError("device cuda: there is none here; expected cpu or auto")
    # Without it, cuBLAS adds up in another order every time; it reads this when it starts.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    return torch.device("cuda" if there and name != "cpu" else "cpu")


def fit(
    songs: Songs,
    settings: Settings,
    seed: int,
    progress: Progress | None = None,
    encoder: Callable[[int], torch.nn.Module] | None = None,
    *,
    judge: Judge | None = None,
    keeping: Keeping | None = None,
    watch: Watch | None = None,
    device: torch.device = CPU,
) -> FusionNetwork:
    """A fitted network, ready to be asked.

    Args:
        songs: the training songs, with fakes and real music.
        settings: how.
        seed: of the weights, the order, the variation and the dropout.
        progress: told after each step.
        encoder: makes another encoder of the roll, by its width.
        judge: tells after each epoch how good the network is; the best epoch is taken.
        keeping: where every epoch is kept, and where a fit that was killed goes on.
        watch: told of all epochs so far, after each that is kept and when a fit goes on; what it
            raises ends the fit.
        device: where it is fitted; mixed precision on a GPU alone.
    """
    prepare_torch()
    torch.manual_seed(seed)
    rng = np.random.default_rng(np.random.SeedSequence([seed, 1]))
    network = FusionNetwork(
        settings.size,
        songs.features.shape[1],
        settings.dropout,
        settings.reads,
        encoder(settings.size.roll) if encoder else None,
    )
    if len(songs.features) > 1:  # songs may have texts alone
        network.features.learn_scale(torch.from_numpy(songs.features))
    network.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    steps = settings.epochs * max(1, songs.steps(settings.batch, settings.colourless))
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=settings.peak, weight_decay=settings.decay
    )
    descent = Descent(network, optimizer, _rate(steps, settings.warm_up), rng)
    if keeping and (kept := keeping.load()):
        descent.go_on_from(kept)
        if watch:
            watch(descent.accuracies, descent.losses)
    while descent.epoch < settings.epochs and descent.epochs_since_the_best < settings.patience:
        _descend(descent, songs, settings, steps, progress, device)
        if judge:
            descent.judged(judge(network))
        if keeping:
            keeping.save(descent.state())
        if watch:
            watch(descent.accuracies, descent.losses)
    descent.take_the_best()
    return network.to(CPU, memory_format=torch.contiguous_format).eval()  # type: ignore[call-overload, no-any-return]


def _descend(
    descent: Descent,
    songs: Songs,
    settings: Settings,
    steps: int,
    progress: Progress | None,
    device: torch.device,
) -> None:
    """One epoch."""
    network = descent.network.train()
    first = step = descent.epoch * (steps // settings.epochs)
    total = torch.zeros((), device=device)
    for clips in songs.epoch(settings.batch, settings.colourless, descent.rng):
        batch = batch_of(clips, np.arange(len(clips)), descent.rng)
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            said = ask(network, batch, settings, device)
        loss = loss_of(Logits(*(one.float() for one in said)), batch.to(device), settings)
        descent.step(loss, settings.clip)
        total += loss.detach()
        step += 1
        if progress:
            progress(step, steps, float(loss.detach()))
    descent.losses.append(float(total) / max(1, step - first))
    descent.epoch += 1


def _rate(steps: int, warm_up: float) -> Callable[[int], float]:
    """Share of the peak rate at each step: a ramp, then half a cosine to 0."""
    ramp = max(1, round(steps * warm_up))

    def rate(step: int) -> float:
        if step < ramp:
            return (step + 1) / ramp
        done = min(1.0, (step - ramp) / max(1, steps - ramp))
        return 0.5 * (1 + math.cos(math.pi * done))

    return rate


def ask(
    network: FusionNetwork, batch: Batch, settings: Settings, device: torch.device = CPU
) -> Logits:
    """What a network says of a batch, some modalities of some rows hidden."""
    inputs = batch.inputs
    count = len(batch.colour)
    # Drawn on the CPU: the same rows are hidden on every device.
    inputs["has_midi"] = inputs["has_midi"] & (torch.rand(count) >= settings.without_midi)
    for name in DIMENSIONS if batch.beside else ():
        shown = torch.rand(count) >= settings.without_beside
        inputs[f"has_{name}"] = inputs[f"has_{name}"] & shown
    return _said(network, inputs, device)


def _said(network: FusionNetwork, inputs: dict[str, Tensor], device: torch.device) -> Logits:
    picture = inputs["piano_roll"].to(memory_format=torch.channels_last)
    inputs = {
        name: values.to(device) for name, values in (inputs | {"piano_roll": picture}).items()
    }
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
    device = network.null_midi.device
    said = [
        Logits(*(one.cpu() for one in _said(network, batch.inputs, device)))
        for batch in in_order(examples, EVALUATED_AT_ONCE)
    ]
    return Logits(*(torch.cat(column) for column in zip(*said, strict=True)))


def predictions_of(ensemble: Ensemble, examples: Examples) -> Predictions:
    """What networks say of every row, as a model file would."""
    with torch.no_grad():
        answers = ensemble.answers([logits(member, examples) for member in ensemble.networks])
    temporal, spatial, ontological, colour, confidence = (one.numpy() for one in answers)
    return Predictions(temporal, spatial, ontological, colour, confidence[:, 0])
