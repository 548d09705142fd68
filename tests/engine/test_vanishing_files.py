"""Files that another command removes while they are read."""

from __future__ import annotations

from pathlib import Path

from engine.state.files import content_of, file_sha256


def test_a_file_that_is_removed_before_it_is_read_is_none(tmp_path, monkeypatch):
    path = tmp_path / "verse.mid"
    path.write_bytes(b"MThd")
    honest = Path.read_bytes

    def removed_first(asked):
        asked.unlink()
        return honest(asked)

    monkeypatch.setattr(Path, "read_bytes", removed_first)
    assert content_of(path) is None
    path.write_bytes(b"MThd")
    assert file_sha256(path) is None
