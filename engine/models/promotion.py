"""Promotion: the model that runs use. Each change is an event in the log."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import NotFound, Refused
from engine.ids import resolve
from engine.models.audits import audit_path, read_audit
from engine.models.registry import STREAM, ModelRegistry
from engine.state.studio import Studio
from fitness import fusion
from fitness.errors import FitnessError, WeightsApart
from fitness.excerpts import Excerpt
from fitness.fusion import FusionModel
from fitness.manifest import load_manifest
from genomes import Part
from genomes.time import TICKS_PER_QUARTER, TempoMap
from store.events import ModelPromoted, ModelTrained, Plain
from store.records import NewEvent

MAKE_ANOTHER = "make it again with this version, by engine train bootstrap or engine train run"

_HASH = re.compile(r"[0-9a-f]{4,64}")


@dataclass(frozen=True, slots=True)
class Promoted:
    """The model in use after a promotion or a rollback.

    Attributes:
        sha256: SHA-256 of the model.
        name: name of its file.
        is_new: whether another model was in use before.
    """

    sha256: str
    name: str
    is_new: bool = True


def shipped_sha256() -> str:
    """SHA-256 of the model that ships, from its manifest."""
    return load_manifest(fusion.DEFAULT_MODEL).model_sha256


def in_use(studio: Studio) -> str:
    """SHA-256 of the model that runs use by default."""
    return studio.models().promoted or shipped_sha256()


def model_for_runs(studio: Studio, named: Path | None) -> str:
    """Register the model for a run in the studio; returns its SHA-256.

    Args:
        studio: the studio of the run.
        named: file of the model; None for the promoted one, or the one that ships.

    Raises:
        ModelError: if the named file is no model that can be run.
        Refused: if this version can't run the promoted model, or its file was replaced.
        NotFound: if its file is gone.
    """
    kept = promoted_path(studio) if named is None else None
    if kept is None:
        return ModelRegistry(studio).register(named or fusion.DEFAULT_MODEL)
    return kept.stem


def promoted_path(studio: Studio) -> Path | None:
    """Path of the promoted model in the studio; None if runs use the one that ships.

    Raises:
        Refused: if this version can't run it, or its file was replaced.
        NotFound: if its file is gone.
    """
    sha256 = studio.models().promoted
    if sha256 is None:
        return None
    _require_runnable(
        lambda: ModelRegistry(studio).load(sha256), "take another with engine models rollback"
    )
    return ModelRegistry(studio).path(sha256)


def add(studio: Studio, file: Path) -> str:
    """Check that a model runs, and register it in the studio; returns its SHA-256.

    Raises:
        Refused: if this version can't run it, or its manifest disagrees; then nothing is recorded.
    """
    _require_runnable(lambda: _check_prediction(FusionModel.load(file)), MAKE_ANOTHER)
    return ModelRegistry(studio).register(file)


def promote(studio: Studio, wanted: str, note: str | None = None) -> Promoted:
    """Use a model in all later runs.

    Args:
        studio: the studio.
        wanted: a file, or the beginning of a registered model's SHA-256.
        note: a comment, such as the reason.

    Raises:
        Refused: if this version can't run it, its manifest disagrees, or it has no audit; nothing
            is promoted then.
        NotFound: if there is no such model.
    """
    sha256 = _registered_sha256(studio, wanted)
    audit = read_audit(audit_path(ModelRegistry(studio).path(sha256)), sha256)

    def promotion_event() -> list[NewEvent]:
        if in_use(studio) == sha256:
            return []
        return [NewEvent(ModelPromoted(sha256=sha256, note=note, audit=audit), actor=studio.actor)]

    recorded = studio.decide(STREAM, promotion_event)
    return Promoted(sha256, studio.models().known[sha256].name, is_new=bool(recorded))


def roll_back(studio: Studio, note: str | None = None) -> Promoted:
    """Take back the last promotion, so that runs use the model before it.

    Raises:
        Refused: if there is no promotion, or this version can't run the model before it.
        NotFound: if the file of that model is gone.
    """

    def rollback_event() -> list[NewEvent]:
        promotions = studio.models().promotions
        if not promotions:
            raise Refused("runs use the model that ships already", "see engine models")
        before = promotions[-2].sha256 if len(promotions) > 1 else None
        if before is not None:
            _require_runnable(
                lambda: ModelRegistry(studio).load(before), "promote another, see engine models"
            )
        taken_back = promotions[-1].event_id
        event = ModelPromoted(sha256=before, note=note, takes_back=taken_back)
        return [NewEvent(event, actor=studio.actor)]

    studio.decide(STREAM, rollback_event)
    sha256 = in_use(studio)
    known = studio.models().known.get(sha256)
    return Promoted(sha256, known.name if known else fusion.DEFAULT_MODEL.name)


def record_training(studio: Studio, file: Path, command: str, result: Plain) -> str:
    """Register a trained model, and record each training command once; returns its SHA-256.

    Args:
        studio: the studio.
        file: file of the model.
        command: the training command.
        result: the result that it printed; file names in it are not recorded.

    Raises:
        Refused: if this version can't run the model; nothing is recorded then.
    """
    sha256 = add(studio, file)
    event = ModelTrained(sha256=sha256, command=command, result=_without_paths(result))

    def training_event() -> list[NewEvent]:
        trained = studio.models().known[sha256].trained
        is_known = any(each.command == command for each in trained)
        return [] if is_known else [NewEvent(event, actor=studio.actor)]

    studio.decide(STREAM, training_event)
    return sha256


def find(studio: Studio, prefix: str) -> str:
    """The known model, or the one that ships, whose hash is or begins with this."""
    known = [*studio.models().known, shipped_sha256()]
    return resolve(prefix, known, "model", "see engine models")


def put_shipped_back(studio: Studio, sha256: str) -> bool:
    """Copy the model that ships into the studio again, if it has this SHA-256; whether it has."""
    if sha256 != shipped_sha256():
        return False
    registry = ModelRegistry(studio)
    registry.remove(sha256)
    registry.register(fusion.DEFAULT_MODEL)
    return True


def _registered_sha256(studio: Studio, wanted: str) -> str:
    """SHA-256 of a model given by file or SHA-256, after it was checked and registered."""
    file = Path(wanted).expanduser()
    if file.is_file() or not _HASH.fullmatch(wanted):
        if not file.is_file():
            raise NotFound(f"no model {wanted!r}: expected a file, or a hash", "see engine models")
        return add(studio, file)
    sha256 = find(studio, wanted)
    if sha256 not in studio.models().known:
        return ModelRegistry(studio).register(fusion.DEFAULT_MODEL)
    _require_runnable(lambda: _check_prediction(ModelRegistry(studio).load(sha256)), MAKE_ANOTHER)
    return sha256


def _require_runnable(load: Callable[[], object], advice: str) -> None:
    """Call ``load``; a model that can't be run is refused with this advice."""
    try:
        load()
    except WeightsApart as error:  # which says itself what to do
        raise Refused(str(error)) from error
    except FitnessError as error:
        raise Refused(str(error), advice) from error


def _check_prediction(model: FusionModel) -> None:
    """Predict one bar of music, so that a broken model fails now and not in a run."""
    quarter = TICKS_PER_QUARTER
    part = Part.of([(beat * quarter, quarter, 60 + beat, 80) for beat in range(4)], 4 * quarter)
    model.predict_excerpts([Excerpt(part, TempoMap.constant(120))], names=["a bar of music"])


def _without_paths(value: Any) -> Any:
    """A copy without texts that are paths, which mean nothing on another computer."""
    if isinstance(value, dict):
        kept = {name: _without_paths(each) for name, each in value.items()}
        return {name: each for name, each in kept.items() if each is not None}
    if isinstance(value, list):
        return [each for each in map(_without_paths, value) if each is not None]
    is_path = isinstance(value, str) and ("/" in value or "\\" in value)
    return None if is_path else value
