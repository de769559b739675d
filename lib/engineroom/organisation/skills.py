"""Who can do what, who does what is below them, and which work no system sees."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from engineroom.dictionary import operating_tables
from engineroom.dictionary.columns import DataFrame, words
from engineroom.readers.tables import Tables

CAN = ("main", "able")
ENOUGH = 2
"""People who can do a skill, below which one absence leaves it uncovered."""

WEEKS = 52


def cover(
    tables: Tables, people: pd.DataFrame, load: DataFrame[operating_tables.Load]
) -> DataFrame[operating_tables.Cover]:
    """Return, per skill, how many people can do it, and whether its mean week survives the absence of the largest.

    The mean week is that of `load`: of weeks of which every workflow that asks for the skill is known.
    `bus_factor` is the smallest number of people whose absence leaves the skill to nobody: all who can do it. The
    hours without the largest are an upper bound, for people with several skills can give an hour once.
    """
    asked = load.groupby("skill")["demand_hours"].mean().round(9)
    hours = people.set_index("person")["hours"]
    rows = []
    for skill in sorted({*tables.skills["skill"].dropna(), *asked.index}):
        mine = tables.skills[tables.skills["skill"] == skill]
        able = mine.loc[mine["level"].isin(CAN), "person"]
        given = hours.reindex(able).fillna(0.0)
        mean = float(asked.get(skill, math.nan))
        without = round(float(given.sum() - given.max()), 9) if len(given) else 0.0
        rows.append(
            {
                "skill": skill,
                "main": float((mine["level"] == "main").sum()),
                "able": float((mine["level"] == "able").sum()),
                "learning": float((mine["level"] == "learning").sum()),
                "bus_factor": float(len(able)),
                "holder": able.iloc[0] if len(able) == 1 else None,
                "mean_hours": mean,
                "without_largest_hours": without,
                "is_covered": None if math.isnan(mean) else without >= mean,
            }
        )
    frame = operating_tables.Cover.frame(rows).astype({"is_covered": "boolean"})
    frame = frame.sort_values(["bus_factor", "mean_hours", "skill"], ascending=[True, False, True], kind="stable")
    return operating_tables.Cover.validate(frame.reset_index(drop=True))


def training(
    tables: Tables,
    people: pd.DataFrame,
    cover: DataFrame[operating_tables.Cover],
    load: DataFrame[operating_tables.Load],
) -> DataFrame[operating_tables.Training]:
    """Return whom to train in what: skills that one person holds or nobody, and gaps that no move closes.

    Proposed is who learns the skill already, else the colleague of the workflow with most hours left: in the week that
    lacks most, or in the mean week where only cover is missing. Nobody is taken from a skill that nobody else can do.
    """
    flow = tables.work.drop_duplicates("skill").set_index("skill")["workflow"]
    alone = set(cover["holder"].dropna())
    rows = []
    for row in cover.to_dict("records"):
        mine = load[load["skill"] == row["skill"]]
        short = float(mine["left_hours"].max()) if len(mine) else 0.0
        if row["bus_factor"] >= ENOUGH and not short > 0:
            continue
        week = mine.loc[mine["left_hours"].idxmax(), "week"] if short > 0 else None
        spare = _spare(people, load if week is None else load[load["week"] == week])
        known = tables.skills[tables.skills["skill"] == row["skill"]]
        learning = known.loc[known["level"] == "learning", "person"].tolist()
        near = people.loc[people["skill"].map(flow) == flow.get(row["skill"]), "person"]
        others = spare.reindex(near).drop(labels=[*known["person"], *alone], errors="ignore")
        free = others[others > 0].sort_values(ascending=False, kind="stable")
        who = learning[0] if learning else free.index[0] if len(free) else None
        rows.append(
            {
                "skill": row["skill"],
                "reason": "cover" if row["bus_factor"] < ENOUGH else "gap",
                "bus_factor": row["bus_factor"],
                "left_hours": short,
                "person": who,
                "is_learning": bool(learning),
                "spare_hours": float(spare.get(who, math.nan)) if who is not None else math.nan,
            }
        )
    frame = operating_tables.Training.frame(rows).astype({"is_learning": "boolean"})
    return operating_tables.Training.validate(frame)


def _spare(people: pd.DataFrame, load: pd.DataFrame) -> pd.Series:
    """Return the hours each person has left, if a skill's own people share its work by their hours."""
    means = load.groupby("skill")[["demand_hours", "capacity_hours"]].mean()
    idle = (1 - means["demand_hours"] / means["capacity_hours"].where(means["capacity_hours"] > 0)).clip(lower=0.0)
    share = people["skill"].map(idle).astype(float).fillna(1.0)
    return pd.Series((people["hours"].astype(float) * share).to_numpy(), index=people["person"].to_numpy())


def misuse(tables: Tables, people: pd.DataFrame) -> DataFrame[operating_tables.Misuse]:
    """Return the activities whose hours are worked above or below the grade they need, costliest first.

    Cost of misallocation = hours × (rate of the grade that does it - rate of the lowest grade there is that could). The
    rates are pooled over the people of a grade whose main skill serves the workflow, else over all. Hours of a grade
    that is too low are told apart and never set off: they are a risk.
    """
    flow = tables.work.drop_duplicates("skill").set_index("skill")["workflow"]
    paid = people.dropna(subset=["grade", "loaded_rate"])
    paid = paid.assign(workflow=paid["skill"].map(flow), cost=paid["loaded_rate"] * paid["weekly_hours"])
    told = tables.activities.dropna(subset=["grade", "needs"])
    rows = []
    for row in told[told["grade"] != told["needs"]].to_dict("records"):
        own = paid[paid["workflow"] == row["workflow"]]
        difference = _difference(own, row["grade"], row["needs"])
        difference = _difference(paid, row["grade"], row["needs"]) if math.isnan(difference) else difference
        is_above = row["grade"] > row["needs"]
        cost = row["hours"] * difference * WEEKS if is_above else math.nan
        parts = {"kind": "above" if is_above else "below", "rate_difference": difference, "annual_cost": cost}
        rows.append({name: row.get(name) for name in operating_tables.Misuse.names()} | parts)
    frame = operating_tables.Misuse.frame(rows)
    frame = frame.sort_values(["kind", "annual_cost", "hours"], ascending=[True, False, False], kind="stable")
    return operating_tables.Misuse.validate(frame.reset_index(drop=True))


def _difference(paid: pd.DataFrame, grade: float, needs: float) -> float:
    """Return what an hour of a grade costs more than one of the lowest grade that could; blank where there is none."""
    sums = paid.groupby("grade")[["cost", "weekly_hours"]].sum()
    rate = (sums["cost"] / sums["weekly_hours"]).astype(float)
    enough = rate[(rate.index >= needs) & (rate.index < grade)]
    return float(rate[grade] - enough.iloc[0]) if grade in rate.index and len(enough) else math.nan


def unseen(tables: Tables) -> DataFrame[operating_tables.Unseen]:
    """Return, per workflow, the hours that no system records: 1 - captured ÷ all, of hours of which it is known."""
    known = tables.activities.dropna(subset=["captured_hours"])
    by = known.assign(workflow=known["workflow"].fillna("")).groupby("workflow", sort=True)
    systems = tables.workflows.set_index("workflow")["systems"].dropna()
    number = systems.map(lambda named: float(len(words(named))))
    sums = by[["hours", "captured_hours"]].sum().astype(float)
    frame = sums.reset_index().rename(columns={"captured_hours": "captured"})
    frame["unseen_hours"] = frame["hours"] - frame["captured"]
    frame["unseen_share"] = frame["unseen_hours"] / frame["hours"].where(frame["hours"] > 0)
    largest: dict[str, Any] = {}
    for workflow, mine in by:
        dark = (mine["hours"] - mine["captured_hours"]).astype(float)
        largest[str(workflow)] = mine.loc[dark.idxmax(), "activity"] if dark.max() > 0 else None
    frame["largest"] = frame["workflow"].map(largest)
    frame["systems"] = frame["workflow"].map(number).astype(float)
    frame = frame.sort_values(["unseen_hours", "workflow"], ascending=[False, True], kind="stable")
    return operating_tables.Unseen.validate(frame[operating_tables.Unseen.names()].reset_index(drop=True))
