// The policy: from a problem, or a rule, to its line; and Ctrl+Enter tries it.
"use strict";

addEventListener("DOMContentLoaded", () => {
  const text = document.getElementById("text");
  const rows = document.getElementById("rows");

  function goTo(line, column) {
    const lines = text.value.split("\n");
    const begin = lines.slice(0, line - 1).reduce((sum, it) => sum + it.length + 1, 0);
    text.focus();
    text.setSelectionRange(begin + column - 1, begin + (lines[line - 1] ?? "").length);
    text.scrollTop = Math.max(0, (line - 4) * parseFloat(getComputedStyle(text).lineHeight));
  }

  document.addEventListener("click", (event) => {
    const at = event.target.closest("[data-at]")?.dataset.at;
    if (at) goTo(...at.split(":").map(Number));
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      document.getElementById("try").click();
    }
  });
  // Where a trial doesn't come, nothing waits for it.
  document.addEventListener("htmx:error", () => {
    const waiting = document.querySelector("#tried > p.dim:only-child");
    waiting?.replaceWith(desk.text("p", document.body.dataset.lost, "bad"));
  });
  document.addEventListener("htmx:after:swap", () => {
    if (rows.hidden && rows.childElementCount) rows.hidden = false;
    if (document.activeElement?.matches("#tried .link, #rows button, body") && rows.childElementCount) {
      rows.scrollIntoView({ block: "nearest" });
      rows.focus({ preventScroll: true });
    }
  });
});
