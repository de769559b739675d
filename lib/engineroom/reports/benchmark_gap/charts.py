"""What the report on benchmark gaps draws: values against benchmarks, bands of a scale, the worth of a gap.

Positions carry the figures; a verdict is said by shape and colour together, and its words stand beside the mark. Panels
that show the same unit share one scale.
"""

from __future__ import annotations

import math
from typing import Any

import altair as alt
import pandas as pd

from engineroom.dictionary import results
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import forms, theme, wording
from engineroom.pages.blocks import Exhibit, nothing
from engineroom.pages.facts import leading
from engineroom.pages.forms import Chart, facts, finished, mark, own, quantity, text
from engineroom.phrases import say, say_number
from engineroom.readers.tables import Tables

UNIT_TITLES = {
    "share": "Share of items",
    "hours": "Hours",
    "days": "Days",
    "money": "{currency} per item",
    "score": "Score",
    "count": "Count",
    "points": "Points",
    "ppm": "Parts per million",
    "ratio": "Ratio",
}
VERDICTS = ("misses", "inconclusive", "meets")
ROW = 34
MOST_ROWS = 14
MARKS = "Mark: measured value; its shape and colour give the verdict. Bar: 95% interval. Upright line: benchmark."


def gap_dumbbell(gaps: DataFrame[results.Gaps], tables: Tables) -> Chart | Exhibit:
    """Return a dumbbell per KPI of the whole engagement: value with its interval, benchmark, and the way between.

    One panel per unit; within a panel all KPIs share the axis.
    """
    rows = _prepared(gaps[gaps["workflow"] == ""], tables)
    if rows.empty:
        return nothing()
    rows["label"] = [wording.kpi(row) for row in rows.to_dict("records")]
    groups = rows.groupby(rows["unit"].map({unit: place for place, unit in enumerate(UNIT_TITLES)}), sort=True)
    panels = [_panel(group, tables, title="", width=300, comparable=group) for _, group in groups]
    chart = panels[0] if len(panels) == 1 else alt.vconcat(*panels, spacing=22)
    description = say("Value, interval and benchmark of the whole engagement.")
    caption = f"{say(MARKS)} {say('Beside it, where there is room: value / benchmark.')}"
    more = int((rows["verdict"] == "misses").sum()) - 3
    lines = _sentences(rows, tables)
    return finished(chart, "gap-dumbbell", _dumbbell_title(rows), description, caption, lines, more=more)


def workflow_gaps(gaps: DataFrame[results.Gaps], tables: Tables) -> Chart | Exhibit:
    """Return small multiples: a panel per KPI, a row per workflow, with the benchmark where the KPI has one.

    KPIs of one unit and one direction share a scale, so that panels can be compared by eye.
    """
    rows = _prepared(gaps[gaps["workflow"] != ""], tables)
    if rows.empty:
        return nothing()
    rows["label"] = rows["workflow"]
    several = rows[rows.groupby("name")["workflow"].transform("nunique") > 1]  # one row alone is no comparison
    shown = several if len(several) else rows
    width = 170 if shown["name"].nunique() > 1 else 400
    panels = []
    for name, group in shown.groupby("name", sort=False):
        alike = shown["unit"].eq(group["unit"].iloc[0]) & shown["direction"].eq(group["direction"].iloc[0])
        panels.append(_panel(group.head(MOST_ROWS), tables, say(str(name)), width, comparable=shown[alike]))
    chart = forms.panels(panels, 28, 60).resolve_scale(x="independent")
    title, counted = _workflow_title(rows)
    description = say("Small multiples, one panel per KPI and one row per workflow.")
    return finished(chart, "workflow-gaps", title, description, say(MARKS), _sentences(shown, tables), **counted)


def tier_bands(tiers: DataFrame[results.Tiers], tables: Tables, scale: str) -> Chart | Exhibit:
    """Return the bands of a scale with each measure and its interval on them."""
    mine = tiers[tiers["scale"] == scale]
    if mine.empty:
        return nothing()
    bands = tables.benchmarks[tables.benchmarks["scale"] == scale]
    groups, panels = mine.groupby("name", sort=False), []
    for name, rows in groups:
        definitions = tables.definitions[tables.definitions["name"] == name]["definition"]
        head, width = (say(name), 190) if len(groups) > 1 else ("", 420)
        panels.append(_bands(rows, bands[bands["definition"].isin(definitions)], head, width))
    straddling = int(mine["straddles"].sum())
    whole = mine[mine["workflow"] == ""]
    first = (whole if len(whole) else mine).iloc[0]
    value = wording.figure(first)
    title = say("{kpi} is {tier} at {value}", kpi=say(first["name"]), tier=_on_scale(first), value=value)
    if straddling:
        title += say_number(straddling, "; {n} interval straddles an edge", "; {n} intervals straddle an edge")
    lines = [f"{wording.subject(row)}: {wording.figure(row)}, {_on_scale(row)}." for row in mine.to_dict("records")]
    chart = panels[0] if len(panels) == 1 else forms.panels(panels, 28, 60)
    caption = say("Dot: measured value. Bar: 95% interval. Shaded: the bands of the scale.")
    name, description = f"tiers-{scale.replace('_', '-')}", say("Bands of a published scale.")
    return finished(chart, name, title, description, caption, lines, value=first["value"], straddling=straddling)


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
            "No worth is added up; the largest is in {workflow}: {low} to {high} a year",
            workflow=top["workflow"],
            **span(top),
        )
    description = say("Range of annual worth per gap.")
    caption = say("Bar: range. Tick: at the measured gap and stated unit cost.")
    lines = facts(rows.assign(said=rows["said"] + ", " + rows["counted"]))
    ends = {"low": top["worth_low"], "high": top["worth_high"]}
    return finished(chart, "worth", title, description, caption, lines, **ends)


# ------------------------------------------------------------------------------------------------------------ the parts


def _prepared(gaps: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    currency = tables.engagement.header.currency
    rows = gaps[gaps["verdict"].isin(VERDICTS)]
    return _with_ends(rows).assign(
        said=[f"{wording.figure(row, currency)} / {wording.line(row, currency)}" for row in rows.to_dict("records")],
        verdict_said=rows["verdict"].map(wording.label),
    )


def _with_ends(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with the ends of their intervals, which are the value where there is none."""
    return rows.assign(**{"from": rows["low"].fillna(rows["value"]), "to": rows["high"].fillna(rows["value"])})


def _panel(rows: pd.DataFrame, tables: Tables, title: str, width: int, comparable: pd.DataFrame) -> Chart:
    unit = rows["unit"].iloc[0]
    x = quantity(
        "value", say(UNIT_TITLES[unit], currency=tables.engagement.header.currency),
        axis=_axis(unit), scale=_scale(comparable, unit),
    )  # fmt: skip
    tones = {wording.label(verdict): wording.TONES[verdict] for verdict in VERDICTS}
    return forms.rows(
        rows[["label", "value", "from", "to", "benchmark_value", "verdict_said", "said"]],
        mark("rule", x, "benchmark_value", strokeDash=[2, 3], color=theme.MUTED),
        mark("span", "from", "to"),
        mark("tick", "benchmark_value"),
        mark("verdict", x, look=forms.tones("verdict_said", tones), size=95),
        *([] if title else [text(width + 12)]),  # small multiples leave the figures to the table below them
        scale={"domain": list(rows["label"])}, width=width, step=24 if title else ROW, title=title,
    )  # fmt: skip


def _bands(rows: pd.DataFrame, bands: pd.DataFrame, title: str, width: int) -> Chart:
    unit = rows["unit"].iloc[0]
    shown = _with_ends(rows.assign(label=rows["workflow"].map(wording.whose)))
    shown = shown.head(MOST_ROWS)[["label", "value", "from", "to"]]
    edges = bands.sort_values("low", na_position="first")
    low = min(edges["low"].min(), shown["from"].min())
    high = max(edges["high"].max(), shown["to"].max())
    low, high = (0.0, 1.0) if len(edges) > 2 and unit == "share" else (low, high)
    margin = 0.0 if (low, high) == (0.0, 1.0) else (high - low) * 0.06
    floor = max(low - margin, 0.0)
    ceiling = min(high + margin, 1.0) if unit == "share" else high + margin
    areas = pd.DataFrame(
        {
            "start": edges["low"].fillna(floor).clip(lower=floor),
            "end": edges["high"].fillna(ceiling).clip(upper=ceiling),
            "band": edges["label"].map(lambda label: wording.capital(say(label))),
        }
    )
    fills = [theme.FILLS["unknown"], theme.FILLS["good"]]
    if len(areas) > 2:
        fills = [theme.FILLS["unknown"], theme.ACCENT_SOFT, theme.SOFT_GOOD, theme.FILLS["good"]]
    if edges["label"].iloc[0] in ("optimised", "best"):
        fills.reverse()
    x = quantity("start", say(UNIT_TITLES[unit]), ends=[floor, ceiling], axis=_axis(unit))
    names = dict(zip(areas["band"], fills, strict=False))
    return forms.rows(
        shown,
        own(areas, mark("rect", x, "end", forms.colours("band", names, sort=list(names)), opacity=0.38)),
        mark("span", "from", "to", {"opacity": {"value": 0.45}}, strokeWidth=6, color=theme.ACCENT),
        mark("dot", "value", size=80),
        width=width, step=30, title=title,
    )  # fmt: skip


def _axis(unit: str) -> dict[str, Any]:
    return {"format": "%", "tickCount": 4} if unit == "share" else {}


def _scale(rows: pd.DataFrame, unit: str) -> dict[str, Any]:
    """Return a scale that holds every mark: shares end at 100%, and no two panels of shares start far apart."""
    values = pd.concat([rows["from"], rows["to"], rows["benchmark_value"]]).dropna()
    low, high = float(values.min()), float(values.max())
    if unit == "share":
        floor = math.floor(low * 10) / 10 if low > 0.3 else 0.0
        return {"domain": [floor, 1.0 if high > 0.5 else math.ceil(high * 10) / 10], "nice": False}
    return {"domain": [0.0, high * 1.05 if high > 0 else 1.0], "nice": True}


def _dumbbell_title(rows: pd.DataFrame) -> str:
    missed = rows[rows["verdict"] == "misses"]
    if missed.empty:
        return say("No KPI of the whole engagement misses its benchmark with the whole interval")
    names = [wording.inside(say(name)) for name in missed["name"].head(3)]
    rest = [say("{n} more", n=len(missed) - 3)] if len(missed) > 3 else []
    said = wording.capital(wording.listed(names + rest))
    return say_number(len(missed), "{names} misses the benchmark", "{names} miss the benchmark", names=said)


def _workflow_title(rows: pd.DataFrame) -> tuple[str, dict[str, int]]:
    """Return which workflow misses most, or how many miss, with the figures that says."""
    missed = leading(rows[rows["verdict"] == "misses"])["workflow"].value_counts()
    if missed.empty:
        return say("No workflow misses a benchmark with its whole interval"), {}
    if missed.iloc[0] > 1:
        worst = missed.index[0]
        counted = {"missed": int(missed.iloc[0]), "compared": int((rows["workflow"] == worst).sum())}
        title = say("{workflow} misses the most benchmarks: {missed} of {compared} compared", workflow=worst, **counted)
        return title, counted
    names = wording.listed([*missed.index[:3], *([say("others")] if len(missed) > 3 else [])])
    counted = {"n": len(missed), "all": rows["workflow"].nunique()}
    title = say_number(
        len(missed),
        "{n} of {all} workflows misses a benchmark: {names}",
        "{n} of {all} workflows miss a benchmark: {names}",
        **counted,
        names=names,
    )
    return title, counted


def _sentences(rows: pd.DataFrame, tables: Tables) -> list[str]:
    currency = tables.engagement.header.currency
    return [
        say(
            "{subject}: {value}, benchmark {line}, {verdict}.",
            subject=wording.subject(row),
            value=wording.figure(row, currency),
            line=wording.line(row, currency),
            verdict=wording.label(row["verdict"]).lower(),
        )
        for row in rows.to_dict("records")
    ]


def _on_scale(row: Any) -> str:
    if row["straddles"]:
        return say("between {low} and {high}", low=say(row["tier_low"]), high=say(row["tier_high"]))
    return say("between the bands") if row["tier"] == "between" else say(str(row["tier"]))
