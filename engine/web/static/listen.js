// Buttons that play alternatives on one clock: each names an audition and its place in it.
// Pressing the one that sounds pauses; another of the same audition is heard from the same bar on.

import { say } from "/static/page.js";
import { Player } from "/static/player.js";

const player = new Player({ soundUrl: (file) => `/sounds/${encodeURIComponent(file)}` });
let opened = null;
let sounding = null;

function show() {
  for (const button of document.querySelectorAll("[data-audition]")) {
    const isIt = player.isPlaying && button.dataset.audition === opened && button.dataset.place === sounding;
    button.setAttribute("aria-pressed", String(isIt));
  }
}

async function listen({ audition, place }) {
  if (player.isPlaying && audition === opened && place === sounding) {
    player.pause();
    return;
  }
  if (audition !== opened) {
    say("preparing the sound");
    await player.open(audition);
    opened = audition;
    say("");
  }
  sounding = place;
  player.choose(Number(place));
  if (!player.isPlaying) await player.play();
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-audition]");
  if (!button) return;
  try {
    await listen(button.dataset);
  } catch (error) {
    say(error.message);
  }
  show();
});
player.addEventListener("state", show);
