"""The tables of a business case: what leads, what flips it, what is claimed, what is assumed."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from engineroom.chapters import business_case_words as words
from engineroom.dictionary import results, scenarios
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import wording
from engineroom.pages.blocks import Cell, Exhibit, cell, left, note, nothing, right, table
from engineroom.phrases import say
from engineroom.planning.outlook import EARLY_YEARS
from engineroom.planning.scenario import DO_NOTHING, Option, Programme

VERDICTS = {
    "above": ("Above its class", "bad"),
    "within": ("Within its class", "good"),
    "below": ("Below its class", "good"),
    "no class": ("No class to compare", "unknown"),
    "no claim": ("Nothing claimed", "unknown"),
}
KPIS = {
    "stp_rate": "Straight-through processing rate",
    "error_rate": "Error rate",
    "cycle_time_p50": "Cycle time (median)",
    "sla_compliance": "SLA compliance",
}


def decision(
    found: DataFrame[scenarios.Outcomes], chances: DataFrame[scenarios.Chances], programme: Programme
) -> Exhibit:
    """Return the decision table: each option as claimed, as others have fared and as drawn, the best first."""
    if found.empty:
        return note("No option is stated", "The table options, with what each claims and costs, would make a case.")
    currency = programme.currency
    wide = found.pivot(index="option", columns="view", values="npv")
    paid = found[found["view"] == "expected"].set_index("option")["payback_months"]
    frame = chances.set_index("option").join(wide).join(paid)
    rows: list[list[Cell]] = []
    for name, row in frame.iterrows():
        option = programme[str(name)]
        is_idle = option.kind == DO_NOTHING
        cost = say("not disclosed") if math.isnan(option.one_off) else wording.money(option.one_off, currency)
        reached = words.span(row["base_low"], row["base_high"], currency)
        has_class = row["base_low"] != row["base_high"]
        rows.append(
            [
                str(name),
                cost if not is_idle else wording.BLANK,
                wording.money(row["claimed"], currency) if not is_idle else wording.BLANK,
                reached if has_class else wording.BLANK,
                wording.money(row["expected"], currency) if not is_idle else wording.BLANK,
                words.span(row["p10"], row["p90"], currency) if row["p10"] < row["p90"] else wording.BLANK,
                _payback(row["payback_months"], option),
                wording.value(row["best"], "share", decimals=0),
            ]
        )
    columns = [left("option", "Option"), right("one_off", "One-off cost"), right("claimed", "As claimed")]
    columns += [right("reached", "If it saves what its class has reached"), right("expected", "As expected")]
    columns += [right("span", "P10 to P90"), right("paid", "Pays back in"), right("best", "Best of all in")]
    caption = say(
        "{option} has the highest expected net present value over {years} years",
        option=frame.index[0],
        years=programme.years,
    )
    notes = [
        say(
            "Net present value at {rate} a year, in {currency}.",
            rate=wording.value(programme.discount_rate, "share", decimals=0),
            currency=currency,
        )
    ]
    if any(option.is_open for option in programme.options):
        notes.append(
            say("A cost that is not disclosed is in none of these figures; the flip points say how large it may be.")
        )
    raw = frame.reset_index().assign(one_off_cost=[programme[str(name)].one_off for name in frame.index])
    return table("decision", caption, columns, rows, raw, tuple(notes), years=programme.years)


def flips(found: DataFrame[scenarios.Flips], programme: Programme) -> Exhibit:
    """Return the flip points: at which value of a figure another option is as good, in three views."""
    if found.empty:
        return nothing()
    rows: list[list[Cell]] = []
    keys = found.assign(pair=found["rival"].where(found["driver"].isin(["one_off_cost", "one_off_excess"]), ""))
    for (driver, pair), group in keys.groupby(["driver", "pair"], sort=False):
        at = {row["view"]: row for row in group.to_dict("records")}
        what = (
            say(scenarios.DRIVER_LABELS[str(driver)], rival=pair)
            if driver == "one_off_excess"
            else say(scenarios.DRIVER_LABELS[str(driver)])
        )
        cells = [
            _flip(at[view], str(driver), programme, is_paired=bool(pair)) if view in at else wording.BLANK
            for view in ("claimed", "base", "expected")
        ]
        rows.append([what, pair or say("next best"), *cells])
    name = found["option"].iloc[0]
    columns = [left("driver", "Quantity"), left("rival", "Then as good"), right("claimed", "As claimed")]
    columns += [right("base", "At the middle of the classes"), right("expected", "As expected")]
    caption = say("{option} no longer leads where one of these is reached", option=name)
    notes = (
        say("One figure at a time, all others as in the view. A dash: no value does it, or it does not lead there."),
    )
    return table("flips", caption, columns, rows, found, notes)


def readings(found: DataFrame[scenarios.Readings], programme: Programme) -> Exhibit:
    """Return the lead under other readings of the same statements."""
    if found.empty:
        return nothing()
    currency, early = programme.currency, min(EARLY_YEARS, programme.years)
    rows: list[list[Cell]] = [
        [
            say(scenarios.READINGS[row["reading"]], option=row["option"])
            if row["option"]
            else say(scenarios.READINGS[row["reading"]]),
            row["rival"],
            *(wording.money(row[column], currency) for column in ("lead_early", "lead_cumulative", "lead_npv")),
        ]
        for row in found.to_dict("records")
    ]
    columns = [left("reading", "Reading"), left("rival", "Next best")]
    columns += [
        right("early", say("Sum over {n} years", n=early)),
        right("sum", say("Sum over {n} years", n=programme.years)),
    ]
    columns.append(right("npv", "Net present value"))
    smallest = found.loc[found["lead_npv"].idxmin()]
    caption = say(
        "The smallest lead under these readings is {lead}", lead=wording.money(smallest["lead_npv"], currency)
    )
    return table("readings", caption, columns, rows, found, (say("Lead over the next best; sums are not discounted."),))


def claims(found: DataFrame[scenarios.Claims], programme: Programme) -> Exhibit:
    """Return the audit: each claimed saving, its reference class, and how many times the class's upper end it is."""
    if found.empty:
        return nothing()
    currency = programme.currency
    rows: list[list[Cell]] = []
    for row in found.to_dict("records"):
        has_class = row["verdict"] not in ("no class", "no claim")
        part = {"first_year": say("first year"), "full_run": say("full run")}.get(row["basis"], "")
        reached = f"{wording.value(row['low'], 'share', decimals=0)}–{wording.value(row['high'], 'share', decimals=0)}"
        rows.append(
            [
                row["option"],
                f"{wording.value(row['claimed'], 'share')}{f', {part}' if part else ''}",
                reached if has_class else wording.BLANK,
                words.span(row["money_low"], row["money_high"], currency) if has_class else wording.BLANK,
                words.times(row["multiple"]) if has_class else wording.BLANK,
                cell(*VERDICTS[row["verdict"]]),
                wording.text(row["claim_grade"]) or wording.BLANK,
                wording.text(row["source"]),
            ]
        )
    above = int((found["verdict"] == "above").sum())
    columns = [
        left("option", "Option"),
        right("claimed", "Claimed, of today's cost"),
        right("reached", "Others reached"),
    ]
    columns += [right("money", "That is a year"), right("multiple", "Claim ÷ upper end"), left("verdict", "Verdict")]
    columns += [left("grade", "Grade"), left("source", "Source")]
    caption = say("{above} of {n} claimed savings are above what others have reached", above=above, n=len(found))
    raw = found.rename(columns={"saving_full": "claimed_full", "saving_first": "claimed_first"})
    return table("claims", caption, columns, rows, raw, above=above, n=len(found))


def waterfall(steps: DataFrame[scenarios.Steps], name: str, programme: Programme) -> Exhibit:
    """Return the way from claim to net present value as a table: to the cent, so that it can be added up."""
    if steps.empty:
        return nothing()
    rows: list[list[Cell]] = [
        [
            say(words.STEPS[row["step"]]),
            _change(row, programme[name].one_off, programme.currency),
            wording.exact(row["subtotal"], programme.currency),
        ]
        for row in steps.to_dict("records")
    ]
    columns = [left("step", "Step"), right("amount", "Change"), right("subtotal", "Level")]
    return table("waterfall", say("{option}, step by step", option=name), columns, rows, steps)


def impacts(
    found: DataFrame[scenarios.Impacts], drawing: DataFrame[scenarios.Knowing], programme: Programme
) -> Exhibit:
    """Return what each assumption does to the lead, and what knowing it would be worth."""
    if found.empty:
        return nothing()
    currency = programme.currency
    rows: list[list[Cell]] = [
        [
            words.driver(row["driver"], row["option"]),
            words.figure(row["driver"], row["low"], currency),
            words.figure(row["driver"], row["high"], currency),
            wording.money(row["lead_low"], currency),
            wording.money(row["lead_high"], currency),
            wording.money(row["knowing"], currency) if row["knowing"] else say("nothing"),
        ]
        for row in found.to_dict("records")
    ]
    columns = [left("driver", "Assumption"), right("low", "P10"), right("high", "P90")]
    columns += [right("lead_low", "Lead at P10"), right("lead_high", "Lead at P90"), right("knowing", "Knowing it")]
    notes = (
        say(
            "Knowing it: what the decision would gain on average if this figure were known beforehand (expected value "
            "of partial perfect information, by strata of the draws). A figure that cannot change the choice is worth "
            "nothing, however uncertain it is."
        ),
        say(
            "Knowing all of them: {amount} (expected value of perfect information).",
            amount=words.money(drawing["knowing_all"].iloc[0], currency),
        ),
    )
    caption = "Impact on the lead: how far each assumption moves it, not how likely that is"
    return table("impacts", caption, columns, rows, found, notes)


def today(programme: Programme, measures: DataFrame[results.Measures]) -> Exhibit:
    """Return what the work costs today and how it runs: the ground every claim stands on."""
    if not programme.options:
        return nothing()
    per_person = programme.cost / programme.fte if programme.fte else math.nan
    figures = [(say("Cost a year"), programme.cost, "money"), (say("People (FTE)"), programme.fte, "count")]
    figures.append((say("Cost a year, per person"), per_person, "money"))
    mine = measures[(measures["workflow"] == programme.scope)]
    for kpi in KPIS:
        figures += [
            (say(KPIS[kpi]), row["value"], row["unit"]) for row in mine[mine["kpi"] == kpi].head(1).to_dict("records")
        ]
    rows: list[list[Cell]] = [
        [label, wording.value(amount, unit, programme.currency)] for label, amount, unit in figures
    ]
    raw = pd.DataFrame([{"figure": label, "value": amount, "unit": unit} for label, amount, unit in figures])
    caption = say("{subject}: what it costs and how it runs today", subject=wording.whose(programme.scope))
    return table("today", caption, [left("figure", "Quantity"), right("value", "Value")], rows, raw)


def _change(row: dict[str, Any], one_off: float, currency: str) -> str:
    if row["is_total"]:
        return wording.BLANK
    if row["step"] == "one_off" and math.isnan(one_off) and not row["amount"]:
        return say("not disclosed")
    return wording.exact(row["amount"], currency)


def _payback(month: float, option: Option) -> str:
    if option.kind == DO_NOTHING:
        return wording.BLANK
    if math.isnan(month):
        return say("not known") if option.is_open else say("never")
    return words.months(month)


def _flip(row: dict[str, Any], driver: str, programme: Programme, *, is_paired: bool) -> str:
    said = words.figure(driver, row["value"], programme.currency)
    return said if is_paired or said == wording.BLANK else f"{said} ({row['rival']})"
