// A register is dropped, looked at, and kept: the page says what each column is taken for before anything is kept.
"use strict";

addEventListener("DOMContentLoaded", () => {
  const drop = document.getElementById("drop");
  const looked = document.getElementById("looked");
  if (!drop) return;
  const { base, token, busy, lost } = drop.dataset;

  async function send(path, body, headers = {}) {
    looked.replaceChildren(desk.text("p", busy, "dim"));
    try {
      const answer = await fetch(base + path, { method: "POST", body, headers: { accept: "text/html", "hx-request": "true", "x-form-token": token, ...headers } });
      if (answer.status === 401) return location.assign("/sign-in");
      looked.innerHTML = await answer.text();
    } catch {
      looked.replaceChildren(desk.text("p", lost, "bad"));
    }
    looked.querySelector("select, a.button")?.focus();
  }
  const look = (file) => {
    if (!file) return;
    const form = new FormData();
    form.append("data", file);
    send("/look", form);
  };

  drop.addEventListener("submit", (event) => event.preventDefault());
  drop.elements.file.addEventListener("change", () => look(drop.elements.file.files[0]));
  for (const name of ["dragover", "dragenter"])
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => { event.preventDefault(); look(event.dataTransfer.files[0]); });

  looked.addEventListener("submit", (event) => {
    event.preventDefault();
    const form = event.target;
    const sheets = [...form.querySelectorAll("[data-sheet]")].map((sheet) => [...sheet.querySelectorAll("select")].map((it) => it.value));
    send("/keep", JSON.stringify({ token: form.dataset.token, label: form.elements.label.value, sheets }), { "content-type": "application/json" });
  });
});
