"""The gate: what it hears of keys, what it learns, and that a file's colours stay as they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from fitness.roll import ROWS, STEPS
from tests.training.examples import some_examples
from training.composed.examples import KINDS, REAL, SONG, STAGES
from training.composed.gate_examples import FIRST_REAL_SONG
from training.fusion.export import export, random_inputs
from training.fusion.gate import (
    KEPT_SHARE_OF_REAL,
    STRETCHES,
    Fitted,
    KeyFit,
    Rows,
    learn_gate,
    summary_names,
    thresholds_of,
)
from training.fusion.network import Ensemble, FusionNetwork, Size

SIZE = Size(8, 16, 16, 16, 4, 16)
C_MAJOR, C_SHARP_MAJOR = (60, 64, 67), (61, 65, 68)


def roll_of(first: tuple[int, ...], second: tuple[int, ...]) -> torch.Tensor:
    """One chord for half of the window, another for the rest."""
    roll = torch.zeros(1, 1, ROWS, STEPS)
    roll[:, :, list(first), : STEPS // 2] = 0.5
    roll[:, :, list(second), STEPS // 2 :] = 0.5
    return roll


class TestKeyFit:
    def test_all_of_one_chord_lies_in_a_triad_and_a_scale(self):
        assert torch.equal(KeyFit()(roll_of(C_MAJOR, C_MAJOR)), torch.ones(1, 2 * len(STRETCHES)))

    def test_halves_of_two_keys_fit_no_scale_together(self):
        shares = KeyFit()(roll_of(C_MAJOR, C_SHARP_MAJOR))[0].reshape(len(STRETCHES), 2)
        assert (shares[:-1] == 1).all()
        assert (shares[-1] < 0.9).all()

    def test_drums_and_velocities_say_nothing(self):
        roll = roll_of(C_MAJOR, C_SHARP_MAJOR)
        struck = roll.clone() * 0.5
        struck[:, :, :10, ::4] = 1
        assert torch.equal(KeyFit()(struck), KeyFit()(roll))

    def test_silence_is_finite(self):
        assert not KeyFit()(torch.zeros(1, 1, ROWS, STEPS)).any()


def rows_of(kind: list[int], song: list[int]) -> Rows:
    count = len(kind)
    stage = np.zeros(count, np.int8)
    inputs = np.zeros((count, 1), np.float32)
    return Rows(inputs, np.array(kind, np.int8), stage, np.array(song, np.int32))


def test_thresholds_keep_enough_of_composed_and_of_real_music():
    composed, real = [SONG] * 100, [REAL] * 100
    rows = rows_of(composed + real, [0] * 100 + [FIRST_REAL_SONG] * 100)
    assert rows.is_real_song.sum() == 100
    confidence = np.concatenate((np.linspace(0.5, 1, 100), np.linspace(0, 1, 100)))
    at = thresholds_of(confidence.astype(np.float32), rows)
    assert set(at) == {STAGES[0]}
    kept = (confidence[100:] >= np.float32(at[STAGES[0]])).mean()
    assert kept >= KEPT_SHARE_OF_REAL[STAGES[0]]


def test_a_kind_weighs_by_the_root_of_its_rows():
    off_key, reordered = KINDS.index("off_key"), KINDS.index("reordered")
    weights = rows_of([SONG] * 4 + [off_key] + [reordered], [0] * 6).weights
    assert weights.mean() == pytest.approx(1)
    assert weights[4] == pytest.approx(2 * weights[0])
    assert weights[5] < weights[4]


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ensemble, Path, Path, Fitted]:
    """An ensemble, its file before and after, and what was found."""
    torch.manual_seed(1)
    ensemble = Ensemble([FusionNetwork(SIZE), FusionNetwork(SIZE)])
    folder = tmp_path_factory.mktemp("gate")
    before, after = folder / "before.onnx", folder / "after.onnx"
    export(ensemble, before)
    after.write_bytes(before.read_bytes())
    return ensemble, before, after, learn_gate(after, [some_examples(300)], 30, 0)


def said(path: Path, inputs: dict[str, torch.Tensor]) -> dict[str, np.ndarray]:
    session = onnxruntime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    feed = {name: values.numpy() for name, values in inputs.items()}
    return dict(zip(names, session.run(names, feed), strict=True))


class TestLearnGate:
    @pytest.mark.parametrize("count", [1, 5])
    def test_everything_but_the_confidence_stays_to_the_last_bit(self, fitted, count):
        ensemble, before, after, _ = fitted
        inputs = random_inputs(ensemble, count, 3)
        one, other = said(before, inputs), said(after, inputs)
        assert list(one) == list(other)
        for name in set(one) - {"confidence"}:
            assert np.array_equal(one[name], other[name])
        assert one["confidence"].shape == other["confidence"].shape == (count, 1)
        assert not np.allclose(one["confidence"], other["confidence"])

    def test_what_is_found_is_told_by_kind_and_stage(self, fitted):
        found = fitted[3]
        assert set(found.thresholds) == set(STAGES)
        assert found.passes["song"]["bass"] >= 0.9
        assert {"song", "real", "noise_1"} == set(found.passes)

    def test_a_gate_can_be_fitted_again(self, fitted, tmp_path):
        path = tmp_path / "again.onnx"
        path.write_bytes(fitted[2].read_bytes())
        learn_gate(path, [some_examples(300)], 30, 0)
        assert path.read_bytes() == fitted[2].read_bytes()

    def test_a_file_without_members_is_refused(self):
        with pytest.raises(ValueError, match="no members"):
            summary_names(onnx.GraphProto())
