"""KPIs from real logs nobody here wrote, from a log small enough to count by hand, and from tables."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest

from engineroom import statistics
from engineroom.dictionary.codes import code
from engineroom.logs import event_log
from engineroom.measures import kpi
from engineroom.readers import engagement, tables

CORRECTIONS = ["CHANGE END", "CODE ERROR", "CODE NOK", "DELETE", "MANUAL", "REJECT", "REOPEN", "STORNO"]
HOSPITAL = """
[events]
source = "data/hospital_billing.csv.gz"
case = "case_id"
activity = "activity"
completed = "timestamp"
timezone = "UTC"
workflow = "speciality"
"""
BILLED = f"""
[events.closed]
activities = ["BILLED"]
[events.rework]
activities = {json.dumps(CORRECTIONS)}
"""
REPEATS = """
[events.rework]
repeats = true
"""
SMALL = """case,step,at,who,flow,due,cost
A,start,2026-02-02 09:00,ann,one,2026-02-03 09:00,2
A,done,2026-02-02 19:00,SYSTEM,one,2026-02-03 09:00,1
B,start,2026-02-02 09:00,SYSTEM,one,2026-02-02 12:00,1
B,fix,2026-02-02 10:00,SYSTEM,one,2026-02-02 12:00,1
B,done,2026-02-02 15:00,SYSTEM,one,2026-02-02 12:00,1
C,start,2026-02-05 09:00,bob,two,2026-02-28 09:00,5
NA,start,2026-02-06 09:00,SYSTEM,two,,5
NA,done,2026-02-06 09:30,SYSTEM,two,,5
D,start,2025-12-30 09:00,ann,two,,1
D,done,2025-12-31 09:00,ann,two,,1
E,start,2025-12-31 12:00,,two,,1
E,done,2026-01-02 12:00,SYSTEM,two,,1
"""
SMALL_TOML = """
[events]
source = "data/small.csv"
case = "case"
activity = "step"
completed = "at"
timezone = "UTC"
workflow = "flow"
due = "due"
cost = "cost"
[events.human]
column = "who"
automatic = ["SYSTEM"]
[events.closed]
activities = ["done"]
[events.rework]
activities = ["fix"]
"""


def measured(place: Path) -> pd.DataFrame:
    case = engagement.open(place)
    found = kpi.measure(tables.read(case), event_log.open(case))
    return found.set_index(["definition", "workflow"])


@pytest.fixture
def hospital(make_engagement: Callable[..., Path], real_log: Callable[[str], Path]) -> Callable[[str], Path]:
    def make(toml: str) -> Path:
        log = real_log("hospital_billing.csv.gz")
        place = make_engagement(HOSPITAL + toml, period=("2012-12-13", "2015-12-13"), as_of="2016-01-15")
        (place / "data").mkdir(exist_ok=True)
        shutil.copy(log, place / "data")
        return place

    return make


@pytest.fixture
def expected(real_log) -> dict[str, dict]:
    return json.loads(real_log("expected.json").read_text(encoding="utf-8"))


def test_hospital_billing_gives_the_reference_cases_cycle_times_and_repeats(hospital, expected, real_log) -> None:
    reference = expected["hospital-billing"]["log"]
    raw = pd.read_csv(real_log("hospital_billing.csv.gz"), parse_dates=["timestamp"])
    when = raw.groupby("case_id")["timestamp"]
    lasted = ((when.max() - when.min()).dt.total_seconds() / 86_400)[when.size() > 1]
    ordered = raw.sort_values(["case_id", "timestamp", "activity"])
    attempts = ordered[ordered.groupby("case_id")["activity"].shift() != ordered["activity"]]
    returns = attempts.groupby(["case_id", "activity"]).size() > 1

    found = measured(hospital(REPEATS))

    p50, p90 = (found.loc[(f"cycle_time_{q}/elapsed", "")] for q in ("p50", "p90"))
    assert found.loc[("volume/completed", ""), "value"] == reference["cases"]
    assert p50["n"] == len(lasted) == reference["cases"] - reference["single_event_cases"]
    assert p50["value"] / 24 == pytest.approx(lasted.quantile(0.5), rel=1e-9)
    assert p90["value"] / 24 == pytest.approx(lasted.quantile(0.9), rel=1e-9)
    rework = found.loc[("rework_rate/items", "")]
    assert (rework["numerator"], rework["denominator"]) == (returns.groupby(level=0).any().sum(), 10000)
    assert rework["numerator"] < reference["rework_case_share"]["numerator"]  # which counts updates as repeats
    assert found.loc[("first_pass_yield/items", ""), "value"] == pytest.approx(1 - rework["value"])


def test_hospital_billing_counts_only_billed_cases_as_complete(hospital, expected) -> None:
    reference = expected["hospital-billing"]["extra"]

    found = measured(hospital(BILLED))

    days = reference["days_first_event_to_last_BILLED"]
    assert found.loc[("volume/completed", ""), "value"] == days["n"] == 6962
    assert found.loc[("open_cases/at_period_end", ""), "value"] == 10000 - 6962
    assert round(found.loc[("cycle_time_p50/elapsed", ""), "value"] / 24, 6) == days["p50_linear"]
    assert round(found.loc[("cycle_time_p90/elapsed", ""), "value"] / 24, 6) == days["p90_linear"]
    first_pass = found.loc[("first_pass_yield/items", "")]
    assert (first_pass["numerator"], first_pass["denominator"]) == (6200, 6962)


def test_hospital_billing_keeps_the_case_that_is_called_na(hospital) -> None:
    log = event_log.open(engagement.open(hospital(BILLED)))

    assert log.cases.filter(log.cases.case_id == "NA").count().execute() == 1


def test_hospital_billing_pools_workflows_into_the_whole(hospital) -> None:
    found = measured(hospital(BILLED)).reset_index()

    parts = found[(found["definition"] == "first_pass_yield/items") & (found["workflow"] != "")]
    assert (parts["numerator"].sum(), parts["denominator"].sum()) == (6200, 6962)


def test_nhs_attendances_are_pooled_and_never_averaged(make_engagement, real_log, expected) -> None:
    counts = pd.read_csv(real_log("nhs_ae_attendances.csv.gz"))
    reference = expected["nhs-ae"]["extra"]
    start = pd.to_datetime(counts["period"])
    rows = pd.DataFrame(
        {
            "kpi": "sla_compliance",
            "workflow": "A&E type " + counts["type"].astype(str),
            "segment": counts["org_code"],
            "numerator": counts["attendances"] - counts["breaches"],
            "denominator": counts["attendances"],
            "n": counts["attendances"],
            "period_start": start.dt.strftime("%Y-%m-%d"),
            "period_end": (start + pd.offsets.MonthEnd(0)).dt.strftime("%Y-%m-%d"),
            "source": "NHS England monthly return",
        }
    )
    place = make_engagement(
        files={"tables/kpis.csv": rows.to_csv(index=False)},
        sector="public_sector",
        period=("2016-04-01", "2019-03-31"),
        as_of="2019-05-01",
    )

    found = measured(place)

    whole = found.loc[("sla_compliance/due_in_period", "")]
    assert round(whole["value"], 6) == reference["sla_within_4h"] == 0.884819
    assert round(whole["value"], 3) != round(reference["unweighted_mean_of_row_rates"], 3)
    for kind in ("1", "2", "other"):
        value = found.loc[("sla_compliance/due_in_period", f"A&E type {kind}"), "value"]
        assert round(value, 6) == reference["sla_by_type"][kind]
    assert whole["method"] == code("clustered", clusters=274, by="segments")


@pytest.fixture
def small(make_engagement) -> pd.DataFrame:
    return measured(make_engagement(SMALL_TOML, {"data/small.csv": SMALL}))


def test_a_case_completed_before_the_period_is_left_out(small) -> None:
    assert small.loc[("volume/completed", ""), "value"] == 4  # A, B, NA, E; not D

    assert small.loc[("volume/completed", "two"), "value"] == 2


def test_a_case_that_has_not_closed_is_open_and_has_no_cycle_time(small) -> None:
    assert small.loc[("open_cases/at_period_end", ""), "value"] == 1

    assert small.loc[("cycle_time_p50/elapsed", ""), "n"] == 4


def test_cycle_time_quantiles_are_linear(small) -> None:
    hours = pd.Series([10, 6, 0.5, 48])

    assert small.loc[("cycle_time_p50/elapsed", ""), "value"] == pytest.approx(hours.quantile(0.5))
    assert small.loc[("cycle_time_p90/elapsed", ""), "value"] == pytest.approx(hours.quantile(0.9))


def test_too_few_cases_give_a_quantile_no_upper_bound(small) -> None:
    assert pd.isna(small.loc[("cycle_time_p90/elapsed", ""), "high"])


def test_straight_through_needs_every_toucher_known(small) -> None:
    stp = small.loc[("stp_rate/zero_touch", "")]

    assert (stp["numerator"], stp["denominator"]) == (2, 3)  # B and NA of A, B, NA; E has an unknown toucher


def test_first_pass_and_rework_share_their_denominator(small) -> None:
    first, rework = small.loc[("first_pass_yield/items", "")], small.loc[("rework_rate/items", "")]

    assert first["denominator"] == rework["denominator"] == first["numerator"] + rework["numerator"] == 4


def test_sla_counts_what_was_due_in_the_period_and_an_open_case_as_late(small) -> None:
    sla = small.loc[("sla_compliance/due_in_period", "")]

    assert (sla["numerator"], sla["denominator"]) == (1, 3)  # A in time, B late, C open past its due date


def test_recorded_cost_is_not_the_loaded_cost(small) -> None:
    cost = small.loc[("cost_per_transaction/recorded", "")]

    assert (cost["numerator"], cost["denominator"]) == (18, 4)
    assert "cost_per_transaction/loaded" not in small.index.get_level_values("definition")


def test_parquet_gives_what_the_csv_gives(make_engagement, small, tmp_path) -> None:
    import io

    frame = pd.read_csv(io.StringIO(SMALL), dtype=str, keep_default_na=False)
    typed = frame.assign(
        at=pd.to_datetime(frame["at"]), due=pd.to_datetime(frame["due"]), cost=frame["cost"].astype(float)
    )
    place = make_engagement(SMALL_TOML.replace("small.csv", "small.parquet"), name="parquet")
    (place / "data").mkdir()
    typed.to_parquet(place / "data" / "small.parquet")

    found = measured(place)

    pd.testing.assert_frame_equal(*(one.drop(columns=["source", "source_sha256"]) for one in (found, small)))


def test_gzip_separator_decimal_and_format_are_read_as_stated(make_engagement, small) -> None:
    text = SMALL.replace(",", ";").replace("2026-", "X2026-").replace("2025-", "X2025-")
    rows = [line.split(";") for line in text.strip().splitlines()]
    for row in rows[1:]:
        for at in (2, 5):
            if row[at]:
                day, clock = row[at].removeprefix("X").split(" ")
                year, month, number = day.split("-")
                row[at] = f"{number}/{month}/{year} {clock}"
        row[6] += ",0"
    packed = gzip.compress("\n".join(";".join(row) for row in rows).encode("cp1252"), mtime=0)
    stated = 'separator = ";"\ndecimal = ","\nformat = "%d/%m/%Y %H:%M"\nencoding = "cp1252"\n'
    toml = SMALL_TOML.replace("small.csv", "small.csv.gz").replace('workflow = "flow"', f'workflow = "flow"\n{stated}')

    found = measured(make_engagement(toml, {"data/small.csv.gz": packed}, name="german"))

    pd.testing.assert_frame_equal(*(one.drop(columns=["source", "source_sha256"]) for one in (found, small)))


def test_naive_times_are_read_on_the_stated_clock(make_engagement) -> None:
    log = "case,step,at\nA,start,2026-03-28 12:00\nA,done,2026-03-29 12:00\n"
    toml = '[events]\nsource = "log.csv"\ncase = "case"\nactivity = "step"\ncompleted = "at"\n'
    toml += 'timezone = "Europe/Amsterdam"\n'

    found = measured(make_engagement(toml, {"log.csv": log}))

    assert found.loc[("cycle_time_p50/elapsed", ""), "value"] == 23  # the clocks went forward that night


def test_records_become_the_same_case_table(make_engagement) -> None:
    records = (
        "received,sent,product,ok\n2026-02-01,2026-02-03,card,Yes\n2026-02-01,,card,No\n2026-02-01,2026-02-02,loan,\n"
    )
    toml = (
        '[cases]\nsource = "records.csv"\nreceived = "received"\ncompleted = "sent"\nworkflow = "product"\n'
        'timezone = "UTC"\nmet = { column = "ok", yes = ["Yes"], no = ["No"] }\n'
    )

    found = measured(make_engagement(toml, {"records.csv": records}))

    assert found.loc[("volume/completed", ""), "value"] == 2
    assert found.loc[("open_cases/at_period_end", ""), "value"] == 1
    sla = found.loc[("sla_compliance/due_in_period", "")]
    assert (sla["numerator"], sla["denominator"]) == (1, 2)


def test_cfpb_complaints_give_the_reference_sla(make_engagement, real_log, expected) -> None:
    log = real_log("cfpb_complaints.csv.gz")
    toml = (
        '[cases]\nsource = "cfpb_complaints.csv.gz"\nreceived = "Date received"\ncompleted = "Date sent to company"\n'
        'workflow = "Product"\ntimezone = "UTC"\nformat = "%m/%d/%Y"\n'
        'met = { column = "Timely response?", yes = ["Yes"], no = ["No"] }\n'
    )
    place = make_engagement(toml, sector="banking", period=("2013-06-01", "2018-01-31"), as_of="2018-03-01")
    shutil.copy(log, place)
    reference = expected["cfpb-complaints"]["extra"]

    found = measured(place)

    sla = found.loc[("sla_compliance/due_in_period", "")]
    timely = reference["sla_timely_response_yes"]
    assert (sla["numerator"], sla["denominator"]) == (timely["numerator"], timely["denominator"])
    assert found.loc[("cycle_time_p90/elapsed", ""), "value"] / 24 == reference["received_to_sent_days"]["p90_linear"]


def test_an_error_rate_is_given_only_where_somebody_looked(make_engagement) -> None:
    log = SMALL + "A,mistake found,2026-02-02 18:00,ann,one,,0\n"
    toml = SMALL_TOML + '[events.error]\nactivities = ["mistake found"]\n'

    found = measured(make_engagement(toml, {"data/small.csv": log}))

    assert found.loc[("error_rate/items", "one"), "denominator"] == 2
    assert ("error_rate/items", "two") not in found.index


def test_an_inspection_that_is_stated_is_the_denominator(make_engagement) -> None:
    log = SMALL + "A,check,2026-02-02 18:00,ann,one,,0\nNA,check,2026-02-06 09:10,SYSTEM,two,,0\n"
    log += "A,mistake found,2026-02-02 18:00,ann,one,,0\n"
    toml = SMALL_TOML + '[events.error]\nactivities = ["mistake found"]\ninspected = ["check"]\n'

    found = measured(make_engagement(toml, {"data/small.csv": log}))

    error = found.loc[("error_rate/items", "")]
    assert (error["numerator"], error["denominator"]) == (1, 2)


def test_the_log_speaks_where_a_table_states_the_same(make_engagement) -> None:
    stated = (
        "kpi,numerator,denominator,n,period_start,period_end,source\n"
        "first_pass_yield,90,100,100,2026-01-01,2026-06-30,guess\n"
    )
    case = engagement.open(make_engagement(SMALL_TOML, {"data/small.csv": SMALL, "tables/kpis.csv": stated}))
    read, log = tables.read(case), event_log.open(case)

    found = kpi.measure(read, log)

    assert found.set_index(["definition", "workflow"]).loc[("first_pass_yield/items", ""), "denominator"] == 4
    assert kpi.superseded(read, log, found)[["stated", "measured"]].values.tolist() == [[0.9, 0.75]]


def test_an_audit_of_one_workflow_says_nothing_against_the_log_of_another(make_engagement) -> None:
    audit = (
        "kpi,workflow,numerator,denominator,n,period_start,period_end,source\n"
        "error_rate,two,30,100,100,2026-01-01,2026-06-30,audit\n"
    )
    toml = SMALL_TOML + '[events.error]\nactivities = ["mistake found"]\n'
    log = SMALL + "A,mistake found,2026-02-02 18:00,ann,one,,0\n"
    case = engagement.open(make_engagement(toml, {"data/small.csv": log, "tables/kpis.csv": audit}))
    read, opened = tables.read(case), event_log.open(case)

    found = kpi.measure(read, opened)

    assert found[found["kpi"] == "error_rate"]["workflow"].tolist() == ["", "one", "two"]
    assert kpi.superseded(read, opened, found).empty


def test_means_are_weighted_by_n_and_carry_their_spread(make_engagement) -> None:
    rows = (
        "kpi,value,n,deviation,period_start,period_end,source\n"
        "csat,4.0,100,1.0,2026-01-01,2026-01-31,survey\n"
        "csat,3.0,300,1.0,2026-02-01,2026-02-28,survey\n"
    )

    found = measured(make_engagement(files={"tables/kpis.csv": rows}))

    csat = found.loc[("csat/mean_of_5", "")]
    assert csat["value"] == pytest.approx(3.25)
    assert csat["low"] < 3.25 < csat["high"]
    assert csat["method"] == statistics.STUDENT


def test_a_bare_value_has_no_interval_and_says_so(make_engagement) -> None:
    rows = "kpi,value,n,period_start,period_end,source\ncsat,4.2,50,2026-01-01,2026-06-30,survey\n"

    found = measured(make_engagement(files={"tables/kpis.csv": rows}))

    csat = found.loc[("csat/mean_of_5", "")]
    assert pd.isna(csat["low"])
    assert csat["method"] == statistics.NO_INTERVAL


def test_every_measure_names_its_rows_and_the_hash_of_their_file(make_engagement) -> None:
    rows = (
        "kpi,value,n,period_start,period_end,source\ncsat,4.2,50,2026-01-01,2026-01-31,a\n"
        "nps,10,50,2026-01-01,2026-01-31,a\ncsat,4.2,50,2026-02-01,2026-02-28,a\n"
    )

    found = measured(make_engagement(files={"tables/kpis.csv": rows}))

    csat = found.loc[("csat/mean_of_5", "")]
    assert (csat["source"], csat["source_rows"]) == ("client/tables/kpis.csv", "2, 4")
    assert csat["source_sha256"] == sha256(rows.encode()).hexdigest()


def test_several_sectors_share_a_log_by_workflow(make_engagement) -> None:
    workflows = (
        "workflow,sector,process,owner,monthly_volume,unit_cost\n"
        "one,healthcare,claims,Ann,100,2\ntwo,legal,invoice_review,Bob,100,2\n"
    )
    place = make_engagement(SMALL_TOML, {"data/small.csv": SMALL, "tables/workflows.csv": workflows})
    toml = place / "engagement.toml"
    toml.write_text(toml.read_text().replace('["healthcare"]', '["healthcare", "legal"]'))

    case = engagement.open(place, "legal")
    found = kpi.measure(tables.read(case), event_log.open(case)).set_index(["definition", "workflow"])

    assert found.loc[("volume/completed", ""), "value"] == 2
    assert ("volume/completed", "one") not in found.index


def test_a_case_done_before_the_period_but_due_in_it_counts_for_the_sla_alone(make_engagement) -> None:
    early = (
        SMALL
        + "F,start,2025-12-29 09:00,ann,one,2026-01-05 09:00,1\nF,done,2025-12-30 09:00,ann,one,2026-01-05 09:00,1\n"
    )

    found = measured(make_engagement(SMALL_TOML, {"data/small.csv": early}))

    sla = found.loc[("sla_compliance/due_in_period", "")]
    assert (sla["numerator"], sla["denominator"]) == (2, 4)
    assert found.loc[("volume/completed", ""), "value"] == 4
    assert found.loc[("open_cases/at_period_end", ""), "value"] == 1


def test_teams_of_which_everybody_was_on_leave_have_no_utilisation(make_engagement) -> None:
    staff = "team,fte,paid_hours,leave_hours,productive_hours,loaded_rate\nDesk,1,100,100,0,50\n"
    read = tables.read(engagement.open(make_engagement(files={"tables/staffing.csv": staff})))

    assert kpi.measure(read, None).empty


def test_uptime_is_a_share_that_serves_continuity(make_engagement: Callable[..., Path]) -> None:
    """Row 001-09: the source names uptime of IT systems among the figures of continuity."""
    row = "uptime,0.9962,8727,8760,8760,2026-01-01,2026-06-30,Monitoring\n"
    header = "kpi,value,numerator,denominator,n,period_start,period_end,source\n"
    read = tables.read(engagement.open(make_engagement(files={"tables/kpis.csv": header + row})))

    measured = kpi.measure(read, None).set_index("kpi").loc["uptime"]

    assert measured["value"] == pytest.approx(8727 / 8760)
    assert read.values.set_index("kpi").at["uptime", "value"] == "continuity"
