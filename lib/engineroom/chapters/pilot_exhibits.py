"""The tables of where to start: first targets of the sector, how far each workflow is, pilots before and after."""

from __future__ import annotations

import math

import pandas as pd

from engineroom.chapters import roadmap_words as words
from engineroom.dictionary import plans
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import wording
from engineroom.pages.blocks import Cell, Exhibit, cell, left, note, right, table
from engineroom.phrases import say, say_number, tell
from engineroom.readers.tables import Tables

RESULT = {"pass": ("Pass", "good"), "fail": ("Fail", "bad"), "inconclusive": ("Inconclusive", "caution")}
STANDS = {
    "map": "Map it",
    "choose": "Compare it again",
    "feasibility": "Make it feasible",
    "metrics": "Fix its metrics",
    "pilot": "Pilot",
}


def tracks(found: DataFrame[plans.Tracks], tables: Tables) -> Exhibit:
    """Return where each workflow stands in the four steps, with what is at stake and whether it is feasible."""
    if found.empty:
        return note("Nothing can be tracked", "No workflow is known.")
    currency = tables.engagement.header.currency
    rows: list[list[Cell]] = []
    for row in found.to_dict("records"):
        mapped = say("no map") if math.isnan(row["mapped"]) else wording.percent(row["mapped"], 0)
        feasible = cell("Feasible", "good") if row["is_feasible"] is True else cell("Not yet", "caution")
        rows.append(
            [
                row["workflow"],
                wording.BLANK if math.isnan(row["at_stake"]) else wording.amount(row["at_stake"], currency),
                mapped,
                say("yes") if row["is_chosen"] else say("no"),
                words.percent(row["feasibility"]),
                cell("Not known", "unknown") if pd.isna(row["is_feasible"]) else feasible,
                say("yes") if row["is_measured"] else say("no"),
                wording.BLANK if math.isnan(row["fit"]) else wording.value(row["fit"], "ratio"),
                say(STANDS[row["stands"]]),
            ]
        )
    columns = [left("workflow", "Workflow"), right("at_stake", "Cost a year"), left("mapped", "1 Mapped")]
    columns += [left("is_chosen", "2 Chosen"), left("feasibility", "3 Weakest of three"), left("feasible", "Feasible")]
    columns += [left("is_measured", "4 Metrics fixed"), right("fit", "Fit for a bot"), left("stands", "Next")]
    ready = int((found["stands"] == "pilot").sum())
    caption = say_number(
        ready,
        "{n} of {all} workflows is ready for its pilot",
        "{n} of {all} workflows are ready for their pilot",
        all=len(rows),
    )
    notes = (
        "Weakest of three: the least of data ready, map ready and free time, as in the table above. Feasible: data and "
        "map are met in full, and the team has a tenth of its time free. Fit for a bot: volume, share of items that "
        "follow rules and cost per item, each against the largest, as a geometric mean.",
    )
    return table("tracks", caption, columns, rows, found, notes, n=ready, all=len(rows))


def first_targets(found: DataFrame[plans.FirstTargets]) -> Exhibit:
    """Return what the sector takes first, beside the client's own workflow of that process."""
    if found.empty:
        return note("No first target is named for this sector", "The source names some for three sectors only.")
    rows: list[list[Cell]] = [
        [
            row["target"],
            say(row["why"]),
            row["workflow"] or say("no workflow of this process"),
            wording.count(row["place"]),
            cell("Shortlist", "good") if row["is_shortlisted"] else "",
            say(row["stage"].capitalize()) if row["stage"] else wording.BLANK,
        ]
        for row in found.to_dict("records")
    ]
    columns = [
        left("target_quoted", "First target"),
        left("why", "Why"),
        left("workflow", "Workflow"),
        right("place", "Rank"),
    ]
    columns += [left("is_shortlisted", ""), left("stage", "Stands at")]
    there = found.loc[found["workflow"] != "", "target"].nunique()
    caption = say_number(
        there,
        "{n} of {all} first targets of the sector is among the workflows",
        "{n} of {all} first targets of the sector are among the workflows",
        all=found["target"].nunique(),
    )
    notes = ("Gates hold for them as for every other: nothing is automated before its data, map and interfaces are.",)
    return table("first_targets", caption, columns, rows, found, notes, n=there, all=found["target"].nunique())


def pilots(found: DataFrame[plans.PilotPlans]) -> Exhibit:
    """Return the pilots to come: KPI and target fixed before the start, and whether 60 days bring enough items."""
    if found.empty:
        return note("No pilot can be judged yet", "No workflow of the shortlist misses a benchmark that is a share.")
    rows: list[list[Cell]] = []
    for row in found.to_dict("records"):
        enough = cell("60 days suffice", "good")
        if not row["is_enough"]:
            days = row["days_needed"]
            said = say("Baseline too small to tell")
            if not math.isnan(days):
                said = say("Needs {n} days", n=wording.count(days))
            enough = {"text": said, "tone": "caution"}
        shares = [wording.value(row[key], "share") for key in ("baseline", "target")]
        items = [wording.count(row[key]) for key in ("items_needed", "items_expected")]
        rows.append([row["workflow"], say(row["name"]), *shares, *items, enough])
    columns = [left("workflow", "Workflow"), left("name", "KPI"), right("baseline", "Today"), right("target", "Target")]
    columns += [right("needed", "Items needed"), right("expected", "Items in 60 days"), left("is_enough", "")]
    short = int((~found["is_enough"]).sum())
    caption = say_number(
        len(rows), "{n} KPI of pilots is fixed before the start", "{n} KPIs of pilots are fixed before the start"
    )
    caption += say("; 60 days are too short for {n}", n=short) if short else ""
    notes = ("Items that show the difference with 80% power at 5%, beside the baseline that is already counted.",)
    return table("pilots", caption, columns, rows, found, notes, n=short, days=60)


def pilot_results(found: DataFrame[plans.PilotResults]) -> Exhibit:
    """Return the verdict on each pilot that has run."""
    if found.empty:
        return note("No pilot has run yet", "The table pilots holds what was counted before and in it.")
    rows: list[list[Cell]] = [
        [
            row["pilot"],
            say(row["name"]),
            *(wording.value(row[key], "share") for key in ("before", "during")),
            say("{low} to {high}", low=wording.points(row["low"]), high=wording.points(row["high"])),
            cell(*RESULT[row["verdict"]]),
            wording.capital(tell(row["reason"])),
        ]
        for row in found.to_dict("records")
    ]
    columns = [left("pilot", "Pilot"), left("kpi", "KPI"), right("before", "Before"), right("during", "In the pilot")]
    columns += [right("interval", "Change in points, 95%"), left("verdict", "Verdict"), left("reason", "Because")]
    passed = int((found["verdict"] == "pass").sum())
    caption = say_number(
        passed, "{n} of {all} finished pilots passed", "{n} of {all} finished pilots passed", all=len(rows)
    )
    return table("pilot_results", caption, columns, rows, found, ("Newcombe's interval; plus is better.",), n=passed)
