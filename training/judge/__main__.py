"""``python -m training.judge [SONGS_PER_COLOUR]``: how well the judge knows songs it never saw."""

from __future__ import annotations

import json
import sys

from training.judge.judge import DEFAULT_SONGS, train

if __name__ == "__main__":
    trained = train(songs_per_colour=int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_SONGS)
    sys.stdout.write(json.dumps(trained.figures(), indent=1) + "\n")
