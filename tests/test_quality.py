"""What is right the first time and what the rest takes: worked examples, real billing, and a log of status changes."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from engagements import assessed, headlines
from statsmodels.duration.survfunc import SurvfuncRight

import engineroom as er
from engineroom import statistics
from engineroom.dictionary import columns, quality_tables
from engineroom.logs import drilldown, traces
from engineroom.measures import control, data_quality, quality
from engineroom.reports.process_quality import facts as process_quality_findings
from engineroom.reports.process_quality import tables as process_quality_tables

Opened = tuple[er.tables.Tables, er.event_log.EventLog]
ENDS = ("first_pass", "reworked", "still_open", "not_told")
EVENTS = """
[events]
source = "log.csv"
case = "case"
activity = "step"
completed = "at"
timezone = "UTC"
"""


def opened(place: Path) -> Opened:
    case = er.engagement.open(place)
    return er.tables.read(case), er.event_log.open(case)


@pytest.fixture(scope="module")
def healthcare() -> Opened:
    return opened(Path("starter/healthcare"))


@pytest.fixture(scope="module")
def billing(tmp_path_factory: pytest.TempPathFactory, real_log: Callable[[str], Path]) -> Opened:
    """Return the log of a hospital's billing as one workflow; skipped where the shared real log is absent."""
    log = real_log("hospital_billing.csv.gz")
    place = tmp_path_factory.mktemp("billing")
    (place / "data").mkdir()
    shutil.copy(log, place / "data")
    toml = Path(__file__).with_name("hospital_billing") / "engagement.toml"
    text = toml.read_text(encoding="utf-8").replace('workflow = "speciality"\n', "")
    (place / "engagement.toml").write_text(text, encoding="utf-8")
    return opened(place)


def headline(label: str, of: Opened, **tables: pd.DataFrame) -> dict[str, str]:
    """Return one headline of the report; tables that are not given are empty."""
    models = quality_tables
    empty = {
        "factory": models.Factory,
        "kinds": models.Kinds,
        "times": models.Times,
        "signals": models.Signals,
        "dimensions": models.Dimensions,
        "measures": er.results.Measures,
        "kept": models.Kept,
    }
    given = {name: tables.get(name, columns.empty(model)) for name, model in empty.items()}
    weekly = er.drilldown.workflow_weeks(of[1])
    found = process_quality_findings.find(**given, weekly=weekly, log=of[1])
    items = headlines(found, of[0])
    return next(item for item in items if item["label"] == label)


# ------------------------------------------------------------------------------------------------- worked examples


def test_at_12_consolidation_cuts_workflows_by_90_6_and_days_by_91_4_percent() -> None:
    assert round(statistics.relative_change(2663, 250), 3) == -0.906
    assert round(statistics.relative_change(35, 3), 3) == -0.914


def test_a_change_of_35_days_to_3_is_told_as_91_4_percent_less() -> None:
    told = {"workflow": "(all)", "figure": "cycle_time_p50", "before": 840.0, "after": 72.0, "n_before": 90.0}
    told |= {"n_after": 80.0, "low": 60.0, "high": 90.0, "verdict": "better"}
    found = quality_tables.Changes.of([told | {"relative": statistics.relative_change(840, 72)}])

    (row,) = process_quality_tables.changes(found, "2026-03-16").content["rows"]

    assert row[2:5] == ["35.0 days", "3.0 days", "−91.4%"]


def test_at_15_rework_below_a_tenth_is_a_cut_of_half_at_worst_and_two_thirds_from_30_percent() -> None:
    cuts = [-statistics.relative_change(before, 0.10) for before in (0.20, 0.30)]

    assert [round(cut, 3) for cut in cuts] == [0.5, 0.667]


def test_at_17_four_parts_of_a_perfect_order_multiply() -> None:
    found = [statistics.rolled_throughput_yield([part] * 4) for part in (0.95, 0.90)]

    assert [round(one, 4) for one in found] == [0.8145, 0.6561]


def test_at_21_three_billion_claims_of_which_15_percent_are_contested_cost_19_73_billion() -> None:
    assert round(quality.failure_cost(3e9, 0.15, 43.84) / 1e9, 2) == 19.73


def test_1000_invoices_of_which_250_were_corrected_are_250_000_defects_per_million_opportunities() -> None:
    assert quality.dpmo(pd.Series([250.0]), pd.Series([1000.0])).tolist() == [250_000.0]


# ------------------------------------------------------------------------------------------ first pass and factory


def test_the_correction_steps_of_a_real_billing_log_give_its_first_pass_yield(billing: Opened) -> None:
    tables, log = billing
    known = json.loads((Path(__file__).parents[2] / "shared" / "data" / "expected.json").read_text())
    share = known["hospital-billing"]["extra"]["first_pass_yield_billed_without_correction"]

    found = quality.factory(log, quality.yields(log, tables), tables).iloc[0]

    assert (found["first_pass"], found["first_pass"] + found["reworked"]) == (share["numerator"], share["denominator"])
    assert round(found["first_pass_yield"], 6) == share["share"]
    assert found["entered"] == 10_000


def test_each_correction_of_the_real_log_is_a_check_and_their_product_is_below_the_first_pass_yield(
    billing: Opened,
) -> None:
    tables, log = billing

    yields = quality.yields(log, tables)
    found = quality.factory(log, yields, tables).iloc[0]

    assert set(yields["kind"]) == {"check"}
    assert yields["step"].iloc[0] == "REOPEN"
    assert (found["opportunities"], found["defects"]) == (8, yields["failing"].sum())
    assert found["rolled_throughput_yield"] < found["first_pass_yield"]  # one item may be sent back by several


def test_the_hidden_factory_reconciles_in_every_row(healthcare: Opened) -> None:
    tables, log = healthcare

    found = quality.factory(log, quality.yields(log, tables), tables)

    assert (found["entered"] == found[list(ENDS)].sum(axis=1)).all()
    assert found["rework_cost"].between(found["rework_cost_low"], found["rework_cost_high"]).all()


def test_rework_hours_are_extra_steps_times_the_mean_handling_of_the_step(healthcare: Opened) -> None:
    tables, log = healthcare

    yields = quality.yields(log, tables)
    factory = quality.factory(log, yields, tables)

    expected = (yields["extra_events"] * yields["hours_per_event"]).sum()
    assert factory["rework_hours"].sum() == pytest.approx(expected)


def steps_log(make_engagement: Callable[..., Path], rework: str, cases: list[str]) -> Opened:
    """Return a log whose cases are texts of steps, one letter an event an hour."""
    rows = ["case,step,at,why"]
    for number, case in enumerate(cases):
        for hour, letter in enumerate(case):
            why = "no form" if letter == "x" else ""
            rows.append(f"{number},{letter.upper()},2026-02-{number % 27 + 1:02d} {8 + hour:02d}:00:00,{why}")
    return opened(make_engagement(EVENTS + rework, {"log.csv": "\n".join(rows)}))


def test_a_step_is_passed_at_the_first_attempt_by_cases_that_did_it_once(make_engagement) -> None:
    tables, log = steps_log(make_engagement, "[events.rework]\nrepeats = true", ["AB"] * 4 + ["ABAB"] * 2 + ["ABB"] * 4)

    yields = quality.yields(log, tables).set_index("step")
    found = quality.factory(log, quality.yields(log, tables), tables).iloc[0]

    assert yields["first_pass_yield"].to_dict() == {"A": 0.8, "B": 0.8}
    assert set(yields["kind"]) == {"step"}
    assert found["rolled_throughput_yield"] == pytest.approx(0.64)
    assert (found["defects"], found["dpmo"]) == (4, pytest.approx(4 / 20 * 1e6))


def test_a_log_of_status_changes_gets_a_warning_instead_of_a_yield_near_zero(make_engagement) -> None:
    tables, log = steps_log(make_engagement, "[events.rework]\nrepeats = true", ["ABAB"] * 19 + ["AB"])
    yields = quality.yields(log, tables)
    factory = quality.factory(log, yields, tables)
    measures = quality.measures(er.kpi.measure(tables, log))

    shown = process_quality_tables.status_log(log).content
    said = headline("Right first time", factory=factory, measures=measures, of=(tables, log))

    assert quality.is_saturated(log)
    assert len(yields) == len(factory) == 0
    assert shown["title"] == "Repeats are not rework in this log"
    assert (
        said["text"]
        == "The share right first time cannot be stated: nearly every item in this log repeats an activity."
    )
    assert "first_pass_yield" not in set(measures["kpi"])


def test_rework_activities_give_a_yield_even_where_every_case_repeats(make_engagement) -> None:
    rework = '[events.rework]\nrepeats = true\nactivities = ["C"]'
    tables, log = steps_log(make_engagement, rework, ["ABAB"] * 15 + ["ABCAB"] * 5)

    found = quality.factory(log, quality.yields(log, tables), tables).iloc[0]

    assert quality.is_saturated(log)
    assert found["first_pass_yield"] == 0.75


# ------------------------------------------------------------------------------------------------------ exceptions


def test_the_number_of_types_is_held_against_15_to_30_with_its_ends_inside() -> None:
    assert [quality.band(number) for number in (14, 15, 30, 31)] == ["below", "within", "within", "above"]


def test_a_workflow_with_23_types_is_to_be_stabilised_first_and_so_is_one_out_of_control(healthcare: Opened) -> None:
    tables, log = healthcare
    many = pd.DataFrame({"workflow": "Denials", "type": [f"type {n}" for n in range(23)], "events": 5.0})
    few = pd.DataFrame({"workflow": ["Claim scrubbing", "Payment posting"], "type": "one", "events": 5.0})
    stability = pd.DataFrame({"workflow": ["Claim scrubbing", "Payment posting"], "is_stable": [False, True]})

    found = quality.kinds(pd.concat([many, few]), log, stability, tables).set_index("workflow")

    assert found["stabilise_first"].to_dict() == {"Denials": True, "Claim scrubbing": True, "Payment posting": False}
    assert found.loc["Denials", "band"] == "within"


# ------------------------------------------------------------------------------------------------------------ time


def test_kaplan_meier_agrees_with_statsmodels_to_nine_digits_on_a_censored_and_truncated_sample() -> None:
    random = np.random.default_rng(3)
    age, lost = np.ceil(random.weibull(1.3, 800) * 50), np.ceil(random.exponential(60, 800))
    since = np.where(random.random(800) < 0.2, np.floor(random.random(800) * 10), -1.0)
    time, done = np.minimum(age, lost), (age <= lost).astype(int)
    time, done, since = time[since < time], done[since < time], since[since < time]
    known = SurvfuncRight(time, done, entry=since)

    times, survival, error = statistics.kaplan_meier(time, done, 1 - done, since)

    assert np.array_equal(times, known.surv_times)
    assert np.abs(survival - known.surv_prob).max() < 1e-9
    assert np.nanmax(np.abs(error - known.surv_prob_se)[survival > 0]) < 1e-9
    for p in (0.25, 0.5, 0.9):
        assert statistics.survival_quantile(times, survival, error, p)[0] == pytest.approx(known.quantile(p), abs=1e-9)


def test_counted_durations_give_the_same_curve_as_single_ones() -> None:
    single = np.array([1.0, 2, 2, 3, 3, 3, 5]), np.array([1, 1, 0, 1, 1, 0, 1])
    counted = np.array([1.0, 2, 3, 5]), np.array([1, 1, 2, 1]), np.array([0, 1, 1, 0])

    one, other = statistics.kaplan_meier(*single, 1 - single[1]), statistics.kaplan_meier(*counted)

    assert all(np.allclose(left, right, equal_nan=True) for left, right in zip(one, other, strict=True))


def test_the_interval_of_a_survival_quantile_is_that_of_statsmodels() -> None:
    random = np.random.default_rng(5)
    time, done = np.ceil(random.exponential(40, 300)), (random.random(300) < 0.8).astype(int)
    done[time == time.max()] = 0  # statsmodels takes the logarithm of a share of zero
    known = SurvfuncRight(time, done)

    found = statistics.survival_quantile(*statistics.kaplan_meier(time, done, 1 - done), 0.5)

    assert found == pytest.approx((known.quantile(0.5), *known.quantile_ci(0.5)))


def test_open_cases_make_the_quantiles_longer_and_every_case_is_counted_once(healthcare: Opened) -> None:
    tables, log = healthcare

    durations = traces.durations(log, tables)
    times = quality.times(log, durations)

    counted = er.drilldown.counts(log)
    assert durations["completed"].sum() == counted["done"].sum()
    assert durations["open"].sum() == counted["open"].sum()
    assert (times["all_p90_hours"] > times["p90_hours"]).all()
    assert len(durations) < counted["all"].sum() / 2


def test_a_quantile_that_too_few_cases_have_reached_is_blank() -> None:
    curve = statistics.kaplan_meier([1.0, 2.0], [1, 1], [0, 8])

    assert np.isnan(statistics.survival_quantile(*curve, 0.9)[0])


# ----------------------------------------------------------------------------------------------- data and headlines


def test_accuracy_is_not_measured_without_a_truth_sample_and_is_with_one() -> None:
    found = {}
    for name in ("healthcare", "legal"):
        tables = er.tables.read(er.engagement.open(f"starter/{name}"))
        rows = data_quality.dimensions(tables, None, er.kpi.measure(tables, None))
        found[name] = rows[rows["dimension"] == "accuracy"].iloc[0]

    assert np.isnan(found["healthcare"]["value"])
    assert found["healthcare"]["rule"] == "needs_truth_sample"
    assert (found["legal"]["passing"], found["legal"]["applicable"]) == (4360, 4500)


def test_every_dimension_has_its_line_even_where_nothing_was_sent(make_engagement) -> None:
    case = er.engagement.open(make_engagement())
    tables = er.tables.read(case)

    found = data_quality.dimensions(tables, None, er.kpi.measure(tables, None))

    assert found["dimension"].tolist() == list(quality_tables.DIMENSIONS)
    assert found["value"].isna().all()
    assert data_quality.weakest(found) is None


def test_rows_that_cannot_be_read_and_rows_that_stand_twice_lower_validity_and_uniqueness(make_engagement) -> None:
    lines = [f"{n},A,2026-02-01 08:00:00" for n in range(200)]
    log = "\n".join(["case,step,at", *lines, lines[0], lines[1], "7,A,yesterday"])
    tables, opened_log = opened(make_engagement(EVENTS, {"log.csv": log}))

    found = data_quality.dimensions(tables, opened_log, er.kpi.measure(tables, opened_log)).set_index("dimension")

    assert found.loc["validity", ["passing", "applicable"]].values.tolist() == [[202, 203], [202, 202]]
    assert found.loc["duplicates", ["passing", "applicable"]].tolist() == [200, 202]


def test_what_follows_a_system_is_told_apart_from_what_follows_a_person(healthcare: Opened) -> None:
    tables, log = healthcare

    found = er.automation.health(traces.following(log, tables), traces.straight_through(log), log, tables)
    by = found.set_index("workflow")

    assert by.loc["Claim submission", "corrected_after"] > 0 == by.loc["Claim submission", "corrected_after_people"]
    assert by.loc["Payment posting", "corrected_after"] == 0 < by.loc["Payment posting", "corrected_after_people"]
    assert by["bot_error_rate"].isna().all()  # the log names no exception


def test_headlines_flip_with_the_data(healthcare: Opened) -> None:
    tables, log = healthcare
    measures = quality.measures(er.kpi.measure(tables, log))
    factory = quality.factory(log, quality.yields(log, tables), tables)
    yields = measures["kpi"] == "first_pass_yield"
    poor = measures.assign(value=measures["value"].where(~yields, 1 - measures["value"]))
    swapped = factory.rename(columns={"first_pass": "reworked", "reworked": "first_pass"})
    ends = {"low": 1 - factory["high"], "high": 1 - factory["low"]}
    swapped = swapped.assign(first_pass_yield=1 - factory["first_pass_yield"], **ends)

    good = headline("Right first time", factory=factory, measures=measures, of=healthcare)
    bad = headline("Right first time", factory=swapped, measures=poor, of=healthcare)

    assert (good["tone"], bad["tone"]) == ("good", "bad")
    assert good["text"].startswith("92.7%") and "Prior authorisation is the lowest at 82.6%" in good["text"]
    assert bad["text"].startswith("7%") and "Payment posting is the lowest at 1.2%" in bad["text"]


def test_the_exceptions_headline_names_what_to_stabilise_only_where_there_is_a_reason(healthcare: Opened) -> None:
    tables, log = healthcare
    kinds = quality.kinds(quality.types(log, tables), log, pd.DataFrame(), tables).assign(is_stable=True)
    flagged = kinds.assign(stabilise_first=kinds["workflow"] == "Denials")

    calm, loud = (headline("Exceptions", kinds=one, of=healthcare) for one in (kinds, flagged))

    assert calm["tone"] == "good"
    assert loud["text"] == "Denials should be stabilised before automation."


@pytest.mark.parametrize(
    ("stable", "tone", "cell"), [(True, "good", "No need to wait"), (None, "unknown", "Not known")]
)
def test_a_workflow_without_a_control_chart_is_not_called_stable(
    healthcare: Opened, stable: bool | None, tone: str, cell: str
) -> None:
    tables, log = healthcare
    types = pd.DataFrame({"workflow": ["Denials", "Denials"], "type": ["a", "b"], "events": [3.0, 1.0]})
    stability = pd.DataFrame({"workflow": ["Denials"], "is_stable": pd.array([stable], dtype="boolean")})

    found = quality.kinds(types, log, stability, tables)

    assert headline("Exceptions", healthcare, kinds=found)["tone"] == tone
    shown = process_quality_tables.kinds(found, log).content
    assert shown["rows"][0][-1]["text"] == cell
    assert ("cannot be judged yet" in shown["caption"]) == (stable is None)


# ------------------------------------------------------------------------------------- ends of a log, two prices


def test_a_log_that_follows_one_intake_shows_no_stability_and_says_so(billing: Opened) -> None:
    _, log = billing
    weekly = drilldown.workflow_weeks(log)

    found = control.stability(weekly, control.points(weekly))

    assert found["is_stable"].isna().all()
    assert "too close to the start or end of the log" in str(process_quality_tables.cut_weeks(weekly).content)
    assert headline("Stability", billing)["text"] == (
        "Whether the work is stable is not known: the log has too few usable weeks."
    )


def test_a_log_into_which_work_keeps_coming_keeps_its_charts(healthcare: Opened) -> None:
    weekly = drilldown.workflow_weeks(healthcare[1])

    assert weekly["is_whole"].mean() > 0.9


COSTS = EVENTS + 'cost = "cost"\n[events.rework]\nactivities = ["Again"]\n'
STATED = "workflow,process,owner,monthly_volume,unit_cost,cost_of_rework\nClaims,claims,Ann,10,5,{price}\n"


def priced(make_engagement: Callable[..., Path], price: str) -> Opened:
    """Return a log of four cases, one of them reworked for 7, and a stated cost of rework."""
    rows = [
        f"{case},{step},2026-02-0{day} 10:00,{cost},Claims" for case in "abcd" for step, day, cost in [("In", 1, 3)]
    ]
    rows += ["d,Again,2026-02-02 10:00,7,Claims"]
    log = "case,step,at,cost,flow\n" + "\n".join(rows) + "\n"
    toml = COSTS.replace('cost = "cost"', 'cost = "cost"\nworkflow = "flow"')
    files = {"log.csv": log, "tables/workflows.csv": STATED.format(price=price)}
    return opened(make_engagement(toml, files))


def test_a_stated_cost_of_rework_goes_before_the_log_and_the_page_says_both(make_engagement) -> None:
    tables, log = priced(make_engagement, "20")

    found = quality.factory(log, quality.yields(log, tables), tables)
    shown = process_quality_tables.rework(found, tables).content

    row = found.iloc[0]
    assert (row["rework_cost"], row["cost_method"], row["cost_recorded"]) == (20, quality.STATED, 7)
    assert shown["rows"][0][-1] == "Stated cost"
    assert shown["notes"][-1] == (
        "Where both are known, the stated cost is used: $16 to $24. The log shows $7, because it prices only steps "
        "that are marked as rework."
    )


def test_where_nobody_says_what_was_reworked_its_cost_is_unknown_and_not_nought(make_engagement) -> None:
    toml = '[cases]\nsource = "log.csv"\ncase = "id"\nreceived = "at"\ncompleted = "done"\ntimezone = "UTC"\n'
    toml += 'workflow = "flow"\nmay_be_absent = ["n"]\n[cases.reworked]\ncolumn = "again"\nyes = ["y"]\nno = ["n"]\n'
    rows = [
        f"{flow}{n},{flow},2026-02-02 09:00,2026-02-03 09:00,{said}\n"
        for flow, said in (("A", "y"), ("B", ""))
        for n in range(4)
    ]
    flows = (
        "workflow,process,owner,monthly_volume,unit_cost,cost_of_rework\nA,denials,Ann,9,4,20\nB,denials,Ann,9,4,20\n"
    )
    files = {"log.csv": "id,flow,at,done,again\n" + "".join(rows), "tables/workflows.csv": flows}
    tables, log = opened(make_engagement(toml, files))

    found = quality.factory(log, quality.yields(log, tables), tables).set_index("workflow")

    assert found.loc["A", ["reworked", "not_told", "rework_cost"]].tolist() == [4, 0, 80]
    assert found.loc["B", ["reworked", "not_told"]].tolist() == [0, 4]
    assert math.isnan(found.at["B", "rework_cost"])
    assert found.at["B", "cost_method"] == quality.NOT_TOLD


def test_without_a_stated_cost_the_log_prices_the_rework_and_the_page_says_so(make_engagement) -> None:
    tables, log = priced(make_engagement, "")

    found = quality.factory(log, quality.yields(log, tables), tables)
    shown = process_quality_tables.rework(found, tables).content

    assert found["rework_cost"].tolist() == [7]
    assert shown["rows"][0][-1] == "The log"
    assert shown["notes"][-1] == "Rework cost in the period: cost recorded on failed attempts and rework steps."


def test_the_rules_look_at_the_client_s_log_and_a_series_is_as_fresh_as_its_last_month() -> None:
    """Row 003-04: six monthly rows are no stale data, and a case that nobody touched lacks no hours of work."""
    found = assessed("starter/healthcare").data_quality.set_index(["dimension", "subject"])["value"]

    assert found["timeliness", "tables"] == 1
    assert found["completeness", "log"] > 0.99
    assert found["consistency", "log"] == 1
    assert (assessed("starter/healthcare").data_scores.query("dimension == 'completeness'")["value"] > 0.99).all()
