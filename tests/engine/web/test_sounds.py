"""Sound through the server: rendered in a process of its own, played, and recorded as heard."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from engine.audio.cache import SoundCache
from engine.audio.samples import read_back
from tests.engine.command_line import Shell

PLAY = """async ([song, ids, tempo]) => {
  const { playerOf, auditionOf } = await import("/static/listening.js");
  window.player = playerOf(song);
  await player.open(auditionOf(song, ids, tempo));
  await player.play();
  const meter = new AnalyserNode(player.context);
  player.output.connect(meter);
  window.level = () => {
    const samples = new Float32Array(meter.fftSize);
    meter.getFloatTimeDomainData(samples);
    return Math.hypot(...samples) / Math.sqrt(samples.length);
  };
  return player.audition;
}"""


def until(page: Page, condition: str) -> None:
    """Wait until it holds; the page's own rules forbid it to evaluate text itself."""
    for _ in range(200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(condition)


def test_candidates_are_heard_and_the_log_says_so(opened: Page, shell: Shell) -> None:
    ids = shell.candidates()
    song = shell.song("meadow").song_id
    made = opened.evaluate(PLAY, [song, ids, None])
    assert [each["name"] for each in made["alternatives"]] == ids
    cache = SoundCache.of_studio(shell.folder)
    for each in made["alternatives"]:
        for stem in each["stems"]:
            found = read_back(cache.read(stem["file"]) or b"")
            assert found is not None
            assert len(found[0]) == made["frames"]
    until(opened, "level() > 0.01")
    opened.wait_for_timeout(400)
    opened.evaluate("player.choose(1)")
    opened.wait_for_timeout(300)
    with opened.expect_response(re.compile("/played")) as response:
        opened.evaluate("player.pause()")
    assert response.value.status == 204
    until(opened, "level() === 0")
    opened.wait_for_timeout(100)
    heard = {event.candidate: event for event in shell.events("CandidatePlayed")}
    assert set(heard) == set(ids[:2])
    assert heard[ids[0]].seconds > 0.3
    assert (heard[ids[0]].where, heard[ids[0]].alone) == ("page", False)
    faster = opened.evaluate(PLAY, [song, ids[:1], 2 * made["tempo_bpm"]])
    assert abs(faster["frames"] - made["frames"] / 2) <= 1


def test_what_cannot_be_heard_is_said(opened: Page, shell: Shell) -> None:
    song, (first, *_) = shell.song("meadow").song_id, shell.candidates()
    for query in ("", "id=nobody", *(f"id={first}&tempo={tempo}" for tempo in ("1", "nan", "x"))):
        answer = opened.request.get(f"{opened.url}songs/{song}/audition?{query}")
        assert (answer.status, "error" in answer.json()) == (422, True)
    for name in ("..%2Fstudio.db", "studio.db", "0" * 32 + ".flac"):
        assert opened.request.get(f"{opened.url}sounds/{name}").status == 404
    headers = opened.evaluate("JSON.parse(document.body.getAttribute('hx-headers:inherited'))")
    forms = [{}, {"candidate": "nobody", "seconds": "1"}]
    forms += [{"candidate": first, "seconds": seconds} for seconds in ("", "-1", "1e9", "inf")]
    for form in forms:
        answer = opened.request.post(f"{opened.url}songs/{song}/played", form=form, headers=headers)
        assert answer.status in {404, 422}
    assert shell.events("CandidatePlayed") == []
