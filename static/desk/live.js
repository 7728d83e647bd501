/* Keeps the overview up to date: fetches the same page without its frame and changes only what
   differs, so that focus, selection and scrolling stay. Rests while nobody looks. */
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const overview = document.getElementById("overview");
  const bar = document.querySelector("[data-live]");
  if (!overview || !bar) return;

  const state = bar.querySelector("[data-live-state]");
  const button = bar.querySelector("[data-live-switch]");
  const said = bar.querySelector("[data-live-said]");
  const live = state.textContent;
  const halt = button.textContent;
  const pause = Number(bar.dataset.live) * 1000;
  let timer = 0;
  let failures = 0;
  let isBusy = false;
  let isPaused = false;
  let isOver = false;

  function show(text, look) {
    state.textContent = text;
    bar.dataset.look = look;
  }

  /* Same shape: change in place. Another shape: exchange. */
  function morph(old, fresh) {
    if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) {
      old.replaceWith(fresh.cloneNode(true));
      return;
    }
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
      return;
    }
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name)) old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    const wanted = [...fresh.childNodes];
    while (old.childNodes.length > wanted.length) old.lastChild.remove();
    wanted.forEach((one, place) => {
      const there = old.childNodes[place];
      if (there) morph(there, one);
      else old.append(one.cloneNode(true));
    });
  }

  async function refresh() {
    window.clearTimeout(timer);
    if (isBusy || isPaused || isOver || document.hidden) return;
    isBusy = true;
    try {
      const answer = await fetch("?live=1", { redirect: "manual", cache: "no-store" });
      if (answer.type === "opaqueredirect") {
        isOver = true;
        show(bar.dataset.out, "ill");
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("overview");
      if (!fresh) throw new Error("no overview");
      const isNews = fresh.dataset.said !== overview.dataset.said;
      morph(overview, fresh);
      if (isNews) said.textContent = overview.dataset.said;
      failures = 0;
      if (!isPaused) show(live, "well");
    } catch {
      failures += 1;
      show(bar.dataset.trying, "ill");
    } finally {
      isBusy = false;
      plan();
    }
  }

  function plan() {
    window.clearTimeout(timer);
    if (isPaused || isOver || document.hidden) return;
    timer = window.setTimeout(refresh, pause * Math.min(2 ** failures, 6));
  }

  button.addEventListener("click", () => {
    isPaused = !isPaused;
    button.setAttribute("aria-pressed", String(isPaused));
    button.textContent = isPaused ? bar.dataset.goOn : halt;
    if (isPaused) show(bar.dataset.paused, "idle");
    else refresh();
  });
  document.addEventListener("visibilitychange", refresh);

  bar.hidden = false;
  show(live, "well");
  plan();
});
