"""What a business case draws: claims on their classes, the waterfall, the fan, the tornado, the odds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from engineroom.dictionary import scenarios
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import forms, theme, wording
from engineroom.pages.blocks import Exhibit, nothing
from engineroom.pages.forms import Chart, facts, finished, guide, mark, quantity, text
from engineroom.phrases import say
from engineroom.planning.scenario import DO_NOTHING, Programme
from engineroom.reports.business_case import words

LABEL_ROOM = 250
MOST_BARS = 12
MILLION = 1e6


def claims(found: DataFrame[scenarios.Claims]) -> Chart | Exhibit:
    """Return each claimed saving as a mark over the range that its reference class has reached."""
    rows = found[found["multiple"].notna()]
    if rows.empty:
        return nothing()
    names = {
        "above": say("Above what others achieved"),
        "within": say("Within what others achieved"),
        "below": say("Within what others achieved"),
    }
    rows = rows.assign(verdict_said=rows["verdict"].map(names), said=rows["multiple"].map(words.times))
    rows = rows[["option", "low", "high", "claimed", "verdict", "verdict_said", "said"]]
    tones = forms.present({names["above"]: "bad", names["within"]: "good"}, rows["verdict_said"])
    most = max(float(rows[["high", "claimed"]].max().max()) * 1.18, 0.1)
    x = quantity("low", say("Share of today's cost saved in a year"), ends=[0, most], axis={"format": "%"})
    chart = forms.rows(
        rows, mark("bar", x, "high", height=14, color=theme.ACCENT_SOFT),
        mark("verdict", "claimed", look=forms.tones("verdict_said", tones, sort=list(tones)), size=110),
        text("claimed", dx=10), label="option", room=LABEL_ROOM, width=420, step=26,
    )  # fmt: skip
    worst = rows.loc[rows["claimed"].idxmax()]
    shares = {name: rows[name].map(lambda share: wording.value(share, "share")) for name in ("claimed", "low", "high")}
    title = say(
        "{option} promises to save {share} of today's cost", option=worst["option"], share=shares["claimed"][worst.name]
    )
    lines = facts(rows.assign(said=shares["claimed"] + ", " + shares["low"] + "–" + shares["high"]), "option")
    caption = say("Bar: what others achieved. Mark: the claim, and how many times the upper end it is.")
    description = say("Claimed savings compared with what others achieved.")
    return finished(chart, "claims", title, description, caption, lines)


def waterfall(steps: DataFrame[scenarios.Steps], name: str, programme: Programme) -> Chart | Exhibit:
    """Return the way from an option's claim to its net present value, each step as a bar."""
    if steps.empty:
        return nothing()
    currency = programme.currency
    kinds = {"Level": theme.ACCENT, "Less": theme.FILLS["bad"], "More": theme.FILLS["good"]}
    amount = steps["amount"].where(~steps["is_total"], steps["subtotal"])
    rows = pd.DataFrame(
        {
            "label": steps["step"].map(scenarios.STEPS).map(say),
            "from": (steps["subtotal"] - amount) / MILLION,
            "to": steps["subtotal"] / MILLION,
            "amount": steps["amount"],
            "kind": np.select([steps["is_total"], steps["amount"] <= 0], [say("Level"), say("Less")], say("More")),
            "said": [_said(row, programme[name].one_off, currency) for row in steps.to_dict("records")],
        }
    )
    rows["end"] = rows[["from", "to"]].max(axis=1)
    low, high = min(float(rows[["from", "to"]].min().min()), 0.0), float(rows["end"].max())
    looks = forms.present({say(kind): colour for kind, colour in kinds.items()}, rows["kind"])
    x = quantity("from", say("Million {currency}", currency=currency), ends=[low, low + (high - low) * 1.17])
    bars = mark("bar", x, "to", forms.colours("kind", looks, sort=list(looks)), height={"band": 0.64})
    chart = forms.rows(rows, bars, text("end", dx=6), room=LABEL_ROOM, width=430, step=30)
    ends = [wording.money(steps["subtotal"].iloc[place], currency) for place in (0, -1)]
    title = say("{option}: {worth} of the promised {claimed} remains", option=name, claimed=ends[0], worth=ends[1])
    caption = say("As expected, over {n} years. The attached table has the same steps in full.", n=programme.years)
    levels = {"claimed": steps["subtotal"].iloc[0], "left": steps["subtotal"].iloc[-1]}
    description = say("From the claim to the net present value.")
    return finished(chart, "waterfall", title, description, caption, facts(rows), **levels)


def fan(found: pd.DataFrame, programme: Programme) -> Chart | Exhibit:
    """Return what the leading option has come to, month by month, as a fan of the draws."""
    if found.empty or programme[str(found["option"].iloc[0])].kind == DO_NOTHING:
        return nothing()
    currency, name = programme.currency, str(found["option"].iloc[0])
    rows = found.drop(columns="option").copy()
    rows[["p10", "p25", "p50", "p75", "p90"]] /= MILLION
    years = list(range(0, int(rows["month"].max()) + 1, 12))
    x = quantity("month", say("Months from the start"), axis={"values": years})
    chart = forms.plot(
        rows, x,
        mark("area", quantity("p10", say("Million {currency}", currency=currency)), "p90", opacity=0.45),
        mark("area", "p25", "p75", opacity=0.9), guide("y", 0), mark("line", "p50"),
        width=540, height=230,
    )  # fmt: skip
    end = found.iloc[-1]
    title = say(
        "{option} most likely yields {range} after {n} years, before discounting",
        option=name,
        range=words.span(end["p10"], end["p90"], currency),
        n=programme.years,
    )
    description = say(
        "Sum of all cash flows, not discounted; half of the simulations end above {middle}.",
        middle=wording.money(end["p50"], currency),
    )
    caption = say("Line: the median simulation. Dark: the middle half. Light: eight in ten simulations.")
    return finished(chart, "fan", title, description, caption, low=end["p10"], high=end["p90"], years=programme.years)


def tornado(found: DataFrame[scenarios.Impacts], name: str, programme: Programme) -> Chart | Exhibit:
    """Return how far each assumption moves the lead between its P10 and its P90: impact, not likelihood."""
    rows = found[found["impact"] > 0].head(MOST_BARS)
    if rows.empty:
        return nothing()
    currency = programme.currency
    middle = float(rows["lead"].iloc[0])
    rows = rows.assign(label=[words.driver(row["driver"], row["option"]) for row in rows.to_dict("records")])
    kinds = {say("at its low end (P10)"): theme.ACCENT_SOFT, say("at its high end (P90)"): theme.ACCENT}
    ends = rows[["label", "lead_low", "lead_high"]].set_axis(["label", *kinds], axis=1)
    ends = ends.melt("label", var_name="kind", value_name="lead")
    ends = ends.assign(lead=ends["lead"] / MILLION, start=middle / MILLION)
    span = [min(float(ends["lead"].min()), 0.0), max(float(ends["lead"].max()), 0.0)]
    title = say("Lead of {option}, million {currency}", option=name, currency=currency)
    bars = mark(
        "bar", quantity("start", title, scale={"domain": span}), "lead", forms.colours("kind", kinds, sort=list(kinds))
    )
    chart = forms.rows(ends, bars, guide("x", 0), room=310, width=330, step=24)
    first = rows.iloc[0]
    title = say("What matters most for the lead: {driver}", driver=first["label"])
    spans = [words.span(low, high, currency) for low, high in zip(rows["lead_low"], rows["lead_high"], strict=True)]
    caption = say(
        "Each bar changes one figure, with all others at their means. It shows impact, not likelihood. Left of zero, "
        "another option leads."
    )
    description = say("Lead with one assumption at its P10 and at its P90.")
    return finished(chart, "tornado", title, description, caption, facts(rows.assign(said=spans)))


def odds(found: pd.DataFrame, name: str, programme: Programme) -> Chart | Exhibit:
    """Return the chance that an option stays the best, by what it costs at the start: for costs nobody disclosed."""
    if found.empty or not programme[name].is_open:
        return nothing()
    rows = found.assign(cost=found["cost"] / MILLION)
    currency = programme.currency
    share = quantity(
        "best", say("Share of simulations in which it leads"), scale={"domain": [0, 1]}, axis={"format": "%"}
    )
    chart = forms.plot(
        rows, quantity("cost", say("One-off cost of {option}, million {currency}", option=name, currency=currency)),
        guide("y", 0.5, strokeDash=[4, 4]), mark("line", share), width=540, height=200,
    )  # fmt: skip
    below = found[found["best"] < 0.5]
    title = say("{option} leads in most simulations at any set-up cost in this range", option=name)
    if len(below) and found["best"].iloc[0] < 0.5:
        title = say(
            ("{option} leads in fewer than half of the simulations, even if setting it up were free"), option=name
        )
    elif len(below):
        at = _half(found)
        title = say(
            "At a set-up cost of {cost}, the chance that {option} leads is 50%",
            option=name,
            cost=wording.money(at, currency),
        )
    lines = [f"{wording.money(row.cost, currency)}: {row.best:.0%}." for row in found.iloc[::6].itertuples()]
    caption = say(
        "The best rival differs between simulations, so this value is lower than the one in the table above. "
        "Undisclosed costs of other options are counted as zero."
    )
    description = say("Chance to lead, by the cost that is not disclosed.")
    cost = _half(found) if len(below) else math.nan
    return finished(chart, "odds", title, description, caption, lines, cost=cost)


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
