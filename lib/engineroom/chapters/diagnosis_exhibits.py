"""What a business case asks beyond money: output less its errors, the months to watch, the diagnostic question."""

from __future__ import annotations

import math

from engineroom.chapters import business_case_words as words
from engineroom.dictionary import scenarios
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import show, wording
from engineroom.pages.blocks import Cell, Exhibit, left, note, nothing, right, table
from engineroom.phrases import say


def quality(found: DataFrame[scenarios.Qualities]) -> Exhibit:
    """Return what each option gains in output once its errors are paid for, with the break-even cost of a defect."""
    if found.empty:
        return nothing()
    own = {
        "gain": show.right("More output", lambda row: words.percent(row["productivity_gain"])),
        "wrong": show.right("Of it wrong", lambda row: words.percent(row["defect_rate"])),
        "break_even": show.right("Break-even", _break_even),
    }
    against = "Against work without any defect. A defect costs its rework and escalation, in items of ordinary work."
    caption = "What more output is worth once its errors are paid for"
    columns = "option gain wrong good cost=defect_cost break_even adjusted verdict"
    return show.table("quality", found, scenarios.Qualities, columns, caption, against, own=own)


def canaries(found: DataFrame[scenarios.Canaries]) -> Exhibit:
    """Return when errors would first show that a programme fails, and the level at which somebody must be called."""
    if found.empty:
        return nothing()
    own = {"window": show.left("Watch from month 6 to 12", _window)}
    alarm = (
        "Counted from the day work first moves. Alarm: three standard deviations of a month's items above today's "
        "rate; chance alone reaches it about once in sixty years."
    )
    columns, caption = "option window now=error_rate alarm", "The months in which a failing programme shows itself"
    return show.table("canaries", found, scenarios.Canaries, columns, caption, alarm, own=own)


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


def _break_even(row: show.Row) -> str:
    return wording.value(row["break_even"], "ratio") if math.isfinite(row["break_even"]) else say("none")


def _window(row: show.Row) -> str:
    return say("{low} to {high}", low=wording.day(row["first"]), high=wording.day(row["last"]))


def _people(row: show.Row, line: str) -> str:
    if math.isnan(row[f"{line}_low"]):
        return wording.BLANK
    low, high = (wording.tenths(row[f"{line}_{end}"]) for end in ("low", "high"))
    return say("{low} to {high}", low=low, high=high)
