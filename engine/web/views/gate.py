"""The gate: candidates of a stage and section side by side, to look at, hear and decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.errors import NotFound
from engine.gate.decisions import music_of
from engine.gate.looks import Look, find_look, look_at
from engine.gate.waiting import Entry, newest_first
from engine.reports.description import in_lines
from engine.reports.entries import Shown, shown
from engine.reports.progress import is_wanted, next_words, places_wanted, progress
from engine.reports.readings import in_words
from engine.reports.svg_rolls import Roll, svg_roll
from engine.stages import STAGES, find_stage
from engine.state.lineages import is_stale, sections
from engine.state.listing import last_approvals
from engine.state.songs import APPROVED, PENDING, Candidate, Song, decisions_on
from engine.state.studio import Studio
from engine.web.known import Known
from engine.web.pages import page
from engine.web.room import room_of, song_in
from genomes import Part
from genomes.drums.voices import BY_NOTE
from genomes.notes import ChordSpan

# More are not compared at once; the others are a page further.
MAX_CARDS = 12

MAX_DIGITS = 10
WAITING, STALE = "waiting", "stale"


@dataclass(frozen=True, slots=True)
class Place:
    """What is looked at.

    Attributes:
        stage: name of a stage; empty where nothing is there to look at.
        section: label of a section.
        run: id of the only run whose candidates are shown; empty for all.
        everything: whether decided ones are shown too, and those passed over.
    """

    stage: str
    section: str
    run: str = ""
    everything: bool = False

    def query(self, **more: object) -> str:
        """The place as the query of an address."""
        fields = {"stage": self.stage, "section": self.section, "run": self.run}
        given = {name: value for name, value in fields.items() if value}
        return urlencode(given | ({"all": 1} if self.everything else {}) | more)


@dataclass(frozen=True, slots=True)
class Card:
    """A candidate as the page shows it.

    Attributes:
        letter: that it is called by, beside the others.
        entry: the candidate.
        seen: what people are shown of it.
        roll: its music.
        bars: how many.
        sections: labels of those that it is approved for.
        others: labels of the song's other sections, which it could be approved for too.
        drums: the drums that are struck, as the lock of each names it.
        decided: whether something can be taken back.
        scored: what its scores and its description say, line by line.
    """

    letter: str
    entry: Entry
    seen: Shown
    roll: Roll
    bars: int
    sections: tuple[str, ...]
    others: tuple[str, ...]
    drums: tuple[str, ...]
    decided: bool
    scored: tuple[str, ...]

    @property
    def roll_id(self) -> str:
        """Another one when its notes change, as they do when the song is transposed."""
        transposed = self.entry.state.transposed
        return f"roll-{self.entry.id}-{transposed.position if transposed else 0}"


def gate(request: Request) -> Response:
    """What waits for a decision at a place, in an order that is recorded once for each look."""
    room, song = room_of(request), song_in(request)
    place = _place(request, room.known, song)
    here = _here(song, place)
    skipped = count(request.query_params.get("skip", ""))
    listed = [each for each, kind in here if place.everything or kind == WAITING]
    look = _look(request, room.studio, song, listed[skipped : skipped + MAX_CARDS])
    cards = _cards(room.studio, look)
    last = max((card.entry.state.position for card in cards), default=0)
    return page(
        request,
        "gate.html",
        song=song,
        place=place,
        stage=STAGES.get(place.stage),
        query=place.query(look=look.seed),
        cards=cards,
        waiting=[card.entry.id for card in cards if card.entry.status == PENDING],
        compared=[card.entry.id for card in cards if card.entry.status in {PENDING, APPROVED}],
        counts=Counter(kind for _, kind in here),
        new=sum(kind == WAITING and each.state.position > last for each, kind in here),
        skip=skipped + MAX_CARDS,
        more=len(listed) - skipped - MAX_CARDS,
        places=room.known.once(song, _places),
        following=_following(room.known, song, place),
        works=[job for job in room.jobs.all() if job.song == song.song_id and job.code is None],
    )


def _place(request: Request, known: Known, song: Song) -> Place:
    """The place that the address names; else the first that wants a decision."""
    asked = request.query_params
    stage, section, run = (asked.get(name, "") for name in ("stage", "section", "run"))
    everything = bool(asked.get("all"))
    if run:
        if run not in song.runs:
            raise NotFound(f"{song.title} has no run {run}")
        made = [each for each in song.candidates.values() if each.run == run]
        stage = stage or (made[0].stage if made else "")
        section = section or (made[0].section.label if made else "")
    if stage:
        find_stage(stage)
    for wanted_stage, wanted_section in (
        *known.once(song, places_wanted),
        *known.once(song, _newest_first),
    ):
        if stage in {"", wanted_stage} and section in {"", wanted_section}:
            return Place(wanted_stage, wanted_section, run, everything)
    return Place(stage, section, run, everything)


def _newest_first(song: Song) -> list[tuple[str, str]]:
    """Every stage and section with candidates, those that came last first."""
    found = sorted(song.candidates.values(), key=lambda each: -each.position)
    return list(dict.fromkeys((each.stage, each.section.label) for each in found))


def _look(request: Request, studio: Studio, song: Song, listed: Sequence[Entry]) -> Look:
    """The look that the address names, as it is refreshed; else the one at what is listed."""
    seed = request.query_params.get("look", "")
    found = find_look(studio, song, count(seed)) if seed else None
    return found or look_at(studio, song, listed)


def count(text: str) -> int:
    """A number of an address; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else 0


def _here(song: Song, place: Place) -> list[tuple[Entry, str]]:
    """The candidates of a place, the newest run first, and what is the matter with each."""
    found = newest_first(
        Entry(name, song, state) for name, state in song.candidates.items() if _is_at(state, place)
    )
    approved_at = last_approvals(song).get((place.stage, place.section), 0)
    return [(entry, _kind(entry, approved_at)) for entry in found]


def _is_at(state: Candidate, place: Place) -> bool:
    if state.stage != place.stage or place.run not in {"", state.run}:
        return False
    labels = (state.section.label, *(each.section.label for each in state.approvals))
    return place.section in labels


def _kind(entry: Entry, approved_at: int) -> str:
    if entry.status != PENDING:
        return entry.status
    if entry.state.position < approved_at:
        return "passed over"
    return STALE if is_stale(entry.song, entry.state) else WAITING


def _cards(studio: Studio, look: Look) -> list[Card]:
    letters = _letters(len(look.entries))
    return [
        _card(studio, entry, letter, look.entries)
        for entry, letter in zip(look.entries, letters, strict=True)
    ]


def _letters(count: int) -> list[str]:
    """A, B and so on; A2 behind Z."""
    size = len(ascii_uppercase)
    return [
        ascii_uppercase[index % size] + (str(index // size + 1) if index >= size else "")
        for index in range(count)
    ]


def _card(studio: Studio, entry: Entry, letter: str, beside: Sequence[Entry]) -> Card:
    seen, state = shown(studio, entry, beside), entry.state
    name = f"{letter}: {state.stage} for {state.section.label}"
    chords = () if seen.part.harmony else _chords_under(studio, entry)
    identifier = f"roll-{entry.id}"
    roll = svg_roll(state.stage, seen.part, seen.meter, name, identifier, seen.key, chords)
    approved = tuple(each.section.label for each in state.approvals)
    return Card(
        letter=letter,
        entry=entry,
        seen=seen,
        roll=roll,
        bars=seen.part.length_ticks // seen.meter.bar_ticks,
        sections=approved,
        others=tuple(
            each for each in sections(entry.song) if each not in {state.section.label, *approved}
        ),
        drums=_drums(seen.part) if STAGES[state.stage].is_drums else (),
        decided=bool(decisions_on(entry.song, entry.id)),
        scored=tuple(_scored(entry)),
    )


def _drums(part: Part) -> tuple[str, ...]:
    struck = set(part.notes["pitch"].tolist())
    return tuple(BY_NOTE[note] for note in sorted(struck) if note in BY_NOTE)


def _chords_under(studio: Studio, entry: Entry) -> tuple[ChordSpan, ...]:
    """The chords that a part without any of its own was made for."""
    for parent in entry.state.parents:
        if entry.song.candidates[parent].stage == "chords":
            found = Entry(parent, entry.song, entry.song.candidates[parent])
            return Part.from_payload(music_of(studio, found).part).harmony
    return ()


def _scored(entry: Entry) -> list[str]:
    state = entry.state
    total = [] if state.total is None else [f"total {state.total:.3f}"]
    heard = [] if state.heard is None else [in_words(state.heard, state.terms)]
    return [*total, *heard, *in_lines(state.description)]


def _places(song: Song) -> list[tuple[Place, int]]:
    """Every stage and section with candidates, in stage order, and how many are to be decided."""
    known = {(each.stage, each.section.label) for each in song.candidates.values()}
    found = [
        (Place(row.stage, section.label), row.waiting if is_wanted(row) else 0)
        for section in progress(song)
        for row in section.stages
        if (row.stage, section.label) in known
    ]
    return sorted(found, key=lambda each: list(STAGES).index(each[0].stage))


@dataclass(frozen=True, slots=True)
class Following:
    """What comes behind the decisions of a place.

    Attributes:
        label: what the button says.
        address: of the page that it leads to, or what it posts to.
        is_run: whether it begins a run.
    """

    label: str
    address: str
    is_run: bool = False


def _following(known: Known, song: Song, place: Place) -> Following | None:
    """The next place that wants a decision, else the next run, else the whole song."""
    home = f"/songs/{song.song_id}"
    for stage, section in known.once(song, places_wanted):
        if (stage, section) != (place.stage, place.section):
            query = Place(stage, section).query()
            return Following(f"Decide {stage} for {section}", f"{home}/gate?{query}")
    command, *words = known.once(song, next_words)
    if command == "evolve":
        options = dict(zip(words[::2], words[1::2], strict=True))
        where = f" for {options['--section']}" if "--section" in options else ""
        return Following(f"Evolve {options['--stage']}{where}", f"{home}/next", is_run=True)
    if command == "review":
        return None
    return Following("Arrange the song", f"{home}/whole")


ROUTES = [Route("/songs/{song}/gate", gate)]
