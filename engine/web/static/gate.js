// The gate: bars are chosen on the rolls, fields open by a key, and candidates are heard in turn.

import { currentCard, makeCurrent, say } from "./page.js";
import { auditionOf, playerOf } from "./listening.js";

const bar = document.getElementById("player");
const candidates = bar.dataset.candidates.split(" ").filter(Boolean);
const cardOf = (candidate) => document.getElementById(`card-${candidate}`);
const isPressed = (button) => button.getAttribute("aria-pressed") === "true";
const press = (button, pressed) => button.setAttribute("aria-pressed", String(pressed));

// Bars of a roll -----------------------------------------------------------------------------------
// Chosen by click or by keys on the numbers above the roll; they stand in the field "Bars" too,
// which may be written in as well.

const lastBars = new Map(); // by the card's id: what was chosen last
const rulerButtons = (card) => [...card.querySelectorAll(".ruler button")];
const barsField = (card) => card.querySelector("input[name=bars]");

/** Numbers as a person writes them: 1-2, 5. */
function ranges(numbers) {
  const found = [];
  for (const number of numbers) {
    const last = found.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else found.push([number, number]);
  }
  return found.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(", ");
}

function numbersIn(text) {
  const found = new Set();
  for (const [, first, last] of text.matchAll(/(\d{1,3})(?:\s*[-–]\s*(\d{1,3}))?/g)) {
    for (let number = Number(first); number <= Number(last ?? first); number++) found.add(number);
  }
  return found;
}

function showChosen(card, numbers) {
  for (const button of rulerButtons(card)) press(button, numbers.has(Number(button.dataset.bar)));
  for (const rect of card.querySelectorAll("rect.bar")) {
    rect.classList.toggle("chosen", numbers.has(Number(rect.dataset.bar)));
  }
}

/** Choose a bar or let it go; or choose all bars from another one on. */
function chooseBar(card, number, from = null) {
  const numbers = numbersIn(barsField(card)?.value ?? "");
  if (from !== null) {
    for (let each = Math.min(from, number); each <= Math.max(from, number); each++) numbers.add(each);
  } else if (!numbers.delete(number)) numbers.add(number);
  lastBars.set(card.id, number);
  const field = barsField(card);
  if (field) field.value = ranges([...numbers].sort((one, other) => one - other));
  showChosen(card, numbers);
}

function focusBar(card, button) {
  for (const each of rulerButtons(card)) each.tabIndex = each === button ? 0 : -1;
  button.focus();
}

function onRulerKey(event) {
  const button = event.target.closest(".ruler button");
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!button || !step) return;
  const card = button.closest("[data-card]");
  const next = rulerButtons(card)[Number(button.dataset.bar) - 1 + step];
  if (!next) return;
  event.preventDefault();
  if (event.shiftKey) chooseBar(card, Number(next.dataset.bar), Number(button.dataset.bar));
  focusBar(card, next);
}

/** Keep a drum, or let it evolve: its name on the roll and its box are one. */
function showDrum(box) {
  const name = box.value.replaceAll("_", " ");
  for (const row of box.closest("[data-card]").querySelectorAll(`[data-row="${CSS.escape(name)}"]`)) {
    row.classList.toggle("chosen", box.checked);
  }
}

document.addEventListener("change", (event) => {
  if (event.target.name === "voices") showDrum(event.target);
});
document.addEventListener("click", (event) => {
  const row = event.target.closest(".axis .row")?.dataset.row.replaceAll(" ", "_");
  if (row) event.target.closest("[data-card]").querySelector(`input[name=voices][value="${CSS.escape(row)}"]`)?.click();
  const chosen = event.target.closest(".ruler button, rect.bar");
  if (chosen) {
    const card = chosen.closest("[data-card]");
    const from = event.shiftKey ? (lastBars.get(card.id) ?? null) : null;
    chooseBar(card, Number(chosen.dataset.bar), from);
  }
  const opens = event.target.closest("[data-opens]")?.dataset.opens;
  if (opens) openField(document.getElementById(opens));
});
document.addEventListener("keydown", onRulerKey);
document.addEventListener("input", (event) => {
  if (event.target.name === "bars") showChosen(event.target.closest("[data-card]"), numbersIn(event.target.value));
});

// Fields -------------------------------------------------------------------------------------------

function openField(field) {
  if (!field) return;
  field.closest("details").open = true;
  const card = field.closest("[data-card]");
  if (field.name === "bars") focusBar(card, rulerButtons(card)[(lastBars.get(card.id) ?? 1) - 1]);
  else field.focus();
}

// Back to the card, so that the next key is a decision again.
document.addEventListener("keydown", (event) => {
  const card = event.target.closest("[data-card]");
  if (event.key === "Escape" && card && event.target !== card) makeCurrent(card, { focus: true });
});
document.body.addEventListener("htmx:after:request", (event) => {
  const { sourceElement, response } = event.detail.ctx;
  const form = sourceElement?.closest("form[data-returns]");
  if (!form || !response?.raw?.ok) return;
  form.reset();
  makeCurrent(form.closest("[data-card]"), { focus: true });
});

// Sound --------------------------------------------------------------------------------------------

const player = playerOf(bar.dataset.song);
const play = document.getElementById("play");
const tempo = document.getElementById("tempo");
const parts = document.getElementById("parts");
let opened = "";

/** Where what is to be heard is described: what is as long as the current one, at most nine. */
function address() {
  const { bars } = currentCard().dataset;
  const alike = candidates.filter((each) => cardOf(each)?.dataset.bars === bars).slice(0, 9);
  const other = tempo.value !== tempo.defaultValue && tempo.checkValidity();
  return auditionOf(bar.dataset.song, alike, other ? Number(tempo.value) : undefined);
}

async function open() {
  const wanted = address();
  if (wanted === opened) return;
  say("preparing the sound");
  await player.open(wanted);
  opened = wanted;
  say("");
  showParts();
  hear(currentCard());
}

/** Hear the candidate of a card, if the sound is open. */
function hear(card) {
  const place = player.audition?.alternatives.findIndex((each) => each.name === card?.dataset.candidate);
  if (place >= 0) player.choose(place);
  else if (player.isPlaying) attempt(openAndPlay); // of another length: on a clock of its own
}

async function attempt(action) {
  try {
    await action();
  } catch (error) {
    say(error.message);
  }
}

async function openAndPlay() {
  await open();
  await player.play();
}

const toggle = () => attempt(() => (player.isPlaying ? player.pause() : openAndPlay()));

function showParts() {
  const names = new Set(player.audition.alternatives.flatMap((each) => each.stems.map((stem) => stem.part)));
  parts.replaceChildren(
    ...[...names].flatMap((name) =>
      [["mute", "muted"], ["solo", "solo"]].map(([what, state]) => {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = `${what} ${name}`;
        button.dataset.state = state;
        button.dataset.part = name;
        press(button, player.heard[state].has(name));
        button.addEventListener("click", () => player[what](name, !isPressed(button)));
        return button;
      }),
    ),
  );
}

function showState({ playing, parents, click, muted, solo }) {
  const chosen = player.chosen;
  press(play, playing);
  play.firstChild.textContent = playing ? "Pause" : "Play";
  press(document.getElementById("parents"), parents);
  press(document.getElementById("click"), click);
  const heard = { muted, solo };
  for (const button of parts.children) press(button, heard[button.dataset.state].has(button.dataset.part));
  for (const button of bar.querySelectorAll("[data-choose]")) press(button, button.dataset.choose === chosen);
  for (const line of document.querySelectorAll(".playhead")) {
    line.classList.toggle("on", playing && line.closest("[data-card]").dataset.candidate === chosen);
  }
}

function showPosition(position) {
  const line = player.chosen && cardOf(player.chosen)?.querySelector(".playhead");
  if (!line) return;
  const x = `${(100 * (position - 1)) / player.audition.bars}%`;
  line.setAttribute("x1", x);
  line.setAttribute("x2", x);
}

play.addEventListener("click", toggle);
bar.addEventListener("click", (event) => {
  const candidate = event.target.closest("[data-choose]")?.dataset.choose;
  if (candidate) makeCurrent(cardOf(candidate), { focus: true });
});
document.addEventListener("card:current", (event) => {
  hear(event.target);
  for (const button of bar.querySelectorAll("[data-choose]")) {
    press(button, button.dataset.choose === event.target.dataset.candidate);
  }
});
document.getElementById("parents").addEventListener("click", () => player.parents(!player.heard.parents));
document.getElementById("click").addEventListener("click", () => player.click(!player.heard.click));
tempo.addEventListener("change", () => player.audition && attempt(open));
document.getElementById("numerals").addEventListener("click", (event) => {
  const shown = document.getElementById("main").classList.toggle("numerals-shown");
  press(event.currentTarget, shown);
});
player.addEventListener("state", (event) => showState(event.detail));
player.addEventListener("position", (event) => showPosition(event.detail.bar));
