"""The whole song on the page: its plan is changed, saved, arranged and downloaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import mido
import pytest
import yaml
from playwright.sync_api import Page, expect

from engine.arrangement.own_plan import shown_plan
from engine.arrangement.plan_text import SECTION_FIELDS
from engine.stages import STAGES
from engine.state.studio import Studio
from tests.engine.command_line import Shell
from tests.engine.web.client import Client

PLAN = "arrangement.yml"


@pytest.fixture
def approved(shell: Shell) -> str:
    """The id of a song with chords for two sections."""
    for section in ("verse", "chorus"):
        first, *_ = shell.candidates(section=section)
        shell.do("approve", first)
    return shell.song("meadow").song_id


def form_of(folder: Path, song: str) -> dict[str, Any]:
    """What the page's form sends where nothing was changed."""
    with Studio.open(folder) as studio:
        shown = shown_plan(studio, studio.song(song))
    sections = shown.planned.plan.sections
    fields: dict[str, Any] = {
        f"section_{name}": [_typed(getattr(section, name)) for section in sections]
        for name in SECTION_FIELDS
        if name != "parts"
    }
    for stage in STAGES:
        fields[f"part_{stage}"] = [each.part(stage) or "" for each in sections]
    return fields | {"ending": shown.planned.plan.ending, "seed": 0, "read": shown.sha256}


def _typed(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "-".join(map(str, value))
    return "" if value is None else str(value)


def moved(fields: dict[str, Any], order: list[int]) -> dict[str, Any]:
    """The fields with their sections in another order."""
    return {
        name: [value[index] for index in order] if isinstance(value, list) else value
        for name, value in fields.items()
    }


def test_a_saved_plan_is_what_the_command_line_arranges(
    shell: Shell, approved: str, client: Client
) -> None:
    fields = form_of(shell.folder, approved)
    count = len(fields["section_name"])
    before = shell.head
    changed = moved(fields, [1, 0, *range(2, count)]) | {
        "ending": "fade",
        "instrument_chords": "harp",
    }
    changed["section_energy"][0] = "0.65"
    changed["section_words"] = ["one line\r\n\r\nanother", *[""] * (count - 1)]
    status, line = client.post(f"/songs/{approved}/whole/save", **changed)
    assert (status, line[:6]) == (200, "saved:")
    assert shell.head == before  # a plan is a file; only what is arranged is recorded
    report = shell.json("arrange", "--song", approved, "--audio", "none")
    (event,) = shell.events("ArrangementAssembled")
    assert event.plan == report["plan"]
    assert [row["name"] for row in event.plan["sections"]][:2] == ["Verse 1", "Intro"]
    assert event.plan["sections"][0]["energy"] == 0.65
    assert event.plan["sections"][0]["words"] == ["one line", "another"]
    assert (event.plan["ending"], event.plan["instruments"]["chords"]) == (
        "fade",
        "Orchestral Harp",
    )


def test_what_can_t_be_saved_names_its_field_and_changes_nothing(
    shell: Shell, approved: str, client: Client
) -> None:
    fields, path = form_of(shell.folder, approved), f"/songs/{approved}/whole/save"
    plan = shell.folder / "exports" / approved / PLAN
    for name, row, value, said in (
        ("section_play", 2, "99", "section 3: play: 99 (accepted"),
        ("section_energy", 0, "nan", "section 1: energy: NaN (accepted"),
        ("section_name", 1, " ", "section 2: name: missing (accepted"),
        ("section_excerpt", 0, "3-9", "section 1 (Intro): excerpt 3-9 of parts that have 4 bars"),
        ("part_chords", 3, "nothing", "section 4 (Verse 2): chords: no approved part 'nothing'"),
        ("part_drums", 0, "../../x", "section 1 (Intro): drums: no approved part '../../x'"),
    ):
        changed = fields | {name: [*fields[name]]}
        changed[name][row] = value
        status, line = client.post(path, **changed)
        assert (status, line.startswith(f"not saved: {said}")) == (422, True), line
    short = fields | {"section_play": fields["section_play"][1:]}
    assert client.post(path, **short)[1].startswith("not saved: the form isn't whole")
    assert not plan.exists()


def test_a_plan_that_others_changed_is_not_overwritten_and_comments_are_kept(
    shell: Shell, approved: str, client: Client
) -> None:
    shell.do("arrange", "--song", approved, "--draft")
    path, fields = f"/songs/{approved}/whole", form_of(shell.folder, approved)
    plan = shell.folder / "exports" / approved / PLAN
    commented = plan.read_text("utf-8") + "# softer, please\n"
    plan.write_text(commented, "utf-8")
    status, line = client.post(f"{path}/save", **fields)
    assert (status, "changed elsewhere" in line) == (422, True)
    again = form_of(shell.folder, approved) | {"ending": "none"}
    assert client.post(f"{path}/save", **again)[0] == 200
    assert yaml.safe_load(plan.read_text("utf-8"))["ending"] == "none"
    (aside,) = plan.parent.glob("arrangement.edited_*.yml")
    assert aside.read_text("utf-8") == commented
    assert client.post(f"{path}/draft")[0] == 200
    assert len(list(plan.parent.glob("arrangement.edited_*.yml"))) == 2
    assert yaml.safe_load(plan.read_text("utf-8"))["ending"] != "none"
    plan.write_text("sections: 3\n", "utf-8")
    assert "can&#39;t be" in client.get(path) or "accepted" in client.get(path)


def test_only_files_of_the_song_s_arrangements_are_sent(
    shell: Shell, approved: str, client: Client
) -> None:
    shell.do("arrange", "--song", approved, "--audio", "none")
    path, exports = f"/songs/{approved}/whole", shell.song(approved).exports
    folder = f"exports/{approved}/arrangements/draft"
    assert client.get(f"{path}/file?file={quote(f'{folder}/{PLAN}')}").startswith(
        "# An arrangement"
    )
    plan = shell.folder / folder / PLAN
    plan.write_text("name: mine\n", "utf-8")
    assert client.get(path).count("edited since it was written") == 1
    assert client.get(f"{path}/file?file={quote(f'{folder}/{PLAN}')}") == "name: mine\n"
    (other,) = [name for name in exports if name.endswith("approved/verse.mid")]
    for asked in (
        *("", "studio.db", "../studio.db", f"{folder}/../../../../studio.db", "/etc/passwd"),
        *("exports", folder, f"{folder}/song.mid/", f"./{folder}/song.mid", other),
    ):
        assert client.ask(f"{path}/file?file={quote(asked)}", client.own)[0] == 404, asked
    plan.unlink()
    plan.symlink_to(shell.folder / "studio.db")
    assert client.ask(f"{path}/file?file={quote(f'{folder}/{PLAN}')}", client.own)[0] == 404


def test_sections_are_dragged_and_moved_by_keys_and_the_song_arranged(
    opened: Page, shell: Shell, approved: str, tmp_path: Path
) -> None:
    opened.goto(f"{opened.url}songs/{approved}/whole")
    names = opened.locator("#sections [name=section_name]")
    first = [each.input_value() for each in names.all()]
    grip, below = opened.locator(".grip").nth(0), opened.locator(".planned").nth(2)
    start, end = grip.bounding_box(), below.bounding_box()
    assert start is not None
    assert end is not None
    opened.mouse.move(start["x"] + 4, start["y"] + 4)
    opened.mouse.down()
    opened.mouse.move(start["x"] + 4, end["y"] + end["height"] - 4, steps=4)
    opened.mouse.up()
    dragged = [first[1], first[2], first[0], *first[3:]]
    expect(opened.locator("#message")).to_contain_text("saved:")
    assert [each.input_value() for each in names.all()] == dragged
    opened.locator(".planned").nth(4).focus()
    opened.keyboard.press("u")
    expect(opened.locator("#moved")).to_have_text(f"4 of {len(first)}: {dragged[4]}")
    opened.keyboard.press("x")
    expect(names).to_have_count(len(first) - 1)
    opened.keyboard.press("z")
    expect(names).to_have_count(len(first))
    opened.locator(".planned").nth(3).focus()
    opened.keyboard.press("x")
    expect(names).to_have_count(len(first) - 1)
    opened.locator("#sections [name=section_play]").nth(0).fill("2")
    opened.get_by_role("button", name="Add Chorus").click()
    opened.locator("[name=seed]").fill("-1")
    opened.locator("[name=seed]").blur()
    expect(opened.locator("#plan-error")).to_contain_text("seed: -1")
    opened.locator("[name=seed]").fill("3")
    opened.locator("[name=seed]").blur()
    expect(opened.locator("#plan-error")).to_have_count(0)
    expect(opened.locator("#message")).to_contain_text("saved:")
    opened.locator("[name=audio]").select_option("none")
    opened.get_by_role("button", name="Arrange it").click()
    link = opened.get_by_role("link", name="the whole song as MIDI")
    expect(link).to_be_visible(timeout=30_000)
    with opened.expect_download() as started:
        link.click()
    started.value.save_as(tmp_path / "song.mid")
    markers = [message.text for track in mido.MidiFile(tmp_path / "song.mid").tracks
               for message in track if message.type == "marker"]  # fmt: skip
    (event,) = shell.events("ArrangementAssembled")
    planned = [row["name"] for row in event.plan["sections"]]
    assert planned == [*dragged[:3], *dragged[3:4], *dragged[5:], "Chorus"]
    assert markers[: len(planned)] == planned
    assert (event.plan["seed"], event.plan["sections"][0]["play"]) == (3, 2)
