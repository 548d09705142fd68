"""A song from its proposal to its arrangement, typed as each command's ending says."""

from __future__ import annotations

import pytest

from engine.stages import STAGES
from tests.engine.command_line import demo
from tests.engine.stages.snapshots import (
    BARS,
    SONG_ADDED,
    TINY,
    approved,
    evolve_words,
    evolved,
    progress,
    told_next,
)

MOST_STEPS = 25


def step(shell, out):
    """Type what is next; gives the command, and what it said."""
    words = told_next(out)
    quick = {
        "evolve": ["--seed", "3", *TINY, *(["--bars", str(BARS)] if "chords" in words else [])],
        "arrange": ["--audio", "none"],
    }
    return words, shell.do(*words, *quick.get(words[0], []))


def walk(shell, out):
    """Type what is next, again and again, until it is an arrangement; gives every command."""
    typed = []
    while len(typed) < MOST_STEPS:
        words, out = step(shell, out)
        typed.append(words)
        if words[0] == "arrange":
            return typed
    raise AssertionError(typed)


def test_every_ending_leads_on_to_an_arrangement(empty_shell):
    typed = walk(empty_shell, empty_shell.do("songs", "add", demo("green")))
    assert [words[0] for words in typed] == ["evolve", "review", "approve"] * 5 + ["arrange"]
    assert [words[2] for words in typed if words[0] == "evolve"] == list(STAGES)
    lineage = []
    for stage, row in progress(empty_shell).items():
        (candidate,) = approved(empty_shell, stage)
        assert row["approved"] == ["verse"]
        assert empty_shell.row(candidate)["parents"] == lineage
        lineage.append(candidate)
    (arranged,) = empty_shell.events("ArrangementAssembled")
    assert set(arranged.parts) == set(lineage)


@pytest.mark.parametrize("stage", [SONG_ADDED, *STAGES])
def test_status_review_and_undo_lead_on_too(at, stage):
    shell = at(stage)
    for command in ("status", "review", "undo"):
        if (command, stage) != ("undo", SONG_ADDED):
            step(shell, shell.do(command))


def test_a_section_whose_chords_were_turned_down_holds_nothing_up(at):
    shell = at("chords")
    for candidate in evolved(shell, "chords", "--section", "chorus", seed=2):
        shell.do("reject", candidate)
    typed = walk(shell, shell.do("status"))
    assert [words[2] for words in typed if words[0] == "evolve"] == list(STAGES)[1:]


def test_a_second_section_is_walked_beside_the_first(at):
    shell = at("harmony")
    out = shell.do(*evolve_words("chords", "--section", "chorus", seed=2))
    typed = walk(shell, out)
    assert [words[0] for words in typed].count("evolve") == 4
    assert all(progress(shell, "chorus")[stage]["approved"] == ["chorus"] for stage in STAGES)
    (draft,) = shell.events("ArrangementAssembled")
    assert {row["section"]["label"] for row in map(shell.row, draft.parts)} == {"verse", "chorus"}


def test_after_everything_was_turned_down_another_try_is_named(at):
    shell = at("chords")
    for candidate in evolved(shell, "drums"):
        out = shell.do("reject", candidate)
    assert told_next(out)[:3] == ["evolve", "--stage", "drums"]
