"""What a log says about itself before any figure is made, where it may lie, and what is drilled out of it."""

from __future__ import annotations

import json
import random
import shutil
import string

import hypothesis
import pandas as pd
import pytest
from hypothesis import strategies as st

from engineroom.errors import DataProblems, EngagementError
from engineroom.logs import drilldown, event_log, labels, traces
from engineroom.measures import kpi
from engineroom.pages import wording
from engineroom.phrases import tell_all
from engineroom.readers import engagement, tables

TOML = """
[events]
source = "{source}"
case = "case"
activity = "step"
completed = "at"
"""
HEADER = "case,step,at\n"
SOUND = HEADER + "".join(f"C{n},{step},2026-02-0{n} 0{h}:30\n" for n in range(1, 10) for h, step in enumerate("abc"))


def opened(make_engagement, log: str, more: str = "", **options) -> event_log.EventLog:
    toml = TOML.format(source="log.csv") + ("" if "timezone" in more else 'timezone = "UTC"\n') + more
    return event_log.open(engagement.open(make_engagement(toml, {"log.csv": log}, **options)))


def said(log: event_log.EventLog) -> dict[str, str]:
    """Return each caveat, with its examples where it has any, and its effect."""
    told = {}
    for row in log.caveats.to_dict("records"):
        (found, effect), examples = wording.caveat(row), tell_all(row["examples"], ", ")
        told[f"{found} ({examples})" if examples else found] = effect
    return told


UNCLOSED = {
    "the data do not say which step closes a case": (
        "every case counts as complete at its last event, so open cases are not visible"
    )
}


def test_a_sound_log_has_nothing_to_say(make_engagement) -> None:
    assert said(opened(make_engagement, SOUND)) == UNCLOSED


def test_hospital_billing_holds_the_duplicates_of_the_reference(make_engagement, real_log) -> None:
    toml = TOML.format(source="hospital_billing.csv.gz").replace('"case"', '"case_id"').replace('"step"', '"activity"')
    toml = toml.replace('"at"', '"timestamp"') + 'timezone = "UTC"\n'
    place = make_engagement(toml, period=("2012-12-13", "2015-12-13"), as_of="2016-01-15")
    shutil.copy(real_log("hospital_billing.csv.gz"), place)
    quality = json.loads(real_log("expected.json").read_text())["hospital-billing"]["log"]["data_quality"]

    found = said(event_log.open(engagement.open(place)))

    rows = quality["duplicate_case_activity_timestamp_rows"]
    assert f"{rows} of 49,951 rows repeat the case, activity and time of another row" in found
    assert "9 of 49,951 rows have a case number that looks like “missing” (rows 214, 41644, 41645)" in found


def test_dates_that_cannot_be_true_are_left_out_and_told(make_engagement) -> None:
    filler = "".join(f"D{n},a,2026-03-01 08:15\n" for n in range(200))

    log = opened(make_engagement, SOUND + filler + "E,a,4009-01-01 08:00\nF,a,1948-05-01 08:00\n")

    fact = "2 of 229 rows have an impossible time (before 2016-01-01, or after the report date)"
    assert said(log)[f"{fact} (rows 229, 230)"] == "left out"
    assert log.cases.count().execute() == 209


def test_a_case_id_that_reads_as_missing_is_a_case(make_engagement) -> None:
    log = opened(make_engagement, SOUND + "NA,a,2026-02-01 08:15\nnull,a,2026-02-01 08:15\n")

    effect = said(log)["2 of 29 rows have a case number that looks like “missing” (rows 29, 30)"]
    assert effect == "kept as text; tell us if it means “no value”"
    assert set(log.cases.case_id.execute()) >= {"NA", "null"}


def test_times_with_and_without_an_offset_are_told_apart(make_engagement) -> None:
    log = opened(make_engagement, SOUND + "Z,a,2026-02-01T08:00:00+05:00\n", 'timezone = "Europe/Amsterdam"\n')

    effect = said(log)["1 of 28 rows state an offset from UTC; the others do not (row 29)"]
    assert effect == "those times are exact; the others are read as local time in Europe/Amsterdam"
    assert str(log.cases.filter(log.cases.case_id == "Z").completed.execute()[0]) == "2026-02-01 03:00:00"


def test_dates_without_a_time_of_day_are_counted(make_engagement) -> None:
    log = opened(make_engagement, SOUND + "Z,a,2026-02-01\nZ,b,2026-02-02 00:00\n")

    effect = said(log)["2 of 29 rows have a date without a time of day (rows 29, 30)"]
    assert effect == "durations shorter than a day cannot be measured there"


def test_events_at_one_instant_matter_to_handoffs_alone(make_engagement) -> None:
    text = SOUND.replace("at\n", "at,who\n", 1).replace(":30\n", ":30,ann\n") + "Z,a,2026-02-01 08:15,bob\n"
    text += "Z,b,2026-02-01 08:15,Ann\n"

    log = opened(make_engagement, text, 'resource = "who"\n')

    effect = said(log)["2 of 29 rows have the same case and time as another row"]
    assert effect == "their order is unknown; a fixed order is used for handoffs"
    assert log.cases.filter(log.cases.case_id == "Z").handoffs.execute()[0] == 1


def test_users_who_differ_from_an_automatic_one_in_capitals_are_told(make_engagement) -> None:
    text = SOUND.replace("at\n", "at,who\n", 1).replace(":30\n", ":30,system\n")
    human = '[events.human]\ncolumn = "who"\nautomatic = ["SYSTEM", "BOT"]\n'

    log = opened(make_engagement, text, f'may_be_absent = ["SYSTEM", "BOT"]\n{human}')

    found = said(log)
    alike = "27 of 27 rows were done by a user who differs from an automatic one in capitals only (rows 2, 3, 4)"
    assert found[alike] == "counted as done by people"


def test_a_case_whose_events_name_two_workflows_is_in_the_whole_alone(make_engagement) -> None:
    text = (
        SOUND.replace("at\n", "at,flow\n", 1)
        .replace(":30\n", ":30,one\n")
        .replace("C1,b,2026-02-01 01:30,one", "C1,b,2026-02-01 01:30,two")
    )

    log = opened(make_engagement, text, 'workflow = "flow"\n')

    effect = said(log)["1 of 9 cases belong to more than one workflow"]
    assert effect == 'counted in the whole, and under the workflow "(several)"'
    assert drilldown.counts(log).set_index("workflow")["done"].to_dict() == {"one": 8, "(several)": 1}


def test_where_nearly_every_case_repeats_an_activity_a_repeat_is_no_rework(make_engagement) -> None:
    steps = ("changed", "sent", "changed")
    status = HEADER + "".join(
        f"C{n},{step},2026-02-0{n} 0{h}:30\n" for n in range(1, 10) for h, step in enumerate(steps)
    )
    place = make_engagement(
        TOML.format(source="log.csv") + 'timezone = "UTC"\n[events.rework]\nrepeats = true\n', {"log.csv": status}
    )
    case = engagement.open(place)

    log = event_log.open(case)
    found = kpi.measure(tables.read(case), log)

    effect = said(log)["9 of 9 cases repeat an activity, as a log of status changes does"]
    assert effect == "repeats do not count as rework, and no figure is based on them"
    assert set(found["kpi"]) == {"volume", "cycle_time_p50", "cycle_time_p90"}
    assert log.absent["rework_rate"] == "needs_rework_activities"
    assert drilldown.steps(log).empty


def test_steps_of_a_life_cycle_are_told_unless_filtered(make_engagement) -> None:
    text = SOUND.replace("at\n", "at,lifecycle:transition\n", 1).replace(":30\n", ":30,complete\n")
    text += "Z,a,2026-02-01 08:15,start\n"

    told = said(opened(make_engagement, text))
    filtered = said(opened(make_engagement, text, 'filter = { "lifecycle:transition" = ["complete"] }\n'))

    assert "1 of 28 rows record other stages of a step than its completion (row 29)" in told
    assert filtered == UNCLOSED


def test_a_key_that_is_none_stops_the_report_and_a_row_in_a_hundred_is_told(make_engagement) -> None:
    rows = [f"{number},2026-02-01 08:00,2026-02-02 08:30\n" for number in range(199)]
    text = "".join(["id,got,sent\n", *rows, rows[0]])
    toml = '[cases]\nsource = "log.csv"\ncase = "id"\nreceived = "got"\ncompleted = "sent"\ntimezone = "UTC"\n'

    log = event_log.open(engagement.open(make_engagement(toml, {"log.csv": text})))

    assert said(log) == {"1 of 200 rows repeat a case number": "each row is counted as a case of its own"}
    with pytest.raises(
        DataProblems, match=r"id: 3 of 202 rows repeat a case number; a key names one row; keep the last"
    ):
        event_log.open(engagement.open(make_engagement(toml, {"log.csv": text + rows[0] * 2})))


# ------------------------------------------------------------------------------------------------------- where it lies


def parted(place, parts: int) -> None:
    frame = pd.read_csv(place / "log.csv", dtype=str, keep_default_na=False)
    (place / "log" / "sub").mkdir(parents=True)
    for number in range(parts):
        frame.iloc[number::parts].to_parquet(place / "log" / ("sub" if number % 2 else "") / f"part-{number}.parquet")


@pytest.mark.parametrize("source", ["log", "log/", "log/**/*.parquet"])
def test_a_folder_or_a_pattern_of_parquet_files_is_one_log(make_engagement, source) -> None:
    place = make_engagement(TOML.format(source=source) + 'timezone = "UTC"\n', {"log.csv": SOUND})
    parted(place, 3)

    log = event_log.open(engagement.open(place))

    assert log.cases.count().execute() == 9
    assert log.source == f"client/{source}"
    assert len(log.source_sha256) == 64


def test_an_example_in_a_folder_names_its_file_and_row(make_engagement) -> None:
    text = SOUND + "NA,a,2026-02-01 08:15\n"
    place = make_engagement(TOML.format(source="log") + 'timezone = "UTC"\n', {"log.csv": text})
    parted(place, 2)

    found = said(event_log.open(engagement.open(place)))

    assert "1 of 28 rows have a case number that looks like “missing” (part-1.parquet row 15)" in found


def test_a_pattern_that_a_link_leads_out_of_the_folder_is_refused(make_engagement, tmp_path) -> None:
    place = make_engagement(TOML.format(source="log/*.parquet"), {"log.csv": SOUND})
    (place / "log").mkdir()
    (tmp_path / "elsewhere.parquet").write_bytes(b"PAR1")
    (place / "log" / "link.parquet").symlink_to(tmp_path / "elsewhere.parquet")

    with pytest.raises(EngagementError, match="lies outside the engagement folder"):
        event_log.open(engagement.open(place))


def test_a_log_is_in_one_place(make_engagement) -> None:
    keys = 'case = "c"\nactivity = "a"\ncompleted = "t"\n'
    for given, told in {
        "": 'events: names no log; write source = "data/log.csv", or connection and table',
        'source = "log.csv"\nconnection = "env:A"\ntable = "t"\n': "events: names a file and a warehouse; keep source",
        'connection = "env:A"\n': "events: connection and table belong together; state both",
        'connection = "postgres://ann:s3cret@host/db"\ntable = "t"\n': "events.connection: names no variable of the",
    }.items():
        with pytest.raises(EngagementError) as refusal:
            engagement.open(make_engagement("[events]\n" + given + keys))

        assert told in str(refusal.value)
        assert "s3cret" not in str(refusal.value)


def test_a_workbook_of_several_sheets_is_read_where_its_sheet_is_stated(make_engagement) -> None:
    place = make_engagement(TOML.format(source="log.xlsx") + 'sheet = "Events"\ntimezone = "UTC"\n', {"log.csv": SOUND})
    frame = pd.read_csv(place / "log.csv", dtype=str)
    with pd.ExcelWriter(place / "log.xlsx") as book:
        frame.head(2).to_excel(book, sheet_name="Guide", index=False)
        frame.to_excel(book, sheet_name="Events", index=False)

    assert event_log.open(engagement.open(place)).cases.count().execute() == 9


# --------------------------------------------------------------------------------------------------------- drilldown

WORK = """case,step,begun,at,who,cost,why
A,enter,2026-02-02 08:00,2026-02-02 09:00,ann,10,
A,check,2026-02-02 10:00,2026-02-02 11:00,bob,10,Missing form
A,check,2026-02-03 10:00,2026-02-03 10:30,ann,5,
A,done,2026-02-03 12:00,2026-02-03 12:00,BOT,0,
B,enter,2026-02-04 08:00,2026-02-04 08:30,ann,4,
B,check,2026-02-04 09:00,2026-02-04 09:30,ann,4,
B,done,2026-02-04 10:00,2026-02-04 10:00,BOT,0,
C,enter,2026-02-09 08:00,2026-02-09 08:30,bob,4,
"""
WORK_TOML = """
[events]
source = "log.csv"
case = "case"
activity = "step"
started = "begun"
completed = "at"
timezone = "UTC"
resource = "who"
cost = "cost"
exception = "why"
[events.human]
column = "who"
automatic = ["BOT"]
[events.closed]
activities = ["done"]
[events.rework]
repeats = true
"""


@pytest.fixture
def work(make_engagement) -> event_log.EventLog:
    return event_log.open(engagement.open(make_engagement(WORK_TOML, {"log.csv": WORK})))


def test_a_step_is_passed_at_first_by_cases_that_neither_repeat_it_nor_fail_in_it(work) -> None:
    steps = drilldown.steps(work).set_index("step")

    assert steps["first_pass_yield"].to_dict() == {"check": 0.5, "done": 1.0, "enter": 1.0}
    assert steps.loc["check", ["cases", "events"]].tolist() == [2, 3]
    assert steps.loc["check", "handling_hours"] == 2.0


def test_rolled_yield_is_the_product_of_the_steps(work) -> None:
    found = drilldown.rolled(drilldown.steps(work), pd.Series({"(not stated)": 2.0}))

    assert found.to_dict() == {"(not stated)": 0.5}


def test_handling_and_waiting_make_up_the_cycle_time(work) -> None:
    whole = traces.efforts(work).iloc[0]

    assert whole["completed"] == 2
    assert whole["handling_hours"] == (2.5 + 1) / 2
    assert whole["waiting_hours"] == (28 - 2.5 + 2 - 1) / 2


def test_rework_costs_what_failed_attempts_cost(work) -> None:
    whole = drilldown.counts(work).iloc[0]

    assert (whole["rework_cost"], whole["cost"]) == (10, 33)


def test_a_system_between_two_people_makes_no_handoff(work) -> None:
    cases = work.cases.execute().set_index("case_id")

    assert cases["handoffs"].to_dict() == {"A": 2, "B": 0, "C": 0}


def test_exceptions_are_told_by_type_and_cost(work) -> None:
    found = drilldown.exceptions(work)

    assert found.drop(columns="workflow").values.tolist() == [["Missing form", 1, 1, 10, 1, 1]]


def test_a_week_takes_over_what_the_one_before_left_open(work) -> None:
    weeks = drilldown.weeks(work)

    assert weeks["week"].dt.strftime("%Y-%m-%d").tolist() == ["2026-02-02", "2026-02-09"]
    assert weeks[["received", "completed", "open_cases"]].values.tolist() == [[2, 2, 0], [1, 0, 1]]


@pytest.mark.parametrize(("column", "expected"), [("Product", "by_product"), ("Company", "by_company")])
def test_complaints_are_counted_by_the_column_of_the_workflow(make_engagement, real_log, column, expected) -> None:
    toml = (
        '[cases]\nsource = "cfpb_complaints.csv.gz"\nreceived = "Date received"\ncompleted = "Date sent to company"\n'
        f'timezone = "UTC"\nformat = "%m/%d/%Y"\nworkflow = "{column}"\n'
    )
    place = make_engagement(toml, sector="banking", period=("2013-06-01", "2018-01-31"), as_of="2018-03-01")
    shutil.copy(real_log("cfpb_complaints.csv.gz"), place)
    reference = json.loads(real_log("expected.json").read_text())["cfpb-complaints"]["extra"]

    log = event_log.open(engagement.open(place))

    counted = drilldown.counts(log).sort_values(["done", "workflow"], ascending=[False, True])
    top, types = (reference[f"complaints_{expected}"][name] for name in ("top", "types"))
    shown = [[row.workflow, row.done] for row in counted.head(10).itertuples()]
    assert shown == [[one["type"], one["value"]] for one in top]
    assert len(counted) == types
    days = reference["received_to_sent_days"]
    assert f"{days['negative']} of 3,186 rows are completed before they are received" in " ".join(said(log))
    raw = pd.read_csv(place / "cfpb_complaints.csv.gz", usecols=["Date received", "Date sent to company"])
    lasted = pd.to_datetime(raw["Date sent to company"], format="%m/%d/%Y")
    lasted = (lasted - pd.to_datetime(raw["Date received"], format="%m/%d/%Y")).dt.days
    assert lasted.mean() == pytest.approx(days["mean"], abs=5e-7)
    assert log.cases.hours.mean().execute() / 24 == pytest.approx(lasted[lasted >= 0].mean(), abs=5e-7)


def test_a_refusal_ends_with_what_to_do(make_engagement) -> None:
    with pytest.raises(DataProblems) as refusal:
        opened(make_engagement, HEADER + ",a,2026-02-01\nA,b,2026-02-01\n")

    assert str(refusal.value).splitlines()[:2] == [
        "client/log.csv: 1 problem",
        "  row 2, case: 1 of 2 rows have no case number (row 2); case may name the wrong column",
    ]


def test_no_figure_depends_on_the_order_of_the_rows(make_engagement) -> None:
    draw = random.Random(7)
    rows = []
    for case in range(3000):
        at = pd.Timestamp("2026-02-01") + pd.Timedelta(draw.random() * 60, "D")
        for step in "abc":
            who = draw.choice(["ann", "bo", "BOT"])
            after = at + pd.Timedelta(draw.expovariate(1 / 40), "h")
            rows.append(f"C{case},{step},{after},{at},{who},{draw.random() * 90:.4f}\n")
            at = after
    more = 'started = "from"\nresource = "who"\ncost = "cost"\n[events.human]\ncolumn = "who"\nautomatic = ["BOT"]\n'
    more = 'timezone = "UTC"\n' + more
    header = "case,step,at,from,who,cost\n"
    found = []
    for number in range(4):
        log = opened(make_engagement, header + "".join(rows), more, name=f"client{number}")
        found.append((traces.efforts(log), drilldown.counts(log), drilldown.steps(log)))
        draw.shuffle(rows)

    for again in found[1:]:
        for one, other in zip(found[0], again, strict=True):
            pd.testing.assert_frame_equal(one, other, check_exact=True)


# -------------------------------------------------------------------------------------------------------------- names


@hypothesis.given(
    name=st.text(string.ascii_lowercase, min_size=labels.LONG + 1, max_size=12),
    times=st.integers(20, 500),
    how=st.sampled_from(["capitals", "blanks", "left out", "twice", "changed", "swapped"]),
    at=st.integers(0, 4),
)
def test_a_name_in_another_form_is_found_and_names_apart_are_not(name, times, how, at) -> None:
    forms = {
        "capitals": name.title(),
        "blanks": f"{name}_",
        "left out": name[:at] + name[at + 1 :],
        "twice": name[:at] + name[at] + name[at:],
        "changed": name[:at] + ("x" if name[at] != "x" else "y") + name[at + 1 :],
        "swapped": name[:at] + name[at + 1] + name[at] + name[at + 2 :],
    }
    other = forms[how]

    found = labels.variants({name: times, other: 1, "quite another thing": times, f"{name} 1": 9, f"{name} 2": 9})

    assert found == ({other: name} if other != name else {})


def test_two_unicode_forms_of_a_name_are_one_name_and_both_common() -> None:
    assert labels.variants({"Best\u00e4tigt": 30, "Besta\u0308tigt": 29}) == {"Besta\u0308tigt": "Best\u00e4tigt"}


def test_names_that_carry_a_number_are_found_and_levels_are_not() -> None:
    numbered = {f"Request_{place:04}X": 1 for place in range(30)}
    levels = {f"Level {place}": 40 for place in range(1, 9)}

    assert labels.numbered(numbered | levels) == sorted(numbered)


def test_names_in_several_forms_are_told_and_count_against_validity(make_engagement) -> None:
    rows = [f"C{n},Check,2026-02-01 09:00\nC{n},Decide,2026-02-01 10:00\n" for n in range(50)]
    text = HEADER + "".join(rows) + "D,check,2026-02-02 09:00\n"

    found = said(opened(make_engagement, text))

    fact = "1 of 101 rows have a name that is probably a different spelling of another (Steps: check / Check)"
    assert found[fact] == "each spelling counts as a separate name"


# ---------------------------------------------------------------------------------------------------------- precision


@pytest.mark.parametrize(
    ("step", "unit", "half", "most"),
    [("D", "whole days", "under 1 day", "5 days"), ("MS", "whole months", "under 1 month", "5 months")],
)
def test_times_without_a_time_of_day_tell_whole_days_or_months_and_no_finer(
    make_engagement, step, unit, half, most
) -> None:
    days = pd.date_range("2025-01-01", periods=6, freq=step)
    rows = [f"{n},{days[0]:%Y-%m-%d},{days[5 * (n % 5 == 0)]:%Y-%m-%d}\n" for n in range(300)]
    toml = '[cases]\nsource = "log.csv"\ncase = "id"\nreceived = "got"\ncompleted = "sent"\ntimezone = "UTC"\n'
    place = make_engagement(
        toml, {"log.csv": "id,got,sent\n" + "".join(rows)}, period=("2025-01-01", "2025-12-31"), as_of="2026-01-15"
    )
    case = engagement.open(place)
    log = event_log.open(case)

    found = kpi.measure(tables.read(case), log).set_index("kpi")

    assert drilldown.precision(log) == unit
    assert wording.figure(found.loc["cycle_time_p50"].to_dict()) == half
    assert wording.span(found.loc["cycle_time_p50"].to_dict()) == half
    assert wording.figure(found.loc["cycle_time_p90"].to_dict()) == most
