"""The tables of where to start: first targets of the sector, how far each workflow is, pilots before and after."""

from __future__ import annotations

import math

from engineroom.dictionary import plans
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import show, wording
from engineroom.pages.blocks import Cell, Exhibit, cell, note
from engineroom.phrases import say, say_number
from engineroom.readers.tables import Tables


def tracks(found: DataFrame[plans.Tracks], tables: Tables) -> Exhibit:
    """Return where each workflow stands in the four steps, with what is at stake and whether it is feasible."""
    if found.empty:
        return note("Nothing can be tracked", "No workflow is known.")
    counted = {"n": int((found["stands"] == "pilot").sum()), "all": len(found)}
    caption = say_number(
        counted["n"], "{n} of {all} workflows [is ready for its|are ready for their] pilot", all=len(found)
    )
    weakest = (
        "Weakest of three: the least of data ready, map ready and free time, as in the table above. Feasible: data and "
        "map are met in full, and the team has a tenth of its time free. Fit for a bot: volume, share of items that "
        "follow rules and cost per item, each against the largest, as a geometric mean."
    )
    columns = "workflow at_stake mapped is_chosen feasibility feasible=is_feasible is_measured fit stands"
    currency = tables.engagement.header.currency
    return show.table("tracks", found, plans.Tracks, columns, caption, weakest, currency=currency, counted=counted)


def first_targets(found: DataFrame[plans.FirstTargets]) -> Exhibit:
    """Return what the sector takes first, beside the client's own workflow of that process."""
    if found.empty:
        return note("No first target is named for this sector", "The source names some for three sectors only.")
    there, every = found.loc[found["workflow"] != "", "target"].nunique(), found["target"].nunique()
    caption = say_number(there, "{n} of {all} first targets of the sector [is|are] among the workflows", all=every)
    gated = "Gates hold for them as for every other: nothing is automated before its data, map and interfaces are."
    columns, counted = "target_quoted=target why workflow place is_shortlisted stage", {"n": there, "all": every}
    return show.table("first_targets", found, plans.FirstTargets, columns, caption, gated, counted=counted)


def pilots(found: DataFrame[plans.PilotPlans]) -> Exhibit:
    """Return the pilots to come: KPI and target fixed before the start, and whether 60 days bring enough items."""
    if found.empty:
        return note("No pilot can be judged yet", "No workflow of the shortlist misses a benchmark that is a share.")
    short = int((~found["is_enough"]).sum())
    caption = say_number(len(found), "{n} [KPI of pilots is|KPIs of pilots are] fixed before the start")
    caption += say("; 60 days are too short for {n}", n=short) if short else ""
    power = "Items that show the difference with 80% power at 5%, beside the baseline that is already counted."
    columns = "workflow name baseline target needed=items_needed expected=items_expected is_enough"
    own, counted = {"is_enough": show.left("", _enough)}, {"n": short, "days": 60}
    return show.table("pilots", found, plans.PilotPlans, columns, caption, power, own=own, counted=counted)


def pilot_results(found: DataFrame[plans.PilotResults]) -> Exhibit:
    """Return the verdict on each pilot that has run."""
    if found.empty:
        return note("No pilot has run yet", "The table pilots holds what was counted before and in it.")
    own = {"interval": show.right("Change in points, 95%", _change)}
    passed = int((found["verdict"] == "pass").sum())
    caption = say_number(passed, "{n} of {all} finished pilots passed", all=len(found))
    columns, rule = "pilot kpi=name before during interval verdict reason", "Newcombe's interval; plus is better."
    return show.table(
        "pilot_results", found, plans.PilotResults, columns, caption, rule, own=own, counted={"n": passed}
    )


def _enough(row: show.Row) -> Cell:
    if row["is_enough"]:
        return cell("60 days suffice", "good")
    if math.isnan(row["days_needed"]):
        return cell("Baseline too small to tell", "caution")
    return {"text": say("Needs {n} days", n=wording.count(row["days_needed"])), "tone": "caution"}


def _change(row: show.Row) -> str:
    return say("{low} to {high}", low=wording.points(row["low"]), high=wording.points(row["high"]))
