"""Buckets, causes and concentration; pilots and reviews; the map and the shortlist; stability."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from engineroom import errors
from engineroom.dictionary import codes, logtables, plans, schemas
from engineroom.dictionary.columns import empty
from engineroom.dictionary.results import Measures
from engineroom.measures import control, kpi
from engineroom.organisation import maturity, review_calendar
from engineroom.pages import answers, calendarfile, facts
from engineroom.phrases import tell
from engineroom.planning import pilot, plan, portfolio, readiness, sequence, workflow
from engineroom.readers import engagement, tables
from engineroom.reports.roadmap import facts as roadmap
from engineroom.reports.roadmap import tables as tables_of_roadmap


@pytest.fixture(scope="module")
def hospital() -> tables.Tables:
    return tables.read(engagement.open("starter/healthcare"))


@pytest.fixture(scope="module")
def ranked(hospital) -> pd.DataFrame:
    measures = kpi.measure(hospital, None)
    return workflow.rank(
        hospital, measures, readiness.stages(readiness.assess(hospital, measures, empty(plans.Shown)), hospital)
    )


def changed(read: tables.Tables, name: str, **columns: object) -> tables.Tables:
    return replace(read, **{name: getattr(read, name).assign(**columns)})


@pytest.mark.parametrize(
    ("low", "high", "tone", "said"),
    [
        (-58_000.0, -4_200.0, "bad", "After 24 months, benefits are still below cost: −$58K to −$4,200."),
        (-5_000.0, 60_000.0, "caution", "Benefit less cost after 24 months: −$5,000 to $60K."),
        (5_000.0, 60_000.0, "neutral", "Benefit less cost after 24 months: $5,000 to $60K."),
    ],
)
def test_a_plan_that_loses_at_both_ends_is_no_neutral_news(hospital, low, high, tone, said) -> None:
    money = {"annual_benefit": 50_000.0, "annual_benefit_low": 36_000.0, "annual_benefit_high": 77_000.0}
    plan = pd.DataFrame([money | {"cost_low": 90_000.0, "cost": 100_000.0, "cost_high": 120_000.0}])
    row = roadmap.benefit(plan, pd.DataFrame({"low": [low] * 25, "high": [high] * 25}))

    found = facts.table("roadmap", roadmap.SECTIONS, [row])
    (item,) = answers.findings(found, hospital).content["items"]

    assert (item["tone"], said in item["detail"]) == (tone, True)


# ------------------------------------------------------------------------------------------------------------ buckets


@pytest.mark.parametrize(
    ("attributes", "bucket"),
    [
        ({"business_units": 2.0, "specialised": "yes"}, "Centralise"),
        ({"business_units": 2.0, "specialised": "no"}, "Automate to STP"),
        ({"judgement_share": 0.3}, "Augment"),
    ],
)
def test_a_workflow_falls_into_the_bucket_of_the_first_rule_that_holds(hospital, ranked, attributes, bucket) -> None:
    plain = {"upstream_share": 0.1, "business_units": 1.0, "specialised": "no", "judgement_share": 0.02}
    read = changed(replace(hospital, exceptions=empty(schemas.INPUTS["exceptions"])), "portfolio", **plain | attributes)

    placed = portfolio.place(read, ranked.assign(monthly_volume=100.0, friction=0.05))

    assert set(placed["bucket"]) == {bucket}
    assert set(placed["work"]) == {""}


def test_what_is_eliminated_is_work_caused_upstream_and_never_a_workflow(hospital, ranked) -> None:
    read = changed(hospital, "portfolio", upstream_share=0.5)
    unnamed = replace(read, exceptions=empty(schemas.INPUTS["exceptions"]))

    placed, of_unnamed = portfolio.place(read, ranked), portfolio.place(unnamed, ranked)

    assert set(placed.loc[placed["work"] == "", "bucket"]).isdisjoint({portfolio.ELIMINATE})
    work = placed[placed["work"] != ""].set_index("workflow")
    assert set(work["bucket"]) == {portfolio.ELIMINATE}
    assert codes.items(work.loc["Denials", "work"]) == ["Authorisation missing at visit", "Coverage ended"]
    assert set(of_unnamed.loc[of_unnamed["work"] != "", "work"]) == {codes.listed([portfolio.REPAIRS])}


def test_a_workflow_that_no_rule_places_says_what_keeps_the_nearest_from_holding(hospital, ranked) -> None:
    placed = portfolio.place(hospital, ranked).set_index("workflow").loc["Payment posting"]

    assert placed["bucket"] == portfolio.NOT_PLACED
    assert [tell(one) for one in codes.each(placed["reason"])] == [
        "not: at most 15% of the items leave the standard path (18%)"
    ]


def test_a_bucket_says_its_figures_confidence_and_review_18_months_on(hospital, ranked) -> None:
    placed = portfolio.place(hospital, ranked)
    placed = placed[placed["work"] != ""].set_index("workflow")

    reason = codes.each(placed.loc["Denials", "reason"])
    assert [tell(one) for one in reason] == ["at least half of the manual work only repairs wrong input (58%)"]
    assert placed.loc["Denials", "confidence"] == "medium"  # 58% is within a quarter of the threshold of 50%
    assert set(placed["review"]) == {pd.Timestamp("2028-01-15")}


def test_what_is_not_known_lowers_confidence_and_is_named(hospital, ranked) -> None:
    read = replace(
        hospital, portfolio=empty(schemas.INPUTS["portfolio"]), exceptions=empty(schemas.INPUTS["exceptions"])
    )

    placed = portfolio.place(read, ranked)

    assert set(placed["bucket"]) == {portfolio.NOT_PLACED}
    assert set(placed["confidence"]) == {"low"}
    unknown = ["upstream_share", "business_units", "specialised", "judgement_share"]
    assert codes.each(placed["unknown"].iloc[0]) == [f"attribute_{name}" for name in unknown]


def test_avoidable_touches_are_pooled_and_not_averaged(hospital) -> None:
    found = portfolio.touches(hospital).set_index("workflow")

    log = hospital.exceptions
    upstream = log.loc[log["cause"] == "upstream_data", "monthly_count"].sum()
    assert found.loc["", "upstream_data"] == pytest.approx(upstream / log["monthly_count"].sum())
    assert found.loc["", "upstream_data"] != pytest.approx(found["upstream_data"].iloc[1:].mean())


def test_at11_the_pareto_rule_is_met_at_65_percent_and_not_where_all_types_are_alike() -> None:
    steep = pd.DataFrame({"type": list("abcdefghij"), "cost": [40, 25, 5, 5, 5, 4, 4, 4, 4, 4]})
    flat = pd.DataFrame({"type": list("abcdefghij"), "cost": [10] * 10})

    assert portfolio.concentration(steep) == (0.65, True)
    assert portfolio.concentration(flat) == (0.2, False)


def test_the_rule_of_the_fifth_is_about_types_of_transaction(hospital) -> None:
    found = portfolio.transactions(hospital)

    flows = hospital.workflows
    assert set(found["type"]) == set(flows["workflow"])
    assert found["cost"].sum() == pytest.approx((flows["monthly_volume"] * flows["unit_cost"]).sum() * 12)
    said = tables_of_roadmap.concentration(portfolio.pareto(hospital), found).content["text"]
    assert said[0].startswith("The costliest fifth of 5 types of transaction causes ")
    assert said[1].startswith("The costliest fifth of ")
    few = tables_of_roadmap.concentration(found.head(4), found.head(4)).content
    assert few["title"] == "Whether cost is concentrated is not known"


def test_straight_through_paths_run_from_today_to_the_target(hospital) -> None:
    measures = kpi.measure(hospital, None)
    stated = measures[measures["kpi"] == "stp_rate"]
    paths = portfolio.straight_through_paths(hospital, stated)

    assert paths.empty or (paths.groupby("workflow")["is_target"].sum() == 1).all()


def test_units_that_differ_or_do_not_say_are_not_comparable(hospital) -> None:
    matrix = portfolio.comparability(hospital).set_index(["workflow", "kpi"])["is_comparable"]

    assert not matrix["Payment posting", "cycle_time_p90"]
    assert matrix["Payment posting", "rework_rate"]


def test_without_initiatives_one_is_proposed_for_each_workflow_of_the_shortlist(hospital, ranked) -> None:
    read = replace(hospital, initiatives=empty(schemas.INPUTS["initiatives"]))

    found = portfolio.candidates(read, ranked, portfolio.place(read, ranked))

    assert len(found) == int(ranked["is_shortlisted"].sum())
    automation = found[found["kind"] == "automation"].iloc[0]
    flow = read.workflows.set_index("workflow").loc[automation["workflow"]]
    yearly = flow["monthly_volume"] * 12 * flow["unit_cost"]
    assert automation["annual_benefit_low"] == pytest.approx(0.1 * yearly)
    assert automation["annual_benefit_high"] == pytest.approx(0.2 * yearly)


def test_what_is_to_be_fixed_at_its_source_stands_dearest_first_with_its_share(hospital) -> None:
    found = portfolio.at_source(hospital)

    log = hospital.exceptions.assign(yearly=lambda frame: frame["monthly_count"] * frame["unit_cost"] * 12)
    dirty = log[log["cause"] == "upstream_data"]
    assert sorted(found["exception"]) == sorted(dirty["exception"])
    assert found["yearly_cost"].is_monotonic_decreasing
    assert found["share"].iloc[-1] == pytest.approx(dirty["yearly"].sum() / log["yearly"].sum())


# ------------------------------------------------------------------------------------------------- map and shortlist


def track(read: tables.Tables, ranked: pd.DataFrame, pilots: pd.DataFrame | None = None) -> pd.DataFrame:
    planned = empty(plans.PilotPlans) if pilots is None else pilots
    return workflow.track(read, workflow.maps(read), ranked, planned).set_index("workflow")


def test_a_workflow_stands_at_the_first_of_the_four_steps_that_is_not_done(hospital, ranked) -> None:
    ready = ranked.assign(data_ready=1.0, integration_ready=1.0, capacity_ready=0.3, is_shortlisted=True)
    mapped = workflow.maps(hospital).set_index("workflow")["completeness"]
    full = mapped.index[mapped == 1][0]
    none = sorted(set(ranked["workflow"]) - set(mapped.index))[0]
    agreed = hospital.pilots.head(1).assign(workflow=full, fixed=pd.Timestamp("2026-01-01"))

    said = {
        "map": track(hospital, ready).loc[none, "stands"],
        "choose": track(hospital, ready.assign(is_shortlisted=False)).loc[full, "stands"],
        "feasibility": track(hospital, ready.assign(data_ready=0.5)).loc[full, "stands"],
        "metrics": track(replace(hospital, pilots=agreed.head(0)), ready).loc[full, "stands"],
        "pilot": track(replace(hospital, pilots=agreed), ready).loc[full, "stands"],
    }

    assert list(said) == list(said.values())


@pytest.mark.parametrize(
    ("scores", "feasibility", "is_feasible"),
    [
        ((1.0, 1.0, 0.10), 0.10, True),
        ((1.0, 1.0, 0.09), 0.09, False),
        ((1.0, 0.9, 0.50), 0.50, False),
        ((0.0, 1.0, 0.50), 0.0, False),
        ((1.0, 1.0, float("nan")), float("nan"), None),
    ],
)
def test_feasible_needs_data_map_and_a_team_with_time(hospital, ranked, scores, feasibility, is_feasible) -> None:
    names = ("data_ready", "integration_ready", "capacity_ready")

    found = track(hospital, ranked.assign(**dict(zip(names, scores, strict=True))))

    assert found["feasibility"].iloc[0] == pytest.approx(feasibility, nan_ok=True)
    assert found["is_feasible"].isna().all() if is_feasible is None else (found["is_feasible"] == is_feasible).all()


def test_fit_for_a_bot_is_the_mean_of_volume_rules_and_cost(hospital, ranked) -> None:
    figures = {"monthly_volume": [100.0, 50.0, 100.0], "unit_cost": [8.0, 8.0, 1.0], "standardisation": [1.0, 0.5, 0.5]}
    three = ranked.head(3).assign(**figures)

    found = track(hospital, three)

    assert found["fit"].tolist() == pytest.approx([1.0, (0.5 * 1 * 0.5) ** (1 / 3), (1 * 0.125 * 0.5) ** (1 / 3)])


def test_a_sector_names_its_first_targets_and_whether_the_client_has_them(hospital, ranked) -> None:
    measures = kpi.measure(hospital, None)
    stages = readiness.stages(readiness.assess(hospital, measures, empty(plans.Shown)), hospital)

    found = workflow.first_targets(hospital, ranked, stages).set_index("process")

    assert found["target"].tolist() == ["Prior authorisation", "Claim scrubbing", "Eligibility verification"]
    assert found["workflow"].tolist() == ["Prior authorisation", "Claim scrubbing", ""]
    assert found.loc["claim_scrubbing", "place"] == ranked["workflow"].tolist().index("Claim scrubbing") + 1
    assert found.loc["prior_authorisation", "stage"] == "data"
    assert found["source"].tolist() == ["000-22", "000-22", "002-19"]


def test_technology_reaches_most_where_little_is_there_and_much_is_spent(hospital) -> None:
    """Row 000-25: the levels of the questionnaire on the yearly cost of the workflows that a capability serves."""
    asked = ["technology_e_billing", "technology_matters", "technology_matters"]
    answers = pd.DataFrame(
        {"question": asked, "workflow": ["Denials", "Denials", "Payment posting"], "level": [1.0, 3.0, 3.0],
         "evidence": "Screens of June 2026", "answered_by": "Manager", "date": pd.Timestamp("2026-06-01")}
    )  # fmt: skip
    read = replace(hospital, answers=answers)
    tracks = pd.DataFrame({"workflow": ["Denials", "Payment posting"], "at_stake": [400.0, 100.0]})

    found = workflow.technology(maturity.profile(read, "technology"), tracks, read)

    assert found["part"].tolist() == ["e-billing", "matter management"]
    assert found["within_reach"].tolist() == [400 * 3 / 4, 500 * 1 / 4]


def test_a_map_counts_handoffs_loops_and_steps_on_no_path(hospital) -> None:
    found = workflow.maps(hospital).set_index("workflow").loc["Denials"]

    assert (found["steps"], found["handoffs"], found["loops"]) == (7, 4, 1)
    assert codes.items(found["orphans"]) == ["Old worklist"]
    assert found["wait_share"] == pytest.approx(204 / 205.65)


def test_the_shortlist_holds_three_to_five_and_all_orders_are_ranks(ranked) -> None:
    assert 3 <= ranked["is_shortlisted"].sum() <= 5
    for order in workflow.FORMULAS:
        assert ranked[order].min() == 1
        assert ranked[order].max() <= len(ranked)
    assert (ranked["best_rank"] <= ranked["worst_rank"]).all()


def test_a_workflow_that_leads_every_figure_is_first_whatever_the_weights(hospital) -> None:
    flows = hospital.workflows.copy()
    first = flows["workflow"] == "Denials"
    flows.loc[first, ["monthly_volume", "unit_cost", "fte"]] = [9000.0, 900.0, 99.0]
    flows["monthly_exceptions"] = flows["monthly_volume"] * 0.1
    read = replace(hospital, workflows=flows, portfolio=empty(schemas.INPUTS["portfolio"]))
    errors = pd.DataFrame(
        [{"kpi": "error_rate", "workflow": w, "value": 0.9 if w == "Denials" else 0.1} for w in flows["workflow"]]
    )
    stages = readiness.stages(readiness.assess(read, empty(Measures), empty(plans.Shown)), read)

    found = workflow.rank(read, errors, stages).iloc[0]

    assert (found["workflow"], found["top_share"], found["worst_rank"]) == ("Denials", 1.0, 1)


# ---------------------------------------------------------------------------------------------------------- stability


def weeks(reworked: list[int], n: int = 400) -> pd.DataFrame:
    days = pd.date_range("2026-01-05", periods=len(reworked), freq="7D")
    return pd.DataFrame(
        {"workflow": "Claims", "week": days, "completed": n, "reworked": reworked, "judged": n, "hours": 5.0}
        | {"lasted": n, "low_hours": 4.0, "centre_hours": 5.0, "high_hours": 6.0, "is_whole": True}
        | {"failures": 0.0, "followed": 0}
    )


def stability(weekly: pd.DataFrame) -> pd.DataFrame:
    return control.stability(weekly, control.points(weekly))


def test_noise_is_stable_and_a_shift_is_not() -> None:
    draw = np.random.default_rng(5)
    quiet = draw.binomial(400, 0.1, 26)
    shifted = np.where(np.arange(26) < 14, quiet, quiet + 45)

    assert stability(weeks(list(quiet)))["is_stable"].tolist() == [True]
    assert stability(weeks(list(shifted)))["is_stable"].tolist() == [False]


def test_weeks_near_the_ends_of_a_log_are_on_no_chart_and_the_reason_says_so() -> None:
    weekly = weeks([40] * 26).assign(is_whole=[False] * 10 + [True] * 16)

    found = stability(weekly).iloc[0]

    assert pd.isna(found["is_stable"])
    assert found["reason"] == codes.code("too_few_whole_weeks", n=16, needed=20, cut=10)


def test_too_few_weeks_tell_nothing() -> None:
    found = stability(weeks([40] * 19)).iloc[0]

    assert pd.isna(found["is_stable"])
    assert found["reason"] == codes.code("too_few_weeks", n=19, needed=20, cut=0)


def test_laney_limits_widen_with_the_spread_between_weeks() -> None:
    alike = control.shares(pd.Series(range(4)), pd.Series([40, 42, 39, 41]), pd.Series([400] * 4))
    apart = control.shares(pd.Series(range(4)), pd.Series([10, 70, 10, 70]), pd.Series([400] * 4))

    assert (apart["high"] - apart["centre"]).iloc[0] > (alike["high"] - alike["centre"]).iloc[0] * 5


# ------------------------------------------------------------------------------------------------ pilots and calendar


def test_at18_a_pilot_passes_with_newcombes_interval(hospital) -> None:
    late = hospital.pilots[hospital.pilots["pilot"] == "Call-back list"]
    fixed = replace(hospital, pilots=late.assign(fixed=pd.Timestamp("2026-03-01")))

    found = pilot.judge(fixed).iloc[0]

    assert found["change"] == pytest.approx(0.145)
    assert (round(found["low"], 3), round(found["high"], 3)) == (0.081, 0.210)
    assert found["verdict"] == "pass"


def test_a_pilot_whose_kpi_was_fixed_after_the_start_gives_no_verdict(hospital) -> None:
    found = pilot.judge(hospital).set_index("pilot").loc["Call-back list"]

    assert (found["verdict"], found["reason"]) == ("inconclusive", "fixed_after_start")


@pytest.mark.parametrize(("numerator", "verdict"), [(60, "fail"), (31, "inconclusive"), (10, "pass")])
def test_a_pilot_on_errors_passes_where_they_fall(hospital, numerator, verdict) -> None:
    row = hospital.pilots[hospital.pilots["pilot"] == "Edit prompts for coders"]
    read = replace(hospital, pilots=row.assign(numerator=float(numerator), least_change=0.02))

    assert pilot.judge(read)["verdict"].tolist() == [verdict]


def test_a_pilot_is_planned_with_the_items_it_needs(hospital, ranked) -> None:
    flow = ranked["workflow"].iloc[0]
    gaps = pd.DataFrame(
        [
            {"workflow": flow, "kpi": "rework_rate", "name": "Rework rate", "value": 0.3, "direction": "down"}
            | {"benchmark_value": 0.05, "n": 5000, "gap": 0.25}
        ]
    )
    none = dict.fromkeys(logtables.Quarters.names(), 0)
    days = [pd.Timestamp("2026-01-01"), pd.Timestamp("2026-04-01"), pd.Timestamp("2025-10-01")]
    quarters = logtables.Quarters.of(
        none | {"workflow": flow, "quarter": day, "reworked": wrong, "judged": 1000, "quick": quick, "lasted": 1000}
        for day, wrong, quick in zip(days, (100, 500, 1), (400, 600, 999), strict=True)
    )

    time, rework = pilot.plan(gaps, ranked, quarters, hospital).to_dict("records")
    worse = pilot.plan(gaps.assign(value=0.05), ranked, quarters, hospital).iloc[1]

    assert (time["kpi"], time["baseline"], time["target"]) == ("turnaround", 0.5, 0.6)  # of the whole quarters alone
    assert rework["target"] == 0.1  # the best quarter, not the benchmark of 5%
    assert 30 <= rework["items_needed"] <= 60
    assert rework["is_enough"]
    assert rework["target"] < rework["visible"] < rework["baseline"]
    assert math.isnan(worse["target"])
    assert not worse["is_enough"]


def test_the_calendar_reviews_monthly_quarterly_and_after_18_months(hospital) -> None:
    found = review_calendar.calendar(hospital, empty(plans.Plan))

    counts = found["event"].value_counts()
    assert (counts["kpi_review"], counts["deep_dive"], counts["benchmark_review"]) == (18, 6, 6)
    assert counts["sla_in_force"] == len(hospital.slas)
    assert found["date"].is_monotonic_increasing
    assert found[found["event"] == "portfolio_review"]["date"].tolist() == [pd.Timestamp("2028-01-17")]
    assert (found["date"].dt.day_of_week < 5).all()


def test_the_calendar_file_is_valid_and_the_same_twice(hospital) -> None:
    events = review_calendar.calendar(hospital, empty(plans.Plan))

    text = calendarfile.ics(events, hospital)

    lines = text.split("\r\n")
    assert text == calendarfile.ics(events, hospital)
    assert (lines[0], lines[-2], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR", "")
    assert text.count("BEGIN:VEVENT") == text.count("END:VEVENT") == len(events)
    assert max(len(line.encode()) for line in lines) <= 75
    uids = [line for line in lines if line.startswith("UID:")]
    assert len(set(uids)) == len(uids)


# -------------------------------------------------------------------------------------------------------------- money


def test_a_cost_outside_its_range_is_refused(starter) -> None:
    place = starter("legal")
    path = place / "tables" / "initiatives.csv"
    given = pd.read_csv(path).assign(cost_low=None, cost_high=None)
    given.loc[1, "cost_low"] = 99_999
    given.to_csv(path, index=False)

    with pytest.raises(errors.DataProblems, match="row 3, cost: cost is outside its range; low ≤ expected ≤ high"):
        tables.read(engagement.open(place))


def test_the_low_end_of_the_curve_takes_low_benefits_and_high_costs() -> None:
    first = pd.Timestamp("2026-07-20")
    problem = sequence.Problem((), {}, horizon=53)
    row = {"start": first, "end": pd.Timestamp("2026-07-26"), "annual_benefit_low": 100.0, "annual_benefit": 200.0}
    row |= {"annual_benefit_high": 300.0, "cost_low": 10.0, "cost": 20.0, "cost_high": 40.0}

    curve = plan.benefits(pd.DataFrame([row]), plan.Draft(problem, {}, {}, first))

    years = (curve["date"].iloc[-1] - row["end"]).days / 365.25
    ends = [100 * years - 40, 200 * years - 20, 300 * years - 10]
    assert curve[["low", "expected", "high"]].iloc[-1].tolist() == pytest.approx(ends)
    assert curve[["low", "expected", "high"]].iloc[0].tolist() == [-40, -20, -10]
