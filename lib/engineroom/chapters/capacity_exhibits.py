"""The tables of capacity: what a skill needs and has, who is moved, what waits, how busy is busy enough."""

from __future__ import annotations

import math

from engineroom.chapters.operating_exhibits import CAPACITY_NEEDS, MOST_ROWS, staffing
from engineroom.dictionary import operating_tables as models
from engineroom.dictionary.columns import DataFrame
from engineroom.organisation import capacity
from engineroom.pages import show, wording
from engineroom.pages.blocks import Cell, Exhibit, cell, note, nothing
from engineroom.phrases import say, say_number

IN_HOURS = {
    "have_fte": "Hours there",
    "need_fte": "Hours needed, mean week",
    "peak_fte": "Hours needed, worst week",
    "fte": "Paid hours a week",
}
"""What columns of people are called where they hold too few to picture."""


def needs(found: DataFrame[models.Needs]) -> Exhibit:
    """Return, per skill, the people there are and the people it takes, in the mean week and in the worst."""
    if found.empty:
        return note("Capacity cannot be held against demand", CAPACITY_NEEDS)
    most = capacity.most_people(found)
    own: show.Owns = {
        "have_fte": _people("have_fte", most),
        "need_fte": _people("need_fte", most),
        "peak_fte": _people("peak_fte", most),
        "gap_fte": lambda row: _gap(row["gap_fte"], most),
        "closed_fte": lambda row: staffing(row["closed_fte"], most) if row["gap_fte"] else wording.BLANK,
    }
    short = int((found["gap_fte"] > 0).sum())
    caption = say_number(short, "{n} of {all} skills [is|are] short in [its|their] worst week", all=len(found))
    needed = say("FTE (full-time people) needed = load ÷ (40 hours × (1 − shrinkage)).")
    if capacity.is_small(most):
        needed = say("Paid hours a week; needed = load ÷ (1 − shrinkage).")
    lacks = say(
        "Lacks: with everybody on the main skill. Moving closes: what trained people with hours to spare in the same "
        "week can take over; each skill at its own worst week."
    )
    columns = "skill people have_fte need_fte peak_fte peak_week gap_fte closed_fte short_weeks shrinkage"
    return show.table(
        "needs",
        found,
        models.Needs,
        columns,
        caption,
        f"{needed} {lacks}",
        own=own,
        most=MOST_ROWS,
        counted={"n": short},
    )


def moves(found: DataFrame[models.Moves], needs: DataFrame[models.Needs]) -> Exhibit:
    """Return who would be moved in the week in which most hours are; the file has every week."""
    if found.empty:
        if needs.empty:
            return nothing()
        return note("Nobody is moved", "No skill is short, or nobody who is trained for it has hours to spare.")
    week = found.groupby("week")["hours"].sum().idxmax()
    mine = found[found["week"] == week]
    pooled = mine.assign(from_skill=mine["from_skill"].fillna("")).groupby(["from_skill", "to_skill"], sort=True)
    summed = pooled.agg(people=("person", "nunique"), first=("person", "first"), hours=("hours", "sum")).reset_index()
    summed = summed.sort_values(["hours", "to_skill"], ascending=[False, True], kind="stable")
    own = {"people": show.right("People", lambda row: wording.count(row["people"])), "first": show.left("Who", _who)}
    caption = say("Who takes over what in the week from {day}", day=wording.day(week))
    rule = "As much of the gaps as possible is closed, with the fewest hours moved; week by week."
    counted = {"week": week, "all": len(summed)}
    columns = "from_skill to_skill people first hours"
    return show.table(
        "moves", found, models.Moves, columns, caption, rule, rows=summed, own=own, most=MOST_ROWS, counted=counted
    )


def backlogs(found: DataFrame[models.Backlogs]) -> Exhibit:
    """Return what waits, and after how many weeks it is gone."""
    if found.empty:
        return note("No backlog is known", "A log, or the table work with backlog and arrivals, would give it.")
    ordered = found.sort_values(["drain_weeks", "backlog"], ascending=False, na_position="last", kind="stable")
    never = int((found["drain_weeks"] == math.inf).sum())
    caption = say_number(never, "{n} of {all} queues never [drains|drain] at this pace", all=len(found))
    gone = (
        "Gone after = backlog ÷ (what can be done − what arrives), never where nothing is left over. Of a workflow: "
        "open cases, and what was completed a week; a change within two standard errors is work in progress."
    )
    own = {"start": _waiting("start"), "backlog": _waiting("backlog"), "drain_weeks": _weeks}
    columns = "queue kind start backlog arrivals capacity trend drain_weeks moved_backlog"
    return show.table(
        "backlogs",
        found,
        models.Backlogs,
        columns,
        caption,
        gone,
        rows=ordered,
        own=own,
        most=MOST_ROWS,
        counted={"n": never},
    )


def utilisation(found: DataFrame[models.Utilisation], least: float, most: float) -> Exhibit:
    """Return how much of its hours each team works on items, against the band."""
    if found.empty:
        return note("No utilisation", "Paid, leave and productive hours in the table staffing would give it.")
    own: show.Owns = {"fte": _people("fte", float(found["fte"].max())), "wait_factor": _wait}
    out = int((found["band"] != "within").sum())
    band = {"low": wording.percent(least, 0), "high": wording.percent(most, 0)}
    caption = say_number(out, "{n} of {all} teams [is|are] outside the band of {low} to {high}", all=len(found), **band)
    rule = (
        "Productive ÷ (paid − leave) hours. The band is a setting of this report, not a benchmark. Wait: of an item in "
        "a single queue with random arrivals (Erlang C); a large team can be busier than a small one."
    )
    counted = {"n": out, "low": least, "high": most}
    columns = "team fte available_hours productive_hours utilisation band wait_factor"
    return show.table(
        "utilisation", found, models.Utilisation, columns, caption, rule, own=own, most=MOST_ROWS, counted=counted
    )


def _people(column: str, most: float) -> show.Teller | show.Own:
    """Return how a column of people is told: as paid hours a week where the most is under half a person."""

    def told(row: show.Row) -> Cell:
        return staffing(row[column], most)

    return show.right(IN_HOURS[column], told) if capacity.is_small(most) else told


def _gap(people: float, most: float) -> Cell:
    return {"text": staffing(people, most), "tone": "bad"} if people > 0 else cell("nothing", "good")


def _who(row: show.Row) -> str:
    return row["first"] if row["people"] == 1 else say("{first} and others", first=row["first"])


def _waiting(column: str) -> show.Teller:
    return lambda row: say(
        "{n} {unit}", n=wording.effort(row[column]), unit=say("hours") if row["kind"] == "skill" else say("items")
    )


def _weeks(row: show.Row) -> Cell:
    if math.isnan(row["drain_weeks"]):
        return say("nothing to drain")
    if row["drain_weeks"] == math.inf:
        return cell("never", "bad")
    if not row["drain_weeks"]:
        return say("nothing waits")
    if row["drain_weeks"] < 1:
        return say("less than a week")
    return say("{n} weeks", n=wording.effort(row["drain_weeks"]))


def _wait(row: show.Row) -> str:
    factor = row["wait_factor"]
    if factor == math.inf:
        return say("never ends")
    return say("under {n}", n=wording.effort(0.01)) if factor < 0.01 else wording.effort(factor)
