"""What the runs of a studio scored, as a learner needs it: notes, context and terms."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from engine.preference.pools import ShownCandidate
from engine.runs.contexts import RunInputs, run_inputs
from engine.stages import find_stage
from engine.state.runs import run_stream
from engine.state.studio import Studio
from store import events
from store.records import Recorded


class RunPools:
    """Reads the pools of runs; each event that several of them were built on is read once."""

    def __init__(self, studio: Studio) -> None:
        """Read a studio's log; nothing is recorded."""
        self._studio = studio
        self._event = lru_cache(maxsize=None)(lambda position: studio.event(position).payload)

    def first(self, run: str, most: int) -> list[ShownCandidate]:
        """The beginning of a run's first pool."""
        beginning, scored = self._recorded(run, 2)
        return self._candidates(beginning, scored[0].offspring[:most])

    def drawn(self, run: str, most: int, rng: np.random.Generator) -> list[ShownCandidate]:
        """Some of everything that a run scored, drawn without those that it scored again."""
        beginning, scored = self._recorded(run, None)
        known = list({child.id: child for each in scored for child in each.offspring}.values())
        rows = rng.permutation(len(known))[:most]
        return self._candidates(beginning, [known[row] for row in sorted(rows.tolist())])

    def beginning(self, run: str) -> Recorded:
        """The first event of a run."""
        return self._recorded(run, 1)[0]

    def _recorded(
        self, run: str, limit: int | None
    ) -> tuple[Recorded, list[events.GenerationScored]]:
        beginning, *others = self._studio.log.read(stream=run_stream(run), limit=limit)
        payloads = [each.payload for each in others]
        return beginning, [each for each in payloads if isinstance(each, events.GenerationScored)]

    def _candidates(
        self, beginning: Recorded, offspring: list[events.Offspring]
    ) -> list[ShownCandidate]:
        started: Any = beginning.payload
        inputs = self._inputs(started)
        return [
            ShownCandidate(
                id=each.id,
                stage=started.stage,
                section=inputs.context.section.label,
                part=inputs.genomes.render(
                    inputs.genomes.from_payload(each.genome), inputs.context
                ),
                context=inputs.context,
                terms=each.terms,
                total=each.total,
                first_pool=None,
            )
            for each in offspring
        ]

    def _inputs(self, started: events.RunStarted) -> RunInputs:
        read = [self._event(position) for position in started.positions_read]
        return run_inputs(started, read, find_stage(started.stage))
