"""What each piece of a fit is worth: the fit without it, or with it, on the same folds of songs.

Every variant is a whole cross-validation by song with the same folds and seeds. What is compared is
song by song, so that intervals are those of the difference, not of two means.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import torch

from training.atomic_files import replacing
from training.dataset.catalogue import Catalogue, load_catalogue
from training.dataset.rows import unnamed_encoders
from training.dataset.sampling import BY_CLASS, BY_SONG
from training.fusion.batches import AUGMENTATIONS, TEXTS
from training.fusion.by_song import MEASURES, difference
from training.fusion.checkpoint import Checkpoint
from training.fusion.network import FusionNetwork
from training.fusion.report import table
from training.fusion.song_report import (
    encoders_note,
    folds_table,
    multitask,
    shown_difference,
    shown_number,
)
from training.fusion.train import LossProgress, device_of, prepare_torch, train
from training.personal.folds import (
    MAJORITY,
    ByModality,
    cross_validated,
    fold_of_rows,
    split_of,
    summarised,
)
from training.personal.plan import Material, Plan, composed_songs
from training.schemas import MIDDLE_EMBEDDINGS_FILE
from training.text.multitask import compare, concepts_in

NOTE = (
    "{songs} songs in {folds} parts by song, {epochs} epochs at most, seed {seed}: every variant "
    "is fitted and asked on the same parts. Means over songs, with the 95 % interval of songs "
    "drawn anew."
)
DIFFERENCE_NOTE = (
    "The variant less the fit, song by song: points of per cent, and the log-loss, of which less "
    "is better. An interval that holds 0 says that these songs can't tell."
)

FOLDER, REPORT_JSON, REPORT_PAGE = "ablation", "report.json", "report.md"
AS_FIT = "as it is fitted"

Change = Callable[[Plan], Plan]


def _settings(**changes: Any) -> Change:
    """A plan with other settings."""
    return lambda plan: replace(plan, settings=msgspec.structs.replace(plan.settings, **changes))


def _without(augmentation: str) -> Change:
    return lambda plan: _settings(augmented=plan.settings.augmented - {augmentation})(plan)


def _unweighted(by: str) -> Change:
    return lambda plan: _settings(weighted=plan.settings.weighted - {by})(plan)


@dataclass(frozen=True, slots=True)
class Variant:
    """One way of fitting.

    Attributes:
        name: how tables and the option ``--only`` call it.
        change: of the plan as it is fitted.
        needs: what a catalogue must have for the variant to be another fit, a name of ``NEEDED``;
            empty where it needs nothing.
    """

    name: str
    change: Change
    needs: str = ""


# What variants need: the reason why they are left out, and whether a catalogue has it.
NEEDED: dict[str, tuple[str, Callable[[Catalogue], bool]]] = {
    "variants": (
        "no variants of concepts: training embed makes them",
        lambda catalogue: len(catalogue.vectors.variants) > 0,
    ),
    "lyrics": ("nothing is sung", lambda catalogue: bool(catalogue.has_prosody.any())),
    "sections": (
        "no section is named by its type",
        lambda catalogue: bool(catalogue.sections.any()),
    ),
    "words and sections": (
        "nothing is sung, or no section is named by its type",
        lambda catalogue: bool(catalogue.has_prosody.any() and catalogue.sections.any()),
    ),
}
MIDDLE = "middle of recordings"
NO_MIDDLE = "one window a recording: training embed --compare-windows makes its table"

_NEEDS = {TEXTS: "variants"}
VARIANTS: tuple[Variant, ...] = (
    Variant(AS_FIT, lambda plan: plan),
    *(
        Variant(f"no {name}", _without(name), _NEEDS.get(name, ""))
        for name in sorted(AUGMENTATIONS)
    ),
    Variant("no hidden modalities", _settings(midi_dropout=0.0, embedding_dropout=0.0)),
    Variant("no composed songs", lambda plan: replace(plan, composed=0)),
    Variant("no class weights", _unweighted(BY_CLASS)),
    Variant("no song weights", _unweighted(BY_SONG)),
    Variant("with prosody", _settings(options=frozenset({"prosody"})), "lyrics"),
    Variant("with section", _settings(options=frozenset({"section"})), "sections"),
    Variant(
        "with prosody and section",
        _settings(options=frozenset({"prosody", "section"})),
        "words and sections",
    ),
    Variant(MIDDLE, lambda plan: plan),
)
NAMES = tuple(variant.name for variant in VARIANTS)


def ablate(
    plan: Plan,
    folder: Path,
    progress: LossProgress = lambda _: None,
    device: str = "auto",
    only: Sequence[str] = (),
) -> dict[str, Any]:
    """Cross-validate every variant and write ``ablation/report.md`` and ``report.json``.

    A variant that was measured with the same plan on the same data is taken from ``ablation/``; one
    that was interrupted goes on after its last whole epoch.

    Args:
        plan: as it is fitted; its folds and epochs hold for every variant.
        folder: a training folder.
        progress: of each training.
        device: that trains.
        only: names of variants; all of ``NAMES`` if empty. ``AS_FIT`` is always measured.

    Returns:
        the report, as plain values.

    Raises:
        FileNotFoundError: if a step before is missing; the message names it.
        ValueError: if there is no such variant, or there are too few songs.
    """
    if unknown := sorted(set(only) - set(NAMES)):
        raise ValueError(f"no variant {', '.join(unknown)}; expected some of: {', '.join(NAMES)}")
    prepare_torch()
    catalogue = load_catalogue(folder)
    found: dict[str, ByModality] = {}
    left_out: dict[str, str] = {}
    for variant in VARIANTS:
        if only and variant.name not in {AS_FIT, *only}:
            continue
        songs = _catalogue_of(variant, folder, catalogue)
        if isinstance(songs, str):
            left_out[variant.name] = songs
        else:
            fit = _Fit(variant.name, variant.change(plan), songs, folder, device_of(device))
            found[variant.name] = fit.measured(progress)
    report = {
        "songs": len({row.song_id for row in catalogue.rows}),
        "folds": plan.folds,
        "epochs": plan.settings.epochs,
        "seed": plan.seed,
        "test_encoders": unnamed_encoders(catalogue.encoders),
        "variants": {name: summarised(songs) for name, songs in found.items()},
        "differences": {
            name: _differences(songs, found[AS_FIT])
            for name, songs in found.items()
            if name != AS_FIT
        },
        "left_out": left_out,
        "multitask": compare(concepts_in(folder, catalogue)),
    }
    _write(folder / FOLDER, report)
    return report


def _catalogue_of(variant: Variant, folder: Path, catalogue: Catalogue) -> Catalogue | str:
    """The songs that a variant is fitted to, or the reason why it would be no other fit."""
    if variant.name == MIDDLE:
        if not (folder / MIDDLE_EMBEDDINGS_FILE).exists():
            return NO_MIDDLE
        return load_catalogue(folder, MIDDLE_EMBEDDINGS_FILE)
    reason, has = NEEDED.get(variant.needs, ("", lambda _: True))
    return catalogue if has(catalogue) else reason


@dataclass(frozen=True, slots=True)
class _Fit:
    """One variant: trained in folds, each with a checkpoint, and measured once."""

    name: str
    plan: Plan
    catalogue: Catalogue
    folder: Path
    device: torch.device

    def measured(self, progress: LossProgress) -> ByModality:
        """Figures of every song."""
        composed = composed_songs(self.plan, self.folder, progress)
        key = self.plan.key(self.catalogue, composed)
        path = self.folder / FOLDER / f"{key[:16]}.json"
        if path.exists():
            known: ByModality = json.loads(path.read_text("utf-8"))
            return known
        folds = fold_of_rows(self.catalogue, self.plan.folds)
        first = split_of(folds, 0, self.plan.folds)  # of few songs, no other split may be possible
        material = Material(self.catalogue, composed, self.plan.settings, first)
        checkpoints: list[Path] = []

        def train_fold(part: Material, fold: int) -> FusionNetwork:
            checkpoints.append(self.folder / FOLDER / f"{key[:16]}-fold-{fold + 1}.pt")
            return train(
                part.train,
                self.plan.settings,
                self.plan.seed * 100,
                progress(f"{self.name}, fold {fold + 1} of {self.plan.folds}"),
                validation_metric=part.validation_metric(),
                checkpoint=Checkpoint(checkpoints[-1], f"{key} fold {fold + 1}"),
                device=self.device,
            )

        found = cross_validated(material, self.plan.folds, train_fold)
        with replacing(path) as waiting:
            waiting.write_text(json.dumps(found), "utf-8")
        for checkpoint in checkpoints:
            checkpoint.unlink(missing_ok=True)
        return found


def _differences(songs: ByModality, as_fit: ByModality) -> dict[str, Any]:
    """How much larger each measure is than as it is fitted, by modality and measure."""
    return {
        modality: {
            measure: difference(by_song, as_fit[modality], measure).to_plain()
            for measure in MEASURES
        }
        for modality, by_song in songs.items()
        if modality != MAJORITY and modality in as_fit
    }


def _write(folder: Path, report: dict[str, Any]) -> None:
    """The page, then the figures: where they are, all is."""
    with replacing(folder / REPORT_PAGE) as waiting:
        waiting.write_text(page(report), "utf-8")
    figures = msgspec.json.format(msgspec.json.encode(report, order="sorted"), indent=2)
    with replacing(folder / REPORT_JSON) as waiting:
        waiting.write_bytes(figures + b"\n")


def page(report: dict[str, Any]) -> str:
    """The report in Markdown."""
    variants = report["variants"]
    pieces = [
        "# What each piece of the fit is worth",
        NOTE.format(**report),
        *encoders_note(report),
        f"## {AS_FIT[0].upper()}{AS_FIT[1:]}",
        folds_table(variants[AS_FIT]),
        "## Without and with",
        DIFFERENCE_NOTE,
    ]
    modalities = [name for name in variants[AS_FIT] if name != MAJORITY]
    for modality in modalities:
        pieces += [f"### {modality}", _difference_table(report, modality)]
    if report["left_out"]:
        lines = [f"- {name}: {reason}" for name, reason in report["left_out"].items()]
        pieces += ["Left out:", "\n".join(lines)]
    pieces += ["## Rebracketing and modes: one task or several", *multitask(report["multitask"])]
    return "\n\n".join(pieces) + "\n"


def _difference_table(report: dict[str, Any], modality: str) -> str:
    rows = []
    for name, by_modality in report["differences"].items():
        one = by_modality.get(modality)
        if one is not None:
            shares = [shown_difference(one[measure]) for measure in ("clips", "song", "modes")]
            rows.append([name, *shares, shown_number(one["log_loss"], signed=True)])
    return table(["", "colour, clips", "colour, song", "modes", "log-loss"], rows)
