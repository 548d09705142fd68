"""Pictures of a report: confusion matrix, reliability diagram and trials of a search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from fitness.colours import COLOUR_NAMES
from training.atomic_files import replacing

DOTS_PER_INCH = 110
INK = "#2b5d9c"


def draw_confusion(path: Path, counts: Sequence[Sequence[int]], title: str) -> None:
    """True colours in rows, named ones in columns; shades are shares of a row, as a PNG."""
    figure, axes = _figure(5.2, 4.6, title)
    table = np.array(counts)
    there = np.flatnonzero(table.sum(axis=1) + table.sum(axis=0))
    table = table[np.ix_(there, there)]
    names = [COLOUR_NAMES[place] for place in there]
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(names)), names, rotation=45, ha="right")
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel("named")
    axes.set_ylabel("true")
    for (row, column), count in np.ndenumerate(table):
        shade = "white" if shares[row, column] > 0.5 else "black"
        axes.text(column, row, str(count), ha="center", va="center", fontsize=8, color=shade)
    _save(figure, path)


def draw_reliability(path: Path, curves: Mapping[str, Mapping[str, Any]], title: str) -> None:
    """Reliability diagram as a PNG: observed frequency against predicted probability."""
    figure, axes = _figure(4.8, 4.4, title)
    axes.plot([0, 1], [0, 1], color="#888888", linewidth=1, linestyle="--")
    for (name, curve), style in zip(curves.items(), ("o-", "s:"), strict=False):
        claimed, happened = zip(*((row[3], row[4]) for row in curve["rows"]), strict=True)
        axes.plot(claimed, happened, style, color=INK, label=f"{name}, error {curve['error']:.3f}")
    axes.set_xlabel("claimed")
    axes.set_ylabel("right")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.legend(frameon=False, loc="upper left")
    _save(figure, path)


def draw_trials(path: Path, accuracies: Sequence[float | None]) -> None:
    """What every trial of a search reached, and the best so far, as a PNG."""
    figure, axes = _figure(5.6, 3.6, "Validation songs, trial by trial")
    reached = np.array([np.nan if one is None else one for one in accuracies])
    numbers = np.arange(1, len(reached) + 1)
    axes.plot(numbers, reached, "o", color=INK, label="trial")
    best = np.fmax.accumulate(reached)
    axes.step(numbers, best, where="post", color="#888888", label="best so far")
    axes.set_xlabel("trial")
    axes.set_ylabel("colour right")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(frameon=False, loc="lower right")
    _save(figure, path)


def _figure(width: float, height: float, title: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_title(title, loc="left", fontsize=10, parse_math=False)
    return figure, axes


def _save(figure: Figure, path: Path) -> None:
    with replacing(path) as waiting:
        # Without the version of the library, the same figures make the same bytes.
        figure.savefig(waiting, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
