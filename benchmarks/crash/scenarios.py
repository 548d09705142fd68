"""The commands that are disturbed, and what a person types after each disturbance."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.crash import studios
from benchmarks.crash.checking import facts, read_log
from benchmarks.crash.server import Ended
from benchmarks.crash.studios import SMALL, TINY, Workplace, demo

Words = tuple[str, ...]
Then = Callable[[Workplace, Words, Ended], list[Words]]


def type_again(_: Workplace, words: Words, __: Ended) -> list[Words]:
    """The same command again, whatever was seen of it."""
    return [words]


def unless_said(_: Workplace, words: Words, ended: Ended) -> list[Words]:
    """The same command again, if it hadn't said what came of it, or that it stands."""
    is_said = ended.out.strip() or "is finished now" in ended.err or " stands, as " in ended.err
    return [] if is_said else [words]


def unless_recorded(kind: str) -> Then:
    """The same command again, if an event of this kind isn't in the log."""

    def then(place: Workplace, words: Words, _: Ended) -> list[Words]:
        is_recorded = any(event.kind == kind for event in read_log(place.studio))
        return [] if is_recorded else [words]

    return then


def go_on(runs: int) -> Then:
    """Resume a run that isn't finished, or type the command again for several that aren't."""

    def then(place: Workplace, words: Words, _: Ended) -> list[Words]:
        seed = int(words[words.index("--seed") + 1])
        begun = [run for run in place.json("runs") if run["seed"] == seed]
        unfinished = [run for run in begun if run["status"] == "unfinished"]
        if len(begun) < runs or (runs > 1 and unfinished):
            return [words]
        return [("resume", run["id"]) for run in unfinished]

    return then


def compose_on(_: Workplace, words: Words, ended: Ended) -> list[Words]:
    """Without a seed it goes on with the composition, if that was begun."""
    at = words.index("--seed")
    return [(*words[:at], *words[at + 2 :])] if "composition" in ended.out else [words]


def comes_back(place: Workplace) -> Iterator[str]:
    """Whether a backup, put back elsewhere, holds the events of the studio."""
    elsewhere = place.folder / "elsewhere"
    elsewhere.mkdir()
    shutil.copyfile(place.folder / "tide.backup", elsewhere / "tide.backup")
    place.at(elsewhere).do("restore", "tide.backup")
    if facts(read_log(elsewhere / "studio")) != facts(read_log(place.studio)):
        yield "the backup holds other events than the studio"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A command that is disturbed.

    Attributes:
        name: of the scenario.
        before: makes the studio.
        words: the command's, from the studio.
        then: what is typed afterwards.
        refusals: beginnings of what a command that is typed again may be refused by, as it is done.
        weight: how often it is disturbed, beside the others.
        proof: what is wrong with what the command made, beside the studio.
        is_training: whether a prepared model takes the place of minutes of training.
        is_on_a_server: whether a PostgreSQL server is needed.
        home: where the studio is when the command is done.
    """

    name: str
    before: Callable[[Workplace], None]
    words: Callable[[Workplace], Words]
    then: Then = type_again
    refusals: tuple[str, ...] = ()
    weight: int = 2
    proof: Callable[[Workplace], Iterator[str]] | None = None
    is_training: bool = False
    is_on_a_server: bool = False
    home: str = "studio"


def fixed(*words: str) -> Callable[[Workplace], Words]:
    """The same words in every studio."""
    return lambda _: words


COMPOSE = (
    *("compose", "--song", "meadow", "--sections", "verse=2,chorus=2", "--beam", "1"),
    *("--arrangements", "1", "--audio", "none", "--seed", "7", *TINY),
)

EVOLVE = ("evolve", "--song", "meadow", "--section", "bridge", "--seed", "5", *SMALL)
EVOLVE_SEVERAL = ("evolve", "--song", "meadow", "--stage", "drums", "--seed", "8", *SMALL[2:])


def approve_first(place: Workplace) -> Words:
    """Approve the first candidate of the verse, with a name and a note."""
    return ("approve", place.candidates("verse")[0], "--label", "Verse", "--note", "patient")


def on_a_server(
    name: str, before: Callable[[Workplace], None], words: Callable[[Workplace], Words], **more: Any
) -> Scenario:
    """A scenario whose log is in a database of a server from the beginning."""
    return Scenario(
        f"{name}, PostgreSQL", studios.on_a_server(before), words, is_on_a_server=True, **more
    )


SCENARIOS = (
    Scenario("first song", studios.nothing, fixed("songs", "add", demo("green"), demo("black"))),
    Scenario("evolve", studios.candidates,
             fixed(*EVOLVE), go_on(1), weight=4),
    Scenario("evolve several", studios.approved,
             fixed(*EVOLVE_SEVERAL), go_on(2), weight=4),
    Scenario("compose", studios.song, fixed(*COMPOSE), compose_on, weight=2),
    Scenario("compose several", studios.two_songs,
             fixed("compose", "--songs", "all", *COMPOSE[3:]), weight=1),
    Scenario("demo", studios.nothing,
             fixed("demo", "--generations", "0", "--no-song", "--audio", "none"),
             unless_recorded("CandidateApproved"), refusals=("is finished",), weight=1),
    Scenario("approve", studios.candidates, approve_first, refusals=("is approved already",),
             weight=4),
    Scenario("undo", studios.approved, fixed("undo"), unless_said, weight=3),
    Scenario("import", studios.with_file_to_import,
             fixed("import", "outro.mid", "--song", "meadow", "--stage", "chords",
                   "--label", "outro"), refusals=("is approved already",), weight=3),
    Scenario("arrange", studios.approved,
             fixed("arrange", "--song", "meadow", "--audio", "none"), weight=3),
    Scenario("retrain", studios.decided, fixed("retrain"), unless_recorded("HeadTrained")),
    Scenario("train --promote", studios.with_model,
             fixed("train", "run", "catalogue", "--out", "made", "--promote"),
             is_training=True),
    Scenario("backup", studios.approved, fixed("backup", "tide.backup"),
             refusals=("is there already",), proof=comes_back),
    Scenario("restore", studios.with_backup, fixed("restore", "tide.backup"), unless_said,
             weight=3),
    Scenario("log import", studios.with_log, fixed("log", "import", "tide.jsonl")),
    Scenario("move to a server", studios.approved,
             lambda place: ("move", "moved", place.address), refusals=("was moved to",),
             is_on_a_server=True, home="moved"),
    on_a_server("move back", studios.approved, fixed("move", "moved"),
                refusals=("was moved to",), home="moved"),
    on_a_server("evolve", studios.candidates, fixed(*EVOLVE), then=go_on(1), weight=3),
    on_a_server("evolve several", studios.approved, fixed(*EVOLVE_SEVERAL), then=go_on(2),
                weight=3),
    on_a_server("approve", studios.candidates, approve_first, refusals=("is approved already",),
                weight=3),
    on_a_server("compose", studios.song, fixed(*COMPOSE), then=compose_on),
    on_a_server("restore", studios.with_backup, fixed("restore", "tide.backup"),
                then=unless_said, weight=3),
    Scenario("rebuild of the state", studios.without_state, fixed("status")),
    Scenario("mending of the state", studios.damaged_state, fixed("doctor")),
    *(Scenario(f"old log {name}", studios.old(name), fixed("status"), weight=1)
      for name in studios.old_logs()),
)  # fmt: skip


def named(names: Sequence[str]) -> list[Scenario]:
    """The scenarios whose names begin so."""
    return [scenario for scenario in SCENARIOS if scenario.name.startswith(tuple(names))]


def named_resumes(text: str) -> list[Words]:
    """The commands that notes name for runs that ended without their files."""
    return [("resume", run) for run in re.findall(r"ended without its files.*resume (\w+)", text)]


def printed_ids(text: str) -> set[str]:
    """What of a command's output may be an id: words of hexadecimal digits."""
    words = json.dumps(text).replace("\\n", " ").replace('"', " ").split()
    digits = frozenset("0123456789abcdef")
    plain = (word.strip(".,:;()") for word in words)
    return {word for word in plain if len(word) >= 8 and digits >= set(word)}
