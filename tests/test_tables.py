"""Validated tables: the logical checks of the data dictionary, names across tables, and a consultancy's own pack."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from engineroom.dictionary import columns, schemas
from engineroom.errors import DataProblems
from engineroom.readers import engagement, reference, tables

HEADER = """
[engagement]
client = "Acme"
sectors = ["healthcare"]
period = { start = 2026-01-01, end = 2026-06-30 }
currency = "USD"
as_of = 2026-07-15
"""
REPAIR = "Correct the file and run: engineroom check acme"
ROWS = {
    "kpis": {
        "kpi": "first_pass_acceptance",
        "workflow": "Denials",
        "value": "0.9",
        "numerator": "90",
        "denominator": "100",
        "n": "100",
        "period_start": "2026-01-01",
        "period_end": "2026-06-30",
        "source": "report",
    },
    "workflows": {
        "workflow": "Denials",
        "process": "denials",
        "owner": "Ann",
        "monthly_volume": "100",
        "monthly_straight_through": "20",
        "monthly_exceptions": "10",
        "unit_cost": "4.5",
    },
    "costs": {
        "workflow": "Denials",
        "personnel": "100",
        "systems": "20",
        "overhead": "30",
        "outsourced": "0",
        "other": "5",
        "total": "155",
        "transactions": "50",
        "period_start": "2026-01-01",
        "period_end": "2026-06-30",
        "source": "ledger",
    },
    "staffing": {
        "team": "Desk",
        "workflow": "Denials",
        "fte": "2",
        "paid_hours": "200",
        "leave_hours": "20",
        "productive_hours": "150",
        "loaded_rate": "40",
    },
    "readiness": {
        "prerequisite": "dq_audit",
        "workflow": "Denials",
        "status": "done",
        "evidence": "memo",
        "owner": "Ann",
        "date": "2026-02-01",
    },
}


def folder(tmp_path: Path, header: str = HEADER, **sent: list[dict]) -> Path:
    place = tmp_path / "acme"
    (place / "tables").mkdir(parents=True, exist_ok=True)
    (place / "engagement.toml").write_text(header, encoding="utf-8")
    for name, changes in sent.items():
        rows = [ROWS.get(name, {}) | change for change in changes]
        pd.DataFrame(rows).to_csv(place / "tables" / f"{name}.csv", index=False)
    return place


def read(place: Path, sector: str | None = None) -> tables.Tables:
    return tables.read(engagement.open(place, sector))


def told(place: Path, monkeypatch) -> str:
    monkeypatch.chdir(place.parent)
    with pytest.raises(DataProblems) as raised:
        read(place)
    return str(raised.value)


def message(*groups: tuple[str, list[str]]) -> str:
    lines: list[str] = []
    for where, said in groups:
        lines += [f"{where}: {len(said)} problem{'s' if len(said) > 1 else ''}", *(f"  {line}" for line in said)]
    return "\n".join([*lines, REPAIR])


# ---------------------------------------------------------------------------------------------------- what is read


def test_good_tables_are_read_and_those_not_sent_are_empty(tmp_path):
    read_in = read(folder(tmp_path, workflows=[{}], kpis=[{}]))

    assert list(read_in.sources) == ["kpis", "workflows"]
    assert read_in.sources["kpis"].file == "acme/tables/kpis.csv"
    assert len(read_in.sources["kpis"].sha256) == 64
    assert len(read_in.kpis) == len(read_in.workflows) == 1
    assert read_in.costs.empty and list(read_in.costs) == list(schemas.Costs.to_schema().columns)


def test_rows_keep_the_numbers_a_spreadsheet_shows(tmp_path):
    assert read(folder(tmp_path, workflows=[{}, {"workflow": "Other"}])).workflows.index.tolist() == [2, 3]


def test_blank_is_not_zero(tmp_path):
    row = read(folder(tmp_path, workflows=[{"monthly_volume": "", "unit_cost": "0"}])).workflows.iloc[0]

    assert pd.isna(row["monthly_volume"])
    assert row["unit_cost"] == 0


def test_every_starter_is_free_of_problems():
    for starter in engagement.starters():
        for sector in engagement.open(starter).header.sectors:
            assert tables.read(engagement.open(starter, sector)).sources


def test_reference_data_cannot_be_changed_for_the_next_reader():
    first = reference.definitions()
    first.loc[first.index[0], "name"] = "spoilt"
    first["more"] = 1

    assert reference.definitions()["name"].iloc[0] != "spoilt"
    assert "more" not in reference.definitions()


# ---------------------------------------------------------------------------------------------------- logical checks


@pytest.mark.parametrize(
    ("table", "change", "line"),
    [
        (
            "kpis",
            {"value": "", "numerator": "", "denominator": ""},
            "value: nothing was measured; give value, or both its parts",
        ),
        (
            "kpis",
            {"numerator": "", "denominator": "", "n": "0"},
            "n: 0 is not above 0",
        ),
        ("kpis", {"denominator": ""}, "denominator: numerator or denominator stands alone; give both or neither"),
        (
            "kpis",
            {"value": "", "numerator": "0", "denominator": "0"},
            "denominator: denominator is 0; leave the row out: nothing was due",
        ),
        ("kpis", {"value": "0.95"}, "value: value is not numerator ÷ denominator; correct one of the three"),
        (
            "kpis",
            {"period_start": "2026-06-30", "period_end": "2026-01-01"},
            "period_end: the period ends before it starts; swap the two dates",
        ),
        (
            "kpis",
            {"period_end": "2026-07-31"},
            "period_end: 2026-01-01 to 2026-07-31 is outside the engagement's period; "
            "the period is 2026-01-01 to 2026-06-30",
        ),
        (
            "kpis",
            {"value": "90", "numerator": "", "denominator": ""},
            "value: 90 is not a fraction from 0 to 1; write 0.9 for 90%",
        ),
        ("kpis", {"value": "-0.2", "numerator": "", "denominator": ""}, "value: -0.2 is not a fraction from 0 to 1"),
        (
            "kpis",
            {"value": "", "numerator": "120"},
            "numerator: numerator is above denominator; a part cannot exceed the whole",
        ),
        ("kpis", {"value": "", "numerator": "-1"}, "numerator: -1 is below 0"),
        ("kpis", {"n": "-5"}, "n: -5 is not above 0"),
        ("kpis", {"period_end": ""}, "period_end: is blank; last day"),
        (
            "kpis",
            {"kpi": "first_pas_acceptance"},
            'kpi: "first_pas_acceptance" is unknown; did you mean "first_pass_acceptance"?',
        ),
        ("kpis", {"kpi": "zzz"}, 'kpi: "zzz" is unknown; see: engineroom list kpis'),
        (
            "kpis",
            {"definition": "clean_claim_rate/hfma_cl1"},
            'definition: "clean_claim_rate/hfma_cl1" defines clean_claim_rate, not first_pass_acceptance; '
            "correct one of them",
        ),
        ("kpis", {"definition": "zzz"}, 'definition: "zzz" is unknown; see: engineroom list kpis'),
        ("kpis", {"workflow": "Denial"}, 'workflow: "Denial" is unknown; did you mean "Denials"?'),
        (
            "kpis",
            {"workflow": "Payroll"},
            'workflow: "Payroll" is unknown; correct it, or add it to the table workflows',
        ),
        ("workflows", {"monthly_volume": "-3"}, "monthly_volume: -3 is below 0"),
        ("workflows", {"cost_spread": "1.5"}, "cost_spread: 1.5 is above 1; write a fraction, 0.04 for 4%"),
        (
            "workflows",
            {"monthly_straight_through": "101"},
            "monthly_straight_through: monthly_straight_through is above monthly_volume; "
            "a part cannot exceed the whole",
        ),
        (
            "workflows",
            {"monthly_exceptions": "101"},
            "monthly_exceptions: monthly_exceptions is above monthly_volume; a part cannot exceed the whole",
        ),
        ("workflows", {"process": "denial"}, 'process: "denial" is unknown; did you mean "denials"?'),
        (
            "workflows",
            {"sector": "legal"},
            'sector: "legal" is unknown; the sectors of this engagement are: healthcare',
        ),
        ("costs", {"total": "160"}, "total: the components do not add up to total; correct the component or the total"),
        ("costs", {"transactions": "0"}, "transactions: transactions is 0; leave the row out, or correct it"),
        ("costs", {"personnel": ""}, "personnel: is blank; wages with all benefits and taxes"),
        ("costs", {"personnel": "-100"}, "personnel: -100 is below 0"),
        (
            "costs",
            {"period_start": "2026-03-01", "period_end": "2026-02-01"},
            "period_end: the period ends before it starts; swap the two dates",
        ),
        (
            "costs",
            {"period_start": "2025-12-01"},
            "period_end: 2025-12-01 to 2026-06-30 is outside the engagement's period; "
            "the period is 2026-01-01 to 2026-06-30",
        ),
        ("staffing", {"fte": "0"}, "fte: 0 is not above 0"),
        (
            "staffing",
            {"leave_hours": "201", "productive_hours": ""},
            "leave_hours: leave_hours is above paid_hours; a part cannot exceed the whole",
        ),
        (
            "staffing",
            {"productive_hours": "181"},
            "productive_hours: productive_hours is above paid_hours - leave_hours; a part cannot exceed the whole",
        ),
        ("readiness", {"status": "finished"}, 'status: "finished" is not one of: done, in_progress, not_started'),
        ("readiness", {"prerequisite": "dq_audits"}, 'prerequisite: "dq_audits" is unknown; did you mean "dq_audit"?'),
    ],
    ids=lambda given: given.split(":")[0] if isinstance(given, str) else "-".join(given),
)
def test_a_broken_rule_is_told_in_one_line(tmp_path, monkeypatch, table, change, line):
    good = {"workflows": [{}]} if table != "workflows" else {}
    place = folder(tmp_path, **{**good, table: [change]})

    assert told(place, monkeypatch) == message((f"acme/tables/{table}.csv", [f"row 2, {line}"]))


@pytest.mark.parametrize(
    ("table", "line"),
    [
        (
            "kpis",
            "workflow: the same kpi, workflow, segment and period appear twice; keep one row, or name the segments",
        ),
        ("workflows", 'workflow: "Denials" is already in row 2; each workflow may appear once'),
        ("costs", 'workflow: "Denials" is already in row 2; each workflow may appear once'),
        ("staffing", 'team: "Desk" is already in row 2; each team may appear once'),
        ("readiness", "prerequisite: prerequisite and workflow appear twice; keep one row"),
    ],
)
def test_a_row_given_twice_is_told_once(tmp_path, monkeypatch, table, line):
    place = folder(tmp_path, **{"workflows": [{}], table: [{}, {}]})

    assert told(place, monkeypatch) == message((f"acme/tables/{table}.csv", [f"row 3, {line}"]))


def test_two_blank_keys_are_blank_and_not_also_doubles(tmp_path, monkeypatch):
    assert told(folder(tmp_path, workflows=[{"workflow": ""}, {}, {"workflow": ""}]), monkeypatch) == message(
        (
            "acme/tables/workflows.csv",
            [
                "row 2, workflow: is blank; name of the workflow, as in the event log",
                "row 4, workflow: is blank; name of the workflow, as in the event log",
            ],
        )
    )


def test_a_cell_that_cannot_be_read_hides_no_other_fault_of_its_row(tmp_path, monkeypatch):
    change = {"unit_cost": "4,5", "monthly_straight_through": "101", "owner": "#REF!", "sector": "legal"}

    assert told(folder(tmp_path, workflows=[change]), monkeypatch) == message(
        (
            "acme/tables/workflows.csv",
            [
                "row 2, monthly_straight_through: monthly_straight_through is above monthly_volume; "
                "a part cannot exceed the whole",
                "row 2, owner: #REF! is a spreadsheet error; correct the formula, or leave the cell blank",
                'row 2, sector: "legal" is unknown; the sectors of this engagement are: healthcare',
                'row 2, unit_cost: "4,5" has a decimal comma; write 4.5, or state decimal = ","',
            ],
        )
    )


def test_a_cell_that_cannot_be_read_starts_no_second_line(tmp_path, monkeypatch):
    rows = {
        "costs": [{"total": "155 USD"}],
        "kpis": [{"value": "90%"}, {"denominator": "0", "numerator": "x", "segment": "b"}],
        "staffing": [{"paid_hours": "many"}],
        "workflows": [{"monthly_volume": "n/a"}],
    }

    assert told(folder(tmp_path, **rows), monkeypatch) == message(
        ("acme/tables/costs.csv", ['row 2, total: "155 USD" has a currency beside it; write 155']),
        (
            "acme/tables/kpis.csv",
            [
                'row 2, value: "90%" is not a fraction; write 0.9',
                "row 3, denominator: denominator is 0; leave the row out: nothing was due",
                'row 3, numerator: "x" is not a number',
            ],
        ),
        ("acme/tables/staffing.csv", ['row 2, paid_hours: "many" is not a number']),
        (
            "acme/tables/workflows.csv",
            [
                'row 2, monthly_volume: "n/a" is not a number; '
                "leave the cell blank where nothing was measured: blank is not zero"
            ],
        ),
    )


def test_less_than_80_percent_of_the_expected_cells_is_no_basis_for_a_report(tmp_path, monkeypatch):
    sparse = {"owner": "", "process": "", "monthly_volume": ""}
    place = folder(tmp_path, workflows=[{}, {"workflow": "B"} | sparse])

    assert told(place, monkeypatch) == message(
        (
            "acme/tables/workflows.csv",
            [
                "70% of the expected cells are filled; a report needs 80%; "
                "fill first: process 50%, owner 50%, monthly_volume 50%"
            ],
        )
    )


def test_80_percent_of_the_expected_cells_are_enough(tmp_path):
    sparse = {"owner": "", "process": ""}

    assert len(read(folder(tmp_path, workflows=[{}, {"workflow": "B"} | sparse])).workflows) == 2


def test_cells_at_fault_do_not_count_as_missing(tmp_path, monkeypatch):
    change = {"monthly_volume": "x", "unit_cost": "y"}
    said = told(folder(tmp_path, workflows=[change]), monkeypatch)

    assert "expected cells" not in said and len(said.splitlines()) == 4


def test_one_unknown_name_in_many_rows_is_one_line(tmp_path, monkeypatch):
    changes = [{"workflow": "Denial", "segment": str(number)} for number in range(9)]

    assert told(folder(tmp_path, workflows=[{}], kpis=changes), monkeypatch) == message(
        (
            "acme/tables/kpis.csv",
            ['row 2, workflow: "Denial" is unknown, here and in 8 more rows; did you mean "Denials"?'],
        )
    )


def test_a_semicolon_at_the_end_of_a_list_names_nothing(tmp_path):
    control = {"control": "C", "risks": " R ;", "kind": "other", "nature": "preventive"}
    place = folder(tmp_path, risks=[{"risk": "R", "impact": "high"}], controls=[control])

    assert read(place).controls["control"].tolist() == ["C"]


def test_workflows_are_not_looked_up_where_no_inventory_was_sent(tmp_path):
    assert read(folder(tmp_path, kpis=[{}])).kpis["workflow"].tolist() == ["Denials"]


def test_a_broken_inventory_does_not_make_every_workflow_unknown(tmp_path, monkeypatch):
    place = folder(tmp_path, kpis=[{}], workflows=[{}])
    text = (place / "tables" / "workflows.csv").read_text().replace("workflow,", "name,", 1)
    (place / "tables" / "workflows.csv").write_text(text)
    said = told(place, monkeypatch)

    assert "kpis.csv" not in said
    assert "row 1, workflow: column is missing; name of the workflow, as in the event log" in said


def test_names_that_differ_in_capitals_are_not_two_people_or_two_skills(tmp_path, monkeypatch):
    work = {"workflow": "Denials", "skill": "Coding", "week": "2026-01-05", "arrivals": "10", "standard_hours": "1"}
    skills = [{"person": "Clerk 1", "skill": "coding", "level": "main"}]
    people = [{"person": name, "weekly_hours": "40", "shrinkage": "0.2"} for name in ("Clerk 1", "CLERK 1")]
    place = folder(tmp_path, work=[work], people=people, skills=skills)

    cure = "in other capitals; write both alike"
    assert told(place, monkeypatch) == message(
        (
            "acme/tables/people.csv",
            [f'row 3, person: "CLERK 1" is "Clerk 1" of row 2 of people {cure}'],
        ),
        (
            "acme/tables/skills.csv",
            [f'row 2, skill: "coding" is "Coding" of row 2 of work {cure}'],
        ),
    )


def test_a_name_that_differs_in_a_blank_nobody_sees_says_so(tmp_path, monkeypatch):
    skills = [{"person": "Clerk\u00a01", "skill": "Coding", "level": "main"}]
    place = folder(tmp_path, people=[{"person": "Clerk 1", "weekly_hours": "40"}], skills=skills)

    assert told(place, monkeypatch) == message(
        ("acme/tables/skills.csv", [r'row 2, person: "Clerk\xa01" is unknown; did you mean "Clerk 1"?'])
    )


def test_weeks_of_work_begin_on_a_monday_of_the_period_and_take_no_arrivals_of_the_log_beside_them(
    tmp_path, monkeypatch
):
    days = ["2025-12-29", "2026-01-07", "2024-01-01", "2026-06-29", "2026-07-06", ""]
    row = {"workflow": "Denials", "skill": "Coding", "standard_hours": "1"}
    place = folder(tmp_path, work=[row | {"week": day, "arrivals": "10" if day else ""} for day in days])

    period = "the period is 2026-01-01 to 2026-06-30"
    assert told(place, monkeypatch) == message(
        (
            "acme/tables/work.csv",
            [
                "row 3, week: 2026-01-07 is no Monday; write the one on which the week began: 2026-01-05",
                f"row 4, week: the week from 2024-01-01 is outside the engagement's period; {period}",
                f"row 6, week: the week from 2026-07-06 is outside the engagement's period; {period}",
                "row 7, week: the same work has rows with a week and one without; "
                "keep the weeks, or the row that takes those of the log",
            ],
        )
    )


def test_what_was_done_was_not_done_after_the_day_of_the_report(tmp_path, monkeypatch):
    tests = {"test": "T", "kind": "risk assessment", "due": "2026-03-31", "done": "2027-03-24", "result": "failed"}
    sops = {"workflow": "Denials", "sop": "S-1", "reviewed": "2026-07-16"}
    place = folder(tmp_path, control_tests=[tests], sops=[sops])

    cure = "correct it, or as_of in engagement.toml, which is 2026-07-15"
    assert told(place, monkeypatch) == message(
        ("acme/tables/control_tests.csv", [f"row 2, done: 2027-03-24 is after the day of the report; {cure}"]),
        ("acme/tables/sops.csv", [f"row 2, reviewed: 2026-07-16 is after the day of the report; {cure}"]),
    )


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ({"A": "B", "B": "A"}, 'row 2, after: "A", which waits for "B", which waits for "A": none of them can begin'),
        ({"A": "A"}, 'row 2, after: "A", which waits for "A": none of them can begin'),
        ({"A": "C; D", "B": "", "C": "B;D", "D": "A"}, '"A", which waits for'),
        ({"A": "B", "B": "C", "C": ""}, ""),
    ],
)
def test_initiatives_that_wait_for_each_other_are_refused(tmp_path, monkeypatch, after, said):
    rows = [
        {"initiative": name, "kind": "preparation", "owner": "O", "weeks": 4, "after": a} for name, a in after.items()
    ]
    place = folder(tmp_path, initiatives=rows)

    if not said:
        assert len(read(place).initiatives) == 3
    else:
        message = told(place, monkeypatch)
        assert said in message and "; take one of them out of after" in message


def test_an_unknown_prerequisite_or_process_lists_what_there_is(tmp_path, monkeypatch):
    place = folder(tmp_path, workflows=[{"process": "zzz"}], readiness=[{"prerequisite": "qqq"}])
    readiness, workflows = (line for line in told(place, monkeypatch).splitlines() if line.startswith("  row"))

    assert readiness.startswith('  row 2, prerequisite: "qqq" is unknown; there are: ')
    assert {one.id for one in reference.pack("healthcare").prerequisites} == set(
        readiness.partition("there are: ")[2].split(", ")
    )
    assert workflows.startswith('  row 2, process: "zzz" is unknown; there are: ap_invoices, ')
    assert "claim_scrubbing" in workflows and "kyc" not in workflows, "only those of the engagement's sectors"


# ------------------------------------------------------------------------------------------------------ many sectors

BOTH = HEADER.replace('["healthcare"]', '["healthcare", "legal"]')


def test_with_several_sectors_a_workflow_must_name_its_own(tmp_path, monkeypatch):
    place = folder(tmp_path, BOTH, workflows=[{"sector": ""}, {"workflow": "B", "sector": "legal"}])

    assert told(place, monkeypatch) == message(
        (
            "acme/tables/workflows.csv",
            ["row 2, sector: is blank; this engagement has several sectors; name one"],
        )
    )


def test_each_sector_sees_its_own_workflows_and_the_rows_of_none(tmp_path):
    place = folder(
        tmp_path,
        BOTH,
        workflows=[{"sector": "healthcare"}, {"workflow": "Bills", "sector": "legal", "process": "invoice_review"}],
        kpis=[{}, {"workflow": "Bills"}, {"workflow": ""}],
    )

    assert read(place, "healthcare").kpis["workflow"].fillna("").tolist() == ["Denials", ""]
    assert read(place, "legal").kpis["workflow"].fillna("").tolist() == ["Bills", ""]
    assert read(place, "legal").workflows["workflow"].tolist() == ["Bills"]


# ------------------------------------------------------------------------------------------------- a pack of one's own

PACK = {
    "benchmark": "acme_fpa_2025",
    "definition": "first_pass_acceptance/submitted",
    "label": "Our clients, median",
    "sector": "healthcare",
    "process": "",
    "population": "31 clients",
    "unit": "share",
    "currency": "",
    "kind": "measured",
    "statistic": "median",
    "line": "typical",
    "operator": ">=",
    "value": "0.91",
    "low": "",
    "high": "",
    "low_inclusive": "false",
    "high_inclusive": "false",
    "scale": "",
    "source": "Own engagements 2025",
    "reference": "file 12",
    "year": "2025",
    "published": "",
    "n": "31",
    "verification": "page",
    "grade": "A",
    "expires": "2027-12-31",
    "caveat": "",
}
PACKS = HEADER + '[benchmarks]\npacks = ["packs/own.csv"]\n'


def pack(tmp_path: Path, *changes: dict, header: str = PACKS, file: str = "packs/own.csv") -> Path:
    place = folder(tmp_path, header, workflows=[{}])
    target = place / file
    target.parent.mkdir(exist_ok=True)
    pd.DataFrame([PACK | change for change in changes], columns=list(PACK)).to_csv(target, index=False)
    return place


def test_a_pack_of_ones_own_joins_the_library(tmp_path):
    library = read(folder(tmp_path, workflows=[{}])).benchmarks
    both = read(pack(tmp_path, {}, {"benchmark": "secret", "verification": "unverified", "grade": "C"})).benchmarks

    assert set(both["benchmark"]) - set(library["benchmark"]) == {"acme_fpa_2025"}, "an unverified row stays out"
    assert both.dtypes.equals(library.dtypes)


def test_a_stale_row_of_a_pack_is_read_and_marked(tmp_path):
    rows = read(pack(tmp_path, {"expires": "2026-07-14"}, {"benchmark": "fresh", "expires": "2026-07-15"})).benchmarks
    own = rows[rows["benchmark"].isin(["acme_fpa_2025", "fresh"])]

    assert own["expires"].lt("2026-07-15").tolist() == [True, False]


def test_a_row_of_a_pack_without_a_day_of_expiry_keeps_the_shelf_life_of_its_kind(tmp_path):
    other = {"benchmark": "fresh", "expires": "", "kind": "target", "grade": "C", "published": "2026", "year": ""}
    rows = read(pack(tmp_path, {"expires": ""}, other)).benchmarks
    own = rows[rows["benchmark"].isin(["acme_fpa_2025", "fresh"])]

    assert own["expires"].dt.strftime("%Y-%m-%d").tolist() == ["2028-12-31", "2031-12-31"]


def test_a_benchmark_that_is_left_out_must_be_known(tmp_path, monkeypatch):
    wrong = "ardent_2019_stp_bets"
    header = HEADER + f'[benchmarks]\nexclude = [{{ id = "{wrong}", reason = "old" }}]\n'
    place = folder(tmp_path, header, workflows=[{}])

    assert told(place, monkeypatch) == message(
        (
            "acme/engagement.toml",
            [f'benchmarks: "{wrong}" is unknown; did you mean "ardent_2019_stp_best"?'],
        )
    )


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            {"definition": "first_pass_acceptance/zzz"},
            'definition: "first_pass_acceptance/zzz" is unknown; did you mean "first_pass_acceptance/submitted"?',
        ),
        ({"definition": ""}, "definition: is blank; definition the value follows; a gap needs the very same"),
        ({"unit": "days"}, 'unit: "days" is not the unit of first_pass_acceptance/submitted; write share'),
        (
            {"unit": "percent"},
            'unit: "percent" is not one of: share, hours, days, money, count, score, points, ppm, ratio',
        ),
        ({"sector": "helthcare"}, 'sector: "helthcare" is unknown; did you mean "healthcare"?'),
        ({"process": "denial"}, 'process: "denial" is unknown; did you mean "denials"?'),
        ({"value": "91"}, "value: a share is outside 0 to 1; write 0.04, not 4"),
        ({"value": "91%"}, 'value: "91%" is not a fraction; write 0.91'),
        ({"operator": ""}, "value: a line needs a value and an operator; give both"),
        ({"line": "band"}, "low: a band needs an edge and a scale; give low or high, and scale"),
        (
            {"kind": "target"},
            "grade: grade A or B needs kind measured, verification page, and for A an n; grade targets C, claims D",
        ),
        ({"low_inclusive": ""}, "low_inclusive: is blank; whether the lower edge belongs to the band"),
        ({"low_inclusive": "perhaps"}, 'low_inclusive: "perhaps" is neither true nor false; write true or false'),
        ({"year": "1825"}, "year: 1825 is below 1990"),
        (
            {"year": "", "expires": ""},
            "expires: neither a year nor a day on which it expires; give the year of the data",
        ),
    ],
    ids=lambda given: "" if isinstance(given, str) else "-".join(f"{k}={v}" for k, v in given.items()),
)
def test_a_fault_of_a_pack_is_told_in_one_line(tmp_path, monkeypatch, change, line):
    assert told(pack(tmp_path, change), monkeypatch) == message(("packs/own.csv", [f"row 2, {line}"]))


def test_money_in_a_pack_needs_its_currency(tmp_path, monkeypatch):
    change = {"definition": "cost_per_transaction/loaded", "unit": "money", "value": "4"}

    assert told(pack(tmp_path, change), monkeypatch) == message(
        ("packs/own.csv", ["row 2, currency: money without a currency; name it, for example USD"])
    )


def test_an_id_of_the_library_or_of_another_pack_is_refused(tmp_path, monkeypatch):
    taken = reference.benchmarks()["benchmark"].iloc[0]
    header = HEADER + '[benchmarks]\npacks = ["packs/own.csv", "packs/more.csv"]\n'
    pack(tmp_path, {"benchmark": taken}, {}, {}, header=header)
    place = pack(tmp_path, {}, header=header, file="packs/more.csv")

    assert told(place, monkeypatch) == message(
        (
            "packs/more.csv",
            ['row 2, benchmark: "acme_fpa_2025" is already in another pack or the library; choose another id'],
        ),
        (
            "packs/own.csv",
            [
                f'row 2, benchmark: "{taken}" is already in another pack or the library; choose another id',
                'row 4, benchmark: "acme_fpa_2025" is already in row 3; each benchmark may appear once',
            ],
        ),
    )


def test_a_pack_that_is_missing_or_has_no_rows_is_told(tmp_path, monkeypatch):
    place = pack(tmp_path)
    assert told(place, monkeypatch) == message(
        ("packs/own.csv", ["has a header and no rows; fill it, or remove the pack"])
    )

    (place / "packs" / "own.csv").unlink()
    assert told(place, monkeypatch) == message(
        ("packs/own.csv", ["there is no such benchmark pack; correct [benchmarks] packs"])
    )


def test_a_pack_may_lie_outside_the_folder_where_that_is_allowed(tmp_path):
    header = HEADER + '[benchmarks]\npacks = ["../own.csv"]\nallow_outside_folder = true\n'

    assert "acme_fpa_2025" in set(read(pack(tmp_path, {}, header=header, file="../own.csv")).benchmarks["benchmark"])


def test_all_faults_of_all_tables_and_packs_are_told_at_once(tmp_path, monkeypatch):
    place = pack(tmp_path, {"value": "91%"})
    folder(tmp_path, PACKS, workflows=[{"monthly_volume": "-3"}], kpis=[{"kpi": "zzz"}], costs=[{"total": "1"}])

    assert told(place, monkeypatch) == message(
        (
            "acme/tables/costs.csv",
            ["row 2, total: the components do not add up to total; correct the component or the total"],
        ),
        ("acme/tables/kpis.csv", ['row 2, kpi: "zzz" is unknown; see: engineroom list kpis']),
        ("acme/tables/workflows.csv", ["row 2, monthly_volume: -3 is below 0"]),
        ("packs/own.csv", ['row 2, value: "91%" is not a fraction; write 0.91']),
    )


@pytest.mark.parametrize(
    "model", [m for m in vars(schemas).values() if isinstance(m, type) and m.__module__ == schemas.__name__], ids=str
)
def test_a_check_of_the_row_names_every_column_it_reads(model):
    class Watched(dict):
        """A table that remembers which of its columns were asked for."""

        def __init__(self):
            self.read = set()

        def __getitem__(self, asked):
            self.read |= {asked} if isinstance(asked, str) else set(asked)
            return frame[asked]

        def duplicated(self, asked):
            self.read |= set(asked)
            return frame.duplicated(asked)

    frame = columns.empty(model)
    for check in model.to_schema().checks:
        watched = Watched()
        check._check_fn(watched)

        assert set(check.name.split()) == watched.read, check.title
