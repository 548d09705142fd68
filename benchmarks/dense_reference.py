"""The dense reference: a dense CNN that is read MIDI files one by one.

Each candidate becomes a MIDI file, is parsed again, and is painted note by note into the roll of
the older models. Three dense 3x3 convolutions with a summary of 512 read that roll; beside text
and audio it runs through the layers of a model with 7 inputs. Weights are random: they cost what
trained ones do. Normalisation is folded into the convolutions, as ONNX Runtime does itself. The
model is opened and run by the same code as every other, with the same options.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import (
    GraphProto,
    ModelProto,
    NodeProto,
    TensorProto,
    helper,
    numpy_helper,
    shape_inference,
)

from fitness.fusion import FusionModel
from fitness.legacy_roll import legacy_roll
from fitness.predictions import ModelInputs, Predictions
from fitness.profiles import AUDIO_DIMENSIONS, BOOL, PROFILES, TEXT_DIMENSIONS, Profile
from genomes import Context, Part
from genomes.midi import Conductor, Track, write_midi

PROFILE = next(profile for profile in PROFILES if profile.name == "legacy-7")
OPSET, IR_VERSION = 20, 10
SEED = 0

CHANNELS = (32, 64, 128)
GRID_CELL = (8, 16)  # what is left of the roll after two halvings, brought to 4 by 4
SUMMARY = 512
HIDDEN = (1024, 512)

Floats = NDArray[np.float32]


class Graph:
    """Collects the nodes and weights of a network with the inputs and outputs of a profile."""

    def __init__(self, seed: int = SEED) -> None:
        self.nodes: list[Any] = []
        self.weights: list[Any] = []
        self.rng = np.random.default_rng(seed)

    def add(self, kind: str, *inputs: str, **attributes: Any) -> str:
        name = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def constant(self, values: NDArray[Any]) -> str:
        name = f"weight_{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(values, name))
        return name

    def weight(self, *shape: int) -> str:
        spread = np.prod(shape[1:]) ** -0.5
        return self.constant(self.rng.normal(0, spread, shape).astype(np.float32))

    def linear(self, value: str, columns: int, width: int) -> str:
        weight, bias = self.weight(width, columns), self.constant(np.zeros(width, np.float32))
        return self.add("Gemm", value, weight, bias, transB=1)

    def convolution(self, image: str, before: int, after: int) -> str:
        bias = self.constant(np.zeros(after, np.float32))
        pads, weight = [1, 1, 1, 1], self.weight(after, before, 3, 3)
        return self.add("Relu", self.add("Conv", image, weight, bias, pads=pads))

    def where(self, flag: str, value: str, width: int) -> str:
        """A value, or the learned vector that stands for its absence."""
        axis = self.constant(np.array([1], dtype=np.int64))
        return self.add("Where", self.add("Unsqueeze", flag, axis), value, self.weight(1, width))

    def to_model(self, profile: Profile, features: int = 0) -> ModelProto:
        """The finished model; ``features`` is the size of an input of any size."""
        inputs = [
            helper.make_tensor_value_info(
                name,
                TensorProto.BOOL if kind == BOOL else TensorProto.FLOAT,
                ["batch", *(features if size is None else size for size in dims)],
            )
            for name, (kind, dims) in profile.inputs.items()
        ]
        outputs = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *dims])
            for name, dims in profile.outputs.items()
        ]
        whole = helper.make_graph(self.nodes, "fusion", inputs, outputs, self.weights)
        opset = helper.make_opsetid("", OPSET)
        return helper.make_model(whole, opset_imports=[opset], ir_version=IR_VERSION)


def _encoder(graph: Graph) -> str:
    image, before = "piano_roll", 1
    for after in CHANNELS:
        image = graph.convolution(image, before, after)
        before = after
        if after != CHANNELS[-1]:
            image = graph.add("MaxPool", image, kernel_shape=[2, 2], strides=[2, 2])
    image = graph.add("AveragePool", image, kernel_shape=GRID_CELL, strides=GRID_CELL)
    flat = graph.add("Flatten", image)
    return graph.add("Relu", graph.linear(flat, CHANNELS[-1] * 4 * 4, SUMMARY))


def build() -> ModelProto:
    """The network as a model with 7 inputs."""
    graph = Graph()
    fused = [
        graph.where("has_midi", _encoder(graph), SUMMARY),
        graph.where("has_audio", "audio_emb", AUDIO_DIMENSIONS),
        graph.where("has_lyric", "lyric_emb", TEXT_DIMENSIONS),
        "concept_emb",
    ]
    value = graph.add("Concat", *fused, axis=1)
    columns = SUMMARY + AUDIO_DIMENSIONS + 2 * TEXT_DIMENSIONS
    for width in HIDDEN:
        value, columns = graph.add("Relu", graph.linear(value, columns, width)), width
    for name, dims in PROFILE.outputs.items():
        squash = "Sigmoid" if name == "confidence" else "Softmax"
        logits = graph.linear(value, columns, dims[0] or 0)
        graph.nodes.append(helper.make_node(squash, [logits], [name]))
    return graph.to_model(PROFILE)


class DenseReference:
    """Scores parts by way of MIDI files."""

    def __init__(self, path: Path, threads: int, batch: int) -> None:
        """Write the model to a path and open it as every model is opened here.

        Args:
            path: where the file is written.
            threads: that share the work on one run of the model.
            batch: how many go through the model at once where they may.
        """
        path.write_bytes(build().SerializeToString())
        self.model = FusionModel.load(path, workers=1, threads=threads, chunk=batch)

    def score_singly(self, parts: Sequence[Part], context: Context) -> list[Predictions]:
        """One file, one roll and one run of the model after the other."""
        return [self._predict(roll_of(part, context)[np.newaxis]) for part in parts]

    def score_together(self, parts: Sequence[Part], context: Context) -> Predictions:
        """File by file to the rolls, then all of them through the model at once."""
        return self._predict(np.stack([roll_of(part, context) for part in parts]))

    def _predict(self, rolls: Floats) -> Predictions:
        concept = np.ones((len(rolls), TEXT_DIMENSIONS), dtype=np.float32)
        return self.model.predict(ModelInputs(rolls[:, np.newaxis], concept_emb=concept))


def roll_of(part: Part, context: Context) -> Floats:
    """The roll of a part's MIDI file: written, parsed, painted note by note."""
    return legacy_roll(midi_of(part, context))


def midi_of(part: Part, context: Context) -> bytes:
    """A part as the file that the reference is given."""
    conductor = Conductor("candidate", context.key, context.meter, context.tempo_bpm)
    return write_midi([Track("chords", part)], conductor)


Shapes = dict[str, list[int]]


def encoder_multiply_adds(path: Path) -> int:
    """Multiply-adds of one sample on its way from the roll to where other inputs join it.

    Every encoder of a file with several members counts.
    """
    model = onnx.load(path)
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_value = 1
    del model.graph.value_info[:]  # what it says of the batch is no longer so
    graph = shape_inference.infer_shapes(model, data_prop=True).graph
    shapes = _shapes(graph)
    return sum(_multiply_adds(node, shapes) for node in _fed_by_the_roll_alone(graph))


def _shapes(graph: GraphProto) -> Shapes:
    found = {weight.name: list(weight.dims) for weight in graph.initializer}
    for value in (*graph.input, *graph.value_info, *graph.output):
        found[value.name] = [dim.dim_value for dim in value.type.tensor_type.shape.dim]
    return found


def _fed_by_the_roll_alone(graph: GraphProto) -> list[NodeProto]:
    inputs = {value.name for value in graph.input}
    fed_by = {name: {name} for name in inputs}
    nodes = []
    for node in graph.node:  # a graph lists them in an order in which they can run
        sources = set().union(*(fed_by.get(name, set()) for name in node.input))
        fed_by |= dict.fromkeys(node.output, sources)
        if sources == {"piano_roll"}:
            nodes.append(node)
    return nodes


def _multiply_adds(node: NodeProto, shapes: Shapes) -> int:
    if node.op_type == "Conv":  # each output value: one window over the channels of its group
        return prod(shapes[node.output[0]]) * prod(shapes[node.input[1]][1:])
    if node.op_type in {"Gemm", "MatMul"}:  # each value of the left by each column of the right
        columns = shapes[node.output[0]][-1]
        return prod(shapes[node.input[0]]) * columns
    return 0
