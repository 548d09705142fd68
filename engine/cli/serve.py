"""``engine serve``: the studio as a page in the browser."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.opening import folder_of, open_studio
from engine.cli.output import say

LOOPBACK, DEFAULT_PORT = "127.0.0.1", 8765


def serve(
    context: typer.Context,
    host: Annotated[
        str, typer.Option(help="Address to listen on; others than this machine need its token too.")
    ] = LOOPBACK,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes any free one.")
    ] = DEFAULT_PORT,
    is_opened: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """Serve the studio as a page: look, listen and decide in the browser, until Ctrl-C."""
    open_page(context, host=host, port=port, is_opened=is_opened)


def open_page(
    context: typer.Context, *, host: str, port: int, is_opened: bool, path: str = ""
) -> None:
    """Serve the page and say its address; open it in the browser where that is wanted.

    Args:
        context: of the command.
        host: address to listen on.
        port: port to listen on.
        is_opened: whether the browser is opened.
        path: of the page that is opened first, without the slash it begins with.
    """
    import webbrowser

    from engine.web.server import PageServer

    with open_studio(context, make=True):
        pass  # a studio that can't be opened is said in the terminal
    server = PageServer(folder_of(context), host, port)
    shown = server.address.replace("/?", f"/{path}?")

    def ready() -> None:
        say(f"the studio in {folder_of(context).absolute()} is at")
        say(f"  {shown}")
        say("Ctrl-C ends it; runs that it began can be resumed")
        if is_opened:
            webbrowser.open(shown)

    server.run(ready)
