"""Checkpoints: what a fit knows after an epoch, so that a killed one goes on as if it never was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from training.whole_files import replacing

State = dict[str, Any]


def save_whole(state: Mapping[str, Any], path: Path) -> None:
    """Write tensors and plain values, all of them or nothing."""
    with replacing(path) as waiting:
        torch.save(dict(state), waiting)


def load_whole(path: Path) -> State:
    """Read what ``save_whole`` wrote; nothing but tensors and plain values is loaded.

    Raises:
        ValueError: if it is no such file.
    """
    try:
        found: State = torch.load(path, map_location="cpu", weights_only=True)
    except OSError:
        raise
    except Exception as error:  # torch raises whatever its unpickler trips over
        reason = str(error).partition("\n")[0]
        raise ValueError(f"{path}: not a checkpoint that can be read: {reason}") from error
    return found


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where a fit is kept.

    Attributes:
        path: of its file.
        key: of everything that decides how it goes; one with another key is of another fit.
    """

    path: Path
    key: str

    def load(self) -> State | None:
        """The last epoch's state; None where this fit never began."""
        if not self.path.exists():
            return None
        state = load_whole(self.path)
        return state if state.get("key") == self.key else None

    def save(self, state: State) -> None:
        """Keep an epoch's state in place of the one before."""
        save_whole(state | {"key": self.key}, self.path)
