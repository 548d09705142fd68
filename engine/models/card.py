"""Model cards as text for people: the model's own, or one made from its manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from engine.models.audits import audit_path, load_audit, with_audit
from engine.models.listing import ListedModel
from engine.models.registry import CARD_NAME, ModelRegistry
from engine.state.studio import Studio
from fitness import fusion

NO_MANIFEST = "It came without a manifest, as older models do: nothing is known of its training."


def card(studio: Studio, sha256: str, known: ListedModel) -> str:
    """A model's own card, or one made from its manifest; with its audit, if it has one.

    Args:
        studio: the studio of the model.
        sha256: SHA-256 of the model.
        known: the model in the studio's list.
    """
    page = _page(studio, sha256, known)
    kept, shipped = ModelRegistry(studio).path(sha256), fusion.DEFAULT_MODEL
    for model in (kept, *([shipped] if known.ships else [])):
        with suppress(OSError, ValueError, KeyError, TypeError):
            return with_audit(page, load_audit(audit_path(model))).rstrip()
    return page


def _page(studio: Studio, sha256: str, known: ListedModel) -> str:
    path = ModelRegistry(studio).card_path(sha256)
    shipped = fusion.DEFAULT_MODEL.with_name(CARD_NAME)
    for page in (path, shipped if known.ships else None):
        if page is not None and page.is_file():
            return page.read_text("utf-8", errors="replace").rstrip()
    return from_manifest(known)


def from_manifest(known: ListedModel) -> str:
    """A plain card: every field of the manifest, by its name."""
    lines = [f"# {known.model.name}", "", f"profile: {known.model.profile}"]
    if not known.model.manifest:
        return "\n".join([*lines, "", NO_MANIFEST])
    return "\n".join([*lines, *_lines(known.model.manifest)])


def _lines(values: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            yield f"{indent}{name}:"
            yield from _lines(value, indent + "  ")
        elif isinstance(value, list):
            yield f"{indent}{name}: {', '.join(map(str, value)) or 'none'}"
        else:
            yield f"{indent}{name}: {_value_text(value)}"


def _value_text(value: Any) -> str:
    if value is None or value == {}:
        return "none"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def model_path(studio: Studio, sha256: str, known: ListedModel) -> Path:
    """Path of the model's file."""
    kept = ModelRegistry(studio).path(sha256)
    return kept if kept.exists() or not known.ships else fusion.DEFAULT_MODEL
