// What connects the player with the server: where sounds are, and the record of what was heard.

import { Player } from "./player.js";

/** What a request that changes something must send. */
const headers = () => JSON.parse(document.body.getAttribute("hx-headers:inherited") ?? "{}");

/** A player for the candidates of a song; the log learns how long each was heard. */
export function playerOf(song) {
  const player = new Player({ soundUrl: (file) => `/sounds/${encodeURIComponent(file)}` });
  player.addEventListener("played", ({ detail: { name, seconds, alone } }) => {
    const body = new URLSearchParams({ candidate: name, seconds: seconds.toFixed(3) });
    if (alone) body.set("alone", "1");
    const address = `/songs/${encodeURIComponent(song)}/played`;
    // Also while the page is being left.
    fetch(address, { method: "POST", headers: headers(), body, keepalive: true });
  });
  return player;
}

/**
 * Where the server describes candidates for `Player.open`.
 *
 * @param {string} song - its id.
 * @param {string[]} candidates - their ids, in the order of the keys 1 to 9.
 * @param {number} [tempo] - quarter notes per minute, for another tempo than their own.
 */
export function auditionOf(song, candidates, tempo) {
  const query = new URLSearchParams(candidates.map((candidate) => ["id", candidate]));
  if (tempo) query.set("tempo", tempo);
  return `/songs/${encodeURIComponent(song)}/audition?${query}`;
}
