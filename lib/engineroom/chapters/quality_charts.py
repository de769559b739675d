"""What the report on process quality draws: yields, the hidden factory, exceptions, cycle times, control charts."""

from __future__ import annotations

import math

import altair as alt
import numpy as np
import pandas as pd

from engineroom.dictionary import quality_tables
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import theme, wording
from engineroom.pages.blocks import Exhibit, nothing
from engineroom.pages.charts import Chart, by_name, finished
from engineroom.phrases import say, say_number

MOST_ROWS = 8
MOST_PANELS = 6
FEWEST_WEEKS = 20
"""Weeks below which a chart is not drawn: nothing could be read from it."""

MOST_LINES = 5
FIGURES = {"rework": "Rework rate", "exceptions": "Exceptions per item", "cycle time": "Median cycle time"}
SHORTEST = 1 / 60
"""Age in hours at which the axis of ages begins: a minute."""

AGES = (SHORTEST, 0.25, 1, 4, 24, 168, 720, 2160, 8760)
PER_THOUSAND = alt.Axis(tickCount=3, labelExpr="format(datum.value * 1000, ',~r') + ' ‰'")
HOURS = ((1, "minutes", 60.0), (48, "hours", 1.0), (float("inf"), "days", 1 / 24))


def yields(found: DataFrame[quality_tables.Yields]) -> Chart | Exhibit:
    """Return the steps or checks at which most items fail, each with its yield and interval."""
    if len(found) < 2:
        return nothing()
    rows = found.head(MOST_ROWS).copy()
    rows["label"] = rows["workflow"] + " · " + rows["step"]
    rows["said"] = [
        wording.figure({**r, "value": r["first_pass_yield"], "unit": "share"}) for r in rows.to_dict("records")
    ]
    floor = max(0.0, float(int(rows["low"].min() * 10)) / 10)
    base = by_name(rows[["label", "first_pass_yield", "low", "high", "said"]], room=300)
    scale = alt.Scale(domain=[floor, 1.0], nice=False)
    interval = base.mark_rule(strokeWidth=7, color=theme.ACCENT_SOFT).encode(
        x=alt.X("low:Q", scale=scale, title=say("First-pass yield"), axis=alt.Axis(format="%", tickCount=5)),
        x2="high:Q",
    )
    value = base.mark_point(filled=True, size=90, color=theme.ACCENT, opacity=1).encode(x="first_pass_yield:Q")
    said = base.mark_text(align="left").encode(x=alt.value(312), text="said:N")
    worst = rows.iloc[0]
    title = say(
        "{workflow} loses the most items at “{step}”: {n} are not right the first time",
        workflow=worst["workflow"],
        step=worst["step"],
        n=wording.count(worst["failing"]),
    )
    facts = [f"{row['label']}: {row['said']}." for row in rows.to_dict("records")]
    chart = alt.layer(interval, value, said).properties(width=300, height=alt.Step(25))
    description, caption = say("First-pass yield by step."), say("Bar: 95% interval.")
    return finished(chart, "yields", title, description, caption, facts, failing=worst["failing"])


def factory(found: DataFrame[quality_tables.Factory]) -> Chart | Exhibit:
    """Return the way from the items that entered to those that were reworked, as a waterfall that adds up."""
    if found.empty:
        return nothing()
    sums = found[["entered", "still_open", "not_told", "first_pass", "reworked"]].sum()
    steps = [("Entered", "entered", "neutral"), ("Still open", "still_open", "unknown")]
    steps += [("Rework not known", "not_told", "unknown")] if sums["not_told"] else []
    steps += [("Right first time", "first_pass", "good"), ("Reworked", "reworked", "bad")]
    colours = {"neutral": theme.ACCENT, "unknown": theme.FILLS["unknown"]}
    colours |= {tone: theme.FILLS[tone] for tone in ("good", "bad")}
    rows, left_over = [], float(sums["entered"])
    for label, column, tone in steps:
        size = float(sums[column])
        start = 0.0 if column == "entered" else left_over - size
        rows.append(
            {
                "label": say(label),
                "from": start,
                "to": start + size,
                "colour": colours[tone],
                "said": wording.count(size),
            }
        )
        left_over = left_over if column == "entered" else start
    data = pd.DataFrame(rows)
    base = alt.Chart(data).encode(y=alt.Y("label:N", sort=list(data["label"]), title=None))
    bars = base.mark_bar(height={"band": 0.62}).encode(
        x=alt.X("from:Q", title=say("Items"), axis=alt.Axis(format=",.0f")),
        x2="to:Q",
        color=alt.Color("colour:N", scale=None),
    )
    said = base.mark_text(align="left", dx=6).encode(x="to:Q", text="said:N")
    judged = sums["first_pass"] + sums["reworked"]
    title = say(
        "Of {n} completed items, {reworked} went through the hidden factory",
        n=wording.count(judged),
        reworked=wording.count(sums["reworked"]),
    )
    facts = [f"{row['label']}: {row['said']}." for row in rows]
    chart = alt.layer(bars, said).properties(width=460, height=alt.Step(27))
    caption = say("Each bar begins where the next one ends: what entered less the bars below it leaves nothing over.")
    counted = {"n": judged, "reworked": sums["reworked"]}
    return finished(chart, "hidden-factory", title, say("Hidden factory."), caption, facts, **counted)


def exceptions(types: pd.DataFrame) -> Chart | Exhibit:
    """Return the most frequent types of exception with their share, added up."""
    if types.empty:
        return nothing()
    rows = types.head(MOST_ROWS).copy()
    rows["label"] = rows["workflow"] + " · " + rows["type"]
    rows["said"] = [wording.percent(share, 0) for share in rows["cumulative_share"]]
    base = by_name(rows[["label", "events", "said"]], room=320)
    bars = base.mark_bar(height={"band": 0.6}).encode(
        x=alt.X("events:Q", title=say("Exceptions in the period"), axis=alt.Axis(format=",.0f"))
    )
    said = base.mark_text(align="left", dx=6).encode(x="events:Q", text="said:N")
    half = int((types["cumulative_share"] < 0.5).sum()) + 1
    title = say_number(
        half,
        "{n} type of {all} makes half of the exceptions",
        "{n} types of {all} make half of the exceptions",
        all=len(types),
    )
    caption = say("Percentage: of all exceptions, added up.")
    if len(types) > MOST_ROWS:
        caption += " " + say("The {n} largest of {all} types.", n=MOST_ROWS, all=len(types))
    facts = [f"{row['label']}: {wording.count(row['events'])}." for row in rows.to_dict("records")]
    chart = alt.layer(bars, said).properties(width=320, height=alt.Step(21))
    return finished(chart, "exceptions", title, say("Exceptions by type."), caption, facts, n=half, all=len(types))


def survival(curves: DataFrame[quality_tables.Curves], times: DataFrame[quality_tables.Times]) -> Chart | Exhibit:
    """Return the share of items still open by age, a line per workflow, open items counted."""
    if curves.empty:
        return nothing()
    shown = list(times["workflow"].head(MOST_LINES))
    rows = curves[curves["workflow"].isin(shown) & (curves["hours"] > 0)]
    fallen = rows.loc[rows["share_open"] < 0.98, "hours"]
    first = max([at for at in AGES if at <= max(fallen.min(), SHORTEST)] if len(fallen) else [SHORTEST])
    zero = pd.DataFrame({"workflow": shown, "hours": first, "share_open": 1.0})
    rows = pd.concat([zero, rows], ignore_index=True)
    rows = rows.assign(age=rows["hours"].clip(lower=first).round(4), share_open=rows["share_open"].round(4))
    limit = float(rows["age"].max()) * 1.05
    marks = [at for at in AGES if first <= at <= limit]
    names = [say(phrase, n=f"{at / length:.0f}") for at, (length, phrase) in zip(marks, map(_unit, marks), strict=True)]
    said = " : ".join(f"datum.value < {at * 1.01:.4f} ? '{name}'" for at, name in zip(marks, names, strict=True))
    axis = alt.Axis(values=marks, labelExpr=f"{said} : ''", labelOverlap=False)
    base = alt.Chart(rows[["workflow", "age", "share_open"]]).encode(
        x=alt.X("age:Q", title=say("Age"), axis=axis, scale=alt.Scale(type="log", domain=[first, limit], nice=False)),
        y=alt.Y("share_open:Q", title=say("Still open"), axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])),
        color=alt.Color("workflow:N", title=None, sort=shown),
    )
    guides = (
        alt.Chart(pd.DataFrame({"at": [0.5, 0.1]})).mark_rule(strokeDash=[2, 3], color=theme.MUTED).encode(y="at:Q")
    )
    slow = times.sort_values("all_p90_hours", kind="stable", na_position="last").iloc[-1]
    title = say("{workflow} keeps its items the longest", workflow=slow["workflow"])
    facts = [
        say(
            "{workflow}: half done within {half}, nine of ten within {most}.",
            workflow=row["workflow"],
            half=_reached(row["all_p50_hours"]),
            most=_reached(row["all_p90_hours"]),
        )
        for row in times.head(MOST_LINES).to_dict("records")
    ]
    caption = say("Share of items still open by age; dashed: half, and one in ten. Open items count at their age.")
    if len(times) > MOST_LINES:
        caption += " " + say("The {n} largest of {all} workflows.", n=MOST_LINES, all=len(times))
    chart = alt.layer(guides, base.mark_line(interpolate="step-after")).properties(width=540, height=170)
    return finished(chart, "cycle-times", title, say("Time to completion."), caption, facts)


def control(points: DataFrame[quality_tables.Points], figure: str) -> Chart | Exhibit:
    """Return the control charts of one figure as small multiples; rates share one scale, durations have their own."""
    mine = points[points["figure"] == figure]
    mine = mine[mine.groupby("workflow")["week"].transform("size") >= FEWEST_WEEKS]
    if mine.empty:
        return nothing()
    loud = mine.groupby("workflow")["is_signal"].sum()
    order = loud.reset_index().sort_values(["is_signal", "workflow"], ascending=[False, True])["workflow"]
    shown = mine[mine["workflow"].isin(order.head(MOST_PANELS))]
    is_time = figure == "cycle time"
    top = _top(shown)
    panels = []
    for workflow in order.head(MOST_PANELS):
        rows = shown[shown["workflow"] == workflow]
        unit, factor = "", 1.0
        if is_time:
            _, unit, factor = next(one for one in HOURS if float(rows["value"].median()) <= one[0])
        most = _top(rows) * factor if is_time else top
        panels.append(
            _panel(rows, factor, most, str(workflow), say(unit) if unit else "", 270 if len(order) > 1 else 540)
        )
    chart = alt.concat(*panels, columns=2, spacing={"row": 18, "column": 40})
    number = int((loud > 0).sum())
    title = say_number(
        number,
        "{figure}: {n} of {all} workflows signals",
        "{figure}: {n} of {all} workflows signal",
        figure=say(FIGURES[figure]),
        all=len(loud),
    )
    caption = say("Line: weeks. Grey: what chance explains (three sigma). Red triangles: weeks that signal.")
    if not is_time:
        caption += " " + say("All panels share one scale.")
    if len(loud) > MOST_PANELS:
        caption += " " + say("The {n} with the most signals of {all} workflows.", n=MOST_PANELS, all=len(loud))
    facts = [f"{workflow}: {wording.plural(number, 'signal')}." for workflow, number in loud.items()]
    name = f"control-{figure.replace(' ', '-')}"
    return finished(chart, name, title, say("Weekly control charts."), caption, facts, n=number, all=len(loud))


def golive(months: DataFrame[quality_tables.Months]) -> Chart | Exhibit:
    """Return the months of every change as small multiples: value, the base's level, and the limit it keeps."""
    if months.empty:
        return nothing()
    panels, facts = [], []
    groups = list(months.groupby(["change", "kpi"], sort=True))
    for (change, _), rows in groups[:MOST_PANELS]:
        panels.append(_programme(rows, f"{change} · {say(rows['name'].iloc[0])}", 270 if len(groups) > 1 else 540))
        number = wording.plural(rows["is_signal"].sum(), "signal")
        facts.append(f"{change}, {say(rows['name'].iloc[0])}: {number}.")
    chart = alt.concat(*panels, columns=2, spacing={"row": 18, "column": 40})
    loud = int(months.groupby(["change", "kpi"])["is_signal"].any().sum())
    title = say_number(
        loud,
        "Since go-live: {n} of {all} series has months that chance does not explain",
        "Since go-live: {n} of {all} series have months that chance does not explain",
        all=len(groups),
    )
    caption = say(
        "Months of the programme, 1 is that of the go-live. Grey line: level of the base. Dashed: an unchanged process "
        "is worse in one month of a hundred. Red triangles: watched months that are."
    )
    return finished(chart, "since-go-live", title, say("Since go-live."), caption, facts, n=loud, all=len(groups))


def _programme(rows: pd.DataFrame, title: str, width: int) -> Chart:
    data = rows[["programme_month", "value", "centre", "limit", "is_signal"]].assign(
        **{column: rows[column].round(6) for column in ("value", "centre", "limit")}
    )
    top = 1.08 * float(np.nanmax([rows["value"].max(), min(rows["limit"].median(), 2 * rows["value"].max())]))
    scale = alt.Scale(domain=[0, min(top, 1.0) if rows["unit"].iloc[0] == "share" else top], nice=False)
    base = alt.Chart(data).encode(
        x=alt.X("programme_month:Q", title=say("Month of the programme"), axis=alt.Axis(tickMinStep=1, format="d"))
    )
    share = alt.Axis(tickCount=3, format=".1%" if top < 0.2 else ".0%")
    line = base.mark_line(strokeWidth=1.5, point=alt.OverlayMarkDef(size=14)).encode(
        y=alt.Y("value:Q", title=None, axis=share if rows["unit"].iloc[0] == "share" else PER_THOUSAND, scale=scale)
    )
    limit = base.mark_line(strokeDash=[3, 3], strokeWidth=1, color=theme.MUTED, clip=True).encode(y="limit:Q")
    centre = base.mark_line(strokeWidth=1, color=theme.MUTED).encode(y="centre:Q")
    start = alt.Chart(pd.DataFrame({"at": [0.5]})).mark_rule(color=theme.MUTED, strokeWidth=1).encode(x="at:Q")
    marks = base.transform_filter("datum.is_signal").mark_point(
        shape=theme.SHAPES["bad"], color=theme.TONES["bad"], filled=True, size=55, opacity=1
    )
    layers = (start, centre, limit) if rows["centre"].notna().any() else (start,)
    return alt.layer(*layers, line, marks.encode(y="value:Q")).properties(width=width, height=84, title=title)


def _reached(hours: float) -> str:
    return say("not reached yet") if math.isnan(hours) else wording.duration(hours)


def _unit(hours: float) -> tuple[float, str]:
    """Return the unit in which an age is marked on the axis: its length in hours, and how it is written."""
    return (1 / 60, "{n} min") if hours < 1 else (1, "{n} h") if hours < 24 else (24, "{n} d")


def _top(points: pd.DataFrame) -> float:
    """Return how far a scale must reach; the limits of a week cut short may leave the panel."""
    value = float(points["value"].max())
    return max(value, min(float(points["high"].quantile(0.8)), 1.6 * value))


def _panel(rows: pd.DataFrame, factor: float, top: float, workflow: str, unit: str, width: int) -> Chart:
    data = rows.assign(
        day=rows["week"].dt.strftime("%Y-%m-%d"),
        **{column: (rows[column] * factor).round(5) for column in ("value", "low", "centre", "high")},
    )[["day", "value", "low", "centre", "high", "is_signal"]]
    title = f"{workflow} ({unit})" if unit else workflow
    axis = alt.Axis(tickCount=3, format="%" if rows["figure"].iloc[0] == "rework" else ",~r")
    scale = alt.Scale(domain=[0, top * 1.05 or 1.0], nice=False)
    base = alt.Chart(data).encode(x=alt.X("day:T", title=None, axis=alt.Axis(format="%b %Y", tickCount=4)))
    limits = base.mark_area(color=theme.FILLS["unknown"], opacity=0.3, interpolate="step", clip=True).encode(
        y=alt.Y("low:Q", title=None, axis=axis, scale=scale), y2="high:Q"
    )
    centre = base.mark_line(color=theme.MUTED, strokeWidth=1).encode(y="centre:Q")
    line = base.mark_line(strokeWidth=1.5).encode(y="value:Q")
    marks = base.transform_filter("datum.is_signal").mark_point(
        shape=theme.SHAPES["bad"], color=theme.TONES["bad"], filled=True, size=55, opacity=1
    )
    return alt.layer(limits, centre, line, marks.encode(y="value:Q")).properties(width=width, height=74, title=title)
