"""The scorecards of the report on process quality: control charts, changes, data quality, automation in running."""

from __future__ import annotations

import math

import pandas as pd

from engineroom.chapters.quality_exhibits import needed
from engineroom.dictionary import quality_tables as models
from engineroom.dictionary.columns import DataFrame
from engineroom.logs.profile import LogProfile
from engineroom.measures import data_quality
from engineroom.measures.variation import Intake
from engineroom.pages import show, wording
from engineroom.pages.blocks import Cell, Exhibit, cell, note, nothing
from engineroom.phrases import say, say_number

SUBJECTS = {"tables": "Tables", "log": "Log"}
UNITS = {"cycle time": "hours", "rework": "share", "exceptions": "ratio"}
"""Unit of what a control chart draws."""
MOST_CHARTS = 20


def intake(found: Intake) -> Exhibit:
    """Return the warning that weeks of a log that follows one intake tell nothing of stability; else nothing."""
    if not found.is_single:
        return nothing()
    return note(
        "This log follows one intake",
        say(
            "Nearly all items had arrived by the week of {day}, and {share} of them were completed after it. Its later "
            "weeks hold ever slower items: they differ because of that, whatever the process does. Such a log cannot "
            "show stability, so no control chart is drawn. A log into which work keeps coming would give them.",
            day=wording.day(found.ended),
            share=wording.percent(found.late, 0),
        ),
        tone="caution",
    )


def signals(found: DataFrame[models.Signals], intake: Intake) -> Exhibit:
    """Return what every control chart says; nothing where the warning about the intake stands in their place."""
    if intake.is_single:
        return nothing()
    if found.empty:
        return note("No control chart", "Weeks of completed items would give them; a log holds them.")
    is_loud = ((found["signals"] > 0) | found["shifted"].notna()) & found["is_judged"]
    loud = int(is_loud.sum())
    caption = say_number(loud, "{n} of {all} control charts [shows|show] more than chance", all=len(found))
    rule = (
        "A week signals outside three sigma, or as the ninth on one side of the centre. Of charts on which nothing "
        "happened, a tenth signal within 27 weeks and a fifth within 52; 2% are called shifted as a whole. Fewer than "
        "20 weeks are not judged."
    )
    own = {
        "centre": show.right("Centre", lambda row: wording.value(row["centre"], UNITS[row["figure"]])),
        "said": show.left("What it says", _signalled),
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
        "Passing ÷ applicable. Intervals read what was sent as a sample of how data is kept. A table with a value that "
        "breaks a rule makes no report, so that validity concerns the log."
    )
    subject = show.left("Of what", lambda row: say(SUBJECTS.get(row["subject"]) or row["subject"]))
    own = {"subject": subject, "value": show.left("Passing", _passing)}
    counted = {"above": data_quality.ABOVE, "weakest": math.nan if least is None else least["value"]}
    columns = "dimension subject rule value interval applicable"
    return show.table("data_quality", found, models.Dimensions, columns, caption, passing, own=own, counted=counted)


def health(found: DataFrame[models.Health], log: LogProfile | None) -> Exhibit:
    """Return what follows the steps of systems: errors, corrections, waits, beside the same for people."""
    if found.empty:
        return note("Systems and people are not told apart", needed(log, "stp_rate", "human"))
    hidden = int(found["is_hidden_queue"].fillna(False).sum())
    caption = say_number(
        hidden,
        "Automation in running: {n} of {all} workflows [waits|wait] longer after systems than after people",
        all=len(found),
    )
    notes = [
        "Sent back next: automatic steps whose next event is a stated rework activity. Wait: from the end of a "
        "step to the next event of the item, around the clock; a queue is marked where nine of ten end later than "
        "one and a half times those after people. It says where to look, not who is to blame: the wait may be for "
        "somebody outside."
    ]
    if straight := found["straight"].sum():
        parts = {"n": wording.count(found["straight_reworked"].sum()), "all": wording.count(straight)}
        notes.append(say("Straight-through items that were reworked without anybody's touch: {n} of {all}.", **parts))
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
        "First-pass yield: Newcombe's interval of the difference, after less before. Median: its own interval after; "
        "better or worse where the intervals of both sides do not overlap. Before and after differ by more than the "
        "change; it is evidence, no proof of the cause."
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
            "Nothing is counted since a go-live",
            "The table monthly_values holds a KPI month by month around a go-live: whether its gain lasts, and whether "
            "errors reach customers, can then be told.",
        )
    bad = int(found["verdict"].isin(["slipped", "alarm"]).sum())
    caption = say_number(
        bad, "Since go-live: {n} of {all} series [has slipped or raises|have slipped or raise] an alarm", all=len(found)
    )
    notes = (
        "At first: the first six months. Watched: months 12 to 18, the time in which ungoverned gains are lost. "
        "Slipped: the whole interval lies on the worse side; held: it leaves out the loss of half the gain.",
        "Escaped errors (‰: for a thousand items): months 6 to 12 are watched against all months before them, and one "
        "above its limit is an alarm. An unchanged process raises one in 3 to 12% of such half-years.",
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
        return {"text": say("Shifted from {before} to {after}", **ends), "tone": "bad"}
    if row["signals"]:
        weeks = say_number(row["signals"], "{n} [week signals|weeks signal]", n=f"{row['signals']:.0f}")
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
