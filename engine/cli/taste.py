"""``engine retrain`` and ``engine taste``: what your decisions teach."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.opening import next_command, open_studio
from engine.cli.output import Json, say, say_json, say_next, say_table

if TYPE_CHECKING:
    from engine.preference.audit import HeadAudit
    from engine.preference.retrain import Comparison, Retrained
    from engine.preference.taste import Taste
    from engine.state.studio import Studio

OfStages = Annotated[
    list[str] | None, typer.Option("--stage", help="Only this stage; may be repeated.")
]


def retrain(
    context: typer.Context,
    stage: OfStages = None,
    auto: Annotated[
        int | None,
        typer.Option(help="From now on by itself, after so many decisions; 0 ends that."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Learn from your decisions: fit a preference head for each stage, and use it if no worse.

    Each is compared with what is in use on songs that it was not fitted on, and audited by planted
    fakes, the judge and small searches. A head that is worse, or that these fool, is refused;
    engine models rollback takes one back that was promoted.
    """
    from engine.preference.automatic import plan_retraining
    from engine.preference.retrain import retrain as fit_heads
    from engine.stages import find_stage

    stages = [find_stage(name).name for name in stage] if stage else None
    with open_studio(context) as studio:
        if auto is not None:
            plan_retraining(studio, auto)
            if as_json:
                say_json({"auto": auto or None})
            else:
                say(f"from now on after every {auto} decisions" if auto else "no longer by itself")
                say_next(next_command(context, "review"))
            return
        results = fit_heads(studio, stages)
    if as_json:
        say_json([_to_json(result) for result in results])
        return
    say_retrained(results)
    promoted = any(result.sha256 and result.refused is None for result in results)
    say_next(next_command(context, "taste" if promoted else "review"))


def say_retrained(results: list[Retrained]) -> None:
    """Say of each stage what came of its head, with the comparison."""
    for result in results:
        if result.comparison is None or result.sha256 is None:
            say(f"{result.stage}: no head, {result.too_little}")
            continue
        what = "promoted" if result.refused is None else f"refused: {result.refused}"
        say(f"{result.stage}: head {result.sha256[:8]} {what}")
        _say_comparison(result.comparison)
        _say_audit(result.audit)


def _say_comparison(found: Comparison) -> None:
    for line in found.basis:
        say(f"  {line}")
    accuracies = (found.accuracy, found.accuracy_in_use, found.accuracy_shipped)
    header = ("", "new head", f"in use ({found.rival})", "shipped total")
    say_table(header, [("pairs ranked as you did", *map(str, accuracies))])
    say(f"  {found.gained}")


def _say_audit(found: HeadAudit | None) -> None:
    from engine.preference.card import NO_AUDIT, audit_lines

    for line in audit_lines(found) if found else [NO_AUDIT]:
        say(f"  {line}")


def _to_json(result: Retrained) -> dict[str, Any]:
    compared = result.comparison.to_payload() if result.comparison else None
    return {
        "stage": result.stage,
        "sha256": result.sha256,
        "promoted": result.sha256 is not None and result.refused is None,
        "refused": result.refused,
        "too_little": result.too_little,
        "comparison": compared,
        "audit": result.audit.to_payload() if result.audit else None,
    }


def taste(
    context: typer.Context,
    stage: OfStages = None,
    head: Annotated[
        str | None, typer.Option(help="Hash of another head than the one in use.")
    ] = None,
    picture: Annotated[bool, typer.Option("--picture", help="Draw it, too.")] = False,
    audit: Annotated[
        int | None,
        typer.Option(metavar="SONGS", help="Audit it again, with searches of so many songs."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Say what was learned of your taste, in words, and how sure that is."""
    from engine.preference.heads import find_head
    from engine.preference.taste import draw_taste, tastes
    from engine.preference.taste import taste as taste_of
    from engine.stages import find_stage

    with open_studio(context) as studio:
        if head is not None:
            sha256, its_stage = find_head(studio, head)
            found = [taste_of(studio, its_stage, sha256)]
        else:
            wanted = [find_stage(name).name for name in stage or ()]
            found = [each for each in tastes(studio) if not wanted or each.stage in wanted]
        if audit is not None:
            found = [_audited(studio, each, audit) for each in found]
        paths = {}
        for each in found:
            if picture and each.sha256 is not None:
                paths[each.stage] = studio.exports / f"taste-{each.stage}.png"
                draw_taste(paths[each.stage], each)
    if as_json:
        say_json([_taste_json(each, paths.get(each.stage)) for each in found])
        return
    for each in found:
        _say_taste(each)
    for path in paths.values():
        say(str(path))
    learned = any(each.sha256 for each in found)
    say_next(next_command(context, "evolve --song ID" if learned else "retrain"))


def _audited(studio: Studio, found: Taste, songs: int) -> Taste:
    """What was learned with a new audit, where a head is in use."""
    from engine.errors import Refused
    from engine.preference.retrain import audit_again

    if songs < 0:
        raise Refused(f"--audit {songs}: expected 0 or more")
    if found.sha256 is None:
        return found
    return replace(found, audit=audit_again(studio, found.stage, found.sha256, songs))


def _say_taste(found: Taste) -> None:
    if found.sha256 is None:
        say(f"{found.stage}: the shipped total; nothing is learned in use")
        return
    say(
        f"{found.stage}: head {found.sha256[:8]}, from {found.decisions} candidates "
        f"of {found.songs} songs"
    )
    for words, some in (("sure of", found.sure), ("not of", found.unsure)):
        say(f"  {words}: {', '.join(each.words for each in some) or 'nothing'}")
    _say_audit(found.audit)


def _taste_json(found: Taste, path: Any) -> dict[str, Any]:
    return {
        "stage": found.stage,
        "sha256": found.sha256,
        "songs": found.songs,
        "decisions": found.decisions,
        "picture": str(path) if path else None,
        "audit": found.audit.to_payload() if found.audit else None,
        "inclinations": [
            {
                "name": each.name,
                "meaning": each.meaning,
                "weight": each.weight,
                "deviation": each.deviation,
                "sure": each.is_sure,
            }
            for each in found.inclinations
        ],
    }
