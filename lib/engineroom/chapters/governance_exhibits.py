"""The tables of the report on governance, first part: risks and controls, separations, tests, the five parts."""

from __future__ import annotations

from typing import Any

from engineroom.dictionary import governance_tables as models
from engineroom.dictionary import operating_tables, oversight
from engineroom.dictionary.columns import DataFrame
from engineroom.logs.profile import LogProfile
from engineroom.pages import show, wording
from engineroom.pages.blocks import Cell, Exhibit, cell, note, nothing, part_of
from engineroom.pages.wording import named
from engineroom.phrases import say, say_number
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
        "A risk of all workflows counts in each. Where no risk is named, nobody has looked; it does not mean that "
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
    pattern = (
        "A target without a change of control is the pattern behind the sales scandal at Wells Fargo (source "
        "document 002, row 18). Cover these risks first, or say who accepts them."
    )
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
        caption = say_number(len(found), "{n} [rule|rules] of separation, not held against any event log")
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
            "Not by one person", lambda row: say("{first} and {second}", first=row["first"], second=row["second"])
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
