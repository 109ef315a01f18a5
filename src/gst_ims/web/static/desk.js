// What every page has: light or dark, menus that close, calls of the server, and what it says as a note in the corner.
"use strict";

const desk = {
  text: (tag, words, className = "") => Object.assign(document.createElement(tag), { textContent: words, className }),
  tell(words, bad = false) {
    const note = desk.text("div", words, bad ? "bad" : "");
    document.getElementById("toasts").append(note);
    setTimeout(() => note.remove(), bad ? 12000 : 5000);
  },
  complain: (error) => desk.tell(error.message, true),
  fill: (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]),
  // An amount as India writes it.
  rupees(paise) {
    if (paise === null || paise === undefined) return "";
    const digits = Math.abs(paise).toString().padStart(3, "0");
    const whole = digits.slice(0, -2).replace(/(?<=\d)(?=(\d\d)*\d{3}$)/g, ",");
    return `${paise < 0 ? "-" : ""}${whole}.${digits.slice(-2)}`;
  },
  // How a page calls the server below an address; `lost` is said where that can't be reached.
  caller: ({ base, token }, lost) => async (path, { body, html } = {}) => {
    let answer;
    try {
      answer = await fetch(`${base}${path}`, {
        method: body ? "POST" : "GET",
        headers: {
          accept: html ? "text/html" : "application/json",
          "hx-request": "true",
          ...(body && { "content-type": "application/json", "x-form-token": token }),
        },
        body: body && JSON.stringify(body),
      });
    } catch {
      throw new Error(lost);
    }
    if (answer.status === 401) {
      location.assign(`/sign-in?${new URLSearchParams({ ended: true, back: location.href })}`);
      return new Promise(() => {});
    }
    const told = html ? await answer.text() : await answer.json().catch(() => ({ message: lost }));
    if (!answer.ok) throw new Error(html ? new DOMParser().parseFromString(told, "text/html").body.textContent.trim() : told.message);
    return told;
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
  // On a phone the pages stand in one line that scrolls.
  document.querySelector(".bar nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
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
