"""Requests for runs: turns a person's options into the request of each run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from engine.errors import Refused, refusing
from engine.evolution.settings import Settings
from engine.ids import resolve, short
from engine.proposals.lyrics import LyricSheet, has_words, lyrics_of
from engine.runs.contexts import section_of
from engine.runs.lifecycle import Request
from engine.runs.parents import check_parents, leaves
from engine.stages import Stage, find_stage
from engine.state.lineages import approved, lineage_of, sections
from engine.state.songs import Song
from genomes import Section
from genomes.locks import Locks
from genomes.lyrics import Lyrics
from genomes.melody.singers import find_singer

DEFAULT_SECTION = "verse"
DEFAULT_ENERGY = 0.5


@dataclass(frozen=True, slots=True)
class EvolveOptions:
    """A person's options for evolving a stage; None leaves the choice to the engine.

    Attributes:
        stage: name of the stage.
        settings: settings of the runs.
        section: label of the section; for stages that build on others, only this section.
        bars: length of a new section.
        energy: energy of a new section, 0 to 1.
        parent: beginning of the id of an approved candidate to build on.
        source: beginning of the id of a candidate of the stage to start from.
        locks: what to keep of the source.
        lyrics: lyrics of the song.
        singer: a singer whose range is used instead of that of the song's singer.
    """

    stage: str
    settings: Settings
    section: str | None = None
    bars: int | None = None
    energy: float | None = None
    parent: str | None = None
    source: str | None = None
    locks: Locks = field(default_factory=Locks)
    lyrics: LyricSheet | None = None
    singer: str | None = None


_LOCKED_BARS = re.compile(r"bars=(\d{1,3})(?:-(\d{1,3}))?")


def locks_of(words: Sequence[str]) -> Locks:
    """Locks as a person types them: ``bars=1-2``, ``bars=4``, ``rhythm``, ``pitch``.

    Raises:
        Refused: if one is none of these, or nothing is left to evolve.
    """
    bars: set[int] = set()
    for word in words:
        match = _LOCKED_BARS.fullmatch(word)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if word not in {"rhythm", "pitch"} and not 1 <= first <= last:
            raise Refused(f"--lock {word}: expected bars=1-2, rhythm or pitch")
        bars |= set(range(first - 1, last)) if match else set()
    with refusing():
        return Locks(tuple(sorted(bars)), "rhythm" in words, "pitch" in words)


def requests(song: Song, options: EvolveOptions, seed: int) -> list[Request]:
    """The requests of the options: one for each approved lineage that the stage can build on.

    Their model is not set yet.

    Raises:
        NotFound: if a candidate or a section doesn't exist.
        Refused: if no part that the stage needs is approved, or the options contradict each other.
    """
    stage = find_stage(options.stage)
    _check_singing(options, stage)
    if options.source is not None:
        found = [_from_source(song, options, stage, seed)]
    elif options.locks != Locks():
        raise Refused("--lock keeps something of a candidate", "name it with --from")
    elif stage.needs:
        found = _requests_on_leaves(song, options, stage, seed)
    elif options.parent is not None:
        raise Refused(f"{stage.name} stand on nothing", "leave --parent out")
    else:
        found = [_request(song, options, seed, _own_section(options, stage))]
    if options.lyrics is not None and not any(request.lyrics for request in found):
        lyrics_of(options.lyrics, found[0].section.label)  # says which sections it has
    return found


def _check_singing(options: EvolveOptions, stage: Stage) -> None:
    for option, value in (("--lyrics", options.lyrics), ("--singer", options.singer)):
        if value is not None and not stage.sings:
            raise Refused(f"{stage.name}: nobody sings", f"leave {option} out")
    if options.singer is not None:
        with refusing():
            find_singer(options.singer)


def _requests_on_leaves(
    song: Song, options: EvolveOptions, stage: Stage, seed: int
) -> list[Request]:
    if (options.bars, options.energy) != (None, None):
        raise Refused(
            f"{stage.name}: as long and as full of energy as what it stands on",
            "leave --bars and --energy out",
        )
    return [
        _request(song, options, seed, _section_at(song, leaf), lineage_of(song, leaf))
        for leaf in leaves(song, stage, options.section, options.parent)
    ]


def _from_source(song: Song, options: EvolveOptions, stage: Stage, seed: int) -> Request:
    source = resolve(options.source or "", song.candidates, "candidate", "see engine review --all")
    known = song.candidates[source]
    if known.stage != stage.name:
        raise Refused(f"{short(source)} is {known.stage}, not {stage.name}")
    if known.run is None:
        raise Refused(f"{short(source)} was made by hand: it has no genes to start from")
    given = {options.section, options.bars, options.energy, options.parent}
    if given != {None}:
        raise Refused("--from says the section and what it stands on", "leave those options out")
    check_parents(song, source)
    bars = known.section.bars
    if any(bar >= bars for bar in options.locks.bars) or len(options.locks.bars) == bars:
        raise Refused(f"--lock: {short(source)} has {bars} bars, and one must be left to evolve")
    if options.lyrics is not None and options.locks.bars and "lyrics" not in known.description:
        raise Refused(
            f"the locked bars of {short(source)} are sung without words",
            "leave --lyrics or the locked bars out",
        )
    section, parents = section_of(known.section), tuple(known.parents)
    return _with_vocals_of_source(
        _request(song, options, seed, section, parents, source), known.run
    )


def _own_section(options: EvolveOptions, stage: Stage) -> Section:
    label = DEFAULT_SECTION if options.section is None else options.section
    if not label.strip():
        raise Refused("--section: expected a label, such as verse")
    energy = DEFAULT_ENERGY if options.energy is None else options.energy
    return Section(label, stage.bars if options.bars is None else options.bars, energy)


def _section_at(song: Song, candidate: str) -> Section:
    return section_of(song.candidates[candidate].section)


def _request(
    song: Song,
    options: EvolveOptions,
    seed: int,
    section: Section,
    parents: tuple[str, ...] = (),
    source: str | None = None,
) -> Request:
    return Request(
        song,
        options.stage,
        section,
        seed,
        options.settings,
        None,
        parents,
        source,
        options.locks if source else None,
        _section_before(song, options.stage, section.label),
        _lyrics(options, section.label),
        options.singer,
    )


def _with_vocals_of_source(request: Request, run: str) -> Request:
    """A request with the lyrics and the singer of its source's run, if it has none of its own."""
    begun = request.song.runs.get(run)
    if begun is None:
        return request
    words = request.lyrics or (Lyrics.from_payload(begun.lyrics) if begun.lyrics else None)
    return replace(request, lyrics=words, singer=request.singer or begun.singer)


def _lyrics(options: EvolveOptions, section: str) -> Lyrics | None:
    """The lyrics of a section; None if the song's lyrics have no such section.

    Raises:
        Refused: if the options name this section, and it has no lyrics.
    """
    if options.lyrics is None or not find_stage(options.stage).sings:
        return None
    if options.section is None and not has_words(options.lyrics, section):
        return None
    return lyrics_of(options.lyrics, section)


def _section_before(song: Song, stage: str, section: str) -> str | None:
    """The last approved part of the stage in the nearest earlier section that has one."""
    if not find_stage(stage).carries_on:
        return None
    labels = sections(song)
    earlier = labels[: labels.index(section)] if section in labels else []
    for label in reversed(earlier):
        for candidate in reversed(approved(song, stage)):
            if song.candidates[candidate].section.label == label:
                return candidate
    return None
