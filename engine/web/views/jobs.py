"""What works for the studio now: started here, or runs that another command began."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.web.pages import page, said
from engine.web.room import room_of


def jobs(request: Request) -> Response:
    """The jobs of this server, the newest first."""
    return page(request, "jobs.html", jobs=room_of(request).jobs.all())


def stop(request: Request) -> Response:
    """Stop a job; what it recorded stays, and its run can be resumed."""
    room = room_of(request)
    job = room.jobs.get(request.path_params["job"])
    if job is None:
        raise HTTPException(404, "that job is not of this server")
    room.jobs.stop(job)
    return said(request, f"{job.title}: stopping")


ROUTES = [Route("/jobs", jobs), Route("/jobs/{job:int}/stop", stop, methods=["POST"])]
