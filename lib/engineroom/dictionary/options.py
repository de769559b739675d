"""The data dictionary of what a business case is made from: the options, what each claims, and how sure that is.

Every table is optional. A blank cost is not zero: it is not disclosed, and the report says how large it may be before
the decision flips.
"""

import pandas as pd
import pandera.pandas as pa

from engineroom.dictionary.columns import (
    Series,
    Table,
    choice,
    count,
    key,
    money,
    number,
    rule,
    share,
    text,
    together,
    unique,
)

KINDS = ("automate", "augment", "offshore", "nearshore", "hybrid", "shared service", "do nothing")
DRIVERS = (
    "saving_share",
    "saving_decay",
    "delay_months",
    "one_off_cost",
    "run_cost",
    "run_cost_growth",
    "defect_rate",
    "defect_cost",
    "front_office_cost",
)
DISTRIBUTIONS = ("fixed", "uniform", "triangular", "normal")
GRADES = ("A", "B", "C", "D")


class Options(Table):
    """What could be done instead: one row per option, with what its author claims."""

    option: Series[str] = key("name of the option", unique=True)
    kind: Series[str] = choice("what it is; its reference class goes by it", KINDS, required=True)
    workflow: Series[str] = text("workflow it changes; blank: all of them")
    annual_saving: Series[float] = money("claimed saving a year in full run; blank where `savings` gives the years")
    saving_is: Series[str] = choice("before run_cost or after it; blank: nobody says", ("gross", "net"))
    one_off_cost: Series[float] = money("cost of getting there, paid at the start; blank: not disclosed, 0: none")
    run_cost: Series[float] = money("cost a year of keeping it; blank: not disclosed, 0: none")
    transition_months: Series[float] = count("months until the full saving")
    ramp: Series[str] = choice("saving before that: step for none, linear for an even rise", ("step", "linear"))
    productivity_gain: Series[float] = number("items more in the same hours, as a fraction", gt=-1)
    defect_rate: Series[float] = share("share of its items that would be wrong")
    front_office_hours: Series[float] = number(
        "hours a year that the front office spends on its errors, from the fourth year on; half of it in the third",
        ge=0,
    )
    front_office_rate: Series[float] = money("loaded cost of such an hour")
    csat: Series[float] = number("customer satisfaction that is promised, mean of 1 to 5", ge=1, le=5)
    nps: Series[float] = number("net promoter score that is promised", ge=-100, le=100)
    fcr: Series[float] = share("first contact resolution that is promised")
    initiative: Series[str] = text(
        "initiatives that carry it out, separated by semicolons: a gate that one overrides multiplies the one-off cost"
    )
    owner: Series[str] = text("who answers for the claim", expected=True)
    grade: Series[str] = choice("how far the claim can be trusted: A measured to D hearsay", GRADES, expected=True)
    source: Series[str] = text("offer, study or person the claim comes from", expected=True)
    hours_have_a_rate = together(
        "front_office_hours", "front_office_rate", "hours of the front office and their rate belong together"
    )


class Savings(Table):
    """What an option claims to save in each year: one row per option and year; later years are as the last."""

    option: Series[str] = key("option, as in `options`")
    year: Series[float] = number("1 for the first year", required=True, ge=1, le=30)
    saving: Series[float] = money("saving of that year", required=True)
    years_follow = rule(
        "year option",
        "the years of an option are not 1, 2, 3 ...",
        "one row per year, from 1",
        lambda table: table["year"] == table.groupby("option")["year"].rank(method="first"),
    )


class Assumptions(Table):
    """How uncertain a figure is: one row per option and driver."""

    option: Series[str] = text("option, as in `options`; blank: all of them together")
    driver: Series[str] = choice("figure it is about", DRIVERS, required=True)
    distribution: Series[str] = choice(
        "fixed: likely; uniform: low to high; triangular: all three; normal: low and high are P10 and P90",
        DISTRIBUTIONS,
        required=True,
    )
    low: Series[float] = number("least, or P10; shares as fractions")
    likely: Series[float] = number("most likely")
    high: Series[float] = number("most, or P90")
    owner: Series[str] = text("who answers for it", expected=True)
    grade: Series[str] = choice("how far it can be trusted: A measured to D hearsay", GRADES, expected=True)
    source: Series[str] = text("where it comes from", expected=True)
    each_once = unique("driver option", "the same option and driver appear twice")

    @pa.dataframe_check(
        name="distribution low likely high",
        title="the distribution lacks a figure",
        description="fixed: likely; uniform and normal: low and high; triangular: all three",
    )
    def is_complete(cls, table: pd.DataFrame) -> pd.Series:  # noqa: N805
        """A distribution has the figures it is drawn from."""
        spans = table["distribution"] != "fixed"
        centred = table["distribution"].isin(["fixed", "triangular"])
        ends = table["low"].notna() & table["high"].notna()
        return (~spans | ends) & (~centred | table["likely"].notna())

    @pa.dataframe_check(name="likely low high", title="likely is outside its range", description="low ≤ likely ≤ high")
    def is_in_range(cls, table: pd.DataFrame) -> pd.Series:  # noqa: N805
        """The ends are in order, and the likely value lies between them."""
        low, likely, high = table["low"], table["likely"], table["high"]
        return ~((likely < low) | (likely > high) | (low > high))

    @pa.dataframe_check(
        name="low likely driver", title="a figure is below 0", description="only growth can be negative"
    )
    def is_not_negative(cls, table: pd.DataFrame) -> pd.Series:  # noqa: N805
        """Costs, shares and months are not negative; a cost may shrink."""
        least = table[["low", "likely"]].min(axis=1)
        return ~(least < 0) | (table["driver"] == "run_cost_growth")


class HeadcountTargets(Table):
    """A reduction somebody asks for: tested against volume, straight-through rate and what automation reaches."""

    workflow: Series[str] = key("workflow, as in `workflows`", unique=True)
    reduction: Series[float] = share("share of its people to go", required=True)
    kind: Series[str] = choice("means it is to be reached by", KINDS, required=True)
    asked_by: Series[str] = text("who asks for it", expected=True)
    source: Series[str] = text("where it is written", expected=True)


INPUTS: dict[str, type[Table]] = {
    "options": Options,
    "savings": Savings,
    "assumptions": Assumptions,
    "headcount_targets": HeadcountTargets,
}
"""Tables of an engagement that only the business case reads."""


class ReferenceClasses(Table):
    """What others who claimed the same have reached: one row per published range."""

    reference_class: Series[str] = key("id", unique=True)
    label: Series[str] = key("short name on the page", "Reference class", "label")
    kinds: Series[str] = key("kinds of option it is about, separated by semicolons")
    measure: Series[str] = choice(
        "share of today's cost saved, factor on a one-off cost, or month of the programme",
        ("saving", "cost_factor", "month"),
        required=True,
    )
    line: Series[str] = choice(
        "realised: claims are held against it; quoted: what sellers promise; context: worth knowing",
        {"realised": "realised", "quoted": "quoted", "context": "context"},
        "Kind",
        required=True,
    )
    basis: Series[str] = choice("part of a claim it is compared with", ("first_year", "full_run"))
    low: Series[float] = number("lower end", required=True)
    high: Series[float] = number("upper end", required=True)
    source: Series[str] = key("publication, as a reader can find it")
    reference: Series[str] = key("row of the domain notes, or page", "Source")
    verification: Series[str] = choice("how far it was looked up", ("source", "page", "second"), required=True)
    grade: Series[str] = choice("as for benchmarks", GRADES, "Grade", required=True)
    caveat: Series[str] = text("what the reader must know before leaning on it", "Caveat", blank="")
    is_in_order = rule("high low", "low is above high", "swap them", lambda table: table["low"] <= table["high"])
    classes_have_a_basis = rule(
        "basis line measure",
        "a class without a basis",
        "say what a claim is compared by",
        lambda table: (table["measure"] != "saving") | (table["line"] != "realised") | table["basis"].notna(),
    )
