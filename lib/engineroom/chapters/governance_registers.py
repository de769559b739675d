"""The tables of the report on governance, second part: lines, procedures, data, regulations, and what is missing."""

from __future__ import annotations

import math

import pandas as pd

from engineroom.chapters.governance_exhibits import MOST_ROWS
from engineroom.dictionary import governance_tables as models
from engineroom.dictionary import initiatives
from engineroom.dictionary.columns import DataFrame
from engineroom.logs.profile import LogProfile
from engineroom.organisation import accountability
from engineroom.pages import show, wording
from engineroom.pages.blocks import Cell, Exhibit, cell, note
from engineroom.phrases import say, say_number, tell_all
from engineroom.readers.tables import Tables

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


def lines(found: DataFrame[models.Roles], tables: Tables) -> Exhibit:
    """Return who holds which of the three lines in each workflow, which is empty, and who holds more than one."""
    if tables.lines.empty:
        return note(
            "The three lines are not stated", "The table lines says who holds which role, workflow by workflow."
        )
    whole = int(found["missing"].isna().sum())
    caption = say_number(whole, "{n} of {all} workflows [has|have] all three lines", all=len(found))
    notes = [
        "Roles, not departments (Three Lines Model, Institute of Internal Auditors, 2020). First and second line may "
        "be blended; the third must be independent of both."
    ]
    if unproven := int(tables.lines["mandate"].isna().sum()):
        notes.append(say("For {n} of {all} roles no document is named.", n=unproven, all=len(tables.lines)))
    own = {"workflow": show.left("Workflow", _workflow), "twice": show.left("More than one line", _twice)}
    columns, counted = "workflow first second third twice", {"n": whole}
    return show.table(
        "three_lines", found, models.Roles, columns, caption, *notes, own=own, most=MOST_ROWS, counted=counted
    )


def procedures(found: DataFrame[models.Procedures], tables: Tables) -> Exhibit:
    """Return the register of procedures, the workflows without one first."""
    if tables.sops.empty:
        return note(
            "No register of procedures",
            "The table sops says what is written down, by whom, and when it was last reviewed.",
        )
    covered, every = found.loc[found["sop"].notna(), "workflow"].nunique(), found["workflow"].nunique()
    caption = say_number(covered, "{n} of {all} workflows [has|have] a procedure", all=every)
    day = wording.day(tables.engagement.header.as_of)
    notes = (
        "A complete count of the register, not a sample: there is no sampling interval. It does not say whether people "
        "work by it.",
        say("Age on {day}. A review is overdue after the months the register states, or 12.", day=day),
    )
    own, counted = {"age": show.left("Last review", _age)}, {"n": covered, "all": every}
    return show.table(
        "procedures", found, models.Procedures,
        "workflow sop owner age elements missing variants=variants_covered", caption, *notes,
        own=own, most=MOST_ROWS, filled=True, counted=counted,
    )  # fmt: skip


def ownership(found: DataFrame[models.Ownership]) -> Exhibit:
    """Return the sets of data with who answers for them and what is missing around them."""
    if found.empty:
        return note(
            "No set of data is listed",
            "The table datasets says who owns, keeps, creates, changes and approves the data.",
        )
    bare = int((found["owner"].isna() | found["steward"].isna()).sum())
    caption = say_number(bare, "{n} of {all} sets of data [lacks|lack] an owner or a steward", all=len(found))
    rule = "Approval: a role that approves what it creates or changes itself is a conflict."
    own, counted = {"conflict": show.left("Approval", _conflict)}, {"n": bare}
    columns = "dataset workflow owner steward master_system conflict missing"
    return show.table(
        "data_ownership", found, models.Ownership, columns, caption, rule, own=own, most=MOST_ROWS, counted=counted
    )


def duties(found: DataFrame[models.Duties]) -> Exhibit:
    """Return what is open of each regulation's checklist; what is met with evidence is counted."""
    if found.empty:
        return note(
            "No regulation is listed",
            "The table obligations says what each regulation asks for and what proves that it is met.",
        )
    apply = found[found["state"] != "does not apply"]
    rest = apply[apply["state"] != "met"]
    order = {state: place for place, state in enumerate(models.CLAIMS)}
    rest = rest.assign(order=rest["state"].map(order)).sort_values("order", kind="stable")
    met = len(apply) - len(rest)
    caption = say_number(met, "{n} of {all} requirements [is|are] met with evidence; what is open", all=len(apply))
    if rest.empty:
        return note("Every requirement is met with evidence", caption, tone="good")
    advice = (
        "A checklist of access and privacy, not legal advice: whether a regulation applies, and what it asks in full, "
        "is for counsel to say."
    )
    columns, counted = "regulation requirement state evidence owner", {"n": met, "all": len(apply), "rest": len(rest)}
    return show.table(
        "regulations", found, models.Duties, columns, caption, advice, rows=rest, most=MOST_ROWS, counted=counted
    )


def service_levels(tables: Tables) -> Exhibit:
    """Return the promises of each workflow with who answers and to whom it goes when one is missed."""
    if tables.slas.empty:
        return note(
            "No service level is written down", "The table slas holds each promise, who answers for it, and the way up."
        )
    number = tables.slas["workflow"].nunique()
    every = len(tables.workflows) or number
    caption = say_number(number, "{n} of {all} workflows [has|have] a service level", all=every)
    columns, counted = "workflow requirement owner escalation", {"n": number, "all": every}
    return show.table(
        "service_levels", tables.slas, initiatives.Slas, columns, caption, most=MOST_ROWS, counted=counted
    )


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
    caption, complete = "{n} [part is|parts are] missing from this report", "Every register of this report is there."
    return show.missing(rows, caption, complete)


def figures(found: DataFrame[models.Figures]) -> Exhibit:
    """Return the figures of the headlines with their parts, method and source."""
    if found.empty:
        return note("No figure", "No table of governance was sent.")
    own = {
        "parts": show.right("Parts", _parts),
        "value": show.right("Value", _value),
        "interval": show.right("95% interval", lambda row: wording.interval(row["low"], row["high"], "share")),
    }
    columns, caption = "figure parts value interval method source", "Every figure and what it was made from"
    return show.table("figures", found, models.Figures, columns, caption, own=own)


def _workflow(row: show.Row) -> str:
    return say(models.ALL) if row["workflow"] == accountability.ALL else row["workflow"]


def _parts(row: show.Row) -> str:
    return f"{wording.count(row['numerator'])} ÷ {wording.count(row['denominator'])}"


def _value(row: show.Row) -> str:
    share = row["numerator"] / row["denominator"] if row["denominator"] else math.nan
    return wording.value(share, "share")


def _twice(row: show.Row) -> Cell:
    if not isinstance(row["twice"], str):
        return wording.BLANK
    return {"text": tell_all(row["twice"]), "tone": "caution" if row["is_independent"] is not False else "bad"}


def _age(row: show.Row) -> Cell:
    if not isinstance(row["sop"], str):
        return wording.BLANK
    if pd.isna(row["reviewed"]):
        return cell("never reviewed", "bad")
    text = say("{n} months ago", n=wording.count(row["age_months"]))
    return {"text": say("{age}, overdue", age=text), "tone": "bad"} if row["is_overdue"] else text


def _conflict(row: show.Row) -> Cell:
    if isinstance(row["conflict"], str):
        return {"text": say("{role} approves its own work", role=row["conflict"]), "tone": "bad"}
    return say("by another role") if row["is_told"] else cell("not stated", "unknown")
