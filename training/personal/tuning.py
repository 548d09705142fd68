"""Search the settings of the fit with Optuna, by the accuracy on validation songs.

A trial is one network, trained and validated as ``training fit`` does it. The test songs are never
looked at.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

import msgspec
import torch

from training.dataset.catalogue import Catalogue, load_catalogue
from training.fusion.checkpoint import Checkpoint
from training.fusion.drawings import draw_trials
from training.fusion.network import Size
from training.fusion.train import (
    AfterEpoch,
    LossProgress,
    Settings,
    device_of,
    prepare_torch,
    train,
)
from training.personal.fit import epochs_of
from training.personal.measure import REPORT_FOLDER
from training.personal.plan import FIT_FOLDER, FIT_VERSION, Material, Plan, composed_songs
from training.personal.tuned import TUNED_FILE, tuned_of, write_tuned
from training.tracking import tracked

DATABASE, CHECKPOINT, PICTURE = "tune.db", "trial.pt", "tuning.png"
# Trials before any is pruned or learned from, and epochs of a trial before it may be pruned.
FIRST_TRIALS, FIRST_EPOCHS = 5, 3
SEED_STRIDE = 10_000

COMPLETE, PRUNED, FAILED = "complete", "pruned", "fail"
FINISHED = {COMPLETE, PRUNED}

Values = dict[str, Any]
# Trains with the values of a trial, its place among the finished ones; None where it was pruned.
Objective = Callable[[int, Values, AfterEpoch], float | None]


class Between(NamedTuple):
    """A range of a number; ``is_rate`` searches its logarithm."""

    low: float
    high: float
    is_rate: bool = False


# The search space, under the stored names of the settings. A tuple of floats is a choice.
SEARCHED: dict[str, Between | tuple[float, ...]] = {
    "peak": Between(5e-4, 1e-2, is_rate=True),
    "decay": Between(1e-4, 1e-1, is_rate=True),
    "dropout": Between(0.0, 0.5),
    "hidden": Between(0.0, 0.4),  # share of the rows that each modality is hidden in
    "axes_weight": Between(0.25, 4.0, is_rate=True),
    "colour_weight": Between(0.25, 4.0, is_rate=True),
    "width": (0.5, 1.0, 2.0),  # times the size of every layer
    "composed": (2, 4, 8),  # without any there would be no fakes to teach the confidence
}
COMPOSED = "composed"


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched, and how long.

    Attributes:
        plan: what stays as it is; its settings are tried first.
        trials: finished ones in all, those of earlier runs among them.
        timeout_seconds: after which no trial begins; None for as long as it takes.
        keeps_composed: whether the plan's number of composed songs stays too.
    """

    plan: Plan
    trials: int
    timeout_seconds: float | None = None
    keeps_composed: bool = False

    @property
    def searched(self) -> dict[str, Between | tuple[float, ...]]:
        """The searched settings by name, each with its range or choices."""
        kept = {COMPOSED} if self.keeps_composed else set()
        return {name: where for name, where in SEARCHED.items() if name not in kept}

    def key(self, catalogue: Catalogue) -> str:
        """SHA-256 of everything that decides how a trial comes out."""
        plan = replace(self.plan, members=1, compares=False, folds=0)
        searched = {name: repr(where) for name, where in self.searched.items()}
        encoded = msgspec.json.encode(
            [FIT_VERSION, plan, searched, catalogue.digest()], order="sorted"
        )
        return hashlib.sha256(encoded).hexdigest()


@dataclass(frozen=True, slots=True)
class Trial:
    """The result of one trial.

    Attributes:
        number: its place among those that finish, from 1; one that was interrupted has the number
            of the one that repeated it.
        state: ``complete``, ``pruned``, ``fail`` where it was interrupted, or ``running``.
        accuracy: the best of its epochs, 0 to 1; None where none was judged.
        epochs: that were judged.
        values: that were tried.
    """

    number: int
    state: str
    accuracy: float | None
    epochs: int
    values: Values


class _Pruned(Exception):
    """A trial was worse than the median of earlier ones at the same epoch."""


def tune_catalogue(
    search: Search,
    folder: Path,
    progress: LossProgress = lambda _: None,
    device: str = "auto",
    *,
    track: bool = False,
) -> dict[str, Any]:
    """Make ``tuned.json`` and ``report/tuning.png`` of what the steps before left in a folder.

    Returns:
        a summary of plain values, with every trial.

    Raises:
        FileNotFoundError: if a step before is missing; the message names it.
        ValueError: if there are too few songs.
    """
    prepare_torch()
    began = monotonic()
    catalogue = load_catalogue(folder)
    study = _Study(folder, search, search.key(catalogue))
    study.fail_interrupted()

    def in_time() -> bool:
        return search.timeout_seconds is None or monotonic() - began < search.timeout_seconds

    objective = _Objective(search, folder, catalogue, study.key, progress, device_of(device), track)
    while len(study.finished) < search.trials and in_time():
        study.run_one(objective)
    return _summary(folder, search, study)


@dataclass(slots=True)
class _Objective:
    """Trains one network with the values of a trial."""

    search: Search
    folder: Path
    catalogue: Catalogue
    key: str
    progress: LossProgress
    device: torch.device
    track: bool
    _material: tuple[int, Material] | None = None

    def __call__(self, place: int, values: Values, report: AfterEpoch) -> float | None:
        """The best accuracy on validation songs; None where the trial was pruned."""
        plan = planned(self.search.plan, values)
        text = f"{self.key} {place} {sorted(values.items())}"
        key = hashlib.sha256(text.encode()).hexdigest()
        name = f"trial {place + 1}"
        with tracked(self.folder, name, values, key=key, wanted=self.track) as record:
            log = epochs_of(record)
            best = 0.0

            def after_epoch(accuracies: Sequence[float], losses: Sequence[float]) -> None:
                nonlocal best
                best = max(accuracies)
                log(accuracies, losses)
                report(accuracies, losses)

            material = self._with_composed(plan)
            try:
                train(
                    material.train,
                    plan.settings,
                    plan.seed * 100,
                    self.progress(f"{name} of {self.search.trials}"),
                    validation_metric=material.validation_metric(),
                    checkpoint=Checkpoint(self.folder / FIT_FOLDER / CHECKPOINT, key),
                    after_epoch=after_epoch,
                    device=self.device,
                )
            except _Pruned:
                record.log(1, given_up=1)
                return None
            return best

    def _with_composed(self, plan: Plan) -> Material:
        """The songs; those of the trial before where as many composed songs are added."""
        if self._material is None or self._material[0] != plan.composed:
            self._material = None  # both at once would need twice the memory
            composed = composed_songs(plan, self.folder, self.progress)
            self._material = plan.composed, Material(self.catalogue, composed, plan.settings)
        return self._material[1]


class _Study:
    """The trials of a search in a database, which outlives the process."""

    def __init__(self, folder: Path, search: Search, key: str) -> None:
        import optuna

        # It tells of every trial in lines of its own.
        logging.getLogger("optuna").setLevel(logging.ERROR)
        self._search = search
        self.key = key
        self._states = optuna.trial.TrialState
        self._tpe = optuna.samplers.TPESampler
        self._study = optuna.create_study(
            storage=f"sqlite:///{(folder / DATABASE).resolve().as_posix()}",
            study_name=key,
            direction="maximize",
            pruner=optuna.pruners.MedianPruner(FIRST_TRIALS, FIRST_EPOCHS),
            load_if_exists=True,
        )
        self._distributions = {
            name: _distribution(where) for name, where in search.searched.items()
        }

    @property
    def finished(self) -> list[Trial]:
        """Those that came to an end, or were given up as worse than others."""
        return [one for one in self.trials() if one.state in FINISHED]

    def trials(self) -> list[Trial]:
        """All that began, in their order."""
        found: list[Trial] = []
        number = 1
        for one in self._study.get_trials(deepcopy=False):
            if one.state == self._states.WAITING:
                continue
            state = one.state.name.lower()
            best = max(one.intermediate_values.values(), default=one.value)
            found.append(Trial(number, state, best, len(one.intermediate_values), one.params))
            number += state in FINISHED
        return found

    def fail_interrupted(self) -> None:
        """What still runs was left by a process that is gone."""
        for one in self._study.get_trials(deepcopy=False, states=(self._states.RUNNING,)):
            self._study.tell(one.number, state=self._states.FAIL)

    def run_one(self, objective: Objective) -> None:
        """Draw values and run a trial.

        What is drawn depends on the finished trials alone, so that one that was interrupted is
        repeated with the same values, and goes on after the last epoch that it kept.
        """
        place = len(self.finished)
        seed = self._search.plan.seed * SEED_STRIDE + place
        self._study.sampler = self._tpe(seed=seed, n_startup_trials=FIRST_TRIALS)
        if not place and not self._study.get_trials(states=(self._states.WAITING,)):
            # What a fit does by itself comes first: nothing worse than that is ever advised.
            self._study.enqueue_trial(own_values(self._search))
        trial = self._study.ask(self._distributions)
        reported = 0

        def report(accuracies: Sequence[float], losses: Sequence[float]) -> None:
            nonlocal reported
            del losses
            for epoch in range(reported + 1, len(accuracies) + 1):
                trial.report(max(accuracies[:epoch]), epoch)
            reported = len(accuracies)
            if trial.should_prune():
                raise _Pruned

        best = objective(place, trial.params, report)
        if best is None:
            self._study.tell(trial, state=self._states.PRUNED)
        else:
            self._study.tell(trial, best)


def own_values(search: Search) -> Values:
    """The plan's own settings as the values of a trial."""
    settings = search.plan.settings
    stored = msgspec.to_builtins(settings)
    own = {"hidden": settings.midi_dropout, "width": 1.0, COMPOSED: search.plan.composed}
    return {name: own[name] if name in own else stored[name] for name in search.searched}


def planned(plan: Plan, values: Values) -> Plan:
    """A plan with the values of a trial."""
    stored = msgspec.to_builtins(plan.settings)
    given = {name: value for name, value in values.items() if name in stored}
    settings = msgspec.structs.replace(
        msgspec.convert(stored | given, Settings),
        midi_dropout=values["hidden"],
        embedding_dropout=values["hidden"],
        size=_widened(plan.settings.size, values["width"]),
    )
    composed = values.get(COMPOSED, plan.composed)
    return replace(plan, settings=settings, composed=composed, members=1, compares=False, folds=0)


def _widened(size: Size, times: float) -> Size:
    """Every layer wider or narrower, by even numbers: the convolutions halve one of them."""
    return Size(**{name: max(2, 2 * round(times * one / 2)) for name, one in asdict(size).items()})


def _distribution(where: Between | tuple[float, ...]) -> Any:
    from optuna.distributions import CategoricalDistribution, FloatDistribution

    if isinstance(where, Between):
        return FloatDistribution(where.low, where.high, log=where.is_rate)
    return CategoricalDistribution(where)


def _summary(folder: Path, search: Search, study: _Study) -> dict[str, Any]:
    trials = study.trials()
    states = Counter(one.state for one in trials)
    complete = [one for one in trials if one.state == COMPLETE]
    summary: dict[str, Any] = {
        "trials": states[COMPLETE] + states[PRUNED],
        "given_up": states[PRUNED],
        "interrupted": states[FAILED],
        "table": [asdict(one) for one in trials],
    }
    if not complete:
        return summary | {"tuned": None}
    best = max(complete, key=lambda one: (one.accuracy or 0.0, -one.number))
    path, picture = folder / TUNED_FILE, folder / REPORT_FOLDER / PICTURE
    tuned = tuned_of(
        planned(search.plan, best.values),
        accuracy=best.accuracy,
        trial=best.number,
        trials=summary["trials"],
        study=study.key,
    )
    write_tuned(tuned, path)
    draw_trials(picture, [one.accuracy for one in trials if one.state in FINISHED])
    return summary | {
        "tuned": str(path),
        "picture": str(picture),
        "accuracy": best.accuracy,
        "accuracy_before": complete[0].accuracy,
        "best_trial": best.number,
        "values": best.values,
    }
