"""Prints the songs that a composition ends with: what they play, and how they differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.cli.output import music_width, say, say_note, say_table

if TYPE_CHECKING:
    from engine.arrangement.arranging import ArrangedSong
    from engine.composing.ending import Ranked
    from engine.composing.lineages import Member

Songs = Sequence[tuple["Ranked", "ArrangedSong"]]

INDENT = "   "

# What is said of the song that is ahead in a term, where it is by at least this.
AHEAD = 0.01
WHY = {
    "chromatic": "nearest to {colour}",
    "lineages": "the best parts",
    "contrast": "sections that differ most",
    "smoothness": "sections that lead into each other most smoothly",
}


def say_songs(songs: Songs, colour: str, requested: int, *, with_terms: bool = False) -> None:
    """Print each song in a few lines.

    Args:
        songs: best first; at least one.
        colour: of the song.
        requested: how many were asked for.
        with_terms: print how the songs were scored, too.
    """
    (best, first), *_ = songs
    song = first.arrangement
    count = f"{len(songs)} songs" if len(songs) > 1 else "a song"
    say(f"{song.title} — {count} in {song.meter}, {song.key}, {song.tempo_bpm:g} bpm, {colour}")
    for place, (ranked, arranged) in enumerate(songs, start=1):
        others = [other for other, _ in songs if other is not ranked]
        _say_title(place, ranked, arranged, reasons(ranked, others, colour))
        if place == 1 or _form(arranged) != _form(first):
            say(f"{INDENT}{_form(arranged)}")
        if place > 1:
            say(f"{INDENT}{differences(best, ranked)}")
        _say_chords(ranked, arranged, best if place > 1 else None)
        for section in unplayed(ranked, arranged):
            say_note(
                f"{section} has no place in the form of song {place}; the plan can give it one"
            )
        if with_terms:
            terms = ", ".join(f"{name} {value:.2f}" for name, value in ranked.terms.items())
            say(f"{INDENT}total {ranked.total:.3f}: {terms}")
        say(f"{INDENT}to hear and to see: {arranged.folder}")
    if len(songs) < requested:
        say(f"\nthere are no more ways to combine what is approved than these {len(songs)}")
    if with_terms:
        _say_contrasts(best)


def reasons(song: Ranked, others: Sequence[Ranked], colour: str) -> str:
    """In what a song is ahead of all the others, in words; empty if in nothing."""
    ahead = [
        words.format(colour=colour)
        for name, words in WHY.items()
        if name in song.terms
        and others
        and all(song.terms[name] - other.terms.get(name, 0.0) >= AHEAD for other in others)
    ]
    return ", ".join(ahead)


def differences(first: Ranked, other: Ranked) -> str:
    """What another song plays otherwise, such as "as 1 but for the bass of verse"."""
    found = []
    for lineage in other.sections:
        stages = [each.stage for each in lineage.members if _differs(each, lineage.section, first)]
        if stages:
            *some, last = stages
            named = f"{', '.join(some)} and {last}" if some else last
            found.append(f"the {named} of {lineage.section}")
    return f"as 1 but for {'; '.join(found)}" if found else "the same parts as 1"


def unplayed(ranked: Ranked, arranged: ArrangedSong) -> list[str]:
    """Sections that the form has no place for."""
    playing = arranged.arrangement.candidates
    return [lineage.section for lineage in ranked.sections if lineage.leaf not in playing]


def _differs(member: Member, section: str, song: Ranked) -> bool:
    return member.candidate not in {
        each.candidate
        for lineage in song.sections
        if lineage.section == section
        for each in lineage.members
    }


def _say_title(place: int, ranked: Ranked, arranged: ArrangedSong, why: str) -> None:
    song = arranged.arrangement
    say(f"\n{place}. {song.length}{f'  {why}' if why else ''}")


def _form(arranged: ArrangedSong) -> str:
    return " – ".join(section.name for section in arranged.arrangement.sections)


def _say_chords(ranked: Ranked, arranged: ArrangedSong, than: Ranked | None) -> None:
    """Print the chords of each section; of another song only those that aren't the first's."""
    from engine.reports.glance import chord_line

    shown = {
        lineage.section: chords
        for lineage in ranked.sections
        if (chords := lineage.member("chords")) is not None
        if than is None or _differs(chords, lineage.section, than)
    }
    indent = max(map(len, shown), default=0) + 1
    width = music_width() - len(INDENT) - indent
    for section, chords in shown.items():
        line = chord_line(chords.part, arranged.arrangement.meter, width)
        say(f"{INDENT}{section:<{indent}}{line}")


def _say_contrasts(best: Ranked) -> None:
    rows = [
        [pair, each.progression, each.density, each.register]
        for pair, each in best.contrasts.items()
    ]
    if rows:
        say("\nhow the sections of the first differ, each from 0 to 1:")
        say_table(("sections", "progression", "density", "register"), rows)
