"""What goes on record, in a database of its own: the real library, no server."""

from __future__ import annotations

import socket
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mlflow", reason="recording needs mlflow: pip install -e .[tracking]")

from training import tracking
from training.tracking import URI, tracked

SETTINGS = {"seed": 3, "settings": {"peak": 0.1, "reads": frozenset({"roll"})}}
WITHOUT_IT = """
import sys
sys.modules["mlflow"] = None
from pathlib import Path
from training.tracking import tracked
for _ in range(2):
    with tracked(Path("."), "fit", {}, key="k") as record:
        record.log(1, accuracy=0.5)
        print(record.is_kept)
"""


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(URI, raising=False)
    monkeypatch.setattr(tracking, "_said", set())


def runs_of(folder: Path, uri: str = "") -> list[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from mlflow.tracking import MlflowClient

        client = MlflowClient(uri or f"sqlite:///{folder / tracking.DATABASE}")
        experiment = client.get_experiment_by_name(folder.name)
        found = client.search_runs([experiment.experiment_id])
        return [
            (
                run,
                {
                    name: client.get_metric_history(run.info.run_id, name)
                    for name in run.data.metrics
                },
            )
            for run in found
        ]


def interrupted(folder: Path) -> None:
    with tracked(folder, "fit", SETTINGS, key="a") as record:
        record.log(1, accuracy=0.25)
        record.log(2, accuracy=0.5)
        raise KeyboardInterrupt


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a run that was interrupted after two steps and gone on with."""
    made = tmp_path_factory.mktemp("songs")
    (made / "report").mkdir()
    (made / "report" / "report.md").write_text("# how well", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        interrupted(made)
    with tracked(made, "fit", SETTINGS, key="a") as record:
        for step in (1, 2, 3):
            record.log(step, accuracy=0.25 * step)
        record.artefact(made / "report")
    return made


def test_a_run_goes_on_where_it_was_left(folder):
    ((run, figures),) = runs_of(folder)
    assert [(one.step, one.value) for one in figures["accuracy"]] == [
        (1, 0.25),
        (2, 0.5),
        (3, 0.75),
    ]
    assert run.info.status == "FINISHED"
    assert run.info.run_name == "fit"
    assert run.data.params == {"seed": "3", "settings.peak": "0.1", "settings.reads": "['roll']"}


def test_reports_lie_beside_it(folder):
    (kept,) = folder.glob("tracking/**/report.md")
    assert kept.read_text(encoding="utf-8") == "# how well"


def test_another_key_is_another_run_and_what_fails_is_told(folder):
    with pytest.raises(ValueError, match="of its own"), tracked(folder, "fit", {}, key="b"):
        raise ValueError("of its own")
    assert sorted(run.info.status for run, _ in runs_of(folder)) == ["FAILED", "FINISHED"]


def test_every_epoch_of_a_fit_that_was_killed_is_there_once(folder):
    from training.personal.fit import epochs_of

    told = [(0.25, 3.0), (0.5, 2.5), (0.4, 2.0)]
    for epochs in (1, 2, 2, 3):  # the second time, the process died before it was recorded
        with tracked(folder, "fit", SETTINGS, key="d") as record:
            epochs_of(record, "member-1 ")(*zip(*told[:epochs], strict=True))
    ((_, figures),) = [one for one in runs_of(folder) if "member-1 loss" in one[1]]
    found = [figures[f"member-1 {name}"] for name in ("accuracy", "loss")]
    assert [(one.step, one.value) for one in found[1]] == [(1, 3.0), (2, 2.5), (3, 2.0)]
    assert [one.value for one in found[0]] == [accuracy for accuracy, _ in told]


def test_nothing_is_written_where_nobody_wants_it(tmp_path):
    with tracked(tmp_path, "fit", SETTINGS, key="a", wanted=False) as record:
        record.log(1, accuracy=0.5)
        record.artefact(tmp_path)
        assert not record.is_kept
    assert list(tmp_path.iterdir()) == []


def test_without_the_library_it_is_said_once(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_IT], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False"]
    assert done.stderr == f"tracking: {tracking.MISSING}\n"


def test_another_place_may_be_named(folder, tmp_path, monkeypatch):
    elsewhere = f"sqlite:///{folder / tracking.DATABASE}"
    monkeypatch.setenv(URI, elsewhere)
    with tracked(tmp_path, "fit", {}, key="c") as record:
        record.log(1, accuracy=1)
    assert not (tmp_path / tracking.DATABASE).exists()
    assert len(runs_of(tmp_path, elsewhere)) == 1


def test_a_server_that_is_down_stops_nothing(tmp_path, monkeypatch, capsys):
    with socket.socket() as taken:  # bound and never listening: refused at once
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv(URI, f"http://127.0.0.1:{taken.getsockname()[1]}")
        with tracked(tmp_path, "fit", {}, key="c") as record:
            record.log(1, accuracy=1)
            assert not record.is_kept
    assert capsys.readouterr().err.startswith("tracking: not recorded: ")
