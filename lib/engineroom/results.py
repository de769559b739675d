"""The data dictionary of what is computed: one pandera model per result table."""

import pandas as pd

from engineroom.columns import DIRECTIONS, UNITS, Series, Table, choice, count, date, flag, key, money, number, text

VERDICTS = ("meets", "misses", "inconclusive", "not compared")


class Caveats(Table):
    """What the reader must know about the data before leaning on a figure made from it."""

    subject: Series[str] = key("file or table")
    caveat: Series[str] = key("what was found, as a sentence")
    affected: Series[float] = count("rows or cases concerned")
    total: Series[float] = count("of how many")
    effect: Series[str] = key("what it does to the figures")
    examples: Series[str] = text("up to three places where it stands")


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
    workflow: Series[str] = text("workflow; blank text for the whole engagement", required=True)
    value: Series[float] = number("value in `unit`")
    unit: Series[str] = choice("unit", UNITS, required=True)
    direction: Series[str] = choice("which way is better", DIRECTIONS, required=True)
    numerator: Series[float] = number("pooled numerator")
    denominator: Series[float] = number("pooled denominator")
    n: Series[float] = count("items the value rests on")
    low: Series[float] = number("lower end of the 95% interval; blank: no bound")
    high: Series[float] = number("upper end of the 95% interval; blank: no bound")
    method: Series[str] = key("how the interval was made, or why there is none")
    definition: Series[str] = key("definition id")
    process: Series[str] = text("process id of the workflow")
    period_start: Series[pd.Timestamp] = date("first day", required=True)
    period_end: Series[pd.Timestamp] = date("last day", required=True)
    source: Series[str] = key("file, rows and SHA-256 the value came from")


class Gaps(Measures):
    """A measure and its distance to one benchmark; positive is worse."""

    name: Series[str] = key("name of the KPI on the page")
    benchmark: Series[str] = text("benchmark id; blank where none is comparable")
    benchmark_label: Series[str] = text("short name of the benchmark")
    benchmark_value: Series[float] = number("value of the benchmark")
    operator: Series[str] = text("what meeting it means")
    line: Series[str] = text("leading or typical")
    kind: Series[str] = text("measured, target or claim")
    grade: Series[str] = text("A to D")
    is_stale: Series[bool] = flag("the benchmark had expired at the report's date", required=True)
    gap: Series[float] = number("distance in the KPI's unit, positive is worse")
    gap_low: Series[float] = number("gap at the better end of the interval")
    gap_high: Series[float] = number("gap at the worse end of the interval")
    verdict: Series[str] = choice("what the interval allows to say", VERDICTS, required=True)
    items_needed: Series[float] = count("further items that would settle an inconclusive verdict at this rate")
    reason: Series[str] = text("why there is no verdict, or no number of items settles it")


class Tiers(Table):
    """Where a measure and both ends of its interval fall on a scale of bands."""

    kpi: Series[str] = key("KPI id")
    name: Series[str] = key("name of the KPI on the page")
    workflow: Series[str] = text("workflow; blank text for the whole engagement", required=True)
    scale: Series[str] = key("scale of bands")
    value: Series[float] = number("value")
    low: Series[float] = number("lower end of the interval")
    high: Series[float] = number("upper end of the interval")
    n: Series[float] = count("items the value rests on")
    unit: Series[str] = choice("unit", UNITS, required=True)
    tier: Series[str] = key("band the value falls in, or `between`")
    tier_low: Series[str] = key("band of the lower end")
    tier_high: Series[str] = key("band of the upper end")
    straddles: Series[bool] = flag("the interval crosses an edge", required=True)


class Worths(Table):
    """What closing a gap is worth in a year, as a range."""

    workflow: Series[str] = key("workflow")
    kpi: Series[str] = key("KPI id")
    name: Series[str] = key("name of the KPI on the page")
    family: Series[str] = key("family of KPIs that price the same failure")
    annual_volume: Series[float] = count("items a year")
    price: Series[str] = key("column of `workflows` that prices one item")
    unit_price: Series[float] = money("its value")
    worth_low: Series[float] = money("annual worth at the better end of the gap and the lower unit cost")
    worth: Series[float] = money("annual worth at the measured gap")
    worth_high: Series[float] = money("annual worth at the worse end of the gap and the higher unit cost")
    is_counted: Series[bool] = flag("the one of its family that totals count", required=True)


# --------------------------------------------------------------------------------------------------------- the roadmap

STATUSES = ("done", "claimed", "in_progress", "not_started", "not_recorded")
DECISIONS = ("open", "waits", "overridden", "refused")


class Prerequisites(Table):
    """What each workflow needs before it is touched, and what the evidence says."""

    workflow: Series[str] = key("workflow")
    prerequisite: Series[str] = key("prerequisite id")
    name: Series[str] = key("its name on the page")
    status: Series[str] = choice(
        "what the record supports; claimed: done without evidence or day", STATUSES, required=True
    )
    is_met: Series[bool] = flag("done, with evidence and a day that has passed", required=True)
    is_general: Series[bool] = flag("its record is about all workflows", required=True)
    evidence: Series[str] = text("document that proves it")
    owner: Series[str] = text("who answers for it")
    date: Series[pd.Timestamp] = date("when it was done, or is due")
    source: Series[str] = key("row of the domain notes")


class Stages(Table):
    """How far each workflow has come on the way from data to automation."""

    workflow: Series[str] = key("workflow")
    stage: Series[str] = key("stage it stands at: the first that is not complete")
    data_met: Series[float] = count("prerequisites met on data")
    data: Series[float] = count("of how many")
    map_met: Series[float] = count("prerequisites met on the map")
    map: Series[float] = count("of how many")
    governance_met: Series[float] = count("prerequisites met on governance")
    governance: Series[float] = count("of how many")
    blocks: Series[str] = text("names of what is missing, separated by semicolons")


class Decisions(Table):
    """What each gate says to each initiative it concerns."""

    initiative: Series[str] = key("initiative")
    kind: Series[str] = key("kind of initiative")
    workflow: Series[str] = text("workflow; blank text for all of them", required=True)
    gate: Series[str] = key("gate id")
    rule: Series[str] = key("the rule in a few words")
    decision: Series[str] = choice("open, waits for the plan, overridden, or refused", DECISIONS, required=True)
    missing: Series[str] = text("evidence that is missing; blank where the gate is open", required=True)
    unblocks: Series[str] = text("what would open it", required=True)
    opened_by: Series[str] = text("items of the plan that open it, separated by semicolons", required=True)
    source: Series[str] = key("row of the domain notes")
    approver: Series[str] = text("who overrode it")
    approved: Series[pd.Timestamp] = date("when")
    reason: Series[str] = text("why")
    rebuild_low: Series[float] = money("price of the override if the work is rebuilt: twice the cost")
    rebuild_high: Series[float] = money("three times the cost")


class Stability(Table):
    """Whether a workflow runs in control, week by week."""

    workflow: Series[str] = key("workflow")
    chart: Series[str] = key("chart and figure")
    weeks: Series[float] = count("weeks it rests on")
    signals: Series[float] = count("weeks that signal")
    is_stable: Series[bool] = flag("no week signals; blank: cannot be told")
    reason: Series[str] = key("what was seen")


class Maps(Table):
    """What the map of a workflow shows."""

    workflow: Series[str] = key("workflow")
    steps: Series[float] = count("steps")
    completeness: Series[float] = number("share of owner, input, output and exception path that is filled in")
    handoffs: Series[float] = count("arrows on which the owner changes")
    loops: Series[float] = count("groups of steps that can be walked in a circle")
    orphans: Series[str] = text("steps that no path from start to end passes", required=True)
    wait_share: Series[float] = number("waiting hours ÷ all hours")


class Rankings(Table):
    """Where each workflow comes in the three orders of the source, and how firmly."""

    workflow: Series[str] = key("workflow")
    monthly_volume: Series[float] = count("items a month")
    unit_cost: Series[float] = money("cost of one item")
    error_rate: Series[float] = number("error or, where not measured, rework rate")
    fte: Series[float] = number("people it takes")
    friction: Series[float] = number("share of items that leave the standard path")
    standardisation: Series[float] = number("share of items that stay on it and need no judgement")
    by_criteria: Series[float] = count("rank by friction, volume and standardisation")
    by_load: Series[float] = count("rank by volume, error rate and people")
    by_cost: Series[float] = count("rank by cost per item and error rate")
    top_share: Series[float] = number("share of all weightings of all three that put it among the first three")
    best_rank: Series[float] = count("best rank in any weighting")
    worst_rank: Series[float] = count("worst rank in any weighting")
    is_shortlisted: Series[bool] = flag("it is on the shortlist", required=True)
    data_ready: Series[float] = number("share of the data's prerequisites that are met")
    integration_ready: Series[float] = number("share of the map's prerequisites that are met")
    capacity_ready: Series[float] = number("share of the team's available hours that is free")


class Placements(Table):
    """The bucket of each workflow, why, how sure, and when to look again."""

    workflow: Series[str] = key("workflow")
    bucket: Series[str] = key("Automate to STP, Augment, Centralise, Eliminate, or Not placed")
    reason: Series[str] = key("the rule that fired, in words with its figures")
    confidence: Series[str] = choice("how firmly", ("high", "medium", "low"), required=True)
    unknown: Series[str] = text("attributes that are not known", required=True)
    review: Series[pd.Timestamp] = date("next portfolio review", required=True)


class PilotPlans(Table):
    """A pilot before it starts: KPI, baseline, target, and the items it takes to see the difference."""

    workflow: Series[str] = key("workflow")
    kpi: Series[str] = key("KPI id")
    name: Series[str] = key("name of the KPI on the page")
    baseline: Series[float] = number("share before")
    baseline_n: Series[float] = count("items it rests on")
    target: Series[float] = number("share it is to reach")
    items_needed: Series[float] = count("items in the pilot that show the difference with 80% power")
    items_expected: Series[float] = count("items in 60 days")
    days_needed: Series[float] = count("days until enough items have passed")
    is_enough: Series[bool] = flag("60 days suffice", required=True)


class PilotResults(Table):
    """A pilot that has run, judged."""

    pilot: Series[str] = key("pilot")
    workflow: Series[str] = key("workflow")
    kpi: Series[str] = key("KPI id")
    before: Series[float] = number("share before")
    during: Series[float] = number("share in the pilot")
    change: Series[float] = number("difference, positive is better")
    low: Series[float] = number("lower end of its interval")
    high: Series[float] = number("upper end of its interval")
    verdict: Series[str] = choice("what the interval allows to say", ("pass", "fail", "inconclusive"), required=True)
    reason: Series[str] = key("why")


class Plan(Table):
    """The plan: one row per item, initiatives and the prerequisites that open their gates."""

    item: Series[str] = key("initiative or prerequisite")
    kind: Series[str] = key("kind of initiative, or prerequisite")
    workflow: Series[str] = text("workflow; blank text for all of them", required=True)
    owner: Series[str] = text("who answers for it")
    wave: Series[float] = count("wave: 1 for what nothing in the plan holds up")
    start: Series[pd.Timestamp] = date("first day", required=True)
    end: Series[pd.Timestamp] = date("last day", required=True)
    weeks: Series[float] = count("weeks it takes")
    slack_weeks: Series[float] = count("weeks it can slip while all else stays")
    is_critical: Series[bool] = flag("on the chain that sets the end of the plan", required=True)
    held_by: Series[str] = text("why it cannot start earlier", required=True)
    gates: Series[str] = text("gates it waited for or overrode", required=True)
    annual_benefit_low: Series[float] = money("benefit a year, at least")
    annual_benefit: Series[float] = money("benefit a year")
    annual_benefit_high: Series[float] = money("benefit a year, at most")
    cost: Series[float] = money("one-off cost")


class Calendar(Table):
    """A dated event of the governance."""

    date: Series[pd.Timestamp] = date("day", required=True)
    event: Series[str] = key("what happens")
    about: Series[str] = text("workflow or subject", required=True)
    owner: Series[str] = text("who calls it", required=True)
    does: Series[str] = key("what is decided")
    source: Series[str] = key("row of the domain notes")


class Groups(Table):
    """The headline figures of a log for each value of one column, largest first; blank where the log cannot tell."""

    group: Series[str] = key("value of the column")
    volume: Series[float] = count("cases completed in the period", required=True)
    share: Series[float] = number("share of the volume")
    cumulative_share: Series[float] = number("share of the volume of this and all larger groups")
    open_cases: Series[float] = count("cases not complete when the period ended")
    cycle_time_p50_hours: Series[float] = number("median cycle time")
    cycle_time_p90_hours: Series[float] = number("90th percentile of the cycle time")
    stp_rate: Series[float] = number("share completed without a human touch")
    first_pass_yield: Series[float] = number("share completed without rework")
    error_rate: Series[float] = number("share of those inspected that were defective")
    exception_rate: Series[float] = number("share with at least one exception")
    sla_compliance: Series[float] = number("share of those due that were done in time")
    cost_per_transaction: Series[float] = number("recorded cost per completed case")
    rework_cost: Series[float] = number("recorded cost of rework steps and failed attempts")
    rework_cost_share: Series[float] = number("its share of the recorded cost")
    handoffs: Series[float] = number("hand-offs between people per completed case")
    handling_hours: Series[float] = number("handling hours per case handled")
    waiting_hours: Series[float] = number("cycle time less handling, per case handled")


class Steps(Table):
    """First-pass yield of each step: of the completed cases that came to it, how many passed at the first attempt."""

    workflow: Series[str] = key("workflow")
    step: Series[str] = key("activity")
    cases: Series[float] = count("completed cases that came to it", required=True)
    events: Series[float] = count("times it was done in them", required=True)
    first_pass_yield: Series[float] = number("share that did it once and without an exception", required=True)
    low: Series[float] = number("lower end of the 95% interval")
    high: Series[float] = number("upper end of the 95% interval")
    handling_hours: Series[float] = number("hours spent on it in all")


class Exceptions(Table):
    """Types of exception of each workflow, most frequent first."""

    workflow: Series[str] = key("workflow")
    exception: Series[str] = key("type")
    events: Series[float] = count("events that ended so", required=True)
    cases: Series[float] = count("completed cases concerned", required=True)
    cost: Series[float] = number("cost recorded on those events")
    share: Series[float] = number("share of the workflow's exceptions", required=True)
    cumulative_share: Series[float] = number("share of this and all more frequent types", required=True)


class Weeks(Table):
    """What came in, went out and was left, week by week."""

    week: Series[pd.Timestamp] = date("its Monday", required=True)
    received: Series[float] = count("cases received", required=True)
    completed: Series[float] = count("cases completed", required=True)
    open_cases: Series[float] = number("cases open at its end", required=True)
    cycle_time_p50_hours: Series[float] = number("median cycle time of those completed")
    cycle_time_p90_hours: Series[float] = number("90th percentile of the same")
    first_pass_yield: Series[float] = number("share of those completed without rework")


class Resources(Table):
    """What each person or system did in the period."""

    resource: Series[str] = key("person or system, as the log names it")
    is_human: Series[pd.BooleanDtype] = flag("whether it is a person; blank where the log does not tell")
    events: Series[float] = count("events", required=True)
    cases: Series[float] = count("cases it worked on", required=True)
    hours: Series[float] = number("hours between start and completion of its events")
    events_per_hour: Series[float] = number("events per such hour")
    first: Series[pd.Timestamp] = date("start of its first event", required=True)
    last: Series[pd.Timestamp] = date("end of its last event", required=True)
    utilisation: Series[float] = number("share of its stated working hours that its events took")
