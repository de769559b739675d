"""The tables of the process-quality report: yields, rework, times, stability, data quality, instruments."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from engineroom.dictionary import quality_tables as models
from engineroom.dictionary import results
from engineroom.dictionary.columns import DataFrame
from engineroom.dictionary.logtables import WorkflowWeeks
from engineroom.logs.profile import LogProfile
from engineroom.measures import data_quality, quality
from engineroom.pages import show, wording
from engineroom.pages.blocks import Cell, Exhibit, cell, left, note, nothing, right, table
from engineroom.pages.facts import leading
from engineroom.phrases import say, say_number, tell
from engineroom.readers.tables import Tables
from engineroom.reports.benchmark_gap.tables import tier

MOST_ROWS = 12
"""Rows of a table of steps on the page; the file beside the report holds all of them."""

LATER = 1.05
"""How much longer nine of ten must take with open items than without them to be told in a caption."""

TAKEN = ["workflow", "reworked", "rework_hours", "rework_cost", "rework_cost_low", "rework_cost_high", "cost_method"]
"""Columns of the hidden factory that say what its rework took."""

ABSENT = {
    "First-pass yield": ("rework_rate", "rework_activities"),
    "First-pass yield by step": ("rolled_throughput_yield", "exception_or_repeats"),
    "Exceptions per item, bot error rate": ("exception_rate", "exception"),
    "Straight-through rate, steps of systems and of people": ("stp_rate", "human"),
    "Open items and their age": ("open_cases", "closed"),
    "Handling, waiting and rework hours": ("handling_time", "started"),
}
"""Figures that a log may not support: a KPI that is absent with them, and what would give it."""


def status_log(log: LogProfile | None) -> Exhibit:
    """Return the warning that repeats mean nothing in a log of status changes; nothing for any other log."""
    if not quality.is_saturated(log):
        return nothing()
    return note(
        "Repeats are not rework in this log",
        "Nearly every case repeats an activity, as in a log of status changes. A first-pass yield based on repeats "
        "would be near zero and meaningless, so it is not shown. It needs the names of the activities that are "
        "rework.",
        tone="caution",
    )


def yields(found: DataFrame[models.Yields], log: LogProfile | None) -> Exhibit:
    """Return the steps, or checks, at which most items fail, with their first-pass yield."""
    if found.empty:
        return note("No first-pass yield by step", needed(log, "rolled_throughput_yield", "rework"))
    how = (
        "First-pass yield of a step: share of completed items that passed it once and without an exception. Extra "
        "steps are attempts beyond the first."
    )
    own = {}
    if (found["kind"] == "check").all():
        own = {"step": show.left("Sent back by", lambda row: row["step"])}
        how = (
            "Each rework activity counts as a check. Its yield is the share of completed items that it never sent "
            "back. Extra steps are the corrections themselves; later repeats cannot be separated."
        )
    caption = "First-pass yield step by step, most failures first"
    hours = "Rework hours: extra steps × mean handling hours of that step; blank where the log has no start times."
    columns = "step workflow first_pass_yield interval cases failing extra_events rework_hours"
    return show.table(
        "yields", found, models.Yields, columns, caption, how, hours, own=own, most=MOST_ROWS, filled=True
    )


def factory(found: DataFrame[models.Factory]) -> Exhibit:
    """Return the hidden factory by workflow: what entered, what was right the first time, and what was not."""
    if found.empty:
        return nothing()
    least, most = (wording.count(found["opportunities"].agg(end)) for end in ("min", "max"))
    rolled = say(
        "Received = open or unknown + right first time + reworked. Rolled yield: product of the yields of all steps, "
        "assumed independent, so without an interval. DPMO: failed first attempts per million opportunities, "
        "counting one opportunity per item and step; steps that can fail: {steps}.",
        steps=least if least == most else say("{low} to {high}", low=least, high=most),
    )
    caption = "Rework by workflow"
    own = {
        "still_open": show.right("Open or unknown", lambda row: wording.count(row["still_open"] + row["not_told"])),
        "interval": show.right("95% interval", _interval),
    }
    columns = "workflow entered still_open first_pass reworked first_pass_yield interval"
    columns += " rolled=rolled_throughput_yield dpmo"
    return show.table("factory", found, models.Factory, columns, caption, rolled, own=own, filled=True)


def rework(found: DataFrame[models.Factory], tables: Tables) -> Exhibit:
    """Return what the rework of each workflow took: hours, cost as a range, and what the cost was made from."""
    known = found[found["rework_hours"].notna() | found["rework_cost"].notna()]
    if known.empty:
        return nothing()
    currency = tables.engagement.header.currency
    notes = [say("Rework cost in the period: {methods}.", methods=cost_methods(known["cost_method"].tolist()))]
    both = known[(known["cost_method"] == quality.STATED) & known["cost_recorded"].notna()]
    if len(both):
        notes.append(
            say(
                "Where both are known, the stated cost is used: {stated}. The log shows {recorded}, because it "
                "prices only steps that are marked as rework.",
                recorded=wording.amount(both["cost_recorded"].sum(), currency),
                stated=wording.between(both["rework_cost_low"].sum(), both["rework_cost_high"].sum(), currency),
            )
        )

    def cost(row: show.Row) -> str:
        if math.isnan(row["rework_cost"]):
            return wording.BLANK
        return wording.between(row["rework_cost_low"], row["rework_cost_high"], currency)

    own = {"rework_cost": show.right("Rework cost", cost)}
    columns, caption = "workflow reworked rework_hours rework_cost cost_method", "Time and cost of rework, by workflow"
    return show.table("rework", known[TAKEN], models.Factory, columns, caption, *notes, own=own, filled=True)


def cost_methods(methods: list[str]) -> str:
    """Return how the costs of rework were made, each way once."""
    return "; ".join(tell(method) for method in quality.COST_METHODS if method in methods)


def kinds(found: DataFrame[models.Kinds], log: LogProfile | None) -> Exhibit:
    """Return the number of exception types of each workflow against what is typical, and what to stabilise first."""
    if found.empty:
        return note("Types of exception are not recorded", needed(log, "exception_types", "exception"))
    number = int(found["stabilise_first"].sum())
    caption = say_number(number, "{n} of {all} workflows [needs|need] stabilising before automation", all=len(found))
    if unknown := int((found["is_stable"].isna() & ~found["stabilise_first"]).sum()):
        caption += say("; {n} cannot be judged yet", n=unknown)
    typical = (
        "Workflows typically have 15 to 30 types of exception, and a bot must be built for each. Stabilise first: "
        "workflows with 15 types or more, or with signals on the control chart."
    )
    own = {
        "interval": show.right("95% interval", _rate_interval),
        "stabilise_first": show.left("Before automating", _before),
    }
    columns = "workflow types band events rate interval items largest_fifth is_stable stabilise_first"
    counted = {"n": number, "unknown": unknown}
    return show.table(
        "exception_types", found, models.Kinds, columns, caption, typical, own=own, filled=True, counted=counted
    )


def arrows(found: DataFrame[models.Arrows]) -> Exhibit:
    """Return the ways from step to step that the maps are made of."""
    if found.empty:
        return note("No map", "A log with events, or the steps of a workflow and what follows each, would give one.")
    columns, caption = "workflow map step next_step items share wait_hours wait_share", "The ways from step to step"
    share = "Share: of the items that leave the step. Wait: the mean of the log, or what the client states."
    return show.table("arrows", found, models.Arrows, columns, caption, share)


def tiers(found: DataFrame[results.Tiers]) -> Exhibit:
    """Return the tier of the straight-through rate of each process, and whether its interval crosses an edge."""
    if found.empty:
        return note(
            "No straight-through rate", "It needs a log that separates systems from people, or counts from the client."
        )
    own = {"value": show.right("Straight-through", wording.figure), "tier": show.left("Tier", tier)}
    edge = (
        "A value on the edge counts in the higher tier; the best tier begins above 80%. The tiers were published for "
        "settlement, claims and business-to-business orders; for other work they are only a reference."
    )
    caption = "Straight-through rate and its tier"
    return show.table("tiers", found, results.Tiers, "workflow value interval n tier", caption, edge, own=own)


def times(found: DataFrame[models.Times]) -> Exhibit:
    """Return how long items take, with and without the open ones, and how much of it somebody works on them."""
    if found.empty:
        return note("No cycle time", "It needs a log with one row per event or per item.")
    later = found[found["still_open"] > 0]
    later = later.assign(later=later["all_p90_hours"] / later["p90_hours"])
    worst = leading(later).sort_values("later", na_position="first").tail(1)
    caption = say("Cycle time without and with open items")
    if len(found) <= MOST_ROWS and (worst["later"] > LATER).any():
        caption += say(
            ": in {workflow}, P90 is {share} longer once open items count",
            workflow=worst["workflow"].iloc[0],
            share=wording.percent(worst["later"].iloc[0] - 1, 0),
        )
    notes = (
        "P50 and P90: the time within which half and nine in ten of the items are done. With open: open items count "
        "with their age at the end of the period (Kaplan-Meier). Items older than the period count from its first "
        "day. Exact to the minute up to two days, then to the hour.",
        "Touch: mean working time on an item that was worked on. Wait: the rest of its cycle time.",
    )
    own = {"interval": show.right("95% interval", _late_interval), "wait_share": show.right("Waiting", _wait_share)}
    columns = "workflow completed still_open p50_hours p90_hours all_p50=all_p50_hours all_p90=all_p90_hours interval"
    columns += " touch_hours wait_hours wait_share"
    counted = {"longer": worst["later"].sum() - 1}
    return show.table(
        "cycle_times", found, models.Times, columns, caption, *notes,
        own=own, most=MOST_ROWS, filled=True, counted=counted,
    )  # fmt: skip


def absent(
    yields: DataFrame[models.Yields],
    health: DataFrame[models.Health],
    log: LogProfile | None,
    tables: Tables,
    changed: str,
) -> Exhibit:
    """Return the figures that the data does not support, each with what would give it."""
    lacks = {} if log is None else log.absent
    untold = ("rework_rate", "rolled_throughput_yield") if quality.is_saturated(log) and yields.empty else ()
    checks = len(yields) > 0 and bool((yields["kind"] == "check").all())
    rows: list[list[Cell]] = [
        [say(figure), needed(log, kpi, key)]
        for figure, (kpi, key) in ABSENT.items()
        if log is None or kpi in lacks or (kpi == "rolled_throughput_yield" and checks) or kpi in untold
    ]
    if not changed:
        rows.append([say("Before and after a change"), say("It needs the day of the change.")])
    if log is not None and "stp_rate" not in lacks and health.empty:
        rows.append([say("Automation"), say("No step was done by a system.")])
    return show.missing(rows, "{n} [figure is|figures are] missing from this report")


def needed(log: LogProfile | None, kpi: str, key: str) -> str:
    """Return what would give a figure: what the log says is absent, or a log with one row an event."""
    if log is None:
        return say("It needs a log with one row per event.")
    return wording.capital(tell(log.absent.get(kpi, f"needs_{key}"))) + "."


def _interval(row: show.Row) -> str:
    return wording.span({**row, "value": row["first_pass_yield"], "unit": "share"})


def _rate_interval(row: show.Row) -> str:
    is_known = not math.isnan(row["rate"])
    return wording.span({**row, "value": row["rate"], "unit": "share"}) if is_known else wording.BLANK


def _late_interval(row: show.Row) -> str:
    unit = row["precision"] or "hours"
    return wording.interval(row["all_p90_low"], row["all_p90_high"], unit, like=row["all_p90_hours"])


def _before(row: show.Row) -> Cell:
    if row["stabilise_first"]:
        return cell("Stabilise first", "bad")
    if pd.isna(row["is_stable"]):  # what is unknown opens no gate
        return cell("Not known", "unknown")
    return cell("No need to wait", "good")


def _wait_share(row: show.Row) -> str:
    total = row["touch_hours"] + row["wait_hours"]
    return wording.value(row["wait_hours"] / total if total > 0 else math.nan, "share", decimals=0)


SUBJECTS = {"tables": "Tables", "log": "Log"}
UNITS = {"cycle time": "hours", "rework": "share", "exceptions": "ratio"}
"""Unit of what a control chart draws."""
MOST_CHARTS = 20


def cut_weeks(weekly: DataFrame[WorkflowWeeks]) -> Exhibit:
    """Return which weeks stand on no control chart because the log was cut there; nothing where none was."""
    cut = weekly[~weekly["is_whole"]]
    if cut.empty:
        return nothing()
    return note(
        say_number(len(cut), "{n} [week is|weeks are] left out of the control charts", n=wording.count(len(cut))),
        say(
            "Of {all} weeks (counted per workflow), these lie too close to the start or end of the log. There, only "
            "quick or only slow items show up, so the weeks would mislead. A longer log would include them.",
            all=wording.count(len(weekly)),
        ),
        tone="caution",
    )


def signals(found: DataFrame[models.Signals]) -> Exhibit:
    """Return what every control chart says."""
    if found.empty:
        return note("No control chart", "They need a log with at least twenty usable weeks.")
    is_loud = ((found["signals"] > 0) | found["shifted"].notna()) & found["is_judged"]
    loud = int(is_loud.sum())
    caption = say_number(
        loud, "{n} of {all} control charts [shows|show] a change that chance does not explain", all=len(found)
    )
    rule = (
        "A signal: a week outside the three-sigma limits, or the ninth week in a row on one side of the centre. In a "
        "year without real change, at most a tenth of charts show a signal, and 2% a shift. Charts with fewer than "
        "20 weeks are not judged."
    )
    own = {
        "centre": show.right("Centre", lambda row: wording.value(row["centre"], UNITS[row["figure"]])),
        "said": show.left("Result", _signalled),
    }
    columns = "figure workflow weeks centre signals said since=shifted"
    return show.table(
        "control_charts", found, models.Signals, columns, caption, rule,
        rows=pd.concat([found[is_loud], found[~is_loud]]), own=own, most=MOST_CHARTS, counted={"n": loud},
    )  # fmt: skip


def dimensions(found: DataFrame[models.Dimensions]) -> Exhibit:
    """Return the scorecard of data quality: what was looked at, what passed, of how many."""
    least = data_quality.weakest(found)
    caption = say("Data quality: at least 90% pass in every dimension that was measured")
    if least is not None and least["value"] < data_quality.ABOVE:
        caption = say(
            "Data quality: {dimension} is the weakest dimension at {share}",
            dimension=wording.inside(say(models.DIMENSIONS[str(least["dimension"])])),
            share=wording.percent(least["value"], 1),
        )
    passing = (
        "Passing: share of the checks that applied. The intervals treat the data supplied as a sample of all data. "
        "Tables with invalid values are rejected, so validity is tested on the log only."
    )
    subject = show.left("Scope", lambda row: say(SUBJECTS.get(row["subject"]) or row["subject"]))
    own = {"subject": subject, "value": show.left("Passing", _passing)}
    counted = {"above": data_quality.ABOVE, "weakest": math.nan if least is None else least["value"]}
    columns = "dimension subject rule value interval applicable"
    return show.table("data_quality", found, models.Dimensions, columns, caption, passing, own=own, counted=counted)


def health(found: DataFrame[models.Health], log: LogProfile | None) -> Exhibit:
    """Return what follows the steps of systems: errors, corrections, waits, beside the same for people."""
    if found.empty:
        return note("Work by systems and by people is not separated", needed(log, "stp_rate", "human"))
    hidden = int(found["is_hidden_queue"].fillna(False).sum())
    caption = say_number(
        hidden,
        ("How automation performs: items wait longer after systems than after people in {n} of {all} workflows"),
        all=len(found),
    )
    notes = [
        "Sent back next: automatic steps followed directly by rework. Wait: from the end of a step to the next event "
        "of the item, around the clock. “Check” marks a P90 wait at least one and a half times that after people. It "
        "shows where to look, not who is to blame: the item may be waiting for an outside party."
    ]
    if straight := found["straight"].sum():
        parts = {"n": wording.count(found["straight_reworked"].sum()), "all": wording.count(straight)}
        notes.append(say("Straight-through items that were reworked by a system alone: {n} (of {all}).", **parts))
    columns = "workflow steps=automatic_steps share=automatic_share bot_error_rate corrected_after interval"
    columns += " people=corrected_after_people wait=wait_p90_hours wait_people=wait_p90_hours_people"
    columns += " queue=is_hidden_queue"
    own = {"interval": show.right("95% interval", _corrected)}
    return show.table(
        "automation_health", found, models.Health, columns, caption, *notes, own=own, filled=True, counted={"n": hidden}
    )


def changes(found: DataFrame[models.Changes], changed: str) -> Exhibit:
    """Return whether a change is confirmed by first-pass yield and cycle time before and after it."""
    if not changed:
        return nothing()
    if found.empty:
        return note("Nothing to compare", "There are no completed items both before and after the day of the change.")
    confirmed, day = int((found["verdict"] != "not confirmed").sum()), pd.Timestamp(changed)
    caption = say_number(
        confirmed,
        "Before and after {day}: {n} of {all} differences [is|are] confirmed",
        day=wording.day(day),
        all=len(found),
    )
    compared = (
        "First-pass yield: difference after less before, with Newcombe's interval. Median: interval after the "
        "change; better or worse only where the intervals before and after do not overlap. Other things changed too, "
        "so this is evidence, not proof of the cause."
    )
    own = {
        "before": show.right("Before", lambda row: wording.value(row["before"], _unit(row))),
        "after": show.right("After", lambda row: wording.value(row["after"], _unit(row))),
        "change": show.right("Change", _change),
        "interval": show.right("95% interval", _difference),
        "n": show.right("n before / after", _counts),
    }
    columns, counted = "figure workflow before after change interval n verdict", {"n": confirmed, "day": day}
    return show.table("changes", found, models.Changes, columns, caption, compared, own=own, counted=counted)


def kept(found: DataFrame[models.Kept]) -> Exhibit:
    """Return what became of every change: whether its gain is still there, and whether errors escaped."""
    if found.empty:
        return note(
            "No monthly figures since a go-live",
            "Monthly KPI figures from before and after a go-live would show whether gains last and whether errors "
            "reach customers.",
        )
    bad = int(found["verdict"].isin(["slipped", "alarm"]).sum())
    caption = say_number(
        bad,
        "Since go-live: {n} of {all} changes [has slipped or raises|have slipped or raise] an alarm",
        all=len(found),
    )
    notes = (
        "At first: the first six months. Watched: months 12 to 18, when gains are most often lost. Slipped: the "
        "whole interval shows a loss. Kept: the interval rules out a loss of half the gain.",
        "Escaped errors are counted per thousand items (‰). Months 6 to 12 are compared with all earlier months; one "
        "month above the limit raises an alarm. An unchanged process raises one in 3 to 12% of such half-years.",
    )
    own = {
        "before": show.right("Before", lambda row: _rate(row["before"], row["unit"])),
        "gained": show.right("At first", lambda row: _rate(row["gained"], row["unit"])),
        "watched": show.right("Watched", lambda row: _rate(row["watched"], row["unit"])),
        "loss": show.right("Worse by, 95%", _loss),
    }
    columns = "change kpi=name go_live before gained watched loss signals verdict"
    return show.table("since_go_live", found, models.Kept, columns, caption, *notes, own=own, counted={"n": bad})


def _signalled(row: show.Row) -> Cell:
    if not row["is_judged"]:
        return cell("Too few weeks to judge", "unknown")
    if not pd.isna(row["shifted"]):
        finer = min(row["before"], row["after"])  # one unit for both: "from 96.5 h to 27.1 h"
        ends = {end: wording.value(row[end], UNITS[row["figure"]], like=finer) for end in ("before", "after")}
        if row["after"] < row["before"]:  # of rework, exceptions and hours less is better
            return {"text": say("Better: from {before} to {after}", **ends), "tone": "good"}
        return {"text": say("Worse: from {before} to {after}", **ends), "tone": "bad"}
    if row["signals"]:
        weeks = say_number(row["signals"], "{n} unusual [week|weeks]", n=f"{row['signals']:.0f}")
        return {"text": weeks, "tone": "caution"}
    return cell("No signal", "good")


def _passing(row: show.Row) -> Cell:
    if math.isnan(row["value"]):
        return cell("not measured", "unknown")
    tone = "good" if row["value"] >= data_quality.ABOVE else "caution"
    return {"text": wording.figure({**row, "unit": "share"}), "tone": tone}


def _corrected(row: show.Row) -> str:
    after = {"value": row["corrected_after"], "low": row["corrected_low"], "high": row["corrected_high"]}
    return wording.BLANK if math.isnan(after["value"]) else wording.span({**after, "unit": "share"})


def _unit(row: show.Row) -> str:
    return "share" if row["figure"] == "first_pass_yield" else "hours"


def _change(row: show.Row) -> str:
    if _unit(row) == "share":
        return say("{n} points", n=wording.points(row["after"] - row["before"]))
    return wording.sign(row["relative"]) + wording.value(abs(row["relative"]), "share")


def _difference(row: show.Row) -> str:
    if _unit(row) == "share":
        return say("{low} to {high} points", low=wording.points(row["low"]), high=wording.points(row["high"]))
    return wording.interval(row["low"], row["high"], "hours", like=row["after"])


def _counts(row: show.Row) -> str:
    return say("{n} / {after}", n=wording.count(row["n_before"]), after=wording.count(row["n_after"]))


def _loss(row: show.Row) -> str:
    if math.isnan(row["loss"]):
        return wording.BLANK
    ends = {"low": _worse(row, "low"), "high": _worse(row, "high")}
    return say("{low} to {high} points", **ends) if row["unit"] == "share" else say("{low} to {high} ‰", **ends)


def _rate(value: float, unit: str) -> str:
    if math.isnan(value):
        return wording.BLANK
    return wording.value(value, "share") if unit == "share" else f"{wording.tenths(value * 1000)} ‰"


def _worse(row: show.Row, end: str) -> str:
    amount = float(row[end])
    scale = 100 if row["unit"] == "share" else 1000
    return wording.sign(amount) + wording.tenths(abs(amount) * scale)


PANEL = {
    "cycle_time_p50": "Turnaround P50",
    "cycle_time_p90": "P90",
    "error_rate": "Errors",
    "cost_per_transaction": "Cost per item",
    "rework_cost": "Rework per item",
    "productivity": "Output per hour",
    "first_pass_yield": "Right first time",
    "utilisation": "Utilisation",
    "automation_rate": "Automated",
    "stp_rate": "Straight-through",
}
RECORDED_COST = "cost_per_transaction/recorded"


def instruments(found: DataFrame[models.Instruments], tables: Tables) -> Exhibit:
    """Return the instruments of every workflow side by side; what nothing supports stays blank and is named."""
    if found.empty:
        return note("No key figure is available", "They need an event log, or figures on KPIs, costs and staffing.")
    currency = tables.engagement.header.currency
    rows: list[list[Cell]] = []
    for workflow, mine in found.groupby("workflow", sort=False):
        known = {row["kpi"]: row for row in mine.to_dict("records")}
        rows.append(
            [str(workflow), *(_instrument(known[kpi], currency) if kpi in known else wording.BLANK for kpi in PANEL)]
        )
    columns = [left("workflow", "Workflow"), *(right(kpi, label) for kpi, label in PANEL.items())]
    wanted = len(PANEL) * len(rows)
    caption = say("Key figures of each workflow: {n} of {all} are available", n=len(found), all=wanted)
    blank = [label for kpi, label in PANEL.items() if kpi not in set(found["kpi"])]
    notes = [
        say(
            "Turnaround: from receipt to completion; half of the items take at most P50, nine in ten at most P90. "
            "Rework: cost per completed item. Output: items per productive hour of the workflow's own teams. "
            "Automated: share of steps done by a system, where known. Straight-through: items without any manual "
            "step."
        )
    ]
    if (found["definition"] == RECORDED_COST).any():
        notes.append(say("Without cost records, the cost is only what the log shows, which is not all of it."))
    if blank:
        notes.append(
            say(("Not available for any workflow: {figures}."), figures=", ".join(say(label) for label in blank))
        )
    return table("instruments", caption, columns, rows, found, tuple(notes), n=len(found), all=wanted)


def _instrument(row: dict[str, Any], currency: str) -> str:
    if row["unit"] == "money":
        return wording.exact(row["value"], currency)
    if row["kpi"] == "productivity":
        return wording.tenths(row["value"])
    return wording.value(row["value"], row["unit"])
