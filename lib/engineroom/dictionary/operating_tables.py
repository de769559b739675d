"""The data dictionary of the reports on the operating model: one pandera model per result table."""

import pandas as pd

from engineroom.dictionary.columns import Series, Table, choice, count, date, flag, key, number, text


class Profile(Table):
    """The level of each part of a questionnaire: what is shown by evidence, and what is only claimed."""

    instrument: Series[str] = key("questionnaire")
    part: Series[str] = key("part of it")
    name: Series[str] = key("what its first question is about")
    asked: Series[float] = count("questions of the part", required=True)
    answered: Series[float] = count("of these, questions with an answer", required=True)
    answers: Series[float] = count("answers to them, from all workflows and people", required=True)
    evidenced: Series[float] = count("of these, answers with evidence", required=True)
    level: Series[float] = number("lower median of the answers with evidence; blank: there are none")
    lowest: Series[float] = number("lowest of them")
    highest: Series[float] = number("highest of them")
    claimed: Series[float] = number("lower median of the answers without evidence, which do not count")
    anchor: Series[str] = text("what is observed at the level, as the question says it")
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
    from_skill: Series[str] = text("main skill; blank: none")
    to_skill: Series[str] = text("skill that is short")
    hours: Series[float] = number("hours")


class Needs(Table):
    """The people a skill needs: in its mean week and in the one that lacks most."""

    skill: Series[str] = key("skill")
    people: Series[float] = count("people whose main skill it is", required=True)
    weeks: Series[float] = count("weeks that are known", required=True)
    short_weeks: Series[float] = count("of these, weeks whose demand is above capacity", required=True)
    mean_hours: Series[float] = number("demand of the mean week", required=True)
    capacity_hours: Series[float] = number("capacity of a week", required=True)
    peak_week: Series[pd.Timestamp] = date("week that lacks most; where none does, the busiest", required=True)
    peak_hours: Series[float] = number("its demand", required=True)
    gap_hours: Series[float] = number("what it lacks", required=True)
    left_hours: Series[float] = number("what of it is left when trained people are moved", required=True)
    gap_fte: Series[float] = number("the gap in full-time people", required=True)
    closed_fte: Series[float] = number("what of it moving people closes", required=True)
    shrinkage: Series[float] = number("share of paid hours that is not there for work", required=True)
    have_fte: Series[float] = number("full-time people that are there", required=True)
    need_fte: Series[float] = number("mean demand ÷ hours of a full-time person", required=True)
    peak_fte: Series[float] = number("the same for the peak", required=True)


class Utilisation(Table):
    """How much of its available time each team works on items, against a band."""

    team: Series[str] = key("team")
    fte: Series[float] = number("full-time equivalents", required=True)
    available_hours: Series[float] = number("paid hours less leave", required=True)
    productive_hours: Series[float] = number("hours on work items", required=True)
    utilisation: Series[float] = number("productive ÷ available", required=True)
    band: Series[str] = choice("where it lies", ("below", "within", "above"), required=True)
    wait_factor: Series[float] = number("mean wait of an item in handling times, one queue, random arrivals")


class Backlogs(Table):
    """What waits, and after how many weeks it is gone."""

    queue: Series[str] = key("skill, or workflow of the log")
    kind: Series[str] = choice("skill: in hours; workflow: in items", ("skill", "workflow"), required=True)
    start: Series[float] = number("backlog when the first week began", required=True)
    backlog: Series[float] = number("backlog when the last week ended", required=True)
    arrivals: Series[float] = number("what arrives in the mean week", required=True)
    capacity: Series[float] = number("what can be done, or was done, in a week", required=True)
    drain_weeks: Series[float] = number("backlog ÷ (capacity - arrivals); infinite: never; blank: nothing to drain")
    moved_backlog: Series[float] = number("backlog when trained people are moved every week")
    trend: Series[str] = choice("whether it grows", ("grows", "steady", "shrinks"), required=True)


class Cover(Table):
    """How many people can do a skill, fewest first."""

    skill: Series[str] = key("skill")
    main: Series[float] = count("people whose main skill it is", required=True)
    able: Series[float] = count("others who can take over", required=True)
    learning: Series[float] = count("people who learn it", required=True)
    bus_factor: Series[float] = count("people whose absence leaves it to nobody", required=True)
    holder: Series[str] = text("the one who can do it, where there is one")
    mean_hours: Series[float] = number("demand of the mean week; blank: not known")
    without_largest_hours: Series[float] = number("hours of those who can, without the one with most", required=True)
    is_covered: Series[pd.BooleanDtype] = flag("these hours cover the mean week")


class Training(Table):
    """Whom to train in what."""

    skill: Series[str] = text("skill")
    reason: Series[str] = choice("too few can do it, or a gap that no move closes", ("cover", "gap"))
    bus_factor: Series[float] = number("people who can do it")
    left_hours: Series[float] = number("hours of its worst week that no move closes")
    person: Series[str] = text("who is proposed; blank: nobody has hours left")
    is_learning: Series[pd.BooleanDtype] = flag("who learns it already")
    spare_hours: Series[float] = number("hours the person has left in the mean week")


class Misuse(Table):
    """Activities done by another grade than they need, costliest first."""

    activity: Series[str] = text("activity")
    workflow: Series[str] = text("workflow")
    kind: Series[str] = choice("grade above or below what it needs", ("above", "below"))
    grade: Series[float] = number("grade of those who do it")
    needs: Series[float] = number("lowest grade that can")
    hours: Series[float] = number("hours a week")
    rate_difference: Series[float] = number("rate of the one grade less that of the other; blank: not known")
    annual_cost: Series[float] = number("hours × rate difference × 52; only for grades above")


class Unseen(Table):
    """Hours that no system records."""

    workflow: Series[str] = text("workflow; blank: of none")
    hours: Series[float] = number("hours a week of which it is known")
    captured: Series[float] = number("of these, recorded by a system")
    unseen_hours: Series[float] = number("the rest")
    unseen_share: Series[float] = number("the rest ÷ all")
    largest: Series[str] = text("activity with the most of them")
    systems: Series[float] = number("systems the workflow runs on")


class Coverage(Table):
    """The activities of a back office, and the workflows of the assessment that belong to each."""

    department: Series[str] = key("department")
    activity: Series[str] = key("activity")
    workflows: Series[str] = text("workflows of the assessment, as a JSON array")
    number: Series[float] = count("how many", required=True)
    monthly_volume: Series[float] = count("items a month; blank: not known")
    owned: Series[float] = count("workflows with an owner", required=True)
    cost: Series[float] = count("workflows with a KPI of cost", required=True)
    quality: Series[float] = count("workflows with a KPI of quality", required=True)
    time: Series[float] = count("workflows with a KPI of time", required=True)
    customer: Series[float] = count("workflows with a KPI of the customer", required=True)
    measured: Series[float] = count(
        "perspectives measured in each of them: cost, quality, time, customer", required=True
    )
    state: Series[str] = choice("whether it is looked after", ("absent", "partly", "owned and measured"), required=True)
    row: Series[str] = key("row of the domain notes")


class Travel(Table):
    """How an item travels: touches, handoffs, work and waiting."""

    workflow: Series[str] = key("workflow")
    kind: Series[str] = key("class of function: administrative, customer support, industry-specific")
    items: Series[float] = count("completed cases of the log")
    touches: Series[float] = number("human touches of one item")
    handoffs: Series[float] = number("changes of hands of one item")
    work_hours: Series[float] = number("sum of the steps: hands-on hours of one item")
    wait_hours: Series[float] = number("the rest of its way")
    total_hours: Series[float] = number("end to end")
    wait_share: Series[float] = number("wait ÷ end to end")
    basis: Series[str] = choice("log; median time and standard hours; plan on the map", ("log", "standard", "map"))


class Tracking(Table):
    """Whether a promise is written, and whether a system watches it."""

    workflow: Series[str] = key("workflow")
    requirement: Series[str] = text("what is promised, as a JSON array")
    tracked_by: Series[str] = text("systems that watch it, as a JSON array")
    is_tracked_by_log: Series[bool] = flag("no system is named, but cases of the log carry a due date", required=True)
    monthly_items: Series[float] = number("items a month; blank: not known")
    tracked_share: Series[float] = number("share of items whose due date a system watches", required=True)
    tracked_items: Series[float] = number("that many a month")
    state: Series[str] = choice("state", ("tracked", "partly", "stated", "cannot state"), required=True)


class Balance(Table):
    """Which perspectives of a balanced scorecard are measured."""

    workflow: Series[str] = text("workflow; blank: the whole engagement")
    cost: Series[str] = text("KPI of cost")
    quality: Series[str] = text("KPI of quality")
    time: Series[str] = text("KPI of time")
    customer: Series[str] = text("KPI of the customer")
    people: Series[str] = text("KPI of the people")
    measured: Series[float] = count("perspectives that are measured", required=True)
    verdict: Series[str] = choice("verdict", ("balanced", "gaps", "cost only", "nothing measured"), required=True)
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
