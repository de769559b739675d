"""The blocks a report is made of besides prose and charts: plain data under engineroom's own media types.

The renderer turns them into HTML and PDF; JupyterLab shows a plain HTML of its own. A table carries its raw figures as
CSV, so that the file beside the report holds exactly what the page shows.
"""

from __future__ import annotations

import html
import math
from collections.abc import Sequence, Sized
from dataclasses import dataclass
from typing import Any

import pandas as pd

from engineroom import digits
from engineroom.pages import wording
from engineroom.pages.facts import figures
from engineroom.phrases import say

Cell = str | dict[str, str]
Column = tuple[str, str, str]
QUOTED = dict.fromkeys(("formula", "standard", "pitfalls", "population", "caveat_quoted", "target_quoted"), "en")
"""Columns that quote the reference data, in the language it is kept in, whatever that of the report."""

PRINTED_ROWS = 60
"""Rows of a table on a page: nobody reads further, and the rest is in the CSV beside the report."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Exhibit:
    """One block: its kind, which names its media type, and its content."""

    kind: str
    content: dict[str, Any]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {f"application/vnd.engineroom.{self.kind}+json": self.content, "text/html": self._html()}

    def _html(self) -> str:
        """Return a plain fragment for JupyterLab, where two dollar signs would otherwise enclose a formula."""
        inside = self._table() if self.kind == "table" else self._paragraphs()
        return f'<div class="tex2jax_ignore">{inside}</div>'

    def _table(self) -> str:
        def row(cells: list[Cell], tag: str) -> str:
            said = (cell["text"] if isinstance(cell, dict) else cell for cell in cells)
            return f"<tr>{''.join(f'<{tag}>{html.escape(one)}</{tag}>' for one in said)}</tr>"

        head = row([column["label"] for column in self.content["columns"]], "th")
        groups = {int(place): [name] for place, name in self.content.get("groups", {}).items()}
        body = "".join(
            (row(groups[place], "th") if place in groups else "") + row(cells, "td")
            for place, cells in enumerate(self.content["rows"])
        )
        return f"<table><caption>{html.escape(self.content['caption'])}</caption>{head}{body}</table>"

    def _paragraphs(self) -> str:
        items = self.content.get("items") or [{"label": self.content.get("title", ""), **self.content}]
        lines = []
        for item in items:
            text = item.get("text") or item.get("value") or item.get("subtitle") or ""
            parts = [*text] if isinstance(text, list) else [text, item.get("detail") or item.get("note") or ""]
            said = " · ".join(html.escape(part) for part in parts if part)
            lines.append(f"<p><b>{html.escape(item.get('label', ''))}</b> {said}</p>")
        return "".join(lines)


def left(key: str, label: str) -> Column:
    """Return a column of words."""
    return key, say(label), "left"


def right(key: str, label: str) -> Column:
    """Return a column of figures."""
    return key, say(label), "right"


def table(
    name: str,
    caption: str,
    columns: list[Column],
    rows: list[list[Cell]],
    raw: pd.DataFrame,
    notes: tuple[str, ...] = (),
    groups: Sequence[str] = (),
    **counted: Any,
) -> Exhibit:
    """Return a captioned table: formatted `rows` for the page, `raw` figures for the file `<name>.csv`.

    `groups` names the group of each row; a line of its own stands above the first row of each. `counted` are the
    figures of the caption that are neither a cell of `raw` nor the sum of a column.
    """
    shape = [
        {"key": key, "label": label, "align": align, "rowheader": place == 0}
        | ({"language": QUOTED[key]} if key in QUOTED else {})
        for place, (key, label, align) in enumerate(columns)
    ]
    content = {
        "columns": shape,
        "rows": rows,
        "total_rows": len(rows),
        "notes": [say(it) for it in notes],
        "csv": csv(raw),
        "figures": figures("", **counted),
    }
    if groups:
        starts = {str(place): one for place, one in enumerate(groups) if not place or one != groups[place - 1]}
        content["groups"] = starts
    return Exhibit("table", {"version": 1, "name": name, "caption": say(caption)} | content)


def note(title: str, *text: str, tone: str = "note") -> Exhibit:
    """Return a callout: a title and a few paragraphs."""
    return Exhibit("callout", {"tone": tone, "title": say(title), "text": [say(part) for part in text]})


def nothing() -> Exhibit:
    """Return a block that prints nothing: a chart without data stays away, the table beside it says why."""
    return Exhibit("findings", {"items": []})


def cell(text: str, tone: str) -> Cell:
    """Return a phrase as a cell, with the tone that gives it shape and colour."""
    return {"text": say(text), "tone": tone}


def verdict(word: str) -> Cell:
    """Return a verdict as a cell."""
    return cell(wording.LABELS[word], wording.TONES[word])


def part_of(number: float, whole: float) -> str:
    """Return how many of how many: `3 of 12`; a dash where either is not known."""
    if math.isnan(number) or math.isnan(whole):
        return wording.BLANK
    return say("{n} of {all}", n=wording.count(number), all=wording.count(whole))


def first_of(found: Sized, most: int) -> str:
    """Return what a caption adds where the page shows the first rows only."""
    return say(": the first {n} of {all}", n=most, all=len(found)) if len(found) > most else ""


def csv(raw: pd.DataFrame) -> str:
    """Return figures as CSV, at 12 digits; text that a spreadsheet would run as formula gets an apostrophe (OWASP)."""
    safe = digits.settled(raw)
    for column in safe.columns:
        if pd.api.types.is_numeric_dtype(safe[column]) or pd.api.types.is_datetime64_any_dtype(safe[column]):
            continue
        safe[column] = safe[column].astype("object").map(_harmless)
    return str(safe.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d"))


def _harmless(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    is_risky = cell.lstrip(" \n").startswith(FORMULA_STARTS)
    return ("'" if is_risky else "") + cell.replace("\r", " ")
