/* The set-up without reloads where it waits: the network, a chat that is linked, a message on its
   way. Every page works without it; desk.js comes before it. */
"use strict";

const PAUSE_MS = 1500;

function showWaiting(place) {
  const panel = place && place.querySelector("[data-setup-waiting]");
  if (!panel) return;
  panel.hidden = false;
  const seconds = panel.querySelector("[data-setup-seconds]");
  if (!seconds) return;
  const began = Date.now();
  window.setInterval(() => { seconds.textContent = `${Math.round((Date.now() - began) / 1000)} s`; }, 1000);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-setup-products]")) {
    form.elements.products.value = JSON.stringify(ticked(form).map((box) => box.value));
    /* Before the form goes: thousands of single fields would be refused. */
    for (const box of ticked(form)) box.removeAttribute("name");
  }
  if (form.matches("[data-setup-wait]")) showWaiting(form);
});

/* --- Products ------------------------------------------------------------------------------- */

const ticked = (form) => [...form.querySelectorAll("[data-setup-row] input:checked")];

function count(form) {
  const number = ticked(form).length;
  showNumber(form.querySelector("[data-setup-label]"), "setupLabel", number);
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-setup-products]");
  if (!form) return;
  const rows = [...form.querySelectorAll("[data-setup-row]")];
  if (event.target.matches("[data-setup-filter]")) {
    const wanted = event.target.value.trim().toLowerCase();
    for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
    form.querySelector("[data-setup-none]").hidden = rows.some((row) => !row.hidden);
  } else if (event.target.matches("[data-setup-all]")) {
    for (const row of rows) {
      const box = row.querySelector("input");
      if (box && !row.hidden) box.checked = event.target.checked;
    }
  }
  count(form);
});

/* Enter in the search field looks for a product; it does not send the form. */
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("[data-setup-filter]")) event.preventDefault();
});

/* The theme hides a page until its own scripts are there: what is hidden takes no cursor. */
window.addEventListener("load", () => {
  const field = document.querySelector("[autofocus]");
  if (field) window.requestAnimationFrame(() => field.focus());
});

/* --- What the page notices by itself ---------------------------------------------------------- */

async function ask(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  return answer.ok ? answer.json() : {};
}

function everySoOften(address, isOver) {
  const timer = window.setInterval(async () => {
    try {
      if (isOver(await ask(address))) window.clearInterval(timer);
    } catch { /* the next round asks again */ }
  }, PAUSE_MS);
}

document.addEventListener("DOMContentLoaded", () => {
  const chat = document.querySelector("[data-setup-linked]");
  if (chat) {
    showWaiting(chat);
    everySoOften(chat.dataset.setupLinked, (said) => {
      if (said.next) window.location.assign(said.next);
      return Boolean(said.next);
    });
  }
  const message = document.querySelector("[data-setup-status]");
  if (message) {
    everySoOften(message.dataset.setupStatus, (said) => {
      if (said.is_over) window.location.reload();
      return Boolean(said.is_over);
    });
  }
  const test = document.querySelector("[data-setup-auto]");
  if (test) {
    /* Going back to this page must not test again. */
    window.history.replaceState(null, "", window.location.pathname);
    test.requestSubmit();
  }
});
