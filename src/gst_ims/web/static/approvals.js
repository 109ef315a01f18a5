// Choosing among what waits for approval. The list comes anew after each verdict, so the page listens, not the boxes.
"use strict";

addEventListener("DOMContentLoaded", () => {
  const list = document.getElementById("list");
  const boxes = () => [...list.querySelectorAll("[name=ids]:not(:disabled)")];
  function count() {
    const note = document.getElementById("chosen");
    const all = boxes();
    const chosen = all.filter((it) => it.checked);
    const tax = chosen.reduce((sum, it) => sum + Number(it.dataset.tax), 0);
    if (note) note.textContent = desk.fill(note.dataset.says, { n: chosen.length, all: all.length, tax: desk.rupees(tax) });
    for (const it of list.querySelectorAll("[name=verdict]")) it.disabled = !chosen.length;
  }
  // Who returns something says why; the browser asks for it before anything is sent.
  list.addEventListener("click", ({ target }) => {
    if (target.name === "verdict") target.form.elements.why.required = target.value === "return";
  });
  list.addEventListener("change", (event) => {
    if (event.target.id === "all") for (const it of boxes()) it.checked = event.target.checked;
    count();
  });
  count();
  document.addEventListener("htmx:after:swap", count);
  // On a phone the list's head is far away.
  list.addEventListener("htmx:after:swap", () => {
    const told = document.getElementById("stepped");
    if (told) desk.tell(told.textContent.trim(), told.classList.contains("bad"));
    told?.removeAttribute("id");
  });
});
