"""The data dictionary of what is drilled out of a log: one pandera model per result table of `drilldown`."""

import pandas as pd

from engineroom.dictionary.columns import Series, Table, count, date, flag, key, number, text


class Steps(Table):
    """First-pass yield of each step: of the completed cases that came to it, how many passed at the first attempt."""

    workflow: Series[str] = key("workflow")
    step: Series[str] = key("activity")
    cases: Series[float] = count("completed cases that came to it", required=True)
    events: Series[float] = count("times it was done in them, updates of it left out", required=True)
    first_pass_yield: Series[float] = number("share that never came back to it, without an exception", required=True)
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


class Logs(Table):
    """What a log is: one row where the engagement has one, none where it has none."""

    source: Series[str] = key("file or table")
    source_sha256: Series[str] = text("SHA-256 of the file; blank: a table", required=True)
    timezone: Series[str] = key("its own clock")
    calendar: Series[str] = text(
        "working calendar in which durations are counted; blank: they are elapsed", required=True
    )
    rows_used: Series[float] = count("rows that the figures rest on", required=True)


class Absent(Table):
    """A KPI that the log cannot give."""

    kpi: Series[str] = key("KPI id")
    needs: Series[str] = key("what would give it, as a code")


class WorkflowWeeks(Table):
    """What was completed of each workflow in each week, from Monday on the log's own clock."""

    workflow: Series[str] = key("workflow")
    week: Series[pd.Timestamp] = date("its Monday", required=True)
    completed: Series[int] = count("cases completed", required=True)
    reworked: Series[int] = count("of those, reworked", required=True)
    judged: Series[int] = count("of those, known to be reworked or not", required=True)
    lasted: Series[int] = count("of those completed, with a known cycle time", required=True)
    hours: Series[float] = number("median cycle time")
    low_hours: Series[float] = number("duration below which the median of so many items lies by chance, once in 741")
    centre_hours: Series[float] = number("median cycle time of the workflow in all weeks")
    high_hours: Series[float] = number("duration above which the median of so many items lies by chance, once in 741")
    is_whole: Series[bool] = flag("quick and slow items had the same chance to be completed in it", required=True)
    failures: Series[float] = count("exceptions in the cases that were followed")
    followed: Series[int] = count("cases of which the log tells the exceptions", required=True)


class Quarters(Table):
    """What was completed of each workflow in each quarter of the calendar: the counts that a pilot's shares are of."""

    workflow: Series[str] = key("workflow")
    quarter: Series[pd.Timestamp] = date("its first day", required=True)
    quick: Series[float] = count("cases completed within the median time of all quarters", required=True)
    lasted: Series[float] = count("cases completed with a known cycle time", required=True)
    straight: Series[float] = count("cases no human touched", required=True)
    touched: Series[float] = count("cases of which that is known", required=True)
    first_pass: Series[float] = count("cases right the first time", required=True)
    reworked: Series[float] = count("cases reworked", required=True)
    judged: Series[float] = count("cases of which that is known", required=True)
    defective: Series[float] = count("cases found wrong", required=True)
    inspected: Series[float] = count("cases looked at", required=True)
    met: Series[float] = count("cases completed in time", required=True)
    due: Series[float] = count("cases completed with a due time or an answer", required=True)


class Durations(Table):
    """How many cases left after how long."""

    workflow: Series[str] = key("workflow")
    entered: Series[float] = number("age when observation began; -1: received in the period", required=True)
    hours: Series[float] = number("age when it was completed, or when the period ended", required=True)
    completed: Series[int] = count("cases completed at that age", required=True)
    open: Series[int] = count("cases still open at that age", required=True)
    is_after: Series[bool] = flag("completed on or after the day of the change", required=True)


class Corrections(Table):
    """How often completed cases needed a stated rework activity."""

    workflow: Series[str] = key("workflow")
    step: Series[str] = key("rework activity")
    events: Series[float] = count("times it was done", required=True)
    cases: Series[float] = count("completed cases that needed it", required=True)
    handling_hours: Series[float] = number("hours spent on it in all")


class Following(Table):
    """What comes after the steps of systems and of people in completed cases."""

    workflow: Series[str] = key("workflow")
    is_human: Series[bool] = flag("steps of people, else of systems", required=True)
    steps: Series[int] = count("steps", required=True)
    followed: Series[int] = count("steps with a next event", required=True)
    corrected: Series[int] = count("steps whose next event is a stated rework activity", required=True)
    failed: Series[int] = count("steps that ended in an exception", required=True)
    wait_p50_hours: Series[float] = number("median wait for the next event")
    wait_p90_hours: Series[float] = number("90th percentile of the same")


class Paths(Table):
    """How completed cases move from one step to the next, most often first."""

    workflow: Series[str] = key("workflow")
    step: Series[str] = key("activity")
    next_step: Series[str] = text("activity that follows; blank: the case ends here", blank="end")
    moves: Series[int] = count("times the one follows the other", required=True)
    wait_mean_hours: Series[float] = number("mean hours from the end of the step to the start of the next")
    visits: Series[int] = count("times the activity happens at all", required=True)
    began: Series[int] = count("cases that begin with the activity", required=True)
    of_all: Series[int] = count("moves of the workflow at all, drawn or not", required=True)


class StraightThrough(Table):
    """Completed cases that no human touched."""

    workflow: Series[str] = key("workflow")
    straight: Series[int] = count("such cases", required=True)
    reworked: Series[int] = count("of those, reworked", required=True)


class Arrivals(Table):
    """What came in and what was left, by workflow and whole week of the period."""

    workflow: Series[str] = key("workflow")
    week: Series[pd.Timestamp] = date("its Monday", required=True)
    received: Series[float] = count("cases received", required=True)
    completed: Series[float] = count("cases completed", required=True)
    open: Series[float] = number("cases open at its end", required=True)


class Efforts(Table):
    """Means over the completed cases of a workflow; blank where the log does not tell."""

    workflow: Series[str] = key("workflow")
    completed: Series[float] = count("completed cases", required=True)
    touches: Series[float] = number("human touches per case")
    handoffs: Series[float] = number("hand-offs per case")
    handling_hours: Series[float] = number("handling hours per case handled")
    waiting_hours: Series[float] = number("cycle time less handling, per case handled")
    share: Series[float] = number("share of cases with a due date", required=True)
    monthly: Series[float] = number("completed cases a month of 30.44 days", required=True)
    touched_share: Series[float] = number("share of cases that a human touched")
    touched_hours: Series[float] = number("mean cycle time of those")


class Together(Table):
    """In how many completed cases one person did both activities of a rule of separation; people are counted."""

    rule: Series[int] = count("place of the rule in the table separations", required=True)
    workflow: Series[str] = key("workflow")
    both: Series[float] = count("cases with both activities", required=True)
    judged: Series[float] = count("of those, with a named person for each", required=True)
    same: Series[float] = count("of those, with one person for both", required=True)
    people: Series[float] = count("people who did both at least once", required=True)
    able: Series[float] = count("people who did either", required=True)
