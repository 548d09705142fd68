"""Songs as sheet music: MusicXML that notation programs open."""

from __future__ import annotations

from collections.abc import Sequence

from engine.notation.documents import SOFTWARE
from engine.notation.engraving import engraved, find_engraver
from genomes.midi import Conductor, Track
from genomes.notes import ChordSpan

__all__ = ["SOFTWARE", "engraved", "find_engraver", "musicxml"]


def musicxml(
    tracks: Sequence[Track],
    conductor: Conductor,
    length_ticks: int,
    *,
    singer: str = "",
    chords: Sequence[ChordSpan] | None = None,
    bars_per_line: int | None = None,
) -> bytes:
    """A score of the tracks, the lead on top and the drums at the foot; equal values, equal bytes.

    A keyboard has two staves, everything else one. The names of the chords stand above the top
    staff. Where all passes of a section, or all but their last bars, are equal but for the words,
    they are written once between repeat signs, with endings and numbered verses.

    Onsets and ends are written on the nearest sixteenth, triplet or thirty-second of their beat;
    drums (channel 9) as strokes, without their durations.

    Args:
        tracks: their lyrics stand under their notes.
        conductor: title, key, meter, tempo, and the markers as rehearsal marks (those that lie
            after the end are left out); its texts are stored as metadata.
        length_ticks: of the score; an open last bar is filled with rests.
        singer: who sings, which decides the clef of the track that has words.
        chords: whose names are written; those of the first track that has any if None.
        bars_per_line: where lines break, and at every rehearsal mark; None leaves it to the
            program that opens the score.

    Raises:
        ValueError: if there is no track, no bar, or a part is longer than the score.
    """
    # music21 takes seconds to load.
    from engine.notation.score import score_bytes  # noqa: PLC0415

    if not tracks or length_ticks < 1:
        raise ValueError("a score needs a track and a bar")
    if any(track.part.length_ticks > length_ticks for track in tracks):
        raise ValueError(f"a part is longer than the score's {length_ticks} ticks")
    return score_bytes(
        tracks,
        conductor,
        length_ticks,
        singer=singer,
        chords=chords,
        bars_per_line=bars_per_line,
    )
