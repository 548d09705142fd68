"""What bounds scoring on one core: the network alone, and the arithmetic of a matrix product.

``python -m benchmarks limits``. ONNX Runtime alone is given arrays that were made before, as many
rows at once as the engine gives it; a product of two square matrices runs in ONNX Runtime too. All
with one thread, by turns.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from onnx import TensorProto, helper

from benchmarks.dense_reference import IR_VERSION, OPSET, encoder_multiply_adds
from benchmarks.scoring_bench import SECTION, SEED, demo_song
from benchmarks.turns import Compared, compared, table, take_turns
from engine.stages import find_stage
from fitness.chromatic import chromatic
from fitness.colours import find_colour
from fitness.excerpts import Excerpt, excerpt_features, excerpt_rolls
from fitness.fusion import DEFAULT_MODEL, FusionModel
from fitness.predictions import ModelInputs
from genomes import CHORDS, Context, Part

CANDIDATES, ROUNDS = 50, 12
SIDE = 768  # of the square matrices
GEMM = {"product": 8}  # about as long as the others' turn


def session(model: bytes) -> Any:
    """A session of one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def matrix_product(side: int) -> Callable[[], object]:
    """A call that multiplies two square float32 matrices."""
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [side, side]) for name in "abc"]
    node = helper.make_node("MatMul", ["a", "b"], ["c"])
    graph = helper.make_graph([node], "product", ends[:2], ends[2:])
    opset = helper.make_opsetid("", OPSET)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=IR_VERSION)
    opened = session(model.SerializeToString())
    rng = np.random.default_rng(SEED)
    feed = {name: rng.random((side, side), dtype=np.float32) for name in "ab"}
    return lambda: opened.run(None, feed)


def network(
    path: Path, model: FusionModel, parts: list[Part], context: Context
) -> Callable[[], object]:
    """A call that runs the network on all parts, whose inputs are made here."""
    excerpts = [Excerpt(part, context.tempo_map, context.meter) for part in parts]
    columns = model.feature_columns or slice(None)
    inputs = ModelInputs(
        excerpt_rolls(excerpts, ["candidate"] * len(parts), model.profile),
        excerpt_features(excerpts)[:, columns],
    )
    starts = range(0, len(parts), model.chunk)
    feeds = [inputs.feed(model.profile, start, start + model.chunk) for start in starts]
    opened = session(path.read_bytes())
    return lambda: [opened.run(None, feed) for feed in feeds]


@contextmanager
def copied(path: Path) -> Iterator[Path]:
    """A copy of a model: the first to open a file decides how many workers it has."""
    with tempfile.TemporaryDirectory() as folder:
        for file in path.parent.glob(f"{path.stem}.*"):
            shutil.copy(file, folder)
        yield Path(folder, path.name)


def rows(
    path: Path = DEFAULT_MODEL,
    candidates: int = CANDIDATES,
    rounds: int = ROUNDS,
    side: int = SIDE,
) -> list[Compared]:
    """From genome to colour beside the network alone, and that beside a matrix product."""
    song = demo_song()
    context = Context(song.key, song.meter, float(song.tempo_bpm), SECTION)
    rng = np.random.default_rng(SEED)
    draw = find_stage("chords").genomes.random
    genomes = [draw(context, rng)[0] for _ in range(candidates)]
    parts = [CHORDS.render(genome, context) for genome in genomes]
    with copied(path) as copy:
        model = FusionModel.load(copy, workers=1)
    colour = find_colour(song.colour.name)

    def whole() -> object:
        rendered = [CHORDS.render(genome, context) for genome in genomes]
        excerpts = [Excerpt(part, context.tempo_map, context.meter) for part in rendered]
        return chromatic(model.predict_excerpts(excerpts), colour)

    ways = {
        "whole": whole,
        "network": network(path, model, parts, context),
        "product": matrix_product(side),
    }
    whole_turns, network_turns, product_turns = take_turns(ways, rounds, GEMM).values()
    arithmetic = candidates * encoder_multiply_adds(path) / 1e9
    return [
        compared(
            ("from genome to colour, one thread", "ONNX Runtime alone"),
            "candidates/s", (whole_turns, network_turns), (candidates, candidates),
        ),
        compared(
            ("the roll's encoders in the network", "a matrix product (GEMM)"),
            "10⁹ mul-add/s", (network_turns, product_turns), (arithmetic, side**3 / 1e9),
        ),
    ]  # fmt: skip


def report() -> str:
    """The rows as a table."""
    return table(rows())
