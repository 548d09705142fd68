"""``training run``: every step from a catalogue to a model; and where each step is done."""

from __future__ import annotations

import argparse
import shlex
from argparse import ArgumentParser

from training.commands import data, models
from training.commands.options import (
    LOCAL,
    Command,
    Options,
    Result,
    add_catalogue,
    add_machine,
    folder_of,
)
from training.progress import Progress

STEPS = (data.MANIFEST, data.SEGMENTS, data.EMBED, data.ROLLS, models.FIT, models.EXPORT)
READ_CATALOGUE = {data.MANIFEST.name, data.SEGMENTS.name}
# Steps that a GPU makes quicker; the others are always done on this machine.
HEAVY = {data.EMBED.name, models.FIT.name}


def execute(command: Command, options: Options, progress: Progress) -> Result:
    """Run a command, on this machine or where ``--on`` says."""
    if getattr(options, "on", LOCAL) == LOCAL or command is RUN:
        return command.run(options, progress)
    from training.modal_app import OnModal
    from training.remote import run_remotely

    return run_remotely(command.name, folder_of(options), options, OnModal(), progress)


def _add_run(parser: ArgumentParser) -> None:
    add_catalogue(parser, "folder of songs")
    add_machine(parser)
    for step in STEPS:
        parser.add_argument(
            f"--{step.name}",
            metavar="OPTIONS",
            default="",
            help=f'options of training {step.name}, as one text: --{step.name}="--option value"',
        )


def _run(options: Options, progress: Progress) -> Result:
    options.out.mkdir(parents=True, exist_ok=True)
    parsed = [step_options(step, options) for step in STEPS]  # refused before any step begins
    found = {
        step.name: execute(step, of_step, progress)
        for step, of_step in zip(STEPS, parsed, strict=True)
    }
    return found | {name: found["export"][name] for name in ("model", "chosen")}


def step_options(step: Command, options: Options) -> Options:
    """The options of one step, as if they had been typed after its name."""
    parser = argparse.ArgumentParser(prog=f"training run {step.name}", allow_abbrev=False)
    step.add_arguments(parser)
    catalogue = [str(options.catalogue)] if step.name in READ_CATALOGUE else []
    typed = shlex.split(getattr(options, step.name))
    if step.name in HEAVY:
        typed = ["--on", options.on, *typed]
    return parser.parse_args([*catalogue, "--out", str(options.out), *typed])


RUN = Command("run", "from a catalogue to a model: every step in a row", _add_run, _run)
