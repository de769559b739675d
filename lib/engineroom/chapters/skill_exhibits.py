"""The tables of skills: who holds one alone, whom to train, who works below the own grade, what no system sees."""

from __future__ import annotations

import math

import pandas as pd

from engineroom.chapters.operating_exhibits import MOST_ROWS, first_of, hours
from engineroom.chapters.quality_exhibits import filled
from engineroom.dictionary import operating_tables
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import wording
from engineroom.pages.blocks import Cell, Exhibit, cell, left, note, nothing, right, table
from engineroom.phrases import say, say_number
from engineroom.readers.tables import Tables

REASONS = {"cover": "one absence leaves it to nobody", "gap": "no move closes its gap"}


def cover(found: DataFrame[operating_tables.Cover]) -> Exhibit:
    """Return how many people can do each skill, fewest first."""
    if found.empty:
        return _asks("skills", "who can do what")
    rows: list[list[Cell]] = []
    for row in found.head(MOST_ROWS).to_dict("records"):
        tone = "bad" if row["bus_factor"] < 2 else "caution" if row["bus_factor"] < 3 else "good"
        enough: Cell = wording.BLANK
        if not pd.isna(row["is_covered"]):
            enough = cell("Yes", "good") if row["is_covered"] else cell("No", "bad")
        rows.append(
            [
                row["skill"],
                {"text": wording.count(row["bus_factor"]), "tone": tone},
                row["holder"] if isinstance(row["holder"], str) else wording.BLANK,
                wording.count(row["main"]),
                wording.count(row["able"]),
                wording.count(row["learning"]),
                hours(row["mean_hours"]),
                enough,
            ]
        )
    columns = [left("skill", "Skill"), left("bus_factor", "Bus factor"), left("holder", "Held by")]
    columns += [right("main", "Main skill of"), right("able", "Able"), right("learning", "Learning")]
    columns += [right("mean_hours", "Hours, mean week"), left("is_covered", "Covered without the largest")]
    alone = int((found["bus_factor"] < 2).sum())
    caption = say_number(
        alone,
        "{n} of {all} skills rests on one person or none",
        "{n} of {all} skills rest on one person or none",
        all=len(found),
    )
    notes = ("Bus factor: people whose absence leaves the skill to nobody; those who learn it do not count.",)
    return table("cover", caption + first_of(found), columns, rows, found, notes, n=alone)


def training(found: DataFrame[operating_tables.Training], tables: Tables) -> Exhibit:
    """Return whom to train in what."""
    if found.empty:
        text = "Every skill has two people or more, and moving people closes every gap."
        return note("No training is needed for cover", text, tone="good") if len(tables.skills) else nothing()
    rows: list[list[Cell]] = []
    for row in found.head(MOST_ROWS).to_dict("records"):
        who: Cell = row["person"] if isinstance(row["person"], str) else say("nobody there has hours left")
        already = say("yes") if row["is_learning"] else say("no")
        known = isinstance(row["person"], str)
        spare = hours(row["spare_hours"]) if known else wording.BLANK
        rows.append([row["skill"], say(REASONS[row["reason"]]), who, already if known else wording.BLANK, spare])
    columns = [left("skill", "Topic"), left("reason", "Why"), left("person", "Whom")]
    columns += [left("is_learning", "Learns it already"), right("spare_hours", "Hours left a week")]
    caption = say_number(len(found), "{n} topic to train", "{n} topics to train")
    notes = ("Hours left: in the week that lacks most, or in the mean week where only cover is missing.",)
    return table("training", caption + first_of(found), columns, rows, found, notes)


def misuse(found: DataFrame[operating_tables.Misuse], tables: Tables) -> Exhibit:
    """Return the activities that another grade does than they need, with what that costs a year."""
    if found.empty:
        return nothing() if len(tables.activities) else _asks("activities", "what the hours go into, by grade")
    currency = tables.engagement.header.currency
    rows: list[list[Cell]] = [
        [
            row["activity"],
            row["workflow"] if isinstance(row["workflow"], str) else wording.BLANK,
            wording.count(row["grade"]),
            wording.count(row["needs"]),
            hours(row["hours"]),
            wording.BLANK if math.isnan(row["annual_cost"]) else wording.amount(row["annual_cost"], currency),
            cell("Above", "caution") if row["kind"] == "above" else cell("Below: a risk", "bad"),
        ]
        for row in found.head(MOST_ROWS).to_dict("records")
    ]
    columns = [left("activity", "Activity"), left("workflow", "Workflow"), right("grade", "Done by grade")]
    columns += [right("needs", "Needs grade"), right("hours", "Hours a week"), right("annual_cost", "Cost a year")]
    columns += [left("kind", "Against the need")]
    total = found["annual_cost"].sum()
    caption = say("Work above its grade costs {cost} a year", cost=wording.amount(total, currency))
    notes = (
        "Cost = hours × difference between the rate of the grade that does it and of the lowest grade that could × 52 "
        "weeks. It is saved only where the freed hours are used or not paid.",
    )
    return table("misuse", caption + first_of(found), *filled(columns, rows), found, notes, cost=total)


def unseen(found: DataFrame[operating_tables.Unseen], tables: Tables) -> Exhibit:
    """Return the share of the hours that no system records, by workflow."""
    if found.empty:
        return _asks("activities", "hours and how many of them a system records")
    rows: list[list[Cell]] = [
        [
            row["workflow"] or say("none"),
            hours(row["hours"]),
            hours(row["unseen_hours"]),
            wording.value(row["unseen_share"], "share", decimals=0),
            row["largest"] if isinstance(row["largest"], str) else wording.BLANK,
            wording.count(row["systems"]),
        ]
        for row in found.head(MOST_ROWS).to_dict("records")
    ]
    columns = [left("workflow", "Workflow"), right("hours", "Hours a week"), right("unseen_hours", "Not recorded")]
    columns += [right("unseen_share", "Share"), left("largest", "Most of it"), right("systems", "Systems")]
    share = found["unseen_hours"].sum() / (found["hours"].sum() or math.nan)
    caption = say("No system sees {share} of the hours", share=wording.value(share, "share", decimals=0))
    return table("unseen", caption + first_of(found), *filled(columns, rows), found, share=share)


def _asks(name: str, what: str) -> Exhibit:
    return note("Not sent", say("The table {name} would tell {what}.", name=name, what=say(what)))
