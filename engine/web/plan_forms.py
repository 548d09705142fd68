"""A plan as a form of the page has it: one field of each name for every section, in order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData

from documents.findings import UnreadableError
from engine.arrangement.plan import Plan
from engine.arrangement.plan_text import SECTION_FIELDS, parse_plan
from engine.errors import EngineError, Refused
from engine.stages import STAGES

PART = "part_"
INSTRUMENT = "instrument_"
SECTION = "section_"
YES = "yes"

# More sections than these are no song.
MAX_SECTIONS = 256

_WHOLE = re.compile(r"-?[0-9]{1,12}")
# Such as "section 3 (Chorus): drums: …", "seed: …" or "instruments: bass: …".
_PLACE = re.compile(r"(?:section (\d+)(?: \(.*?\))?: )?(?:instruments: )?(?:([a-z_]+): )?")


def read_plan_form(form: FormData, known: Plan) -> Plan:
    """The plan of a form; what it doesn't have stays as in the plan that is known.

    Raises:
        Refused: at the first field that can't be read; names section, field and what is accepted.
    """
    columns = {name: _texts(form, f"{SECTION}{name}") for name in SECTION_FIELDS if name != "parts"}
    parts = {stage: _texts(form, f"{PART}{stage}") for stage in STAGES}
    count = len(columns["name"])
    if count > MAX_SECTIONS:
        raise Refused(f"{count} sections: expected at most {MAX_SECTIONS}")
    if any(len(column) != count for column in (*columns.values(), *parts.values())):
        raise Refused("the form isn't whole", "load the page again")
    document = {
        "name": known.name,
        "title": known.title,
        "key": known.key,
        "bpm": known.bpm,
        "time_sig": known.time_sig,
        "ending": form.get("ending"),
        "seed": _number(str(form.get("seed", ""))),
        "instruments": {
            stage: str(form.get(f"{INSTRUMENT}{stage}", "")).strip() or None for stage in STAGES
        },
        "sections": [
            _section({name: column[row] for name, column in columns.items()})
            | {"parts": {stage: column[row] or None for stage, column in parts.items()}}
            for row in range(count)
        ],
    }
    try:
        return parse_plan(document)
    except UnreadableError as error:
        raise Refused(str(error)) from error


def place_of(error: EngineError) -> tuple[int | None, str]:
    """The section, from 1, and the field that an error of a plan names."""
    found = _PLACE.match(str(error))
    assert found is not None  # noqa: S101 - all of it is optional
    return (int(found[1]) if found[1] else None), found[2] or ""


def _texts(form: FormData, name: str) -> list[str]:
    return [value.strip() if isinstance(value, str) else "" for value in form.getlist(name)]


def _section(row: Mapping[str, str]) -> dict[str, Any]:
    """A section's plain values, as a plan's file has them."""
    words = [line for line in row["words"].splitlines() if line.strip()]
    return dict(row) | {
        "play": _number(row["play"]),
        "bars": _number(row["bars"]),
        "excerpt": row["excerpt"] or None,
        "energy": _number(row["energy"]),
        "vocals": row["vocals"] == YES,
        "words": words or None,
        "vary": row["vary"] == YES,
    }


def _number(text: str) -> int | float | str | None:
    """A number as YAML reads one; another text as it is, for the message."""
    if not text:
        return None
    if _WHOLE.fullmatch(text):
        return int(text)
    try:
        return float(text)
    except ValueError:
        return text
