"""Commands that make and measure models."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from documents.terminal import print_line
from training.commands.options import (
    Command,
    Options,
    Result,
    add_encoder,
    add_folder,
    add_folder_and_machine,
    add_machine,
    folder_of,
)
from training.progress import Progress

if TYPE_CHECKING:
    from training.fusion.train import Settings
    from training.personal.plan import Plan

TRIALS = 20
CLASSIFY_TASKS = ("binary", "multiclass", "multilabel")
# Parts of a classifier's report that the result line shows.
CLASSIFY_SHOWN = ("song_split", "majority", "row_split")
# Options of a fit with their least values.
LEAST_OF_AUDIT = {"songs": 2, "seeds": 1, "generations": 1, "per_kind": 1}
CURVES = ("judged", "total")
LEAST = {"epochs": 1, "patience": 1, "batch": 4, "members": 1, "seed": 0, "with_composed": 0}
LEAST_FOLDS = 3


def _with_loss(progress: Progress) -> Callable[[str], Callable[[int, int, float], None]]:
    """Progress whose note is the loss."""

    def begin(description: str) -> Callable[[int, int, float], None]:
        update = progress(description)
        return lambda done, steps, loss: update(done, steps, f"loss {loss:.3f}")

    return begin


def _add_bootstrap(parser: ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, help="folder for the model file")
    parser.add_argument("--songs", type=int, help="songs of every colour")
    parser.add_argument("--seeds", type=int, help="networks that are averaged")
    parser.add_argument("--seed", type=int, default=0, help="of everything")
    parser.add_argument("--epochs", type=int, help="passes over the songs")
    parser.add_argument("--quick", action="store_true", help="tiny, to see whether it works")
    _add_real(parser)


def _add_real(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--real",
        type=Path,
        metavar="FILE",
        help="windows of real songs for the gate to learn from (python -m tools.gate_examples)",
    )


def _bootstrap(options: Options, progress: Progress) -> Result:
    from training.bootstrap import QUICK, Plan, bootstrap

    plan = replace(QUICK if options.quick else Plan(), seed=options.seed)
    chosen = {"songs": options.songs, "members": options.seeds}
    plan = replace(plan, **{name: value for name, value in chosen.items() if value is not None})
    if options.epochs is not None:
        settings = msgspec.structs.replace(plan.settings, epochs=options.epochs)
        plan = replace(plan, settings=settings)
    plan = replace(plan, gate=replace(plan.gate, real=options.real))
    return bootstrap(plan, options.out, _with_loss(progress))


def _add_gate(parser: ArgumentParser) -> None:
    parser.add_argument("model", type=Path, help="the .onnx file of bootstrap, which is rewritten")
    parser.add_argument("--fakes", type=int, default=300, help="planted of each kind and stage")
    parser.add_argument(
        "--rejects",
        type=Path,
        metavar="STUDIO",
        help="a studio, whose rejected candidates the gate learns to refuse",
    )
    _add_real(parser)


def _gate(options: Options, progress: Progress) -> Result:
    from training.bootstrap import GatePlan, catalogue_again, refit_gate

    told = _with_loss(progress)
    catalogue = catalogue_again(options.model, told)
    plan = GatePlan(real=options.real, rejects=options.rejects)
    manifest = refit_gate(options.model, catalogue, plan, options.fakes, told)
    return {"sha256": manifest.model_sha256, "thresholds": manifest.stage_thresholds}


def _add_card(parser: ArgumentParser) -> None:
    parser.add_argument("model", type=Path, help="the .onnx file, its manifest beside it")
    parser.add_argument("--fakes", type=int, default=300, help="planted of each kind and stage")


def _card(options: Options, progress: Progress) -> Result:
    from training.bootstrap import measure_again
    from training.fusion.report import card

    manifest = measure_again(options.model, options.fakes, _with_loss(progress))
    print_line(card(manifest).rstrip("\n"))
    return manifest.metrics


def _add_fit(parser: ArgumentParser) -> None:
    add_folder(parser)
    _add_plan(parser)
    parser.add_argument("--members", type=int, help="networks that are averaged")
    parser.add_argument(
        "--no-row-split",
        action="store_true",
        help="don't fit once more to show what a split by row would have said",
    )
    _add_folds(parser)
    settings = parser.add_mutually_exclusive_group()
    settings.add_argument(
        "--settings", type=Path, metavar="FILE", help="such as training tune makes"
    )
    settings.add_argument("--tuned", action="store_true", help="the settings of FOLDER/tuned.json")
    add_machine(parser)


def _add_folds(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--folds", type=int, help="parts that all songs are measured in; 0 leaves that out"
    )


def _add_plan(parser: ArgumentParser) -> None:
    """What every fit takes."""
    parser.add_argument("--epochs", type=int, help="passes over the songs, at most")
    parser.add_argument(
        "--patience", type=int, help="epochs without a better accuracy before it ends"
    )
    parser.add_argument("--batch", type=int, help="clips of a step")
    parser.add_argument("--seed", type=int, help="of everything")
    parser.add_argument(
        "--with-composed",
        type=int,
        metavar="N",
        help="composed songs of every colour beside your own; 0 for none",
    )
    parser.add_argument(
        "--with-prosody", action="store_true", help="how the lyrics move is an input too"
    )
    parser.add_argument(
        "--with-section", action="store_true", help="the type of section is an input too"
    )
    parser.add_argument(
        "--without",
        default="",
        metavar="NAMES",
        help="ways of varying clips, as one text with commas: transposition, rotation, loudness, "
        "tempo, mixes, texts; or weights in the loss: class, song",
    )
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--no-track", action="store_true", help="put nothing on record")


def _fit(options: Options, progress: Progress) -> Result:
    from training.personal.fit import fit_catalogue

    folder = folder_of(options)
    return fit_catalogue(
        plan_of(options, folder),
        folder,
        _with_loss(progress),
        options.device,
        track=not options.no_track,
    )


def plan_of(options: Options, folder: Path) -> Plan:
    """The plan of a fit: options that were typed come before settings found by tuning.

    Raises:
        FileNotFoundError: if there is no such file of settings.
        ValueError: if a number is below its least value.
    """
    from training.personal.plan import Plan
    from training.personal.tuned import TUNED_FILE, read_tuned

    given = {name: value for name in LEAST if (value := getattr(options, name, None)) is not None}
    for name, value in given.items():
        if value < LEAST[name]:
            typed = name.replace("_", "-")
            raise ValueError(f"--{typed} {value}: expected {LEAST[name]} or more")
    plan = Plan(compares=not getattr(options, "no_row_split", True))
    folds = getattr(options, "folds", None)
    if folds is not None and folds != 0 and folds < LEAST_FOLDS:
        raise ValueError(f"--folds {folds}: expected {LEAST_FOLDS} or more, or 0 for none")
    settings = getattr(options, "settings", None)
    path = folder / TUNED_FILE if getattr(options, "tuned", False) else settings
    if path is not None:
        plan = read_tuned(path).apply(plan)
    named = {"epochs": "epochs", "patience": "patience", "batch": "batch_size"}
    of_settings: dict[str, Any] = {
        field: given[name] for name, field in named.items() if name in given
    }
    of_settings |= _switched(options, plan.settings)
    return replace(
        plan,
        settings=msgspec.structs.replace(plan.settings, **of_settings),
        members=given.get("members", plan.members),
        seed=given.get("seed", plan.seed),
        composed=given.get("with_composed", plan.composed),
        folds=plan.folds if folds is None else folds,
    )


def _switched(options: Options, settings: Settings) -> dict[str, Any]:
    """The settings that switches turn on and off.

    Raises:
        ValueError: if a switch is unknown.
    """
    from training.dataset.sampling import WEIGHTS
    from training.fusion.batches import AUGMENTATIONS

    typed = getattr(options, "without", "").split(",")
    without = {name.strip() for name in typed} - {""}
    if unknown := sorted(without - AUGMENTATIONS - WEIGHTS):
        known = ", ".join(sorted(AUGMENTATIONS | WEIGHTS))
        raise ValueError(f"--without {unknown[0]}: expected one of {known}")
    given = {name: getattr(options, f"with_{name}", False) for name in ("prosody", "section")}
    return {
        "augmented": settings.augmented - without,
        "weighted": settings.weighted - without,
        "options": settings.options | {name for name, is_on in given.items() if is_on},
    }


def _add_tune(parser: ArgumentParser) -> None:
    add_folder(parser)
    parser.add_argument(
        "--trials", type=int, default=TRIALS, help=f"in all, earlier ones too ({TRIALS})"
    )
    parser.add_argument(
        "--timeout", type=float, metavar="SECONDS", help="after which no more trials are drawn"
    )
    _add_plan(parser)


def _tune(options: Options, progress: Progress) -> Result:
    from training.personal.tuning import Search, tune_catalogue

    for name, least in (("trials", 1), ("timeout", 0)):
        value = getattr(options, name)
        if value is not None and not value >= least:
            raise ValueError(f"--{name} {value}: expected {least} or more")
    folder = folder_of(options)
    keeps = options.with_composed is not None
    search = Search(plan_of(options, folder), options.trials, options.timeout, keeps)
    found = tune_catalogue(
        search, folder, _with_loss(progress), options.device, track=not options.no_track
    )
    if trials := found.pop("table"):
        _print_trials(trials)
    return found


def _print_trials(trials: Sequence[Mapping[str, Any]]) -> None:
    """A table with a line for each trial, on stdout."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE, padding=0, pad_edge=False)
    names = list(trials[0]["values"])
    for title in ("trial", "state", "right", "epochs"):
        table.add_column(title, justify="right", no_wrap=True)
    for name in names:
        table.add_column(name.replace("_", " "), justify="right", overflow="fold")
    for trial in trials:
        right = "" if trial["accuracy"] is None else f"{trial['accuracy']:.1%}"
        values = (_short(trial["values"][name]) for name in names if name in trial["values"])
        table.add_row(str(trial["number"]), trial["state"], right, str(trial["epochs"]), *values)
    Console().print(table)


def _short(value: float) -> str:
    """A number in six characters."""
    return f"{value:.2g}" if value == 0 or value >= 0.01 else f"{value:.1e}".replace("e-0", "e-")


def _add_ablate(parser: ArgumentParser) -> None:
    add_folder(parser)
    _add_plan(parser)
    _add_folds(parser)
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="VARIANT",
        help="measure this variant and no others, such as 'with prosody'; may be given again",
    )


def _ablate(options: Options, progress: Progress) -> Result:
    from training.personal.ablation import FOLDER, REPORT_PAGE, ablate

    folder = folder_of(options)
    plan = plan_of(options, folder)
    if not plan.folds:
        raise ValueError(f"--folds 0: expected {LEAST_FOLDS} or more")
    report = ablate(plan, folder, _with_loss(progress), options.device, options.only)
    page = folder / FOLDER / REPORT_PAGE
    print_line(page.read_text("utf-8").rstrip("\n"))
    shown = ("songs", "folds", "left_out")
    return {"report": page.as_posix()} | {name: report[name] for name in shown}


def _export(options: Options, progress: Progress) -> Result:
    from training.personal.export import export_catalogue

    progress("exporting")
    return export_catalogue(folder_of(options))


def _add_classify(parser: ArgumentParser) -> None:
    add_folder(parser)
    parser.add_argument(
        "--task", choices=CLASSIFY_TASKS, help="labels by rule: one task, not all three"
    )
    parser.add_argument("--table", type=Path, help="a parquet table with labels of its own")
    parser.add_argument("--text-column", default="concept", help="of --table")
    parser.add_argument("--label-column", help="of --table; a dot reaches into a struct")
    parser.add_argument("--song-column", default="id", help="of --table: never split")
    add_encoder(parser)
    parser.add_argument("--seed", type=int, default=0, help="of the fits")


def _classify(options: Options, progress: Progress) -> Result:
    from fitness.encoders import TEXT_ENCODER
    from training.text.classify import classify

    folder = folder_of(options)
    found = {
        name: classify(
            folder,
            name,
            labelled,
            encoder=options.text_encoder or TEXT_ENCODER,
            device=options.device,
            progress=progress,
            seed=options.seed,
        )
        for name, labelled in _labelled(options, folder).items()
    }
    return {
        name: {key: report[key] for key in CLASSIFY_SHOWN if key in report}
        for name, report in found.items()
    }


def _labelled(options: Options, folder: Path) -> dict[str, Any]:
    """Labelled texts by the name of their report."""
    from training.schemas import MANIFEST_FILE
    from training.text.labelled import by_rule, from_table

    if options.label_column is None:
        if options.table is not None:
            raise ValueError("--table needs --label-column")
        tasks = [options.task] if options.task else CLASSIFY_TASKS
        return {task: by_rule(folder, task) for task in tasks}
    if options.task is not None:
        raise ValueError("--task is for labels by rule: a column's labels say what they are")
    table = options.table or folder / MANIFEST_FILE
    columns = (options.text_column, options.label_column, options.song_column)
    return {options.label_column: from_table(table, *columns)}


def _add_audit(parser: ArgumentParser) -> None:
    parser.add_argument("model", type=Path, help="the .onnx file; its audit is written beside it")
    parser.add_argument("--songs", type=int, help="demonstration songs to evolve for")
    parser.add_argument("--seeds", type=int, help="runs of each song")
    parser.add_argument("--generations", type=int, help="of each run")
    parser.add_argument("--fakes", type=int, help="planted of each kind and stage")
    parser.add_argument("--quick", action="store_true", help="tiny, to see whether it works")


def _audit(options: Options, progress: Progress) -> Result:
    from engine.models.audits import audit_section
    from training.audit import QUICK, AuditPlan, audit, save_audit

    chosen = {
        "songs": options.songs,
        "seeds": options.seeds,
        "generations": options.generations,
        "per_kind": options.fakes,
    }
    given = {name: value for name, value in chosen.items() if value is not None}
    for name, value in given.items():
        if value < LEAST_OF_AUDIT[name]:
            typed = "fakes" if name == "per_kind" else name
            raise ValueError(f"--{typed} {value}: expected {LEAST_OF_AUDIT[name]} or more")
    plan = replace(QUICK if options.quick else AuditPlan(), **given)
    found = audit(options.model, plan, progress)
    path = save_audit(found, options.model)
    print_line(audit_section(found))
    search = {name: value for name, value in found["search"].items() if name not in CURVES}
    return {"audit": str(path), "model_sha256": found["model_sha256"], **search}


BOOTSTRAP = Command(
    "bootstrap", "compose a catalogue and make a model of it", _add_bootstrap, _bootstrap
)
GATE = Command("gate", "fit the gate of a model anew; its colours stay", _add_gate, _gate)
AUDIT = Command("audit", "can fakes, or a search, fool a model?", _add_audit, _audit)
CARD = Command("card", "measure every figure of a model again", _add_card, _card)
TUNE = Command("tune", "look for better settings of the fit", _add_tune, _tune)
ABLATE = Command(
    "ablate", "what each piece of the fit is worth, on unseen songs", _add_ablate, _ablate
)
FIT = Command("fit", "fit a model to your own songs, with a report", _add_fit, _fit)
EXPORT = Command(
    "export", "the fitted model as ONNX, manifest and card", add_folder_and_machine, _export
)
CLASSIFY = Command(
    "classify", "classifiers of texts, tried on unseen songs", _add_classify, _classify
)
