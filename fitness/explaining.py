"""Why a part matches a colour: the model's prediction with one element of the music hidden.

This is occlusion: one bar, register, part of the mix or modality is left out at a time, and all
inputs of the model are made again from what is left. The effect of an element is the match with
everything less the match without it: above 0 it brings the music nearer to the colour, below 0
it takes it away. Effects don't add up: of two bars that say the same, each is dispensable.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitness.chromatic import chromatic, jensen_shannon_distance
from fitness.colours import AXES, COLOUR_NAMES, Colour
from fitness.errors import ScoringFailed
from fitness.excerpts import Excerpt, are_audible, excerpt_features, excerpt_rolls
from fitness.fusion import FusionModel
from fitness.predictions import Embeddings, ModelInputs, Predictions
from fitness.roll import DRUM_CLASSES, ROW_TABLE
from genomes.context import MAX_BARS
from genomes.notes import Notes, Part, mixed
from genomes.time import Meter, MeterMap, TempoMap

BAR, REGISTER, PART, MODALITY = "bar", "register", "part", "modality"
MIDI = "MIDI"

# Name, and the MIDI pitches from the first up to, not into, the second.
REGISTERS: tuple[tuple[str, int, int], ...] = (
    ("lowest register", 0, 36),
    ("low register", 36, 48),
    ("lower middle register", 48, 60),
    ("upper middle register", 60, 72),
    ("high register", 72, 84),
    ("highest register", 84, 128),
)

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Subject:
    """Music to be explained.

    Attributes:
        parts: by name, what sounds together; at least one.
        meter: of all of them.
        tempo_map: of all of them.
        own: name of the part in question: its bars and registers are hidden, and it is scored
            alone as well as in the mix; None where all parts together are in question.
        meters: of a file, over time; None where the meter holds throughout and the part in
            question ends with its last bar.
        tracks_end_ticks: where the longest track of a file ends.
    """

    parts: tuple[tuple[str, Part], ...]
    meter: Meter
    tempo_map: TempoMap
    own: str | None = None
    meters: MeterMap | None = None
    tracks_end_ticks: int = 0

    @property
    def part(self) -> Part:
        """The notes in question."""
        return self.mix if self.own is None else dict(self.parts)[self.own]

    @property
    def mix(self) -> Part:
        """All parts together."""
        return mixed([part for _, part in self.parts])

    @property
    def is_mixed(self) -> bool:
        """Whether it is scored twice: alone, and with other parts."""
        return self.own is not None and len(self.parts) > 1

    @property
    def bars(self) -> int:
        """How many bars the notes in question last."""
        notes = self.part.notes
        if self.meters is None or not len(notes):
            return -(-self.part.length_ticks // self.meter.bar_ticks)
        ends = notes["onset_ticks"] + notes["duration_ticks"]
        last = self.meters.last_bar_line(
            int(notes["onset_ticks"].max()), int(ends.max()), self.tracks_end_ticks
        )
        return self.meters.bar_at(last - 1)

    @property
    def bar_map(self) -> MeterMap:
        """The meters by which bars are counted."""
        return self.meters or MeterMap.constant(self.meter)

    @property
    def scored(self) -> tuple[Part, ...]:
        """What the model scores: the part alone and in the mix, or all of it."""
        return (self.part, self.mix) if self.is_mixed else (self.part,)

    def excerpt(self, part: Part) -> Excerpt:
        """A part in the meter and tempo of the subject."""
        return Excerpt(part, self.tempo_map, self.meter)


@dataclass(frozen=True, slots=True)
class Occlusion:
    """What is left when one element is hidden.

    Attributes:
        kind: ``bar``, ``register`` or ``part``.
        name: of the element; bars count from 1.
        notes: how many are hidden.
        left: what the model scores then, one part after the other; the mix comes last.
    """

    kind: str
    name: str
    notes: int
    left: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """What hiding one element of the music changes.

    Attributes:
        kind: ``bar``, ``register``, ``part`` or ``modality``.
        name: of the element; bars count from 1.
        notes: how many it has; 0 of a modality that isn't MIDI.
        effect: the match with everything less the match without it, -1 to 1.
        axes: the same of the closeness on each axis.
        match: without it, 0 to 1.
        sounds: the most likely colour without it; None where the model has no colour output, or
            nothing is left.
        is_all: whether nothing audible is left; that matches no colour, and counts as 0.
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
        sounds: the most likely colour; None where the model has no colour output.
        effects: of the bars in order, the registers from the lowest, the parts, the modalities.
        mix: how well all parts together match, which the effects of parts are compared with.
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
class _Scored:
    """What the model predicts for one part."""

    match: float
    axes: Values
    sounds: str | None
    is_audible: bool


SILENT = _Scored(0.0, np.zeros(len(AXES)), None, is_audible=False)


def explain(
    model: FusionModel,
    subject: Subject,
    colour: Colour,
    embeddings: Embeddings | None = None,
    name: str = "this music",
) -> Explanation:
    """Hide each element of the music in turn, and score the rest.

    Args:
        model: that scores it.
        subject: the music.
        colour: that it is compared with.
        embeddings: of the text and audio that it is scored with.
        name: of the music in error messages.

    Raises:
        ScoringFailed: if the music is silent, or the model can't tell this colour.
    """
    given = embeddings or Embeddings()
    found = list(occlusions(subject))
    parts = [*subject.scored, *(part for each in found for part in each.left)]
    scored = _score_all(model, subject, colour, given, parts)
    base = [scored[part] for part in subject.scored]
    if not all(each.is_audible for each in base):
        excerpts = [subject.excerpt(part) for part in subject.scored]
        excerpt_rolls(excerpts, [name] * len(excerpts), model.profile)  # raises SilentPart
    effects = [
        _effect(each.kind, each.name, each.notes, base, [scored[part] for part in each.left])
        for each in found
    ]
    effects += _modalities(model, subject, colour, given, base)
    return Explanation(
        colour.name,
        _match(base),
        _by_axis(_axes(base)),
        base[-1].sounds,
        tuple(effects),
        base[-1].match,
        _warnings(subject),
    )


def _score_all(
    model: FusionModel,
    subject: Subject,
    colour: Colour,
    given: Embeddings,
    parts: Sequence[Part],
) -> dict[Part, _Scored]:
    """The model's predictions for every part; equal parts are scored once."""
    distinct = list(dict.fromkeys(parts))
    excerpts = [subject.excerpt(part) for part in distinct]
    audible = are_audible(excerpts, model.profile).tolist()
    asked = [each for each, is_audible in zip(excerpts, audible, strict=True) if is_audible]
    answers = iter(_scores(model.predict_excerpts(asked, given), colour) if asked else ())
    return {
        part: next(answers) if is_audible else SILENT
        for part, is_audible in zip(distinct, audible, strict=True)
    }


def _scores(predictions: Predictions, colour: Colour) -> list[_Scored]:
    term = chromatic(predictions, colour)
    if term.values is None:
        raise ScoringFailed(term.reason)
    distances = jensen_shannon_distance(predictions.axes, np.array(colour.targets))
    likely = None if predictions.colour is None else predictions.colour.argmax(axis=1)
    return [
        _Scored(
            float(value),
            1 - distances[row],
            None if likely is None else COLOUR_NAMES[likely[row]],
            is_audible=True,
        )
        for row, value in enumerate(term.values)
    ]


def _effect(
    kind: str, name: str, notes: int, base: Sequence[_Scored], left: Sequence[_Scored]
) -> Effect:
    """Of an element, against the last of the base: a part's mix is compared with the mix."""
    base = base[-len(left) :]
    return Effect(
        kind,
        name,
        notes,
        _match(base) - _match(left),
        _by_axis(_axes(base) - _axes(left)),
        _match(left),
        left[-1].sounds,
        is_all=not left[0].is_audible,
    )


def _modalities(
    model: FusionModel, subject: Subject, colour: Colour, given: Embeddings, base: list[_Scored]
) -> list[Effect]:
    """Effects of the notes, audio and texts that are given; notes alone are everything."""
    names = [MIDI, *(name for name, row in _rows(given).items() if row is not None)]
    notes = len(subject.mix.notes)
    if names == [MIDI]:
        return [_effect(MODALITY, MIDI, notes, base, [SILENT] * len(base))]
    excerpts = [subject.excerpt(part) for part in subject.scored]
    width = len(excerpts)
    inputs = _flagged(model, excerpts * len(names), np.repeat(names, width), given)
    scored = _scores(model.predict(inputs), colour)
    return [
        _effect(
            MODALITY, name, notes if name == MIDI else 0, base, scored[i * width : (i + 1) * width]
        )
        for i, name in enumerate(names)
    ]


def _rows(given: Embeddings) -> dict[str, Any]:
    return {"audio": given.audio, "concept": given.concept, "lyric": given.lyric}


def _flagged(
    model: FusionModel, excerpts: list[Excerpt], absent: NDArray[np.str_], given: Embeddings
) -> ModelInputs:
    """The inputs of excerpts with one modality of each flagged as absent."""
    names = [f"music {index}" for index in range(len(excerpts))]
    rolls = excerpt_rolls(excerpts, names, model.profile)
    features = None if model.profile.is_legacy else excerpt_features(excerpts)
    flags = {f"has_{name}": absent != name for name, row in _rows(given).items() if row is not None}
    if given.prosody is not None:  # which is of the lyric
        flags["has_prosody"] = absent != "lyric"
    return replace(given.inputs(rolls, features), has_midi=absent != MIDI, **flags)


def _match(scored: Sequence[_Scored]) -> float:
    """As in a score: the mean of alone and in the mix."""
    return sum(each.match for each in scored) / len(scored)


def _axes(scored: Sequence[_Scored]) -> Values:
    return np.asarray(np.mean([each.axes for each in scored], axis=0))


def _by_axis(values: Values) -> dict[str, float]:
    return dict(zip(AXES, values.tolist(), strict=True))


def _warnings(subject: Subject) -> tuple[str, ...]:
    if subject.bars <= MAX_BARS:
        return ()
    return (f"{subject.bars} bars: only the first {MAX_BARS} are hidden one by one",)


def occlusions(subject: Subject) -> Iterator[Occlusion]:
    """Each bar in order, each register with notes from the lowest, each part of a mix.

    Of music longer than a section may be, the later bars are left out.
    """
    notes = subject.part.notes
    onsets, meters = notes["onset_ticks"], subject.bar_map
    for bar in range(1, min(subject.bars, MAX_BARS) + 1):
        in_bar = (onsets >= meters.bar_line(bar)) & (onsets < meters.bar_line(bar + 1))
        yield _without(subject, BAR, str(bar), in_bar)
    for name, is_in in registers(notes):
        yield _without(subject, REGISTER, name, is_in)
    if len(subject.parts) > 1:
        for name, part in subject.parts:
            others = [other for other_name, other in subject.parts if other_name != name]
            yield Occlusion(PART, name, len(part.notes), (mixed(others),))


def registers(notes: Notes) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """The registers and classes of drums that have notes, and a mask of the notes of each."""
    pitches, is_drum = notes["pitch"], notes["is_drum"]
    for name, lowest, above in REGISTERS:
        is_in = ~is_drum & (pitches >= lowest) & (pitches < above)
        if is_in.any():
            yield name, is_in
    classes = ROW_TABLE[1, pitches]
    for row, (name, _) in enumerate(DRUM_CLASSES):
        is_in = is_drum & (classes == row)
        if is_in.any():
            yield name, is_in


def _without(subject: Subject, kind: str, name: str, is_in: NDArray[np.bool_]) -> Occlusion:
    part, hidden = subject.part, int(is_in.sum())
    left = Part.of(
        part.notes[~is_in], part.length_ticks, part.harmony, lyrics=part.lyrics, swing=part.swing
    )
    if not subject.is_mixed:
        return Occlusion(kind, name, hidden, (left,))
    mix = mixed([left if each == subject.own else other for each, other in subject.parts])
    return Occlusion(kind, name, hidden, (left, mix))
