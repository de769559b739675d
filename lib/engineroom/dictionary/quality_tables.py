"""The data dictionary of the report on process quality: one pandera model per result table of `quality`."""

import pandas as pd

from engineroom.dictionary.columns import YES_NO, Series, Table, choice, count, date, flag, key, number, text
from engineroom.dictionary.initiatives import CAUSES

DIMENSIONS = {
    "completeness": "Completeness",
    "accuracy": "Accuracy",
    "timeliness": "Timeliness",
    "consistency": "Consistency",
    "validity": "Validity",
    "duplicates": "Free of duplicates",
}
BANDS = {
    "below": ("Fewer than typical", "good"),
    "within": ("Within the typical 15 to 30", "caution"),
    "above": ("More than typical", "bad"),
}
MADE_FROM = {
    "rework_cost_stated": "Stated cost",
    "rework_cost_recorded": "The log",
    "rework_cost_by_rate": "Hours × rate",
}
FIGURES = {"rework": "Rework rate", "exceptions": "Exceptions per item", "cycle time": "Cycle time (median)"}
MAPS = {"logged": "As logged", "described": "As described"}
CHANGED = {"first_pass_yield": "First-pass yield", "cycle_time_p50": "Cycle time (median)"}
VERDICTS = {"better": ("Better", "good"), "worse": ("Worse", "bad"), "not confirmed": ("Not confirmed", "caution")}
BECAME = {
    "held": ("Kept", "good"),
    "slipped": ("Slipped", "bad"),
    "alarm": ("Alarm", "bad"),
    "no alarm": ("No alarm", "good"),
    "not settled": ("Unclear", "caution"),
    "too early": ("Too early to say", "unknown"),
}


class Yields(Table):
    """First-pass yield of each step, or of each check that sends items back, most failures first."""

    workflow: Series[str] = key("workflow", "Workflow")
    step: Series[str] = key("step, or the stated rework activity that a check ends in", "Step")
    kind: Series[str] = choice("what was counted", ("step", "check"), required=True)
    cases: Series[float] = count("completed cases that came to it", "n", required=True)
    failing: Series[float] = count(
        "of these, cases that did not pass at the first attempt", "Not right first", required=True
    )
    first_pass_yield: Series[float] = number(
        "share that passed at the first attempt", "First-pass yield", "measured share", required=True
    )
    low: Series[float] = number("lower end of its 95% interval")
    high: Series[float] = number("upper end of its 95% interval")
    extra_events: Series[float] = count("attempts beyond the first, or correction steps", "Extra steps", required=True)
    hours_per_event: Series[float] = number("mean handling hours of one attempt")
    rework_hours: Series[float] = number("extra events × mean handling hours", "Rework hours", "in hours")


class Factory(Table):
    """The hidden factory: what entered each workflow, what was right the first time, and what the rest took."""

    workflow: Series[str] = key("workflow", "Workflow")
    entered: Series[float] = count("cases under way in the period", "Received", required=True)
    still_open: Series[float] = count("not complete when it ended", required=True)
    not_told: Series[float] = count("completed, but the log does not tell whether they were reworked", required=True)
    first_pass: Series[float] = count("right the first time", "Right first time", required=True)
    reworked: Series[float] = count("reworked", "Reworked", required=True)
    first_pass_yield: Series[float] = number(
        "right the first time ÷ completed with known rework", "First-pass yield", "measured share"
    )
    low: Series[float] = number("lower end of its 95% interval")
    high: Series[float] = number("upper end of its 95% interval")
    rolled_throughput_yield: Series[float] = number(
        "product over its steps of the share of all completed cases that did not fail there", "Rolled yield", "share"
    )
    opportunities: Series[float] = count("steps or checks that can fail")
    defects: Series[float] = count("failed first attempts, each step of a case once")
    dpmo: Series[float] = number("defects ÷ (cases × opportunities), per million", "DPMO", "count")
    extra_events: Series[float] = count("attempts beyond the first, or correction steps")
    rework_hours: Series[float] = number("extra events × mean handling hours of their step", "Rework hours", "in hours")
    rework_cost: Series[float] = number("cost of rework in the period")
    rework_cost_low: Series[float] = number("its lower end")
    rework_cost_high: Series[float] = number("its upper end")
    cost_method: Series[str] = text(
        "how the cost was made, or what would give it", "Basis of the cost", states=MADE_FROM
    )
    cost_recorded: Series[float] = number("what the log records for the same rework; blank: it records none")


class Kinds(Table):
    """How many types of exception each workflow has, against the 15 to 30 that a source calls typical."""

    workflow: Series[str] = key("workflow", "Workflow")
    types: Series[float] = count("types of exception seen", "Types", required=True)
    events: Series[float] = count("exceptions in the period", "Exceptions", required=True)
    items: Series[float] = count("completed cases, all of them", "n")
    rate: Series[float] = number(
        "share of them with an exception; blank: only a monthly table tells", "Items with one", "share"
    )
    low: Series[float] = number("lower end of its 95% interval")
    high: Series[float] = number("upper end of its 95% interval")
    band: Series[str] = choice("where the number of types lies", BANDS, "Compared with 15 to 30", required=True)
    largest_fifth: Series[float] = number(
        "share of the exceptions in the largest fifth of the types",
        "Share of the largest fifth of types",
        "whole share",
    )
    is_stable: Series[bool] = flag("weekly charts show no signal; blank: cannot be told", "Stable", YES_NO)
    stabilise_first: Series[bool] = flag("as many types as the band or more, or weeks that signal", required=True)


class Arrows(Table):
    """The maps of workflows: the ways from step to step that are worth drawing."""

    map: Series[str] = choice("as the log shows it, or as the client describes it", MAPS, "Map", required=True)
    workflow: Series[str] = key("workflow", "Workflow")
    step: Series[str] = text("step that is left; blank: here items begin", "From", blank="start")
    next_step: Series[str] = text("step that follows; blank: here items end", "To", blank="end")
    items: Series[float] = count("moves in the period, of completed cases", "Moves")
    share: Series[float] = number("of the items that leave the step", "Share", "whole share")
    wait_hours: Series[float] = number("mean or stated wait before the next step", "Wait", "hours")
    wait_share: Series[float] = number("of all waiting of the workflow", "Of all waiting", "whole share")
    is_correction: Series[bool] = flag("leads into a step that the settings name as rework")
    drawn: Series[float] = number("share of all moves of the workflow that its arrows show")


class Times(Table):
    """How long cases of a workflow take: completed ones, and with the open ones counted at the age they had."""

    workflow: Series[str] = key("workflow", "Workflow")
    precision: Series[str] = text("unit that the log's times tell; blank: to the minute", required=True)
    completed: Series[float] = count("completed cases", "Done", required=True)
    still_open: Series[float] = count("open cases", "Still open", required=True)
    p50_hours: Series[float] = number("median of those completed", "P50, done", "hours")
    p90_hours: Series[float] = number("90th percentile of those completed", "P90, done", "hours")
    all_p50_hours: Series[float] = number("median with open cases", "P50 with open", "hours", blank="not reached yet")
    all_p50_low: Series[float] = number("lower end of its 95% interval")
    all_p50_high: Series[float] = number("upper end of its 95% interval")
    all_p90_hours: Series[float] = number(
        "90th percentile with open cases", "P90 with open", "hours", blank="not reached yet"
    )
    all_p90_low: Series[float] = number("lower end of its 95% interval")
    all_p90_high: Series[float] = number("upper end of its 95% interval; blank: too few are done to bound it")
    touch_hours: Series[float] = number("mean handling hours of a case that was handled", "Touch", "hours")
    wait_hours: Series[float] = number("mean of the rest of its cycle time", "Wait", "hours")
    handled: Series[float] = count("cases with handling time", required=True)


class Curves(Table):
    """The share of cases still open at an age, per workflow."""

    workflow: Series[str] = key("workflow")
    hours: Series[float] = number("age", required=True)
    share_open: Series[float] = number("share still open after it", required=True)


class Points(Table):
    """The weeks of every control chart."""

    workflow: Series[str] = key("workflow")
    figure: Series[str] = choice("what is drawn", FIGURES, required=True)
    chart: Series[str] = key("kind of chart")
    week: Series[pd.Timestamp] = date("its Monday", required=True)
    value: Series[float] = number("value of the week", required=True)
    low: Series[float] = number("lower limit", required=True)
    centre: Series[float] = number("centre line", required=True)
    high: Series[float] = number("upper limit", required=True)
    is_signal: Series[bool] = flag("outside the limits, or the end of a run", required=True)


class Signals(Table):
    """What every control chart says."""

    workflow: Series[str] = key("workflow", "Workflow")
    figure: Series[str] = choice("what is drawn", FIGURES, "Chart", required=True)
    chart: Series[str] = key("kind of chart")
    weeks: Series[float] = count("weeks", "Weeks", required=True)
    centre: Series[float] = number("centre line", required=True)
    signals: Series[float] = count("weeks that signal", "Signals", required=True)
    shifted: Series[pd.Timestamp] = date("week from which the level lies elsewhere; blank: none was found", "Since")
    before: Series[float] = number("level before that week, as the centre is counted")
    after: Series[float] = number("level from that week on")
    is_judged: Series[bool] = flag("at least twenty weeks were seen", required=True)


class Dimensions(Table):
    """Dimensions of data quality of the client's own tables and log."""

    dimension: Series[str] = choice("dimension", DIMENSIONS, "Dimension", required=True)
    subject: Series[str] = key("file, table or figure")
    rule: Series[str] = key("what passes", "Test", "sentence")
    passing: Series[float] = count("what passed")
    applicable: Series[float] = count("of how many", "n")
    value: Series[float] = number("share that passed; blank: not measured", "Passing", "measured share")
    low: Series[float] = number("lower end of its 95% interval")
    high: Series[float] = number("upper end of its 95% interval")


class DataScores(Table):
    """Dimensions of data quality of one workflow: what its gate asks for."""

    workflow: Series[str] = key("workflow", "Workflow")
    dimension: Series[str] = choice("dimension", DIMENSIONS, "Dimension", required=True)
    passing: Series[float] = count("what passed")
    applicable: Series[float] = count("of how many", "n")
    value: Series[float] = number("share that passed", "Passing", "measured share")
    low: Series[float] = number("lower end of its 95% interval")
    high: Series[float] = number("upper end of its 95% interval")


class Health(Table):
    """What the log tells about automation in running."""

    workflow: Series[str] = key("workflow", "Workflow")
    automatic_steps: Series[float] = count("steps done by systems", "Automatic steps", required=True)
    automatic_share: Series[float] = number(
        "their share of all steps whose actor is known", "Of all steps", "whole share"
    )
    exception_rate: Series[float] = number("completed cases with an exception")
    bot_error_rate: Series[float] = number("automatic steps that ended in an exception", "End in an exception", "share")
    corrected_after: Series[float] = number(
        "automatic steps that a correction follows at once", "Sent back next", "share"
    )
    corrected_low: Series[float] = number("lower end of its 95% interval")
    corrected_high: Series[float] = number("upper end of its 95% interval")
    corrected_after_people: Series[float] = number("the same for steps of people", "After people", "share")
    straight: Series[float] = count("straight-through cases with known rework")
    straight_reworked: Series[float] = count("of these, reworked")
    wait_p90_hours: Series[float] = number(
        "90th percentile of the wait after an automatic step", "Wait after (P90)", "hours"
    )
    wait_p90_hours_people: Series[float] = number("the same after a person's step", "After people (P90)", "hours")
    is_hidden_queue: Series[bool] = flag(
        "it is longer after systems by half or more; blank: cannot be told", "Queue", {True: ("Check", "caution")}
    )


class Changes(Table):
    """First-pass yield and cycle time before and after a day."""

    workflow: Series[str] = key("workflow; (all) for the whole", "Workflow")
    figure: Series[str] = choice("what was measured again", CHANGED, "KPI", required=True)
    before: Series[float] = number("before")
    after: Series[float] = number("from the day on")
    relative: Series[float] = number("after ÷ before - 1; blank for a share, which is compared in points")
    n_before: Series[float] = count("completed cases before", required=True)
    n_after: Series[float] = count("completed cases after", required=True)
    low: Series[float] = number("lower end of the difference, or of the figure after")
    high: Series[float] = number("upper end of it")
    verdict: Series[str] = choice("what can be said", VERDICTS, "Verdict", required=True)


class Months(Table):
    """The months of a change: each KPI beside the limits that an unchanged process keeps."""

    change: Series[str] = key("what went live")
    workflow: Series[str] = key("workflow")
    kpi: Series[str] = key("KPI id")
    name: Series[str] = key("its name")
    unit: Series[str] = key("unit of the value")
    month: Series[pd.Timestamp] = date("first day of the month", required=True)
    programme_month: Series[float] = number("1 is the month of the go-live; 0 and below lie before it", required=True)
    numerator: Series[float] = count("what was counted", required=True)
    denominator: Series[float] = count("in how many items", required=True)
    value: Series[float] = number("numerator ÷ denominator", required=True)
    is_base: Series[bool] = flag("the limits are made from it", required=True)
    centre: Series[float] = number("level of the base; blank: too few months")
    limit: Series[float] = number("an unchanged process is worse than this in one month of a hundred")
    is_signal: Series[bool] = flag("worse than the limit, in the months that are watched", required=True)


class Kept(Table):
    """What became of a change: is its gain still there, and did errors escape."""

    change: Series[str] = key("what went live", "What went live")
    workflow: Series[str] = key("workflow")
    kpi: Series[str] = key("KPI id")
    name: Series[str] = key("its name", "KPI", "label")
    unit: Series[str] = key("unit of the values")
    go_live: Series[pd.Timestamp] = date("when it went live", "Since", "long day", required=True)
    last_month: Series[float] = number("last month of the programme that was counted", required=True)
    before: Series[float] = number("before the go-live; blank: not counted")
    gained: Series[float] = number("in the first six months; of escaped errors, in the months of the base")
    watched: Series[float] = number("in the months that are watched; blank: they are not there yet")
    loss: Series[float] = number("how much worse that is; positive is worse")
    low: Series[float] = number("lower end of its 95% interval")
    high: Series[float] = number("upper end of its 95% interval")
    signals: Series[float] = count("watched months that are worse than the limit", "Signals", required=True)
    first_signal: Series[pd.Timestamp] = date("the first of them")
    verdict: Series[str] = choice("what can be said", BECAME, "Verdict", required=True)


class Instruments(Table):
    """The instruments of a workflow: one row a figure that is known."""

    workflow: Series[str] = key("workflow")
    kpi: Series[str] = key("KPI id")
    name: Series[str] = key("its name")
    unit: Series[str] = key("unit of the value")
    value: Series[float] = number("the figure", required=True)
    low: Series[float] = number("lower end of its interval or range; blank: none")
    high: Series[float] = number("upper end")
    n: Series[float] = count("items, hours or steps it rests on")
    definition: Series[str] = key("definition it follows")
    is_made_here: Series[bool] = flag(
        "made from the tables and the log, not a measure of the engagement", required=True
    )


class Types(Table):
    """A type of exception of a workflow and how often it comes, the most frequent first."""

    workflow: Series[str] = key("workflow")
    type: Series[str] = key("type of exception")
    events: Series[float] = count("times it came", required=True)
    cumulative_share: Series[float] = number("share of this and all more frequent types", required=True)
    cause: Series[str] = choice("why a person must touch it, as the table `exceptions` codes it", CAUSES)
