// Choosing among what waits for approval. The list comes anew after each verdict, so the page listens, not the boxes.
"use strict";

addEventListener("DOMContentLoaded", () => {
  const list = document.getElementById("list");
  const boxes = () => [...list.querySelectorAll("[name=ids]:not(:disabled)")];
  function count() {
    const note = document.getElementById("chosen");
    if (note) note.textContent = `${boxes().filter((it) => it.checked).length} / ${boxes().length}`;
  }
  list.addEventListener("change", (event) => {
    if (event.target.id === "all") for (const it of boxes()) it.checked = event.target.checked;
    count();
  });
  count();
  document.addEventListener("htmx:after:swap", count);
});
