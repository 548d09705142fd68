// The whole song: its plan as a list that is dragged, or moved by keys, and its recording by bars.
import { makeCurrent } from "/static/page.js";

const form = document.getElementById("plan");
const list = document.getElementById("sections");
const rows = () => [...list.children];

// Saving: every change at once, one after the other, so that each begins from what the last saved.
let isSaving = false;
let isChanged = false;

function save() {
  remember();
  post();
}

function post() {
  if (isSaving) {
    isChanged = true;
    return;
  }
  isSaving = true;
  clearErrors();
  htmx.trigger(form, "save");
}

form.addEventListener("htmx:finally:request", (event) => {
  if (event.target !== form) return;
  isSaving = false;
  setTimeout(() => {
    showError();
    if (isChanged) {
      isChanged = false;
      post();
    }
  });
});
form.addEventListener("change", save);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", (event) => {
  if (event.target.type === "range") event.target.parentElement.querySelector("output").value = Number(event.target.value).toFixed(2);
});

// What the plan was before each change, so that every one can be taken back.
const earlier = [];
let present = null;

function remember() {
  earlier.push(present);
  present = snapshot();
  document.getElementById("undo-plan").disabled = false;
}

const others = () => [...form.querySelectorAll("fieldset input, fieldset select")];
const snapshot = () => ({ rows: rows().map(copyOf), values: others().map((field) => field.value) });

function takeBack() {
  present = earlier.pop();
  list.replaceChildren(...present.rows.map(copyOf));
  others().forEach((field, index) => (field.value = present.values[index]));
  document.getElementById("undo-plan").disabled = earlier.length === 0;
  number();
  document.getElementById("moved").textContent = "the last change is taken back";
  post();
}

function clearErrors() {
  for (const line of form.querySelectorAll(".error")) line.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
}

/** The field that a refused plan names: of a section, or of the whole. */
function fieldOf({ section, field }) {
  const within = section ? rows()[section - 1] : form;
  if (!within || (!section && !field)) return null;
  const names = [`section_${field}`, `part_${field}`, field, `instrument_${field}`];
  const found = names.map((name) => within.querySelector(`[name="${CSS.escape(name)}"]:not([type=hidden])`));
  return found.find(Boolean) ?? within.querySelector("input:not([type=hidden])");
}

/** Write why the plan isn't saved beside the field that is the reason. */
function showError() {
  const message = document.getElementById("message");
  if (message.dataset.field === undefined) return;
  const field = fieldOf(message.dataset);
  if (field === null) return;
  field.closest("details")?.setAttribute("open", "");
  const line = document.createElement("span");
  line.className = "error";
  line.id = "plan-error";
  line.textContent = message.textContent;
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", line.id);
  (field.closest("label") ?? field).after(line);
}

// The list -----------------------------------------------------------------------------------------

const nameOf = (row) => row.querySelector("[name=section_name]").value;

function number() {
  rows().forEach((row, index, all) => {
    row.setAttribute("aria-label", `${index + 1} of ${all.length}: ${nameOf(row)}`);
    row.querySelector("[data-do=up]").disabled = index === 0;
    row.querySelector("[data-do=down]").disabled = index === all.length - 1;
    row.querySelector("[data-do=remove]").disabled = all.length === 1;
  });
}

function changed(row, text) {
  number();
  document.getElementById("moved").textContent = text ?? row.getAttribute("aria-label");
  save();
}

const ACTIONS = {
  up: (row) => row.previousElementSibling?.before(row),
  down: (row) => row.nextElementSibling?.after(row),
  copy: (row) => row.after(copyOf(row)),
  remove: (row) => row.remove(),
};

/** A copy that has what is typed and chosen now, which a clone alone has not. */
function copyOf(row) {
  const copy = row.cloneNode(true);
  const fields = row.querySelectorAll("input, select, textarea");
  copy.querySelectorAll("input, select, textarea").forEach((field, index) => (field.value = fields[index].value));
  copy.removeAttribute("aria-current");
  return copy;
}

function act(row, action) {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  const name = nameOf(row);
  ACTIONS[action](row);
  const shown = action === "remove" ? next : action === "copy" ? row.nextElementSibling : row;
  makeCurrent(shown, { focus: true });
  changed(shown, action === "remove" ? `${name} removed` : undefined);
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.id === "undo-plan") takeBack();
  if (button?.dataset.do) act(button.closest("li"), button.dataset.do);
  if (button?.dataset.add) {
    const made = form.querySelector(`template[data-section="${button.dataset.add}"]`).content.cloneNode(true).firstElementChild;
    list.append(made);
    makeCurrent(made, { focus: true });
    changed(made);
  }
});

// Dragging: the row follows the pointer by its place in the list.
let dragged = null;
let before = null;

list.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest(".grip");
  if (!grip || event.button !== 0) return;
  event.preventDefault();
  dragged = grip.closest("li");
  before = rows().indexOf(dragged);
  dragged.classList.add("dragged");
  list.setPointerCapture(event.pointerId);
});
list.addEventListener("pointermove", (event) => {
  if (dragged === null) return;
  const others = rows().filter((row) => row !== dragged);
  const below = others.find((row) => {
    const box = row.getBoundingClientRect();
    return event.clientY < box.top + box.height / 2;
  });
  if (below === dragged.nextElementSibling) return;
  list.insertBefore(dragged, below ?? null);
});
function drop(isKept) {
  if (dragged === null) return;
  const row = dragged;
  dragged = null;
  row.classList.remove("dragged");
  if (!isKept) {
    row.remove();
    list.insertBefore(row, list.children[before] ?? null);
  } else if (rows().indexOf(row) !== before) {
    makeCurrent(row);
    changed(row);
  }
}
list.addEventListener("pointerup", () => drop(true));
list.addEventListener("pointercancel", () => drop(false));

// The recording ------------------------------------------------------------------------------------
// Its element is another after an arrangement, so it is looked up each time.

const audio = () => document.getElementById("audio");
const seconds = () => JSON.parse(document.getElementById("recording").dataset.seconds);

function playFrom(bar) {
  const begins = seconds();
  const at = begins[Math.min(Math.max(1, bar), begins.length - 1) - 1];
  const player = audio();
  document.getElementById("bar").value = String(bar);
  if (player.readyState > 0) player.currentTime = at;
  else player.addEventListener("loadedmetadata", () => (player.currentTime = at), { once: true });
  player.play();
}

function barAt(time) {
  const begins = seconds();
  const next = begins.findIndex((begin) => begin > time + 0.005);
  return next === -1 ? begins.length - 1 : Math.max(1, next);
}

document.addEventListener("click", (event) => {
  const isCurrent = document.getElementById("recording")?.dataset.isCurrent === "true";
  const from = event.target.closest(isCurrent ? "[data-from-bar], [data-bar]" : "[data-from-bar]");
  const button = event.target.closest("button");
  if (button?.id === "play") audio().paused ? audio().play() : audio().pause();
  else if (button?.id === "from-bar") playFrom(Number(document.getElementById("bar").value));
  else if (from && audio()) playFrom(Number(from.dataset.fromBar ?? from.dataset.bar));
});
document.addEventListener("timeupdate", (event) => {
  if (event.target.id === "audio") document.getElementById("bar-now").value = String(barAt(event.target.currentTime));
}, true);

number();
present = snapshot();
