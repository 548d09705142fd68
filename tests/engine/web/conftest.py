"""A studio served as a page, and a real browser: one Chromium for all tests of a process."""

from __future__ import annotations

import gc
import shutil
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from engine.web.server import PageServer
from tests.engine.command_line import Shell
from tests.engine.web.client import Client

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
# Without a sound card the clock of the sound runs all the same, at the speed of a real device.
ARGUMENTS = ("--disable-gpu", "--disable-dev-shm-usage")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Collect no garbage while a failure is told.

    pytest parses the source of what failed. Where a collection in its midst lets other code parse
    too, as what a browser leaves behind may, Python 3.11.7 ends the run ("AST constructor recursion
    depth mismatch", https://github.com/python/cpython/issues/106905).
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium without a window; its event loop runs in this thread until the last of its tests."""
    library = pytest.importorskip("playwright.sync_api", reason="playwright isn't installed")
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip("no Chromium is installed")
    with library.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        try:
            yield launched
        finally:
            launched.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page, with cookies and storage of its own.

    Errors that its scripts do not catch fail the test.
    """
    context = browser.new_context()
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert errors == []


@pytest.fixture
def server(shell: Shell) -> Iterator[PageServer]:
    """The page of a studio with two songs and four finished runs; nothing is decided."""
    with serving(PageServer(shell.folder)) as served:
        yield served


@contextmanager
def serving(server: PageServer) -> Iterator[PageServer]:
    """Serve in a thread, and see that it stops at once."""
    can_be_opened = threading.Event()
    thread = threading.Thread(target=server.run, args=(can_be_opened.set,))
    thread.start()
    assert can_be_opened.wait(20)
    try:
        yield server
    finally:
        server.stop()
        thread.join(20)
        assert not thread.is_alive()


@pytest.fixture
def client(server: PageServer) -> Client:
    """Requests to that page without a browser."""
    return Client.of(server)


@pytest.fixture
def opened(page: Page, server: PageServer) -> Page:
    """The browser, with the studio's songs in front of it."""
    page.goto(server.address)
    return page
