"""Drums by their names: which tracks are drums, and the General MIDI note of each instrument.

Samplers have drum maps of their own, in which a hi-hat may be middle C, so the name of the track or
the stem decides which instrument a note is, not its pitch or channel.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from genomes.midi import MidiTrack
from genomes.notes import NOTE_DTYPE, Notes
from training.catalogue.songs import Stem

Pitches = NDArray[np.uint8]

# A piece: how it is called, its note, and the notes that it may be played on besides.
_HATS, _SNARES, _KICKS = frozenset({42, 44, 46}), frozenset({37, 38, 39, 40}), frozenset({35, 36})
_TOMS, _CYMBALS = (41, 43, 45, 47, 48, 50), frozenset({49, 51, 52, 53, 55, 57, 59})
PIECES: tuple[tuple[str, int, frozenset[int]], ...] = (
    (r"open (hi )?hats?|hh open|hi ?hat open", 46, _HATS),
    (r"pedal (hi )?hats?|hh pedal", 44, _HATS),
    (r"(closed )?hi ?hats?|hats?|hh", 42, _HATS),
    (r"bass drum|kicks?|kik|bd", 36, _KICKS),
    (r"rim ?shots?|rims?|side ?stick", 37, _SNARES),
    (r"snares?|snr|sd", 38, _SNARES),
    (r"(hand ?)?claps?|(finger ?)?snaps?", 39, frozenset({39})),
    (r"floor toms?", 43, frozenset(_TOMS)),
    (r"low toms?", 45, frozenset(_TOMS)),
    (r"(high|hi) toms?", 50, frozenset(_TOMS)),
    (r"(mid )?toms?|tom toms?", 47, frozenset(_TOMS)),
    (r"china", 52, _CYMBALS),
    (r"splash", 55, _CYMBALS),
    (r"rides?", 51, _CYMBALS),
    (r"crash(es)?|cymbals?", 49, _CYMBALS),
    (r"tambourines?|tamb", 54, frozenset({54})),
    (r"shakers?|maracas?|egg", 70, frozenset({69, 70, 82})),
    (r"cabasa", 69, frozenset({69})),
    (r"cow ?bells?", 56, frozenset({56})),
    (r"congas?", 63, frozenset({62, 63, 64})),
    (r"bongos?", 60, frozenset({60, 61})),
    (r"timbales?", 65, frozenset({65, 66})),
    (r"agogos?", 67, frozenset({67, 68})),
    (r"wood ?blocks?|temple blocks?", 76, frozenset({76, 77})),
    (r"claves?", 75, frozenset({75})),
    (r"triangles?", 81, frozenset({80, 81})),
    (r"guiro", 73, frozenset({73, 74})),
)
_PIECES = tuple((re.compile(rf"\b({names})\b"), note, also) for names, note, also in PIECES)

_KIT = re.compile(r"\b(drums?|drummer|drum ?kit|kit|percussion|perc|overheads?)\b")
# Instruments with a pitch whose names sound like drums, or that share a word with one.
_PITCHED = re.compile(
    r"\b(steel (drums?|pans?)|guitars?|vocals?|vox|voice|bass|synths?|piano|organ|strings?)\b"
)


def is_drum_stem(stem: Stem) -> bool:
    """Whether a track is drums, by its group or its description."""
    if _KIT.search(_tidy(stem.group)):
        return True
    description = _tidy(stem.description)
    without_bass_drum = re.sub(r"\bbass drum\b", "kick", description)
    if re.search(r"\bsteel (drum|pan)s?\b", description):
        return False
    if _KIT.search(description):
        return True
    named = piece_of(description) is not None
    return named and not _PITCHED.search(without_bass_drum)


def piece_of(name: str) -> tuple[int, frozenset[int]] | None:
    """The note of a piece of the kit and those it may be played on; None where it names none."""
    tidy = _tidy(name)
    return next(((note, also) for names, note, also in _PIECES if names.search(tidy)), None)


def _tidy(name: str) -> str:
    """Words in lower case, numbers off: ``Hi-Hat 2`` is ``hi hat``."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return " ".join(re.sub(r"[^a-z]+", " ", words.casefold()).split())


def of_stem(tracks: tuple[MidiTrack, ...], stem: Stem) -> tuple[MidiTrack, ...]:
    """The tracks of a shared file that a stem recorded: those of its piece, or else all."""
    if stem.midi_file or not stem.midi_group_file:
        return tracks
    wanted = piece_of(stem.description)
    mine = tuple(track for track in tracks if wanted and piece_of(track.name) == wanted)
    called = tuple(t for t in tracks if _tidy(t.name) == _tidy(stem.description) != "")
    return mine or called or tracks


def as_drums(track: MidiTrack, stem: Stem) -> MidiTrack:
    """A drum track on the drum channel, in the notes of General MIDI.

    Its own name decides what it is, then its stem's; a whole kit keeps its notes.
    """
    notes = track.notes.copy()
    notes["is_drum"] = True
    piece = piece_of(track.name) or piece_of(stem.description)
    if piece is not None:
        note, also = piece
        pitches = notes["pitch"]
        if also == frozenset(_TOMS):
            notes["pitch"] = _as_toms(pitches, note)
        else:
            notes["pitch"] = np.where(np.isin(pitches, sorted(also)), pitches, note)
    return MidiTrack(track.name, _one_at_a_time(notes), track.program)


def _as_toms(pitches: Pitches, note: int) -> Pitches:
    """Toms from low to high as they were, whatever their notes."""
    if np.isin(pitches, _TOMS).all():
        return pitches
    different = np.unique(pitches)
    if len(different) == 1:
        return np.full_like(pitches, note)
    places = np.rint(np.linspace(0, len(_TOMS) - 1, len(different))).astype(int)
    found: Pitches = np.array(_TOMS, np.uint8)[places][np.searchsorted(different, pitches)]
    return found


def _one_at_a_time(notes: Notes) -> Notes:
    """Each stroke ends where the next one of its note begins; of two at once the louder stays."""
    ordered = np.sort(notes, order=["pitch", "onset_ticks", "velocity"])
    same = ordered["pitch"][1:] == ordered["pitch"][:-1]
    twice = same & (ordered["onset_ticks"][1:] == ordered["onset_ticks"][:-1])
    kept = ordered[np.append(~twice, True)] if len(ordered) else ordered
    until_next = np.diff(kept["onset_ticks"])
    limited = np.where(kept["pitch"][1:] == kept["pitch"][:-1], until_next, np.iinfo("i4").max)
    kept["duration_ticks"][:-1] = np.minimum(kept["duration_ticks"][:-1], limited)
    found: Notes = np.sort(kept, order=["onset_ticks", "is_drum", "pitch"])
    return np.asarray(found, NOTE_DTYPE)
