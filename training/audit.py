"""The audit of a model: can a search, or a fake, fool it?

Fakes are planted among composed parts of every stage. And chords are evolved for demonstration
songs while the judge, which is no part of the total, looks on: of what its probability gained until
its peak, how much is lost again by the end? A model that is climbed instead of the music loses
much. Runs of one song aren't independent: intervals are bootstrapped over songs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.evolution.settings import Settings
from engine.evolution.watch import Fall, find_fall
from engine.models.audits import audit_path, lost_share, with_audit
from engine.models.registry import CARD_NAME, ModelRegistry
from engine.proposals import Proposal, demo_paths, read
from engine.proposals.songs import add_songs
from engine.runs.lifecycle import Request, load, start
from engine.state.studio import Studio
from engine.state.temporary import TemporaryFolder
from fitness.fusion import FusionModel
from fitness.judge.judge import JUDGE_VERSION
from genomes import Section
from training.fusion.planted import fakes
from training.progress import Progress, Update

# Raise it when the same model gets other figures; the watch counts, too.
AUDIT_VERSION = "2"

STAGES = ("chords", "bass", "melody", "harmony", "drums")
SEARCHED = "chords"
BARS = 8
RESAMPLES = 2000
INTERVAL = (2.5, 97.5)
DECIMALS = 4

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AuditPlan:
    """How thoroughly a model is audited.

    Attributes:
        songs: demonstration songs, 2 or more.
        seeds: runs of each song.
        generations: after the first pool.
        population: individuals of each generation.
        per_kind: fakes of each kind and stage.
        held_out_parts: of each colour, which the fakes are ranked among.
        stages: that fakes are planted in.
    """

    songs: int = 9
    seeds: int = 1
    generations: int = 24
    population: int = 40
    per_kind: int = 40
    held_out_parts: int = 20
    stages: tuple[str, ...] = STAGES


QUICK = AuditPlan(
    songs=2,
    seeds=1,
    generations=3,
    population=6,
    per_kind=2,
    held_out_parts=2,
    stages=(SEARCHED,),
)


@dataclass(frozen=True, slots=True)
class SearchCurve:
    """What one run did.

    Attributes:
        song: which one.
        judged: the judge's mean probability of the elite, per generation.
        totals: their mean total.
        fall: the judge's fall that would have stopped it.
    """

    song: int
    judged: Floats
    totals: Floats
    fall: Fall | None


def audit(path: Path, plan: AuditPlan, progress: Progress) -> dict[str, Any]:
    """Audit a model file.

    Args:
        path: of the ``.onnx`` file.
        plan: how thoroughly.
        progress: begins a task by its description.

    Returns:
        plain values: what ``save_audit`` writes.

    Raises:
        ModelError: if the file is no model that can be run.
    """
    model = FusionModel.load(path, workers=1)
    curves = _curves(path, plan, progress("evolving"))
    planted, update = {}, progress("planting fakes")
    for done, stage in enumerate(plan.stages):
        update(done, len(plan.stages), stage)
        planted[stage] = fakes(model, stage, plan.per_kind, 0, plan.held_out_parts)
    return {
        "audit_version": AUDIT_VERSION,
        "judge_version": JUDGE_VERSION,
        "model_sha256": model.sha256,
        "plan": msgspec.to_builtins(plan),
        "search": search_figures(curves),
        "fakes": planted,
    }


def _curves(path: Path, plan: AuditPlan, update: Update) -> list[SearchCurve]:
    proposals = read(demo_paths()).proposals[: plan.songs]
    jobs = [(*song, seed) for song in enumerate(proposals) for seed in range(plan.seeds)]
    found: list[SearchCurve] = []
    for number, proposal, seed in jobs:
        update(len(found), len(jobs), proposal.colour.name)
        found.append(_curve(number, proposal, path, seed, plan))
    return found


def _curve(number: int, proposal: Proposal, path: Path, seed: int, plan: AuditPlan) -> SearchCurve:
    settings = Settings(plan.population, plan.generations, min(3, plan.population), watched=False)
    with TemporaryFolder() as folder, Studio.open(Path(folder) / "studio") as studio:
        add_songs(studio, (proposal,))
        sha256 = ModelRegistry(studio).register(path)
        song = studio.song(proposal.song_id)
        request = Request(song, SEARCHED, Section("verse", BARS), seed, settings, sha256)
        run = load(studio, start(studio, request))
        while not run.is_over:
            run.pool.apply(*run.evolve())
    curve = run.pool.curve
    return SearchCurve(
        number,
        np.array([point.judged for point in curve]),
        np.array([point.elite for point in curve]),
        find_fall(curve),
    )


def search_figures(curves: Sequence[SearchCurve]) -> dict[str, Any]:
    """What the searches came to.

    ``lost`` is ``(peak - end) / (peak - first)`` of the judge's mean curve, smoothed as the watch
    smooths it; its interval is bootstrapped over songs. ``worst`` is that of the worst song.
    """
    songs = sorted({curve.song for curve in curves})
    judged, totals = (
        np.array([np.mean([getattr(c, of) for c in curves if c.song == s], axis=0) for s in songs])
        for of in ("judged", "totals")
    )
    rng = np.random.default_rng(0)
    drawn = rng.integers(len(songs), size=(RESAMPLES, len(songs)))
    resampled = [lost_share(judged[rows].mean(axis=0)) for rows in drawn]
    by_song = [lost_share(row) for row in judged]
    return {
        "songs": len(songs),
        "runs": len(curves),
        "judged": np.round(judged.mean(axis=0), DECIMALS).tolist(),
        "total": np.round(totals.mean(axis=0), DECIMALS).tolist(),
        "lost": round(lost_share(judged.mean(axis=0)), DECIMALS),
        "lost_interval": np.round(np.percentile(resampled, INTERVAL), DECIMALS).tolist(),
        "lost_median": round(float(np.median(by_song)), DECIMALS),
        "worst": round(max(by_song), DECIMALS),
        "would_be_stopped": round(float(np.mean([c.fall is not None for c in curves])), DECIMALS),
    }


def save_audit(found: dict[str, Any], model: Path) -> Path:
    """Write an audit beside its model, and into the card that lies there; returns its path."""
    path = audit_path(model)
    encoded = msgspec.json.encode(found, order="sorted")
    path.write_bytes(msgspec.json.format(encoded, indent=1) + b"\n")
    page = model.with_name(CARD_NAME)
    if page.is_file():
        page.write_text(with_audit(page.read_text("utf-8"), found), encoding="utf-8")
    return path
