"""The data dictionary of what a roadmap is made from: what is planned, by whom, and what the gates ask about.

Every table is optional. Blank is unknown, and what is unknown opens no gate.
"""

import pandas as pd
import pandera.pandas as pa

from engineroom.dictionary.columns import (
    Series,
    Table,
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
)

KINDS = ("preparation", "redesign", "automation", "augmentation", "outsourcing", "centralising", "training", "other")
CAUSES = {
    "upstream_data": "Wrong input",
    "judgement": "Needs judgement",
    "rule": "Follows a rule",
    "system": "Caused by a system",
}
STEPS = ("input", "task", "decision", "handoff", "end")
VALUES = ("continuity", "cost", "accuracy", "compliance", "scalability")
STAGES = ("data", "map", "governance", "automate")


def _in_range(table: pd.DataFrame, name: str) -> pd.Series:
    low, high = table[f"{name}_low"], table[f"{name}_high"]
    return ~((table[name] < low) | (table[name] > high) | (low > high))


class Portfolio(Table):
    """What a portfolio review must know of a workflow: one row per workflow."""

    workflow: Series[str] = key("workflow, as in `workflows`", unique=True)
    judgement_share: Series[float] = share("share of items that need a person's judgement", expected=True)
    upstream_share: Series[float] = share("share of manual touches that only repair what came in wrong", expected=True)
    business_units: Series[float] = count("business units that do the same work", expected=True)
    specialised: Series[str] = choice("it needs rare skills", ("yes", "no"), expected=True)
    differentiator: Series[str] = choice("customers choose the client for it", ("yes", "no"), expected=True)
    redesign_evidence: Series[str] = text("document that shows its redesign; blank: not redesigned")
    stp_target: Series[float] = share("straight-through rate it is to reach")
    stp_target_date: Series[pd.Timestamp] = date("when")


class Exceptions(Table):
    """The exception log of a workflow: one row per type, with what causes it."""

    workflow: Series[str] = key("workflow, as in `workflows`")
    exception: Series[str] = key("type of exception")
    monthly_count: Series[float] = count("how often a month", required=True)
    unit_cost: Series[float] = money("loaded cost of handling one", expected=True)
    cause: Series[str] = choice("why a person must touch it", CAUSES, expected=True)
    each_once = rule(
        "exception",
        "the same exception appears twice",
        "add the counts into one row",
        lambda table: ~table.duplicated(["workflow", "exception"]),
    )


class Steps(Table):
    """The map of a workflow: one row per step."""

    workflow: Series[str] = key("workflow, as in `workflows`")
    step: Series[str] = key("name of the step")
    kind: Series[str] = choice("what the step is", STEPS, required=True)
    owner: Series[str] = text("team or role that does it", expected=True)
    inputs: Series[str] = text("what it needs", expected=True)
    outputs: Series[str] = text("what it gives", expected=True)
    exception_path: Series[str] = text("where it goes when it goes wrong", expected=True)
    hours_of_work: Series[float] = number("hands-on hours of one item", ge=0)
    hours_of_wait: Series[float] = number("hours one item waits before it", ge=0)
    each_once = rule(
        "step",
        "the same step appears twice",
        "give each step its own name",
        lambda table: ~table.duplicated(["workflow", "step"]),
    )


class Edges(Table):
    """Which step follows which: one row per arrow of the map."""

    workflow: Series[str] = key("workflow, as in `workflows`")
    step: Series[str] = key("step the arrow leaves")
    next_step: Series[str] = key("step the arrow reaches")
    share: Series[float] = share("share of items that take it; blank: not counted")


class UnitDefinitions(Table):
    """How each business unit measures: the test before anything is centralised."""

    business_unit: Series[str] = key("business unit")
    workflow: Series[str] = key("workflow, as in `workflows`")
    kpi: Series[str] = key("KPI id")
    definition: Series[str] = text("definition the unit follows; blank: nobody could say")


class Initiatives(Table):
    """What may be done: one row per initiative."""

    initiative: Series[str] = key("name of the initiative", unique=True)
    kind: Series[str] = choice("what it does; the gates go by it", KINDS, required=True)
    workflow: Series[str] = text("workflow it changes; blank: all of them")
    owner: Series[str] = text("who answers for it", expected=True)
    weeks: Series[float] = number("how long it takes", required=True, ge=1, le=156)
    release: Series[pd.Timestamp] = date("not before this day")
    deadline: Series[pd.Timestamp] = date("finished by this day")
    is_optional: Series[bool] = flag(
        "it may be left out where it does not pay; blank: yes, where its benefit is stated or others need it first"
    )
    is_pilot: Series[bool] = flag("it is a pilot: at most three run at once")
    has_cutover: Series[bool] = flag("its last week is a cutover, which must not lie in a blackout")
    after: Series[str] = text("initiatives that must have finished, separated by semicolons")
    lag_weeks: Series[float] = count("weeks to wait after them")
    annual_benefit_low: Series[float] = money("benefit a year once it is complete, at least")
    annual_benefit: Series[float] = money("benefit a year once it is complete, as expected")
    annual_benefit_high: Series[float] = money("benefit a year once it is complete, at most")
    cost_low: Series[float] = money("one-off cost, at least")
    cost: Series[float] = money("one-off cost, as expected")
    cost_high: Series[float] = money("one-off cost, at most")
    delivers: Series[str] = text("prerequisite or gate that it opens, for its workflow")
    benefit_in_range = rule(
        "annual_benefit",
        "annual_benefit is outside its range",
        "low ≤ expected ≤ high",
        lambda table: _in_range(table, "annual_benefit"),
    )
    cost_in_range = rule(
        "cost", "cost is outside its range", "low ≤ expected ≤ high", lambda table: _in_range(table, "cost")
    )
    window_is_open = rule(
        "deadline",
        "the deadline is before the release",
        "correct one of them",
        lambda table: ~(table["deadline"] < table["release"]),
    )


class Demands(Table):
    """Whom an initiative keeps busy while it runs: one row per initiative and team."""

    initiative: Series[str] = key("initiative, as in `initiatives`")
    team: Series[str] = key("team, as in `capacity`")
    people: Series[float] = number("full-time equivalents in every week it runs", required=True, gt=0)
    each_once = rule(
        "team",
        "the same initiative and team appear twice",
        "add the people into one row",
        lambda table: ~table.duplicated(["initiative", "team"]),
    )


class Capacity(Table):
    """How many people a team can give to change, from a day on: a team may have several rows."""

    team: Series[str] = key("team")
    start: Series[pd.Timestamp] = date("from this day until the team's next row", required=True)
    people: Series[float] = number("full-time equivalents for change", required=True, ge=0)
    each_once = rule(
        "start",
        "the same team and day appear twice",
        "keep one row",
        lambda table: ~table.duplicated(["team", "start"]),
    )


class Blackouts(Table):
    """Windows without a cutover: peak season, closing, audits."""

    blackout: Series[str] = key("name of the window", unique=True)
    start: Series[pd.Timestamp] = date("first day", required=True)
    end: Series[pd.Timestamp] = date("last day", required=True)
    workflow: Series[str] = text("workflow it protects; blank: all of them")
    runs_forward = rule(
        "end", "the window ends before it starts", "swap the two dates", lambda table: ~(table["end"] < table["start"])
    )


class Overrides(Table):
    """A gate that somebody decided to pass closed: who, when and why. Nothing else passes a closed gate."""

    initiative: Series[str] = key("initiative, as in `initiatives`")
    gate: Series[str] = key("gate id")
    approver: Series[str] = key("name of who approved it")
    date: Series[pd.Timestamp] = date("day of the approval", required=True)
    reason: Series[str] = key("why the risk is taken")


class Pilots(Table):
    """A pilot that has run: what was counted before and in it."""

    pilot: Series[str] = key("name of the pilot")
    workflow: Series[str] = key("workflow, as in `workflows`")
    kpi: Series[str] = key("KPI id of a share")
    fixed: Series[pd.Timestamp] = date("day on which KPI and target were fixed", required=True)
    start: Series[pd.Timestamp] = date("first day of the pilot", required=True)
    end: Series[pd.Timestamp] = date("last day of the pilot", required=True)
    baseline_numerator: Series[float] = count("items that met it before", required=True)
    baseline_n: Series[float] = count("items before", required=True, gt=0)
    numerator: Series[float] = count("items that met it in the pilot", required=True)
    n: Series[float] = count("items in the pilot", required=True, gt=0)
    least_change: Series[float] = share("change that would count as success, as a fraction", required=True)
    parts_within_wholes = rule(
        "numerator",
        "a numerator is above its n",
        "a part cannot exceed it",
        lambda table: (table["numerator"] <= table["n"]) & (table["baseline_numerator"] <= table["baseline_n"]),
    )


class MonthlyValues(Table):
    """A KPI month by month around the go-live of a change: one row per change, KPI and month."""

    change: Series[str] = key("what went live")
    workflow: Series[str] = key("workflow, as in `workflows`")
    go_live: Series[pd.Timestamp] = date("day on which it went live", required=True)
    kpi: Series[str] = key("KPI id of a rate, such as error_rate, stp_rate or escaped_errors")
    month: Series[pd.Timestamp] = date("first day of the month, before the go-live or after it", required=True)
    numerator: Series[float] = count("what was counted in the month", required=True)
    denominator: Series[float] = count("items it was counted in", required=True, gt=0)
    source: Series[str] = text("system or report the counts come from", expected=True)

    @pa.dataframe_check(
        name="month change kpi", title="the same change, KPI and month appear twice", description="keep one row"
    )
    def each_once(cls, table: pd.DataFrame) -> pd.Series:  # noqa: N805
        """One row per change, KPI and month."""
        months = table["month"].dt.to_period("M").astype("str")
        return ~table.assign(month=months).duplicated(["change", "kpi", "month"])

    lives_once = rule(
        "go_live change",
        "a change went live on two days",
        "give every row of it the same day",
        lambda table: table["go_live"] == table.groupby("change")["go_live"].transform("first"),
    )
    is_in_one_workflow = rule(
        "workflow change",
        "a change is in two workflows",
        "name the change after its workflow",
        lambda table: table["workflow"] == table.groupby("change")["workflow"].transform("first"),
    )


class Slas(Table):
    """What was promised, who answers for it, and to whom it goes when it is missed."""

    workflow: Series[str] = key("workflow, as in `workflows`", "Workflow")
    requirement: Series[str] = key("the promise in one sentence", "Promise")
    owner: Series[str] = text("who answers for it", "Owner", blank=("not named", "caution"), expected=True)
    escalation: Series[str] = text(
        "to whom it goes when it is missed", "Escalates to", blank=("not named", "caution"), expected=True
    )
    tracked_by: Series[str] = text("system that sets the due date of each item and watches it; blank: none does")


INPUTS: dict[str, type[Table]] = {
    "portfolio": Portfolio,
    "exceptions": Exceptions,
    "steps": Steps,
    "edges": Edges,
    "unit_definitions": UnitDefinitions,
    "initiatives": Initiatives,
    "demands": Demands,
    "capacity": Capacity,
    "blackouts": Blackouts,
    "overrides": Overrides,
    "pilots": Pilots,
    "slas": Slas,
    "monthly_values": MonthlyValues,
}
"""Tables of an engagement about what is planned, and what became of it."""


class Gates(Table):
    """A rule that refuses: what it blocks, what it asks for, what opens it and the document it comes from."""

    gate: Series[str] = key("gate id", unique=True)
    name: Series[str] = key("the rule in a few words", "Rule", "label")
    stage: Series[str] = choice("stage of the core rule it belongs to", STAGES, required=True)
    blocks: Series[str] = key("kinds of initiative it stops, separated by semicolons")
    asks: Series[str] = choice(
        "what is looked at",
        ("prerequisites", "redesign", "differentiator", "definitions", "stability", "exceptions"),
        required=True,
    )
    prerequisites: Series[str] = text("prerequisite ids it asks for, separated by semicolons")
    systems: Series[str] = text("only where the workflow runs on one of these; blank: everywhere")
    most: Series[float] = count("largest number that passes")
    unblocks: Series[str] = key("what opens it", "What opens it", "label")
    source: Series[str] = key("row of the domain notes", "Source")


class Values(Table):
    """Which kind of value of a back office a KPI serves: a KPI that serves none is not listed."""

    kpi: Series[str] = key("KPI id", unique=True)
    value: Series[str] = choice("kind of value", VALUES, required=True)
    source: Series[str] = key("row of the domain notes")


class Buckets(Table):
    """One condition of a portfolio rule; a rule fires where all its conditions hold, the first that fires decides."""

    rule: Series[str] = key("rule; its conditions share the name")
    bucket: Series[str] = key("bucket it puts a workflow into")
    attribute: Series[str] = key("attribute it looks at")
    operator: Series[str] = choice("comparison", (">=", "<="), required=True)
    value: Series[float] = number("threshold", required=True)
    says: Series[str] = key("the condition in words")
    source: Series[str] = key("row of the domain notes")
