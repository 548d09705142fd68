"""Why a part matches a colour: what the model says of it with a piece of it hidden.

A bar, a register, a part of the mix or a modality is hidden at a time, and everything that the
model sees is made again from what is left. The effect of a piece is the match with everything less
the match without it: above 0 it brings the music nearer to the colour, below 0 it takes it away.
Effects don't add up: two bars that say the same are each dispensable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitness.chromatic import chromatic, jensen_shannon_distance
from fitness.colours import AXES, COLOUR_NAMES, Colour
from fitness.errors import ScoringFailed
from fitness.fusion import FusionModel
from fitness.heard import Heard, are_heard, measure, paint
from fitness.hiding import MODALITY, Hidden, Subject, everything, heard
from fitness.predictions import Embeddings, ModelInputs, Predictions
from genomes.context import MAX_BARS
from genomes.notes import Part

MIDI = "MIDI"

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Effect:
    """What hiding a piece does.

    Attributes:
        kind: ``bar``, ``register``, ``part`` or ``modality``.
        name: of the piece; bars count from 1.
        notes: how many it has; 0 of a modality that isn't MIDI.
        effect: the match with everything less the match without it, -1 to 1.
        axes: the same of the closeness on each axis.
        match: without it, 0 to 1.
        sounds: the most likely colour without it; None where the model doesn't tell colours apart,
            or nothing is left.
        is_all: whether nothing is left to be heard; that matches no colour, and counts as 0.
    """

    kind: str
    name: str
    notes: int
    effect: float
    axes: dict[str, float]
    match: float
    sounds: str | None
    is_all: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why music matches a colour as it does.

    Attributes:
        colour: name of the colour.
        match: how well it matches, 0 to 1, as it is scored.
        axes: closeness on each axis, 0 to 1.
        sounds: the most likely colour; None where the model doesn't tell colours apart.
        effects: of the bars in order, the registers from below, the parts, the modalities.
        mix: how well everything together matches, which the effects of parts are held against.
        warnings: what a person should know of it.
    """

    colour: str
    match: float
    axes: dict[str, float]
    sounds: str | None
    effects: tuple[Effect, ...]
    mix: float
    warnings: tuple[str, ...]

    def of(self, kind: str) -> tuple[Effect, ...]:
        """The effects of one kind."""
        return tuple(effect for effect in self.effects if effect.kind == kind)

    def to_json(self) -> dict[str, Any]:
        """Plain values for machines."""
        return asdict(self) | {"warnings": list(self.warnings)}


@dataclass(frozen=True, slots=True)
class _Said:
    """What the model says of one thing it hears."""

    match: float
    axes: Values
    sounds: str | None
    is_heard: bool


SILENT = _Said(0.0, np.zeros(len(AXES)), None, is_heard=False)


def explain(
    model: FusionModel,
    subject: Subject,
    colour: Colour,
    beside: Embeddings | None = None,
    name: str = "this music",
) -> Explanation:
    """Hide every piece of the music in turn, and ask the model again.

    Args:
        model: that scores it.
        subject: the music.
        colour: that it is held against.
        beside: text and audio that it is scored with.
        name: what errors call it.

    Raises:
        ScoringFailed: if the music is silent, or the model has nothing to say of this colour.
    """
    given = beside or Embeddings()
    whole, pieces = heard(subject), list(everything(subject))
    said = _ask_all(model, subject, colour, given, [whole, *(piece.heard for piece in pieces)])
    base = [said[part] for part in whole]
    if not all(each.is_heard for each in base):
        music = [_music(subject, part) for part in whole]
        paint(music, [name] * len(music), model.profile)  # which refuses what is silent
    effects = [_effect(piece, base[-len(piece.heard) :], said) for piece in pieces]
    effects += _modalities(model, subject, colour, given, base)
    return Explanation(
        colour.name,
        _match(base),
        _named(_axes(base)),
        base[-1].sounds,
        tuple(effects),
        base[-1].match,
        _warnings(subject),
    )


def _ask_all(
    model: FusionModel,
    subject: Subject,
    colour: Colour,
    given: Embeddings,
    hearings: Sequence[tuple[Part, ...]],
) -> dict[Part, _Said]:
    """What the model says of every part that is heard; equal parts are asked about once."""
    parts = list(dict.fromkeys(part for hearing in hearings for part in hearing))
    music = [_music(subject, part) for part in parts]
    sounding = are_heard(music, model.profile).tolist()
    asked = [each for each, is_heard in zip(music, sounding, strict=True) if is_heard]
    answers = iter(_said(model.hear(asked, given), colour) if asked else ())
    return {
        part: next(answers) if is_heard else SILENT
        for part, is_heard in zip(parts, sounding, strict=True)
    }


def _said(predictions: Predictions, colour: Colour) -> list[_Said]:
    term = chromatic(predictions, colour)
    if term.values is None:
        raise ScoringFailed(term.reason)
    distances = jensen_shannon_distance(predictions.axes, np.array(colour.targets))
    likely = None if predictions.colour is None else predictions.colour.argmax(axis=1)
    return [
        _Said(
            float(value),
            1 - distances[row],
            None if likely is None else COLOUR_NAMES[likely[row]],
            is_heard=True,
        )
        for row, value in enumerate(term.values)
    ]


def _effect(piece: Hidden, base: Sequence[_Said], said: dict[Part, _Said]) -> Effect:
    """Of a piece, against the same hearings with everything."""
    return _compared(piece.kind, piece.name, piece.notes, base, [said[p] for p in piece.heard])


def _compared(
    kind: str, name: str, notes: int, base: Sequence[_Said], left: Sequence[_Said]
) -> Effect:
    return Effect(
        kind,
        name,
        notes,
        _match(base) - _match(left),
        _named(_axes(base) - _axes(left)),
        _match(left),
        left[-1].sounds,
        is_all=not left[0].is_heard,
    )


def _modalities(
    model: FusionModel, subject: Subject, colour: Colour, given: Embeddings, base: list[_Said]
) -> list[Effect]:
    """Of what is given: the notes, audio and texts. Alone, the notes are everything."""
    beside = {name: getattr(given, name) for name in ("audio", "concept", "lyric")}
    present = [name for name, row in beside.items() if row is not None]
    notes = len(subject.mix.notes)
    if not present:
        return [_compared(MODALITY, MIDI, notes, base, [SILENT] * len(base))]
    names = [MIDI, *present]
    music = [_music(subject, part) for part in heard(subject)]
    asked = _flagged(model, [each for _ in names for each in music], names, given)
    said = _said(model.predict(asked), colour)
    width = len(music)
    return [
        _compared(
            MODALITY, name, notes if name == MIDI else 0, base, said[i * width : (i + 1) * width]
        )
        for i, name in enumerate(names)
    ]


def _flagged(
    model: FusionModel, music: list[Heard], hidden: list[str], given: Embeddings
) -> ModelInputs:
    """The same music again and again, each time with another modality flagged as absent."""
    rolls = paint(music, [f"music {index}" for index in range(len(music))], model.profile)
    inputs = given.beside(rolls, None if model.profile.is_legacy else measure(music))
    absent = np.repeat(hidden, len(music) // len(hidden))
    return ModelInputs(
        inputs.piano_roll,
        inputs.features,
        inputs.audio_emb,
        inputs.concept_emb,
        inputs.lyric_emb,
        has_midi=absent != MIDI,
        has_audio=None if given.audio is None else absent != "audio",
        has_concept=None if given.concept is None else absent != "concept",
        has_lyric=None if given.lyric is None else absent != "lyric",
    )


def _music(subject: Subject, part: Part) -> Heard:
    return Heard(part, subject.tempo_map, subject.meter)


def _match(said: Sequence[_Said]) -> float:
    """As a score has it: the mean of what is heard alone and in the mix."""
    return sum(each.match for each in said) / len(said)


def _axes(said: Sequence[_Said]) -> Values:
    return np.asarray(np.mean([each.axes for each in said], axis=0))


def _named(values: Values) -> dict[str, float]:
    return dict(zip(AXES, values.tolist(), strict=True))


def _warnings(subject: Subject) -> tuple[str, ...]:
    if subject.bars <= MAX_BARS:
        return ()
    return (f"{subject.bars} bars: only the first {MAX_BARS} are hidden one by one",)
