"""Verses: which words of a sheet each occurrence of a song's sections sings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from documents.lyrics import LyricSheet, SheetSection
from engine.proposals.lyrics import SectionName, section_name

# Beginnings of headers whose words are those of the last time, such as ``Final Chorus``.
LAST = ("final", "last")


@dataclass(frozen=True, slots=True)
class Verse:
    """What one occurrence of a section sings.

    Attributes:
        block: the section of the sheet that it is.
        is_own: False where it repeats the words of another occurrence.
    """

    block: SheetSection
    is_own: bool = True

    @property
    def lines(self) -> tuple[str, ...]:
        """Its lines, in order."""
        return self.block.words

    @property
    def repeats(self) -> int:
        """How many times in a row it comes, such as 2 for ``Chorus x2``."""
        return self.block.repeats if self.is_own else 1


@dataclass(frozen=True, slots=True)
class SharedWords:
    """The words of a sheet, shared among the occurrences of a song's sections.

    Attributes:
        verses: of each occurrence; None where the sheet has nothing for it.
        unused: sections of the sheet with words that no occurrence sings.
    """

    verses: tuple[Verse | None, ...]
    unused: tuple[SheetSection, ...]


def shared_words(sheet: LyricSheet, section_labels: Sequence[str]) -> SharedWords:
    """Share the words of a sheet among the occurrences of sections.

    A numbered header is for the occurrence of that number, a header without a number for the first
    that is left, and ``Final Chorus`` for the last. Occurrences that are left repeat the first
    words of their section; a header without words says that one does. A sheet without headers is
    sung by the only section.

    Args:
        sheet: the words.
        section_labels: labels of the sections, in playing order; one that comes again is repeated.
    """
    names = [section_name(label) for label in section_labels]
    if not sheet.headers:
        return _without_headers(sheet, names)
    blocks = [(section_name(each.label), each) for each in sheet.blocks if each.label]
    placed: dict[int, tuple[SectionName, SheetSection]] = {}
    for name, block in sorted(blocks, key=lambda pair: not pair[0].number):
        fitting = _fitting(name, names)
        free = [index for index in fitting if index not in placed]
        if name.number:
            numbers = [each.number for each, _ in blocks if _fitting(each, names) == fitting]
            index = _numbered(name.number, numbers, names, fitting, free)
        elif free and name.word.startswith(LAST):
            index = free[-1]
        else:
            index = free[0] if free else None
        if index is not None:
            placed[index] = name, block
    sung = {index: each for index, each in placed.items() if each[1].words}
    used = [block for _, block in sung.values()]
    return SharedWords(
        tuple(_verse(index, names, sung) for index in range(len(names))),
        tuple(
            each
            for each in sheet.sections
            if each.label and each.words and not any(each is block for block in used)
        ),
    )


def _without_headers(sheet: LyricSheet, names: Sequence[SectionName]) -> SharedWords:
    if len(set(names)) != 1:
        return SharedWords((None,) * len(names), tuple(s for s in sheet.sections if s.words))
    whole = SheetSection("", tuple(line for section in sheet.sections for line in section.lines))
    return SharedWords(tuple(Verse(whole, is_own=not index) for index in range(len(names))), ())


def _fitting(name: SectionName, names: Sequence[SectionName]) -> list[int]:
    """The occurrences that a header is for: of the same word, else of the same role."""
    same = [index for index, each in enumerate(names) if each.word == name.word]
    return same or [i for i, each in enumerate(names) if name.role and each.role == name.role]


def _numbered(
    number: int,
    numbers: Sequence[int],
    names: Sequence[SectionName],
    fitting: Sequence[int],
    free: Sequence[int],
) -> int | None:
    """The occurrence that a numbered header is for; None if there is none.

    Args:
        number: of the header.
        numbers: of all headers for the same occurrences.
        names: of all occurrences.
        fitting: the occurrences of its section.
        free: those of them that have no words yet.
    """
    named = [index for index in free if names[index].number == number]
    if named:
        return named[0]
    place = number - min(numbers) if 0 not in numbers else number - 1
    if not 0 <= place < len(fitting) or fitting[place] not in free:
        return None
    index = fitting[place]
    is_again = names[index] in names[:index]
    return index if not names[index].number or is_again else None


def _verse(
    index: int, names: Sequence[SectionName], sung: dict[int, tuple[SectionName, SheetSection]]
) -> Verse | None:
    if index in sung:
        return Verse(sung[index][1])
    name = names[index]
    same = [i for i in sorted(sung) if names[i] == name]
    alike = [
        i
        for i in sorted(sung)
        if i in _fitting(name, names) and (not name.number or not sung[i][0].number)
    ]
    source = next(iter((*same, *alike)), None)
    return None if source is None else Verse(sung[source][1], is_own=False)
