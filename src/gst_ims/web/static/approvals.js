// Choosing among what waits for approval. The list comes anew after each verdict, so the page listens, not the boxes.
"use strict";

addEventListener("DOMContentLoaded", () => {
  const list = document.getElementById("list");
  const boxes = () => [...list.querySelectorAll("[name=ids]:not(:disabled)")];
  function count() {
    const note = document.getElementById("chosen");
    const chosen = boxes().filter((it) => it.checked).length;
    if (note) note.textContent = `${chosen} / ${boxes().length}`;
    for (const it of list.querySelectorAll("[name=verdict]")) it.disabled = !chosen;
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
