"""What a business case asks beyond money: output less its errors, the months to watch, the diagnostic question."""

from __future__ import annotations

import math
from typing import Any

from engineroom.chapters import business_case_words as words
from engineroom.dictionary import scenarios
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import wording
from engineroom.pages.blocks import Cell, Exhibit, cell, left, note, nothing, right, table
from engineroom.phrases import say

GAINS = {"gain": ("Gain", "good"), "loss": ("Loss", "bad"), "not known": ("Not known", "unknown")}


def quality(found: DataFrame[scenarios.Qualities]) -> Exhibit:
    """Return what each option gains in output once its errors are paid for, with the break-even cost of a defect."""
    if found.empty:
        return nothing()
    rows: list[list[Cell]] = [
        [
            row["option"],
            words.percent(row["productivity_gain"]),
            words.percent(row["defect_rate"]),
            wording.value(row["good"], "ratio"),
            wording.value(row["defect_cost"], "ratio"),
            wording.value(row["break_even"], "ratio") if math.isfinite(row["break_even"]) else say("none"),
            wording.value(row["adjusted"], "ratio"),
            cell(*GAINS[row["verdict"]]),
        ]
        for row in found.to_dict("records")
    ]
    columns = [left("option", "Option"), right("gain", "More output"), right("wrong", "Of it wrong")]
    columns += [right("good", "Good items for one of today"), right("cost", "A defect costs, in items")]
    columns += [right("break_even", "Break-even"), right("adjusted", "Left after defects"), left("verdict", "Verdict")]
    notes = (
        say("Against work without any defect. A defect costs its rework and escalation, in items of ordinary work."),
    )
    return table("quality", "What more output is worth once its errors are paid for", columns, rows, found, notes)


def canaries(found: DataFrame[scenarios.Canaries]) -> Exhibit:
    """Return when errors would first show that a programme fails, and the level at which somebody must be called."""
    if found.empty:
        return nothing()
    rows: list[list[Cell]] = [
        [
            row["option"],
            say("{low} to {high}", low=wording.day(row["first"]), high=wording.day(row["last"])),
            wording.value(row["error_rate"], "share"),
            wording.value(row["alarm"], "share"),
        ]
        for row in found.to_dict("records")
    ]
    columns = [left("option", "Option"), left("window", "Watch from month 6 to 12"), right("now", "Error rate today")]
    columns.append(right("alarm", "Call somebody above"))
    notes = (
        say(
            "Counted from the day work first moves. Alarm: three standard deviations of a month's items above today's "
            "rate; chance alone reaches it about once in sixty years."
        ),
    )
    return table("canaries", "The months in which a failing programme shows itself", columns, rows, found, notes)


def diagnosis(found: DataFrame[scenarios.Diagnoses]) -> Exhibit:
    """Return the arithmetic of a wanted reduction: load, rate it takes, what automation reaches."""
    if found.empty:
        return nothing()
    rows: list[list[Cell]] = []
    for row in found.to_dict("records"):
        rows += [
            [say("Items a month"), wording.count(row["monthly_volume"]), row["workflow"]],
            [
                say("of these by hand"),
                wording.count(row["manual"]),
                say("straight through: {share}", share=wording.value(row["stp"], "share")),
            ],
            [
                say("by hand, per person and month"),
                wording.tenths(row["manual_per_fte"]),
                say("{n} items a year, all of them", n=wording.count(row["items_per_fte_year"])),
            ],
            [
                say("People to go"),
                wording.tenths(row["fte_out"]),
                say("{left} of {all} are left", left=wording.tenths(row["fte_left"]), all=wording.tenths(row["fte"])),
            ],
            [
                say("Straight-through rate it takes"),
                wording.value(row["stp_needed"], "share"),
                say("{n} more than today", n=wording.distance(row["stp_rise"], "share")),
            ],
            [
                say("People that automation has freed elsewhere"),
                _people(row, "realised"),
                say("net of keeping the bots"),
            ],
            [say("People that vendors quote"), _people(row, "quoted"), say("never used as a yardstick")],
        ]
    columns = [left("figure", "Quantity"), right("value", "Value"), left("said", "That is")]
    caption = say(
        "{share} fewer people: what it takes, and what automation reaches",
        share=wording.value(found["reduction"].iloc[0], "share", decimals=0),
    )
    return table("diagnosis", caption, columns, rows, found)


def question(found: DataFrame[scenarios.Diagnoses]) -> Exhibit:
    """Return the question that must be answered before anything is bought."""
    if found.empty:
        return nothing()
    row = found.iloc[0]
    asked = say(
        "Of the {n} items a month that people handle in {workflow}: how many need judgement, and how many are there "
        "only because something came in wrong?",
        n=wording.count(row["manual"]),
        workflow=row["workflow"],
    )
    if math.isnan(row["upstream"]):
        return note(
            "The question to answer first", asked, "Nobody has coded the causes yet: the table exceptions would."
        )
    answer = say(
        "The log of exceptions answers it: {upstream} only repair what came in wrong, {judgement} need judgement. "
        "Repairing it at the source frees more than a robot that repairs it faster.",
        upstream=wording.value(row["upstream"], "share", decimals=0),
        judgement=wording.value(row["judgement"], "share", decimals=0),
    )
    return note("The question to answer first", asked, answer)


def _people(row: dict[str, Any], line: str) -> str:
    if math.isnan(row[f"{line}_low"]):
        return wording.BLANK
    low, high = (wording.tenths(row[f"{line}_{end}"]) for end in ("low", "high"))
    return say("{low} to {high}", low=low, high=high)
