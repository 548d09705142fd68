"""A page with nothing but the player, and a recorder of what it sends to the device."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

ORIGIN = "http://localhost"  # browsers trust it as they do HTTPS, which the recorder needs

PAGE = """<!doctype html><title>player</title>
<script type="module">
import { Player } from "/player.js";
import * as module from "/player.js";
window.module = module;
window.player = new Player({ soundUrl: (file) => `/sounds/${file}` });
window.seen = { played: [], states: [], bars: [] };
player.addEventListener("played", (event) => seen.played.push(event.detail));
player.addEventListener("state", (event) => seen.states.push(event.detail.chosen));
player.addEventListener("position", (event) => seen.bars.push(event.detail.bar));
</script>"""

# Notes the left channel of all that goes to the device: of each block the frame of the clock that
# it begins with, then its samples.
RECORD = """async () => {
  const processor = `registerProcessor("recorder", class extends AudioWorkletProcessor {
    process([input]) {
      this.port.postMessage(Float32Array.of(currentFrame, ...(input[0] ?? new Float32Array(128))));
      return true;
    }
  });`;
  const script = URL.createObjectURL(new Blob([processor], { type: "text/javascript" }));
  await player.context.audioWorklet.addModule(script);
  const recorder = new AudioWorkletNode(player.context, "recorder");
  window.blocks = [];
  recorder.port.onmessage = ({ data }) => blocks.push(data);
  player.output.connect(recorder).connect(player.context.destination);
}"""
TAKE = """() => fetch("/take", { method: "POST", body: new Blob(blocks) })"""
BLOCK_FRAMES = 128


def open_player(
    page: Page, auditions: Mapping[str, Any], sounds: Mapping[str, bytes]
) -> list[NDArray[np.float32]]:
    """Open a page with a player; returns the samples that the page has posted to ``/take``.

    Args:
        page: of the browser.
        auditions: by name, what the server answers to ``/audition/<name>``.
        sounds: files of the cache.
    """
    script = (files("engine.web") / "static" / "player.js").read_text("utf-8")

    taken: list[NDArray[np.float32]] = []

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN)
        kind, _, name = path.strip("/").partition("/")
        if kind == "player.js":
            route.fulfill(body=script, content_type="text/javascript")
        elif kind == "take":
            taken.append(np.frombuffer(route.request.post_data_buffer or b"", np.float32))
            route.fulfill(body="")
        elif kind == "audition" and name in auditions:
            route.fulfill(body=json.dumps(auditions[name]), content_type="application/json")
        elif kind == "sounds" and name in sounds:
            route.fulfill(body=sounds[name], content_type="audio/flac")
        elif not kind:
            route.fulfill(body=PAGE, content_type="text/html")
        else:
            route.fulfill(status=404, body=json.dumps({"error": f"no {name}"}))

    page.route("**/*", answer)
    page.goto(ORIGIN)
    page.wait_for_function("window.player")
    return taken
