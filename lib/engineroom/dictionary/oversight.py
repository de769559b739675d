"""The data dictionary of governance: what can go wrong, what guards against it, and who answers for which part.

Every table is optional. Blank is unknown: a risk nobody wrote down is not a risk that is absent, and what is said to be
done without evidence does not count.
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
    rule,
    text,
    together,
    unique,
    within,
)

CONTROLS = {
    "automated validation": "Automated validation",
    "segregation of duties": "Segregation of duties",
    "reconciliation": "Reconciliation",
    "exception reporting": "Exception reporting",
    "approval limit": "Approval limit in the system",
    "strong authentication": "Strong authentication",
    "other": "Other",
}
NATURES = {"preventive": "Preventive", "detective": "Detective"}
LINES = ("first", "second", "third", "governing body")
IMPACTS = {"high": "High", "medium": "Medium", "low": "Low"}
TESTS = {
    "control test": "Control test",
    "risk assessment": "Risk assessment",
    "self-assessment": "Self-assessment",
    "scenario: outage": "Scenario: outage",
    "scenario: breach": "Scenario: breach",
    "scenario: fraud": "Scenario: fraud",
}
REQUIREMENTS = {
    "least privilege": "Least privilege",
    "role-based access": "Role-based access",
    "encryption": "Encryption",
    "monitoring": "Monitoring",
    "tamper-evident logs": "Tamper-evident logs",
    "retention": "Retention",
    "other": "Other",
}


class Risks(Table):
    """What can go wrong in a workflow: one row per risk, at a step of the map where it has one."""

    risk: Series[str] = key("the risk in a few words", unique=True)
    workflow: Series[str] = text("workflow, as in `workflows`; blank: all of them")
    step: Series[str] = text("step of the map where it arises, as in `steps`; blank: the workflow as a whole")
    impact: Series[str] = choice("how bad it would be", IMPACTS, expected=True)
    owner: Series[str] = text("who answers for it")


class Controls(Table):
    """What guards against a risk: one row per control, as it is said to work."""

    control: Series[str] = key("name of the control", "Control", unique=True)
    risks: Series[str] = text("risks it guards against, as in `risks`, separated by semicolons; blank: none is named")
    kind: Series[str] = choice("what it does", CONTROLS, "Kind", required=True)
    nature: Series[str] = choice("preventive: before the harm; detective: after it", NATURES, "Nature", required=True)
    owner: Series[str] = text("who carries it out", "Owner", blank="")


class Separations(Table):
    """Two activities that nobody may do both of in one case: one row per rule, looked up in the event log."""

    workflow: Series[str] = text("workflow the rule is about; blank: all of them")
    first: Series[str] = key("one activity, as the event log or the table `steps` names it")
    second: Series[str] = key("the other activity")
    first_owner: Series[str] = text("role that is to do the first; blank: as in `steps`")
    second_owner: Series[str] = text("role that is to do the second; blank: as in `steps`")
    control: Series[str] = text("control that the rule carries out, as in `controls`")
    reason: Series[str] = text("what could happen otherwise")
    are_two = rule(
        "second first",
        "both activities are the same",
        "name two activities that differ",
        lambda table: table["first"] != table["second"],
    )

    @pa.dataframe_check(name="second first workflow", title="the same rule appears twice", description="keep one row")
    def each_once(cls, table: pd.DataFrame) -> pd.Series:  # noqa: N805
        """One row per workflow and pair, whichever of the two comes first."""
        pair = table[["first", "second"]].astype("object").apply(lambda row: "\0".join(sorted(map(str, row))), axis=1)
        return ~table[["workflow"]].assign(pair=pair if len(table) else None).duplicated()


class Lines(Table):
    """Who holds which role of the Three Lines Model: one row per workflow, line and holder; roles, not departments."""

    workflow: Series[str] = text("workflow, as in `workflows`; blank: all of them")
    line: Series[str] = choice(
        "first: does the work and manages its risk; second: advises and challenges; third: internal audit", LINES,
        required=True,
    )  # fmt: skip
    holder: Series[str] = key("role that holds it")
    mandate: Series[str] = text("document that says so")
    each_once = unique("holder line workflow", "the same holder appears twice")


class Sops(Table):
    """The register of standard operating procedures: one row per procedure."""

    workflow: Series[str] = key("workflow, as in `workflows`")
    sop: Series[str] = key("number or title of the procedure", unique=True)
    owner: Series[str] = text("who keeps it current")
    reviewed: Series[pd.Timestamp] = date("day of its last review; blank: never reviewed")
    review_months: Series[float] = count("months until the next review; blank: 12", gt=0)
    has_map: Series[bool] = flag("it shows the workflow from end to end")
    has_decision_rules: Series[bool] = flag("it says how decisions are made")
    has_input_requirements: Series[bool] = flag("it says what must be there before work begins")
    has_escalation: Series[bool] = flag("it says whom to ask, and when")
    has_exception_log: Series[bool] = flag("it says where exceptions are written down")
    is_embedded: Series[bool] = flag("forms or systems lead through it")
    variants_known: Series[float] = count("variations of the work that are known, such as by amount or region")
    variants_covered: Series[float] = count("of these, those it says how to handle")
    covered_within_known = within("variants_covered", "variants_known")


class Datasets(Table):
    """The data a workflow lives on, and who answers for it: one row per set."""

    dataset: Series[str] = key("name of the set, such as customers or payers", unique=True)
    workflow: Series[str] = text("workflow that needs it; blank: several")
    owner: Series[str] = text("who decides about it")
    steward: Series[str] = text("who keeps it right from day to day")
    created_by: Series[str] = text("role that adds a record")
    changed_by: Series[str] = text("role that changes one")
    approved_by: Series[str] = text("role that approves both")
    master_system: Series[str] = text("system whose record counts")
    sync: Series[str] = text("how the other systems get it")
    lineage: Series[str] = text("document that shows where it comes from and goes to")


class ControlTests(Table):
    """The calendar of tests: control tests, assessments and scenarios, due and done."""

    test: Series[str] = key("number or name of the test", unique=True)
    kind: Series[str] = choice("what is tested", TESTS, required=True)
    control: Series[str] = text("control it tests, as in `controls`; blank for assessments and scenarios")
    workflow: Series[str] = text("workflow it is about; blank: all of them")
    due: Series[pd.Timestamp] = date("day by which it is to be done", required=True)
    done: Series[pd.Timestamp] = date("day it was done; blank: not done")
    items: Series[float] = count("items that were looked at", gt=0)
    passed: Series[float] = count("of these, items at which the control worked")
    result: Series[str] = choice("outcome, as the tester states it", ("passed", "failed"))
    evidence: Series[str] = text("where the result is kept")
    passed_within_items = within("passed", "items", "a part cannot exceed it")
    parts_together = together("passed", "items", "items or passed stands alone")
    results_have_a_day = rule(
        "done items result",
        "a result without a day",
        "give the day in done, or clear the result",
        lambda table: table["done"].notna() | (table["items"].isna() & table["result"].isna()),
    )


class Obligations(Table):
    """What a regulation asks of access and privacy: one row per regulation and requirement."""

    regulation: Series[str] = key("GDPR, SOX, HIPAA, PCI-DSS or another")
    requirement: Series[str] = choice("what it asks for", REQUIREMENTS, required=True)
    status: Series[str] = choice("how far it is", ("met", "partly", "not met", "does not apply"), required=True)
    evidence: Series[str] = text("document that proves it; without it, met does not count")
    owner: Series[str] = text("who answers for it")
    date: Series[pd.Timestamp] = date("when that was found")
    each_once = rule(
        "requirement regulation",
        "regulation and requirement appear twice",
        "keep one row",
        lambda table: (table["requirement"] == "other") | ~table.duplicated(["regulation", "requirement"]),
    )


INPUTS: dict[str, type[Table]] = {
    "risks": Risks,
    "controls": Controls,
    "separations": Separations,
    "lines": Lines,
    "sops": Sops,
    "datasets": Datasets,
    "control_tests": ControlTests,
    "obligations": Obligations,
}
"""Tables of an engagement that only the report on governance reads."""
