"""Approve the best of what waits at the gate, reject the rest: ``python decide.py [studio]``."""

import sys
from pathlib import Path

from engine import Studio, approve, reject, update_exports, waiting

with Studio.open(Path(*sys.argv[1:] or ["studio"])) as studio:
    best, *others = waiting(studio.songs().values())
    for export in update_exports(studio, approve(studio, best.id, label="verse")):
        print("approved:", export.path)
    for other in others:
        reject(studio, other.id, reason="another one is better")
        print("rejected:", other.id)
