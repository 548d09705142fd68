"""One song's week at the command line: changed, built on, rearranged, taken back; nothing is lost.

Each step is a function that types what a songwriter types and looks at what came of it; another
step is one more function in ``WEEK``. What holds after every command is in ``Desk``.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import mido
import pytest
import yaml

from engine.gate.revising import FACTS
from engine.ids import short
from engine.proposals import tutorial_paths
from engine.state.lineages import in_use, is_stale
from engine.state.songs import APPROVED, Song
from engine.state.studio import Studio
from genomes import Meter
from genomes.midi import read_midi
from tests.engine.command_line import Shell
from tests.engine.stages.snapshots import TINY, told_next

SONG = "the-ferry"
BARS = 8
SECTIONS = ("verse", "chorus")
TUTORIAL = {path.name: path for path in tutorial_paths()}
DOCUMENT = yaml.safe_load(TUTORIAL["ferry.yml"].read_text("utf-8"))

VERSE_2 = "The lamp is out, the rope is wet\nThe other bank is nearly here"
NEW_WORDS = "I count the strokes, you count the stones\nNobody says a word"
WORDS = f"{TUTORIAL['ferry.txt'].read_text('utf-8')}\n[verse 2]\n{VERSE_2}\n"


@dataclass
class Desk:
    """A songwriter with a song: types commands, and checks what must hold after each.

    Attributes:
        shell: the studio.
        folder: for the files that the songwriter writes.
        approvals: ``(candidate, label, section)`` of what was approved and not taken back.
    """

    shell: Shell
    folder: Path
    approvals: set[tuple[str, str, str]] = field(default_factory=set)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, "utf-8")
        return path

    def document(self, **changed: Any) -> Path:
        """The proposal, edited."""
        return self.write("ferry.yml", yaml.safe_dump(DOCUMENT | changed))

    @property
    def song(self) -> Song:
        with Studio.open(self.shell.folder) as studio:
            (song,) = studio.all_songs().values()
        return song

    @cached_property
    def song_id(self) -> str:
        return self.song.song_id

    def do(self, *words: str | Path, leads_to: str | None = None) -> str:
        """Type a command; check what always holds, and what its last line says is next."""
        out = self.shell.do(*words)
        self.check()
        if leads_to is not None:
            following = told_next(out)
            assert shlex.join(following).startswith(leads_to), following
            assert following != list(map(str, words))
        return out

    def check(self) -> None:
        """Nothing decided is lost, and every approved part has its file."""
        song = self.song
        assert song.song_id == self.song_id
        assert self.approvals <= approvals(song)
        written = {path.stem for path in self.shell.folder.rglob("approved/*.mid")}
        assert {label for _, label, _ in approvals(song)} <= written

    def is_the_logs(self) -> bool:
        """Whether the state that is kept is what the log gives."""
        with Studio.open(self.shell.folder) as studio:
            kept = studio.all_songs()
            studio.rebuild()
            return kept == studio.all_songs()

    def seen(self) -> dict[str, Any]:
        """What a songwriter sees of the song: its values, what is approved, in use and stale."""
        song = self.song
        names = [name for name in FACTS if name != "tempo_marking"]
        return {
            "facts": {name: getattr(song, name) for name in names},
            "approvals": approvals(song),
            "rejected": {name for name, each in song.candidates.items()
                         if each.status == "rejected"},
            "in use": {section: in_use(song, section) for section in SECTIONS},
            "stale": {name for name, each in song.candidates.items() if is_stale(song, each)},
            "notes": self.notes(),
            "archived": song.is_archived,
            "next": None if song.is_archived else self.shell.json("status")[0]["next"],
        }  # fmt: skip

    def notes(self) -> dict[str, list[Any]]:
        """File -> notes of every part in use."""
        meter = Meter.parse(self.song.meter)
        return {
            f"{path.parts[-3]}/{path.stem}": read_midi(path.read_bytes())
            .to_part(meter)
            .notes.tolist()
            for path in self.shell.folder.rglob("approved/*.mid")
        }

    def change(self, *words: str | Path, leads_to: str | None = None) -> str:
        """Type a command, take it back, and type it again: each gives what was there before."""
        before = self.seen()
        self.do(*words, leads_to=leads_to)
        after = self.seen()
        assert after != before, words
        self.do("undo")
        assert self.seen() == before, words
        out = self.do(*words, leads_to=leads_to)
        assert self.seen() == after, words
        return out

    def approve(self, candidate: str, *words: str) -> str:
        out = self.change("approve", short(candidate), *words)
        (approval,) = approvals(self.song) - self.approvals
        self.approvals.add(approval)
        return out

    def evolve(self, stage: str, *words: str | Path) -> list[str]:
        """A small run; the ids of its candidates, section by section, best first."""
        seed = str(len(self.song.runs) + 1)
        told = self.shell.json("evolve", "--song", SONG, "--stage", stage, "--seed", seed,
                               *TINY, *words)  # fmt: skip
        self.check()
        return [survivor["id"] for each in told for survivor in each["survivors"]]

    def best(self, stage: str, *words: str | Path) -> list[str]:
        """As ``evolve``; the id of the best candidate of each section."""
        return self.evolve(stage, "--keep", "1", *words)

    def arranged(self, *words: str | Path) -> mido.MidiFile:
        """The song as it is put together now."""
        out = self.do("arrange", "--song", SONG, "--audio", "none", *words, leads_to="export")
        (path,) = [line.split()[0] for line in out.splitlines() if "song.mid " in line]
        return mido.MidiFile(path)


def approvals(song: Song) -> set[tuple[str, str, str]]:
    return {
        (name, approval.label, approval.section.label)
        for name, each in song.candidates.items()
        if each.status == APPROVED
        for approval in each.approvals
    }


def words_of(midi: mido.MidiFile) -> str:
    """What is sung in a MIDI file, as plain words."""
    sung = "".join(message.text for track in midi.tracks for message in track
                   if message.type == "lyrics")  # fmt: skip
    return " ".join(sung.replace("-", "").split())


def add(desk: Desk) -> None:
    out = desk.do("songs", "add", desk.document(), leads_to="evolve --stage chords")
    assert "1 added" in out


def chords_of_verse_and_chorus(desk: Desk) -> None:
    for section in SECTIONS:
        best, *others = desk.evolve("chords", "--section", section, "--bars", str(BARS))
        assert desk.shell.json("status")[0]["next"].startswith("review")
        assert told_next(desk.approve(best))[:3] == ["evolve", "--stage", "drums"]
        for other in others:
            desk.change("reject", short(other), "--reason", "no resolution")


def five_revisions(desk: Desk) -> None:
    """By the file or by hand; only another meter or colour makes what is there stale."""
    before = desk.seen()
    out = desk.change("songs", "add", desk.document(bpm=96), leads_to="evolve --stage drums")
    assert "tempo: 92 → 96" in out
    assert "1 revised" in out
    desk.change("songs", "edit", SONG, "--title", "The Ferry Home", leads_to="evolve --stage drums")
    desk.change("songs", "edit", "ferry home", "--tempo", "88", leads_to="evolve --stage drums")
    assert desk.seen()["stale"] == set()
    assert desk.seen()["approvals"] == before["approvals"]
    for value in (("--colour", "Red"), ("--meter", "3/4")):
        desk.change("songs", "edit", SONG, *value, leads_to="evolve --stage chords")
        assert desk.seen()["stale"] >= {name for name, *_ in desk.approvals}
        out = desk.do("undo", leads_to="evolve --stage drums")
        assert "fitting again" in out
    assert desk.seen()["stale"] == set()


def transposition(desk: Desk) -> None:
    before = desk.notes()
    out = desk.change("songs", "edit", SONG, "--key", "E minor", leads_to="evolve --stage drums")
    assert "transposed to E minor: 2 approved" in out
    for name, notes in desk.notes().items():
        moved = {new[2] - old[2] for new, old in zip(notes, before[name], strict=True)}
        assert moved in ({2}, {-10}, {14})


def the_other_stages(desk: Desk) -> None:
    words = desk.write("ferry.txt", TUTORIAL["ferry.txt"].read_text("utf-8"))
    sung = ("--lyrics", words, "--singer", "baritone")
    for stage, options in (("drums", ()), ("bass", ()), ("melody", sung), ("harmony", ())):
        for best in desk.best(stage, *options):
            desk.approve(best)
    assert desk.seen()["stale"] == set()
    assert {tuple(used) for used in desk.seen()["in use"].values()} == {
        ("chords", "drums", "bass", "melody", "harmony")
    }
    sung_words = words_of(desk.arranged())
    for line in words.read_text("utf-8").splitlines():
        assert line.startswith("[") or line in sung_words


def second_verse_with_other_words(desk: Desk) -> None:
    words = desk.write("all words.txt", WORDS)
    before = desk.seen()
    sung = words_of(desk.arranged("--lyrics", words))
    for line in WORDS.splitlines():
        assert line.startswith("[") or line in sung
    assert desk.seen()["approvals"] == before["approvals"]


def another_bass(desk: Desk) -> None:
    """A part made by hand takes the place of the evolved one, and what fits it stays."""
    before = desk.seen()
    mine = ("import", TUTORIAL["my-bass.mid"], "--song", SONG, "--stage", "bass")
    desk.change(*mine, "--label", "verse", leads_to="use")
    (imported,) = approvals(desk.song) - desk.approvals
    desk.approvals.add(imported)
    assert desk.seen()["in use"] == before["in use"]
    out = desk.change("use", short(imported[0]), "--section", "verse", leads_to="use")
    assert "stale now: melody verse, harmony verse" in out
    desk.change("use", short(imported[0]), "--section", "verse", "--recheck", leads_to="arrange")
    assert desk.seen()["stale"] == set()
    assert desk.seen()["in use"]["verse"] == before["in use"]["verse"] | {"bass": imported[0]}
    again = desk.arranged()
    assert all(line in words_of(again) for line in VERSE_2.splitlines())
    (track,) = [track for track in again.tracks if track.name.casefold() == "bass"]
    played = {message.note for message in track if message.type == "note_on"}
    assert played >= {note[2] for note in desk.notes()["bass/verse_2"]}


def redo_of_a_bar(desk: Desk) -> None:
    melody = desk.seen()["in use"]["verse"]["melody"]
    redone = desk.evolve("melody", "--redo", "bars=2", "--from", melody)
    assert told_next(desk.approve(redone[0]))[:2] == ["use", short(redone[0])]
    assert desk.seen()["in use"]["verse"]["melody"] == melody
    desk.change("use", short(redone[0]), leads_to="evolve --stage harmony")
    assert desk.seen()["in use"]["verse"]["melody"] == redone[0]
    desk.do("undo")
    assert desk.seen()["in use"]["verse"]["melody"] == melody


def chords_of_a_bridge(desk: Desk) -> None:
    """Chords that the songwriter has are approved as they are written; another section stays."""
    before = desk.seen()
    written = ("chords", "Em C | G D/F# | % | B7", "--song", SONG, "--section", "bridge")
    desk.do(*written)
    desk.do("undo", leads_to="review")  # they wait to be approved again
    assert {**desk.seen(), "next": before["next"]} == before
    desk.do(*written)
    (bridge,) = approvals(desk.song) - desk.approvals
    desk.approvals.add(bridge)
    assert bridge[2] == "bridge"
    assert desk.seen()["in use"] == before["in use"]
    sounding = {note[2] % 12 for note in desk.notes()[f"chords/{bridge[1]}"]}
    assert sounding >= {4, 7, 11, 0, 2, 9, 6, 3}  # of Em, C, G, D and B7


def other_words_to_the_tune(desk: Desk) -> None:
    """A line is written anew: the tune in use sings it, and one undo brings the old words back."""
    before = desk.seen()
    words = desk.write("new words.txt", f"[verse 1]\n{NEW_WORDS}\n")
    desk.do("words", SONG, "--section", "verse", "--lyrics", words)
    reworded = desk.seen()["in use"]["verse"]["melody"]
    assert reworded != before["in use"]["verse"]["melody"]
    assert desk.seen()["stale"] == before["stale"]
    assert all(line in words_of(desk.arranged()) for line in NEW_WORDS.splitlines())
    desk.do("undo")
    assert desk.seen()["in use"] == before["in use"]
    assert not any(line in words_of(desk.arranged()) for line in NEW_WORDS.splitlines())
    desk.do("undo")
    assert desk.seen()["approvals"] == before["approvals"]


def archive_and_restore(desk: Desk) -> None:
    desk.change("songs", "archive", SONG)
    assert desk.shell.json("songs", "list") == desk.shell.json("review") == []
    desk.do("undo")
    before = desk.seen()
    desk.do("songs", "archive", SONG)
    desk.do("songs", "add", desk.document(bpm=96))
    assert desk.seen() == before


WEEK: tuple[Callable[[Desk], None], ...] = (
    add,
    chords_of_verse_and_chorus,
    five_revisions,
    transposition,
    the_other_stages,
    second_verse_with_other_words,
    another_bass,
    redo_of_a_bar,
    other_words_to_the_tune,
    chords_of_a_bridge,
    archive_and_restore,
)


@pytest.fixture
def desk(empty_shell, tmp_path):
    folder = tmp_path / "my songs"
    folder.mkdir()
    return Desk(empty_shell, folder)


def test_a_songs_week(desk):
    for step in WEEK:
        step(desk)
        assert desk.is_the_logs(), step.__name__
