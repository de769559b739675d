"""How often the intervals hold the truth: a smaller run of tools/coverage.py, held to what docs/method says."""

from __future__ import annotations

import importlib.util
import re
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engineroom import statistics

ROOT = Path(__file__).parents[1]
SPEC = importlib.util.spec_from_file_location("interval_coverage", ROOT / "tools" / "coverage.py")
assert SPEC and SPEC.loader
simulation = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(simulation)


@cache
def cells(method: str, *repetitions: int) -> pd.DataFrame:
    return pd.DataFrame(getattr(simulation, method)(*repetitions))


def test_a_share_at_its_target_is_told_apart_from_it_in_at_most_two_and_a_half_percent_of_samples():
    sizes = [*range(1, 121), *range(137, 5001, 173)]
    false = pd.DataFrame(simulation.verdicts(sizes))

    assert len(false) == len(sizes) * len(simulation.TARGETS)
    assert false["meets"].max() <= 0.025
    assert false["misses"].max() <= 0.025
    assert false[["meets", "misses"]].max().min() > 0.024, "the bound is no wider than it must be"


def test_the_enumeration_of_verdicts_agrees_with_counting_every_sample():
    n, target = 37, 0.9
    counts = np.arange(n + 1)
    low, high = statistics.exact_share(counts, np.full(n + 1, n))
    weight = simulation.stats.binom.pmf(counts, n, target)
    cell = next(cell for cell in simulation.verdicts([n]) if cell["p"] == target)

    assert (cell["meets"], cell["misses"]) == pytest.approx((weight[low >= target].sum(), weight[high < target].sum()))


def test_the_exact_interval_covers_95_percent_in_every_cell():
    assert cells("shares")["coverage"].min() >= 0.95


def test_newcombe_covers_94_to_96_percent_on_average_at_every_pair_of_sizes():
    by_n = cells("differences").groupby("n")["coverage"].mean()

    assert by_n.between(0.94, 0.96).all(), by_n
    assert round(cells("differences")["coverage"].min(), 3) == 0.902


def test_the_simulated_newcombe_is_the_one_the_reports_use():
    after, before = np.array([0.0, 8, 19, 20]), np.array([0.0, 16, 30])
    low, high = simulation.newcombe_grid(after, 20, before, 30)
    used = [[statistics.newcombe(int(x), 20, int(y), 30) for y in before] for x in after]

    assert np.allclose(np.stack([low, high], axis=-1), used, atol=1e-12)


def test_order_statistics_cover_at_least_94_percent_of_quantiles_in_every_cell():
    grid = cells("quantiles", 4000)

    assert set(grid["p"]) == {0.5, 0.9}
    assert grid["coverage"].min() >= 0.94


def test_means_of_amounts_are_held_at_least_88_percent_of_the_time_and_more_often_than_by_student():
    grid = cells("means", 4000)
    enough = grid[grid["n"] >= 10]

    assert enough["coverage"].min() > 0.89
    assert enough["coverage"].mean() > 0.94
    assert grid.loc[grid["distribution"] == "normal, CV 0.2", "coverage"].between(0.94, 0.96).all()
    skewed = enough[~enough["distribution"].str.startswith("normal")]
    assert (skewed["coverage"] > skewed["student"] - 0.005).all()


def test_clustered_share_covers_where_independent_items_and_the_linear_interval_do_not():
    grid = cells("clusters_of_items", 300)
    alike = grid[(grid["likeness"] == 0.05) & (grid["clusters"] >= 10)]

    assert alike["coverage"].mean() > 0.92
    assert alike["linear"].mean() < alike["coverage"].mean()
    assert alike["independent"].max() < 0.40, "items that resemble each other are fewer than they look"
    assert grid.loc[grid["likeness"] == 0, "coverage"].min() > 0.93


def test_clustered_ratio_of_amounts_covers_91_percent_from_20_even_clusters_on():
    grid = cells("clusters_of_amounts", 1000)

    assert grid.loc[(grid["clusters"] >= 20) & (grid["sigma"] <= 0.3), "coverage"].min() > 0.91
    assert grid["coverage"].min() > 0.85


def test_the_method_page_states_the_computed_means_and_worst_cells():
    page = (ROOT / "docs" / "method" / "intervals.md").read_text(encoding="utf-8")
    stated = re.findall(r"^\| (Clopper-Pearson|Newcombe)[^|]*\|[^|]*\| ([\d.]+)% \| ([\d.]+)%", page, re.MULTILINE)
    measured = [
        (name, f"{100 * grid['coverage'].mean():.1f}", f"{100 * grid['coverage'].min():.1f}")
        for name, grid in (("Clopper-Pearson", cells("shares")), ("Newcombe", cells("differences")))
    ]

    assert stated == measured
