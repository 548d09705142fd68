"""One command that is disturbed, gone on with as a person would, and looked at."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import msgspec

from benchmarks.crash.checking import Event, Files, facts, files_of, in_order, read_log
from benchmarks.crash.databases import Databases
from benchmarks.crash.disturbing import Disturbance
from benchmarks.crash.scenarios import Scenario, Words, named_resumes, printed_ids
from benchmarks.crash.server import Command, Ended, Server
from benchmarks.crash.shim import Arming, Operation, read_trace
from benchmarks.crash.studios import Workplace
from engine.state.location import SETTINGS_NAME

# What can be wrong afterwards.
LOST, DOUBLED, TORN, UNSOUND, OTHER = "lost", "doubled", "torn", "unsound", "other"
WRONGS = {
    LOST: "an event that was there, or was told, is gone",
    DOUBLED: "an event is there twice, or too much",
    TORN: "a file is there that is neither the old nor the new one",
    UNSOUND: "verify, doctor or a command fails, or something is left over",
    OTHER: "it ends otherwise than the command that nothing disturbed",
}

# What isn't compared: a file that holds what is drawn by chance, what a restore typed once more,
# as it hadn't said that it was done, sets aside once more, and the queue of writers, which is made
# where it can be.
NOT_COMPARED = ("last_command.json", "studio_before_2/", ".studio.db-writers")


# What says until the end that a studio is being moved there.
STILL_MOVING = "moved/engine.toml"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A scenario that is ready: the studio before, and what comes of the command undisturbed."""

    scenario: Scenario
    before: Path
    database: str
    words: Words
    seconds: float
    operations: list[Operation]
    log_before: list[Event]
    log_after: list[Event]
    files_before: Files
    files_after: Files
    doctor: tuple[int, frozenset[str]]
    verify: int


class Trial(msgspec.Struct):
    """What came of a disturbance.

    Attributes:
        command: name of its scenario.
        kind: ``kill`` or ``fault``.
        disturbance: what it was, in words.
        again: share of its time at which the command that went on was killed, too.
        code: the command's exit code; negative: the signal that it died of.
        wrongs: what is wrong afterwards, and in words how.
    """

    command: str
    kind: str
    disturbance: str
    again: float | None
    code: int
    wrongs: list[tuple[str, str]]


def prepare(
    scenario: Scenario, folder: Path, server: Server, databases: Databases | None
) -> Prepared:
    """Make a scenario's studio, and let its command run undisturbed in a copy."""
    before = folder / "before"
    before.mkdir(parents=True)
    place = Workplace(before, server, databases.address if databases else "")
    if databases is not None:
        databases.begin()
    scenario.before(place)
    words = scenario.words(place)
    log_before = read_log(before / "studio")
    kept = f"kept_{sha256(scenario.name.encode()).hexdigest()[:16]}"
    if databases is not None and scenario.is_on_a_server:
        databases.keep(kept)
    after = Path(shutil.copytree(before, folder / "after"))
    trace = folder / "trace"
    ended = _run(server, scenario, words, after, arming=Arming(), trace=trace)
    if ended.code:
        raise RuntimeError(f"{scenario.name}: {ended.err}")
    # Looking at it makes what every look makes, as after a disturbance.
    verify = _run(server, scenario, ("verify",), after, studio=scenario.home).code
    _run(server, scenario, ("status",), after)
    doctor = _doctor(server, scenario, after)
    return Prepared(
        scenario, before, kept, words, ended.seconds, read_trace(trace), log_before,
        read_log(after / scenario.home), files_of(before, with_temporary=True),
        files_of(after, with_temporary=True), doctor, verify,
    )  # fmt: skip


def try_out(
    prepared: Prepared,
    disturbance: Disturbance,
    folder: Path,
    server: Server,
    databases: Databases | None,
) -> Trial:
    """Disturb a command in a copy of its studio, go on, and say what is wrong then."""
    place = Path(shutil.copytree(prepared.before, folder))
    scenario, words = prepared.scenario, prepared.words
    if databases is not None and scenario.is_on_a_server:
        databases.begin(prepared.database)
    moment = _after(disturbance.moment, prepared)
    with databases.crashing(moment) if databases and disturbance.crashes_server else nullcontext():
        ended = _run(
            server, scenario, words, place, arming=disturbance.arming,
            kill_after_s=None if disturbance.crashes_server else moment,
        )  # fmt: skip
    wrongs = list(_at_once(prepared, place, ended))
    told = printed_ids(ended.out)
    wrongs += _go_on(prepared, disturbance, place, ended, server)
    wrongs += _at_the_end(prepared, place, told, server)
    shutil.rmtree(folder)
    kind, again = disturbance.kind, disturbance.again
    return Trial(scenario.name, kind, disturbance.words, again, ended.code, wrongs)


def _run(
    server: Server,
    scenario: Scenario,
    words: Words,
    folder: Path,
    *,
    arming: Arming | None = None,
    trace: Path | None = None,
    kill_after_s: float | None = None,
    studio: str = "studio",
) -> Ended:
    model = str(folder / "fusion.onnx") if scenario.is_training else None
    where = None if trace is None else str(trace)
    return server.run(Command(words, str(folder), kill_after_s, arming, where, model, studio))


def _after(moment: float | None, prepared: Prepared) -> float | None:
    return None if moment is None else moment * prepared.seconds


def _at_once(prepared: Prepared, folder: Path, ended: Ended) -> Iterator[tuple[str, str]]:
    """What is wrong as soon as the command has ended."""
    if not ended.was_killed and ended.code not in {0, 1, 2}:
        yield UNSOUND, f"exit code {ended.code}"
    yield from _told_badly(prepared.words, ended)
    log = read_log(folder / "studio")
    ids = {event.event_id for event in log}
    stay = {event.event_id for event in prepared.log_after}
    gone = [e.event_id for e in prepared.log_before if e.event_id in stay - ids]
    if gone and log:
        yield LOST, f"{len(gone)} events of before"
    found = files_of(folder, with_temporary=False)
    before, after = prepared.files_before.digests, prepared.files_after.digests
    for name, digest in found.digests.items():
        is_known = digest in {before.get(name), after.get(name)} or name == STILL_MOVING
        # What says where a log is kept goes into the folder before that is set aside.
        is_known |= name.endswith(SETTINGS_NAME) and digest in after.values()
        if not is_known and not _is_apart(name):
            yield TORN, name


def _told_badly(words: Words, ended: Ended) -> Iterator[tuple[str, str]]:
    if "Traceback" in ended.err or "again with --debug" in ended.err:
        yield UNSOUND, f"{words[0]} said: {_last_line(ended.err)}"


def _last_line(text: str) -> str:
    return ["", *text.strip().splitlines()][-1]


def _go_on(
    prepared: Prepared, disturbance: Disturbance, folder: Path, ended: Ended, server: Server
) -> Iterator[tuple[str, str]]:
    """Type what a person types next; what is wrong with that."""
    scenario = prepared.scenario
    seen = _run(server, scenario, ("status",), folder)
    yield from _told_badly(("status",), seen)
    is_there = bool(read_log(folder / "studio"))
    if seen.code and is_there and not _is_refused(scenario, seen):
        yield UNSOUND, f"status: {_last_line(seen.err)}"
    if ended.code == 0:
        return
    place = Workplace(folder, server)
    noted = seen.err
    ended = msgspec.structs.replace(ended, err=ended.err + noted)
    if disturbance.again is not None:
        for words in scenario.then(place, prepared.words, ended)[:1]:
            limit = _after(disturbance.again, prepared)
            ended = _run(server, scenario, words, folder, kill_after_s=limit)
            noted += ended.err + _run(server, scenario, ("status",), folder).err
            ended = msgspec.structs.replace(ended, err=noted)
    if ended.code:
        for words in scenario.then(place, prepared.words, ended):
            done = _run(server, scenario, words, folder)
            noted += done.err
            yield from _failed(scenario, words, done)
    for words in dict.fromkeys(named_resumes(noted)):
        yield from _failed(scenario, words, _run(server, scenario, words, folder))


def _failed(scenario: Scenario, words: Words, done: Ended) -> Iterator[tuple[str, str]]:
    yield from _told_badly(words, done)
    if done.code and not _is_refused(scenario, done):
        yield UNSOUND, f"{' '.join(words[:2])}: {done.code} {_last_line(done.err)}"


def _is_refused(scenario: Scenario, done: Ended) -> bool:
    """Whether a command was refused because what it asks for is done."""
    return done.code == 2 and any(each in done.err for each in scenario.refusals)


def _at_the_end(
    prepared: Prepared, folder: Path, told: set[str], server: Server
) -> Iterator[tuple[str, str]]:
    """What is wrong when everything was typed."""
    scenario = prepared.scenario
    verified = _run(server, scenario, ("verify",), folder, studio=scenario.home)
    if verified.code != prepared.verify:
        yield UNSOUND, f"verify: {_last_line(verified.out + verified.err)}"
    _doctor(server, scenario, folder)
    doctor = _doctor(server, scenario, folder)
    if doctor != prepared.doctor:
        lines = sorted(doctor[1] ^ prepared.doctor[1])
        yield UNSOUND, f"doctor: {doctor[0]} {lines[:2]}"
    log = read_log(folder / scenario.home)
    text = " ".join(
        f"{event.stream} {event.event_id} {event.payload} {event.hash}" for event in log
    )
    yield from ((LOST, f"{each} was told") for each in sorted(told) if each not in text)
    now, then = facts(log), facts(prepared.log_after)
    yield from ((DOUBLED, f"{fact[1]} in {fact[0]}") for fact in now - then)
    yield from ((OTHER, f"no {fact[1]} in {fact[0]}") for fact in then - now)
    if now == then and in_order(log) != in_order(prepared.log_after):
        yield OTHER, "the order of events"
    different = files_of(folder, with_temporary=True).differences(prepared.files_after)
    yield from ((OTHER, f"file {name}") for name in different if not _is_apart(name))
    if scenario.proof is not None:
        yield from ((OTHER, wrong) for wrong in scenario.proof(Workplace(folder, server)))


def _is_apart(name: str) -> bool:
    return any(each in name for each in NOT_COMPARED)


def _doctor(server: Server, scenario: Scenario, folder: Path) -> tuple[int, frozenset[str]]:
    ended = _run(server, scenario, ("doctor",), folder, studio=scenario.home)
    lines = (line.replace(str(folder), "") for line in (ended.out + ended.err).splitlines())
    return ended.code, frozenset(line for line in lines if line)
