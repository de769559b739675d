"""What each option comes to, as claimed, as others have fared and as expected; and where the claim goes on the way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from engineroom.dictionary import scenarios
from engineroom.dictionary.columns import DataFrame, empty
from engineroom.planning import assumptions, scenario
from engineroom.planning.scenario import DO_NOTHING, Programme

Views = dict[str, dict[str, dict[str, Any]]]
"""The drivers of each option, by view."""

EARLY_YEARS = 3


def views(programme: Programme, claims: DataFrame[scenarios.Claims], assumed: DataFrame[scenarios.Assumed]) -> Views:
    """Return the drivers of each option in each view.

    In the base views, as much of the saving arrives as the reference class reaches (its lower end, middle and upper
    end); an option without a class keeps its claim. The expected view takes the mean of every assumption, and the
    middle of the factor for what goes past a gate.
    """
    means = assumptions.expected(assumed)
    of_class = claims.set_index("option")
    made: Views = {view: {} for view in scenarios.VIEWS}
    for option in programme.options:
        plain = scenario.stated(option)
        made["claimed"][option.name] = plain
        made["expected"][option.name] = assumptions.values(option, means)
        low, high = (of_class[end].get(option.name, np.nan) for end in ("money_low", "money_high"))
        for view, money in (("base_low", low), ("base", (low + high) / 2), ("base_high", high)):
            share = money / option.full if option.full and not np.isnan(money) else 1.0
            made[view][option.name] = plain | {"saving_share": share}
    return made


def outcomes(programme: Programme, seen: Views) -> DataFrame[scenarios.Outcomes]:
    """Return net present value, sum and payback of every option in every view, the best first."""
    rows = []
    for view, drivers in seen.items():
        for option in programme.options:
            given = drivers[option.name]
            rows.append(
                {
                    "view": view,
                    "option": option.name,
                    "kind": option.kind,
                    "npv": scenario.npv(option, given, programme.discount_rate),
                    "cumulative": scenario.cumulative(option, given),
                    "payback_months": scenario.payback(option, given),
                    "is_open": option.is_open,
                }
            )
    if not rows:
        return empty(scenarios.Outcomes)
    frame = pd.DataFrame(rows)
    frame["rank"] = frame.groupby("view")["npv"].rank(ascending=False, method="first")
    order = {view: place for place, view in enumerate(scenarios.VIEWS)}
    frame = frame.sort_values(
        ["view", "rank"], key=lambda column: column.map(order) if column.name == "view" else column
    )
    return scenarios.Outcomes.validate(frame.reset_index(drop=True))


def best(found: DataFrame[scenarios.Outcomes], view: str = "expected", than: str = "") -> str:
    """Return the option with the highest net present value in a view, or the best of the others; "" where none is."""
    rows = found[(found["view"] == view) & (found["option"] != than)]
    return str(rows.iloc[0]["option"]) if len(rows) else ""


def lead(programme: Programme, drivers: dict[str, dict[str, Any]], name: str) -> tuple[float, str]:
    """Return how far an option is ahead of the best of the others, and which that is; negative where it trails."""
    worth = {one.name: scenario.npv(one, drivers[one.name], programme.discount_rate) for one in programme.options}
    own = worth.pop(name)
    rival = max(worth, key=lambda one: worth[one])
    return own - worth[rival], rival


def flows(programme: Programme, seen: Views) -> DataFrame[scenarios.Flows]:
    """Return each option's net by year in each view, from the start (year 0) on."""
    rows = []
    for view, drivers in seen.items():
        for option in programme.options:
            given = drivers[option.name]
            net = np.concatenate([scenario.start(option, given), scenario.yearly(scenario.monthly(option, given))[0]])
            worth = net * np.append(1.0, scenario.weights(programme.discount_rate, programme.years))
            rows.append(
                pd.DataFrame({"year": range(len(net)), "net": net, "discounted": worth, "cumulative": net.cumsum()})
                .assign(view=view, option=option.name)
            )  # fmt: skip
    if not rows:
        return empty(scenarios.Flows)
    return scenarios.Flows.validate(pd.concat(rows)[scenarios.Flows.names()].reset_index(drop=True))


def waterfall(programme: Programme, seen: Views, name: str) -> DataFrame[scenarios.Steps]:
    """Return the way from an option's claim to its expected net present value, in whole cents that add up.

    Each level is rounded once, and a step is the difference of two levels: so the steps tie to the total exactly.
    """
    if not name or programme[name].kind == DO_NOTHING:
        return empty(scenarios.Steps)
    option, given = programme[name], seen["expected"][name]
    made = scenario.parts(option, given)
    exact = [("claimed", float(made["claimed"][0].sum()))]
    exact += [(part, float(made[part][0].sum())) for part in scenario.PARTS[1:]]
    exact += [("one_off", -float(given["one_off_cost"]))]
    exact += [("rebuild", float(scenario.start(option, given)[0] + given["one_off_cost"]))]
    worth = scenario.npv(option, given, programme.discount_rate)
    levels = np.cumsum([amount for _, amount in exact])
    cents = [round(level * 100) for level in (*levels, worth)]
    rows = [{"step": "claimed", "amount": cents[0] / 100, "subtotal": cents[0] / 100, "is_total": True}]
    steps = [*[step for step, _ in exact[1:]], "discounting"]
    for place, step in enumerate(steps, 1):
        if cents[place] == cents[place - 1] and step not in ("share", "one_off", "discounting"):
            continue
        if step == "discounting":
            rows.append(_level("sum", cents[place - 1]))
        change = (cents[place] - cents[place - 1]) / 100
        rows.append({"step": step, "amount": change, "subtotal": cents[place] / 100, "is_total": False})
    return scenarios.Steps.validate(pd.DataFrame([*rows, _level("npv", cents[-1])]))


def readings(programme: Programme, seen: Views, name: str) -> DataFrame[scenarios.Readings]:
    """Return the lead of an option as claimed, and where a transition is read in the other way.

    "18 months of transition, then 14 million a year" can mean nothing before month 18 or an even rise until then. The
    difference is often larger than that between the options.
    """
    if not name:
        return empty(scenarios.Readings)
    rows = [_reading(programme, seen["claimed"], name, "stated", "")]
    for option in programme.options:
        if option.ramp in ("step", "linear") and option.transition > 0:
            other = "linear" if option.ramp == "step" else "step"
            path = scenario.ramped(option.full, len(option.path), option.transition, other)
            turned = tuple(
                replace(one, path=path, ramp=other) if one.name == option.name else one for one in programme.options
            )
            rows.append(_reading(replace(programme, options=turned), seen["claimed"], name, other, option.name))
    rows += [_reading(programme, seen[view], name, view, "") for view in scenarios.VIEWS[1:]]
    return scenarios.Readings.validate(pd.DataFrame(rows))


def _reading(programme: Programme, drivers: dict[str, Any], name: str, reading: str, about: str) -> dict[str, Any]:
    ahead, rival = lead(programme, drivers, name)
    row: dict[str, Any] = {"reading": reading, "option": about, "rival": rival, "lead_npv": ahead}
    for column, years in (("lead_early", min(EARLY_YEARS, programme.years)), ("lead_cumulative", programme.years)):
        sums = {one.name: scenario.cumulative(one, drivers[one.name], years) for one in programme.options}
        row[column] = sums.pop(name) - max(sums.values())
    return row


def _level(step: str, cents: int) -> dict[str, Any]:
    return {"step": step, "amount": cents / 100, "subtotal": cents / 100, "is_total": True}
