"""The data dictionary of what is drilled out of a log: one pandera model per result table of `drilldown`."""

import pandas as pd

from engineroom.dictionary.columns import Series, Table, count, date, flag, key, number


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
