"""The steps of the training on a GPU of Modal: a thin shell round the same plain functions.

A volume keeps each training folder, with the checkpoints of its fit. A container that is taken
away, fails or runs out of time is followed by another, which goes on after the last whole epoch.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import requires
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

import modal

from documents.terminal import print_line
from training.remote import perform

NAME = "composition-engine-training"
GPU = "A10G"
# Of one container. Long enough for a catalogue of a hundred songs; what isn't done then goes on
# in the next one.
TIMEOUT_SECONDS = 6 * 60 * 60
STARTUP_SECONDS = 20 * 60
RETRIES = modal.Retries(max_retries=8, initial_delay=10.0, backoff_coefficient=2.0)
CPUS, MEMORY_MIB = 4.0, 16 * 1024

DATA = PurePosixPath("/data")  # where the volume is in a container
ENVIRONMENT = {"HF_HOME": str(DATA / "hub"), "TOKENIZERS_PARALLELISM": "false"}
SOURCES = ("training", "engine", "fitness", "genomes", "store", "documents")
LEFT_OUT = ["**/__pycache__/**", "**/*.pyc"]

PROJECT = "composition-engine"
EXTRAS = ("encoders", "training")
NO_TOKEN = "--on modal: no token; run modal token new, or set MODAL_TOKEN_ID and MODAL_TOKEN_SECRET"  # noqa: S105


def requirements() -> list[str]:
    """What the steps need, as the project itself says."""
    path = Path(__file__).parents[1] / "pyproject.toml"
    if path.is_file():
        project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
        named = [*project["dependencies"]]
        for extra in EXTRAS:
            named += project["optional-dependencies"][extra]
    else:
        named = [one for one in requires(PROJECT) or [] if _is_needed(one)]
    plain = {one.partition(";")[0].strip() for one in named if not one.startswith(PROJECT)}
    return sorted(plain)


def _is_needed(requirement: str) -> bool:
    """Whether a requirement of the installed project is one of every install or of the extras."""
    marker = requirement.partition(";")[2].replace("'", '"')
    return "extra ==" not in marker or any(f'extra == "{one}"' in marker for one in EXTRAS)


def make_image() -> modal.Image:
    """The container: this project's libraries and its own sources with their tables."""
    image = modal.Image.debian_slim()
    if not modal.is_local():  # it runs in that image; nothing is known of the project's files there
        return image
    installed = image.apt_install("libsndfile1").pip_install(*requirements()).env(ENVIRONMENT)
    return installed.add_local_python_source(*SOURCES, ignore=LEFT_OUT)


app = modal.App(NAME, include_source=False)
volume = modal.Volume.from_name(NAME, create_if_missing=True)
OPTIONS: dict[str, Any] = {
    "image": make_image(),
    "gpu": GPU,
    "cpu": CPUS,
    "memory": MEMORY_MIB,
    "timeout": TIMEOUT_SECONDS,
    "startup_timeout": STARTUP_SECONDS,
    "retries": RETRIES,
    "volumes": {str(DATA): volume},
    "single_use_containers": True,  # after a timeout, too, the next one starts clean
}


@app.function(**OPTIONS)
def step(command: str, name: str, options: dict[str, Any], data: str = str(DATA)) -> dict[str, Any]:
    """Do a step in a folder of the volume; gives its result and the hashes of its files."""
    from training.progress import ProgressBars

    with ProgressBars() as progress:
        done = perform(command, Path(data) / name, options, progress)
    if not modal.is_local():
        volume.commit()  # epochs before were committed as they went, in the background
    return done


class OnModal:
    """The volume and the GPU, as a place where steps are done."""

    def __init__(self) -> None:
        """Find the volume.

        Raises:
            ValueError: if there is no token of this person.
            OSError: if Modal can't be reached.
        """
        try:
            volume.hydrate()
        except modal.exception.AuthError as error:
            raise ValueError(NO_TOKEN) from error
        except modal.exception.Error as error:
            raise OSError(f"--on modal: {error}") from error

    def read(self, path: str) -> Iterator[bytes]:
        """A file of the volume."""
        try:
            yield from volume.read_file(path)
        except modal.exception.NotFoundError as error:
            raise FileNotFoundError(f"{path}: not on the volume") from error

    def put(self, files: Mapping[str, Path | bytes]) -> None:
        """Put files on the volume, in place of those that are there."""
        with volume.batch_upload(force=True) as batch:
            for path, source in files.items():
                batch.put_file(BytesIO(source) if isinstance(source, bytes) else source, path)

    def work(self, command: str, name: str, options: dict[str, Any]) -> dict[str, Any]:
        """Do a step on the GPU.

        Raises:
            OSError: if it ran out of time or Modal failed; it goes on when it is run again.
        """
        try:
            with app.run():
                print_line(f"what it says: {app.get_dashboard_url()}", err=True)
                done: dict[str, Any] = step.remote(command, name, options)
        except modal.exception.Error as error:
            print_line("what was done lies on the volume; run it again and it goes on", err=True)
            raise OSError(f"--on modal: {error}") from error
        return done
