"""Twenty faults in one folder are twenty lines, none twice, and no report."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from engineroom import cli, schemas
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
    assert said.out == ""
    return code, said.err.rstrip("\n")


def expected(faults: dict[str, list[str]]) -> str:
    lines: list[str] = []
    for where, said in sorted(faults.items()):
        lines += [f"{where}: {len(said)} problem{'s' if len(said) > 1 else ''}", *(f"  {line}" for line in said)]
    return "\n".join([*lines, REPAIR])


def assert_told_and_nothing_made(capsys, tmp_path: Path, code: int, faults: dict[str, list[str]]) -> None:
    assert run(capsys, "run", "harbour", "--out", "out") == (code, expected(faults))
    assert not (tmp_path / "out").exists()
    assert run(capsys, "check", "harbour") == (code, expected(faults))
    lines = expected(faults).splitlines()
    assert len(lines) == len(set(lines))


def rows_of(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.reader(stream))


def change(path: Path, *cells: tuple[int, str, str], append: int = 0, rename: dict[str, str] | None = None) -> None:
    """Rewrite cells by (row as a spreadsheet counts it, column, text), repeat a row at the end, rename or drop columns."""
    rows = rows_of(path)
    for row, column, text in cells:
        rows[row - 1][rows[0].index(column)] = text
    if append:
        rows.append(list(rows[append - 1]))
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
            'row 3, unit_cost: "3,72" has a decimal comma; write 3.72, or state [tables] decimal = ","',
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
    plant("workflows", "B1", "sektor", "C1", None)  # 1 misspelt column; 2 column without a name
    plant("costs", merge="B1:C1")  # 3 merged header
    plant("staffing", "A3", "Authorisation desk", "C2", "=1/4", "D4", "104 h", "F5", 9999)  # 4 to 7
    plant("staffing", "G6", "#DIV/0!", "I7", "see note")  # 8 spreadsheet error; 9 a cell beside the table
    plant("kpis", "C2", "Claims submission", "E3", "87%", "F4", -5, "G5", 0, "F5", 0, "E5", None)  # 10 to 13
    plant("kpis", "H6", "many", "J7", "2025-12-31", "K8", 46203, "A9", "clean_claims_rate", "E10", 4)  # 14 to 18
    plant("readiness", "D3", "#N/A", merge="E5:E6")  # 19 spreadsheet error; 20 merged cells
    # a sheet for people, a hidden one: no faults
    plant("Guide", "A1", "for people")
    plant("old kpis", "A1", "kpi", hidden=True)

    faults = {
        "intake.xlsx / workflows": ["row 1: column 3 has no name; name it"],
    }
    run(capsys, "check", "harbour")


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
