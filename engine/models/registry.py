"""Models: copies of the scorer's files by SHA-256, so that runs can be verified later."""

from __future__ import annotations

from pathlib import Path

import msgspec

from engine.errors import NotFound, Refused
from engine.ids import short
from engine.models.audits import audit_path, read_audit
from engine.state.files import file_sha256, write_whole
from engine.state.studio import Studio
from fitness.errors import FitnessError
from fitness.fusion import FusionModel
from fitness.manifest import Manifest, load_manifest, manifest_path
from store.events import ModelRegistered, Plain
from store.log import STUDIO
from store.records import NewEvent

STREAM = STUDIO

# File name of the card that training writes next to a model.
CARD_NAME = "MODEL_CARD.md"


class ModelRegistry:
    """The models of a studio."""

    def __init__(self, studio: Studio) -> None:
        """Use the ``models`` folder of a studio."""
        self._studio = studio
        self._folder = studio.folder / "models"

    def register(self, path: Path) -> str:
        """Copy a model with its manifest, card and audit, and record it once; returns its SHA-256.

        Raises:
            ModelError: if the file is no model that can be run.
            Refused: if the model is known here with another manifest.
        """
        model = FusionModel.load(path)
        event = ModelRegistered(
            sha256=model.sha256,
            name=path.name,
            profile=model.profile.name,
            manifest=_plain(model.manifest),
        )
        self._studio.decide(STREAM, lambda: self._registration(event))
        self._copy(path, self.path(model.sha256))
        return model.sha256

    def _registration(self, event: ModelRegistered) -> list[NewEvent]:
        """The event, unless the model is recorded already; file names don't matter."""
        for recorded in self._studio.log.read(stream=STREAM):
            known = recorded.payload
            if isinstance(known, ModelRegistered) and known.sha256 == event.sha256:
                if known.manifest != event.manifest:
                    raise Refused(
                        f"{event.name} is known here with another manifest",
                        f"see engine models show {short(event.sha256)}",
                    )
                return []
        return [NewEvent(event, actor=self._studio.actor)]

    def load(self, sha256: str) -> FusionModel:
        """The model with this hash.

        Raises:
            NotFound: if its file is gone.
            Refused: if its file was replaced by another.
        """
        path = self.path(sha256)
        if not path.exists():
            raise NotFound(f"model {sha256[:12]} is not in {self._folder}", "put its file back")
        model = FusionModel.load(path)
        if model.sha256 != sha256:
            raise Refused(f"{path} is another model than the run was scored with", "put it back")
        return model

    def problem(self, sha256: str) -> str:
        """What is wrong with the files of the model with this hash; empty if nothing is."""
        path = self.path(sha256)
        found = file_sha256(path)
        if found != sha256:
            return f"{path.name} {'is missing' if found is None else 'was changed'}"
        known = self._studio.models().known.get(sha256)
        if known is None or not known.manifest:
            return ""
        try:
            manifest = _plain(load_manifest(path))
        except FitnessError as error:
            return f"the manifest of {path.name}: {error}"
        registered = known.manifest.items()
        changed = sorted(name for name, value in registered if manifest.get(name) != value)
        return f"the manifest of {path.name} was changed: {', '.join(changed)}" if changed else ""

    def problem_beside(self, sha256: str) -> str:
        """What is wrong with the audit of the model with this hash; empty if nothing is."""
        path = audit_path(self.path(sha256))
        if not path.exists():
            return ""
        try:
            read_audit(path, sha256)
        except Refused as refused:
            return f"{refused.args[0]}; {refused.advice}"
        return ""

    def differs_from(self, path: Path, sha256: str) -> str:
        """Which file of the model with this hash isn't as that beside a path; empty if all are."""
        for source, target in self._pairs(path, self.path(sha256)):
            found = file_sha256(target)
            if source.is_file() and found != file_sha256(source):
                return f"{target.name} {'is missing' if found is None else 'was changed'}"
        return ""

    def remove(self, sha256: str) -> None:
        """Remove the files of the model with this hash, which aren't what was registered."""
        for _, path in self._pairs(self.path(sha256), self.path(sha256)):
            path.unlink(missing_ok=True)

    def path(self, sha256: str) -> Path:
        """Where the model with this hash is kept."""
        return self._folder / f"{sha256}.onnx"

    def card_path(self, sha256: str) -> Path:
        """Where the card of the model with this hash is kept, if it came with one."""
        return self.path(sha256).with_suffix(".md")

    @staticmethod
    def _pairs(path: Path, kept: Path) -> tuple[tuple[Path, Path], ...]:
        """The files of a model, and where they are kept."""
        return (
            (path.with_name(CARD_NAME), kept.with_suffix(".md")),
            (audit_path(path), audit_path(kept)),
            (manifest_path(path), manifest_path(kept)),
            (path, kept),
        )

    def _copy(self, path: Path, kept: Path) -> None:
        """Copy missing files; the model last, so that it never exists without the others."""
        for source, target in self._pairs(path, kept):
            if source.is_file() and not target.exists():
                write_whole(target, source.read_bytes())


def _plain(manifest: Manifest | None) -> Plain:
    """A manifest as the log gives it back."""
    plain: Plain = msgspec.json.decode(msgspec.json.encode(manifest or {}))
    return plain
