"""The tables of the report on the operating model: functions, levels, promises, ways, and what is steered by."""

from __future__ import annotations

import math

from engineroom.chapters.quality_exhibits import needed
from engineroom.dictionary import codes
from engineroom.dictionary import operating_tables as models
from engineroom.dictionary.columns import DataFrame
from engineroom.logs.profile import LogProfile
from engineroom.organisation import capacity, functions
from engineroom.pages import show, wording
from engineroom.pages.blocks import Cell, Exhibit, note
from engineroom.phrases import say, say_number
from engineroom.readers.tables import Tables

MOST_ROWS = 12
"""Rows of a table on the page; the file beside the report holds all of them."""

ADOPTED = 3
"""Level from which a practice counts as adopted."""

SHOWN = {
    "profile": "{n} of {all} facets [is|are] shown to be modern",
    "practices": "{n} of {all} practices [is|are] shown to be in use",
    "challenges": "{n} of {all} hindrances [is|are] shown to be under control",
    "management": "{n} of {all} tasks [is|are] shown to be led by a system",
}
"""What level 3 or 4 of a part says, by questionnaire."""
SURVEYED = "doc004_automated_sla_tracking"
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


def profile(found: DataFrame[models.Profile], name: str) -> Exhibit:
    """Return the level of each part of a questionnaire with what was observed, and how much of it can be shown."""
    if not found["answers"].any():
        return note("Nobody has answered", "Answers in the table answers, each with its evidence, would give a level.")
    high, hidden = int((found["level"] >= ADOPTED).sum()), int(found["level"].isna().sum())
    caption = say_number(high, SHOWN[name], all=len(found))
    caption += say_number(hidden, "; {n} [is a claim|are claims]") if hidden else ""
    level = (
        "Level: lower median of the answers with evidence, 0 to 4; the caption counts 3 and 4. A level without "
        "evidence is a claim."
    )
    own = {
        "level": show.left("Maturity", _level),
        "anchor": show.left("What is observed", _observed),
        "range": show.right("Lowest to highest", _span),
    }
    counted = {"n": high, "all": len(found), "hidden": hidden}
    return show.table(
        name, found, models.Profile, "part level anchor range evidenced", caption, level, own=own, counted=counted
    )


def coverage(found: DataFrame[models.Coverage], tables: Tables) -> Exhibit:
    """Return the activities that have a workflow in the assessment, and how many have none."""
    there, outside = found[found["number"] > 0], functions.placed(tables)
    if there.empty:
        return note("No workflow belongs to a department", "A process or function in the table workflows would say so.")
    counted = {"n": len(there), "all": len(found)}
    caption = say("{n} of {all} activities of a back office are in this assessment", **counted)
    notes = [
        "Measured: of cost, quality, time and customer, how many have a KPI in each of the workflows; two suffice."
    ]
    if others := outside[outside["kind"].isin(["customer support", "industry-specific"])]["workflow"].tolist():
        notes.append(
            say("Outside the departments, for customers or of the industry: {names}.", names=wording.named(others, 4))
        )
    columns = "department activity workflows monthly_volume owned measured state"
    return show.table(
        "coverage",
        found,
        models.Coverage,
        columns,
        caption,
        *notes,
        rows=there,
        most=MOST_ROWS,
        filled=True,
        counted=counted,
    )


def travel(found: DataFrame[models.Travel], log: LogProfile | None) -> Exhibit:
    """Return touches, handoffs, and end-to-end time against the sum of the steps."""
    followed = found[found[["touches", "handoffs", "work_hours"]].notna().any(axis=1)]
    if followed.empty:
        return note("No item was followed", needed(log, "handling_time", "started"))
    caption, waits = say("How an item travels"), followed.dropna(subset=["wait_share"])
    if len(waits):
        most = waits.loc[waits["wait_share"].idxmax()]
        parts = {"workflow": most["workflow"], "share": wording.waiting(most["wait_share"])}
        caption = say("An item of {workflow} waits for {share} of its way", **parts)
    basis = (
        "From the log: means of handled cases. Standard hours: of one item over all skills, against the mean time of "
        "touched cases or the stated median. Map: the plan, every step once."
    )
    columns = "workflow kind items touches handoffs total_hours work_hours wait_share basis"
    return show.table(
        "travel", found, models.Travel, columns, caption, basis, rows=followed, most=MOST_ROWS, filled=True
    )


def tracking(found: DataFrame[models.Tracking], tables: Tables) -> Exhibit:
    """Return which promises are written and watched by a system, beside the share of managers of a survey."""
    if found.empty:
        return note("No workflow is known", "The table workflows would say what there is to promise.")
    share = functions.tracked_part(found)
    caption = say("Of which volume is not known, automated tracking cannot be summed")
    if not math.isnan(share):
        caption = say("{share} of the volume has an automated due date", share=wording.percent(share, 0))
    survey = (
        "Beside it, not against it: {surveyed} of the managers in a vendor's survey said that they track work "
        "against SLAs automatically. That is a share of people, this one of volume; no gap is taken."
    )
    surveyed = tables.benchmarks[tables.benchmarks["benchmark"] == SURVEYED]["value"].head(1)
    notes = [say(survey, surveyed=wording.percent(float(value), 0)) for value in surveyed]
    columns = "workflow requirement tracked_by monthly_items tracked_share state"
    own = {"tracked_by": _watched}
    return show.table(
        "tracking", found, models.Tracking, columns, caption, *notes, own=own, most=MOST_ROWS, counted={"share": share}
    )


def balance(found: DataFrame[models.Balance], tables: Tables) -> Exhibit:
    """Return which perspectives of a balanced scorecard are measured, by workflow."""
    names = tables.definitions[tables.definitions["is_default"]].set_index("kpi")["name"].to_dict()
    named_kpis = found.assign(**{side: found[side].map(lambda kpi: names.get(kpi, kpi)) for side in models.SIDES})
    each, several = found[found["workflow"] != ""], int(found["definitions"].sum())
    counted = {"n": int((each["verdict"] == "cost only").sum()), "all": len(each)}
    caption = say_number(counted["n"], "{n} of {all} workflows [is|are] steered by cost alone", all=len(each))
    notes = [
        "Balanced: cost, quality, time and the customer's view (CSAT, NPS or first contact resolution) are measured."
    ]
    if several:
        rolled = "{n} [KPI follows|KPIs follow] more than one definition: [its|their] figures cannot be rolled up."
        notes.append(say_number(several, rolled))
    columns = "workflow cost quality time customer people verdict"
    return show.table(
        "balance", found, models.Balance, columns, caption, *notes, rows=named_kpis, most=MOST_ROWS, counted=counted
    )


def absent(
    load: DataFrame[models.Load], travel: DataFrame[models.Travel], log: LogProfile | None, tables: Tables
) -> Exhibit:
    """Return what the report cannot say, each with what would let it."""
    lacking = [name for name in ABSENT if getattr(tables, name).empty]
    rows: list[list[Cell]] = [[say(ABSENT[one]), say("The table {name} would give it.", name=one)] for one in lacking]
    if load.empty and len(tables.work):
        has_hands = (tables.skills["level"] == "main").any()
        needs = "Arrivals by week would give it: in the table work, or a log." if has_hands else CAPACITY_NEEDS
        rows.append([say("Capacity against demand"), say(needs)])
    if not (travel["basis"] == "log").any():
        rows.append([say("Waiting as measured"), needed(log, "handling_time", "started")])
    if log is None or "open_cases" in log.absent:
        rows.append([say("Open items by workflow"), needed(log, "open_cases", "closed")])
    return show.missing(rows, "{n} [figure is|figures are] missing from this report")


def staffing(fte: float, most: float) -> str:
    """Return full-time people as a number; as paid hours a week where the most is under half a person."""
    return wording.effort(fte * capacity.WEEK if capacity.is_small(most) else fte)


def _watched(row: show.Row) -> Cell:
    watched = say("log: cases with a due date") if row["is_tracked_by_log"] else say("nobody, or by hand")
    return "; ".join(codes.items(row["tracked_by"])) or watched


def _level(row: show.Row) -> Cell:
    if math.isnan(row["level"]):
        return {"text": say("Not shown"), "tone": "unknown"}
    tone = "bad" if row["level"] <= 1 else "caution" if row["level"] < 3 else "good"
    return {"text": wording.count(row["level"]), "tone": tone}


def _observed(row: show.Row) -> str:
    if isinstance(row["anchor"], str):
        return say(row["anchor"])
    if math.isnan(row["claimed"]):
        return say("not answered")
    return say("claimed: level {n}, without evidence", n=wording.count(row["claimed"]))


def _span(row: show.Row) -> str:
    if math.isnan(row["level"]) or row["lowest"] == row["highest"]:
        return wording.count(row["level"])
    return say("{low} to {high}", low=wording.count(row["lowest"]), high=wording.count(row["highest"]))
