"""State is read by type, for one thing at a time, and made again where it went bad."""

from __future__ import annotations

import sqlite3

import pytest

from engine.state.location import DATABASE_NAME
from engine.state.runs import RunProjection
from engine.state.song_events import SongProjection
from engine.state.studio import SONGS, Studio
from store import documents
from tests.engine.command_line import demo

BROKEN = {
    "not JSON": "UPDATE documents SET body = '{' WHERE projection = 'songs'",
    "another type": "UPDATE documents SET body = '7' WHERE projection = 'songs'",
    "a field missing": (
        "UPDATE documents SET body = json_remove({document}, '$.title') WHERE {song}"
    ),
    "a decision's field missing": (
        "UPDATE documents SET body = replace(body, '\"display_label\"', '\"other\"') WHERE {song}"
    ),
    "a field of the wrong type": (
        "UPDATE documents SET body = json_set({document}, '$.key', 3) WHERE {song}"
    ),
    "a song gone": "DELETE FROM documents WHERE {song}",
    "no run left": "DELETE FROM documents WHERE projection = 'runs'",
    "nothing left": "DELETE FROM documents",
}


def damage(shell, statement):
    """Change the documents of a studio; the log stays."""
    (meadow,) = (row["id"] for row in shell.json("songs", "list") if "meadow" in row["id"])
    database = sqlite3.connect(shell.folder / DATABASE_NAME)
    with database:
        where = f"projection = 'songs' AND key = '{meadow}'"
        document = "substr(body, 1, length(body) - 65)"  # before a line of 64 characters
        statement = statement.replace("{song}", where).replace("{document}", document)
        assert database.execute(statement).rowcount
    database.close()


def stored(shell):
    database = sqlite3.connect(shell.folder / DATABASE_NAME)
    rows = database.execute("SELECT * FROM documents ORDER BY projection, key").fetchall()
    database.close()
    return rows


@pytest.mark.parametrize("statement", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.filterwarnings("default::store.projections.Rebuilt")
def test_state_that_went_bad_is_made_again_and_that_is_said_in_one_line(shell, statement):
    shell.do("approve", shell.candidates()[0])
    answer, before = shell.do("status"), stored(shell)
    runs = shell.do("runs")
    damage(shell, statement)
    said = shell.type("status" if "'runs'" not in statement else "runs")
    assert (said.code, said.out) == (0, answer if "'runs'" not in statement else runs)
    (line,) = said.err.splitlines()
    assert line.startswith("note: the stored state was damaged (")
    assert line.endswith("is made again from the log")
    assert stored(shell) == before
    assert shell.type("status").err == ""


@pytest.fixture
def decoded(monkeypatch):
    """Keys of the documents that are decoded, without entries of indexes."""
    keys, decode = [], documents._decode

    def counting(projection, key, body):
        if isinstance(projection, SongProjection | RunProjection):
            keys.append(key)
        return decode(projection, key, body)

    monkeypatch.setattr(documents, "_decode", counting)
    return keys


def test_what_is_read_of_one_thing_is_that_thing(shell, decoded):
    with Studio.open(shell.folder) as studio:
        song_id = studio.song("meadow").song_id
        run_id = min(studio.runs())
        candidate = next(iter(studio.song("meadow").candidates))
        for read in (
            lambda: studio.song("meadow"),
            lambda: studio.song(song_id),
            lambda: studio.run(run_id[:5]),
            lambda: studio.run(run_id),
            lambda: studio.candidate(candidate[:8]),
            lambda: studio.candidate(candidate),
        ):
            decoded.clear()
            read()
            assert len(decoded) == 1
    assert len(shell.json("songs", "list")) > 1


def test_a_song_of_the_past_is_what_it_was(shell):
    first, second, *_ = shell.candidates()
    shell.do("approve", first)
    shell.do("reject", second)
    shell.do("songs", "add", demo("green"), "--key", "A minor")
    with Studio.open(shell.folder) as studio:
        song_id = studio.song("meadow").song_id
        known = None
        for recorded in list(studio.log.read()):
            if SONGS.route(recorded) == song_id:
                known = SONGS.apply(known, recorded)
            assert studio.song_at(song_id, recorded.position) == known
        assert known == studio.song(song_id)
        assert studio.song_at(song_id, 0) is None


def test_a_song_of_the_past_reads_only_its_own_events(shell, monkeypatch):
    with Studio.open(shell.folder) as studio:
        song = studio.song("meadow")
        read, recorded = [], studio.log.recorded
        monkeypatch.setattr(studio.log, "recorded", lambda row: read.append(row) or recorded(row))
        studio.song_at(song.song_id, song.touched - 1)
    own = {f"song/{song.song_id}", *(f"run/{run}" for run in song.runs)}
    assert {row.stream for row in read} == own
    assert not any(row.kind == "GenerationScored" for row in read)
