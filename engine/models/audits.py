"""Audits: what ``training audit`` found of a model, without which it isn't promoted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from engine.errors import Refused, quoted
from store.events import Plain

AUDIT_SUFFIX = ".audit.json"
MAX_BYTES = 2**22

# Figures that the log keeps of an audit; the curves and the fakes by kind stay in the file.
RECORDED = ("lost", "lost_interval", "lost_median", "worst", "would_be_stopped", "songs", "runs")


def audit_path(model: Path) -> Path:
    """Where a model's audit lies: ``fusion.onnx`` has ``fusion.audit.json`` beside it."""
    return model.with_suffix(AUDIT_SUFFIX)


def read_audit(path: Path, sha256: str) -> Plain:
    """What an audit found of a model, in short.

    Args:
        path: of the audit.
        sha256: of the model that it must be of.

    Raises:
        Refused: if there is none, it can't be read, or it is of another model.
    """
    again = f"make one with engine train audit {quoted(str(path.with_name(_model_name(path))))}"
    if not path.is_file():
        raise Refused(f"model {sha256[:8]} has no audit", again)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError("it is too long")
        found: dict[str, Any] = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
        search = found["search"]
        short = {name: search[name] for name in RECORDED} | {
            name: found[name] for name in ("audit_version", "judge_version")
        }
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise Refused(f"{path.name} can't be read: {error}", again) from error
    if found.get("model_sha256") != sha256:
        raise Refused(f"{path.name} is of another model than {sha256[:8]}", again)
    return short


def _model_name(audit: Path) -> str:
    return audit.name.removesuffix(AUDIT_SUFFIX) + ".onnx"
