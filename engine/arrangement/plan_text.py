"""``arrangement.yml``: writes a plan as YAML for people to edit, and reads it strictly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import yaml

from documents.findings import UnreadableError, one_line, shown
from documents.yaml_files import load_file, plain_scalar
from engine.arrangement.instruments import instrument_name
from engine.arrangement.plan import (
    DRAFT,
    ENDINGS,
    MAX_PLAY,
    MAX_SEED,
    MAX_SONG_BARS,
    NO_ENDING,
    Plan,
    PlannedSection,
)
from engine.arrangement.roles import role_of
from engine.errors import Refused
from engine.gate.labels import file_label
from engine.stages import STAGES
from genomes.lyrics.syllables import line_of
from genomes.midi import find_program

Document = dict[str, Any]

HEADER = """\
# An arrangement of the song, to edit. `engine arrange --song ID --from FILE` makes it of this file,
# and without --from of the one in the song's own folder.
#
# name       the folder that the files go to
# ending     how the song stops: held (on the chord of home), ritardando (slowing down to it),
#            fade, or none (with the last bar)
# seed       another number varies what comes again in another way
# instruments  what plays each stage: a name of General MIDI, such as violin, or its number from 1
#            to 128; of drums a kit, such as jazz. A stage that is not named gets the usual one
# sections   what plays, in this order:
#   name     what the section is called; the marker in the files
#   section  the label of the approved section that it is made of
#   play     how often it is played in a row
#   bars     of one time through: for reading, except where every part rests
#   excerpt  only these bars of its parts, such as 1-4; null plays them all
#   energy   0 (still) to 1 (full): how loud it plays
#   vocals   whether its words are sung
#   words    lines that are sung to the melody in place of its own; null keeps its own
#   vary     whether it differs when it comes again, and leads into what follows; locked bars never
#            change, and with false nothing does
#   parts    of each stage an approved part, by its label or the beginning of its id; null rests
#   notes    yours
#
# title, key, bpm and time_sig are the song's: changing them here changes nothing. Any key that is
# not named here is refused, so that a mistyped one is not lost.
"""

PLAN_FIELDS = (
    "name",
    "title",
    "key",
    "bpm",
    "time_sig",
    "ending",
    "seed",
    "instruments",
    "sections",
)
SECTION_FIELDS = (
    *("name", "section", "play", "bars", "excerpt", "energy", "vocals", "words", "vary"),
    *("parts", "notes"),
)

_EXCERPT = re.compile(r"\s*(\d{1,4})\s*(?:-\s*(\d{1,4})\s*)?")

A_TEXT = "a text on one line"
A_PLAN = "a mapping with a list of sections"


# Line breaks in YAML 1.1 but not in YAML 1.2; escaped, so that every reader agrees.
OTHER_BREAKS = frozenset("\x85\u2028\u2029")


class _Dumper(yaml.SafeDumper):
    """Quotes every string that the loader would read as another type."""


def _quoted_if_needed(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = None if plain_scalar(text) == text else "'"
    style = '"' if OTHER_BREAKS & set(text) else style
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _quoted_if_needed)


def plan_text(plan: Plan) -> str:
    """The text of a plan's file; equal plans give equal texts."""
    options: Any = {"sort_keys": False, "allow_unicode": True, "width": 100}
    text: str = yaml.dump(plan_document(plan), Dumper=_Dumper, **options)
    return HEADER + text


def plan_document(plan: Plan) -> Document:
    """A plan as plain values, with the keys of its file."""
    fields = {name: getattr(plan, name) for name in PLAN_FIELDS[:-1]}
    fields["instruments"] = {
        stage: instrument_name(stage, program) for stage, program in plan.instruments
    }
    if plan.bpm is not None and plan.bpm.is_integer():
        fields["bpm"] = int(plan.bpm)
    return fields | {"sections": [_section_document(section) for section in plan.sections]}


def _section_document(section: PlannedSection) -> Document:
    parts = {stage: section.part(stage) for stage in STAGES}
    excerpt = section.excerpt and "{}-{}".format(*section.excerpt)
    fields = {name: getattr(section, name) for name in SECTION_FIELDS}
    return fields | {"parts": parts, "excerpt": excerpt, "words": list(section.words) or None}


def read_plan(path: Path) -> Plan:
    """Read a plan's file.

    Raises:
        Refused: names the file, the section, the field, its value and what is accepted.
    """
    try:
        return parse_plan(load_file(path))
    except UnreadableError as error:
        raise Refused(f"{path.name}: {error}") from error


def parse_plan(document: Any) -> Plan:
    """The plan from plain values; raises UnreadableError at the first invalid one."""
    if not isinstance(document, dict) or not isinstance(document.get("sections"), list):
        raise UnreadableError("plan", shown(document), A_PLAN)
    if not document["sections"]:
        raise UnreadableError("sections", "[]", "at least one section")
    _refuse_unknown(document, PLAN_FIELDS)
    return Plan(
        sections=tuple(
            _section_at(number, row) for number, row in enumerate(document["sections"], start=1)
        ),
        name=_folder_name(document),
        title=_text(document, "title"),
        key=_text(document, "key"),
        bpm=_optional(document, "bpm", _number, None),
        time_sig=_text(document, "time_sig"),
        ending=_optional(document, "ending", _ending, NO_ENDING),
        seed=_optional(document, "seed", _integer(0, MAX_SEED), 0),
        instruments=_instruments(document),
    )


def _instruments(document: Document) -> tuple[tuple[str, int], ...]:
    named = document.get("instruments")
    if named is None:
        return ()
    if not isinstance(named, dict):
        raise UnreadableError("instruments", shown(named), f"a mapping of {', '.join(STAGES)}")
    _refuse_unknown_stages("instruments", named)
    return tuple(
        (stage, _program(stage, named[stage])) for stage in STAGES if named.get(stage) is not None
    )


def _program(stage: str, instrument: Any) -> int:
    try:
        if type(instrument) not in {str, int}:
            raise ValueError("a name of General MIDI, or a number from 1 to 128")
        return find_program(str(instrument), is_drums=STAGES[stage].is_drums)
    except ValueError as error:
        raise UnreadableError(f"instruments: {stage}", shown(instrument), str(error)) from error


def _section_at(number: int, row: Any) -> PlannedSection:
    try:
        return _section(row)
    except UnreadableError as error:
        raise UnreadableError(
            f"section {number}: {error.field}", error.value, error.accepted
        ) from error


def _section(row: Any) -> PlannedSection:
    if not isinstance(row, dict):
        raise UnreadableError("section", shown(row), f"a mapping of {', '.join(SECTION_FIELDS)}")
    _refuse_unknown(row, SECTION_FIELDS)
    section = _label(row, "section")
    role = role_of(section)
    return PlannedSection(
        name=_label(row, "name") if row.get("name") is not None else section,
        section=section,
        parts=_parts(row),
        play=_optional(row, "play", _integer(1, MAX_PLAY), 1),
        bars=_optional(row, "bars", _integer(1, MAX_SONG_BARS), None),
        energy=_optional(row, "energy", _energy, role.energy),
        vocals=_optional(row, "vocals", _boolean, role.is_sung),
        notes=_text(row, "notes"),
        excerpt=_optional(row, "excerpt", _excerpt, None),
        vary=_optional(row, "vary", _boolean, False),
        words=_optional(row, "words", _words, ()),
    )


def _refuse_unknown(document: Document, known: Iterable[str]) -> None:
    for name in document:
        if name not in known:
            raise UnreadableError(shown(name), "unknown", f"the keys {', '.join(known)}")


def _refuse_unknown_stages(field: str, named: Document) -> None:
    for stage in named:
        if stage not in STAGES:
            raise UnreadableError(
                f"{field}: {shown(stage)}", "unknown", f"the stages {', '.join(STAGES)}"
            )


def _optional(row: Document, name: str, read: Callable[[str, Any], Any], default: Any) -> Any:
    """A field's value; the default if it is missing or null."""
    return default if row.get(name) is None else read(name, row[name])


def _text(document: Document, name: str) -> str:
    """A field as a string, also if YAML read a number; empty if missing or null."""
    value = document.get(name)
    if isinstance(value, bool | list | dict):
        raise UnreadableError(name, shown(value), "a text")
    return "" if value is None else str(value)


def _label(document: Document, name: str) -> str:
    text = one_line(_text(document, name))
    if not text:
        raise UnreadableError(name, "missing", A_TEXT)
    return text


def _folder_name(document: Document) -> str:
    text = _text(document, "name")
    try:
        return file_label(text) if text else DRAFT
    except Refused as error:
        raise UnreadableError("name", shown(text), "a name with letters a-z or digits") from error


def _integer(minimum: int, maximum: int) -> Callable[[str, Any], int]:
    def read(name: str, value: Any) -> int:
        if type(value) is not int or not minimum <= value <= maximum:
            accepted = f"a whole number from {minimum} to {maximum}"
            raise UnreadableError(name, shown(value), accepted)
        return value

    return read


def _excerpt(name: str, value: Any) -> tuple[int, int]:
    match = _EXCERPT.fullmatch(str(value))
    bars = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if isinstance(value, bool) or not 1 <= bars[0] <= bars[1] <= MAX_SONG_BARS:
        raise UnreadableError(name, shown(value), "a first and a last bar, such as 1-4")
    return bars


def _words(name: str, value: Any) -> tuple[str, ...]:
    lines = value if isinstance(value, list) else [value]
    if not lines or not all(isinstance(line, str) and line_of(line) for line in lines):
        raise UnreadableError(name, shown(value), "a list of lines with words in them")
    return tuple(one_line(line) for line in lines)


def _ending(name: str, value: Any) -> str:
    if value not in ENDINGS:
        raise UnreadableError(name, shown(value), ", ".join(ENDINGS))
    return str(value)


def _number(name: str, value: Any) -> float:
    if type(value) not in {int, float}:
        raise UnreadableError(name, shown(value), "a number")
    return float(value)


def _energy(name: str, value: Any) -> float:
    if type(value) not in {int, float} or not 0 <= value <= 1:
        raise UnreadableError(name, shown(value), "a number from 0 (still) to 1 (full)")
    return float(value)


def _boolean(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise UnreadableError(name, shown(value), "true or false")
    return value


def _parts(row: Document) -> tuple[tuple[str, str], ...]:
    parts = row.get("parts")
    if not isinstance(parts, dict):
        value = shown(parts) if "parts" in row else "missing"
        raise UnreadableError("parts", value, f"a mapping of {', '.join(STAGES)}")
    _refuse_unknown_stages("parts", parts)
    return tuple((stage, _label(parts, stage)) for stage in STAGES if parts.get(stage) is not None)
