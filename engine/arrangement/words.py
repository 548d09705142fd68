"""The words of a plan: each occurrence of a section sings its own, to the tune of its melody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from documents.lyrics import LyricSheet, SheetLine, SheetSection
from engine.arrangement.approved import ApprovedPart, find_part
from engine.arrangement.plan import Plan, PlannedSection
from engine.proposals.verses import Verse, shared_words
from engine.state.lineages import in_use, sections
from engine.state.songs import Song, song_stream
from engine.state.studio import Studio
from genomes import Part
from store import events
from store.records import NewEvent


@dataclass(frozen=True, slots=True)
class PlannedWords:
    """A plan with the words of a sheet.

    Attributes:
        plan: the plan; its sections have the words that they sing in place of their melodies'.
        sheet: the words that were given.
        unused: sections of the sheet that no section of the plan sings.
        silent: names of the sections that sing without words.
    """

    plan: Plan
    sheet: LyricSheet
    unused: tuple[SheetSection, ...] = ()
    silent: tuple[str, ...] = ()


def with_words(
    plan: Plan, approved: Sequence[ApprovedPart], sheet: LyricSheet, *, once: bool = False
) -> PlannedWords:
    """Give the sections of a plan the words of a sheet; those that have words of their own stay.

    Args:
        plan: the plan.
        approved: the parts that it names.
        sheet: the words.
        once: whether a section with words is played as often as they say, which is once if they
            say nothing.
    """
    melodies = [_melody(section, approved) for section in plan.sections]
    singing = [index for index, melody in enumerate(melodies) if melody is not None]
    labels = [_label(plan.sections[index], approved) for index in singing]
    shared = shared_words(sheet, labels)
    planned, unused, silent = list(plan.sections), list(shared.unused), []
    for index, verse in zip(singing, shared.verses, strict=True):
        section, melody = planned[index], melodies[index]
        assert melody is not None  # noqa: S101 - only those that sing
        if verse is None:
            if section.vocals and not section.words and not melody.lyrics:
                silent.append(section.name)
            continue
        if section.words not in {(), verse.lines} or not (section.vocals or verse.is_own):
            unused += [verse.block] if verse.is_own else []
            continue
        planned[index] = _singing(section, melody, verse, once=once)
    sung = replace(plan, sections=tuple(planned))
    return PlannedWords(sung, sheet, tuple(unused), tuple(silent))


def _label(section: PlannedSection, approved: Sequence[ApprovedPart]) -> str:
    """The label of a section as a person wrote it."""
    parts = (find_part(stage, reference, approved) for stage, reference in section.parts)
    labels = (part.section_label for part in parts if part and part.label == section.section)
    return next(labels, section.section)


def _melody(section: PlannedSection, approved: Sequence[ApprovedPart]) -> Part | None:
    """The melody that a whole section sings; None if it has none, or only some bars of it."""
    reference = section.part("melody")
    if reference is None or section.excerpt is not None:
        return None
    found = find_part("melody", reference, approved)
    return None if found is None else found.part


def _singing(section: PlannedSection, melody: Part, verse: Verse, *, once: bool) -> PlannedSection:
    is_sung_already = _text(text for _, text in melody.lyrics) == _text(verse.lines)
    return replace(
        section,
        words=section.words or (() if is_sung_already else verse.lines),
        vocals=section.vocals or verse.is_own,
        play=verse.repeats if once else section.play,
    )


def _text(pieces: Iterable[str]) -> str:
    """Words without what stands between them."""
    return "".join("".join(pieces).split())


def given_words(song: Song) -> LyricSheet | None:
    """The words of a song as they were given last; None without any.

    What ``engine words`` set a melody in use to later replaces what its section sings first.
    """
    if song.words is None:
        return None
    sheet = LyricSheet.of_words(song.words.sections, song.words.repeats)
    for label in sections(song):
        known = song.candidates.get(in_use(song, label).get("melody", ""))
        if known is None or "tune_of" not in known.description:
            continue
        (verse,) = shared_words(sheet, [label]).verses
        if known.position > song.words.position and verse is not None:
            lines = [row["line"] for row in known.description["lyrics"]]
            sheet = _with_block(sheet, verse.block, lines)
    return sheet


def _with_block(sheet: LyricSheet, block: SheetSection, lines: Sequence[str]) -> LyricSheet:
    """A sheet in which other lines stand in place of a section's."""
    other = replace(block, lines=tuple(SheetLine(text, 0) for text in lines))
    if not sheet.headers:
        return replace(sheet, sections=(other,))
    return replace(
        sheet, sections=tuple(other if each is block else each for each in sheet.sections)
    )


def give_words(studio: Studio, song_id: str, file: str, sheet: LyricSheet) -> None:
    """Record the words of a song, unless they are those that it has.

    Args:
        studio: the studio.
        song_id: full id of the song.
        file: name of their file.
        sheet: the words.
    """
    given = events.WordsGiven(file=file, lyrics=sheet.rows())

    def giving() -> list[NewEvent]:
        known = studio.song(song_id).words
        rows = LyricSheet.of_words(known.sections, known.repeats).rows() if known else []
        return [] if rows == given.lyrics else [NewEvent(given, actor=studio.actor)]

    studio.decide(song_stream(song_id), giving)
