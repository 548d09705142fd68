"""The card of a preference head: what it was fitted to, how it did on held-out songs, its audit."""

from __future__ import annotations

from typing import Any

import msgspec

from engine.ids import short
from engine.preference.audit import Estimate, HeadAudit
from engine.state.heads import Head
from store.events import Plain

NO_AUDIT = "It has no audit: it was trained before audits were made."


def read_audit(payload: Plain | None) -> HeadAudit | None:
    """An audit as the log has it; None where it has none, or one of another form."""
    if payload is None:
        return None
    try:
        return msgspec.convert(payload, HeadAudit)
    except msgspec.ValidationError:
        return None


def audit_lines(found: HeadAudit) -> list[str]:
    """What an audit found, a line for each of its three parts."""
    fakes, music, search = found.fakes, found.music, found.search
    planted = (
        f"planted fakes put above their originals: {fakes.above:.0%} of {fakes.count}, "
        f"by the shipped total {fakes.above_shipped:.0%}"
    )
    first = (
        f"music by the judge, of what it puts first on {music.songs} songs: {music.by_head:.0%}, "
        f"of what the shipped total puts first {music.by_shipped:.0%}{_interval(music.difference)}"
    )
    if not search.by_head:
        return [planted, first, "no search was made by it"]
    begun, ended, others = search.by_head[0], search.by_head[-1], search.by_shipped
    searched = (
        f"searches by it, {search.songs} songs of {len(search.by_head) - 1} generations: the judge "
        f"from {begun:.0%} to {ended:.0%}, highest {max(search.by_head):.0%}; by the shipped total "
        f"from {others[0]:.0%} to {others[-1]:.0%}{_interval(search.difference)}"
    )
    return [planted, first, searched]


def _interval(difference: Estimate | None) -> str:
    if difference is None:
        return ""
    value, low, high = difference.value, difference.low, difference.high
    return f"; {value:+.2f} [{low:+.2f} to {high:+.2f}]"


def head_card(sha256: str, head: Head) -> str:
    """A head's card, in Markdown, with the commands that print its figures again."""
    name, facts, compared = short(sha256), head.facts, head.comparison
    audited = read_audit(head.audit)
    rows = [_row(title, compared.get(key)) for title, key in _ACCURACIES.items()]
    fitted = f"{facts.get('decisions')} candidates of {len(facts.get('songs', ()))} songs"
    begun = f"{head.trained_at[:10]}, training {head.training}"
    same = "prints them again while the decisions, and what is in use, are the same"
    return "\n".join(
        [
            f"# Preference head {name} for {head.stage}",
            "",
            f"Fitted to the decisions about {fitted}, {begun}. {_outcome(head)}",
            "",
            "## Held-out songs",
            "",
            "| | pairs ranked as decided | 95 % interval over songs |",
            "| --- | --- | --- |",
            *rows,
            "",
            f"`engine retrain --stage {head.stage}` {same}.",
            "",
            "## Audit",
            "",
            *(audit_lines(audited) if audited else [NO_AUDIT]),
            *(_again(name, audited) if audited else []),
        ]
    )


_ACCURACIES = {
    "new head": "accuracy",
    "in use then": "accuracy_in_use",
    "shipped total": "accuracy_shipped",
}


def _row(title: str, found: Any) -> str:
    if not isinstance(found, dict):
        return f"| {title} | | |"
    return f"| {title} | {found['value']:.2f} | {found['low']:.2f}–{found['high']:.2f} |"


def _outcome(head: Head) -> str:
    return f"Refused: {head.refused}." if head.refused else "Promoted by that training."


def _again(name: str, found: HeadAudit) -> list[str]:
    songs = found.search.songs
    return ["", f"`engine taste --head {name} --audit {songs}` prints them again."]
