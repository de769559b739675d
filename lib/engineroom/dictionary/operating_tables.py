"""The data dictionary of the reports on the operating model: one pandera model per result table."""

import pandas as pd

from engineroom.dictionary.columns import WHOLE, YES_NO, Series, Table, choice, count, date, flag, key, number, text

STATES = {
    "absent": ("Not in the assessment", "unknown"),
    "partly": ("In part", "caution"),
    "owned and measured": ("Owned and measured", "good"),
}
TRACKED = {
    "tracked": ("Tracked", "good"),
    "partly": ("Tracked in part", "caution"),
    "stated": ("Promised, not tracked", "bad"),
    "cannot state": ("No service level agreed", "bad"),
}
VERDICTS = {
    "balanced": ("Balanced", "good"),
    "gaps": ("Gaps", "caution"),
    "cost only": ("Cost only", "bad"),
    "nothing measured": ("Nothing measured", "unknown"),
}
SIDES = {"cost": "Cost", "quality": "Quality", "time": "Time", "customer": "Customer", "people": "People"}
BASES = {"log": "log", "standard": "standard hours", "map": "map"}
BANDS = {"below": ("Below the band", "caution"), "within": ("Within the band", "good"), "above": ("Above it", "bad")}
TRENDS = {"grows": ("Grows", "bad"), "steady": ("Steady", "neutral"), "shrinks": ("Shrinks", "good")}
REASONS = {"cover": "no cover", "gap": "moving people does not close the gap"}
GRADES = {"above": ("Higher than needed", "caution"), "below": ("Lower than needed: a risk", "bad")}
COVERED = {True: ("Yes", "good"), False: ("No", "bad")}


class Profile(Table):
    """The level of each part of a questionnaire: what is shown by evidence, and what is only claimed."""

    instrument: Series[str] = key("questionnaire")
    part: Series[str] = key("part of it", "Part", "phrase")
    name: Series[str] = key("what its first question is about")
    asked: Series[float] = count("questions of the part", required=True)
    answered: Series[float] = count("of these, questions with an answer", required=True)
    answers: Series[float] = count("answers to them, from all workflows and people", required=True)
    evidenced: Series[float] = count("of these, answers with evidence", "With evidence", "of answers", required=True)
    level: Series[float] = number(
        "lower median of the answers with evidence; blank: there are none", "Level", "count",
        blank=("no evidence", "unknown"),
    )  # fmt: skip
    lowest: Series[float] = number("lowest of them")
    highest: Series[float] = number("highest of them")
    claimed: Series[float] = number(
        "lower median of the answers without evidence, which do not count", "Only claimed", "count"
    )
    anchor: Series[str] = text(
        "what is observed at the level, as the question says it", "What was observed", "label",
        blank="No evidence was supplied.",
    )  # fmt: skip
    row: Series[str] = key("row of the domain notes")


class Demand(Table):
    """The hours a workflow asks of a skill in a week."""

    workflow: Series[str] = key("workflow")
    skill: Series[str] = key("skill")
    week: Series[pd.Timestamp] = date("Monday of the week", required=True)
    arrivals: Series[float] = count("items that arrived", required=True)
    hours: Series[float] = number("items × standard hours", required=True, ge=0)
    backlog_hours: Series[float] = number(
        "hours that waited when the first week began; 0 in later weeks", required=True
    )


class Load(Table):
    """Demand against capacity by skill and week, with everybody in place and with trained people moved."""

    skill: Series[str] = key("skill")
    week: Series[pd.Timestamp] = date("Monday of the week", required=True)
    arrivals: Series[float] = count("items that arrived", required=True)
    demand_hours: Series[float] = number("hours they take", required=True)
    capacity_hours: Series[float] = number("hours of the people whose main skill it is", required=True)
    gap_hours: Series[float] = number("demand beyond capacity, everybody in place", required=True)
    left_hours: Series[float] = number("what of it is left when trained people are moved", required=True)
    hours_of_one: Series[float] = number("hours a full-time person has for it in a week", required=True)
    waiting_hours: Series[float] = number("backlog when the week begins, everybody in place", required=True)
    backlog_hours: Series[float] = number("backlog when it ends, everybody in place", required=True)
    moved_backlog_hours: Series[float] = number("backlog when it ends, people moved every week", required=True)


class Moves(Table):
    """Who would work on what else in which week, to cover its arrivals."""

    week: Series[pd.Timestamp] = date("Monday of the week")
    person: Series[str] = text("person")
    from_skill: Series[str] = text("main skill; blank: none", "From skill", blank="none")
    to_skill: Series[str] = text("skill that is short", "To skill")
    hours: Series[float] = number("hours", "Hours", "effort")


class Needs(Table):
    """The people a skill needs: in its mean week and in the one that lacks most."""

    skill: Series[str] = key("skill", "Skill")
    people: Series[float] = count("people whose main skill it is", "People", required=True)
    weeks: Series[float] = count("weeks that are known", required=True)
    short_weeks: Series[float] = count(
        "of these, weeks whose demand is above capacity", "Weeks short", "of weeks", required=True
    )
    mean_hours: Series[float] = number("demand of the mean week", required=True)
    capacity_hours: Series[float] = number("capacity of a week", required=True)
    peak_week: Series[pd.Timestamp] = date(
        "week that lacks most; where none does, the busiest", "Worst week from", "long day", align="right",
        required=True,
    )  # fmt: skip
    peak_hours: Series[float] = number("its demand", required=True)
    gap_hours: Series[float] = number("what it lacks", required=True)
    left_hours: Series[float] = number("what of it is left when trained people are moved", required=True)
    gap_fte: Series[float] = number("the gap in full-time people", "Shortfall", "effort", required=True)
    closed_fte: Series[float] = number(
        "what of it moving people closes", "Closed by reassignment", "effort", required=True
    )
    shrinkage: Series[float] = number(
        "share of paid hours that is not there for work", "Shrinkage", "whole share", required=True
    )
    have_fte: Series[float] = number("full-time people that are there", "FTE available", "effort", required=True)
    need_fte: Series[float] = number(
        "mean demand ÷ hours of a full-time person", "FTE needed, average week", "effort", required=True
    )
    peak_fte: Series[float] = number("the same for the peak", "FTE needed, worst week", "effort", required=True)


class Utilisation(Table):
    """How much of its available time each team works on items, against a band."""

    team: Series[str] = key("team", "Team")
    fte: Series[float] = number("full-time equivalents", "FTE", "effort", required=True)
    available_hours: Series[float] = number("paid hours less leave", "Available hours", "effort", required=True)
    productive_hours: Series[float] = number("hours on work items", "Productive hours", "effort", required=True)
    utilisation: Series[float] = number("productive ÷ available", "Utilisation", "whole share", required=True)
    band: Series[str] = choice("where it lies", BANDS, "Against the band", required=True)
    wait_factor: Series[float] = number(
        "mean wait of an item in handling times, one queue, random arrivals", "Wait, in handling times", "effort"
    )


class Backlogs(Table):
    """What waits, and after how many weeks it is gone."""

    queue: Series[str] = key("skill, or workflow of the log", "Queue")
    kind: Series[str] = choice(
        "skill: in hours; workflow: in items", {"skill": "skill", "workflow": "workflow"}, "Kind", required=True
    )
    start: Series[float] = number("backlog when the first week began", "At the start", "effort", required=True)
    backlog: Series[float] = number("backlog when the last week ended", "At the end", "effort", required=True)
    arrivals: Series[float] = number("what arrives in the mean week", "Comes in a week", "effort", required=True)
    capacity: Series[float] = number(
        "what can be done, or was done, in a week", "Can be done a week", "effort", required=True
    )
    drain_weeks: Series[float] = number(
        "backlog ÷ (capacity - arrivals); infinite: never; blank: nothing to drain", "Cleared in", "effort",
        align="left",
    )  # fmt: skip
    moved_backlog: Series[float] = number(
        "backlog when trained people are moved every week", "If people are moved", "effort"
    )
    trend: Series[str] = choice("whether it grows", TRENDS, "Trend", required=True)


class Cover(Table):
    """How many people can do a skill, fewest first."""

    skill: Series[str] = key("skill", "Skill")
    main: Series[float] = count("people whose main skill it is", "Main skill of", required=True)
    able: Series[float] = count("others who can take over", "Able", required=True)
    learning: Series[float] = count("people who learn it", "Learning", required=True)
    bus_factor: Series[float] = count(
        "people whose absence leaves it to nobody", "Bus factor", align="left", required=True
    )
    holder: Series[str] = text("the one who can do it, where there is one", "Who")
    mean_hours: Series[float] = number("demand of the mean week; blank: not known", "Hours, average week", "effort")
    without_largest_hours: Series[float] = number("hours of those who can, without the one with most", required=True)
    is_covered: Series[pd.BooleanDtype] = flag(
        "these hours cover the mean week", "Covered if the person with most hours is absent", COVERED
    )


class Training(Table):
    """Whom to train in what."""

    skill: Series[str] = text("skill", "Topic")
    reason: Series[str] = choice("too few can do it, or a gap that no move closes", REASONS, "Why")
    bus_factor: Series[float] = number("people who can do it")
    left_hours: Series[float] = number("hours of its worst week that no move closes")
    person: Series[str] = text(
        "who is proposed; blank: nobody has hours left", "Who", blank="no spare hours in the team"
    )
    is_learning: Series[pd.BooleanDtype] = flag("who learns it already", "Already learning", YES_NO)
    spare_hours: Series[float] = number("hours the person has left in the mean week", "Spare hours a week", "effort")


class Misuse(Table):
    """Activities done by another grade than they need, costliest first."""

    activity: Series[str] = text("activity", "Activity")
    workflow: Series[str] = text("workflow", "Workflow")
    kind: Series[str] = choice("grade above or below what it needs", GRADES, "Grade compared with need")
    grade: Series[float] = number("grade of those who do it", "Done by grade", "count")
    needs: Series[float] = number("lowest grade that can", "Needs grade", "count")
    hours: Series[float] = number("hours a week", "Hours a week", "effort")
    rate_difference: Series[float] = number("rate of the one grade less that of the other; blank: not known")
    annual_cost: Series[float] = number("hours × rate difference × 52; only for grades above", "Cost a year", "amount")


class Unseen(Table):
    """Hours that no system records."""

    workflow: Series[str] = text("workflow; blank: of none", "Workflow", blank="none")
    hours: Series[float] = number("hours a week of which it is known", "Hours a week", "effort")
    captured: Series[float] = number("of these, recorded by a system")
    unseen_hours: Series[float] = number("the rest", "Not recorded", "effort")
    unseen_share: Series[float] = number("the rest ÷ all", "Share", "whole share")
    largest: Series[str] = text("activity with the most of them", "Largest part")
    systems: Series[float] = number("systems the workflow runs on", "Systems", "count")


class Coverage(Table):
    """The activities of a back office, and the workflows of the assessment that belong to each."""

    department: Series[str] = key("department", "Department", "phrase")
    activity: Series[str] = key("activity", "Activity", "phrase")
    workflows: Series[str] = text("workflows of the assessment, as a JSON array", "Workflows", "names")
    number: Series[float] = count("how many", required=True)
    monthly_volume: Series[float] = count("items a month; blank: not known", "Items a month")
    owned: Series[float] = count("workflows with an owner", "With an owner", "of number", required=True)
    cost: Series[float] = count("workflows with a KPI of cost", required=True)
    quality: Series[float] = count("workflows with a KPI of quality", required=True)
    time: Series[float] = count("workflows with a KPI of time", required=True)
    customer: Series[float] = count("workflows with a KPI of the customer", required=True)
    measured: Series[float] = count(
        "perspectives measured in each of them: cost, quality, time, customer", "Measured", "of 4", required=True
    )
    state: Series[str] = choice("whether it is looked after", STATES, "State", required=True)
    row: Series[str] = key("row of the domain notes")


class Travel(Table):
    """How an item travels: touches, handoffs, work and waiting."""

    workflow: Series[str] = key("workflow", "Workflow")
    kind: Series[str] = key("class of function: administrative, customer support, industry-specific", "Class", "phrase")
    items: Series[float] = count("completed cases of the log", "n")
    touches: Series[float] = number("human touches of one item", "Touches", "ratio")
    handoffs: Series[float] = number("changes of hands of one item", "Handoffs", "ratio")
    work_hours: Series[float] = number("sum of the steps: hands-on hours of one item", "Sum of the steps", "hours")
    wait_hours: Series[float] = number("the rest of its way")
    total_hours: Series[float] = number("end to end", "End to end", "hours")
    wait_share: Series[float] = number("wait ÷ end to end", "Waiting", "most of all")
    basis: Series[str] = choice("log; median time and standard hours; plan on the map", BASES, "Basis")


class Tracking(Table):
    """Whether a promise is written, and whether a system watches it."""

    workflow: Series[str] = key("workflow", "Workflow")
    requirement: Series[str] = text("what is promised, as a JSON array", "Promise", "names", blank="no written promise")
    tracked_by: Series[str] = text("systems that watch it, as a JSON array", "Tracked by", "names")
    is_tracked_by_log: Series[bool] = flag("no system is named, but cases of the log carry a due date", required=True)
    monthly_items: Series[float] = number("items a month; blank: not known", "Items a month", "count")
    tracked_share: Series[float] = number(
        "share of items whose due date a system watches", "Tracked", "whole share", required=True
    )
    tracked_items: Series[float] = number("that many a month")
    state: Series[str] = choice("state", TRACKED, "State", required=True)


class Balance(Table):
    """Which perspectives of a balanced scorecard are measured."""

    workflow: Series[str] = text("workflow; blank: the whole engagement", "Workflow", blank=WHOLE)
    cost: Series[str] = text("KPI of cost", SIDES["cost"], "label")
    quality: Series[str] = text("KPI of quality", SIDES["quality"], "label")
    time: Series[str] = text("KPI of time", SIDES["time"], "label")
    customer: Series[str] = text("KPI of the customer", SIDES["customer"], "label")
    people: Series[str] = text("KPI of the people", SIDES["people"], "label")
    measured: Series[float] = count("perspectives that are measured", required=True)
    verdict: Series[str] = choice("verdict", VERDICTS, "Verdict", required=True)
    definitions: Series[float] = count("KPIs that follow several definitions, on the row of the whole", required=True)


class Supply(Table):
    """People with the hours a week they have for work."""

    person: Series[str] = key("person")
    team: Series[str] = text("team")
    grade: Series[float] = number("grade")
    weekly_hours: Series[float] = number("hours of a full week")
    shrinkage: Series[float] = number("share of them that is leave, training and the like", required=True)
    loaded_rate: Series[float] = number("cost of an hour")
    skill: Series[str] = text("main skill")
    hours: Series[float] = number("hours a week that are left", required=True)
