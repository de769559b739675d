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
        return note(
            "No risk is written down", "Without the table risks nothing can be said of what guards against them."
        )
    single = int(found["cover"].isin(["preventive only", "detective only"]).sum())
    bare = int((found["cover"] == "uncovered").sum())
    caption = say("{none} of {all} risks without a control, {single} with controls of one nature only",
                  none=bare, all=len(found), single=single)  # fmt: skip
    counting = (
        "Controls are counted as the tables state them. Doubtful: its last test failed, or the event log shows it "
        "broken."
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
    caption = "Risks and controls on the map, workflow by workflow"
    looked = (
        "A risk of all workflows counts in each. Where no risk is named, none was looked for; it does not mean that "
        "there is none."
    )
    columns = "workflow steps=steps_with_risk risks uncovered single controls"
    return show.table(
        "risks_on_the_map", found, models.Assessed, columns, caption, looked, rows=rows, most=MOST_ROWS, filled=True
    )


def strays(found: DataFrame[oversight.Controls]) -> Exhibit:
    """Return the controls that name no risk."""
    if found.empty:
        return nothing()
    caption = say_number(len(found), "{n} [control guards|controls guard] against no named risk")
    either = "Either nobody needs it, or the risk it guards against is not written down."
    columns = "control kind nature owner"
    return show.table("controls_without_a_risk", found, oversight.Controls, columns, caption, either, most=MOST_ROWS)


def pressures(found: DataFrame[models.Pressures]) -> Exhibit:
    """Return what asks for more throughput where risks have no control; nothing where nothing does."""
    if found.empty:
        return nothing()
    caption = "Throughput is raised where risks are not covered"
    pattern = "A higher target without a new control invites abuse: cover these risks first, or say who accepts them."
    columns = "asks kind workflow uncovered"
    return show.table("red_flags", found, models.Pressures, columns, caption, pattern, most=MOST_ROWS)


def conflicts(found: DataFrame[models.Conflicts], log: LogProfile | None) -> Exhibit:
    """Return every rule of separation with what the log shows and the tables declare; people are counted, not named."""
    if found.empty:
        text = "The table separations names pairs of activities that one person may not do in one case."
        return note("No rule of separation is stated", text)
    broken, judged = (int(found["verdict"].isin(those).sum()) for those in (["broken"], ["broken", "kept"]))
    caption = say_number(broken, "{n} of {all} rules of separation [is|are] broken in the log", all=judged)
    if not judged:
        caption = say_number(len(found), "{n} [rule|rules] of separation, not checked in an event log")
    counted = (
        "Judged: completed cases in which a named person did each of the two. Steps of systems and steps without a "
        "name are left out. People: those who did both at least once, of those who did either. Nobody is named: a "
        "conflict shows how work is set up, not who did wrong."
    )
    notes = [counted] if judged else []
    if log is None:
        notes.append("There is no event log: only what the tables declare can be looked at.")
    elif "handoffs" in log.absent:
        notes.append("The event log does not say who did a step: only what the tables declare can be looked at.")
    elif "stp_rate" in log.absent:
        notes.append("The event log does not tell systems from people ([events.human]): all users count as people.")
    own = {
        "rule": show.left(
            "Incompatible duties", lambda row: say("{first} and {second}", first=row["first"], second=row["second"])
        ),
        "declared": show.left("In the tables", _declared),
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
            "The table control_tests says what is tested, when, and with what result.",
        )
    overdue = int((found["state"] == "overdue").sum())
    caption = say_number(overdue, "{n} of {all} tests [is|are] overdue", all=len(found))
    passed = "On {day}. Passed: items at which the control worked, with the interval of what it does on all items."
    notes = [say(passed, day=wording.day(tables.engagement.header.as_of))]
    if untested:
        notes.append(say("Never tested, as far as the table says: {names}.", names=named(untested, MOST_NAMES)))
    done = set(found.loc[found["done"].notna(), "kind"])
    if never := [say(label) for kind, label in oversight.TESTS.items() if kind not in done]:
        notes.append(say("Of these kinds no test is done: {names}.", names=named(never, MOST_NAMES)))
    own = {"about": show.left("About", _about), "state": show.left("State", _state)}
    columns = "test kind about due state passed interval result=has_failed"
    return show.table(
        "control_tests", found, models.Tests, columns, caption, *notes,
        own=own, most=MOST_ROWS, filled=True, counted={"n": overdue},
    )  # fmt: skip


def parts(found: DataFrame[operating_tables.Profile]) -> Exhibit:
    """Return the five parts of governance with their level, the anchor it stands for, and what is only claimed."""
    if not found["answers"].sum():
        text = "The table answers holds what was observed for each anchored question, with its evidence."
        return note("The five parts of governance were not asked about", text)
    number = int(found["level"].notna().sum())
    caption = say("Evidence for {n} of {all} parts of governance", n=number, all=len(found))
    level = "Level: lower median of the answers with evidence, 0 to 4. It is a position on a scale, not a measurement."
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
    asked = tables.questions.loc[tables.questions["instrument"] == "governance", "question"]
    sent = {name: len(getattr(tables, name)) for name in ABSENT}
    sent["answers"] = tables.answers["question"].isin(asked).sum()
    rows: list[list[Cell]] = [
        [say(figure), say("Would need {what}.", what=say(needs))]
        for name, (figure, needs) in ABSENT.items()
        if not sent[name]
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
        "parts": show.right("Numerator ÷ denominator", _parts),
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
