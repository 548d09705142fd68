"""Which approved parts fit their section after a decision, and which don't any more, in words."""

from __future__ import annotations

from collections.abc import Iterator

from engine.gate.choices import Consequences
from engine.state.lineages import is_stale
from engine.state.songs import Song


def choice_lines(song: Song, candidate: str, section: str, found: Consequences) -> list[str]:
    """What a choice means for the other parts of its section, the first line by itself.

    Args:
        song: after the choice.
        candidate: id of what was chosen.
        section: label of the section.
        found: what came of it.
    """
    lines = [f"{section} stands on {part_named(song, candidate, section)} now"]
    for words, candidates in (
        ("stays with it", found.kept),
        ("stale now", found.stale),
        ("would stay, as its chords are the same", found.fitting),
    ):
        if candidates:
            named = ", ".join(part_named(song, each, section) for each in candidates)
            lines.append(f"  {words}: {named}")
    return lines


def part_named(song: Song, candidate: str, section: str) -> str:
    """Stage and label of a candidate that is approved for a section."""
    state = song.candidates[candidate]
    approval = state.approval_for(section)
    return f"{state.stage} {approval.label if approval else candidate}"


def changes_of_fit(before: Song, after: Song) -> list[str]:
    """Which approved parts a decision made stale, and which fit again, in lines."""
    were, are = dict(_fits(before)), dict(_fits(after))
    both = [each for each in are if each in were]
    found = {
        "stale now": [each for each in both if were[each] and not are[each]],
        "fits again": [each for each in both if are[each] and not were[each]],
    }
    return [
        f"{words}: {', '.join(part_named(after, *each) for each in places)}"
        for words, places in found.items()
        if places
    ]


def _fits(song: Song) -> Iterator[tuple[tuple[str, str], bool]]:
    """Each approved candidate with a section that it is approved for, and whether it fits it."""
    for candidate, state in song.candidates.items():
        for approval in state.approvals:
            section = approval.section.label
            yield (candidate, section), not is_stale(song, state, section)
