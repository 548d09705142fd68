"""Steps on another machine: here, one that is a folder; and what Modal is told of its own."""
# ruff: noqa: E402 - torch is optional

from __future__ import annotations

import dataclasses
import importlib
import json
import re
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

modal = pytest.importorskip("modal", reason="running elsewhere needs modal")

from tests.training.conftest import FIT
from training import modal_app
from training.__main__ import main, parser
from training.commands import models, pipeline
from training.fusion.checkpoint import load_state
from training.personal.plan import FIT_FOLDER
from training.progress import ProgressBars
from training.remote import HELD, STEPS, name_of, perform, run_remotely

ROOT = Path(__file__).parents[2]


class RemoteFolder:
    """Another machine that is a folder of this one; it does what the container does."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.sent: list[str] = []
        self.read_paths: list[str] = []

    def read(self, path: str) -> Iterator[bytes]:
        self.read_paths.append(path)
        yield (self.place / path).read_bytes()

    def put(self, files: Mapping[str, Path | bytes]) -> None:
        for path, source in files.items():
            self.sent.append(path)
            (self.place / path).parent.mkdir(parents=True, exist_ok=True)
            data = source if isinstance(source, bytes) else source.read_bytes()
            (self.place / path).write_bytes(data)

    def work(self, command: str, name: str, options: dict[str, Any]) -> dict[str, Any]:
        json.dumps(options)  # what is sent is plain
        return json.loads(json.dumps(work(command, self.place / name, options)))


def work(command: str, folder: Path, options: dict[str, Any]) -> dict[str, Any]:
    with ProgressBars() as progress:
        return perform(command, folder, options, progress)


def remotely(remote: RemoteFolder, folder: Path, *words: str) -> dict[str, Any]:
    options = parser().parse_args([words[0], "--out", str(folder), *words[1:], "--on", "modal"])
    with ProgressBars() as progress:
        return run_remotely(words[0], folder, options, remote, progress)


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> RemoteFolder:
    return RemoteFolder(tmp_path_factory.mktemp("remote"))


@pytest.fixture(scope="module")
def folder(
    remote: RemoteFolder,
    composed_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
    _small_networks: None,
) -> Path:
    """Encoded, fitted and exported remotely."""
    made = shutil.copytree(composed_folder, tmp_path_factory.mktemp("remote") / "training")
    for name in ("rolls.npz", "rolls.json"):
        (made / name).unlink()
    there = remote.place / name_of(made)
    shutil.copytree(composed_folder / FIT_FOLDER, there / FIT_FOLDER)  # the composed songs
    for words in (["rolls"], ["fit", *FIT], ["export"]):
        remotely(remote, made, *words)
    return made


class TestRemote:
    def test_it_comes_to_what_it_comes_to_here(self, folder, fitted_folder):
        for path in (*fitted_folder.glob("report/*"), *fitted_folder.glob("*.*")):
            assert (folder / path.relative_to(fitted_folder)).read_bytes() == path.read_bytes()
        mine, other = (load_state(one / "fit" / "model.pt") for one in (fitted_folder, folder))
        assert mine["key"] == other["key"]
        weights = other["ensemble"]
        assert all(torch.equal(one, weights[name]) for name, one in mine["ensemble"].items())

    def test_what_it_says_is_of_the_folder_here(self, remote, folder):
        told = remotely(remote, folder, "export")
        assert told["model"] == str(folder / "fusion.onnx")
        assert told["cached"]

    def test_what_is_there_is_not_sent_or_fetched_again(self, remote, folder):
        remote.sent.clear()
        remote.read_paths.clear()
        assert remotely(remote, folder, "fit", *FIT)["cached"]
        held = f"{name_of(folder)}/{HELD}"
        assert remote.sent == [held]
        assert remote.read_paths == [held]

    def test_what_changed_is_sent(self, remote, folder, tmp_path):
        copy = tmp_path / "training"
        shutil.copytree(folder, copy)
        remotely(remote, copy, "rolls")
        remote.sent.clear()
        slice_ = next(copy.glob("slices/*.mid"))
        slice_.write_bytes(next(iter(sorted(copy.glob("slices/*.mid"))[5:])).read_bytes())
        remotely(remote, copy, "rolls")
        assert f"{name_of(copy)}/slices/{slice_.name}" in remote.sent
        assert len([path for path in remote.sent if path.endswith(".mid")]) == 1

    def test_a_fit_that_was_stopped_goes_on_there(
        self, folder, composed_folder, tmp_path, monkeypatch
    ):
        remote = RemoteFolder(tmp_path / "remote")
        copy = tmp_path / "training"
        shutil.copytree(folder, copy)
        for path in ("fit", "report"):
            shutil.rmtree(copy / path)
        there = remote.place / name_of(copy)
        shutil.copytree(composed_folder / FIT_FOLDER, there / FIT_FOLDER)
        quick = (*FIT, "--folds", "0", "--no-row-split")
        from training.personal import fit as fitting

        def stopped(*_: Any) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(fitting, "calibrate", stopped)
            with pytest.raises(KeyboardInterrupt):
                remotely(remote, copy, "fit", *quick)
        first = (there / "fit" / "member-1.pt").stat().st_mtime_ns
        remotely(remote, copy, "fit", *quick)
        assert (there / "fit" / "member-1.pt").stat().st_mtime_ns == first
        mine, other = (load_state(one / "fit" / "model.pt") for one in (copy, folder))
        weights = other["ensemble"]
        assert all(torch.equal(one, weights[name]) for name, one in mine["ensemble"].items())

    def test_folders_of_one_name_don_t_meet(self, tmp_path):
        names = {name_of(tmp_path / one / "training") for one in ("a", "b")}
        assert len(names) == 2
        assert all(name.startswith("training-") for name in names)

    def test_files_of_this_machine_can_t_be_named(self, remote, folder):
        (folder / "mine.json").write_text('{"settings": {}}', encoding="utf-8")
        with pytest.raises(ValueError, match=r"--settings .*lies on this machine alone"):
            remotely(remote, folder, "fit", "--settings", str(folder / "mine.json"))
        with pytest.raises(ValueError, match=r"--text-encoder .*lies on this machine alone"):
            remotely(remote, folder, "embed", "--text-encoder", str(folder))

    def test_what_is_refused_there_is_refused_here(self, tmp_path):
        (tmp_path / "training").mkdir()
        with pytest.raises(ValueError, match="training segments makes it") as refused:
            remotely(RemoteFolder(tmp_path / "remote"), tmp_path / "training", "rolls")
        assert str(tmp_path / "training" / "training_segments.parquet") in str(refused.value)

    @pytest.mark.parametrize("path", ["../out.md", "report/report.md"])
    def test_what_comes_back_is_checked(self, folder, tmp_path, path):
        class Liar(RemoteFolder):
            def work(self, command: str, name: str, options: dict[str, Any]) -> dict[str, Any]:
                del command, name, options
                return {"result": {}, "files": {path: "0" * 64}}

        copy = tmp_path / "training"
        shutil.copytree(folder, copy)
        liar = Liar(tmp_path / "remote")
        liar.put({f"{name_of(copy)}/{path}": b"something else"})
        before = (copy / "report" / "report.md").read_bytes()
        with pytest.raises(OSError, match=r"not a file of|what came back"):
            remotely(liar, copy, "fit", *FIT)
        assert (copy / "report" / "report.md").read_bytes() == before
        assert not (tmp_path / "out.md").exists()

    def test_every_step_has_its_files(self):
        for command, moved in STEPS.items():
            options = parser().parse_args([command, "x"])
            assert options.on == "local"
            assert set(moved.local) <= set(vars(options))
        assert set(STEPS) >= pipeline.HEAVY

    def test_a_run_sends_its_heavy_steps(self):
        options = parser().parse_args(["run", "songs", "--out", "x", "--on", "modal"])
        typed = {step.name: pipeline.step_options(step, options) for step in pipeline.STEPS}
        there = {step for step, one in typed.items() if getattr(one, "on", "local") == "modal"}
        assert there == pipeline.HEAVY


class TestModal:
    def test_its_function_resumes_on_a_gpu_with_the_volume(self):
        options = modal_app.OPTIONS
        assert options["gpu"]
        assert options["retries"].max_retries > 0
        assert options["volumes"] == {"/data": modal_app.volume}
        assert options["single_use_containers"]
        assert modal_app.step.app is modal_app.app

    def test_it_does_what_is_done_here(self, folder):
        with pytest.warns(UserWarning, match="executing locally"):
            done = modal_app.step.local("export", folder.name, {}, str(folder.parent))
        assert done == work("export", folder, {})
        assert done["result"]["model"] == "FOLDER:/fusion.onnx"
        assert set(done["files"]) == {"fusion.onnx", "fusion.json", "MODEL_CARD.md"}

    def test_the_image_has_what_the_project_needs(self):
        named = modal_app.requirements()
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        assert set(project["dependencies"]) <= set(named)
        assert set(project["optional-dependencies"]["encoders"]) <= set(named)
        assert not [one for one in named if one.startswith("composition-engine")]

    @pytest.mark.parametrize(
        ("requirement", "needed"),
        [
            ("numpy>=2.0", True),
            ('torch>=2.6; extra == "encoders"', True),
            ("pytest>=9.0; extra == 'dev'", False),
            ('tomli>=2; python_version < "3.11"', True),
        ],
    )
    def test_requirements_of_an_installed_project_are_told_apart(self, requirement, needed):
        assert modal_app._is_needed(requirement) is needed

    def test_its_sources_are_all_that_training_imports(self):
        found = set()
        for package in modal_app.SOURCES:
            for path in (ROOT / package).rglob("*.py"):
                found.update(re.findall(r"(?m)^ *(?:from|import) (\w+)", path.read_text("utf-8")))
        ours = {path.parent.name for path in ROOT.glob("*/__init__.py")}
        assert found & ours <= set(modal_app.SOURCES)
        for package in modal_app.SOURCES:
            assert importlib.import_module(package)

    def test_without_a_token_it_is_one_line(self, folder, monkeypatch, capsys):
        if modal.config._user_config:
            pytest.skip("this person has a token")
        for name in ("MODAL_TOKEN_ID", "MODAL_TOKEN_SECRET", "MODAL_PROFILE"):
            monkeypatch.delenv(name, raising=False)
        assert main(["fit", str(folder), "--on", "modal"]) == 2
        errors = [line for line in capsys.readouterr().err.splitlines() if "error" in line]
        assert errors == [f"error: {modal_app.NO_TOKEN}"]

    def test_without_the_library_it_is_one_line(self, folder, monkeypatch, capsys):
        monkeypatch.setitem(importlib.import_module("sys").modules, "training.modal_app", None)
        monkeypatch.setitem(importlib.import_module("sys").modules, "modal", None)
        assert main(["fit", str(folder), "--on", "modal"]) == 2
        assert "error: training needs" in capsys.readouterr().err

    def test_a_step_is_local_by_default(self, monkeypatch, tmp_path):
        monkeypatch.setattr(modal_app, "OnModal", None)
        here = dataclasses.replace(models.FIT, run=lambda _options, _progress: {"here": True})
        options = parser().parse_args(["fit", str(tmp_path)])
        with ProgressBars() as progress:
            assert pipeline.execute(here, options, progress) == {"here": True}
