"""The scorecards of the report on process quality: control charts, changes, data quality, automation in running."""

from __future__ import annotations

import math

import pandas as pd

from engineroom.chapters import roadmap_words as words
from engineroom.chapters.quality_exhibits import filled, needed
from engineroom.dictionary import quality_tables
from engineroom.dictionary.columns import DataFrame
from engineroom.eventlogs.profile import LogProfile
from engineroom.measures import data_quality
from engineroom.measures.variation import Intake
from engineroom.pages import wording
from engineroom.pages.blocks import Cell, Exhibit, cell, first_of, left, note, nothing, right, table
from engineroom.phrases import say, say_number, tell

SUBJECTS = {"tables": "Tables", "log": "Log"}
FIGURES = {"rework": "Rework rate", "exceptions": "Exceptions per item", "cycle time": "Cycle time (median)"}
CHANGED = {"first_pass_yield": "First-pass yield", "cycle_time_p50": "Cycle time (median)"}
VERDICTS = {"better": ("Better", "good"), "worse": ("Worse", "bad"), "not confirmed": ("Not confirmed", "caution")}
BECAME = {
    "held": ("Held", "good"),
    "slipped": ("Slipped", "bad"),
    "alarm": ("Alarm", "bad"),
    "no alarm": ("No alarm", "good"),
    "not settled": ("Not settled", "caution"),
    "too early": ("Too early to tell", "unknown"),
}
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


def signals(found: DataFrame[quality_tables.Signals], intake: Intake) -> Exhibit:
    """Return what every control chart says; nothing where the warning about the intake stands in their place."""
    if intake.is_single:
        return nothing()
    if found.empty:
        return note("No control chart", "Weeks of completed items would give them; a log holds them.")
    rows: list[list[Cell]] = []
    is_loud = ((found["signals"] > 0) | found["shifted"].notna()) & found["is_judged"]
    ordered = pd.concat([found[is_loud], found[~is_loud]])
    for row in ordered.head(MOST_CHARTS).to_dict("records"):
        unit = "hours" if row["figure"] == "cycle time" else "share" if row["figure"] == "rework" else "ratio"
        said, tone = say("No signal"), "good"
        if not row["is_judged"]:
            said, tone = say("Too few weeks to judge"), "unknown"
        elif not pd.isna(row["shifted"]):
            finer = min(row["before"], row["after"])  # one unit for both: "from 96.5 h to 27.1 h"
            ends = {end: wording.value(row[end], unit, like=finer) for end in ("before", "after")}
            said, tone = say("Shifted from {before} to {after}", **ends), "bad"
        elif row["signals"]:
            said = say_number(row["signals"], "{n} week signals", "{n} weeks signal", n=f"{row['signals']:.0f}")
            tone = "caution"
        since = wording.BLANK if pd.isna(row["shifted"]) else words.day(row["shifted"])
        rows.append(
            [
                say(FIGURES[row["figure"]]),
                row["workflow"],
                wording.count(row["weeks"]),
                wording.value(row["centre"], unit),
                wording.count(row["signals"]),
                {"text": said, "tone": tone},
                since,
            ]
        )
    columns = [
        left("figure", "Chart"),
        left("workflow", "Workflow"),
        right("weeks", "Weeks"),
        right("centre", "Centre"),
    ]
    columns += [right("signals", "Signals"), left("said", "What it says"), left("since", "Since")]
    loud = int(is_loud.sum())
    caption = say_number(
        loud,
        "{n} of {all} control charts shows more than chance",
        "{n} of {all} control charts show more than chance",
        all=len(found),
    )
    caption += first_of(found, MOST_CHARTS)
    notes = (
        "A week signals outside three sigma, or as the ninth on one side of the centre. Of charts on which nothing "
        "happened, a tenth signal within 27 weeks and a fifth within 52; 2% are called shifted as a whole. Fewer than "
        "20 weeks are not judged.",
    )
    return table("control_charts", caption, columns, rows, found, notes, n=loud)


def dimensions(found: DataFrame[quality_tables.Dimensions]) -> Exhibit:
    """Return the scorecard of data quality: what was looked at, what passed, of how many."""
    rows: list[list[Cell]] = []
    for row in found.to_dict("records"):
        known = not math.isnan(row["value"])
        share = {**row, "unit": "share"}
        value = cell("not measured", "unknown")
        if known:
            value = {"text": wording.figure(share), "tone": "good" if row["value"] >= data_quality.ABOVE else "caution"}
        rows.append(
            [
                tell(row["dimension"]),
                say(SUBJECTS.get(row["subject"], row["subject"])),
                wording.capital(tell(row["rule"])),
                value,
                wording.span(share) if known else wording.BLANK,
                wording.count(row["applicable"]),
            ]
        )
    columns = [left("dimension", "Dimension"), left("subject", "Of what"), left("rule", "What passes")]
    columns += [left("value", "Passing"), right("interval", "95% interval"), right("applicable", "n")]
    least = data_quality.weakest(found)
    caption = say("Data quality: at least 90% pass in every dimension that was measured")
    if least is not None and least["value"] < data_quality.ABOVE:
        caption = say(
            "Data quality: {dimension} is the weakest dimension at {share}",
            dimension=wording.inside(tell(least["dimension"])),
            share=wording.percent(least["value"], 1),
        )
    notes = (
        "Passing ÷ applicable. Intervals read what was sent as a sample of how data is kept. A table with a value that "
        "breaks a rule makes no report, so that validity concerns the log.",
    )
    weakest = math.nan if least is None else least["value"]
    return table("data_quality", caption, columns, rows, found, notes, above=data_quality.ABOVE, weakest=weakest)


def health(found: DataFrame[quality_tables.Health], log: LogProfile | None) -> Exhibit:
    """Return what follows the steps of systems: errors, corrections, waits, beside the same for people."""
    if found.empty:
        return note("Systems and people are not told apart", needed(log, "stp_rate", "human"))
    rows: list[list[Cell]] = []
    for row in found.to_dict("records"):
        after = {"value": row["corrected_after"], "low": row["corrected_low"], "high": row["corrected_high"]}
        rows.append(
            [
                row["workflow"],
                wording.count(row["automatic_steps"]),
                wording.value(row["automatic_share"], "share", decimals=0),
                wording.value(row["bot_error_rate"], "share"),
                wording.value(row["corrected_after"], "share"),
                wording.span({**after, "unit": "share"}) if after["value"] == after["value"] else wording.BLANK,
                wording.value(row["corrected_after_people"], "share"),
                wording.value(row["wait_p90_hours"], "hours"),
                wording.value(row["wait_p90_hours_people"], "hours"),
                cell("Look here", "caution") if row["is_hidden_queue"] is True else wording.BLANK,
            ]
        )
    columns = [left("workflow", "Workflow"), right("steps", "Automatic steps"), right("share", "Of all steps")]
    columns += [right("bot_error_rate", "End in an exception"), right("corrected_after", "Sent back next")]
    columns += [right("interval", "95% interval"), right("people", "After people")]
    columns += [right("wait", "Wait after (P90)"), right("wait_people", "After people (P90)"), left("queue", "Queue")]
    hidden = int(found["is_hidden_queue"].fillna(False).sum())
    caption = say_number(
        hidden,
        "Automation in running: {n} of {all} workflows waits longer after systems than after people",
        "Automation in running: {n} of {all} workflows wait longer after systems than after people",
        all=len(rows),
    )
    notes = [
        say(
            "Sent back next: automatic steps whose next event is a stated rework activity. Wait: from the end of a "
            "step to the next event of the item, around the clock; a queue is marked where nine of ten end later than "
            "one and a half times those after people. It says where to look, not who is to blame: the wait may be for "
            "somebody outside."
        )
    ]
    straight, again = found["straight"].sum(), found["straight_reworked"].sum()
    if straight:
        parts = {"n": wording.count(again), "all": wording.count(straight)}
        notes.append(say("Straight-through items that were reworked without anybody's touch: {n} of {all}.", **parts))
    return table("automation_health", caption, *filled(columns, rows), found, tuple(notes), n=hidden)


def changes(found: DataFrame[quality_tables.Changes], changed: str) -> Exhibit:
    """Return whether a change is confirmed by first-pass yield and cycle time before and after it."""
    if not changed:
        return nothing()
    if found.empty:
        return note("Nothing to compare", "There are no completed items both before and after the day of the change.")
    rows: list[list[Cell]] = []
    for row in found.to_dict("records"):
        unit = "share" if row["figure"] == "first_pass_yield" else "hours"
        if unit == "share":
            span = say("{low} to {high} points", low=wording.points(row["low"]), high=wording.points(row["high"]))
            change = say("{n} points", n=wording.points(row["after"] - row["before"]))
        else:
            span = wording.interval(row["low"], row["high"], unit, like=row["after"])
            change = wording.sign(row["relative"]) + wording.value(abs(row["relative"]), "share")
        both = {"n": wording.count(row["n_before"]), "after": wording.count(row["n_after"])}
        rows.append(
            [
                say(CHANGED[row["figure"]]),
                row["workflow"],
                wording.value(row["before"], unit),
                wording.value(row["after"], unit),
                change,
                span,
                say("{n} / {after}", **both),
                cell(*VERDICTS[row["verdict"]]),
            ]
        )
    columns = [left("figure", "KPI"), left("workflow", "Workflow"), right("before", "Before"), right("after", "After")]
    columns += [right("change", "Change"), right("interval", "95% interval"), right("n", "n before / after")]
    columns.append(left("verdict", "Verdict"))
    confirmed = int((found["verdict"] != "not confirmed").sum())
    day = wording.day(pd.Timestamp(changed))
    caption = say_number(
        confirmed,
        "Before and after {day}: {n} of {all} differences is confirmed",
        "Before and after {day}: {n} of {all} differences are confirmed",
        day=day,
        all=len(rows),
    )
    notes = (
        "First-pass yield: Newcombe's interval of the difference, after less before. Median: its own interval after; "
        "better or worse where the intervals of both sides do not overlap. Before and after differ by more than the "
        "change; it is evidence, no proof of the cause.",
    )
    return table("changes", caption, columns, rows, found, notes, n=confirmed, day=pd.Timestamp(changed))


def kept(found: DataFrame[quality_tables.Kept]) -> Exhibit:
    """Return what became of every change: whether its gain is still there, and whether errors escaped."""
    if found.empty:
        return note(
            "Nothing is counted since a go-live",
            "The table monthly_values holds a KPI month by month around a go-live: whether its gain lasts, and whether "
            "errors reach customers, can then be told.",
        )
    rows: list[list[Cell]] = []
    for row in found.to_dict("records"):
        span = wording.BLANK
        if not math.isnan(row["loss"]):
            ends = {"low": _worse(row, "low"), "high": _worse(row, "high")}
            span = say("{low} to {high} points", **ends) if row["unit"] == "share" else say("{low} to {high} ‰", **ends)
        rows.append(
            [
                row["change"],
                say(row["name"]),
                wording.day(row["go_live"]),
                *(_rate(row[level], row["unit"]) for level in ("before", "gained", "watched")),
                span,
                wording.count(row["signals"]),
                cell(*BECAME[row["verdict"]]),
            ]
        )
    columns = [left("change", "What went live"), left("kpi", "KPI"), left("go_live", "Since")]
    columns += [right("before", "Before"), right("gained", "At first"), right("watched", "Watched")]
    columns += [right("loss", "Worse by, 95%"), right("signals", "Signals"), left("verdict", "Verdict")]
    bad = int(found["verdict"].isin(["slipped", "alarm"]).sum())
    caption = say_number(
        bad,
        "Since go-live: {n} of {all} series has slipped or raises an alarm",
        "Since go-live: {n} of {all} series have slipped or raise an alarm",
        all=len(rows),
    )
    notes = (
        "At first: the first six months. Watched: months 12 to 18, the time in which ungoverned gains are lost. "
        "Slipped: the whole interval lies on the worse side; held: it leaves out the loss of half the gain.",
        "Escaped errors (‰: for a thousand items): months 6 to 12 are watched against all months before them, and one "
        "above its limit is an alarm. An unchanged process raises one in 3 to 12% of such half-years.",
    )
    return table("since_go_live", caption, columns, rows, found, notes, n=bad)


def _rate(value: float, unit: str) -> str:
    if math.isnan(value):
        return wording.BLANK
    return wording.value(value, "share") if unit == "share" else f"{wording.tenths(value * 1000)} ‰"


def _worse(row: dict[str, float | str], end: str) -> str:
    amount = float(row[end])
    scale = 100 if row["unit"] == "share" else 1000
    return wording.sign(amount) + wording.tenths(abs(amount) * scale)
