"""A fit in a process of its own, which dies in the middle where it is told to.

``python -m tests.training.fusion.killed FOLDER STEP`` kills itself after a step.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from tests.training.examples import some_examples
from training.dataset.examples import MultimodalExamples
from training.fusion.batches import Fixed
from training.fusion.checkpoint import Checkpoint
from training.fusion.network import FusionNetwork, Size
from training.fusion.train import Settings, logits, train

SIZE = Size(8, 16, 16, 16, 4, 16)
SETTINGS = Settings(epochs=4, batch_size=16, size=SIZE, midi_dropout=0.15, embedding_dropout=0.15)
KEY = "a fit"


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fitted(
    checkpoint: Checkpoint | None, stop_at: int = 0, stop: Callable[[], None] = die
) -> FusionNetwork:
    """A network that is validated after each epoch; training stops after a step."""
    examples = MultimodalExamples.from_midi(some_examples(60))

    def progress(step: int, steps: int, loss: float) -> None:
        del steps, loss
        if step == stop_at:
            stop()

    def judge(network: FusionNetwork) -> float:
        return float(logits(network, examples).colour.argmax(dim=1).eq(1).float().mean())

    return train(
        Fixed(examples), SETTINGS, 3, progress, validation_metric=judge, checkpoint=checkpoint
    )


if __name__ == "__main__":
    fitted(Checkpoint(Path(sys.argv[1]) / "fit.pt", KEY), int(sys.argv[2]))
