"""What a roadmap draws: the Gantt, the teams, impact against effort, the concentration of cost, the benefits."""

from __future__ import annotations

import math
from typing import Any

import altair as alt
import pandas as pd

from engineroom import estimates
from engineroom.chapters import roadmap_words as words
from engineroom.dictionary import plans
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import theme, wording
from engineroom.pages.blocks import Exhibit, note
from engineroom.pages.charts import Chart, by_name, finished
from engineroom.phrases import say, say_number, tell
from engineroom.planning.plan import PILOTS, Draft
from engineroom.readers.tables import Tables

NO_PLAN = ("There is no plan to draw", "The limits conflict; the section on the plan says which.")
LOOKS = {
    "Prerequisite": theme.FILLS["unknown"],
    "Preparation or redesign": theme.ACCENT_SOFT,
    "Change": theme.ACCENT,
    "Change past a closed gate": theme.FILLS["bad"],
}
STEPS = ((16, 27), (32, 20), (math.inf, 13))
"""Up to so many rows: so many pixels a row. Sixty rows still fit on one page."""
LARGEST_TYPES = 15
STATES = {"in the plan": "neutral", "left out": "caution", "refused": "bad"}
MONEY_AXIS = alt.Axis(
    labelExpr="abs(datum.value) >= 1e6 ? format(datum.value / 1e6, ',.1f') + ' M' : format(datum.value, ',.0f')"
)


def gantt(plan: DataFrame[plans.Plan], draft: Draft, tables: Tables) -> Chart | Exhibit:
    """Return the plan as bars in the order of their starts, with owners and blackout windows, on one page."""
    if plan.empty:
        return note(*NO_PLAN)
    rows = plan.assign(
        from_day=plan["start"].dt.strftime("%Y-%m-%d"),
        to_day=(plan["end"] + pd.Timedelta(days=1)).dt.strftime("%Y-%m-%d"),
        look=[say(_look(row)) for row in plan.to_dict("records")],
        said=[wording.text(owner) or say("no owner named") for owner in plan["owner"]],
        label=[f"{row['wave']:.0f}  {tell(row['name'])}" for row in plan.to_dict("records")],
    )[["label", "from_day", "to_day", "look", "said"]]
    first, last = plan["start"].min(), plan["end"].max()
    step = next(size for most, size in STEPS if len(rows) <= most)
    size = 9 if step < 16 else 12
    until = last + (last - first) * 0.42  # room for the owner of the last bar
    x = alt.X(
        "from_day:T",
        title=None,
        scale=alt.Scale(domain=[f"{first:%Y-%m-%d}", f"{until:%Y-%m-%d}"]),
        axis=alt.Axis(format="%b %Y", grid=True, orient="top"),
    )
    y = alt.Y("label:N", sort=list(rows["label"]), title=None, axis=alt.Axis(labelLimit=360, labelFontSize=size))
    layers = []
    dark = _windows(tables, first, last)
    if len(dark):
        layers.append(
            alt.Chart(dark)
            .mark_rect(color=theme.FILLS["caution"], opacity=0.18)
            .encode(x=alt.X("from_day:T"), x2="to_day:T")
        )
    looks = {say(name): colour for name, colour in LOOKS.items()}
    used = [name for name in looks if (rows["look"] == name).any()]
    colour = alt.Color("look:N", title=None, sort=used, scale=alt.Scale(domain=used, range=[looks[u] for u in used]))
    base = alt.Chart(rows).encode(y=y)
    layers.append(base.mark_bar(size=round(step * 0.62)).encode(x=x, x2="to_day:T", color=colour))
    layers.append(
        base.mark_text(align="left", dx=6, color=theme.MUTED, fontSize=size).encode(x="to_day:T", text="said:N")
    )
    chart = alt.layer(*layers).properties(width=430, height=alt.Step(step))
    longest, number = plan.loc[plan["end"].idxmax()], int((plan["kind"] != "prerequisite").sum())
    title = say_number(
        number,
        "{n} initiative by {day}, the last is {item}",
        "{n} initiatives by {day}, the last is {item}",
        day=wording.day(longest["end"]),
        item=tell(longest["name"]),
    )
    facts = [f"{tell(r['name'])}: {_span(r['start'], r['end'])}." for r in plan.to_dict("records")]
    caption = say("Number: wave. Beside the bar: who answers for it.")
    if len(dark):
        shaded = "; ".join(f"{row.blackout}: {_span(row.start, row.end)}" for row in dark.itertuples())
        caption += " " + say("Shaded, no cutover: {windows}.", windows=shaded)
    return finished(chart, "gantt", title, say("The plan as bars."), caption, facts, n=number, end=longest["end"])


def capacity(load: pd.DataFrame) -> Chart | Exhibit:
    """Return what each team is asked for, week by week, against what it can give."""
    shown = load[load.groupby("team")["people"].transform("sum") > 0]
    if shown.empty:
        return note("No team is asked for", "No initiative of the plan says whom it keeps busy.")
    panels = []
    for team, weeks in shown.groupby("team", sort=True):
        data = weeks.assign(day=weeks["week"].dt.strftime("%Y-%m-%d"))[["day", "people", "capacity"]]
        base = alt.Chart(data).encode(x=alt.X("day:T", title=None, axis=alt.Axis(format="%b %Y", tickCount=4)))
        scale = alt.Scale(domain=[0, max(float(weeks["capacity"].max()), float(weeks["people"].max())) * 1.1])
        y = alt.Y("people:Q", title=None, scale=scale, axis=alt.Axis(tickCount=3))
        used = base.mark_area(interpolate="step-after", color=theme.ACCENT_SOFT).encode(y=y)
        given = base.mark_line(interpolate="step-after", color=theme.INK, strokeWidth=1.5).encode(y="capacity:Q")
        panels.append(alt.layer(used, given).properties(width=290, height=92, title=words.team(str(team))))
    chart = alt.concat(*panels, columns=2, spacing={"row": 22, "column": 44})
    sums = shown.groupby("team")[["people", "capacity"]].sum()
    shares = sums["people"] / sums["capacity"]
    people = shares.drop(PILOTS, errors="ignore")
    if people.empty:  # pilots are a limit, and no team
        title = say(
            "No team is named; pilots take {share} of the room for them", share=wording.percent(shares[PILOTS], 0)
        )
    else:
        title = say(
            "{team} is the busiest team: {share} of its time until the plan ends",
            team=str(people.idxmax()),
            share=wording.percent(people.max(), 0),
        )
    description = say("Panels, one per team: people asked for and people there, week by week.")
    share = shares[PILOTS] if people.empty else people.max()
    caption = say("Area: asked for. Line: what the team can give.")
    return finished(chart, "capacity", title, description, caption, share=share)


def impact_effort(priced: pd.DataFrame, tables: Tables) -> Chart | Exhibit:
    """Return each initiative by the people-weeks it takes and the benefit a year it brings."""
    currency = tables.engagement.header.currency
    rows = priced.dropna(subset=["annual_benefit", "person_weeks"])
    rows = rows[rows["person_weeks"] > 0].reset_index(drop=True)
    if rows.empty:
        return note(
            "Impact and effort are not known together",
            "An initiative needs an annual benefit in the table initiatives and people in the table demands.",
        )
    ends = {end: rows[f"annual_benefit_{end}"].fillna(rows["annual_benefit"]) for end in ("low", "high")}
    rows = rows.assign(number=range(1, len(rows) + 1), **ends)
    rows["at"] = _apart(rows["person_weeks"], rows["annual_benefit"])
    states = [name for name in STATES if (rows["state"] == name).any()]
    rows["state"] = rows["state"].map(say)
    domain = [say(name) for name in states]
    colours = [theme.TONES[STATES[name]] for name in states]
    colour = alt.Color("state:N", title=None, scale=alt.Scale(domain=domain, range=colours))
    shapes = [theme.SHAPES[STATES[name]] for name in states]
    shape = alt.Shape("state:N", title=None, scale=alt.Scale(domain=domain, range=shapes))
    x = alt.X("at:Q", title=say("Effort: person-weeks"), scale=alt.Scale(zero=True, nice=True))
    y = alt.Y("annual_benefit:Q", title=say("Impact: {currency} a year", currency=currency), axis=MONEY_AXIS)
    base = alt.Chart(rows[["number", "at", "annual_benefit", "low", "high", "state"]]).encode(x=x)
    span = base.mark_rule(strokeWidth=5, color=theme.ACCENT_SOFT).encode(y=alt.Y("low:Q"), y2="high:Q")
    dots = base.mark_point(filled=True, size=90, opacity=1).encode(y=y, color=colour, shape=shape)
    said = base.mark_text(align="left", dx=9, dy=-2).encode(y="annual_benefit:Q", text="number:N")
    planned = rows[rows["state"] == say("in the plan")]
    pool = planned if len(planned) else rows
    best = pool.loc[(pool["annual_benefit"] / pool["person_weeks"]).idxmax()]
    low, high = (best[end] / best["person_weeks"] for end in ("low", "high"))
    title = say("{item} returns the most for its effort", item=best["initiative"])
    if estimates.is_range(low, high):
        rate = wording.between(low, high, currency)
        title = say(
            "{item} returns the most for its effort: {rate} a year per person-week", item=best["initiative"], rate=rate
        )
    facts = [
        say(
            "{n}: {weeks} person-weeks, {benefit} a year.",
            n=r["number"],
            weeks=wording.plain(r["person_weeks"]),
            benefit=wording.between(r["low"], r["high"], currency),
        )
        for r in rows.to_dict("records")
    ]
    key = "; ".join(f"{r['number']} {r['initiative']}" for r in rows.to_dict("records"))
    caption = say("Bar: range. {key}.", key=key)
    if (rows["at"] != rows["person_weeks"]).any():
        caption += " " + say("Marks that would coincide stand side by side.")
    chart = alt.layer(span, dots, said).properties(width=560, height=270)
    return finished(chart, "impact-effort", title, say("Impact against effort."), caption, facts, low=low, high=high)


def pareto(types: pd.DataFrame, tables: Tables) -> Chart | Exhibit:
    """Return the yearly cost of the largest types of exception, with the cumulative share beside each bar."""
    currency = tables.engagement.header.currency
    if types.empty:
        return note("No cost by type is known", "The table exceptions, with a cost of each, would show it.")
    shares = types["share"].head(LARGEST_TYPES)
    rows = types.head(LARGEST_TYPES).assign(said=[wording.percent(share, 0) for share in shares])
    base = by_name(rows, "type", 320)
    title = say("{currency} a year", currency=currency)
    bars = base.mark_bar(size=13).encode(x=alt.X("cost:Q", title=title, axis=MONEY_AXIS))
    said = base.mark_text(align="left", dx=6).encode(x="cost:Q", text="said:N")
    half = int((types["share"] < 0.5).sum()) + 1
    title = say_number(
        half, "{n} type of {all} causes half of the cost", "{n} types of {all} cause half of the cost", all=len(types)
    )
    facts = [f"{r['type']}: {wording.amount(r['cost'], currency)}." for r in rows.to_dict("records")]
    chart = alt.layer(bars, said).properties(width=330, height=alt.Step(21))
    caption = say("Percentage: of all cost, added up.")
    if len(types) > LARGEST_TYPES:
        caption += " " + say("The {n} largest of {all} types.", n=LARGEST_TYPES, all=len(types))
    return finished(chart, "pareto", title, say("Cost by type."), caption, facts, n=half, all=len(types))


def benefits(curve: pd.DataFrame, plan: DataFrame[plans.Plan], tables: Tables) -> Chart | Exhibit:
    """Return benefit less cost, added up over the months, as a range."""
    currency = tables.engagement.header.currency
    if plan.empty or not plan["annual_benefit"].fillna(0).sum():
        return note("No benefit is stated", "The table initiatives names no annual benefit, so the plan has no curve.")
    rows = curve.assign(day=curve["date"].dt.strftime("%Y-%m-%d")).drop(columns="date")
    base = alt.Chart(rows).encode(x=alt.X("day:T", title=None, axis=alt.Axis(format="%b %Y")))
    y = alt.Y("low:Q", title=say("{currency}, benefit less cost so far", currency=currency), axis=MONEY_AXIS)
    area = base.mark_area(color=theme.ACCENT_SOFT, opacity=0.6).encode(y=y, y2="high:Q")
    line = base.mark_line().encode(y="expected:Q")
    zero = alt.Chart(pd.DataFrame({"at": [0]})).mark_rule(color=theme.INK).encode(y="at:Q")
    chart = alt.layer(area, zero, line).properties(width=560, height=230)
    end, months = curve.iloc[-1], len(curve) - 1
    paid = curve.loc[curve["expected"].gt(0) & (curve["expected"].shift().fillna(-1) <= 0), "date"]
    title = say("The plan does not pay back within {n} months", n=months)
    if len(paid):
        title = say("The plan pays back by {month}", month=words.month(paid.iloc[-1]))
    net = wording.between(end["low"], end["high"], currency)
    caption = say("Line: expected. Area: all low to all high ends together.")
    if estimates.is_range(end["low"], end["high"]):
        title += say(", and stands at {net} after {n} months", net=net, n=months)
    else:
        caption = say("No range was given: the line is the client's one figure per initiative, and no promise.")
    description = say("Benefit less cost, added up month by month: {net} at the end.", net=net)
    counted = {"months": months, "low": end["low"], "high": end["high"]}
    counted |= {"paid": paid.iloc[-1]} if len(paid) else {}
    return finished(chart, "benefits", title, description, caption, **counted)


def straight_through(paths: pd.DataFrame) -> Chart | Exhibit:
    """Return the way from today's straight-through rate to its target, a line per workflow."""
    if paths.empty:
        return note("No straight-through target is set", "The table portfolio has columns for target and date.")
    rows = paths.assign(day=paths["date"].dt.strftime("%Y-%m-%d"))[["workflow", "day", "stp", "is_target"]]
    scale = alt.Scale(domain=[0, 1])
    base = alt.Chart(rows).encode(
        x=alt.X("day:T", title=None, axis=alt.Axis(format="%b %Y")),
        y=alt.Y("stp:Q", title=say("Straight-through rate"), axis=alt.Axis(format=".0%"), scale=scale),
        color=alt.Color("workflow:N", title=None),
    )
    ends = base.transform_filter("datum.is_target").mark_point(filled=True, size=90, opacity=1)
    chart = alt.layer(base.mark_line(), ends).properties(width=560, height=210)
    spans = paths.groupby("workflow", sort=False)["stp"].agg(["first", "last"])
    widest = (spans["last"] - spans["first"]).idxmax()
    way = spans.loc[widest, "last"] - spans.loc[widest, "first"]
    said = {"workflow": widest, "way": wording.distance(way, "share")}
    title = say("{workflow} has the longest way to its straight-through target: {way}", **said)
    facts = [
        say(
            "{workflow}: {now} today, {target} at the target.",
            workflow=workflow,
            now=wording.percent(row["first"], 0),
            target=wording.percent(row["last"], 0),
        )
        for workflow, row in spans.iterrows()
    ]
    caption = say("Dot: target at its date.")
    return finished(chart, "stp-path", title, say("Target paths."), caption, facts, way=way)


def _apart(effort: pd.Series, impact: pd.Series) -> list[float]:
    """Return where marks stand beside each other that would hide one another, each as near its effort as it goes."""
    placed: list[tuple[float, float]] = []
    step, near = effort.max() * 0.045, impact.max() * 0.06
    for at, height in zip(effort, impact, strict=True):
        while any(abs(at - x) < step and abs(height - y) < near for x, y in placed):
            at += step
        placed.append((at, height))
    return [at for at, _ in placed]


def _windows(tables: Tables, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    seen = tables.blackouts[(tables.blackouts["end"] >= first) & (tables.blackouts["start"] <= last)]
    return seen.assign(
        from_day=seen["start"].clip(lower=first).dt.strftime("%Y-%m-%d"),
        to_day=(seen["end"] + pd.Timedelta(days=1)).dt.strftime("%Y-%m-%d"),
    )[["blackout", "start", "end", "from_day", "to_day"]]


def _span(first: pd.Timestamp, last: pd.Timestamp) -> str:
    return say("{low} to {high}", low=wording.day(first), high=wording.day(last))


def _look(row: dict[str, Any]) -> str:
    if row["kind"] == "prerequisite":
        return "Prerequisite"
    if row["kind"] in ("preparation", "redesign", "training"):
        return "Preparation or redesign"
    return "Change past a closed gate" if row["is_overridden"] else "Change"
