"""What the tests of songs share."""

from __future__ import annotations

import pytest
import yaml


@pytest.fixture
def write(tmp_path):
    """Writes a document below the test's folder."""

    def written(name, document):
        path = tmp_path / "proposals" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")
        return path

    return written
