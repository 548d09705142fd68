"""The readers of files that people bring, or that may be damaged: a row for each."""

from __future__ import annotations

import gzip
import io
import shutil
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import numpy as np
import yaml
from starlette.datastructures import FormData

from benchmarks.fuzz.room import Reader, Room
from engine.arrangement.arranging import import_clips, read_plan_file, unwritten_draft
from engine.arrangement.plan_text import SECTION_FIELDS, plan_text
from engine.audio.samples import Audio, Tags, audio_bytes, read_audio, read_back
from engine.backups.against import compare_with
from engine.backups.archive import back_up, restore
from engine.backups.signing import SIGNATURES, sign, signatures, why_not
from engine.backups.tracing import trace
from engine.errors import EngineError, Refused, refusing
from engine.gate.chord_reviews import import_review
from engine.gate.chords import chords_of_file, typed_chords
from engine.gate.midi_parts import read_midi_part
from engine.gate.review_file import apply_review, review_text
from engine.gate.waiting import entries
from engine.models.audits import audit_path, read_audit
from engine.models.promotion import add
from engine.proposals import demo_paths, read
from engine.proposals.lyrics import lyrics_of, notes_on, read_lyrics
from engine.proposals.songs import add_songs
from engine.reports.entries import shown
from engine.reports.history import history
from engine.reports.progress import to_json
from engine.stages import STAGES
from engine.state.listing import CANDIDATES, LISTED, SONGS, WAITING
from engine.state.location import Location
from engine.state.runs import RUN_KINDS, run_stream
from engine.state.song_events import SONG_KINDS
from engine.state.songs import Song, song_stream
from engine.state.studio import ALL_HEADS, ALL_MODELS, RUNS, Studio
from engine.web.forms import run_size
from engine.web.plan_forms import PART, SECTION, read_plan_form
from fitness import fusion
from fitness.fusion import DEFAULT_MODEL
from fitness.manifest import load_manifest, manifest_path
from fitness.preference.bradley_terry import prior
from fitness.preference.head import PreferenceHead, head_columns
from genomes.keys import UnreadableMusic
from store.codec import Codec
from store.documents import Projection, applied
from store.events import KINDS
from store.log import EventLog
from store.records import Recorded
from store.transfer import exported, imported
from tests.documents.test_lyrics import CHORDPRO, LRC, SRT
from tests.engine.gate.test_chord_reviews import ROWS as OTHER_ROWS
from tests.engine.gate.test_chord_reviews import document as other_review
from tests.engine.lyrics.test_matching import SHEET
from tests.fitness import models
from tests.genomes import odd_files
from tests.store.samples import SAMPLES
from tests.training.catalogue.songs import LYRICS, manifest
from tests.training.examples import some_examples
from training.catalogue.lyrics import read_lyrics as read_timed
from training.catalogue.manifests import read_manifest
from training.catalogue.timeline import timeline
from training.composed.examples import Examples

MIDI_SEEDS = [each for each in vars(odd_files).values() if isinstance(each, bytes)]
AUDITED = sha256(DEFAULT_MODEL.read_bytes()).hexdigest()

CLIPS = (
    "Position\tName\tTrack\tLength\n1 1 1 1\tverse\t1\t3 0 0 0\n4.1.1.1\tverse\t4\t3.0.0.0\n",
    "01:00:00:00.00\tverse\t1\t00:00:10:00.40\n01:00:10;00\tverse\t1\t01:00:20;02\n",
)
SHEETS = (SHEET, CHORDPRO, SRT, LRC, "Am  F\nOut on the water\n[Chorus]\n[C]la (x2)\n")
CHARTS = (
    CHORDPRO,
    "[Verse]\n| Am | F7 | C/G | Gsus4 |\n[Chorus]\nF  G  Am  %\n",
    "{start_of_grid: Chorus}\n| C . G . | Am . F . |\n{end_of_grid}\n",
    "[Verse]\nAm      F\nOut on the water\n",
)
CHORD_TEXTS = ("Am F | C G/B", "i VI | III VII", "Cmaj7 Dm7b5 | G7#9 % |", "bVII ii7 V7/V I")
HEADERS = (
    "[Chorus]",
    "[Verse 2]",
    "{soc}",
    "{eoc}",
    "x2",
    "[00:12.00]",
    "00:00:01,000 --> ",
    "(x2)",
)
YAML = (
    "- ",
    ": ",
    "!!python/object:os.system",
    "&a ",
    "*a",
    "|\n",
    ">\n",
    "{",
    "[",
    "null",
    "~",
    "'",
)
MOVED = ('moved_to = "/music/tide"\n', 'moved_to = "a\\nb"\n', "a = " + "[" * 5000)
NUMBERS = ("999999999999999999999", "-1", "1e999", "nan", "0x10", "1_000", "0.0000001", "Infinity")
DEEP = (b"[" * 5000, b'{"a":' * 5000)  # nested deeper than any file
JSON = ("{}", "[]", "null", '"\\ud800"', "true", "-0", "1e400", ":", ",")
SONG_WORDS = (
    *("title", "bpm", "key", "tempo", "rainbow_color", "concept", "mood", "genres", "singer"),
    *("4/4", "7/8", "C# minor", "E phrygian", "Green", "sounds_like", "structure", "iteration_id"),
)
MIDI = ("MThd", "MTrk", "\x00\x00\x00\x06", "\xff\x2f\x00", "\xff\x51\x03", "\xff\x58\x04", "\xf0")
PAYLOADS = ("candidate", "section", "survivors", "label", "parents", "part", "notes", "position")


def _texts(*texts: str) -> Callable[[Room], list[bytes]]:
    return lambda _: [text.encode() for text in texts]


def _documents(*documents: object) -> Callable[[Room], list[bytes]]:
    return lambda _: [yaml.safe_dump(each, allow_unicode=True).encode() for each in documents]


def _midi(room: Room, path: Path) -> bool:
    for stage in ("melody", "drums"):
        read_midi_part(path, room.song, STAGES[stage])
    return True


def _sheet(_: Room, path: Path) -> bool:
    sheet = read_lyrics(path)
    assert all(len(note.splitlines()) == 1 for note in notes_on(sheet))
    for label, _words in sheet.words:
        if label or not sheet.headers:
            assert lyrics_of(sheet, label).lines
    return True


def _timed(room: Room, path: Path) -> bool:
    with refusing():
        lyrics = read_timed(path)
    song = room.folder / "02_01.yml"
    song.write_text(yaml.safe_dump(manifest()), "utf-8")
    times = timeline(read_manifest(song, song.name).value, lyrics)
    assert all(line.begin_seconds >= 0 for line in times.lines)
    assert all(len(text.splitlines()) == 1 for text in (*lyrics.problems, *times.repairs))
    return True


def _catalogue(_: Room, path: Path) -> bool:
    with refusing():
        return read_manifest(path, path.name) is not None


def _chart(room: Room, path: Path) -> bool:
    with refusing():
        return bool(chords_of_file(room.song, path)[0])


def _chords(room: Room, path: Path) -> bool:
    with refusing():
        return bool(typed_chords(room.song, path.read_text("utf-8"), "verse").bars)


def _proposal(room: Room, path: Path) -> bool:
    reading = read([path])
    assert reading.proposals or reading.refusals
    assert all(len(str(refusal).splitlines()) == 1 for refusal in reading.refusals)
    add_songs(room.studio, reading.proposals)
    return bool(reading.proposals)


def _plan(room: Room, path: Path) -> bool:
    return bool(read_plan_file(room.studio, room.song, path).plan.sections)


def _plan_seeds(room: Room) -> list[bytes]:
    return [plan_text(unwritten_draft(room.studio, room.song).plan).encode()]


def _plan_form(room: Room, path: Path) -> bool:
    form = FormData(parse_qsl(path.read_bytes().decode("utf-8", "replace"), True))
    run_size(form)
    return bool(read_plan_form(form, unwritten_draft(room.studio, room.song).plan))


def _plan_form_seeds(room: Room) -> list[bytes]:
    plan = unwritten_draft(room.studio, room.song).plan
    rows: list[tuple[str, str]] = [("seed", "3"), ("population", "8"), ("ending", "held")]
    for section in plan.sections:
        rows += [
            (f"{SECTION}{name}", _written(getattr(section, name)))
            for name in SECTION_FIELDS
            if name != "parts"
        ]
        rows += [(f"{PART}{stage}", section.part(stage) or "") for stage in STAGES]
    return [urlencode(rows).encode()]


def _written(value: object) -> str:
    if value is None or value == () or value is False:
        return ""
    if isinstance(value, tuple):
        return "-".join(map(str, value))
    return "yes" if value is True else str(value)


def _model(room: Room, path: Path) -> bool:
    try:
        return bool(add(room.studio, path))
    finally:
        fusion._sessions.clear()


def _model_seeds(room: Room) -> list[bytes]:
    return [models.write(room.folder, name).read_bytes() for name in ("legacy-7",)]


def _manifest(_: Room, path: Path) -> bool:
    model = path.with_name(DEFAULT_MODEL.name)
    path.replace(manifest_path(model))
    try:
        return load_manifest(model) is not None
    finally:
        manifest_path(model).unlink()


def _head(_: Room, path: Path) -> bool:
    return PreferenceHead.from_bytes(path.read_bytes()) is not None


def _head_seeds(_: Room) -> list[bytes]:
    columns = len(head_columns("chords"))
    return [PreferenceHead("chords", prior(columns), None, 1.0, 0.25, {}).to_bytes(), *DEEP]


def _audit(_: Room, path: Path) -> bool:
    return bool(read_audit(path, AUDITED))


def _log(_: Room, path: Path) -> bool:
    with path.open(encoding="utf-8") as lines:
        try:
            imported(_empty_log(), lines)
        except UnicodeError as error:
            raise Refused(str(error)) from error
        _empty_log.cache_clear()
        return True


@cache
def _empty_log() -> EventLog:
    """A log in memory, for as long as nothing is taken in."""
    return EventLog.open(":memory:")


def _event(room: Room, path: Path) -> bool:
    """An event at the end of the log: whatever its payload says, its song and run can be shown."""
    head, _, payload = path.read_bytes().decode("utf-8", "replace").partition("\n")
    kind, _, version = head.partition(" ")
    event = Codec().decode(kind, int(version) if version.isdecimal() else 1, payload)
    studio, (run, state) = room.studio, next(iter(room.studio.runs().items()))
    song = song_stream(room.song.song_id)
    stream = song if kind in SONG_KINDS else run_stream(run) if kind in RUN_KINDS else "studio"
    recorded = Recorded(
        position=studio.log.head().position + 1, event_id="f" * 32, stream=stream,
        stream_version=studio.log.version(stream) + 1, kind=kind, kind_version=1, payload=event,
        actor="fuzz", recorded_at="2026-01-01T00:00:00.000000+00:00", causation=None,
        prev_hash="0" * 64, hash="0" * 64,
    )  # fmt: skip
    before: dict[Projection[Any], Any] = {
        SONGS: room.song, RUNS: state, ALL_MODELS: studio.models(), ALL_HEADS: studio.heads()
    }  # fmt: skip
    for projection, document in before.items():
        if projection.route(recorded) is not None:
            after = applied(projection, document, recorded)
            if isinstance(after, Song):
                _look_at(studio, after)
    return True


def _look_at(studio: Studio, song: Song) -> None:
    """What commands show of a song."""
    for index in (LISTED, WAITING, CANDIDATES):
        index.entries(song.song_id, song)
    to_json(song)
    review_text(song)
    history(studio, song)
    for entry in entries([song]):
        entry.to_json()
        with suppress(EngineError, UnreadableMusic):  # its notes may be in the event
            shown(studio, entry)


def _event_seeds(room: Room) -> list[bytes]:
    codec = Codec()
    payloads = {event.kind: event.payload for event in room.studio.log.read()}
    stored = [codec.encode(each) for each in (*payloads.values(), *SAMPLES)]
    deep = (
        f"{kind} 1\n".encode() + data for kind in ("ModelTrained", "RunStarted") for data in DEEP
    )
    return [*(f"{each.kind} {each.kind_version}\n{each.text}".encode() for each in stored), *deep]


def _head_file(room: Room, path: Path) -> bool:
    kept = room.studio.folder / "HEAD"
    before = kept.read_bytes()
    try:
        kept.write_bytes(path.read_bytes())
        problem = room.studio.log.head_problem()
    finally:
        kept.write_bytes(before)
    assert len(problem.splitlines()) <= 1
    return not problem


def _signature(room: Room, path: Path) -> bool:
    problems = [why_not(room.studio, each) for each in signatures(path)]
    assert all(len(problem.splitlines()) <= 1 for problem in problems)
    return not any(problems)


def _signature_seeds(room: Room) -> list[bytes]:
    sign(room.studio, room.folder / "key.pem")
    data = (room.studio.folder / SIGNATURES).read_bytes()
    room.put_back()
    return [data, *DEEP]


def _exported(room: Room, path: Path) -> bool:
    """A file that may come from the studio."""
    for ask in (trace, compare_with):
        with suppress(EngineError):
            ask(room.studio, path)
    return True


def _exported_seeds(room: Room) -> list[bytes]:
    return [path.read_bytes() for path in sorted(room.studio.exports.rglob("*.mid"))[:2]]


def _backup(room: Room, path: Path) -> bool:
    folder = room.folder / "restored"
    try:
        return bool(restore(Location(folder), path, "fuzz"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _backup_seeds(room: Room) -> list[bytes]:
    path = room.folder / "backup.tar.gz"
    back_up(room.studio, path)
    data = path.read_bytes()
    path.unlink()
    return [data, gzip.compress(gzip.decompress(data), 0)]


def _sound(_: Room, path: Path) -> bool:
    is_ours = read_back(path.read_bytes()) is not None
    return len(read_audio(path)[0]) > 0 or is_ours


def _sound_seeds(_: Room) -> list[bytes]:
    silence = Audio(np.zeros((64, 2), np.float32))
    return [audio_bytes(silence, name, Tags(comment="made here")) for name in ("a.flac", "a.wav")]


def _examples(_: Room, path: Path) -> bool:
    with refusing():
        return Examples.load(path) is not None


def _examples_seeds(_: Room) -> list[bytes]:
    file = io.BytesIO()
    some_examples(1).save(file)
    return [file.getvalue()]


READERS: dict[str, Reader] = {
    "midi": Reader("mine.mid", lambda _: list(MIDI_SEEDS), MIDI, _midi),
    "sheet": Reader("words.txt", _texts(*SHEETS), HEADERS, _sheet),
    "timed lyrics": Reader("words.lrc", _texts(LRC, LYRICS), HEADERS, _timed),
    "chart": Reader("chart.txt", _texts(*CHARTS), (*HEADERS, "|", "%", "C/G", "N.C."), _chart),
    "chords": Reader(
        "chords.txt", _texts(*CHORD_TEXTS), ("|", "%", "sus4", "maj7", "bVI"), _chords
    ),
    "proposal": Reader(
        "song.yml",
        lambda _: [path.read_bytes() for path in demo_paths()[:3]],
        (*YAML, *NUMBERS, *SONG_WORDS),
        _proposal,
    ),
    "catalogue": Reader(
        "02_01.yml", _documents(manifest()), (*YAML, *NUMBERS, *SONG_WORDS), _catalogue
    ),
    "clips": Reader(
        "clips.txt",
        _texts(*CLIPS),
        (*NUMBERS, "\t", "1.1.1.1", "01:00:00:00", ";"),
        lambda room, path: import_clips(room.studio, room.song, path),
    ),
    "plan": Reader("plan.yml", _plan_seeds, (*YAML, *NUMBERS, "sections", "excerpt"), _plan),
    "page's form": Reader("form", _plan_form_seeds, (*NUMBERS, "&", "=", "%00", "+"), _plan_form),
    "review": Reader(
        "review.yml",
        lambda room: [review_text(room.song).encode()],
        (*YAML, "approved", "rejected", "pending", "label", "notes"),
        lambda room, path: apply_review(room.studio, path) is not None,
    ),
    "other review": Reader(
        "other review.yml",
        _documents(other_review(*OTHER_ROWS)),
        (*YAML, *NUMBERS, "approved", "candidates", "Eb4", "C##5"),
        lambda room, path: import_review(room.studio, path),
    ),
    "model": Reader("model.onnx", _model_seeds, ("ai.onnx", "Gemm", "float_data"), _model),
    "manifest": Reader(
        "manifest.json",
        lambda _: [manifest_path(DEFAULT_MODEL).read_bytes(), *DEEP],
        (*JSON, *NUMBERS),
        _manifest,
    ),
    "head": Reader("head.json", _head_seeds, (*JSON, *NUMBERS), _head),
    "audit": Reader(
        "fusion.audit.json",
        lambda _: [audit_path(DEFAULT_MODEL).read_bytes(), *DEEP],
        (*JSON, *NUMBERS),
        _audit,
    ),
    "log": Reader(
        "log.jsonl",
        lambda room: ["\n".join([*exported(room.studio.log), ""]).encode(), *DEEP],
        (*JSON, *NUMBERS, "payload", "hash", "end", "format"),
        _log,
    ),
    "event": Reader("event.txt", _event_seeds, (*JSON, *NUMBERS, *PAYLOADS, *KINDS), _event),
    "settings": Reader(
        "engine.toml",
        _texts('database = "postgresql+psycopg://ana@music.example/songs"\n', *MOVED),
        (*NUMBERS, '"""', "moved_to", "database", "[[a]]", "{", "postgresql+psycopg://", "\\n"),
        lambda _, path: Location(path.parent).log is not None,
    ),
    "HEAD": Reader(
        "HEAD copy",
        lambda room: [(room.studio.folder / "HEAD").read_bytes()],
        ("\n", "\0", " ", "0", "-1"),
        _head_file,
    ),
    "signature": Reader("signatures.jsonl", _signature_seeds, (*JSON, *NUMBERS), _signature),
    "exported": Reader("part.mid", _exported_seeds, (*MIDI, "candidate", "position"), _exported),
    "backup": Reader("backup.tar.gz", _backup_seeds, ("ustar", "\x1f\x8b", "log.jsonl"), _backup),
    "sound": Reader("mix.flac", _sound_seeds, ("fLaC", "RIFF", "OggS"), _sound),
    "examples": Reader(
        "train.npz", _examples_seeds, ("PK", "\x93NUMPY", "descr", "<f4"), _examples
    ),
}
