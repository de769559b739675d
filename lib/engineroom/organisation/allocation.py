"""Whose hours go to which skill: a linear program over people who can do more than one thing."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import optimize, sparse

UNITS_PER_HOUR = 10_000
"""What hours are handed out in: the program is a flow, so whole units in give whole units out. Finer than any table is
filled in, because what is rounded off one person and week adds up over a team and a year.
"""

WORTH_OF_AN_HOUR = 1000.0
"""What an hour of uncovered work weighs against an hour of moved work: coverage first, then the fewest moves."""


def units_up(hours: pd.Series) -> pd.Series:
    """Return hours of work, rounded up to whole units."""
    return np.ceil(hours * UNITS_PER_HOUR - 1e-6) / UNITS_PER_HOUR + 0.0  # no negative zero


def units_down(hours: pd.Series) -> pd.Series:
    """Return hours of capacity, rounded down to whole units."""
    return np.floor(hours * UNITS_PER_HOUR + 1e-6) / UNITS_PER_HOUR


def whole(hours: pd.Series) -> pd.Series:
    """Return hours in whole units again where they were added up, so that equal hours are equal numbers."""
    return np.round(hours * UNITS_PER_HOUR) / UNITS_PER_HOUR + 0.0


def solve(hours: pd.Series, pairs: pd.DataFrame, demand: pd.Series) -> pd.DataFrame:
    """Return how many hours each person gives to each skill in one week: person, skill, is_main, hours.

    `hours` are those a person has, `pairs` (person, skill, is_main) what each can do, `demand` the hours each skill
    needs, all in whole units. As much demand as possible is covered; among the plans that cover as much, one with the
    fewest hours away from people's main skills. Where people can be lent either way, the first in the table are.
    """
    wanted = demand[demand > 0]
    usable = pairs[pairs["skill"].isin(wanted.index) & pairs["person"].isin(hours.index)].reset_index(drop=True)
    if usable.empty:
        return usable.assign(hours=pd.Series(dtype=float))
    people, skills = list(dict.fromkeys(usable["person"])), list(dict.fromkeys(usable["skill"]))
    row_of = {name: place for place, name in enumerate(people)}
    skill_of = {name: len(people) + place for place, name in enumerate(skills)}
    number = len(usable)
    rows = np.concatenate([usable["person"].map(row_of), usable["skill"].map(skill_of)]).astype(int)
    limits = sparse.coo_matrix((np.ones(2 * number), (rows, np.tile(np.arange(number), 2)))).tocsr()
    most = np.concatenate([hours[people].to_numpy(float), wanted[skills].to_numpy(float)]) * UNITS_PER_HOUR
    move = np.where(usable["is_main"], 0.0, 1.0 + usable["person"].map(row_of) / (10.0 * len(people)))
    found = optimize.linprog(move - WORTH_OF_AN_HOUR, A_ub=limits, b_ub=most, method="highs-ds")
    if not found.success:  # zero is always a plan, so there is one
        raise ArithmeticError(f"no plan was found: {found.message}")
    given = usable.assign(hours=np.round(found.x) / UNITS_PER_HOUR)
    return given[given["hours"] > 0].reset_index(drop=True)
