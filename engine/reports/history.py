"""What was decided about a song, in words."""

from __future__ import annotations

from typing import Any

from engine.state.studio import Studio
from store.records import Recorded

DECISION_WORDS = {
    "CandidateApproved": "approved as {label}",
    "CandidateRejected": "rejected",
    "CandidateLabelled": "will be called {label}",
    "CandidateNoted": "noted",
    "CandidateUsed": "in use for {section}",
    "PreferenceStated": "{preference}",
    "DecisionUndone": "decision taken back",
}

PREFERENCE_WORDS = {
    "more": "more like this",
    "less": "less like this",
    "least": "the least good of these",
    "cant-tell": "no difference to tell",
}


def decision_words(studio: Studio, recorded: Recorded) -> str:
    """What a decision says; of one that was taken back also which it was."""
    said = _in_words(recorded)
    if recorded.kind != "DecisionUndone":
        return said
    undoes = recorded.payload.undoes  # type: ignore[attr-defined]
    decisions = studio.log.read(stream=recorded.stream, kinds=DECISION_WORDS)
    undone = next((each for each in decisions if each.event_id == undoes), None)
    return f"{said}: {_likeness(studio, undoes) if undone is None else _in_words(undone)}"


def _likeness(studio: Studio, event_id: str) -> str:
    """What was said of a candidate by a run that was to be like it, or unlike."""
    started = studio.log.read(kinds=("RunStarted",))
    likeness = next(each.payload.likeness for each in started if each.event_id == event_id)  # type: ignore[attr-defined]
    return PREFERENCE_WORDS["more" if likeness.within else "less"]


def _in_words(recorded: Recorded) -> str:
    payload: Any = recorded.payload
    facts = {name: getattr(payload, name, "") for name in ("label", "section")}
    facts["preference"] = PREFERENCE_WORDS.get(getattr(payload, "preference", ""), "")
    return DECISION_WORDS[recorded.kind].format(**facts)
