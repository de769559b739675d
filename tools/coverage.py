"""Measure how often each interval method holds the truth, by simulation with known truths.

    python tools/coverage.py             the tables of docs/method/intervals.md (about a minute)
    python tools/coverage.py --quick     fewer repetitions, as the test suite runs it

Every cell of a grid is simulated with its own seed, so that a cell does not change when another is added. The
coverage of shares and of their differences is computed from the binomial distribution and has no simulation error.
"""

from __future__ import annotations

import argparse
import itertools
import zlib
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from engineroom import statistics

SHARES_N = (20, 30, 50, 100, 200, 500, 1000, 5000)
TARGETS = np.append(np.round(np.arange(0.5, 0.999, 0.005), 3), 0.999)
SHARES_P = np.round(np.arange(0.005, 1, 0.005), 3)
PAIRS_N = ((30, 30), (50, 200), (100, 100), (200, 200), (1000, 400))
PAIRS_P = (0.02, 0.05, 0.10, 0.20, 0.35, 0.50, 0.65, 0.80, 0.90, 0.95, 0.98)
QUANTILES_N = (10, 20, 40, 60, 100, 200, 500, 1000)
QUANTILES_P = (0.5, 0.9)
MEANS_N = (5, 10, 20, 50, 100, 200, 1000)
AMOUNTS: dict[str, tuple[Callable[[np.random.Generator, tuple[int, int]], np.ndarray], float]] = {
    "normal, CV 0.2": (lambda chance, size: chance.normal(10, 2, size), 10.0),
    "log-normal, sigma 0.5": (lambda chance, size: chance.lognormal(0, 0.5, size), float(np.exp(0.125))),
    "log-normal, sigma 1": (lambda chance, size: chance.lognormal(0, 1, size), float(np.exp(0.5))),
    "log-normal, sigma 1.5": (lambda chance, size: chance.lognormal(0, 1.5, size), float(np.exp(1.125))),
    "exponential": (lambda chance, size: chance.exponential(1, size), 1.0),
    "gamma, shape 0.5": (lambda chance, size: chance.gamma(0.5, 1, size), 0.5),
    "half nought": (
        lambda chance, size: chance.lognormal(0, 1, size) * chance.integers(0, 2, size),
        float(np.exp(0.5)) / 2,
    ),
}
"""Distributions of handling costs and times, and their means."""
CLUSTERS = (3, 6, 10, 20, 30, 60)
LIKENESS = (0.0, 0.01, 0.05, 0.20)
"""Correlation of two items of one cluster."""
OTHERS = ("coverage", "linear", "independent", "student")
UNEQUAL = (0.1, 0.3, 0.6)
"""Sigma of the log-normal level of one cluster, for ratios of amounts."""

Cells = Iterator[dict[str, object]]


def verdicts(sizes: Iterable[int] = range(1, 5001)) -> Cells:
    """How often a share that equals its target "meets" or "misses" it, exactly: the worst case of a false verdict.

    A share just below the target makes a false "meets" no more often than one that equals it; likewise above.
    """
    n, target = (part.ravel() for part in np.meshgrid(np.asarray(sizes), TARGETS, indexing="ij"))
    meets = _first(n, lambda count: statistics.exact_share(count, n)[0] >= target)
    above = _first(n, lambda count: statistics.exact_share(count, n)[1] >= target)  # fewer than these miss it
    wrong = np.stack([stats.binom.sf(meets - 1, n, target), stats.binom.cdf(above - 1, n, target)])
    for size, line, false_meets, false_misses in zip(n, target, *wrong, strict=True):
        yield {"n": int(size), "p": line, "meets": false_meets, "misses": false_misses}


def _first(n: np.ndarray, holds: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Return the smallest count from which on a verdict holds, by bisection; n + 1 where it never does."""
    low, high = np.full(len(n), -1), n + 1
    while (high - low > 1).any():
        middle = (low + high) // 2
        settled = (high - low <= 1) | holds(np.clip(middle, 0, n))
        low, high = np.where(settled, low, middle), np.where(settled & (high - low > 1), middle, high)
    return high


def shares() -> Cells:
    """The exact interval, exactly: the binomial weight of the counts whose interval holds p."""
    for n in SHARES_N:
        counts = np.arange(n + 1)
        low, high = statistics.exact_share(counts, np.full(n + 1, n))
        for p in SHARES_P:
            held = (low <= p) & (p <= high)
            yield {"n": n, "p": p, "coverage": float(stats.binom.pmf(counts, n, p)[held].sum())}


def differences() -> Cells:
    """Newcombe, exactly up to a weight of 1e-9: every pair of counts that can happen."""
    for n, n_before in PAIRS_N:
        for p_before, p in itertools.product(PAIRS_P, PAIRS_P):
            after, before = _likely(n, p), _likely(n_before, p_before)
            weight = np.outer(stats.binom.pmf(after, n, p), stats.binom.pmf(before, n_before, p_before))
            low, high = newcombe_grid(after, n, before, n_before)
            held = (low <= p - p_before) & (p - p_before <= high)
            yield {
                "n": f"{n_before} to {n}",
                "p": f"{p_before:g} to {p:g}",
                "coverage": float((weight * held).sum() / weight.sum()),
            }


def quantiles(repetitions: int) -> Cells:
    """Order statistics on log-normal waiting times: any continuous distribution gives the same ranks."""
    for n in QUANTILES_N:
        for p in QUANTILES_P:
            waits = np.sort(_generator("quantiles", n, p).lognormal(1.0, 1.2, (repetitions, n)), axis=1)
            truth = float(np.exp(1.0 + 1.2 * stats.norm.ppf(p)))
            low, high = (int(rank[0]) for rank in statistics.quantile_ranks(n, p))
            above = waits[:, low - 1] <= truth if low >= 1 else True
            below = waits[:, high - 1] >= truth if high <= n else True
            sides = "both" if low >= 1 and high <= n else "lower only" if low >= 1 else "upper only"
            yield {"n": n, "p": p, "bounds": sides, "coverage": float(np.mean(above & below))}


def means(repetitions: int) -> Cells:
    """Hall's interval of skewed amounts, and beside it Student's, on normal, log-normal and gamma amounts."""
    for name, (draw, truth) in AMOUNTS.items():
        for n in MEANS_N:
            amounts = draw(_generator("means", n, name), (repetitions, n))
            parts = amounts.mean(axis=1), amounts.std(axis=1, ddof=1), np.full(repetitions, n)
            held = {
                method: float(((low <= truth) & (truth <= high)).mean())
                for method, (low, high) in (
                    ("coverage", statistics.skewed(*parts)),
                    ("student", statistics.student(*parts)),
                )
            }
            yield {"distribution": name, "n": n} | held


def clusters_of_items(repetitions: int) -> Cells:
    """A share over sites or months of unequal size whose items resemble each other, by three methods."""
    for clusters in CLUSTERS:
        for likeness in LIKENESS:
            for p in (0.05, 0.20, 0.90):
                chance = _generator("clusters", clusters, likeness, p)
                sizes = chance.integers(100, 1000, (repetitions, clusters))
                inner = np.full(sizes.shape, p)
                if likeness > 0:
                    strength = 1 / likeness - 1
                    inner = chance.beta(p * strength, (1 - p) * strength, sizes.shape)
                hits = chance.binomial(sizes, inner)
                low, high = statistics.exact_share(hits.sum(axis=1), sizes.sum(axis=1))
                yield {
                    "clusters": clusters,
                    "likeness": likeness,
                    "p": p,
                    "coverage": _held(statistics.clustered_share, hits, sizes, p),
                    "linear": _held(statistics.clustered_ratio, hits, sizes, p),
                    "independent": float(((low <= p) & (p <= high)).mean()),
                }


def clusters_of_amounts(repetitions: int) -> Cells:
    """A ratio of amounts (days, money) over sites or months of unequal size and level."""
    for clusters in CLUSTERS:
        for sigma in UNEQUAL:
            chance = _generator("amounts", clusters, sigma)
            sizes = chance.lognormal(3, 0.5, (repetitions, clusters))
            levels = 40 * np.exp(sigma * chance.standard_normal(sizes.shape) - sigma**2 / 2)
            yield {
                "clusters": clusters,
                "sigma": sigma,
                "coverage": _held(statistics.clustered_ratio, sizes * levels, sizes, 40),
            }


def _held(method: Callable[..., tuple[float, float]], top: np.ndarray, bottom: np.ndarray, truth: float) -> float:
    bounds = np.array([method(*pair) for pair in zip(top, bottom, strict=True)])
    return float(((bounds[:, 0] <= truth) & (truth <= bounds[:, 1])).mean())


def newcombe_grid(after: np.ndarray, n: int, before: np.ndarray, n_before: int) -> tuple[np.ndarray, np.ndarray]:
    """Return `statistics.newcombe` for every pair of counts; the test suite holds the two equal."""
    (low, high), (low_before, high_before) = wilson(after, n), wilson(before, n_before)
    p, q = (after / n)[:, None], (before / n_before)[None, :]
    down = np.sqrt((p - low[:, None]) ** 2 + (high_before[None, :] - q) ** 2)
    up = np.sqrt((high[:, None] - p) ** 2 + (q - low_before[None, :]) ** 2)
    return p - q - down, p - q + up


def wilson(successes: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return Wilson's score interval, of which Newcombe's is made."""
    return proportion_confint(successes, n, alpha=statistics.ALPHA, method="wilson")


def worst(cells: pd.DataFrame) -> pd.Series:
    """Return the cell with the lowest coverage."""
    return cells.loc[cells["coverage"].idxmin()]


def _likely(n: int, p: float) -> np.ndarray:
    return np.arange(stats.binom.ppf(5e-10, n, p), stats.binom.ppf(1 - 5e-10, n, p) + 1)


def _generator(*names: object) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(repr(names).encode()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the repetitions")
    scale = 10 if parser.parse_args().quick else 1
    tables: dict[str, Callable[[], Cells]] = {
        "Clopper-Pearson, one share (computed)": shares,
        "Newcombe, difference of two shares (computed)": differences,
        "Order statistics, log-normal waits": lambda: quantiles(20_000 // scale),
        "Hall, mean of amounts": lambda: means(20_000 // scale),
        "Share over clusters, log odds": lambda: clusters_of_items(2_000 // scale),
        "Ratio of amounts over clusters": lambda: clusters_of_amounts(4_000 // scale),
    }
    false = pd.DataFrame(verdicts(range(1, 5001, scale)))
    for verdict in ("meets", "misses"):
        cell = false.loc[false[verdict].idxmax()]
        print(f'A false "{verdict}", n 1 to 5,000: at most {cell[verdict]:.4%} (n {cell["n"]:.0f}, target {cell["p"]})')
    for title, simulate in tables.items():
        cells = pd.DataFrame(simulate())
        lowest = worst(cells)
        place = ", ".join(f"{name} {lowest[name]}" for name in cells if name not in OTHERS)
        print(f"\n{title}: mean {cells['coverage'].mean():.2%}, worst {lowest['coverage']:.1%} ({place})")
        if len(cells) > 100:
            by_n = cells.groupby("n", sort=False)
            at = cells.loc[by_n["coverage"].idxmin(), "p"].to_numpy()
            cells = by_n["coverage"].agg(["mean", "min", "max"]).assign(lowest_at=at).reset_index()
        print(cells.to_string(index=False, float_format=lambda value: f"{value:.3f}"))


if __name__ == "__main__":
    main()
