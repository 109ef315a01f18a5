// Registers are dropped, looked at, checked and kept: the page says what each column is taken for before anything is kept.
"use strict";

addEventListener("DOMContentLoaded", () => {
  document.addEventListener("matched", () => location.reload());
  const drop = document.getElementById("drop");
  const looked = document.getElementById("looked");
  if (!drop) return;
  const { base, token, busy, lost } = drop.dataset;
  const out = document.getElementById("out");
  document.getElementById("standing").addEventListener("click", ({ target }) => {
    if (!target.dataset.out) return;
    out.querySelector("[name=label]").value = target.dataset.out;
    document.getElementById("out-title").textContent = target.dataset.title;
    document.getElementById("out-says").textContent = target.dataset.says;
    out.showModal();
  });

  async function send(path, body, target, headers = {}) {
    target.replaceChildren(desk.text("p", busy, "dim"));
    // What is asked anew goes before what was asked earlier.
    const turn = (target.turn = {});
    try {
      const answer = await fetch(base + path, { method: "POST", body, headers: { accept: "text/html", "hx-request": "true", "x-form-token": token, ...headers } });
      if (answer.status === 401) return location.assign("/sign-in?ended=true");
      const told = await answer.text();
      if (target.turn !== turn) return;
      target.innerHTML = told;
    } catch {
      if (target.turn !== turn) return;
      target.replaceChildren(desk.text("p", lost, "bad"));
    }
    target.querySelector("select, a.button")?.focus();
  }
  // What is kept takes its place below, and is matched from there.
  async function anew() {
    const standing = document.getElementById("standing");
    const answer = await fetch(base, { headers: { accept: "text/html" } });
    const now = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("standing");
    if (!now) return location.reload();
    standing.replaceChildren(...now.children);
    htmx.process(standing);
  }
  const look = (files) => {
    if (!files.length) return;
    const form = new FormData();
    for (const file of files) form.append("data", file);
    // Where nothing is to be said first, what would be kept is shown at once.
    send("/look", form, looked).then(() => {
      const keep = document.getElementById("keep");
      if (keep && !keep.querySelector(".soon")) ask(keep, "/check");
    });
  };
  // What is refused is said below the columns, which stay to be corrected.
  function ask(form, path) {
    const all = [...form.querySelectorAll("[data-sheet]")];
    const sheets = all.map((sheet) => {
      if (sheet.querySelector("[name=taken]")?.checked === false) return null;
      const like = sheet.dataset.like ? all[sheet.dataset.like] : sheet;
      return [...like.querySelectorAll("select")].map((it) => it.value);
    });
    const body = JSON.stringify({ tokens: form.dataset.tokens.split(" "), label: form.elements.label.value, sheets });
    return send(path, body, document.getElementById("checked"), { "content-type": "application/json" });
  }

  drop.addEventListener("submit", (event) => event.preventDefault());
  drop.elements.file.addEventListener("change", () => look(drop.elements.file.files));
  for (const name of ["dragover", "dragenter"])
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => { event.preventDefault(); look(event.dataTransfer.files); });

  looked.addEventListener("click", ({ target }) => {
    if (!target.dataset.label) return;
    const form = document.getElementById("keep");
    form.elements.label.value = target.dataset.label;
    form.elements.label.focus();
    ask(form, "/check");
  });
  looked.addEventListener("submit", (event) => {
    event.preventDefault();
    const form = event.target;
    // Who presses twice means it once.
    if (form.dataset.sent) return;
    form.dataset.sent = "yes";
    const path = event.submitter?.value || "/check";
    ask(form, path).then(() => {
      delete form.dataset.sent;
      if (path === "/keep" && document.querySelector("#checked .good[role=status]")) {
        form.remove();
        anew();
      }
    });
  });
});
