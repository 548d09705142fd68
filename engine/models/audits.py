"""Audits: what ``training audit`` found of a model, without which it isn't promoted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.errors import Refused, quoted
from engine.evolution.watch import smoothed
from store.events import Plain

AUDIT_SUFFIX = ".audit.json"
MAX_BYTES = 2**22

HEADING = "## Audit"
FAKES_HEADER = (
    "| stage | fakes | pass the gate | above median | worst kind | above median |",
    "| --- | --- | --- | --- | --- | --- |",
)

# Behind what audits of version 1 say of the watch.
OLD_WATCH = (
    " (the watch of audits of version 1, which listened for the song's colour; what today's, which "
    "asks whether it is music at all, would stop was not measured)"
)

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
        found = load_audit(path)
        search = found["search"]
        short = {name: search[name] for name in RECORDED} | {
            name: found[name] for name in ("audit_version", "judge_version")
        }
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise Refused(f"{path.name} can't be read: {error}", again) from error
    if found.get("model_sha256") != sha256:
        raise Refused(f"{path.name} is of another model than {sha256[:8]}", again)
    return short


def load_audit(path: Path) -> Plain:
    """A whole audit; ValueError if it can't be read."""
    if path.stat().st_size > MAX_BYTES:
        raise ValueError("it is too long")
    found: Plain = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    return found


def lost_share(judged: NDArray[np.float64]) -> float:
    """Of what a curve gained from its first value to its peak, the share lost by its end.

    0 where it never rose or ends at its peak; 1 and more where it ends where it began or below.
    """
    curve = smoothed(judged.tolist())
    gained = float(curve.max() - curve[0])
    return float(curve.max() - curve[-1]) / gained if gained > 0 else 0.0


def with_audit(page: str, found: Plain) -> str:
    """A model's card, in Markdown, that ends with what an audit found."""
    return f"{page.split(HEADING, maxsplit=1)[0].rstrip()}\n\n{audit_section(found)}\n"


def audit_section(found: Plain) -> str:
    """What an audit found, in Markdown."""
    search, plan = found["search"], found["plan"]
    low, high = search["lost_interval"]
    totals, judged = search["total"], search["judged"]
    watch = OLD_WATCH if found["audit_version"] == "1" else ""
    said = (
        f"In {search['runs']} runs on {search['songs']} songs, {plan['generations']} generations "
        f"of {plan['population']} each, the total of the best went from {totals[0]:.3f} to "
        f"{totals[-1]:.3f}; the judge, which is no part of it, went from {judged[0]:.1%} to "
        f"{max(judged):.1%} at most and ended at {judged[-1]:.1%}. Of what it had gained, the end "
        f"had lost {search['lost']:.1%} (95 % interval over songs {low:.1%} to {high:.1%}; worst "
        f"song {search['worst']:.1%}). The watch would have stopped "
        f"{search['would_be_stopped']:.1%} of the runs{watch}. Planted fakes, ranked as on the "
        "card's tables; the worst kind is the one of which most rank above the median:"
    )
    rows = [_fakes_row(stage, kinds) for stage, kinds in found["fakes"].items()]
    return "\n".join([HEADING, "", said, "", *FAKES_HEADER, *rows])


def _fakes_row(stage: str, kinds: dict[str, Any]) -> str:
    worst = max(kinds, key=lambda kind: float(kinds[kind]["above_median"]))
    count = sum(row["count"] for row in kinds.values())
    passes, above = (
        sum(row[key] for row in kinds.values()) / len(kinds) for key in ("passes", "above_median")
    )
    of_worst = f"{worst.replace('_', ' ')} | {kinds[worst]['above_median']:.1%}"
    return f"| {stage} | {count} | {passes:.1%} | {above:.1%} | {of_worst} |"


def _model_name(audit: Path) -> str:
    return audit.name.removesuffix(AUDIT_SUFFIX) + ".onnx"
