"""The report on a model of a person's own songs, and its model card, as Markdown pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from fitness.colours import AXES
from fitness.manifest import Manifest
from training.fusion.report import calibration_lines, file_lines, in_order, percent, table

Metrics = dict[str, Any]

MODES_AND_ALBUM = (*(f"{axis} (majority)" for axis in AXES), "album (majority)")

TITLE = "# How well the model knows your songs"
NOTE = (
    "Shares that are right, on songs that nothing was learned from or chosen by. *Majority* always "
    "says the commonest colour of the training clips. Modes count where the target has one "
    "maximum on that axis. *Album* is the album that the three likeliest modes name together, "
    "nearest of eight; no combination of modes is Black's or Indigo's, so that *of six* leaves "
    "them out. Intervals are those of songs drawn anew. Each line shows one model that may hear "
    "nothing else."
)
TEST_ENCODERS = (
    "**These are figures of test encoders** ({names}), not of the pretrained ones: what text and "
    "audio add says nothing about what the pretrained ones would add."
)
GAP_NOTE = (
    "The same fit, its tracks dealt out row by row: the other tracks of the same bars, sung to the "
    "same words under the same concept, are then among what it learned from, so that it recognises "
    "the song and is never asked about one that it doesn't know. This is how figures above 90 % "
    "come about. The model is the one of the split by song."
)
HEADS_NOTE = (
    "Small networks on the vectors alone: three that learn one axis each beside one that learns "
    "all three. *Everything* is texts, recording and the notes' plain features."
)
FOLDS_NOTE = (
    "Every song, in {count} parts by song: each part is asked of a network that learned from the "
    "others, the next part aside, which it is stopped and calibrated by. Means over songs, with "
    "the 95 % interval of songs drawn anew. *Colour, clips*: the share of a song's clips whose "
    "colour is right; *song*: whether its clips together name it; *log-loss*: the mean negative "
    "logarithm of the right colour's probability, the less the better."
)
MULTITASK_NOTE = (
    "Networks on the vector of the concept, of {songs} songs in five parts by song, with 95 % "
    "intervals of songs drawn anew. The *plain classifier* is that of `training classify`, the "
    "first phase; *alone* are single tasks; *multi-task* learns both with one hidden layer. "
    "Rebracketing is labelled by a rule out of the same words."
)
MULTITASK_COLUMNS = {
    "binary": "rebrackets",
    "multiclass": "domain",
    "modes": "modes",
    "album": "album",
}
PROSODY_NOTE = (
    "A small network that names the colour from the lyric's vector, with and without syllables, "
    "stresses, rhymes and line lengths beside it."
)
MODEL_TITLE = "# A fusion model of your own songs"
INTRODUCTION = """
It tells how well a part of music fits each of the colours, from its notes and from what lies beside
them where there is any: the recording, the concept, the words. It learned from your own songs, with
some composed ones beside them so that few songs aren't learned by heart. Its *confidence* is how
often it names the right colour about songs it never learned from, and 0 about fakes; it is a gate,
never a factor.
"""


def report(metrics: Metrics) -> str:
    """The whole page, in Markdown; pictures lie beside it."""
    pieces = [
        TITLE,
        _made_of(metrics["made_of"]),
        *encoders_note(metrics["made_of"]),
        "## Held-out songs",
        NOTE,
        modality_table(metrics["by_modality"]),
        "## Colour by colour",
        *_by_colour(metrics["by_modality"]),
        *_folds(metrics.get("folds")),
        "## Split by row",
        GAP_NOTE,
        _gap(metrics["gap"]),
        "## One task or three",
        HEADS_NOTE,
        _heads(metrics["heads"]),
        *multitask(metrics.get("multitask")),
        "## Prosody",
        *_prosody(metrics["prosody"]),
        "## How honest its probabilities are",
        *calibration_lines(metrics["calibration"]),
        "![](reliability.png)",
        "## The gate",
        gate_table(metrics["gate"]),
        "## Who is taken for whom",
        *(f"![]({picture_name(name)})" for name in metrics["by_modality"]),
    ]
    return "\n\n".join(pieces) + "\n"


def _folds(folds: Metrics | None) -> list[str]:
    """All songs in folds; nothing where none were fitted."""
    if not folds:
        return []
    return [
        "## All songs, in folds",
        FOLDS_NOTE.format(count=folds["count"]),
        folds_table(folds["figures"]),
    ]


def folds_table(figures: Metrics) -> str:
    """A row for each combination of modalities, with the majority for comparison."""
    rows = [
        [
            name,
            str(one["songs"]),
            *(shown_share(one[measure]) for measure in ("clips", "song", "modes")),
            shown_number(one["log_loss"]),
        ]
        for name, one in figures.items()
    ]
    header = ["", "songs", "colour, clips", "colour, song", "modes", "log-loss"]
    return table(header, rows)


def shown_share(interval: Sequence[Any]) -> str:
    """A share with its interval: ``41.2 % (30.0–52.5)``."""
    mean, low, high = interval
    return "–" if mean is None else f"{percent(mean)} ({100 * low:.1f}–{100 * high:.1f})"


def shown_number(interval: Sequence[Any], *, signed: bool = False) -> str:
    """A number with its interval: ``1.92 (1.70–2.14)``."""
    mean, low, high = interval
    sign = "+" if signed else ""
    return f"{mean:{sign}.3f} ({low:{sign}.3f} to {high:{sign}.3f})"


def shown_difference(interval: Sequence[Any]) -> str:
    """A difference of shares in points, with its interval: ``+3.1 (-1.0 to +7.5)``."""
    if interval[0] is None:
        return "–"
    mean, low, high = (100 * value for value in interval)
    return f"{mean:+.1f} ({low:+.1f} to {high:+.1f})"


def multitask(found: Metrics | None) -> list[str]:
    """Rebracketing and modes by one network, by single ones and by the plain classifier."""
    if found is None:
        return []
    if "reason" in found:
        return [found["reason"]]
    measures = list(found["gain"])
    rows = [
        [
            name,
            *(shown_share(one[measure]) if measure in one else "–" for measure in measures),
        ]
        for name, one in found["figures"].items()
    ]
    gains = [shown_difference(found["gain"][measure]) for measure in measures]
    header = ["", *(MULTITASK_COLUMNS[measure] for measure in measures)]
    note = MULTITASK_NOTE.format(songs=found["songs"])
    return [note, table(header, [*rows, ["multi-task less single tasks, points", *gains]])]


def picture_name(modality: str) -> str:
    """The file of a confusion matrix."""
    return f"confusion_{modality.replace(' ', '_').lower()}.png"


def _made_of(made: Metrics) -> str:
    split = made["split"]
    lines = [
        (
            f"- {made['songs']} songs of your own: {split['train_songs']} to learn from, "
            f"{split['validation_songs']} to stop, calibrate and choose by, {split['test_songs']} "
            "to report on; no song on two sides"
        ),
        (
            f"- clips of them, parts alone and mixes: {split['train']}, {split['validation']}, "
            f"{split['test']}; in training, mixes are drawn anew in every epoch"
        ),
        (
            f"- {made['composed_songs_per_colour']} composed songs of every colour beside them "
            f"({made['own_share']:.0%} of the coloured clips of an epoch are your own), and fakes"
        ),
        (
            f"- {made['epochs']} epochs, the best of them {made['best_epoch']}; {made['members']} "
            f"network(s), seed {made['seed']}; data `{made['data_hash'][:16]}`"
        ),
    ]
    return "\n".join(lines)


def encoders_note(made: Metrics) -> list[str]:
    """What is said of figures of test encoders; nothing of those of the pretrained ones."""
    names = made["test_encoders"]
    return [TEST_ENCODERS.format(names=", ".join(f"`{name}`" for name in names))] if names else []


def modality_table(found: Metrics) -> str:
    """A row for each combination of modalities that the model was given."""
    header = ["", "clips", "songs", "colour (95 %)", "colour, song", "majority"]
    header += [*MODES_AND_ALBUM, "album of six (majority)"]
    rows = [
        [
            name,
            str(one["clips"]),
            str(one["songs"]),
            _with_interval(one["colour"], one.get("colour_95")),
            *(percent(one[key]) for key in ("colour_by_song", "majority")),
            *_modes_and_album(one),
            _with_baseline(one["album_of_six"], one["album_of_six_majority"]),
        ]
        for name, one in found.items()
    ]
    return table(header, rows)


def _by_colour(found: Metrics) -> Iterable[str]:
    for name, one in found.items():
        rows = [
            [
                colour,
                str(own["clips"]),
                str(own["songs"]),
                *_colour_to_album(own),
            ]
            for colour, own in one["by_colour"].items()
        ]
        header = ["", "clips", "songs", "colour (majority)", *MODES_AND_ALBUM]
        yield f"{name[0].upper()}{name[1:]}:\n\n{table(header, rows)}"


def _gap(gap: Metrics) -> str:
    rows = [
        [
            f"by {name}",
            str(one["clips"]),
            *_colour_to_album(one),
        ]
        for name, one in gap.items()
    ]
    return table(["split", "tracks", "colour (majority)", *MODES_AND_ALBUM], rows)


def _heads(heads: Metrics) -> str:
    rows = [
        [f"{name}, {kind}", *(percent(one[key]) for key in (*AXES, "album"))]
        for name, kinds in heads.items()
        for kind, one in kinds.items()
    ]
    return table(["", *AXES, "album"], rows)


def _prosody(prosody: Metrics) -> list[str]:
    if "without" not in prosody:
        return [prosody["reason"]]
    rows = [
        [name, str(prosody["lyrics"]), percent(prosody[name]), percent(prosody["majority"])]
        for name in ("without", "with")
    ]
    return [PROSODY_NOTE, table(["prosody", "lyrics", "colour", "majority"], rows)]


def gate_table(gate: Metrics) -> str:
    """What passes the gate of what was held out."""
    rows = [
        [name.replace("_", " "), str(one["clips"]), percent(one["passes"])]
        for name, one in in_order(gate)
    ]
    return table(["held-out clips", "count", "pass the gate"], rows)


def card(manifest: Manifest) -> str:
    """The model card, in Markdown."""
    metrics = manifest.metrics
    pieces = [
        MODEL_TITLE,
        INTRODUCTION.strip(),
        "## What it was made of",
        _made_of(metrics["made_of"]),
        *encoders_note(metrics["made_of"]),
        _file(manifest),
        "## Held-out songs",
        NOTE,
        modality_table(metrics["by_modality"]),
        "## How honest its probabilities are",
        *calibration_lines(metrics["calibration"]),
        "## The gate",
        gate_table(metrics["gate"]),
    ]
    return "\n\n".join(pieces) + "\n"


def _file(manifest: Manifest) -> str:
    specs = {name: getattr(manifest.encoders, name) for name in ("concept", "lyric", "audio")}
    lines = [
        f"- {name}: {f'`{spec.name}`, {spec.pooling}' if spec else 'never heard'}"
        for name, spec in specs.items()
    ]
    return "\n".join(lines + file_lines(manifest))


def _colour_to_album(one: Metrics) -> list[str]:
    return [_with_baseline(one["colour"], one["majority"]), *_modes_and_album(one)]


def _modes_and_album(one: Metrics) -> list[str]:
    """Cells under ``MODES_AND_ALBUM``."""
    modes = [_with_baseline(one["modes"][axis], one["modes_majority"][axis]) for axis in AXES]
    return [*modes, _with_baseline(one["album"], one["majority"])]


def _with_interval(share: float, bounds: Sequence[float] | None) -> str:
    return shown_share((share, *bounds)) if bounds else percent(share)


def _with_baseline(share: float | None, baseline: float | None) -> str:
    return f"{percent(share)} ({percent(baseline)})"
