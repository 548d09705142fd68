"""The best settings that tuning found, as a file that a fit takes: ``tuned.json``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import msgspec

from training.atomic_files import replacing
from training.fusion.network import Size
from training.fusion.train import STORED_NAMES
from training.personal.plan import Plan

TUNED_FILE = "tuned.json"

Rate = Annotated[float, msgspec.Meta(ge=0, le=1)]
Dropout = Annotated[float, msgspec.Meta(ge=0, le=0.95)]
Weight = Annotated[float, msgspec.Meta(ge=0, le=100)]


class TunedSettings(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename=STORED_NAMES,
):
    """The settings of ``training.fusion.train.Settings`` that a file may set, with their limits."""

    learning_rate: Rate | None = None
    weight_decay: Rate | None = None
    dropout: Dropout | None = None
    midi_dropout: Dropout | None = None
    embedding_dropout: Dropout | None = None
    axes_weight: Weight | None = None
    colour_weight: Weight | None = None
    size: Size | None = None


class Tuned(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Settings, and how they were found.

    Attributes:
        settings: of each network; what is None stays as the plan has it.
        with_composed: songs of every colour that are composed beside the person's own.
        accuracy: on the validation songs, 0 to 1.
        trial: the number of the trial that found them.
        trials: finished in all, pruned ones too.
        study: key of what they were tried on; another catalogue or seed is another study.
    """

    settings: TunedSettings
    with_composed: Annotated[int, msgspec.Meta(ge=0)] | None = None
    accuracy: float | None = None
    trial: int | None = None
    trials: int | None = None
    study: str | None = None

    def apply(self, plan: Plan) -> Plan:
        """A plan with these settings."""
        given = {
            name: value
            for name, value in msgspec.structs.asdict(self.settings).items()
            if value is not None
        }
        composed = plan.composed if self.with_composed is None else self.with_composed
        settings = msgspec.structs.replace(plan.settings, **given)
        return replace(plan, settings=settings, composed=composed)


def tuned_of(plan: Plan, **figures: Any) -> Tuned:
    """The settings of a plan that was tried, with the figures of its trial."""
    settings = msgspec.structs.asdict(plan.settings)
    tuned = TunedSettings(**{name: settings[name] for name in TunedSettings.__struct_fields__})
    return Tuned(tuned, with_composed=plan.composed, **figures)


def read_tuned(path: Path) -> Tuned:
    """Read settings.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it has other fields or a value beyond its limits; the message has its path.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file; training tune makes one")
    try:
        return msgspec.json.decode(path.read_bytes(), type=Tuned)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ValueError(f"{path}: {error}") from error


def write_tuned(tuned: Tuned, path: Path) -> None:
    """Write settings."""
    with replacing(path) as waiting:
        waiting.write_bytes(msgspec.json.format(msgspec.json.encode(tuned), indent=2) + b"\n")
