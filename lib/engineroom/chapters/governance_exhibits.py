"""The tables of the report on governance, first part: risks and controls, separations, tests, the five parts."""

from __future__ import annotations

from typing import Any

import pandas as pd

from engineroom.chapters import roadmap_words as words
from engineroom.chapters.governance_charts import COVER_TONES, COVERS, KINDS, NATURES
from engineroom.chapters.quality_exhibits import filled
from engineroom.dictionary import codes, governance_tables, operating_tables, oversight
from engineroom.dictionary.columns import DataFrame
from engineroom.eventlogs.profile import LogProfile
from engineroom.pages import wording
from engineroom.pages.blocks import Cell, Exhibit, cell, first_of, left, note, nothing, part_of, right, table
from engineroom.pages.wording import named
from engineroom.phrases import say, say_number
from engineroom.readers.tables import Tables

MOST_ROWS = 15
"""Rows of a register on the page; the file beside the report holds all of them."""

MOST_NAMES = 5

STATES = {
    "overdue": ("Overdue", "bad"),
    "due soon": ("Due soon", "caution"),
    "planned": ("Planned", "neutral"),
    "done late": ("Done late", "caution"),
    "done in time": ("Done in time", "good"),
}
TESTS = {
    "control test": "Control test",
    "risk assessment": "Risk assessment",
    "self-assessment": "Self-assessment",
    "scenario: outage": "Scenario: outage",
    "scenario: breach": "Scenario: breach",
    "scenario: fraud": "Scenario: fraud",
}
IMPACTS = {"high": "High", "medium": "Medium", "low": "Low"}
KEPT = {
    "broken": ("Broken", "bad"),
    "kept": ("Not broken in these", "good"),
    "not judged": ("Cannot be told", "unknown"),
}
PRESSES = {
    "automation": "Automation",
    "augmentation": "Augmentation",
    "outsourcing": "Outsourcing",
    "centralising": "Centralising",
    "more output": "More output promised",
    "fewer people": "Fewer people asked for",
}


def coverage(found: DataFrame[governance_tables.Coverage]) -> Exhibit:
    """Return the risks with what guards against them, the least covered first."""
    if found.empty:
        return note(
            "No risk is written down", "Without the table risks nothing can be said of what guards against them."
        )
    rows: list[list[Cell]] = [
        [
            row["risk"],
            whose(row["workflow"]),
            wording.text(row["step"]) or wording.BLANK,
            say(IMPACTS[row["impact"]]) if isinstance(row["impact"], str) else wording.BLANK,
            "; ".join(codes.items(row["named"])) or wording.BLANK,
            _doubt(row),
        ]
        for row in found.head(MOST_ROWS).to_dict("records")
    ]
    columns = [left("risk", "Risk"), left("workflow", "Workflow"), left("step", "Step"), left("impact", "Impact")]
    columns += [left("named", "Controls"), left("cover", "Cover")]
    single = int(found["cover"].isin(["preventive only", "detective only"]).sum())
    bare = int((found["cover"] == "uncovered").sum())
    caption = say("{none} of {all} risks without a control, {single} with controls of one nature only",
                  none=bare, all=len(found), single=single)  # fmt: skip
    notes = (
        "Controls are counted as the tables state them. Doubtful: its last test failed, or the event log shows it "
        "broken.",
    )
    caption += first_of(found, MOST_ROWS)
    return table("risk_coverage", caption, *filled(columns, rows), found, notes, none=bare, single=single)


def assessed(found: DataFrame[governance_tables.Assessed]) -> Exhibit:
    """Return what was looked at on the map of each workflow."""
    if found.empty:
        return nothing()
    rows: list[list[Cell]] = [
        [
            row["workflow"],
            part_of(row["steps_with_risk"], row["steps"]),
            wording.count(row["risks"]) if row["risks"] else cell("none named", "unknown"),
            *(
                wording.count(row[name]) if row["risks"] else wording.BLANK
                for name in ("uncovered", "single", "controls")
            ),
        ]
        for row in found.head(MOST_ROWS).to_dict("records")
    ]
    columns = [left("workflow", "Workflow"), right("steps", "Steps of the map with a risk"), right("risks", "Risks")]
    columns += [right("uncovered", "Without control"), right("single", "One nature only")]
    columns += [right("controls", "Controls")]
    notes = (
        "A risk of all workflows counts in each. Where no risk is named, nobody has looked; it does not mean that "
        "there is none.",
    )
    caption = say("Risks and controls on the map, workflow by workflow") + first_of(found, MOST_ROWS)
    return table("risks_on_the_map", caption, *filled(columns, rows), found, notes)


def strays(found: DataFrame[oversight.Controls]) -> Exhibit:
    """Return the controls that name no risk."""
    if found.empty:
        return nothing()
    rows: list[list[Cell]] = [
        [row["control"], say(KINDS[row["kind"]]), say(NATURES[row["nature"]]), wording.text(row["owner"])]
        for row in found.head(MOST_ROWS).to_dict("records")
    ]
    columns = [left("control", "Control"), left("kind", "Kind"), left("nature", "Nature"), left("owner", "Owner")]
    caption = say_number(
        len(found), "{n} control guards against no named risk", "{n} controls guard against no named risk"
    )
    notes = ("Either nobody needs it, or the risk it guards against is not written down.",)
    return table("controls_without_a_risk", caption + first_of(found, MOST_ROWS), columns, rows, found, notes)


def pressures(found: DataFrame[governance_tables.Pressures]) -> Exhibit:
    """Return what asks for more throughput where risks have no control; nothing where nothing does."""
    if found.empty:
        return nothing()
    rows: list[list[Cell]] = [
        [row["asks"], say(PRESSES[row["kind"]]), row["workflow"], part_of(row["uncovered"], row["risks"])]
        for row in found.head(MOST_ROWS).to_dict("records")
    ]
    columns = [left("asks", "What asks for more"), left("kind", "How"), left("workflow", "Workflow")]
    columns += [right("uncovered", "Its risks without control")]
    caption = say("Throughput is raised where risks are not covered") + first_of(found, MOST_ROWS)
    notes = (
        "A target without a change of control is the pattern behind the sales scandal at Wells Fargo (source "
        "document 002, row 18). Cover these risks first, or say who accepts them.",
    )
    return table("red_flags", caption, columns, rows, found, notes)


def conflicts(found: DataFrame[governance_tables.Conflicts], log: LogProfile | None) -> Exhibit:
    """Return every rule of separation with what the log shows and the tables declare; people are counted, not named."""
    if found.empty:
        text = "The table separations names pairs of activities that one person may not do in one case."
        return note("No rule of separation is stated", text)
    rows: list[list[Cell]] = [
        [
            say("{first} and {second}", first=row["first"], second=row["second"]),
            whose(row["workflow"]),
            wording.count(row["both"]),
            wording.count(row["judged"]),
            wording.count(row["same"]) if row["judged"] > 0 else wording.BLANK,
            wording.figure(_share(row)),
            wording.span(_share(row)) if row["judged"] > 0 else wording.BLANK,
            part_of(row["people"], row["able"]) if row["judged"] > 0 else wording.BLANK,
            _declared(row),
            cell(*KEPT[row["verdict"]]),
        ]
        for row in found.head(MOST_ROWS).to_dict("records")
    ]
    columns = [left("rule", "Not by one person"), left("workflow", "Workflow"), right("both", "Cases with both")]
    columns += [right("judged", "Judged"), right("same", "One person"), right("share", "Share")]
    columns += [right("interval", "95% interval"), right("people", "People"), left("declared", "In the tables")]
    columns += [left("verdict", "In the log")]
    broken, judged = (int(found["verdict"].isin(those).sum()) for those in (["broken"], ["broken", "kept"]))
    caption = say_number(
        broken,
        "{n} of {all} rules of separation is broken in the log",
        "{n} of {all} rules of separation are broken in the log",
        all=judged,
    )
    if not judged:
        caption = say_number(
            len(found),
            "{n} rule of separation, not held against any event log",
            "{n} rules of separation, not held against any event log",
        )
    caption += first_of(found, MOST_ROWS)
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
    return table("separations", caption, *filled(columns, rows), found, tuple(notes), n=broken, judged=judged)


def tests(found: DataFrame[governance_tables.Tests], untested: list[str], tables: Tables) -> Exhibit:
    """Return the calendar of tests on the day of the report, what is overdue first."""
    if found.empty:
        return note(
            "No test of a control is planned",
            "The table control_tests says what is tested, when, and with what result.",
        )
    rows: list[list[Cell]] = [
        [
            row["test"],
            say(TESTS[row["kind"]]),
            wording.text(row["control"]) or whose(row["workflow"]),
            words.day(row["due"]),
            _state(row),
            part_of(row["passed"], row["items"]),
            wording.BLANK if pd.isna(row["items"]) else wording.span(_share(row)),
            _result(row),
        ]
        for row in found.head(MOST_ROWS).to_dict("records")
    ]
    columns = [left("test", "Test"), left("kind", "Kind"), left("about", "About"), left("due", "Due")]
    columns += [left("state", "State"), right("passed", "Passed"), right("interval", "95% interval")]
    columns.append(left("result", "Result"))
    overdue = int((found["state"] == "overdue").sum())
    caption = say_number(overdue, "{n} of {all} tests is overdue", "{n} of {all} tests are overdue", all=len(found))
    day = wording.day(tables.engagement.header.as_of)
    notes = [
        say(
            "On {day}. Passed: items at which the control worked, with the interval of what it does on all items.",
            day=day,
        )
    ]
    if untested:
        notes.append(say("Never tested, as far as the table says: {names}.", names=named(untested, MOST_NAMES)))
    never = [say(TESTS[kind]) for kind in oversight.TESTS if kind not in set(found.loc[found["done"].notna(), "kind"])]
    if never:
        notes.append(say("Of these kinds no test is done: {names}.", names=named(never, MOST_NAMES)))
    caption += first_of(found, MOST_ROWS)
    return table("control_tests", caption, *filled(columns, rows), found, tuple(notes), n=overdue)


def parts(found: DataFrame[operating_tables.Profile]) -> Exhibit:
    """Return the five parts of governance with their level, the anchor it stands for, and what is only claimed."""
    if not found["answers"].sum():
        text = "The table answers holds what was observed for each anchored question, with its evidence."
        return note("The five parts of governance were not asked about", text)
    rows: list[list[Cell]] = [
        [
            wording.capital(say(row["part"])),
            cell("not shown", "unknown") if pd.isna(row["level"]) else f"{row['level']:.0f}",
            wording.BLANK if pd.isna(row["claimed"]) else f"{row['claimed']:.0f}",
            part_of(row["evidenced"], row["answers"]),
            say(row["anchor"]) if isinstance(row["anchor"], str) else say("Nobody has shown anything."),
        ]
        for row in found.to_dict("records")
    ]
    columns = [left("part", "Part"), right("level", "Level"), right("claimed", "Only claimed")]
    columns += [right("evidenced", "Answers with evidence"), left("anchor", "What was observed")]
    number = int(found["level"].notna().sum())
    caption = say("Evidence for {n} of {all} parts of governance", n=number, all=len(found))
    notes = (
        "Level: lower median of the answers with evidence, 0 to 4. It is a position on a scale, not a measurement.",
    )
    return table("governance_parts", caption, columns, rows, found, notes, n=number)


def whose(workflow: Any) -> str:
    """Return the workflow a row is about, or that it is about all of them."""
    return workflow if isinstance(workflow, str) else say("all workflows")


def _share(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "value": row["share"], "unit": "share"}


def _doubt(row: dict[str, Any]) -> Cell:
    text = say(COVERS[row["cover"]])
    if not row["doubtful"]:
        return {"text": text, "tone": COVER_TONES[row["cover"]]}
    return {"text": say("{cover}, {n} doubtful", cover=text, n=wording.count(row["doubtful"])), "tone": "caution"}


def _declared(row: dict[str, Any]) -> Cell:
    if isinstance(row["declared"], str):
        return {"text": say("one role for both: {role}", role=row["declared"]), "tone": "caution"}
    return say("two roles") if row["is_declared"] else wording.BLANK


def _state(row: dict[str, Any]) -> Cell:
    text, tone = STATES[row["state"]]
    if not row["days_late"]:
        return cell(text, tone)
    days = wording.plural(row["days_late"], "day")
    return {"text": say("{state} by {days}", state=say(text), days=days), "tone": tone}


def _result(row: dict[str, Any]) -> Cell:
    if pd.isna(row["has_failed"]):
        return wording.BLANK
    return cell("Failed", "bad") if row["has_failed"] else cell("Passed", "good")
