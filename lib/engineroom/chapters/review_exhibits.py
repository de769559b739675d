"""The tables of the quarterly review: what the gaps endanger, and which benchmarks and figures need a decision."""

from __future__ import annotations

import math
from typing import Any

from engineroom.dictionary import results
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import wording
from engineroom.pages.blocks import Cell, Exhibit, cell, left, note, nothing, right, table
from engineroom.phrases import say
from engineroom.readers.tables import Tables

VALUES = {
    "continuity": "Continuity",
    "cost": "Cost",
    "accuracy": "Accuracy of the data",
    "compliance": "Compliance",
    "scalability": "Scalability",
}
MOVES = {
    "reached": ("Reached", "good", "Raise it, or drop it"),
    "closing": ("Closing", "good", "Leave it"),
    "falling back": ("Falling back", "bad", "Escalate"),
    "plateau": ("Plateau", "bad", "Ask why, or move the target"),
    "not settled": ("Not settled", "caution", "Look again"),
    "too few months": ("Too few months", "unknown", "Send months"),
}


def values(found: DataFrame[results.Values], tables: Tables) -> Exhibit:
    """Return what the gaps endanger: the kinds of value of a back office, with what is missed in each."""
    if not found["compared"].any():
        return nothing()
    currency = tables.engagement.header.currency
    rows: list[list[Cell]] = [
        [
            say(VALUES[row["value"]]),
            wording.count(row["compared"]),
            wording.count(row["missed"]),
            wording.count(row["inconclusive"]),
            say(row["worst"]) if row["worst"] else wording.BLANK,
            wording.BLANK
            if math.isnan(row["worth_low"])
            else wording.between(row["worth_low"], row["worth_high"], currency),
        ]
        for row in found.to_dict("records")
    ]
    columns = [left("value", "Value"), right("compared", "Compared"), right("missed", "Missed")]
    columns += [right("inconclusive", "Inconclusive"), left("worst", "Farthest away"), right("worth", "Worth a year")]
    hit = found[found["missed"] > 0].sort_values("missed", ascending=False, kind="stable")
    caption = say("No kind of value is endangered by a missed benchmark")
    if len(hit):
        row = hit.iloc[0]
        parts = {"missed": wording.count(row["missed"]), "compared": wording.count(row["compared"])}
        caption = say(
            "{value} misses the most benchmarks: {missed} of {compared}", value=say(VALUES[row["value"]]), **parts
        )
    notes = ("Each KPI serves one kind of value; where nothing is compared, nobody can say that all is well.",)
    return table("values", caption, columns, rows, found, notes)


def reviews(found: DataFrame[results.Reviews], tables: Tables) -> Exhibit:
    """Return what the quarterly review looks at: benchmarks that expire, and figures of which six months are known."""
    asked = found[found["is_stale"] | found["pace"].notna()]
    if asked.empty:
        return note(
            "Nothing can be reviewed yet",
            "No benchmark expires within a quarter, and of no figure six months were sent one by one.",
        )
    currency = tables.engagement.header.currency
    rows: list[list[Cell]] = []
    for row in asked.to_dict("records"):
        said, tone, act = MOVES[row["verdict"]]
        ends = {end: _signed(row[end], row, currency) for end in ("low", "high")}
        rows.append(
            [
                say(row["name"]),
                wording.whose(row["workflow"]),
                say(row["benchmark_label"]),
                {"text": wording.day(row["expires"]), "tone": "caution" if row["is_stale"] else "good"},
                _signed(row["gap"], row, currency),
                wording.BLANK if math.isnan(row["pace"]) else say("{low} to {high}", **ends),
                cell(said, tone),
                say(act) if not row["is_stale"] else say("Find a newer value"),
            ]
        )
    columns = [left("name", "KPI"), left("workflow", "Workflow"), left("label", "Benchmark")]
    columns += [left("expires", "Good until"), right("gap", "Gap"), right("pace", "Better by, a quarter")]
    columns += [left("verdict", "Months say"), left("act", "To decide")]
    stale, still = int(asked["is_stale"].sum()), int(asked["verdict"].isin(["plateau", "falling back"]).sum())
    parts = {"stale": stale, "still": still}
    caption = say("To decide this quarter: benchmarks that expire: {stale}; figures that stand still: {still}", **parts)
    notes = (
        "Better by: slope of the months in the table kpis, six at least, with its 95% interval. Plateau: even its "
        "better end would not close the gap within a year.",
    )
    return table("reviews", caption, columns, rows, asked, notes, **parts)


def _signed(amount: float, row: dict[str, Any], currency: str) -> str:
    return wording.sign(amount) + wording.distance(abs(amount), row["unit"], currency, row["value"])
