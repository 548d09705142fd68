"""The settings that were tried and found best, as a file that a fit takes."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import msgspec

from training.fusion.network import Size
from training.personal.plan import Plan
from training.whole_files import replacing

TUNED_FILE = "tuned.json"


class TunedSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a file may say of the settings of a fit; what it doesn't say stays.

    Attributes:
        peak: see ``training.fusion.fitting.Settings``, as for the others below it.
        decay: of the weights.
        dropout: of the hidden layers.
        without_midi: share of rows whose MIDI is hidden.
        without_beside: the same for each of audio, concept and lyric.
        axes_weight: of the axes in the loss.
        colour_weight: of the colour in the loss.
        size: of the network.
    """

    peak: float | None = None
    decay: float | None = None
    dropout: float | None = None
    without_midi: float | None = None
    without_beside: float | None = None
    axes_weight: float | None = None
    colour_weight: float | None = None
    size: Size | None = None


class Tuned(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Settings, and how they were found.

    Attributes:
        settings: of each network.
        with_composed: songs of every colour that are composed beside the person's own.
        accuracy: on the validation songs, 0 to 1.
        trial: that tried them.
        trials: finished in all, those that were given up early too.
        study: what they were tried on; another catalogue or another seed is another study.
    """

    settings: TunedSettings
    with_composed: int | None = None
    accuracy: float | None = None
    trial: int | None = None
    trials: int | None = None
    study: str | None = None

    def apply(self, plan: Plan) -> Plan:
        """A plan with these settings."""
        told = {name: getattr(self.settings, name) for name in self.settings.__struct_fields__}
        given = {name: value for name, value in told.items() if value is not None}
        composed = plan.composed if self.with_composed is None else self.with_composed
        return replace(plan, settings=replace(plan.settings, **given), composed=composed)


def tuned_of(plan: Plan, **told: Any) -> Tuned:
    """The file of a plan that was tried."""
    of_settings = asdict(plan.settings)
    settings = {name: of_settings[name] for name in TunedSettings.__struct_fields__}
    return Tuned(msgspec.convert(settings, TunedSettings), with_composed=plan.composed, **told)


def read_tuned(path: Path) -> Tuned:
    """Read settings.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it says something else.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file; training tune makes one")
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Tuned)
    except msgspec.DecodeError as error:
        raise ValueError(f"{path}: {error}") from error
    for name, low, high in LIMITS:
        value = getattr(found.settings, name)
        if value is not None and not low <= value <= high:
            raise ValueError(f"{path}: settings.{name}: {value}; expected {low} to {high}")
    if found.with_composed is not None and found.with_composed < 0:
        raise ValueError(f"{path}: with_composed: {found.with_composed}; expected 0 or more")
    return found


def write_tuned(tuned: Tuned, path: Path) -> None:
    """Write settings."""
    with replacing(path) as waiting:
        waiting.write_bytes(msgspec.json.format(msgspec.json.encode(tuned), indent=2) + b"\n")


# Of each setting, what a fit can be made with.
LIMITS = (
    ("peak", 0.0, 1.0),
    ("decay", 0.0, 1.0),
    ("dropout", 0.0, 0.95),
    ("without_midi", 0.0, 0.95),
    ("without_beside", 0.0, 0.95),
    ("axes_weight", 0.0, 100.0),
    ("colour_weight", 0.0, 100.0),
)
