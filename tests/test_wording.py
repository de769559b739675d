"""Numbers as a reader says them."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engineroom.pages import wording


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (0.0, "0 min"),
        (20 / 3600, "20 s"),
        (0.8, "48 min"),
        (1.9, "114 min"),
        (12.3, "12.3 h"),
        (47.9, "47.9 h"),
        (3610.831576, "150.5 days"),
    ],
)
def test_a_duration_is_told_in_the_unit_a_person_would_choose(hours: float, said: str) -> None:
    assert wording.duration(hours) == said


def test_both_ends_of_an_interval_have_the_same_digits() -> None:
    assert wording.interval(0.983, 0.9921, "share") == "98.30% to 99.21%"
    assert wording.interval(0.9999, 1.0, "share") == "99.99% to 100.00%"
    assert wording.interval(0.983, 0.99, "share") == "98.3% to 99.0%"


def test_values_of_one_row_share_their_unit() -> None:
    assert wording.interval(20.0, 80.0, "hours", like=70.0) == "0.8 days to 3.3 days"


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.881, "share", "88.1%"),
        (0.9956, "share", "99.56%"),
        (0.995, "share", "99.5%"),
        (1.0, "share", "100.0%"),
        (4.27, "money", "$4.27"),
        (1_234_567.0, "money", "$1.2M"),
        (39_400.0, "money", "$39K"),
        (44.23, "days", "44.2 days"),
        (12_000.0, "count", "12,000"),
        (math.nan, "share", "–"),
    ],
)
def test_a_value_is_said_with_its_unit(value: float, unit: str, said: str) -> None:
    assert wording.value(value, unit, "USD") == said


def test_an_interval_says_which_bound_is_missing() -> None:
    assert wording.interval(0.5, math.nan, "share") == "from 50.0%; no upper bound"
    assert wording.interval(math.nan, 0.5, "share") == "up to 50.0%; no lower bound"
    assert wording.interval(math.nan, math.nan, "share") == "none"
    assert wording.interval(0.5, 0.5, "share") == "50.0% to 50.0%"


def row(value: float, half: float, unit: str = "share", gap: float = 0.0) -> dict[str, Any]:
    return {"value": value, "low": value - half, "high": value + half, "unit": unit, "gap": gap}


def test_a_gap_carries_its_sign_and_shares_are_points() -> None:
    assert wording.signed(row(0.88, 0.01, gap=0.069)) == "+6.9 points"
    assert wording.signed(row(0.88, 0.01, gap=-0.02)) == "−2.0 points"
    assert wording.signed(row(0.88, 0.01)) == "±0.0 points"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (row(0.8814, 0.012, gap=0.0686), ("88.1%", "86.9% to 89.3%", "+6.9 points")),
        (row(0.8814, 0.11, gap=0.0686), ("88%", "77% to 99%", "+7 points")),
        (row(1000.0, 30.0, "hours", 100.0), ("41.7 days", "40.4 days to 42.9 days", "+4.2 days")),
        (row(1000.0, 300.0, "hours", 100.0), ("42 days", "29 days to 54 days", "+4 days")),
        (row(10.0, 9.9, "hours", 1.0), ("10.0 h", "0.1 h to 19.9 h", "+1.0 h")),
        (row(20.0, 10.1, "hours", 1.0), ("20 h", "10 h to 30 h", "+1 h")),
        (row(0.8814, 0.0, gap=0.0686), ("88.1%", "complete count", "+6.9 points")),
        (row(0.8814, math.nan, gap=0.0686), ("88.1%", "none", "+6.9 points")),
    ],
)
def test_a_figure_has_no_more_digits_than_its_interval_supports(told: dict[str, Any], said: tuple[str, ...]) -> None:
    assert (wording.figure(told), wording.span(told), wording.signed(told)) == said


def test_words_are_listed_as_a_sentence_lists_them() -> None:
    assert [wording.listed(list(words)) for words in ("", "a", "ab", "abc")] == ["", "a", "a and b", "a, b and c"]


def test_abbreviations_keep_their_capitals_inside_a_sentence() -> None:
    assert wording.inside("SLA compliance") == "SLA compliance"
    assert wording.inside("Rework rate") == "rework rate"


@given(st.floats(min_value=0, max_value=1))
def test_a_share_is_never_shown_as_whole_when_it_is_not(share: float) -> None:
    assert (wording.value(share, "share") != "100.0%") or share >= 0.9899


@given(st.floats(min_value=1e-3, max_value=1e6, allow_nan=False))
def test_no_duration_is_shown_as_zero(hours: float) -> None:
    assert not wording.duration(hours).startswith("0.0 ")


@pytest.mark.parametrize(
    ("estimate", "said"),
    [(14.23, "$14"), (298.82, "$300"), (792.13, "$790"), (2_340.0, "$2,300"), (36_400.0, "$36K"), (-42.0, "−$42")],
)
def test_an_estimate_has_the_digits_that_it_can_have(estimate: float, said: str) -> None:
    assert wording.amount(estimate, "USD") == said
