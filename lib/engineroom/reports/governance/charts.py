"""What the report on governance draws: the risk-control matrix, separations in the log, the five parts."""

from __future__ import annotations

import textwrap
from typing import Any

import altair as alt
import pandas as pd

from engineroom.dictionary import governance_tables, operating_tables, operations, oversight
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import forms, theme, wording
from engineroom.pages.blocks import Exhibit, nothing
from engineroom.pages.forms import Chart, cut, facts, finished, mark, own, quantity, text
from engineroom.phrases import say, say_number

MOST_RISKS = 16
MOST_RULES = 10
LINE, STEP = 36, 29
"""Characters of a line and height of a row on an axis of names; a name has two lines, the table beside it the rest."""

KINDS = oversight.CONTROLS
COVERS = {cover: label for cover, (label, _) in governance_tables.COVERS.items()}
COVER_TONES = {cover: tone for cover, (_, tone) in governance_tables.COVERS.items()}
WRAPPED = {"labelExpr": "split(datum.label, '\\n')", "labelLimit": 300, "labelOverlap": False}
"""An axis whose labels break where `_axis_names` says."""


def matrix(
    found: DataFrame[governance_tables.Matrix], coverage: DataFrame[governance_tables.Coverage]
) -> Chart | Exhibit:
    """Return risks against kinds of control: a full circle prevents, an empty square detects, a red row has nothing."""
    if coverage.empty:
        return nothing()
    shown = coverage.head(MOST_RISKS)
    names = dict(zip(shown["risk"], _axis_names(list(shown["risk"])), strict=True))
    controls = found[found["risk"].isin(shown["risk"])]
    dots = controls[["risk", "kind", "nature"]].assign(
        risk=controls["risk"].map(names), kind=controls["kind"].map(KINDS).map(say)
    )
    tones = shown["cover"].map(COVER_TONES)
    lanes = pd.DataFrame(
        {
            "risk": shown["risk"].map(names),
            "cover": tones.map(theme.MARKS) + " " + shown["cover"].map(COVERS).map(say),
            "colour": tones.map(theme.TONES),
            "is_bare": shown["cover"] == "uncovered",
        }
    )
    axis = WRAPPED | {"grid": True, "zindex": 0}
    place = {
        "x": alt.X(
            "kind:N",
            title=None,
            scale=alt.Scale(domain=[say(KINDS[kind]) for kind in oversight.CONTROLS]),
            axis=alt.Axis(orient="top", labelAngle=-30, labelAlign="left", labelOverlap=False),
        ),
        "y": forms.names(lanes["risk"], 0, axis),
        "xOffset": alt.XOffset("nature:N", scale=alt.Scale(domain=list(oversight.NATURES))),
    }
    before = mark("dot", only="datum.nature == 'preventive'", shape="circle", size=95)
    after = mark("hollow", only="datum.nature == 'detective'", shape="square", size=75)
    chart = forms.rows(
        lanes, mark("rect", only="datum.is_bare", color=theme.FILLS["bad"], opacity=0.14),
        own(dots, before, **place), own(dots, after, **place),
        text(412, "cover", {"color": alt.Color("colour:N", scale=None)}),
        label="risk", room=0, axis=axis, width=400, step=STEP,
    )  # fmt: skip
    number, whole = int((coverage["cover"] == "uncovered").sum()), len(coverage)
    title = say_number(number, "{n} of {all} risks has no control", "{n} of {all} risks have no control", all=whole)
    caption = say("Full circle: preventive control. Empty square: detective control. Red row: no control.")
    caption += cut("Shown: {n} of {all} risks, the least covered first.", MOST_RISKS, len(coverage))
    lines = facts(shown.assign(said=shown["cover"].map(COVERS).map(say)), "risk")
    description = say("Risks by kind of control.")
    return finished(chart, "risk-control-matrix", title, description, caption, lines, n=number, all=whole)


def separations(found: DataFrame[governance_tables.Conflicts]) -> Chart | Exhibit:
    """Return the share of cases in which one person did both activities of a rule, with its interval."""
    judged = found[found["judged"] > 0].head(MOST_RULES)
    if judged.empty:
        return nothing()
    pairs = [f"{row['first']} + {row['second']}" for row in judged.to_dict("records")]
    tones = judged["verdict"].eq("broken").map({True: "bad", False: "good"})
    rows = judged.assign(
        label=_axis_names(pairs),
        said=[_cases(row) for row in judged.to_dict("records")],
        colour=tones.map(theme.TONES),
        shape=tones.map(theme.SHAPES),
    )[["label", "share", "low", "high", "said", "colour", "shape"]]
    ends = [0, min(1.0, max(0.05, float(rows["high"].max()) * 1.08))]
    x = quantity("low", say("Cases in which one person did both"), ends=ends, axis={"format": "%", "tickCount": 5})
    look = {"color": alt.Color("colour:N", scale=None), "shape": alt.Shape("shape:N", scale=None)}
    chart = forms.rows(
        rows, mark("span", x, "high"), mark("verdict", "share", look=look),
        text(292), room=0, axis=WRAPPED, width=280, step=STEP,
    )  # fmt: skip
    broken = int((found["verdict"] == "broken").sum())
    every = int((found["verdict"] != "not judged").sum())
    title = say_number(
        broken,
        "{n} of {all} rules on separating duties was broken",
        "{n} of {all} rules on separating duties were broken",
        all=every,
    )
    caption = say("Bar: 95% interval. Only cases in which a named person did each activity.")
    caption += f" {say('Shown: the first {n} of {all} rules.', n=MOST_RULES, all=every)}" if every > MOST_RULES else ""
    lines = facts(rows.assign(label=pairs))
    return finished(chart, "separations", title, say("Separation of duties."), caption, lines, n=broken, all=every)


def parts(found: DataFrame[operating_tables.Profile]) -> Chart | Exhibit:
    """Return the level of each part of governance as a dot on its scale: what is shown, and hollow what is claimed."""
    if found[["level", "claimed"]].isna().all(axis=None):
        return nothing()
    order = [wording.capital(say(part)) for part in found["part"]]
    levels = pd.DataFrame({"part": order, "shown": found["level"].tolist(), "claimed": found["claimed"].tolist()})
    said = [say("no evidence") if pd.isna(level) else say("level {n}", n=f"{level:.0f}") for level in found["level"]]
    beside = pd.DataFrame({"part": order, "said": said})
    axis, scale = {"grid": True}, {"domain": order}

    def across(column: str) -> forms.Quantity:
        level = {"values": list(range(5)), "format": "d"}
        return quantity(column, say("Level, 0 to 4"), ends=[0, operations.LEVELS], axis=level)

    chart = forms.rows(
        levels, mark("hollow", across("claimed"), only="isValid(datum.claimed)", shape="diamond", size=110),
        mark("dot", across("shown"), only="isValid(datum.shown)", size=110),
        own(beside, text(318), y=forms.names(levels["part"], 0, axis, scale=scale)),
        label="part", room=0, axis=axis, scale=scale, width=300, step=27,
    )  # fmt: skip
    number = int((found["level"] >= 3).sum())
    title = say_number(
        number,
        "{n} of {all} parts of governance works demonstrably (level 3 or above)",
        "{n} of {all} parts of governance work demonstrably (level 3 or above)",
        all=len(found),
    )
    caption = say(
        "Levels 0 to 4; each describes something that can be observed. Circle: with evidence. Empty diamond: claimed "
        "only, does not count."
    )
    lines, counted = facts(beside, "part"), {"n": number, "all": len(found), "shown": 3}
    return finished(chart, "governance-parts", title, say("Parts of governance."), caption, lines, **counted)


def _cases(row: dict[str, Any]) -> str:
    return say("{same} of {judged} cases", same=wording.count(row["same"]), judged=wording.count(row["judged"]))


def _axis_names(names: list[str]) -> list[str]:
    """Return names in lines that fit an axis, each still different from the others."""
    wrapped = [textwrap.wrap(" ".join(name.split()), LINE, break_long_words=True) or [name] for name in names]
    short = ["\n".join(lines if len(lines) < 3 else [lines[0], f"{lines[1][: LINE - 1]}…"]) for lines in wrapped]
    return [one if short.index(one) == place else f"{one} ({place + 1})" for place, one in enumerate(short)]
