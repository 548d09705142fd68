"""How much arithmetic a model's roll encoder does, read from its graph."""

from __future__ import annotations

from math import prod
from pathlib import Path

import onnx
from onnx import GraphProto, NodeProto, shape_inference

ROLL = "piano_roll"

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
        if sources == {ROLL}:
            nodes.append(node)
    return nodes


def _multiply_adds(node: NodeProto, shapes: Shapes) -> int:
    if node.op_type == "Conv":  # each output value: one window over the channels of its group
        return prod(shapes[node.output[0]]) * prod(shapes[node.input[1]][1:])
    if node.op_type in {"Gemm", "MatMul"}:  # each value of the left by each column of the right
        columns = shapes[node.output[0]][-1]
        return prod(shapes[node.input[0]]) * columns
    return 0
