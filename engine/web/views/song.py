"""A song at a glance: what each section has, what works on it, and what can be done next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.composing.composition import unfinished
from engine.evolution import GENERATIONS, KEEP, POPULATION
from engine.reports.progress import next_words, other_stages, progress
from engine.stages import STAGES
from engine.state.lineages import sections
from engine.state.runs import ABANDONED, FINISHED, Run
from engine.state.songs import Song
from engine.web.pages import page
from engine.web.room import Room, room_of, song_in
from engine.web.running import RunProgress, is_at_work, job_on, polyline
from fitness.colours import COLOURS
from genomes.chords.comping import PATTERNS
from genomes.melody.singers import SINGERS

# How many of the runs that ended are listed.
MAX_ENDED = 6

CURVE_WIDTH, CURVE_HEIGHT = 240.0, 48.0


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run as it is listed.

    Attributes:
        id: its id.
        run: its state.
        progress: what the log tells of an unfinished one.
        works: whether a process works on it now.
        job: number of the job of this server that does; None if another process does, or none.
        left: about how long it takes yet, such as ``1:05``; empty where that isn't known.
    """

    id: str
    run: Run
    progress: RunProgress
    works: bool
    job: int | None
    left: str

    @property
    def curve(self) -> dict[str, str]:
        """The lines of its best and median totals."""
        points = self.progress.points
        return {each: polyline(points, each, CURVE_WIDTH, CURVE_HEIGHT)
                for each in ("best", "median")}  # fmt: skip


def _facts(song: Song) -> dict[str, Any]:
    """What the page says of a song's state."""
    command, *words = next_words(song)
    return {
        "sections": progress(song),
        "next_command": command,
        "next_options": dict(zip([word[2:] for word in words[::2]], words[1::2], strict=True)),
        "others": other_stages(song),
        "composition": unfinished(song),
    }


def song(request: Request) -> Response:
    """A song: its sections stage by stage, its runs, and what can be done with it."""
    room = room_of(request)
    shown = song_in(request)
    running = unfinished_runs(room, shown)
    ended = [
        (name, run)
        for name, run in reversed(room.known.runs_of(shown.song_id).items())
        if run.status in (FINISHED, ABANDONED)
    ]
    return page(
        request, "song.html", song=shown, stages=list(STAGES), running=running,
        ended=ended[:MAX_ENDED], more_ended=max(0, len(ended) - MAX_ENDED),
        curve_size=(CURVE_WIDTH, CURVE_HEIGHT), labels=sections(shown),
        colours=[colour.name for colour in COLOURS], singers=[each.name for each in SINGERS],
        patterns=list(PATTERNS),
        sizes={"population": POPULATION, "generations": GENERATIONS, "keep": KEEP},
        **room.known.once(shown, _facts),
    )  # fmt: skip


def unfinished_runs(room: Room, song: Song) -> list[RunLine]:
    """The unfinished runs of a song, the newest first."""
    jobs = room.jobs.all()
    lines = []
    for name, run in reversed(room.known.unfinished(song.song_id).items()):
        progress = room.progress.of(name)
        job = job_on(jobs, name, run, progress)
        works = is_at_work(run, progress, job)
        left_s = progress.seconds_left(run) if works else None
        left = "" if left_s is None else f"{round(left_s) // 60}:{round(left_s) % 60:02}"
        lines.append(RunLine(name, run, progress, works, job.id if job and works else None, left))
    return lines


ROUTES = [Route("/songs/{song}", song)]
