"""The draws: what each option may come to, how often it is the best, what moves the lead, what is worth knowing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engineroom.dictionary import scenarios
from engineroom.dictionary.columns import DataFrame, empty
from engineroom.planning import assumptions, outlook, scenario
from engineroom.planning.scenario import MONTHS, Programme

Floats = NDArray[np.float64]

BLOCK = 10_000
"""Draws that are worked out at once: memory does not grow with the number of draws, but for their results."""

QUARTER = 3
STRATA = 100
"""Groups of equal size into which the draws are sorted to find the value of knowing one figure."""


@dataclass(frozen=True)
class Simulation:
    """The draws of a programme: net present value by draw and option, cumulated net of one option by quarter."""

    names: tuple[str, ...]
    worth: Floats
    sums: NDArray[np.float32]
    watched: str
    lots: dict[tuple[str, str], Floats]


def simulate(
    programme: Programme, assumed: DataFrame[scenarios.Assumed], watched: str, draws: int = 100_000, seed: int = 1
) -> Simulation:
    """Return the net present value of every option in every draw, and the sums of the option that is watched.

    The assumptions are drawn independently of each other, each from a stream of its own that hangs on the seed and on
    its name. The same seed gives the same draws everywhere.
    """
    if not programme.options:
        return Simulation((), np.empty((0, 0)), np.empty((0, 0), np.float32), "", {})
    lots = {
        (row["option"], row["driver"]): assumptions.draw(row, draws, seed)
        for row in assumptions.drawn(assumed).to_dict("records")
    }
    means = assumptions.expected(assumed)
    worth = np.empty((draws, len(programme.options)))
    sums = np.empty((draws, programme.years * MONTHS // QUARTER + 1), np.float32)
    for first in range(0, draws, BLOCK):
        part = slice(first, min(first + BLOCK, draws))
        figures = means | {key: lot[part] for key, lot in lots.items()}
        for place, option in enumerate(programme.options):
            given = assumptions.values(option, figures)
            begin, net = scenario.start(option, given), scenario.monthly(option, given)
            worth[part, place] = scenario.present(begin, scenario.yearly(net), programme.discount_rate)
            if option.name == watched:
                quarters = net.reshape(len(net), -1, QUARTER).sum(axis=2).cumsum(axis=1)
                sums[part, 0], sums[part, 1:] = begin, begin[:, None] + quarters
    return Simulation(tuple(option.name for option in programme.options), worth, sums, watched, lots)


def chances(drawn: Simulation) -> DataFrame[scenarios.Chances]:
    """Return mean, P10, P50 and P90 of each option, and in how many of the draws it is the best of all."""
    if not drawn.names:
        return empty(scenarios.Chances)
    draws = len(drawn.worth)
    wins = np.bincount(drawn.worth.argmax(axis=1), minlength=len(drawn.names)) / draws
    low, middle, high = np.quantile(drawn.worth, [0.1, 0.5, 0.9], axis=0)
    frame = pd.DataFrame(
        {
            "option": drawn.names,
            "mean": drawn.worth.mean(axis=0),
            "error": drawn.worth.std(axis=0, ddof=1) / np.sqrt(draws),
            "p10": low,
            "p50": middle,
            "p90": high,
            "best": wins,
        }
    )
    frame = frame.sort_values(["mean", "option"], ascending=[False, True], kind="stable").reset_index(drop=True)
    return scenarios.Chances.validate(frame)


def fan(drawn: Simulation) -> DataFrame[scenarios.Fan]:
    """Return P10, P25, P50, P75 and P90 of what the watched option has come to, quarter by quarter."""
    if not drawn.names:
        return empty(scenarios.Fan)
    found = np.quantile(drawn.sums.astype(float), [0.1, 0.25, 0.5, 0.75, 0.9], axis=0)
    frame = pd.DataFrame(found.T, columns=["p10", "p25", "p50", "p75", "p90"])
    frame.insert(0, "month", np.arange(len(frame)) * QUARTER)
    return scenarios.Fan.validate(frame.assign(option=drawn.watched))


def impacts(
    programme: Programme, assumed: DataFrame[scenarios.Assumed], drawn: Simulation, name: str
) -> DataFrame[scenarios.Impacts]:
    """Return what each assumption does to an option's lead, the largest impact first, and what knowing it is worth.

    One assumption goes from its P10 to its P90 while all others stay at their means: impact, not likelihood. Knowing
    is the expected value of partial perfect information: the mean of the best option where the figure is known, less
    the best mean where it is not (draws sorted by the figure into a hundred groups, means within each).
    """
    means = assumptions.expected(assumed)

    def lead(figures: dict[tuple[str, str], float]) -> float:
        given = {option.name: assumptions.values(option, figures) for option in programme.options}
        return outlook.lead(programme, given, name)[0]

    rows = []
    for row in assumptions.drawn(assumed).to_dict("records"):
        key = (row["option"], row["driver"])
        ends = [assumptions.quantile(row, p) for p in (0.1, 0.9)]
        leads = [lead(means | {key: end}) for end in ends]
        rows.append(
            {
                "option": key[0],
                "driver": key[1],
                "low": ends[0],
                "high": ends[1],
                "lead": lead(means),
                "lead_low": leads[0],
                "lead_high": leads[1],
                "impact": abs(leads[1] - leads[0]),
                "knowing": knowing(drawn, key),
            }
        )
    if not rows:
        return empty(scenarios.Impacts)
    frame = pd.DataFrame(rows).sort_values(["impact", "option", "driver"], ascending=[False, True, True], kind="stable")
    return scenarios.Impacts.validate(frame.reset_index(drop=True))


def knowing(drawn: Simulation, key: tuple[str, str]) -> float:
    """Return the expected value of knowing one figure before the decision (EVPPI, by strata)."""
    order = np.argsort(drawn.lots[key], kind="stable")
    groups = np.array_split(drawn.worth[order], min(STRATA, len(order)))
    known = sum(len(group) * float(group.mean(axis=0).max()) for group in groups) / len(order)
    return round(max(known - float(drawn.worth.mean(axis=0).max()), 0.0), 2)


def knowing_all(drawn: Simulation) -> float:
    """Return the expected value of knowing every drawn figure before the decision (EVPI): a bound for all of them."""
    if not drawn.names:
        return 0.0
    return float(drawn.worth.max(axis=1).mean() - drawn.worth.mean(axis=0).max())


def drawing(drawn: Simulation, seed: int) -> DataFrame[scenarios.Knowing]:
    """Return how many draws were made from which seed, and what knowing all of them is worth."""
    return scenarios.Knowing.of([{"draws": len(drawn.worth), "seed": seed, "knowing_all": knowing_all(drawn)}])


def odds(drawn: Simulation, name: str) -> DataFrame[scenarios.Odds]:
    """Return, by cost at the start that only this option would have, the share of draws in which it stays the best."""
    if not name:
        return empty(scenarios.Odds)
    place = drawn.names.index(name)
    ahead = drawn.worth[:, place] - np.delete(drawn.worth, place, axis=1).max(axis=1)
    costs = np.linspace(0, max(float(np.quantile(ahead, 0.99)), 1.0), 25)
    return scenarios.Odds.validate(pd.DataFrame({"cost": costs, "best": [(ahead > cost).mean() for cost in costs]}))
