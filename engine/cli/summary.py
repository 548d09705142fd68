"""Prints the summary of a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.output import say, say_table
from engine.ids import short
from engine.reports.description import in_lines
from engine.reports.readings import gate_warning, in_words
from store.events import Heard, Plain, Terms

if TYPE_CHECKING:
    from engine.reports.summary import Summary

# A term whose standard deviation over the first pool is smaller has no influence.
FLAT_SPREAD = 1e-6

BLOCKS = "▁▂▃▄▅▆▇█"


def say_summary(summary: Summary, folder: Path | None = None) -> None:
    """Print survivors with descriptions and scores, spreads of terms, distances, and the folder."""
    song, started, finished = summary.song, summary.started, summary.finished
    section = started.section
    say(
        f"\n{song.title} — {started.stage}, {section.label}, {section.bars} bars of "
        f"{song.meter}, {song.key}, {song.tempo_bpm:g} bpm, {song.colour}"
    )
    model = f"model {short(started.model_sha256)}" if started.model_sha256 else "no model"
    say(f"run {summary.run}, seed {started.seed}, {model}: {_counts(summary)}")
    say(f"best of each generation  {sparkline([point.best for point in finished.curve])}")
    for rank, survivor in enumerate(finished.survivors, start=1):
        say(f"\n{rank}. {short(survivor.id)}  total {survivor.total:.3f}")
        say_heard(survivor.heard, survivor.terms)
        say_description(survivor.description)
    for candidate, status in finished.already_decided.items():
        say(f"\nmet again: {short(candidate)}, {status} before")
    if not finished.survivors:
        say("\nnothing new came out: everything scored was decided before; try another seed")
    elif len(finished.survivors) < started.settings["keep"]:
        say(f"\nonly {len(finished.survivors)} differ enough from each other to be shown")
    say("\nterms of the survivors, and how much each varied over the first pool:")
    _say_terms(summary)
    _say_distances(summary)
    if folder is not None:
        say(f"to hear and to see: {folder}")


def _counts(summary: Summary) -> str:
    if summary.started.model_sha256 is None:
        return f"{summary.scored} candidates scored"
    return f"{summary.scored} candidates scored, {summary.passed} of them pass the model's gate"


def say_heard(heard: Heard | None, terms: Terms) -> None:
    """Print the model's prediction; nothing without a model."""
    if heard is not None:
        say(f"   {in_words(heard, terms)}")


def say_description(description: Plain) -> None:
    """Print the description of a candidate."""
    for line in in_lines(description):
        say(f"   {line}")


def _say_terms(summary: Summary) -> None:
    finished = summary.finished
    names = [name for name in finished.first_pool.spread if name != "total"]
    header = ["term", *(short(survivor.id) for survivor in finished.survivors), "spread"]
    rows: list[list[Any]] = [
        [name, *(s.terms[name] for s in finished.survivors), finished.first_pool.spread[name]]
        for name in names
    ]
    total = [survivor.total for survivor in finished.survivors]
    rows.append(["total", *total, finished.first_pool.spread["total"]])
    say_table(header, rows)
    flat = [name for name in names if finished.first_pool.spread[name] < FLAT_SPREAD]
    if flat:
        say(f"warning: {', '.join(flat)} did not vary: it decides nothing here")
    if few := gate_warning(summary.passed, summary.scored):
        say(f"warning: {few}")


def _say_distances(summary: Summary) -> None:
    finished = summary.finished
    pairs = [
        f"{one + 1}–{other + 1} {row[other]:.2f}"
        for one, row in enumerate(finished.distances)
        for other in range(one + 1, len(row))
    ]
    if pairs:
        min_distance = finished.first_pool.median_distance
        say(f"distances: {', '.join(pairs)} (at least {min_distance:.2f} asked)")


def sparkline(values: list[float]) -> str:
    """A curve as one line of block characters, between its lowest and highest value."""
    lowest, highest = min(values), max(values)
    scale = (len(BLOCKS) - 1) / (highest - lowest) if highest > lowest else 0.0
    drawn = "".join(BLOCKS[round((value - lowest) * scale)] for value in values)
    return f"{lowest:.3f} {drawn} {highest:.3f}"
