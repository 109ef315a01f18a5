// What every page has: light or dark, menus that close, and what the server says as a note in the corner.
"use strict";

const desk = {
  text: (tag, words, className = "") => Object.assign(document.createElement(tag), { textContent: words, className }),
  tell(words, bad = false) {
    const note = desk.text("div", words, bad ? "bad" : "");
    document.getElementById("toasts").append(note);
    setTimeout(() => note.remove(), bad ? 12000 : 5000);
  },
  // What a colour of the stylesheet is now: it has one for light and one for dark, of which only a style is resolved.
  color(name) {
    const probe = document.body.appendChild(document.createElement("i"));
    probe.style.color = `var(${name})`;
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  },
  dark: () => (document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark",
};
window.desk = desk;

addEventListener("DOMContentLoaded", () => {
  document.getElementById("theme")?.addEventListener("click", () => {
    const theme = desk.dark() ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=strict`;
    document.dispatchEvent(new Event("theme"));
  });
  document.addEventListener("htmx:error", ({ detail }) => {
    // A newer question takes the place of an older one.
    if (detail.error?.name !== "AbortError") desk.tell(document.body.dataset.lost, true);
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]"))
      if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
  });
});
