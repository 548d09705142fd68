"""Training as a process of its own: it never writes the log, and says at its end what it made."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from engine.child_process import GROUP, environment, stop
from fitness.manifest import Manifest
from store.events import Plain

# Commands at whose end there is a model.
MAKERS = ("run", "export", "bootstrap")

# What comes after a command in one training folder.
NEXT = {"manifest": "segments", "segments": "embed", "embed": "rolls", "rolls": "fit",
        "fit": "export"}  # fmt: skip

# Those that read the catalogue itself again.
NEEDS_CATALOGUE = ("segments",)

BY_SONG = "song"

# Tells training, which the engine never imports, to end when the engine does.
STARTED = "COMPOSITION_ENGINE_STARTED"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a training ended.

    Attributes:
        code: its exit code, as a shell would give it.
        result: what it said of what it did; empty where it said nothing of the kind.
        words: its last line, where that was no result.
    """

    code: int
    result: Plain
    words: str = ""

    @property
    def model(self) -> Path | None:
        """The model file that it made, if it names one."""
        named = self.result.get("model")
        return Path(named) if isinstance(named, str) else None


def train(words: Sequence[str], say_line: Callable[[str], None]) -> Ended:
    """Run ``training`` to its end; what it shows of its progress goes to our stderr.

    Args:
        words: of its command line.
        say_line: called with every printed line except the last.

    Raises:
        KeyboardInterrupt: if a person interrupts; the process is gone then.
    """
    command = [sys.executable, "-u", "-P", "-m", "training", *words]
    with subprocess.Popen(  # noqa: S603 - our own package, and no shell
        command, stdin=subprocess.PIPE,  # by whose end it notices that this process was killed
        stdout=subprocess.PIPE, text=True, encoding="utf-8",
        env=environment() | {STARTED: "1"}, **GROUP,
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None  # noqa: S101 - asked for above
            last = _all_but_the_last(process.stdout, say_line)
            code = process.wait()
        except BaseException:
            stop(process)
            raise
    code = code if code >= 0 else 128 - code
    result = _result(last)
    return Ended(code, result, "" if result else last)


def is_chosen_by_song(result: Plain, manifest: Manifest | None) -> bool:
    """Whether a model was measured, and chosen, on songs that it never learned from.

    Args:
        result: of the training; ``chosen`` names the split, or says whether, where it says so.
        manifest: of the model.
    """
    chosen = result.get("chosen", True)
    if isinstance(chosen, str):
        chosen = BY_SONG in chosen
    return bool(chosen) and manifest is not None and manifest.split.get("by") == BY_SONG


def next_step(words: Sequence[str]) -> list[str]:
    """The words of the training that comes next in the same folder; none where none does."""
    following = NEXT.get(words[0])
    if following is None or "--out" not in words[:-1]:
        return []
    if following in NEEDS_CATALOGUE:
        return [following, *words[1:]]
    return [following, "--out", words[words.index("--out") + 1]]


def _all_but_the_last(lines: IO[str], say_line: Callable[[str], None]) -> str:
    last: str | None = None
    for line in lines:
        if last is not None:
            say_line(last)
        last = line.rstrip("\n")
    return last or ""


def _result(line: str) -> Plain:
    with suppress(ValueError):
        said: Any = json.loads(line)
        if isinstance(said, dict):
            return said
    return {}
