"""``engine models``: the models that a studio knows, and which one its runs use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.opening import next_command, open_studio
from engine.cli.output import Json, say, say_json, say_next, say_table

if TYPE_CHECKING:
    from engine.models.listing import ListedModel
    from engine.preference.promotions import InUse
    from engine.state.heads import Heads
    from engine.state.models import Promotion
    from engine.state.studio import Studio

app = typer.Typer(help="The models that score, and which one runs use.")

Note = Annotated[str | None, typer.Option(help="Why.")]


@app.callback(invoke_without_command=True)
def models(context: typer.Context, as_json: Json = False) -> None:
    """List the models: which are known, which one runs use now, and by whose word."""
    if context.invoked_subcommand is None:
        _list(context, as_json=as_json)


@app.command("list")
def list_models(context: typer.Context, as_json: Json = False) -> None:
    """List the models: which are known, which one runs use now, and by whose word."""
    _list(context, as_json=as_json)


def _list(context: typer.Context, *, as_json: bool) -> None:
    from engine.models.listing import list_models as listed_models

    with open_studio(context, make=True) as studio:
        listed, heads = listed_models(studio), studio.heads()
    if as_json:
        rows = [{"sha256": sha256, **facts.to_json()} for sha256, facts in listed.items()]
        say_json([{k: v for k, v in row.items() if k != "manifest"} for row in rows])
        return
    columns = ("model", "name", "profile", "registered", "runs", "in use", "promoted by")
    say_table(columns, [_row(sha256, facts) for sha256, facts in listed.items()])
    if heads.known:
        of_heads = ("head", "stage", "trained", "audit", "in use", "promoted by")
        say_table(of_heads, [_head_row(heads, each) for each in heads.known])
    used = next(sha256 for sha256, facts in listed.items() if facts.in_use)
    say_next(next_command(context, f"models show {_short(used)}"))


def _row(sha256: str, facts: ListedModel) -> list[Any]:
    name = f"{facts.model.name} (ships)" if facts.ships else facts.model.name
    return [
        _short(sha256),
        name,
        facts.model.profile,
        (facts.model.registered_at or "-")[:10],
        facts.runs,
        "yes" if facts.in_use else "",
        _promoted_by(facts.promoted),
    ]


def _head_row(heads: Heads, sha256: str) -> list[Any]:
    """A preference head in the list."""
    from engine.preference.card import read_audit

    head = heads.known[sha256]
    last = [each for each in heads.promotions if each.sha256 == sha256]
    audited = read_audit(head.audit)
    said = "none" if audited is None else audited.objection or "nothing against it"
    is_used = heads.promoted(head.stage) == sha256
    by = _promoted_by(last[-1] if last else None)
    return [_short(sha256), head.stage, head.trained_at[:10], said, "yes" if is_used else "", by]


def _promoted_by(promotion: Promotion | None) -> str:
    if promotion is None:
        return "-"
    note = f": {promotion.note}" if promotion.note else ""
    return f"{promotion.by}, {promotion.at[:10]}{note}"


def _short(sha256: str) -> str:
    from engine.ids import short

    return short(sha256)


@app.command()
def show(
    context: typer.Context,
    model: Annotated[str, typer.Argument(metavar="HASH", help="Of a model, or its beginning.")],
    as_json: Json = False,
) -> None:
    """Show the card of a model, or of a preference head: what it learned from, how often right."""
    from engine.models.card import card, model_path
    from engine.models.listing import list_models as listed_models
    from engine.models.promotion import find
    from engine.preference.heads import is_head

    with open_studio(context, make=True) as studio:
        if is_head(studio, model):
            _show_head(context, studio, model, as_json=as_json)
            return
        sha256 = find(studio, model)
        facts = listed_models(studio)[sha256]
        page = card(studio, sha256, facts)
        file = model_path(studio, sha256, facts)
    if as_json:
        say_json({"sha256": sha256, "file": str(file), "card": page, **facts.to_json()})
        return
    say(page)
    say(f"\n{sha256}")
    say(f"file: {file}")
    for trained in facts.model.trained:
        say(f"trained by: engine train {trained.command}, {trained.at[:10]}")
    say(f"runs that it scored: {facts.runs}{'; runs use it now' if facts.in_use else ''}")
    again = "evolve --song ID" if facts.in_use else f"models promote {_short(sha256)}"
    say_next(next_command(context, again))


def _show_head(context: typer.Context, studio: Studio, prefix: str, *, as_json: bool) -> None:
    """Show the card of a preference head."""
    from engine.preference.card import head_card
    from engine.preference.heads import HeadRegistry, find_head

    sha256, stage = find_head(studio, prefix)
    heads = studio.heads()
    head, file = heads.known[sha256], HeadRegistry(studio).path(sha256)
    page, is_used = head_card(sha256, head), heads.promoted(stage) == sha256
    if as_json:
        facts = {"stage": stage, "facts": head.facts, "comparison": head.comparison}
        audited = {"audit": head.audit, "refused": head.refused, "in_use": is_used}
        say_json({"sha256": sha256, "file": str(file), "card": page, **facts, **audited})
        return
    say(page)
    say(f"\n{sha256}")
    say(f"file: {file}{'; runs use it now' if is_used else ''}")
    say_next(next_command(context, "taste" if is_used else f"models promote {_short(sha256)}"))


@app.command()
def add(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A model (.onnx).")],
    as_json: Json = False,
) -> None:
    """Make a model known to the studio, which keeps a copy; runs go on with the one they use."""
    from engine.models.promotion import add as make_known

    with open_studio(context, make=True) as studio:
        sha256 = make_known(studio, file)
    if as_json:
        say_json({"sha256": sha256})
        return
    say(f"{_short(sha256)}  {file.name}")
    say_next(next_command(context, f"models promote {_short(sha256)}"))


@app.command()
def promote(
    context: typer.Context,
    model: Annotated[
        str, typer.Argument(metavar="FILE|HASH", help="A model (.onnx), or a known one's hash.")
    ],
    note: Note = None,
    as_json: Json = False,
) -> None:
    """Let runs use a model, or a preference head, from here on; others keep theirs."""
    from engine.preference.promotions import promote as let_runs_use

    with open_studio(context, make=True) as studio:
        _say_used(context, let_runs_use(studio, model, note), as_json=as_json)


@app.command()
def rollback(context: typer.Context, note: Note = None, as_json: Json = False) -> None:
    """Take back the last promotion: runs use the model, or the preference heads, before it."""
    from engine.preference.promotions import roll_back

    with open_studio(context) as studio:
        _say_used(context, roll_back(studio, note), as_json=as_json)


def _say_used(context: typer.Context, used: InUse, *, as_json: bool) -> None:
    """Say what runs use now."""
    if as_json:
        say_json(used.to_json())
        return
    for line in used.sentences:
        say(line)
    say_next(next_command(context, "evolve --song ID" if used.model else "taste"))
