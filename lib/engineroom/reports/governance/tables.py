"""The tables of the governance report: risks and controls, separation, tests, registers, evidence."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from engineroom.dictionary import governance_tables as models
from engineroom.dictionary import initiatives, operating_tables, oversight
from engineroom.dictionary.columns import DataFrame
from engineroom.logs.profile import LogProfile
from engineroom.organisation import accountability
from engineroom.pages import show, wording
from engineroom.pages.blocks import Cell, Exhibit, cell, note, nothing, part_of
from engineroom.pages.wording import named
from engineroom.phrases import say, say_number, tell_all
from engineroom.readers.tables import Tables

MOST_ROWS = 15
"""Rows of a register on the page; the file beside the report holds all of them."""

MOST_NAMES = 5


def coverage(found: DataFrame[models.Coverage]) -> Exhibit:
    """Return the risks with what guards against them, the least covered first."""
    if found.empty:
        return note("No risks were supplied", "Without a list of risks, controls cannot be assessed.")
    single = int(found["cover"].isin(["preventive only", "detective only"]).sum())
    bare = int((found["cover"] == "uncovered").sum())
    caption = say("Risks without a control: {none} of {all}; with only preventive or only detective controls: {single}",
                  none=bare, all=len(found), single=single)  # fmt: skip
    counting = (
        "Controls are counted as the client stated them. Doubtful: the last test failed, or the event log shows that "
        "the control was bypassed."
    )
    return show.table(
        "risk_coverage", found, models.Coverage, "risk workflow step impact named cover", caption, counting,
        own={"cover": show.left("Cover", _doubt)}, most=MOST_ROWS, filled=True,
        counted={"none": bare, "single": single},
    )  # fmt: skip


def assessed(found: DataFrame[models.Assessed]) -> Exhibit:
    """Return what was looked at on the map of each workflow."""
    if found.empty:
        return nothing()
    looked_at = ["risks", "uncovered", "single", "controls"]
    rows = found.assign(**{column: found[column].where(found["risks"] > 0) for column in looked_at})
    caption = "Risks and controls by workflow"
    looked = (
        "A risk that concerns all workflows counts in each. Where no risk is named, none was looked for; there may "
        "still be one."
    )
    columns = "workflow steps=steps_with_risk risks uncovered single controls"
    return show.table(
        "risks_on_the_map", found, models.Assessed, columns, caption, looked, rows=rows, most=MOST_ROWS, filled=True
    )


def strays(found: DataFrame[oversight.Controls]) -> Exhibit:
    """Return the controls that name no risk."""
    if found.empty:
        return nothing()
    caption = say_number(len(found), "{n} [control is|controls are] not linked to any named risk")
    either = "Either the control is not needed, or its risk is not on the register."
    columns = "control kind nature owner"
    return show.table("controls_without_a_risk", found, oversight.Controls, columns, caption, either, most=MOST_ROWS)


def pressures(found: DataFrame[models.Pressures]) -> Exhibit:
    """Return what asks for more throughput where risks have no control; nothing where nothing does."""
    if found.empty:
        return nothing()
    caption = "More output is planned where risks have no control"
    pattern = "Higher targets without new controls invite abuse. Cover these risks first, or name who accepts them."
    columns = "asks kind workflow uncovered"
    return show.table("red_flags", found, models.Pressures, columns, caption, pattern, most=MOST_ROWS)


def conflicts(found: DataFrame[models.Conflicts], log: LogProfile | None) -> Exhibit:
    """Return every rule of separation with what the log shows and the tables declare; people are counted, not named."""
    if found.empty:
        text = "No pairs of activities were named that one person may not do in the same case."
        return note("No rules on separating duties are stated", text)
    broken, judged = (int(found["verdict"].isin(those).sum()) for those in (["broken"], ["broken", "kept"]))
    caption = say_number(broken, "{n} of {all} rules on separating duties [was|were] broken", all=judged)
    if not judged:
        caption = say_number(len(found), "{n} [rule|rules] on separating duties, not yet checked in an event log")
    counted = (
        "Judged: completed cases in which a named person did each activity; steps by systems or without a name are "
        "left out. People: those who did both at least once, of those who did either. No names are given: a conflict "
        "shows how work is organised, not who did wrong."
    )
    notes = [counted] if judged else []
    if log is None:
        notes.append("There is no event log, so only the documented roles could be checked.")
    elif "handoffs" in log.absent:
        notes.append("The event log does not show who did a step, so only the documented roles could be checked.")
    elif "stp_rate" in log.absent:
        notes.append("The event log does not separate systems from people, so all users count as people.")
    own = {
        "rule": show.left(
            "Incompatible duties", lambda row: say("{first} and {second}", first=row["first"], second=row["second"])
        ),
        "declared": show.left("As documented", _declared),
    }
    rows = found.assign(**{column: found[column].where(found["judged"] > 0) for column in ("same", "people")})
    return show.table(
        "separations", found, models.Conflicts,
        "rule workflow both judged same share interval people declared verdict", caption, *notes,
        rows=rows, own=own, most=MOST_ROWS, filled=True, counted={"n": broken, "judged": judged},
    )  # fmt: skip


def tests(found: DataFrame[models.Tests], untested: list[str], tables: Tables) -> Exhibit:
    """Return the calendar of tests on the day of the report, what is overdue first."""
    if found.empty:
        return note(
            "No test of a control is planned",
            "A list of tests, with dates and results, is needed.",
        )
    overdue = int((found["state"] == "overdue").sum())
    caption = say_number(overdue, "{n} of {all} tests [is|are] overdue", all=len(found))
    passed = "State on {day}. Passed: items on which the control worked; the interval is for all items."
    notes = [say(passed, day=wording.day(tables.engagement.header.as_of))]
    if untested:
        notes.append(say("No test on record for: {names}.", names=named(untested, MOST_NAMES)))
    done = set(found.loc[found["done"].notna(), "kind"])
    if never := [say(label) for kind, label in oversight.TESTS.items() if kind not in done]:
        notes.append(say("No completed test of these kinds: {names}.", names=named(never, MOST_NAMES)))
    own = {"about": show.left("About", _about), "state": show.left("State", _state)}
    columns = "test kind about due state passed interval result=has_failed"
    return show.table(
        "control_tests", found, models.Tests, columns, caption, *notes,
        own=own, most=MOST_ROWS, filled=True, counted={"n": overdue},
    )  # fmt: skip


def parts(found: DataFrame[operating_tables.Profile]) -> Exhibit:
    """Return the five parts of governance with their level, the anchor it stands for, and what is only claimed."""
    if not found["answers"].sum():
        text = "Answers with evidence are needed."
        return note("The five parts of governance were not assessed", text)
    number = int(found["level"].notna().sum())
    caption = say("{n} of {all} parts of governance have evidence", n=number, all=len(found))
    level = "Level: lower median of the answers with evidence, from 0 to 4. It is a rating, not a measurement."
    own = {"evidenced": show.right("Answers with evidence", lambda row: part_of(row["evidenced"], row["answers"]))}
    columns, counted = "part level claimed evidenced anchor", {"n": number}
    return show.table(
        "governance_parts", found, operating_tables.Profile, columns, caption, level, own=own, counted=counted
    )


def whose(workflow: Any) -> str:
    """Return the workflow a row is about, or that it is about all of them."""
    return workflow if isinstance(workflow, str) else say(models.ALL)


def _about(row: show.Row) -> str:
    return wording.text(row["control"]) or whose(row["workflow"])


def _doubt(row: show.Row) -> Cell:
    label, tone = models.COVERS[row["cover"]]
    if not row["doubtful"]:
        return cell(label, tone)
    return {"text": say("{cover}, {n} doubtful", cover=say(label), n=wording.count(row["doubtful"])), "tone": "caution"}


def _declared(row: show.Row) -> Cell:
    if isinstance(row["declared"], str):
        return {"text": say("one role for both: {role}", role=row["declared"]), "tone": "caution"}
    return say("two roles") if row["is_declared"] else wording.BLANK


def _state(row: show.Row) -> Cell:
    text, tone = models.TEST_STATES[row["state"]]
    if not row["days_late"]:
        return cell(text, tone)
    days = wording.plural(row["days_late"], "day")
    return {"text": say("{state} by {days}", state=say(text), days=days), "tone": tone}


ABSENT = {
    "risks": ("The risk-control matrix", "a list of risks: what can go wrong, at which step"),
    "controls": ("What protects against risks", "a list of controls, with the risks each addresses"),
    "separations": ("Separation of duties", "a list of activities that one person must not combine"),
    "lines": ("The three lines", "a list of who has which role, and the document that confirms it"),
    "sops": ("Procedures", "a list of procedures with owner, last review and elements"),
    "datasets": ("Ownership of data", "a list of data sets with owner, steward and approver"),
    "control_tests": ("Tests of controls", "a list of control tests: what is due, what was done, and the result"),
    "obligations": ("What regulations ask", "a list of requirements with status and evidence"),
    "answers": ("The five parts of governance", "answers to the questionnaire, with evidence"),
    "slas": ("Service levels", "a list of service levels with owner and escalation"),
}


def lines(found: DataFrame[models.Roles], tables: Tables) -> Exhibit:
    """Return who holds which of the three lines in each workflow, which is empty, and who holds more than one."""
    if tables.lines.empty:
        return note("The three lines are not stated", "A list of roles by workflow is needed.")
    whole = int(found["missing"].isna().sum())
    caption = say_number(whole, "{n} of {all} workflows [has|have] all three lines", all=len(found))
    notes = [
        "The lines are roles, not departments (Three Lines Model, Institute of Internal Auditors, 2020). The first "
        "and second may be combined; the third must be independent of both."
    ]
    if unproven := int(tables.lines["mandate"].isna().sum()):
        notes.append(
            say(("For {n} of {all} roles, no document confirms the mandate."), n=unproven, all=len(tables.lines))
        )
    own = {"workflow": show.left("Workflow", _workflow), "twice": show.left("In more than one line", _twice)}
    columns, counted = "workflow first second third twice", {"n": whole}
    return show.table(
        "three_lines", found, models.Roles, columns, caption, *notes, own=own, most=MOST_ROWS, counted=counted
    )


def procedures(found: DataFrame[models.Procedures], tables: Tables) -> Exhibit:
    """Return the register of procedures, the workflows without one first."""
    if tables.sops.empty:
        return note(
            "No register of procedures",
            "A list of procedures with owners and review dates is needed.",
        )
    covered, every = found.loc[found["sop"].notna(), "workflow"].nunique(), found["workflow"].nunique()
    caption = say_number(covered, "{n} of {all} workflows [has|have] a procedure", all=every)
    day = wording.day(tables.engagement.header.as_of)
    notes = (
        "A complete count of the register, so without a margin of error. It does not show whether people follow the "
        "procedures.",
        say("Age on {day}. A review is overdue after the interval in the register, or after 12 months.", day=day),
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
            "No data set is listed",
            "A list of data sets with owners and approvers is needed.",
        )
    bare = int((found["owner"].isna() | found["steward"].isna()).sum())
    caption = say_number(bare, "{n} of {all} data sets [lacks|lack] an owner or a steward", all=len(found))
    rule = "Approval: a role that approves its own changes has a conflict of interest."
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
            "A list of requirements with evidence is needed.",
        )
    apply = found[found["state"] != "does not apply"]
    rest = apply[apply["state"] != "met"]
    order = {state: place for place, state in enumerate(models.CLAIMS)}
    rest = rest.assign(order=rest["state"].map(order)).sort_values("order", kind="stable")
    met = len(apply) - len(rest)
    caption = say_number(
        met, "{n} of {all} requirements [is|are] met with evidence; open ones are listed", all=len(apply)
    )
    if rest.empty:
        return note("Every requirement is met with evidence", caption, tone="good")
    advice = (
        "A checklist on access and privacy, not legal advice. Whether a regulation applies, and what it requires in "
        "full, is for counsel to decide."
    )
    columns, counted = "regulation requirement state evidence owner", {"n": met, "all": len(apply), "rest": len(rest)}
    return show.table(
        "regulations", found, models.Duties, columns, caption, advice, rows=rest, most=MOST_ROWS, counted=counted
    )


def service_levels(tables: Tables) -> Exhibit:
    """Return the promises of each workflow with who answers and to whom it goes when one is missed."""
    if tables.slas.empty:
        return note(
            "No service level is written down", "A list of service levels with owners and escalation is needed."
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
    asked = tables.questions.loc[tables.questions["instrument"] == "governance", "question"]
    sent = {name: len(getattr(tables, name)) for name in ABSENT}
    sent["answers"] = tables.answers["question"].isin(asked).sum()
    rows: list[list[Cell]] = [
        [say(figure), say("Needed: {what}.", what=say(needs))]
        for name, (figure, needs) in ABSENT.items()
        if not sent[name]
    ]
    if len(tables.separations) and log is None:
        rows.append([say("Conflicts in real cases"), say("An event log that shows who did each step is needed.")])
    elif len(tables.separations) and log is not None and "handoffs" in log.absent:
        rows.append([say("Conflicts in real cases"), say("The event log must show who did each step.")])
    caption, complete = "{n} [part is|parts are] missing from this report", "Every register of this report is there."
    return show.missing(rows, caption, complete)


def figures(found: DataFrame[models.Figures]) -> Exhibit:
    """Return the figures of the headlines with their parts, method and source."""
    if found.empty:
        return note("No figure", "No governance data was supplied.")
    own = {
        "parts": show.right("Numerator ÷ denominator", _parts),
        "value": show.right("Value", _value),
        "interval": show.right("95% interval", lambda row: wording.interval(row["low"], row["high"], "share")),
    }
    columns, caption = "figure parts value interval method source", "Every figure with its data"
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
