"""The gate: a small network that says from a finished model's summaries whether a part is music.

The members of a model are left as they are, so that its colours and modes stay what they were to
the last bit. The gate reads the summaries that their heads read, and how much of what sounds lies
in one scale or in one triad, over stretches of several lengths. It is fitted on the catalogue's
songs, real scores and fakes, on parts that are nearly music, and on windows of real songs where
there are any, and takes the place of the confidence in the model file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from fitness.profiles import AUDIO_DIMENSIONS, TEXT_DIMENSIONS
from fitness.roll import HIGHEST_ROW, LOWEST_ROW, ROWS, STEPS
from training.composed.examples import EVOLVED, KINDS, REAL, SONG, STAGES, Examples
from training.composed.gate_examples import FIRST_REAL_SONG
from training.fusion.batches import MAX_VELOCITY
from training.fusion.calibration import KEPT_SHARE, minimise
from training.fusion.export import traced

MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)
TRIADS = ((0, 4, 7), (0, 3, 7))
# Steps of the roll, a tenth of a second each: from a chord to the whole window.
STRETCHES = (4, 8, 16, 32, 64, 128, 256)

HIDDEN = (96, 48)
DROPOUT = 0.2
FOLDS = 3
BATCH_SIZE, READ_AT_ONCE = 256, 128
LEARNING_RATE, WEIGHT_DECAY = 2e-3, 1e-2
SMALLEST_DEVIATION = 1e-3
# In a window of a few bars, another order is often as good as the first, and a rejection may be a
# matter of taste: they say less.
WEIGHTS = {"reordered": 0.4, EVOLVED: 0.4}
# Of the windows of real songs, by stage. Theory reads the chords themselves, and odd ones are a
# matter of taste: no chords of a real song are refused. Of basses less is kept, for otherwise
# hardly anything is refused.
KEPT_SHARE_OF_REAL = dict.fromkeys(STAGES, 0.98) | {"chords": 1.0, "bass": 0.96}

CONFIDENCE, GATE_INPUT, PREFIX = "confidence", "summaries", "gate."

Floats = NDArray[np.float32]
Figures = dict[str, float]


class KeyFit(nn.Module):
    """How much of what sounds lies in the best scale, and in the best triad, of each stretch.

    The share is of all that sounds; of each length of ``STRETCHES``, the best scale of every
    stretch counts. Music that stays in a key has much of it in one scale over the whole window;
    where the best scales of its parts or its halves differ, the shares fall with the length.
    """

    fold: Tensor
    sets: Tensor

    def __init__(self) -> None:
        super().__init__()
        rows = torch.arange(ROWS)
        is_key = (rows >= LOWEST_ROW) & (rows <= HIGHEST_ROW)
        fold = torch.stack([(rows % 12 == pitch_class) & is_key for pitch_class in range(12)])
        self.register_buffer("fold", fold.float())
        scales, triads = (
            torch.tensor([_has(one, root) for one in kinds for root in range(12)])
            for kinds in ((MAJOR_SCALE,), TRIADS)
        )
        self.register_buffer("scales", scales)
        self.register_buffer("triads", triads)

    def forward(self, piano_roll: Tensor) -> Tensor:
        """``(n, 1, 128, 256)`` to ``(n, 2 * len(STRETCHES))``, 0 to 1."""
        heard = self.fold @ (piano_roll[:, 0] > 0).to(piano_roll.dtype)  # (n, 12, steps)
        total = heard.sum(dim=(1, 2)).clamp(min=1)
        shares = []
        for steps in STRETCHES:
            stretches = torch.unflatten(heard, 2, (STEPS // steps, steps)).sum(dim=3)
            for sets in (self.scales, self.triads):
                best = (cast("Tensor", sets) @ stretches).amax(dim=1).sum(dim=1)
                shares.append(best / total)
        return torch.stack(shares, dim=1)


def _has(intervals: Sequence[int], root: int) -> list[float]:
    return [float((pitch_class - root) % 12 in intervals) for pitch_class in range(12)]


class Gate(nn.Module):
    """Networks that each saw other songs, their logits averaged and calibrated."""

    mean: Tensor
    deviation: Tensor
    scale: Tensor
    shift: Tensor

    def __init__(self, inputs: int, members: int) -> None:
        super().__init__()
        self.key_fit = KeyFit()
        width = inputs + 2 * len(STRETCHES)
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("deviation", torch.ones(width))
        self.register_buffer("scale", torch.ones(()))
        self.register_buffer("shift", torch.zeros(()))
        self.members = nn.ModuleList(_network(width) for _ in range(members))

    def forward(self, piano_roll: Tensor, summaries: Tensor) -> Tensor:
        """``(n, 1, 128, 256)`` rolls and ``(n, inputs)`` summaries to ``(n, 1)`` confidences."""
        seen = torch.cat((summaries, self.key_fit(piano_roll)), dim=1)
        scores = (seen - self.mean) / self.deviation
        music = torch.stack([member(scores) for member in self.members]).mean(dim=0)
        return torch.sigmoid(self.scale * music + self.shift)


def _network(width: int) -> nn.Sequential:
    first, second = HIDDEN
    return nn.Sequential(
        nn.Linear(width, first),
        nn.ReLU(),
        nn.Dropout(DROPOUT),
        nn.Linear(first, second),
        nn.ReLU(),
        nn.Dropout(DROPOUT),
        nn.Linear(second, 1),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """What the gate is fitted on, ``n`` clips.

    Attributes:
        inputs: ``(n, d)`` summaries and shares of scales and triads.
        kind: ``(n,)`` index in ``KINDS``.
        stage: ``(n,)`` index in ``STAGES``.
        song: ``(n,)`` whose clip it is.
    """

    inputs: Floats
    kind: NDArray[np.int8]
    stage: NDArray[np.int8]
    song: NDArray[np.int32]

    @property
    def is_music(self) -> NDArray[np.bool_]:
        """``(n,)`` whether it is composed or real."""
        return np.isin(self.kind, (SONG, REAL))

    @property
    def is_real_song(self) -> NDArray[np.bool_]:
        """``(n,)`` whether it is a window of a real song."""
        return np.asarray((self.kind == REAL) & (self.song >= FIRST_REAL_SONG))

    @property
    def weights(self) -> Floats:
        """``(n,)`` of the loss: a kind and stage counts by the root of its rows; mean 1."""
        groups = self.kind.astype(np.int64) * len(STAGES) + self.stage
        weights = 1 / np.sqrt(np.bincount(groups)[groups])
        for kind, weight in WEIGHTS.items():
            weights[self.kind == KINDS.index(kind)] *= weight
        return np.asarray(weights / weights.mean(), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was found when a gate was fitted, by predictions of songs that a network didn't see.

    Attributes:
        scale: of the averaged logit.
        shift: added to it.
        thresholds: of the confidence, by stage.
        passes: share of the clips that pass, by kind and stage; ``"real song"`` is a kind.
    """

    scale: float
    shift: float
    thresholds: dict[str, float]
    passes: dict[str, Figures]

    @property
    def threshold(self) -> float:
        """For a part of any stage: the lowest, but for stages of which nothing real is refused."""
        refusing = [at for name, at in self.thresholds.items() if KEPT_SHARE_OF_REAL[name] < 1]
        return min(refusing, default=0.0)


def learn_gate(path: Path, data: Sequence[Examples], epochs: int, seed: int) -> Fitted:
    """Fit a gate to a model file, and put it in the place of the file's confidence.

    Args:
        path: of the ``.onnx`` file, which is overwritten.
        data: examples of music and of what isn't; none of the songs that figures are told of.
        epochs: passes over them.
        seed: of weights, order and dropout.

    Raises:
        ValueError: if the file has no members such as ``training.fusion.export`` writes.
    """
    model = onnx.load(path)
    rows = read(model, data)
    gate = Gate(rows.inputs.shape[1] - 2 * len(STRETCHES), FOLDS)
    unseen = _fit(gate, rows, epochs, seed)
    found = _calibrated(gate, unseen, rows)
    _replace_confidence(model, gate.eval())
    path.write_bytes(model.SerializeToString(deterministic=True))
    return found


def read(model: onnx.ModelProto, data: Sequence[Examples]) -> Rows:
    """The gate's inputs of every clip, and what each is."""
    session = _session_of_summaries(model)
    key_fit = KeyFit()

    def of(examples: Examples, start: int) -> Floats:
        rows = slice(start, start + READ_AT_ONCE)
        rolls = examples.rolls[rows, None].astype(np.float32) / np.float32(MAX_VELOCITY)
        found = session.run(None, _midi_alone(rolls, examples.features[rows]))
        with torch.no_grad():
            return np.concatenate((*found, key_fit(torch.from_numpy(rolls)).numpy()), axis=1)

    def every() -> Iterator[Floats]:
        with ThreadPoolExecutor() as workers:
            for examples in data:
                starts = range(0, len(examples), READ_AT_ONCE)
                yield from workers.map(lambda start: of(examples, start), starts)  # noqa: B023

    return Rows(
        np.concatenate(list(every())),
        *(
            np.concatenate([getattr(examples, name) for examples in data])
            for name in ("kind", "stage", "song")
        ),
    )


def summary_names(graph: onnx.GraphProto) -> list[str]:
    """What each member's heads read, and its summaries of the roll and of the features.

    Raises:
        ValueError: if the graph has no members.
    """
    layers = {node.input[1]: node for node in graph.node if node.op_type == "Gemm"}
    after = {name: node.output[0] for node in graph.node for name in node.input}
    found = []
    for member in range(sum(name.endswith(".colour.weight") for name in layers)):
        found.append(layers[f"members.{member}.colour.weight"].input[0])
        found += [
            after[layers[f"members.{member}.{layer}.weight"].output[0]]
            for layer in ("roll.summary", "features.layers.3")
        ]
    if not found:
        raise ValueError("the model has no members whose summaries a gate could read")
    return found


def _session_of_summaries(model: onnx.ModelProto) -> Any:
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    names = summary_names(copy.graph)
    del copy.graph.output[:]
    copy.graph.output.extend(
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in names
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(
        copy.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def _midi_alone(rolls: Floats, features: Floats) -> dict[str, NDArray[Any]]:
    count = len(rolls)
    absent = np.zeros(count, dtype=np.bool_)
    return {
        "piano_roll": rolls,
        "features": features,
        "audio_emb": np.zeros((count, AUDIO_DIMENSIONS), np.float32),
        "concept_emb": np.zeros((count, TEXT_DIMENSIONS), np.float32),
        "lyric_emb": np.zeros((count, TEXT_DIMENSIONS), np.float32),
        "has_midi": ~absent,
        "has_audio": absent,
        "has_concept": absent,
        "has_lyric": absent,
    }


def _fit(gate: Gate, rows: Rows, epochs: int, seed: int) -> Floats:
    """Fit each network on the songs of the other folds; gives the ``(n,)`` logits of its own."""
    gate.mean.copy_(torch.from_numpy(rows.inputs.mean(axis=0)))
    deviation = rows.inputs.std(axis=0).clip(SMALLEST_DEVIATION)
    gate.deviation.copy_(torch.from_numpy(deviation))
    inputs = (torch.from_numpy(rows.inputs) - gate.mean) / gate.deviation
    claims = torch.from_numpy(rows.is_music.astype(np.float32))
    weights = torch.from_numpy(rows.weights)
    songs, place = np.unique(rows.song, return_inverse=True)
    fold = np.random.default_rng(seed).permutation(len(songs))[place] % FOLDS
    unseen = np.zeros(len(rows.kind), np.float32)
    for number, member in enumerate(gate.members):
        torch.manual_seed(seed * FOLDS + number)
        for layer in member:  # type: ignore[attr-defined]
            if isinstance(layer, nn.Linear):
                layer.reset_parameters()
        _train(member, inputs, claims, weights, np.flatnonzero(fold != number), epochs, seed)
        with torch.no_grad():
            unseen[fold == number] = member(inputs[fold == number])[:, 0].numpy()
    return unseen


def _train(
    network: nn.Module,
    inputs: Tensor,
    claims: Tensor,
    weights: Tensor,
    rows: NDArray[np.intp],
    epochs: int,
    seed: int,
) -> None:
    network.train()
    steps = -(-len(rows) // BATCH_SIZE)
    optimizer = torch.optim.AdamW(network.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, LEARNING_RATE, total_steps=epochs * steps
    )
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        for batch in np.array_split(rng.permutation(rows), steps):
            logits = network(inputs[batch])[:, 0]
            loss = functional.binary_cross_entropy_with_logits(
                logits, claims[batch], weights[batch]
            )
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    network.eval()


def _calibrated(gate: Gate, unseen: Floats, rows: Rows) -> Fitted:
    """Set the scale and the shift, and choose the thresholds, by logits of unseen songs."""
    logits, claims = torch.from_numpy(unseen), torch.from_numpy(rows.is_music.astype(np.float32))

    def loss() -> Tensor:
        return functional.binary_cross_entropy_with_logits(gate.scale * logits + gate.shift, claims)

    minimise(loss, [gate.scale, gate.shift])
    with torch.no_grad():
        confidence = torch.sigmoid(gate.scale * logits + gate.shift).numpy()
    thresholds = thresholds_of(confidence, rows)
    return Fitted(
        gate.scale.item(), gate.shift.item(), thresholds, _pass_rates(confidence, rows, thresholds)
    )


def thresholds_of(confidence: Floats, rows: Rows) -> dict[str, float]:
    """For each stage, the highest confidence that keeps enough of composed and of real music."""
    found = {}
    for stage, name in enumerate(STAGES):
        kept = [
            np.quantile(confidence[chosen], 1 - share, method="lower")
            for of_kind, share in (
                (rows.kind == SONG, KEPT_SHARE),
                (rows.is_real_song, KEPT_SHARE_OF_REAL[name]),
            )
            if (chosen := of_kind & (rows.stage == stage)).any()
        ]
        if kept:
            found[name] = float(min(kept))
    return found


def _pass_rates(
    confidence: Floats, rows: Rows, thresholds: Mapping[str, float]
) -> dict[str, Figures]:
    found: dict[str, Figures] = {}
    kinds = {name: rows.kind == number for number, name in enumerate(KINDS)}
    kinds["real"] = kinds["real"] & ~rows.is_real_song
    for kind, of_kind in (kinds | {"real song": rows.is_real_song}).items():
        for stage, name in enumerate(STAGES):
            if (chosen := of_kind & (rows.stage == stage)).any() and name in thresholds:
                passed = (confidence[chosen] >= np.float32(thresholds[name])).mean()
                found.setdefault(kind, {})[name] = round(float(passed), 4)
    return found


def _replace_confidence(model: onnx.ModelProto, gate: Gate) -> None:
    """Put a gate's graph in the place of what made the confidence, in place."""
    names = summary_names(model.graph)
    graph = _graph_of(gate)
    renamed = {"piano_roll": "piano_roll", CONFIDENCE: CONFIDENCE}

    def name_of(name: str) -> str:
        return renamed.get(name, f"{PREFIX}{name}") if name else name

    kept = [
        node
        for node in model.graph.node
        if CONFIDENCE not in node.output and not node.output[0].startswith(PREFIX)
    ]
    weights_kept = [one for one in model.graph.initializer if not one.name.startswith(PREFIX)]
    del model.graph.initializer[:]
    model.graph.initializer.extend(weights_kept)
    summaries = onnx.helper.make_node("Concat", names, [name_of(GATE_INPUT)], axis=1)
    del model.graph.node[:]
    model.graph.node.extend([*kept, summaries])
    for node in graph.node:
        node.name = name_of(node.name)
        node.input[:] = [name_of(name) for name in node.input]
        node.output[:] = [name_of(name) for name in node.output]
        model.graph.node.append(node)
    for weights in graph.initializer:
        weights.name = name_of(weights.name)
        model.graph.initializer.append(weights)
    del model.graph.value_info[:]
    _remove_unused(model.graph)


def _remove_unused(graph: onnx.GraphProto) -> None:
    """Leave out the nodes and the weights that no output depends on."""
    needed = {output.name for output in graph.output}
    nodes = []
    for node in reversed(graph.node):
        if needed & set(node.output):
            needed |= set(node.input)
            nodes.append(node)
    weights = [one for one in graph.initializer if one.name in needed]
    nodes.reverse()
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(weights)


def _graph_of(gate: Gate) -> onnx.GraphProto:
    batch = torch.export.Dim("batch", min=1)
    width = len(gate.mean) - 2 * len(STRETCHES)
    model: onnx.ModelProto = traced(
        gate,
        (torch.rand(2, 1, ROWS, STEPS), torch.rand(2, width)),
        input_names=["piano_roll", GATE_INPUT],
        output_names=[CONFIDENCE],
        dynamic_shapes=({0: batch}, {0: batch}),
    )
    return model.graph
