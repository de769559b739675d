"""Gaps, verdicts, tiers and worth, on measures made by hand and on the worked examples."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from engineroom import assessment, statistics
from engineroom.dictionary import columns, results
from engineroom.measures import benchmark, gap, kpi
from engineroom.pages import answers
from engineroom.readers import engagement, reference, tables
from engineroom.reports.benchmark_gap import facts as benchmark_gap

KPIS = "kpi,workflow,value,numerator,denominator,n,deviation,period_start,period_end,source\n"
PERIOD = "2026-01-01,2026-06-30,audit\n"


@pytest.fixture
def judge(make_engagement: Callable[..., Path]) -> Callable[..., tuple[pd.DataFrame, tables.Tables]]:
    """Return the gaps of an engagement whose kpis.csv holds the given rows."""

    def of(*rows: str, line: str = "leading", workflows: str = "", sector: str = "healthcare", toml: str = ""):
        files = {"tables/kpis.csv": KPIS + "".join(f"{row},{PERIOD}" for row in rows)}
        if workflows:
            files["tables/workflows.csv"] = workflows
        read = tables.read(engagement.open(make_engagement(toml, files, sector=sector)))
        return gap.find(kpi.measure(read, None), read, line), read

    return of


def verdict(gaps: pd.DataFrame, definition: str, workflow: str = "") -> pd.Series:
    found = gaps[(gaps["definition"] == definition) & (gaps["workflow"] == workflow)]
    assert len(found) == 1
    return found.iloc[0]


def test_at19_clean_claims_at_196_of_200_are_inconclusive_against_98_percent(judge) -> None:
    gaps, _ = judge("clean_claim_rate,,,196,200,200,")

    row = verdict(gaps, "clean_claim_rate/hfma_cl1")
    assert row["value"] == 0.98
    assert (round(row["low"], 3), round(row["high"], 3)) == (0.950, 0.995)
    assert row["verdict"] == "inconclusive"
    assert row["reason"] == gap.AT_THE_LINE


def test_at19_fifty_times_as_many_items_are_still_inconclusive(judge) -> None:
    gaps, _ = judge("clean_claim_rate,,,9800,10000,10000,")

    row = verdict(gaps, "clean_claim_rate/hfma_cl1")
    assert (round(row["low"], 3), round(row["high"], 3)) == (0.977, 0.983)
    assert row["verdict"] == "inconclusive"


def test_at01_a_quarter_corrected_is_a_first_pass_yield_of_75_percent(judge) -> None:
    gaps, _ = judge("first_pass_yield,,,750,1000,1000,")

    row = verdict(gaps, "first_pass_yield/items")
    assert row["value"] == 0.75
    assert (round(row["low"], 3), round(row["high"], 3)) == (0.722, 0.777)


@pytest.mark.parametrize(
    ("value", "tier"),
    [
        (0.32, "lagging"),
        (0.35, "lagging"),
        (0.40, "average"),
        (0.60, "above average"),
        (0.80, "above average"),
        (0.81, "best"),
    ],
)
def test_at02_a_lower_edge_belongs_to_the_higher_tier_and_best_is_strictly_above_80(value: float, tier: str) -> None:
    bands = reference.benchmarks()

    assert gap.tier_of(value, bands[bands["scale"] == "stp_tiers"].to_dict("records")) == tier


@pytest.mark.parametrize(
    ("values", "tier"),
    [
        ({"sla_compliance": 0.80, "error_rate": 0.10, "csat": 3.4, "rework_rate": 0.25}, "traditional"),
        ({"sla_compliance": 0.945, "error_rate": 0.03, "csat": 4.3, "rework_rate": 0.09}, "optimised"),
        ({"sla_compliance": 0.87}, "between"),
    ],
)
def test_at14_the_traditional_and_optimised_bands_place_all_four_kpis(values: dict[str, float], tier: str) -> None:
    bands, definitions = reference.benchmarks(), reference.definitions()
    bands = bands[bands["scale"] == "traditional_optimised"]

    for name, value in values.items():
        mine = bands[bands["definition"].isin(definitions.loc[definitions["kpi"] == name, "definition"])]
        assert gap.tier_of(value, mine.to_dict("records")) == tier


def test_a_value_beyond_the_outer_bands_belongs_to_them() -> None:
    bands = reference.benchmarks()
    sla = bands[(bands["scale"] == "traditional_optimised") & (bands["definition"] == "sla_compliance/due_in_period")]

    assert gap.tier_of(0.99, sla.to_dict("records")) == "optimised"
    assert gap.tier_of(0.50, sla.to_dict("records")) == "traditional"


def test_an_interval_across_an_edge_straddles(judge) -> None:
    _, read = judge("stp_rate,,,40,100,100,")

    found = gap.tiers(kpi.measure(read, None), read).iloc[0]

    assert (found["tier"], found["tier_low"], found["tier_high"]) == ("average", "lagging", "average")
    assert found["straddles"]


@pytest.mark.parametrize(
    ("fte", "part"),
    [("3.5", "middle half of peers"), ("1.5", "best quarter of peers"), ("9", "last quarter of peers")],
)
def test_a_measure_is_placed_among_the_published_quartiles_of_its_peers(judge, fte: str, part: str) -> None:
    row = f"invoices_per_fte,,{36000 / float(fte)},36000,{fte},36000,"
    _, read = judge(row)

    found = gap.tiers(kpi.measure(read, None), read).iloc[0]

    assert (found["tier"], found["is_of_peers"], found["source"]) == (part, True, "APQC via CFO")


def test_a_value_on_a_quartile_belongs_to_the_better_quarter_and_the_quarters_leave_no_gap() -> None:
    bands = reference.benchmarks()
    quarters = gap._quarters(bands[bands["scale"] == "apqc_ap_cost"].to_dict("records"))
    placed = {cost: gap.tier_of(cost, quarters) for cost in (0, 2.07, 2.08, 5.83, 5.84, 10, 10.01)}

    assert [label.split()[0] for label in placed.values()] == [*["best"] * 2, *["second"] * 2, *["third"] * 2, "last"]


def test_quartiles_of_another_process_place_nothing(judge) -> None:
    workflows = "workflow,process,owner,monthly_volume,unit_cost\nReturns,returns,Ann,100,5\n"
    _, read = judge("cost_per_transaction,Returns,4,4000,1000,1000,", workflows=workflows, sector="ecommerce")

    assert gap.tiers(kpi.measure(read, None), read).empty


@pytest.mark.parametrize(
    ("name", "use", "limit"),
    [
        ("ardent_2024_ap_days_average", "prices", ""),
        ("ardent_2019_stp_best", "judges", "stale"),
        ("doc002_stp_target", "judges", "grade"),
        ("doc002_stp_best", "places", "band"),
        ("nrf_2022_return_rate", "context", "measured"),
        ("doc003_rpa_saving", "context", "claim"),
    ],
)
def test_a_benchmark_says_what_it_may_judge_and_why_not_more(name: str, use: str, limit: str) -> None:
    rows = benchmark.uses(reference.benchmarks(), pd.Timestamp("2026-07-15")).set_index("benchmark")

    assert rows.loc[name, ["use", "limit"]].tolist() == [use, limit]


def test_a_gap_is_positive_where_the_client_is_worse_whatever_the_direction(judge) -> None:
    gaps, _ = judge("sla_compliance,,,800,1000,1000,", "error_rate,,,100,1000,1000,")

    assert verdict(gaps, "sla_compliance/due_in_period")["gap"] == pytest.approx(0.13)
    assert verdict(gaps, "error_rate/items")["gap"] == pytest.approx(0.06)


def test_the_gap_interval_holds_the_gap_and_runs_from_better_to_worse(judge) -> None:
    gaps, _ = judge("sla_compliance,,,800,1000,1000,", "error_rate,,,100,1000,1000,")

    assert (gaps["gap_low"] < gaps["gap"]).all()
    assert (gaps["gap"] < gaps["gap_high"]).all()


def test_a_verdict_needs_the_whole_interval_on_one_side(judge) -> None:
    clear, _ = judge("sla_compliance,,,800,1000,1000,")
    close, _ = judge("sla_compliance,,,92,100,100,")
    good, _ = judge("sla_compliance,,,990,1000,1000,")

    assert verdict(clear, "sla_compliance/due_in_period")["verdict"] == "misses"
    assert verdict(close, "sla_compliance/due_in_period")["verdict"] == "inconclusive"
    assert verdict(good, "sla_compliance/due_in_period")["verdict"] == "meets"


def test_the_items_needed_settle_an_inconclusive_share(judge) -> None:
    gaps, _ = judge("sla_compliance,,,91,100,100,")
    needed = int(verdict(gaps, "sla_compliance/due_in_period")["items_needed"])

    settled, short = (statistics.exact_share(0.91 * n, n)[1][0] for n in (100 + needed, 99 + needed))
    assert settled < 0.93 <= short


def test_a_value_without_interval_gets_no_verdict(judge) -> None:
    gaps, _ = judge("csat,,3.2,,,50,")

    row = verdict(gaps, "csat/mean_of_5")
    assert row["verdict"] == "inconclusive"
    assert row["reason"] == gap.NO_BOUND


def test_a_measure_without_matching_benchmark_stays_with_an_empty_gap(judge) -> None:
    gaps, _ = judge("first_pass_yield,,,750,1000,1000,")

    row = verdict(gaps, "first_pass_yield/items")
    assert row["verdict"] == "not compared"
    assert math.isnan(row["gap"])
    assert row["reason"] == gap.NO_BENCHMARK


def test_another_definition_of_the_same_kpi_is_never_compared(judge, make_engagement) -> None:
    rows = "kpi,definition,numerator,denominator,n,period_start,period_end,source\n"
    rows += "order_accuracy,order_accuracy/picks,9900,10000,10000,2026-01-01,2026-06-30,scan\n"
    read = tables.read(engagement.open(make_engagement(files={"tables/kpis.csv": rows}, sector="ecommerce")))

    gaps = gap.find(kpi.measure(read, None), read)

    benchmarks = reference.benchmarks().set_index("benchmark")
    assert set(benchmarks.loc[gaps["benchmark"].dropna(), "definition"]) <= {"order_accuracy/picks"}
    assert "doc000_order_accuracy" not in set(gaps["benchmark"])


def test_a_benchmark_of_one_process_meets_only_workflows_of_it(judge) -> None:
    workflows = "workflow,process,owner,monthly_volume,unit_cost\nSupplier invoices,ap_invoices,Ann,12000,5\n"
    workflows += "Orders,order_management,Bob,900,5\n"
    rows = ("stp_rate,Supplier invoices,,4200,12000,12000,", "stp_rate,Orders,,420,1200,1200,")
    gaps, read = judge(*rows, workflows=workflows, sector="ecommerce", line="typical")

    invoices, orders = (verdict(gaps, "stp_rate/zero_touch", workflow) for workflow in ("Supplier invoices", "Orders"))
    processes = read.benchmarks.set_index("benchmark")["process"]
    assert processes[invoices["benchmark"]] == "ap_invoices"
    assert isinstance(orders["benchmark"], float) or pd.isna(processes[orders["benchmark"]])


def test_collision_stp_of_35_percent_is_lagging_and_above_the_peers_mean_at_once(judge) -> None:
    workflows = "workflow,process,owner,monthly_volume,unit_cost\nSupplier invoices,ap_invoices,Ann,12000,5\n"
    _, read = judge("stp_rate,Supplier invoices,,4200,12000,12000,", workflows=workflows, sector="ecommerce")
    measures = kpi.measure(read, None)

    told = gap.against(measures, benchmark.rivals(read, measures), read)
    said = told[told["collision"] == "stp_invoices"].set_index("benchmark")["verdict"]

    assert said[[name for name in said.index if "lagging" in name]].tolist() == ["in this band"]
    assert "meets" in set(said)  # the mean of peers
    assert "misses" in set(said)  # their best


def test_a_disagreement_about_a_process_the_client_does_not_run_is_left_out(judge) -> None:
    _, read = judge("stp_rate,,,420,1200,1200,")
    measures = kpi.measure(read, None)

    assert "stp_invoices" not in set(benchmark.rivals(read, measures)["collision"])


def test_days_in_ar_of_another_definition_stand_beside_the_target_without_a_verdict(judge) -> None:
    _, read = judge("days_in_ar,,41,,,,")
    measures = kpi.measure(read, None)

    told = gap.against(measures, benchmark.rivals(read, measures), read).set_index("definition")

    assert (told.loc[["days_in_ar/true_ar"], "verdict"] == "not compared").all()
    assert not told.loc[["days_in_ar/true_ar"], "is_comparable"].any()


def test_unverified_benchmarks_are_dropped_before_anything_can_print_them() -> None:
    assert "unverified" not in set(reference.benchmarks()["verification"])


def test_a_stale_benchmark_is_marked(judge) -> None:
    workflows = "workflow,process,owner,monthly_volume,unit_cost\nSupplier invoices,ap_invoices,Ann,12000,5\n"
    gaps, _ = judge(
        "stp_rate,Supplier invoices,,4200,12000,12000,", workflows=workflows, sector="ecommerce", line="typical"
    )

    row = verdict(gaps, "stp_rate/zero_touch", "Supplier invoices")
    assert (row["is_stale"], row["age"]) == (True, 7) and pd.isna(row["accepted"])


INVOICES = "workflow,process,owner,monthly_volume,unit_cost,cost_of_manual_touch\nInvoices,ap_invoices,Ann,12000,5,4\n"
OLD, NEWER = "ardent_2019_stp_best", '[{{ id = "ardent_2019_stp_best", reason = "{}" }}]'


def test_a_stale_benchmark_prices_nothing_even_where_its_age_is_accepted(judge) -> None:
    toml = "[benchmarks]\naccept = " + NEWER.format("no newer one is known")
    gaps, read = judge("stp_rate,Invoices,,4200,12000,12000,", workflows=INVOICES, sector="ecommerce", toml=toml)

    row = verdict(gaps, "stp_rate/zero_touch", "Invoices")
    assert (row["benchmark"], row["verdict"], row["accepted"]) == (OLD, "misses", "no newer one is known")
    assert gap.worth(gaps, read).empty


def test_a_benchmark_that_is_left_out_is_compared_with_nothing(judge) -> None:
    toml = "[benchmarks]\nexclude = " + NEWER.format("another kind of invoice")
    row = "stp_rate,Invoices,,4200,12000,12000,"
    gaps, read = judge(row, workflows=INVOICES, sector="ecommerce", toml=toml)

    assert OLD not in set(gaps["benchmark"]) | set(benchmark.comparable(read)["benchmark"])
    assert OLD not in set(benchmark.rivals(read, kpi.measure(read, None))["benchmark"])
    assert OLD in set(read.benchmarks["benchmark"]), "its name is printed with the reason"


def test_money_is_compared_in_one_currency_only(make_engagement) -> None:
    files = {
        "tables/workflows.csv": "workflow,process,owner,monthly_volume,unit_cost\nInvoices,ap_invoices,Ann,12000,5\n",
        "tables/costs.csv": "workflow,personnel,systems,overhead,outsourced,other,total,transactions,period_start,"
        "period_end,source\nInvoices,50000,1,1,1,1,50004,12000,2026-01-01,2026-06-30,ledger\n",
    }
    place = make_engagement(files=files, sector="ecommerce")
    toml = place / "engagement.toml"
    dollars = tables.read(engagement.open(place))
    toml.write_text(toml.read_text().replace('"USD"', '"EUR"'))
    euros = tables.read(engagement.open(place))

    assert gap.find(kpi.measure(dollars, None), dollars)["benchmark"].notna().any()
    assert gap.find(kpi.measure(euros, None), euros)["benchmark"].isna().all()


AP = "workflow,process,owner,monthly_volume,unit_cost,cost_of_rework,cost_of_late,cost_of_manual_touch\n"


def test_worth_is_a_range_and_counts_one_gap_to_a_measurement_per_failure(judge) -> None:
    rows = (
        "rework_rate,Invoices,,300,1000,1000,",
        "exception_rate,Invoices,,300,1000,1000,",
        "stp_rate,Invoices,,300,1000,1000,",
    )
    gaps, read = judge(*rows, workflows=AP + "Invoices,ap_invoices,Ann,1000,5,20,3,4\n", sector="ecommerce")

    found = gap.worth(gaps.assign(is_stale=False), read).set_index("kpi")

    assert found.loc["rework_rate", "worth"] == pytest.approx(12000 * 0.20 * 20)
    assert (found["worth_low"] < found["worth"]).all()
    assert (found["worth"] < found["worth_high"]).all()
    assert found["counting"].to_dict() == {
        "rework_rate": "indicative",
        "stp_rate": "counted",
        "exception_rate": "same_failure",
    }
    assert found["is_counted"].to_dict() == {"rework_rate": False, "stp_rate": True, "exception_rate": False}


def test_what_counts_of_a_workflow_never_exceeds_its_spend_and_needs_one(judge) -> None:
    row = "stp_rate,Invoices,,300,1000,1000,"
    dear, read = judge(row, workflows=AP + "Invoices,ap_invoices,Ann,1000,5,20,3,400\n", sector="ecommerce")
    found = gap.worth(dear.assign(is_stale=False), read).iloc[0]
    unknown, other = judge(row, workflows=AP + "Invoices,ap_invoices,Ann,1000,,20,3,4\n", sector="ecommerce")

    assert found["spend"] == found["worth_low"] == found["worth_high"] == 60_000
    assert gap.worth(unknown.assign(is_stale=False), other)["counting"].tolist() == ["no_spend"]


def test_days_in_receivables_tie_up_cash_once_at_the_revenue_of_a_day() -> None:
    case = assessment.open("starter/healthcare")

    cash = case.worths[case.worths["counting"] == "cash"].iloc[0]

    over = case.gaps[case.gaps["kpi"] == "days_in_ar"].iloc[0]
    assert (cash["unit_price"], cash["is_counted"]) == (50_000, False)
    assert cash["worth"] == pytest.approx(over["gap"] * 50_000)


def test_no_worth_is_claimed_for_a_gap_that_is_not_proven(judge) -> None:
    workflows = "workflow,process,owner,monthly_volume,unit_cost,cost_of_late\nClaims,claims,Ann,1000,5,3\n"
    gaps, read = judge("sla_compliance,Claims,,92,100,100,", workflows=workflows)

    assert gap.worth(gaps, read).empty


def test_the_headline_flips_when_the_numbers_do(judge) -> None:
    bad, read = judge("first_pass_acceptance,,,881,1000,1000,")
    good, _ = judge("first_pass_acceptance,,,991,1000,1000,")
    none = gap.worth(bad, read)

    found = [benchmark_gap.find(gaps, none) for gaps in (bad, good)]
    trailing, meeting = ([item["text"] for item in answers.findings(one, read).content["items"]] for one in found)

    assert [one.iloc[1][["verdict", "direction"]].tolist() for one in found] == [
        ["trails", "worse"],
        ["meets", "better"],
    ]
    assert (
        trailing[1]
        == "First-pass claim acceptance is 88.1%; the benchmark is more than 95.0%, so it is 6.9 points too low."
    )
    assert meeting[1] == "First-pass claim acceptance meets the benchmark, beyond the margin of error."


def test_an_unknown_line_is_refused_with_the_words_that_exist(judge) -> None:
    from engineroom.errors import ReportError

    with pytest.raises(ReportError, match='line is "median"; it may be: leading, typical'):
        judge("sla_compliance,,,92,100,100,", line="median")


def test_every_result_table_is_valid_when_it_is_empty() -> None:
    for model in (results.Measures, results.Gaps, results.Tiers, results.Worths, results.Caveats):
        assert columns.empty(model).empty
