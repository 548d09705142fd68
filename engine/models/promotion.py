"""Promotion: which model runs use. Each change is an event; nothing is ever deleted."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import NotFound, Refused
from engine.ids import resolve
from engine.models.registry import STREAM, ModelRegistry
from engine.state.studio import Studio
from fitness import fusion
from fitness.errors import FitnessError
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
    """What runs use after a promotion or a rollback.

    Attributes:
        sha256: of the model.
        name: of its file.
        is_new: whether they used another before.
    """

    sha256: str
    name: str
    is_new: bool = True


def shipped_sha256() -> str:
    """Hash of the model that ships, as its manifest says it."""
    return load_manifest(fusion.DEFAULT_MODEL).model_sha256


def in_use(studio: Studio) -> str:
    """Hash of the model that runs use unless told otherwise."""
    return studio.models().promoted or shipped_sha256()


def model_for_runs(studio: Studio, named: Path | None) -> str:
    """The model that a run uses, known to the studio from now on; returns its hash.

    Args:
        studio: where the run is.
        named: a file that was asked for; None for the promoted one, or the one that ships.

    Raises:
        ModelError: if the named file is no model that can be run.
        Refused: if the promoted model can't be run by this version, or was exchanged.
        NotFound: if its file is gone.
    """
    kept = promoted_path(studio) if named is None else None
    if kept is None:
        return ModelRegistry(studio).register(named or fusion.DEFAULT_MODEL)
    return kept.stem


def promoted_path(studio: Studio) -> Path | None:
    """Where the studio keeps the promoted model; None if runs use the one that ships.

    Raises:
        Refused: if this version can't run it, or it was exchanged.
        NotFound: if its file is gone.
    """
    sha256 = studio.models().promoted
    if sha256 is None:
        return None
    _running(lambda: ModelRegistry(studio).load(sha256), "take another with engine models rollback")
    return ModelRegistry(studio).path(sha256)


def add(studio: Studio, file: Path) -> str:
    """Make a model known to the studio, once it has been heard to answer; returns its hash.

    Raises:
        Refused: if this version can't run it, or its manifest disagrees; nothing is recorded then.
    """
    _running(lambda: _try(FusionModel.load(file)), MAKE_ANOTHER)
    return ModelRegistry(studio).register(file)


def promote(studio: Studio, wanted: str, note: str | None = None) -> Promoted:
    """Let runs use a model from here on.

    Args:
        studio: where.
        wanted: a file, or the hash of a known model or its beginning.
        note: why.

    Raises:
        Refused: if this version can't run it, or its manifest disagrees; nothing is promoted then.
        NotFound: if there is no such model.
    """
    sha256 = _known(studio, wanted)

    def promoting() -> list[NewEvent]:
        if in_use(studio) == sha256:
            return []
        return [NewEvent(ModelPromoted(sha256=sha256, note=note), actor=studio.actor)]

    recorded = studio.decide(STREAM, promoting)
    return Promoted(sha256, studio.models().known[sha256].name, is_new=bool(recorded))


def roll_back(studio: Studio, note: str | None = None) -> Promoted:
    """Take back the last promotion that holds: runs use the model before it again.

    Raises:
        Refused: if no promotion holds, or the model before it can't be run here.
        NotFound: if the file of that model is gone.
    """

    def going_back() -> list[NewEvent]:
        promotions = studio.models().promotions
        if not promotions:
            raise Refused("runs use the model that ships already", "see engine models")
        before = promotions[-2].sha256 if len(promotions) > 1 else None
        if before is not None:
            _running(
                lambda: ModelRegistry(studio).load(before), "promote another, see engine models"
            )
        taken_back = promotions[-1].event_id
        event = ModelPromoted(sha256=before, note=note, takes_back=taken_back)
        return [NewEvent(event, actor=studio.actor)]

    studio.decide(STREAM, going_back)
    sha256 = in_use(studio)
    known = studio.models().known.get(sha256)
    return Promoted(sha256, known.name if known else fusion.DEFAULT_MODEL.name)


def record_training(studio: Studio, file: Path, command: str, result: Plain) -> str:
    """Keep a model that training made, and record it once for each command; returns its hash.

    Args:
        studio: where.
        file: the model.
        command: of training.
        result: what it said at its end, of which the names of files are left out.

    Raises:
        Refused: if this version can't run the model; nothing is recorded then.
    """
    sha256 = add(studio, file)
    event = ModelTrained(sha256=sha256, command=command, result=_without_paths(result))

    def news() -> list[NewEvent]:
        trained = studio.models().known[sha256].trained
        is_known = any(each.command == command for each in trained)
        return [] if is_known else [NewEvent(event, actor=studio.actor)]

    studio.decide(STREAM, news)
    return sha256


def find(studio: Studio, prefix: str) -> str:
    """The known model, or the one that ships, whose hash is or begins with this."""
    known = [*studio.models().known, shipped_sha256()]
    return resolve(prefix, known, "model", "see engine models")


def _known(studio: Studio, wanted: str) -> str:
    """Hash of a model that was just heard to answer, by its file or its hash."""
    file = Path(wanted).expanduser()
    if file.is_file() or not _HASH.fullmatch(wanted):
        if not file.is_file():
            raise NotFound(f"no model {wanted!r}: expected a file, or a hash", "see engine models")
        return add(studio, file)
    sha256 = find(studio, wanted)
    if sha256 not in studio.models().known:
        return ModelRegistry(studio).register(fusion.DEFAULT_MODEL)
    _running(lambda: _try(ModelRegistry(studio).load(sha256)), MAKE_ANOTHER)
    return sha256


def _running(load: Callable[[], object], advice: str) -> None:
    """Do what needs a model that runs; say what is next where it doesn't."""
    try:
        load()
    except FitnessError as error:
        raise Refused(str(error), advice) from error


def _try(model: FusionModel) -> None:
    """Ask a model about a bar of music: one that answers nonsense is noticed now, not in a run."""
    quarter = TICKS_PER_QUARTER
    part = Part.of([(beat * quarter, quarter, 60 + beat, 80) for beat in range(4)], 4 * quarter)
    model.predict_excerpts([Excerpt(part, TempoMap.constant(120))], names=["a bar of music"])


def _without_paths(value: Any) -> Any:
    """A log travels between computers: what names a file here names none there."""
    if isinstance(value, dict):
        kept = {name: _without_paths(each) for name, each in value.items()}
        return {name: each for name, each in kept.items() if each is not None}
    if isinstance(value, list):
        return [each for each in map(_without_paths, value) if each is not None]
    is_path = isinstance(value, str) and ("/" in value or "\\" in value)
    return None if is_path else value
