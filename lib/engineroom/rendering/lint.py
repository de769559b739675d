"""What keeps a report from being final: found on its tree, each point with the cell it stands in.

A final report with open points is refused. A draft carries them on its last page, for the consultant.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from engineroom import phrases
from engineroom.errors import RenderError
from engineroom.pages.blocks import PRINTED_ROWS
from engineroom.rendering import printed
from engineroom.rendering.document import Document
from engineroom.rendering.prose import Block, clean, spoken

PLACEHOLDER = re.compile(
    r"\b(?:TBD|TBC|TODO|FIXME|XXX+|lorem ipsum)\b|\?\?\?+|[\[<{](?:insert|placeholder|name|date)\b[^\]>}]*[\]>}]", re.I
)
ERROR = re.compile(
    r"Traceback \(most recent|\b(?:\w+Error|\w+Exception): |#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)|"
    r"<[\w.]+ object at 0x|\b(?:nan|NaN|NaT)\b|<NA>|^\s*(?:None|inf|null|undefined)\s*%?$"
)
SAVING = re.compile(r"\b(?:sav(?:e|es|ing|ings)|worth|benefits?|Einsparung\w*|einspar\w*|wert|Nutzen)\b")
RANGE = re.compile(r"\d\S*(?:\s?[$€£¥]|\s?Mio\. ?\S)?\s?(?:to|bis|and|und|–|-)\s?[-−$€£¥A-Z]*\s?\d")
TOTAL = re.compile(r"(?:grand )?total|sum|summe|gesamt(?:summe)?|insgesamt", re.I)
UNSUPPORTED = "Headline that its finding does not support"
UNTOLD = "Headline without a finding"
MISCAPTIONED = "Caption that its figures do not support"


class Point(NamedTuple):
    """One thing that keeps a report from being final."""

    kind: str
    cell: str
    said: str

    def __str__(self) -> str:
        """Return the point as a line: where, what kind, what exactly."""
        return f"{self.cell or 'cover'}: {phrases.translate(self.kind, 'en')}: {self.said}"


def settle(tree: Document) -> Document:
    """Return the tree as it may go out: a final one unchanged, a draft with its open points; else raise."""
    points = find(tree)
    if not points or tree.cover.get("status") not in ("draft", "final"):
        return tree
    if tree.cover["status"] == "final":
        listed = "\n".join(f"  {point}" for point in points)
        counted = f"{len(points)} open point{'s' if len(points) > 1 else ''}"
        raise RenderError(f'the report is "final" and has {counted}\n{listed}\nMend them, or write status = "draft"')
    return replace(
        tree,
        blocks=tree.blocks + _page(points, tree.language, sum(not table["attached"] for table in tree.of("table")) + 1),
    )


def find(tree: Document) -> list[Point]:
    """Return every open point of a report, in reading order, each once."""
    cover = [
        Point("Placeholder", "", _around(text, PLACEHOLDER)) for text in tree.cover.values() if PLACEHOLDER.search(text)
    ]
    cover += [Point("Reports disagree", "", said) for said in tree.cover.get("disagreements", "").splitlines()]
    within = (point for block in tree.blocks for point in _of(block))
    return list(dict.fromkeys([*cover, *within, *_unsupported(tree), *_miscaptioned(tree)]))


def _of(block: Block) -> Iterator[Point]:
    cell = block.get("id", "")
    for kind, pattern in (("Placeholder", PLACEHOLDER), ("Error text", ERROR)):
        yield from (Point(kind, cell, _around(text, pattern)) for text in _texts(block) if pattern.search(text))
    for kind, check in CHECKS.get(block["type"], {}).items():
        yield from (Point(kind, cell, clean(said)) for said in check(block))


def _texts(block: Block) -> Iterator[str]:
    """Yield every text a reader sees of a block and of those inside it."""
    yield from (str(block[key]) for key in ("title", "caption", "text", "alt") if block.get(key))
    yield spoken(block.get("runs", []))
    yield from block.get("notes", [])
    for entry in block.get("entries", []):
        yield from (str(value) for key, value in entry.items() if key not in ("tone", "finding"))
    for row in block.get("rows", []):
        yield from (cell["text"] if isinstance(cell, dict) else spoken(cell) for cell in row)
    inner = [*block.get("blocks", []), *(one for item in block.get("items", []) for one in item)]
    yield from (text for one in inner for text in _texts(one))


def _around(text: str, pattern: re.Pattern[str]) -> str:
    found = pattern.search(text)
    start = max(found.start() - 30, 0) if found else 0
    return f'"{clean(text)[start : start + 80].strip()}"'


# ----------------------------------------------------------------------------------------------- what figures rest on


def _unsupported(tree: Document) -> Iterator[Point]:
    """Yield the headlines and key figures without a finding, and the figures in them that their finding lacks."""
    rows = {clean(row["finding"]): row for block in tree.of("findings") for row in _raw(block)}
    for block in tree.blocks:
        for entry in block.get("entries", []):
            texts = [entry[part] for part in ("text", "value", "note", "detail") if entry.get(part)]
            if entry["finding"] not in rows:
                yield Point(UNTOLD, block["id"], clean(f'"{texts[0] if texts else entry["label"]}"'))
                continue
            for text in texts:
                lost = _lost(text, rows[entry["finding"]], tree.language)
                yield from (Point(UNSUPPORTED, block["id"], clean(f'{figure} in "{text}"')) for figure in lost)


def _lost(text: str, row: dict[str, str], language: str) -> list[str]:
    """Return the figures of a text that are none of its finding's; names and days may hold digits of their own."""
    figures, mentions = json.loads(row["figures"]), [*_words([row["workflow"], json.loads(row["mentions"])])]
    days = [figure["value"] for figure in figures.values() if figure["unit"] == "date"]
    return printed.lost(printed.without(text, mentions, days, language), printed.known(figures))


def _words(part: Any) -> Iterator[str]:
    """Yield every text of a part, without the apostrophe that keeps a spreadsheet from running it."""
    if isinstance(part, str):
        yield part.removeprefix("'")
    elif isinstance(part, list | dict):
        for inner in part.values() if isinstance(part, dict) else part:
            yield from _words(inner)


def _miscaptioned(tree: Document) -> Iterator[Point]:
    """Yield the figures of captions that are none of their block's: of those it counts, or of the rows it shows."""
    for block in tree.blocks:
        caption = block.get("title") if block["type"] == "figure" else block.get("caption")
        if block["type"] not in ("figure", "table") or not re.search(r"\d", caption or ""):
            continue
        counted, rows = block.get("figures") or {}, _rows(block)
        days = [figure["value"] for figure in counted.values() if isinstance(figure["value"], str)]
        names = [word for word in _words(rows) if re.search(r"[^\W\d_]", word)]
        bare = printed.without(str(caption), names, days, tree.language)
        figures = [*printed.known(counted), *printed.of_rows(rows), printed.Known(len(block.get("rows", [])))]
        lost = printed.lost(bare, figures)
        yield from (Point(MISCAPTIONED, block["id"], clean(f'{figure} in "{caption}"')) for figure in lost)


def _rows(block: Block) -> list[dict[str, Any]]:
    """Return the rows a table or a chart is made of."""
    if "spec" not in block:
        return [*_raw(block)]
    spec = json.loads(block["spec"])
    sets = [*spec.get("datasets", {}).values(), *_values(spec)]
    return [row for values in sets if isinstance(values, list) for row in values if isinstance(row, dict)]


# ------------------------------------------------------------------------------------------------------------- figures


def _empty(figure: Block) -> Iterator[str]:
    spec = json.loads(figure["spec"])
    sets = [*spec.get("datasets", {}).values(), *_values(spec)]
    rows = [row for values in sets if isinstance(values, list) for row in values]
    measured = [value for row in rows if isinstance(row, dict) for value in row.values() if value not in (None, "")]
    if not measured:
        yield figure["title"] or figure["alt"]


def _values(part: Any) -> Iterator[Any]:
    if isinstance(part, dict):
        if isinstance(data := part.get("data"), dict) and "values" in data:
            yield data["values"]
        for value in part.values():
            yield from _values(value)
    elif isinstance(part, list):
        for item in part:
            yield from _values(item)


def _undescribed(figure: Block) -> Iterator[str]:
    if not figure.get("is_described", True):
        yield figure["title"] or "?"


# -------------------------------------------------------------------------------------------------------------- tables


def _untied(table: Block) -> Iterator[str]:
    """Yield the columns whose total is not the sum of the rows above it, as far as their rounding allows."""
    for place, row in enumerate(table["rows"]):
        if place < 2 or not TOTAL.match(row[0]["text"].strip()):
            continue
        for index, column in enumerate(table["columns"][1:], 1):
            parts = [printed.read(above[index]["text"]) for above in table["rows"][:place]]
            total, known = printed.read(row[index]["text"]), [part for part in parts if part]
            if total is None or len(known) < 2 or len(known) != len(parts):
                continue
            summed, slack = sum(value for value, _ in known), sum(half for _, half in known) + total[1]
            if abs(summed - total[0]) > slack * 1.0001:
                yield f'"{column["label"]}" sums to {summed:,.6g}, its total says {row[index]["text"]}'


def _unwhole(table: Block) -> Iterator[str]:
    """Yield the columns that are shares of a whole and do not sum to it."""
    for index, column in enumerate(table["columns"]):
        if not re.search(
            r"(?:share|%|percent) of (?:the )?(?:total|whole|all)|Anteil (?:am Ganzen|an der Summe)",
            column["label"],
            re.I,
        ):
            continue
        cells = [row[index]["text"] for row in table["rows"] if not TOTAL.match(row[0]["text"].strip())]
        known = [part for part in map(printed.read, cells) if part]
        summed, slack = sum(value for value, _ in known), sum(half for _, half in known)
        if known and len(known) == len(cells) and abs(summed - 100) > slack * 1.0001 + 1e-9:
            yield f'"{column["label"]}" sums to {summed:.6g}%'


def _ungraded(table: Block) -> Iterator[str]:
    for row in _raw(table):
        if row.get("benchmark") and "grade" in row and not row["grade"]:
            yield row.get("label") or row.get("benchmark_label") or row["benchmark"]


def _stale(table: Block) -> Iterator[str]:
    for row in _raw(table):
        if row.get("benchmark") and row.get("is_stale", "").lower() == "true" and not row.get("accepted"):
            ways = f'accept = [{{ id = "{row["benchmark"]}", reason = "..." }}], or exclude = [...], or a newer row'
            yield f"{row.get('benchmark_label') or row['benchmark']}: in [benchmarks] {ways}"


def _pointed_columns(table: Block) -> Iterator[str]:
    """Yield the columns of savings in a file that have no range beside them."""
    names = list(next(iter(_raw(table)), {}))
    for name in names:
        is_money = re.search(r"saving|worth|benefit", name) and not re.search(r"_(?:low|high)$|^(?:is|has)_", name)
        if is_money and not {f"{name}_low", f"{name}_high"} <= set(names) and _has_numbers(table, name):
            yield f'column "{name}" has no {name}_low and {name}_high'


def _has_numbers(table: Block, name: str) -> bool:
    return any(re.fullmatch(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?", row.get(name) or "") for row in _raw(table))


def _raw(table: Block) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.get("csv", ""))))


def _pointed(block: Block) -> Iterator[str]:
    """Yield the sentences that promise money without a range."""
    said = [
        str(entry.get("text") or f"{entry.get('label', '')} {entry.get('value', '')}")
        for entry in block.get("entries", [])
    ]
    for text in [*said, *(block[key] for key in ("title", "caption") if block.get(key))]:
        if printed.MONEY.search(text) and SAVING.search(text) and not RANGE.search(text):
            yield text


Check = Callable[[Block], Iterator[str]]
CHECKS: dict[str, dict[str, Check]] = {
    "figure": {"Empty chart": _empty, "Chart without description": _undescribed, "Saving without a range": _pointed},
    "table": {
        "Total that does not tie": _untied,
        "Shares that do not sum": _unwhole,
        "Benchmark without a grade": _ungraded,
        "Benchmark out of date": _stale,
        "Saving without a range": lambda table: (*_pointed(table), *_pointed_columns(table)),  # type: ignore[dict-item,return-value]
    },
    "findings": {"Saving without a range": _pointed},
    "facts": {"Saving without a range": _pointed},
}


def _page(points: list[Point], language: str, number: int) -> list[Block]:
    def told(text: str) -> str:
        return phrases.translate(text, language)

    text = told("This page is for the consultant and is not in a final report: settle these points first.")
    columns = [
        {"label": told(label), "align": "left", "rowheader": label == "Kind", "language": ""}
        for label in ("Kind", "Cell", "Result")
    ]
    rows = [
        [{"text": part, "tone": ""} for part in (told(kind), cell or told("cover"), said)]
        for kind, cell, said in points
    ]
    table = {
        "type": "table",
        "saved": "",
        "groups": {},
        "told": [],
        "attached": False,
        "live": {},
        "id": "open-points-table",
        "name": "",
        "caption": told("What keeps this draft from being final"),
        "columns": columns,
        "rows": rows[:PRINTED_ROWS],
        "total": len(rows),
        "notes": [],
        "csv": "",
        "number": number,
    }
    heading = {"type": "heading", "level": 1, "id": "open-points", "runs": [{"text": told("Open points")}]}
    lead = {"type": "paragraph", "id": "open-points-text", "runs": [{"text": text}]}
    return [heading, lead, table]
