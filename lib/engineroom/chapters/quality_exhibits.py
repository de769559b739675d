"""The tables of the report on process quality: a result table in, a captioned table out."""

from __future__ import annotations

import math

import pandas as pd

from engineroom.dictionary import quality_tables as models
from engineroom.dictionary import results
from engineroom.dictionary.columns import DataFrame
from engineroom.logs.profile import LogProfile
from engineroom.measures import quality
from engineroom.pages import exhibits, show, wording
from engineroom.pages.blocks import Cell, Exhibit, cell, note, nothing
from engineroom.phrases import say, say_number, tell
from engineroom.readers.tables import Tables

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
        "A repeat is no rework in this log",
        "Nearly every case repeats an activity, as a log of status changes does. A first-pass yield made from repeats "
        "would be near zero and would mean nothing, so none is printed. Rework activities named in [events.rework] "
        "would give one.",
        tone="caution",
    )


def yields(found: DataFrame[models.Yields], log: LogProfile | None) -> Exhibit:
    """Return the steps, or checks, at which most items fail, with their first-pass yield."""
    if found.empty:
        return note("No first-pass yield by step", needed(log, "rolled_throughput_yield", "rework"))
    how = (
        "Of the completed items that came to a step: those that did it once and without an exception. Extra steps "
        "are attempts beyond the first."
    )
    own = {}
    if (found["kind"] == "check").all():
        own = {"step": show.left("Sent back by", lambda row: row["step"])}
        how = (
            "Each stated rework activity is a check: its yield is the share of the workflow's completed items that it "
            "never sent back. Extra steps are the corrections themselves; work done again after them is not told apart."
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
        "Entered = open or unknown + right first time + reworked. Rolled yield: product of the yields of the "
        "steps, as if they were independent, so without interval. DPMO: failed first attempts per million "
        "opportunities, one per item and step; steps that can fail in a workflow: {steps}.",
        steps=least if least == most else say("{low} to {high}", low=least, high=most),
    )
    caption = "The hidden factory by workflow: each row adds up to what entered"
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
                "Where both are known the stated cost is taken, because a log prices only the steps that say they are "
                "rework. The log records {recorded} where {stated} are stated.",
                recorded=wording.amount(both["cost_recorded"].sum(), currency),
                stated=wording.between(both["rework_cost_low"].sum(), both["rework_cost_high"].sum(), currency),
            )
        )

    def cost(row: show.Row) -> str:
        if math.isnan(row["rework_cost"]):
            return wording.BLANK
        return wording.between(row["rework_cost_low"], row["rework_cost_high"], currency)

    own = {"rework_cost": show.right("Rework cost", cost)}
    columns, caption = "workflow reworked rework_hours rework_cost cost_method", "What the rework took, by workflow"
    return show.table("rework", known[TAKEN], models.Factory, columns, caption, *notes, own=own, filled=True)


def cost_methods(methods: list[str]) -> str:
    """Return how the costs of rework were made, each way once."""
    return "; ".join(tell(method) for method in quality.COST_METHODS if method in methods)


def kinds(found: DataFrame[models.Kinds], log: LogProfile | None) -> Exhibit:
    """Return the number of exception types of each workflow against what is typical, and what to stabilise first."""
    if found.empty:
        return note("No exception is told apart", needed(log, "exception_types", "exception"))
    number = int(found["stabilise_first"].sum())
    caption = say_number(number, "{n} of {all} workflows should be stabilised before a bot is built", all=len(found))
    if unknown := int((found["is_stable"].isna() & ~found["stabilise_first"]).sum()):
        caption += say("; {n} cannot be judged yet", n=unknown)
    typical = (
        "A source calls 15 to 30 types of exception typical of a workflow: a bot built on them hard-codes each. "
        "Stabilise first: as many types as that or more, or weeks that signal on the control chart."
    )
    own = {
        "interval": show.right("95% interval", _rate_interval),
        "stabilise_first": show.left("Before a bot", _before),
    }
    columns = "workflow types band events rate interval items largest_fifth is_stable stabilise_first"
    counted = {"n": number, "unknown": unknown}
    return show.table(
        "exception_types", found, models.Kinds, columns, caption, typical, own=own, filled=True, counted=counted
    )


def tiers(found: DataFrame[results.Tiers]) -> Exhibit:
    """Return the tier of the straight-through rate of each process, and whether its interval crosses an edge."""
    if found.empty:
        return note(
            "No straight-through rate", "A log that tells systems from people, or stated counts, would give it."
        )
    own = {"value": show.right("Straight-through", wording.figure), "tier": show.left("Tier", exhibits.tier)}
    edge = "A lower edge belongs to the higher tier, and best is strictly above 80%. The tiers are a target."
    caption = "Straight-through rate and its tier"
    return show.table("tiers", found, results.Tiers, "workflow value interval n tier", caption, edge, own=own)


def times(found: DataFrame[models.Times]) -> Exhibit:
    """Return how long items take, with and without the open ones, and how much of it somebody works on them."""
    if found.empty:
        return note("No cycle time", "A log with one row an event, or one row an item, would give it.")
    later = found[found["still_open"] > 0]
    later = later.assign(later=later["all_p90_hours"] / later["p90_hours"])
    worst = later.sort_values("later", na_position="first").tail(1)
    caption = say("Cycle time of completed items, and with the open ones counted")
    if len(found) <= MOST_ROWS and (worst["later"] > LATER).any():
        caption += say(
            ": in {workflow} nine of ten take {share} longer than the completed ones tell",
            workflow=worst["workflow"].iloc[0],
            share=wording.percent(worst["later"].iloc[0] - 1, 0),
        )
    notes = (
        "With open: Kaplan-Meier, an open item counts at the age it had when the period ended; items older than the "
        "period count from its first day. Exact to the minute up to two days, to the hour beyond.",
        "Touch: mean handling of an item that was handled. Wait: the rest of its cycle time. Both need start times.",
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
        rows.append([say("Before and after a change"), say("Would need the parameter changed: the day of the change.")])
    if log is not None and "stp_rate" not in lacks and health.empty:
        rows.append([say("Automation in running"), say("No step of these items was done by a system.")])
    return show.missing(rows, "{n} [figure is|figures are] missing from this report")


def needed(log: LogProfile | None, kpi: str, key: str) -> str:
    """Return what would give a figure: what the log says is absent, or a log with one row an event."""
    if log is None:
        return say("A log with one row an event would give it.")
    return wording.capital(tell(log.absent.get(kpi, f"needs_{key}"))) + "."


def _interval(row: show.Row) -> str:
    return wording.span({**row, "value": row["first_pass_yield"], "unit": "share"})


def _rate_interval(row: show.Row) -> str:
    is_known = not math.isnan(row["rate"])
    return wording.span({**row, "value": row["rate"], "unit": "share"}) if is_known else wording.BLANK


def _late_interval(row: show.Row) -> str:
    return wording.interval(row["all_p90_low"], row["all_p90_high"], "hours", like=row["all_p90_hours"])


def _before(row: show.Row) -> Cell:
    if row["stabilise_first"]:
        return cell("Stabilise first", "bad")
    if pd.isna(row["is_stable"]):  # what is unknown opens no gate
        return cell("Not known", "unknown")
    return cell("No reason seen", "good")


def _wait_share(row: show.Row) -> str:
    total = row["touch_hours"] + row["wait_hours"]
    return wording.value(row["wait_hours"] / total if total > 0 else math.nan, "share", decimals=0)
