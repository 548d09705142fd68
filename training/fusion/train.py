"""Train one fusion network: its settings, its loss and the loop."""

from __future__ import annotations

import ctypes
import math
import os
from collections.abc import Callable, Sequence

import msgspec
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from fitness.predictions import Predictions
from training.composed.examples import Examples
from training.dataset.examples import DIMENSIONS
from training.fusion.batches import AUGMENTATIONS, Batch, Songs, batch_of, in_order
from training.fusion.checkpoint import Checkpoint, TrainingState
from training.fusion.network import BOTH, Ensemble, FusionNetwork, Logits, Size

EVALUATION_BATCH_SIZE = 256
# Members are trained side by side, one core each: two threads on one member wait for each other,
# on a busy machine most of the time.
THREADS = 1

# What glibc's mallopt calls them. Left alone, it hands the buffers of every layer back to the
# system and takes them again page by page: half of the time.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
KEEP_BYTES = 2**31 - 1

LossUpdate = Callable[[int, int, float], None]  # steps done, steps in all, loss
# Begins a task by its description; may return what is called after each of its steps.
LossProgress = Callable[[str], LossUpdate | None]
ValidationMetric = Callable[[FusionNetwork], float]  # the higher the better
AfterEpoch = Callable[[Sequence[float], Sequence[float]], None]  # accuracies, losses of all epochs
CPU = torch.device("cpu")

# Names under which checkpoints, ``tuned.json`` and recorded experiments keep these settings.
STORED_NAMES = {
    "batch_size": "batch",
    "learning_rate": "peak",
    "weight_decay": "decay",
    "warmup_share": "warm_up",
    "max_grad_norm": "clip",
    "unlabelled_share": "colourless",
    "midi_dropout": "without_midi",
    "embedding_dropout": "without_beside",
}


class Settings(msgspec.Struct, frozen=True, kw_only=True, rename=STORED_NAMES):
    """How a network is trained.

    Attributes:
        epochs: passes over the coloured rows; the loop never looks at the clock, so that the
            same settings give the same model on a busy machine.
        batch_size: rows of a step.
        learning_rate: the highest, after the warm-up.
        weight_decay: of AdamW.
        warmup_share: share of the steps in which the learning rate rises.
        max_grad_norm: to which gradients are clipped.
        dropout: of the hidden layers.
        unlabelled_share: share of a batch that has no colour: fakes and real music.
        midi_dropout: share of rows whose MIDI is hidden, so that its null vector is learned too.
        embedding_dropout: the same for each of audio, concept and lyric.
        patience: epochs without a better validation metric after which training stops.
        axes_weight: of the divergence from the colour's targets, summed over the axes.
        colour_weight: of the cross-entropy on the colour.
        confidence_weight: of the cross-entropy on music or not.
        size: of the network.
        reads: which of ``roll`` and ``features`` it reads of the MIDI.
        options: which of ``fitness.profiles.OPTIONAL_INPUTS`` it takes besides.
        augmented: in which ways clips are varied, of ``training.fusion.batches.AUGMENTATIONS``.
        weighted: by what a person's clips are weighted in the loss, of
            ``training.dataset.sampling.WEIGHTS``; composed clips count 1.
    """

    epochs: int = 9
    batch_size: int = 128
    learning_rate: float = 3e-3
    weight_decay: float = 1e-2
    warmup_share: float = 0.05
    max_grad_norm: float = 1.0
    dropout: float = 0.2
    unlabelled_share: float = 0.25
    midi_dropout: float = 0.01
    embedding_dropout: float = 0.0
    patience: int = 8
    axes_weight: float = 1.0
    colour_weight: float = 1.0
    confidence_weight: float = 1.0
    size: Size = Size()
    reads: frozenset[str] = BOTH
    options: frozenset[str] = frozenset()
    augmented: frozenset[str] = AUGMENTATIONS
    weighted: frozenset[str] = frozenset()


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


def build_network(settings: Settings, features: int) -> FusionNetwork:
    """A network with random weights that reads so many features."""
    return FusionNetwork(
        settings.size, features, settings.dropout, settings.reads, settings.options
    )


def train(
    songs: Songs,
    settings: Settings,
    seed: int,
    update: LossUpdate | None = None,
    *,
    validation_metric: ValidationMetric | None = None,
    checkpoint: Checkpoint | None = None,
    after_epoch: AfterEpoch | None = None,
    device: torch.device = CPU,
    build: Callable[[Settings, int], FusionNetwork] = build_network,
) -> FusionNetwork:
    """A trained network in evaluation mode, on the CPU.

    Args:
        songs: the training songs, with fakes and real music.
        settings: how.
        seed: of the weights, the order, the augmentation and the dropout.
        update: called after each step.
        validation_metric: of the network after each epoch; the weights of the best epoch are taken.
        checkpoint: saved after every epoch; an interrupted training resumes from it.
        after_epoch: called with the figures of all epochs so far, also on resuming; what it raises
            ends the training.
        device: where it is trained; in mixed precision on a GPU alone.
        build: makes the network.
    """
    prepare_torch()
    torch.manual_seed(seed)
    rng = np.random.default_rng(np.random.SeedSequence([seed, 1]))
    network = build(settings, songs.features.shape[1])
    if len(songs.features) > 1:  # songs may have texts alone
        network.features.learn_scale(torch.from_numpy(songs.features))
    if network.prosody is not None and len(songs.prosody) > 1:
        network.prosody.learn_scale(torch.from_numpy(songs.prosody))
    network.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    steps = settings.epochs * max(1, songs.steps(settings.batch_size, settings.unlabelled_share))
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    state = TrainingState(network, optimizer, _schedule(steps, settings.warmup_share), rng)
    if checkpoint and (saved := checkpoint.load()):
        state.resume(saved)
        if after_epoch:
            after_epoch(state.accuracies, state.losses)
    while state.epoch < settings.epochs and state.epochs_without_improvement < settings.patience:
        _train_epoch(state, songs, settings, steps, update, device)
        if validation_metric:
            state.validated(validation_metric(network))
        if checkpoint:
            checkpoint.save(state.to_state())
        if after_epoch:
            after_epoch(state.accuracies, state.losses)
    state.restore_best()
    return network.to(CPU, memory_format=torch.contiguous_format).eval()  # type: ignore[call-overload, no-any-return]


def _train_epoch(
    state: TrainingState,
    songs: Songs,
    settings: Settings,
    steps: int,
    update: LossUpdate | None,
    device: torch.device,
) -> None:
    network = state.network.train()
    first = step = state.epoch * (steps // settings.epochs)
    total = torch.zeros((), device=device)
    for clips in songs.epoch(settings.batch_size, settings.unlabelled_share, state.rng):
        batch = batch_of(clips, np.arange(len(clips)), state.rng, settings.augmented)
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            outputs = forward(network, hide_modalities(batch, settings), device)
        loss = loss_of(Logits(*(one.float() for one in outputs)), batch.to(device), settings)
        state.step(loss, settings.max_grad_norm)
        total += loss.detach()
        step += 1
        if update:
            update(step, steps, float(loss.detach()))
    state.losses.append(float(total) / max(1, step - first))
    state.epoch += 1


def _schedule(steps: int, warmup_share: float) -> Callable[[int], float]:
    """Share of the learning rate at each step: a linear ramp, then half a cosine to 0."""
    warmup = max(1, round(steps * warmup_share))

    def share(step: int) -> float:
        if step < warmup:
            return (step + 1) / warmup
        done = min(1.0, (step - warmup) / max(1, steps - warmup))
        return 0.5 * (1 + math.cos(math.pi * done))

    return share


def hide_modalities(batch: Batch, settings: Settings) -> dict[str, Tensor]:
    """The inputs of a batch with each modality of some rows hidden, drawn by torch's generator."""
    inputs, count = batch.inputs, len(batch.colour)
    # Drawn on the CPU: the same rows are hidden on every device.
    inputs["has_midi"] = inputs["has_midi"] & (torch.rand(count) >= settings.midi_dropout)
    for name in DIMENSIONS if batch.embeddings else ():
        shown = torch.rand(count) >= settings.embedding_dropout
        inputs[f"has_{name}"] = inputs[f"has_{name}"] & shown
    if "prosody" in settings.options:
        inputs["has_prosody"] = inputs["has_prosody"] & inputs["has_lyric"]
    if "section" in settings.options:
        shown = torch.rand(count) >= settings.embedding_dropout
        inputs["section"] = inputs["section"] * shown[:, None]
    return inputs


def forward(network: FusionNetwork, inputs: dict[str, Tensor], device: torch.device) -> Logits:
    """The logits of a batch on a device."""
    roll = inputs["piano_roll"].to(memory_format=torch.channels_last)
    given = inputs | {"piano_roll": roll}
    moved = {name: given[name].to(device) for name in network.profile.inputs}
    outputs: Logits = network(**moved)
    return outputs


def loss_of(outputs: Logits, batch: Batch, settings: Settings) -> Tensor:
    """The loss of a batch: axes and colour where there is a colour, confidence everywhere."""
    counts = batch.has_colour * batch.weight
    colour = masked_mean(
        functional.cross_entropy(outputs.colour, batch.colour, reduction="none"), counts
    )
    confidence = functional.binary_cross_entropy_with_logits(
        outputs.confidence[:, 0], batch.is_music
    )
    return (
        settings.axes_weight * masked_mean(divergence(outputs.axes, batch.axes), counts)
        + settings.colour_weight * colour
        + settings.confidence_weight * confidence
    )


def divergence(axes: Tensor, targets: Tensor) -> Tensor:
    """Kullback-Leibler divergence from the targets, summed over the axes: ``(n,)``."""
    logs = functional.log_softmax(axes, dim=2)
    return functional.kl_div(logs, targets, reduction="none").sum(dim=(1, 2))


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """Mean of ``(n,)`` where the mask is set, weighted by it; 0 where it is nowhere."""
    return (values * mask).sum() / mask.sum().clamp(min=1)


@torch.no_grad()
def logits(network: FusionNetwork, examples: Examples) -> Logits:
    """A network's logits of every row, in order and without augmentation."""
    network.eval()
    device = network.null_midi.device
    batches = [
        Logits(*(one.cpu() for one in forward(network, batch.inputs, device)))
        for batch in in_order(examples, EVALUATION_BATCH_SIZE)
    ]
    return Logits(*(torch.cat(column) for column in zip(*batches, strict=True)))


def predictions_of(ensemble: Ensemble, examples: Examples) -> Predictions:
    """An ensemble's predictions of every row, as its model file makes them."""
    with torch.no_grad():
        answers = ensemble.answers([logits(member, examples) for member in ensemble.networks])
    temporal, spatial, ontological, colour, confidence = (one.numpy() for one in answers)
    return Predictions(temporal, spatial, ontological, colour, confidence[:, 0])
