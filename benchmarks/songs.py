"""Twenty songs across the meters, modes, tempos and colours that people write in.

Each can be had in a studio of its own, in which earlier stages are evolved a little and approved.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from engine.evolution.settings import Settings
from engine.gate.decisions import approve
from engine.models.registry import ModelRegistry
from engine.proposals import Proposal, demo_paths, read
from engine.proposals.proposal import parse_proposal
from engine.proposals.songs import add_songs
from engine.runs.lifecycle import carry_on, load, start
from engine.runs.requests import EvolveOptions, requests
from engine.runs.run import Run
from engine.stages import STAGES, stages_before
from engine.state.studio import Studio
from fitness.fusion import FusionModel
from store.events import CurvePoint

EARLIER = Settings(population=16, generations=4)
EARLIER_SEED = 2
POLICY = "benchmark: the best survivor"

# Beside the demonstration songs: colour, key, meter, tempo in beats a minute.
OWN = (
    ("Green", "E phrygian", "4/4", 90),
    ("Blue", "Db lydian", "6/8", 60),
    ("Red", "B locrian", "4/4", 140),
    ("Orange", "G harmonic minor", "7/8", 150),
    ("Violet", "F melodic minor", "5/4", 72),
    ("Black", "Ab major", "12/8", 66),
    ("White", "D dorian", "9/8", 88),
    ("Yellow", "C# minor", "2/4", 170),
    ("Indigo", "Eb mixolydian", "11/8", 112),
    ("Green", "G major", "13/8", 124),
    ("Blue", "F lydian", "5/8", 200),
)


def own_song(colour: str, key: str, meter: str, bpm: float) -> Proposal:
    """A song of our own in any context."""
    fields = {"rainbow_color": colour, "key": key, "tempo": meter, "bpm": bpm}
    text = {"title": f"{key} in {meter}", "concept": "A lamp is left on for whoever comes home."}
    proposal = parse_proposal(text | fields, "own.yml")
    assert isinstance(proposal, Proposal), proposal
    return proposal


def songs() -> list[Proposal]:
    """The nine demonstration songs and our own."""
    return [*read(demo_paths()).proposals, *(own_song(*facts) for facts in OWN)]


class Quiet:
    """Takes the reports of a composition and shows nothing."""

    def begin(self, stage: str, section: str, runs: int) -> None:
        """A stage of a section begins."""

    def report(self, point: CurvePoint) -> None:
        """A generation is recorded."""

    def is_stopped(self) -> bool:
        """Never."""
        return False


@dataclass(frozen=True, slots=True)
class SongStudio:
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
        (request,) = requests(song, EvolveOptions(stage, settings), seed)
        asked = replace(request, model_sha256=self.model_sha256)
        return load(self.studio, start(self.studio, asked))

    def finish(self, run: Run) -> list[str]:
        """Carry a run on to its end; returns the ids of its survivors, the best first."""
        carry_on(self.studio, run, lambda _: None)
        candidates = self.studio.song(self.song_id).candidates.items()
        return [name for name, candidate in candidates if candidate.run == run.id]

    def approve_before(self, stage: str) -> None:
        """Evolve each earlier stage a little, where that isn't done, and approve its best."""
        approved = {
            candidate.stage
            for candidate in self.studio.song(self.song_id).candidates.values()
            if candidate.decisions
        }
        for earlier in stages_before(stage):
            if earlier not in approved:
                best, *_ = self.finish(self.begin(earlier, EARLIER, EARLIER_SEED))
                approve(self.studio, best, policy=POLICY, song_id=self.song_id)


@contextmanager
def song_studio(song: Proposal, model: Path) -> Iterator[SongStudio]:
    """A studio of its own with a song of which nothing is approved."""
    with tempfile.TemporaryDirectory() as folder, Studio.open(Path(folder)) as studio:
        add_songs(studio, (song,))
        sha256 = ModelRegistry(studio).register(model)
        # The first to open a file decides how many workers it has; songs are what is shared out.
        FusionModel.load(studio.folder / "models" / f"{sha256}.onnx", workers=1)
        yield SongStudio(studio, song.song_id, sha256)


def chosen_stages(names: list[str] | None) -> list[str]:
    """The stages that are meant, in their order; all unless some are named."""
    return [name for name in STAGES if not names or name in names]
