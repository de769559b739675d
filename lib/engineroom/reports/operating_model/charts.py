"""What the report on the operating model draws: departments, levels, load, moves, backlogs, utilisation, misuse."""

from __future__ import annotations

import math
import textwrap
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from engineroom.dictionary import operating_tables, operations
from engineroom.dictionary.columns import DataFrame
from engineroom.organisation import capacity
from engineroom.pages import answers, forms, theme, wording
from engineroom.pages.blocks import Exhibit, nothing
from engineroom.pages.forms import Chart, cut, facts, finished, mark, own, quantity, text
from engineroom.pages.wording import effort as hours
from engineroom.phrases import say, say_number
from engineroom.readers.tables import Tables
from engineroom.reports.operating_model import facts as operating_model
from engineroom.reports.operating_model.tables import staffing

MOST_PANELS = 6
MOST_ROWS = 10
WRAP, BREAK = 60, "¦"
"""Letters in a line of words beside a dot, and what parts the lines: drawings keep no line breaks."""
FEWEST_WEEKS = 3
HEAT = {"all of them": "good", "some of them": "caution", "none of them": "bad", "not looked at": "unknown"}


def _cell(number: float, total: float) -> dict[str, str]:
    heat = {total: "all of them", 0: "none of them"}.get(number, "some of them") if total else "not looked at"
    return {"heat": say(heat), "said": f"{number:.0f}/{total:.0f}" if total else wording.BLANK}


def profile(found: DataFrame[operating_tables.Profile], name: str) -> Chart | Exhibit:
    """Return the level of each part as a dot on its anchored scale, with the range, the claims and what is observed."""
    shown = found[found["level"].notna() | found["claimed"].notna()]
    if shown.empty:
        return nothing()
    rows = shown.assign(
        label=[wording.capital(say(part)) for part in shown["part"]],
        said=[BREAK.join(textwrap.wrap(_observed(row), WRAP)) for row in shown.to_dict("records")],
    )[["label", "level", "lowest", "highest", "claimed", "said"]]
    top = float(operations.LEVELS)
    level = quantity(
        "level", say("Level, 0 to 4"), ends=[-0.2, top + 0.2], axis={"values": [0, 1, 2, 3, 4], "format": "d"}
    )
    chart = forms.rows(
        rows, mark("span", "lowest", "highest"), mark("dot", level, size=110),
        mark("dot", "claimed", filled=False, color=theme.MUTED),
        text(190, baseline="middle", lineBreak=BREAK, lineHeight=13, fontSize=10.5),
        room=150, width=170, step=44,
    )  # fmt: skip
    levels = found["level"].dropna()
    title = say("No part has a level with evidence")
    low = int((levels <= 1).sum())
    if len(levels):
        title = say_number(
            low,
            "{n} of {all} parts is at the lowest levels, 0 or 1",
            "{n} of {all} parts are at the lowest levels, 0 or 1",
            n=low,
            all=len(found),
        )
    lines = [f"{row['label']}: {row['said'].replace(BREAK, ' ')}" for row in rows.to_dict("records")]
    caption = say("Dot: level with evidence. Bar: lowest to highest answer. Hollow: claimed without evidence.")
    counted = {"n": low, "all": len(found), "least": 0, "traditional": 1}
    return finished(chart, name, title, say("Levels of maturity."), caption, lines, **counted)


def load(found: DataFrame[operating_tables.Load], needs: DataFrame[operating_tables.Needs]) -> Chart | Exhibit:
    """Return demand against capacity by week, a panel per skill, those that lack most first."""
    if found.empty or found["week"].nunique() < FEWEST_WEEKS:
        return nothing()
    panels = [_panel(found[found["skill"] == skill], str(skill)) for skill in needs["skill"].head(MOST_PANELS)]
    short, counted = needs[needs["gap_fte"] > 0], {}
    title = say("Every skill has enough people in every week")
    if len(short):
        worst = short.sort_values(["short_weeks", "skill"], ascending=[False, True], kind="stable").iloc[0]
        counted = {"n": worst["short_weeks"], "all": worst["weeks"]}
        weeks = {name: wording.count(number) for name, number in counted.items()}
        title = say("{skill} is short in {n} of {all} weeks", skill=worst["skill"], **weeks)
    caption = say("Line: hours of work coming in each week. Dashed: hours available. Red: shortfall.")
    caption += cut("Shown: the {n} of {all} skills with the largest shortfall.", MOST_PANELS, len(needs))
    lines = [
        say("{skill}: {n} of {all} weeks short.", skill=row["skill"], n=row["short_weeks"], all=row["weeks"])
        for row in needs.astype({"short_weeks": int, "weeks": int}).to_dict("records")
    ]
    description = say("Hours coming in and hours available.")
    return finished(forms.panels(panels), "load", title, description, caption, lines, **counted)


def moves(needs: DataFrame[operating_tables.Needs]) -> Chart | Exhibit:
    """Return what each skill lacks in its worst week, and how much of that moving trained people closes."""
    short = needs[needs["gap_fte"] > 0].head(MOST_ROWS)
    if short.empty:
        return nothing()
    parts, most = [say("closed by moving trained people"), say("remaining")], capacity.most_people(needs)
    unit = capacity.WEEK if capacity.is_small(most) else 1.0
    axis = say("Hours a week") if capacity.is_small(most) else say("Full-time people")
    people = np.column_stack([short["closed_fte"], short["gap_fte"] - short["closed_fte"]]).ravel() * unit
    stands = {"skill": short["skill"].repeat(2), "part": parts * len(short), "rank": [0, 1] * len(short)}
    rows = pd.DataFrame(stands | {"people": people})
    ends = short.assign(people=short["gap_fte"] * unit, said=[staffing(one, most) for one in short["gap_fte"]])
    look = forms.colours("part", dict(zip(parts, (theme.FILLS["good"], theme.FILLS["bad"]), strict=True)), sort=parts)
    bars = mark("bar", quantity("people", axis, stack="zero"), look=look | {"order": alt.Order("rank:Q")})
    names = forms.names(ends["skill"], 0, title=alt.Undefined)
    beside = own(ends[["skill", "people", "said"]], text("people", dx=6), y=names)
    chart = forms.rows(rows, bars, beside, label="skill", room=260, width=380, step=26)
    worst = operating_model.shortage(needs)
    title = answers.sentence(worst).rstrip(".")
    lines = [
        say(
            "{skill}: {gap} short, {closed} of it closed.",
            skill=r["skill"],
            gap=staffing(r["gap_fte"], most),
            closed=staffing(r["closed_fte"], most),
        )
        for r in short.to_dict("records")
    ]
    caption = say(
        "Each skill in its own worst week. Do not add the bars up: one person can help in only one skill at a time."
    )
    description = say("Shortfall by skill, and the part that moving people closes.")
    return finished(chart, "moves", title, description, caption, lines, gap=worst["gap"], closed=worst["closed"])


def backlogs(found: DataFrame[operating_tables.Load]) -> Chart | Exhibit:
    """Return the backlog of each skill week by week: with everybody in place, and with people moved."""
    most = found.groupby("skill")["backlog_hours"].max()
    most = most[most > 0].sort_values(ascending=False, kind="stable")
    if most.empty or found["week"].nunique() < FEWEST_WEEKS:
        return nothing()
    names = {"backlog_hours": say("without moves"), "moved_backlog_hours": say("with people moved")}
    plans = list(names.values())
    look = forms.colours("plan", dict(zip(plans, (theme.TONES["bad"], theme.ACCENT), strict=True)), legend=None)
    dashes = alt.Scale(domain=plans, range=[[1, 0], [4, 3]])
    look |= {"strokeDash": alt.StrokeDash("plan:N", legend=None, scale=dashes)}
    waiting = quantity("hours", None, axis={"tickCount": 3, "format": ",~r"}, scale={"domainMin": 0})
    width = 270 if len(most) > 1 else 540
    panels = []
    for skill in most.index[:MOST_PANELS]:
        rows = found[found["skill"] == skill].assign(day=lambda one: one["week"].dt.strftime("%Y-%m-%d"))
        rows = rows.rename(columns=names).melt("day", plans, "plan", "hours")
        line = mark("line", waiting, look=look, interpolate="step-after", strokeWidth=1.8)
        panels.append(forms.plot(rows, forms.FEW_MONTHS, line, width=width, height=74, title=str(skill)))
    last = found[found["week"] == found["week"].max()].set_index("skill")["backlog_hours"]
    worst = str(last.idxmax())
    title = say("{skill} has the largest backlog at the end: {n} hours", skill=worst, n=hours(float(last[worst])))
    if not last.max() > 0:
        title = say("No skill has hours waiting at the end")
    caption = say(
        "Hours of work waiting at the end of each week. Red: without moves. Dashed: with people moved. Scales differ."
    )
    caption += cut("Shown: the {n} largest of {all} queues.", MOST_PANELS, len(most))
    lines, chart = [f"{skill}: {hours(float(last[skill]))}." for skill in most.index], forms.panels(panels)
    return finished(chart, "backlogs", title, say("Backlogs by week."), caption, lines, hours=float(last[worst]))


def utilisation(found: DataFrame[operating_tables.Utilisation], least: float, most: float) -> Chart | Exhibit:
    """Return the utilisation of each team on the band, the busiest first."""
    if found.empty:
        return nothing()
    rows = found.head(MOST_ROWS)[["team", "utilisation", "band"]]
    rows = rows.assign(
        said=[wording.percent(one, 0) for one in rows["utilisation"]],
        band=[say(operating_tables.BANDS[one][0]) for one in rows["band"]],
    )
    floor = max(0.0, math.floor(min(rows["utilisation"].min(), least) * 10 - 0.5) / 10)
    band, ends = pd.DataFrame({"from": [least], "to": [most]}), [floor, 1.0]
    x = quantity("from", say("Utilisation"), ends=ends, axis={"format": "%", "tickCount": 5})
    tones = {say(label): tone for label, tone in operating_tables.BANDS.values()}
    chart = forms.rows(
        rows, own(band, mark("rect", x, "to", color=theme.FILLS["good"], opacity=0.3)),
        mark("verdict", quantity("utilisation", ends=ends), look=forms.tones("band", tones, legend=None), size=100),
        text(392), label="team", room=260, width=380, step=27,
    )  # fmt: skip
    busiest = found.iloc[0]
    title = say("The busiest team is {team}, at {share}", team=busiest["team"], share=rows["said"].iloc[0])
    caption = say("Shaded: the target band. Above it, queues grow fast; below it, paid time is lost.")
    caption += cut("Shown: the {n} busiest of {all} teams.", MOST_ROWS, len(found))
    lines, share = facts(rows, "team"), busiest["utilisation"]
    return finished(chart, "utilisation", title, say("Utilisation by team."), caption, lines, share=share)


def misuse(found: DataFrame[operating_tables.Misuse], tables: Tables) -> Chart | Exhibit:
    """Return what work above its grade costs a year, by activity."""
    priced = found[found["annual_cost"] > 0]
    if len(priced) < 2:
        return nothing()
    currency = tables.engagement.header.currency
    rows = priced.head(MOST_ROWS)
    labels = [
        f"{row['workflow']} · {row['activity']}" if row["workflow"] else row["activity"]
        for row in rows.to_dict("records")
    ]
    costs = [wording.amount(cost, currency) for cost in rows["annual_cost"]]
    drawn = pd.DataFrame({"label": labels, "cost": rows["annual_cost"].to_numpy(), "said": costs})
    x = quantity("cost", say("{currency} a year", currency=currency), axis={"format": "~s"})
    chart = forms.rows(drawn, mark("bar", x), text("cost", dx=6), room=300, width=320, step=24)
    title = say("“{activity}” is the costliest work done by over-qualified staff", activity=priced["activity"].iloc[0])
    caption = say("Hours × difference in hourly pay × 52 weeks.")
    caption += cut("Shown: the {n} costliest of {all} activities.", MOST_ROWS, len(priced))
    return finished(chart, "misuse", title, say("Work done by over-qualified staff."), caption, facts(drawn))


def _observed(row: dict[str, Any]) -> str:
    if isinstance(row["anchor"], str):
        return say(row["anchor"])
    return say("claimed: level {n}, without evidence", n=wording.count(row["claimed"]))


def _panel(rows: pd.DataFrame, skill: str) -> Chart:
    data = rows.assign(
        day=rows["week"].dt.strftime("%Y-%m-%d"),
        over=rows["demand_hours"].where(rows["gap_hours"] > 0, rows["capacity_hours"]),
    )[["day", "demand_hours", "capacity_hours", "over"]]
    values = [rows["demand_hours"].min(), rows["demand_hours"].max(), rows["capacity_hours"].max()]
    floor = 0.0 if min(values) < 0.5 * max(values) else min(values) * 0.9
    ends = [floor, max(values) * 1.05 or 1.0]
    there = quantity("capacity_hours", None, ends=ends, axis={"tickCount": 3, "format": ",~r"})
    return forms.plot(
        data, forms.FEW_MONTHS,
        mark("area", there, "over", color=theme.FILLS["bad"], opacity=0.7, interpolate="step-after"),
        mark("line", quantity("demand_hours", ends=ends), interpolate="step-after", strokeWidth=1.5),
        mark("line", quantity("capacity_hours", ends=ends), color=theme.INK, strokeWidth=1.2, strokeDash=[4, 3]),
        width=270, height=74, title=skill,
    )  # fmt: skip
