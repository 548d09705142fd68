"""A song's plan as a person changes it outside of a text editor: shown, checked and saved."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from documents.text_files import read_text
from engine.arrangement.approved import approved_parts
from engine.arrangement.arranging import (
    MAX_LIST_BYTES,
    PlanFile,
    conductor_of,
    has_own_plan,
    plan_file,
    read_plan_file,
    unwritten_draft,
    write_draft,
)
from engine.arrangement.assemble import Arrangement, assemble
from engine.arrangement.instruments import with_instruments
from engine.arrangement.plan import Plan
from engine.arrangement.plan_text import plan_text, read_plan
from engine.errors import EngineError, Refused
from engine.state.files import file_sha256, set_aside, write_whole
from engine.state.songs import Song
from engine.state.studio import Studio


@dataclass(frozen=True, slots=True)
class ShownPlan:
    """A song's plan as it stands.

    Attributes:
        planned: the plan that ``engine arrange`` would play; its draft is not written.
        sha256: of the song's plan file; empty if there is none.
        is_own: whether a person wrote or changed it, so that the engine drafts no other.
        problem: why the song's own file can't be read, so that the draft is shown; empty if it can.
    """

    planned: PlanFile
    sha256: str
    is_own: bool
    problem: str = ""


def shown_plan(studio: Studio, song: Song) -> ShownPlan:
    """The song's own plan, or else the engine's draft; nothing is written.

    Raises:
        Refused: if nothing is approved yet.
    """
    path = plan_file(studio, song)
    sha256, is_own, problem = file_sha256(path) or "", has_own_plan(studio, song), ""
    if is_own:
        try:
            return ShownPlan(read_plan_file(studio, song, path), sha256, is_own)
        except EngineError as error:
            problem = str(error)
    return ShownPlan(unwritten_draft(studio, song), sha256, is_own, problem)


def assembled(studio: Studio, song: Song, plan: Plan) -> Arrangement:
    """The song that a plan gives; nothing is written.

    Raises:
        Refused: if it can't be assembled.
    """
    conductor = conductor_of(song)
    return assemble(with_instruments(plan, song), approved_parts(studio, song), conductor)


def save_plan(studio: Studio, song: Song, plan: Plan, read_sha256: str) -> tuple[Arrangement, str]:
    """Make a plan the song's own, which ``engine arrange`` plays.

    A file that has more than the plan, such as a person's comments, is set aside before.

    Args:
        studio: the studio.
        song: state of the song.
        plan: the plan.
        read_sha256: of the plan file that the change began from; empty if there was none.

    Returns:
        the song that the plan gives, and the SHA-256 of the file.

    Raises:
        Refused: if it can't be assembled, or the file was changed in the meantime.
    """
    arrangement = assembled(studio, song, plan)
    path, data = plan_file(studio, song), plan_text(plan).encode()
    found, sha256 = file_sha256(path), hashlib.sha256(data).hexdigest()
    if found not in {read_sha256 or None, sha256}:
        raise Refused("the plan was changed elsewhere in the meantime", "load the page again")
    if found not in {None, sha256}:
        _keep_more_than_a_plan(studio, song)
    if found != sha256:
        write_whole(path, data)
    return arrangement, sha256


def draft_again(studio: Studio, song: Song) -> PlanFile:
    """Set the song's own plan aside, and draft one of what is approved now."""
    if has_own_plan(studio, song):
        set_aside(plan_file(studio, song))
    return write_draft(studio, song)


def _keep_more_than_a_plan(studio: Studio, song: Song) -> None:
    """Set the song's plan file aside if its text isn't as the engine writes the plan."""
    path = plan_file(studio, song)
    try:
        is_plain = plan_text(read_plan(path)) == read_text(path, MAX_LIST_BYTES)
    except (EngineError, ValueError):
        is_plain = False
    if not is_plain:
        set_aside(path)
