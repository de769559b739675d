"""The data dictionary of what is read: one pandera model per table of the client and of the reference data.

Table-level checks carry in `name` the columns they read, the one they blame first; the rule in `title` and the cure in
`description`. A check is silent about a row in which one of its columns is at fault already.
"""

import pandas as pd
import pandera.pandas as pa

from engineroom.dictionary import initiatives, operations, options, oversight
from engineroom.dictionary.columns import (
    DIRECTIONS,
    UNITS,
    Series,
    Table,
    before,
    choice,
    count,
    date,
    flag,
    key,
    money,
    number,
    rule,
    share,
    text,
    together,
    unique,
    within,
)

# ---------------------------------------------------------------------------------------------------------- inputs


class Kpis(Table):
    """Measured values that do not come from the event log: one row per KPI, workflow, segment and period."""

    kpi: Series[str] = key("KPI id, as `engineroom list kpis` prints them")
    definition: Series[str] = text("definition id where the KPI has several; blank: its default")
    workflow: Series[str] = text("workflow the value is about; blank: the whole engagement")
    segment: Series[str] = text("site, team or business unit; blank: all of them")
    value: Series[float] = number("the value in the KPI's unit, shares as fractions (0.04, not 4%)")
    numerator: Series[float] = number("what was counted: the value is numerator ÷ denominator")
    denominator: Series[float] = count("what it was counted in")
    n: Series[float] = count("items, answers or days the value rests on", expected=True, gt=0)
    deviation: Series[float] = number("standard deviation of one item, for averages", ge=0)
    period_start: Series[pd.Timestamp] = date("first day", required=True)
    period_end: Series[pd.Timestamp] = date("last day", required=True)
    source: Series[str] = text("system, report or person the value comes from", expected=True)
    each_once = unique(
        "workflow kpi definition segment period_start period_end",
        "the same kpi, workflow, segment and period appear twice",
        "keep one row, or name the segments",
    )
    something_measured = rule(
        "value numerator denominator",
        "nothing was measured",
        "give value, or both its parts",
        lambda table: table["value"].notna() | (table["numerator"].notna() & table["denominator"].notna()),
    )
    parts_together = together("denominator", "numerator", "numerator or denominator stands alone")
    something_counted = rule(
        "denominator",
        "denominator is 0",
        "leave the row out: nothing was due",
        lambda table: ~table["denominator"].eq(0),
    )

    @pa.dataframe_check(
        name="value numerator denominator",
        title="value is not numerator ÷ denominator",
        description="correct one of the three",
    )
    def parts_make_the_value(cls, table: pd.DataFrame) -> pd.Series:  # noqa: N805
        """Where all three are given they agree to half a percent."""
        made = table["numerator"] / table["denominator"]
        return table["value"].isna() | made.isna() | ((made - table["value"]).abs() <= 0.005 * made.abs() + 1e-9)

    period_runs_forward = before("period_start", "period_end", "the period ends before it starts")


class Workflows(Table):
    """The process inventory: one row per workflow of the back office under assessment."""

    workflow: Series[str] = key("name of the workflow, as in the event log", unique=True)
    sector: Series[str] = text("sector pack it belongs to; needed where the engagement has several")
    process: Series[str] = text("process id that benchmarks are kept by (`engineroom list benchmarks`)", expected=True)
    function: Series[str] = text("department: finance, hr, it, procurement, logistics, compliance, data, admin ...")
    owner: Series[str] = text("who answers for it", expected=True)
    monthly_volume: Series[float] = count("items a month, all of them", expected=True)
    monthly_straight_through: Series[float] = count("of these, items no human touched")
    monthly_exceptions: Series[float] = count("of these, items that left the standard path")
    fte: Series[float] = number("full-time equivalents that work on it", ge=0)
    unit_cost: Series[float] = money("loaded cost of one item", expected=True)
    cost_of_rework: Series[float] = money("loaded cost of one item that must be reworked")
    cost_of_manual_touch: Series[float] = money("extra cost of one item handled by hand instead of straight through")
    cost_of_late: Series[float] = money("penalty or follow-up cost of one item that misses its SLA")
    cost_spread: Series[float] = share("uncertainty of these unit costs, plus or minus; blank: 0.2")
    systems: Series[str] = text("systems it runs on, separated by semicolons")
    straight_through_within_volume = within("monthly_straight_through", "monthly_volume")
    exceptions_within_volume = within("monthly_exceptions", "monthly_volume")


class Costs(Table):
    """What a workflow cost in a period, by component: cost per transaction as APQC defines it."""

    workflow: Series[str] = key("workflow, as in `workflows`", unique=True)
    personnel: Series[float] = money("wages with all benefits and taxes", required=True)
    systems: Series[float] = money("systems and licences", expected=True)
    overhead: Series[float] = money("space, management, training", expected=True)
    outsourced: Series[float] = money("paid to others for doing it", expected=True)
    other: Series[float] = money("anything else", expected=True)
    total: Series[float] = money("all components together", required=True)
    transactions: Series[float] = count("items completed in the period", required=True)
    period_start: Series[pd.Timestamp] = date("first day", required=True)
    period_end: Series[pd.Timestamp] = date("last day", required=True)
    source: Series[str] = text("ledger or report", expected=True)

    @pa.dataframe_check(
        name="total personnel systems overhead outsourced other",
        title="the components do not add up to total",
        description="correct the component or the total",
    )
    def components_make_the_total(cls, table: pd.DataFrame) -> pd.Series:  # noqa: N805
        """Components sum to the total, to a rounding of one unit or a tenth of a percent."""
        parts = table[["personnel", "systems", "overhead", "outsourced", "other"]].fillna(0).sum(axis=1)
        return (parts - table["total"]).abs() <= (table["total"].abs() * 0.001).clip(lower=1.0)

    something_done = rule(
        "transactions",
        "transactions is 0",
        "leave the row out, or correct it",
        lambda table: ~table["transactions"].eq(0),
    )
    period_runs_forward = before("period_start", "period_end", "the period ends before it starts")


class Staffing(Table):
    """Hours and people per team, for utilisation, productivity and capacity."""

    team: Series[str] = key("name of the team", unique=True)
    workflow: Series[str] = text("workflow it works on; blank: several")
    fte: Series[float] = number("full-time equivalents", required=True, gt=0)
    paid_hours: Series[float] = number("hours paid in the period", expected=True, ge=0)
    leave_hours: Series[float] = number("of these, leave and sickness", expected=True, ge=0)
    productive_hours: Series[float] = number("hours on work items", expected=True, ge=0)
    loaded_rate: Series[float] = money("cost of one paid hour with all benefits", expected=True)
    leave_within_paid = within("leave_hours", "paid_hours")
    productive_within_available = rule(
        "productive_hours paid_hours leave_hours",
        "productive_hours is above paid_hours - leave_hours",
        "a part cannot exceed the whole",
        lambda table: ~(table["productive_hours"] > table["paid_hours"] - table["leave_hours"].fillna(0)),
    )


class Readiness(Table):
    """Status of each prerequisite, with its evidence: what the roadmap's gates read."""

    prerequisite: Series[str] = key("prerequisite id of the sector pack")
    workflow: Series[str] = text("workflow it is about; blank: all of them")
    status: Series[str] = choice("how far it is", ("done", "in_progress", "not_started"), required=True)
    evidence: Series[str] = text("document or system that proves it; without it, done does not count", expected=True)
    owner: Series[str] = text("who answers for it", expected=True)
    date: Series[pd.Timestamp] = date("when it was done, or is due")
    each_once = unique("prerequisite workflow", "prerequisite and workflow appear twice")


INPUTS: dict[str, type[Table]] = (
    {"kpis": Kpis, "workflows": Workflows, "costs": Costs, "staffing": Staffing, "readiness": Readiness}
    | initiatives.INPUTS
    | options.INPUTS
    | operations.INPUTS
    | oversight.INPUTS
)
"""Every table an engagement may hold, by the name of its file or sheet."""


# -------------------------------------------------------------------------------------------------- reference data


class Definitions(Table):
    """What each KPI means: a KPI has one default definition and may have rivals."""

    definition: Series[str] = key("definition id: `<kpi>/<variant>`", "Definition id", unique=True)
    kpi: Series[str] = key("KPI id")
    name: Series[str] = key("name on the page", "KPI", "label")
    is_default: Series[bool] = flag("the definition meant where only the KPI is named", required=True)
    unit: Series[str] = choice("unit of the value", UNITS, required=True)
    direction: Series[str] = choice("which way is better", DIRECTIONS, required=True)
    formula: Series[str] = key("numerator ÷ denominator, in words", "Formula")
    pitfalls: Series[str] = text("how the figure misleads", "Watch out for", blank="")
    standard: Series[str] = key("who defines it so", "Defined by")
    worth: Series[str] = choice(
        "column of `workflows` that prices one failing item; `unit` where the gap is money, `daily_revenue` where it "
        "is days of revenue",
        ("cost_of_rework", "cost_of_manual_touch", "cost_of_late", "unit", "daily_revenue"),
    )
    family: Series[str] = text("KPIs of one family price the same failure: their worths are not added")


class Benchmarks(Table):
    """A value to hold a client against, with what makes it trustworthy or not: one row per statement of a source."""

    benchmark: Series[str] = key("benchmark id", unique=True)
    definition: Series[str] = key("definition the value follows; a gap needs the very same")
    label: Series[str] = key(
        "short name on the page: `HFMA target`, `APQC top quartile`, tier or band name", "Published by", "label"
    )
    sector: Series[str] = key("sector id, or `all`")
    process: Series[str] = text("process ids it is limited to, separated by semicolons; blank: any")
    population: Series[str] = key("who was measured, or whom the target addresses", "For whom")
    unit: Series[str] = choice("unit of the value", UNITS, required=True)
    currency: Series[str] = text("currency of money values")
    kind: Series[str] = choice(
        "measured peers, a target, or a claim", ("measured", "target", "claim"), "Kind", unit="label", required=True
    )
    statistic: Series[str] = key("median, mean, top quartile, leaders, survey share ...")
    line: Series[str] = choice(
        "leading or typical: one value a gap is taken to; band: a range that classifies; context: never compared",
        ("leading", "typical", "band", "context"),
        required=True,
    )
    operator: Series[str] = choice("what meeting it means; blank for bands and context", (">", ">=", "<", "<="))
    value: Series[float] = number("the value; blank for bands")
    low: Series[float] = number("lower edge of a band or range")
    high: Series[float] = number("upper edge of a band or range")
    low_inclusive: Series[bool] = flag("whether the lower edge belongs to the band", required=True)
    high_inclusive: Series[bool] = flag("whether the upper edge belongs to the band", required=True)
    scale: Series[str] = text("name of the scale whose bands, or the peers whose quartiles, belong together")
    source: Series[str] = key("publication, as a reader can find it", "Source")
    reference: Series[str] = key("page or document the value was read in")
    year: Series[float] = number("year of the data; blank: not stated", ge=1990, le=2100)
    published: Series[float] = number("year of the publication; blank: that of the data", ge=1990, le=2100)
    n: Series[float] = count("size of the population; blank: not stated", "n", blank="not stated")
    verification: Series[str] = choice(
        "source: stated in a source document; page: read in a copy of the page; second: quoted by another; "
        "unverified: from memory, never printed",
        ("source", "page", "second", "unverified"),
        required=True,
    )
    grade: Series[str] = choice(
        "A measured with n, page read; B measured, page read; C target or undisclosed sample; D claim or second hand",
        ("A", "B", "C", "D"),
        "Grade",
        required=True,
    )
    expires: Series[pd.Timestamp] = date(
        "after this day the row is stale; blank: its year and the shelf life of its kind"
    )
    caveat: Series[str] = text("what the reader must know before leaning on it", "Caveat", blank="")
    before: Series[str] = text("benchmark id of the value before, where a case gives both")
    words: Series[str] = text("the words seen, and where, if not at `reference`")

    @pa.dataframe_check(
        name="value line operator", title="a line needs a value and an operator", description="give both"
    )
    def lines_have_values(cls, table: pd.DataFrame) -> pd.Series:  # noqa: N805
        """A leading or typical line is one value with its operator."""
        line = table["line"].isin(["leading", "typical"])
        return ~line | (table["value"].notna() & table["operator"].notna())

    @pa.dataframe_check(
        name="low high line scale", title="a band needs an edge and a scale", description="give low or high, and scale"
    )
    def bands_have_edges(cls, table: pd.DataFrame) -> pd.Series:  # noqa: N805
        """A band has at least one edge and belongs to a scale."""
        edges = table["low"].notna() | table["high"].notna()
        return (table["line"] != "band") | (edges & table["scale"].notna())

    @pa.dataframe_check(
        name="value low high unit line", title="a share is outside 0 to 1", description="write 0.04, not 4"
    )
    def shares_are_fractions(cls, table: pd.DataFrame) -> pd.Series:  # noqa: N805
        """Published percentages are a classic place for slips of a factor of 100."""
        edges = table[["value", "low", "high"]]
        inside = (edges.isna() | ((edges >= -1) & (edges <= 1))).all(axis=1)
        return (table["unit"] != "share") | (table["line"] == "context") | inside

    is_dated = rule(
        "expires year published",
        "neither a year nor a day on which it expires",
        "give the year of the data",
        lambda table: table[["expires", "year", "published"]].notna().any(axis=1),
    )
    money_has_a_currency = rule(
        "currency unit",
        "money without a currency",
        "name it, for example USD",
        lambda table: (table["unit"] != "money") | table["currency"].notna(),
    )

    @pa.dataframe_check(
        name="grade kind verification n",
        title="grade A or B needs kind measured, verification page, and for A an n",
        description="grade targets C, claims D",
    )
    def grades_are_earned(cls, table: pd.DataFrame) -> pd.Series:  # noqa: N805
        """Only a measured value whose page was read is graded A (with n) or B."""
        good = table["grade"].isin(["A", "B"])
        earned = (table["kind"] == "measured") & (table["verification"] == "page")
        return ~good | (earned & ((table["grade"] == "B") | table["n"].notna()))


class Collisions(Table):
    """Places where published values of one KPI disagree: shown side by side, never averaged."""

    collision: Series[str] = key("collision id")
    benchmark: Series[str] = key("one of the rivals")
    topic: Series[str] = key("what the rivals are about, for the heading")
    lesson: Series[str] = key("why they differ, in one sentence")


class Processes(Table):
    """Process ids that tie a client's workflows to benchmarks."""

    process: Series[str] = key("process id", unique=True)
    name: Series[str] = key("name on the page")
    function: Series[str] = key("department")
    sectors: Series[str] = key("sector ids separated by semicolons, or `all`")
