"""The data dictionary of what a roadmap computes: one pandera model per result table."""

import pandas as pd

from engineroom.dictionary.columns import (
    WHOLE,
    YES_NO,
    Series,
    State,
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

AGENDA = {
    "scope": "Scope approved",
    "map": "Maps and owners",
    "procedures": "Procedures",
    "data and governance": "Data and governance",
    "automation": "Targeted automation",
    "skills": "Skills",
    "feedback": "Feedback",
}
STEPS = {
    "map": "Map it",
    "choose": "Compare it again",
    "feasibility": "Make it feasible",
    "metrics": "Fix its metrics",
    "pilot": "Pilot",
}
STATUSES = {
    "done": ("Done", "good"),
    "claimed": ("Claimed, not shown", "bad"),
    "attested": ("Attested, not measured", "caution"),
    "contradicted": ("Measured otherwise", "bad"),
    "in_progress": ("In progress", "caution"),
    "not_started": ("Not started", "bad"),
    "not_recorded": ("Not recorded", "unknown"),
}
ABOUT = {"data": "Data", "map": "Map", "governance": "Governance"}
SHOWN: dict[bool, State] = {True: ("Shown", "good"), False: ("No evidence", "bad")}
DECISIONS = {
    "open": ("Open", "good"),
    "waits": ("Refused for now", "caution"),
    "overridden": ("Overridden", "bad"),
    "refused": ("Refused", "bad"),
}
PLANNED = {"done": ("Done", "good"), "planned": ("Planned", "caution"), "not planned": ("Not planned", "bad")}
STAGES = {
    "data": ("Data", "caution"),
    "map": ("Map", "caution"),
    "governance": ("Governance", "caution"),
    "automate": ("Automate", "good"),
}
CONFIDENCE = {"high": ("High", "good"), "medium": ("Medium", "caution"), "low": ("Low", "unknown")}
ON_PATH = {
    "ahead": ("Ahead", "good"),
    "on the path": ("On the path", "good"),
    "slipping": ("On the path, but slipping", "bad"),
    "behind": ("Behind", "bad"),
}
RESULTS = {"pass": ("Pass", "good"), "fail": ("Fail", "bad"), "inconclusive": ("Too close to call", "caution")}
FEASIBLE = {True: ("Feasible", "good"), False: ("Not yet", "caution")}
SHORTLIST: dict[bool, State] = {True: ("Shortlist", "good"), False: ""}
HELD = ("precedence", "capacity", "blackout", "release", "nothing")
RHYTHMS = ("once", "monthly", "quarterly")
SEARCHES = ("optimal", "feasible", "infeasible", "unknown")


class Shown(Table):
    """What measurement says of the data, the map and the governance of a workflow."""

    workflow: Series[str] = key("workflow", "Workflow")
    about: Series[str] = choice("what was measured", ABOUT, "Measured", required=True)
    value: Series[float] = number("share that passes; blank: not measured", "Passing", "whole share")
    n: Series[float] = count("of how many", "n")
    is_shown: Series[bool] = flag("it passes; blank: not measured", "Shown", SHOWN)
    measured: Series[str] = key("what was measured, as a code", "What was measured", "sentence")


class Prerequisites(Table):
    """What each workflow needs before it is touched, and what the evidence says."""

    workflow: Series[str] = key("workflow")
    prerequisite: Series[str] = key("prerequisite id")
    name: Series[str] = key("its name on the page", "Prerequisite", "label")
    status: Series[str] = choice(
        "what record and measurement support; claimed: done without document or day", STATUSES, "Status", required=True
    )
    is_met: Series[bool] = flag(
        "done, with a document, a day that has passed, and a measurement where there can be one", required=True
    )
    is_general: Series[bool] = flag("its record is about all workflows", required=True)
    evidence: Series[str] = text("document that proves it", "Evidence", blank="none")
    owner: Series[str] = text("who answers for it", "Owner", blank="unassigned")
    date: Series[pd.Timestamp] = date("when it was done, or is due", "Day")
    measured: Series[str] = text("code of what was measured about it", "Measured", "sentence", blank="nothing")
    after: Series[str] = text("prerequisites that are met no later than it, as a JSON array", required=True)
    source: Series[str] = key("row of the domain notes")


class Stages(Table):
    """How far each workflow has come on the way from data to automation."""

    workflow: Series[str] = key("workflow", "Workflow")
    stage: Series[str] = key("stage it stands at: the first that is not complete", "Stage", states=STAGES)
    data_met: Series[float] = count("prerequisites met on data", "Data", "of data")
    data: Series[float] = count("of how many")
    map_met: Series[float] = count("prerequisites met on the map", "Map", "of map")
    map: Series[float] = count("of how many")
    governance_met: Series[float] = count("prerequisites met on governance", "Governance and approval", "of governance")
    governance: Series[float] = count("of how many")
    blocks: Series[str] = text("names of what is missing, as a JSON array")


class Decisions(Table):
    """What each gate says to each initiative it concerns."""

    initiative: Series[str] = key("initiative", "Initiative")
    kind: Series[str] = key("kind of initiative")
    workflow: Series[str] = text("workflow; blank text for all of them", required=True)
    gate: Series[str] = key("gate id")
    rule: Series[str] = key("the rule in a few words", "Rule", "label")
    decision: Series[str] = choice(
        "open, waits for the plan, overridden, or refused", DECISIONS, "Decision", required=True
    )
    missing: Series[str] = text(
        "evidence that is missing, as a JSON array of codes; blank: open", "What is missing", "codes", required=True
    )
    unblocks: Series[str] = text("what would open it", required=True)
    opened_by: Series[str] = text("items of the plan that open it, as a JSON array of codes", required=True)
    source: Series[str] = key("rows of the domain notes, as a JSON array", "Source", "names")
    approver: Series[str] = text("who overrode it")
    approved: Series[pd.Timestamp] = date("when")
    reason: Series[str] = text("why")
    rebuild_low: Series[float] = money("price of the override if the work is rebuilt: twice the cost")
    rebuild_high: Series[float] = money("three times the cost")


class Stability(Table):
    """Whether a workflow runs in control, week by week."""

    workflow: Series[str] = key("workflow")
    chart: Series[str] = key("code of chart and figure")
    weeks: Series[float] = count("weeks it rests on")
    signals: Series[float] = count("weeks that signal")
    is_stable: Series[bool] = flag("no week signals; blank: cannot be told")
    reason: Series[str] = key("code of what was seen")


class Maps(Table):
    """What the map of a workflow shows."""

    workflow: Series[str] = key("workflow", "Workflow")
    steps: Series[float] = count("steps", "Steps")
    completeness: Series[float] = number(
        "share of owner, input, output and exception path that is filled in", "Described", "whole share"
    )
    handoffs: Series[float] = count("arrows on which the owner changes", "Hand-offs")
    loops: Series[float] = count("groups of steps that can be walked in a circle", "Loops")
    decisions: Series[float] = count("steps with more than one way on", "Decisions", required=True)
    friction: Series[str] = text(
        "steps before which items wait longest, as a JSON array", "Longest waits before", "names", blank="not stated"
    )
    orphans: Series[str] = text(
        "steps that no path from start to end passes, as a JSON array", "Not connected", "names", blank="none",
        required=True,
    )  # fmt: skip
    wait_share: Series[float] = number("waiting hours ÷ all hours", "Waiting", "whole share")


class Rankings(Table):
    """Where each workflow comes in the three orders of the source, and how firmly."""

    workflow: Series[str] = key("workflow", "Workflow")
    monthly_volume: Series[float] = count("items a month")
    unit_cost: Series[float] = money("cost of one item")
    error_rate: Series[float] = number("error or, where not measured, rework rate")
    fte: Series[float] = number("people it takes")
    friction: Series[float] = number("share of items that leave the standard path")
    standardisation: Series[float] = number("share of items that stay on it and need no judgement")
    by_criteria: Series[float] = count("rank by friction, volume and standardisation")
    by_load: Series[float] = count("rank by volume, error rate and people")
    by_cost: Series[float] = count("rank by cost per item and error rate")
    top_share: Series[float] = number(
        "share of all weightings of all three that put it among the first three", "In the top three", "whole share"
    )
    best_rank: Series[float] = count("best rank in any weighting")
    worst_rank: Series[float] = count("worst rank in any weighting")
    is_shortlisted: Series[bool] = flag("it is on the shortlist", "", SHORTLIST, required=True)
    data_ready: Series[float] = number("share of the data's prerequisites that are met", "Data ready", "whole share")
    integration_ready: Series[float] = number(
        "share of the map's prerequisites that are met", "Map ready", "whole share"
    )
    capacity_ready: Series[float] = number(
        "share of the team's available hours that is free", "Spare capacity", "whole share"
    )


class Placements(Table):
    """The bucket of each workflow, why, how sure, and when to look again."""

    workflow: Series[str] = key("workflow", "Workflow")
    work: Series[str] = text(
        "types of exception it is about, as a JSON array; blank text: the workflow as a whole", "Work", "names",
        blank="the workflow", required=True,
    )  # fmt: skip
    bucket: Series[str] = key(
        "Automate to STP, Augment, Centralise, Eliminate, or Not placed", "Recommendation", "label"
    )
    reason: Series[str] = key("conditions of the rule that fired with their figures, as a JSON array of codes")
    confidence: Series[str] = choice("how firmly", CONFIDENCE, "Confidence", required=True)
    unknown: Series[str] = text(
        "attributes that are not known, as a JSON array of codes", "Not known", "codes", required=True
    )
    review: Series[pd.Timestamp] = date("next portfolio review", "Review by", required=True)


class Agenda(Table):
    """A step of the action plan: what is met of it, and what of the plan belongs to it."""

    number: Series[float] = count("place in the order of the source", "Step", required=True)
    step: Series[str] = choice("step", AGENDA, "What", required=True)
    asked: Series[float] = count("prerequisites of it over all workflows; of procedures: workflows", required=True)
    met: Series[float] = count(
        "of these, met; of procedures: workflows with one in the register", "Met", "of asked", required=True
    )
    items: Series[float] = count(
        "items of the plan, or reviews of the calendar, that belong to it", "Items", required=True
    )
    first: Series[pd.Timestamp] = date("when the first of them starts", "First starts")
    last: Series[pd.Timestamp] = date("when the last of them ends", "Last ends")
    early: Series[str] = text("changes that start before what comes first has ended, as a JSON array", required=True)
    state: Series[str] = choice("how far it is", PLANNED, "State", required=True)


class Tracks(Table):
    """Where each workflow stands on the way to its pilot: mapped, chosen, feasible, with metrics fixed."""

    workflow: Series[str] = key("workflow", "Workflow")
    mapped: Series[float] = number(
        "share of the map that is described; blank: no map", "1 Mapped", "whole share", blank="no map", align="left"
    )
    is_mapped: Series[bool] = flag("the map is described in full, and every step is on a path", required=True)
    is_chosen: Series[bool] = flag("it is on the shortlist", "2 Chosen", YES_NO, required=True)
    at_stake: Series[float] = money("what it costs a year: volume × unit cost", "Cost a year", "amount")
    feasibility: Series[float] = number(
        "the least of data ready, map ready and free time; blank: one is not known", "3 Weakest of three",
        "whole share", align="left",
    )  # fmt: skip
    is_feasible: Series[bool] = flag(
        "data and map are ready and the team has time; blank: one is not known", "Feasible", FEASIBLE,
        blank=("Not known", "unknown"),
    )  # fmt: skip
    is_measured: Series[bool] = flag(
        "a KPI with baseline and target is fixed for its pilot", "4 Metrics fixed", YES_NO, required=True
    )
    fit: Series[float] = number(
        "fit for automation, from 0 to 1: volume, rules and unit cost; blank: not known", "Automation score", "ratio"
    )
    stands: Series[str] = choice("first step that is not done", STEPS, "Next", required=True)


class Technology(Table):
    """A capability of the client's technology: its level, and what the workflows cost that it serves."""

    part: Series[str] = key("capability", "Capability", "phrase")
    level: Series[float] = number(
        "lower median of the answers with evidence; blank: there are none",
        "Level",
        "of 4",
        blank=("no evidence", "unknown"),
    )
    workflows: Series[str] = text("workflows it was answered for, as a JSON array", "Workflows", "names", required=True)
    at_stake: Series[float] = money("what these workflows cost a year", "They cost a year", "amount")
    within_reach: Series[float] = money(
        "of that, the share of levels that are missing: where investment reaches most", "Reach of investment", "amount"
    )
    anchor: Series[str] = text(
        "what is observed at the level", "What was observed", "label", blank="No evidence was supplied."
    )


class FirstTargets(Table):
    """What the sector takes first, and whether this client has it."""

    target: Series[str] = key("workflow as the sector calls it", "First target")
    process: Series[str] = key("process id")
    why: Series[str] = key("why it comes first", "Why", "label")
    workflow: Series[str] = text(
        "the client's workflow of that process; blank: none", "Workflow", blank="no workflow of this process",
        required=True,
    )  # fmt: skip
    place: Series[float] = count("its place in the ranking", "Rank")
    is_shortlisted: Series[bool] = flag("it is on the shortlist", "", SHORTLIST, required=True)
    stage: Series[str] = text(
        "stage it stands at; blank: not known", "Stage",
        states={name: label for name, (label, _) in STAGES.items()}, required=True,
    )  # fmt: skip
    source: Series[str] = key("row of the domain notes")


class Paths(Table):
    """Where a workflow is on the way to its straight-through target."""

    workflow: Series[str] = key("workflow", "Workflow")
    since: Series[pd.Timestamp] = date("day of the go-live, where the path begins", required=True)
    start: Series[float] = number("rate before it", required=True)
    day: Series[pd.Timestamp] = date("end of the last month that was counted", required=True)
    expected: Series[float] = number("rate of the path on that day", "By now", "percent", required=True)
    actual: Series[float] = number("rate of the last three months", "Actual", "percent", required=True)
    low: Series[float] = number("lower end of its 95% interval", required=True)
    high: Series[float] = number("upper end of its 95% interval", required=True)
    n: Series[float] = count("items it rests on", required=True)
    verdict: Series[str] = choice("where that is", ON_PATH, "Verdict", required=True)
    target: Series[float] = number("rate it is to reach", required=True)
    until: Series[pd.Timestamp] = date("by then", required=True)


class PilotPlans(Table):
    """A pilot before it starts: KPI, baseline, target, and the items it takes to see the difference."""

    workflow: Series[str] = key("workflow", "Workflow")
    kpi: Series[str] = key("KPI id")
    name: Series[str] = key("name of the KPI on the page", "KPI", "label")
    baseline: Series[float] = number("share before", "Today", "share")
    baseline_n: Series[float] = count("items it rests on")
    target: Series[float] = number(
        "best whole quarter of the workflow itself; blank: none is better than today", "Best quarter", "share",
        blank="to be agreed",
    )  # fmt: skip
    visible: Series[float] = number(
        "nearest share that the items of 60 days tell from today's; blank: none", "60 days can show", "share",
        blank="nothing",
    )  # fmt: skip
    items_needed: Series[float] = count("items in the pilot that show the difference with 80% power", "Items needed")
    items_expected: Series[float] = count("items in 60 days", "Items in 60 days")
    days_needed: Series[float] = count("days until enough items have passed")
    is_enough: Series[bool] = flag("60 days are enough", required=True)


class PilotResults(Table):
    """A pilot that has run, judged."""

    pilot: Series[str] = key("pilot", "Pilot")
    workflow: Series[str] = key("workflow")
    kpi: Series[str] = key("KPI id")
    name: Series[str] = key("name of the KPI on the page", "KPI", "label")
    before: Series[float] = number("share before", "Before", "share")
    during: Series[float] = number("share in the pilot", "In the pilot", "share")
    change: Series[float] = number("difference, positive is better")
    low: Series[float] = number("lower end of its interval")
    high: Series[float] = number("upper end of its interval")
    verdict: Series[str] = choice("what the interval allows to say", RESULTS, "Verdict", required=True)
    reason: Series[str] = key("code of why", "Reason", "sentence")


class Plan(Table):
    """The plan: one row per item, initiatives and the prerequisites that open their gates."""

    item: Series[str] = key("initiative or prerequisite")
    name: Series[str] = key("code that names it on the page")
    kind: Series[str] = key("kind of initiative, or prerequisite")
    workflow: Series[str] = text("workflow; blank text for all of them", required=True)
    owner: Series[str] = text("who answers for it", "Owner", blank="unassigned")
    wave: Series[float] = count("wave: 1 for what nothing in the plan holds up", "Wave")
    start: Series[pd.Timestamp] = date("first day", "From", align="right", required=True)
    end: Series[pd.Timestamp] = date("last day", "To", align="right", required=True)
    weeks: Series[float] = count("weeks it takes")
    slack_weeks: Series[float] = count("weeks it can slip while all else stays")
    is_critical: Series[bool] = flag("on the chain that sets the end of the plan", required=True)
    held_by: Series[str] = choice("why it cannot start earlier", HELD, required=True)
    held_name: Series[str] = text("the item, team or window that holds it", required=True)
    held_until: Series[str] = text("the item whose end sets the team free", required=True)
    gates: Series[str] = text("gates it waited for or overrode, as a JSON array", required=True)
    is_overridden: Series[bool] = flag("it goes past a closed gate", required=True)
    annual_benefit_low: Series[float] = money("benefit a year, at least; as expected where no range was given")
    annual_benefit: Series[float] = money("benefit a year")
    annual_benefit_high: Series[float] = money("benefit a year, at most; as expected where no range was given")
    cost_low: Series[float] = money("one-off cost, at least; as expected where no range was given")
    cost: Series[float] = money("one-off cost")
    cost_high: Series[float] = money("one-off cost, at most; as expected where no range was given")


class Calendar(Table):
    """A dated event of the governance."""

    date: Series[pd.Timestamp] = date("day", required=True)
    event: Series[str] = key("code of what happens", "Review", "code")
    about: Series[str] = text("workflow or subject", "About", blank="all workflows", required=True)
    owner: Series[str] = text("who calls it", "Owner", blank="unassigned", required=True)
    does: Series[str] = key("code of what is decided", "What is decided", "sentence")
    rhythm: Series[str] = choice("how often it comes", RHYTHMS, required=True)
    source: Series[str] = key("row of the domain notes")


class Touches(Table):
    """What causes the manual touches of a workflow."""

    workflow: Series[str] = key("workflow", "Workflow", blank=WHOLE)
    touches: Series[float] = count("manual touches a month", "Exceptions a month", required=True)
    upstream_data: Series[float] = number(
        "share that repairs what came in wrong", "Repairs wrong input", "whole share", required=True
    )
    judgement: Series[float] = number("share that needs judgement", "Judgement", "whole share", required=True)
    rule: Series[float] = number("share that follows a rule", "Rule", "whole share", required=True)
    system: Series[float] = number("share that a system causes", "System", "whole share", required=True)


class AtSource(Table):
    """An exception that is caused upstream, and what it costs."""

    workflow: Series[str] = key("workflow", "Workflow")
    exception: Series[str] = key("type of exception", "Exception")
    monthly_count: Series[float] = count("times a month", "A month", required=True)
    yearly_cost: Series[float] = number("what it costs a year", "Cost a year", "amount")
    share: Series[float] = number(
        "share of the cost of all that come from upstream", "Running total of exceptions", "whole share"
    )


class CostTypes(Table):
    """A transaction type and its share of the cost."""

    type: Series[str] = key("transaction type", "Type")
    cost: Series[float] = number("cost a year", "Cost a year", "amount", required=True)
    share: Series[float] = number(
        "share of the cost of this and all dearer types", "Of all cost, added up", "whole share", required=True
    )


class TargetPaths(Table):
    """A point of the way to a workflow's straight-through target."""

    workflow: Series[str] = key("workflow")
    date: Series[pd.Timestamp] = date("day", required=True)
    stp: Series[float] = number("straight-through rate", required=True)
    is_target: Series[bool] = flag("it is what is to be reached, not what was counted", required=True)


class Comparability(Table):
    """Whether business units measure a KPI alike; one more column per unit holds the definition it uses."""

    class Config:
        """Take the columns of the business units."""

        strict = False

    workflow: Series[str] = key("workflow")
    kpi: Series[str] = key("KPI id")
    name: Series[str] = key("name of the KPI on the page")
    is_comparable: Series[bool] = flag("all units use the same definition", required=True)


class Starts(Table):
    """When the solver starts each activity."""

    item: Series[str] = key("initiative or prerequisite")
    week: Series[int] = count("week after the start of the plan", required=True)


class Search(Table):
    """How the search for the plan ended: one row."""

    objective: Series[str] = choice("what was pursued", ("benefit", "finish"), required=True)
    status: Series[str] = choice("optimal, feasible, infeasible or unknown", SEARCHES, required=True)
    value: Series[int] = number("value of the plan found", required=True)
    bound: Series[int] = number("value that no plan can beat", required=True)


class Limits(Table):
    """The limits that exclude each other where no plan keeps them all: one row per word of a limit."""

    limit: Series[int] = count("place of the limit", required=True)
    place: Series[int] = count("place of the word in it", required=True)
    word: Series[str] = key("kind of limit, or a name it is about")


class TeamLoad(Table):
    """What a team is asked for and can give in a week."""

    team: Series[str] = key("team")
    week: Series[pd.Timestamp] = date("its Monday", required=True)
    people: Series[float] = number("people asked for", required=True)
    capacity: Series[float] = number("people there are", required=True)


class OneMore(Table):
    """What one more person in a team, or one more pilot at once, would gain."""

    team: Series[str] = key("team")
    weeks_full: Series[int] = count("weeks in which all of it is used", required=True)
    least: Series[int] = number("gain, at least", required=True)
    gain: Series[int] = number("gain of the plan found", required=True)
    most: Series[int] = number("gain, at most", required=True)


class Delays(Table):
    """What four more weeks on an item would cost; blank where no plan would be left."""

    item: Series[str] = key("initiative or prerequisite")
    name: Series[str] = key("its name, as a code")
    least: Series[float] = number("cost, at least")
    cost: Series[float] = number("cost of the plan found")
    most: Series[float] = number("cost, at most")


class Without(Table):
    """What the plan becomes without an initiative, or without two of them; first the plan as it is."""

    gone: Series[str] = text(
        "initiatives that are taken out, as a JSON array; empty: the plan as it is", "Without", required=True
    )
    falls: Series[str] = text(
        "other initiatives that are no longer in the plan then, as a JSON array", "Falls with it", required=True
    )
    joins: Series[str] = text(
        "initiatives that come into the plan then, as a JSON array", "Comes in instead", required=True
    )
    end: Series[pd.Timestamp] = date("last day of the plan; blank: nothing is left", "Complete", align="right")
    cost_low: Series[float] = money("what the plan costs once, at least")
    cost_high: Series[float] = money("what the plan costs once, at most")
    annual_benefit_low: Series[float] = money("what it brings a year, at least")
    annual_benefit_high: Series[float] = money("what it brings a year, at most")
    paid: Series[pd.Timestamp] = date(
        "month by which benefits have paid the costs, as expected; blank: not before the plan ends", "Paid back"
    )
    is_proven: Series[bool] = flag("no better plan is possible within the limits", required=True)


ECONOMICS = {
    "loses": ("Not advised: loses money", "bad"),
    "open": ("May lose money", "caution"),
    "pays": ("Pays", "good"),
    "bare": ("No benefit stated", "caution"),
    "enables": ("Enables other initiatives", "neutral"),
    "not stated": ("No figures stated", "unknown"),
}


class Economics(Table):
    """What each initiative of the plan brings and costs, to the end of the plan."""

    item: Series[str] = key("initiative")
    name: Series[str] = key("code that names it on the page", "Initiative", "code")
    workflow: Series[str] = text(
        "workflow; blank text for all of them", "Workflow", blank="all workflows", required=True
    )
    owner: Series[str] = text("who answers for it", "Owner", blank="unassigned")
    end: Series[pd.Timestamp] = date("its last day", "Complete", align="right", required=True)
    annual_benefit_low: Series[float] = money("benefit a year, at least")
    annual_benefit_high: Series[float] = money("benefit a year, at most")
    cost_low: Series[float] = money("one-off cost, at least")
    cost_high: Series[float] = money("one-off cost, at most")
    payback_months: Series[float] = number(
        "months of benefit that the cost takes, as expected", "Payback, months", "count"
    )
    net_low: Series[float] = number("benefit less cost to the end of the plan, at least")
    net_high: Series[float] = number("benefit less cost to the end of the plan, at most")
    verdict: Series[str] = choice("what the money says", ECONOMICS, "Verdict", required=True)


class Bridge(Table):
    """From the gap of a workflow over what the plan addresses and brings to what is left, a year and to the cent."""

    workflow: Series[str] = text(
        "workflow; blank text for all of them", "Workflow", blank="all workflows", required=True
    )
    gap_low: Series[float] = money("what the counted gaps cost a year, at least")
    gap_high: Series[float] = money("what the counted gaps cost a year, at most")
    addressed_low: Series[float] = money("part of it in workflows that an initiative of the plan is about, at least")
    addressed_high: Series[float] = money("part of it in workflows that an initiative of the plan is about, at most")
    open_low: Series[float] = money("part of it that no initiative addresses, at least")
    open_high: Series[float] = money("part of it that no initiative addresses, at most")
    brings_low: Series[float] = money("what the initiatives bring a year, at least")
    brings_high: Series[float] = money("what the initiatives bring a year, at most")
    beyond_low: Series[float] = money("what they bring above the gap, at least")
    beyond_high: Series[float] = money("what they bring above the gap, at most")
    cost_low: Series[float] = money("what they cost once, at least")
    cost_high: Series[float] = money("what they cost once, at most")
    net_low: Series[float] = number("a year of benefit less the cost, at least")
    net_high: Series[float] = number("a year of benefit less the cost, at most")
    initiatives: Series[str] = text(
        "initiatives of the plan about it, as a JSON array", "Initiatives", "names", blank="none"
    )


class Asks(Table):
    """What a report asks for: what, who, by when, and what hangs on it."""

    place: Series[float] = count("its place in the report, from 1", required=True)
    ask: Series[str] = key("code of what is asked for", "What", "sentence", unique=True)
    owner: Series[str] = text(
        "who is to do it, as a JSON array; blank: nobody was named", "Who", "names", blank=("unassigned", "bad")
    )
    due: Series[pd.Timestamp] = date("by when", "By", align="right", blank="date to be agreed")
    worth_low: Series[float] = money("what hangs on it, at least")
    worth_high: Series[float] = money("what hangs on it, at most")


class Disagreements(Table):
    """Where the tables of one assessment do not agree with each other."""

    question: Series[str] = key("code of what is asked")
    said: Series[str] = key("code of what does not agree", "What does not agree", "sentence")


class Benefits(Table):
    """Benefit less cost, added up month by month."""

    date: Series[pd.Timestamp] = date("first of the month", required=True)
    low: Series[float] = number("at least", required=True)
    expected: Series[float] = number("as expected", required=True)
    high: Series[float] = number("at most", required=True)
