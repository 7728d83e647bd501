/* Times in the viewer's zone, and addresses without parameters that say nothing. The board works without it. */
"use strict";

{
  const language = document.documentElement.lang;
  const full = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  const ago = new Intl.RelativeTimeFormat(language, { numeric: "always", style: "short" });
  const units = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const times = [...document.querySelectorAll("time[datetime]")].map((shown) => {
    const at = new Date(shown.dateTime);
    const local = document.createElement("span");
    const relative = document.createElement("span");
    shown.title = shown.textContent;
    local.className = "local";
    local.textContent = full.format(at);
    relative.className = "ago";
    shown.replaceChildren(relative, local);
    return { at, relative };
  });

  const tell = () => {
    for (const { at, relative } of times) {
      const seconds = Math.max(Math.round((Date.now() - at) / 1000), 0);
      const [unit, size] = units.find(([, length]) => seconds >= length) || ["second", 1];
      relative.textContent = ago.format(-Math.floor(seconds / size), unit);
    }
  };
  tell();
  window.setInterval(tell, 10000);

  for (const zone of document.querySelectorAll("[data-zone]")) {
    zone.textContent = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  }

  document.querySelector("form.filters").addEventListener("submit", (event) => {
    for (const field of event.target.elements) {
      if (field.name && (!field.value || field.value === "-since")) field.disabled = true;
    }
  });
  /* Back from another page the fields are to be there again. */
  window.addEventListener("pageshow", () => {
    for (const field of document.querySelector("form.filters").elements) field.disabled = false;
  });
}
