"""The tables of skills: who holds one alone, whom to train, who works below the own grade, what no system sees."""

from __future__ import annotations

import math

from engineroom.chapters.operating_exhibits import MOST_ROWS
from engineroom.dictionary import operating_tables as models
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import show, wording
from engineroom.pages.blocks import Cell, Exhibit, note, nothing
from engineroom.phrases import say, say_number
from engineroom.readers.tables import Tables


def cover(found: DataFrame[models.Cover]) -> Exhibit:
    """Return how many people can do each skill, fewest first."""
    if found.empty:
        return _asks("skills", "who can do what")
    alone = int((found["bus_factor"] < 2).sum())
    caption = say_number(alone, "{n} of {all} skills [rests|rest] on one person or none", all=len(found))
    rule = "Bus factor: people whose absence leaves the skill to nobody; those who learn it do not count."
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
    caption = say_number(len(found), "{n} [topic|topics] to train")
    rule = "Hours left: in the week that lacks most, or in the mean week where only cover is missing."
    columns = "skill reason person is_learning spare_hours"
    return show.table("training", found, models.Training, columns, caption, rule, rows=rows, most=MOST_ROWS)


def misuse(found: DataFrame[models.Misuse], tables: Tables) -> Exhibit:
    """Return the activities that another grade does than they need, with what that costs a year."""
    if found.empty:
        return nothing() if len(tables.activities) else _asks("activities", "what the hours go into, by grade")
    currency, total = tables.engagement.header.currency, found["annual_cost"].sum()
    caption = say("Work above its grade costs {cost} a year", cost=wording.amount(total, currency))
    rule = (
        "Cost = hours × difference between the rate of the grade that does it and of the lowest grade that could × 52 "
        "weeks. It is saved only where the freed hours are used or not paid."
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
    caption = say("No system sees {share} of the hours", share=wording.value(share, "share", decimals=0))
    columns = "workflow hours unseen_hours unseen_share largest systems"
    return show.table(
        "unseen", found, models.Unseen, columns, caption, most=MOST_ROWS, filled=True, counted={"share": share}
    )


def _bus_factor(row: show.Row) -> Cell:
    tone = "bad" if row["bus_factor"] < 2 else "caution" if row["bus_factor"] < 3 else "good"
    return {"text": wording.count(row["bus_factor"]), "tone": tone}


def _asks(name: str, what: str) -> Exhibit:
    return note("Not sent", say("The table {name} would tell {what}.", name=name, what=say(what)))
