"""Lyrics as they are sung: lines of syllables, some of them stressed."""

from genomes.lyrics.values import Line, Lyrics, Syllable

__all__ = ["Line", "Lyrics", "Syllable"]
