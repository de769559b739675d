"""The panel of instruments: what every process should be read by, side by side."""

from __future__ import annotations

from typing import Any

from engineroom.dictionary import quality_tables
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import wording
from engineroom.pages.blocks import Cell, Exhibit, left, note, right, table
from engineroom.phrases import say
from engineroom.readers.tables import Tables

PANEL = {
    "cycle_time_p50": "Turnaround P50",
    "cycle_time_p90": "P90",
    "error_rate": "Errors",
    "cost_per_transaction": "Cost an item",
    "rework_cost": "Rework an item",
    "productivity": "Output an hour",
    "first_pass_yield": "Right first time",
    "utilisation": "Utilisation",
    "automation_rate": "Automated",
    "stp_rate": "Straight-through",
}
RECORDED_COST = "cost_per_transaction/recorded"


def instruments(found: DataFrame[quality_tables.Instruments], tables: Tables) -> Exhibit:
    """Return the instruments of every workflow side by side; what nothing supports stays blank and is named."""
    if found.empty:
        return note("No instrument shows a figure", "A log, or the tables kpis, costs and staffing, would give them.")
    currency = tables.engagement.header.currency
    rows: list[list[Cell]] = []
    for workflow, mine in found.groupby("workflow", sort=False):
        known = {row["kpi"]: row for row in mine.to_dict("records")}
        rows.append(
            [str(workflow), *(_instrument(known[kpi], currency) if kpi in known else wording.BLANK for kpi in PANEL)]
        )
    columns = [left("workflow", "Workflow"), *(right(kpi, label) for kpi, label in PANEL.items())]
    wanted = len(PANEL) * len(rows)
    caption = say("The instruments of each process: {n} of {all} show a figure", n=len(found), all=wanted)
    blank = [label for kpi, label in PANEL.items() if kpi not in set(found["kpi"])]
    notes = [
        say(
            "Turnaround from receipt to completion: half of the items within P50, nine of ten within P90. "
            "Rework cost per completed item. Output: items per productive hour "
            "of the workflow's own teams. Automated: steps done by a system, of those whose actor is known; "
            "straight-through: items without any human touch."
        )
    ]
    if (found["definition"] == RECORDED_COST).any():
        notes.append(say("Where no ledger was sent, the cost is what the log records: not all of it."))
    if blank:
        notes.append(say("No workflow has: {figures}.", figures=", ".join(say(label) for label in blank)))
    return table("instruments", caption, columns, rows, found, tuple(notes), n=len(found), all=wanted)


def _instrument(row: dict[str, Any], currency: str) -> str:
    if row["unit"] == "money":
        return wording.exact(row["value"], currency)
    if row["kpi"] == "productivity":
        return wording.tenths(row["value"])
    return wording.value(row["value"], row["unit"])
