"""Small songs to play."""

from __future__ import annotations

from genomes.midi import Track
from genomes.notes import Part
from genomes.time import TempoMap

BAR = 1920
TEMPO = TempoMap.constant(120)

CHORD_ROWS = [(0, 900, pitch, 80) for pitch in (60, 64, 67)]
BEAT_ROWS = [(beat * 480, 60, pitch, 100) for beat, pitch in enumerate((36, 38, 36, 38))]
HAT_ROWS = [(eighth * 240, 60, 42, 70) for eighth in range(8)]

CHORDS = Track("chords", Part.of(CHORD_ROWS, BAR), program=0, channel=0)
BASS = Track("bass", Part.of([(0, 1800, 36, 100)], BAR), program=33, channel=1)
MELODY = Track("melody", Part.of([(480, 400, 72, 90), (960, 900, 74, 110)], BAR), 80, 2)
STRINGS = Track("strings", Part.of([(0, 1920, 60, 60), (0, 1920, 67, 60)], BAR), 48, 3)
DRUMS = Track("drums", Part.of(BEAT_ROWS + HAT_ROWS, BAR, is_drum=True), channel=9)
EMPTY = Track("tacet", Part.of([], BAR), 70, 4)

BAND = (CHORDS, BASS, MELODY, STRINGS, DRUMS, EMPTY)
