"""Prints what people are shown of candidates: the summary of a run, and the music of each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.output import music_width, say, say_note, say_table
from engine.ids import short
from engine.reports.description import in_lines
from engine.reports.readings import flat_terms, gate_warning, in_words
from store.events import Heard, Plain, Terms

if TYPE_CHECKING:
    from engine.gate.waiting import Entry
    from engine.reports.summary import Summary
    from engine.state.studio import Studio
    from genomes import Key, Meter, Part

BLOCKS = "▁▂▃▄▅▆▇█"
INDENT = "   "


def say_summary(summary: Summary, folder: Path, *, with_terms: bool = False) -> None:
    """Print what a run was for, each survivor in a few lines, and where its files are.

    Args:
        summary: of the run.
        folder: of its files.
        with_terms: print how it went and how everything was scored, too.
    """
    from engine.reports.reasons import reason
    from genomes import Key, Meter, Part

    song, started, survivors = summary.song, summary.started, summary.finished.survivors
    section, stage = started.section, started.stage
    meter, key = Meter.parse(song.meter), Key.parse(song.key)
    say(
        f"{song.title} — {stage} for {section.label}: {section.bars} bars of "
        f"{song.meter} in {song.key}, {song.tempo_bpm:g} bpm, {song.colour}"
    )
    _say_chords_under(summary, meter)
    if with_terms:
        _say_run(summary)
    for rank, survivor in enumerate(survivors, start=1):
        others = [other.terms for other in survivors if other is not survivor]
        sung = survivor.description.get("lyrics", ())
        why = reason(stage, survivor.terms, others, survivor.heard, song.colour, sung)
        part = Part.from_payload(survivor.part)
        say()
        title = f"{rank}. {short(survivor.id)}  {why}"
        say_music(title, stage, part, meter, key, whole=with_terms)
        if with_terms:
            say(f"{INDENT}total {survivor.total:.3f}")
            say_scored(survivor.heard, survivor.terms, survivor.description)
    _say_missing(summary)
    if with_terms:
        _say_terms(summary)
        _say_distances(summary)
    say(f"\nto hear and to see: {folder}")
    if few := gate_warning(summary.passed, summary.scored):
        say_note(few)
    if summary.fall:
        say_note(f"{summary.fall.sentence}; the candidates are of the generations before")


def say_music(
    title: str,
    stage: str,
    part: Part,
    meter: Meter,
    key: Key,
    remarks: Sequence[str] = (),
    *,
    whole: bool,
) -> None:
    """Print a candidate: its title, and its music in a few lines.

    Args:
        title: begins with its id.
        stage: its stage.
        part: its notes.
        meter: of its bars.
        key: spells the names of its notes.
        remarks: lines that follow the title.
        whole: print all bars, however many lines they take.
    """
    from engine.reports.glance import MAX_LINES, glance

    most_lines = None if whole else MAX_LINES
    seen = glance(stage, part, meter, music_width() - len(INDENT), most_lines, key)
    cut = f"  (bars 1–{seen.shown_bars} of {seen.bars})" if seen.shown_bars < seen.bars else ""
    say(f"{title.rstrip()}{cut}")
    for line in (*remarks, *seen.lines):
        say(f"{INDENT}{line}".rstrip())


def say_entries(studio: Studio, shown: Sequence[Entry], *, with_terms: bool) -> None:
    """Print candidates run by run: what they are for, then each with its state and its music."""
    from engine.gate.waiting import made_together

    for _, of_run in groupby(shown, key=made_together):
        run = list(of_run)
        _say_place(run[0])
        for entry in run:
            say()
            say_entry(studio, entry, with_terms=with_terms)
    if not shown:
        say("nothing waits")
        return
    say("\napprove, reject, label or note each by its id; or say more, less, least, cant-tell")


def _say_place(entry: Entry) -> None:
    state = entry.state
    parents = " ".join(short(parent) for parent in state.parents)
    on = f", on {parents}" if parents else ""
    say(f"\n{entry.song.title} — {state.stage} for {state.section.label}{on}")


def say_entry(studio: Studio, entry: Entry, *, with_terms: bool) -> None:
    """Print a candidate with its state and its music."""
    from engine.reports.entries import shown

    state, seen = entry.state, shown(studio, entry)
    title = f"{short(entry.id)}  {seen.why}"
    say_music(title, state.stage, seen.part, seen.meter, seen.key, seen.remarks, whole=with_terms)
    if with_terms:
        if state.total is not None:
            say(f"{INDENT}total {state.total:.3f}")
        say_scored(state.heard, state.terms, state.description)


def say_scored(heard: Heard | None, terms: Terms, description: Plain) -> None:
    """Print the model's prediction, if there is one, and the description of a candidate."""
    if heard is not None:
        say(f"{INDENT}{in_words(heard, terms)}")
    for line in in_lines(description):
        say(f"{INDENT}{line}")


def _say_chords_under(summary: Summary, meter: Meter) -> None:
    from engine.reports.glance import chord_line

    chords = dict(summary.parents).get("chords")
    if chords is not None:
        say(f"over {chord_line(chords, meter, music_width() - len('over '))}")


def _say_run(summary: Summary) -> None:
    """Print how a run went."""
    started, finished = summary.started, summary.finished
    model = f"model {short(started.model_sha256)}" if started.model_sha256 else "no model"
    say(f"run {summary.run}, seed {started.seed}, {model}: {_counts(summary)}")
    say(f"best of each generation  {sparkline([point.best for point in finished.curve])}")
    if summary.stood_still:
        say(
            f"ended after generation {finished.curve[-1].generation}: the last "
            f"{started.settings['patience']} gained little"
        )


def _counts(summary: Summary) -> str:
    if summary.started.model_sha256 is None:
        return f"{summary.scored} candidates scored"
    return f"{summary.scored} candidates scored, {summary.passed} of them pass the model's gate"


def _say_missing(summary: Summary) -> None:
    """Print why there are fewer candidates than were asked for."""
    finished = summary.finished
    if finished.already_decided:
        known = [f"{short(id_)} ({status})" for id_, status in finished.already_decided.items()]
        say_note(f"met again, and decided before: {', '.join(known)}")
    if not finished.survivors:
        say("\nnothing new came out: everything scored was decided before; try another seed")
    elif len(finished.survivors) < summary.started.settings["keep"]:
        count = len(finished.survivors)
        verb = "differs" if count == 1 else "differ"
        say(f"\nonly {count} {verb} enough from the others to be shown")


def _say_terms(summary: Summary) -> None:
    say("\nterms of the survivors, and how much each varied over the first pool:")
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
    flat = [name for name in flat_terms(finished.first_pool) if name != "total"]
    if flat:
        say(f"warning: {', '.join(flat)} did not vary: it decides nothing here")


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
