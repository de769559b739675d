"""What the report on process quality draws: yields, the hidden factory, exceptions, cycle times, control charts."""

from __future__ import annotations

import math

import altair as alt
import numpy as np
import pandas as pd

from engineroom.dictionary import quality_tables
from engineroom.dictionary.columns import DataFrame
from engineroom.dictionary.initiatives import CAUSES
from engineroom.pages import forms, graph, theme, wording
from engineroom.pages.blocks import Exhibit, nothing
from engineroom.pages.facts import leading
from engineroom.pages.forms import Chart, cut, facts, finished, guide, mark, quantity, text
from engineroom.phrases import say, say_number

MOST_ROWS = 8
MOST_PANELS = 6
FEWEST_WEEKS = 20
"""Weeks below which a chart is not drawn: nothing could be read from it."""

MOST_LINES = 5
FIGURES = {"rework": "Rework rate", "exceptions": "Exceptions per item", "cycle time": "Median cycle time"}
SHORTEST = 1 / 60
"""Age in hours at which the axis of ages begins: a minute."""

ROOM = 680
"""Pixels that two maps beside each other have; a second one that does not fit is not drawn."""

MUCH, SOME = 0.2, 0.05
"""Shares of all waiting of a workflow from which an arrow of its map is red, or amber."""

AGES = (SHORTEST, 0.25, 1, 4, 24, 168, 720, 2160, 8760)
PER_THOUSAND = {"tickCount": 3, "labelExpr": "format(datum.value * 1000, ',~r') + ' ‰'"}
HOURS = ((1, "minutes", 60.0), (48, "hours", 1.0), (float("inf"), "days", 1 / 24))


def yields(steps: DataFrame[quality_tables.Yields]) -> Chart | Exhibit:
    """Return the steps or checks at which most items fail, each with its yield and interval."""
    if len(steps) < 2:
        return nothing()
    rows = steps.head(MOST_ROWS)
    shares = rows.assign(value=rows["first_pass_yield"], unit="share").to_dict("records")
    rows = rows.assign(label=rows["workflow"] + " · " + rows["step"], said=[wording.figure(row) for row in shares])
    floor = max(0.0, float(int(rows["low"].min() * 10)) / 10)
    x = quantity("low", say("First-pass yield"), ends=[floor, 1.0], axis={"format": "%", "tickCount": 5})
    chart = forms.rows(
        rows[["label", "first_pass_yield", "low", "high", "said"]],
        mark("span", x, "high"), mark("dot", "first_pass_yield"), text(312),
        room=300, width=300, step=25,
    )  # fmt: skip
    worst = leading(rows).iloc[0]
    title = say(
        "Most failures occur in {workflow} at “{step}”: {n} items were not right the first time",
        workflow=worst["workflow"],
        step=worst["step"],
        n=wording.count(worst["failing"]),
    )
    description, caption = say("First-pass yield by step."), say("Bar: 95% interval.")
    return finished(chart, "yields", title, description, caption, facts(rows), failing=worst["failing"])


def factory(workflows: DataFrame[quality_tables.Factory]) -> Chart | Exhibit:
    """Return the way from the items that entered to those that were reworked, as a waterfall that adds up."""
    if workflows.empty:
        return nothing()
    sums = workflows[["entered", "still_open", "not_told", "first_pass", "reworked"]].sum()
    steps = [("Received", "entered", theme.ACCENT), ("Still open", "still_open", theme.FILLS["unknown"])]
    steps += [("Rework not known", "not_told", theme.FILLS["unknown"])] if sums["not_told"] else []
    steps += [("Right first time", "first_pass", theme.FILLS["good"]), ("Reworked", "reworked", theme.FILLS["bad"])]
    sizes = pd.Series([float(sums[column]) for _, column, _ in steps])
    left_over = sizes.iloc[0] - sizes[1:].cumsum()
    start = pd.concat([pd.Series([0.0]), left_over])
    rows = pd.DataFrame(
        {
            "label": [say(label) for label, _, _ in steps],
            "from": start,
            "to": start + sizes,
            "colour": [colour for _, _, colour in steps],
            "said": sizes.map(wording.count),
        }
    )
    look = {"color": alt.Color("colour:N", scale=None)}
    bars = mark(
        "bar",
        quantity("from", say("Items"), axis={"format": ",.0f"}), "to", look,
        height={"band": 0.62},
    )  # fmt: skip
    chart = forms.rows(rows, bars, text("to", dx=6), room=0, width=460, step=27)
    judged = sums["first_pass"] + sums["reworked"]
    title = say(
        "{reworked} of {n} completed items needed rework",
        n=wording.count(judged),
        reworked=wording.count(sums["reworked"]),
    )
    caption = say("Items received, split into those still open, right first time and reworked.")
    counted = {"n": judged, "reworked": sums["reworked"]}
    return finished(chart, "hidden-factory", title, say("Items received, by outcome."), caption, facts(rows), **counted)


def exceptions(types: pd.DataFrame) -> Chart | Exhibit:
    """Return the most frequent types of exception with their share, added up."""
    if types.empty:
        return nothing()
    rows = types.head(MOST_ROWS)
    rows = rows.assign(
        label=rows["workflow"] + " · " + rows["type"],
        said=[wording.percent(share, 0) for share in rows["cumulative_share"]],
    )
    x = quantity("events", say("Exceptions in the period"), axis={"format": ",.0f"})
    chart = forms.rows(
        rows[["label", "events", "said"]], mark("bar", x), text("events", dx=6), room=320, width=320, step=21
    )
    half = int((types["cumulative_share"] < 0.5).sum()) + 1
    title = say_number(
        half,
        "{n} type of {all} causes half of the exceptions",
        "{n} types of {all} cause half of the exceptions",
        all=len(types),
    )
    caption = say("Percentage: running total of all exceptions.")
    caption += _by_cause(types)
    caption += cut("Shown: the {n} largest of {all} types.", MOST_ROWS, len(types))
    lines = facts(rows.assign(said=rows["events"].map(wording.count)))
    return finished(chart, "exceptions", title, say("Exceptions by type."), caption, lines, n=half, all=len(types))


def _by_cause(types: pd.DataFrame) -> str:
    """Return the shares of the causes of all exceptions, the largest first; nothing where none is coded."""
    if types["cause"].isna().all():
        return ""
    shares = types["events"].groupby(types["cause"].fillna("unknown"), sort=False).sum().sort_values(ascending=False)
    parts = [
        say("{cause} {share}", cause=say(CAUSES.get(str(cause), "not known")), share=wording.percent(part, 0))
        for cause, part in (shares / shares.sum()).items()
    ]
    return " " + say("By cause: {parts}.", parts=wording.listed(parts))


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
    names = [
        say_number(round(at / length), phrase) for at, (length, phrase) in zip(marks, map(_unit, marks), strict=True)
    ]
    label = " : ".join(f"datum.value < {at * 1.01:.4f} ? '{name}'" for at, name in zip(marks, names, strict=True))
    axis = {"values": marks, "labelExpr": f"{label} : ''", "labelOverlap": False}
    scale = {"type": "log", "domain": [first, limit], "nice": False}
    still_open = quantity("share_open", say("Still open"), axis={"format": "%"}, scale={"domain": [0, 1]})
    chart = forms.plot(
        rows[["workflow", "age", "share_open"]],
        quantity("age", say("Age"), scale=scale, axis=axis),
        guide("y", 0.5, 0.1, strokeDash=[2, 3], color=theme.MUTED),
        mark("line", still_open, interpolate="step-after"),
        look=forms.colours("workflow", sort=shown), width=540, height=170,
    )  # fmt: skip
    slow = leading(times).sort_values("all_p90_hours", kind="stable", na_position="last").iloc[-1]
    title = say("{workflow} takes the longest", workflow=slow["workflow"])
    lines = [
        say(
            "{workflow}: half done within {half}, nine in ten within {most}.",
            workflow=row["workflow"],
            half=_reached(row["all_p50_hours"]),
            most=_reached(row["all_p90_hours"]),
        )
        for row in times.head(MOST_LINES).to_dict("records")
    ]
    caption = say(
        "Share of items still open, by age. Dashed: half, and one in ten. Open items count with their age so far."
    )
    caption += cut("Shown: the {n} largest of {all} workflows.", MOST_LINES, len(times))
    return finished(chart, "cycle-times", title, say("Time to completion."), caption, lines)


def control(points: DataFrame[quality_tables.Points], figure: str) -> Chart | Exhibit:
    """Return the control charts of one figure as small multiples; rates share one scale, durations have their own."""
    mine = points[points["figure"] == figure]
    mine = mine[mine.groupby("workflow")["week"].transform("size") >= FEWEST_WEEKS]
    if mine.empty:
        return nothing()
    loud = mine.groupby("workflow")["is_signal"].sum()
    order = loud.sort_values(ascending=False, kind="stable").index
    shown = mine[mine["workflow"].isin(order[:MOST_PANELS])]
    is_time = figure == "cycle time"
    top = _top(shown)
    panels = []
    for workflow in order[:MOST_PANELS]:
        rows, title, factor = shown[shown["workflow"] == workflow], str(workflow), 1.0
        if is_time:
            _, unit, factor = next(one for one in HOURS if float(rows["value"].median()) <= one[0])
            title, top = f"{title} ({say(unit)})", _top(rows) * factor
        panels.append(_weeks(rows, factor, top, title, 270 if len(order) > 1 else 540))
    number = int((loud > 0).sum())
    title = say_number(
        number,
        "{figure}: {n} of {all} workflows shows a signal",
        "{figure}: {n} of {all} workflows show a signal",
        figure=say(FIGURES[figure]),
        all=len(loud),
    )
    caption = say(
        "Line: weekly values. Grey: range that chance explains (three sigma). Red triangles: weeks outside it."
    )
    caption += "" if is_time else f" {say('All panels share one scale.')}"
    caption += cut("Shown: the {n} of {all} workflows with the most signals.", MOST_PANELS, len(loud))
    lines = [f"{workflow}: {wording.plural(number, 'signal')}." for workflow, number in loud.items()]
    name, description = f"control-{figure.replace(' ', '-')}", say("Weekly control charts.")
    return finished(forms.panels(panels), name, title, description, caption, lines, n=number, all=len(loud))


def golive(months: DataFrame[quality_tables.Months]) -> Chart | Exhibit:
    """Return the months of every change as small multiples: value, the base's level, and the limit it keeps."""
    if months.empty:
        return nothing()
    panels, lines = [], []
    groups = list(months.groupby(["change", "kpi"], sort=True))
    for (change, _), rows in groups[:MOST_PANELS]:
        name = say(rows["name"].iloc[0])
        panels.append(_programme(rows, f"{change} · {name}", 270 if len(groups) > 1 else 540))
        lines.append(f"{change}, {name}: {wording.plural(rows['is_signal'].sum(), 'signal')}.")
    loud = int(months.groupby(["change", "kpi"])["is_signal"].any().sum())
    title = say_number(
        loud,
        "Since go-live: {n} of {all} series has months that chance does not explain",
        "Since go-live: {n} of {all} series have months that chance does not explain",
        all=len(groups),
    )
    caption = say(
        "Month 1 is the month of go-live. Grey line: level before go-live. Dashed: limit that an unchanged process "
        "passes in one month of a hundred. Red triangles: watched months beyond it."
    )
    chart = forms.panels(panels)
    return finished(chart, "since-go-live", title, say("Since go-live."), caption, lines, n=loud, all=len(groups))


def _programme(rows: pd.DataFrame, title: str, width: int) -> Chart:
    data = rows[["programme_month", "value", "centre", "limit", "is_signal"]]
    data = data.round({"value": 6, "centre": 6, "limit": 6})
    top = 1.08 * float(np.nanmax([rows["value"].max(), min(rows["limit"].median(), 2 * rows["value"].max())]))
    is_share = rows["unit"].iloc[0] == "share"
    axis = {"tickCount": 3, "format": ".1%" if top < 0.2 else ".0%"} if is_share else PER_THOUSAND
    y = quantity("value", None, ends=[0, min(top, 1.0) if is_share else top], axis=axis)
    base = (
        mark("line", "centre", strokeWidth=1, color=theme.MUTED),
        mark("line", "limit", strokeDash=[3, 3], strokeWidth=1, color=theme.MUTED, clip=True),
    )
    return forms.plot(
        data,
        quantity("programme_month", say("Month of the programme"), axis={"tickMinStep": 1, "format": "d"}),
        guide("x", 0.5, color=theme.MUTED, strokeWidth=1),
        *(base if rows["centre"].notna().any() else ()),
        mark("line", y, strokeWidth=1.5, point={"size": 14}), mark("signal", "value", only="datum.is_signal"),
        width=width, height=84, title=title,
    )  # fmt: skip


def _weeks(rows: pd.DataFrame, factor: float, top: float, title: str, width: int) -> Chart:
    data = rows.assign(
        day=rows["week"].dt.strftime("%Y-%m-%d"),
        **{column: (rows[column] * factor).round(5) for column in ("value", "low", "centre", "high")},
    )[["day", "value", "low", "centre", "high", "is_signal"]]
    axis = {"tickCount": 3, "format": "%" if rows["figure"].iloc[0] == "rework" else ",~r"}
    low = quantity("low", None, ends=[0, top * 1.05 or 1.0], axis=axis)
    return forms.plot(
        data,
        forms.FEW_MONTHS,
        mark("area", low, "high", color=theme.FILLS["unknown"], opacity=0.3, interpolate="step", clip=True),
        mark("line", "centre", color=theme.MUTED, strokeWidth=1), mark("line", "value", strokeWidth=1.5),
        mark("signal", "value", only="datum.is_signal"), width=width, height=74, title=title,
    )  # fmt: skip


def _reached(hours: float) -> str:
    return say("not reached yet") if math.isnan(hours) else wording.duration(hours)


def _unit(hours: float) -> tuple[float, str]:
    """Return the unit in which an age is marked on the axis: its length in hours, and how it is written."""
    return (1 / 60, "{n} min") if hours < 1 else (1, "{n} h") if hours < 24 else (24, wording.DAYS)


def _top(points: pd.DataFrame) -> float:
    """Return how far a scale must reach; the limits of a week cut short may leave the panel."""
    value = float(points["value"].max())
    return max(value, min(float(points["high"].quantile(0.8)), 1.6 * value))


def maps(arrows: DataFrame[quality_tables.Arrows]) -> Chart | Exhibit:
    """Return the map of the workflow that waits longest as its log shows it, and beside it as the client describes it.

    Without a description the workflow that waits next longest is beside it; without a log two described ones are drawn.
    """
    waits = arrows["items"].fillna(1.0) * arrows["wait_hours"].fillna(0.0)
    order = waits.groupby([arrows["map"], arrows["workflow"]]).sum().sort_values(ascending=False, kind="stable").index
    logged = [pair for pair in order if pair[0] == "logged"]
    described = [pair for pair in order if pair[0] == "described" and pair[1] in [name for _, name in logged[:1]]]
    chosen = [*logged[:1], *described, *logged[1:]] or list(order)
    drawn = [_labelled(arrows[(arrows["map"] == kind) & (arrows["workflow"] == name)]) for kind, name in chosen[:2]]
    if not drawn:
        return nothing()
    first, told = drawn[0], [f"{row['way']}: {row['said']}." for rows in drawn for row in rows.to_dict("records")]
    caption = say(
        "Thickness: how often. Red: a fifth or more of all waiting of the workflow; amber: a twentieth or more. "
        "Dashed: back to an earlier step, or into a correction. On the arrows: moves or share of items, and the wait."
    )
    if first["drawn"].iloc[0] < 1:
        share = wording.percent(first["drawn"].iloc[0], 1)
        caption += " " + say("{share} of all moves are drawn; rarer ways are left out.", share=share)
    maps = [_map(rows, place) for place, rows in enumerate(drawn)]
    maps = maps if sum(one.width for one in maps) <= ROOM else maps[:1]
    chart = forms.panels(maps, column=24)
    title, counted = _title(first)
    return finished(chart, "maps", title, say("How items move from step to step."), caption, told, **counted)


def _title(rows: pd.DataFrame) -> tuple[str, dict[str, float]]:
    """Return where a workflow waits longest and for what share of all waiting, or only that it is drawn."""
    waits = rows.dropna(subset=["step", "next_step"]).sort_values("wait_share", ascending=False, kind="stable")
    if not (waits["wait_share"] > 0).any():
        return say("How items move through {workflow}", workflow=rows["workflow"].iloc[0]), {}
    most = waits.iloc[0]
    title = say(
        "{workflow}: {share} of all waiting is between “{step}” and “{next_step}”",
        share=wording.percent(most["wait_share"], 0),
        **most[["workflow", "step", "next_step"]].to_dict(),
    )
    return title, {"share": float(most["wait_share"])}


def _map(rows: pd.DataFrame, place: int) -> Chart:
    title = f"{rows['workflow'].iloc[0]}: {say(quality_tables.MAPS[rows['map'].iloc[0]]).lower()}"
    return graph.drawn(rows, say("Start"), say("End"), title, place)


def _labelled(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the arrows of a map with their weight, words and tone."""
    parts, looks = rows["wait_share"].fillna(0.0), theme.FILLS
    shares = [wording.percent(share, 0) if share < 1 else "" for share in rows["share"]]
    often = [wording.count(n) if n > 0 else share for n, share in zip(rows["items"], shares, strict=True)]
    waits = [wording.duration(hours, decimals=0) if hours >= SHORTEST else "" for hours in rows["wait_hours"]]
    ways = zip(rows["step"].fillna(say("Start")), rows["next_step"].fillna(say("End")), strict=True)
    return rows.assign(
        weight=rows["items"].fillna(rows["share"]).fillna(1.0).astype(float),
        said=[" · ".join(filter(None, both)) for both in zip(often, waits, strict=True)],
        way=[f"{step} → {next_step}" for step, next_step in ways],
        colour=np.select([parts >= MUCH, parts >= SOME], [looks["bad"], looks["caution"]], theme.ACCENT_SOFT),
        is_dashed=rows["is_correction"].fillna(False).astype(bool),
    )
