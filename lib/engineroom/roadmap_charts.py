"""What a roadmap draws: the Gantt, the teams, impact against effort, the concentration of cost, the benefits."""

from __future__ import annotations

import math
from typing import Any

import altair as alt
import pandas as pd

from engineroom import plans, theme, wording
from engineroom.blocks import Exhibit, note
from engineroom.columns import DataFrame
from engineroom.plan import PILOTS, Draft
from engineroom.tables import Tables

Chart = Any  # altair's chart classes share no public base that keeps `.properties`

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


def gantt(plan: DataFrame[plans.Plan], draft: Draft, tables: Tables) -> Chart | Exhibit:
    """Return the plan as bars in the order of their starts, with owners and blackout windows, on one page."""
    if plan.empty:
        return note(*NO_PLAN)
    rows = plan.assign(
        from_day=plan["start"].dt.strftime("%Y-%m-%d"),
        to_day=(plan["end"] + pd.Timedelta(days=1)).dt.strftime("%Y-%m-%d"),
        look=[_look(row) for row in plan.to_dict("records")],
        said=plan["owner"].fillna("no owner named"),
        label=[f"{row['wave']:.0f}  {row['item']}" for row in plan.to_dict("records")],
    )[["label", "from_day", "to_day", "look", "said", "is_critical"]]
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
    y = alt.Y(
        "label:N",
        sort=list(rows["label"]),
        title=None,
        axis=alt.Axis(labelLimit=300, labelFontSize=size),
    )
    layers = []
    dark = _windows(tables, first, last)
    if len(dark):
        layers.append(
            alt.Chart(dark)
            .mark_rect(color=theme.FILLS["caution"], opacity=0.18)
            .encode(x=alt.X("from_day:T"), x2="to_day:T")
        )
    used = [name for name in LOOKS if (rows["look"] == name).any()]
    colour = alt.Color("look:N", title=None, sort=used, scale=alt.Scale(domain=used, range=[LOOKS[u] for u in used]))
    base = alt.Chart(rows).encode(y=y)
    layers.append(base.mark_bar(height={"band": 0.62}).encode(x=x, x2="to_day:T", color=colour))
    layers.append(
        base.mark_text(align="left", dx=6, color=theme.MUTED, fontSize=size).encode(x="to_day:T", text="said:N")
    )
    chart = alt.layer(*layers).properties(width=430, height=alt.Step(step))
    longest = plan.loc[plan["end"].idxmax()]
    changes = plan[plan["kind"] != "prerequisite"]
    title = (
        f"{wording.plural(len(changes), 'initiative')} by {wording.day(longest['end'])}, the last is {longest['item']}"
    )
    facts = [f"{r['item']}: {wording.day(r['start'])} to {wording.day(r['end'])}." for r in plan.to_dict("records")]
    shaded = "; ".join(
        f"{row.blackout}: {wording.day(row.start)} to {wording.day(row.end)}" for row in dark.itertuples()
    )
    caption = "Number: wave. Beside the bar: who answers for it."
    caption += f" Shaded, no cutover: {shaded}." if shaded else ""
    return _finished(chart, "gantt", title, "The plan as bars. " + " ".join(facts), caption)


def capacity(load: pd.DataFrame) -> Chart | Exhibit:
    """Return what each team is asked for, week by week, against what it can give."""
    shown = load[load.groupby("team")["people"].transform("sum") > 0]
    if shown.empty:
        return note("No team is asked for", "No initiative of the plan says whom it keeps busy.")
    panels = []
    for team, weeks in shown.groupby("team", sort=True):
        data = weeks.assign(day=weeks["week"].dt.strftime("%Y-%m-%d"))[["day", "people", "capacity"]]
        base = alt.Chart(data).encode(x=alt.X("day:T", title=None, axis=alt.Axis(format="%b %Y")))
        scale = alt.Scale(domain=[0, max(float(weeks["capacity"].max()), float(weeks["people"].max())) * 1.1])
        y = alt.Y("people:Q", title=None, scale=scale, axis=alt.Axis(tickCount=3))
        used = base.mark_area(interpolate="step-after", color=theme.ACCENT_SOFT).encode(y=y)
        given = base.mark_line(interpolate="step-after", color=theme.INK, strokeWidth=1.5).encode(y="capacity:Q")
        panels.append(alt.layer(used, given).properties(width=250, height=92, title=str(team)))
    chart = alt.concat(*panels, columns=2, spacing={"row": 22, "column": 44})
    people = shown[shown["team"] != PILOTS]
    sums = (people if len(people) else shown).groupby("team")[["people", "capacity"]].sum()
    busiest = (sums["people"] / sums["capacity"]).idxmax()
    used_share = sums.loc[busiest, "people"] / sums.loc[busiest, "capacity"]
    title = f"{busiest} is the busiest team: {wording.value(used_share, 'share')} of its time until the plan ends"
    description = "Panels, one per team: people asked for and people there, week by week."
    return _finished(chart, "capacity", title, description, "Area: asked for. Line: what the team can give.")


def impact_effort(priced: pd.DataFrame, tables: Tables) -> Chart | Exhibit:
    """Return each initiative by the people-weeks it takes and the benefit a year it brings."""
    currency = tables.engagement.header.currency
    rows = priced.dropna(subset=["annual_benefit", "person_weeks"])
    rows = rows[rows["person_weeks"] > 0]
    if rows.empty:
        return note(
            "Impact and effort are not known together",
            "An initiative needs an annual benefit in the table initiatives and people in the table demands.",
        )
    rows = rows.assign(low=rows["annual_benefit_low"], high=rows["annual_benefit_high"])
    rows = rows[["initiative", "person_weeks", "annual_benefit", "low", "high", "state"]].reset_index(drop=True)
    states = [name for name in ("in the plan", "left out", "refused") if (rows["state"] == name).any()]
    tones = {"in the plan": "neutral", "left out": "caution", "refused": "bad"}
    colour = alt.Color(
        "state:N", title=None, scale=alt.Scale(domain=states, range=[theme.TONES[tones[s]] for s in states])
    )
    shape = alt.Shape(
        "state:N", title=None, scale=alt.Scale(domain=states, range=[theme.SHAPES[tones[s]] for s in states])
    )
    rows["number"] = range(1, len(rows) + 1)
    x = alt.X("person_weeks:Q", title="Effort: person-weeks", scale=alt.Scale(zero=True, nice=True))
    y = alt.Y("annual_benefit:Q", title=f"Impact: {currency} a year", axis=alt.Axis(format="~s"))
    base = alt.Chart(rows).encode(x=x)
    span = base.mark_rule(strokeWidth=5, color=theme.ACCENT_SOFT).encode(y=alt.Y("low:Q"), y2="high:Q")
    dots = base.mark_point(filled=True, size=90, opacity=1).encode(y=y, color=colour, shape=shape)
    said = base.mark_text(align="left", dx=9, dy=-2).encode(y="annual_benefit:Q", text="number:N")
    rate = rows["annual_benefit"] / rows["person_weeks"]
    rate = rate[rows["state"] == "in the plan"] if (rows["state"] == "in the plan").any() else rate
    best = rows.loc[rate.idxmax()]
    title = f"{best['initiative']} returns the most for its effort: "
    title += f"{wording.money(rate.max(), currency)} a year per person-week"
    facts = [
        f"{r['number']}: {r['person_weeks']:g} person-weeks, {wording.money(r['annual_benefit'], currency)} a year."
        for r in rows.to_dict("records")
    ]
    key = "; ".join(f"{r['number']} {r['initiative']}" for r in rows.to_dict("records"))
    chart = alt.layer(span, dots, said).properties(width=520, height=270)
    return _finished(chart, "impact-effort", title, "Impact against effort. " + " ".join(facts), f"Bar: range. {key}.")


def pareto(types: pd.DataFrame, tables: Tables) -> Chart | Exhibit:
    """Return the yearly cost of the largest types of exception, with the cumulative share beside each bar."""
    currency = tables.engagement.header.currency
    if types.empty:
        return note("No cost by type is known", "The table exceptions, with a cost of each, would show it.")
    rows = types.head(LARGEST_TYPES).assign(said=[f"{share:.0%}" for share in types["share"].head(LARGEST_TYPES)])
    base = alt.Chart(rows).encode(y=alt.Y("type:N", sort=list(rows["type"]), title=None, axis=alt.Axis(labelLimit=320)))
    bars = base.mark_bar(height={"band": 0.6}).encode(
        x=alt.X("cost:Q", title=f"{currency} a year", axis=alt.Axis(format="~s"))
    )
    said = base.mark_text(align="left", dx=6).encode(x="cost:Q", text="said:N")
    half = int((types["share"] < 0.5).sum()) + 1
    title = f"{wording.plural(half, 'type')} of {len(types)} cause half of the cost"
    facts = [f"{r['type']}: {wording.money(r['cost'], currency)}." for r in rows.to_dict("records")]
    chart = alt.layer(bars, said).properties(width=330, height=alt.Step(21))
    return _finished(chart, "pareto", title, "Cost by type. " + " ".join(facts), "Percentage: of all cost, added up.")


def benefits(curve: pd.DataFrame, plan: DataFrame[plans.Plan], tables: Tables) -> Chart | Exhibit:
    """Return benefit less cost, added up over the months, as a range."""
    currency = tables.engagement.header.currency
    if plan.empty or not plan["annual_benefit"].fillna(0).sum():
        return note("No benefit is stated", "The table initiatives names no annual benefit, so the plan has no curve.")
    rows = curve.assign(day=curve["date"].dt.strftime("%Y-%m-%d")).drop(columns="date")
    base = alt.Chart(rows).encode(x=alt.X("day:T", title=None, axis=alt.Axis(format="%b %Y")))
    y = alt.Y("low:Q", title=f"{currency}, benefit less cost so far", axis=alt.Axis(format="~s"))
    area = base.mark_area(color=theme.ACCENT_SOFT, opacity=0.6).encode(y=y, y2="high:Q")
    line = base.mark_line().encode(y="expected:Q")
    zero = alt.Chart(pd.DataFrame({"at": [0]})).mark_rule(color=theme.INK).encode(y="at:Q")
    chart = alt.layer(area, zero, line).properties(width=540, height=230)
    end = curve.iloc[-1]
    low, high = wording.money(end["low"], currency), wording.money(end["high"], currency)
    paid = curve.loc[curve["expected"].gt(0) & (curve["expected"].shift().fillna(-1) <= 0), "date"]
    when = f"pays back by {paid.iloc[-1]:%B %Y}" if len(paid) else "does not pay back within the plan"
    title = f"The plan {when}, and stands between {low} and {high} after {len(curve) - 1} months"
    description = f"Benefit less cost, added up, expected {wording.money(end['expected'], currency)} at the end."
    return _finished(chart, "benefits", title, description, "Line: expected. Area: all low to all high ends together.")


def straight_through(paths: pd.DataFrame) -> Chart | Exhibit:
    """Return the way from today's straight-through rate to its target, a line per workflow."""
    if paths.empty:
        return note("No straight-through target is set", "The table portfolio has columns for target and date.")
    rows = paths.assign(day=paths["date"].dt.strftime("%Y-%m-%d"))[["workflow", "day", "stp", "is_target"]]
    base = alt.Chart(rows).encode(
        x=alt.X("day:T", title=None, axis=alt.Axis(format="%b %Y")),
        y=alt.Y("stp:Q", title="Straight-through rate", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])),
        color=alt.Color("workflow:N", title=None),
    )
    ends = base.transform_filter("datum.is_target").mark_point(filled=True, size=90, opacity=1)
    chart = alt.layer(base.mark_line(), ends).properties(width=520, height=210)
    spans = paths.groupby("workflow", sort=False)["stp"].agg(["first", "last"])
    widest = (spans["last"] - spans["first"]).idxmax()
    way = wording.distance(spans.loc[widest, "last"] - spans.loc[widest, "first"], "share")
    title = f"{widest} has the longest way to its straight-through target: {way}"
    facts = [f"{w}: {r['first']:.0%} today, {r['last']:.0%} at the target." for w, r in spans.iterrows()]
    return _finished(chart, "stp-path", title, "Target paths. " + " ".join(facts), "Dot: target at its date.")


def _windows(tables: Tables, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    seen = tables.blackouts[(tables.blackouts["end"] >= first) & (tables.blackouts["start"] <= last)]
    return seen.assign(
        from_day=seen["start"].clip(lower=first).dt.strftime("%Y-%m-%d"),
        to_day=(seen["end"] + pd.Timedelta(days=1)).dt.strftime("%Y-%m-%d"),
    )[["blackout", "start", "end", "from_day", "to_day"]]


def _look(row: dict[str, Any]) -> str:
    if row["kind"] == "prerequisite":
        return "Prerequisite"
    if row["kind"] in ("preparation", "redesign"):
        return "Preparation or redesign"
    return "Change past a closed gate" if "(overridden)" in row["gates"] else "Change"


def _finished(chart: Chart, name: str, title: str, description: str, caption: str) -> Chart:
    return chart.properties(
        title=title, description=description, usermeta={"engineroom": {"name": name, "caption": caption}}
    )
