"""What the report on benchmark gaps draws: the distance of each KPI from its benchmark, and the worth of a gap.

Positions carry the figures; a verdict is said by shape and colour together, and its words stand beside the mark.
"""

from __future__ import annotations

from typing import Any

from engineroom.dictionary import results
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import forms, theme, wording
from engineroom.pages.blocks import Exhibit, nothing
from engineroom.pages.forms import Chart, cut, facts, finished, mark, quantity, text
from engineroom.phrases import say, say_number
from engineroom.readers.tables import Tables
from engineroom.reports.benchmark_gap.facts import comparable

VERDICTS = ("misses", "inconclusive", "meets")
ROW, WIDTH = 17, 260
MOST_ROWS = 6
FARTHEST = 1.0
"""Distance, as a part of the benchmark, beyond which a mark stands at the edge."""


def distances(gaps: DataFrame[results.Gaps], tables: Tables) -> Chart | Exhibit:
    """Return how far each KPI is from its benchmark, as a part of the benchmark: left of zero is worse."""
    rows = comparable(gaps)
    rows = rows[rows["benchmark_value"].abs() > 0]
    if rows.empty:
        return nothing()
    currency, scale = tables.engagement.header.currency, rows["benchmark_value"].abs()
    at = {"at": "gap", "from": "gap_high", "to": "gap_low"}
    parts = {name: -(rows[gap].fillna(rows["gap"]) / scale).clip(-FARTHEST, FARTHEST) for name, gap in at.items()}
    rows = rows.assign(
        **parts,
        label=[wording.subject(row) for row in rows.to_dict("records")],
        said=[f"{wording.figure(row, currency)} / {wording.line(row, currency)}" for row in rows.to_dict("records")],
        verdict_said=rows["verdict"].map(wording.label),
    )
    counted = {"missed": int((rows["verdict"] == "misses").sum()), "all": len(rows)}
    shown = rows.sort_values("at", kind="stable").head(MOST_ROWS)
    tones = {wording.label(verdict): wording.TONES[verdict] for verdict in VERDICTS}
    ends = [min(shown["from"].min(), 0.0), max(shown["to"].max(), 0.0)]
    x = quantity(
        "at", say("Distance from the benchmark: left is worse"), ends=ends, axis={"format": ".0%", "tickCount": 4}
    )
    chart = forms.rows(
        shown[["label", "at", "from", "to", "verdict_said", "said"]],
        mark("span", "from", "to"),
        forms.guide("x", 0.0),
        mark("verdict", x, look=forms.tones("verdict_said", forms.present(tones, shown["verdict_said"]))),
        text(WIDTH + 12),
        room=300, width=WIDTH, step=ROW,
    )  # fmt: skip
    title = say_number(
        counted["missed"], "{client} misses {missed} of {all} benchmarks",
        client=tables.engagement.header.client, **counted,
    )  # fmt: skip
    if not counted["missed"]:
        title = say("{client} misses none of {all} benchmarks", client=tables.engagement.header.client, all=len(rows))
    caption = say("Zero: the benchmark. Mark: measured value. Bar: 95% interval. Beside it: value / benchmark.")
    if (shown["from"] <= -FARTHEST).any() or (shown["to"] >= FARTHEST).any():
        caption += " " + say("Marks at the edge lie further out than the scale shows.")
    caption += cut("Shown: the {n} of {all} KPIs furthest from their benchmark.", MOST_ROWS, len(rows))
    about = say("Distance of each KPI from its benchmark.")
    return finished(chart, "distances", title, about, caption, facts(shown), **counted)


def worth_ranges(worths: DataFrame[results.Worths], tables: Tables) -> Chart | Exhibit:
    """Return what closing each gap is worth a year, as a range; those outside the total are drawn pale."""
    worths = worths[worths["counting"] != "cash"]
    if worths.empty:
        return nothing()
    currency = tables.engagement.header.currency

    def span(row: Any) -> dict[str, str]:
        return {end: wording.amount(row[f"worth_{end}"], currency) for end in ("low", "high")}

    rows = worths.head(MOST_ROWS)
    inside, outside = say("in the total"), say("not added")
    rows = rows.assign(
        label=rows["workflow"] + " · " + rows["name"].map(say),
        counted=rows["is_counted"].map({True: inside, False: outside}),
        said=[say("{low} to {high}", **span(row)) for row in rows.to_dict("records")],
    )
    x = quantity("worth_low", say("{currency} a year", currency=currency), axis={"format": "~s"})
    colours = forms.colours("counted", {inside: theme.ACCENT, outside: theme.ACCENT_SOFT})
    chart = forms.rows(
        rows[["label", "worth_low", "worth", "worth_high", "counted", "said"]],
        mark("bar", x, "worth_high", colours, height=12), mark("tick", "worth", thickness=2),
        text("worth_high", dx=8), room=300, width=340, step=ROW,
    )  # fmt: skip
    counted = worths[worths["is_counted"]]
    top = (counted if len(counted) else worths).iloc[0]
    title = say("{workflow} is the biggest prize: {low} to {high} a year", workflow=top["workflow"], **span(top))
    if counted.empty:
        title = say(
            "The largest indicative value is in {workflow}: {low} to {high} a year; there is no total",
            workflow=top["workflow"],
            **span(top),
        )
    description = say("Range of annual worth per gap.")
    caption = say("Bar: range. Tick: measured gap at the stated unit cost.")
    lines = facts(rows.assign(said=rows["said"] + ", " + rows["counted"]))
    ends = {"low": top["worth_low"], "high": top["worth_high"]}
    return finished(chart, "worth", title, description, caption, lines, **ends)
