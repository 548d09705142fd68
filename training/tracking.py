"""Records experiments with MLflow: settings, the figures of every epoch, reports.

They go to ``FOLDER/tracking.db`` unless ``MLFLOW_TRACKING_URI`` is set. Recording doesn't influence
the training.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from documents.terminal import print_line

DATABASE, ARTEFACTS = "tracking.db", "tracking"
URI = "MLFLOW_TRACKING_URI"
KEY = "training.key"
MISSING = "not recorded: pip install 'composition-engine[tracking]' for MLflow"
# No telemetry, and no long wait for a server that is down.
QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
}


class Record:
    """A run of an experiment; without a client it records nothing."""

    def __init__(self, client: Any = None, run: str = "") -> None:
        """Go on where a run was left.

        Args:
            client: of MLflow; None records nothing.
            run: its id.
        """
        self._client = client
        self._run = run
        self._logged: dict[str, int] = {}

    @property
    def is_kept(self) -> bool:
        """Whether anything is recorded."""
        return self._client is not None

    def log(self, step: int, **metrics: float) -> None:
        """Record figures of a step, from 1 on; what an interrupted run recorded already stays."""
        for name, value in metrics.items():
            if step > self._last(name):
                self._do(partial(self._log, name, float(value), step))

    def artefact(self, path: Path) -> None:
        """Record a file, or a folder with all that is in it."""
        put = "log_artifacts" if path.is_dir() else "log_artifact"
        self._do(lambda: getattr(self._client, put)(self._run, str(path)))

    def end(self, status: str) -> None:
        """Say how the run ended: ``FINISHED``, ``FAILED`` or ``KILLED``."""
        self._do(lambda: self._client.set_terminated(self._run, status))

    def _last(self, name: str) -> int:
        if name not in self._logged:
            self._logged[name] = 0
            self._do(lambda: self._remember(name))
        return self._logged[name]

    def _remember(self, name: str) -> None:
        history = self._client.get_metric_history(self._run, name)
        self._logged[name] = max((one.step for one in history), default=0)

    def _log(self, name: str, value: float, step: int) -> None:
        self._client.log_metric(self._run, name, value, step=step)
        self._logged[name] = step

    def _do(self, act: Callable[[], None]) -> None:
        """Call the client if there is one; an error ends the recording, not the training."""
        if self._client is None:
            return
        try:
            act()
        except Exception as error:  # a database or a server may fail in any way
            self._client = None
            _warn(f"no longer recorded: {error}")


@contextmanager
def tracked(
    folder: Path, name: str, settings: Mapping[str, Any], *, key: str, wanted: bool = True
) -> Iterator[Record]:
    """A run to record something in; the one with the same key goes on where it was left.

    Args:
        folder: of the training.
        name: of the run, for people.
        settings: plain values; those inside others are named with dots.
        key: of everything that decides how it goes.
        wanted: False records nothing.
    """
    record = _opened(folder, name, settings, key) if wanted else Record()
    try:
        yield record
    except Exception:
        record.end("FAILED")
        raise
    except BaseException:
        record.end("KILLED")
        raise
    record.end("FINISHED")


def flat(settings: Mapping[str, Any], before: str = "") -> dict[str, str]:
    """Settings by name, those inside others with dots between."""
    found: dict[str, str] = {}
    for name, value in settings.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{before}{name}.")
        else:
            plain = sorted(value) if isinstance(value, frozenset) else value
            found[f"{before}{name}"] = str(plain)
    return found


def _opened(folder: Path, name: str, settings: Mapping[str, Any], key: str) -> Record:
    for variable, value in QUIET.items():
        os.environ.setdefault(variable, value)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the library's own of its libraries
            from mlflow.tracking import MlflowClient

            for logger in ("mlflow", "alembic"):
                logging.getLogger(logger).setLevel(logging.WARNING)
            client = MlflowClient(_place(folder))
            return Record(client, _run(client, folder, name, settings, key))
    except ModuleNotFoundError:
        _warn(MISSING)
    except Exception as error:  # a database or a server may fail in any way
        _warn(f"not recorded: {error}")
    return Record()


def _place(folder: Path) -> str:
    return os.environ.get(URI) or f"sqlite:///{(folder / DATABASE).resolve().as_posix()}"


def _run(client: Any, folder: Path, name: str, settings: Mapping[str, Any], key: str) -> str:
    """The id of the run with this key, made where there is none."""
    title = folder.resolve().name
    found = client.get_experiment_by_name(title)
    local = {} if os.environ.get(URI) else {"artifact_location": _artefacts(folder)}
    experiment = found.experiment_id if found else client.create_experiment(title, **local)
    runs = client.search_runs([experiment], f"tags.`{KEY}` = '{key}'", max_results=1)
    if runs:
        client.update_run(runs[0].info.run_id, status="RUNNING")
        return str(runs[0].info.run_id)
    made = client.create_run(experiment, run_name=name, tags={KEY: key})
    for parameter, value in flat(settings).items():
        client.log_param(made.info.run_id, parameter, value)
    return str(made.info.run_id)


def _artefacts(folder: Path) -> str:
    return (folder / ARTEFACTS).resolve().as_uri()


_said: set[str] = set()


def _warn(line: str) -> None:
    """One line on stderr, once."""
    line = " ".join(line.split())
    if line not in _said:
        _said.add(line)
        print_line(f"tracking: {line}", err=True)
