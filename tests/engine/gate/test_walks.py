"""A random walk of commands: state, files and log agree all the way."""

from __future__ import annotations

import random
import sqlite3

import pytest
import yaml

from engine.state.latest import DECIDED, UNDONE
from engine.state.songs import decisions_on
from engine.state.studio import Studio
from tests.engine.command_line import demo

STEPS = 60
KEYS = ("A minor", "F# minor", "C major", "Bb dorian")
LABELS = ("verse", "Verse", "pre-chorus", "CON", "../x")


def documents(shell, *, rebuilt=False):
    """The stored bytes of all state, as kept or as rebuilt."""
    with Studio.open(shell.folder) as studio:
        studio.songs()
        if rebuilt:
            studio.rebuild()
    connection = sqlite3.connect(shell.folder / "studio.db")
    try:
        found = connection.execute("SELECT projection, key, body FROM documents").fetchall()
    finally:
        connection.close()
    return sorted(found)


class Walker:
    """Types commands at random and keeps its own small model of what they mean."""

    def __init__(self, shell, folder, seed):
        self.shell, self.folder, self.random = shell, folder, random.Random(seed)
        self.candidates = [*shell.candidates(), *shell.candidates("cellar")]
        self.decided = {candidate: [] for candidate in self.candidates}
        self.given = {}
        self.notes = dict.fromkeys(self.candidates, 0)

    def status(self, candidate):
        return ["pending", *(word for word in self.decided[candidate] if word != "used")][-1]

    def step(self):
        moves = (self.approve, self.reject, self.undo, self.note, self.label, self.add)
        moves = (*moves, self.use, self.review, self.apply)
        self.random.choice(moves)(self.random.choice(self.candidates))

    def expect(self, fine, *words):
        said = self.shell.type(*words)
        assert said.code == (0 if fine else 2), (words, said)
        return fine

    def approve(self, candidate):
        fine = self.status(candidate) != "approved"
        if self.expect(fine, "approve", candidate, "--note", "walk"):
            self.decided[candidate].append("approved")
            self.notes[candidate] += 1

    def reject(self, candidate):
        if self.expect(self.status(candidate) != "rejected", "reject", candidate):
            self.decided[candidate].append("rejected")

    def use(self, candidate):
        """Refused as well where its section uses it already, or the song was revised."""
        if self.shell.type("use", candidate).code == 0:
            assert self.status(candidate) == "approved"
            row = self.shell.row(candidate)
            assert row["used_by"] == [row["section"]["label"]]
            self.decided[candidate].append("used")

    def undo(self, candidate):
        if self.expect(bool(self.decided[candidate]), "undo", candidate):
            self.decided[candidate].pop()

    def note(self, candidate):
        self.expect(True, "note", candidate, f"step {self.random.random()}")
        self.notes[candidate] += 1

    def label(self, candidate):
        label = self.random.choice(LABELS)
        self.expect(self.status(candidate) != "approved", "label", candidate, label)

    def add(self, _):
        document = yaml.safe_load(demo("green").read_text("utf-8"))
        path = self.folder / "green.yml"
        path.write_text(yaml.safe_dump(document | {"key": self.random.choice(KEYS)}), "utf-8")
        self.expect(True, "songs", "add", path)

    def review(self, _):
        self.expect(True, "review", *self.random.choice(([], ["--json"], ["--yaml"], ["--all"])))

    def apply(self, candidate):
        self.expect(True, "review", "--yaml", "--song", "meadow")
        path = next(self.shell.folder.glob("exports/meadow*/review.yml"))
        document = yaml.safe_load(path.read_text("utf-8"))
        rows = {row["id"]: row for row in document["candidates"]}
        if candidate in rows:
            wanted = self.random.choice(("approved", "rejected", "pending"))
            rows[candidate]["status"] = wanted
            if wanted == "pending":
                self.decided[candidate].clear()
            elif wanted != self.status(candidate):
                self.decided[candidate].append(wanted)
        path.write_text(yaml.safe_dump(document), "utf-8")
        self.expect(True, "review", "--apply", path)

    def check(self):
        rows = {row["id"]: row for row in self.shell.json("review", "--all")}
        for candidate in self.candidates:
            assert rows[candidate]["status"] == self.status(candidate)
            assert len(rows[candidate]["notes"]) == self.notes[candidate]
        approved = {c for c in self.candidates if self.status(c) == "approved"}
        for candidate in approved:
            place = (rows[candidate]["song"], rows[candidate]["label"])
            assert self.given.setdefault(place, candidate) == candidate
        files = {(path.parts[-4], path.stem) for path in self.shell.folder.rglob("approved/*")}
        assert files == {(rows[c]["song"], rows[c]["label"]) for c in approved}
        self.check_latest()

    def check_latest(self):
        """What is looked up is what reading every song gives."""
        with Studio.open(self.shell.folder) as studio:
            songs = studio.all_songs().values()
            decided = {
                position: song.song_id
                for song in songs
                for candidate in song.candidates
                for position, _ in decisions_on(song, candidate)
            }
            undone = {each.position: s.song_id for s in songs for each in s.undone.values()}
            for what, found in ((DECIDED, decided), (UNDONE, undone)):
                last = [found[max(found)]] if found else []
                assert [song.song_id for song in studio.latest(what)] == last
            for position in (0, *(song.touched for song in songs)):
                later = {song.song_id for song in songs if song.touched > position}
                assert {song.song_id for song in studio.touched_since(position)} == later
            for song in songs:
                for path, written in song.exports.items():
                    assert song in studio.songs_of_file(path)
                    assert song in studio.songs_of_file(written.sha256)


def texts(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_walk(shell, tmp_path, seed):
    walker = Walker(shell, tmp_path, seed)
    for step in range(STEPS):
        walker.step()
        if step % 10 == 9:
            walker.check()
            assert documents(shell) == documents(shell, rebuilt=True)
            assert "all is well" in shell.do("doctor")
            assert shell.json("verify")["problems"] == []
    machine = [str(tmp_path), str(shell.folder), str(demo("green").parent)]
    for event in shell.json("log", "--limit", "100000"):
        assert not [text for text in texts(event) if any(place in text for place in machine)]
        assert not [text for text in texts(event) if text.startswith("/")]
