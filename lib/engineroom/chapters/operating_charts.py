"""What the report on the operating model draws: departments, levels, load, moves, backlogs, utilisation, misuse."""

from __future__ import annotations

import math
import textwrap
from typing import Any

import altair as alt
import pandas as pd

from engineroom.chapters.operating_exhibits import staffing
from engineroom.dictionary import operating_tables, operations
from engineroom.dictionary.columns import DataFrame
from engineroom.findings import operating_model
from engineroom.organisation import capacity, functions
from engineroom.pages import answers, theme, wording
from engineroom.pages.blocks import Exhibit, nothing
from engineroom.pages.charts import Chart, finished
from engineroom.pages.wording import effort as hours
from engineroom.phrases import say, say_number
from engineroom.readers.tables import Tables

MOST_PANELS = 6
MOST_ROWS = 10
WRAP, BREAK = 60, "¦"
"""Letters in a line of words beside a dot, and what parts the lines: drawings keep no line breaks."""
FEWEST_WEEKS = 3
HEAT = {"all of them": "good", "some of them": "caution", "none of them": "bad", "not looked at": "unknown"}


def coverage(found: DataFrame[operating_tables.Coverage]) -> Chart | Exhibit:
    """Return a heat-map: which departments are in the assessment, and of their workflows how many are looked after."""
    if not found["number"].any():
        return nothing()
    heads = {
        "active": "In the assessment",
        "owned": "Owner",
        **{side: operating_tables.SIDES[side] for side in functions.SIDES},
    }
    rows: list[dict[str, Any]] = []
    for department, mine in found.groupby("department", sort=False):
        sums = mine[["owned", *functions.SIDES]].sum().to_dict()
        sums["active"] = float((mine["number"] > 0).sum())
        for key, head in heads.items():
            total = float(len(mine)) if key == "active" else float(mine["number"].sum())
            cell = _cell(sums[key], 0.0 if key == "active" and not sums[key] else total)
            rows.append({"department": wording.capital(say(str(department))), "what": say(head)} | cell)
    drawn = pd.DataFrame(rows)
    tones = [tone for tone in HEAT if (drawn["heat"] == say(tone)).any()]
    fills = alt.Scale(domain=[say(one) for one in tones], range=[theme.FILLS[HEAT[one]] for one in tones])
    order = list(drawn["department"].drop_duplicates())
    base = alt.Chart(drawn).encode(
        y=alt.Y("department:N", sort=order, title=None, axis=alt.Axis(labelLimit=200)),
        x=alt.X(
            "what:N",
            sort=[say(head) for head in heads.values()],
            title=None,
            axis=alt.Axis(orient="top", labelAngle=-35, labelLimit=120),
        ),
    )
    cells = base.mark_rect(stroke=theme.PAPER, strokeWidth=3, opacity=0.55).encode(
        color=alt.Color("heat:N", title=None, scale=fills, legend=alt.Legend(orient="bottom"))
    )
    words = base.mark_text(fontSize=10.5, color=theme.INK).encode(text="said:N")
    there = found[found["number"] > 0]
    counted = {"n": len(there), "all": len(found), "kept": int((found["state"] == "owned and measured").sum())}
    title = say("{n} of {all} activities are in the assessment, {kept} of them owned and measured", **counted)
    facts = [f"{row['department']}, {row['what']}: {row['said']}." for row in rows if row["said"] != wording.BLANK]
    chart = alt.layer(cells, words).properties(width=330, height=alt.Step(26))
    caption = say("First column: activities of the department. Others: workflows with an owner, or a KPI of that side.")
    return finished(chart, "coverage", title, say("Departments and activities."), caption, facts, **counted)


def _cell(number: float, total: float) -> dict[str, str]:
    heat = (
        "not looked at"
        if not total
        else "all of them"
        if number == total
        else "some of them"
        if number
        else "none of them"
    )
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
    base = alt.Chart(rows).encode(
        y=alt.Y("label:N", sort=list(rows["label"]), title=None, axis=alt.Axis(labelLimit=150))
    )
    x = alt.X(
        "level:Q",
        scale=alt.Scale(domain=[-0.2, top + 0.2], nice=False),
        title=say("Level, 0 to 4"),
        axis=alt.Axis(values=[0, 1, 2, 3, 4], format="d"),
    )
    span = base.mark_rule(strokeWidth=7, color=theme.ACCENT_SOFT).encode(x=alt.X("lowest:Q"), x2="highest:Q")
    dots = base.mark_point(filled=True, size=110, color=theme.ACCENT, opacity=1).encode(x=x)
    claims = base.mark_point(filled=False, size=90, color=theme.MUTED, opacity=1).encode(x="claimed:Q")
    words = base.mark_text(align="left", baseline="middle", lineBreak=BREAK, lineHeight=13, fontSize=10.5).encode(
        x=alt.value(190), text="said:N"
    )
    level = found["level"].dropna()
    title = say("No part has a level that can be shown: all of them are claims")
    low = int((level <= 1).sum())
    if len(level):
        title = say_number(
            low,
            "{n} of {all} facets stands at level 0 or 1",
            "{n} of {all} facets stand at level 0 or 1",
            n=low,
            all=len(found),
        )
    facts = [f"{row['label']}: {row['said'].replace(BREAK, ' ')}" for row in rows.to_dict("records")]
    chart = alt.layer(span, dots, claims, words).properties(width=170, height=alt.Step(44))
    caption = say("Dot: level that can be shown. Bar: lowest to highest. Hollow: claimed, without evidence.")
    counted = {"n": low, "all": len(found), "least": 0, "traditional": 1}
    return finished(chart, name, title, say("Levels of maturity."), caption, facts, **counted)


def load(found: DataFrame[operating_tables.Load], needs: DataFrame[operating_tables.Needs]) -> Chart | Exhibit:
    """Return demand against capacity by week, a panel per skill, those that lack most first."""
    if found.empty or found["week"].nunique() < FEWEST_WEEKS:
        return nothing()
    panels = [_panel(found[found["skill"] == skill], str(skill)) for skill in needs["skill"].head(MOST_PANELS)]
    short, counted = needs[needs["gap_fte"] > 0], {}
    title = say("Every week of every skill is covered by its own people")
    if len(short):
        worst = short.sort_values(["short_weeks", "skill"], ascending=[False, True], kind="stable").iloc[0]
        counted = {"n": worst["short_weeks"], "all": worst["weeks"]}
        weeks = {name: wording.count(number) for name, number in counted.items()}
        title = say("{skill} is short in {n} of {all} weeks", skill=worst["skill"], **weeks)
    caption = say("Line: hours that arrive in a week. Dashed: hours of the people in place. Red: what is missing.")
    if len(needs) > MOST_PANELS:
        caption += " " + say("The {n} that lack most of {all} skills.", n=MOST_PANELS, all=len(needs))
    facts = [
        say("{skill}: {n} of {all} weeks short.", skill=row["skill"], n=row["short_weeks"], all=row["weeks"])
        for row in needs.astype({"short_weeks": int, "weeks": int}).to_dict("records")
    ]
    chart = alt.concat(*panels, columns=2, spacing={"row": 18, "column": 40})
    description = say("Hours that arrive and hours there are.")
    return finished(chart, "load", title, description, caption, facts, **counted)


def moves(needs: DataFrame[operating_tables.Needs]) -> Chart | Exhibit:
    """Return what each skill lacks in its worst week, and how much of that moving trained people closes."""
    short = needs[needs["gap_fte"] > 0].head(MOST_ROWS)
    if short.empty:
        return nothing()
    parts, most = [say("closed by moving trained people"), say("left")], capacity.most_people(needs)
    unit = capacity.WEEK if capacity.is_small(most) else 1.0
    axis = say("Hours a week") if capacity.is_small(most) else say("Full-time people")
    rows = pd.DataFrame(
        [
            {"skill": row["skill"], "part": part, "rank": rank, "people": people * unit}
            for row in short.to_dict("records")
            for rank, (part, people) in enumerate(
                zip(parts, (row["closed_fte"], row["gap_fte"] - row["closed_fte"]), strict=True)
            )
        ]
    )
    colours = [theme.FILLS["good"], theme.FILLS["bad"]]
    base = alt.Chart(rows).encode(
        y=alt.Y("skill:N", sort=list(short["skill"]), title=None, axis=alt.Axis(labelLimit=260))
    )
    bars = base.mark_bar(height={"band": 0.6}).encode(
        x=alt.X("people:Q", title=axis, stack="zero"),
        color=alt.Color("part:N", title=None, sort=parts, scale=alt.Scale(domain=parts, range=colours)),
        order=alt.Order("rank:Q"),
    )
    ends = short.assign(people=short["gap_fte"] * unit, said=[staffing(one, most) for one in short["gap_fte"]])
    said = (
        alt.Chart(ends[["skill", "people", "said"]])
        .mark_text(align="left", dx=6)
        .encode(y=alt.Y("skill:N", sort=list(short["skill"])), x="people:Q", text="said:N")
    )
    worst = operating_model.shortage(needs)
    title = answers.sentence(worst).rstrip(".")
    facts = [
        say(
            "{skill}: lacks {gap}, {closed} closed.",
            skill=r["skill"],
            gap=staffing(r["gap_fte"], most),
            closed=staffing(r["closed_fte"], most),
        )
        for r in short.to_dict("records")
    ]
    chart = alt.layer(bars, said).properties(width=380, height=alt.Step(26))
    caption = say("Each skill in its own worst week; the bars are not added, for one person can help only one of them.")
    description = say("What is lacking and what moving closes.")
    return finished(chart, "moves", title, description, caption, facts, gap=worst["gap"], closed=worst["closed"])


def backlogs(found: DataFrame[operating_tables.Load]) -> Chart | Exhibit:
    """Return the backlog of each skill week by week: with everybody in place, and with people moved."""
    most = found.groupby("skill")["backlog_hours"].max()
    most = most[most > 0].sort_values(ascending=False, kind="stable")
    if most.empty or found["week"].nunique() < FEWEST_WEEKS:
        return nothing()
    names = {"backlog_hours": say("everybody in place"), "moved_backlog_hours": say("people moved")}
    panels = []
    for skill in most.index[:MOST_PANELS]:
        mine = found[found["skill"] == skill].assign(day=lambda one: one["week"].dt.strftime("%Y-%m-%d"))
        rows = mine.rename(columns=names).melt("day", list(names.values()), "plan", "hours")
        base = alt.Chart(rows).encode(
            x=alt.X("day:T", title=None, axis=alt.Axis(format="%b %Y", tickCount=4)),
            y=alt.Y("hours:Q", title=None, axis=alt.Axis(tickCount=3, format=",~r"), scale=alt.Scale(domainMin=0)),
        )
        lines = base.mark_line(interpolate="step-after", strokeWidth=1.8).encode(
            color=alt.Color(
                "plan:N",
                legend=None,
                scale=alt.Scale(domain=list(names.values()), range=[theme.TONES["bad"], theme.ACCENT]),
            ),
            strokeDash=alt.StrokeDash(
                "plan:N", legend=None, scale=alt.Scale(domain=list(names.values()), range=[[1, 0], [4, 3]])
            ),
        )
        panels.append(lines.properties(width=270 if len(most) > 1 else 540, height=74, title=str(skill)))
    last = found[found["week"] == found["week"].max()].set_index("skill")["backlog_hours"]
    worst = str(last.idxmax())
    title = say("{skill} holds the largest backlog at the end: {n} hours", skill=worst, n=hours(float(last[worst])))
    if not last.max() > 0:
        title = say("Every backlog is worked off at the end")
    caption = say("Hours that wait when a week ends. Red: everybody in place. Dashed: people moved. Scales differ.")
    if len(most) > MOST_PANELS:
        caption += " " + say("The {n} largest of {all} queues.", n=MOST_PANELS, all=len(most))
    facts = [f"{skill}: {hours(float(last[skill]))}." for skill in most.index]
    chart = alt.concat(*panels, columns=2, spacing={"row": 18, "column": 40})
    return finished(chart, "backlogs", title, say("Backlogs by week."), caption, facts, hours=float(last[worst]))


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
    scale = alt.Scale(domain=[floor, 1.0], nice=False)
    band = alt.Chart(pd.DataFrame({"from": [least], "to": [most]})).mark_rect(color=theme.FILLS["good"], opacity=0.3)
    band = band.encode(
        x=alt.X("from:Q", scale=scale, title=say("Utilisation"), axis=alt.Axis(format="%", tickCount=5)), x2="to:Q"
    )
    base = alt.Chart(rows).encode(y=alt.Y("team:N", sort=list(rows["team"]), title=None, axis=alt.Axis(labelLimit=260)))
    tones = {say(label): tone for label, tone in operating_tables.BANDS.values()}
    marks = base.mark_point(filled=True, size=100, opacity=1).encode(
        x=alt.X("utilisation:Q", scale=scale),
        color=alt.Color("band:N", legend=None, scale=_of(tones, theme.TONES)),
        shape=alt.Shape("band:N", legend=None, scale=_of(tones, theme.SHAPES)),
    )
    said = base.mark_text(align="left").encode(x=alt.value(392), text="said:N")
    busiest = found.iloc[0]
    title = say("The busiest team is {team}, at {share}", team=busiest["team"], share=rows["said"].iloc[0])
    caption = say("Shaded: the band. Above it queues grow fast, below it hours go where nobody looks.")
    if len(found) > MOST_ROWS:
        caption += " " + say("The {n} busiest of {all} teams.", n=MOST_ROWS, all=len(found))
    facts = [f"{row['team']}: {row['said']}." for row in rows.to_dict("records")]
    chart = alt.layer(band, marks, said).properties(width=380, height=alt.Step(27))
    share = busiest["utilisation"]
    return finished(chart, "utilisation", title, say("Utilisation by team."), caption, facts, share=share)


def misuse(found: DataFrame[operating_tables.Misuse], tables: Tables) -> Chart | Exhibit:
    """Return what work above its grade costs a year, by activity."""
    priced = found[found["annual_cost"] > 0]
    if len(priced) < 2:
        return nothing()
    currency = tables.engagement.header.currency
    rows = priced.head(MOST_ROWS)
    said = [wording.amount(one, currency) for one in rows["annual_cost"]]
    labels = [
        f"{row['workflow']} · {row['activity']}" if row["workflow"] else row["activity"]
        for row in rows.to_dict("records")
    ]
    drawn = pd.DataFrame({"label": labels, "cost": rows["annual_cost"].to_numpy(), "said": said})
    base = alt.Chart(drawn).encode(y=alt.Y("label:N", sort=labels, title=None, axis=alt.Axis(labelLimit=300)))
    bars = base.mark_bar(height={"band": 0.6}).encode(
        x=alt.X("cost:Q", title=say("{currency} a year", currency=currency), axis=alt.Axis(format="~s"))
    )
    words = base.mark_text(align="left", dx=6).encode(x="cost:Q", text="said:N")
    title = say("“{activity}” is the dearest work above its grade", activity=priced["activity"].iloc[0])
    facts = [f"{label}: {cost}." for label, cost in zip(labels, said, strict=True)]
    chart = alt.layer(bars, words).properties(width=320, height=alt.Step(24))
    caption = say("Hours × difference of rates × 52 weeks.")
    if len(priced) > MOST_ROWS:
        caption += " " + say("The {n} dearest of {all} activities.", n=MOST_ROWS, all=len(priced))
    return finished(chart, "misuse", title, say("Work above its grade."), caption, facts)


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
    scale = alt.Scale(domain=[floor, max(values) * 1.05 or 1.0], nice=False)
    base = alt.Chart(data).encode(x=alt.X("day:T", title=None, axis=alt.Axis(format="%b %Y", tickCount=4)))
    axis = alt.Axis(tickCount=3, format=",~r")
    lacks = base.mark_area(color=theme.FILLS["bad"], opacity=0.7, interpolate="step-after").encode(
        y=alt.Y("capacity_hours:Q", title=None, axis=axis, scale=scale), y2="over:Q"
    )
    came = base.mark_line(interpolate="step-after", strokeWidth=1.5).encode(y=alt.Y("demand_hours:Q", scale=scale))
    there = base.mark_line(color=theme.INK, strokeWidth=1.2, strokeDash=[4, 3]).encode(
        y=alt.Y("capacity_hours:Q", scale=scale)
    )
    return alt.layer(lacks, came, there).properties(width=270, height=74, title=skill)


def _of(tones: dict[str, str], looks: dict[str, str]) -> alt.Scale:
    return alt.Scale(domain=list(tones), range=[looks[tone] for tone in tones.values()])
