"""The reference data that ships with engineroom: well formed, consistent, figure for figure what the sources say."""

from __future__ import annotations

import csv
import itertools
import re
import tomllib

import pandas as pd
import pytest

from engineroom.dictionary import plans, schemas
from engineroom.measures import gap
from engineroom.readers import reference
from engineroom.resources import folder

DATA = folder("data")
MODELS = {
    "definitions": schemas.Definitions,
    "benchmarks": schemas.Benchmarks,
    "collisions": schemas.Collisions,
    "processes": schemas.Processes,
}
SECTORS = [
    "banking",
    "ecommerce",
    "finance_shared_services",
    "healthcare",
    "insurance",
    "legal",
    "manufacturing",
    "public_sector",
    "telecom",
]


def load(name):
    """Read a file as text, parse each column by its kind in the data dictionary and validate it."""
    model = MODELS[name]
    cells = pd.read_csv(DATA / f"{name}.csv", dtype=str, keep_default_na=False).replace("", None)
    assert list(cells) == list(model.to_schema().columns)
    parsed = pd.DataFrame(index=cells.index)
    for column, said in cells.items():
        kind = model.to_schema().columns[column].metadata["kind"]
        if kind == "flag":
            assert set(said) <= {"true", "false"}
            parsed[column] = said.eq("true")
        elif kind == "date":
            assert said.dropna().str.fullmatch(r"\d{4}-\d\d-\d\d").all()
            parsed[column] = pd.to_datetime(said)
        elif kind in ("text", "id", "choice"):
            parsed[column] = said.astype("str")
        else:
            parsed[column] = said.astype("float64")
    return model.validate(parsed, lazy=True)


definitions, benchmarks, collisions, processes = map(load, MODELS)
rows = benchmarks.set_index("benchmark")
packs = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(DATA.glob("sectors/*.toml"))}


# ------------------------------------------------------------------------------------------------------------- form


@pytest.mark.parametrize("name", MODELS)
def test_files_are_utf8_with_unix_line_ends_and_quotes_only_where_needed(name):
    raw = (DATA / f"{name}.csv").read_bytes()
    text = raw.decode("utf-8")
    assert "\r" not in text and "\ufeff" not in text and text.endswith("\n")
    fields = list(csv.reader(text.splitlines()))
    assert len({len(row) for row in fields}) == 1
    assert all(field == field.strip() for row in fields for field in row)
    quoted = re.findall(r'"((?:[^"]|"")*)"', text)
    assert all("," in field or '"' in field for field in quoted)


def test_a_definition_id_is_its_kpi_and_a_variant():
    assert definitions["definition"].str.fullmatch(r"[a-z0-9_]+/[a-z0-9_]+").all()
    assert (definitions["definition"].str.partition("/")[0] == definitions["kpi"]).all()


def test_each_kpi_has_one_default_definition_and_it_stands_first():
    assert definitions.groupby("kpi")["is_default"].sum().eq(1).all()
    assert definitions.drop_duplicates("kpi")["is_default"].all()


def test_names_of_definitions_are_unique():
    assert definitions["name"].is_unique


def test_a_definition_with_a_price_has_a_family_and_cash_is_one_of_its_own():
    assert definitions.loc[definitions["worth"].notna(), "family"].notna().all()
    assert definitions[definitions["family"] == "cash"]["worth"].eq("daily_revenue").all()


def test_only_money_is_its_own_price_and_only_shares_have_a_price_per_item():
    assert definitions.loc[definitions["worth"] == "unit", "unit"].eq("money").all()
    assert definitions.loc[definitions["worth"].str.startswith("cost_", na=False), "unit"].eq("share").all()


COMPUTED = {  # definitions that engineroom computes from event logs and tables
    "volume/completed": ("count", "band", None),
    "open_cases/at_period_end": ("count", "down", None),
    "cycle_time_p50/elapsed": ("hours", "down", None),
    "cycle_time_p90/elapsed": ("hours", "down", None),
    "stp_rate/zero_touch": ("share", "up", "cost_of_manual_touch"),
    "first_pass_yield/items": ("share", "up", "cost_of_rework"),
    "rework_rate/items": ("share", "down", "cost_of_rework"),
    "error_rate/items": ("share", "down", "cost_of_rework"),
    "sla_compliance/due_in_period": ("share", "up", "cost_of_late"),
    "cost_per_transaction/loaded": ("money", "down", "unit"),
    "utilisation/available_hours": ("share", "band", None),
    "handoffs/per_item": ("ratio", "down", None),
}


@pytest.mark.parametrize("definition", COMPUTED)
def test_computed_definitions_are_the_defaults_of_their_kpi(definition):
    row = definitions.set_index("definition").loc[definition]
    assert row["is_default"]
    assert (row["unit"], row["direction"], None if pd.isna(row["worth"]) else row["worth"]) == COMPUTED[definition]


# ------------------------------------------------------------------------------------------------------- references


def test_every_benchmark_follows_a_known_definition_in_its_unit():
    units = definitions.set_index("definition")["unit"]
    assert set(benchmarks["definition"]) <= set(units.index)
    assert (benchmarks["definition"].map(units) == benchmarks["unit"]).all()


def test_a_line_points_the_way_its_definition_does():
    direction = benchmarks["definition"].map(definitions.set_index("definition")["direction"])
    lines = benchmarks["operator"].notna()
    assert benchmarks.loc[lines & (direction == "up"), "operator"].isin([">", ">="]).all()
    assert benchmarks.loc[lines & (direction == "down"), "operator"].isin(["<", "<="]).all()
    assert not (lines & (direction == "band")).any()


def test_every_benchmark_names_a_known_sector_and_process():
    assert set(benchmarks["sector"]) <= {"all", *SECTORS}
    assert set(benchmarks["process"].dropna().str.split(";").explode()) <= set(processes["process"])


def test_a_benchmark_of_one_process_belongs_to_a_sector_that_has_it():
    sectors = processes.set_index("process")["sectors"].str.split(";")
    for _, row in benchmarks.dropna(subset="process").iterrows():
        assert row["sector"] == "all" or sectors[row["process"]] == ["all"] or row["sector"] in sectors[row["process"]]


def test_every_process_names_known_sectors():
    assert set(itertools.chain(*processes["sectors"].str.split(";"))) <= {"all", *SECTORS}


def test_every_collision_has_members_that_exist_one_topic_and_one_lesson():
    assert set(collisions["benchmark"]) <= set(rows.index)
    assert not collisions.duplicated(["collision", "benchmark"]).any()
    assert collisions.groupby("collision")["benchmark"].nunique().ge(2).all()
    assert collisions.groupby("collision")[["topic", "lesson"]].nunique().eq(1).all(axis=None)


# ---------------------------------------------------------------------------------------------------------- lines


def test_lines_and_bands_hold_what_they_need_and_context_is_no_line():
    context = benchmarks["line"] == "context"
    band = benchmarks["line"] == "band"
    assert benchmarks.loc[context | band, "operator"].isna().all()
    assert benchmarks.loc[band, "value"].isna().all()
    assert benchmarks.loc[band, "scale"].notna().all()
    assert set(benchmarks.loc[benchmarks["scale"].notna() & ~band, "statistic"]) <= set(gap.CUTS)


def test_context_without_a_number_says_the_words_instead():
    silent = benchmarks[["value", "low", "high"]].isna().all(axis=1)
    assert benchmarks.loc[silent, "line"].eq("context").all()
    assert benchmarks.loc[silent, "caveat"].notna().all()


def test_claims_and_second_hand_figures_are_never_a_line():
    lines = benchmarks["line"] != "context"
    assert not (lines & (benchmarks["kind"] == "claim")).any()
    assert benchmarks.loc[lines & (benchmarks["grade"] == "D"), "reference"].eq("document 000").all()
    assert benchmarks.loc[lines, "verification"].isin(["source", "page"]).all()


def test_grades_follow_kind_verification_and_n():
    read = benchmarks[(benchmarks["kind"] == "measured") & (benchmarks["verification"] == "page")]
    read = read[read["grade"] != "D"]
    assert (read["grade"].eq("A") == read["n"].notna()).all()
    targets = benchmarks[benchmarks["kind"] == "target"]
    of_the_seller = targets["label"].str.contains("traditional|optimised")
    assert targets.loc[~of_the_seller, "grade"].eq("C").all()
    assert targets.loc[of_the_seller, "grade"].eq("D").all() and of_the_seller.sum() == 16
    assert benchmarks.loc[benchmarks["verification"].isin(["second", "unverified"]), "grade"].eq("D").all()


def test_a_dated_figure_is_stale_after_the_shelf_life_of_its_kind():
    read = reference.benchmarks().merge(benchmarks[benchmarks["expires"].isna()]["benchmark"])
    kept = read["kind"].map({"measured": 3, "target": 5, "claim": 2}).where(read["unit"] != "money", 2)
    last = (read["year"].fillna(read["published"]) + kept).astype(int)
    assert (read["expires"] == pd.to_datetime(last.astype(str) + "-12-31")).all()
    assert read["kind"].nunique() == 3


def test_undated_figures_are_stale_and_undated_targets_are_reviewed_in_mid_2027():
    undated = benchmarks[benchmarks["year"].isna() & benchmarks["published"].isna()]
    own = undated["verification"] == "source"
    assert undated.loc[own, "expires"].eq(pd.Timestamp("2027-06-30")).all()
    assert undated.loc[~own, "expires"].eq(pd.Timestamp("2024-12-31")).all()


def test_an_undated_line_tells_that_its_year_is_missing():
    undated = benchmarks["year"].isna() & (benchmarks["kind"] == "measured") & benchmarks["operator"].notna()
    assert benchmarks.loc[undated, "caveat"].str.contains("year").all()


def test_one_line_of_a_kind_per_definition_population_and_source():
    lines = benchmarks[benchmarks["line"].isin(["leading", "typical"])]
    lines = lines.assign(publisher=lines["source"].str.split(",").str[0])
    assert not lines.duplicated(["definition", "process", "sector", "publisher", "line"]).any()


def test_unverified_rows_are_context_of_grade_d():
    unverified = benchmarks[benchmarks["verification"] == "unverified"]
    assert set(unverified["benchmark"]) == {
        "hackett_2023_finance_cost_top_misprint",
        "hackett_2023_finance_cost_others_misprint",
        "nrf_2023_online_return_rate",
    }
    assert unverified["line"].eq("context").all() and unverified["grade"].eq("D").all()


def test_ranges_run_upwards():
    both = benchmarks.dropna(subset=["low", "high"])
    assert (both["low"] < both["high"]).all()


def test_an_edge_that_is_not_there_belongs_to_nothing():
    assert not (benchmarks["low"].isna() & benchmarks["low_inclusive"]).any()
    assert not (benchmarks["high"].isna() & benchmarks["high_inclusive"]).any()


SCALED = ["scale", "definition"]


def holds(band, value):
    above = value > band["low"] or (value == band["low"] and band["low_inclusive"])
    below = value < band["high"] or (value == band["high"] and band["high_inclusive"])
    return above and below


def bands_of(scale, definition, value):
    bands = benchmarks[(benchmarks["scale"] == scale) & (benchmarks["definition"] == definition)]
    return [band["label"] for _, band in bands.iterrows() if holds(band, value)]


@pytest.mark.parametrize(("scale", "definition"), benchmarks[benchmarks["line"] == "band"].groupby(SCALED).groups)
def test_no_value_falls_into_two_bands_of_a_scale(scale, definition):
    bands = benchmarks[(benchmarks["scale"] == scale) & (benchmarks["definition"] == definition)]
    for edge in {*bands["low"], *bands["high"]}:
        for value in (edge - 1e-9, edge, edge + 1e-9):
            assert len(bands_of(scale, definition, value)) <= 1


def test_at_02_stp_tiers_name_the_tier_of_each_edge():
    tiers = [bands_of("stp_tiers", "stp_rate/zero_touch", value) for value in (0.32, 0.35, 0.40, 0.60, 0.80, 0.81)]
    assert tiers == [["lagging"], ["lagging"], ["average"], ["above average"], ["above average"], ["best"]]


def test_stp_tiers_leave_no_gap():
    assert all(bands_of("stp_tiers", "stp_rate/zero_touch", value / 1000) for value in range(1001))


def test_first_contact_resolution_below_the_lowest_published_range_is_not_called_good():
    classes = [bands_of("sqm_fcr", "fcr/all_contacts", value) for value in (0.50, 0.70, 0.79, 0.795, 0.80)]
    assert classes == [["below good"], ["good"], ["good"], [], ["world class"]]


def test_at_14_the_traditional_and_optimised_table_classifies():
    table = {
        "sla_compliance/due_in_period": (0.80, 0.945),
        "error_rate/items": (0.10, 0.03),
        "csat/mean_of_5": (3.4, 4.3),
        "rework_rate/items": (0.25, 0.09),
    }
    for definition, (before, after) in table.items():
        assert bands_of("traditional_optimised", definition, before) == ["traditional"]
        assert bands_of("traditional_optimised", definition, after) == ["optimised"]
    assert bands_of("traditional_optimised", "sla_compliance/due_in_period", 0.87) == []
    assert bands_of("traditional_optimised", "rework_rate/items", 0.10) == []


# -------------------------------------------------------------------------------------------------------- figures

VALUES = {  # benchmark: value, operator, line
    "doc000_sla_target": (0.93, ">=", "leading"),
    "doc000_error_target": (0.04, "<=", "leading"),
    "doc000_csat_target": (4.1, ">=", "leading"),
    "doc000_rework_target": (0.10, "<", "leading"),
    "doc002_stp_target": (0.80, ">", "leading"),
    "doc000_first_pass_acceptance": (0.95, ">", "leading"),
    "doc000_clean_claim_rate": (0.98, ">=", "leading"),
    "doc000_days_in_ar": (35, "<", "leading"),
    "doc000_legal_invoice_accuracy": (0.99, ">", "leading"),
    "doc000_matter_field_errors": (0.02, "<", "leading"),
    "doc000_order_accuracy": (0.995, ">", "leading"),
    "doc000_return_time": (48, "<", "leading"),
    "doc000_fcr_order_status": (0.90, ">", "leading"),
    "doc000_reconciliation_daily": (1, "<=", "leading"),
    "apqc_ap_cost_top_quartile": (2.07, "<=", "leading"),
    "apqc_ap_cost_median": (5.83, "<=", "typical"),
    "apqc_ap_cost_bottom_quartile": (10.00, None, "context"),
    "apqc_invoices_per_fte_p25": (6488, None, "context"),
    "apqc_invoices_per_fte_p75": (20964, ">=", "leading"),
    "apqc_receipt_to_entry_median": (12.0, "<=", "typical"),
    "apqc_monthly_close_median": (8.0, "<=", "typical"),
    "ardent_2019_stp_average": (0.242, ">=", "typical"),
    "ardent_2019_stp_best": (0.653, ">=", "leading"),
    "ardent_2019_exceptions_average": (0.226, "<=", "typical"),
    "ardent_2019_exceptions_best": (0.101, "<=", "leading"),
    "ardent_2019_ap_cost_average": (10.08, None, "context"),
    "ardent_2019_ap_cost_best": (2.18, "<=", "leading"),
    "ardent_2019_ap_days_average": (8.3, None, "context"),
    "ardent_2019_ap_days_best": (2.9, None, "context"),
    "ardent_2024_ap_cost_average": (9.40, "<=", "typical"),
    "ardent_2024_ap_days_average": (9.2, "<=", "typical"),
    "ardent_2025_ap_days_best": (3.1, "<=", "leading"),
    "ardent_2025_ap_days_others": (17.4, None, "context"),
    "kodiak_2020_initial_denials": (0.1015, None, "context"),
    "kodiak_2023_initial_denials": (0.1153, None, "context"),
    "kodiak_2024_initial_denials": (0.1181, "<=", "typical"),
    "beckers_2023_initial_denials_by_value": (0.1199, None, "context"),
    "kodiak_2020_final_denials": (0.024, None, "context"),
    "kodiak_2024_final_denials": (0.028, "<=", "typical"),
    "kodiak_2024_true_ar_days_all": (56.9, "<=", "typical"),
    "kodiak_2024_true_ar_days_top_10": (43.6, "<=", "leading"),
    "kodiak_2024_ar_over_90_all": (0.359, "<=", "typical"),
    "kodiak_2024_ar_over_90_top_10": (0.225, "<=", "leading"),
    "premier_denials": (0.15, None, "context"),
    "premier_2022_cost_per_denial": (43.84, None, "context"),
    "premier_2023_cost_per_denial": (57.23, "<=", "typical"),
    "caqh_2016_prior_auth_manual_cost": (7.50, None, "context"),
    "caqh_2018_prior_auth_manual_cost": (6.61, None, "context"),
    "caqh_2019_prior_auth_manual_cost": (10.92, "<=", "typical"),
    "caqh_2016_prior_auth_electronic_cost": (1.89, None, "context"),
    "caqh_2018_prior_auth_electronic_cost": (2.80, None, "context"),
    "caqh_2019_prior_auth_electronic_cost": (1.88, "<=", "typical"),
    "caqh_2023_prior_auth_electronic_share": (0.31, None, "context"),
    "caqh_2023_attachments_electronic_share": (0.29, ">=", "typical"),
    "hfma_clean_claim_quoted": (0.95, None, "context"),
    "werc_2020_order_picking": (0.999, ">", "leading"),
    "werc_2020_shipped_complete": (0.9956, ">", "leading"),
    "werc_2020_on_time_shipment": (0.997, ">", "leading"),
    "werc_2020_on_time_delivery": (0.9948, ">", "leading"),
    "werc_2020_damage_free": (0.997, ">", "leading"),
    "werc_2020_documents": (0.998, ">", "leading"),
    "nrf_2021_return_rate": (0.166, None, "context"),
    "nrf_2021_online_return_rate": (0.208, None, "context"),
    "nrf_2022_return_rate": (0.165, None, "context"),
    "nrf_2022_online_return_rate": (0.165, "<=", "typical"),
    "nrf_2024_return_rate": (0.169, "<=", "typical"),
    "cloc_2019_legal_spend": (0.0112, "<=", "typical"),
    "sqm_2022_fcr_target": (0.80, ">=", "leading"),
    "doc004_automated_sla_tracking": (0.14, None, "context"),
    "caqh_2016_prior_auth_manual_time": (0.333333, "<=", "typical"),
    "caqh_2016_prior_auth_electronic_time": (0.1, "<=", "typical"),
    **{
        name: (value, None, "context")
        for name, value in {
            "doc003_first_pass_yield_example": 0.75,
            "ardent_2024_best_cost": -0.78,
            "ardent_2024_best_days": -0.82,
            "ardent_2024_best_exceptions": -0.59,
            "hackett_2006_finance_cost": -0.45,
            "hackett_2023_budget_top": -0.013,
            "hackett_2023_budget_others": 0.075,
            "hackett_2023_finance_cost_top_misprint": 0.47,
            "hackett_2023_finance_cost_others_misprint": 0.88,
            "premier_denials_overturned_earlier": 0.54,
            "premier_denials_overturned_later": 0.70,
            "caqh_2016_manual_extra_mean": 6,
            "caqh_2016_manual_extra_most": 11,
            "caqh_2014_plan_manual_cost": 2,
            "caqh_2014_provider_manual_cost": 5,
            "caqh_2014_provider_electronic_cost": 1.60,
            "caqh_2021_savings_share": 0.48,
            "caqh_2021_savings_opportunity": 20e9,
            "mgma_ar_over_90": 0.135,
            "mgma_net_collection": 0.97,
            "mgma_denials_median": 0.111,
            "mgma_denials_top_quartile": 0.04,
            "arxiv_2025_invoice_review_cost": 4.27,
            "arxiv_2025_approval_accuracy": 0.72,
            "clm_2020_bill_reduction": 0.07,
            "clm_2020_no_pre_check": 0.89,
            "cloc_2018_legal_spend_size_1": 0.005,
            "cloc_2018_legal_spend_size_2": 0.01,
            "cloc_2018_legal_spend_size_3": 0.027,
            "ldo_2017_chaotic": 0.02,
            "ldo_2017_reactive": 0.21,
            "ldo_2017_proactive": 0.58,
            "ldo_2017_optimised": 0.12,
            "ldo_2017_predictive": 0.07,
            "doc000_reconciliation_weekly": 7,
            "fcbco_order_accuracy_no_barcodes": 0.995,
            "fcbco_order_accuracy_barcodes": 0.999,
            "nrf_2023_online_return_rate": 0.176,
            "sqm_2022_world_class_centres": 0.05,
            "doc000_rework_cut": -0.50,
            "doc000_productivity_lift": 0.89,
            "mckinsey_automation_half": 0.5,
            "aberdeen_csat_multiple": 2.8,
            "aberdeen_quality_sla_multiple": 5.4,
            "aberdeen_productivity_multiple": 11.7,
            "aberdeen_cost_multiple": 15.3,
            "aberdeen_cost_traditional": -0.015,
            "capita_workflows_before": 2663,
            "capita_workflows_after": 250,
            "capita_days_before": 35,
            "capita_days_after": 3,
            "insurer_capacity_gain": 0.16,
            "insurer_hours_gained": 800,
            "bank_performance_gain": 0.20,
            "bank_backlog_cut": -0.64,
        }.items()
    },
}

RANGES = {
    "doc000_sla_traditional": (0.78, 0.82),
    "doc000_sla_optimised": (0.93, 0.96),
    "doc000_error_traditional": (0.08, 0.12),
    "doc000_error_optimised": (0.02, 0.04),
    "doc000_csat_traditional": (3.2, 3.6),
    "doc000_csat_optimised": (4.1, 4.5),
    "doc000_rework_traditional": (0.20, 0.30),
    "doc000_rework_optimised": (0.0, 0.10),
    "doc000_cost_per_claim": (-0.45, -0.30),
    "doc002_outsourcing_saving": (0.08, 0.12),
    "doc002_rpa_saving_quoted": (0.30, 0.50),
    "doc002_rpa_saving_realised": (0.10, 0.20),
    "doc003_rpa_saving": (0.30, 0.60),
    "doc002_exception_types": (15, 30),
    "doc002_cost_concentration": (0.60, 0.70),
    "auto_adjudication_typical": (0.70, 0.85),
    "auto_adjudication_best": (0.90, 0.95),
    "sqm_2022_fcr_below_good": (0.0, 0.70),
    "sqm_2022_fcr_good": (0.70, 0.79),
    "sqm_2022_fcr_world_class": (0.80, 1.0),
    "fcbco_dock_to_stock": (8, 24),
    "ey_rpa_saving": (0.25, 0.40),
    "ey_rpa_failures": (0.30, 0.50),
    "willcocks_2017_rpa_return": (0.30, 2.00),
    "auto_adjudication_still_manual": (0.15, 0.20),
    "caqh_2014_plan_electronic_cost": (0.05, 0.10),
    "wolters_kluwer_line_review_saving": (0.04, 0.08),
    "thomson_reuters_e_billing_saving": (0.05, 0.15),
    "arxiv_2025_invoice_review_time": (0.053889, 0.087778),
    "doc002_stp_lagging": (0.0, 0.40),
    "doc002_stp_average": (0.40, 0.60),
    "doc002_stp_above_average": (0.60, 0.80),
    "doc002_stp_best": (0.80, 1.0),
}


@pytest.mark.parametrize("benchmark", VALUES)
def test_a_figure_is_what_its_source_says(benchmark):
    value, operator, line = VALUES[benchmark]
    row = rows.loc[benchmark]
    assert (row["value"], None if pd.isna(row["operator"]) else row["operator"], row["line"]) == (value, operator, line)


@pytest.mark.parametrize("benchmark", RANGES)
def test_a_range_is_what_its_source_says(benchmark):
    assert tuple(rows.loc[benchmark, ["low", "high"]]) == RANGES[benchmark]


def test_every_figure_is_held_by_a_test():
    numbered = benchmarks[["value", "low", "high"]].notna().any(axis=1)
    assert {*VALUES, *RANGES} | set(QUOTED["benchmark"]) == set(benchmarks.loc[numbered, "benchmark"])


QUOTED = benchmarks[benchmarks["words"].notna()]


@pytest.mark.parametrize("name", QUOTED["benchmark"])
def test_a_figure_and_its_n_are_in_the_words_that_were_seen(name):
    row = rows.loc[name]
    seen = [float(one.replace(",", "")) for one in re.findall(r"\d[\d,]*(?:\.\d+)?", row["words"])]
    value = row["value"] * 100 if row["unit"] == "share" else row["value"]
    assert any(abs(one - value) < 0.0051 for one in seen), (value, seen)
    assert pd.isna(row["n"]) or row["n"] in seen


def test_what_was_read_at_second_hand_is_context_of_grade_d():
    second = QUOTED[QUOTED["verification"] == "second"]
    assert (second["line"] == "context").all() and (second["grade"] == "D").all()


def test_populations_are_as_large_as_the_sources_say():
    assert rows.loc[rows["words"].isna() | rows.index.str.startswith("apqc_ap"), "n"].dropna().astype(
        int
    ).to_dict() == {
        "apqc_ap_cost_top_quartile": 1485,
        "apqc_ap_cost_median": 1485,
        "apqc_ap_cost_bottom_quartile": 1485,
        "apqc_receipt_to_entry_median": 2461,
        "apqc_monthly_close_median": 3123,
        "arxiv_2025_invoice_review_time": 50,
        "arxiv_2025_invoice_review_cost": 50,
        "arxiv_2025_approval_accuracy": 50,
        **{f"ldo_2017_{level}": 161 for level in ("chaotic", "reactive", "proactive", "optimised", "predictive")},
    }


def test_durations_published_in_minutes_and_seconds_are_kept_in_hours():
    assert rows.loc["caqh_2016_prior_auth_manual_time", "value"] == pytest.approx(20 / 60, abs=1e-6)
    assert rows.loc["caqh_2016_prior_auth_electronic_time", "value"] == pytest.approx(6 / 60, abs=1e-6)
    assert rows.loc["arxiv_2025_invoice_review_time", "low"] == pytest.approx(194 / 3600, abs=1e-6)
    assert rows.loc["arxiv_2025_invoice_review_time", "high"] == pytest.approx(316 / 3600, abs=1e-6)


def test_levels_of_legal_operations_make_a_whole():
    assert rows.loc[rows.index.str.startswith("ldo_2017_"), "value"].sum() == pytest.approx(1.0)


def test_ardent_2025_average_cannot_be_the_mean_of_all():
    best, others = rows.loc["ardent_2025_ap_days_best", "value"], rows.loc["ardent_2025_ap_days_others", "value"]
    implied = 0.2 * best + 0.8 * others
    assert implied == pytest.approx(14.54)
    assert implied > rows.loc["ardent_2024_ap_days_average", "value"]
    assert "14.5 days" in rows.loc["ardent_2025_ap_days_others", "caveat"]


def test_definitions_that_differ_never_meet():
    assert rows.loc["doc000_days_in_ar", "definition"] != rows.loc["kodiak_2024_true_ar_days_all", "definition"]
    assert rows.loc["doc000_order_accuracy", "definition"] != rows.loc["werc_2020_order_picking", "definition"]
    assert rows.loc["doc000_fcr_order_status", "definition"] != rows.loc["sqm_2022_fcr_target", "definition"]
    means = benchmarks[benchmarks["benchmark"].str.contains("ap_days")]
    assert means["definition"].eq("cycle_time_mean/days").all()


def test_a_line_on_a_flow_kpi_of_every_sector_stays_with_its_process():
    general = benchmarks["definition"].isin(COMPUTED) & benchmarks["operator"].notna()
    measured = general & (benchmarks["kind"] == "measured")
    assert benchmarks.loc[measured, "process"].notna().all()
    assert rows.loc["doc000_return_time", "process"] == "returns"


# -------------------------------------------------------------------------------------------------------- coverage

DOMAIN_3A = {
    "SLA compliance": "doc000_sla",
    "Error rate": "doc000_error",
    "Cost per transaction": "doc000_cost_traditional doc000_cost_optimised",
    "CSAT (of 5)": "doc000_csat",
    "Rework volume": "doc000_rework_traditional doc000_rework_optimised doc000_rework_target",
    "Employee engagement": "doc000_engagement",
    "First-pass claim acceptance": "doc000_first_pass_acceptance",
    "Clean claim rate": "doc000_clean_claim_rate",
    "Days in A/R": "doc000_days_in_ar",
    "Cost per claim": "doc000_cost_per_claim",
    "Invoice processing accuracy": "doc000_legal_invoice_accuracy",
    "Matter-data field error rate": "doc000_matter_field_errors",
    "Billing-guideline compliance": "doc000_billing_guidelines",
    "E-billing cycle time": "doc000_e_billing_time",
    "Order accuracy": "doc000_order_accuracy",
    "Return processing time": "doc000_return_time",
    "Inventory reconciliation": "doc000_reconciliation_daily doc000_reconciliation_weekly",
    "FCR, order-status inquiries": "doc000_fcr_order_status",
    "Rework cut / SLA lift / productivity (claims)": "doc000_rework_cut doc000_sla_lift doc000_productivity_lift",
    "STP": "doc002_stp_lagging doc002_stp_average doc002_stp_above_average doc002_stp_best doc002_stp_target",
    "Outsourcing year-one saving": "doc002_outsourcing_saving",
    "RPA saving": "doc002_rpa_saving_quoted doc002_rpa_saving_realised",
    "RPA processing-cost cut": "doc003_rpa_saving",
    "Exception types per workflow": "doc002_exception_types",
    "Cost concentration": "doc002_cost_concentration",
    "FPY example": "doc003_first_pass_yield_example",
    "Automated SLA tracking": "doc004_automated_sla_tracking",
    "Modern vs traditional": "aberdeen_csat aberdeen_quality_sla aberdeen_productivity "
    "aberdeen_cost_multiple aberdeen_cost_traditional",
    "Cases": "capita_workflows capita_days insurer_capacity insurer_hours bank_performance bank_backlog",
}
DOMAIN_3B = {
    "AP cost per invoice": "apqc_ap_cost_top_quartile apqc_ap_cost_median apqc_ap_cost_bottom_quartile",
    "Invoices per AP FTE / yr": "apqc_invoices_per_fte_p25 apqc_invoices_per_fte_p75",
    "Receipt → data entered": "apqc_receipt_to_entry_median",
    "Monthly close, shared services": "apqc_monthly_close_median",
    "AP 2019: cost; days; exceptions; STP": "ardent_2019_ap_cost ardent_2019_ap_days "
    "ardent_2019_exceptions ardent_2019_stp",
    "AP 2024: cost; days": "ardent_2024_ap_cost ardent_2024_ap_days ardent_2024_best_cost "
    "ardent_2024_best_days ardent_2024_best_exceptions",
    "AP 2025: days": "ardent_2025_ap_days_best ardent_2025_ap_days_others",
    "Finance cost gap": "hackett_2006_finance_cost hackett_2023_budget_top hackett_2023_budget_others",
    "Initial denial rate": "kodiak_2020_initial kodiak_2023_initial kodiak_2024_initial",
    "Final denial rate": "kodiak_2020_final kodiak_2024_final",
    "True A/R days; share > 90 d": "kodiak_2024_true_ar_days kodiak_2024_ar_over_90",
    "Denials, cost per contested claim": "premier_denials premier_2022_cost "
    "premier_2023_cost premier_denials_overturned",
    "Clean claim standard": "hfma_clean_claim_quoted",
    "Prior auth, provider cost": "caqh_2016_prior_auth caqh_2018_prior_auth caqh_2019_prior_auth",
    "Manual vs electronic, mean extra": "caqh_2016_manual_extra caqh_2014_plan caqh_2014_provider",
    "Fully electronic share": "caqh_2023_prior_auth caqh_2023_attachments",
    "Savings opportunity": "caqh_2021_savings_share caqh_2021_savings_opportunity",
    "Auto-adjudication (claims STP)": "auto_adjudication_typical auto_adjudication_best auto_adjudication_still_manual",
    "A/R > 90 d; net collection; denial": "mgma_ar_over_90 mgma_net_collection "
    "mgma_denials_median mgma_denials_top_quartile",
    "Order picking accuracy": "werc_2020_order_picking",
    "Shipped complete; on-time ship; on-time delivery; damage-free; documents": "werc_2020_shipped_complete "
    "werc_2020_on_time_shipment werc_2020_on_time_delivery werc_2020_damage_free werc_2020_documents",
    "Order accuracy; dock-to-stock": "fcbco_order_accuracy_no_barcodes fcbco_order_accuracy_barcodes "
    "fcbco_dock_to_stock",
    "Return rate": "nrf_2021_return nrf_2021_online nrf_2022_return nrf_2022_online nrf_2024_return",
    "Return rate 2023 online 17.6%": "nrf_2023_online_return_rate",
    "Legal invoice review": "arxiv_2025_invoice_review_time arxiv_2025_invoice_review_cost "
    "arxiv_2025_approval_accuracy",
    "Bill reduction after appeal": "clm_2020_bill_reduction clm_2020_no_pre_check",
    "Saving from line review; e-billing ROI": "wolters_kluwer_line_review_saving thomson_reuters_e_billing_saving",
    "Legal spend / revenue": "cloc_2019_legal_spend cloc_2018_legal_spend_size",
    "Legal-ops sophistication": "ldo_2017",
    "FCR": "sqm_2022_fcr_below_good sqm_2022_fcr_good sqm_2022_fcr_world_class sqm_2022_fcr_target "
    "sqm_2022_world_class_centres",
    "RPA outcomes": "ey_rpa_failures ey_rpa_saving",
    "Automation programmes": "mckinsey_automation_half mckinsey_automation_handful",
    "RPA first-year ROI": "willcocks_2017_rpa_return",
}
DOMAIN_3C = {
    "STP 35% on invoices": "stp_invoices",
    "STP 32% on health claims": "stp_claims",
    "Days in A/R < 35": "days_in_ar",
    "Order accuracy > 99.5%": "order_accuracy",
    "Clean claim >= 98% / acceptance > 95%": "first_time_claims",
    "FCR > 90%": "fcr",
    "2023 denial rate": "denials_2023",
    "AP days": "ap_days",
    "Finance cost": "finance_cost",
}
NAMED_BY_3C = {
    "beckers_2023_initial_denials_by_value",
    "hackett_2023_finance_cost_top_misprint",
    "hackett_2023_finance_cost_others_misprint",
}


@pytest.mark.parametrize("title", [*DOMAIN_3A, *DOMAIN_3B])
def test_every_row_of_the_domain_notes_has_its_benchmarks(title):
    for start in {**DOMAIN_3A, **DOMAIN_3B}[title].split():
        assert rows.index.str.startswith(start).any(), start


def test_every_benchmark_comes_from_a_row_of_the_domain_notes():
    starts = tuple(" ".join([*DOMAIN_3A.values(), *DOMAIN_3B.values()]).split())
    others = rows.index[~rows.index.str.startswith(starts)]
    assert set(others[rows.loc[others, "words"].isna()]) == NAMED_BY_3C - set(QUOTED["benchmark"])


def test_every_collision_of_the_domain_notes_is_shown():
    assert set(DOMAIN_3C.values()) | {"rpa_saving"} == set(collisions["collision"])


# --------------------------------------------------------------------------------------------------------- sectors

GENERAL = {
    "dq_audit": "000-02", "process_owners": "000-02", "integration_maps": "000-02", "leadership_approval": "000-02",
    "data_clean": "000-03", "maps_owned": "000-03", "governance_ready": "000-03",
    "signoff_operations": "000-06", "signoff_it": "000-06", "signoff_compliance": "000-06", "signoff_finance": "000-06",
}  # fmt: skip
FLOW = {
    "cycle_time_p50", "cycle_time_p90", "stp_rate", "first_pass_yield",
    "rework_rate", "error_rate", "sla_compliance", "cost_per_transaction",
}  # fmt: skip


def test_the_sectors_are_the_promised_nine():
    assert list(packs) == SECTORS
    assert {name for name, pack in packs.items() if pack["depth"] == "full"} == {"ecommerce", "healthcare", "legal"}


@pytest.mark.parametrize("sector", SECTORS)
def test_a_pack_has_the_keys_of_its_shape(sector):
    pack = packs[sector]
    assert " ".join(pack) == "id name summary depth systems integrations kpis prerequisites pilots"
    assert pack["id"] == sector
    assert all(list(one) == ["kpi", "why"] for one in pack["kpis"])
    keys = ["id", "name", "asks", "source"]
    assert all([key for key in one if key not in ("shown_by", "after")] == keys for one in pack["prerequisites"])
    assert {one.get("shown_by") for one in pack["prerequisites"]} >= set(plans.ABOUT)
    assert all(list(one) == ["workflow", "process", "why", "source"] for one in pack["pilots"])


@pytest.mark.parametrize("sector", SECTORS)
def test_a_pack_names_known_kpis_once_and_all_of_the_flow(sector):
    named = [one["kpi"] for one in packs[sector]["kpis"]]
    assert len(named) == len(set(named))
    assert FLOW <= set(named) <= set(definitions["kpi"])


@pytest.mark.parametrize("sector", SECTORS)
def test_a_pack_asks_for_every_general_prerequisite(sector):
    asked = {one["id"]: one["source"] for one in packs[sector]["prerequisites"]}
    assert len(asked) == len(packs[sector]["prerequisites"])
    assert GENERAL.items() <= asked.items()
    assert (len(asked) > len(GENERAL)) == (packs[sector]["depth"] == "full")


@pytest.mark.parametrize("sector", SECTORS)
def test_a_pilot_is_a_process_of_its_sector(sector):
    sectors = processes.set_index("process")["sectors"]
    for pilot in packs[sector]["pilots"]:
        assert {"all", sector} & set(sectors[pilot["process"]].split(";"))


@pytest.mark.parametrize("sector", SECTORS)
def test_every_source_of_a_pack_is_a_row_of_the_domain_notes(sector):
    last = {"000": 24, "001": 7, "002": 19, "003": 16, "004": 13}
    for one in [*packs[sector]["prerequisites"], *packs[sector]["pilots"]]:
        document, number = one["source"].split("-")
        assert 1 <= int(number) <= last[document]
