"""What a person rejects of a run becomes an example of what is no music; nothing else does."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from tests.engine.command_line import Shell, made_once
from training.composed.evolved_rejects import FIRST_REJECTED_SONG, evolved_rejects
from training.composed.examples import EVOLVED, KINDS, NO_COLOUR, STAGES


@pytest.fixture
def shell(tmp_path, tmp_path_factory, capsys):
    finished = made_once(tmp_path_factory.getbasetemp())
    return Shell(shutil.copytree(finished, tmp_path / "studio"), capsys)


def test_rejected_candidates_of_runs_are_examples(shell):
    with pytest.raises(ValueError, match="no evolved candidate is rejected"):
        evolved_rejects(shell.folder)
    kept, *_ = shell.candidates("meadow")
    shell.do("approve", kept, "--label", "kept")
    of_chorus = shell.candidates("meadow", "chorus")
    of_black = shell.candidates("cellar")
    for candidate in (of_chorus[0], of_black[0]):
        shell.do("reject", candidate)
    found = evolved_rejects(shell.folder)
    assert len(found) == 2
    assert set(found.kind.tolist()) == {KINDS.index(EVOLVED)}
    assert set(found.stage.tolist()) == {STAGES.index("chords")}
    assert set(found.colour.tolist()) == {NO_COLOUR}
    assert (found.song >= FIRST_REJECTED_SONG).all()
    assert len(np.unique(found.song)) == 2
    assert found.rolls.any(axis=(1, 2)).all()


def test_what_is_no_studio_is_refused(tmp_path):
    with pytest.raises(ValueError, match="is no studio"):
        evolved_rejects(tmp_path)
