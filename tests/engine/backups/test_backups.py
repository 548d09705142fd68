"""Backups, exports of the log, signatures and traces: what was kept comes back, or says why not."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import tarfile
from hashlib import sha256
from threading import Thread

import pytest

from engine.backups import archive
from engine.cli import run
from engine.gate.decisions import note as add_note
from engine.state.studio import Studio
from store import events
from store.records import NewEvent
from tests.engine.command_line import Shell, on_both
from tests.engine.doctor.test_doctor import bad, change
from tests.store.forging import rehash


@pytest.fixture
def other(shell, tmp_path):
    """A studio that is yet to be."""
    return Shell(tmp_path / "other folder" / "studio", shell._capsys)


@pytest.fixture
def kept(approved, tmp_path):
    """A backup of it."""
    approved.do("backup", tmp_path / "tide.backup")
    return tmp_path / "tide.backup"


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for name in ("exports", "models")
        for path in (folder / name).rglob("*")
        if path.is_file()
    }


def log_of(shell):
    return shell.json("log", "--limit", 1000)


@on_both
def test_a_backup_comes_back_with_everything(approved, kept, other):
    said = other.do("restore", kept)
    assert f"{approved.head} events and " in said
    assert (log_of(other), files(other.folder)) == (log_of(approved), files(approved.folder))
    assert "are sound" in other.do("verify")
    assert "all is well" in other.do("doctor")
    other.do("approve", other.candidates("cellar")[0])


def test_a_backup_never_overwrites_a_file(approved, kept):
    assert "is there already" in approved.refused("backup", kept)


@on_both
def test_a_backup_in_the_place_of_a_log_that_went_on_is_an_event(approved, kept):
    approved.do("approve", approved.candidates("cellar")[0])
    before, folder = log_of(approved), approved.folder
    said = approved.do("restore", kept)
    aside = folder.with_name("studio_before_1")
    assert str(aside) in said
    assert log_of(Shell(aside, approved._capsys)) == before
    (accepted,) = approved.events("LogAccepted")
    assert (accepted.head_position, accepted.backup) == (before[-1]["position"], "tide.backup")
    assert "all is well" in approved.do("doctor")
    approved.do("restore", kept)  # again: the log loses that event, which is one, too
    assert folder.with_name("studio_before_2").exists()


@on_both
def test_a_backup_in_the_place_of_what_it_was_made_of_is_no_event(approved, kept):
    approved.do("restore", kept)
    assert approved.events("LogAccepted") == []


@on_both
@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is made like this one")
@pytest.mark.parametrize("step", ["_accept", "_make_ready", "_set_aside"])
@pytest.mark.parametrize("typed", ["status", "restore"])
def test_a_restore_that_was_killed_is_finished_or_changes_nothing(approved, kept, step, typed):
    approved.do("note", approved.candidates()[0], "since the backup")
    last = log_of(approved)[-1]["event_id"]
    killed_after(approved, step, "restore", kept)
    # In a database the log is in its place before the folder is; a file is in the folder.
    is_due = step == "_set_aside" or (step == "_make_ready" and is_in_database(approved))
    said = approved.type(typed, *([kept] if typed == "restore" else []))
    assert said.code == 0
    assert ("a restore that was ended is finished now" in said.err) == is_due
    log = log_of(approved)
    is_back = is_due or typed == "restore"
    assert (log[-1]["kind"] == "LogAccepted") == is_back
    assert (last in {event["event_id"] for event in log}) != is_back
    approved.do("doctor")
    assert "all is well" in approved.do("doctor")
    folders = sorted(path.name for path in approved.folder.parent.glob("*studio*"))
    assert folders == ["studio", "studio_before_1"][: 1 + is_back]


@on_both
def test_a_restore_that_failed_with_its_log_in_place_is_finished(approved, kept, monkeypatch):
    approved.do("note", approved.candidates()[0], "since the backup")

    def full(*_):
        raise OSError(28, "No space left on device")

    is_due, before = is_in_database(approved), log_of(approved)
    with monkeypatch.context() as patch:
        patch.setattr(archive, "_set_aside", full)
        assert "No space left" in approved.type("restore", kept).error
    said = approved.type("status")
    assert ("a restore that was ended is finished now" in said.err) == is_due
    assert (log_of(approved)[-1]["kind"] == "LogAccepted") == is_due
    if is_due:
        aside = approved.folder.with_name("studio_before_1")
        assert log_of(Shell(aside, approved._capsys)) == before
    approved.do("doctor")
    assert not list(approved.folder.parent.glob(".studio*"))


def is_in_database(shell):
    return not (shell.folder / "studio.db").exists()


def killed_after(shell, step, *words):
    """Run a command in a process of its own, which is killed after a step of the archive."""
    process = os.fork()
    if process == 0:
        honest = getattr(archive, step)

        def last(*arguments):
            honest(*arguments)
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(archive, step, last)
        run(["--studio", str(shell.folder), *map(str, words)])
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == -signal.SIGKILL


@on_both
def test_a_backup_is_of_one_moment_beside_a_writer(approved, tmp_path, other):
    names, goes_on = approved.candidates("cellar"), [True]

    def work():
        with Studio.open(approved.folder) as studio:
            while goes_on:
                add_note(studio, names[0], "hm")

    worker = Thread(target=work)
    worker.start()
    try:
        approved.do("backup", tmp_path / "busy.backup")
    finally:
        goes_on.clear()
        worker.join()
    other.do("restore", tmp_path / "busy.backup")
    with Studio.open(other.folder) as studio:
        assert bad(studio) == []


def test_a_file_that_is_exported_meanwhile_is_in_it(approved, tmp_path, other, monkeypatch):
    write_log, pending = archive._write_log, approved.candidates("cellar")[:1]

    def late(studio, file):
        for candidate in pending[:]:
            pending.clear()
            approved.do("approve", candidate)
        return write_log(studio, file)

    monkeypatch.setattr(archive, "_write_log", late)
    approved.do("backup", tmp_path / "busy.backup")
    other.do("restore", tmp_path / "busy.backup")
    assert len(other.events("ExportWritten")) == 3
    with Studio.open(other.folder) as studio:
        assert bad(studio) == []


def repacked(path, change):
    """Unpack a backup, change a member's bytes, and pack it again."""
    with tarfile.open(path) as packed:
        members = [(each.name, packed.extractfile(each).read()) for each in packed]
    with tarfile.open(path, "w:gz") as packed:
        for name, data in filter(None, (change(*each) for each in members)):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            packed.addfile(member, io.BytesIO(data))


def forged(name, data):
    """A log whose first note was changed, in a backup that names its files correctly."""
    return name, data.replace(b"verse", b"VERSE", 1) if name == "log.jsonl" else data


DAMAGED = {
    "cut": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "empty": lambda path: path.write_bytes(b""),
    "another file": lambda path: path.write_bytes(b"a song" * 99),
    "a byte": lambda path: path.write_bytes(
        path.read_bytes()[:1000] + b"?" + path.read_bytes()[1001:]
    ),
    "an export changed": lambda path: repacked(
        path, lambda name, data: (name, data + b"!" if name.endswith(".mid") else data)
    ),
    "a model gone": lambda path: repacked(
        path, lambda name, data: None if name.endswith(".mid") else (name, data)
    ),
    "the log changed": lambda path: repacked(path, forged),
    "no contents": lambda path: repacked(
        path, lambda name, data: None if name == "backup.json" else (name, data)
    ),
    "a file too many": lambda path: repacked(
        path, lambda name, data: (name.replace("backup.json", "exports/x"), data)
    ),
    "a way out": lambda path: repacked(
        path, lambda name, data: (name.replace("exports/", "exports/../../"), data)
    ),
}


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_backup_is_refused_and_changes_nothing(approved, kept, damage):
    damage(kept)
    before, stored = log_of(approved), files(approved.folder)
    said = approved.type("restore", kept)
    assert said.code == 2
    assert "tide.backup" in said.error
    assert (log_of(approved), files(approved.folder)) == (before, stored)
    assert [path.name for path in approved.folder.parent.glob(".*")] == []


@on_both
def test_a_log_is_exported_and_imported(approved, tmp_path, other):
    approved.do("log", "export", tmp_path / "tide.jsonl")
    assert "is there already" in approved.refused("log", "export", tmp_path / "tide.jsonl")
    assert f"{approved.head} events added" in other.do("log", "import", tmp_path / "tide.jsonl")
    assert log_of(other) == log_of(approved)
    assert "0 events added" in other.do("log", "import", tmp_path / "tide.jsonl")
    approved.do("approve", approved.candidates("cellar")[0])
    approved.do("log", "export", tmp_path / "more.jsonl")
    other.do("log", "import", tmp_path / "more.jsonl")
    assert log_of(other) == log_of(approved)
    assert "are sound" in other.do("verify")
    with Studio.open(other.folder) as studio:
        note = NewEvent(events.ModelPromoted(sha256=None), actor="ana")
        studio.decide("studio", lambda: [note])
    assert "is another one there than in the log" in other.refused(
        "log", "import", tmp_path / "tide.jsonl"
    )


def edited(change):
    """An edit of the JSON lines: `change` gets the objects and returns others."""

    def edit(lines):
        return [json.dumps(each) for each in change([json.loads(line) for line in lines])]

    return edit


def with_field(at, /, **fields):
    return edited(lambda rows: [r | fields if r.get("position") == at else r for r in rows])


WRONG = {
    "an actor": with_field(3, actor="eve"),
    "a hash": with_field(3, hash="ab" * 32),
    "a payload": with_field(3, payload="{}"),
    "a number as text": with_field(3, position="3"),
    "a stream that is a list": with_field(3, stream=[1]),
    "an unknown kind": with_field(3, kind="Sung"),
    "a column gone": edited(lambda rows: [*rows[:3], {"position": 3}, *rows[4:]]),
    "two lines exchanged": lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]],
    "a line gone": lambda lines: lines[:3] + lines[4:],
    "no end": lambda lines: lines[:-1],
    "a tail dropped": lambda lines: [*lines[:-2], lines[-1]],
    "no beginning": lambda lines: lines[1:],
    "nothing": lambda _: [],
    "half a line": lambda lines: [*lines[:5], lines[5][:40]],
    "something else": lambda _: ["[1]", "null"],
}


@pytest.mark.parametrize("edit", WRONG.values(), ids=WRONG)
def test_an_exported_log_that_does_not_verify_is_refused(exported_lines, empty_shell, edit):
    path = empty_shell.folder.with_name("tide.jsonl")
    path.write_text("\n".join(edit(list(exported_lines))) + "\n", "utf-8")
    said = empty_shell.type("log", "import", path)
    assert said.code == 2
    assert "tide.jsonl" in said.error
    assert empty_shell.head == 0


@pytest.fixture(scope="module")
def exported_lines(finished):
    from store.transfer import exported

    with Studio.open(finished) as studio:
        return list(exported(studio.log))


@on_both
def test_a_signature_shows_a_log_that_was_hashed_again(approved, tmp_path):
    key, copy, signed = tmp_path / "key.pem", tmp_path / "copy.jsonl", approved.head
    said = approved.do("sign", "--key", key)
    assert f"event {signed} and all before are signed by key " in said
    assert key.stat().st_mode & 0o077 == 0 or key.drive
    shutil.copy(approved.folder / "signatures.jsonl", copy)
    assert "are sound" in approved.do("verify")
    assert f"as {copy} has them" in approved.do("verify", "--against", copy)
    rehash(approved.folder, "UPDATE events SET actor = 'eve' WHERE position = 2")
    for words in (["verify"], ["verify", "--against", copy]):
        found = approved.type(*words)
        assert found.code == 1
        assert "is of another log: event" in found.out
    (approved.folder / "signatures.jsonl").unlink()
    assert "is of another log: event" in approved.type("verify").out  # the log holds it too
    rehash(approved.folder, "DELETE FROM events WHERE kind = 'LogSigned'")
    assert approved.do("verify")  # with its chain, HEAD and signatures all new, nothing shows
    assert approved.type("verify", "--against", copy).code == 1
    copy.write_text(copy.read_text().replace('"position":', '"position":1'))
    assert "was changed" in approved.type("verify", "--against", copy).out


@on_both
def test_the_doctor_adds_signatures_that_their_file_lacks(approved, tmp_path):
    path = approved.folder / "signatures.jsonl"
    for _ in range(2):
        approved.do("sign", "--key", tmp_path / "key.pem")
    first, second = path.read_text().splitlines()
    for left in ("", f"{second}\n", second):
        path.write_text(left)
        assert "signatures.jsonl lacked the signature of event" in approved.do("doctor")
        assert sorted(path.read_text().splitlines()) == sorted([first, second])
        assert "lacked" not in approved.do("doctor")
    path.unlink()
    approved.do("doctor")
    assert path.read_text() == f"{first}\n{second}\n"


@on_both
def test_a_dropped_tail_shows_against_a_signature_and_an_export(approved, tmp_path):
    copy = tmp_path / "copy.jsonl"
    approved.do("sign", "--key", tmp_path / "key.pem")
    shutil.copy(approved.folder / "signatures.jsonl", copy)
    (approved.folder / "signatures.jsonl").unlink()
    rehash(approved.folder, "DELETE FROM events WHERE position > 10")
    assert "are sound" in approved.do("verify")
    for against in (copy, approved.folder / "exports"):
        path = next(against.rglob("*.mid"), None) if against.is_dir() else against
        found = approved.type("verify", "--against", path)
        assert (found.code, "its tail was dropped" in found.out) == (1, True)


@on_both
def test_an_export_shows_a_log_that_was_hashed_again(approved):
    path = approved.approved_file("verse")
    assert "and all before are as" in approved.do("verify", "--against", path)
    rehash(approved.folder, "UPDATE events SET actor = 'eve' WHERE position = 2")
    assert "are sound" in approved.do("verify")
    found = approved.type("verify", "--against", path)
    assert found.code == 1
    assert "verse.mid names event" in found.out
    assert "with another hash: it, or one before, was changed" in found.out
    assert "names event" in approved.type("doctor").out


def test_a_copy_of_head_shows_it_too(approved, tmp_path):
    copy = shutil.copy(approved.folder / "HEAD", tmp_path / "HEAD")
    assert approved.do("verify", "--against", copy)
    rehash(approved.folder, "UPDATE events SET actor = 'eve' WHERE position = 2")
    assert approved.type("verify", "--against", copy).code == 1
    (tmp_path / "song.txt").write_text("la la")
    assert "names no event of a log" in approved.refused(
        "verify", "--against", tmp_path / "song.txt"
    )
    assert "no file" in approved.refused("verify", "--against", tmp_path / "none")


@on_both
def test_a_file_leads_back_to_its_events(approved, tmp_path):
    path = approved.approved_file("verse")
    found = approved.json("trace", path)
    assert [each["kind"] for each in found["events"]] == [
        "ExportWritten", "CandidateApproved", "RunFinished", "RunStarted", "SongProposed",
    ]  # fmt: skip
    assert found["edited"] is False
    assert f"replay {found['run']} --verify" in approved.do("trace", path)
    copy = tmp_path / "sent to a friend.mid"
    shutil.copy(path, copy)
    assert approved.json("trace", copy)["state"].startswith("a copy of exports/")
    path.write_bytes(path.read_bytes().replace(b"verse", b"VERSE"))
    assert approved.json("trace", path)["edited"] is True
    copy.write_bytes(path.read_bytes())
    assert approved.json("trace", copy)["edited"] is True
    copy.write_bytes(b"something else")
    assert "does not come from this studio" in approved.refused("trace", copy)


@on_both
def test_a_whole_song_and_a_run_lead_back_too(approved):
    approved.do("arrange", "--song", "meadow", "--audio", "none")
    (whole,) = approved.folder.rglob("song.mid")
    kinds = [each["kind"] for each in approved.json("trace", whole)["events"]]
    assert kinds[0] == "ExportWritten"
    assert {"ArrangementAssembled", "CandidateApproved", "SongProposed"} <= set(kinds)
    score = next(approved.folder.rglob("song.musicxml"), whole)
    assert approved.json("trace", score)["edited"] is False
    run = approved.json("runs")[0]["id"]
    approved.do("evolve", "--song", "meadow", "--seed", "5", "--bars", "2", "--population", "4",
                "--generations", "1", "--keep", "1", "--no-model")  # fmt: skip
    for path in approved.folder.rglob("runs/*/*"):
        found = approved.json("trace", path)
        assert found["run"] != run
        assert "RunStarted" in [each["kind"] for each in found["events"]]


def test_a_log_that_head_is_ahead_of_is_read_and_not_written(approved):
    change(approved, "DROP TRIGGER events_refuse_delete",
           "DELETE FROM events WHERE position > 10",
           "UPDATE log_head SET (position, hash) = (SELECT position, hash FROM events "
           "ORDER BY position DESC LIMIT 1)",
           "DELETE FROM documents", "DELETE FROM projections")  # fmt: skip
    listed = approved.type("songs", "archive", "meadow")
    assert listed.code == 2
    assert "its tail was dropped; put the right files back" in listed.error
    assert "restore --accept" in listed.error
    assert "accepted: the HEAD file says" in approved.do("restore", "--accept")
    assert len(approved.events("LogAccepted")) == 1
    assert "there is nothing to accept" in approved.do("restore", "--accept")
    approved.do("songs", "archive", "meadow")


def test_restore_wants_one_of_two(shell, tmp_path):
    assert "name a backup" in shell.refused("restore")
    assert "name a backup" in shell.refused("restore", tmp_path, "--accept")
    assert shell.type("restore", tmp_path / "none").code == 2


def test_digests_are_of_the_bytes_that_are_packed(kept):
    with tarfile.open(kept) as packed:
        members = {each.name: packed.extractfile(each).read() for each in packed}
    contents = json.loads(members.pop("backup.json"))
    members.pop("log.jsonl")
    assert contents["files"] == {name: sha256(each).hexdigest() for name, each in members.items()}
