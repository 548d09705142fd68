"""The ground that a stage is measured on: a song whose earlier stages are approved."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from engine.evolution.settings import Settings
from engine.gate.decisions import approve
from engine.models.registry import Models
from engine.proposals import Proposal
from engine.proposals.songs import add_songs
from engine.runs.lifecycle import carry_on, load, start
from engine.runs.requests import Wish, requests
from engine.runs.run import Run
from engine.stages import STAGES, stages_before
from engine.state.studio import Studio
from fitness.fusion import FusionModel

GROUND = Settings(population=16, generations=4)
GROUND_SEED = 2
POLICY = "benchmark: the best survivor"


@dataclass(frozen=True, slots=True)
class Ground:
    """A song in a studio of its own, and the model that scores it.

    Attributes:
        studio: where.
        song_id: the song.
        model_sha256: the model.
    """

    studio: Studio
    song_id: str
    model_sha256: str

    def begin(self, stage: str, settings: Settings, seed: int) -> Run:
        """A run of a stage on everything approved before it, before its first generation."""
        song = self.studio.song(self.song_id)
        (request,) = requests(song, Wish(stage, settings), seed)
        asked = replace(request, model_sha256=self.model_sha256)
        return load(self.studio, start(self.studio, asked))

    def finish(self, run: Run) -> list[str]:
        """Carry a run on to its end; returns the ids of its survivors, the best first."""
        carry_on(self.studio, run, lambda _: None)
        candidates = self.studio.song(self.song_id)["candidates"].items()
        return [name for name, candidate in candidates if candidate["run"] == run.id]

    def stand_on(self, stage: str) -> None:
        """Evolve each earlier stage a little, where that isn't done, and approve its best."""
        approved = {
            candidate["stage"]
            for candidate in self.studio.song(self.song_id)["candidates"].values()
            if candidate["decisions"]
        }
        for earlier in stages_before(stage):
            if earlier not in approved:
                best, *_ = self.finish(self.begin(earlier, GROUND, GROUND_SEED))
                approve(self.studio, best, policy=POLICY, song_id=self.song_id)


@contextmanager
def ground_of(song: Proposal, model: Path) -> Iterator[Ground]:
    """A fresh studio with a song of which nothing is approved."""
    with tempfile.TemporaryDirectory() as folder, Studio.open(Path(folder)) as studio:
        add_songs(studio, (song,))
        sha256 = Models(studio).register(model)
        # The first to open a file decides how many workers it has; songs are what is shared out.
        FusionModel.load(studio.folder / "models" / f"{sha256}.onnx", workers=1)
        yield Ground(studio, song.song_id, sha256)


def chosen_stages(names: list[str] | None) -> list[str]:
    """The stages that are meant, in their order; all unless some are named."""
    return [name for name in STAGES if not names or name in names]
