"""Files of several arrangements, begun side by side before they are asked for."""

from __future__ import annotations

from collections.abc import Sequence

from engine.arrangement.approved import approved_parts
from engine.arrangement.arranging import conductor_of
from engine.arrangement.assemble import assemble
from engine.arrangement.files import Writer
from engine.arrangement.instruments import with_instruments
from engine.arrangement.plan import Plan
from engine.state.songs import Song
from engine.state.studio import Studio


def announce(studio: Studio, song: Song, plans: Sequence[Plan], writers: Sequence[Writer]) -> None:
    """Tell writers which plans are to be arranged, all of whose files are missing.

    What they share is made once, and their executor begins on the next while one is written.
    """
    parts, conductor = approved_parts(studio, song), conductor_of(song)
    for plan in plans:
        arrangement = assemble(with_instruments(plan, song), parts, conductor)
        for writer in writers:
            list(writer(arrangement))
