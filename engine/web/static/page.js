// What all pages do: regions that follow the log, and keys for every button that has one.

const message = () => document.getElementById("message");

/** Ask the regions anew that show a song, or the jobs; "*" means everything. */
export function refresh(songs) {
  const isNews = (each) => songs.includes(each) || (each === "*" && !songs.includes("jobs"));
  for (const region of document.querySelectorAll("[data-follows]")) {
    if (songs.includes("*") || region.dataset.follows.split(" ").some(isNews)) htmx.trigger(region, "changed");
  }
}

function followLog() {
  // htmx would begin by a timer, which may come after the page is loaded: a key pressed between
  // would be lost.
  htmx.process(document.body);
  const live = document.getElementById("live");
  live.addEventListener("log", (event) => refresh(JSON.parse(event.detail.data).songs));
  for (const name of ["ready", "jobs"]) live.addEventListener(name, () => refresh(["jobs"]));
  // Only here, as htmx may have begun before its extension for streams was loaded.
  live.setAttribute("hx-sse:connect", live.dataset.events);
  htmx.process(live);
  // What this page did is shown at once; the log's message comes a moment later.
  document.body.addEventListener("htmx:after:request", (event) => {
    const { request } = event.detail.ctx;
    if (request.method !== "GET") refresh(["*"]);
  });
  document.body.addEventListener("htmx:error", (event) => {
    if (event.detail.error?.name !== "AbortError") say("the engine doesn't answer; is engine serve still running?");
  });
}

/** Show a line where messages stand. */
export function say(text) {
  message().textContent = text;
}

// Keys ------------------------------------------------------------------------------------------
// A button or link with data-key is pressed by that key: the one in the current card before any
// other. A card is anything with data-card; arrows move among them, and clicking one makes it current.

const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]");

export function currentCard() {
  return document.querySelector("[data-card][aria-current=true]") ?? document.querySelector("[data-card]");
}

export function makeCurrent(card, { focus = false } = {}) {
  for (const other of document.querySelectorAll("[data-card][aria-current=true]")) other.removeAttribute("aria-current");
  card.setAttribute("aria-current", "true");
  card.dispatchEvent(new CustomEvent("card:current", { bubbles: true }));
  if (focus) {
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest" });
  }
}

function withKey(key) {
  const wanted = `[data-key="${CSS.escape(key)}"]:not([disabled])`;
  return currentCard()?.querySelector(wanted) ?? [...document.querySelectorAll(wanted)].find((each) => !each.closest("[data-card]"));
}

function moveCard(step) {
  const cards = [...document.querySelectorAll("[data-card]")];
  if (!cards.length) return;
  const index = cards.indexOf(currentCard());
  makeCurrent(cards[Math.min(cards.length - 1, Math.max(0, index + step))], { focus: true });
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  const inCards = event.target === document.body || event.target.closest("[data-card]") === event.target;
  if (step && inCards && document.querySelector("[data-card]")) {
    event.preventDefault();
    moveCard(step);
    return;
  }
  if (event.key === " " && event.target.closest("button, a, summary")) return; // presses that
  const button = withKey(event.key);
  if (button) {
    event.preventDefault();
    if (isTyping(button)) button.focus();
    else button.click();
  }
}

function showKeys() {
  const dialog = document.getElementById("keys");
  const list = dialog.querySelector("dl");
  const known = new Map();
  for (const each of document.querySelectorAll("[data-key]")) {
    const text = each.labels?.[0]?.textContent || each.textContent;
    known.set(each.dataset.key, each.getAttribute("aria-label") ?? text.trim());
  }
  list.replaceChildren();
  for (const [key, label] of known) {
    const term = document.createElement("dt");
    const keyName = document.createElement("kbd");
    keyName.textContent = key === " " ? "space" : key;
    term.append(keyName);
    const meaning = document.createElement("dd");
    meaning.textContent = label;
    list.append(term, meaning);
  }
  dialog.showModal();
}

document.addEventListener("keydown", onKey);
document.addEventListener("click", (event) => {
  const card = event.target.closest("[data-card]");
  if (card) makeCurrent(card);
  if (event.target.closest("#show-keys")) showKeys();
});
document.addEventListener("focusin", (event) => {
  const card = event.target.closest("[data-card]");
  if (card) makeCurrent(card);
});
followLog();
