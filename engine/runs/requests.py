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
from engine.state.lineages import in_use, lineage_of, sections
from engine.state.songs import APPROVED, Candidate, Song, why_revised
from genomes import Section
from genomes.drums.voices import VOICES
from genomes.locks import Locks
from genomes.lyrics import Lyrics
from genomes.melody.singers import find_singer
from store import events

DEFAULT_SECTION = "verse"
DEFAULT_ENERGY = 0.5


# How far from a candidate what is like it may be, of 0 (equal) to 1; two first genomes of a run
# are 0.6 apart in the median.
DEFAULT_RADIUS = 0.35


@dataclass(frozen=True, slots=True)
class Redo:
    """The bars of a candidate that are evolved again; all others stay.

    Attributes:
        bars: their numbers, 0 the first.
        rhythm: whether only their rhythm changes.
        pitch: whether only their pitches change.
    """

    bars: tuple[int, ...]
    rhythm: bool = False
    pitch: bool = False

    def locks(self, bars: int) -> Locks:
        """What stays of a candidate of so many bars."""
        others = tuple(bar for bar in range(bars) if bar not in self.bars)
        return Locks(others, rhythm=self.pitch, pitch=self.rhythm)


@dataclass(frozen=True, slots=True)
class EvolveOptions:
    """A person's options for evolving a stage; None leaves the choice to the engine.

    Attributes:
        stage: name of the stage.
        settings: settings of the runs; the usual ones unless given.
        section: label of the section; for stages that build on others, only this section.
        bars: length of a new section.
        energy: energy of a new section, 0 to 1.
        parent: beginning of the id of an approved candidate to build on.
        source: beginning of the id of a candidate of the stage to start from.
        locks: what to keep of the source.
        lyrics: lyrics of the song.
        singer: a singer whose range is used instead of that of the song's singer.
        redo: the bars of the source to evolve again, in place of locks; without a source, of the
            stage's candidate in use.
        more_like: beginning of the id of a candidate that every new one stays near to.
        less_like: beginning of the id of a candidate that every new one keeps away from.
        radius: how near or how far, 0 to 1; ``DEFAULT_RADIUS`` if None.
        under: beginning of the id of an approved melody that chords are made for.
        every_lineage: whether to build on all lineages that a section may use, not only on the
            one that it uses.
    """

    stage: str
    settings: Settings = field(default_factory=lambda: Settings.sized(None, None))
    section: str | None = None
    bars: int | None = None
    energy: float | None = None
    parent: str | None = None
    source: str | None = None
    locks: Locks = field(default_factory=Locks)
    lyrics: LyricSheet | None = None
    singer: str | None = None
    redo: Redo | None = None
    more_like: str | None = None
    less_like: str | None = None
    radius: float | None = None
    under: str | None = None
    every_lineage: bool = False


_VOICES = "voices="
_BARS = re.compile(r"bars=(\d{1,3})(?:-(\d{1,3}))?")


def locks_of(words: Sequence[str]) -> Locks:
    """Locks as a person types them, such as ``bars=1-2``, ``rhythm``, ``pitch``, ``voices=kick``.

    Raises:
        Refused: if one is none of these, or nothing is left to evolve.
    """
    bars: set[int] = set()
    voices: dict[str, None] = {}
    for word in words:
        if word.startswith(_VOICES):
            voices |= dict.fromkeys(_voices_of(word))
        elif word not in {"rhythm", "pitch"}:
            expected = "expected bars=1-2, rhythm, pitch or voices=kick,snare"
            bars |= _bars_of(word, f"--lock {word}: {expected}")
    with refusing():
        return Locks(tuple(sorted(bars)), "rhythm" in words, "pitch" in words, tuple(voices))


def _voices_of(word: str) -> list[str]:
    """Names of drums: those of the engine, with spaces or underscores between their words."""
    names = [each.strip().replace(" ", "_") for each in word.removeprefix(_VOICES).split(",")]
    for name in names:
        if name not in VOICES:
            raise Refused(f"--lock {word}: no drum {name!r}", f"drums are {', '.join(VOICES)}")
    return names


def redo_of(words: Sequence[str], *, rhythm: bool, pitch: bool) -> Redo | None:
    """Bars to evolve again as a person types them: ``bars=6``, ``bars=3-4``; None without any.

    Raises:
        Refused: if one is none of these, or rhythm and pitch are given together or without bars.
    """
    if rhythm and pitch:
        raise Refused("--rhythm and --pitch exclude each other", "leave both out to redo both")
    if not words and (rhythm or pitch):
        raise Refused("--rhythm and --pitch say what of --redo changes", "add --redo bars=1-2")
    bars = {bar for word in words for bar in _bars_of(word, f"--redo {word}: expected bars=1-2")}
    return Redo(tuple(sorted(bars)), rhythm, pitch) if bars else None


def _bars_of(word: str, message: str) -> set[int]:
    match = _BARS.fullmatch(word)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 1 <= first <= last:
        raise Refused(message)
    return set(range(first - 1, last))


def requests(song: Song, options: EvolveOptions, seed: int) -> list[Request]:
    """The requests of the options: one for each section that the stage can be evolved for.

    With ``every_lineage`` it is one for each approved lineage that the stage can build on.

    Their model is not set yet.

    Raises:
        NotFound: if a candidate or a section doesn't exist.
        Refused: if no part that the stage needs is approved, or the options contradict each other.
    """
    stage = find_stage(options.stage)
    _check_singing(options, stage)
    under = _melody_over(song, options, stage)
    options = _with_source(song, options, stage)
    if options.source is not None:
        found = [_from_source(song, options, stage, seed)]
    elif options.locks != Locks():
        raise Refused("--lock keeps something of a candidate", "name it with --from")
    elif stage.needs:
        found = _requests_on_leaves(song, options, stage, seed)
    elif options.parent is not None:
        raise Refused(f"{stage.name} stand on nothing", "leave --parent out")
    else:
        found = [_request(song, options, seed, _own_section(song, options, stage, under))]
    if options.lyrics is not None and not any(request.lyrics for request in found):
        lyrics_of(options.lyrics, found[0].section.label)  # says which sections it has
    likeness = _likeness(song, options, stage)
    if under is not None and found[0].section.bars != song.candidates[under].section.bars:
        raise Refused(
            f"{short(under)} has {song.candidates[under].section.bars} bars, not "
            f"{found[0].section.bars}"
        )
    return [replace(request, likeness=likeness, under=under) for request in found]


def _melody_over(song: Song, options: EvolveOptions, stage: Stage) -> str | None:
    """Id of the melody that chords are made for; None where none is named."""
    if options.under is None:
        return None
    if stage.needs:
        raise Refused("--under says which melody chords are for", "add --stage chords")
    melody = resolve(options.under, song.candidates, "candidate", "see engine review --all")
    known = song.candidates[melody]
    if not find_stage(known.stage).sings:
        raise Refused(f"{short(melody)} is {known.stage}, not melody")
    if known.status != APPROVED:
        advice = f"run engine approve {short(melody)} first"
        raise Refused(f"{short(melody)} is {known.status}, not approved", advice)
    if why := why_revised(song, known):
        raise Refused(f"{short(melody)} is stale: {why}", "import or evolve it again")
    if options.bars is not None:
        raise Refused("chords under a melody are as long as it is", "leave --bars out")
    return melody


def _with_source(song: Song, options: EvolveOptions, stage: Stage) -> EvolveOptions:
    """The options with the source that is redone or varied, and what of it stays."""
    if options.redo is None and options.more_like is None:
        return options
    if options.redo is not None and options.locks != Locks():
        raise Refused("--redo locks all other bars", "leave --lock out")
    source = options.source or options.more_like or _only_approved(song, options, stage)
    if options.redo is None:
        return replace(options, source=source)
    source, known = _source(song, source, stage)
    bars = known.section.bars
    if options.redo.bars[-1] >= bars:
        raise Refused(f"--redo: {short(source)} has {bars} bars")
    own = None if options.source is None else options.section  # --section chose the source
    return replace(options, source=source, section=own, locks=options.redo.locks(bars))


def _only_approved(song: Song, options: EvolveOptions, stage: Stage) -> str:
    """The candidate of the stage that is in use, in the section where one is named."""
    used = {
        label: in_use(song, label).get(stage.name)
        for label in sections(song)
        if options.section in {None, label}
    }
    found = list(dict.fromkeys(name for name in used.values() if name is not None))
    place = "" if options.section is None else f" in {options.section}"
    if not found:
        advice = "name a candidate with --from; see engine review --all"
        raise Refused(f"no approved {stage.name}{place} to redo", advice)
    if len(found) > 1:
        listed = ", ".join(f"{short(n)} ({song.candidates[n].section.label})" for n in found)
        raise Refused(f"approved {stage.name}{place}: {listed}", "name one of them with --from")
    return found[0]


def _likeness(song: Song, options: EvolveOptions, stage: Stage) -> events.Likeness | None:
    given = options.more_like or options.less_like
    if given is None:
        if options.radius is not None:
            raise Refused("--radius says how like", "add --more-like or --less-like")
        return None
    if options.more_like and options.less_like:
        raise Refused("--more-like and --less-like exclude each other", "leave one of them out")
    radius = DEFAULT_RADIUS if options.radius is None else options.radius
    if not 0 < radius < 1:
        raise Refused(f"--radius {radius:g}: expected more than 0 and less than 1")
    candidate, _ = _source(song, given, stage)
    return events.Likeness(candidate=candidate, radius=radius, within=bool(options.more_like))


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
    found = leaves(song, stage, options.section, options.parent, every=options.every_lineage)
    return [
        _request(
            song,
            options,
            seed,
            section_of(leaf.section),
            lineage_of(song, leaf.candidate, leaf.section.label),
        )
        for leaf in found
    ]


def _from_source(song: Song, options: EvolveOptions, stage: Stage, seed: int) -> Request:
    source, known = _source(song, options.source or "", stage)
    given = {options.section, options.bars, options.energy, options.parent}
    if given != {None}:
        raise Refused("--from says the section and what it stands on", "leave those options out")
    check_parents(song, source)
    bars = known.section.bars
    if any(bar >= bars for bar in options.locks.bars) or len(options.locks.bars) == bars:
        raise Refused(f"--lock: {short(source)} has {bars} bars, and one must be left to evolve")
    if options.locks.voices and not stage.is_drums:
        raise Refused(f"--lock voices: {stage.name} have none", "lock bars, rhythm or pitch")
    if options.lyrics is not None and options.locks.bars and "lyrics" not in known.description:
        raise Refused(
            f"the locked bars of {short(source)} are sung without words",
            "leave --lyrics or the locked bars out",
        )
    section, parents = section_of(known.section), tuple(known.parents)
    return _with_vocals_of_source(
        _request(song, options, seed, section, parents, source), known.run or ""
    )


def _source(song: Song, beginning: str, stage: Stage) -> tuple[str, Candidate]:
    """Id and state of a candidate of the stage that has genes.

    Raises:
        NotFound: if there is none.
        Refused: if it is of another stage, or was imported.
    """
    source = resolve(beginning, song.candidates, "candidate", "see engine review --all")
    known = song.candidates[source]
    if known.stage != stage.name:
        raise Refused(f"{short(source)} is {known.stage}, not {stage.name}")
    if not known.has_genome:
        raise Refused(f"{short(source)} was made by hand: it has no genes to start from")
    return source, known


def _own_section(song: Song, options: EvolveOptions, stage: Stage, under: str | None) -> Section:
    """The section that the options begin; that of the melody where one is named."""
    usual = Section(DEFAULT_SECTION, stage.bars, DEFAULT_ENERGY)
    if under is not None:
        usual = section_of(song.candidates[under].section)
    label = usual.label if options.section is None else options.section
    if not label.strip():
        raise Refused("--section: expected a label, such as verse")
    energy = usual.energy if options.energy is None else options.energy
    return Section(label, usual.bars if options.bars is None else options.bars, energy)


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
    """The part that the nearest earlier section with one uses of the stage."""
    if not find_stage(stage).carries_on:
        return None
    labels = sections(song)
    earlier = labels[: labels.index(section)] if section in labels else []
    used = (in_use(song, label).get(stage) for label in reversed(earlier))
    return next((candidate for candidate in used if candidate is not None), None)
