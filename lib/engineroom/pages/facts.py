"""A finding as a row: its figures by unit, its names cut to what a sentence can hold, its id."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from engineroom import digits
from engineroom.dictionary.columns import DataFrame
from engineroom.dictionary.findings import Findings
from engineroom.logs import cases, drilldown

Figures = dict[str, dict[str, Any]]
Row = dict[str, Any]
BEARING = {"good": "better", "bad": "worse"}
"""Where a finding lies from what it is held against, as far as its tone tells."""

MOST_NAMES = 3
"""Names a sentence lists; the rest is counted."""


def figures(unit: str, **values: Any) -> Figures:
    """Return figures in a unit, by name; a blank one stays, for that it is blank is said too."""
    return {name: {"value": _plain(value), "unit": unit} for name, value in values.items()}


def source(table: str, *columns: str, **rows: Any) -> dict[str, Any]:
    """Return what a finding rests on: a result table, its columns, and the rows by what their columns hold."""
    return {"table": table, "columns": list(columns), "rows": {name: _plain(value) for name, value in rows.items()}}


def named(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of workflows that have a name: those without one, or with several, lead no headline."""
    return rows[~rows["workflow"].isin([drilldown.NOT_STATED, cases.SEVERAL])]


def leading(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that may lead a headline; all of them where no workflow has a name."""
    return found if len(found := named(rows)) else rows


def headline(
    question: str,
    verdict: str,
    tone: str,
    *rests_on: dict[str, Any],
    printed: Figures | None = None,
    names: Mapping[str, Any] | None = None,
    lists: Mapping[str, Iterable[str]] | None = None,
    most: int = MOST_NAMES,
    **columns: Any,
) -> Row:
    """Return the row of a headline; of each of its `lists` the first names stand, how many `more` there are is counted.

    `columns` are those of `Findings` that this headline fills, and `about`, the part of its id that tells it from
    others of its question.
    """
    listed = {name: list(words) for name, words in (lists or {}).items()}
    beyond = {f"more_{name}": len(words) - most for name, words in listed.items() if len(words) > most}
    return {
        "role": "headline",
        "question": question,
        "verdict": verdict,
        "tone": tone,
        "direction": BEARING.get(tone, "unknown"),
        "rests_on": list(rests_on),
        "figures": (printed or {}) | figures("count", **beyond),
        "mentions": {**(names or {}), **{name: words[:most] for name, words in listed.items()}},
        **columns,
    }


def key_figure(question: str, verdict: str, tone: str, *rests_on: dict[str, Any], **options: Any) -> Row:
    """Return the row of a key figure, made as that of a headline is."""
    return headline(question, verdict, tone, *rests_on, **options) | {"role": "key figure"}


def table(report: str, sections: Mapping[str, tuple[str, ...]], rows: Iterable[Row]) -> DataFrame[Findings]:
    """Return the findings of a report in their order; `sections` says which cells tell and show each question."""
    made = []
    for rank, row in enumerate(rows, 1):
        about = row.pop("about", "")
        parts = "".join(mark + part for mark, part in (("/", about), ("@", row.get("workflow") or "")) if part)
        made.append(
            row
            | {
                "finding": f"{report}.{row['question']}{parts}",
                "report": report,
                "sections": sections[row["question"]],
                "rank": rank,
            }
        )
    texts = ("sections", "rests_on", "figures", "mentions")
    return Findings.of(
        row | {name: json.dumps(row[name], ensure_ascii=False, allow_nan=False) for name in texts} for row in made
    )


def _plain(value: Any) -> Any:
    """Return a value as JSON holds it: a number at 12 digits, a day as text, a blank one as nothing."""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    plain = value.item() if hasattr(value, "item") else value
    if not isinstance(plain, float):
        return plain
    return None if math.isnan(plain) else digits.kept(plain)
