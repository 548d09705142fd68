"""What the tests of backups and of moves begin with."""

from __future__ import annotations

import pytest


@pytest.fixture
def approved(shell):
    """A studio with two approved parts and their files."""
    for candidate in shell.candidates()[:2]:
        shell.do("approve", candidate)
    return shell
