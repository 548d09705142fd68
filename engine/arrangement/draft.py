"""The engine's draft of a plan: what is approved, in a form that songs have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from documents.findings import one_line
from engine.arrangement.approved import ApprovedPart, Lineage, lineages
from engine.arrangement.plan import Plan, PlannedSection
from engine.arrangement.roles import FORM, OTHER, Role, role_of
from engine.errors import Refused
from genomes.midi import Conductor

# Energy from which a stage plays, until the last time that its lineage comes: then all play.
PLAYS_FROM = {"chords": 0.0, "melody": 0.0, "bass": 0.20, "drums": 0.25, "harmony": 0.45}

# How much fuller a section that comes several times is at the last.
LAST_TIME_LIFT = 0.10

MAX_REPEATS = 4


@dataclass(frozen=True, slots=True)
class _Turn:
    """A lineage at its place in the song.

    Attributes:
        lineage: what plays.
        is_last: whether it comes no more.
        is_lifted: whether its place in the form has come before and comes no more.
    """

    lineage: Lineage
    is_last: bool
    is_lifted: bool

    @property
    def role(self) -> Role:
        return role_of(self.lineage.first.section_label)

    @property
    def energy(self) -> float:
        lift = LAST_TIME_LIFT if self.is_lifted else 0.0
        return round(min(1.0, self.role.energy + lift), 2)

    @property
    def title(self) -> str:
        label = one_line(self.lineage.first.display_label)
        return label[:1].upper() + label[1:]


def draft(approved: Sequence[ApprovedPart], song: Conductor) -> Plan:
    """A plan of everything that is approved.

    Sections whose labels name a role come in the order of ``FORM``, the others where it leaves
    room for them, in the order of their approvals. A section with several finished lineages takes
    turns with them.

    Raises:
        Refused: if nothing is approved.
    """
    if not approved:
        raise Refused("nothing is approved yet", "see engine review")
    turns = _turns(lineages(approved))
    counts = Counter(turn.title.casefold() for turn in turns)
    met: Counter[str] = Counter()
    sections = []
    for turn in turns:
        name = turn.title.casefold()
        met[name] += 1
        numbered = f"{turn.title} {met[name]}" if counts[name] > 1 else turn.title
        sections.append(_planned(turn, numbered))
    return Plan(
        tuple(sections),
        title=song.title,
        key=str(song.key),
        bpm=song.tempo_bpm,
        time_sig=str(song.meter),
    )


def _turns(found: Sequence[Lineage]) -> list[_Turn]:
    takes: dict[str, list[Lineage]] = {}
    for section in dict.fromkeys(lineage.section for lineage in found):
        best = _best([lineage for lineage in found if lineage.section == section])
        place = role_of(best[0].first.section_label).place
        takes.setdefault(place, []).extend(best[:1] if place == OTHER else best)
    placed = [
        (place, lineage)
        for index, place in enumerate(FORM)
        for lineage in _playing(takes.get(place, []), place, FORM[:index].count(place))
    ]
    last = {place: index for index, (place, _) in enumerate(placed)}
    last_of = {lineage: index for index, (_, lineage) in enumerate(placed)}
    return [
        _Turn(
            lineage,
            is_last=last_of[lineage] == index,
            is_lifted=FORM.count(place) > 1 and last[place] == index,
        )
        for index, (place, lineage) in enumerate(placed)
    ]


def _playing(takes: Sequence[Lineage], place: str, before: int) -> Sequence[Lineage]:
    """What plays at a place that has come so often before: its takes in turn, or all others."""
    if place == OTHER or not takes:
        return takes
    return [takes[before % len(takes)]]


def _best(mine: Sequence[Lineage]) -> list[Lineage]:
    """The lineages of a section that have come furthest, stale ones only if there are no others."""
    fresh = [lineage for lineage in mine if not lineage.is_stale] or mine
    furthest = max(len(lineage.parts) for lineage in fresh)
    return [lineage for lineage in fresh if len(lineage.parts) == furthest]


def _planned(turn: _Turn, name: str) -> PlannedSection:
    first, role = turn.lineage.first, turn.role
    playing = [part for part in turn.lineage.parts if _plays(part.stage, turn)]
    return PlannedSection(
        name=name,
        section=first.label,
        parts=tuple((part.stage, part.label) for part in playing),
        play=min(MAX_REPEATS, max(1, role.bars // first.bars)),
        bars=first.bars,
        energy=turn.energy,
        vocals=role.is_sung,
    )


def _plays(stage: str, turn: _Turn) -> bool:
    return turn.is_last or turn.energy >= PLAYS_FROM.get(stage, 0.0)
