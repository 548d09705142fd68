"""The report of a classifier: figures as JSON, a page for people, and a picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from training.atomic_files import replacing

DOTS_PER_INCH = 120
# Columns of the confusion matrix where a text may have several labels.
OUTCOMES = ("right yes", "wrong yes", "right no", "wrong no")
ROW_SPLIT_NOTE = (
    "The row split puts rows of one song, with the same text, on both sides: it measures whether "
    "the classifier remembers texts it has read. It is shown once, for comparison."
)


def write_report(folder: Path, report: dict[str, Any]) -> None:
    """Write ``report.json``, ``report.md`` and ``confusion.png``."""
    with replacing(folder / "report.json") as waiting:
        waiting.write_text(json.dumps(report, indent=2, sort_keys=True) + "\n", "utf-8")
    with replacing(folder / "report.md") as waiting:
        waiting.write_text(page(report), "utf-8")
    with replacing(folder / "confusion.png") as waiting, waiting.open("wb") as file:
        _draw_confusion(file, report)


def page(report: dict[str, Any]) -> str:
    """The report in Markdown."""
    split, encoder = report["split"], report["encoder"]
    method = (
        f"{split['songs']} songs in {split['folds']} parts, each asked of a classifier that saw "
        f"none of it. Encoder: `{encoder['name']}`, {encoder['pooling']}."
    )
    sections = [
        f"# Classifier: {report['task']}",
        report["labels"],
        method,
        _accuracies(report),
        "## Class by class",
        _class_table(report["classes"]),
        "![What is true, and what was said](confusion.png)",
    ]
    if "row_split" in report:
        sections.insert(4, ROW_SPLIT_NOTE)
    return "\n\n".join(sections) + "\n"


def _accuracies(report: dict[str, Any]) -> str:
    lines = ["| split | rows | accuracy | 95 % | macro-F1 |", "|---|---|---|---|---|"]
    for key, name in (
        ("song_split", "by song"),
        ("majority", "the commonest label"),
        ("row_split", "by row"),
    ):
        if key in report:
            scores = report[key]
            low, high = scores["accuracy_95"]
            lines.append(
                f"| {name} | {scores['rows']} | {scores['accuracy']:.3f} | {low:.3f} to {high:.3f} "
                f"| {scores['macro_f1']:.3f} |"
            )
    return "\n".join(lines)


def _class_table(classes: dict[str, dict[str, float]]) -> str:
    lines = ["| class | precision | recall | F1 | texts |", "|---|---|---|---|---|"]
    lines += [
        f"| {name} | {row['precision']:.3f} | {row['recall']:.3f} | {row['f1']:.3f} "
        f"| {row['support']:.0f} |"
        for name, row in classes.items()
    ]
    return "\n".join(lines)


def _draw_confusion(file: Any, report: dict[str, Any]) -> None:
    """Draw the confusion matrix as a PNG, each count in its cell."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    counts = np.array(report["confusion"])
    names = list(report["classes"])
    columns = OUTCOMES if report["is_multi"] else names
    size = 2.2 + 0.7 * max(counts.shape)
    figure = Figure(figsize=(size, size), dpi=DOTS_PER_INCH, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.imshow(counts, cmap="Blues", vmin=0)
    axes.set_xticks(range(len(columns)), columns, rotation=45, ha="right")
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel("answers" if report["is_multi"] else "said")
    axes.set_ylabel("label" if report["is_multi"] else "true")
    axes.set_title(f"{report['task']}, by song", loc="left", fontsize=11)
    dark = counts.max() / 2
    for row, column in np.ndindex(counts.shape):
        ink = "white" if counts[row, column] > dark else "black"
        axes.text(column, row, str(counts[row, column]), ha="center", va="center", color=ink)
    figure.savefig(file, format="png", metadata={"Software": None})
