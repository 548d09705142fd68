"""The report as files: a page, its figures, and its pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from training.fusion.drawings import draw_confusion, draw_reliability
from training.fusion.song_report import picture_name, report
from training.whole_files import replacing

REPORT_FOLDER, REPORT_JSON, REPORT_PAGE = "report", "report.json", "report.md"
RELIABILITY = "reliability.png"


def write_report(folder: Path, metrics: dict[str, Any]) -> None:
    """Write ``report/``; the figures last, so that where they are, all is."""
    where = folder / REPORT_FOLDER
    for name, found in metrics["by_modality"].items():
        draw_confusion(where / picture_name(name), found["confusion"], f"Test songs, {name}")
    draw_reliability(where / RELIABILITY, metrics["calibration"], "Claimed and right, test songs")
    with replacing(where / REPORT_PAGE) as waiting:
        waiting.write_text(report(metrics), encoding="utf-8")
    figures = msgspec.json.format(msgspec.json.encode(metrics, order="sorted"), indent=2)
    with replacing(where / REPORT_JSON) as waiting:
        waiting.write_bytes(figures + b"\n")
