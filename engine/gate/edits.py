"""Values of a song as a person types them, in the fields that a revision has."""

from __future__ import annotations

from typing import Any

from documents.music import key_from_text
from engine.errors import Refused, refusing
from engine.proposals.colours import A_COLOUR
from engine.proposals.overrides import Overrides
from engine.proposals.texts import read_concept, read_title
from engine.state.songs import Song
from fitness.colours import find_colour
from genomes.keys import Key
from genomes.melody.singers import find_singer


def edited_values(
    song: Song,
    *,
    title: str | None = None,
    key: str | None = None,
    tempo_bpm: float | None = None,
    meter: str | None = None,
    colour: str | None = None,
    concept: str | None = None,
    singer: str | None = None,
) -> dict[str, Any]:
    """The fields and values of a revision; None leaves a value alone.

    A key without a mode, such as ``D``, is in the song's mode. An empty singer is nobody.

    Raises:
        Refused: if nothing is given.
        ValueError: if a value can't be read; says what is accepted.
    """
    values: dict[str, Any] = {}
    typed = Overrides.parse(meter=meter, tempo_bpm=tempo_bpm)
    if title is not None:
        values["title"] = _title(title)
    if key is not None:
        values |= _key(key, song.mode)
    if typed.tempo_bpm is not None:
        values["tempo_bpm"] = typed.tempo_bpm
    if typed.meter is not None:
        values["meter"] = str(typed.meter)
    if colour is not None:
        try:
            values["colour"] = find_colour(colour).name
        except ValueError as error:
            raise Refused(f"colour: {colour} (accepted: {A_COLOUR})") from error
    if concept is not None:
        values["concept"] = read_concept({"concept": concept}).value
    if singer is not None:
        with refusing():
            values["singer"] = find_singer(singer).name if singer.strip() else None
    if not values:
        raise Refused(
            "nothing to change",
            "give --title, --key, --tempo, --meter, --colour, --concept or --singer",
        )
    return values


def _title(title: str) -> str:
    if not title.strip():
        raise Refused("the title is empty")
    return read_title({"title": title}, "").value


def _key(text: str, mode: str) -> dict[str, Any]:
    found = key_from_text(text)
    key = found.value
    if found.warnings:  # no mode was named
        with refusing():
            key = Key.parse(f"{key.tonic_name} {mode}")
    return {"key": str(key), "tonic_pitch_class": key.tonic_pitch_class, "mode": key.mode}
