"""Tables that another library drew as HTML: pandas, Styler and their like, read into the house's own."""

from __future__ import annotations

import re
from typing import Any

from bs4 import BeautifulSoup, Tag

from engineroom.rendering.prose import Block, clean

_NUMERIC = re.compile(r"[-+−–]?[\s$€£]*[\d.,\s]*\d\s*%?|[-–—]|nan|none|<na>|nat|", re.IGNORECASE)


def tables(markup: str) -> list[dict[str, Any]]:
    """Return caption, columns and rows of every table in a piece of HTML; nothing else of it is kept."""
    soup = BeautifulSoup(markup, "html.parser")
    return [read for table in soup.find_all("table") if (read := _table(table))]


def _table(table: Tag) -> Block | None:
    head = [row for row in table.find_all("tr") if not row.find("td") or row.find_parent("thead")]
    body = [_spread(row) for row in table.find_all("tr") if row not in head]
    width = max((len(row) for row in [*body, *map(_spread, head)]), default=0)
    if not width:
        return None
    stacked = zip(*(_filled(_spread(row), width) for row in head), strict=True)
    labels = [" ".join(dict.fromkeys(filter(None, column))) for column in stacked]
    body = [_filled(row, width) for row in body]
    first = table.find_all("tr")[len(head) :]
    headers = len(first[0].find_all("th")) if first else 0
    columns = []
    for index in range(width):
        right = bool(body) and all(_NUMERIC.fullmatch(row[index]) for row in body)
        label = labels[index] if labels else ""
        columns.append(
            {"label": label, "align": "right" if right else "left", "rowheader": index < headers, "language": ""}
        )
    caption = table.find("caption")
    return {"caption": clean(caption.get_text(" ")).strip() if caption else "", "columns": columns, "rows": body}


def _spread(row: Tag) -> list[str]:
    """Return the texts of a row, a cell over several columns once a column."""
    cells = [(clean(cell.get_text(" ")).strip(), str(cell.get("colspan") or 1)) for cell in row.find_all(["th", "td"])]
    return [text for text, span in cells for _ in range(min(int(span), 100) if span.isdecimal() else 1)]


def _filled(row: list[str], width: int) -> list[str]:
    return row + [""] * (width - len(row))
