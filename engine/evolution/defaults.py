"""What a run is asked for where nobody says otherwise."""

from __future__ import annotations

POPULATION = 50
GENERATIONS = 24
KEEP = 3
