"""Intervals and sample sizes: each method has one name, one source and a simulated coverage in docs/method/.

The formulas are statsmodels' and scipy's; this module names them, vectorises them and says what they need. Nothing is
added up by a matrix product, whose last digit hangs on the processor.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, stats
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportion_effectsize

CONFIDENCE = 0.95
THREE_SIGMA = float(stats.norm.sf(3))
"""Chance of a stable week above its limits on a control chart, and of one below."""

MOVING_RANGE = 1.128
"""Expected moving range of two normal values, in sigmas."""

ALPHA = 1 - CONFIDENCE
FEWEST_CLUSTERS = 3
"""Below this many segments or periods their spread cannot be judged, and items are taken as independent."""

POWER = 0.8
"""Chance that a difference which is there is seen."""

PARETO_PART = 0.2
PARETO_SHARE = 0.6

FEWEST_AMOUNTS = 5
"""Below this many items the interval of a mean amount holds the truth too seldom to be printed."""

EXACT_SHARE, ORDER_STATISTICS, CLUSTERED = "clopper_pearson", "order_statistics", "clustered"
STUDENT, SKEWED = "student", "hall"
STUDENT_OVER_PERIODS, COMPLETE, NO_INTERVAL = "student_over_periods", "complete", "no_interval"
"""Codes of how an interval was made: of `CLUSTERED` and `STUDENT_OVER_PERIODS` with their parts."""

Floats = NDArray[np.float64]


def exact_share(successes: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats]:
    """Return the exact interval of a share (Clopper and Pearson 1934), element by element; NaN where `n` is 0.

    Each end lies on the wrong side of the true share in at most 2.5% of samples, whatever n and the share are.
    """
    k, size = np.atleast_1d(np.asarray(successes, float)), np.atleast_1d(np.asarray(n, float))
    low, high = proportion_confint(k, np.where(size > 0, size, np.nan), alpha=ALPHA, method="beta")
    return low, high


def newcombe(successes: int, n: int, successes_before: int, n_before: int) -> tuple[float, float]:
    """Return Newcombe's interval of the difference of two independent shares, after minus before."""
    low, high = confint_proportions_2indep(
        successes, n, successes_before, n_before, method="newcomb", compare="diff", alpha=ALPHA
    )
    return max(float(low), -1.0), min(float(high), 1.0)  # rounding would let a certain difference exceed 1


def student(mean: ArrayLike, deviation: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats]:
    """Return the t interval of a mean from its standard deviation and n; NaN where n is below 2."""
    centre, spread, size = (np.atleast_1d(np.asarray(part, float)) for part in (mean, deviation, n))
    enough = np.where(size >= 2, size, np.nan)
    half = stats.t.ppf(1 - ALPHA / 2, enough - 1) * spread / np.sqrt(enough)
    return centre - half, centre + half


def skewed(mean: ArrayLike, deviation: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats]:
    """Return the interval of a mean of amounts (money, time, counts), few of which are large; NaN below five items.

    Hall's transformed t (1992, Journal of the Royal Statistical Society B 54), with the skewness of a gamma
    distribution: twice the coefficient of variation. A mean that is not positive gets Student's interval.
    """
    centre, spread, size = (np.atleast_1d(np.asarray(part, float)) for part in (mean, deviation, n))
    lower, upper = student(centre, spread, np.where(size >= FEWEST_AMOUNTS, size, np.nan))
    skewness = np.where((centre > 0) & (spread > 0), 2 * spread / np.where(centre > 0, centre, 1.0), np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        ends = [
            3 / skewness * (np.cbrt(1 + skewness * ((bound - centre) / spread - skewness / (6 * size))) - 1)
            for bound in (upper, lower)
        ]
    low, high = (
        np.where(np.isnan(skewness), plain, centre - end * spread)
        for plain, end in zip((lower, upper), ends, strict=True)
    )
    return np.where(centre > 0, np.maximum(low, 0.0), low), high


def welch(after: ArrayLike, before: ArrayLike) -> tuple[float, float, float]:
    """Return the difference of two means, after minus before, with Welch's interval: spreads need not be alike."""
    late, early = np.asarray(after, float), np.asarray(before, float)
    difference = float(late.mean() - early.mean())
    if late.std() == 0 and early.std() == 0:
        return difference, difference, difference
    ends = stats.ttest_ind(late, early, equal_var=False).confidence_interval(CONFIDENCE)
    return difference, float(ends.low), float(ends.high)


def slope(values: ArrayLike) -> tuple[float, float, float]:
    """Return by how much equally spaced values change from one to the next, with its t interval (least squares)."""
    seen = np.asarray(values, float)
    at = np.arange(len(seen)) - (len(seen) - 1) / 2
    width, off = np.square(at).sum(), seen - seen.mean()
    line = float((at * off).sum() / width)
    error = math.sqrt(float(np.square(off - line * at).sum()) / (len(seen) - 2) / width)
    half = float(stats.t.ppf(1 - ALPHA / 2, len(seen) - 2)) * error
    return line, line - half, line + half


def prediction_factor(n: int, risk: float) -> float:
    """Return how many standard deviations of `n` values a further one exceeds with this risk: one-sided, normal."""
    return float(stats.t.ppf(1 - risk, n - 1) * math.sqrt(1 + 1 / n))


def clustered_ratio(numerators: ArrayLike, denominators: ArrayLike) -> tuple[float, float]:
    """Return the interval of a ratio of sums whose parts come in clusters (segments or periods).

    Items of one site or month resemble each other, so the spread between clusters is what counts: Taylor
    linearisation of the ratio estimator with Student t over the clusters (Cochran, Sampling Techniques, ch. 6).
    """
    top, bottom = np.asarray(numerators, float), np.asarray(denominators, float)
    clusters, ratio = len(top), top.sum() / bottom.sum()
    residuals = top - ratio * bottom
    error = math.sqrt(clusters / (clusters - 1) * float(np.square(residuals).sum())) / bottom.sum()
    half = float(stats.t.ppf(1 - ALPHA / 2, clusters - 1)) * error
    return float(ratio - half), float(ratio + half)


def clustered_share(successes: ArrayLike, n: ArrayLike) -> tuple[float, float]:
    """Return the interval of a share whose items come in clusters: `clustered_ratio` on the log-odds scale.

    On that scale the interval stays within 0 and 1 and holds rare events far better (docs/method/intervals.md). It is
    never taken as narrower than that of independent items. Where nothing succeeded, or everything, there is no spread
    to learn from and the interval is that of independent items.
    """
    top, bottom = np.asarray(successes, float), np.asarray(n, float)
    share = top.sum() / bottom.sum()
    low, high = (float(end[0]) for end in exact_share(top.sum(), bottom.sum()))
    if share in (0, 1):
        return low, high
    half = (clustered_ratio(top, bottom)[1] - share) / (share * (1 - share))
    centre = math.log(share / (1 - share))
    return min(low, 1 / (1 + math.exp(half - centre))), max(high, 1 / (1 + math.exp(-half - centre)))


def quantile_ranks(n: ArrayLike, p: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the ranks (from 1) of the two observations that enclose the `p` quantile with at least 95%.

    Exact and free of any assumption about the distribution. A lower rank of 0, or an upper rank of n + 1, means
    that so few observations give no bound on that side.
    """
    size = np.atleast_1d(np.asarray(n, np.int64))
    low = stats.binom.ppf(ALPHA / 2, size, p)
    high = stats.binom.ppf(1 - ALPHA / 2, size, p) + 1
    return low.astype(np.int64), high.astype(np.int64)


def below_median(n: int) -> float:
    """Return the share of all items below whose quantile the median of `n` of them lies with the chance of three sigma.

    The median of n lies below a quantile where half of them or more do: a binomial count, and so exact for any
    distribution. By symmetry it lies above the quantile of one minus this share as seldom.
    """
    half = math.ceil(n / 2)
    return float(stats.beta.ppf(THREE_SIGMA, half, n - half + 1))


def binomial_limits(n: Floats, share: float) -> tuple[Floats, Floats, Floats]:
    """Return the counts among `n` items that chance stays between but for three sigma, and the middle one."""
    law = stats.binom(n, share)
    return law.ppf(THREE_SIGMA), law.median(), law.isf(THREE_SIGMA)


def poisson_limits(n: Floats, rate: float) -> tuple[Floats, Floats, Floats]:
    """Return the counts over `n` items that chance stays between but for three sigma, and the middle one."""
    law = stats.poisson(n * rate)
    return law.ppf(THREE_SIGMA), law.median(), law.isf(THREE_SIGMA)


def reach(values: Floats) -> float:
    """Return how far values in order lie from their centre by chance, from their mean moving range.

    Three sigma, and more for few values: a sigma from moving ranges is as sure as one of 0.62 degrees of freedom each.
    """
    ranges = np.abs(np.diff(values))
    if not len(ranges):
        return 0.0
    return float(ranges.mean() / MOVING_RANGE * stats.t.isf(THREE_SIGMA, max(0.62 * len(ranges), 1)))


def kaplan_meier(
    times: ArrayLike, completed: ArrayLike, censored: ArrayLike, entered: ArrayLike | None = None
) -> tuple[Floats, Floats, Floats]:
    """Return the times at which cases were completed, the share still open after each, and its standard error.

    Parameters
    ----------
    times : array
        Age at which cases were completed or last seen open; need neither be sorted nor unique.
    completed, censored : array
        How many cases were completed, or last seen open, at each age.
    entered : array, optional
        Age at which those cases came under observation: they are at risk only after it. Blank: from the beginning.

    Notes
    -----
    Product-limit estimate (Kaplan and Meier 1958) with delayed entry; Greenwood's standard error.
    """
    age, done, lost = (np.asarray(part, float) for part in (times, completed, censored))
    since = np.full(len(age), -np.inf) if entered is None else np.asarray(entered, float)
    at = np.unique(age[done > 0])
    gone = np.bincount(np.searchsorted(at, age[done > 0]), weights=done[done > 0], minlength=len(at))
    by_exit, by_entry = np.argsort(age, kind="stable"), np.argsort(since, kind="stable")
    left = np.concatenate([[0.0], np.cumsum((done + lost)[by_exit])])
    came = np.concatenate([[0.0], np.cumsum((done + lost)[by_entry])])
    risk = came[np.searchsorted(since[by_entry], at, "left")] - left[np.searchsorted(age[by_exit], at, "left")]
    survival = np.cumprod(1 - gone / risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = survival * np.sqrt(np.cumsum(gone / (risk * (risk - gone))))
    return at, survival, error


def survival_quantile(times: Floats, survival: Floats, error: Floats, p: float) -> tuple[float, float, float]:
    """Return the age by which a share `p` is completed, with its 95% interval; NaN where it was not yet reached.

    The first age at which less than 1 - p are still open; interval of Brookmeyer and Crowley (1982) on the scale of
    log(-log). NaN as upper end: the curve does not fall far enough to bound it.
    """
    passed = np.flatnonzero(survival < 1 - p)
    with np.errstate(divide="ignore", invalid="ignore"):
        away = np.log(-np.log(survival)) - math.log(-math.log(1 - p))
        away = away / (-1 / (np.log(survival) * survival) * error)
    inside = np.flatnonzero(np.abs(away) <= stats.norm.ppf(1 - ALPHA / 2))
    if not len(inside):
        return (float(times[passed[0]]) if len(passed) else math.nan), math.nan, math.nan
    upper = float(times[inside[-1] + 1]) if inside[-1] + 1 < len(times) else math.nan
    return (float(times[passed[0]]) if len(passed) else math.nan), float(times[inside[0]]), upper


def relative_change(before: float, after: float) -> float:
    """Return by what share a figure changed: 2,663 to 250 is -0.906; NaN where it was nothing."""
    return after / before - 1 if before else math.nan


def zero_failure_sample(target: float) -> int:
    """Return how many faultless items demonstrate, at 95% confidence, a share of at least `target`."""
    return math.ceil(math.log(ALPHA) / math.log(target))


def items_to_settle_share(share: float, n: float, target: float) -> float:
    """Return how many further items put the exact interval on one side of `target`, if the share stays.

    NaN where the share equals the target: no number of items settles that.
    """
    if not 0 <= share <= 1 or share == target:
        return math.nan
    low, high = int(n), max(int(n), 1)
    while not _is_settled(share, high, target):
        low, high = high, high * 2
        if high > 10**12:
            return math.nan
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _is_settled(share, middle, target) else (middle, high)
    return float(high - n)


def sample_for_shares(before: float, after: float, n_before: float, power: float = POWER) -> float:
    """Return how many items show the difference between two shares, beside `n_before` items that are already counted.

    Two-sided at 5%, on Cohen's scale of arcsines. NaN where the shares are equal, or where the items already counted
    are too few for any number of new ones.
    """
    effect = abs(proportion_effectsize(after, before))
    if not effect > 0 or not n_before > 0:
        return math.nan
    alike = NormalIndPower().solve_power(effect, alpha=ALPHA, power=power, ratio=1.0)
    if alike / 2 >= n_before:
        return math.nan
    return float(math.ceil(1 / (2 / alike - 1 / n_before)))


def visible_share(before: float, n_before: float, n_after: float, sign: float, power: float = POWER) -> float:
    """Return the share nearest to `before` that so many items can tell from it: above it for sign 1, below for -1.

    The reverse of `sample_for_shares`. NaN where there are no items, or where no share is far enough away.
    """
    if not (n_before > 0 and n_after > 0):
        return math.nan
    effect = (stats.norm.isf(ALPHA / 2) + stats.norm.isf(1 - power)) * math.sqrt(1 / n_before + 1 / n_after)
    angle = math.asin(math.sqrt(before)) + sign * effect / 2
    return math.sin(angle) ** 2 if 0 <= angle <= math.pi / 2 else math.nan


def items_to_settle_spread(half_width: float, n: float, distance: float) -> float:
    """Return how many further items narrow an interval of `half_width` to `distance`: widths shrink with √n."""
    if not (distance > 0 and half_width > 0 and n > 0):
        return math.nan
    return float(max(math.ceil(n * (half_width / distance) ** 2 - n), 1))


def rolled_throughput_yield(step_yields: ArrayLike) -> float:
    """Return the share of items that pass every step at the first attempt: the product of the step yields."""
    return float(np.prod(np.asarray(step_yields, float)))


def share_of_largest(values: ArrayLike, part: float = 0.2) -> float:
    """Return the share of the total that the largest `part` of the types holds; NaN where there is no total.

    `part` is taken to the nearest whole type, at least one.
    """
    ordered = np.sort(np.asarray(values, float))[::-1]
    top, total = max(1, round(part * len(ordered))), ordered.sum()
    return float(ordered[:top].sum() / total) if total > 0 else math.nan


def gini(values: ArrayLike) -> float:
    """Return the Gini coefficient of amounts: 0 where all are alike, near 1 where one holds all; NaN without a total.

    Half of the mean absolute difference of all pairs, over the mean (Gini, 1912).
    """
    ordered = np.sort(np.asarray(values, float))
    n, total = len(ordered), ordered.sum()
    return float(((2 * np.arange(1, n + 1) - n - 1) * ordered).sum() / (n * total)) if total > 0 else math.nan


def is_pareto(values: ArrayLike) -> bool:
    """Return whether a fifth of the types holds so much of the total that redesigning them first is worth it.

    The rule of the source documents: 20% of the types consume 60 to 70% of the cost. The lower edge decides; a
    distribution that is steeper still meets the rule all the more.
    """
    return share_of_largest(values, PARETO_PART) >= PARETO_SHARE


def _is_settled(share: float, n: int, target: float) -> bool:
    low, high = exact_share(share * n, n)
    return bool(low[0] > target or high[0] < target)


def crossing(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function of one number is zero between `low` and `high` (Brent's method).

    NaN where it has the same sign at both ends: then there is no such point, or more than one.
    """
    ends = (function(low), function(high))
    if 0.0 in ends:
        return low if ends[0] == 0 else high
    if min(ends) > 0 or max(ends) < 0:
        return math.nan
    return float(optimize.brentq(function, low, high, xtol=1e-10, rtol=1e-12))
