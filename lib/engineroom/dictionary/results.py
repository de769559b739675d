"""The data dictionary of what is computed: one pandera model per result table."""

import pandas as pd

from engineroom.dictionary import schemas
from engineroom.dictionary.columns import (
    DIRECTIONS,
    UNITS,
    WHOLE,
    Series,
    Table,
    choice,
    count,
    date,
    flag,
    key,
    money,
    number,
    text,
)

JUDGED = ("meets", "misses", "inconclusive")
"""Verdicts of a comparison that was made."""

ABOUT = ("rows", "completions", "starts", "cases", "log", "figures")
"""What a caveat counts: of `log` it is what engagement.toml leaves open, of `figures` those stated in two places."""

MOVES = {
    "reached": ("Reached", "good"),
    "closing": ("Closing", "good"),
    "falling back": ("Falling back", "bad"),
    "plateau": ("Plateau", "bad"),
    "not settled": ("Unclear", "caution"),
    "too few months": ("Too few months", "unknown"),
}
VERDICTS = {
    "meets": ("Meets", "good"),
    "misses": ("Falls short", "bad"),
    "inconclusive": ("Too close to call", "caution"),
    "not compared": ("Not compared", "unknown"),
}
VALUES = {
    "continuity": "Continuity",
    "cost": "Cost",
    "accuracy": "Accuracy of the data",
    "compliance": "Compliance",
    "scalability": "Scalability",
}


class Caveats(Table):
    """What the reader must know about the data before leaning on a figure made from it."""

    subject: Series[str] = key("file or table")
    caveat: Series[str] = key("code of what was found")
    affected: Series[float] = count("rows or cases concerned")
    total: Series[float] = count("of how many")
    about: Series[str] = choice("what is counted", ABOUT, required=True)
    effect: Series[str] = key("code of what it does to the figures")
    is_left_out: Series[bool] = flag("those concerned are in no figure", required=True)
    detail: Series[str] = text("further parts of the sentence, as a JSON object", required=True)
    examples: Series[str] = text("up to three places where it stands, as a JSON array of codes", required=True)


class Cases(Table):
    """The case table that every log becomes: one row per case, times in UTC."""

    case_id: Series[str] = key("case id, always text")
    workflow: Series[str] = text("workflow or transaction type")
    received: Series[pd.Timestamp] = date("first moment of the case")
    completed: Series[pd.Timestamp] = date("moment it was complete; blank: open")
    touches: Series[float] = count("human touches; blank: unknown")
    is_reworked: Series[bool] = flag("it needed rework; blank: unknown")
    is_defective: Series[bool] = flag("an error was found in it; blank: unknown")
    cost: Series[float] = number("cost recorded on its events")
    rework_cost: Series[float] = number("the part of it that rework steps and failed attempts took")
    handling_hours: Series[float] = number("hours its events took, those of people where people are told apart")
    handoffs: Series[float] = count("times it passed from one person to the next")
    failures: Series[float] = count("events that ended in an exception")
    events: Series[float] = count("events")
    workflows: Series[float] = count("1, or 2 where its events name several workflows")
    due: Series[pd.Timestamp] = date("when it was due; blank: no due date")
    is_met: Series[bool] = flag("it met its SLA, where the record says so itself")


class Measures(Table):
    """A KPI's value with everything needed to judge it: one row per KPI, definition and workflow."""

    kpi: Series[str] = key("KPI id")
    workflow: Series[str] = text(
        "workflow; blank text for the whole engagement", "Workflow", blank=WHOLE, required=True
    )
    value: Series[float] = number("value in `unit`", "Value", "measured")
    unit: Series[str] = choice("unit", UNITS, required=True)
    direction: Series[str] = choice("which way is better", DIRECTIONS, required=True)
    numerator: Series[float] = number("pooled numerator")
    denominator: Series[float] = number("pooled denominator")
    n: Series[float] = count("items the value rests on", "n")
    low: Series[float] = number("lower end of the 95% interval; blank: no bound")
    high: Series[float] = number("upper end of the 95% interval; blank: no bound")
    method: Series[str] = key("code of how the interval was made, or of why there is none")
    definition: Series[str] = key("definition id")
    process: Series[str] = text("process id of the workflow")
    pooled: Series[str] = text(
        "workflows that a figure of the whole engagement is made of, as a JSON array; blank: all, or one of its own"
    )
    period_start: Series[pd.Timestamp] = date("first day", required=True)
    period_end: Series[pd.Timestamp] = date("last day", required=True)
    source: Series[str] = key("file or table the value came from")
    source_sha256: Series[str] = text("SHA-256 of the file; blank: a table of a database", required=True)
    source_rows: Series[str] = text("rows of the file, as `2-7, 9`; blank: all of them", required=True)


class Gaps(Measures):
    """A measure and its distance to one benchmark; positive is worse."""

    name: Series[str] = key("name of the KPI on the page", "KPI", "label")
    benchmark: Series[str] = text("benchmark id; blank where none is comparable")
    benchmark_label: Series[str] = text("short name of the benchmark")
    benchmark_value: Series[float] = number("value of the benchmark")
    operator: Series[str] = text("what meeting it means")
    line: Series[str] = text("leading or typical")
    kind: Series[str] = text("measured, target or claim")
    grade: Series[str] = text("A to D")
    is_stale: Series[bool] = flag("the benchmark had expired at the report's date", required=True)
    age: Series[float] = count("years since its data, or its publication; blank: its year is not stated", unit="years")
    accepted: Series[str] = text("why a stale benchmark may stay, as engagement.toml says; blank: nobody said so")
    gap: Series[float] = number("distance in the KPI's unit, positive is worse")
    gap_low: Series[float] = number("gap at the better end of the interval")
    gap_high: Series[float] = number("gap at the worse end of the interval")
    verdict: Series[str] = choice("what the interval allows to say", VERDICTS, "Verdict", required=True)
    items_needed: Series[float] = count("further items that would settle an inconclusive verdict at this rate")
    reason: Series[str] = text("code of why there is no verdict, or no number of items settles it")


class Rivals(schemas.Benchmarks):
    """A published value that disagrees with others about a KPI, and the verdict it would give the client."""

    benchmark: Series[str] = key("benchmark id")
    collision: Series[str] = key("collision id")
    topic: Series[str] = key("what the rivals are about", "About", "label")
    lesson: Series[str] = key("why they differ")
    kpi: Series[str] = key("KPI id")
    is_comparable: Series[bool] = flag("the client's measure follows the same definition and process", required=True)
    measured: Series[float] = number("the client's value; blank: not compared", "Client", "its unit")
    workflow: Series[str] = text("the client's workflow; blank text: the whole engagement", required=True)
    verdict: Series[str] = key("what the comparison would say")


class Superseded(Table):
    """A figure that a table states and the log gives too: the log is used."""

    name: Series[str] = key("name of the KPI on the page")
    workflow: Series[str] = text("workflow; blank text for the whole engagement", required=True)
    stated: Series[float] = number("value that the table states", required=True)
    measured: Series[float] = number("value that the log gives", required=True)
    unit: Series[str] = choice("unit", UNITS, required=True)
    low: Series[float] = number("lower end of the log's 95% interval")
    high: Series[float] = number("upper end of the log's 95% interval")


class MissingKpis(Table):
    """A KPI of the sector pack that nothing supports."""

    name: Series[str] = key("name of the KPI on the page")
    why: Series[str] = key("why the sector watches it")
    needs: Series[str] = key("what would give it, as a code")


class Tiers(Table):
    """Where a measure and both ends of its interval fall on a scale of bands, or among the quarters of peers."""

    kpi: Series[str] = key("KPI id")
    name: Series[str] = key("name of the KPI on the page", "KPI", "label")
    workflow: Series[str] = text(
        "workflow; blank text for the whole engagement", "Workflow", blank=WHOLE, required=True
    )
    scale: Series[str] = key("scale of bands")
    source: Series[str] = key("who published it", "Published by", "label")
    is_stale: Series[bool] = flag("it had expired at the report's date", required=True)
    age: Series[float] = count("years since its data; blank: its year is not stated", unit="years")
    value: Series[float] = number("value", "Value", "measured")
    low: Series[float] = number("lower end of the interval")
    high: Series[float] = number("upper end of the interval")
    n: Series[float] = count("items the value rests on", "n")
    unit: Series[str] = choice("unit", UNITS, required=True)
    tier: Series[str] = key("band the value falls in, or `between`")
    tier_low: Series[str] = key("band of the lower end")
    tier_high: Series[str] = key("band of the upper end")
    straddles: Series[bool] = flag("the interval crosses an edge", required=True)
    is_reference: Series[bool] = flag("the source draws the scale for other processes", required=True)
    is_of_peers: Series[bool] = flag("the bands are quarters of peers that were measured", required=True)


class Values(Table):
    """What the gaps endanger: the comparisons of each kind of value by verdict, and what the missed are worth."""

    value: Series[str] = key("kind of value", "Value", states=VALUES)
    measured: Series[float] = count("KPIs that are measured", "KPIs measured", required=True)
    compared: Series[float] = count("comparisons with a verdict", "Compared", required=True)
    missed: Series[float] = count("of these, missed", "Missed", required=True)
    inconclusive: Series[float] = count("of these, inconclusive", "Too close to call", required=True)
    worth_low: Series[float] = money("what the missed ones are worth a year, at least; blank: none has a price")
    worth_high: Series[float] = money("at most")
    worst: Series[str] = text(
        "name of the KPI that misses by most; blank: none", "Furthest from benchmark", "label", required=True
    )


class Reviews(Table):
    """A benchmark at its quarterly review: has it expired, and does the figure move towards it."""

    workflow: Series[str] = text(
        "workflow; blank text for the whole engagement", "Workflow", blank=WHOLE, required=True
    )
    kpi: Series[str] = key("KPI id")
    name: Series[str] = key("its name", "KPI", "label")
    unit: Series[str] = key("unit of the value")
    value: Series[float] = number("value", required=True)
    benchmark_value: Series[float] = number("value of the benchmark", required=True)
    benchmark_label: Series[str] = key("whose", "Benchmark", "label")
    expires: Series[pd.Timestamp] = date("the benchmark is good until then", required=True)
    is_stale: Series[bool] = flag("it has expired, or will before the next review", required=True)
    gap: Series[float] = number("distance, positive is worse", required=True)
    months: Series[float] = count("months that were counted one by one", required=True)
    pace: Series[float] = number("by how much the figure gets better in a quarter; blank: too few months")
    low: Series[float] = number("lower end of its 95% interval")
    high: Series[float] = number("upper end of its 95% interval")
    verdict: Series[str] = choice("what the months say", MOVES, "Trend", required=True)


COUNTING = {
    "counted": "yes",
    "same_failure": "no, failure already counted",
    "indicative": "no, indicative",
    "no_spend": "no, cost not known",
    "cash": "no, one-off cash",
}


class Worths(Table):
    """What closing a gap is worth in a year, as a range, and what cash it would set free once."""

    workflow: Series[str] = text(
        "workflow; blank text for the whole engagement", "Workflow", blank=WHOLE, required=True
    )
    kpi: Series[str] = key("KPI id")
    name: Series[str] = key("name of the KPI on the page", "KPI", "label")
    family: Series[str] = key("family of KPIs that price the same failure")
    annual_volume: Series[float] = count("items a year", "Items a year")
    price: Series[str] = key("column of `workflows` that prices one item")
    unit_price: Series[float] = money("its value", "Per item")
    worth_low: Series[float] = money(
        "annual worth at the better end of the gap and the lower unit cost", "From", "amount"
    )
    worth: Series[float] = money("annual worth at the measured gap")
    worth_high: Series[float] = money(
        "annual worth at the worse end of the gap and the higher unit cost", "To", "amount"
    )
    spend: Series[float] = money("yearly spend of the workflow: items × unit cost")
    grade: Series[str] = text("grade of the benchmark", "Grade")
    counting: Series[str] = choice("whether the yearly total includes it", COUNTING, "In the total", required=True)
    is_counted: Series[bool] = flag("the yearly total includes it", required=True)
