// Matching by hand: rows are chosen or dragged onto one another, held against each other, and kept as a link.
"use strict";

addEventListener("DOMContentLoaded", () => {
  const root = document.getElementById("matching");
  const { base } = root.dataset;
  const texts = JSON.parse(root.dataset.texts);
  const dialog = document.getElementById("compare");
  const compared = document.getElementById("compared");
  const tray = document.getElementById("tray");
  const chosen = { books: new Map(), portal: new Map() };
  const { complain, fill, rupees } = desk;
  const call = desk.caller(root.dataset, texts.lost);

  // --- holding against each other, and keeping what is said ---------------------------------------------------------

  async function compare({ portal, books }) {
    if (!portal.length || !books.length) return desk.tell(texts.both, true);
    try {
      compared.innerHTML = await call("/preview", { html: true, body: { portal, books } });
    } catch (error) {
      return complain(error);
    }
    dialog.returnValue = "";
    dialog.showModal();
    dialog.querySelector("button.first")?.focus();
    await new Promise((over) => dialog.addEventListener("close", over, { once: true }));
    if (!dialog.returnValue) return;
    const why = dialog.querySelector("[name=why]").value;
    try {
      const { link } = await call("/link", { body: { portal, books, together: dialog.returnValue === "together", why } });
      desk.tell(fill(texts.together, { n: link }));
    } catch (error) {
      return complain(error);
    }
    for (const id of portal) chosen.portal.delete(id);
    for (const id of books) chosen.books.delete(id);
    show();
    running();
  }
  const running = () => htmx.ajax("GET", `${base}/state`, { target: "#running", swap: "outerHTML" });

  // When a matching is over, what it found is there: lists come anew, other views as a whole.
  document.addEventListener("matched", () => {
    const forms = root.querySelectorAll("form[data-side]");
    if (!forms.length && !dialog.open) location.reload();
    for (const form of forms) form.requestSubmit();
  });

  // --- choosing -----------------------------------------------------------------------------------------------------

  const rowOf = (element) => element.closest?.("tr[data-id]");
  function choose(row, on) {
    const { side, id, name, tax } = row.dataset;
    if (on) chosen[side].set(id, { name, tax: Number(tax) });
    else chosen[side].delete(id);
    show();
  }

  function show() {
    if (!tray) return;
    for (const row of root.querySelectorAll("tr[data-id]")) {
      const on = chosen[row.dataset.side].has(row.dataset.id);
      row.classList.toggle("chosen", on);
      row.querySelector("input").checked = on;
    }
    const sum = (side) => [...chosen[side].values()].reduce((all, it) => all + it.tax, 0);
    tray.hidden = !chosen.books.size && !chosen.portal.size;
    document.getElementById("hold").disabled = !chosen.books.size || !chosen.portal.size;
    document.getElementById("chosen").textContent = fill(texts.chosen, {
      books: chosen.books.size, portal: chosen.portal.size, books_tax: rupees(sum("books")), portal_tax: rupees(sum("portal")),
      difference: rupees(sum("books") - sum("portal")),
    });
    document.getElementById("names").replaceChildren(
      ...["books", "portal"].flatMap((side) => [...chosen[side]].map(([id, { name }]) => {
        const button = desk.text("button", `${name} ×`, `small ${side}`);
        button.type = "button";
        button.setAttribute("aria-label", fill(texts.drop, { name }));
        button.addEventListener("click", () => { chosen[side].delete(id); show(); });
        return button;
      })));
  }
  const all = () => ({ portal: [...chosen.portal.keys()], books: [...chosen.books.keys()] });

  root.addEventListener("change", (event) => {
    const row = event.target.type === "checkbox" && rowOf(event.target);
    if (row) choose(row, event.target.checked);
  });
  root.addEventListener("click", (event) => {
    const { near, supplier, compare: pair, back } = event.target.closest("button")?.dataset ?? {};
    if (near) {
      const form = root.querySelector(`form[data-side=${near}]`);
      form.reset();
      for (const name of ["number", "amount", "period"]) form.elements[name].value = "";
      form.elements.shown.value = "alone";
      form.elements.supplier.value = supplier;
      form.requestSubmit();
      form.elements.supplier.focus();
    } else if (pair) {
      compare(JSON.parse(pair));
    } else if (back) {
      call("/unlink", { body: { number: Number(back) } })
        .then(({ link }) => { desk.tell(fill(texts.back, { n: link })); event.target.closest("tr").remove(); running(); })
        .catch(complain);
    }
  });
  document.getElementById("hold")?.addEventListener("click", () => compare(all()));
  document.getElementById("let-go")?.addEventListener("click", () => { chosen.books.clear(); chosen.portal.clear(); show(); });
  document.addEventListener("htmx:after:swap", show);

  // --- by keyboard: arrows go from row to row and from side to side, Enter compares what is chosen -------------------

  root.addEventListener("keydown", (event) => {
    const row = event.target.type === "checkbox" && rowOf(event.target);
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const rows = [...row.parentElement.querySelectorAll("tr[data-id]")];
    const other = root.querySelectorAll(`tr[data-id][data-side=${row.dataset.side === "books" ? "portal" : "books"}]`);
    const at = rows.indexOf(row);
    const next = { ArrowDown: rows[at + 1], ArrowUp: rows[at - 1], ArrowRight: other[Math.min(at, other.length - 1)], ArrowLeft: other[Math.min(at, other.length - 1)] }[event.key];
    if (event.key === "Enter") compare(all());
    else if (!event.key.startsWith("Arrow")) return;
    event.preventDefault();
    next?.querySelector("input").focus();
  });

  // --- by drag: a row, with what else is chosen on its side, onto one of the other side ------------------------------

  let dragged = null;
  const taken = (row) => (chosen[row.dataset.side].has(row.dataset.id) ? [...chosen[row.dataset.side].keys()] : [row.dataset.id]);
  const target = (event) => {
    const row = dragged && rowOf(event.target);
    return row && row.dataset.side !== dragged.dataset.side ? row : null;
  };
  root.addEventListener("dragstart", (event) => {
    dragged = rowOf(event.target);
    if (!dragged) return;
    event.dataTransfer.setData("text/plain", dragged.dataset.name);
    event.dataTransfer.effectAllowed = "link";
    dragged.classList.add("dragged");
  });
  root.addEventListener("dragover", (event) => {
    const row = target(event);
    for (const it of root.querySelectorAll("tr.over")) it.classList.toggle("over", it === row);
    if (!row) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "link";
    row.classList.add("over");
  });
  root.addEventListener("drop", (event) => {
    const row = target(event);
    if (!row) return;
    event.preventDefault();
    compare({ [row.dataset.side]: taken(row), [dragged.dataset.side]: taken(dragged) });
  });
  root.addEventListener("dragend", () => {
    for (const it of root.querySelectorAll(".over, .dragged")) it.classList.remove("over", "dragged");
    dragged = null;
  });

  if (tray?.dataset.begin) {
    const { id, name, tax } = JSON.parse(tray.dataset.begin);
    chosen.portal.set(id, { name, tax });
  }
  show();
});
