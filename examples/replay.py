"""Prove every finished run of a studio from its log: ``python replay.py [studio]``."""

import sys
from pathlib import Path

from engine import Studio, verify_run

with Studio.open(Path(*sys.argv[1:] or ["studio"])) as studio:
    assert studio.log.verify() == [], "the log was changed"
    for run in studio.runs():
        found = verify_run(studio, run)
        print(run, found.generations, "generations", "as logged" if found.holds else "differ")
