"""Time the draws of a business case: 100,000 draws of five options over 60 months, and the memory they take.

    python tools/bench_scenario.py [--draws 100000] [--options 5] [--years 5]

Each line: what, wall seconds, peak memory of numpy's arrays. The options are made up; each has six drawn assumptions.
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
from collections.abc import Callable

import numpy as np
import pandas as pd

from engineroom.planning import assumptions, scenario, uncertainty
from engineroom.planning.scenario import Option, Programme

RANGES = {
    "saving_share": (0.2, 0.5, 1.0),
    "saving_decay": (0.0, 0.05, 0.15),
    "delay_months": (0.0, 3.0, 12.0),
    "one_off_cost": (2e6, 3e6, 6e6),
    "run_cost_growth": (0.0, 0.05, 0.15),
    "defect_cost": (100.0, 200.0, 400.0),
}


def programme(options: int, years: int) -> Programme:
    """Return a programme of so many options, the last of them to do nothing."""
    made = [
        Option(
            name=f"option {number}", kind="automate" if number < options else "do nothing",
            path=scenario.ramped(5e6 + number * 1e5, years * 12, 6.0, "linear"), full=5e6, first=5e6, one_off=3e6,
            run_cost=1e6, saving_is="gross", transition=6.0, ramp="linear", monthly_items=50_000, error_rate=0.02,
            defect_rate=0.03, defect_cost=200.0, rebuild=(1.0, 1.0), owner="", grade="", source="",
        )
        for number in range(1, options + 1)
    ]  # fmt: skip
    return Programme(tuple(made), "", 40e6, 180.0, years, 0.1, "USD")


def assumed(of: Programme) -> pd.DataFrame:
    """Return six triangles for each option that does something."""
    rows = [
        {"option": one.name, "driver": driver, "distribution": "triangular", "low": low, "likely": likely, "high": high}
        for one in of.options[:-1]
        for driver, (low, likely, high) in RANGES.items()
    ]
    return pd.DataFrame(rows).assign(mean=[assumptions.mean(row) for row in rows])


def timed(what: str, work: Callable[[], object]) -> object:
    """Return what the work makes; print its wall seconds, and the peak of its arrays from a second run."""
    began = time.perf_counter()
    made = work()
    seconds = time.perf_counter() - began
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(f"{what:34} {seconds:6.2f} s {peak / 1e6:7.0f} MB")
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=100_000)
    parser.add_argument("--options", type=int, default=5)
    parser.add_argument("--years", type=int, default=5)
    given = parser.parse_args()
    many = programme(given.options, given.years)
    figures = assumed(many)
    uncertainty.chances(uncertainty.simulate(many, figures, "option 1", 100, 1))  # imports are not what is timed
    what = f"{given.draws:,} x {given.options} x {given.years * 12} months"
    drawn = timed(what, lambda: uncertainty.simulate(many, figures, "option 1", given.draws, 1))
    assert isinstance(drawn, uncertainty.Simulation)
    timed("chances", lambda: uncertainty.chances(drawn))
    timed("impacts, with knowing each", lambda: uncertainty.impacts(many, figures, drawn, "option 1"))
    again = uncertainty.simulate(many, figures, "option 1", given.draws, 1)
    print(f"same seed, same bytes: {np.array_equal(drawn.worth, again.worth)}")


if __name__ == "__main__":
    main()
