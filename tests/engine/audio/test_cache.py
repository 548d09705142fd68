"""The cache of sounds: bounded, used by several processes at once, and never in the way."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from engine.audio.cache import SoundCache


def name(number, suffix="flac"):
    return f"{number:032x}.{suffix}"


def test_the_least_recently_used_are_thrown_away(tmp_path):
    cache = SoundCache(tmp_path / "a b", max_bytes=100)
    for number in range(3):
        cache.write(name(number), bytes(30))
        os.utime(cache.folder / name(number), (number, number))
    assert cache.read(name(0)) == bytes(30)  # used now
    cache.write(name(3), bytes(30))
    assert [cache.has(name(number)) for number in range(4)] == [True, False, True, True]
    cache.write(name(4), bytes(1000))  # more than fits at all
    assert sum(path.stat().st_size for path in cache.folder.iterdir()) <= 100


@pytest.mark.parametrize("asked", ["../studio.db", "x.flac", name(1, "db"), f"{name(1)}/", ""])
def test_nothing_but_its_own_files_is_read(tmp_path, asked):
    (tmp_path / "studio.db").write_bytes(b"secret")
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "x.flac").write_bytes(b"mine")
    cache = SoundCache.of_studio(tmp_path)
    assert cache.read(asked) is None
    assert not cache.has(asked)


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path):
    (tmp_path / "cache").write_text("a file in its place", "utf-8")
    cache = SoundCache.of_studio(tmp_path)
    cache.write(name(1), b"sound")
    assert cache.read(name(1)) is None


WRITER = """
import sys
from pathlib import Path
from engine.audio.cache import SoundCache
cache = SoundCache(Path(sys.argv[1]), max_bytes=2_000)
for turn in range(60):
    number = turn % 12
    cache.write(f"{number:032x}.flac", bytes([number]) * 300)
    found = cache.read(f"{number:032x}.flac")
    assert found in (None, bytes([number]) * 300), found
"""


def test_two_processes_share_it(tmp_path):
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    writers = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(2)]
    assert [writer.communicate()[1] for writer in writers] == [b"", b""]
    paths = list(tmp_path.iterdir())
    assert sum(path.stat().st_size for path in paths) <= 2_000
    assert {path.suffix for path in paths} == {".flac"}  # nothing half written is left
