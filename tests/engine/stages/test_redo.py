"""A spot is redone while all else stays, and more or less of the same is evolved."""

from __future__ import annotations

import pytest

from engine.errors import Refused
from engine.runs.requests import DEFAULT_RADIUS, Redo, redo_of
from engine.stages import STAGES
from genomes import Meter
from tests.engine.stages.snapshots import BARS, approved, evolve_words, evolved, payload
from tests.engine.stages.test_locks import in_bars, notes, verified

BAR_TICKS = Meter.parse("7/8").bar_ticks


@pytest.fixture
def made(at):
    """A shell, and the approved candidate of any stage."""

    def of(stage):
        shell = at("harmony")
        (candidate,) = approved(shell, stage)
        return shell, candidate

    return of


def genome_of(shell, candidate):
    found = [s for event in shell.events("RunFinished") for s in event.survivors]
    return next(s.genome for s in found if s.id == candidate)


def ending_in_their_bars(part, bars):
    """Notes of some bars; what is held over a bar line may be cut there by the next bar."""
    return [
        (onset, min(duration, BAR_TICKS - onset % BAR_TICKS), *others)
        for onset, duration, *others in in_bars(part, bars, BAR_TICKS)
    ]


def distance(shell, stage, first, second):
    genomes = STAGES[stage].genomes
    made = [genomes.from_payload(genome_of(shell, each)) for each in (first, second)]
    return genomes.distance(*made)


@pytest.mark.parametrize("stage", STAGES)
def test_all_but_the_named_bars_stay(made, stage):
    shell, candidate = made(stage)
    found = evolved(shell, stage, "--redo", "bars=2", "--from", candidate, seed=5)
    assert found
    others = set(range(BARS)) - {1}
    before = payload(shell, candidate)
    for each in found:
        after = payload(shell, each)
        assert ending_in_their_bars(after, others) == ending_in_their_bars(before, others)
        assert notes(after) != notes(before)


def test_without_a_source_the_approved_part_is_redone(made):
    shell, candidate = made("bass")
    (run,) = shell.json(*evolve_words("bass", "--redo", "bars=3", seed=5))
    started = shell.events("RunStarted")[-1]
    assert (started.source, started.locks.bars) == (candidate, [0, 1])
    assert verified(shell, run["run"])
    assert evolved(shell, "bass", "--redo", "bars=3", "--section", "verse", seed=6)


def test_the_original_stays_approved(made):
    shell, candidate = made("bass")
    (redone, *_) = evolved(shell, "bass", "--redo", "bars=1", seed=5)
    shell.do("approve", redone)
    assert set(approved(shell, "bass")) == {candidate, redone}
    shell.do("undo", redone)
    assert approved(shell, "bass") == [candidate]


def test_only_the_rhythm_of_a_spot_changes(made):
    shell, candidate = made("bass")
    found = evolved(shell, "bass", "--redo", "bars=1-2", "--rhythm", seed=5)
    locks = shell.events("RunStarted")[-1].locks
    assert (locks.bars, locks.rhythm, locks.pitch) == ([2], False, True)
    last = in_bars(payload(shell, candidate), {2}, BAR_TICKS)
    assert all(in_bars(payload(shell, each), {2}, BAR_TICKS) == last for each in found)


def test_only_the_pitches_of_a_spot_change(made):
    shell, candidate = made("bass")
    found = evolved(shell, "bass", "--redo", "bars=1-2", "--pitch", seed=5)
    onsets = {row[0] for row in notes(payload(shell, candidate))}
    assert found
    assert all({row[0] for row in notes(payload(shell, each))} == onsets for each in found)


@pytest.mark.parametrize("stage", STAGES)
def test_more_like_this_stays_near(made, stage):
    shell, candidate = made(stage)
    found = evolved(shell, stage, "--more-like", candidate, seed=5)
    assert found
    assert all(distance(shell, stage, candidate, each) <= DEFAULT_RADIUS for each in found)
    assert shell.events("RunStarted")[-1].source == candidate


@pytest.mark.parametrize("stage", STAGES)
def test_less_like_this_keeps_away(made, stage):
    shell, candidate = made(stage)
    words = ("--less-like", candidate, "--radius", "0.3")
    section = () if stage == "chords" else ("--section", "verse")
    (run,) = shell.json(*evolve_words(stage, *words, *section, seed=5))
    ids = [survivor["id"] for survivor in run["survivors"]]
    assert ids
    assert all(distance(shell, stage, candidate, each) > 0.3 for each in ids)
    assert shell.events("RunStarted")[-1].likeness.within is False
    assert verified(shell, run["run"])


def test_bars_as_they_are_typed():
    assert redo_of([], rhythm=False, pitch=False) is None
    assert redo_of(["bars=3-4", "bars=1"], rhythm=True, pitch=False) == Redo((0, 2, 3), rhythm=True)
    for word in ("", "6", "bars=", "bars=0", "bars=4-3", "rhythm"):
        with pytest.raises(Refused):
            redo_of([word], rhythm=False, pitch=False)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--redo", "bars=4"], "has 3 bars"),
        (["--redo", "3"], "expected bars=1-2"),
        (["--redo", "bars=1", "--lock", "bars=2"], "leave --lock out"),
        (["--redo", "bars=1", "--rhythm", "--pitch"], "exclude each other"),
        (["--rhythm"], "add --redo"),
        (["--radius", "0.2"], "add --more-like or --less-like"),
        (["--more-like", "BASS", "--radius", "1"], "expected more than 0 and less than 1"),
        (["--more-like", "BASS", "--less-like", "BASS"], "exclude each other"),
        (["--less-like", "CHORDS"], "is chords, not bass"),
        (["--more-like", "ffff"], "no candidate"),
        (["--redo", "bars=1", "--section", "bridge"], "no approved bass in bridge to redo"),
    ],
)
def test_what_makes_no_sense_is_refused(at, options, why):
    shell = at("bass")
    names = {"BASS": approved(shell, "bass")[0], "CHORDS": approved(shell, "chords")[0]}
    before = len(shell.events("RunStarted"))
    assert why in shell.refused(*evolve_words("bass", *[names.get(o, o) for o in options]))
    assert len(shell.events("RunStarted")) == before


def test_the_part_in_use_is_redone(made):
    shell, first = made("bass")
    drums = shell.row(first)["parents"][-1]
    other = evolved(shell, "bass", "--parent", drums, seed=9)[0]
    shell.do("approve", other)
    for used in (first, other):
        if used == other:
            shell.do("use", other)
        shell.do(*evolve_words("bass", "--redo", "bars=1"))
        assert shell.events("RunStarted")[-1].source == used


def test_of_several_sections_one_must_be_named(at):
    shell = at("chords")
    shell.do("approve", evolved(shell, "chords", "--section", "chorus", seed=2)[0])
    redo = evolve_words("chords", "--redo", "bars=1")
    assert "name one of them with --from" in shell.refused(*redo)
    shell.do(*redo, "--section", "chorus")
