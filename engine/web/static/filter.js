// A field with data-filter shows only those elements that have all words typed into it.

function apply(field) {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const each of document.querySelectorAll(field.dataset.filter)) {
    const text = each.textContent.toLowerCase();
    each.hidden = !words.every((word) => text.includes(word));
  }
}

const applyAll = () => document.querySelectorAll("[data-filter]").forEach(apply);

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-filter]")) apply(event.target);
});
// What was asked anew shows everything again.
document.body.addEventListener("htmx:after:swap", applyAll);
applyAll();
