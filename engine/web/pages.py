"""Answers: pages and parts of them, one line on what was done, errors as one line."""

from __future__ import annotations

import re
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from documents.terminal import visible
from engine.errors import Ambiguous, EngineError, NotFound, is_ours
from engine.ids import short
from engine.version import __version__
from engine.web.room import room_of

STATUS = {
    NotFound: HTTPStatus.NOT_FOUND,
    Ambiguous: HTTPStatus.CONFLICT,
    EngineError: HTTPStatus.UNPROCESSABLE_ENTITY,
}

# A paragraph for one line, as htmx names it: that of the page, or one beside a form.
_LINE = re.compile(r"p#(message|said-[a-z-]{1,40})")


@cache
def _templates() -> Environment:
    """The templates: what is put into them is escaped, and has nothing hidden in it.

    A missing value is an error.
    """
    environment = Environment(
        loader=PackageLoader("engine.web"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["short"] = short
    environment.filters["visible"] = lambda value: visible(str(value))
    environment.globals["version"] = __version__
    return environment


def _shown(value: Any) -> Any:
    """A text that can't turn the order of what is written around it; markup is ours already."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def page(request: Request, template: str, **values: Any) -> HTMLResponse:
    """A page, or the part of it that stands in the region that htmx asked anew.

    Args:
        request: what is answered.
        template: name of a file in ``templates``.
        values: what the template shows.
    """
    return HTMLResponse(rendered(request, template, **values))


def rendered(request: Request, template: str, **values: Any) -> str:
    """A template as text."""
    room = room_of(request)
    return (
        _templates()
        .get_template(template)
        .render(
            request_token=room.request_token,
            path=request.url.path,
            position=request.state.position,
            studio=room.studio.folder,
            **values,
        )
    )


def said(
    request: Request, text: str, *, undo: str | None = None, link: str | None = None
) -> HTMLResponse:
    """One line on what was done; the regions that show it follow the log by themselves.

    Args:
        request: what was asked.
        text: what was done.
        undo: address to which the page posts to take it back.
        link: address of a page that shows it.
    """
    return page(request, "said.html", **line_values(request, text, undo=undo, link=link))


def line_values(
    request: Request,
    text: str,
    *,
    undo: str | None = None,
    link: str | None = None,
    is_error: bool = False,
) -> dict[str, Any]:
    """What the template of a line shows; it stands where htmx was told to put it.

    Args:
        request: what was asked.
        text: the line.
        undo: address to which the page posts to take back what was done.
        link: address of a page that shows it.
        is_error: whether it says why something wasn't done.
    """
    match = _LINE.fullmatch(request.headers.get("hx-target", ""))
    name = match[1] if match else "message"
    return {"text": text, "undo": undo, "link": link, "is_error": is_error, "name": name}


def error_response(request: Request, error: Exception) -> Response:
    """What can't be done, in one line: in place of a message, or as a page of its own."""
    if isinstance(error, HTTPException):
        status, text = HTTPStatus(error.status_code), error.detail
    elif is_ours(error):
        status = next((STATUS[kind] for kind in STATUS if isinstance(error, kind)),
                      HTTPStatus.SERVICE_UNAVAILABLE)  # fmt: skip
        text = " ".join(str(error).split())
    else:
        status, text = HTTPStatus.INTERNAL_SERVER_ERROR, f"{type(error).__name__}: {error}"
    template = "said.html" if request.headers.get("hx-request") else "error.html"
    values = line_values(request, text, is_error=True)
    return HTMLResponse(rendered(request, template, **values), status)


def static_folder() -> str:
    """Folder of the style sheets and scripts."""
    return str(files("engine.web") / "static")
