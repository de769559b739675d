"""The quarterly review: benchmarks that expire, figures that stand still, and what the gaps endanger."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import engineroom as er
from engineroom import statistics
from engineroom.measures import benchmark, gap, kpi, review
from engineroom.readers import reference


@pytest.fixture
def reviewed(make_engagement: Callable[..., Path]) -> Callable[..., dict]:
    """Return a function that reviews six months of first-pass acceptance, a share of 4,000 claims each."""

    def make(shares: list[float], as_of: str = "2026-07-15") -> dict:
        rows = [
            f"first_pass_acceptance,Claims,{round(4000 * share)},4000,4000,2026-{m:02d}-01,{end:%Y-%m-%d},report"
            for m, share in enumerate(shares, 1)
            for end in [pd.Timestamp(2026, m, 1) + pd.offsets.MonthEnd(0)]
        ]
        text = "kpi,workflow,numerator,denominator,n,period_start,period_end,source\n" + "\n".join(rows) + "\n"
        tables = er.tables.read(er.engagement.open(make_engagement(files={"tables/kpis.csv": text}, as_of=as_of)))
        found = review.benchmarks(gap.find(kpi.measure(tables, None), tables), tables)
        return found[found["workflow"] == "Claims"].iloc[0].to_dict()

    return make


@pytest.mark.parametrize(
    ("shares", "verdict"),
    [
        ([0.80, 0.801, 0.80, 0.799, 0.80, 0.801], "plateau"),  # 15 points away, and no movement
        ([0.80, 0.82, 0.84, 0.86, 0.88, 0.90], "closing"),
        ([0.90, 0.88, 0.86, 0.84, 0.82, 0.80], "falling back"),
        ([0.86, 0.94, 0.85, 0.95, 0.84, 0.95], "not settled"),
        ([0.80, 0.80, 0.80], "too few months"),
        ([0.98, 0.981, 0.98, 0.979, 0.98, 0.981], "reached"),
    ],
)
def test_the_months_say_whether_a_figure_moves_towards_its_benchmark(reviewed, shares, verdict) -> None:
    assert reviewed(shares)["verdict"] == verdict


def test_the_pace_is_the_slope_of_the_months_in_a_quarter(reviewed) -> None:
    found = reviewed([0.80, 0.82, 0.84, 0.86, 0.88, 0.90])

    assert found["pace"] == pytest.approx(0.06)
    assert found["low"] == pytest.approx(0.06)  # the months lie on a line


@pytest.mark.parametrize(("as_of", "is_stale"), [("2026-07-15", False), ("2027-04-15", True), ("2027-07-15", True)])
def test_a_benchmark_is_stale_a_quarter_before_it_expires(reviewed, as_of: str, is_stale: bool) -> None:
    found = reviewed([0.80] * 6, as_of=as_of)

    assert f"{found['expires']:%Y-%m-%d}" == "2027-06-30"
    assert found["is_stale"] is is_stale


def test_the_slope_of_months_has_the_interval_of_least_squares() -> None:
    slope, low, high = statistics.slope([1.0, 2.0, 2.0, 4.0])

    assert slope == pytest.approx(0.9)
    assert (high - low) / 2 == pytest.approx(4.302653 * (0.7 / 2 / 5) ** 0.5, rel=1e-6)


def test_welch_is_the_textbook_interval() -> None:
    difference, low, high = statistics.welch([3.0, 5.0, 7.0], [1.0, 2.0, 3.0])

    assert difference == 3.0
    df = (4 / 3 + 1 / 3) ** 2 / ((4 / 3) ** 2 / 2 + (1 / 3) ** 2 / 2)
    assert (high - low) / 2 == pytest.approx(_t(df) * (4 / 3 + 1 / 3) ** 0.5)


def _t(df: float) -> float:
    from scipy import stats

    return float(stats.t.ppf(0.975, df))


def test_the_worth_of_the_kinds_of_value_adds_up_to_the_total() -> None:
    tables = er.tables.read(er.engagement.open("starter/healthcare"))
    gaps = gap.find(kpi.measure(tables, er.event_log.open(tables.engagement)), tables)
    worths = gap.worth(gaps, tables)

    found = gap.values(gaps, worths, tables)

    assert found["value"].tolist() == ["continuity", "cost", "accuracy", "compliance", "scalability"]
    assert found["worth_high"].sum() == pytest.approx(worths.loc[worths["is_counted"], "worth_high"].sum())
    assert found["missed"].sum() == ((gaps["verdict"] == "misses") & (gaps["kpi"] != "csat")).sum()


def test_every_kpi_that_a_gap_can_be_taken_of_serves_a_known_value() -> None:
    values, definitions = reference.values(), reference.definitions()
    lines = reference.benchmarks().query("line in ('leading', 'typical')")["definition"]
    compared = set(definitions.set_index("definition").loc[lines.unique(), "kpi"])

    assert set(values["kpi"]) <= set(definitions["kpi"])
    assert compared - set(values["kpi"]) <= {"csat", "fcr", "employee_engagement"}  # of no document's five kinds


def test_what_is_claimed_is_shown_and_never_a_line() -> None:
    tables = er.tables.read(er.engagement.open("starter/healthcare"))

    told = benchmark.claims(tables).set_index("benchmark")

    assert {"doc000_rework_cut", "doc003_rpa_saving", "aberdeen_csat_multiple", "bank_backlog_cut"} <= set(told.index)
    assert set(told["line"]) == {"context"}
    assert round(told.loc["capita_workflows_after", "change"], 3) == -0.906
    assert round(told.loc["capita_days_after", "change"], 3) == -0.914
    assert told["change"].notna().sum() == 2


def test_the_page_shows_claims_that_bear_on_what_is_measured_and_counts_the_others() -> None:
    tables = er.tables.read(er.engagement.open("starter/insurer"))
    every = benchmark.claims(tables)

    shown = er.appendix.claims(kpi.measure(tables, None), tables).content

    names = {row[0] for row in shown["rows"]}
    assert {"SLA compliance"} < names
    assert not any("aving" in name or "multiple" in name for name in names)
    assert shown["notes"][1].startswith(f"{len(every) - len(shown['rows'])} claims on other subjects are left out")
    assert "the attached file lists them" in shown["notes"][1]


def test_no_claim_is_taken_into_a_gap() -> None:
    tables = er.tables.read(er.engagement.open("starter/ecommerce"))
    gaps = gap.find(kpi.measure(tables, er.event_log.open(tables.engagement)), tables)

    assert set(gaps["benchmark"].dropna()) & set(benchmark.claims(tables)["benchmark"]) == set()


@pytest.mark.parametrize(
    ("starter", "kpis"),
    [
        ("legal", {"invoice_accuracy", "matter_field_error_rate"}),
        ("ecommerce", {"order_accuracy", "fcr"}),
        ("healthcare", {"clean_claim_rate", "first_pass_acceptance", "days_in_ar"}),
    ],
)
def test_a_starter_is_held_against_the_benchmarks_of_its_sector(starter: str, kpis: set[str]) -> None:
    tables = er.tables.read(er.engagement.open(f"starter/{starter}"))

    gaps = gap.find(kpi.measure(tables, er.event_log.open(tables.engagement)), tables)

    judged = gaps[gaps["verdict"] != "not compared"]
    sector = tables.benchmarks.set_index("benchmark").loc[judged["benchmark"], "sector"]
    own = judged[(sector == starter).to_numpy()]
    assert kpis <= set(own["kpi"])
    assert own["benchmark"].str.startswith("doc000_").any()
