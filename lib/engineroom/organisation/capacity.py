"""Hours that are needed against hours that are there: by skill and week, with the backlog that the difference leaves.

Demand is items × standard hours; capacity is paid hours without shrinkage. A backlog drains only where capacity exceeds
what arrives. Nothing here is averaged over skills: an hour of one is no hour of another, unless somebody can do both.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from engineroom.dictionary import columns, operating_tables
from engineroom.dictionary.columns import DataFrame
from engineroom.errors import EngineroomError
from engineroom.organisation import allocation
from engineroom.readers.tables import Tables

NEVER = math.inf
WEEK = 40.0
"""Hours of a full-time week, where nobody says otherwise."""

HALF_A_PERSON = 0.5
"""Full-time people below which hours a week are told."""

MAIN, ABLE = "main", "able"
WORK = ["workflow", "skill", "week", "arrivals", "standard_hours", "backlog"]


# --------------------------------------------------------------------------------------------------- worked formulas


def fte(hours: float, weekly_hours: float = WEEK, shrinkage: float = 0.0) -> float:
    """Return how many full-time people a load takes: hours ÷ (week × (1 - shrinkage)).

    Dividing is what it takes: times (1 + shrinkage) would leave 4% too few people at a shrinkage of 20%.
    """
    return hours / (weekly_hours * (1 - shrinkage))


def drain(backlog: float, capacity: float, arrivals: float) -> float:
    """Return after how long a backlog is gone: backlog ÷ (capacity - arrivals); infinite where none is left over."""
    if not backlog > 0:
        return 0.0
    return backlog / (capacity - arrivals) if capacity > arrivals else NEVER


def path(backlog: float, arrivals: pd.Series, capacity: pd.Series) -> pd.Series:
    """Return the backlog at the end of each week: what was there and what came, less what could be done."""
    found = []
    for came, could in zip(arrivals, capacity, strict=True):
        backlog = max(backlog + came - could, 0.0)
        found.append(backlog)
    return pd.Series(found, index=arrivals.index, dtype=float)


def wait_factor(people: int, utilisation: float) -> float:
    """Return how many handling times an item waits on average for one of some people who share a queue.

    Erlang C: random arrivals, exponential handling times, nobody specialised. Infinite from full use on.
    """
    if utilisation >= 1:
        return NEVER
    load, blocked = people * utilisation, 1.0
    for number in range(1, people + 1):
        blocked = load * blocked / (number + load * blocked)
    queued = blocked / (1 - utilisation * (1 - blocked))
    return queued / (people * (1 - utilisation))


# ------------------------------------------------------------------------------------------------- demand and supply


def demand(tables: Tables, arrived: pd.DataFrame) -> DataFrame[operating_tables.Demand]:
    """Return the hours each workflow asks of each skill by week, and what waited when the first week began.

    Rows of `work` without a week take the arrivals of the log (`arrived`: workflow, week, received).
    """
    stated = tables.work[tables.work["week"].notna()]
    every = tables.work[tables.work["week"].isna()].drop(columns=["week", "arrivals"])
    logged = every.merge(arrived.rename(columns={"received": "arrivals"}), on="workflow")
    rows = pd.concat([stated, logged], ignore_index=True)[WORK]
    if rows.empty:
        return columns.empty(operating_tables.Demand)
    rows = rows.astype({"arrivals": float, "standard_hours": float, "backlog": float})
    rows = rows.sort_values(["skill", "workflow", "week"], kind="stable")
    is_first = ~rows.duplicated(["skill", "workflow"])
    found = pd.DataFrame(
        {
            "workflow": rows["workflow"],
            "skill": rows["skill"],
            "week": rows["week"],
            "arrivals": rows["arrivals"],
            "hours": rows["arrivals"] * rows["standard_hours"],
            "backlog_hours": (rows["backlog"].fillna(0) * rows["standard_hours"]).where(is_first, 0.0),
        }
    )
    return operating_tables.Demand.validate(found.reset_index(drop=True))


def supply(tables: Tables) -> DataFrame[operating_tables.Supply]:
    """Return people with the hours a week they have for work: weekly hours × (1 - shrinkage), and their main skill.

    A blank shrinkage is the leave of the person's team as the table `staffing` has it, else none.
    """
    staff = tables.staffing.set_index("team")
    leave = (staff["leave_hours"] / staff["paid_hours"].where(staff["paid_hours"] > 0)).astype(float)
    shrinkage = tables.people["shrinkage"].fillna(tables.people["team"].map(leave)).fillna(0.0).astype(float)
    main = tables.skills[tables.skills["level"] == MAIN].set_index("person")["skill"]
    people = tables.people.assign(shrinkage=shrinkage, skill=tables.people["person"].map(main))
    hours = people["weekly_hours"].astype(float) * (1 - shrinkage)
    return operating_tables.Supply.validate(people.assign(hours=allocation.units_down(hours)).reset_index(drop=True))


def load(
    wanted: DataFrame[operating_tables.Demand], people: pd.DataFrame, skills: pd.DataFrame
) -> tuple[DataFrame[operating_tables.Load], DataFrame[operating_tables.Moves]]:
    """Return demand against capacity by skill and week, before and after trained people are moved, and the moves.

    Before: everybody works on the main skill. After: `allocation.solve` for the week's arrivals alone. The backlogs
    run on from week to week, with everybody in place and with people moved for arrivals and backlog together.

    A week counts for a skill where all workflows that ask for it are known. What is not known is taken as busy: nobody
    is lent from a skill in a week without figures, or from one without any. Where nobody's main skill is known, nothing
    is: who was not written down is not absent.
    """
    if wanted.empty or people["skill"].isna().all():
        return columns.empty(operating_tables.Load), columns.empty(operating_tables.Moves)
    weeks, names = sorted(wanted["week"].unique()), sorted(wanted["skill"].unique())
    by = wanted.groupby(["week", "skill"])
    known = by["workflow"].nunique().unstack().eq(wanted.groupby("skill")["workflow"].nunique())
    arrivals = by["arrivals"].sum().unstack()
    asked = by["hours"].sum().unstack().where(known).apply(allocation.units_up)
    begun = allocation.units_up(wanted.groupby("skill")["backlog_hours"].sum().reindex(names, fill_value=0.0))
    hours = people.set_index("person")["hours"].astype(float)
    pairs = skills[skills["level"].isin([MAIN, ABLE])].assign(is_main=skills["level"] == MAIN)
    lent = people["skill"].isna() | people["skill"].isin(names)
    pairs = pairs.loc[pairs["person"].isin(people.loc[lent, "person"]), ["person", "skill", "is_main"]]
    there = _by_skill(people, names)
    each = _hours_of_one(people, names)
    standing, moved = begun.copy(), begun.copy()
    rows: list[dict[str, Any]] = []
    moves = [operating_tables.Moves.frame([])]
    for week in weeks:
        came = asked.loc[week].fillna(there)
        given = allocation.solve(hours, pairs, came) if (came > there).any() else None
        covered = came.clip(upper=there) if given is None else _by_skill(given, names)
        waiting = moved + came
        plan = allocation.solve(hours, pairs, waiting) if (waiting > there).any() else None
        moved = allocation.whole(waiting - (waiting.clip(upper=there) if plan is None else _by_skill(plan, names)))
        began, standing = standing, allocation.whole((standing + came - there).clip(lower=0.0))
        if given is not None:
            moves.append(_moved(given, people, week))
        rows += [
            {
                "skill": name,
                "week": week,
                "arrivals": float(arrivals.at[week, name]),
                "demand_hours": came[name],
                "capacity_hours": there[name],
                "gap_hours": max(came[name] - there[name], 0.0),
                "left_hours": max(came[name] - covered[name], 0.0),
                "hours_of_one": each[name],
                "waiting_hours": began[name],
                "backlog_hours": standing[name],
                "moved_backlog_hours": moved[name],
            }
            for name in names
            if known.at[week, name]
        ]
    if not rows:
        return columns.empty(operating_tables.Load), columns.empty(operating_tables.Moves)
    found = pd.DataFrame(rows).sort_values(["skill", "week"], kind="stable").reset_index(drop=True)
    went = pd.concat([part for part in moves if len(part)] or moves, ignore_index=True)
    return operating_tables.Load.validate(found), operating_tables.Moves.validate(went.astype({"hours": float}))


def _hours_of_one(people: pd.DataFrame, names: list[str]) -> pd.Series:
    """Return the hours a full-time person has for each skill: those of its own people, pooled, else of everybody."""
    paid, left = people["weekly_hours"].sum(), people["hours"].sum()
    whole = WEEK * left / paid if left else WEEK
    by = people.groupby("skill")
    own = WEEK * by["hours"].sum() / by["weekly_hours"].sum()
    return own.where(own > 0).reindex(names).fillna(whole).astype(float)


def _by_skill(plan: pd.DataFrame, names: list[str]) -> pd.Series:
    return allocation.whole(plan.groupby("skill")["hours"].sum().reindex(names, fill_value=0.0).astype(float))


def _moved(plan: pd.DataFrame, people: pd.DataFrame, week: Any) -> pd.DataFrame:
    went = plan[~plan["is_main"].astype(bool)]
    home = went["person"].map(people.set_index("person")["skill"])
    rows = went.assign(week=week, from_skill=home.astype("object").where(home.notna(), None), to_skill=went["skill"])
    return rows[operating_tables.Moves.names()]


def needs(found: DataFrame[operating_tables.Load], people: pd.DataFrame) -> DataFrame[operating_tables.Needs]:
    """Return, per skill, what its busiest week lacks, what moving people closes, and the people it needs.

    Full-time people are of a week of 40 hours less the shrinkage of the skill's own people: load ÷ (1 - shrinkage).
    """
    rows = []
    for skill, mine in found.groupby("skill", sort=True):
        peak = (
            mine.loc[mine["gap_hours"].idxmax()] if mine["gap_hours"].any() else mine.loc[mine["demand_hours"].idxmax()]
        )
        one = float(mine["hours_of_one"].iloc[0])
        mean, there = float(mine["demand_hours"].mean()), float(mine["capacity_hours"].iloc[0])
        rows.append(
            {
                "skill": skill,
                "people": float((people["skill"] == skill).sum()),
                "weeks": float(len(mine)),
                "short_weeks": float((mine["gap_hours"] > 0).sum()),
                "mean_hours": mean,
                "capacity_hours": there,
                "peak_week": peak["week"],
                "peak_hours": peak["demand_hours"],
                "gap_hours": peak["gap_hours"],
                "left_hours": peak["left_hours"],
                "gap_fte": peak["gap_hours"] / one,
                "closed_fte": (peak["gap_hours"] - peak["left_hours"]) / one,
                "shrinkage": 1 - one / WEEK,
                "have_fte": there / one,
                "need_fte": mean / one,
                "peak_fte": peak["demand_hours"] / one,
            }
        )
    frame = operating_tables.Needs.frame(rows)
    frame = frame.sort_values(["gap_fte", "skill"], ascending=[False, True], kind="stable")
    return operating_tables.Needs.validate(frame.reset_index(drop=True))


def most_people(found: DataFrame[operating_tables.Needs]) -> float:
    """Return the most full-time people that any skill has or needs, which says in what unit people are told."""
    return float(found[["have_fte", "peak_fte"]].max().max())


def is_small(most: float) -> bool:
    """Return whether people are told as hours a week: nobody pictures 0.08 of a person."""
    return most < HALF_A_PERSON


def utilisation(tables: Tables, least: float, most: float) -> DataFrame[operating_tables.Utilisation]:
    """Return productive ÷ (paid - leave) hours by team, against a band that is left in either direction.

    Above it queues grow fast; below it hours go where nobody looks. The wait is Erlang's, for one queue a team. Raises
    `EngineroomError` where the band is none.
    """
    if not 0 <= least < most <= 1:
        rule = f"least_busy is {least:g} and most_busy is {most:g}"
        raise EngineroomError(f"{rule}; write two shares from 0 to 1, the lower first, such as 0.7 and 0.85")
    told = tables.staffing.dropna(subset=["paid_hours", "productive_hours"])
    available = told["paid_hours"] - told["leave_hours"].fillna(0)
    share = (told["productive_hours"] / available.where(available > 0)).astype(float)
    frame = pd.DataFrame(
        {
            "team": told["team"],
            "fte": told["fte"].astype(float),
            "available_hours": available.astype(float),
            "productive_hours": told["productive_hours"].astype(float),
            "utilisation": share,
            "band": ["below" if one < least else "above" if one > most else "within" for one in share],
            "wait_factor": [
                wait_factor(max(round(people), 1), one) if not math.isnan(one) else math.nan
                for people, one in zip(told["fte"], share, strict=True)
            ],
        }
    )
    frame = frame[frame["utilisation"].notna()].sort_values(["utilisation", "team"], ascending=[False, True])
    return operating_tables.Utilisation.validate(frame.reset_index(drop=True))


def backlogs(found: DataFrame[operating_tables.Load], arrived: pd.DataFrame) -> DataFrame[operating_tables.Backlogs]:
    """Return what waits at the end and after how many weeks it is gone: by skill from hours, by workflow from the log.

    A skill's backlog is that of the path with everybody in place; arrivals are the mean of its weeks. A workflow's is
    its open cases, and its pace what it completed a week; where open cases differ from those at the start by less than
    chance explains (two standard errors of counts), they are work in progress and nothing has to drain, unless nothing
    was completed at all.
    """
    rows = [*_by_hours(found), *_by_pace(arrived)]
    return operating_tables.Backlogs.of(rows)


def _by_hours(found: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for skill, mine in found.groupby("skill", sort=True):
        last, there = mine.iloc[-1], float(mine["capacity_hours"].iloc[0])
        came = round(float(mine["demand_hours"].mean()), 9)  # equal weeks have a mean that equals them
        yield {
            "queue": skill,
            "kind": "skill",
            "start": float(mine["waiting_hours"].iloc[0]),
            "backlog": last["backlog_hours"],
            "arrivals": came,
            "capacity": there,
            "drain_weeks": drain(last["backlog_hours"], there, came),
            "moved_backlog": last["moved_backlog_hours"],
            "trend": "grows" if came > there else "shrinks" if last["backlog_hours"] > 0 else "steady",
        }


def _by_pace(arrived: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for workflow, mine in arrived.groupby("workflow", sort=True):
        weeks, ended = len(mine), float(mine["open"].iloc[-1])
        came, done = float(mine["received"].sum()), float(mine["completed"].sum())
        began = ended - came + done
        by_chance = 2 * math.sqrt(max(began + ended, 1.0))
        trend = "steady" if abs(ended - began) <= by_chance else "grows" if ended > began else "shrinks"
        yield {
            "queue": workflow,
            "kind": "workflow",
            "start": began,
            "backlog": ended,
            "arrivals": came / weeks,
            "capacity": done / weeks,
            "drain_weeks": np.nan if trend == "steady" and (done or not ended) else drain(ended, done, came) * weeks,
            "moved_backlog": np.nan,
            "trend": trend,
        }
