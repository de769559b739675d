"use strict";
// What a reader can do with a page: sort and save a table, see where a figure comes from, read a chart's figures, go from
// a mark to its row, and show one workflow alone. It moves, hides and copies what the page holds; it writes text and no
// markup, and asks for nothing.
const said = document.body.dataset;
const made = (name, text, parts = {}) => Object.assign(document.createElement(name), { textContent: text, ...parts });
const place = (cell) => [...cell.parentElement.cells].indexOf(cell);

// A figure sorts by its number: "−1,840" and "1.840,5" too; a range by its first end; words by their letters.
const worth = (cell) => {
  const text = cell ? cell.textContent.trim() : "";
  const found = /[−-]?[\d.,\u00a0\u202f]*\d/.exec(text.replace(/^[^\d−-]*/, ""));
  if (!found || !cell.classList.contains("right")) return text.toLocaleLowerCase();
  const plain = found[0].replace(/[\u00a0\u202f]/g, "").replace("−", "-");
  const comma = document.documentElement.lang.startsWith("de");
  const number = Number(comma ? plain.replace(/\./g, "").replace(",", ".") : plain.replace(/,/g, ""));
  const scale = { K: 1e3, M: 1e6, B: 1e9 }[text.charAt(text.indexOf(found[0]) + found[0].length)] ?? 1;
  return number * scale;
};

const sorted = (head) => {
  const body = head.closest("table").tBodies[0];
  const way = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
  for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", way > 0 ? "ascending" : "descending");
  for (const row of body.querySelectorAll(".told")) row.remove();
  const rows = [...body.rows].map((row) => [worth(row.cells[place(head)]), row]);
  const blank = (one) => one === "" || one === "–";
  rows.sort(([a], [b]) => blank(a) - blank(b) || (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b))) * way);
  body.append(...rows.map(([, row]) => row));
};

const told = (row, button) => {
  const open = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!open));
  if (open) return row.nextElementSibling.remove();
  const line = made("tr", "", { className: "told" });
  const cell = made("td", "", { colSpan: row.cells.length });
  for (const part of JSON.parse(row.dataset.told)) cell.append(made("p", part));
  line.append(cell);
  row.after(line);
};

for (const table of document.querySelectorAll(".exhibit table")) {
  const box = table.closest(".exhibit");
  if (box.querySelector("[data-live]")) continue;
  if (!table.querySelector("tr.group") && table.tHead && table.tBodies[0].rows.length > 1) {
    for (const head of table.tHead.rows[0].cells) {
      if (head.tagName !== "TH") continue;
      const button = made("button", head.textContent, { type: "button", className: "sort", title: said.sort });
      button.addEventListener("click", () => sorted(head));
      head.replaceChildren(button);
    }
  }
  for (const row of table.querySelectorAll("tr[data-told]")) {
    const button = made("button", row.cells[0].textContent, { type: "button", className: "why", title: said.why });
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => told(row, button));
    row.cells[0].replaceChildren(button);
  }
  if (box.dataset.csv) {
    const button = made("button", said.save, { type: "button", className: "save" });
    button.addEventListener("click", () => {
      const link = made("a", "", { download: `${box.dataset.name}.csv` });
      link.href = URL.createObjectURL(new Blob([box.dataset.csv], { type: "text/csv" }));
      link.click();
      URL.revokeObjectURL(link.href);
    });
    box.append(button);
  }
}

// On a phone a wide table is a card a row: each cell says the head of its column.
for (const table of document.querySelectorAll(".exhibit table")) {
  const heads = [...(table.tHead?.rows[0].cells ?? [])].map((head) => head.textContent.trim());
  if (heads.length < 4) continue;
  table.classList.add("cards");
  for (const row of table.tBodies[0].rows) {
    for (const cell of row.matches(".group") ? [] : row.cells) cell.dataset.head = heads[place(cell)] ?? "";
  }
}

// A mark that is pointed at tells its figure; one that is clicked leads to the first row that names the same.
const tip = made("p", "", { className: "tip", hidden: true });
document.body.append(tip);
const shown = (mark) => {
  tip.hidden = !mark;
  if (!mark) return;
  tip.textContent = mark.dataset.tip;
  const at = mark.getBoundingClientRect();
  const left = Math.min(at.left + at.width / 2, document.documentElement.clientWidth - tip.offsetWidth - 8);
  tip.style.setProperty("left", `${Math.max(8, left) + window.scrollX}px`);
  tip.style.setProperty("top", `${at.top + window.scrollY - tip.offsetHeight - 6}px`);
};
const rowOf = (mark) => {
  const parts = mark.dataset.tip.split(": ")[0].split(/ · | → |, /).map((part) => part.trim());
  const same = (text, part) => text !== "" && part.startsWith(text);
  const names = (row) => parts.every((part) => [...row.cells].some((cell) => same(cell.textContent.trim(), part)));
  return [...document.querySelectorAll(".exhibit tbody tr:not(.group,.told)")].find((row) => !row.hidden && names(row));
};
for (const mark of document.querySelectorAll("[data-tip]")) {
  mark.addEventListener("pointerenter", () => shown(mark));
  mark.addEventListener("pointerleave", () => shown(null));
  mark.addEventListener("click", () => {
    const row = rowOf(mark);
    if (!row) return;
    const folded = row.closest("details");
    if (folded) folded.open = true;
    for (const other of document.querySelectorAll("tr.found")) other.classList.remove("found");
    row.classList.add("found");
    row.scrollIntoView({ block: "center" });
  });
}

// One workflow alone: rows, findings and marks that name another one are hidden, and what names none stays.
const flows = [...new Set([...document.querySelectorAll("th[data-key=workflow]")].flatMap((head) =>
  [...head.closest("table").tBodies[0].rows].filter((row) => !row.matches(".group")).map((row) => row.cells[place(head)]?.textContent.trim())))]
  .filter((name) => name && name !== "–" && !JSON.parse(said.none).includes(name)).sort();
const outline = document.querySelector("nav");
if (flows.length > 1 && outline) {
  const choice = made("select", "", { id: "page-workflow", ariaLabel: said.filter });
  choice.append(made("option", said.all, { value: "" }), ...flows.map((name) => made("option", name, { value: name })));
  choice.addEventListener("change", () => {
    const others = flows.filter((name) => name !== choice.value);
    const isOther = (text) => choice.value !== "" && !text.includes(choice.value) && others.some((name) => text.includes(name));
    for (const row of document.querySelectorAll(".exhibit tbody tr:not(.group), .findings li")) {
      const text = row.textContent;
      row.hidden = isOther(text);
    }
    for (const mark of document.querySelectorAll(".chart [data-tip], .chart text")) {
      mark.classList.toggle("aside", isOther(mark.dataset.tip ?? mark.textContent));
    }
  });
  const label = made("label", said.filter, { htmlFor: "page-workflow", className: "nav-title" });
  const line = made("p", "", { className: "filter" });
  line.append(label, choice);
  outline.prepend(line);
}
