"""Python's search for cyclic garbage, which costs more than it finds while a run goes on."""

from __future__ import annotations

import gc

# Python looks after every 700 new objects. A command makes hundreds of thousands that stay, and a
# run as many for each generation: a quarter of the time of a short run went into looking at them.
OBJECTS_BEFORE_SEARCH = 50_000


def search_seldom() -> None:
    """Search less often in this process, which belongs to the engine."""
    gc.set_threshold(OBJECTS_BEFORE_SEARCH)


def keep_everything() -> None:
    """Never search what exists now: a run keeps all individuals that it scored."""
    gc.freeze()
