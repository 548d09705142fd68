"""Progress where there is no terminal: a line every few seconds."""

from __future__ import annotations

from contextlib import suppress

import pytest
from rich.console import Console

from engine.cli.progress import LINE_SECONDS, Bar, Lines


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def said():
    return []


def test_a_line_every_few_seconds_with_the_time_left(said):
    clock = Clock()
    with Lines("generations", 25, 5, said.append, clock) as lines:
        for done in range(6, 26):
            clock.now += 2.0
            lines.update(done, done / 100)
    assert said[:2] == [
        "generations: 8 of 25, best 0.080, about 0:34 left",
        "generations: 11 of 25, best 0.110, about 0:28 left",
    ]
    assert said[-1] == "generations: 25 of 25, best 0.250"
    assert len(said) == 20 * 2.0 // (LINE_SECONDS + 1) + 1


def test_a_short_run_is_one_line(said):
    with Lines("generations", 3, 0, said.append, Clock()) as lines:
        for done in (1, 2, 3):
            lines.update(done, 0.5)
    assert said == ["generations: 3 of 3, best 0.500"]


def test_stopped_early_it_says_how_far_it_came(said):
    clock = Clock()
    with suppress(KeyboardInterrupt), Lines("verse", 9, 0, said.append, clock) as lines:
        clock.now += 3.0
        lines.update(1, description="chorus, bass")
        raise KeyboardInterrupt
    assert said == ["chorus, bass: 1 of 9, about 0:24 left"]


def test_what_was_done_can_be_all(said):
    with Lines("composing", 9, 2, said.append, Clock()) as lines:
        lines.update(4)
        lines.finish()
    assert said == ["composing: 4 of 4"]


def test_a_terminal_has_a_bar():
    console = Console(force_terminal=True, width=90, record=True, file=None, quiet=False)
    with console.capture() as shown, Bar("generations", 4, 1, console) as bar:
        bar.update(3, 0.75, "verse")
        bar.finish()
    assert "verse" in shown.get()
    assert "3/3" in shown.get()
    assert "best 0.750" in shown.get()
