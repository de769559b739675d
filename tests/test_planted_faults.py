"""Twenty faults in one folder are twenty lines, none twice, and no report."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from engineroom import cli
from engineroom.dictionary import schemas
from engineroom.resources import folder

STARTER = folder("starters") / "healthcare"
REPAIR = "Correct the file and run: engineroom check harbour"
NOT_A_NUMBER = "is not a number; leave the cell blank where nothing was measured: blank is not zero"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(STARTER, tmp_path / "harbour")
    return tmp_path / "harbour"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Return the exit code of a command and what it said on the error stream; nothing may be said to be made."""
    capsys.readouterr()
    code = cli.main(arguments)
    said = capsys.readouterr()
    assert "✓" not in said.out
    return code, said.err.rstrip("\n")


def expected(faults: dict[str, list[str]]) -> str:
    lines: list[str] = []
    for where, said in sorted(faults.items()):
        lines += [f"{where}: {len(said)} problem{'s' if len(said) > 1 else ''}", *(f"  {line}" for line in said)]
    return "\n".join([*lines, REPAIR])


def assert_told_and_nothing_made(capsys, tmp_path: Path, code: int, faults: dict[str, list[str]]) -> None:
    ended, said = run(capsys, "run", "harbour", "--out", "out")
    assert ended == code
    assert said.count(expected(faults)) == 1
    assert [line for line in expected(faults).splitlines() if said.count(line) > 1] == []
    assert not (tmp_path / "out" / "harbour").exists()
    assert run(capsys, "check", "harbour") == (code, expected(faults))


def rows_of(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.reader(stream))


def change(path: Path, *cells: tuple[int, str, str], append: int = 0, rename: dict[str, str] | None = None) -> None:
    """Repeat a row at the end, rewrite cells (row of the spreadsheet, column, text), then rename or drop columns."""
    rows = rows_of(path)
    if append:
        rows.append(list(rows[append - 1]))
    for row, column, text in cells:
        rows[row - 1][rows[0].index(column)] = text
    for old, new in (rename or {}).items():
        at = rows[0].index(old)
        rows[0][at] = new
        if not new:
            rows = [row[:at] + row[at + 1 :] for row in rows]
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


def test_a_starter_without_a_planted_fault_has_none(place, capsys):
    assert cli.main(["check", "harbour"]) == 0
    assert capsys.readouterr().out.startswith("harbour: no problems")


def test_20_planted_faults_in_csv_tables_are_20_lines_and_no_report(place, tmp_path, capsys):
    tables = place / "tables"
    change(
        tables / "workflows.csv",
        (2, "monthly_volume", "-133"),  # 1 negative volume
        (3, "unit_cost", "3,72"),  # 2 decimal comma
        (4, "cost_spread", "5%"),  # 3 percent sign
        (4, "sector", "legal"),  # 4 unknown sector
        (5, "monthly_straight_through", "900"),  # 5 subset above whole
        (6, "fte", "NaN"),  # 6 not a number
        append=2,  # 7 duplicate key
    )
    change(
        tables / "costs.csv",
        (3, "total", "inf"),  # 8 infinite
        (4, "period_end", "2026-12-31"),  # 9 date out of the period
        (5, "transactions", "0"),  # 10 nothing was done
        rename={"personnel": ""},  # 11 missing column
    )
    change(
        tables / "kpis.csv",
        (2, "value", "1.026786"),
        (2, "numerator", "460"),  # 12 numerator above denominator
        (3, "value", "high"),  # 13 wrong type
        (4, "kpi", "first_pass_aceptance"),  # 14 unknown KPI
        (20, "period_start", "01/01/2026"),  # 15 day-first date
        append=9,  # 16 the same measure twice
    )
    change(
        tables / "readiness.csv",
        (4, "status", "finished"),  # 17 not one of the words
        rename={"evidence": "evidense"},  # 18 misspelt column
    )
    (tables / "staffing.csv").write_text("")  # 19 empty file
    (tables / "kpi.csv").write_text("kpi,value\n")  # 20 wrong table name

    faults = {
        "harbour/tables/costs.csv": [
            "row 1, personnel: column is missing; wages with all benefits and taxes",
            f'row 3, total: "inf" {NOT_A_NUMBER}',
            "row 4, period_end: 2026-01-01 to 2026-12-31 is outside the engagement's period; "
            "the period is 2026-01-01 to 2026-06-30",
            "row 5, transactions: transactions is 0; leave the row out, or correct it",
        ],
        "harbour/tables/kpi.csv": ['no table is called "kpi"; did you mean "kpis"?'],
        "harbour/tables/kpis.csv": [
            "row 2, numerator: numerator is above denominator; a part cannot exceed the whole",
            'row 3, value: "high" is not a number',
            'row 4, kpi: "first_pass_aceptance" is unknown; did you mean "first_pass_acceptance"?',
            'row 20, period_start: "01/01/2026" is not a date; write it as 2026-01-31',
            "row 28, workflow: the same kpi, workflow, segment and period appear twice; "
            "keep one row, or name the segments",
        ],
        "harbour/tables/readiness.csv": [
            'row 1, evidense: is not a column of this table; did you mean "evidence"?',
            'row 4, status: "finished" is not one of: done, in_progress, not_started',
        ],
        "harbour/tables/staffing.csv": ["is empty; put the column names in row 1"],
        "harbour/tables/workflows.csv": [
            "row 2, monthly_volume: -133 is below 0",
            'row 3, unit_cost: "3,72" has a decimal comma; write 3.72, or state decimal = ","',
            'row 4, cost_spread: "5%" is not a fraction; write 0.05',
            'row 4, sector: "legal" is unknown; the sectors of this engagement are: healthcare',
            "row 5, monthly_straight_through: monthly_straight_through is above monthly_volume; "
            "a part cannot exceed the whole",
            f'row 6, fte: "NaN" {NOT_A_NUMBER}',
            'row 7, workflow: "Prior authorisation" is already in row 2; each workflow may appear once',
        ],
    }
    assert sum(map(len, faults.values())) == 20
    assert_told_and_nothing_made(capsys, tmp_path, 11, faults)


def test_20_planted_faults_in_a_workbook_are_20_lines_and_no_report(place, tmp_path, capsys):
    plant = _workbook(place)
    plant("workflows", "C1", None)  # 1 column without a name
    plant("costs", merge="B1:C1")  # 2 merged header
    plant("staffing", "C2", "=1/4", "A3", "Authorisation desk", "D4", "104 h")  # 3 formula; 4 duplicate; 5 wrong type
    plant("staffing", "F5", 9999, "G6", "#DIV/0!", "I7", "see note")  # 6 subset; 7 error; 8 cell beside the table
    plant("kpis", "E3", "87%", "F4", 3, "F5", 0, "G5", 0, "E5", None)  # 9 percent; 10 parts disagree; 11 nothing due
    plant("kpis", "H6", "many", "J7", "2025-12-31", "K8", 46203)  # 12 wrong type; 13 outside the period; 14 not a date
    plant("kpis", "A9", "clean_claims_rate", "E10", 4, "F10", None, "G10", None)  # 15 unknown KPI; 16 not a fraction
    plant("readiness", "D3", "#N/A", merge="E5:E6")  # 17 error; 18 merged cells
    plant("KPI", "A1", "kpi")  # 19 wrong sheet name
    plant("Sheet1", "A1", "notes")  # 20 a sheet that is no table
    plant("Guide", "A1", "for people: no fault")
    plant("old kpis", "A1", "hidden: no fault", hidden=True)

    faults = {
        "intake.xlsx / KPI": ['no table is called "KPI"; did you mean "kpis"?'],
        "intake.xlsx / Sheet1": [f'no table is called "Sheet1"; there are: {", ".join(schemas.INPUTS)}'],
        "intake.xlsx / costs": ["row 1: the header has merged cells; give each column its own name"],
        "intake.xlsx / kpis": [
            'row 3, value: "87%" is not a fraction; write 0.87',
            "row 4, value: value is not numerator ÷ denominator; correct one of the three",
            "row 5, denominator: denominator is 0; leave the row out: nothing was due",
            'row 6, n: "many" is not a number',
            "row 7, period_end: 2025-12-31 to 2026-06-30 is outside the engagement's period; "
            "the period is 2026-01-01 to 2026-06-30",
            'row 8, period_end: "46203" is not a date; write it as 2026-01-31',
            'row 9, kpi: "clean_claims_rate" is unknown; did you mean "clean_claim_rate"?',
            "row 10, value: 4 is not a fraction from 0 to 1; write 0.04 for 4%",
        ],
        "intake.xlsx / readiness": [
            "row 3, evidence: #N/A is a spreadsheet error; correct the formula, or leave the cell blank",
            "row 5: cells are merged; unmerge them and fill each",
        ],
        "intake.xlsx / staffing": [
            'row 2, fte: "=1/4" was never calculated; open the workbook in a spreadsheet and save it',
            'row 3, team: "Authorisation desk" is already in row 2; each team may appear once',
            'row 4, paid_hours: "104 h" is not a number',
            "row 5, productive_hours: productive_hours is above paid_hours - leave_hours; "
            "a part cannot exceed the whole",
            "row 6, loaded_rate: #DIV/0! is a spreadsheet error; correct the formula, or leave the cell blank",
            "row 7: has a cell beyond the last column name (loaded_rate); name its column, or clear it",
        ],
        "intake.xlsx / workflows": ["row 1: column 3 has no name; name it"],
    }
    assert sum(map(len, faults.values())) == 20
    assert_told_and_nothing_made(capsys, tmp_path, 11, faults)


def test_a_workbook_of_the_starters_tables_has_no_fault(place, capsys):
    _workbook(place)("Guide", "A1", "for people")

    assert cli.main(["check", "harbour"]) == 0
    assert capsys.readouterr().out.startswith("harbour: no problems")


def test_20_planted_faults_in_engagement_toml_are_20_lines_and_no_report(place, tmp_path, capsys):
    change(place / "tables" / "workflows.csv", (2, "monthly_volume", "-133"))  # not read before the file is understood
    (place / "engagement.toml").write_text(FAULTY, encoding="utf-8")

    faults = {
        "harbour/engagement.toml": [
            "[events] and [cases] are both given; keep one: a log has one shape",
            "benchmarks.packs: a section is not a list in square brackets",
            "cases.completed: is missing",
            "cases.received: is missing",
            "cases.touches: 3 is not a text in quotes",
            "engagement.as_of: 2026-05-15 is before the period ends (2026-06-30); a period must be closed",
            'engagement.cleint: unknown key; did you mean "client"?',
            'engagement.currency: "dollars" is not a currency code; '
            'write three capital letters, for example currency = "USD"',
            'engagement.sectors: "helthcare" is unknown; did you mean "healthcare"?',
            "engagement.sectors: 5 is not a text in quotes; choose among: banking, ecommerce, "
            "finance_shared_services, healthcare, insurance, legal, manufacturing, public_sector, telecom",
            "engagement.status: \"ready\" is not 'draft' or 'final'",
            "events.closed.activities: is missing",
            "events.completed: is missing",
            'events.filter.step: "Billed" is not a list in square brackets',
            'events.human.colum: unknown key; did you mean "column"?',
            'events.rework.repeats: "yes" is not true or false',
            'events.source: "../claims.csv" lies outside the engagement folder; '
            "move it inside, or write allow_outside_folder = true beside it",
            'events.timezone: "America/New_Yrok" is unknown; did you mean "America/New_York"?',
            "tables.separator: is blank",
            'tables.workbok: unknown key; did you mean "workbook"?',
        ]
    }
    assert sum(map(len, faults.values())) == 20
    assert_told_and_nothing_made(capsys, tmp_path, 10, faults)


FAULTY = """
[engagement]
cleint = "Harbour General"
sectors = ["helthcare", 5]
period = { start = 2026-01-01, end = 2026-06-30 }
currency = "dollars"
status = "ready"
as_of = 2026-05-15
[tables]
workbok = "intake.xlsx"
separator = ""
[benchmarks]
packs = {}
[events]
source = "../claims.csv"
case = "ref"
activity = "step"
timezone = "America/New_Yrok"
filter = { step = "Billed" }
[events.human]
colum = "user"
automatic = ["SYSTEM"]
[events.closed]
[events.rework]
repeats = "yes"
[cases]
source = "data/cases.csv"
touches = 3
"""


def _workbook(place: Path) -> Callable[..., None]:
    """Turn the starter's tables into a workbook, and return what changes its cells."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for path in sorted((place / "tables").glob("*.csv")):
        sheet = book.create_sheet(path.stem)
        for row in rows_of(path):
            sheet.append([_typed(cell) for cell in row])
        path.unlink()
    toml = place / "engagement.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + '\n[tables]\nworkbook = "intake.xlsx"\n', encoding="utf-8")

    def plant(name: str, *cells: object, merge: str = "", hidden: bool = False, title: str = "") -> None:
        sheet = book[name] if name in book.sheetnames else book.create_sheet(name)
        for cell, value in zip(cells[::2], cells[1::2], strict=True):
            sheet[str(cell)].value = value
        if merge:
            sheet.merge_cells(merge)
        if hidden:
            sheet.sheet_state = "hidden"
        sheet.title = title or name
        book.save(place / "intake.xlsx")

    return plant


def _typed(cell: str) -> object:
    try:
        return float(cell)
    except ValueError:
        return cell or None
