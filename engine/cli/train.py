"""``engine train``: runs training in a process, and records the model in the log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.errors import INTERRUPTED
from engine.cli.opening import next_command, open_studio
from engine.cli.output import say, say_json, say_next

if TYPE_CHECKING:
    from engine.models.training_process import Ended
    from engine.state.studio import Studio

PROMOTE, JSON, QUICK = "--promote", "--json", "--quick"

# What follows the first word is training's own.
SETTINGS = {"ignore_unknown_options": True, "allow_interspersed_args": False}


def train(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="COMMAND…", help="As after training, such as: run CATALOGUE --out FOLDER."
        ),
    ],
    promote: Annotated[
        bool, typer.Option("--promote", help="Let runs use the model that comes out.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print plain JSON alone.")] = False,
) -> int:
    """Train on your own songs: runs training COMMAND, and records the model that it makes.

    See engine train COMMAND --help for the options of each.
    """
    from engine.errors import Refused, quoted
    from engine.models.training_process import MAKERS, NEXT
    from engine.models.training_process import train as run_training

    rest = [word for word in words if word not in {PROMOTE, JSON}]
    promote, as_json = promote or PROMOTE in words, as_json or JSON in words
    if promote and rest[:1] and rest[0] in NEXT:
        makers = ", ".join(MAKERS)
        raise Refused(f"training {rest[0]} makes no model to promote", f"{makers} do")
    again = f"train {' '.join(map(quoted, rest))}{f' {PROMOTE}' if promote else ''}"
    try:
        ended = run_training(rest, lambda line: say(line, err=as_json))
    except KeyboardInterrupt:
        say("stopped; what was finished is kept, and the same command goes on", err=True)
        say_next(next_command(context, again), err=True)
        return INTERRUPTED
    if ended.code == INTERRUPTED:
        say_next(next_command(context, again), err=True)
    if ended.code:
        return ended.code
    if ended.words:
        say(ended.words)
        return 0
    _report(context, rest, ended, promote=promote, as_json=as_json)
    return 0


def _report(
    context: typer.Context, words: list[str], ended: Ended, *, promote: bool, as_json: bool
) -> None:
    from engine.errors import quoted
    from engine.models.training_process import MAKERS, next_step

    report = dict(ended.result)
    following = " ".join(map(quoted, ["train", *step])) if (step := next_step(words)) else None
    if words[0] in MAKERS and ended.model is not None:
        report["sha256"], report["promoted"] = _record(context, words, ended, promote=promote)
        unpromoted = f"models promote {report['sha256'][:8]}"
        following = "evolve --song ID" if report["promoted"] else unpromoted
    if as_json:
        say_json(report)
        return
    _say_result(report)
    if following is not None:
        say_next(next_command(context, following))


def _record(
    context: typer.Context, words: list[str], ended: Ended, *, promote: bool
) -> tuple[str, bool]:
    """Record the model; returns its SHA-256, and whether runs use it now."""
    from engine.errors import Refused
    from engine.models.promotion import in_use, record_training
    from engine.models.promotion import promote as let_runs_use
    from engine.models.registry import ModelRegistry
    from engine.models.training_process import is_chosen_by_song

    assert ended.model is not None  # noqa: S101 - the caller's
    command, is_quick = words[0], QUICK in words
    with open_studio(context, make=True) as studio:
        sha256 = record_training(studio, ended.model, command, ended.result)
        if promote:
            if not is_chosen_by_song(ended.result, ModelRegistry(studio).load(sha256).manifest):
                raise Refused(
                    f"model {sha256[:8]} is kept, but was not chosen on songs that it never saw",
                    f"to have it all the same, engine models promote {sha256[:8]}",
                )
            _compare_on_own_songs(studio, sha256)
            _audit(ModelRegistry(studio).path(sha256), is_quick=is_quick)
            let_runs_use(studio, sha256, f"engine train {command}")
        return sha256, in_use(studio) == sha256


def _audit(model: Path, *, is_quick: bool) -> None:
    """Audit a model that has no audit yet; a tiny one, as what made it was, is audited so."""
    from engine.models.audits import audit_path
    from engine.models.training_process import train as run_training

    if audit_path(model).is_file():
        return
    words = ["audit", str(model), *(["--quick"] if is_quick else [])]
    run_training(words, lambda line: say(line, err=True))


def _compare_on_own_songs(studio: Studio, sha256: str) -> None:
    """Say how a model ranks what was decided in the studio, beside the one in use.

    Raises:
        Refused: if it is surely worse.
    """
    from engine.errors import Refused
    from engine.preference.own_songs import compare_on_own_songs

    found = compare_on_own_songs(studio, sha256)
    if found is None:
        say("nothing is decided in this studio yet to compare the model by", err=True)
        return
    shares = f"{found.accuracy:.0%} of {found.pairs} pairs as you did, {found.in_use:.0%} are now"
    if found.surely_worse:
        raise Refused(
            f"model {sha256[:8]} is kept, but of {found.songs} songs it ranks {shares}",
            f"to have it all the same, engine models promote {sha256[:8]}",
        )
    say(f"of your {found.songs} decided songs it ranks {shares}", err=True)


def _say_result(report: dict[str, Any]) -> None:
    """Print the results, one per line; deeper nested values are only in the JSON."""
    for name, value in report.items():
        plain = value if isinstance(value, dict) else {"": value}
        values = [
            f"{inner} {fact}".strip()
            for inner, fact in plain.items()
            if not isinstance(fact, dict | list)
        ]
        if values:
            say(f"{name.replace('_', ' ')}: {', '.join(values)}")
