"""Rank MIDI files by how well they match a colour: ``python score.py Green a.mid b.mid ...``."""

import sys
from pathlib import Path

from fitness import ChromaticScorer

colour, *files = sys.argv[1:]
ranked = ChromaticScorer().score_batch([Path(file).read_bytes() for file in files], colour)
for match in ranked:
    print(files[match.index], f"{match.chromatic:.3f}", "passes" if match.passes else "refused")
