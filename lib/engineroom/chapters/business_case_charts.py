"""What a business case draws: claims on their classes, the waterfall, the fan, the tornado, the odds."""

from __future__ import annotations

import math
from typing import Any

import altair as alt
import pandas as pd

from engineroom.chapters import business_case_words as words
from engineroom.dictionary import scenarios
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import theme, wording
from engineroom.pages.blocks import Exhibit, nothing
from engineroom.pages.charts import Chart, by_name, finished
from engineroom.phrases import say
from engineroom.planning.scenario import DO_NOTHING, Programme

LABEL_ROOM = 250
MOST_BARS = 12
MILLION = 1e6


def claims(found: DataFrame[scenarios.Claims]) -> Chart | Exhibit:
    """Return each claimed saving as a mark over the range that its reference class has reached."""
    rows = found[found["multiple"].notna()]
    if rows.empty:
        return nothing()
    tones = {"above": "bad", "within": "good", "below": "good"}
    told = {word: say(label) for word, label in (("above", "Above its class"), ("within", "Within its class"))}
    told["below"] = told["within"]
    rows = rows.assign(
        verdict_said=rows["verdict"].map(told), said=[words.times(multiple) for multiple in rows["multiple"]]
    )[["option", "low", "high", "claimed", "verdict", "verdict_said", "said"]]
    used = [word for word in ("above", "within") if (rows["verdict_said"] == told[word]).any()]
    names = [told[word] for word in used]
    most = max(float(rows[["high", "claimed"]].max().max()) * 1.18, 0.1)
    x = alt.X("low:Q", title=say("Share of today's cost saved in a year"), axis=alt.Axis(format="%"),
              scale=alt.Scale(domain=[0, most], nice=False))  # fmt: skip
    base = by_name(rows, "option", LABEL_ROOM)
    reached = base.mark_bar(height=14, color=theme.ACCENT_SOFT).encode(x=x, x2="high:Q")
    mark = base.mark_point(filled=True, size=110, opacity=1).encode(
        x="claimed:Q",
        color=alt.Color("verdict_said:N", title=None, sort=names,
                        scale=alt.Scale(domain=names, range=[theme.TONES[tones[word]] for word in used])),
        shape=alt.Shape("verdict_said:N", title=None, sort=names,
                        scale=alt.Scale(domain=names, range=[theme.SHAPES[tones[word]] for word in used])),
    )  # fmt: skip
    said = base.mark_text(align="left", dx=10).encode(x="claimed:Q", text="said:N")
    chart = alt.layer(reached, mark, said).properties(width=420, height=alt.Step(40))
    worst = rows.loc[rows["claimed"].idxmax()]
    title = say(
        "{option} claims {share} of today's cost",
        option=worst["option"],
        share=wording.value(worst["claimed"], "share"),
    )
    facts = [
        f"{row['option']}: {wording.value(row['claimed'], 'share')}, "
        f"{wording.value(row['low'], 'share')}–{wording.value(row['high'], 'share')}."
        for row in rows.to_dict("records")
    ]
    caption = say("Bar: what others have reached. Mark: what is claimed; beside it, how many times the upper end.")
    return finished(
        chart, "claims", title, say("Claimed savings over what their reference classes have reached."), caption, facts
    )


def waterfall(steps: DataFrame[scenarios.Steps], name: str, programme: Programme) -> Chart | Exhibit:
    """Return the way from an option's claim to its net present value, each step as a bar."""
    if steps.empty:
        return nothing()
    currency = programme.currency
    kinds = [say("Level"), say("Less"), say("More")]
    rows = pd.DataFrame(
        {
            "label": steps["step"].map(scenarios.STEPS).map(say),
            "from": (steps["subtotal"] - steps["amount"].where(~steps["is_total"], steps["subtotal"])) / MILLION,
            "to": steps["subtotal"] / MILLION,
            "amount": steps["amount"],
            "kind": [
                kinds[0] if row.is_total else kinds[1] if row.amount <= 0 else kinds[2] for row in steps.itertuples()
            ],
            "said": [_said(row, programme[name].one_off, currency) for row in steps.to_dict("records")],
        }
    )
    rows["end"] = rows[["from", "to"]].max(axis=1)
    low, high = min(float(rows[["from", "to"]].min().min()), 0.0), float(rows["end"].max())
    used = [kind for kind in kinds if (rows["kind"] == kind).any()]
    look = dict(zip(kinds, (theme.ACCENT, theme.FILLS["bad"], theme.FILLS["good"]), strict=True))
    base = by_name(rows, room=LABEL_ROOM)
    bars = base.mark_bar(height={"band": 0.64}).encode(
        x=alt.X("from:Q", title=say("Million {currency}", currency=currency),
                scale=alt.Scale(domain=[low, low + (high - low) * 1.17], nice=False)),
        x2="to:Q",
        color=alt.Color("kind:N", title=None, sort=used,
                        scale=alt.Scale(domain=used, range=[look[kind] for kind in used])),
    )  # fmt: skip
    said = base.mark_text(align="left", dx=6).encode(x="end:Q", text="said:N")
    chart = alt.layer(bars, said).properties(width=430, height=alt.Step(30))
    ends = [wording.money(steps["subtotal"].iloc[place], currency) for place in (0, -1)]
    title = say("{option}: {claimed} are claimed, {worth} are left", option=name, claimed=ends[0], worth=ends[1])
    facts = [f"{row['label']}: {row['said']}." for row in rows.to_dict("records")]
    caption = say("As expected, over {n} years. The table below holds the same steps to the cent.", n=programme.years)
    levels = {"claimed": steps["subtotal"].iloc[0], "left": steps["subtotal"].iloc[-1]}
    description = say("From the claim to the net present value.")
    return finished(chart, "waterfall", title, description, caption, facts, **levels)


def fan(found: pd.DataFrame, programme: Programme) -> Chart | Exhibit:
    """Return what the leading option has come to, month by month, as a fan of the draws."""
    if found.empty or programme[str(found["option"].iloc[0])].kind == DO_NOTHING:
        return nothing()
    currency, name = programme.currency, str(found["option"].iloc[0])
    rows = found.drop(columns="option").copy()
    rows[["p10", "p25", "p50", "p75", "p90"]] /= MILLION
    x = alt.X(
        "month:Q",
        title=say("Months from the start"),
        axis=alt.Axis(values=list(range(0, int(rows["month"].max()) + 1, 12))),
    )
    base = alt.Chart(rows).encode(x=x)
    y = alt.Y("p10:Q", title=say("Million {currency}", currency=currency))
    wide = base.mark_area(color=theme.ACCENT_SOFT, opacity=0.45).encode(y=y, y2="p90:Q")
    inner = base.mark_area(color=theme.ACCENT_SOFT, opacity=0.9).encode(y=alt.Y("p25:Q"), y2="p75:Q")
    line = base.mark_line().encode(y="p50:Q")
    zero = alt.Chart(pd.DataFrame({"at": [0]})).mark_rule(color=theme.INK).encode(y="at:Q")
    chart = alt.layer(wide, inner, zero, line).properties(width=540, height=230)
    end = found.iloc[-1]
    title = say(
        "{option} comes to {range} after {n} years in eight draws of ten, before discounting",
        option=name,
        range=words.span(end["p10"], end["p90"], currency),
        n=programme.years,
    )
    description = say(
        "Sum of all flows, not discounted; half of the draws end above {middle}.",
        middle=wording.money(end["p50"], currency),
    )
    caption = say("Line: half of the draws. Dark: half of them around it. Light: eight of ten. Not discounted.")
    return finished(chart, "fan", title, description, caption, low=end["p10"], high=end["p90"], years=programme.years)


def tornado(found: DataFrame[scenarios.Impacts], name: str, programme: Programme) -> Chart | Exhibit:
    """Return how far each assumption moves the lead between its P10 and its P90: impact, not likelihood."""
    rows = found[found["impact"] > 0].head(MOST_BARS)
    if rows.empty:
        return nothing()
    currency = programme.currency
    kinds = [say("at its P10"), say("at its P90")]
    middle = float(rows["lead"].iloc[0])
    rows = rows.assign(label=[words.driver(row["driver"], row["option"]) for row in rows.to_dict("records")])
    long = pd.concat(
        [
            rows[["label", f"lead_{end}"]].rename(columns={f"lead_{end}": "lead"}).assign(kind=kinds[place])
            for place, end in enumerate(("low", "high"))
        ]
    )
    long = long.assign(lead=long["lead"] / MILLION, start=middle / MILLION)
    span = [min(float(long["lead"].min()), 0.0), max(float(long["lead"].max()), 0.0)]
    base = alt.Chart(long).encode(
        y=alt.Y("label:N", sort=list(rows["label"]), title=None, axis=alt.Axis(labelLimit=310))
    )
    bars = base.mark_bar(height={"band": 0.6}).encode(
        x=alt.X("start:Q", title=say("Lead of {option}, million {currency}", option=name, currency=currency),
                scale=alt.Scale(domain=span)),
        x2="lead:Q",
        color=alt.Color("kind:N", title=None, sort=kinds,
                        scale=alt.Scale(domain=kinds, range=[theme.ACCENT_SOFT, theme.ACCENT])),
    )  # fmt: skip
    zero = alt.Chart(pd.DataFrame({"at": [0]})).mark_rule(color=theme.INK).encode(x="at:Q")
    chart = alt.layer(bars, zero).properties(width=330, height=alt.Step(24))
    first = rows.iloc[0]
    title = say("The lead hangs most on one figure: {driver}", driver=first["label"])
    facts = [
        f"{row['label']}: {words.span(row['lead_low'], row['lead_high'], currency)}." for row in rows.to_dict("records")
    ]
    caption = say(
        "Impact, not likelihood: one figure at a time, all others at their means. Left of zero another option leads."
    )
    return finished(chart, "tornado", title, say("Lead with one assumption at its P10 and at its P90."), caption, facts)


def odds(found: pd.DataFrame, name: str, programme: Programme) -> Chart | Exhibit:
    """Return the chance that an option stays the best, by what it costs at the start: for costs nobody disclosed."""
    if found.empty or not programme[name].is_open:
        return nothing()
    rows = found.assign(cost=found["cost"] / MILLION)
    currency = programme.currency
    base = alt.Chart(rows).encode(
        x=alt.X("cost:Q", title=say("One-off cost of {option}, million {currency}", option=name, currency=currency)),
        y=alt.Y(
            "best:Q",
            title=say("Share of draws in which it leads"),
            axis=alt.Axis(format="%"),
            scale=alt.Scale(domain=[0, 1]),
        ),
    )
    half = alt.Chart(pd.DataFrame({"at": [0.5]})).mark_rule(strokeDash=[4, 4]).encode(y="at:Q")
    chart = alt.layer(half, base.mark_line()).properties(width=540, height=200)
    below = found[found["best"] < 0.5]
    title = say("{option} leads in most draws, whatever it costs to set up within this range", option=name)
    if len(below) and found["best"].iloc[0] < 0.5:
        title = say("{option} leads in less than half of the draws, even if setting it up were free", option=name)
    elif len(below):
        at = _half(found)
        title = say(
            "{option} is an even bet once it costs {cost} to set up", option=name, cost=wording.money(at, currency)
        )
    facts = [
        f"{wording.money(row['cost'], currency)}: {row['best']:.0%}." for row in found.iloc[::6].to_dict("records")
    ]
    caption = say(
        "Here the best of the others differs from draw to draw, so this is less than the flip point above. What the "
        "others do not disclose is left at nothing."
    )
    description = say("Chance to lead, by the cost that is not disclosed.")
    cost = _half(found) if len(below) else math.nan
    return finished(chart, "odds", title, description, caption, facts, cost=cost)


def _half(found: pd.DataFrame) -> float:
    """Return the cost at which half of the draws are lost, between the two nearest that were tried."""
    after = int((found["best"] < 0.5).to_numpy().argmax())
    one, other = found.iloc[after - 1], found.iloc[after]
    part = (one["best"] - 0.5) / (one["best"] - other["best"])
    return float(one["cost"] + part * (other["cost"] - one["cost"]))


def _said(row: dict[str, Any], one_off: float, currency: str) -> str:
    if row["step"] == "one_off" and math.isnan(one_off) and not row["amount"]:
        return say("not disclosed")
    said = words.money(abs(row["amount"]), currency)
    return said if row["is_total"] or not row["amount"] else f"{'−' if row['amount'] < 0 else '+'}{said}"
