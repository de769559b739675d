"""The value at which the decision flips, found as a root: what nobody disclosed is not guessed but bounded."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from engineroom import statistics
from engineroom.dictionary import scenarios
from engineroom.dictionary.columns import DataFrame, empty
from engineroom.planning import outlook, scenario
from engineroom.planning.outlook import Views
from engineroom.planning.scenario import DO_NOTHING, MONTHS, Option, Programme

ASKED = ("claimed", "base", "expected")
HIGHEST_RATE = 1.0


def find(programme: Programme, seen: Views, name: str) -> DataFrame[scenarios.Flips]:
    """Return, for the recommended option, the values at which another one is as good, in three views.

    Money paid at the start and money paid every year are found in closed form, the first against each rival: over and
    above the rival's where that is not disclosed either. A share, a delay, a rate and errors are roots of the lead. A
    value is blank where none in the range makes both equal, or where the option does not lead in that view: then it
    has flipped already. Doing nothing has no figure that could flip.
    """
    if not name or programme[name].kind == DO_NOTHING:
        return empty(scenarios.Flips)
    frame = pd.DataFrame([row for view in ASKED for row in _of(programme, seen[view], name, view)])
    known = frame.groupby("driver")["value"].transform("count") > 0
    return scenarios.Flips.validate(frame[known].reset_index(drop=True))


def binding(found: DataFrame[scenarios.Flips], view: str = "expected") -> pd.Series | None:
    """Return the smallest cost at the start that flips the answer in a view; nothing where it has flipped already."""
    costs = found[(found["view"] == view) & found["driver"].isin(["one_off_cost", "one_off_excess"])]
    costs = costs[costs["value"].notna()]
    return costs.loc[costs["value"].idxmin()] if len(costs) else None


def _of(programme: Programme, drivers: dict[str, dict[str, Any]], name: str, view: str) -> list[dict[str, Any]]:
    option, given = programme[name], drivers[name]
    ahead, rival = outlook.lead(programme, drivers, name)
    years = programme.years
    growth, rate = float(given["run_cost_growth"]), programme.discount_rate
    grown = np.cumprod([1.0, *[1 + growth] * (years - 1)])
    annuity = float((grown * scenario.weights(rate, years)).sum())

    def lead_with(**changed: float) -> float:
        return outlook.lead(programme, drivers | {name: given | changed}, name)[0]

    def lead_at(rate: float) -> float:
        return outlook.lead(replace(programme, discount_rate=rate), drivers, name)[0]

    def root(driver: str, low: float, high: float) -> float:
        return statistics.crossing(lambda value: lead_with(**{driver: value}), low, high) if ahead > 0 else math.nan

    room = ahead if ahead > 0 else math.nan
    found = []
    if option.saving_is != "net":
        found.append(_row("run_cost", option.run_cost, room / annuity + float(given["run_cost"])))
    found += [
        _row("saving_share", given["saving_share"], root("saving_share", 0.0, float(given["saving_share"]))),
        _row("delay_months", given["delay_months"], root("delay_months", float(given["delay_months"]), years * MONTHS)),
        _row("discount_rate", programme.discount_rate, statistics.crossing(lead_at, 0.0, HIGHEST_RATE)),
    ]
    if not np.isnan(option.error_rate) and not np.isnan(option.defect_cost) and not np.isnan(option.monthly_items):
        at = float(np.nan_to_num(given["defect_rate"], nan=option.error_rate))
        found.append(_row("defect_rate", at, root("defect_rate", at, 1.0)))
    costs = [_one_off(programme, drivers, option, one) for one in programme.options if one.name != name]
    about = {"option": name, "view": view}
    return [row | about for row in costs] + [row | about | {"rival": rival} for row in found]


def _one_off(programme: Programme, drivers: dict[str, dict[str, Any]], option: Option, rival: Option) -> dict[str, Any]:
    """Return the cost at the start that is too much beside one rival."""
    given, rate = drivers[option.name], programme.discount_rate
    room = scenario.npv(option, given, rate) - scenario.npv(rival, drivers[rival.name], rate)
    more = room / float(given["rebuild"]) if room > 0 else math.nan
    if np.isnan(rival.one_off):
        return _row("one_off_excess", math.nan, more) | {"rival": rival.name}
    return _row("one_off_cost", option.one_off, float(given["one_off_cost"]) + more) | {"rival": rival.name}


def _row(driver: str, today: float, value: float) -> dict[str, Any]:
    return {"driver": driver, "today": today, "value": value}
