"""An executed notebook as one neutral tree of blocks, which HTML and PDF render each in its own way.

A block is a plain dictionary that JSON can hold: `{"type": "paragraph", "runs": [{"text": "...", "strong": True}]}`.
All text is plain and cleaned here, once: nothing in the tree is markup of any language. Code cells are not printed;
what they display is. The first block of a cell carries the cell's id, so that a link `#gap-chart` finds its figure.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode

from engineroom import phrases
from engineroom.errors import RenderError
from engineroom.pages import pictures
from engineroom.pages.blocks import PRINTED_ROWS
from engineroom.rendering import foreign
from engineroom.rendering.prose import Block, clean, inside, paragraph, parse, spoken

LARGEST_SAVED = 200_000
"""Characters of a table that the page carries, to be saved from it."""

COVER = "application/vnd.engineroom.cover+json"
HOUSE = "application/vnd.engineroom.house+json"
RESERVED = ("page-main", "page-contents", "page-title")  # ids of the HTML page itself


@dataclass(frozen=True)
class Document:
    """A report before it has an edition: what its cover says, and its blocks in reading order."""

    cover: dict[str, str]
    blocks: list[Block]
    brand: dict[str, Any] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """Return the language the report is written in."""
        return self.cover["language"]

    def of(self, kind: str) -> list[Block]:
        """Return the top-level blocks of one type: `heading`, `figure`, `table`, ..."""
        return [block for block in self.blocks if block["type"] == kind]


def build(notebook: NotebookNode) -> Document:
    """Return the tree of an executed notebook; a cell that failed or cannot be shown raises `RenderError`."""
    house: Block = next((block for cell in notebook.cells for block in _styled(cell)), {"language": "en", "brand": {}})
    language = house["language"]
    cells = [_cell(cell, index, language) for index, cell in enumerate(notebook.cells)]
    found = [block for blocks in _told(notebook, cells) for block in blocks]
    covers = [block for block in found if block["type"] == "cover"]
    if len(covers) > 1:
        raise RenderError(f"cell {covers[1]['id']}: a report has one cover, and this is the second")
    titles = [block for block in found if block["type"] == "heading" and block["level"] == 1]
    cover = dict(covers[0]["lines"]) if covers else {}
    cover["title"] = cover.get("title") or (spoken(titles[0]["runs"]) if titles else "Report")
    cover["language"] = language
    apart = [*covers, *titles[:1]]
    blocks = [block for block in found if block["type"] != "house" and not any(block is one for one in apart)]
    return Document(cover, list(_numbered(_linked(_levelled(_anchored(blocks))))), house["brand"])


def tables(document: Document) -> dict[str, str]:
    """Return the CSV of every result table by the table's name, for writing beside the report."""
    return {block["name"]: block["csv"] for block in document.of("table") if block.get("csv")}


def files(document: Document) -> dict[str, str]:
    """Return every file that goes beside the report: tables and findings as CSV, what a table offers otherwise."""
    other = {name: text for block in document.of("table") for name, text in block.get("files", {}).items()}
    found = next((block["csv"] for block in document.of("findings") if block["csv"]), "")
    beside = {f"{name}.csv": text for name, text in tables(document).items()} | other
    return beside | ({"findings.csv": found} if found else {})


def blocks_within(blocks: list[Block]) -> Iterator[Block]:
    """Yield every block, those inside lists and quotes too."""
    for block in blocks:
        yield block
        for children in [block.get("blocks", []), *block.get("items", [])]:
            if isinstance(children, list):
                yield from blocks_within(children)


# ------------------------------------------------------------------------------------------------------------- cells


def _told(notebook: NotebookNode, cells: list[list[Block]]) -> Iterator[list[Block]]:
    """Yield the blocks of each cell but those of a section that has nothing to tell.

    That is a heading whose cells show nothing, or only notes that say what is not known: what a report could not say
    is listed in its appendix.
    """
    levels = [
        min((block["level"] for block in blocks if block["type"] == "heading"), default=0)
        if cell.cell_type == "markdown"
        else 0
        for cell, blocks in zip(notebook.cells, cells, strict=True)
    ]
    until = 0
    for place, (blocks, level) in enumerate(zip(cells, levels, strict=True)):
        if place < until:
            continue
        after = range(place + 1, len(cells))
        end = next((at for at in after if level and 0 < levels[at] <= level), len(cells))
        below = [at for at in range(place + 1, end) if notebook.cells[at].cell_type == "code"]
        if level >= 2 and below and not any(_tells(block) for at in below for block in cells[at]):
            until = end
        else:
            yield blocks


def _tells(block: Block) -> bool:
    return not (block["type"] == "callout" and block["tone"] == "neutral")


def _styled(cell: NotebookNode) -> list[Block]:
    """Return the house style a cell sets, if it does: it must be known before the first word is read."""
    styles = [output for output in cell.get("outputs", []) if HOUSE in (output.get("data") or {})]
    return [block for output in styles for block in _output(output, cell.get("id", "house"))]


def _cell(cell: NotebookNode, index: int, language: str) -> list[Block]:
    name = cell.get("id") or f"cell-{index + 1}"
    if cell.cell_type == "markdown":
        return _named(parse(phrases.prose(cell.source, language)), name)
    if cell.cell_type != "code":
        return []
    return [block for output in cell.outputs for block in _named(_output(output, name), name)]


def _named(blocks: list[Block], name: str) -> list[Block]:
    if blocks:
        blocks[0]["id"] = name
    return blocks


def _output(output: NotebookNode, cell: str) -> list[Block]:
    if output.output_type == "error":
        name, message = clean(output.get("ename", "an error")), clean(output.get("evalue", ""))
        raise RenderError(f"cell {cell}: failed with {name}: {message}")
    data: Mapping[str, Any] = output.get("data") or {}
    for mime, reader in READERS.items():
        if mime in data:
            try:
                return reader(data[mime])
            except (KeyError, TypeError, ValueError, AttributeError) as fault:
                what = f"{type(fault).__name__} {fault}"
                raise RenderError(f"cell {cell}: its {mime} is not as agreed: {what}") from fault
            except RenderError as fault:
                raise RenderError(f"cell {cell}: {fault}") from fault
    return []


def _cover(data: Mapping[str, Any]) -> list[Block]:
    return [{"type": "cover", "lines": {key: clean(value).strip() for key, value in data.items() if value is not None}}]


def _findings(data: Mapping[str, Any]) -> list[Block]:
    entries = [_plain(item, "text", "label", "detail") for item in data["items"]]
    return [{"type": "findings", "entries": entries, "csv": str(data.get("csv") or "")}] if entries else []


def _facts(data: Mapping[str, Any]) -> list[Block]:
    entries = [_plain(item, "label", "value", "note") for item in data["items"]]
    return [{"type": "facts", "entries": entries}] if entries else []


def _callout(data: Mapping[str, Any]) -> list[Block]:
    text = [data["text"]] if isinstance(data["text"], str) else data["text"]
    paragraphs = [paragraph(part) for part in text]
    tone = {"note": "neutral"}.get(data.get("tone", "note"), data.get("tone"))
    return [{"type": "callout", "tone": _tone(tone), "title": clean(data.get("title", "")), "blocks": paragraphs}]


def _table(data: Mapping[str, Any]) -> list[Block]:
    columns = [
        {
            "label": clean(column.get("label", column["key"])),
            "align": "right" if column.get("align") == "right" else "left",
            "rowheader": bool(column.get("rowheader")),
            "language": "en" if column.get("language") == "en" else "",
            "is_workflow": column["key"] == "workflow",
        }
        for column in data["columns"]
    ]
    rows = [[_table_cell(cell) for cell in row] for row in data["rows"]]
    if not columns or any(len(row) != len(columns) for row in rows):
        raise ValueError(f"a row has not the {len(columns)} cells of the columns")
    total = max(int(data.get("total_rows") or 0), len(rows))
    table = _table_block(columns, rows, clean(data.get("caption", "")), total)
    notes = [clean(note) for note in data.get("notes") or []]
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", str(data.get("name", ""))).strip("-")
    offered = {re.sub(r"[^A-Za-z0-9_.-]+", "-", name): str(text) for name, text in (data.get("files") or {}).items()}
    beside: Block = {"name": name, "csv": str(data.get("csv") or ""), "notes": notes, "files": offered}
    beside["figures"] = dict(data.get("figures") or {})
    beside["attached"] = bool(data.get("attached"))
    is_small = len(beside["csv"]) <= LARGEST_SAVED  # a larger one is beside the report
    is_plain = is_small and all(clean(line) == line for line in beside["csv"].splitlines())  # nothing unseen goes along
    beside["saved"] = beside["csv"] if is_plain else ""
    beside["told"] = [[clean(part) for part in parts] for parts in data.get("told") or []]
    beside["groups"] = {str(int(row)): clean(label) for row, label in (data.get("groups") or {}).items()}
    beside["live"] = _visible(data.get("live") or {})
    return [table | beside]


def _chart(spec: Mapping[str, Any]) -> list[Block]:
    bare = {key: _visible(value) for key, value in spec.items() if key not in ("title", "usermeta", "description")}
    said = (spec.get("usermeta") or {}).get("engineroom") or {}
    title = spec.get("title") or ""
    lines = title if isinstance(title, Mapping) else {"text": title}
    alt = clean(_joined(spec.get("description") or "")).strip()
    caption = _joined(said.get("caption") or lines.get("subtitle") or "")
    heading, name = clean(_joined(lines.get("text", ""))), clean(said.get("name", ""))
    drawing = json.dumps(bare, sort_keys=True, ensure_ascii=False)
    told = {"title": heading, "caption": clean(caption), "alt": alt or heading or "?", "is_described": bool(alt)}
    return [{"type": "figure", **told, "name": name, "spec": drawing, "figures": dict(said.get("figures") or {})}]


def _visible(part: Any) -> Any:
    """Return a part of a chart with its texts cleaned: labels come from the client's data too."""
    if isinstance(part, str):
        return clean(part)
    if isinstance(part, list):
        return [_visible(item) for item in part]
    return {clean(key): _visible(value) for key, value in part.items()} if isinstance(part, Mapping) else part


def _foreign(markup: str) -> list[Block]:
    """Read a table another library drew: pandas, Styler and their like."""
    if "vegaEmbed" in markup:
        raise RenderError("the chart was drawn by altair's own renderer; call er.theme.enable() first")
    return [
        _table_block(
            table["columns"],
            [[_table_cell(cell) for cell in row] for row in table["rows"]],
            table["caption"],
            len(table["rows"]),
        )
        for table in foreign.tables(markup)
    ]


def _house(data: Mapping[str, Any]) -> list[Block]:
    """Read how the report looks and speaks; a notebook is no better known than a client, so all of it is checked."""
    language, given = str(data.get("language") or "en"), data.get("brand") or {}
    phrases.known(language)
    colours = {key: value for key, value in given.get("colour", {}).items() if key in ("accent", "ink", "text")}
    if not all(re.fullmatch("#[0-9a-f]{6}", str(value)) for value in colours.values()):
        raise ValueError("a colour of the brand is not one")
    brand = {key: clean(given.get(key, "")) for key in ("name", "footer", "disclaimer")} | {"colour": colours}
    if logo := given.get("logo"):
        kind = "png" if logo["format"] == "png" else "svg"
        rebuilt = getattr(pictures, kind)(base64.b64decode(logo["data"], validate=True))
        brand["logo"] = {"format": kind, "data": base64.b64encode(rebuilt).decode()}
    return [{"type": "house", "language": language, "brand": brand}]


def _commentary(data: Mapping[str, Any]) -> list[Block]:
    """Read a consultant's words: prose like any other, but never a section of the report."""
    blocks = inside(str(data["markdown"]))
    return [{"type": "commentary", "slot": clean(data["slot"]), "blocks": blocks}] if blocks else []


def _table_block(columns: list[Block], rows: list[list[Block]], caption: str, total: int) -> Block:
    return {"type": "table", "name": "", "caption": caption, "columns": columns, "rows": rows[:PRINTED_ROWS],
            "total": total, "notes": [], "csv": "", "saved": "", "groups": {},
            "told": [], "attached": False, "live": {}}  # fmt: skip


def _table_cell(cell: object) -> Block:
    if isinstance(cell, Mapping):
        return {"text": clean(cell.get("text", "")), "tone": _tone(cell.get("tone"))}
    return {"text": "" if cell is None else clean(cell), "tone": ""}


def _plain(item: Mapping[str, Any], *keys: str) -> Block:
    said = {key: _bound(clean(item.get(key) or "").strip()) for key in keys}
    return {"tone": _tone(item.get("tone") or "neutral"), "finding": clean(item.get("id") or "")} | said


def _bound(text: str) -> str:
    """Return a text whose comparisons stay on one line: a lonely "<" at its end reads as a misprint."""
    return re.sub(r"([<>≤≥]) (?=[\d$€£])", "\\1\u00a0", text)


def _tone(tone: object) -> str:
    if tone in (None, "", "bad", "good", "caution", "neutral", "unknown"):
        return str(tone or "")
    raise ValueError(f"{tone!r} is not a tone: bad, good, caution, neutral or unknown")


def _joined(text: object) -> str:
    return " ".join(map(str, text)) if isinstance(text, list) else str(text)


# -------------------------------------------------------------------------------------------------- the whole in order


def _anchored(blocks: list[Block]) -> list[Block]:
    """Give every block that has or needs an id one of its own."""
    taken = set(RESERVED)
    for block in blocks:
        wish = block.get("id", "")
        if block["type"] == "heading" and not wish:
            wish = re.sub(r"[^a-z0-9]+", "-", spoken(block["runs"]).lower()).strip("-") or "section"
        wish = re.sub(r"[^A-Za-z0-9_-]", "-", wish)
        names = (wish if number == 1 else f"{wish}-{number}" for number in range(1, len(taken) + 2))
        block["id"] = next(name for name in names if name not in taken) if wish else ""
        taken.add(block["id"])
    return blocks


def _levelled(blocks: list[Block]) -> list[Block]:
    """Let sections be level 1, and no heading skip a level: PDF/UA refuses that, and a listener loses the thread."""
    before = 0
    for block in blocks:
        if block["type"] == "heading":
            before = block["level"] = min(max(block["level"] - 1, 1), before + 1, 3)
    return blocks


def _linked(blocks: list[Block]) -> list[Block]:
    """Drop the links that lead nowhere."""
    known = {f"#{block['id']}" for block in blocks if block["id"]}
    for block in blocks_within(blocks):
        for run in block.get("runs", []):
            if run.get("href", "").startswith("#") and run["href"] not in known:
                del run["href"]
    return blocks


def _numbered(blocks: list[Block]) -> Iterator[Block]:
    """Count the figures and tables that are printed, in reading order; no two tables share a name."""
    counts, names = {"figure": 0, "table": 0}, set()
    for block in blocks:
        if block["type"] in counts and not block.get("attached"):
            counts[block["type"]] += 1
            block["number"] = counts[block["type"]]
        if block["type"] == "table" and block["name"]:
            if block["name"] in names:
                raise RenderError(f"cell {block['id']}: the report has another table called {block['name']!r}")
            names.add(block["name"])
        yield block


READERS: dict[str, Callable[[Any], list[Block]]] = {
    COVER: _cover,
    HOUSE: _house,
    "application/vnd.engineroom.commentary+json": _commentary,
    "application/vnd.engineroom.findings+json": _findings,
    "application/vnd.engineroom.facts+json": _facts,
    "application/vnd.engineroom.callout+json": _callout,
    "application/vnd.engineroom.table+json": _table,
    "application/vnd.vegalite.v6+json": _chart,
    "application/vnd.vegalite.v5+json": _chart,
    "text/html": _foreign,
    "text/markdown": parse,
}
