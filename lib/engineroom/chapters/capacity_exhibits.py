"""The tables of capacity: what a skill needs and has, who is moved, what waits, how busy is busy enough."""

from __future__ import annotations

import math
from typing import Any

from engineroom.chapters.operating_exhibits import CAPACITY_NEEDS, MOST_ROWS, first_of, hours, staffing
from engineroom.dictionary import operating_tables
from engineroom.dictionary.columns import DataFrame
from engineroom.organisation import capacity
from engineroom.pages import wording
from engineroom.pages.blocks import Cell, Exhibit, cell, left, note, nothing, part_of, right, table
from engineroom.phrases import say, say_number

BANDS = {"below": ("Below the band", "caution"), "within": ("Within the band", "good"), "above": ("Above it", "bad")}
TRENDS = {"grows": ("Grows", "bad"), "steady": ("Steady", "neutral"), "shrinks": ("Shrinks", "good")}


def needs(found: DataFrame[operating_tables.Needs]) -> Exhibit:
    """Return, per skill, the people there are and the people it takes, in the mean week and in the worst."""
    if found.empty:
        return note(
            "Capacity cannot be held against demand",
            CAPACITY_NEEDS,
        )
    most = capacity.most_people(found)
    rows: list[list[Cell]] = [
        [
            row["skill"],
            wording.count(row["people"]),
            *(staffing(row[fte], most) for fte in ("have_fte", "need_fte", "peak_fte")),
            wording.day(row["peak_week"]),
            _gap(row["gap_fte"], most),
            wording.BLANK if not row["gap_fte"] else staffing(row["closed_fte"], most),
            part_of(row["short_weeks"], row["weeks"]),
            wording.value(row["shrinkage"], "share", decimals=0),
        ]
        for row in found.head(MOST_ROWS).to_dict("records")
    ]
    columns = [left("skill", "Skill"), right("people", "People")]
    if capacity.is_small(most):
        columns += [right("have_fte", "Hours there"), right("need_fte", "Hours needed, mean week")]
        columns.append(right("peak_fte", "Hours needed, worst week"))
    else:
        columns += [right("have_fte", "FTE there"), right("need_fte", "FTE needed, mean week")]
        columns.append(right("peak_fte", "FTE needed, worst week"))
    columns += [right("peak_week", "Worst week from"), right("gap_fte", "Lacks"), right("closed_fte", "Moving closes")]
    columns += [right("short_weeks", "Weeks short"), right("shrinkage", "Shrinkage")]
    short = int((found["gap_fte"] > 0).sum())
    caption = say_number(
        short,
        "{n} of {all} skills is short in its worst week",
        "{n} of {all} skills are short in their worst week",
        all=len(found),
    )
    needed = say("FTE (full-time people) needed = load ÷ (40 hours × (1 − shrinkage)).")
    if capacity.is_small(most):
        needed = say("Paid hours a week; needed = load ÷ (1 − shrinkage).")
    told = say(
        "Lacks: with everybody on the main skill. Moving closes: what trained people with hours to spare in the same "
        "week can take over; each skill at its own worst week."
    )
    notes = (f"{needed} {told}",)
    return table("needs", caption + first_of(found), columns, rows, found, notes, n=short)


def moves(found: DataFrame[operating_tables.Moves], needs: DataFrame[operating_tables.Needs]) -> Exhibit:
    """Return who would be moved in the week in which most hours are; the file has every week."""
    if found.empty:
        if needs.empty:
            return nothing()
        text = "No skill is short, or nobody who is trained for it has hours to spare."
        return note("Nobody is moved", text)
    week = found.groupby("week")["hours"].sum().idxmax()
    mine = found[found["week"] == week]
    by = ["from_skill", "to_skill"]
    pooled = mine.assign(from_skill=mine["from_skill"].fillna("")).groupby(by, sort=True)
    summed = pooled.agg(people=("person", "nunique"), first=("person", "first"), hours=("hours", "sum")).reset_index()
    summed = summed.sort_values(["hours", "to_skill"], ascending=[False, True], kind="stable")
    rows: list[list[Cell]] = [
        [
            row["from_skill"] or say("none"),
            row["to_skill"],
            wording.count(row["people"]),
            row["first"] if row["people"] == 1 else say("{first} and others", first=row["first"]),
            hours(row["hours"]),
        ]
        for row in summed.head(MOST_ROWS).to_dict("records")
    ]
    columns = [
        left("from_skill", "From skill"),
        left("to_skill", "To skill"),
        right("people", "People"),
        left("first", "Who"),
    ]
    columns += [right("hours", "Hours")]
    caption = say("Who takes over what in the week from {day}", day=wording.day(week))
    notes = ("As much of the gaps as possible is closed, with the fewest hours moved; week by week.",)
    return table("moves", caption + first_of(summed), columns, rows, found, notes, week=week, all=len(summed))


def backlogs(found: DataFrame[operating_tables.Backlogs]) -> Exhibit:
    """Return what waits, and after how many weeks it is gone."""
    if found.empty:
        return note("No backlog is known", "A log, or the table work with backlog and arrivals, would give it.")
    rows: list[list[Cell]] = []
    ordered = found.sort_values(["drain_weeks", "backlog"], ascending=False, na_position="last", kind="stable")
    for row in ordered.head(MOST_ROWS).to_dict("records"):
        is_skill = row["kind"] == "skill"
        unit = say("hours") if is_skill else say("items")
        rows.append(
            [
                row["queue"],
                say("skill") if is_skill else say("workflow"),
                say("{n} {unit}", n=hours(row["start"]), unit=unit),
                say("{n} {unit}", n=hours(row["backlog"]), unit=unit),
                hours(row["arrivals"]),
                hours(row["capacity"]),
                cell(*TRENDS[row["trend"]]),
                _weeks(row),
                wording.BLANK if math.isnan(row["moved_backlog"]) else hours(row["moved_backlog"]),
            ]
        )
    columns = [
        left("queue", "Queue"),
        left("kind", "Kind"),
        right("start", "At the start"),
        right("backlog", "At the end"),
    ]
    columns += [right("arrivals", "Arrives a week"), right("capacity", "Can be done a week"), left("trend", "Trend")]
    columns += [left("drain_weeks", "Gone after"), right("moved_backlog", "If people are moved")]
    never = int((found["drain_weeks"] == math.inf).sum())
    caption = say_number(
        never,
        "{n} of {all} queues never drains at this pace",
        "{n} of {all} queues never drain at this pace",
        all=len(found),
    )
    notes = (
        "Gone after = backlog ÷ (what can be done − what arrives), never where nothing is left over. Of a workflow: "
        "open cases, and what was completed a week; a change within two standard errors is work in progress.",
    )
    return table("backlogs", caption + first_of(found), columns, rows, found, notes, n=never)


def utilisation(found: DataFrame[operating_tables.Utilisation], least: float, most: float) -> Exhibit:
    """Return how much of its hours each team works on items, against the band."""
    if found.empty:
        return note("No utilisation", "Paid, leave and productive hours in the table staffing would give it.")
    staff = float(found["fte"].max())
    rows: list[list[Cell]] = [
        [
            row["team"],
            staffing(row["fte"], staff),
            hours(row["available_hours"]),
            hours(row["productive_hours"]),
            wording.value(row["utilisation"], "share", decimals=0),
            cell(*BANDS[row["band"]]),
            _wait(row["wait_factor"]),
        ]
        for row in found.head(MOST_ROWS).to_dict("records")
    ]
    paid = right("fte", "Paid hours a week") if capacity.is_small(staff) else right("fte", "FTE")
    columns = [left("team", "Team"), paid, right("available_hours", "Available hours")]
    columns += [right("productive_hours", "Productive hours"), right("utilisation", "Utilisation")]
    columns += [left("band", "Against the band"), right("wait_factor", "Wait, in handling times")]
    out = int((found["band"] != "within").sum())
    caption = say_number(
        out,
        "{n} of {all} teams is outside the band of {low} to {high}",
        "{n} of {all} teams are outside the band of {low} to {high}",
        all=len(found),
        low=wording.percent(least, 0),
        high=wording.percent(most, 0),
    )
    notes = (
        "Productive ÷ (paid − leave) hours. The band is a setting of this report, not a benchmark. Wait: of an item in "
        "a single queue with random arrivals (Erlang C); a large team can be busier than a small one.",
    )
    return table("utilisation", caption + first_of(found), columns, rows, found, notes, n=out, low=least, high=most)


def _gap(people: float, most: float) -> Cell:
    return {"text": staffing(people, most), "tone": "bad"} if people > 0 else cell("nothing", "good")


def _weeks(row: dict[str, Any]) -> Cell:
    if math.isnan(row["drain_weeks"]):
        return say("nothing to drain")
    if row["drain_weeks"] == math.inf:
        return cell("never", "bad")
    if not row["drain_weeks"]:
        return say("nothing waits")
    if row["drain_weeks"] < 1:
        return say("less than a week")
    return say("{n} weeks", n=hours(row["drain_weeks"]))


def _wait(factor: float) -> str:
    if factor == math.inf:
        return say("never ends")
    return say("under {n}", n=hours(0.01)) if factor < 0.01 else hours(factor)
