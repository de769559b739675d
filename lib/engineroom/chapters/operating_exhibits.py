"""The tables of the report on the operating model: functions, levels, promises, ways, and what is steered by."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from engineroom.chapters.quality_exhibits import filled, needed
from engineroom.dictionary import codes, operating_tables
from engineroom.dictionary.columns import DataFrame
from engineroom.eventlogs.profile import LogProfile
from engineroom.organisation import capacity, functions
from engineroom.pages import wording
from engineroom.pages.blocks import Cell, Exhibit, left, note, right, table
from engineroom.phrases import say, say_number
from engineroom.readers.tables import Tables

MOST_ROWS = 12
"""Rows of a table on the page; the file beside the report holds all of them."""

ADOPTED = 3
"""Level from which a practice counts as adopted."""

STATES = {
    "absent": ("Not in the assessment", "unknown"),
    "partly": ("In part", "caution"),
    "owned and measured": ("Owned and measured", "good"),
}
TRACKED = {
    "tracked": ("Tracked", "good"),
    "partly": ("Tracked in part", "caution"),
    "stated": ("Promised, not tracked", "bad"),
    "cannot state": ("Cannot state its SLA", "bad"),
}
VERDICTS = {
    "balanced": ("Balanced", "good"),
    "gaps": ("Gaps", "caution"),
    "cost only": ("Cost only", "bad"),
    "nothing measured": ("Nothing measured", "unknown"),
}
BASES = {"log": "log", "standard": "standard hours", "map": "map"}
SIDES = {"cost": "Cost", "quality": "Quality", "time": "Time", "customer": "Customer", "people": "People"}
SHOWN = {
    "profile": ("{n} of {all} facets is shown to be modern", "{n} of {all} facets are shown to be modern"),
    "practices": ("{n} of {all} practices is shown to be in use", "{n} of {all} practices are shown to be in use"),
    "challenges": (
        "{n} of {all} hindrances is shown to be under control",
        "{n} of {all} hindrances are shown to be under control",
    ),
    "management": (
        "{n} of {all} tasks is shown to be led by a system",
        "{n} of {all} tasks are shown to be led by a system",
    ),
}
"""What level 3 or 4 of a part says, by questionnaire."""
SURVEYED = "doc004_automated_sla_tracking"


def profile(found: DataFrame[operating_tables.Profile], name: str) -> Exhibit:
    """Return the level of each part of a questionnaire with what was observed, and how much of it can be shown."""
    if not found["answers"].any():
        return note("Nobody has answered", "Answers in the table answers, each with its evidence, would give a level.")
    rows: list[list[Cell]] = [
        [
            wording.capital(say(row["part"])),
            _level(row),
            say(row["anchor"]) if isinstance(row["anchor"], str) else _claimed(row),
            _span(row),
            say("{n} of {all}", n=wording.count(row["evidenced"]), all=wording.count(row["answers"])),
        ]
        for row in found.to_dict("records")
    ]
    columns = [left("part", "Part"), left("level", "Maturity"), left("anchor", "What is observed")]
    columns += [right("range", "Lowest to highest"), right("evidenced", "With evidence")]
    high, hidden = int((found["level"] >= ADOPTED).sum()), len(found) - int(found["level"].notna().sum())
    caption = say_number(high, *SHOWN[name], n=high, all=len(found))
    if hidden:
        caption += say_number(hidden, "; {n} is a claim", "; {n} are claims", n=hidden)
    notes = (
        "Level: lower median of the answers with evidence, 0 to 4; the caption counts 3 and 4. A level without "
        "evidence is a claim.",
    )
    return table(name, caption, columns, rows, found, notes, n=high, all=len(found), hidden=hidden)


def coverage(found: DataFrame[operating_tables.Coverage], tables: Tables) -> Exhibit:
    """Return the activities that have a workflow in the assessment, and how many have none."""
    there = found[found["number"] > 0]
    if there.empty:
        return note("No workflow belongs to a department", "A process or function in the table workflows would say so.")
    rows: list[list[Cell]] = []
    for row in there.head(MOST_ROWS).to_dict("records"):
        said, tone = STATES[row["state"]]
        rows.append(
            [
                wording.capital(say(row["department"])),
                wording.capital(say(row["activity"])),
                "; ".join(codes.items(row["workflows"])),
                wording.count(row["monthly_volume"]),
                say("{n} of {all}", n=wording.count(row["owned"]), all=wording.count(row["number"])),
                say("{n} of {all}", n=wording.count(row["measured"]), all=4),
                {"text": say(said), "tone": tone},
            ]
        )
    columns = [left("department", "Department"), left("activity", "Activity"), left("workflows", "Workflows")]
    columns += [right("monthly_volume", "Items a month"), right("owned", "With an owner")]
    columns += [right("measured", "Measured"), left("state", "State")]
    caption = say(
        "{n} of {all} activities of a back office are in this assessment", n=len(there), all=len(found)
    ) + first_of(there)
    outside = functions.placed(tables)
    others = outside[outside["kind"].isin(["customer support", "industry-specific"])]["workflow"].tolist()
    notes = [
        "Measured: of cost, quality, time and customer, how many have a KPI in each of the workflows; two suffice."
    ]
    if others:
        names = wording.named(others, 4)
        notes.append(say("Outside the departments, for customers or of the industry: {names}.", names=names))
    return table("coverage", caption, *filled(columns, rows), found, tuple(notes), n=len(there), all=len(found))


def travel(found: DataFrame[operating_tables.Travel], log: LogProfile | None) -> Exhibit:
    """Return touches, handoffs, and end-to-end time against the sum of the steps."""
    told = found[found[["touches", "handoffs", "work_hours"]].notna().any(axis=1)]
    if told.empty:
        return note("No item was followed", needed(log, "handling_time", "started"))
    rows: list[list[Cell]] = [
        [
            row["workflow"],
            wording.capital(say(row["kind"])),
            wording.count(row["items"]),
            _one(row["touches"]),
            _one(row["handoffs"]),
            wording.value(row["total_hours"], "hours"),
            wording.value(row["work_hours"], "hours"),
            wording.BLANK if math.isnan(row["wait_share"]) else waiting(row["wait_share"]),
            say(BASES[row["basis"]]) if isinstance(row["basis"], str) else wording.BLANK,
        ]
        for row in told.head(MOST_ROWS).to_dict("records")
    ]
    columns = [left("workflow", "Workflow"), left("kind", "Class"), right("items", "n")]
    columns += [right("touches", "Touches"), right("handoffs", "Handoffs"), right("total_hours", "End to end")]
    columns += [right("work_hours", "Sum of the steps"), right("wait_share", "Waiting"), left("basis", "Basis")]
    known = told.dropna(subset=["wait_share"])
    caption = say("How an item travels")
    if len(known):
        most = known.loc[known["wait_share"].idxmax()]
        caption = say(
            "An item of {workflow} waits for {share} of its way",
            workflow=most["workflow"],
            share=waiting(most["wait_share"]),
        )
    notes = (
        "From the log: means of handled cases. Standard hours: of one item over all skills, against the mean time of "
        "touched cases or the stated median. Map: the plan, every step once.",
    )
    return table("travel", caption + first_of(told), *filled(columns, rows), found, notes)


def tracking(found: DataFrame[operating_tables.Tracking], tables: Tables) -> Exhibit:
    """Return which promises are written and watched by a system, beside the share of managers of a survey."""
    if found.empty:
        return note("No workflow is known", "The table workflows would say what there is to promise.")
    rows: list[list[Cell]] = []
    for row in found.head(MOST_ROWS).to_dict("records"):
        said, tone = TRACKED[row["state"]]
        watched = say("log: cases with a due date") if row["is_tracked_by_log"] else say("nobody, or by hand")
        rows.append(
            [
                row["workflow"],
                "; ".join(codes.items(row["requirement"])) or say("nothing written"),
                "; ".join(codes.items(row["tracked_by"])) or watched,
                wording.count(row["monthly_items"]),
                wording.value(row["tracked_share"], "share", decimals=0),
                {"text": say(said), "tone": tone},
            ]
        )
    columns = [left("workflow", "Workflow"), left("requirement", "Promise"), left("tracked_by", "Tracked by")]
    columns += [right("monthly_items", "Items a month"), right("tracked_share", "Tracked"), left("state", "State")]
    part = functions.tracked_part(found)
    caption = (
        say("Of which volume is not known, automated tracking cannot be summed")
        if math.isnan(part)
        else say("{share} of the volume has an automated due date", share=wording.percent(part, 0))
    )
    notes = []
    told = tables.benchmarks[tables.benchmarks["benchmark"] == SURVEYED]
    if len(told):
        surveyed = wording.percent(float(told["value"].iloc[0]), 0)
        notes.append(
            say(
                "Beside it, not against it: {surveyed} of the managers in a vendor's survey said that they track work "
                "against SLAs automatically. That is a share of people, this one of volume; no gap is taken.",
                surveyed=surveyed,
            )
        )
    return table("tracking", caption + first_of(found), columns, rows, found, tuple(notes), share=part)


def balance(found: DataFrame[operating_tables.Balance], tables: Tables) -> Exhibit:
    """Return which perspectives of a balanced scorecard are measured, by workflow."""
    names = tables.definitions[tables.definitions["is_default"]].set_index("kpi")["name"]
    rows: list[list[Cell]] = []
    for row in found.head(MOST_ROWS).to_dict("records"):
        said, tone = VERDICTS[row["verdict"]]
        kpis: list[Cell] = [
            say(str(names.get(row[side], row[side]))) if isinstance(row[side], str) else wording.BLANK for side in SIDES
        ]
        rows.append([wording.whose(row["workflow"] or ""), *kpis, {"text": say(said), "tone": tone}])
    columns = [left("workflow", "Workflow"), *(left(side, label) for side, label in SIDES.items())]
    columns += [left("verdict", "Verdict")]
    each = found[found["workflow"] != ""]
    alone = int((each["verdict"] == "cost only").sum())
    caption = say_number(
        alone,
        "{n} of {all} workflows is steered by cost alone",
        "{n} of {all} workflows are steered by cost alone",
        n=alone,
        all=len(each),
    )
    notes = [
        "Balanced: cost, quality, time and the customer's view (CSAT, NPS or first contact resolution) are measured."
    ]
    if several := int(found["definitions"].sum()):
        notes.append(
            say_number(
                several,
                "{n} KPI follows more than one definition: its figures cannot be rolled up.",
                "{n} KPIs follow more than one definition: their figures cannot be rolled up.",
                n=several,
            )
        )
    return table("balance", caption + first_of(found), columns, rows, found, tuple(notes), n=alone, all=len(each))


def absent(
    load: DataFrame[operating_tables.Load],
    travel: DataFrame[operating_tables.Travel],
    log: LogProfile | None,
    tables: Tables,
) -> Exhibit:
    """Return what the report cannot say, each with what would let it."""
    rows: list[list[Cell]] = []
    for name, figure in ABSENT.items():
        if getattr(tables, name).empty:
            rows.append([say(figure), say("The table {name} would give it.", name=name)])
    if load.empty and len(tables.work):
        has_hands = (tables.skills["level"] == "main").any()
        needs = "Arrivals by week would give it: in the table work, or a log." if has_hands else CAPACITY_NEEDS
        rows.append([say("Capacity against demand"), say(needs)])
    if not (travel["basis"] == "log").any():
        rows.append([say("Waiting as measured"), needed(log, "handling_time", "started")])
    if log is None or "open_cases" in log.absent:
        rows.append([say("Open items by workflow"), needed(log, "open_cases", "closed")])
    if not rows:
        return note("Nothing is missing", "Every figure of this report is there.", tone="good")
    columns = [left("figure", "What is missing"), left("needed", "What would give it")]
    raw = pd.DataFrame(rows, columns=[key for key, *_ in columns])
    caption = say_number(
        len(rows), "{n} figure is missing from this report", "{n} figures are missing from this report", n=len(rows)
    )
    return table("absent", caption, columns, rows, raw)


CAPACITY_NEEDS = "The tables work, people and skills would let it: arrivals by week, standard hours, who can do what."

ABSENT = {
    "answers": "Levels of the questionnaires",
    "work": "Capacity against demand",
    "people": "Hours of people, and what grades cost",
    "skills": "Who can do what",
    "activities": "Misuse of experts, hours that no system sees",
    "staffing": "Utilisation",
    "slas": "Promises",
}


hours = wording.hours


def staffing(fte: float, most: float) -> str:
    """Return full-time people as a number; as paid hours a week where the most is under half a person."""
    return hours(fte * capacity.WEEK if capacity.is_small(most) else fte)


def waiting(share: float) -> str:
    """Return a share of waiting: a tenth of a percent counts only close to all of it."""
    return wording.percent(share, 0 if share < 0.985 else 1)


def _one(amount: float) -> str:
    return wording.BLANK if math.isnan(amount) else wording.value(amount, "ratio")


def _level(row: dict[str, Any]) -> Cell:
    if math.isnan(row["level"]):
        return {"text": say("Not shown"), "tone": "unknown"}
    tone = "bad" if row["level"] <= 1 else "caution" if row["level"] < 3 else "good"
    return {"text": wording.count(row["level"]), "tone": tone}


def _span(row: dict[str, Any]) -> str:
    if math.isnan(row["level"]) or row["lowest"] == row["highest"]:
        return wording.BLANK if math.isnan(row["level"]) else wording.count(row["level"])
    return say("{low} to {high}", low=wording.count(row["lowest"]), high=wording.count(row["highest"]))


def _claimed(row: dict[str, Any]) -> str:
    if math.isnan(row["claimed"]):
        return say("not answered")
    return say("claimed: level {n}, without evidence", n=wording.count(row["claimed"]))


def first_of(found: pd.DataFrame) -> str:
    """Return the end of a caption that tells of how many rows the page shows the first; nothing where it shows all."""
    return say(": the first {n} of {all}", n=MOST_ROWS, all=len(found)) if len(found) > MOST_ROWS else ""
