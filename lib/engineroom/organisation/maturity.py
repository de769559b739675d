"""How far an operating model has come, by anchored questions: only what somebody can show counts."""

from __future__ import annotations

import math

import pandas as pd

from engineroom.dictionary import operating_tables
from engineroom.dictionary.columns import DataFrame, is_document
from engineroom.readers.tables import Tables


def profile(tables: Tables, instrument: str) -> DataFrame[operating_tables.Profile]:
    """Return one row per part of a questionnaire, in the order of its questions.

    A part's level is the lower median of its answers with evidence, over all workflows and people: a level that was
    in fact chosen, and with two answers the lower. Evidence is a document that can be found and a day not after the
    engagement's; an answer without it is a claim, shown beside it. The anchor is that of the first question that was
    answered with this level, so that it says what was observed.
    """
    asked = tables.questions[tables.questions["instrument"] == instrument]
    answers = tables.answers
    is_past = answers["date"] <= pd.Timestamp(tables.engagement.header.as_of)
    said = answers.assign(is_shown=answers["evidence"].map(is_document).astype(bool) & is_past)
    rows = []
    for part, mine in asked.groupby("part", sort=False):
        given = said[said["question"].isin(mine["question"])]
        shown, claims = given[given["is_shown"]], given[~given["is_shown"]]
        level = lower_median(shown["level"])
        rows.append(
            {
                "instrument": instrument,
                "part": part,
                "name": mine["name"].iloc[0],
                "asked": float(len(mine)),
                "answered": float(given["question"].nunique()),
                "answers": float(len(given)),
                "evidenced": float(len(shown)),
                "level": level,
                "lowest": shown["level"].min(),
                "highest": shown["level"].max(),
                "claimed": lower_median(claims["level"]),
                "anchor": _anchor(mine, shown, level),
                "row": mine["row"].iloc[0],
            }
        )
    frame = operating_tables.Profile.frame(rows)
    return operating_tables.Profile.validate(frame.reset_index(drop=True))


PRACTICES = ("practices", "challenges", "management", "tools", "front_office", "teamwork")
"""Questionnaires about how the work is run (001-06, 001-05, 004-12 to 004-15, 003-15, 003-18)."""


def practices(tables: Tables) -> DataFrame[operating_tables.Profile]:
    """Return the parts of all questionnaires about how the work is run that somebody has answered."""
    each = [profile(tables, instrument) for instrument in PRACTICES]
    return operating_tables.Profile.validate(
        pd.concat([one for one in each if one["answers"].any()] or each[:1], ignore_index=True)
    )


def lower_median(levels: pd.Series) -> float:
    """Return the middle level, the lower of two: never a level that nobody gave; blank for none."""
    ordered = sorted(levels.dropna())
    return float(ordered[(len(ordered) - 1) // 2]) if ordered else math.nan


def _anchor(questions: pd.DataFrame, shown: pd.DataFrame, level: float) -> str | None:
    """Return what is observed at a level, in the words of the first question that was answered with it."""
    if math.isnan(level):
        return None
    met = shown.loc[shown["level"] == level, "question"]
    first = questions[questions["question"].isin(met)].iloc[0]
    return str(first[f"anchor_{level:.0f}"])
