"""The whole command line on a studio whose log is in a PostgreSQL database."""

from __future__ import annotations

import json

import psycopg
import pytest

from engine.cli import run
from engine.state.location import Location
from engine.web.server import PageServer
from store import log as store_log
from tests.engine.command_line import Said, Shell, demo
from tests.engine.web.client import Client
from tests.engine.web.conftest import serving
from tests.postgresql import database_name

SEARCH = ("--seed", 1, "--bars", 4, "--population", 12, "--generations", 1,
          "--keep", 3, "--no-model")  # fmt: skip


@pytest.fixture
def address(postgresql):
    """A database without tables."""
    return postgresql.empty()


@pytest.fixture
def typed(address, tmp_path, capsys, monkeypatch):
    """Types command lines that name the database, and the folder."""
    monkeypatch.delenv("ENGINE_STUDIO", raising=False)

    def type_line(*words, address=address):
        capsys.readouterr()
        options = ["--studio", address, "--folder", str(tmp_path / "files")]
        code = run([*options, *map(str, words)])
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return type_line


@pytest.fixture
def begun(typed, tmp_path, capsys):
    """A studio with a song and a run."""
    assert typed("songs", "add", demo("green")).code == 0
    assert typed("evolve", "--song", "meadow", *SEARCH).code == 0
    return Shell(tmp_path / "files", capsys)


def test_a_whole_song(typed, begun, tmp_path):
    shell = begun
    assert json.loads(typed("songs", "list", "--json").out) == shell.json("songs", "list")
    first, second, *_ = shell.candidates()
    assert typed("approve", first).code == 0
    shell.do("undo")
    shell.do("approve", second)
    shell.do("evolve", "--song", "meadow", "--stage", "melody", *SEARCH[:2], *SEARCH[4:])
    (melody, *_) = [row["id"] for row in shell.json("review") if row["stage"] == "melody"]
    shell.do("approve", melody)
    shell.do("arrange", "--song", "meadow", "--audio", "none")
    assert "Meadow" in shell.do("status")
    for made in shell.json("runs"):
        shell.do("replay", made["id"], "--verify")
    before = shell.json("show", "meadow")
    shell.do("fork", "meadow", "--as", "Hill")
    assert shell.json("show", "meadow", "--at", before["at"]) == before
    assert len(shell.json("songs", "list")) == 2
    assert "are sound" in shell.do("verify")
    assert shell.do("doctor").splitlines()[-1] == "all is well"
    assert (tmp_path / "files" / "HEAD").is_file()
    assert not (tmp_path / "files" / "studio.db").exists()


def test_the_page_answers(begun):
    with serving(PageServer(begun.folder)) as server:
        client = Client.of(server)
        assert "Meadow" in client.get("/")


def test_a_folder_belongs_to_one_database(typed, begun, postgresql, address):
    other = typed("status", address=postgresql.empty())
    assert f"belongs to the studio at {address}" in other.error
    assert begun.do("status")


def test_what_needs_a_studio_begins_none(typed, tmp_path, address, postgresql):
    assert f"there is no studio in {address}" in typed("status").error
    assert not (tmp_path / "files").exists()
    tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    assert postgresql.sql(tables, database_name(address)) == [(0,)]


def test_another_folder_on_the_same_database_must_accept_the_log_once(
    begun, address, tmp_path, capsys
):
    other = Shell(tmp_path / "other", capsys)
    Location(other.folder, address).keep()
    refused = other.type("songs", "archive", "meadow")
    assert "the HEAD file is missing" in refused.error
    assert "restore --accept" in refused.error
    other.do("restore", "--accept")
    other.do("songs", "archive", "meadow")
    assert "are sound" in begun.do("verify")
    assert begun.json("songs", "list") == []


SETTINGS = {
    "database = 7": "doesn't name a database",
    'database = "sqlite:///x.db"': "doesn't name a database",
    'database = "postgresql://engine@/x"\ncolour = "red"': "says more",
    "database = ": "can't be read",
}


@pytest.mark.parametrize(("text", "said"), SETTINGS.items())
def test_settings_that_say_something_else_are_refused(empty_shell, text, said):
    empty_shell.folder.mkdir()
    (empty_shell.folder / "engine.toml").write_text(text)
    assert said in empty_shell.type("status").error


def test_a_password_is_never_printed_or_kept(typed, address, tmp_path):
    for secret in (
        address.replace("engine@", "engine:sesame@"),
        f"{address}&password=sesame",
    ):
        said = typed("songs", "add", demo("green"), address=secret)
        assert said.code == 2
        assert "PGPASSWORD" in said.error
        assert "sesame" not in said.out + said.err
    assert not (tmp_path / "files").exists()


def test_a_server_that_is_away_is_one_line(typed, begun, postgresql):
    postgresql.stop("immediate")
    try:
        for words in (["status"], ["approve", "abc"], ["doctor"]):
            said = typed(*words)
            assert said.code == 2
            assert "the server can't be reached" in said.error
            assert "start it, or see the address in engine.toml" in said.error
    finally:
        postgresql.start()
    assert begun.do("status")


@pytest.mark.parametrize("is_done", [True, False])
def test_the_next_command_says_whether_a_decision_stands(begun, postgresql, monkeypatch, is_done):
    candidate = begun.candidates()[0]
    commit = psycopg.Connection.commit

    def lost(connection):
        is_event = connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
        if is_done or not is_event:
            commit(connection)
        if is_event:
            postgresql.stop("immediate")
            connection.execute("SELECT 1")

    with monkeypatch.context() as patch:
        patch.setattr(store_log, "RECONNECTING_S", 0.1)
        patch.setattr(psycopg.Connection, "commit", lost)
        said = begun.type("approve", candidate)
    postgresql.start()
    assert said.code == 2
    assert "connection was lost while the log was written" in said.error
    assert "engine log shows whether it was recorded" in said.error.replace(
        f"engine --studio {begun.folder}", "engine"
    )
    following = begun.type("status")
    assert following.code == 0
    if is_done:
        assert "stands: it is event" in following.err
        assert "verse.mid is written: a command was ended before it was" in following.err
    else:
        assert "is not in the log: type that command again" in following.err
    assert len(begun.events("CandidateApproved")) == is_done
    assert begun.do("doctor").splitlines()[-1] == "all is well"
