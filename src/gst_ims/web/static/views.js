// Views of the inward grid, its files and its print: what is in force in the grid is kept under a name, or taken along.
"use strict";

addEventListener("DOMContentLoaded", () => {
  const { call, wanted, looking, complain } = desk.grid;
  const { texts: told, views } = document.getElementById("grid").dataset;
  const texts = JSON.parse(told);

  const keeping = document.getElementById("keep-view").elements;
  const names = new Set(JSON.parse(views));
  const go = (name) => location.assign(`?${new URLSearchParams({ view: name })}`);
  const says = () => { keeping.keep.textContent = names.has(keeping.name.value.trim()) ? texts.overwrite : texts.keep; };
  keeping.name.addEventListener("input", says);
  says();
  document.getElementById("keep-view").addEventListener("submit", async (event) => {
    event.preventDefault();
    const name = keeping.name.value.trim();
    const body = { name, is_default: keeping.is_default.checked, replace: names.has(name), ...looking() };
    try { go((await call(`/views?${wanted()}`, { body })).name); } catch (error) { complain(error); }
  });
  keeping.drop?.addEventListener("click", async () => {
    try { await call("/views/drop", { body: { name: keeping.drop.value } }); go(""); } catch (error) { complain(error); }
  });

  // What is in force when a link is followed, not when the page came.
  const printed = document.querySelector("[data-print]");
  const paper = printed.href;
  function follow(link) {
    const { order, way, by_supplier, columns } = looking();
    const words = wanted();
    if (!by_supplier) {
      words.append("order", order);
      words.append("way", way);
      for (const [name] of columns) words.append("column", name);
    } else if (link === printed) words.append("by_supplier", "y");
    link.href = link === printed ? `${paper}?${words}` : `${link.dataset.base}/${by_supplier ? "suppliers" : "inward"}.${link.dataset.file}?${words}`;
  }
  for (const link of [printed, ...document.querySelectorAll("[data-file]")])
    for (const event of ["pointerenter", "focus", "click"]) link.addEventListener(event, () => follow(link));
  // The grid has only the rows in sight: what is printed is a page with all of them.
  addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.key.toLowerCase() !== "p") return;
    event.preventDefault();
    printed.click();
  });
});
