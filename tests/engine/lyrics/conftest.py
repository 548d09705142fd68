"""Fixtures that the tests of words share."""

from __future__ import annotations

import pytest

from tests.engine.arrangement.approved_parts import approve_lineage, opened
from tests.engine.command_line import Shell


@pytest.fixture
def arranged_shell(tmp_path, capsys):
    """A song of which a verse and a chorus are approved in every stage."""
    with opened(tmp_path / "studio") as studio:
        approve_lineage(studio, "verse")
        approve_lineage(studio, "chorus")
    return Shell(tmp_path / "studio", capsys)
