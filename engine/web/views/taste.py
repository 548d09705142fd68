"""What was learned of a person's taste, retraining, and the models and heads that runs use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.models.audits import audit_path
from engine.models.card import card, model_path
from engine.models.listing import ListedModel, list_models
from engine.models.promotion import find
from engine.preference.automatic import decided_since, plan_retraining
from engine.preference.card import NO_AUDIT, audit_lines, read_audit
from engine.preference.effort import consistency, duration, efforts, total_sentence
from engine.preference.heads import find_head
from engine.preference.promotions import InUse, promote, roll_back
from engine.preference.retrain import Comparison
from engine.preference.taste import Taste, tastes
from engine.state.heads import Head, Heads
from engine.state.studio import Studio
from engine.web.forms import count_field, with_form
from engine.web.pages import page, said
from engine.web.room import room_of, text_field
from engine.web.taste_picture import TastePicture, taste_picture


@dataclass(frozen=True, slots=True)
class Learned:
    """The taste of a stage.

    Attributes:
        taste: in words.
        picture: of it; None where nothing is learned.
    """

    taste: Taste
    picture: TastePicture | None


@dataclass(frozen=True, slots=True)
class TrainedHead:
    """A preference head, and what came of its training.

    Attributes:
        sha256: its hash.
        state: its state.
        comparison: with what was in use.
        is_in_use: whether the runs of its stage go by it.
    """

    sha256: str
    state: Head
    comparison: Comparison
    is_in_use: bool

    @property
    def audited(self) -> list[str]:
        """What its audit found, for people."""
        found = read_audit(self.state.audit)
        return audit_lines(found) if found else [NO_AUDIT]


def taste(request: Request) -> Response:
    """What was learned, what could be learned from, and what runs use."""
    studio = room_of(request).studio
    heads, models = studio.heads(), list_models(studio)
    trained = _trained(heads)
    last = max((each.state.trained_at for each in trained), default="")
    learned = [
        Learned(each, taste_picture(each) if each.sha256 else None) for each in tastes(studio)
    ]
    return page(
        request, "taste.html", learned=learned, every=heads.every,
        trained=trained,
        latest=[each for each in trained if each.state.trained_at == last],
        models=models, audited=_audited(studio, models),
        can_roll_back=bool(heads.promotions or studio.models().promotions),
    )  # fmt: skip


def effort(request: Request) -> Response:
    """What each approved part took, and how often a person judged as before."""
    studio = room_of(request).studio
    songs = list(studio.songs().values())
    titles = {song.song_id: song.title for song in songs}
    parts, repeated = efforts(studio, songs), consistency(studio, songs)
    return page(
        request, "taste_effort.html", parts=parts, repeated=repeated, titles=titles,
        duration=duration, decided=decided_since(studio, studio.heads().trained_at),
        total=total_sentence(parts) if parts else "",
    )  # fmt: skip


def model_card(request: Request) -> Response:
    """A model's card with its audit."""
    studio = room_of(request).studio
    sha256 = find(studio, request.query_params.get("model", ""))
    known = list_models(studio)[sha256]
    text = card(studio, sha256, known)
    return page(request, "taste_card.html", sha256=sha256, known=known, card=text)


def retrain(request: Request) -> Response:
    """Learn from the decisions, in a process of its own."""
    room_of(request).jobs.start("learn from your decisions", ["retrain"])
    return said(request, "learning; the table below tells what comes of it")


def plan(request: Request, form: FormData) -> Response:
    """Retrain by itself after so many decisions; 0 ends that."""
    every = count_field(form, "every") or 0
    plan_retraining(room_of(request).studio, every)
    line = f"from now on after every {every} decisions" if every else "no longer by itself"
    return said(request, line)


def use(request: Request, form: FormData) -> Response:
    """Let runs use a model, or a head, that is known."""
    studio = room_of(request).studio
    sha256 = _known(studio, text_field(form, "sha256") or "")
    used = promote(studio, sha256, text_field(form, "note"))
    return said(request, _in_words(used), undo=BACK)


def back(request: Request) -> Response:
    """Take back the last promotion, of a model or of heads."""
    return said(request, _in_words(roll_back(room_of(request).studio)))


def audit(request: Request, form: FormData) -> Response:
    """Have a model audited, without which it isn't promoted."""
    room = room_of(request)
    sha256 = find(room.studio, text_field(form, "sha256") or "")
    file = model_path(room.studio, sha256, list_models(room.studio)[sha256]).absolute()
    room.jobs.start(f"audit of model {sha256[:8]}", ["train", "audit", str(file)])
    return said(request, "auditing; that takes minutes")


def _trained(heads: Heads) -> list[TrainedHead]:
    """The heads that were trained, the newest first."""
    found = [
        TrainedHead(
            sha256, state, msgspec.convert(state.comparison, Comparison),
            heads.promoted(state.stage) == sha256,
        )
        for sha256, state in heads.known.items()
    ]  # fmt: skip
    return sorted(found, key=lambda each: each.state.trained_at, reverse=True)


def _audited(studio: Studio, models: Mapping[str, ListedModel]) -> set[str]:
    """The models that have an audit."""
    paths = {sha256: model_path(studio, sha256, known) for sha256, known in models.items()}
    return {sha256 for sha256, path in paths.items() if audit_path(path).is_file()}


def _known(studio: Studio, wanted: str) -> str:
    """The whole hash of a head or a model that is known: never a file's name."""
    if any(sha256.startswith(wanted) for sha256 in studio.heads().known):
        return find_head(studio, wanted)[0]
    return find(studio, wanted)


def _in_words(used: InUse) -> str:
    return "; ".join(used.sentences)


PATH = "/taste"
BACK = f"{PATH}/back"
ROUTES = [
    Route(PATH, taste),
    Route(f"{PATH}/effort", effort),
    Route(f"{PATH}/card", model_card),
    Route(f"{PATH}/retrain", retrain, methods=["POST"]),
    Route(f"{PATH}/plan", with_form(plan), methods=["POST"]),
    Route(f"{PATH}/use", with_form(use), methods=["POST"]),
    Route(BACK, back, methods=["POST"]),
    Route(f"{PATH}/audit", with_form(audit), methods=["POST"]),
]
