"""The tables of the business case: the decision, flip points, the options, their money, the diagnosis before them."""

from __future__ import annotations

import math

import pandas as pd

from engineroom.dictionary import options, results, scenarios
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import show, wording
from engineroom.pages.blocks import Cell, Exhibit, left, note, nothing, right, table
from engineroom.phrases import say, say_number
from engineroom.planning.outlook import EARLY_YEARS
from engineroom.planning.scenario import DO_NOTHING, Option, Programme
from engineroom.readers.tables import Tables
from engineroom.reports.business_case import words

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
        return note("No option is stated", "Each option is needed with its claimed savings and costs.")
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
    columns += [right("reached", "If it saves what comparable programmes did"), right("expected", "As expected")]
    columns += [right("span", "Likely range (80%)"), right("paid", "Pays back in"), right("best", "Best option in")]
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
        notes.append(say("Undisclosed costs are not in these figures. The next table shows how large they may be."))
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
    columns = [left("driver", "Quantity"), left("rival", "Tied with"), right("claimed", "As claimed")]
    columns += [right("base", "As comparable programmes"), right("expected", "As expected")]
    caption = say("{option} loses its lead if any one of these values is reached", option=name)
    notes = (say("One figure changed at a time. A dash: no value changes the ranking."),)
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
    rule = "Lead over the next best option; sums are not discounted."
    columns = "reading rival early sum npv=lead_npv"
    return show.table("readings", found, scenarios.Readings, columns, caption, rule, own=own, currency=currency)


def claims(found: DataFrame[scenarios.Claims], programme: Programme) -> Exhibit:
    """Return the audit: each claimed saving, its reference class, and how many times the class's upper end it is."""
    if found.empty:
        return nothing()
    counted = {"above": int((found["verdict"] == "above").sum()), "n": len(found)}
    caption = say("Claimed savings above what others have achieved: {above} of {n}", **counted)
    raw = found.rename(columns={"saving_full": "claimed_full", "saving_first": "claimed_first"})
    own = {
        "claimed": show.right("Claimed, of today's cost", _claimed),
        "reached": show.right("Others achieved", _where_comparable(_reached)),
        "money": show.right(
            "In money a year",
            _where_comparable(lambda row: words.span(row["money_low"], row["money_high"], programme.currency)),
        ),
        "multiple": show.right("Claim ÷ upper end", _where_comparable(lambda row: words.times(row["multiple"]))),
    }
    moved = {"offshore", "nearshore", "hybrid", "shared service"} & set(found["kind"])
    lost = "No offer includes the cost of knowledge lost when work moves: ask how it will be handed over."
    columns = "option claimed reached money multiple verdict grade=claim_grade source"
    notes = (lost,) if moved else ()
    return show.table("claims", raw, scenarios.Claims, columns, caption, *notes, rows=found, own=own, counted=counted)


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
            "Value of information",
            lambda row: wording.money(row["knowing"], currency) if row["knowing"] else say("nothing"),
        ),
    }
    notes = (
        "Value of information: what the decision would gain on average if this figure were known beforehand "
        "(expected value of partial perfect information). A figure that cannot change the choice is worth nothing, "
        "however uncertain it is.",
        say(
            "Knowing all of them: {amount} (expected value of perfect information).",
            amount=words.money(drawing["knowing_all"].iloc[0], currency),
        ),
    )
    caption = "Effect of each assumption on the lead"
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


def classes(tables: Tables) -> Exhibit:
    """Return the reference classes: what was realised, what is quoted, and where the two contradict each other."""
    if tables.options.empty:
        return nothing()
    realised = (
        "Claims are compared with what was achieved. Savings quoted by sellers are shown, but not used: 30 to 50% or "
        "30 to 60% for automation, of which about half is achieved."
    )
    return show.table(
        "reference_classes", tables.reference_classes, options.ReferenceClasses,
        "label line range grade formula=reference caveat_quoted=caveat", "What others have reached, and what is quoted",
        realised, own={"range": show.right("Range", _range)},
    )  # fmt: skip


def flows(found: DataFrame[scenarios.Flows], programme: Programme, view: str) -> Exhibit:
    """Return what each option brings in each year of a view, with the sum and the value of today."""
    if found.empty:
        return nothing()
    mine = found[found["view"] == view]
    wide = mine.pivot(index="option", columns="year", values="net").reindex(
        [option.name for option in programme.options if option.kind != DO_NOTHING]
    )
    worth = mine.groupby("option")["discounted"].sum()
    rows: list[list[Cell]] = [
        [
            str(name),
            *(
                say("not disclosed")
                if year == 0 and math.isnan(programme[str(name)].one_off) and not amount
                else words.money(amount, programme.currency)
                for year, amount in row.items()
            ),
            wording.money(row.sum(), programme.currency),
            wording.money(worth[name], programme.currency),
        ]
        for name, row in wide.iterrows()
    ]
    columns = [left("option", "Option"), right("start", "Start")]
    columns += [right(f"year_{year}", say("Year {n}", n=year)) for year in range(1, programme.years + 1)]
    columns += [right("sum", "Sum of all years"), right("npv", "Net present value")]
    caption = {
        "claimed": "What the options bring by year, as claimed",
        "expected": "What the options bring by year, as expected",
    }
    return table(f"flows_{view}", caption[view], columns, rows, mine)


def assumptions(found: DataFrame[scenarios.Assumed], programme: Programme) -> Exhibit:
    """Return every figure the case rests on, with distribution, owner, grade and source."""
    if found.empty:
        return nothing()
    currency = programme.currency
    own = {
        "driver": show.left("Assumption", lambda row: words.driver(row["driver"], row["option"])),
        "range": show.right("Range", lambda row: _spread(row, currency)),
        "mean": show.right("Expected", lambda row: words.figure(row["driver"], row["mean"], currency)),
    }
    counted = {"n": len(found), "unknown": int((found["distribution"] == "unknown").sum())}
    caption = say("All {n} assumptions; not disclosed: {unknown}", **counted)
    notes = ["Grade A: measured. B: measured in part. C: target or estimate from data. D: claim or hearsay."]
    if flat := _flat(found, programme):
        growing = (
            "The running cost of {options} is assumed level, although bots tend to cost more each year: please state "
            "its growth."
        )
        notes.append(say(growing, options=wording.listed(flat)))
    columns = "driver form=distribution range mean owner grade source"
    return show.table("assumptions", found, scenarios.Assumed, columns, caption, *notes, own=own, counted=counted)


def _spread(row: show.Row, currency: str) -> str:
    figures = [words.figure(row["driver"], row[end], currency) for end in ("low", "likely", "high")]
    return " · ".join(figure for figure in figures if figure != wording.BLANK) or wording.BLANK


def _range(row: show.Row) -> str:
    if row["measure"] == "saving":
        return "–".join(wording.value(row[end], "share", decimals=0) for end in ("low", "high"))
    reached = say("{low} to {high}", low=wording.count(row["low"]), high=wording.count(row["high"]))
    return say("months {range}", range=reached) if row["measure"] == "month" else say("{n} times", n=reached)


def _flat(found: pd.DataFrame, programme: Programme) -> list[str]:
    """Return the automating options with a known run cost whose growth nobody has stated."""
    grows = set(found.loc[found["driver"] == "run_cost_growth", "option"])
    return [
        option.name
        for option in programme.options
        if option.kind in ("automate", "hybrid") and option.run_cost > 0 and not grows & {"", option.name}
    ]


def convention(programme: Programme, draws: DataFrame[scenarios.Knowing]) -> Exhibit:
    """Return, in words, how the figures are counted and drawn."""
    if not programme.options:
        return nothing()
    return note(
        "How it is counted",
        say(
            (
                "Over {years} years, discounted at {rate} a year. One-off costs are paid at the start; savings and "
                "costs count at the end of each year. After the last stated year, a saving stays level. If only the "
                "length of a transition is known, savings begin when it ends. From year two, part of the saving "
                "erodes each year."
            ),
            years=programme.years,
            rate=wording.value(programme.discount_rate, "share", decimals=0),
        ),
        say(
            "As expected: every assumption at its mean. The chances come from {n} simulations, in which each "
            "assumption varies independently (simulation {seed}). Where the share of a claim that will be achieved "
            "is unknown, it varies between what comparable programmes achieved and the full claim.",
            n=wording.count(draws["draws"].iloc[0]),
            seed=draws["seed"].iloc[0],
        ),
    )


def quality(found: DataFrame[scenarios.Qualities]) -> Exhibit:
    """Return what each option gains in output once its errors are paid for, with the break-even cost of a defect."""
    if found.empty:
        return nothing()
    own = {
        "gain": show.right("More output", lambda row: words.percent(row["productivity_gain"])),
        "wrong": show.right("Share wrong", lambda row: words.percent(row["defect_rate"])),
        "break_even": show.right("Break-even", _break_even),
    }
    against = (
        "Compared with work without any defect. The cost of a defect is its rework and escalation, expressed in "
        "ordinary items."
    )
    caption = "What extra output is worth after the cost of errors"
    columns = "option gain wrong good cost=defect_cost break_even adjusted verdict"
    return show.table("quality", found, scenarios.Qualities, columns, caption, against, own=own)


def services(found: DataFrame[scenarios.Services], programme: Programme) -> Exhibit:
    """Return what each option promises customers, beside its saving; nothing where no option promises anything."""
    if found.empty:
        return nothing()
    silent = int(found["promised"].isna().sum())
    caption = say_number(
        silent,
        "What customers are promised: {n} figure is left open",
        "What customers are promised: {n} figures are left open",
    )
    if not silent:
        caption = say("What customers are promised")
    columns, currency = "option name today promised", programme.currency
    return show.table("services", found, scenarios.Services, columns, caption, currency=currency, counted={"n": silent})


def canaries(found: DataFrame[scenarios.Canaries]) -> Exhibit:
    """Return when errors would first show that a programme fails, and the level at which somebody must be called."""
    if found.empty:
        return nothing()
    own = {"window": show.left("Watch from month 6 to 12", _window)}
    alarm = (
        "Months count from the day work first moves. Alert level: three standard deviations above today's rate; "
        "chance alone reaches it about once in sixty years."
    )
    columns, caption = "option window now=error_rate alarm", "When to watch for a failing programme"
    return show.table("canaries", found, scenarios.Canaries, columns, caption, alarm, own=own)


def diagnosis(found: DataFrame[scenarios.Diagnoses]) -> Exhibit:
    """Return the arithmetic of a wanted reduction: load, rate it takes, what automation reaches."""
    if found.empty:
        return nothing()
    rows: list[list[Cell]] = []
    for row in found.to_dict("records"):
        rows += [
            [say("Items a month"), wording.count(row["monthly_volume"]), row["workflow"]],
            [
                say("of which by hand"),
                wording.count(row["manual"]),
                say("straight through: {share}", share=wording.value(row["stp"], "share")),
            ],
            [
                say("by hand, per person a month"),
                wording.tenths(row["manual_per_fte"]),
                say("{n} items a year in total", n=wording.count(row["items_per_fte_year"])),
            ],
            [
                say("Positions to remove"),
                wording.tenths(row["fte_out"]),
                say("{left} of {all} remain", left=wording.tenths(row["fte_left"]), all=wording.tenths(row["fte"])),
            ],
            [
                say("Straight-through rate needed"),
                wording.value(row["stp_needed"], "share"),
                say("{n} more than today", n=wording.distance(row["stp_rise"], "share")),
            ],
            [
                say("People that automation freed elsewhere"),
                _people(row, "realised"),
                say("after the work of maintaining bots"),
            ],
            [say("People that vendors promise to free"), _people(row, "quoted"), say("not used as a benchmark")],
        ]
    columns = [left("figure", "Quantity"), right("value", "Value"), left("said", "That is")]
    caption = say(
        "{share} fewer people: what it takes, and what automation can deliver",
        share=wording.value(found["reduction"].iloc[0], "share", decimals=0),
    )
    return table("diagnosis", caption, columns, rows, found)


def question(found: DataFrame[scenarios.Diagnoses]) -> Exhibit:
    """Return the question that must be answered before anything is bought."""
    if found.empty:
        return nothing()
    row = found.iloc[0]
    asked = say(
        "People handle {n} items a month in {workflow}. How many need judgement, and how many exist only because the "
        "input was wrong?",
        n=wording.count(row["manual"]),
        workflow=row["workflow"],
    )
    if math.isnan(row["upstream"]):
        return note("A question to answer first", asked, "The causes are not recorded yet.")
    answer = say(
        "According to the exception log, {upstream} only repair wrong input, and {judgement} need judgement. "
        "Correcting the input frees more time than a robot that repairs it faster.",
        upstream=wording.value(row["upstream"], "share", decimals=0),
        judgement=wording.value(row["judgement"], "share", decimals=0),
    )
    return note("A question to answer first", asked, answer)


def _break_even(row: show.Row) -> str:
    return wording.value(row["break_even"], "ratio") if math.isfinite(row["break_even"]) else say("none")


def _window(row: show.Row) -> str:
    return say("{low} to {high}", low=wording.day(row["first"]), high=wording.day(row["last"]))


def _people(row: show.Row, line: str) -> str:
    if math.isnan(row[f"{line}_low"]):
        return wording.BLANK
    low, high = (wording.tenths(row[f"{line}_{end}"]) for end in ("low", "high"))
    return say("{low} to {high}", low=low, high=high)
