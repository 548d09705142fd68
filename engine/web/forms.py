"""Forms that pages post."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

MAX_FIELDS = 8000


def with_form(
    view: Callable[[Request, FormData], Response],
) -> Callable[[Request], Awaitable[Response]]:
    """A view that is given the form that was posted, in a thread of its own as the others are."""

    @wraps(view)
    async def reading(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=MAX_FIELDS) as form:
            return await run_in_threadpool(view, request, form)

    return reading
