"""Search the settings of the fit with Optuna, by the accuracy on validation songs.

A trial is one network, trained and validated as ``training fit`` does it. The test songs are never
looked at.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from itertools import accumulate
from pathlib import Path
from statistics import median
from time import monotonic
from typing import Any, NamedTuple

import msgspec

from engine.execution.choice import open_executor
from engine.execution.executor import SERIAL
from engine.execution.processes import cores
from training.dataset.catalogue import Catalogue, load_catalogue
from training.fusion.checkpoint import Checkpoint
from training.fusion.drawings import draw_trials
from training.fusion.network import Size
from training.fusion.parallel import each_training
from training.fusion.train import CPU, LossProgress, Settings, device_of
from training.personal.fit import epochs_of
from training.personal.measure import REPORT_FOLDER
from training.personal.plan import FIT_FOLDER, FIT_VERSION, Plan, composed_songs
from training.personal.trials import Trial, Tried, tried
from training.personal.tuned import TUNED_FILE, tuned_of, write_tuned
from training.tracking import tracked

DATABASE, CHECKPOINT, PICTURE = "tune.db", "trial-{}.pt", "tuning.png"
# Trials before any is pruned or learned from, and epochs of a trial before it may be pruned.
FIRST_TRIALS, FIRST_EPOCHS = 5, 3
SEED_STRIDE = 10_000

COMPLETE, PRUNED = "complete", "pruned"

# Drawn together, however many are tried side by side.
AT_ONCE = 4
PLACE = "place"  # how the study names it

Values = dict[str, Any]


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
        timeout_seconds: after which no more trials are drawn; None for as long as it takes.
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
class Outcome:
    """What came of one trial.

    Attributes:
        number: from 1.
        state: ``complete``, or ``pruned`` where it was given up.
        accuracy: the best of its epochs, 0 to 1; None where none was judged.
        epochs: that were judged.
        values: that were tried.
    """

    number: int
    state: str
    accuracy: float | None
    epochs: int
    values: Values


def tune_catalogue(
    search: Search,
    folder: Path,
    progress: LossProgress = lambda _: None,
    device: str = "auto",
    *,
    track: bool = False,
    processes: int | None = None,
) -> dict[str, Any]:
    """Make ``tuned.json`` and ``report/tuning.png`` of what the steps before left in a folder.

    Args:
        search: what is searched.
        folder: a training folder.
        progress: of each trial.
        device: that trains.
        track: put the trials on record.
        processes: that train side by side; one a core if None, and one on a GPU. The trials are
            the same.

    Returns:
        a summary of plain values, with every trial.

    Raises:
        FileNotFoundError: if a step before is missing; the message names it.
        ValueError: if there are too few songs.
    """
    began = monotonic()
    catalogue = load_catalogue(folder)
    study = Study(folder, search, search.key(catalogue))

    def in_time() -> bool:
        return search.timeout_seconds is None or monotonic() - began < search.timeout_seconds

    count = 1 if device_of(device).type != CPU.type else min(processes or cores(), AT_ONCE)
    with open_executor(f"processes:{count}" if count > 1 else SERIAL.name) as executor:
        while (places := study.next_places()) and in_time():
            drawn = {place: study.drawn(place) for place in places}
            trials = {
                f"trial {place + 1} of {search.trials}": Trial(
                    folder,
                    catalogue.digest(),
                    planned(search.plan, values),
                    study.checkpoint(place, values),
                    study.medians(place),
                    device,
                )
                for place, values in drawn.items()
            }
            _make_composed(trials.values(), progress)
            found = each_training(executor, tried, trials, progress)
            for (place, values), one in zip(drawn.items(), found, strict=True):
                study.keep(place, values, one)
                _track(folder, study.key, place, values, one, wanted=track)
    return _summary(folder, search, study)


def _make_composed(trials: Collection[Trial], progress: LossProgress) -> None:
    """Make the composed songs of trials before they begin: two would make the same at once."""
    for plan in {trial.plan.composed: trial.plan for trial in trials}.values():
        composed_songs(plan, next(iter(trials)).folder, progress)


def _track(
    folder: Path, key: str, place: int, values: Values, found: Tried, *, wanted: bool
) -> None:
    """Put a trial on record."""
    name = f"trial {place + 1}"
    with tracked(folder, name, values, key=f"{key} {place}", wanted=wanted) as record:
        log = epochs_of(record)
        for epoch in range(1, len(found.accuracies) + 1):
            log(found.accuracies[:epoch], found.losses[:epoch])
        if found.is_pruned:
            record.log(1, given_up=1)


class Study:
    """The finished trials of a search in a database, which outlives the process.

    Each has its place, from 0. ``AT_ONCE`` of them are drawn together, from the results of those
    drawn before, so that they can be tried side by side; and what is drawn depends on nothing else,
    so that one that was interrupted is drawn again and goes on after the last epoch that it kept.
    """

    def __init__(self, folder: Path, search: Search, key: str) -> None:
        import optuna

        # It tells of every trial in lines of its own.
        logging.getLogger("optuna").setLevel(logging.ERROR)
        self._folder, self._search = folder, search
        self.key = key
        self._optuna = optuna
        self._study = optuna.create_study(
            storage=f"sqlite:///{(folder / DATABASE).resolve().as_posix()}",
            study_name=key,
            direction="maximize",
            load_if_exists=True,
        )
        self._distributions = {
            name: _distribution(where) for name, where in search.searched.items()
        }

    def finished(self) -> dict[int, Any]:
        """Optuna's trials that came to an end, or were given up as worse than others, by place."""
        states = self._optuna.trial.TrialState
        ended = self._study.get_trials(deepcopy=False, states=(states.COMPLETE, states.PRUNED))
        found = {one.user_attrs.get(PLACE, order): one for order, one in enumerate(ended)}
        return dict(sorted(found.items()))

    def trials(self) -> list[Outcome]:
        """What came of those that are finished, in their order."""
        found = []
        for place, one in self.finished().items():
            best = max(one.intermediate_values.values(), default=one.value)
            epochs = len(one.intermediate_values)
            found.append(Outcome(place + 1, one.state.name.lower(), best, epochs, one.params))
        return found

    def next_places(self) -> list[int]:
        """The places of the next trials, which were drawn together."""
        finished = self.finished()
        left = [place for place in range(self._search.trials) if place not in finished]
        return [place for place in left if place // AT_ONCE == left[0] // AT_ONCE]

    def drawn(self, place: int) -> Values:
        """The values of the trial at a place."""
        first = _first_drawn(place)
        study = self._optuna.create_study(direction="maximize")
        study.add_trials([one for at, one in self.finished().items() if at < first])
        if not first:
            # What a fit does by itself comes first: nothing worse than that is ever advised.
            study.enqueue_trial(own_values(self._search))
        for at in range(first, place + 1):
            study.sampler = self._optuna.samplers.TPESampler(
                seed=self._search.plan.seed * SEED_STRIDE + at,
                n_startup_trials=FIRST_TRIALS,
                constant_liar=True,  # those drawn together shall not be alike
            )
            values: Values = study.ask(self._distributions).params
        return values

    def medians(self, place: int) -> tuple[float | None, ...]:
        """Of the best accuracies after each epoch, of those whose results the trial may know."""
        complete = self._optuna.trial.TrialState.COMPLETE
        known = [
            one.intermediate_values
            for at, one in self.finished().items()
            if at < _first_drawn(place) and one.state == complete
        ]
        if len(known) < FIRST_TRIALS:
            return ()
        epochs = range(1, max(map(len, known)) + 1)
        of_each = ([one[epoch] for one in known if epoch in one] for epoch in epochs)
        return tuple(
            median(values) if epoch >= FIRST_EPOCHS else None
            for epoch, values in zip(epochs, of_each, strict=True)
        )

    def checkpoint(self, place: int, values: Values) -> Checkpoint:
        """Where the trial at a place goes on if it was interrupted."""
        key = hashlib.sha256(f"{self.key} {place} {sorted(values.items())}".encode()).hexdigest()
        return Checkpoint(self._folder / FIT_FOLDER / CHECKPOINT.format(place % AT_ONCE + 1), key)

    def keep(self, place: int, values: Values, found: Tried) -> None:
        """Write down what came of a trial."""
        best_so_far = dict(enumerate(accumulate(found.accuracies, max), start=1))
        states = self._optuna.trial.TrialState
        self._study.add_trial(
            self._optuna.trial.create_trial(
                state=states.PRUNED if found.is_pruned else states.COMPLETE,
                value=max(found.accuracies, default=0.0),
                params=values,
                distributions=self._distributions,
                intermediate_values=best_so_far,
                user_attrs={PLACE: place},
            )
        )


def _first_drawn(place: int) -> int:
    """The first place of those that are drawn together with one."""
    return place // AT_ONCE * AT_ONCE


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


def _summary(folder: Path, search: Search, study: Study) -> dict[str, Any]:
    trials = study.trials()
    complete = [one for one in trials if one.state == COMPLETE]
    summary: dict[str, Any] = {
        "trials": len(trials),
        "given_up": len(trials) - len(complete),
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
    draw_trials(picture, [one.accuracy for one in trials])
    return summary | {
        "tuned": str(path),
        "picture": str(picture),
        "accuracy": best.accuracy,
        "accuracy_before": complete[0].accuracy,
        "best_trial": best.number,
        "values": best.values,
    }
