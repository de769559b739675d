"""What the report on governance draws: the risk-control matrix, separations in the log, the five parts."""

from __future__ import annotations

import textwrap
from typing import Any

import altair as alt
import pandas as pd

from engineroom.dictionary import governance_tables, operating_tables, operations, oversight
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import theme, wording
from engineroom.pages.blocks import Exhibit, nothing
from engineroom.pages.charts import Chart, finished
from engineroom.phrases import say, say_number

MOST_RISKS = 16
MOST_RULES = 10
LINE, STEP = 36, 29
"""Characters of a line and height of a row on an axis of names; a name has two lines, the table beside it the rest."""

KINDS = oversight.CONTROLS
COVERS = {cover: label for cover, (label, _) in governance_tables.COVERS.items()}
COVER_TONES = {cover: tone for cover, (_, tone) in governance_tables.COVERS.items()}


def matrix(
    found: DataFrame[governance_tables.Matrix], coverage: DataFrame[governance_tables.Coverage]
) -> Chart | Exhibit:
    """Return risks against kinds of control: a full circle prevents, an empty square detects, a red row has nothing."""
    if coverage.empty:
        return nothing()
    shown = coverage.head(MOST_RISKS)
    names = dict(zip(shown["risk"], _axis_names(list(shown["risk"])), strict=True))
    kinds = [say(KINDS[kind]) for kind in oversight.CONTROLS]
    rows = found[found["risk"].isin(shown["risk"])]
    dots = pd.DataFrame(
        {
            "risk": rows["risk"].map(names),
            "kind": rows["kind"].map(lambda kind: say(KINDS[kind])),
            "nature": rows["nature"],
        }
    )
    lanes = pd.DataFrame(
        {
            "risk": list(names.values()),
            "cover": [f"{theme.MARKS[COVER_TONES[cover]]} {say(COVERS[cover])}" for cover in shown["cover"]],
            "colour": [theme.TONES[COVER_TONES[cover]] for cover in shown["cover"]],
            "is_bare": shown["cover"].eq("uncovered").tolist(),
        }
    )
    down = alt.Y("risk:N", sort=list(names.values()), title=None, axis=_wrapped(alt.Axis(grid=True, zindex=0)))
    top = alt.Axis(orient="top", labelAngle=-30, labelAlign="left", labelOverlap=False)
    across = alt.X("kind:N", title=None, scale=alt.Scale(domain=kinds), axis=top)
    beside = alt.XOffset("nature:N", scale=alt.Scale(domain=list(oversight.NATURES)))
    bare = alt.Chart(lanes).transform_filter("datum.is_bare").mark_rect(color=theme.FILLS["bad"], opacity=0.14)
    base = alt.Chart(dots).encode(x=across, xOffset=beside, y=down)
    before = base.transform_filter("datum.nature == 'preventive'").mark_point(
        shape="circle", filled=True, color=theme.ACCENT, size=95, opacity=1
    )
    after = base.transform_filter("datum.nature == 'detective'").mark_point(
        shape="square", fill=theme.PAPER, stroke=theme.ACCENT, strokeWidth=1.8, size=75, opacity=1
    )
    beyond = alt.Chart(lanes).encode(y=down)
    said = beyond.mark_text(align="left").encode(
        x=alt.value(412), text="cover:N", color=alt.Color("colour:N", scale=None)
    )
    layers = alt.layer(bare.encode(y=down), before, after, said)
    number, whole = int((coverage["cover"] == "uncovered").sum()), len(coverage)
    title = say_number(number, "{n} of {all} risks has no control", "{n} of {all} risks have no control", all=whole)
    caption = say("Full circle: a control before the harm. Empty square: a control after it. Red row: none.")
    if whole > MOST_RISKS:
        caption += " " + say("The first {n} of {all} risks, the least covered first.", n=MOST_RISKS, all=whole)
    facts = [f"{row['risk']}: {say(COVERS[row['cover']])}." for row in shown.to_dict("records")]
    chart = layers.properties(width=400, height=alt.Step(STEP))
    description = say("Risks against kinds of control.")
    return finished(chart, "risk-control-matrix", title, description, caption, facts, n=number, all=whole)


def separations(found: DataFrame[governance_tables.Conflicts]) -> Chart | Exhibit:
    """Return the share of cases in which one person did both activities of a rule, with its interval."""
    judged = found[found["judged"] > 0].head(MOST_RULES)
    if judged.empty:
        return nothing()
    pairs = [f"{row['first']} + {row['second']}" for row in judged.to_dict("records")]
    rows = judged.assign(
        label=_axis_names(pairs),
        said=[_cases(row) for row in judged.to_dict("records")],
        colour=[theme.TONES["bad" if verdict == "broken" else "good"] for verdict in judged["verdict"]],
        shape=[theme.SHAPES["bad" if verdict == "broken" else "good"] for verdict in judged["verdict"]],
    )[["label", "share", "low", "high", "said", "colour", "shape"]]
    top = min(1.0, max(0.05, float(rows["high"].max()) * 1.08))
    scale = alt.Scale(domain=[0, top], nice=False)
    base = alt.Chart(rows).encode(y=alt.Y("label:N", sort=list(rows["label"]), title=None, axis=_wrapped(alt.Axis())))
    axis = alt.X(
        "low:Q", scale=scale, title=say("Cases in which one person did both"), axis=alt.Axis(format="%", tickCount=5)
    )
    interval = base.mark_rule(strokeWidth=7, color=theme.ACCENT_SOFT).encode(x=axis, x2="high:Q")
    value = base.mark_point(filled=True, size=90, opacity=1).encode(
        x="share:Q", color=alt.Color("colour:N", scale=None), shape=alt.Shape("shape:N", scale=None)
    )
    said = base.mark_text(align="left").encode(x=alt.value(292), text="said:N")
    broken = int((found["verdict"] == "broken").sum())
    every = int((found["verdict"] != "not judged").sum())
    title = say_number(
        broken,
        "{n} of {all} rules of separation is broken in the log",
        "{n} of {all} rules of separation are broken in the log",
        all=every,
    )
    facts = [f"{pair}: {_cases(row)}." for pair, row in zip(pairs, judged.to_dict("records"), strict=True)]
    caption = say("Bar: 95% interval. Only cases in which a named person did each of the two.")
    if every > MOST_RULES:
        caption += " " + say("The first {n} of {all} rules.", n=MOST_RULES, all=every)
    chart = alt.layer(interval, value, said).properties(width=280, height=alt.Step(STEP))
    return finished(chart, "separations", title, say("Separation of duties."), caption, facts, n=broken, all=every)


def parts(found: DataFrame[operating_tables.Profile]) -> Chart | Exhibit:
    """Return the level of each part of governance as a dot on its scale: what is shown, and hollow what is claimed."""
    told = found[found["level"].notna() | found["claimed"].notna()]
    if told.empty:
        return nothing()
    order = [wording.capital(say(part)) for part in found["part"]]
    levels = pd.DataFrame({"part": order, "shown": found["level"].tolist(), "claimed": found["claimed"].tolist()})
    said = pd.DataFrame(
        {
            "part": order,
            "said": [
                say("not shown") if pd.isna(level) else say("level {n}", n=f"{level:.0f}") for level in found["level"]
            ],
        }
    )
    down = alt.Y("part:N", sort=order, title=None, scale=alt.Scale(domain=order), axis=alt.Axis(grid=True))
    scale, axis = alt.Scale(domain=[0, operations.LEVELS], nice=False), alt.Axis(values=list(range(5)), format="d")

    def across(column: str) -> alt.X:
        return alt.X(f"{column}:Q", scale=scale, title=say("Level of its anchor"), axis=axis)

    base = alt.Chart(levels).encode(y=down)
    dots = base.transform_filter("isValid(datum.shown)").mark_point(
        filled=True, color=theme.ACCENT, size=110, opacity=1
    )
    hollow = base.transform_filter("isValid(datum.claimed)").mark_point(
        shape="diamond", fill=theme.PAPER, stroke=theme.ACCENT, strokeWidth=1.8, size=110, opacity=1
    )
    words = alt.Chart(said).mark_text(align="left").encode(y=down, x=alt.value(318), text="said:N")
    number = int((found["level"] >= 3).sum())
    title = say_number(
        number,
        "{n} of {all} parts of governance is shown at level 3 or above",
        "{n} of {all} parts of governance are shown at level 3 or above",
        all=len(found),
    )
    facts = [f"{row['part']}: {row['said']}." for row in said.to_dict("records")]
    caption = say(
        "Levels 0 to 4 of anchored questions. Circle: shown by evidence. Empty diamond: claimed, does not count."
    )
    chart = alt.layer(hollow.encode(x=across("claimed")), dots.encode(x=across("shown")), words).properties(
        width=300, height=alt.Step(27)
    )
    counted = {"n": number, "all": len(found), "shown": 3}
    return finished(chart, "governance-parts", title, say("Parts of governance."), caption, facts, **counted)


def _cases(row: dict[str, Any]) -> str:
    return say("{same} of {judged} cases", same=wording.count(row["same"]), judged=wording.count(row["judged"]))


def _axis_names(names: list[str]) -> list[str]:
    """Return names in lines that fit an axis, each still different from the others."""
    wrapped = [textwrap.wrap(" ".join(name.split()), LINE, break_long_words=True) or [name] for name in names]
    short = ["\n".join(lines if len(lines) < 3 else [lines[0], f"{lines[1][: LINE - 1]}…"]) for lines in wrapped]
    return [one if short.index(one) == place else f"{one} ({place + 1})" for place, one in enumerate(short)]


def _wrapped(axis: alt.Axis) -> alt.Axis:
    """Return an axis whose labels break where `_axis_names` says."""
    axis["labelExpr"], axis["labelLimit"], axis["labelOverlap"] = "split(datum.label, '\\n')", 300, False
    return axis
