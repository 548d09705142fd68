"""The doctor's checks of files: models, preference heads, and what was written for people."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from importlib.util import find_spec

from engine.backups.signing import SIGNATURES, add_missing, signature_problems
from engine.doctor.findings import MENDED, PROBLEM, WARNING, Finding
from engine.gate.exports import EDITED_STAYS, UNCHANGED, approved_files, export_song
from engine.gate.provenance import read_provenance
from engine.ids import short
from engine.models.promotion import promoted_path, put_shipped_back, shipped_sha256
from engine.models.registry import ModelRegistry
from engine.preference.heads import HeadRegistry
from engine.runs.checksums import edited, list_anew
from engine.runs.files import files_of
from engine.stages import STAGES
from engine.state.files import content_of, file_sha256
from engine.state.inflight import others_at_work, others_began
from engine.state.runs import FINISHED, folder_of_run
from engine.state.songs import Song
from engine.state.studio import Studio
from fitness.fusion import DEFAULT_MODEL

EDITED = "{} was edited since it was written"


def models(studio: Studio) -> Iterator[Finding]:
    """Whether every model is as it was when it was registered, or as it ships."""
    registry, needed = ModelRegistry(studio), _needed_models(studio)
    for sha256 in {**needed, **dict.fromkeys(studio.models().known)}:
        problem = registry.problem(sha256) or registry.problem_beside(sha256)
        if sha256 == shipped_sha256():
            problem = problem or registry.differs_from(DEFAULT_MODEL, sha256)
        if not problem:
            continue
        if put_shipped_back(studio, sha256):
            yield Finding(MENDED, f"{problem}; it ships with the engine and is put back")
        elif sha256 in needed:
            yield Finding(PROBLEM, f"{problem}, which {needed[sha256]} names; put it back")
        else:
            yield Finding(WARNING, f"{problem}; no run names that model")
    promoted_path(studio)


def _needed_models(studio: Studio) -> dict[str, str]:
    """SHA-256 of the models that are needed, and what needs each."""
    runs = {made.model_sha256: f"run {run}" for run, made in studio.runs().items()}
    named = {studio.models().promoted: "the last promotion"} | runs
    return {sha256: user for sha256, user in named.items() if sha256 is not None}


def signed(studio: Studio) -> Iterator[Finding]:
    """Whether the signatures of the log are in their file, and all of them vouch for it."""
    for signature in add_missing(studio):
        text = f"{SIGNATURES} lacked the signature of event {signature.position}; it is added"
        yield Finding(MENDED, text)
    if find_spec("cryptography") is not None:
        for problem in signature_problems(studio):
            yield Finding(PROBLEM, problem)


def of_runs(studio: Studio) -> Iterator[Finding]:
    """Whether the files of finished runs are all there and as written, where there are any.

    Beside a command that may be writing them it isn't asked.
    """
    if others_at_work(studio.folder):
        return
    for run, state in studio.runs().items():
        folder = studio.exports / state.song_id / folder_of_run(state.stage, run)
        if state.status == FINISHED and folder.is_dir():
            paths = files_of(studio, run, state)
            missing = sum(not path.exists() for path in paths)
            if missing:
                files = "a file is" if missing == 1 else f"{missing} files are"
                yield Finding(WARNING, f"run {run}: {files} missing", f"resume {run}")
            if list_anew(folder, paths):
                text = (
                    f"run {run}: checksums of its files were missing; they are of what is there now"
                )
                yield Finding(MENDED, text)
            for name in edited(folder):
                relative = (folder / name).relative_to(studio.folder).as_posix()
                yield Finding(WARNING, EDITED.format(relative))


def heads(studio: Studio) -> Iterator[Finding]:
    """Whether every preference head that a run names, or runs use, is as it was trained."""
    registry = HeadRegistry(studio)
    known = studio.heads()
    named = {known.promoted(stage): f"{stage} goes by" for stage in STAGES}
    named |= {made.head_sha256: f"run {run} names" for run, made in studio.runs().items()}
    for sha256, user in named.items():
        if sha256 is not None and file_sha256(registry.path(sha256)) != sha256:
            state = "was changed" if registry.path(sha256).exists() else "is missing"
            yield Finding(
                PROBLEM, f"head {short(sha256)}, which {user}, {state}; put its file back"
            )


def exports(studio: Studio) -> Iterator[Finding]:
    """Whether the files written for people are there and as they were written.

    What another command may be writing just now is left to it.
    """
    for listed in studio.all_songs().values():
        song = listed
        while (found := list(_of_song(studio, song))) or _lacks_a_part(studio, song):
            now = studio.song(song.song_id)
            began = others_began(studio.folder)
            if began is not None and began < now.touched:
                break
            if now.touched == song.touched:
                yield from found
                yield from _mended(studio, song)
                break
            song = now


def _of_song(studio: Studio, song: Song) -> Iterator[Finding]:
    """What is wrong with the files of a song; a missing approved part is none: it is mended."""
    missing = 0
    for relative, written in song.exports.items():
        path = studio.folder / relative
        data = content_of(path)
        if data is None:
            missing += written.candidate in song.arrangements
            if written.candidate not in {*song.arrangements, *song.candidates}:
                again = f"arrange --song {song.song_id}"
                yield Finding(WARNING, f"{relative}, a plan, is missing", again)
            continue
        if hashlib.sha256(data).hexdigest() != written.sha256:
            yield Finding(WARNING, EDITED.format(relative))
        yield from _provenance(studio, data, relative)
    if missing:
        files = "a file of its arrangements is" if missing == 1 else (
            f"{missing} files of its arrangements are")  # fmt: skip
        command = f"arrange --song {song.song_id}"
        yield Finding(WARNING, f"{song.title}: {files} missing", command)


def _lacks_a_part(studio: Studio, song: Song) -> bool:
    return not all(path.exists() for path in approved_files(studio, song))


def _mended(studio: Studio, song: Song) -> Iterator[Finding]:
    """Write the files of approved parts that are missing."""
    if not _lacks_a_part(studio, song):
        return
    for export in export_song(studio, song):
        if export.outcome not in {UNCHANGED, EDITED_STAYS}:
            name = export.path.relative_to(studio.folder)
            yield Finding(MENDED, f"{name} was missing; it is {export.outcome}")


def _provenance(studio: Studio, data: bytes, relative: str) -> Iterator[Finding]:
    """Whether a file names an event that the log has with another hash, or hasn't."""
    named = read_provenance(data)
    position, digest = named.get("position", ""), named.get("hash")
    if digest is None or not position.isdecimal():
        return
    if studio.log.hash_at(int(position)) != digest:
        yield Finding(PROBLEM, f"{relative} names event {position} with another hash than the log")
