"""The tables of the operating-model report: functions, capacity, backlogs, skills, service levels."""

from __future__ import annotations

import math

from engineroom.dictionary import codes
from engineroom.dictionary import operating_tables as models
from engineroom.dictionary.columns import DataFrame
from engineroom.dictionary.operations import INSTRUMENTS
from engineroom.logs.profile import LogProfile
from engineroom.organisation import capacity, functions
from engineroom.pages import show, wording
from engineroom.pages.blocks import Cell, Exhibit, cell, note, nothing
from engineroom.pages.facts import leading
from engineroom.phrases import say, say_number
from engineroom.readers.tables import Tables
from engineroom.reports.process_quality.tables import needed

MOST_ROWS = 12
"""Rows of a table on the page; the file beside the report holds all of them."""

ADOPTED = 3
"""Level from which a practice counts as adopted."""

SHOWN = {
    "profile": "{n} of {all} parts [is|are] shown to be modern",
    "practices": "{n} of {all} practices [is|are] shown to be in use",
}
"""What level 3 or 4 of a part says, by questionnaire."""
SURVEYED = "doc004_automated_sla_tracking"
CAPACITY_NEEDS = "Needed: incoming work by week, standard hours, and who can do what."
ABSENT = {
    "answers": "Levels of the questionnaires",
    "work": "Capacity compared with demand",
    "people": "Hours of people, and what grades cost",
    "skills": "Who can do what",
    "activities": "Senior staff on simple work, hours that no system records",
    "staffing": "Utilisation",
    "slas": "Promises",
}


def profile(found: DataFrame[models.Profile], name: str) -> Exhibit:
    """Return the level of each part of a questionnaire with what was observed, and how much of it can be shown."""
    if not found["answers"].any():
        return note("Not answered", "Answers with evidence are needed to state a level.")
    high, hidden = int((found["level"] >= ADOPTED).sum()), int(found["level"].isna().sum())
    caption = say_number(high, SHOWN[name], all=len(found))
    caption += say_number(hidden, "; {n} [lacks|lack] evidence") if hidden else ""
    level = (
        "Level: lower median of the answers with evidence, from 0 to 4. Levels 3 and 4 count as in use; a level "
        "without evidence does not count."
    )
    own = {
        "level": show.left("Maturity", _level),
        "anchor": show.left("What was observed", _observed),
        "range": show.right("Range of answers", _span),
    }
    counted = {"n": high, "all": len(found), "hidden": hidden}
    columns, several = "part level anchor range evidenced", found["instrument"].nunique() > 1
    group = (lambda row: say(INSTRUMENTS[row["instrument"]])) if several else None
    return show.table(name, found, models.Profile, columns, caption, level, own=own, group=group, counted=counted)


def coverage(found: DataFrame[models.Coverage], tables: Tables) -> Exhibit:
    """Return the activities that have a workflow in the assessment, and how many have none."""
    there, outside = found[found["number"] > 0], functions.placed(tables)
    if there.empty:
        return note("No workflow belongs to a department", "Each workflow needs its process or function.")
    counted = {"n": len(there), "all": len(found)}
    caption = say("{n} of {all} typical back-office activities are in this assessment", **counted)
    notes = ["Measured: how many of cost, quality, time and customer have a KPI in each workflow; two are enough."]
    if others := outside[outside["kind"].isin(["customer support", "industry-specific"])]["workflow"].tolist():
        notes.append(
            say(
                ("Not part of a back-office department (customer-facing or industry-specific): {names}."),
                names=wording.named(others, 4),
            )
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
        return note("End-to-end times are not known", needed(log, "handling_time", "started"))
    caption, waits = say("Time from end to end"), followed.dropna(subset=["wait_share"])
    if len(waits):
        most = waits.loc[leading(waits)["wait_share"].idxmax()]
        parts = {"workflow": most["workflow"], "share": wording.waiting(most["wait_share"])}
        caption = say("{workflow}: an item spends {share} of its time waiting", **parts)
    basis = (
        "Log: averages of cases that were worked on. Standard hours: planned work on one item over all skills, "
        "compared with the average or stated median time. Map: planned times, each step once."
    )
    columns = "workflow kind items touches handoffs total_hours work_hours wait_share basis"
    return show.table(
        "travel", found, models.Travel, columns, caption, basis, rows=followed, most=MOST_ROWS, filled=True
    )


def tracking(found: DataFrame[models.Tracking], tables: Tables) -> Exhibit:
    """Return which promises are written and watched by a system, beside the share of managers of a survey."""
    if found.empty:
        return note("No workflow is known", "A list of workflows is needed.")
    share = functions.tracked_part(found)
    caption = say("How much of the volume has an automated due date is not known")
    if not math.isnan(share):
        caption = say("{share} of the volume has an automated due date", share=wording.percent(share, 0))
    survey = (
        "For context only: {surveyed} of the managers in a vendor's survey track work "
        "against service levels automatically."
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
    caption = say_number(counted["n"], "{n} of {all} workflows [is|are] managed by cost alone", all=len(each))
    notes = [
        "Balanced: cost, quality, time and the customer's view (CSAT, NPS or first contact resolution) are measured."
    ]
    if several:
        rolled = "{n} [KPI follows|KPIs follow] more than one definition, so [its|their] figures cannot be combined."
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
    rows: list[list[Cell]] = [
        [say(ABSENT[one]), say(("The data sheet “{name}” is needed."), name=one)] for one in lacking
    ]
    if load.empty and len(tables.work):
        has_hands = (tables.skills["level"] == "main").any()
        needs = "Incoming work by week is needed, from a list or a log." if has_hands else CAPACITY_NEEDS
        rows.append([say("Capacity compared with demand"), say(needs)])
    if not (travel["basis"] == "log").any():
        rows.append([say("Measured waiting time"), needed(log, "handling_time", "started")])
    if log is None or "open_cases" in log.absent:
        rows.append([say("Open items by workflow"), needed(log, "open_cases", "closed")])
    return show.missing(rows, "{n} [figure is|figures are] missing from this report")


def staffing(fte: float, most: float) -> str:
    """Return full-time people as a number; as paid hours a week where the most is under half a person."""
    return wording.effort(fte * capacity.WEEK if capacity.is_small(most) else fte)


def _watched(row: show.Row) -> Cell:
    watched = say("log: cases with a due date") if row["is_tracked_by_log"] else say("by hand or not at all")
    return "; ".join(codes.items(row["tracked_by"])) or watched


def _level(row: show.Row) -> Cell:
    if math.isnan(row["level"]):
        return {"text": say("No evidence"), "tone": "unknown"}
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


IN_HOURS = {
    "have_fte": "Hours available",
    "need_fte": "Hours needed, average week",
    "peak_fte": "Hours needed, worst week",
    "fte": "Paid hours a week",
}
"""What columns of people are called where they hold too few to picture."""


def needs(found: DataFrame[models.Needs]) -> Exhibit:
    """Return, per skill, the people there are and the people it takes, in the mean week and in the worst."""
    if found.empty:
        return note("Capacity cannot be compared with demand", CAPACITY_NEEDS)
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
    needed = say(
        "FTE (full-time people) needed = workload ÷ (40 hours × (1 − shrinkage)). Shrinkage: paid time not available "
        "for work."
    )
    if capacity.is_small(most):
        needed = say(
            "Paid hours a week. Needed = workload ÷ (1 − shrinkage). Shrinkage: paid time not available for work."
        )
    lacks = say(
        "Shortfall: with everyone working on their main skill, in the worst week of each skill. Closed by "
        "reassignment: what trained colleagues with spare hours in that week can take over."
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
        return note(
            ("No one needs to move, or no one can"), "No skill is short, or no trained colleague has hours to spare."
        )
    week = found.groupby("week")["hours"].sum().idxmax()
    mine = found[found["week"] == week]
    pooled = mine.assign(from_skill=mine["from_skill"].fillna("")).groupby(["from_skill", "to_skill"], sort=True)
    summed = pooled.agg(people=("person", "nunique"), first=("person", "first"), hours=("hours", "sum")).reset_index()
    summed = summed.sort_values(["hours", "to_skill"], ascending=[False, True], kind="stable")
    own = {"people": show.right("People", lambda row: wording.count(row["people"])), "first": show.left("Who", _who)}
    caption = say("Who could take over what in the week from {day}", day=wording.day(week))
    rule = "Week by week, this closes as much of the shortfall as possible with the fewest hours moved."
    counted = {"week": week, "all": len(summed)}
    columns = "from_skill to_skill people first hours"
    return show.table(
        "moves", found, models.Moves, columns, caption, rule, rows=summed, own=own, most=MOST_ROWS, counted=counted
    )


def backlogs(found: DataFrame[models.Backlogs]) -> Exhibit:
    """Return what waits, and after how many weeks it is gone."""
    if found.empty:
        return note("No backlog is known", "A log, or a list of backlog and incoming work, is needed.")
    ordered = found.sort_values(["drain_weeks", "backlog"], ascending=False, na_position="last", kind="stable")
    never = int((found["drain_weeks"] == math.inf).sum())
    caption = say_number(never, "{n} of {all} queues [keeps|keep] growing at this pace", all=len(found))
    gone = (
        "Cleared in = backlog ÷ (capacity − incoming work); never, where capacity is not higher. For a workflow: "
        "open cases and completions a week; changes within two standard errors count as work in progress."
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
        return note("No utilisation", "Paid, leave and productive hours are needed.")
    own: show.Owns = {"fte": _people("fte", float(found["fte"].max())), "wait_factor": _wait}
    out = int((found["band"] != "within").sum())
    band = {"low": wording.percent(least, 0), "high": wording.percent(most, 0)}
    caption = say_number(out, "{n} of {all} teams [is|are] outside the band of {low} to {high}", all=len(found), **band)
    rule = (
        "Utilisation = productive ÷ (paid − leave) hours. The band is an assumption of this report, not a benchmark. "
        "Wait: expected wait in a single queue with random arrivals (Erlang C). A large team can be busier than a "
        "small one."
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
        return say("no backlog")
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


def cover(found: DataFrame[models.Cover]) -> Exhibit:
    """Return how many people can do each skill, fewest first."""
    if found.empty:
        return _asks("skills", "who can do what")
    alone = int((found["bus_factor"] < 2).sum())
    caption = say_number(
        alone, ("{n} of {all} skills [has|have] no cover: one person or none can do [it|them]"), all=len(found)
    )
    rule = (
        "Bus factor: the number of people who can do the work; if all of them are absent, it stops. Learners do not "
        "count."
    )
    columns = "skill bus_factor holder main able learning mean_hours is_covered"
    own = {"bus_factor": _bus_factor}
    return show.table(
        "cover", found, models.Cover, columns, caption, rule, own=own, most=MOST_ROWS, counted={"n": alone}
    )


def training(found: DataFrame[models.Training], tables: Tables) -> Exhibit:
    """Return whom to train in what."""
    if found.empty:
        text = "Every skill has two people or more, and moving people closes every gap."
        return note("No training is needed for cover", text, tone="good") if len(tables.skills) else nothing()
    unknown = found["person"].isna()
    rows = found.astype({"is_learning": "object"})
    rows.loc[unknown, "is_learning"], rows.loc[unknown, "spare_hours"] = None, math.nan
    caption = say_number(len(found), "{n} training [need|needs]")
    rule = "Spare hours: in the week with the largest shortfall or, where only cover is missing, in the average week."
    columns = "skill reason person is_learning spare_hours"
    return show.table("training", found, models.Training, columns, caption, rule, rows=rows, most=MOST_ROWS)


def misuse(found: DataFrame[models.Misuse], tables: Tables) -> Exhibit:
    """Return the activities that another grade does than they need, with what that costs a year."""
    if found.empty:
        return nothing() if len(tables.activities) else _asks("activities", "what the hours go into, by grade")
    currency, total = tables.engagement.header.currency, found["annual_cost"].sum()
    caption = say(
        ("Work done by over-qualified staff costs {cost} a year more than needed"), cost=wording.amount(total, currency)
    )
    rule = (
        "Cost = hours × difference between the pay of the grade that does the work and of the lowest grade that "
        "could × 52 weeks. It is saved only if the freed hours are redeployed or no longer paid."
    )
    columns = "activity workflow grade needs hours annual_cost kind"
    return show.table(
        "misuse", found, models.Misuse, columns, caption, rule,
        currency=currency, most=MOST_ROWS, filled=True, counted={"cost": total},
    )  # fmt: skip


def unseen(found: DataFrame[models.Unseen], tables: Tables) -> Exhibit:
    """Return the share of the hours that no system records, by workflow."""
    if found.empty:
        return _asks("activities", "hours and how many of them a system records")
    share = found["unseen_hours"].sum() / (found["hours"].sum() or math.nan)
    caption = say(
        ("{share} of the hours are not recorded in any system"), share=wording.value(share, "share", decimals=0)
    )
    columns = "workflow hours unseen_hours unseen_share largest systems"
    return show.table(
        "unseen", found, models.Unseen, columns, caption, most=MOST_ROWS, filled=True, counted={"share": share}
    )


def _bus_factor(row: show.Row) -> Cell:
    tone = "bad" if row["bus_factor"] < 2 else "caution" if row["bus_factor"] < 3 else "good"
    return {"text": wording.count(row["bus_factor"]), "tone": tone}


def _asks(name: str, what: str) -> Exhibit:
    return note("Not supplied", say("The data sheet “{name}” is needed: {what}.", name=name, what=say(what)))
