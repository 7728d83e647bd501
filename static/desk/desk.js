/* Questions before a loss, busy buttons, copying, and the import page. No outside code. */
"use strict";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) {
    event.preventDefault();
    return;
  }
  if (form.dataset.import) {
    event.preventDefault();
    importProducts(form, event.submitter);
    return;
  }
  if (form.dataset.progress) {
    event.preventDefault();
    const body = new FormData(form, event.submitter);
    sendWithProgress(form, body, form.dataset.progress);
    return;
  }
  const button = event.submitter;
  if (button && button.classList.contains("desk-button")) {
    /* After the form has gone: a disabled button would not be sent with it. */
    window.setTimeout(() => { button.disabled = true; }, 0);
  }
});

/* Labels of cells on narrow screens begin large; a style alone can only do so for every word. */
document.addEventListener("DOMContentLoaded", () => {
  for (const cell of document.querySelectorAll("[data-label]")) {
    const { label } = cell.dataset;
    cell.dataset.label = label.charAt(0).toLocaleUpperCase() + label.slice(1);
  }
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = button.parentElement.querySelector("[data-copy-source]");
  try {
    await navigator.clipboard.writeText(source.textContent);
    button.textContent = button.dataset.copy;
  } catch {
    window.getSelection().selectAllChildren(source);
  }
});

/* The theme's script writes the name of a chosen file into a field beside it, which ours have not: they
   show the name themselves. It must not hear of them. */
document.addEventListener("change", (event) => {
  if (event.target.matches(".desk-form input[type=file]")) event.stopPropagation();
}, true);

const shownBoxes = (form) =>
  [...form.querySelectorAll("[data-import-row]:not([hidden]) input[name=product]")];

/* Texts come with the page, in its language: the element says what it shows without a number, its
   attribute what it shows with one. */
function showNumber(label, name, number) {
  label.dataset.plain ??= label.textContent;
  label.textContent = number ? label.dataset[name].replace("{number}", number) : label.dataset.plain;
}

function countTicked(form) {
  const ticked = form.querySelectorAll("input[name=product]:checked").length;
  showNumber(form.querySelector("[data-import-label]"), "importLabel", ticked);
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-import]");
  if (!form) return;
  if (event.target.matches("[data-import-filter]")) {
    const wanted = event.target.value.trim().toLowerCase();
    for (const row of form.querySelectorAll("[data-import-row]")) {
      row.hidden = !row.textContent.toLowerCase().includes(wanted);
    }
  } else if (event.target.matches("[data-import-all]")) {
    for (const box of shownBoxes(form)) box.checked = event.target.checked;
  }
  countTicked(form);
});

async function importProducts(form, submitter) {
  const body = new FormData();
  for (const name of ["csrfmiddlewaretoken", "import", "token"]) body.set(name, form.elements[name].value);
  if (submitter && submitter.name === "all") body.set("all", "1");
  const ticked = [...form.querySelectorAll("input[name=product]:checked")].map((box) => box.value);
  body.set("products", JSON.stringify(ticked));

  await sendWithProgress(form, body, form.dataset.import);
}

/* Sends a form and draws a bar from what `address` says meanwhile; then goes where it is told. */
async function sendWithProgress(form, body, address) {
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  const panel = form.querySelector("[data-import-progress]");
  const bar = panel.querySelector("progress");
  const text = panel.querySelector("[data-import-text]");
  panel.hidden = false;
  text.textContent = form.dataset.begins;

  const watch = window.setInterval(async () => {
    try {
      const state = await (await fetch(address)).json();
      if (state.total) {
        bar.value = (100 * state.done) / state.total;
        text.textContent = form.dataset.state.replace("{done}", state.done).replace("{total}", state.total);
      }
    } catch { /* the next tick asks again */ }
  }, 400);
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    window.location.assign((await answer.json()).next);
  } catch {
    text.textContent = form.dataset.lost;
  } finally {
    window.clearInterval(watch);
  }
}
