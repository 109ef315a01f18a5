// The inward grid: rows by key from the server, decisions by keys of the keyboard, and the record beside it.
"use strict";

addEventListener("DOMContentLoaded", () => {
  const element = document.getElementById("grid");
  const { nonce, prepares } = element.dataset;
  const texts = JSON.parse(element.dataset.texts);
  const filter = document.getElementById("filter");
  const panel = document.getElementById("record");
  const grouped = document.getElementById("grouped");
  const suppliers = document.getElementById("suppliers");
  const everything = document.getElementById("everything");
  const status = document.getElementById("status");
  const BLOCK = 100;
  const look = JSON.parse(element.dataset.look);
  const { complain, fill, rupees } = desk;
  const call = desk.caller(element.dataset, texts.lost);

  function wanted() {
    const words = new URLSearchParams();
    for (const [name, value] of new FormData(filter)) if (value.trim()) words.append(name, value.trim());
    return words;
  }

  // --- amounts and days, as India writes them --------------------------------------------------------------------

  const number = (count) => rupees(count * 100).slice(0, -3);
  const day = (text) => (text ? text.split("-").reverse().join("-") : "");

  // --- the grid --------------------------------------------------------------------------------------------------

  const money = { type: "rightAligned", valueFormatter: ({ value }) => rupees(value), cellClass: "ag-right", width: 120 };
  const named = (words) => ({ valueFormatter: ({ value }) => words[value] ?? "" });
  const column = (field, more = {}) => ({ field, headerName: texts.column[field], sortable: false, width: 110, ...more });
  const sorted = { sortable: true };
  const columns = [
    column("section", { ...sorted, width: 68, valueFormatter: ({ value }) => (value ?? "").replace(/^b2b(?=[cd]n)/, "").toUpperCase() }),
    column("trade_name", { ...sorted, width: 142, ...(!look && { flex: 1, minWidth: 142 }), tooltipField: "stin", valueFormatter: ({ data }) => (data ? data.trade_name ?? data.stin : "") }),
    column("stin", { ...sorted, width: 150, hide: true }),
    column("number", { ...sorted, width: 146 }),
    column("document_date", { ...sorted, width: 94, valueFormatter: ({ value }) => day(value) }),
    column("period", { ...sorted, width: 80, hide: true }),
    column("tax", { ...sorted, ...money, width: 124, initialSort: "desc" }),
    column("action", { ...sorted, ...named(texts.action), width: 80, cellClass: ({ value }) => value ?? "" }),
    column("filed", { width: 75, hide: true, valueFormatter: ({ value }) => (value === undefined ? "" : value ? texts.yes : texts.no) }),
    column("bucket", { width: 126, valueFormatter: ({ data }) => (data ? texts.bucket[data.bucket ?? "not matched"] : ""), cellClass: ({ value }) => value ?? "" }),
    column("decided", { ...named(texts.verb), width: 105, cellClass: ({ value }) => value ?? "" }),
    column("state", { ...named(texts.state), width: 150 }),
    column("taxable", { ...sorted, ...money }),
    column("value", { ...sorted, ...money, hide: true }),
    column("igst", { ...money, hide: true }),
    column("cgst", { ...money, hide: true }),
    column("sgst", { ...money, hide: true }),
    column("cess", { ...money, hide: true }),
    column("pos", { width: 70, hide: true }),
    column("score", { width: 75, hide: true, type: "rightAligned" }),
    column("person", { width: 90, hide: true }),
    column("why", { width: 200, hide: true }),
    column("deadline", { ...sorted, width: 100, valueFormatter: ({ value }) => day(value) }),
    column("became", { ...sorted, ...named(texts.became), width: 100, hide: true }),
    column("comments", { width: 95, type: "rightAligned", valueFormatter: ({ value }) => value || "" }),
    column("remarks", { width: 160, hide: true }),
  ];

  // A view says which columns there are, in which order, and by which the rows are sorted.
  if (look) {
    const places = new Map(look.columns.map(([name, width], at) => [name, { at, width }]));
    for (const it of columns) {
      const place = places.get(it.field);
      it.hide = !place;
      if (place) it.width = place.width;
      it.initialSort = it.field === look.order ? look.way : null;
    }
    columns.sort((one, other) => (places.get(one.field)?.at ?? BLOCK) - (places.get(other.field)?.at ?? BLOCK));
  }

  // Where the block that begins with a row goes on: the server pages by key, so blocks come one after the other.
  let places = new Map([[0, null]]);
  let order = "";
  const source = {
    async getRows({ startRow, sortModel, successCallback, failCallback }) {
      const [sort] = sortModel.length ? sortModel : [{ colId: "tax", sort: "desc" }];
      const now = `${sort.colId} ${sort.sort} ${wanted()}`;
      if (now !== order) {
        order = now;
        places = new Map([[0, null]]);
      }
      const words = wanted();
      words.append("order", sort.colId);
      words.append("way", sort.sort);
      words.append("limit", BLOCK);
      const place = places.get(startRow);
      if (place) for (const [name, value] of Object.entries(place)) words.append(name, value);
      try {
        const told = await call(`/rows?${words}`);
        if (now !== order) return failCallback();
        if (told.last) places.set(startRow + told.rows.length, told.last);
        successCallback(told.rows, told.last ? -1 : startRow + told.rows.length);
        beside();
        if (!startRow) api.setGridOption("loading", false);
        if (!startRow && !told.rows.length) api.showNoRowsOverlay();
        else if (!startRow) api.hideOverlay();
      } catch (error) {
        complain(error);
        failCallback();
      }
    },
  };

  const api = agGrid.createGrid(element, {
    theme: agGrid.themeQuartz.withParams({
      cellHorizontalPadding: 7,
      backgroundColor: "var(--card)", foregroundColor: "var(--ink)", borderColor: "var(--line)", accentColor: "var(--main)",
      headerBackgroundColor: "var(--soft)", headerTextColor: "var(--ink)", oddRowBackgroundColor: "var(--card)", rowHoverColor: "var(--soft)",
      selectedRowBackgroundColor: "var(--mark)", browserColorScheme: "inherit", fontFamily: "inherit", fontSize: 13, rowHeight: 28,
      headerHeight: 32, spacing: 5, cellHorizontalPadding: 8, wrapperBorderRadius: 6,
    }),
    styleNonce: nonce,
    columnDefs: columns,
    defaultColDef: { resizable: true, suppressHeaderMenuButton: true, suppressHeaderFilterButton: true },
    rowModelType: "infinite",
    cacheBlockSize: BLOCK,
    cacheOverflowSize: 1,
    maxConcurrentDatasourceRequests: 1,
    getRowId: ({ data }) => data.name,
    rowClassRules: { shown: ({ data }) => Boolean(data) && data.name === shown },
    rowSelection: { mode: "multiRow", checkboxes: true, headerCheckbox: false, enableClickSelection: false },
    selectionColumnDef: { width: 36 },
    suppressCellFocus: false,
    suppressDragLeaveHidesColumns: true,
    tooltipShowDelay: 600,
    overlayNoRowsTemplate: undefined,
    localeText: { noRowsToShow: texts.none, loadingOoo: texts.loading },
    onSelectionChanged: count,
    onCellFocused: ({ rowIndex }) => follow(rowIndex),
    onCellClicked: ({ data }) => data && open(data.name),
  });
  // Of a row that isn't there the grid would read a block at its place, and be mixed up by it.
  function rowAt(index) {
    return Number.isInteger(index) && index >= 0 && index < api.getDisplayedRowCount() ? api.getDisplayedRowAtIndex(index)?.data : undefined;
  }
  const here = () => rowAt(api.getFocusedCell()?.rowIndex);
  function looking() {
    const state = api.getColumnState();
    const sort = state.find((it) => it.sort);
    const shown = state.filter((it) => !it.hide && it.colId in texts.column);
    return {
      order: sort?.colId ?? "tax", way: sort?.sort ?? "desc", by_supplier: grouped.checked,
      columns: shown.map(({ colId, width }) => [colId, Math.round(width)]),
    };
  }
  for (const { field, headerName } of columns) {
    const item = document.createElement("li");
    const label = desk.text("label", ` ${headerName}`);
    const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: api.getColumn(field).isVisible() });
    box.addEventListener("change", () => api.setColumnsVisible([field], box.checked));
    label.prepend(box);
    item.append(label);
    document.getElementById("columns").append(item);
  }

  // --- sums ------------------------------------------------------------------------------------------------------

  let sums = "";
  let asked = 0;
  async function summed() {
    const mine = ++asked;
    sums = texts.counting;
    count();
    try {
      const told = await call(`/sums?${wanted()}`);
      if (mine !== asked) return;
      sums = fill(told.records === 1 ? texts.found_one : texts.found, { n: number(told.records), taxable: rupees(told.taxable), tax: rupees(told.tax) });
    } catch (error) {
      sums = "";
      complain(error);
    }
    count();
  }
  function count() {
    const rows = api?.getSelectedRows() ?? [];
    const tax = rows.reduce((sum, row) => sum + (row.section.startsWith("b2bcn") ? -row.tax : row.tax), 0);
    status.textContent = rows.length ? `${sums} · ${fill(texts.selected, { n: number(rows.length), tax: rupees(tax) })}` : sums;
  }

  // --- the filter ------------------------------------------------------------------------------------------------

  let typing;
  const view = new URLSearchParams(location.search).get("view");
  function again() {
    // A period that is half typed asks for nothing yet.
    if (!filter.elements.period.validity.valid) return;
    const words = wanted();
    const address = new URLSearchParams(words);
    if (view !== null) address.append("view", view);
    history.replaceState(null, "", address.size ? `?${address}` : location.pathname);
    for (const it of document.querySelectorAll("[data-count]"))
      it.textContent = it.dataset.count.split(" ").reduce((n, name) => n + words.getAll(name).length, 0) || "";
    api.deselectAll();
    if (grouped.checked) group();
    api.setGridOption("datasource", source);
    summed();
  }
  filter.addEventListener("input", (event) => {
    if (event.target === grouped || event.target.closest("#columns, #views")) return;
    clearTimeout(typing);
    typing = setTimeout(again, event.target.type === "checkbox" ? 0 : 250);
  });
  filter.addEventListener("submit", (event) => { event.preventDefault(); again(); });
  document.getElementById("clear").addEventListener("click", () => {
    for (const it of filter.elements)
      if (it.type === "checkbox") { if (it.name) it.checked = false; } else if (it.name) it.value = "";
    again();
  });

  async function group(after) {
    const words = wanted();
    if (after) { const [tax, stin] = after.split(" "); words.append("after_tax", tax); words.append("after_stin", stin); }
    try {
      const told = await call(`/suppliers?${words}`, { html: true });
      const page = new DOMParser().parseFromString(told, "text/html").body;
      if (after) {
        suppliers.querySelector("[data-more]")?.closest("p").remove();
        suppliers.querySelector("tbody").append(...page.querySelector("tbody").children);
        suppliers.append(...page.querySelectorAll("p"));
      } else suppliers.replaceChildren(...page.children);
    } catch (error) { complain(error); }
  }
  grouped.addEventListener("change", () => {
    suppliers.hidden = !grouped.checked;
    element.hidden = grouped.checked;
    if (grouped.checked) group();
  });
  suppliers.addEventListener("click", (event) => {
    const { supplier, more } = event.target.dataset;
    if (more) group(more);
    if (supplier) {
      event.preventDefault();
      filter.elements.supplier.value = supplier;
      grouped.checked = false;
      grouped.dispatchEvent(new Event("change"));
      again();
    }
  });

  // --- the record beside it --------------------------------------------------------------------------------------

  let shown = "";
  let following;
  // A link in the panel leads away from the row where one is; until one is at a row again, keys are about none.
  let away = false;
  async function open(name, led = false) {
    // A click also moves the focus: what follows that would open the record once more, over what is typed there.
    clearTimeout(following);
    shown = name;
    away = led;
    mark();
    try {
      const told = await call(`/record?${new URLSearchParams({ name })}`, { html: true });
      if (shown === name) panel.innerHTML = told;
    } catch (error) { complain(error); }
  }
  // The grid gives the rule to rows that it draws; those which are there already change here.
  function mark() {
    for (const it of element.querySelectorAll(".ag-row"))
      it.classList.toggle("shown", it.getAttribute("row-id") === shown);
  }
  function follow(rowIndex) {
    clearTimeout(following);
    const row = api && rowAt(rowIndex);
    if (!row) return;
    away = false;
    if (row.name !== shown) following = setTimeout(() => open(row.name), 200);
  }
  // What was decided may leave the list, and another row comes to its place: the next key is about that, so it is shown.
  function beside() {
    const row = here();
    if (shown && !away && row && row.name !== shown) open(row.name);
  }
  panel.addEventListener("click", (event) => {
    const name = event.target.dataset.record;
    if (name) { event.preventDefault(); open(name, true); }
  });
  panel.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (event.target.dataset.word) return word(event.target).catch(complain);
    const name = event.target.dataset.say;
    try {
      panel.innerHTML = await call("/record", { html: true, body: { name, text: event.target.elements.text.value } });
    } catch (error) { complain(error); }
  });

  // A person's word about the match counts once matching is over: then grid and panel come anew.
  async function word(form) {
    const body = { ...JSON.parse(form.dataset.word), why: form.elements.why?.value ?? "" };
    const name = shown;
    await call(`/../matching/${form.dataset.path}`, { body });
    desk.tell(texts.kept);
    form.remove();
    while ((await call("/../matching/state", { html: true })).includes("<progress")) await new Promise((go) => setTimeout(go, 2000));
    api.refreshInfiniteCache();
    if (shown === name) open(name);
  }

  // --- deciding --------------------------------------------------------------------------------------------------

  const ask = document.getElementById("ask");
  const chosen = () => {
    const rows = api.getSelectedRows();
    const focused = here();
    return rows.length ? rows : focused && !away ? [focused] : [];
  };

  async function decide(action) {
    const all = everything.checked;
    const rows = chosen();
    if (!all && !rows.length) return desk.tell(texts.choose, true);
    if (!all && action === "N") {
      // What isn't pushed is taken back here; of the rest the portal is asked to.
      const open = rows.filter((row) => ["prepared", "approved"].includes(row.state));
      if (open.length) return done(await call("/undo", { body: { decisions: open.map((row) => row.decision) } }), texts.undone);
    }
    const body = { action, everything: all, records: all ? [] : rows.map(({ name, hash, action }) => ({ name, hash, was: action })) };
    // One row, nothing to say: done at once, as it can be taken back.
    if (!all && rows.length === 1 && action !== "R") return done(await call("/decide", { body }), texts.made, action);
    return confirm(body, rows.length);
  }

  async function confirm(body, n) {
    const form = ask.querySelector("form");
    const effect = document.getElementById("effect");
    form.reset();
    for (const label of form.querySelectorAll("[data-for]")) label.hidden = !label.dataset.for.includes(body.action);
    document.getElementById("ask-title").textContent = fill(body.everything ? texts.ask_all : n === 1 ? texts.ask_one : texts.ask, { action: texts.verb[body.action], n: number(n) });
    const with_words = () => ({ ...body, remarks: form.elements.remarks.value, reduce: form.elements.reduce.value, why: form.elements.why.value });
    const look = async () => {
      try {
        effect.innerHTML = await call(`/preview?${wanted()}`, { html: true, body: with_words() });
      } catch (error) { effect.replaceChildren(desk.text("p", error.message, "bad")); }
    };
    document.getElementById("ask-yes").textContent = texts.verb[body.action];
    form.elements.reduce.onchange = look;
    effect.replaceChildren(desk.text("p", texts.counting));
    ask.returnValue = "no";
    ask.showModal();
    look();
    await new Promise((over) => ask.addEventListener("close", over, { once: true }));
    // About those of which the effect was shown, and no others.
    const seen = effect.querySelector("[data-seen]")?.dataset.seen;
    if (ask.returnValue === "yes") await done(await call(`/decide?${wanted()}`, { body: { ...with_words(), seen } }), texts.made, body.action);
  }

  function done(told, text, action) {
    if (told.made) desk.tell(fill(text, { n: number(told.made), action: texts.verb[action] }));
    if (told.refused.length) desk.tell(fill(texts.refused, { n: number(told.refusals ?? told.refused.length), why: told.refused[0].why }), true);
    everything.checked = false;
    api.deselectAll();
    api.refreshInfiniteCache();
    if (filter.elements.state.value) summed();
    if (shown) open(shown, away);
  }
  const begin = (action) => prepares && decide(action).catch(complain);
  for (const button of document.querySelectorAll("[data-decide]"))
    button.addEventListener("click", () => begin(button.dataset.decide));

  // --- keys ------------------------------------------------------------------------------------------------------

  const help = document.getElementById("help");
  document.getElementById("help-button").addEventListener("click", () => help.showModal());
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const typed = event.target.matches("input:not([type=checkbox]), textarea, select");
    const lost = event.target === document.body && ["ArrowDown", "ArrowUp"].includes(event.key);
    if (event.key === "Escape" || lost) {
      // A search field would empty itself.
      event.preventDefault();
      event.target.blur();
      const cell = here() ? api.getFocusedCell() : null;
      api.setFocusedCell(cell?.rowIndex ?? 0, cell?.column ?? "number");
    } else if (typed) {
      return;
    } else if (event.key === "/") {
      event.preventDefault();
      filter.elements.text.focus();
    } else if (event.key === "?") {
      help.showModal();
    } else if (event.key === "Enter" && element.contains(event.target)) {
      const row = here();
      if (row) open(row.name).then(() => panel.focus());
    } else if ("arpu".includes(event.key.toLowerCase()) && event.key.length === 1) {
      event.preventDefault();
      begin({ a: "A", r: "R", p: "P", u: "N" }[event.key.toLowerCase()]);
    }
  });

  suppliers.hidden = !grouped.checked;
  element.hidden = grouped.checked;
  again();
  desk.grid = { call, wanted, looking, complain };
});
