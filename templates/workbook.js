"use strict";
// All tables of a page as one XLSX file: a zip without compression of the parts that a spreadsheet needs. Cells are numbers
// or plain texts and never formulas.
const escaped = (text) => text.replace(/[&<>"]/g, (letter) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[letter]).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "");

const rowsOf = (csv) => {
  const rows = [[]];
  for (const [, quoted, plain, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    rows.at(-1).push(quoted === undefined ? plain : quoted.replace(/""/g, '"'));
    if (end === "") break;
    if (end !== ",") rows.push([]);
  }
  return rows.filter((row) => row.length > 1 || row[0] !== "");
};

const isNumber = (text) => /^-?(0|[1-9]\d{0,14})(\.\d+)?(e[+-]?\d+)?$/.test(text);
const sheet = (rows) => {
  const cell = (text, head) => (!head && isNumber(text) ? `<c><v>${text}</v></c>` : `<c t="inlineStr"${head ? ' s="1"' : ""}><is><t xml:space="preserve">${escaped(text)}</t></is></c>`);
  const lines = rows.map((row, place) => `<row>${row.map((text) => cell(text, place === 0)).join("")}</row>`).join("");
  return `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>${lines}</sheetData></worksheet>`;
};

const sums = Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  return sum;
});
const zipped = (parts) => {
  const local = [];
  const central = [];
  let at = 0;
  const number = (value, size) => Uint8Array.from({ length: size }, (_, byte) => (value >>> (8 * byte)) & 255);
  for (const [name, text] of parts) {
    const [path, body] = [name, text].map((one) => new TextEncoder().encode(one));
    const sum = ~body.reduce((crc, byte) => (crc >>> 8) ^ sums[(crc ^ byte) & 255], ~0);
    // version, flags (names in UTF-8), no compression, 1 January 1980, sum, sizes, length of the name, no extra field
    const about = [[20, 2], [0x0800, 2], [0, 2], [0, 2], [33, 2], [sum, 4], [body.length, 4], [body.length, 4], [path.length, 2], [0, 2]].map((pair) => number(...pair));
    local.push(number(0x04034b50, 4), ...about, path, body);
    central.push(number(0x02014b50, 4), number(20, 2), ...about, number(0, 10), number(at, 4), path);
    at += 30 + path.length + body.length;
  }
  const size = central.reduce((length, piece) => length + piece.length, 0);
  const end = [[0x06054b50, 4], [0, 4], [parts.length, 2], [parts.length, 2], [size, 4], [at, 4], [0, 2]].map((pair) => number(...pair));
  return new Blob([...local, ...central, ...end], { type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" });
};

const workbook = (tables) => {
  const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  const offices = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const packages = "http://schemas.openxmlformats.org/package/2006";
  const type = "application/vnd.openxmlformats-officedocument.spreadsheetml";
  const each = (line) => tables.map(([name], place) => line(escaped(name.slice(0, 31)), place + 1)).join("");
  return zipped([
    ["[Content_Types].xml", `<Types xmlns="${packages}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${type}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${type}.styles+xml"/>${each((_, n) => `<Override PartName="/xl/worksheets/sheet${n}.xml" ContentType="${type}.worksheet+xml"/>`)}</Types>`],
    ["_rels/.rels", `<Relationships xmlns="${packages}/relationships"><Relationship Id="rId1" Type="${offices}/officeDocument" Target="xl/workbook.xml"/></Relationships>`],
    ["xl/workbook.xml", `<workbook xmlns="${main}" xmlns:r="${offices}"><sheets>${each((name, n) => `<sheet name="${name}" sheetId="${n}" r:id="rId${n}"/>`)}</sheets></workbook>`],
    ["xl/_rels/workbook.xml.rels", `<Relationships xmlns="${packages}/relationships">${each((_, n) => `<Relationship Id="rId${n}" Type="${offices}/worksheet" Target="worksheets/sheet${n}.xml"/>`)}<Relationship Id="rId0" Type="${offices}/styles" Target="styles.xml"/></Relationships>`],
    ["xl/styles.xml", `<styleSheet xmlns="${main}"><fonts count="2"><font/><font><b/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf xfId="0"/><xf xfId="0" fontId="1" applyFont="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`],
    ...tables.map(([, csv], place) => [`xl/worksheets/sheet${place + 1}.xml`, sheet(rowsOf(csv))]),
  ]);
};

const carried = [...new Map([...document.querySelectorAll("[data-csv]")].map((box) => [box.dataset.name, box.dataset.csv]))];
const saving = document.querySelector("nav");
if (carried.length && saving) {
  const button = Object.assign(document.createElement("button"), { textContent: document.body.dataset.book, type: "button", className: "save" });
  button.addEventListener("click", () => {
    const link = Object.assign(document.createElement("a"), { download: `${document.title}.xlsx` });
    link.href = URL.createObjectURL(workbook(carried));
    link.click();
    URL.revokeObjectURL(link.href);
  });
  saving.append(button);
}
