"""The page in a real browser: it shows the studio, follows the log, and stops at once."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.engine.command_line import Shell, demo

SLEEP = "import time; print('asleep', flush=True); time.sleep(600)"


def test_songs_are_listed_and_new_ones_appear(opened: Page, shell: Shell) -> None:
    expect(opened.locator(".songs li")).to_have_count(2)
    assert "token" not in opened.url
    shell.do("songs", "add", demo("red"))
    expect(opened.locator(".songs li")).to_have_count(3)


def test_a_song_follows_what_the_command_line_decides(opened: Page, shell: Shell) -> None:
    first, *_ = shell.candidates()
    song = shell.song("meadow")
    opened.get_by_role("link", name=song.title).click()
    row = opened.get_by_role("row").filter(has_text="verse")
    expect(row).to_contain_text("waiting")
    shell.do("approve", first, "--label", "opening")
    expect(row).to_contain_text("opening")


def test_a_key_counts_from_the_moment_that_the_page_is_loaded(opened: Page) -> None:
    # As on a busy machine, where timers are late.
    late = "(does, ms = 0, ...given) => inTime(does, ms || 1500, ...given)"
    opened.add_init_script(f"const inTime = window.setTimeout; window.setTimeout = {late}")
    opened.goto(f"{opened.url}taste")
    opened.keyboard.press("t")
    expect(opened.locator("#jobs li")).to_contain_text("learn from your decisions")


def test_the_keys_are_shown_by_a_question_mark(opened: Page) -> None:
    opened.keyboard.press("?")
    expect(opened.get_by_role("dialog")).to_contain_text("Keys")
    opened.keyboard.press("Escape")
    expect(opened.get_by_role("dialog")).to_have_count(0)
