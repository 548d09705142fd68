"""The engine's draft of a plan: the approved parts in a usual song form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from documents.findings import one_line
from engine.arrangement.approved import ApprovedPart, Lineage, lineages_in_use
from engine.arrangement.plan import FADE, HELD, RITARDANDO, Plan, PlannedSection
from engine.arrangement.roles import MIN_VERSES, OTHER, Role, form_with, role_of
from engine.arrangement.words import with_words
from engine.errors import Refused
from engine.proposals.lyrics import LyricSheet, section_name
from genomes.midi import Conductor

# The lowest energy of a section in which a stage plays. At a lineage's last occurrence all play.
MIN_ENERGY = {"chords": 0.0, "melody": 0.0, "bass": 0.20, "drums": 0.25, "harmony": 0.45}

# Energy added to the last occurrence of a section that occurs several times in the form.
LAST_OCCURRENCE_ENERGY = 0.10

MAX_REPEATS = 4

INTRO, OUTRO = "intro", "outro"

# A song without an intro or an outro of its own is given the first bars of its first section, and
# of its last, played by these stages.
BORROWED_BARS = 4
BORROWED_ENERGY = 0.30
BORROWED_STAGES = {INTRO: ("chords", "bass"), OUTRO: ("chords", "drums", "bass")}

# Songs slower than this end with a ritardando; a fast pulse that slows down sounds like a mistake.
RITARDANDO_MAX_BPM = 90


@dataclass(frozen=True, slots=True)
class _Occurrence:
    """One occurrence of a lineage in the song.

    Attributes:
        lineage: the lineage that plays.
        is_last: whether this is the lineage's last occurrence.
        is_louder: whether this is the last of several occurrences of its section in the form.
    """

    lineage: Lineage
    is_last: bool
    is_louder: bool

    @property
    def role(self) -> Role:
        return role_of(self.lineage.first.section_label)

    @property
    def energy(self) -> float:
        extra = LAST_OCCURRENCE_ENERGY if self.is_louder else 0.0
        return round(min(1.0, self.role.energy + extra), 2)

    @property
    def title(self) -> str:
        label = one_line(self.lineage.first.display_label)
        return label[:1].upper() + label[1:]


def draft(
    approved: Sequence[ApprovedPart],
    song: Conductor,
    ending: str | None = None,
    lyrics: LyricSheet | None = None,
) -> Plan:
    """A plan that uses all approved sections, each with the parts that are in use.

    Sections whose labels name a role are put in the order of the form; the others are put at its
    ``OTHER``, in the order of their approval. The song begins with an intro, and ends with an
    outro if it doesn't fade. It has as many verses as the words, and two at least.

    Args:
        approved: the approved parts.
        song: title, key, meter and tempo of the song.
        ending: how it stops, one of ``ENDINGS``; the usual ending at its tempo if None.
        lyrics: words of the song; a section that comes back sings those under its own name, such
            as ``Verse 2``, and comes as often in a row as they say.

    Raises:
        Refused: if nothing is approved.
    """
    if not approved:
        raise Refused("nothing is approved yet", "see engine review")
    form = form_with(_verses(lyrics) if lyrics else MIN_VERSES)
    occurrences = _occurrences(lineages_in_use(approved), form)
    counts = Counter(occurrence.title.casefold() for occurrence in occurrences)
    counted: Counter[str] = Counter()
    sections = []
    for occurrence in occurrences:
        name = occurrence.title.casefold()
        counted[name] += 1
        numbered = f"{occurrence.title} {counted[name]}" if counts[name] > 1 else occurrence.title
        sections.append(_planned(occurrence, numbered))
    if ending is None:
        ending = RITARDANDO if song.tempo_bpm < RITARDANDO_MAX_BPM else HELD
    if occurrences[0].role.name != INTRO:
        sections.insert(0, _borrowed(occurrences[0], INTRO))
    if occurrences[-1].role.name != OUTRO and ending != FADE:
        sections.append(_borrowed(occurrences[-1], OUTRO))
    plan = Plan(
        tuple(sections),
        title=song.title,
        key=str(song.key),
        bpm=song.tempo_bpm,
        time_sig=str(song.meter),
        ending=ending,
    )
    return plan if lyrics is None else with_words(plan, approved, lyrics, once=True).plan


def sections_to_add(approved: Sequence[ApprovedPart]) -> tuple[PlannedSection, ...]:
    """A section of each lineage in use, with all its parts, as a plan may get another one."""
    return tuple(
        _planned(occurrence, occurrence.title)
        for lineage in lineages_in_use(approved)
        for occurrence in [_Occurrence(lineage, is_last=True, is_louder=False)]
    )


def _verses(lyrics: LyricSheet) -> int:
    """How many verses a sheet of words has."""
    names = [section_name(label) for label, _ in lyrics.words if label]
    verses = [name for name in names if name.role == "verse"]
    return max(len(verses), *(name.number for name in verses), 0)


def _borrowed(occurrence: _Occurrence, name: str) -> PlannedSection:
    """The first bars of a section as an intro or an outro, played by few of its parts."""
    parts = occurrence.lineage.parts
    playing = [part for part in parts if part.stage in BORROWED_STAGES[name]] or parts
    bars = min(BORROWED_BARS, occurrence.lineage.first.bars)
    return PlannedSection(
        name=name.capitalize(),
        section=occurrence.lineage.first.label,
        parts=tuple((part.stage, part.label) for part in playing),
        bars=bars,
        energy=BORROWED_ENERGY,
        vocals=False,
        excerpt=(1, bars),
        vary=True,
    )


def _occurrences(found: Sequence[Lineage], form: Sequence[str]) -> list[_Occurrence]:
    lineages_of: dict[str, list[Lineage]] = {}
    for lineage in found:
        form_section = role_of(lineage.first.section_label).form_section
        lineages_of.setdefault(form_section, []).append(lineage)
    ordered = [
        (form_section, lineage)
        for index, form_section in enumerate(form)
        for lineage in _playing(
            lineages_of.get(form_section, []), form_section, form[:index].count(form_section)
        )
    ]
    last = {form_section: index for index, (form_section, _) in enumerate(ordered)}
    last_of = {lineage: index for index, (_, lineage) in enumerate(ordered)}
    return [
        _Occurrence(
            lineage,
            is_last=last_of[lineage] == index,
            is_louder=form.count(form_section) > 1 and last[form_section] == index,
        )
        for index, (form_section, lineage) in enumerate(ordered)
    ]


def _playing(alternatives: Sequence[Lineage], form_section: str, before: int) -> Sequence[Lineage]:
    """The lineages to play at a section of the form that occurred this many times before.

    Several sections of one role, such as ``verse`` and ``verse 2``, take turns.
    """
    if form_section == OTHER or not alternatives:
        return alternatives
    return [alternatives[before % len(alternatives)]]


def _planned(occurrence: _Occurrence, name: str) -> PlannedSection:
    first, role = occurrence.lineage.first, occurrence.role
    playing = [part for part in occurrence.lineage.parts if _plays(part.stage, occurrence)]
    return PlannedSection(
        name=name,
        section=first.label,
        parts=tuple((part.stage, part.label) for part in playing),
        play=min(MAX_REPEATS, max(1, role.bars // first.bars)),
        bars=first.bars,
        energy=occurrence.energy,
        vocals=role.is_sung,
        vary=True,
    )


def _plays(stage: str, occurrence: _Occurrence) -> bool:
    return occurrence.is_last or occurrence.energy >= MIN_ENERGY.get(stage, 0.0)
