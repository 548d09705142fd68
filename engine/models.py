"""Models: the scorer's files, kept in the studio under their hash so that runs can be verified."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec

from engine.errors import NotFound
from engine.studio import Studio
from fitness.fusion import FusionModel
from fitness.manifest import manifest_path
from store.events import ModelRegistered
from store.records import NewEvent

STREAM = "studio"


class Models:
    """The models of a studio."""

    def __init__(self, studio: Studio) -> None:
        """Take the studio; models lie in its ``models`` folder."""
        self._studio = studio
        self._folder = studio.folder / "models"

    def register(self, path: Path) -> str:
        """Keep a copy of a model and its manifest, record it once; returns its SHA-256.

        Raises:
            ModelError: if the file is no model that can be run.
        """
        model = FusionModel.load(path)
        kept = self._path(model.sha256)
        if not kept.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            _copy(path, kept)
            if manifest_path(path).exists():
                _copy(manifest_path(path), manifest_path(kept))
        event = ModelRegistered(
            sha256=model.sha256,
            name=path.name,
            profile=model.profile.name,
            manifest={} if model.manifest is None else msgspec.to_builtins(model.manifest),
        )
        new = NewEvent(event, actor=self._studio.actor, event_id=f"model-{model.sha256}")
        self._studio.decide(STREAM, lambda: [new])
        return model.sha256

    def load(self, sha256: str) -> FusionModel:
        """The model with this hash; raises NotFound if its file is gone."""
        path = self._path(sha256)
        if not path.exists():
            raise NotFound(f"model {sha256[:12]} is not in {self._folder}", "put its file back")
        return FusionModel.load(path)

    def _path(self, sha256: str) -> Path:
        return self._folder / f"{sha256}.onnx"


def _copy(source: Path, target: Path) -> None:
    """Copy whole or not at all."""
    partial = target.with_name(target.name + ".partial")
    shutil.copyfile(source, partial)
    partial.replace(target)
