"""What became of a change: gains that slip within 12 to 18 months, errors that escape in months 6 to 12."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import engineroom as er
from engineroom import statistics
from engineroom.dictionary import columns, quality_tables
from engineroom.measures import go_live
from engineroom.planning import portfolio

NONE = columns.empty(quality_tables.Kept)

Make = Callable[[list[dict[str, Any]]], er.tables.Tables]
LIVE = pd.Timestamp("2025-01-15")
REVIEW = {
    "workflow": "Claims", "judgement_share": 0.1, "upstream_share": 0.2,
    "business_units": 1, "specialised": "no", "differentiator": "no",
}  # fmt: skip


def series(kpi: str, shares: list[float], first: int, n: int = 4000, noise: float = 0.0, seed: int = 0) -> list[dict]:
    """Return the months of one change from programme month `first` on, each with its share and a given noise."""
    lot = np.random.default_rng(seed)
    start = LIVE.replace(day=1) + pd.DateOffset(months=first - 1)
    return [
        {
            "change": f"Robot of {kpi}",
            "workflow": "Claims",
            "go_live": f"{LIVE:%Y-%m-%d}",
            "kpi": kpi,
            "month": f"{start + pd.DateOffset(months=place):%Y-%m-%d}",
            "numerator": round(n * max(share * (1 + noise * lot.standard_normal()), 0)),
            "denominator": n,
            "source": "counter",
        }
        for place, share in enumerate(shares)
    ]


@pytest.fixture
def read(make_engagement: Callable[..., Path]) -> Make:
    """Return a function that reads monthly values as a report does."""

    def make(rows: list[dict[str, Any]], **portfolio: Any) -> er.tables.Tables:
        files = {"tables/monthly_values.csv": pd.DataFrame(rows).to_csv(index=False)}
        if portfolio:
            files["tables/portfolio.csv"] = pd.DataFrame([REVIEW | portfolio]).to_csv(index=False)
        return er.tables.read(er.engagement.open(make_engagement(files=files)))

    return make


def verdict(tables: er.tables.Tables) -> dict[str, Any]:
    return go_live.kept(go_live.months(tables), tables).iloc[0].to_dict()


def test_the_month_of_the_go_live_is_the_first_of_the_programme(read: Make) -> None:
    found = go_live.months(read(series("stp_rate", [0.5] * 4, first=-1)))

    assert found["programme_month"].tolist() == [-1, 0, 1, 2]
    assert found["month"].dt.strftime("%Y-%m").tolist() == ["2024-11", "2024-12", "2025-01", "2025-02"]


@pytest.mark.parametrize(
    ("kpi", "before", "gained", "later", "said"),
    [
        ("stp_rate", 0.50, 0.80, 0.80, "held"),
        ("stp_rate", 0.50, 0.80, 0.62, "slipped"),
        ("error_rate", 0.10, 0.04, 0.04, "held"),
        ("error_rate", 0.10, 0.04, 0.07, "slipped"),
        ("error_rate", 0.04, 0.04, 0.04, "not settled"),
    ],
)
def test_a_gain_is_held_or_slips_in_months_12_to_18(read: Make, kpi, before, gained, later, said) -> None:
    shares = [before] * 6 + [gained] * 11 + [later] * 7

    found = verdict(read(series(kpi, shares, first=-5, noise=0.03)))

    assert found["verdict"] == said
    assert found["gained"] == pytest.approx(gained, rel=0.05)
    assert found["watched"] == pytest.approx(later, rel=0.05)
    assert (found["signals"] > 0) == (said == "slipped")


def test_before_the_twelfth_month_it_is_too_early_to_tell(read: Make) -> None:
    found = verdict(read(series("stp_rate", [0.5] * 6 + [0.8] * 11, first=-5, noise=0.03)))

    assert (found["verdict"], found["last_month"]) == ("too early", 11)


@pytest.mark.parametrize(("peak", "said"), [(0.004, "no alarm"), (0.012, "alarm")])
def test_errors_that_escape_in_months_6_to_12_raise_an_alarm(read: Make, peak: float, said: str) -> None:
    shares = [0.004] * 11 + [0.004, 0.004, peak, peak, 0.004, 0.004, 0.004]

    found = verdict(read(series("escaped_errors", shares, first=-5, n=5000, noise=0.1)))

    assert found["verdict"] == said
    if said == "alarm":
        assert f"{found['first_signal']:%Y-%m}" == "2025-08"


def test_a_month_without_a_base_of_six_has_no_limit(read: Make) -> None:
    found = go_live.months(read(series("escaped_errors", [0.004] * 9, first=2, n=5000)))

    assert found["limit"].isna().all()
    assert not found["is_signal"].any()


def test_an_unchanged_process_raises_a_false_alarm_in_a_twelfth_of_the_half_years_at_most() -> None:
    alarms = {spread: _alarms(spread, times=1.0) for spread in (0.0, 0.15, 0.3)}

    assert alarms[0.0] < 0.06
    assert alarms[0.15] < 0.10
    assert alarms[0.3] < 0.16


def test_errors_that_double_for_two_months_are_seen_in_three_of_four_programmes() -> None:
    assert _alarms(0.15, times=2.0) > 0.75


def _alarms(spread: float, times: float, draws: int = 400) -> float:
    """Return the share of simulated programmes with an alarm: 11 months of base, 7 watched, 4 of 1,000 escape."""
    lot, number = np.random.default_rng(20260715), np.arange(-5, 13)
    about = {"name": "Escaped errors", "unit": "ratio", "denominator": 5000.0, "is_base": number < 6}
    seen = 0
    for _ in range(draws):
        rate = 0.004 * (lot.gamma(1 / spread**2, spread**2, 18) if spread else np.ones(18))
        rate[[13, 14]] *= times
        frame = pd.DataFrame({"programme_month": number, "numerator": lot.poisson(rate * 5000)}).assign(**about)
        frame["value"] = frame["numerator"] / frame["denominator"]
        seen += int(go_live._limited(frame, go_live.ESCAPED, "down")["is_signal"].any())
    return seen / draws


def test_a_prediction_limit_is_passed_by_one_value_in_a_hundred() -> None:
    draws = np.random.default_rng(7).standard_normal((20_000, 8))
    base, new = draws[:, :7], draws[:, 7]

    above = new > base.mean(axis=1) + statistics.prediction_factor(7, 0.01) * base.std(axis=1, ddof=1)

    assert above.mean() == pytest.approx(0.01, abs=0.003)


def test_the_limit_of_alike_months_is_that_of_their_items(read: Make) -> None:
    found = go_live.months(read(series("error_rate", [0.05] * 6 + [0.05], first=1, n=2000)))

    sigma = (0.05 * 0.95 / 2000) ** 0.5  # months that do not differ at all: never below chance
    assert found["limit"].iloc[0] == pytest.approx(0.05 + statistics.prediction_factor(6, 0.01) * sigma)


def test_the_path_to_a_straight_through_target_says_where_today_is(read: Make) -> None:
    rows = series("stp_rate", [0.50] * 6 + [0.60] * 18, first=-5)
    target = {"stp_target": 0.90, "stp_target_date": "2027-01-15"}

    found = portfolio.straight_through_actuals(read(rows, **target), NONE).iloc[0]

    assert found["start"] == 0.5
    assert found["expected"] == pytest.approx(0.5 + 0.4 * (pd.Timestamp("2026-06-30") - LIVE).days / 730)
    assert (found["actual"], found["n"], found["verdict"]) == (0.6, 12_000, "behind")


@pytest.mark.parametrize(("now", "said"), [(0.95, "ahead"), (0.79, "on the path"), (0.60, "behind")])
def test_a_workflow_is_ahead_of_its_path_on_it_or_behind(read: Make, now: float, said: str) -> None:
    rows = series("stp_rate", [0.50] * 6 + [now] * 18, first=-5, n=200)

    found = portfolio.straight_through_actuals(read(rows, stp_target=0.90, stp_target_date="2027-01-15"), NONE)

    assert found["verdict"].tolist() == [said]


def test_nothing_was_counted_where_no_table_was_sent(make_engagement: Callable[..., Path]) -> None:
    tables = er.tables.read(er.engagement.open(make_engagement()))

    assert go_live.months(tables).empty
    assert go_live.kept(columns.empty(quality_tables.Months), tables).empty
    assert portfolio.straight_through_actuals(tables, NONE).empty


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"go_live": "2025-02-01"}, "go_live: a change went live on two days; give every row of it the same day"),
        ({"kpi": "stp"}, 'kpi: "stp" is unknown; see: engineroom list kpis'),
        ({"numerator": 5000}, "numerator: numerator is above denominator; a part cannot exceed the whole"),
        ({"month": "2025-01-20"}, "month: the same change, KPI and month appear twice; keep one row"),
    ],
)
def test_a_fault_of_the_months_is_told_in_one_line(read: Make, change: dict[str, Any], line: str) -> None:
    rows = series("stp_rate", [0.5, 0.6], first=1)

    with pytest.raises(er.errors.DataProblems) as told:
        read([rows[0], rows[1] | change])

    assert line in str(told.value)
