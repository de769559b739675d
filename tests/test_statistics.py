"""Intervals and sample sizes: the worked examples, independent oracles, and what must hold for any figures."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from engineroom import statistics

COUNTS = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
SHARES = st.floats(0, 1)


def percent(bounds) -> list[float]:
    return [round(100 * float(np.ravel(bound)[0]), 1) for bound in bounds]


# ------------------------------------------------------------------------------------------------- worked examples


def test_at_01_750_of_1000_items_give_72_2_to_77_7_percent():
    """Wilson's interval of the source documents ends at 77.6; the exact one, which every verdict rests on, at 77.7."""
    assert percent(statistics.exact_share(750, 1000)) == [72.2, 77.7]


def test_at_11_the_largest_fifth_of_the_types_with_65_percent_of_the_cost_meets_the_pareto_rule():
    costs = [45, 20, 5, 5, 5, 4, 4, 4, 4, 4]

    assert statistics.share_of_largest(costs) == 0.65
    assert statistics.is_pareto(costs)


def test_at_11_uniform_costs_do_not_meet_the_pareto_rule():
    assert statistics.share_of_largest([7] * 10) == 0.2
    assert not statistics.is_pareto([7] * 10)


def test_at_16_six_steps_yield_0_728_together():
    assert round(statistics.rolled_throughput_yield([0.997, 0.995, 0.95, 0.89, 0.923, 0.94]), 3) == 0.728


def test_at_18_160_to_189_of_200_is_14_5_points_with_8_1_to_21_0():
    low, high = statistics.newcombe(189, 200, 160, 200)

    assert round(100 * (189 / 200 - 160 / 200), 1) == 14.5
    assert percent((low, high)) == [8.1, 21.0]
    assert low > 0


def test_at_19_196_of_200_clean_claims_leave_a_target_of_98_percent_open():
    low, high = statistics.exact_share(196, 200)

    assert percent((low, high)) == [95.0, 99.5]
    assert low[0] < 0.98 < high[0]


def test_at_19_9800_of_10000_clean_claims_still_leave_it_open():
    low, high = statistics.exact_share(9800, 10_000)

    assert percent((low, high)) == [97.7, 98.3]
    assert low[0] < 0.98 < high[0]


@pytest.mark.parametrize(
    ("target", "items"), [(0.95, 59), (0.98, 149), (0.99, 299), (0.995, 598), (0.999, 2995)], ids=str
)
def test_at_20_a_faultless_sample_demonstrates_a_share(target, items):
    assert statistics.zero_failure_sample(target) == items
    assert target**items <= 0.05 < target ** (items - 1)


# --------------------------------------------------------------------------------------------------------- oracles


@given(COUNTS)
def test_each_end_of_the_exact_interval_leaves_what_was_seen_a_chance_of_two_and_a_half_percent(counts):
    successes, n = counts
    low, high = (float(bound[0]) for bound in statistics.exact_share(successes, n))

    assert 0 <= low <= successes / n <= high <= 1
    assert successes == 0 or stats.binom.sf(successes - 1, n, low) == pytest.approx(0.025, rel=1e-6)
    assert successes == n or stats.binom.cdf(successes, n, high) == pytest.approx(0.025, rel=1e-6)


def test_a_faultless_sample_reaches_a_target_of_all():
    n = np.arange(1, 2000)

    assert (statistics.exact_share(n, n)[1] == 1).all()
    assert (statistics.exact_share(0 * n, n)[0] == 0).all()


def test_the_exact_interval_takes_columns_and_leaves_an_empty_denominator_empty():
    low, high = statistics.exact_share([0, 3, 0], [0, 10, 10])

    assert np.isnan([low[0], high[0]]).all()
    assert low[1:].round(4).tolist() == [0.0667, 0.0]
    assert high[1:].round(4).tolist() == [0.6525, 0.3085]


@given(COUNTS, COUNTS)
@settings(max_examples=60)
def test_newcombe_is_the_published_combination_of_two_wilson_intervals(after, before):
    (x, n), (y, m) = after, before
    low, high = statistics.newcombe(x, n, y, m)
    (l1, u1), (l2, u2) = (proportion_confint(*pair, method="wilson") for pair in (after, before))
    p, q = x / n, y / m

    assert low == pytest.approx(p - q - math.hypot(p - l1, u2 - q), abs=1e-9)
    assert high == pytest.approx(p - q + math.hypot(u1 - p, q - l2), abs=1e-9)
    assert -1 <= low <= p - q + 1e-12 and p - q - 1e-12 <= high <= 1
    assert (low, high) == pytest.approx(confint_proportions_2indep(x, n, y, m, compare="diff"), abs=1e-12)


def test_student_is_the_interval_scipy_gives_for_the_observations():
    costs = np.array([12.5, 14.0, 9.9, 30.2, 11.1, 12.8])
    low, high = statistics.student(costs.mean(), costs.std(ddof=1), len(costs))
    oracle = stats.ttest_1samp(costs, 0).confidence_interval(0.95)

    assert (low[0], high[0]) == pytest.approx((oracle.low, oracle.high))


def test_student_knows_nothing_from_one_observation():
    low, high = statistics.student([5.0, 5.0], [1.0, 1.0], [1, 2])

    assert np.isnan(low[0]) and np.isnan(high[0])
    assert (low[1], high[1]) == pytest.approx((5 - 8.9846, 5 + 8.9846), abs=1e-4)


def test_amounts_of_a_large_sample_or_of_no_skewness_get_students_interval():
    plain, skewed = statistics.student(10, 2, 10_000), statistics.skewed(10, 2, 10_000)
    alike = statistics.skewed(10, 0, 50)

    assert (skewed[0][0], skewed[1][0]) == pytest.approx((plain[0][0], plain[1][0]), rel=1e-4)
    assert (alike[0][0], alike[1][0]) == (10, 10)


def test_a_mean_of_four_amounts_has_no_interval_and_of_five_a_wide_one():
    low, high = statistics.skewed([10, 10], [10, 10], [4, 5])

    assert np.isnan(low[0]) and np.isnan(high[0])
    assert 0 <= low[1] < 3 and high[1] > 40


@given(st.floats(0.01, 1e6), st.floats(0.001, 3), st.integers(5, 10_000))
def test_the_interval_of_amounts_holds_the_mean_and_reaches_further_up_than_down(mean, variation, n):
    low, high = (float(end[0]) for end in statistics.skewed(mean, variation * mean, n))

    assert 0 <= low <= mean * (1 + 1e-9)
    assert high - mean >= mean - low - 1e-9 * mean


@pytest.mark.parametrize("p", [0.5, 0.9])
@pytest.mark.parametrize("n", [1, 2, 5, 6, 9, 28, 29, 35, 36, 100, 441])
def test_quantile_ranks_are_the_innermost_that_cover_on_each_side(n, p):
    low, high = (int(rank[0]) for rank in statistics.quantile_ranks(n, p))
    below = np.cumsum(
        [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
    )  # P(observations <= quantile)

    fails_low = below[low - 1] if low >= 1 else 0.0
    fails_high = 1 - below[high - 1] if high <= n else 0.0
    assert fails_low <= 0.025 + 1e-12 and fails_high <= 0.025 + 1e-12
    assert below[low] > 0.025 - 1e-12, "a higher lower rank would still cover"
    assert 1 - below[high - 2] > 0.025 - 1e-12 if high >= 2 else high == 1


def test_the_median_of_five_has_no_bounds_and_of_six_has_its_extremes():
    assert [int(rank[0]) for rank in statistics.quantile_ranks(5, 0.5)] == [0, 6]
    assert [int(rank[0]) for rank in statistics.quantile_ranks(6, 0.5)] == [1, 6]


def test_the_ninetieth_percentile_has_an_upper_bound_from_36_observations_on():
    assert int(statistics.quantile_ranks(35, 0.9)[1][0]) == 36
    assert int(statistics.quantile_ranks(36, 0.9)[1][0]) == 36


def test_the_median_of_100_lies_between_the_40th_and_the_61st_and_that_of_3_has_no_bounds():
    assert [int(rank[0]) for rank in statistics.quantile_ranks(100, 0.5)] == [40, 61]
    assert [int(rank[0]) for rank in statistics.quantile_ranks(3, 0.5)] == [0, 4]


def test_clustered_ratio_is_the_linearised_estimator_worked_by_hand():
    # ratio 60/200 = 0.3; residuals -5, 0, 5 with sum of squares 50; error = sqrt(3/2 * 50) / 200; t(2) = 4.302653
    low, high = statistics.clustered_ratio([10, 15, 35], [50, 50, 100])

    assert (low, high) == pytest.approx((0.3 - 4.302653 * math.sqrt(75) / 200, 0.3 + 4.302653 * math.sqrt(75) / 200))


def test_clustered_ratio_of_equal_clusters_is_student_over_their_shares():
    hits, n = np.array([12, 15, 9, 22, 17]), 100
    low, high = statistics.student((hits / n).mean(), (hits / n).std(ddof=1), len(hits))

    assert statistics.clustered_ratio(hits, [n] * 5) == pytest.approx((low[0], high[0]))


def test_clustered_share_is_clustered_ratio_through_the_log_odds():
    hits, sizes = [2, 15, 9, 22, 40], [90, 100, 110, 100, 100]
    share = sum(hits) / sum(sizes)
    half = statistics.clustered_ratio(hits, sizes)[1] - share
    edges = np.log(share / (1 - share)) + np.array([-1, 1]) * half / (share * (1 - share))

    assert statistics.clustered_share(hits, sizes) == pytest.approx(tuple(1 / (1 + np.exp(-edges))))


def test_clustered_share_is_never_surer_than_independent_items():
    low, high = statistics.clustered_share([10] * 20, [100] * 20)  # no spread at all between the clusters

    assert (low, high) == tuple(float(end[0]) for end in statistics.exact_share(200, 2000))


@pytest.mark.parametrize("hits", [[0, 0, 0], [100, 50, 70]])
def test_clustered_share_of_none_or_all_is_that_of_independent_items(hits):
    low, high = statistics.exact_share(sum(hits), 220)

    assert statistics.clustered_share(hits, [100, 50, 70]) == (low[0], high[0])


# ------------------------------------------------------------------------------------------------------ properties


@given(COUNTS)
def test_the_exact_interval_of_failures_mirrors_that_of_successes(counts):
    successes, n = counts
    low, high = statistics.exact_share(successes, n)
    mirrored_low, mirrored_high = statistics.exact_share(n - successes, n)

    assert low[0] == pytest.approx(1 - mirrored_high[0], abs=1e-12)
    assert high[0] == pytest.approx(1 - mirrored_low[0], abs=1e-12)


@given(COUNTS, st.integers(2, 50))
def test_the_exact_interval_narrows_from_both_sides_with_more_items_of_the_same_share(counts, times):
    successes, n = counts
    low, high = statistics.exact_share([successes, successes * times], [n, n * times])

    assert low[1] >= low[0] - 1e-12 and high[1] <= high[0] + 1e-12
    assert high[1] - low[1] < high[0] - low[0]


@given(COUNTS, COUNTS)
@settings(max_examples=50)
def test_newcombe_changes_sign_when_before_and_after_are_swapped(after, before):
    low, high = statistics.newcombe(*after, *before)

    assert statistics.newcombe(*before, *after) == pytest.approx((-high, -low), abs=1e-9)


@given(st.floats(-1e6, 1e6), st.floats(0.01, 1e4), st.integers(2, 10_000))
def test_student_is_centred_and_narrows_with_n(mean, deviation, n):
    low, high = statistics.student([mean, mean], [deviation, deviation], [n, n + 1])

    assert low[0] + high[0] == pytest.approx(2 * mean, abs=1e-6 * max(1, abs(mean)))
    assert high[1] - low[1] < high[0] - low[0]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200), st.sampled_from([0.5, 0.9]))
def test_quantile_bounds_enclose_the_quantile(values, p):
    ordered, value = sorted(values), float(np.quantile(values, p))
    low, high = (int(rank[0]) for rank in statistics.quantile_ranks(len(values), p))

    assert low < 1 or ordered[low - 1] <= value
    assert high > len(values) or ordered[high - 1] >= value


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=2, max_size=30))
def test_clustered_intervals_enclose_the_pooled_share_and_the_share_stays_within_bounds(parts):
    hits, sizes = np.array([hit for hit, _ in parts]), np.array([hit + miss for hit, miss in parts]) + 1
    share = hits.sum() / sizes.sum()
    linear, bounded = statistics.clustered_ratio(hits, sizes), statistics.clustered_share(hits, sizes)

    assert linear[0] - 1e-12 <= share <= linear[1] + 1e-12
    assert bounded[0] >= 0 and bounded[0] - 1e-12 <= share <= bounded[1] + 1e-12 and bounded[1] <= 1


@given(COUNTS, st.floats(0.001, 0.999))
def test_items_to_settle_a_share_is_the_smallest_number_that_does(counts, target):
    successes, n = counts
    share = successes / n
    more = statistics.items_to_settle_share(share, n, target)

    if math.isnan(more):
        assert abs(share - target) < 1e-5
        return
    assert settles(share, n + more, target)
    assert more == 0 or not settles(share, n + more - 1, target)


def settles(share: float, n: float, target: float) -> bool:
    low, high = statistics.exact_share(share * n, n)
    return bool(low[0] > target or high[0] < target)


def test_no_number_of_items_settles_a_share_that_equals_its_target():
    assert math.isnan(statistics.items_to_settle_share(0.98, 200, 0.98))


def test_a_settled_share_needs_no_more_items():
    assert statistics.items_to_settle_share(0.875, 1000, 0.98) == 0


def test_a_share_outside_0_to_1_is_not_settled_by_items():
    assert math.isnan(statistics.items_to_settle_share(1.02, 200, 0.98))


@given(st.floats(0.01, 100), st.integers(1, 10_000), st.floats(0.01, 100))
def test_items_to_settle_a_spread_narrow_the_interval_to_the_distance(half_width, n, distance):
    more = statistics.items_to_settle_spread(half_width, n, distance)

    assert more >= 1
    assert half_width * math.sqrt(n / (n + more)) <= distance * (1 + 1e-9)
    if more > 1:
        assert half_width * math.sqrt(n / (n + more - 1)) > distance * (1 - 1e-9)


@pytest.mark.parametrize("given", [(0.0, 10, 1.0), (1.0, 0, 1.0), (1.0, 10, 0.0), (math.nan, 10, 1.0)])
def test_a_spread_without_width_items_or_distance_cannot_be_settled(given):
    assert math.isnan(statistics.items_to_settle_spread(*given))


@given(st.lists(st.floats(0, 1), max_size=12))
def test_rolled_throughput_yield_is_at_most_its_worst_step(yields):
    rolled = statistics.rolled_throughput_yield(yields)

    assert 0 <= rolled <= min(yields, default=1.0)
    assert rolled == pytest.approx(math.prod(yields))


@given(st.lists(st.floats(0.01, 1e6), min_size=1, max_size=100))
def test_the_largest_fifth_holds_at_least_its_own_part(values):
    top = max(1, round(0.2 * len(values)))
    share = statistics.share_of_largest(values)

    assert top / len(values) - 1e-9 <= share <= 1 + 1e-9
    assert share == pytest.approx(statistics.share_of_largest(values[::-1]))


def test_types_without_any_cost_have_no_pareto():
    assert math.isnan(statistics.share_of_largest([0, 0, 0]))
    assert not statistics.is_pareto([0, 0, 0])


@given(st.floats(0.02, 0.98), st.integers(50, 20_000), st.integers(50, 20_000), st.sampled_from([1.0, -1.0]))
def test_the_least_visible_share_needs_just_the_items_that_make_it_visible(before, n_before, n_after, sign) -> None:
    after = statistics.visible_share(before, n_before, n_after, sign)

    if not math.isnan(after):
        assert sign * (after - before) > 0
        assert statistics.sample_for_shares(before, after, n_before) == pytest.approx(n_after, rel=0.01, abs=1)


@given(st.lists(st.floats(0.01, 1e6), min_size=1, max_size=40), st.floats(0.1, 100))
def test_the_gini_coefficient_is_that_of_all_pairs_and_knows_no_scale(amounts, scale) -> None:
    pairs = [abs(one - other) for one in amounts for other in amounts]

    assert statistics.gini(amounts) == pytest.approx(np.mean(pairs) / (2 * np.mean(amounts)), abs=1e-9)
    assert statistics.gini([scale * one for one in amounts]) == pytest.approx(statistics.gini(amounts), abs=1e-9)
    assert math.isnan(statistics.gini([]))
