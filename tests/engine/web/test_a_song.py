"""A song from nothing to its files in the browser, read back from the log, with actions counted."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from engine.web.server import PageServer
from tests.engine.command_line import Shell
from tests.engine.web.test_songs import until

STAGES = ("chords", "drums", "bass")
PATIENCE_MS = 90_000


class Person:
    """Presses keys, clicks and fills fields, and counts these."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.actions = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.actions += 1
            self.page.keyboard.press(key)

    def choose(self, name: str, role: str = "button") -> None:
        self.actions += 1
        self.page.get_by_role(role, name=name).first.press("Enter")

    def fill(self, label: str, text: str) -> None:
        self.actions += 1
        self.page.get_by_label(label, exact=True).fill(text)

    def says(self, text: str) -> None:
        expect(self.page.locator("#message")).to_contain_text(text, timeout=PATIENCE_MS)


def test_a_song_from_a_title_to_its_files(page: Page, server: PageServer, shell: Shell) -> None:
    verse, other, *_ = shell.candidates()
    shell.do("approve", verse)
    shell.do("reject", other)

    person = Person(page)
    page.goto(server.address)
    person.press("n")
    person.fill("Title", "Lanterns")
    person.press("Enter")
    person.choose("Open", "link")
    expect(page.get_by_role("heading", name="Lanterns")).to_be_visible()
    person.fill("Population", "24")
    person.fill("Generations", "2")
    person.fill("Seed (drawn if empty)", "3")
    page.locator("#main").focus()
    song = shell.song("lanterns").song_id
    counts: list[int] = []
    for stage in STAGES:
        next_run = page.locator("button#following, .next button[data-key=g]")
        expect(next_run).to_be_visible(timeout=PATIENCE_MS)
        person.press("g")  # evolve it
        following = page.get_by_role("link", name="decide").or_(page.locator("#look-again"))
        expect(following.first).to_be_visible(timeout=PATIENCE_MS)
        person.press("g")  # look at what came of it
        expect(page.get_by_role("heading", name=f"{stage} for verse")).to_be_visible()
        page.wait_for_load_state("load")  # no person is quicker than that
        shown = page.locator("[data-card]")
        counts.append(shown.count())
        person.press("Space")
        expect(page.get_by_role("button", name="Pause")).to_be_visible(timeout=PATIENCE_MS)
        person.press("a")
        person.says("approved as")
        person.press("2")  # what is heard is what is decided about
        expect(shown.nth(1).locator(".playhead.on")).to_have_count(1, timeout=PATIENCE_MS)
        person.press("a" if stage == "chords" else "r")
        expect(shown.nth(1)).to_contain_text("approved" if stage == "chords" else "rejected")
        if counts[-1] > 2:
            person.press("3", "r")
            expect(shown.nth(2)).to_contain_text("rejected")
        if stage == "chords":
            other = page.locator("[data-card].approved button[data-key=u]:not([disabled])")
            expect(other).to_have_count(1)
            person.actions += 1
            other.press("u")
            person.says("stands on chords")
    decided = {each.stage for each in shell.song(song).candidates.values() if each.approvals}
    assert decided == set(STAGES)
    assert all(count in {2, 3} for count in counts), counts
    # As many as with three candidates each: a third one takes two more, to hear and to reject it.
    assert person.actions + 2 * sum(3 - count for count in counts) <= 40

    home = f"{server.address.partition('/?')[0]}/songs/{song}"
    page.goto(f"{home}/gate?stage=drums&section=verse&all=1")
    drums = page.locator("[data-card].approved").first
    drums.click(position={"x": 3, "y": 3})
    page.keyboard.press("b")
    for bar in ("1", "2"):
        drums.locator(f".ruler [data-bar='{bar}']").click()
    page.keyboard.press("k")
    until(lambda: [each for each in shell.events("RunStarted") if each.locks])
    assert shell.events("RunStarted")[-1].locks.bars == [0, 1]
    drums.focus()
    page.keyboard.press("y")
    person.says("again: begun")
    until(lambda: len([each for each in shell.events("RunFinished") if each.song_id == song]) == 5)
    drums.get_by_role("button", name="Undo").click()
    person.says("taken back")
    page.goto(f"{home}/history")
    page.get_by_role("button", name="Redo").first.click()
    until(lambda: shell.events("DecisionRedone"))
    page.get_by_label("Begin a branch called").fill("Lanterns at sea")
    page.get_by_role("button", name="Fork").click()
    until(lambda: shell.events("SongForked"))
    page.goto(f"{home}/whole")
    page.get_by_label("Recordings").select_option("none")
    page.get_by_role("button", name="Arrange it").click()
    download = page.locator("a[download]").first
    expect(download).to_be_visible(timeout=PATIENCE_MS)
    with page.expect_download() as kept:
        download.click()
    assert kept.value.path().stat().st_size > 100
    assert shell.song(song).arrangements
    page.goto(f"{home.partition('/songs')[0]}/taste")
    page.keyboard.press("t")
    until(lambda: shell.events("HeadTrained"), 90)
    shell.do("verify")
