"""Makes the log that this release would leave behind, to be opened by all that come after.

    python -m tests.store.old_logs.make v0001

Run it once for a release whose events or tables have changed, and commit what it makes. A log made
by an older release is never made again: that is what it is for.
"""

import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from store.events import CompositionStarted
from store.log import EventLog
from store.projections import Projections
from store.records import NewEvent
from tests.store.samples import SAMPLES
from tests.store.views import LastNote, Tally

FOLDER = Path(__file__).parent


def make(folder: Path) -> None:
    """Write `studio.db` and `HEAD` with one event of every kind, the same on every run."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    ticks = iter(range(1_000))
    with EventLog.open(
        folder / "studio.db", clock=lambda: start + timedelta(seconds=next(ticks))
    ) as log:
        for number, payload in enumerate(SAMPLES, start=1):
            begins = isinstance(payload, CompositionStarted)  # what a later one ends
            stream = "song/song-1" if begins or number % 3 == 1 else "run/run-1"
            event = NewEvent(
                payload,
                actor="ana",
                causation=None if number == 1 else f"event-{number - 1:04}",
                event_id=f"event-{number:04}",
            )
            log.append(stream, [event], log.version(stream))
        Projections(log, [Tally(), LastNote()]).catch_up()


def main(name: str) -> None:
    """Make the log and put it beside this file."""
    if (FOLDER / f"{name}.db").exists():
        sys.exit(f"{name}.db exists: an old log is never made again")
    with TemporaryDirectory() as folder:
        make(Path(folder))
        shutil.copy(Path(folder, "studio.db"), FOLDER / f"{name}.db")
        shutil.copy(Path(folder, "HEAD"), FOLDER / f"{name}.HEAD")


if __name__ == "__main__":
    main(sys.argv[1])
