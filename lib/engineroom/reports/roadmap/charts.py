"""What a roadmap draws: the Gantt, the teams, impact against effort, the concentration of cost, the benefits."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from engineroom import estimates
from engineroom.dictionary import plans, quality_tables
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import forms, theme, wording
from engineroom.pages.blocks import Exhibit, note, nothing
from engineroom.pages.forms import Chart, facts, finished, guide, mark, own, quantity, text
from engineroom.phrases import say, say_number, tell
from engineroom.planning.plan import PILOTS, Draft, paid_back
from engineroom.readers.tables import Tables
from engineroom.reports.process_quality import charts as process_quality
from engineroom.reports.roadmap import words

NO_PLAN = ("There is no plan to draw", "The section on the plan says why.")
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
MONEY = {
    "labelExpr": "abs(datum.value) >= 1e6 ? format(datum.value / 1e6, ',.1f') + ' M' : format(datum.value, ',.0f')"
}


BRIDGE = {
    "gap": "Cost of the gap a year",
    "addressed": "Addressed by the plan",
    "brings": "Benefit of the plan a year",
    "cost": "One-off cost",
    "net": "Net, first full year",
}
"""The steps of the bridge, as its chart names them."""


BRIDGE_TONES = {
    "datum.low >= 0": theme.ACCENT,
    "datum.low < 0 && datum.high >= 0": theme.FILLS["caution"],
    "datum.high < 0": theme.FILLS["bad"],
}
"""Colours of ranges: of gains, of what may be a loss, and of losses."""


def bridge(found: DataFrame[plans.Bridge], tables: Tables) -> Chart | Exhibit:
    """Return the bridge from the gap to the net of the plan, all workflows together; nothing without money."""
    currency = tables.engagement.header.currency
    rows = pd.DataFrame(
        [
            {"label": say(label), "low": found[f"{name}_low"].sum(), "high": found[f"{name}_high"].sum(), "step": name}
            for name, label in BRIDGE.items()
        ]
    )
    if not rows["high"].any() and not rows["low"].any():
        return nothing()
    costs = rows["step"] == "cost"
    rows.loc[costs, ["low", "high"]] = -rows.loc[costs, ["high", "low"]].to_numpy()
    shown = rows[rows["high"].ne(0) | rows["low"].ne(0)]
    shown = shown.assign(
        said=[wording.between(row["low"], row["high"], currency) for row in shown.to_dict("records")],
    )
    net = shown[shown["step"] == "net"]
    title = say("From the cost of the gap to the net benefit of the plan")
    caption = say("Bars run from the low to the high end. The cost is paid once; the other figures are for one year.")
    if len(net) and estimates.is_range(*net[["low", "high"]].iloc[0]):
        title = say("First full year of the plan, benefit less cost: {range}", range=net["said"].iloc[0])
    elif len(net):
        caption = say("No range was given: the figures are the client's single ones and no promise.")
    x = quantity("low", currency, axis={"format": "~s"})
    chart = forms.rows(
        shown[["label", "low", "high", "said"]],
        *(mark("bar", x, "high", only=only, color=colour, height=12) for only, colour in BRIDGE_TONES.items()),
        mark("tick", "low", thickness=2), text("high", dx=8), room=190, width=380, step=26,
    )  # fmt: skip
    description = say("Range of each step, from the gap to the net benefit.")
    return finished(chart, "bridge", title, description, caption, facts(shown))


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
    x = quantity(
        "from_day:T", None,
        scale={"domain": [f"{first:%Y-%m-%d}", f"{until:%Y-%m-%d}"]},
        axis={"format": "%b %Y", "grid": True, "orient": "top"},
    )  # fmt: skip
    dark = _windows(tables, first, last)
    shaded = own(dark, mark("rect", "from_day:T", "to_day:T", color=theme.FILLS["caution"], opacity=0.18))
    looks = forms.present({say(name): colour for name, colour in LOOKS.items()}, rows["look"])
    chart = forms.rows(
        rows, *([shaded] if len(dark) else []),
        mark("stripe", x, "to_day:T", forms.colours("look", looks, sort=list(looks)), size=round(step * 0.62)),
        text("to_day:T", dx=6, color=theme.MUTED, fontSize=size),
        room=360, axis={"labelFontSize": size}, width=430, step=step,
    )  # fmt: skip
    longest, number = plan.loc[plan["end"].idxmax()], int((plan["kind"] != "prerequisite").sum())
    title = say_number(
        number,
        "{n} initiative by {day}, the last is {item}",
        "{n} initiatives by {day}, the last is {item}",
        day=wording.day(longest["end"]),
        item=tell(longest["name"]),
    )
    facts = [f"{tell(r['name'])}: {_span(r['start'], r['end'])}." for r in plan.to_dict("records")]
    caption = say("Number: wave of the plan. Beside each bar: its owner.")
    if len(dark):
        windows = "; ".join(f"{row.blackout}: {_span(row.start, row.end)}" for row in dark.itertuples())
        caption += " " + say("Shaded: no system changes, {windows}.", windows=windows)
    return finished(chart, "gantt", title, say("The plan as bars."), caption, facts, n=number, end=longest["end"])


def capacity(load: pd.DataFrame) -> Chart | Exhibit:
    """Return what each team is asked for, week by week, against what it can give."""
    shown = load[load.groupby("team")["people"].transform("sum") > 0]
    if shown.empty:
        return note("No team is needed", "No initiative in the plan states which teams it needs.")
    panels = []
    for team, weeks in shown.groupby("team", sort=True):
        data = weeks.assign(day=weeks["week"].dt.strftime("%Y-%m-%d"))[["day", "people", "capacity"]]
        most = max(float(weeks["capacity"].max()), float(weeks["people"].max())) * 1.1
        people = quantity("people", None, scale={"domain": [0, most]}, axis={"tickCount": 3})
        panels.append(
            forms.plot(
                data, forms.FEW_MONTHS,
                mark("area", people, interpolate="step-after"),
                mark("line", "capacity", interpolate="step-after", color=theme.INK, strokeWidth=1.5),
                width=290, height=92, title=words.team(str(team)),
            )
        )  # fmt: skip
    sums = shown.groupby("team")[["people", "capacity"]].sum()
    shares = sums["people"] / sums["capacity"]
    people = shares.drop(PILOTS, errors="ignore")
    share = shares[PILOTS] if people.empty else people.max()  # pilots are a limit, and no team
    percent = wording.percent(share, 0)
    title = say("No team capacity was supplied; pilots use {share} of the slots for them", share=percent)
    if len(people):
        busiest = str(people.idxmax())
        title = say(
            ("{team} is the busiest team: {share} of its time is booked until the plan ends"),
            team=busiest,
            share=percent,
        )
    description = say("One panel per team: people needed and people available, week by week.")
    caption = say("Area: people needed. Line: people available.")
    return finished(forms.panels(panels, 22, 44), "capacity", title, description, caption, share=share)


def feasibility(
    tracks: DataFrame[plans.Tracks], rankings: DataFrame[plans.Rankings], tables: Tables
) -> Chart | Exhibit:
    """Return each workflow by how ready it is and what it costs a year: value against feasibility."""
    currency, scores = tables.engagement.header.currency, ["data_ready", "integration_ready", "capacity_ready"]
    rows = tracks.merge(rankings[["workflow", *scores]]).dropna(subset=["at_stake", "feasibility"])
    if len(rows) < 2:
        return nothing()
    states = {say("Feasible"): "good", say("Not yet feasible"): "caution"}
    names = dict(zip((True, False), states, strict=True))
    rows = rows.assign(ready=rows[scores].mean(axis=1), state=rows["is_feasible"].map(names))
    rows["at"] = _apart(rows["ready"], rows["at_stake"])
    share = {"format": ".0%"}
    x = quantity("at", say("Readiness: mean of data, map and spare capacity"), scale={"domain": [0, 1]}, axis=share)
    cost = quantity("at_stake", say("{currency} a year", currency=currency), axis=MONEY)
    chart = forms.plot(
        rows[["workflow", "at", "at_stake", "state"]],
        x,
        mark("verdict", cost, look=forms.tones("state", forms.present(states, rows["state"]))),
        text("at_stake", "workflow", dx=9, dy=-2),
        width=560, height=170,
    )  # fmt: skip
    largest, ready = rows.loc[rows["at_stake"].idxmax()], int(rows["is_feasible"].sum())
    title = say_number(
        ready, "{n} of {all} workflows [is|are] feasible now; {workflow} costs the most",
        all=len(rows), workflow=largest["workflow"],
    )  # fmt: skip
    told = [
        say(
            "{workflow}: {ready} ready, {cost} a year.",
            workflow=row["workflow"], ready=wording.percent(row["ready"], 0),
            cost=wording.amount(row["at_stake"], currency),
        )
        for row in rows.to_dict("records")
    ]  # fmt: skip
    caption = say("Feasible: data and map are ready, and the team has time. The weakest of the three decides.")
    return finished(
        chart, "feasibility", title, say("Value against feasibility."), caption, told, n=ready, all=len(rows)
    )


def benefits(curve: pd.DataFrame, plan: DataFrame[plans.Plan], tables: Tables) -> Chart | Exhibit:
    """Return benefit less cost, added up over the months, as a range."""
    currency = tables.engagement.header.currency
    if plan.empty:
        return note(*NO_PLAN)
    if not plan["annual_benefit"].fillna(0).sum():
        return note("No benefit is stated", "No initiative states a yearly benefit, so there is no curve.")
    rows = curve.assign(day=curve["date"].dt.strftime("%Y-%m-%d")).drop(columns="date")
    low = quantity("low", say("{currency}, benefit less cost so far", currency=currency), axis=MONEY)
    chart = forms.plot(
        rows, forms.MONTHS, mark("area", low, "high", opacity=0.6), guide("y", 0), mark("line", "expected"),
        width=560, height=130,
    )  # fmt: skip
    end, months = curve.iloc[-1], len(curve) - 1
    paid = paid_back(curve)
    title = say("The plan does not pay back within {n} months", n=months)
    if not pd.isna(paid):
        title = say("The plan is expected to pay back by {month}", month=words.month(paid))
    net = wording.between(end["low"], end["high"], currency)
    caption = say("Line: expected. Area: from all figures at their low end to all at their high end.")
    if estimates.is_range(end["low"], end["high"]):
        title += say(", and is worth {net} after {n} months", net=net, n=months)
    else:
        caption = say("No range was given: the line shows the client's single figures and is not a promise.")
    description = say("Benefit less cost, added up month by month: {net} at the end.", net=net)
    counted = {"months": months, "low": end["low"], "high": end["high"]}
    counted |= {} if pd.isna(paid) else {"paid": paid}
    return finished(chart, "benefits", title, description, caption, **counted)


def straight_through(paths: pd.DataFrame) -> Chart | Exhibit:
    """Return the way from today's straight-through rate to its target, a line per workflow."""
    if paths.empty:
        return note("No straight-through target is set", "A target and its date are needed.")
    rows = paths.assign(day=paths["date"].dt.strftime("%Y-%m-%d"))[["workflow", "day", "stp", "is_target"]]
    rate = quantity("stp", say("Straight-through rate"), scale={"domain": [0, 1]}, axis={"format": ".0%"})
    ends = mark("verdict", rate, only="datum.is_target")
    look = forms.colours("workflow")
    chart = forms.plot(rows, forms.MONTHS, mark("line", rate), ends, look=look, width=560, height=110)
    spans = paths.groupby("workflow", sort=False)["stp"].agg(["first", "last"])
    widest = (spans["last"] - spans["first"]).idxmax()
    way = spans.loc[widest, "last"] - spans.loc[widest, "first"]
    said = {"workflow": widest, "way": wording.distance(way, "share")}
    title = say("{workflow} is furthest from its straight-through target: {way}", **said)
    facts = [
        say(
            "{workflow}: {now} today, {target} at the target.",
            workflow=workflow,
            now=wording.percent(row["first"], 0),
            target=wording.percent(row["last"], 0),
        )
        for workflow, row in spans.iterrows()
    ]
    caption = say("Dot: the target on its date.")
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


def maps(arrows: DataFrame[quality_tables.Arrows]) -> Chart | Exhibit:
    """Return the maps that the client describes, where no log shows any: with a log they are in process quality."""
    return nothing() if (arrows["map"] == "logged").any() else process_quality.maps(arrows)
