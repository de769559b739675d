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


def test_wilson_covers_94_to_96_percent_on_average_at_every_sample_size():
    by_n = cells("shares").groupby("n")["coverage"].mean()

    assert by_n.between(0.94, 0.96).all(), by_n


def test_the_worst_cell_of_wilson_is_86_percent_for_30_items_of_a_rare_event():
    lowest = simulation.worst(cells("shares"))

    assert (lowest["n"], min(lowest["p"], 1 - lowest["p"])) == (30, pytest.approx(0.005))
    assert round(lowest["coverage"], 3) == 0.860


def test_wilson_holds_93_percent_wherever_ten_items_fail_and_ten_succeed():
    grid = cells("shares")
    enough = grid[(grid["n"] * grid["p"] >= 10) & (grid["n"] * (1 - grid["p"]) >= 10)]

    assert len(enough) > 500
    assert enough["coverage"].min() >= 0.93


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


def test_student_covers_normal_means_and_falls_short_on_skewed_costs():
    grid = cells("means", 4000)
    normal, skewed = grid[grid["distribution"] == "normal"], grid[grid["distribution"] == "log-normal, sigma 1"]

    assert normal["coverage"].between(0.94, 0.96).all()
    assert skewed.set_index("n")["coverage"].loc[20] < 0.90, "docs/method/intervals.md warns of this"
    assert skewed.set_index("n")["coverage"].loc[1000] > 0.93


def test_clustered_share_covers_where_wilson_and_the_linear_interval_do_not():
    grid = cells("clusters_of_items", 300)
    alike = grid[(grid["likeness"] == 0.05) & (grid["clusters"] >= 10)]

    assert alike["coverage"].mean() > 0.92
    assert alike["linear"].mean() < alike["coverage"].mean()
    assert alike["wilson"].max() < 0.40, "items that resemble each other are fewer than they look"
    assert grid.loc[grid["likeness"] == 0, "coverage"].min() > 0.93


def test_clustered_ratio_of_amounts_covers_91_percent_from_20_even_clusters_on():
    grid = cells("clusters_of_amounts", 1000)

    assert grid.loc[(grid["clusters"] >= 20) & (grid["sigma"] <= 0.3), "coverage"].min() > 0.91
    assert grid["coverage"].min() > 0.85


def test_the_method_page_states_the_computed_means_and_worst_cells():
    page = (ROOT / "docs" / "method" / "intervals.md").read_text(encoding="utf-8")
    stated = re.findall(r"^\| (Wilson|Newcombe)[^|]*\|[^|]*\| ([\d.]+)% \| ([\d.]+)%", page, re.MULTILINE)
    measured = [
        (name, f"{100 * grid['coverage'].mean():.1f}", f"{100 * grid['coverage'].min():.1f}")
        for name, grid in (("Wilson", cells("shares")), ("Newcombe", cells("differences")))
    ]

    assert stated == measured
