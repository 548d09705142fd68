"""One flow in a browser over the map, history and taste: what is done there is in the log."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from engine.state.songs import PENDING
from tests.engine.command_line import Shell
from tests.engine.web.test_taste import unseen


def test_bring_undo_redo_fork_and_learn(opened: Page, shell: Shell) -> None:
    verse = shell.candidates()[0]
    shell.do("approve", verse)
    song, home = shell.song("meadow").song_id, opened.url
    run = shell.song(song).candidates[verse].run

    opened.goto(f"{home}songs/{song}/map?run={run}")
    opened.locator("#plane").focus()
    opened.keyboard.press("Home")
    expect(opened.locator("#one h2")).to_be_visible()
    # The best is one of the survivors; some way from it lies one that is no candidate yet.
    bring = opened.get_by_role("button", name="Bring it to the gate")
    for key in ("ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp") * 3:
        before = opened.locator("#one").get_attribute("data-id")
        opened.keyboard.press(key)
        chosen = opened.locator("#plane [aria-selected=true]").get_attribute("data-id")
        expect(opened.locator("#one")).to_have_attribute("data-id", chosen or "")
        if bring.count() and chosen != before:
            break
    opened.keyboard.press("b")
    expect(opened.locator("#message")).to_contain_text("waits at the gate", timeout=20_000)
    (brought,) = shell.events("CandidateBrought")
    assert shell.song(song).candidates[brought.survivor.id].status == PENDING
    expect(opened.get_by_role("link", name="See it at the gate")).to_be_visible()
    opened.keyboard.press(" ")
    expect(opened.locator("#one [aria-pressed=true]")).to_be_visible(timeout=30_000)
    shell.do("reject", brought.survivor.id)

    opened.goto(f"{home}songs/{song}/history")
    row = opened.get_by_role("row").filter(has_text="approved as verse")
    row.get_by_role("button", name="Undo").click()
    expect(row).to_contain_text("undone at")
    row.focus()
    opened.keyboard.press("z")
    expect(row).to_contain_text("holds")
    assert (len(shell.events("DecisionUndone")), len(shell.events("DecisionRedone"))) == (1, 1)
    opened.get_by_label("Begin a branch called").fill("Meadow <b>two</b>")
    opened.get_by_role("button", name="Fork").click()
    expect(opened.get_by_role("link", name="Meadow <b>two</b>")).to_be_visible()
    assert shell.events("SongForked")[0].origin == song

    run, other = unseen(shell, "cellar")
    shell.do("bring", run, other)
    (cellar,) = [name for name in shell.song("cellar").candidates if name != other]
    shell.do("approve", cellar, "--song", "cellar")
    shell.do("reject", other, "--song", "cellar")
    opened.goto(f"{home}taste")
    opened.keyboard.press("t")
    expect(opened.locator("#learning tbody")).to_contain_text("chords", timeout=60_000)
    (trained,) = shell.events("HeadTrained")
    assert set(trained.facts["songs"]) == {song, shell.song("cellar").song_id}
