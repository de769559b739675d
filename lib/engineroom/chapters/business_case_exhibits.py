"""The tables of a business case: what leads, what flips it, what is claimed, what is assumed."""

from __future__ import annotations

import math

import pandas as pd

from engineroom.chapters import business_case_words as words
from engineroom.dictionary import results, scenarios
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import show, wording
from engineroom.pages.blocks import Cell, Exhibit, left, note, nothing, right, table
from engineroom.phrases import say
from engineroom.planning.outlook import EARLY_YEARS
from engineroom.planning.scenario import DO_NOTHING, Option, Programme

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

    def lead(column: str, years: int) -> show.Own:
        return show.right(say("Sum over {n} years", n=years), lambda row: wording.money(row[column], currency))

    own = {
        "reading": show.left("Reading", _reading),
        "early": lead("lead_early", early),
        "sum": lead("lead_cumulative", programme.years),
    }
    smallest = wording.money(found["lead_npv"].min(), currency)
    caption = say("The smallest lead under these readings is {lead}", lead=smallest)
    rule = "Lead over the next best; sums are not discounted."
    columns = "reading rival early sum npv=lead_npv"
    return show.table("readings", found, scenarios.Readings, columns, caption, rule, own=own, currency=currency)


def claims(found: DataFrame[scenarios.Claims], programme: Programme) -> Exhibit:
    """Return the audit: each claimed saving, its reference class, and how many times the class's upper end it is."""
    if found.empty:
        return nothing()
    counted = {"above": int((found["verdict"] == "above").sum()), "n": len(found)}
    caption = say("{above} of {n} claimed savings are above what others have reached", **counted)
    raw = found.rename(columns={"saving_full": "claimed_full", "saving_first": "claimed_first"})
    own = {
        "claimed": show.right("Claimed, of today's cost", _claimed),
        "reached": show.right("Others reached", _where_comparable(_reached)),
        "money": show.right(
            "That is a year",
            _where_comparable(lambda row: words.span(row["money_low"], row["money_high"], programme.currency)),
        ),
        "multiple": show.right("Claim ÷ upper end", _where_comparable(lambda row: words.times(row["multiple"]))),
    }
    columns = "option claimed reached money multiple verdict grade=claim_grade source"
    return show.table("claims", raw, scenarios.Claims, columns, caption, rows=found, own=own, counted=counted)


def waterfall(steps: DataFrame[scenarios.Steps], name: str, programme: Programme) -> Exhibit:
    """Return the way from claim to net present value as a table: to the cent, so that it can be added up."""
    if steps.empty:
        return nothing()
    one_off, currency = programme[name].one_off, programme.currency
    own = {"amount": show.right("Change", lambda row: _change(row, one_off, currency))}
    caption = say("{option}, step by step", option=name)
    return show.table("waterfall", steps, scenarios.Steps, "step amount subtotal", caption, own=own, currency=currency)


def impacts(
    found: DataFrame[scenarios.Impacts], drawing: DataFrame[scenarios.Knowing], programme: Programme
) -> Exhibit:
    """Return what each assumption does to the lead, and what knowing it would be worth."""
    if found.empty:
        return nothing()
    currency = programme.currency
    own = {
        "driver": show.left("Assumption", lambda row: words.driver(row["driver"], row["option"])),
        "low": show.right("P10", lambda row: words.figure(row["driver"], row["low"], currency)),
        "high": show.right("P90", lambda row: words.figure(row["driver"], row["high"], currency)),
        "knowing": show.right(
            "Knowing it", lambda row: wording.money(row["knowing"], currency) if row["knowing"] else say("nothing")
        ),
    }
    notes = (
        "Knowing it: what the decision would gain on average if this figure were known beforehand (expected value "
        "of partial perfect information, by strata of the draws). A figure that cannot change the choice is worth "
        "nothing, however uncertain it is.",
        say(
            "Knowing all of them: {amount} (expected value of perfect information).",
            amount=words.money(drawing["knowing_all"].iloc[0], currency),
        ),
    )
    caption = "Impact on the lead: how far each assumption moves it, not how likely that is"
    columns = "driver low high lead_low lead_high knowing"
    return show.table("impacts", found, scenarios.Impacts, columns, caption, *notes, own=own, currency=currency)


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


def _reading(row: show.Row) -> str:
    phrase = scenarios.READINGS[row["reading"]]
    return say(phrase, option=row["option"]) if row["option"] else say(phrase)


def _claimed(row: show.Row) -> str:
    part = {"first_year": say("first year"), "full_run": say("full run")}.get(row["basis"], "")
    return wording.value(row["claimed"], "share") + (f", {part}" if part else "")


def _reached(row: show.Row) -> str:
    return "–".join(wording.value(row[end], "share", decimals=0) for end in ("low", "high"))


def _where_comparable(tell: show.Teller) -> show.Teller:
    """Return how a row tells something that only a claim with a reference class has."""
    return lambda row: wording.BLANK if row["verdict"] in ("no class", "no claim") else tell(row)


def _change(row: show.Row, one_off: float, currency: str) -> str:
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


def _flip(row: show.Row, driver: str, programme: Programme, *, is_paired: bool) -> str:
    said = words.figure(driver, row["value"], programme.currency)
    return said if is_paired or said == wording.BLANK else f"{said} ({row['rival']})"
