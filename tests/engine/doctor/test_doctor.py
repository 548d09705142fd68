"""The doctor names what is wrong with a studio, mends what can be, and raises no false alarm."""

from __future__ import annotations

import sqlite3
import warnings
from pathlib import Path
from threading import Thread

import pytest

from engine.cli.log import doctor
from engine.doctor.checks import examine
from engine.doctor.findings import MENDED, PROBLEM
from engine.gate.decisions import note
from engine.state.files import whole_file
from engine.state.places import STREAM_OF
from engine.state.studio import Studio
from store import events, projections
from store.projections import Projections
from store.records import NewEvent
from tests.engine.command_line import evolve, on_both
from tests.store.forging import unguarded

NOTE = events.CandidateNoted(candidate="a", text="lost")


def change(shell, *statements):
    with unguarded(shell.folder) as connection:
        for statement in statements:
            connection.execute(statement)


def warned(shell, *words):
    """What a command says, warnings included."""
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        return shell.type(*words)


def bad(studio):
    """What the doctor finds that is wrong, or was."""
    return [found.text for found in examine(studio) if found.kind in {PROBLEM, MENDED}]


@on_both
def test_a_sound_studio_is_well(shell):
    shell.do("approve", shell.candidates()[0])
    assert shell.do("doctor").splitlines()[-1] == "all is well"
    with Studio.open(shell.folder) as studio:
        assert bad(studio) == []


OTHER_COLUMNS = """\
CREATE TABLE other AS SELECT * FROM projections
DROP TABLE projections
ALTER TABLE other RENAME COLUMN position TO place
ALTER TABLE other RENAME TO projections"""

TAMPERED = {
    "DROP TRIGGER events_refuse_delete": "the trigger events_refuse_delete is missing: "
    "the database would let events be changed; it is put back",
    "INSERT INTO log_head SELECT * FROM log_head": "there are 2 head rows",
    OTHER_COLUMNS: "the table projections has other columns: name, version, place",
}


@pytest.mark.parametrize(
    ("statements", "said"), TAMPERED.items(), ids=["trigger", "head", "columns"]
)
def test_a_changed_schema_or_head_row_is_named(shell, statements, said):
    change(shell, *statements.splitlines())
    found = warned(shell, "doctor")
    assert found.code == 1
    assert f"problem: {said}" in found.out.splitlines()


def test_triggers_that_were_dropped_are_back(shell):
    change(shell, "DROP TRIGGER events_refuse_update", "DROP TRIGGER events_refuse_replace")
    assert shell.type("doctor").code == 1
    assert "all is well" in shell.do("doctor")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        change(shell, "UPDATE events SET actor = 'eve'")


@pytest.mark.parametrize("command", ["status", "songs list", "review", "runs", "models", "doctor"])
def test_damaged_state_is_made_again_and_said_by_every_command(shell, command):
    before = shell.do(*command.split())
    for damage in (
        "UPDATE documents SET body = replace(body, ':', ': ') WHERE projection <> 'projections'",
        "DELETE FROM documents WHERE projection <> 'projections'",
    ):
        change(shell, damage)
        found = warned(shell, *command.split())
        assert found.code == 0
        assert "is made again from the log" in found.out + found.err
        if command != "doctor":
            assert found.out == before
    assert shell.do(*command.split()) == before


@on_both
def test_an_event_in_the_wrong_place_is_named_and_left_out(shell):
    before = shell.do("status")
    with Studio.open(shell.folder) as studio:
        run = next(iter(studio.runs()))
        stream = f"run/{run}"
        misplaced = NewEvent(NOTE, actor="eve", event_id="event-x")
        (recorded,) = studio.append(stream, [misplaced], studio.log.version(stream))
    assert shell.do("status") == before
    said = f"event {recorded.position} (event-x): CandidateNoted is in the wrong place"
    assert f"problem: {said}" in shell.type("doctor").out


def test_an_event_that_names_what_is_not_there_is_one_line(shell):
    song = shell.song("meadow").song_id
    with Studio.open(shell.folder) as studio:
        unknown = NewEvent(NOTE, actor="eve", event_id="event-x")
        studio.append(f"song/{song}", [unknown], studio.log.version(f"song/{song}"))
    said = shell.type("status")
    assert said.code == 2
    assert "(event-x): CandidateNoted in stream" in said.error
    assert "is in the wrong place: there is no 'a' before it" in said.error
    found = shell.type("doctor")
    assert (found.code, found.err) == (1, "")


@pytest.mark.parametrize("own", [True, False])
def test_a_branch_of_what_is_not_there_is_one_line(shell, own):
    song = shell.song("meadow").song_id
    name = song if own else "dark"
    forked = events.SongForked(song_id=name, origin="nowhere", position=1)
    with Studio.open(shell.folder) as studio:
        stream = f"song/{name}"
        new = NewEvent(forked, actor="eve", event_id="event-x")
        studio.append(stream, [new], studio.log.version(stream))
    assert "there is no 'nowhere' before it" in shell.refused("status")
    found = shell.type("doctor")
    assert (found.code, found.err) == (1, "")


def model_file(shell):
    return next((shell.folder / "models").glob("*.onnx"))


def changed(path):
    path.write_bytes(path.read_bytes()[:-1] + b"?")


def test_a_damaged_model_that_ships_is_put_back(evolved):
    model = model_file(evolved)
    before = model.read_bytes()
    for damage in (changed, lambda path: path.unlink()):
        damage(model)
        assert "it ships with the engine and is put back" in evolved.do("doctor")
        assert model.read_bytes() == before
        assert "all is well" in evolved.do("doctor")


def test_a_changed_manifest_is_named(evolved, monkeypatch):
    monkeypatch.setattr("engine.doctor.files.put_shipped_back", lambda *_: False)
    manifest = model_file(evolved).with_suffix(".json")
    text = manifest.read_text("utf-8")
    manifest.write_text(text.replace('"licence":', '"licence":"none","was":', 1), "utf-8")
    assert "manifest" in evolved.type("doctor").out
    manifest.write_text(text.replace("MIT", "GPL"), "utf-8")
    found = evolved.type("doctor")
    assert (found.code, ".onnx was changed: licence, which run " in found.out) == (1, True)


def test_a_run_with_a_damaged_model_is_never_begun(evolved):
    runs = len(evolved.json("runs"))
    changed(model_file(evolved))
    evolved.refused("evolve", "--song", "meadow", "--population", "4", "--generations", "1")
    assert len(evolved.json("runs")) == runs


@pytest.fixture
def evolved(shell):
    """A studio with a run that the shipped model scored."""
    shell.do("evolve", "--song", "meadow", "--seed", "5", "--bars", "2", "--population", "4",
             "--generations", "1", "--keep", "1")  # fmt: skip
    return shell


@on_both
def test_a_missing_export_is_written_again(shell):
    shell.do("approve", shell.candidates()[0])
    path = shell.approved_file("verse")
    before = path.read_bytes()
    path.unlink()
    assert "verse.mid was missing; it is written" in shell.do("doctor")
    assert path.read_bytes() == before


@on_both
def test_an_edited_export_is_named(shell):
    shell.do("approve", shell.candidates()[0])
    path = shell.approved_file("verse")
    data = path.read_bytes()
    path.write_bytes(data.replace(b"verse", b"VERSE"))
    assert "approved/verse.mid was edited since it was written" in shell.do("doctor")
    start = data.index(b" hash=") + len(b" hash=")
    path.write_bytes(data[:start] + b"0" * 64 + data[start + 64 :])
    found = shell.type("doctor")
    assert found.code == 1
    assert "verse.mid names event 24 with another hash than the log" in found.out


def test_what_a_killed_command_left_is_removed(shell):
    left = shell.folder / "exports" / ".verse.mid.4194305-abcdefgh"  # no process has that number
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(b"MThd")
    other = left.with_name(".hidden.settings")
    other.write_bytes(b"mine")
    assert "was left by a command that was killed; it is removed" in shell.do("doctor")
    assert (left.exists(), other.exists()) == (False, True)


def test_what_a_command_at_work_writes_is_left_alone(shell):
    candidate = shell.candidates()[0]
    with Studio.open(shell.folder) as studio, whole_file(studio.exports / "verse.mid") as partial:
        note(studio, candidate, "hm")
        partial.write(b"MThd")
        assert "is removed" not in shell.do("doctor")
        assert [path.exists() for path in (Path(partial.name), *shell.folder.glob(".d*"))] == (
            [True, True]
        )


@on_both
def test_the_state_is_compared_at_one_moment(shell, monkeypatch):
    fold, song = projections.fold, shell.song("meadow").song_id
    candidate = shell.candidates()[0]

    def while_another_writes(*arguments):
        with monkeypatch.context() as plain, Studio.open(shell.folder) as other:
            plain.setattr(projections, "fold", fold)
            version = other.log.version(f"song/{song}")
            note = NewEvent(events.CandidateNoted(candidate=candidate, text="hm"), actor="ana")
            other.append(f"song/{song}", [note], version)
        fold(*arguments)

    with Studio.open(shell.folder) as studio:
        studio.songs()
        with monkeypatch.context() as patched:
            patched.setattr(projections, "fold", while_another_writes)
            patched.setattr(Projections, "catch_up", lambda _: None)
            assert studio.differences() == []


@on_both
def test_no_false_alarm_beside_a_run(shell):
    with Studio.open(shell.folder) as studio:
        song = studio.song("meadow").song_id

    def work():
        with Studio.open(shell.folder) as other:
            for seed in range(3):
                evolve(other, song, "bridge", 100 + seed)

    worker = Thread(target=work)
    worker.start()
    found, rounds = [], 0
    while worker.is_alive() or rounds < 2:
        with Studio.open(shell.folder) as studio:
            found += bad(studio)
        rounds += 1
    worker.join()
    assert found == []


def test_its_help_names_what_it_checks():
    assert doctor.__doc__ is not None
    for what in ("log", "state", "models", "exports", "runs"):
        assert what in doctor.__doc__


def test_the_place_of_every_kind_is_known():
    assert STREAM_OF.keys() == events.KINDS.keys()
