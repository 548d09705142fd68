"""MusicXML documents: music21's, without its date and with our instruments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from engine.notation.percussion import drum_sign
from genomes.midi import Track

# Named in every score: raise the number when the same music gives another score.
SOFTWARE = "composition-engine, notation 3"

HEADER = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
    '"http://www.musicxml.org/dtds/partwise.dtd">\n'
)

# Characters that XML 1.0 forbids.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# Children of a note that the schema puts before its instrument.
BEFORE_INSTRUMENT = ("chord", "unpitched", "duration", "tie")

NO_DRUM = -1

# The direction of a repeat -> how its bar line is drawn; without a repeat a plain one.
BAR_STYLES = {"forward": "heavy-light", "backward": "light-heavy", "": "regular"}


def legal(text: str) -> str:
    """The text without characters that no XML file can hold."""
    return _ILLEGAL.sub("", text)


def document(
    root: Element,
    tracks: Sequence[Track],
    strokes: Sequence[Sequence[int]],
    texts: Sequence[str],
) -> bytes:
    """The bytes of a score.

    Args:
        root: as music21 made it.
        tracks: one per part.
        strokes: per part the drums in the order in which they are written, none for pitched parts.
        texts: kept inside, such as where the notes come from.
    """
    _identify(root, texts)
    _tidy(root)
    score_parts = root.findall("part-list/score-part")
    for rows in zip(score_parts, root.findall("part"), tracks, strokes, strict=True):
        _name_instruments(*rows)
    ElementTree.indent(root)
    body: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=False)
    return HEADER.encode() + body + b"\n"


def _identify(root: Element, texts: Sequence[str]) -> None:
    """State software and provenance but no date: equal music gives equal bytes."""
    for identification in root.iter("identification"):
        for old in (*identification.findall("creator"), *identification.findall("miscellaneous")):
            identification.remove(old)
        if texts:
            kept = SubElement(identification, "miscellaneous")
            for text in texts:
                SubElement(kept, "miscellaneous-field", name="provenance").text = legal(text)
    for encoding in root.iter("encoding"):
        for old in (*encoding.findall("encoding-date"), *encoding.findall("software")):
            encoding.remove(old)
        software = Element("software")
        software.text = SOFTWARE
        encoding.insert(0, software)


def _tidy(root: Element) -> None:
    """Say what notation programs ask for, and nothing twice."""
    for direction in root.iter("direction"):
        direction.set("placement", "above")
    for symbol in root.iter("harmony"):
        for inversion in symbol.findall("inversion"):  # the bass says it
            symbol.remove(inversion)
    for barline in root.iter("barline"):
        if barline.find("bar-style") is None:
            repeat = barline.find("repeat")
            style = Element("bar-style")
            style.text = BAR_STYLES["" if repeat is None else repeat.get("direction", "")]
            barline.insert(0, style)


def _name_instruments(
    score_part: Element, part: Element, track: Track, strokes: Sequence[int]
) -> None:
    """Name the instruments of a part, one for each of its drums."""
    for child in list(score_part):
        if child.tag != "part-name":
            score_part.remove(child)
    part_id = score_part.get("id", "")
    players = [(_drum_id(part_id, drum), drum_sign(drum).name, drum) for drum in set(strokes)]
    players = sorted(players) or [(f"{part_id}-I1", legal(track.name), NO_DRUM)]
    for player_id, name, _ in players:
        instrument = SubElement(score_part, "score-instrument", id=player_id)
        SubElement(instrument, "instrument-name").text = name
    for player_id, _, drum in players:
        midi = SubElement(score_part, "midi-instrument", id=player_id)
        SubElement(midi, "midi-channel").text = str(track.channel + 1)
        SubElement(midi, "midi-program").text = str(track.program + 1)
        if drum != NO_DRUM:
            SubElement(midi, "midi-unpitched").text = str(drum + 1)
    _assign_instruments(part, part_id, strokes)


def _assign_instruments(part: Element, part_id: str, strokes: Sequence[int]) -> None:
    """Give each drum stroke the instrument of its drum."""
    written = [note for note in part.iter("note") if note.find("unpitched") is not None]
    for note, drum in zip(written, strokes, strict=True):
        for old in note.findall("instrument"):
            note.remove(old)
        place = sum(child.tag in BEFORE_INSTRUMENT for child in note)
        note.insert(place, Element("instrument", id=_drum_id(part_id, drum)))


def _drum_id(part_id: str, drum: int) -> str:
    return f"{part_id}-D{drum:03}"
