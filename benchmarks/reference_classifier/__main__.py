"""``python -m benchmarks.reference_classifier [SONGS_PER_COLOUR]``: its accuracy."""

from __future__ import annotations

import json
import sys

from benchmarks.reference_classifier.classifier import DEFAULT_SONGS, train

if __name__ == "__main__":
    trained = train(songs_per_colour=int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_SONGS)
    sys.stdout.write(json.dumps(trained.figures(), indent=1) + "\n")
