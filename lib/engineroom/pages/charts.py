"""What a report draws: a result table in, an altair chart with title, description and name out.

Positions carry the figures; a verdict is said by shape and colour together, and its words stand beside the mark. Panels
that show the same unit share one scale.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import altair as alt
import pandas as pd

from engineroom.dictionary import results
from engineroom.dictionary.columns import DataFrame
from engineroom.findings.rows import figures
from engineroom.pages import theme, wording
from engineroom.pages.blocks import Exhibit, nothing
from engineroom.phrases import say, say_number
from engineroom.readers.tables import Tables

Chart = Any  # altair's chart classes share no public base that keeps `.properties`

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
LABEL_ROOM = 210
MARKS = "Mark: measured value; its shape and colour give the verdict. Bar: 95% interval. Upright line: benchmark."


def gap_dumbbell(gaps: DataFrame[results.Gaps], tables: Tables) -> Chart | Exhibit:
    """Return a dumbbell per KPI of the whole engagement: value with its interval, benchmark, and the way between.

    One panel per unit; within a panel all KPIs share the axis.
    """
    rows = _prepared(gaps[gaps["workflow"] == ""], tables)
    rows["label"] = rows["name"].map(say)
    return _dumbbells(rows, tables, "gap-dumbbell", _dumbbell_title(rows))


def workflow_gaps(gaps: DataFrame[results.Gaps], tables: Tables) -> Chart | Exhibit:
    """Return small multiples: a panel per KPI, a row per workflow, with the benchmark where the KPI has one.

    KPIs of one unit and one direction share a scale, so that panels can be compared by eye.
    """
    rows = _prepared(gaps[gaps["workflow"] != ""], tables)
    if rows.empty:
        return nothing()
    rows["label"] = rows["workflow"]
    several = rows[rows.groupby("name")["workflow"].transform("nunique") > 1]  # one row alone is no comparison
    shown = (several if len(several) else rows).assign(rank=range(len(several) or len(rows)))
    panels = [
        _panel(
            group.nsmallest(MOST_ROWS, "rank"),
            tables,
            title=say(str(name)),
            width=170 if shown["name"].nunique() > 1 else 400,
            comparable=shown[
                (shown["unit"] == group["unit"].iloc[0]) & (shown["direction"] == group["direction"].iloc[0])
            ],
        )
        for name, group in shown.groupby("name", sort=False)
    ]
    chart = alt.concat(*panels, columns=2, spacing={"row": 28, "column": 60}).resolve_scale(x="independent")
    facts = [_sentence(row, tables) for row in shown.to_dict("records")]
    title, counted = _workflow_title(rows)
    description = say("Small multiples, one panel per KPI and one row per workflow.")
    return finished(chart, "workflow-gaps", title, description, say(MARKS), facts, **counted)


def tier_bands(tiers: DataFrame[results.Tiers], tables: Tables, scale: str) -> Chart | Exhibit:
    """Return the bands of a scale with each measure and its interval on them."""
    mine = tiers[tiers["scale"] == scale]
    if mine.empty:
        return nothing()
    bands = tables.benchmarks[tables.benchmarks["scale"] == scale]
    kpis = list(mine["name"].drop_duplicates())
    panels = []
    for name in kpis:
        rows = mine[mine["name"] == name]
        definitions = tables.definitions[tables.definitions["name"] == name]["definition"]
        head, width = (say(name), 190) if len(kpis) > 1 else ("", 420)
        panels.append(_bands(rows, bands[bands["definition"].isin(definitions)], head, width))
    straddling = int(mine["straddles"].sum())
    whole = mine[mine["workflow"] == ""]
    first = (whole if len(whole) else mine).iloc[0]
    value = wording.figure(first)
    title = say("{kpi} is {tier} at {value}", kpi=say(first["name"]), tier=_on_scale(first), value=value)
    if straddling:
        title += say_number(straddling, "; {n} interval straddles an edge", "; {n} intervals straddle an edge")
    facts = [f"{wording.subject(row)}: {wording.figure(row)}, {_on_scale(row)}." for row in mine.to_dict("records")]
    chart = panels[0] if len(panels) == 1 else alt.concat(*panels, columns=2, spacing={"row": 28, "column": 60})
    caption = say("Dot: measured value. Bar: 95% interval. Shaded: the bands of the scale.")
    return finished(
        chart, f"tiers-{scale.replace('_', '-')}", title, say("Bands of a published scale."), caption, facts,
        value=first["value"], straddling=straddling,
    )  # fmt: skip


def worth_ranges(worths: DataFrame[results.Worths], tables: Tables) -> Chart | Exhibit:
    """Return what closing each gap is worth a year, as a range; those outside the total are drawn hollow."""
    currency = tables.engagement.header.currency
    if worths.empty:
        return nothing()
    rows = worths.head(MOST_ROWS).copy()
    rows["label"] = rows["workflow"] + " · " + rows["name"].map(say)
    counted = [say("in the total"), say("same failure, not added")]
    rows["counted"] = rows["is_counted"].map({True: counted[0], False: counted[1]})
    rows["said"] = [
        say(
            "{low} to {high}",
            low=wording.amount(r["worth_low"], currency),
            high=wording.amount(r["worth_high"], currency),
        )
        for r in rows.to_dict("records")
    ]
    base = by_name(rows[["label", "worth_low", "worth", "worth_high", "counted", "said"]], room=300)
    scale = alt.Color("counted:N", title=None, scale=alt.Scale(domain=counted, range=[theme.ACCENT, theme.ACCENT_SOFT]))
    bars = base.mark_bar(height=12).encode(
        x=alt.X("worth_low:Q", title=say("{currency} a year", currency=currency), axis=alt.Axis(format="~s")),
        x2=alt.X2("worth_high:Q"),
        color=scale,
    )
    # channels are spelt out, here and below: to look up what a text such as "worth:Q" means takes altair 3 ms each time
    ticks = base.mark_tick(thickness=2, size=20, color=theme.INK).encode(x=alt.X("worth:Q"))
    said = base.mark_text(align="left", dx=8).encode(x=alt.X("worth_high:Q"), text=alt.Text("said:N"))
    top = worths[worths["is_counted"]].iloc[0]
    low, high = (wording.amount(top[end], currency) for end in ("worth_low", "worth_high"))
    parts = {"workflow": top["workflow"], "low": low, "high": high}
    title = say("{workflow} holds the largest worth: {low} to {high} a year", **parts)
    facts = [f"{row['label']}: {row['said']}, {row['counted']}." for row in rows.to_dict("records")]
    chart = alt.layer(bars, ticks, said).properties(width=340, height=alt.Step(ROW))
    return finished(
        chart,
        "worth",
        title,
        say("Range of annual worth per gap."),
        say("Bar: range. Tick: at the measured gap and stated unit cost."),
        facts,
        low=top["worth_low"],
        high=top["worth_high"],
    )


def by_name(rows: pd.DataFrame, column: str = "label", room: int = LABEL_ROOM) -> Chart:
    """Return a chart of rows below each other in the order they have, with their names on the axis."""
    return alt.Chart(rows).encode(
        y=alt.Y(f"{column}:N", sort=list(rows[column]), title=None, axis=alt.Axis(labelLimit=room))
    )


def finished(
    chart: Chart, name: str, title: str, description: str, caption: str, facts: Iterable[str] = (), **counted: Any
) -> Chart:
    """Return a chart with its name, title and caption; description and facts tell it to those who cannot see it.

    `counted` are the figures of the title that are not among those that are drawn.
    """
    return chart.properties(
        title=title,
        description=" ".join([description, *facts]),
        usermeta={"engineroom": {"name": name, "caption": caption, "figures": figures("", **counted)}},
    )


# ------------------------------------------------------------------------------------------------------------ the parts


def _prepared(gaps: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    currency = tables.engagement.header.currency
    rows = gaps[gaps["verdict"].isin(VERDICTS)].copy()
    rows["from"], rows["to"] = rows["low"].fillna(rows["value"]), rows["high"].fillna(rows["value"])
    rows["said"] = [f"{wording.figure(r, currency)} / {wording.line(r, currency)}" for r in rows.to_dict("records")]
    rows["verdict_said"] = rows["verdict"].map(wording.label)
    return rows


def _dumbbells(rows: pd.DataFrame, tables: Tables, name: str, title: str) -> Chart | Exhibit:
    if rows.empty:
        return nothing()
    panels = [
        _panel(group, tables, title="", width=300, comparable=group)
        for _, group in rows.groupby(
            rows["unit"].map({unit: place for place, unit in enumerate(UNIT_TITLES)}), sort=True
        )
    ]
    facts = [_sentence(row, tables) for row in rows.to_dict("records")]
    chart = panels[0] if len(panels) == 1 else alt.vconcat(*panels, spacing=22)
    return finished(
        chart,
        name,
        title,
        say("Value, interval and benchmark of the whole engagement."),
        f"{say(MARKS)} {say('Beside it, where there is room: value / benchmark.')}",
        facts,
        more=int((rows["verdict"] == "misses").sum()) - 3,
    )


def _panel(rows: pd.DataFrame, tables: Tables, title: str, width: int, comparable: pd.DataFrame) -> Chart:
    unit, order = rows["unit"].iloc[0], list(rows["label"])
    axis, x_title = _axis(unit), say(UNIT_TITLES[unit], currency=tables.engagement.header.currency)
    rows = rows[["label", "value", "from", "to", "benchmark_value", "verdict_said", "said"]]
    base = alt.Chart(rows).encode(
        y=alt.Y("label:N", sort=order, title=None, scale=alt.Scale(domain=order), axis=alt.Axis(labelLimit=LABEL_ROOM))
    )
    x = alt.X("value:Q", title=x_title, axis=axis, scale=_domain(comparable, unit))
    labels, tones = [wording.label(v) for v in VERDICTS], [wording.TONES[v] for v in VERDICTS]
    colour = alt.Color(
        "verdict_said:N", title=None, scale=alt.Scale(domain=labels, range=[theme.TONES[t] for t in tones])
    )
    shape = alt.Shape(
        "verdict_said:N", title=None, scale=alt.Scale(domain=labels, range=[theme.SHAPES[t] for t in tones])
    )
    way = base.mark_rule(strokeDash=[2, 3], color=theme.MUTED).encode(x=x, x2=alt.X2("benchmark_value:Q"))
    interval = base.mark_rule(strokeWidth=7, color=theme.ACCENT_SOFT).encode(x=alt.X("from:Q"), x2=alt.X2("to:Q"))
    benchmark = base.mark_tick(thickness=2.5, size=20, color=theme.INK).encode(x=alt.X("benchmark_value:Q"))
    value = base.mark_point(filled=True, size=95, opacity=1).encode(x=x, color=colour, shape=shape)
    layers = [way, interval, benchmark, value]
    if not title:  # small multiples leave the figures to the table below them
        layers.append(base.mark_text(align="left").encode(x=alt.value(width + 12), text=alt.Text("said:N")))
    return alt.layer(*layers).properties(width=width, height=alt.Step(24 if title else ROW), title=title)


def _bands(rows: pd.DataFrame, bands: pd.DataFrame, title: str, width: int) -> Chart:
    unit = rows["unit"].iloc[0]
    shown = rows.assign(
        label=rows["workflow"].map(wording.whose),
        **{"from": rows["low"].fillna(rows["value"]), "to": rows["high"].fillna(rows["value"])},
    )
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
    names = list(areas["band"])
    fills = (
        [theme.FILLS["unknown"], theme.ACCENT_SOFT, theme.SOFT_GOOD, theme.FILLS["good"]]
        if len(names) > 2
        else [theme.FILLS["unknown"], theme.FILLS["good"]]
    )
    fills = fills if edges["label"].iloc[0] not in ("optimised", "best") else fills[::-1]
    axis = _axis(unit)
    domain = alt.Scale(domain=[floor, ceiling], nice=False)
    ground = (
        alt.Chart(areas)
        .mark_rect(opacity=0.38)
        .encode(
            x=alt.X("start:Q", scale=domain, axis=axis, title=say(UNIT_TITLES[unit])),
            x2=alt.X2("end:Q"),
            color=alt.Color("band:N", title=None, sort=names, scale=alt.Scale(domain=names, range=fills)),
        )
    )
    base = by_name(shown)
    interval = base.mark_rule(strokeWidth=6, color=theme.ACCENT).encode(
        x=alt.X("from:Q"), x2=alt.X2("to:Q"), opacity=alt.value(0.45)
    )
    value = base.mark_point(filled=True, size=80, color=theme.ACCENT, opacity=1).encode(x=alt.X("value:Q"))
    return alt.layer(ground, interval, value).properties(width=width, height=alt.Step(30), title=title)


def _axis(unit: str) -> alt.Axis:
    return alt.Axis(format="%", tickCount=4) if unit == "share" else alt.Axis()


def _domain(rows: pd.DataFrame, unit: str) -> alt.Scale:
    """Return a scale that holds every mark: shares end at 100%, and no two panels of shares start far apart."""
    values = pd.concat([rows["from"], rows["to"], rows["benchmark_value"]]).dropna()
    low, high = float(values.min()), float(values.max())
    if unit == "share":
        return alt.Scale(
            domain=[math.floor(low * 10) / 10 if low > 0.3 else 0.0, 1.0 if high > 0.5 else math.ceil(high * 10) / 10],
            nice=False,
        )
    return alt.Scale(domain=[0.0, high * 1.05 if high > 0 else 1.0], nice=True)


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
    missed = rows.loc[rows["verdict"] == "misses", "workflow"].value_counts()
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


def _sentence(row: dict[str, Any], tables: Tables) -> str:
    currency = tables.engagement.header.currency
    value, line = wording.figure(row, currency), wording.line(row, currency)
    verdict = wording.label(row["verdict"]).lower()
    return say(
        "{subject}: {value}, benchmark {line}, {verdict}.",
        subject=wording.subject(row), value=value, line=line, verdict=verdict,
    )  # fmt: skip


def _on_scale(row: Any) -> str:
    if row["straddles"]:
        return say("between {low} and {high}", low=say(row["tier_low"]), high=say(row["tier_high"]))
    return say("between the bands") if row["tier"] == "between" else say(str(row["tier"]))
