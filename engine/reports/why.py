"""Why a candidate is as it is, and why it was shown: facts of its run's events, and in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from typing import Any

from engine.errors import Refused
from engine.evolution.survivors import TOTAL
from engine.gate.waiting import Entry
from engine.ids import short
from engine.reports.ancestry import MOVED, SEED, WRITTEN, Ancestors, BarAncestry, Step
from engine.reports.explanation import bars_in_words, in_words, model_of, subject_of
from engine.reports.reasons import PHRASES
from engine.runs.contexts import song_colour
from engine.runs.lifecycle import load
from engine.runs.reading import RecordedRun, read_run
from engine.state.songs import Approved, Decision
from engine.state.studio import Studio
from fitness.errors import ScoringFailed
from fitness.explaining import BAR, Explanation, explain
from fitness.fusion import FusionModel
from fitness.total import SHIPPED_TOTAL

RULE = "theory."
PENALTY = "prior"  # the one term of which less is better

# How the terms of a total are called.
NAMES = {
    SHIPPED_TOTAL: "total as shipped",
    "chromatic": "colour",
    "theory": "theory",
    PENALTY: "unlikeness to real music",
}
MAX_RULES = 3  # named of those that it keeps most, and least
MAX_GROUPS = 6  # of bars with one ancestry
MAX_DECISIONS = 5


@dataclass(frozen=True, slots=True)
class TermInPool:
    """A term of a candidate beside everything that its run scored.

    Attributes:
        value: of the term.
        ahead: share of the others that it is better than, equals counting half, 0 to 1.
    """

    value: float
    ahead: float


@dataclass(frozen=True, slots=True)
class PastDecision:
    """A decision that a candidate or what it came from went through.

    Attributes:
        candidate: whom it is about.
        role: what that is to the candidate: ``itself``, ``parent``, ``source``, ``follows``,
            ``under``, ``more like`` or ``less like``.
        stage: of it.
        decision: ``approved``, ``rejected``, or ``pending`` where nobody decided.
        label: of an approval.
        reason: of a rejection.
        by: who decided, or the rule that did.
        at: when; ISO 8601, UTC.
        locked: what of a source stayed, in words.
    """

    candidate: str
    role: str
    stage: str
    decision: str
    label: str | None = None
    reason: str | None = None
    by: str | None = None
    at: str | None = None
    locked: str | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """Why a candidate is as it is.

    Attributes:
        entry: the candidate.
        recorded: its run.
        terms: its terms and total beside those of the run.
        kind: its cell of the run's map, in words.
        best_of_kind: whether it is the best of that cell.
        colour: what in which bar makes it its colour; None where no model scored it.
        bars: the ancestry of each bar.
        total_effects: bar -> its total with everything less the total without it; what is silent
            without a bar is missing.
        decisions: in the order of the log.
    """

    entry: Entry
    recorded: RecordedRun
    terms: dict[str, TermInPool]
    kind: str
    best_of_kind: bool
    colour: Explanation | None
    bars: tuple[BarAncestry, ...]
    total_effects: dict[int, float]
    decisions: tuple[PastDecision, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values for machines."""
        state = self.entry.state
        effects = self.effects()
        return {
            "candidate": self.entry.id,
            "song": self.entry.song.song_id,
            "stage": state.stage,
            "section": state.section.label,
            "run": state.run,
            "rank": state.rank,
            "scored": len(self.recorded.offspring),
            "terms": {name: asdict(term) for name, term in self.terms.items()},
            "kind": self.kind,
            "best_of_kind": self.best_of_kind,
            "colour": None if self.colour is None else self.colour.to_json(),
            "bars": [
                each.to_json()
                | {"colour": effects.get(each.bar), "total": self.total_effects.get(each.bar)}
                for each in self.bars
            ],
            "decisions": [asdict(each) for each in self.decisions],
            "words": lines(self),
        }

    def effects(self) -> dict[int, float]:
        """How much each bar adds to the match with the colour; empty without a model."""
        found = () if self.colour is None else self.colour.of(BAR)
        return {int(effect.name): effect.effect for effect in found}


def why(studio: Studio, entry: Entry) -> Why:
    """Why a candidate is as it is.

    Raises:
        Refused: if no run made it, or what the run scored can't be rendered here.
    """
    if entry.state.run is None:
        raise Refused(
            f"{short(entry.id)} was made by hand: no run made it",
            f"see engine explain {short(entry.id)}",
        )
    recorded = read_run(studio, entry.state.run)
    archive = recorded.run.archive()
    cell = archive.cells[entry.id]
    return Why(
        entry,
        recorded,
        _terms_in_pool(recorded, entry.id),
        archive.words(cell),
        archive.ranked[cell][0].id == entry.id,
        _colour(studio, entry, recorded),
        tuple(Ancestors(recorded).of(entry.id)),
        _total_effects(studio, entry, recorded),
        tuple(sorted(_decisions(studio, entry, recorded), key=lambda each: each.at or "9")),
    )


def _terms_in_pool(recorded: RecordedRun, candidate: str) -> dict[str, TermInPool]:
    own = recorded.offspring[candidate]
    found = {}
    for name, value in ({TOTAL: own.total} | dict(own.terms)).items():
        others = [
            each.total if name == TOTAL else each.terms[name]
            for each in recorded.offspring.values()
            if each is not own
        ]
        sign = -1 if name.rpartition(".")[2] == PENALTY else 1
        better = sum((sign * other < sign * value) + (other == value) / 2 for other in others)
        found[name] = TermInPool(value, better / len(others) if others else 0.5)
    return found


def _colour(studio: Studio, entry: Entry, recorded: RecordedRun) -> Explanation | None:
    if recorded.run.started.model_sha256 is None:
        return None
    model = FusionModel.load(model_of(studio, entry))
    try:
        return explain(model, subject_of(studio, entry), song_colour(entry.song))
    except ScoringFailed:  # the model can't tell the colour
        return None


def _total_effects(studio: Studio, entry: Entry, recorded: RecordedRun) -> dict[int, float]:
    """How much each bar adds to the total that its run went by: its notes are left out in turn."""
    run, part = load(studio, recorded.run.id), recorded.part(entry.id)
    bars = part.notes["onset_ticks"] // run.context.meter.bar_ticks
    left = {
        bar + 1: replace(part, notes=part.notes[bars != bar])
        for bar in range(run.context.section.bars)
    }
    heard = {
        bar: each
        for bar, each in left.items()
        if len(each.notes) and run.fitness.is_audible(each, run.context)
    }
    whole, *others = run.fitness.score([part, *heard.values()], run.context)
    return {bar: whole.total - other.total for bar, other in zip(heard, others, strict=True)}


def _decisions(studio: Studio, entry: Entry, recorded: RecordedRun) -> Iterator[PastDecision]:
    """The decisions on a candidate and on what it was made from, that were not undone."""
    started = recorded.run.started
    like = started.likeness
    roles = [(parent, "parent") for parent in entry.state.parents]
    roles += [(started.source, "source")] if started.source else []
    roles += [(started.follows, "follows")] if started.follows else []
    roles += [(started.under, "under")] if started.under else []
    roles += [(like.candidate, "more like" if like.within else "less like")] if like else []
    for candidate, role in (*roles, (entry.id, "itself")):
        known = entry.song.candidates.get(candidate)
        if known is None:
            continue
        locked = _locked_words(recorded) if role == "source" else None
        if not known.decisions:
            yield PastDecision(candidate, role, known.stage, known.status, locked=locked)
        for decision in known.decisions:
            yield _past(studio, candidate, role, known.stage, decision, locked)


def _past(
    studio: Studio, candidate: str, role: str, stage: str, decision: Decision, locked: str | None
) -> PastDecision:
    event = studio.event(decision.position)
    return PastDecision(
        candidate,
        role,
        stage,
        decision.status,
        label=decision.display_label if isinstance(decision, Approved) else None,
        reason=None if isinstance(decision, Approved) else decision.reason,
        by=(decision.policy if isinstance(decision, Approved) else None) or event.actor,
        at=event.recorded_at,
        locked=locked,
    )


def _locked_words(recorded: RecordedRun) -> str:
    """What of its source a run kept."""
    locks = recorded.run.started.locks
    if locks is None:
        return "nothing of it had to stay"
    kept = [bars_in_words([bar + 1 for bar in locks.bars])] if locks.bars else []
    kept += [name for name, is_kept in (("its rhythm", locks.rhythm), ("its pitches", locks.pitch))
             if is_kept]  # fmt: skip
    kept += [voice.replace("_", " ") for voice in locks.voices]
    return f"{' and '.join(kept)} stayed" if kept else "nothing of it had to stay"


def lines(found: Why) -> list[str]:
    """The whole of it in plain words, in at most 24 lines."""
    state, total = found.entry.state, found.terms[TOTAL]
    scored = len(found.recorded.offspring)
    best = "the best" if found.best_of_kind else "one"
    ahead = f"ahead of {_percent(total)} of {scored} scored in its run"
    sentences = [
        f"total {total.value:.3f}, {ahead}; {best} of those that are {found.kind}",
        "; ".join(_terms_in_words(found.terms)),
        *_rules_in_words(state.stage, found.terms),
    ]
    if found.colour is not None:
        sentences.append(" ".join(in_words(found.colour)))
    else:
        sentences.append("no model told what in it carries its colour")
    sentences += _total_in_words(found.total_effects)
    sentences.append("where its bars came from:")
    sentences += [f"  {line}" for line in _bars_in_words(found.bars)]
    decided = [_decision_in_words(each) for each in found.decisions]
    sentences.append("what was decided:" if decided else "nothing was decided before it")
    sentences += [f"  {line}" for line in _shortened(decided, MAX_DECISIONS, "decisions")]
    return sentences


def bar_lines(found: Why, number: int) -> list[str]:
    """One bar in plain words.

    Raises:
        Refused: if there is no such bar.
    """
    if not 1 <= number <= len(found.bars):
        raise Refused(f"--bar {number}: {short(found.entry.id)} has {len(found.bars)} bars")
    each = found.bars[number - 1]
    sentences = []
    effect = found.effects().get(number)
    if effect is not None and found.colour is not None:
        does = "adds" if effect >= 0 else "takes"
        sentences.append(f"bar {number} {does} {abs(effect):.3f} to its match with "
                         f"{found.colour.colour}, of {found.colour.match:.2f}")  # fmt: skip
    if number in found.total_effects:
        sentences.append(f"without it the total changes by {-found.total_effects[number]:+.3f}")
    if each.is_locked:
        sentences.append(f"bar {number} had to stay as it is in the source")
    last, *before = [_step_in_words(step) for step in each.steps]
    return [*sentences, f"bar {number}: {last}", *(f"  before: {step}" for step in before)]


def _percent(term: TermInPool) -> str:
    return f"{100 * term.ahead:.0f} %"


def _terms_in_words(terms: Mapping[str, TermInPool]) -> Iterator[str]:
    for name, called in NAMES.items():
        if name in terms:
            yield f"{called} {terms[name].value:.3f}, better than {_percent(terms[name])}"


def _rules_in_words(stage: str, terms: Mapping[str, TermInPool]) -> Iterator[str]:
    """The rules that a part keeps better than most others of its run, and worse than most."""
    phrases = PHRASES.get(stage, {})
    rules = [(term, phrases[name.removeprefix(RULE)][0]) for name, term in terms.items()
             if name.removeprefix(RULE) in phrases]  # fmt: skip
    ranked = sorted(rules, key=lambda rule: -rule[0].ahead)
    most = [rule for rule in ranked if rule[0].ahead > 0.5][:MAX_RULES]
    least = [rule for rule in reversed(ranked) if rule[0].ahead < 0.5][:MAX_RULES]
    for title, chosen in (("more than most of them", most), ("less than most", least)):
        if chosen:
            listed = ", ".join(f"{phrase} ({_percent(term)})" for term, phrase in chosen)
            yield f"{title}: {listed}"


def _total_in_words(effects: Mapping[int, float]) -> Iterator[str]:
    """The bars without which the total would be lowest and highest."""
    ranked = sorted(effects, key=lambda bar: -effects[bar])
    if effects and effects[ranked[0]] > 0:
        yield f"its total needs bar {ranked[0]} most ({-effects[ranked[0]]:+.3f} without it)"
    if effects and effects[ranked[-1]] < 0:
        yield f"bar {ranked[-1]} takes most from its total ({-effects[ranked[-1]]:+.3f} without it)"


def _bars_in_words(bars: Sequence[BarAncestry]) -> list[str]:
    """Bars with one ancestry together, in the order of the first of each."""
    order = {each.bar: bars.index(_same(bars, each)) for each in bars}
    grouped = groupby(sorted(bars, key=lambda each: (order[each.bar], each.bar)),
                      key=lambda each: order[each.bar])  # fmt: skip
    found = []
    for _, group in grouped:
        members = list(group)
        first = members[0]
        text = _step_in_words(first.last)
        if len(first.steps) > 1:
            text += f", out of {_origin_in_words(first.first)}"
        found.append(f"{bars_in_words([each.bar for each in members])}: {text}")
    return _shortened(found, MAX_GROUPS, "groups of bars")


def _same(bars: Iterable[BarAncestry], one: BarAncestry) -> BarAncestry:
    """The first bar with the same last change and the same first genome."""
    return next(each for each in bars if _key(each) == _key(one))


def _key(each: BarAncestry) -> tuple[str, str, str]:
    return each.last.candidate, each.last.kind, each.first.candidate


def _step_in_words(step: Step) -> str:
    where = f"in generation {step.generation} ({short(step.candidate)})"
    operator = _operator(step.operator)
    if step.kind == MOVED:
        return f"taken from another bar by {operator} {where}"
    if step.kind == WRITTEN:
        return f"written by {operator} {where}"
    return _origin_in_words(step)


def _origin_in_words(step: Step) -> str:
    if step.kind == SEED:
        return f"a new genome of {_operator(step.operator)} ({short(step.candidate)})"
    return f"the candidate it started from ({short(step.candidate)})"


def _operator(name: str) -> str:
    """An operator's name as people read it: ``mate+swap_bars`` is a mating, then a swap."""
    return name.replace("mate+", "mating and ").replace("_", " ")


def _decision_in_words(each: PastDecision) -> str:
    role = {
        "itself": "it",
        "parent": f"its {each.stage}",
        "source": "what it started from,",
        "follows": "what it carries on,",
        "under": "the melody that it is for,",
    }.get(each.role, f"what it had to be {each.role},")
    named = "" if each.role == "itself" else f" {short(each.candidate)}"
    how = f" as {each.label}" if each.label else f" ({each.reason})" if each.reason else ""
    by = f" by {each.by} on {(each.at or '')[:10]}" if each.by else ""
    decided = "waits for a decision" if each.by is None else each.decision
    verb = f"was {decided}" if each.role == "itself" and each.by else decided
    stayed = f"; {each.locked}" if each.locked else ""
    return f"{role}{named} {verb}{how}{by}{stayed}"


def _shortened(found: list[str], most: int, what: str) -> list[str]:
    """The first of some lines, and how many more there are."""
    if len(found) <= most:
        return found
    return [*found[: most - 1], f"and {len(found) - most + 1} more {what}; --json has all"]
