"""The data dictionary of what a business case computes: one pandera model per result table."""

import pandas as pd

from engineroom.dictionary.columns import Series, Table, choice, count, date, flag, key, money, number, share, text
from engineroom.dictionary.options import DRIVERS, KINDS

VIEWS = ("claimed", "base_low", "base", "base_high", "expected")
"""How an option is seen: as its author claims, at the ends and the middle of its reference class, and as expected."""

VERDICTS = {
    "above": ("Above what others achieved", "bad"),
    "within": ("Within what others achieved", "good"),
    "below": ("Below what others achieved", "good"),
    "no class": ("Nothing comparable", "unknown"),
    "no claim": ("Nothing claimed", "unknown"),
}
GAINS = {"gain": ("Gain", "good"), "loss": ("Loss", "bad"), "not known": ("Not known", "unknown")}
DRAWN = {
    "fixed": "as stated",
    "uniform": "uniform",
    "triangular": "triangle",
    "normal": "normal, P10 to P90",
    "unknown": "not disclosed",
}
STEPS = {
    "claimed": "As claimed",
    "delay": "Delay",
    "share": "Shortfall",
    "decay": "Erosion",
    "run": "Running cost",
    "growth": "Growth of running cost",
    "quality": "Errors",
    "front_office": "Errors corrected by the front office",
    "one_off": "One-off cost",
    "rebuild": "Rebuilding",
    "sum": "Remaining, before discounting",
    "discounting": "Discounting",
    "npv": "Net present value",
}

HOUSE_DRIVERS = (*DRIVERS, "annual_saving", "transition_months", "rebuild")
"""Drivers of the client's tables, and what the options themselves state."""

DRIVER_LABELS = {
    "annual_saving": "Claimed saving a year",
    "transition_months": "Transition",
    "saving_share": "Share of the promised saving achieved",
    "saving_decay": "Share of the saving lost each year",
    "delay_months": "Delay",
    "one_off_cost": "One-off cost",
    "one_off_excess": "One-off cost above that of {rival}",
    "run_cost": "Running cost a year",
    "run_cost_growth": "Yearly growth of the running cost",
    "defect_rate": "Error rate",
    "defect_cost": "Cost of a defect",
    "front_office_cost": "Cost of front-office time on errors a year",
    "rebuild": "Cost factor for ignoring a closed gate",
    "discount_rate": "Discount rate",
}
READINGS = {
    "stated": "As claimed",
    "linear": "{option} saves a little more in each month of its transition",
    "step": "{option} saves nothing until its transition ends",
    "base_low": "All as the lower end of their class",
    "base": "All as the middle of their class",
    "base_high": "All as the upper end of their class",
    "expected": "As expected",
}


class Claims(Table):
    """A claimed saving, held against what its reference class has reached."""

    option: Series[str] = key("option", "Option")
    kind: Series[str] = choice("what it is", KINDS, required=True)
    saving_full: Series[float] = money("claimed saving a year in full run")
    saving_first: Series[float] = money("claimed saving in the first year that has one")
    basis: Series[str] = choice("part of the claim that is compared", ("first_year", "full_run"))
    claimed: Series[float] = number("that part, as a share of today's cost")
    reference_class: Series[str] = text("reference class; blank: none fits")
    label: Series[str] = text("its name")
    low: Series[float] = share("lower end of the class")
    high: Series[float] = share("upper end of the class")
    money_low: Series[float] = money("lower end in money a year")
    money_high: Series[float] = money("upper end in money a year")
    multiple: Series[float] = number("claim ÷ upper end of the class")
    verdict: Series[str] = choice("where the claim lies", VERDICTS, "Verdict", required=True)
    grade: Series[str] = text("grade of the class")
    claim_grade: Series[str] = text("grade of the claim", "Grade")
    source: Series[str] = text("where the claim comes from", "Source", blank="")


class Assumed(Table):
    """A figure the case rests on, stated or not: one row per option and driver."""

    option: Series[str] = text("option; blank: all of them", required=True)
    driver: Series[str] = choice("figure", HOUSE_DRIVERS, required=True)
    distribution: Series[str] = choice("how it is drawn; unknown is not drawn at all", DRAWN, "Form", required=True)
    low: Series[float] = number("least, or P10")
    likely: Series[float] = number("most likely")
    high: Series[float] = number("most, or P90")
    mean: Series[float] = number("mean of the distribution: what the expected view uses")
    is_client: Series[bool] = flag("it stands in the engagement's tables", required=True)
    owner: Series[str] = text("who answers for it", "Owner", "label", blank="unassigned", required=True)
    grade: Series[str] = text("how far it can be trusted", "Grade", required=True)
    source: Series[str] = text("where it comes from", "Source", "label", blank="none", required=True)


class Outcomes(Table):
    """What an option comes to in one view, before the costs nobody disclosed."""

    view: Series[str] = choice("how it is seen", VIEWS, required=True)
    option: Series[str] = key("option")
    kind: Series[str] = choice("what it is", KINDS, required=True)
    npv: Series[float] = number("net present value")
    cumulative: Series[float] = number("sum over the years, not discounted")
    payback_months: Series[float] = number("month from which it has paid back for good; blank: never, or not known")
    is_open: Series[bool] = flag("a cost of it is not disclosed", required=True)
    rank: Series[float] = count("place by net present value")


class Flows(Table):
    """What an option brings and costs in a year, by part; year 0 is the start."""

    view: Series[str] = choice("how it is seen", VIEWS, required=True)
    option: Series[str] = key("option")
    year: Series[float] = count("year; 0 is the start")
    net: Series[float] = number("all parts together")
    discounted: Series[float] = number("at the value of today")
    cumulative: Series[float] = number("added up, not discounted")


class Steps(Table):
    """A step of the waterfall from what is claimed to what is expected, in money and whole cents."""

    step: Series[str] = key("what changes", "Step", states=STEPS)
    amount: Series[float] = number("by how much")
    subtotal: Series[float] = number("where that leads", "Level", "exact")
    is_total: Series[bool] = flag("a level, not a change", required=True)


class Chances(Table):
    """What the draws say of an option."""

    option: Series[str] = key("option")
    mean: Series[float] = number("mean net present value")
    error: Series[float] = number("standard error of the mean")
    p10: Series[float] = number("one draw in ten is below")
    p50: Series[float] = number("half of the draws are below")
    p90: Series[float] = number("nine draws in ten are below")
    best: Series[float] = share("share of draws in which it is the best of all")


class Impacts(Table):
    """What one assumption does to the lead, between its P10 and its P90, and what it is worth to know it."""

    option: Series[str] = text("option; blank: all of them", required=True)
    driver: Series[str] = choice("figure", HOUSE_DRIVERS, required=True)
    low: Series[float] = number("P10 of the assumption")
    high: Series[float] = number("P90 of the assumption")
    lead: Series[float] = number("lead of the leading option with everything at its mean")
    lead_low: Series[float] = number("lead at the P10", "Lead at P10", "money")
    lead_high: Series[float] = number("lead at the P90", "Lead at P90", "money")
    impact: Series[float] = money("distance of the two")
    knowing: Series[float] = money("expected value of knowing it before deciding (EVPPI)")


class Flips(Table):
    """A value at which the decision flips, view by view."""

    driver: Series[str] = key("figure that would have to change")
    option: Series[str] = key("option it belongs to")
    rival: Series[str] = text("option that then leads")
    view: Series[str] = choice("how the options are seen", VIEWS, required=True)
    today: Series[float] = number("what it is in that view; blank: not known")
    value: Series[float] = number("value at which both are equal; blank: none in the range that was searched")


class Readings(Table):
    """How far the leading option is ahead where the same statement is read otherwise."""

    reading: Series[str] = key("how it is read")
    option: Series[str] = text("option it is about", required=True)
    rival: Series[str] = key("best of the others", "Next best")
    lead_early: Series[float] = number("lead of the sums over the first three years")
    lead_cumulative: Series[float] = number("lead of the sums over all years")
    lead_npv: Series[float] = number("lead of the net present values", "Net present value", "money")


class Qualities(Table):
    """What an option gains in output, and what its errors take away again."""

    option: Series[str] = key("option", "Option")
    productivity_gain: Series[float] = number("items more in the same hours")
    defect_rate: Series[float] = share("share of them that is wrong")
    good: Series[float] = number("good items for each item of today", "Good items, today = 1", "ratio")
    defect_cost: Series[float] = number("cost of a defect, in items", "Cost of a defect, in items", "ratio")
    adjusted: Series[float] = number("good items less what the defects cost", "Net output", "ratio")
    break_even: Series[float] = number("cost of a defect, in items, at which nothing is gained")
    verdict: Series[str] = choice("what that means", GAINS, "Verdict", required=True)


class Services(Table):
    """What an option promises customers, beside today: satisfaction, promoters, resolution at the first contact."""

    option: Series[str] = key("option", "Option")
    kpi: Series[str] = key("KPI id")
    name: Series[str] = key("name of the KPI on the page", "KPI", "label")
    today: Series[float] = number("as measured; blank: not measured", "Today", "its unit", blank="not measured")
    promised: Series[float] = number("as the option's author promises; blank: nothing is", "Promised", "its unit",
        blank="nothing",
    )  # fmt: skip
    unit: Series[str] = key("unit of both")


class Canaries(Table):
    """The months in which a failing programme shows itself first, with the level that calls somebody."""

    option: Series[str] = key("option", "Option")
    first: Series[pd.Timestamp] = date("first day of the window", required=True)
    last: Series[pd.Timestamp] = date("last day of the window", required=True)
    error_rate: Series[float] = share("error rate today", "Error rate today")
    alarm: Series[float] = share("monthly error rate above which chance is no explanation (three sigma)", "Alert level")


class Diagnoses(Table):
    """Whether a wanted reduction can come from automation, and what must be asked first."""

    workflow: Series[str] = key("workflow")
    monthly_volume: Series[float] = count("items a month")
    fte: Series[float] = number("people")
    stp: Series[float] = share("straight-through rate")
    manual: Series[float] = number("items a month that people handle")
    manual_per_fte: Series[float] = number("of these, per person")
    items_per_fte: Series[float] = number("all items, per person")
    items_per_fte_year: Series[float] = number("all items, per person and year")
    reduction: Series[float] = share("share of people to go")
    fte_out: Series[float] = number("people to go")
    fte_left: Series[float] = number("people left")
    stp_needed: Series[float] = number("straight-through rate it takes, if each person handles as many as today")
    stp_rise: Series[float] = number("rise from today")
    realised_low: Series[float] = number("people that realised automation frees, at least")
    realised_high: Series[float] = number("at most")
    quoted_low: Series[float] = number("people that vendors quote, at least")
    quoted_high: Series[float] = number("at most")
    verdict: Series[str] = choice("where the target lies", ("within", "above", "no class"), required=True)
    upstream: Series[float] = share("share of touches that repair what came in wrong; blank: not coded")
    judgement: Series[float] = share("share of touches that need judgement; blank: not coded")
    asked_by: Series[str] = text("who asks", required=True)


class Fan(Table):
    """What the best option has come to, quarter by quarter."""

    month: Series[int] = count("month", required=True)
    p10: Series[float] = number("10th percentile", required=True)
    p25: Series[float] = number("25th percentile", required=True)
    p50: Series[float] = number("median", required=True)
    p75: Series[float] = number("75th percentile", required=True)
    p90: Series[float] = number("90th percentile", required=True)
    option: Series[str] = key("option")


class Odds(Table):
    """How often the best option stays the best at a cost that only it would have."""

    cost: Series[float] = number("cost at the start", required=True)
    best: Series[float] = number("share of the draws", required=True)


class Knowing(Table):
    """What knowing every figure before the decision would be worth on average: one row."""

    draws: Series[int] = count("draws", required=True)
    seed: Series[int] = number("seed of the draws", required=True)
    knowing_all: Series[float] = number("expected value of perfect information", required=True)
