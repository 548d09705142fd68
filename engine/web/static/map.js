// The map of a run: points are looked at by hovering, chosen by a click or by arrows, and played.

import { say } from "/static/page.js";

const plane = () => document.getElementById("plane");
const at = (point) => ({ x: Number(point.getAttribute("cx")), y: Number(point.getAttribute("cy")) });
const address = (what, id) => `${plane().dataset.here}/${what}?run=${encodeURIComponent(plane().dataset.run)}&id=${id}`;
const chosen = () => plane().querySelector("[aria-selected=true]");

let turn = 0;

/** Choose a point, and show it beside the map, unless another was chosen in the meantime. */
async function choose(point) {
  const mine = ++turn;
  chosen()?.setAttribute("aria-selected", "false");
  point.setAttribute("aria-selected", "true");
  plane().setAttribute("aria-activedescendant", point.id);
  plane().append(point); // over those that it lies among
  const answer = await fetch(address("one", point.dataset.id));
  const text = await answer.text();
  if (mine !== turn) return;
  if (!answer.ok) {
    say("that can't be shown; load the page again");
    return;
  }
  document.getElementById("one").outerHTML = text; // the server escapes every name
  htmx.process(document.getElementById("one"));
}

/** The nearest point in a direction: what lies aside counts twice. */
function nearest(from, [right, down]) {
  const start = at(from);
  let best = null;
  let least = Infinity;
  for (const point of plane().querySelectorAll("circle")) {
    const { x, y } = at(point);
    const along = (x - start.x) * right + (y - start.y) * down;
    const aside = Math.abs((x - start.x) * down) + Math.abs((y - start.y) * right);
    if (along < 0.5 || along + 2 * aside >= least) continue;
    least = along + 2 * aside;
    best = point;
  }
  return best;
}

document.addEventListener("keydown", (event) => {
  if (event.target.id !== "plane" || event.ctrlKey || event.metaKey || event.altKey) return;
  const direction = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
  if (!direction && event.key !== "Home") return;
  event.preventDefault();
  const best = plane().querySelector("[data-best]");
  const next = direction && chosen() ? nearest(chosen(), direction) : best;
  if (next) choose(next);
});

document.addEventListener("click", async (event) => {
  if (event.target.closest("#one [hx-post]")) say("bringing it to the gate");
  const look = event.target.closest("[data-look]");
  const point = event.target.closest("#plane circle") ?? (look && document.getElementById(`point-${look.dataset.look}`));
  if (!point) return;
  if (!look) plane().focus();
  await choose(point);
  if (!look) document.querySelector(`#one[data-id="${point.dataset.id}"] [data-audition]`)?.click();
});

// Small rolls --------------------------------------------------------------------------------------

const rolls = new Map();
let waiting = 0;
const hovered = () => document.getElementById("hovered");

async function show(point, x, y) {
  const { id } = point.dataset;
  if (!rolls.has(id)) {
    const answer = await fetch(address("roll", id));
    if (!answer.ok) return;
    rolls.set(id, await answer.text());
  }
  const box = hovered();
  box.innerHTML = rolls.get(id); // drawn by the server, which escapes every name
  const words = document.createElement("p");
  words.textContent = point.getAttribute("aria-label");
  box.append(words);
  box.style.left = `${Math.min(x + 16, innerWidth - 260)}px`;
  box.style.top = `${Math.min(y + 16, innerHeight - 180)}px`;
  box.hidden = false;
}

document.addEventListener("pointerover", (event) => {
  if (!hovered()) return;
  clearTimeout(waiting);
  const point = event.target.closest?.("#plane circle");
  if (!point) hovered().hidden = true;
  else waiting = setTimeout(() => show(point, event.clientX, event.clientY), 120);
});
