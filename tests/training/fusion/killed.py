"""A fit in a process of its own, which dies in the middle where it is told to.

``python -m tests.training.fusion.killed FOLDER STEP`` kills itself after a step; 0 lets it finish.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from tests.training.examples import some_examples
from training.dataset.examples import Accompanied
from training.fusion.batches import Fixed
from training.fusion.fitting import Settings, fit, logits
from training.fusion.keeping import Keeping, save_whole
from training.fusion.network import FusionNetwork, Size

SIZE = Size(8, 16, 16, 16, 4, 16)
SETTINGS = Settings(epochs=4, batch=16, size=SIZE, without_midi=0.15, without_beside=0.15)
KEY = "a fit"


def fitted(keeping: Keeping | None, kill_at: int = 0, seed: int = 3) -> FusionNetwork:
    """A network, judged after each epoch; the process dies after a step."""
    examples = Accompanied.alone(some_examples(60))

    def progress(step: int, steps: int, loss: float) -> None:
        del steps, loss
        if step == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def judge(network: FusionNetwork) -> float:
        return float(logits(network, examples).colour.argmax(dim=1).eq(1).float().mean())

    return fit(Fixed(examples), SETTINGS, seed, progress, judge=judge, keeping=keeping)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    network = fitted(Keeping(folder / "fit.pt", KEY), int(sys.argv[2]))
    save_whole(network.state_dict(), folder / "done.pt")
