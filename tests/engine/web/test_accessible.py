"""Every view can be read by a screen reader and used without a mouse, light and dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from engine.web.server import PageServer
from tests.engine.command_line import Shell

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")
LOOK = """async (rules) => {
  const only = rules ? {runOnly: {type: "rule", values: rules}} : {};
  const found = await axe.run(document, {resultTypes: ["violations"], ...only});
  return found.violations.filter((each) => ["serious", "critical"].includes(each.impact))
    .map((each) => [each.id, each.nodes.map((node) => node.html.slice(0, 200))]);
}"""


def serious(page: Page, *rules: str) -> list[Any]:
    """What axe-core calls serious or critical on a page, by all rules or some."""
    found: list[Any] = page.evaluate(LOOK, list(rules) or None)
    return found


def addresses(shell: Shell) -> list[str]:
    """A page of every view."""
    song = shell.song("meadow").song_id
    run = next(run for run in shell.json("runs", "--song", song) if run["survivors"])
    of_song = ("", "/gate", "/gate?stage=chords&section=verse&all=1", "/whole", "/history")
    return [
        *("/", "/?archived=1", "/taste", "/songs/no-such-song"),
        *(f"/songs/{song}{each}" for each in of_song),
        f"/songs/{song}/map?run={run['id']}",
    ]


def test_axe_finds_nothing_serious_on_any_view(
    page: Page, server: PageServer, shell: Shell
) -> None:
    first, *_ = shell.candidates()
    shell.do("approve", first, "--label", "opening")
    page.goto(server.address)
    found = {}
    for path in addresses(shell):
        page.emulate_media(color_scheme="light")
        page.goto(server.address.partition("/?")[0] + path)
        page.evaluate(AXE)  # as a debugger does: the page itself takes no script from elsewhere
        page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
        found[path, "light"] = serious(page)
        page.emulate_media(color_scheme="dark")
        found[path, "dark"] = serious(page, "color-contrast")
    page.keyboard.press("?")
    found["keys", "dark"] = serious(page)
    assert {where: each for where, each in found.items() if each} == {}


def test_a_song_is_added_and_begun_by_keys_alone(opened: Page, shell: Shell) -> None:
    opened.keyboard.press("n")
    opened.get_by_label("Title", exact=True).focus()
    opened.keyboard.type("By Hand")
    opened.keyboard.press("Enter")
    link = opened.get_by_role("link", name="Open")
    expect(link).to_be_visible()
    link.focus()
    opened.keyboard.press("Enter")
    expect(opened.get_by_role("heading", name="By Hand")).to_be_visible()
    opened.get_by_label("Population").fill("8")
    opened.get_by_label("Generations").fill("1")
    opened.locator("#main").press("g")
    expect(opened.locator("#runs")).to_contain_text("finished", timeout=60_000)
    assert shell.song("by-hand").runs
