"""The tables of the report on governance, second part: lines, procedures, data, regulations, and what is missing."""

from __future__ import annotations

from typing import Any

import pandas as pd

from engineroom.chapters.governance_exhibits import MOST_ROWS, whose
from engineroom.chapters.quality_exhibits import filled
from engineroom.dictionary import codes, governance_tables
from engineroom.dictionary.columns import DataFrame
from engineroom.eventlogs.profile import LogProfile
from engineroom.organisation import accountability
from engineroom.pages import wording
from engineroom.pages.blocks import Cell, Exhibit, cell, first_of, left, note, part_of, right, table
from engineroom.phrases import say, say_number, tell, tell_all
from engineroom.readers.tables import Tables

STATES = {
    "not met": ("Not met", "bad"),
    "partly": ("Partly", "caution"),
    "claimed": ("Claimed, no evidence", "caution"),
    "not stated": ("Not stated", "unknown"),
    "met": ("Met", "good"),
    "does not apply": ("Does not apply", "neutral"),
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
ABSENT = {
    "risks": ("The risk-control matrix", "the table risks: what can go wrong, at which step"),
    "controls": ("What guards against risks", "the table controls: kind, nature, and the risks each guards against"),
    "separations": ("Separation of duties", "the table separations: pairs of activities not to be done by one person"),
    "lines": ("The three lines", "the table lines: who holds which role, and the document that says so"),
    "sops": ("Procedures", "the table sops: owner, last review and elements of each procedure"),
    "datasets": ("Ownership of data", "the table datasets: owner, steward, who creates, changes and approves"),
    "control_tests": ("Tests of controls", "the table control_tests: what is due, what was done, and its result"),
    "obligations": ("What regulations ask", "the table obligations: requirement, status and evidence"),
    "answers": ("The five parts of governance", "the table answers: levels of anchored questions with evidence"),
    "slas": ("Service levels", "the table slas: requirement, owner and escalation"),
}


def lines(found: DataFrame[governance_tables.Roles], tables: Tables) -> Exhibit:
    """Return who holds which of the three lines in each workflow, which is empty, and who holds more than one."""
    if tables.lines.empty:
        return note(
            "The three lines are not stated", "The table lines says who holds which role, workflow by workflow."
        )
    rows: list[list[Cell]] = []
    for row in found.head(MOST_ROWS).to_dict("records"):
        workflow = say("all workflows") if row["workflow"] == accountability.ALL else row["workflow"]
        rows.append([workflow, *(_holder(row[line]) for line in ("first", "second", "third")), _twice(row)])
    columns = [left("workflow", "Workflow"), left("first", "First: does and manages")]
    columns += [left("second", "Second: advises and challenges"), left("third", "Third: audits")]
    columns.append(left("twice", "More than one line"))
    whole = int(found["missing"].isna().sum())
    caption = say_number(
        whole,
        "{n} of {all} workflows has all three lines",
        "{n} of {all} workflows have all three lines",
        all=len(found),
    )
    notes = [
        "Roles, not departments (Three Lines Model, Institute of Internal Auditors, 2020). First and second line may "
        "be blended; the third must be independent of both."
    ]
    if unproven := int(tables.lines["mandate"].isna().sum()):
        notes.append(say("For {n} of {all} roles no document is named.", n=unproven, all=len(tables.lines)))
    return table("three_lines", caption + first_of(found, MOST_ROWS), columns, rows, found, tuple(notes), n=whole)


def procedures(found: DataFrame[governance_tables.Procedures], tables: Tables) -> Exhibit:
    """Return the register of procedures, the workflows without one first."""
    if tables.sops.empty:
        return note(
            "No register of procedures",
            "The table sops says what is written down, by whom, and when it was last reviewed.",
        )
    rows: list[list[Cell]] = [
        [
            row["workflow"],
            row["sop"] if isinstance(row["sop"], str) else cell("no procedure", "bad"),
            wording.text(row["owner"]) or wording.BLANK,
            _age(row),
            part_of(row["elements"], len(accountability.ELEMENTS)),
            tell_all(row["missing"]) or wording.BLANK,
            part_of(row["variants_covered"], row["variants_known"]),
        ]
        for row in found.head(MOST_ROWS).to_dict("records")
    ]
    columns = [left("workflow", "Workflow"), left("sop", "Procedure"), left("owner", "Owner")]
    columns += [left("age", "Last review"), right("elements", "Elements"), left("missing", "What it lacks")]
    columns.append(right("variants", "Variations covered"))
    names = set(found["workflow"])
    covered = set(found.loc[found["sop"].notna(), "workflow"])
    caption = say_number(
        len(covered),
        "{n} of {all} workflows has a procedure",
        "{n} of {all} workflows have a procedure",
        all=len(names),
    )
    day = wording.day(tables.engagement.header.as_of)
    notes = (
        "A complete count of the register, not a sample: there is no sampling interval. It does not say whether people "
        "work by it.",
        say("Age on {day}. A review is overdue after the months the register states, or 12.", day=day),
    )
    caption += first_of(found, MOST_ROWS)
    return table("procedures", caption, *filled(columns, rows), found, notes, n=len(covered), all=len(names))


def ownership(found: DataFrame[governance_tables.Ownership]) -> Exhibit:
    """Return the sets of data with who answers for them and what is missing around them."""
    if found.empty:
        return note(
            "No set of data is listed",
            "The table datasets says who owns, keeps, creates, changes and approves the data.",
        )
    rows: list[list[Cell]] = [
        [
            row["dataset"],
            whose(row["workflow"]) if isinstance(row["workflow"], str) else say("several"),
            _named(row["owner"]),
            _named(row["steward"]),
            wording.text(row["master_system"]) or wording.BLANK,
            _conflict(row),
            tell_all(row["missing"]) or wording.BLANK,
        ]
        for row in found.head(MOST_ROWS).to_dict("records")
    ]
    columns = [left("dataset", "Set of data"), left("workflow", "Workflow"), left("owner", "Owner")]
    columns += [left("steward", "Steward"), left("master_system", "Master system")]
    columns += [left("conflict", "Approval"), left("missing", "Not stated")]
    bare = int((found["owner"].isna() | found["steward"].isna()).sum())
    caption = say_number(
        bare,
        "{n} of {all} sets of data lacks an owner or a steward",
        "{n} of {all} sets of data lack an owner or a steward",
        all=len(found),
    )
    notes = ("Approval: a role that approves what it creates or changes itself is a conflict.",)
    return table("data_ownership", caption + first_of(found, MOST_ROWS), columns, rows, found, notes, n=bare)


def duties(found: DataFrame[governance_tables.Duties]) -> Exhibit:
    """Return what is open of each regulation's checklist; what is met with evidence is counted."""
    if found.empty:
        return note(
            "No regulation is listed",
            "The table obligations says what each regulation asks for and what proves that it is met.",
        )
    apply = found[found["state"] != "does not apply"]
    rest = apply[apply["state"] != "met"]
    order = {state: place for place, state in enumerate(STATES)}
    rest = rest.assign(order=rest["state"].map(order)).sort_values("order", kind="stable")
    rows: list[list[Cell]] = [
        [
            row["regulation"],
            say(REQUIREMENTS[row["requirement"]]),
            cell(*STATES[row["state"]]),
            wording.text(row["evidence"]) or wording.BLANK,
            wording.text(row["owner"]) or wording.BLANK,
        ]
        for row in rest.head(MOST_ROWS).to_dict("records")
    ]
    met = len(apply) - len(rest)
    caption = say_number(
        met,
        "{n} of {all} requirements is met with evidence; what is open",
        "{n} of {all} requirements are met with evidence; what is open",
        all=len(apply),
    )
    columns = [left("regulation", "Regulation"), left("requirement", "Requirement"), left("state", "State")]
    columns += [left("evidence", "Evidence"), left("owner", "Owner")]
    notes = (
        "A checklist of access and privacy, not legal advice: whether a regulation applies, and what it asks in full, "
        "is for counsel to say.",
    )
    if not rows:
        return note("Every requirement is met with evidence", caption, tone="good")
    caption += first_of(rest, MOST_ROWS)
    return table("regulations", caption, columns, rows, found, notes, n=met, all=len(apply), rest=len(rest))


def service_levels(tables: Tables) -> Exhibit:
    """Return the promises of each workflow with who answers and to whom it goes when one is missed."""
    if tables.slas.empty:
        return note(
            "No service level is written down", "The table slas holds each promise, who answers for it, and the way up."
        )
    rows: list[list[Cell]] = [
        [row["workflow"], row["requirement"], _named(row["owner"]), _named(row["escalation"])]
        for row in tables.slas.head(MOST_ROWS).to_dict("records")
    ]
    columns = [left("workflow", "Workflow"), left("requirement", "Promise"), left("owner", "Owner")]
    columns.append(left("escalation", "Goes to when missed"))
    flows = len(tables.workflows) or tables.slas["workflow"].nunique()
    number = tables.slas["workflow"].nunique()
    caption = say_number(
        number, "{n} of {all} workflows has a service level", "{n} of {all} workflows have a service level", all=flows
    )
    caption += first_of(tables.slas, MOST_ROWS)
    return table("service_levels", caption, columns, rows, tables.slas, n=number, all=flows)


def absent(tables: Tables, log: LogProfile | None) -> Exhibit:
    """Return what this report could not say, each with the table or column that would give it."""
    rows: list[list[Cell]] = [
        [say(figure), say("Would need {what}.", what=say(needs))]
        for name, (figure, needs) in ABSENT.items()
        if getattr(tables, name).empty
    ]
    if len(tables.separations) and log is None:
        rows.append([say("Conflicts in real cases"), say("Would need an event log with the column resource.")])
    elif len(tables.separations) and log is not None and "handoffs" in log.absent:
        rows.append([say("Conflicts in real cases"), say("Would need the column resource of the event log.")])
    if not rows:
        return note("Nothing is missing", "Every register of this report is there.", tone="good")
    columns = [left("figure", "What is missing"), left("needed", "What would give it")]
    raw = pd.DataFrame(rows, columns=[key for key, *_ in columns])
    caption = say_number(len(rows), "{n} part is missing from this report", "{n} parts are missing from this report")
    return table("absent", caption, columns, rows, raw)


def figures(found: DataFrame[governance_tables.Figures]) -> Exhibit:
    """Return the figures of the headlines with their parts, method and source."""
    if found.empty:
        return note("No figure", "No table of governance was sent.")
    rows: list[list[Cell]] = [
        [
            tell(row["figure"]),
            f"{wording.count(row['numerator'])} ÷ {wording.count(row['denominator'])}",
            wording.value(row["numerator"] / row["denominator"], "share") if row["denominator"] else wording.BLANK,
            wording.interval(row["low"], row["high"], "share"),
            tell(row["method"]),
            tell_all(row["source"]),
        ]
        for row in found.to_dict("records")
    ]
    columns = [left("figure", "Figure"), right("parts", "Parts"), right("value", "Value")]
    columns += [right("interval", "95% interval"), left("method", "Method"), left("source", "Source")]
    return table("figures", "Every figure and what it was made from", columns, rows, found)


def _holder(names: Any) -> Cell:
    return "; ".join(codes.items(names)) or cell("nobody named", "bad")


def _named(name: Any) -> Cell:
    return name if isinstance(name, str) else cell("nobody named", "caution")


def _twice(row: dict[str, Any]) -> Cell:
    if not isinstance(row["twice"], str):
        return wording.BLANK
    return {"text": tell_all(row["twice"]), "tone": "caution" if row["is_independent"] is not False else "bad"}


def _age(row: dict[str, Any]) -> Cell:
    if not isinstance(row["sop"], str):
        return wording.BLANK
    if pd.isna(row["reviewed"]):
        return cell("never reviewed", "bad")
    text = say("{n} months ago", n=wording.count(row["age_months"]))
    return {"text": say("{age}, overdue", age=text), "tone": "bad"} if row["is_overdue"] else text


def _conflict(row: dict[str, Any]) -> Cell:
    if isinstance(row["conflict"], str):
        return {"text": say("{role} approves its own work", role=row["conflict"]), "tone": "bad"}
    return say("by another role") if row["is_told"] else cell("not stated", "unknown")
