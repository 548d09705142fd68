"""Figures of evolution_bench: predictions for each generation, and what the curves show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from benchmarks.reference_classifier.classifier import ReferenceClassifier
from engine.evolution.pool import Individual
from fitness.colours import COLOUR_NAMES
from genomes import Meter, Part

CHANCE = 1 / len(COLOUR_NAMES)
TERMS = ("chromatic", "theory", "prior", "confidence")
PLACES = 4
USUAL = "prior on, gate on"
NEARLY = 0.95  # of a curve's rise
NOISE = 0.01  # a probability that grows by less has stopped growing
SMOOTHING = 5  # generations

Row = dict[str, float]
Report = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ColourPredictions:
    """Predictions for candidates, by id; probability and distance are of the wanted colour."""

    colour: str
    predicted: dict[str, str]
    probability: dict[str, float]
    distance: dict[str, float]


def predict(
    classifier: ReferenceClassifier, ids: list[str], parts: list[Part], meter: Meter, colour: str
) -> ColourPredictions:
    predictions, wanted = classifier.predict(parts, meter), COLOUR_NAMES.index(colour)
    return ColourPredictions(
        colour,
        dict(zip(ids, [COLOUR_NAMES[index] for index in predictions.predicted], strict=True)),
        dict(zip(ids, predictions.probabilities[:, wanted].tolist(), strict=True)),
        dict(zip(ids, predictions.distances[:, wanted].tolist(), strict=True)),
    )


def generation_row(
    survivors: list[Individual], leaders: list[Individual], predictions: ColourPredictions
) -> Row:
    """Means over the survivors; those of the classifier over the population's best too."""
    row = _classified(survivors, predictions)
    row |= {f"leaders' {name}": value for name, value in _classified(leaders, predictions).items()}
    row |= {name: _mean([i.score.terms[name] for i in survivors]) for name in TERMS}
    row["total"] = _mean([i.total for i in survivors])
    row["best"] = round(max(i.total for i in survivors), PLACES)
    row["passing"] = _mean([i.passes for i in survivors])
    return row


def _classified(individuals: list[Individual], predictions: ColourPredictions) -> Row:
    ids = [individual.id for individual in individuals]
    return {
        "accuracy": _mean([predictions.predicted[i] == predictions.colour for i in ids]),
        "probability": _mean([predictions.probability[i] for i in ids]),
        "distance": _mean([predictions.distance[i] for i in ids]),
    }


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), PLACES)


def summary(runs: list[Report]) -> Report:
    """The means over the songs, variant by variant, and what follows from them."""
    variants = list(dict.fromkeys(run["variant"] for run in runs))
    found = {name: _variant([run for run in runs if run["variant"] == name]) for name in variants}
    return {"chance": round(CHANCE, PLACES), "variants": found, "length": _length(found[USUAL])}


def _variant(runs: list[Report]) -> Report:
    curves = {
        name: np.round(
            np.mean([[row[name] for row in run["curve"]] for run in runs], axis=0), PLACES
        ).tolist()
        for name in runs[0]["curve"][0]
    }
    classified = ("accuracy", "probability", "leaders' accuracy", "leaders' probability")
    return {
        "curves": curves,
        "peaks": {name: _peak(curves[name], _ends(runs, name)) for name in classified},
        "by colour": _by_colour(runs),
        "composed": {name: _mean([run["composed"][name] for run in runs]) for name in curves},
    }


def _ends(runs: list[Report], name: str) -> list[float]:
    return [run["curve"][-1][name] for run in runs]


def _peak(curve: list[float], ends: list[float]) -> Report:
    """Beginning, peak and end; and the standard error that a mean over so many songs has."""
    top = int(np.argmax(curve))
    error = round(float(np.std(ends) / np.sqrt(len(ends))), PLACES)
    return {"first": curve[0], "peak": curve[top], "at": top, "end": curve[-1], "error": error}


def _by_colour(runs: list[Report]) -> Report:
    """Of each colour, the last generation beside composed parts; and what else it is called."""
    found = {}
    for colour in COLOUR_NAMES:
        own = [run for run in runs if run["colour"] == colour]
        if own:
            calls = [s["called"] for run in own for s in run["survivors"]]
            ends = [run["curve"][-1] for run in own]
            found[colour] = {
                "end": {name: _mean([end[name] for end in ends]) for name in ends[0]},
                "composed": {
                    name: _mean([run["composed"][name] for run in own]) for name in ends[0]
                },
                "called": {name: calls.count(name) for name in COLOUR_NAMES if name in calls},
            }
    return found


def _length(variant: Report) -> Report:
    """Where the total has nearly risen, and where the classifier's probability stops rising."""
    curves = variant["curves"]
    best, probability = np.array(curves["best"]), smooth(curves["leaders' probability"])
    risen = best >= best[0] + NEARLY * (best.max() - best[0])
    return {
        f"best total at {NEARLY:.0%} of its rise": int(risen.argmax()),
        "judge's probability stops rising": int(
            (probability >= probability.max() - NOISE).argmax()
        ),
    }


def smooth(curve: list[float]) -> np.ndarray:
    """A running mean that is shorter at both ends."""
    window = np.ones(SMOOTHING)
    weights = np.convolve(np.ones(len(curve)), window, mode="full")
    sums = np.convolve(curve, window, mode="full")
    middle = slice(SMOOTHING // 2, SMOOTHING // 2 + len(curve))
    return np.asarray((sums / weights)[middle])


def table(report: Report) -> str:
    """The report for people."""
    lines = [f"chance {CHANCE:.3f}; survivors' means over the songs", ""]
    for name, variant in report["variants"].items():
        lines += [name, *_curve_lines(variant), ""]
    lines += [f"{USUAL}: the last generation by colour, composed parts of the same songs beside"]
    lines += _colour_lines(report["variants"][USUAL]["by colour"])
    lines += ["", *(f"{what}: generation {n}" for what, n in report["length"].items())]
    return "\n".join(lines)


COLUMNS = ("accuracy", "probability", "distance", "leaders' accuracy", "leaders' probability")
COLUMNS += ("chromatic", "theory", "prior", "confidence", "total", "passing")


def _curve_lines(variant: Report) -> list[str]:
    curves = variant["curves"]
    last = len(curves["total"]) - 1
    shown = sorted({*range(0, last, max(1, last // 8)), last})
    lines = [f"{'generation':>12} " + " ".join(f"{_short(name):>9}" for name in COLUMNS)]
    lines += [_line(str(n), {name: curves[name][n] for name in COLUMNS}) for n in shown]
    lines.append(_line("composed", variant["composed"]))
    lines += [f"  {name}: {_described(peak)}" for name, peak in variant["peaks"].items()]
    return lines


def _described(peak: Report) -> str:
    began, ended = f"first {peak['first']:.3f}", f"end {peak['end']:.3f} ± {peak['error']:.3f}"
    return f"{began}, peak {peak['peak']:.3f} at generation {peak['at']}, {ended}"


def _colour_lines(colours: Report) -> list[str]:
    lines = [f"{'':>12} " + " ".join(f"{_short(name):>9}" for name in COLUMNS)]
    for colour, found in colours.items():
        called = ", ".join(f"{name} {count}" for name, count in found["called"].items())
        lines.append(f"{_line(colour, found['end'])}  called {called}")
        lines.append(_line("composed", found["composed"]))
    return lines


def _line(name: str, row: Row) -> str:
    return f"{name:>12} " + " ".join(f"{row[column]:9.3f}" for column in COLUMNS)


def _short(name: str) -> str:
    return (
        name.replace("leaders' ", "10 ").replace("accuracy", "acc").replace("probability", "prob")
    )


PANELS = COLUMNS[:-1]


def draw(report: Report, path: Path) -> None:
    """Every curve over the generations, a line for each variant, chance dotted."""
    figure = Figure(figsize=(18, 7), layout="constrained")
    FigureCanvasAgg(figure)
    for axes, panel in zip(figure.subplots(2, 5).flat, PANELS, strict=True):
        for name, variant in report["variants"].items():
            axes.plot(variant["curves"][panel], label=name, linewidth=1.4)
        if panel.endswith(("accuracy", "probability")):
            axes.axhline(CHANCE, color="black", linestyle=":", linewidth=1)
        axes.set_title(panel, loc="left", fontsize=10)
        axes.set_xlabel("generation")
        axes.grid(alpha=0.25)
    figure.axes[0].legend(frameon=False, fontsize=8)
    figure.savefig(path, dpi=110, metadata={"Software": None})
