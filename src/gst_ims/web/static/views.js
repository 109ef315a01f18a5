// Views of the inward grid, and its files: what is in force in the grid is kept under a name, or taken along.
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

  // What is in force when the link is followed, not when the page came.
  for (const link of document.querySelectorAll("[data-file]"))
    for (const event of ["pointerenter", "focus", "click"])
      link.addEventListener(event, () => {
        const { order, way, by_supplier, columns } = looking();
        const words = wanted();
        if (!by_supplier) {
          words.append("order", order);
          words.append("way", way);
          for (const [name] of columns) words.append("column", name);
        }
        link.href = `${link.dataset.base}/${by_supplier ? "suppliers" : "inward"}.${link.dataset.file}?${words}`;
      });
});
