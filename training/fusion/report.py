"""The model card of the default model as a Markdown page, made from its manifest."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from fitness.colours import AXES
from fitness.manifest import Manifest
from training.composed.examples import KINDS, STAGES

T = TypeVar("T")

TITLE = "# The default fusion model"
INTRODUCTION = """
It tells how well a part of music fits each of the nine colours, from its notes alone. Nobody
labelled anything for it: it learned from songs composed for the purpose out of written
descriptions of the colours. It knows what the words say, not what your own songs in a colour sound
like; your catalogue teaches it that. Tempo, meter, key and mode are drawn without regard to the
colour, so it listens to density, register, harmony, rhythm and form, and to nothing else.

It is no judge of quality, and no model of real music: fakes and real music only taught its
*confidence*, which says whether this is music rather than noise or ruins. Confidence is a gate,
never a factor: below the threshold a part ranks after all others. Audio, concept and lyric have
their inputs but were never heard; learned vectors stand in for them.
"""

AGAIN_NOTE = (
    "`training card fusion.onnx` measures all of this again, but for the networks that read one "
    "thing alone and the windows of real songs, which `training bootstrap` fits; `training audit "
    "fusion.onnx` makes the audit again."
)
ACCURACY_NOTE = (
    "Shares that are right. *Clips* are judged one by one; *song* is the mean over a song's "
    "clips of that stage. Modes count only where the colour's target has one maximum on that "
    "axis. *Majority* always says the commonest of the training songs."
)
CEILING_NOTE = (
    "Colour without White, which has no card of its own, of eight; beside the ceiling that the "
    "cards' overlap allows: a reader who knows the cards and sees every choice behind new songs, "
    "in whole sections with all five parts in the mix. (Behind bass, melody and harmony it also "
    "sees what they follow of the parts before them.) It sees more than can be heard: nothing that "
    "hears the notes can do better, and how near one can come isn't known."
)
FAKES_NOTE = (
    "Made anew, of other seeds than any in training, and ranked as a run ranks them, by the gate "
    "and the total of chromatic, theory and prior, among held-out parts of each target colour. "
    "Each stands among composed parts of the stages before its own and borrows their chords, so "
    "that theory takes it for what it isn't. "
    "Silence isn't listed: it is refused before the model is asked."
)

# How rows and columns are read, whatever order a manifest keeps them in.
ORDER = ("this model", "roll alone", "features alone", *STAGES, "parts", "all", *KINDS)


def in_order(found: Mapping[str, T]) -> list[tuple[str, T]]:
    """Figures by name, in the order of ``ORDER``."""
    return sorted(found.items(), key=lambda item: ORDER.index(item[0]))


def card(manifest: Manifest) -> str:
    """The whole page, in Markdown."""
    metrics = manifest.metrics
    pieces = [
        TITLE,
        INTRODUCTION.strip(),
        "## What it was made of",
        _made_of(manifest),
        AGAIN_NOTE,
        "## Held-out songs: colour and modes",
        ACCURACY_NOTE,
        _accuracy_table(metrics["accuracy"]),
        *_comparison(metrics),
        *_ceiling(metrics),
        "## How honest its probabilities are",
        *_calibration(metrics["calibration"], manifest.calibration),
        "## The gate",
        _gate(manifest),
        "## Planted fakes",
        FAKES_NOTE,
        *(_fakes(stage, found) for stage, found in in_order(metrics["fakes"])),
    ]
    return "\n\n".join(pieces) + "\n"


def _made_of(manifest: Manifest) -> str:
    split = manifest.split
    return "\n".join(
        [
            (
                f"- {split['songs_per_colour']} composed songs of every colour, "
                f"{split['real_pieces']} real pieces, seed {split['seed']}; data `"
                f"{manifest.data_hash[:16]}`"
            ),
            (
                f"- clips: {split['train']} to learn from, {split['validation']} to calibrate on, "
                f"{split['test']} to report on; no song on two sides"
            ),
            *_gate_made_of(split.get("gate")),
            *file_lines(manifest),
        ]
    )


def _gate_made_of(gate: Mapping[str, Any] | None) -> list[str]:
    """What the gate learned from besides, as lines of a list."""
    if gate is None:
        return []
    lines = [f"- the gate besides: {gate['nearly_music']} parts that are nearly music"]
    if "evolved_rejects" in gate:
        lines.append(f"- and {gate['evolved_rejects']} evolved parts that a person rejected")
    if "real_windows" in gate:
        lines.append(
            f"- and {gate['real_windows']} windows of {gate['real_songs']} real songs, with "
            f"{gate['fakes_of_real_songs']} fakes made of them; data "
            f"`{gate['real_data_hash'][:16]}`"
        )
    return lines


def file_lines(manifest: Manifest) -> list[str]:
    """Versions, hash and licence of a model file, as lines of a list."""
    return [
        (
            f"- piano roll {manifest.roll_version}, features {manifest.features_version} "
            f"({len(manifest.feature_names)}), profile {manifest.profile}, opset {manifest.opset}"
        ),
        (
            f"- file `{manifest.model_sha256[:16]}`, licence {manifest.licence}; largest "
            f"difference from the network {manifest.metrics.get('parity', float('nan')):.1g}"
        ),
    ]


def _accuracy_table(accuracy: dict[str, Any]) -> str:
    header = ["", "clips", "colour", "colour, song", "majority"]
    header += [f"{axis} (song, majority)" for axis in AXES]
    rows = [
        [
            name,
            str(found["clips"]),
            *(percent(found[key]) for key in ("colour", "colour_by_song", "majority")),
            *(_modes(found, axis) for axis in AXES),
        ]
        for name, found in in_order(accuracy)
    ]
    return table(header, rows)


def _modes(found: dict[str, Any], axis: str) -> str:
    by_song, majority = found["modes_by_song"][axis], found["modes_majority"][axis]
    return f"{percent(found['modes'][axis])} ({percent(by_song)}, {percent(majority)})"


def _comparison(metrics: dict[str, Any]) -> list[str]:
    if "beside" not in metrics:
        return []
    models = {"this model": metrics["accuracy"], **metrics["beside"]}
    stages = [stage for stage, _ in in_order(metrics["accuracy"])]
    rows = [
        [name, *(percent(found[stage]["colour"]) for stage in stages)]
        for name, found in in_order(models)
    ]
    text = "Colour of single clips, beside one network that reads one thing alone:"
    return [text, table(["", *stages], rows)]


def _ceiling(metrics: dict[str, Any]) -> list[str]:
    if "ceiling" not in metrics:
        return []
    section, song = metrics["ceiling"]["section"], metrics["ceiling"]["song"]
    shares = {
        stage: (found["of_eight"], section[stage], found["of_eight_by_song"], song[stage])
        for stage, found in in_order(metrics["accuracy"])
        if stage in section
    }
    rows = [[stage, *map(percent, row)] for stage, row in shares.items()]
    header = ["", "clips", "sections, ceiling", "song", "song, ceiling"]
    return [CEILING_NOTE, table(header, rows)]


def _calibration(curves: dict[str, Any], learned: dict[str, Any]) -> list[str]:
    summary = (
        f"Calibrated on the validation songs (temperature {learned['colour_temperature']:.2f}; "
        f"cross-entropy there {learned['colour_loss_before']:.3f} before, "
        f"{learned['colour_loss_after']:.3f} after)."
    )
    return [summary, *calibration_lines(curves)]


def calibration_lines(curves: dict[str, Any]) -> Iterable[str]:
    """A table for each kind of probability."""
    for name, found in curves.items():
        rows = [
            [f"{low:.1f} to {high:.1f}", str(int(count)), percent(claimed), percent(happened)]
            for low, high, count, claimed, happened in found["rows"]
        ]
        yield f"{name.capitalize()}: expected calibration error {found['error']:.3f}"
        yield table(["claimed", "clips", "mean claim", "right"], rows)


def _gate(manifest: Manifest) -> str:
    shares = ", ".join(
        f"{name} {percent(share)}" for name, share in in_order(manifest.metrics["gate_keeps"])
    )
    by_stage = ", ".join(f"{name} {at:.3f}" for name, at in in_order(manifest.stage_thresholds))
    said = (
        f"Threshold {manifest.confidence_threshold:.3f}, where the stage is known {by_stage}. "
        f"Of held-out music it keeps: {shares}."
    )
    unseen = manifest.split.get("gate", {}).get("unseen_passes", {})
    if "real song" not in unseen:
        return said
    told = ", ".join(f"{name} {percent(share)}" for name, share in in_order(unseen["real song"]))
    return f"{said} Of the windows of real songs that a network of the gate didn't see: {told}."


def _fakes(stage: str, found: dict[str, Any]) -> str:
    rows = [
        [
            kind.replace("_", " "),
            str(row["count"]),
            *(percent(row[key]) for key in ("passes", "above_median", "above_quarter")),
            *(
                f"{percent(row[key]['share'])} {row[key]['colour']}"
                for key in ("worst_median", "worst_quarter")
            ),
        ]
        for kind, row in in_order(found)
    ]
    header = ["fake", "count", "pass the gate", "above median", "above 25th percentile"]
    header += ["worst colour, median", "worst colour, 25th"]
    return f"{stage.capitalize()}:\n\n{table(header, rows)}"


def percent(share: float | None) -> str:
    """A share, 0 to 1, as per cent; a dash for none."""
    return "–" if share is None or math.isnan(share) else f"{100 * share:.1f} %"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
