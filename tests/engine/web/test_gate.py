"""The gate as a page: each decision is recorded as the command line records it."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from engine.gate.looks import shuffled
from tests.engine.command_line import Shell
from tests.engine.web.client import Client

# Small enough that its run takes a second.
TINY = {"population": 6, "generations": 1, "keep": 2, "seed": 5}


def gate_of(shell: Shell) -> str:
    """Address of the gate of a song with two candidates for its verse."""
    return f"/songs/{shell.song('meadow').song_id}/gate"


def cards(page: str) -> list[str]:
    """Ids of the candidates of a page, in their order."""
    return re.findall(r'data-card data-candidate="(\w+)"', page)


def refresh(page: str) -> str:
    """Where a page's cards are asked anew."""
    found = re.search(r'id="gate" hx-get="([^"]+)"', page)
    assert found
    return found[1].replace("&amp;", "&")


def verses(shell: Shell) -> list[str]:
    """The candidates of that song's verse."""
    known = shell.song("meadow").candidates.items()
    return [name for name, each in known if each.section.label == "verse"]


def looks(shell: Shell) -> list[Any]:
    """What the page recorded as shown."""
    return [each for each in shell.events("CandidatesPresented") if each.where == "page"]


def unseen(shell: Shell, run: str) -> str:
    """Something that a run scored, and that is no candidate."""
    known = set(shell.song("meadow").candidates)
    return next(each["best"]["id"] for each in shell.json("map", run)["cells"]
                if each["best"]["id"] not in known)  # fmt: skip


def test_a_look_is_recorded_once_with_the_seed_of_its_order(client: Client, shell: Shell) -> None:
    gate = gate_of(shell)
    page = client.get(gate)
    (look,) = looks(shell)
    assert (look.where, look.command) == ("page", "gate")
    assert cards(page) == look.candidates == shuffled(look.candidates, look.order_seed)
    assert sorted(look.candidates) == sorted(verses(shell))
    # Asked anew, or loaded again, it is the same look.
    assert cards(client.get(refresh(page))) == cards(client.get(gate)) == look.candidates
    assert len(looks(shell)) == 1
    # What is decided stays in sight until the page is loaded again.
    shell.do("approve", look.candidates[0])
    refreshed = client.get(refresh(page))
    assert cards(refreshed) == look.candidates
    assert "approved as verse" in refreshed
    assert cards(client.get(f"{gate}?stage=chords&section=verse")) == []
    everything = client.get(f"{gate}?stage=chords&section=verse&all=1")
    assert sorted(cards(everything)) == sorted(look.candidates)
    # What comes new is announced, not put between what is looked at.
    run = shell.song("meadow").candidates[look.candidates[1]].run or ""
    new = unseen(shell, run)
    shell.do("bring", run, new)
    assert "Look at 1 new" in client.get(refresh(page))
    assert cards(client.get(f"{gate}?run={run}")) == [new]


def test_orders_of_other_seeds_differ() -> None:
    names = [f"candidate{number}" for number in range(6)]
    assert len({tuple(shuffled(names, seed)) for seed in range(50)}) > 40
    assert shuffled(reversed(names), 7) == shuffled(names, 7)


def test_every_decision_of_the_command_line_is_one_of_the_page(
    client: Client, shell: Shell
) -> None:
    song = shell.song("meadow").song_id
    home = f"/songs/{song}"
    one, two = verses(shell)
    (other,) = shell.candidates(section="chorus")

    def post(path: str, **fields: object) -> str:
        status, line = client.post(f"{home}/{path}", **fields)
        assert status == 200, line
        return line

    def last(kind: str) -> Any:
        return shell.events(kind)[-1]

    assert post(f"candidates/{one}/more") == f"{one[:8]} more like this"
    assert post(f"candidates/{one}/less") == f"{one[:8]} less like this"
    assert post(f"candidates/{one}/least", among=f"{one} {two}").endswith("least good of these")
    assert last("PreferenceStated").among == [two]
    assert post("cant-tell", candidates=f"{two} {one}").endswith("no difference to tell")
    assert (last("PreferenceStated").candidate, last("PreferenceStated").among) == (two, [one])
    assert post(f"candidates/{one}/label", label="opening") == f"{one[:8]} will be called opening"
    assert "slow it down" in post(f"candidates/{one}/note", note="slow it down")
    assert post(f"candidates/{one}/approve") == f"{one[:8]} approved as opening"
    assert shell.approved_file("opening").exists()
    assert post(f"candidates/{two}/approve", label="b", note="too", section="verse").endswith("b")
    assert post(f"candidates/{two}/use").startswith("verse stands on chords b now")
    assert post(f"candidates/{other}/reject", reason="no").startswith(f"{other[:8]} rejected")
    assert last("CandidateRejected").reason == "no"
    assert "taken back" in post(f"candidates/{other}/undo")
    assert "rejected" in post("none", candidates=f"{one} {other}")
    assert shell.row(other)["status"] == "rejected"
    assert shell.row(one)["status"] == "approved"
    assert "taken back" in post("undo")
    assert shell.row(other)["status"] == "pending"
    run = shell.song("meadow").candidates[one].run
    new = unseen(shell, run)
    assert post("bring", run=run, candidate=new).endswith("waits at the gate: chords for verse")
    assert last("CandidateBrought").survivor.id == new


def test_what_an_undone_approval_makes_stale_is_said_and_comes_back(
    client: Client, shell: Shell
) -> None:
    song, (chords, _) = shell.song("meadow").song_id, verses(shell)
    shell.do("approve", chords)
    size = [word for name, value in TINY.items() for word in (f"--{name}", str(value))]
    (run,) = shell.json("evolve", "--song", song, "--stage", "drums", *size)
    drums = run["survivors"][0]["id"]
    home = f"/songs/{song}"
    client.post(f"{home}/candidates/{drums}/approve", label="beat")
    page = client.get(f"{home}/gate?stage=drums&section=verse&all=1")
    status, line = client.post(f"{home}/candidates/{chords}/undo")
    assert (status, line) == (
        200, f"{chords[:8]} decision taken back: approved as verse; stale now: drums beat"
    )  # fmt: skip
    refreshed = client.get(refresh(page))
    assert f"stale: its chords {chords[:8]} is not approved any more" in refreshed
    approval = shell.events("DecisionUndone")[-1].undoes
    status, line = client.post(f"{home}/history/redo?event={approval}")
    assert (status, line) == (
        200, f"{chords[:8]} decided again: approved as verse; fits again: drums beat"
    )  # fmt: skip


def test_what_cannot_be_decided_is_said_in_one_line(client: Client, shell: Shell) -> None:
    home = f"/songs/{shell.song('meadow').song_id}"
    one, _ = verses(shell)
    (foreign,) = shell.candidates("cellar")
    before = shell.head
    for path, fields, status in (
        (f"candidates/{one}/use", {}, 422),
        (f"candidates/{one}/undo", {}, 422),
        (f"candidates/{one}/note", {"note": " "}, 422),
        (f"candidates/{one}/label", {"label": "///"}, 422),
        (f"candidates/{foreign}/approve", {}, 404),
        (f"candidates/{one[:8]}/approve", {}, 404),
        (f"candidates/{one}/least", {"among": foreign}, 422),
        ("cant-tell", {"candidates": one}, 422),
        ("cant-tell", {"candidates": "../../etc/passwd x"}, 422),
        ("none", {"candidates": ""}, 422),
        ("undo", {}, 404),
        ("bring", {"run": "nobody", "candidate": one}, 422),
        (f"candidates/{one}/evolve", {"how": "redo"}, 422),
        (f"candidates/{one}/evolve", {"how": "redo", "bars": "9"}, 422),
        (f"candidates/{one}/evolve", {"how": "redo", "bars": "--model=x"}, 422),
        (f"candidates/{one}/evolve", {"how": "redo", "bars": "1", "rhythm": 1, "pitch": 1}, 422),
        (f"candidates/{one}/evolve", {"how": "lock", "bars": "1-4"}, 422),
        (f"candidates/{one}/evolve", {"how": "more", "radius": "nan"}, 422),
        (f"candidates/{one}/evolve", {"how": "lock", "population": "1"}, 422),
        (f"candidates/{one}/evolve", {"how": "--help"}, 422),
        ("evolve", {"stage": "../drums"}, 404),
    ):
        found, line = client.post(f"{home}/{path}", **fields)
        assert (found, bool(line)) == (status, True), (path, fields, line)
        assert "Traceback" not in line
    for query in ("stage=drums&section=verse", "look=99999999999999999999", "all=1", "section=x"):
        client.get(f"{home}/gate?{query}")
    for query in ("stage=..", "run=nobody"):
        assert client.ask(f"{home}/gate?{query}", client.own)[0] == 404
    assert shell.head - before == len(looks(shell))


def test_candidates_are_decided_by_keys_alone(opened: Page, shell: Shell) -> None:
    first, *_ = verses(shell)
    run = shell.song("meadow").candidates[first].run or ""
    shell.do("bring", run, unseen(shell, run))
    opened.goto(f"{opened.url.rstrip('/')}{gate_of(shell)}")
    shown = opened.locator("[data-card]")
    expect(shown).to_have_count(3)
    one, two, three = (shown.nth(index).get_attribute("data-candidate") or "" for index in range(3))

    def press(keys: str, said: str) -> None:
        for key in keys.split():
            opened.keyboard.press(key)
        expect(opened.locator("#message")).to_contain_text(said)

    press("Space", "")
    expect(opened.get_by_role("button", name="Pause")).to_be_visible(timeout=30_000)
    expect(shown.nth(0).locator(".playhead.on")).to_have_count(1)
    opened.keyboard.press("2")  # what is heard is what the next key decides about
    expect(shown.nth(1)).to_be_focused()
    expect(shown.nth(1).locator(".playhead.on")).to_have_count(1)
    expect(opened.get_by_role("button", name="Hear B")).to_have_attribute("aria-pressed", "true")
    opened.wait_for_timeout(400)
    with opened.expect_response(
        lambda answer: answer.url.endswith("/played") and two in (answer.request.post_data or "")
    ):
        opened.keyboard.press("Space")
    assert two in {each.candidate for each in shell.events("CandidatePlayed")}
    opened.keyboard.press("1")
    press("w", "the least good of these")
    press("l", "")
    expect(opened.locator(f"#label-{one}")).to_be_focused()
    opened.keyboard.type("opening")
    press("Enter", "will be called opening")
    expect(shown.nth(0)).to_be_focused()
    press("a", "approved as opening")
    expect(shown.nth(0)).to_contain_text("approved as opening")
    expect(shown.nth(0)).to_be_focused()  # though the cards were asked anew
    press("ArrowRight a", "approved as verse")
    expect(shown.nth(1).get_by_role("button", name="Use", exact=True)).to_be_enabled()
    press("u", "verse stands on chords verse now")
    press("ArrowRight n", "")
    # What happens elsewhere neither takes the focus nor what is being written.
    opened.keyboard.type("too ")
    shell.do("note", two, "from the terminal")
    expect(shown.nth(1)).to_contain_text("from the terminal")
    opened.keyboard.type("busy")
    press("Enter", "noted")
    press("r", "rejected")
    expect(shown.nth(2)).to_contain_text("rejected")
    press("z", "taken back")
    expect(shown.nth(2)).not_to_contain_text("rejected")
    press("r", "rejected")
    press("b", "")
    expect(shown.nth(2).get_by_role("button", name="bar 1")).to_be_focused()
    opened.keyboard.press("ArrowRight")
    opened.keyboard.press("Shift+ArrowRight")
    expect(shown.nth(2).locator("input[name=bars]")).to_have_value("2-3")
    expect(opened.locator("rect.bar.chosen")).to_have_count(2)
    opened.get_by_text("Size of runs").click()
    for name, value in TINY.items():
        opened.locator(f"#run-size input[name={name}]").fill(str(value))
    opened.keyboard.press("Escape")
    opened.locator(f"#card-{three}").focus()
    press("y", "bars 2-3 again: begun")
    song = shell.song("meadow")
    assert [song.candidates[each].status for each in (one, two, three)] == [
        "approved", "approved", "rejected",
    ]  # fmt: skip
    assert song.candidates[one].approval.label == "opening"  # type: ignore[union-attr]
    assert song.candidates[three].notes == ("too busy",)
    assert (song.preferences[0].candidate, song.preferences[0].preference) == (one, "least")
    assert set(song.preferences[0].among) == {two, three}
    assert song.uses[-1].candidate == two
    expect(opened.locator("#look-again")).to_be_visible(timeout=30_000)
    started = shell.events("RunStarted")[-1]
    assert (started.source, started.locks.bars, started.seed) == (three, [0, 3], TINY["seed"])
    with opened.expect_navigation():
        opened.keyboard.press("g")
    expect(shown).to_have_count(len(shell.events("RunFinished")[-1].survivors))
