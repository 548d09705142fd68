// Fields in what has data-remembers keep what was typed into them, for as long as the tab is open.

const keyOf = (field) => `remembered ${field.name}`;

for (const field of document.querySelectorAll("[data-remembers] input[name]")) {
  field.value = sessionStorage.getItem(keyOf(field)) ?? field.value;
}
document.addEventListener("input", (event) => {
  const field = event.target;
  if (field.matches("[data-remembers] input[name]")) sessionStorage.setItem(keyOf(field), field.value);
});
