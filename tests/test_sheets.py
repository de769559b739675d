"""Sheets and cells: what a person types, exports or merges, and the one line it earns."""

from __future__ import annotations

import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from proofs import cases

from engineroom.dictionary import schemas
from engineroom.errors import INVISIBLE, DataProblems
from engineroom.readers import cells, engagement, sheets, tables

HEADER = """
[engagement]
client = "Acme"
sectors = ["healthcare"]
period = { start = 2026-01-01, end = 2026-06-30 }
currency = "USD"
as_of = 2026-07-15
"""
WORKFLOWS = "workflow,process,owner,monthly_volume,unit_cost"
GOOD = f"{WORKFLOWS}\nDenials,denials,Ann,100,4.5\n"
THERE_ARE = ", ".join(schemas.INPUTS)
REPAIR = "Correct the file and run: engineroom check acme"
TIME = "is a time of a spreadsheet; write {} for hours, and format it as a number"


def folder(tmp_path: Path, header: str = "", **files: str | bytes) -> Path:
    place = tmp_path / "acme"
    (place / "tables").mkdir(parents=True, exist_ok=True)
    (place / "engagement.toml").write_text(HEADER + header, encoding="utf-8")
    for name, text in files.items():
        (place / "tables" / f"{name}.csv").write_bytes(text.encode() if isinstance(text, str) else text)
    return place


def book(tmp_path: Path, sheets: dict[str, list[list]], change=lambda opened: None) -> Path:
    place = folder(tmp_path, '[tables]\nworkbook = "intake.xlsx"\n')
    opened = openpyxl.Workbook()
    opened.remove(opened.active)
    for name, rows in sheets.items():
        sheet = opened.create_sheet(name)
        for row in rows:
            sheet.append(row)
    change(opened)
    opened.save(place / "intake.xlsx")
    return place


def read(place: Path) -> tables.Tables:
    return tables.read(engagement.open(place))


def told(place: Path, monkeypatch) -> str:
    monkeypatch.chdir(place.parent)
    with pytest.raises(DataProblems) as raised:
        read(place)
    assert raised.value.exit_code == 11
    return str(raised.value)


def message(where: str, *said: str) -> str:
    return "\n".join(
        [f"{where}: {len(said)} problem{'s' if len(said) > 1 else ''}", *(f"  {line}" for line in said), REPAIR]
    )


def grid(text: str) -> list[list]:
    return [[cell or None for cell in line.split(",")] for line in text.strip().splitlines()]


# ------------------------------------------------------------------------------------------------------------ totals

STAFF = "team,workflow,fte,paid_hours\nA,Denials,2,3000\nB,Denials,3,4500"


@pytest.mark.parametrize("last", ["Total,,5,7500", "Summe:,,5,", "All together,,5,7500"])
@pytest.mark.parametrize("form", ["csv", "workbook"])
def test_a_row_of_totals_is_refused_in_text_and_workbook(tmp_path, monkeypatch, last, form) -> None:
    rows = f"{STAFF}\n{last}\n"
    if form == "csv":
        place = folder(tmp_path, workflows=GOOD, staffing=rows)
    else:
        place = book(tmp_path, {"workflows": grid(GOOD), "staffing": grid(rows)})

    assert "\n  row 4: is a row of totals; remove it: sums are taken here\n" in told(place, monkeypatch)


def test_a_last_row_that_adds_up_one_column_alone_is_a_row() -> None:
    rows = pd.DataFrame(grid(f"{STAFF}\nC,Denials,5,9000")[1:], columns=["team", "workflow", "fte", "paid_hours"])

    assert list(sheets._totals(sheets.Sheet("staffing", Path(), rows, (".", "")))) == []


# -------------------------------------------------------------------------------------------------------- one cell


@pytest.mark.parametrize(
    ("cell", "decimal", "value"),
    [
        ("12", ".", 12.0),
        ("-3.5", ".", -3.5),
        ("+1e3", ".", 1000.0),
        (7, ".", 7.0),
        (0.25, ".", 0.25),
        ("0,04", ",", 0.04),
        ("1234,5", ",", 1234.5),
        ("1e-2", ",", 0.01),
        (".5", ".", 0.5),
        ("1,234,567.5", ".,", 1234567.5),
        ("1.234,5", ",.", 1234.5),
        ("1\u202f234", ". ", 1234.0),
        ("1’234.5", ".'", 1234.5),
        ("1234.5", ".,", 1234.5),
    ],
)
def test_a_plain_number_is_read(cell, decimal, value):
    assert cells.read(cell, "number", cells.Marks(*decimal)) == value


@pytest.mark.parametrize(
    ("cell", "kind", "decimal", "said"),
    [
        ("4%", "share", ".", '"4%" is not a fraction; write 0.04'),
        ("4,5 %", "share", ".", '"4,5 %" is not a fraction; write 0.045'),
        ("4,5%", "share", ",", '"4,5%" is not a fraction; write 0,045'),
        ("12%", "count", ".", '"12%" is not a number'),
        ("0,04", "share", ".", '"0,04" has a decimal comma; write 0.04, or state decimal = ","'),
        ("12,5", "money", ".", '"12,5" has a decimal comma; write 12.5, or state decimal = ","'),
        ("1,234", "count", ".", '"1,234" may be 1234 or 1.234; write the one that is meant, or state thousands = ","'),
        ("1.234", "count", ",", '"1.234" may be 1234 or 1,234; write the one that is meant, or state thousands = "."'),
        (
            "1,234,567.8",
            "money",
            ".",
            '"1,234,567.8" has marks between thousands; write 1234567.8, or state thousands = ","',
        ),
        ("1 234", "money", ".", '"1 234" has marks between thousands; write 1234, or state thousands = " "'),
        (
            "1\u202f234,5",
            "money",
            ",",
            '"1\u202f234,5" has marks between thousands; write 1234,5, or state thousands = " "',
        ),
        (
            "1.234,56",
            "money",
            ".",
            '"1.234,56" has a decimal comma; write 1234.56, or state decimal = "," and thousands = "."',
        ),
        ("1.234,56", "money", ",", '"1.234,56" has marks between thousands; write 1234,56, or state thousands = "."'),
        ("0.5", "share", ",", '"0.5" has a decimal point; write 0,5'),
        (
            "NaN",
            "number",
            ".",
            '"NaN" is not a number; leave the cell blank where nothing was measured: blank is not zero',
        ),
        (
            "-inf",
            "number",
            ".",
            '"-inf" is not a number; leave the cell blank where nothing was measured: blank is not zero',
        ),
        ("-", "number", ".", '"-" is not a number; leave the cell blank where nothing was measured: blank is not zero'),
        (
            float("nan"),
            "number",
            ".",
            '"nan" is not a number; leave the cell blank where nothing was measured: blank is not zero',
        ),
        ("1e400", "number", ".", '"1e400" is not a number'),
        ("$12", "money", ".", '"$12" has a currency beside it; write 12'),
        ("-12.50 EUR", "money", ".", '"-12.50 EUR" has a currency beside it; write -12.50'),
        ("€1,234.5", "money", ".", '"€1,234.5" has marks between thousands; write 1234.5, or state thousands = ","'),
        ("(12.50)", "money", ".", '"(12.50)" is a negative as bookkeepers write it; write -12.50'),
        ("12.50-", "money", ".", '"12.50-" is a negative as bookkeepers write it; write -12.50'),
        ("1'234", "money", ".", '"1\'234" has marks between thousands; write 1234, or state thousands = "\'"'),
        (
            "2026-01-31 14:05 CET",
            "time",
            ".",
            '"2026-01-31 14:05 CET" names its zone by letters; write how far it is from UTC, such as +01:00, '
            "or state timezone and leave the letters out",
        ),
        ("46053.5", "time", ".", '"46053.5" is a number; format the column as a date before it is exported'),
        (
            "31.01.2026 14:05",
            "time",
            ".",
            '"31.01.2026 14:05" does not begin with the year; state format = "%d.%m.%Y %H:%M"',
        ),
        (
            "01/02/2026",
            "time",
            ".",
            '"01/02/2026" does not begin with the year; state format = "%d/%m/%Y" or format = "%m/%d/%Y"',
        ),
        ("soon", "time", ".", '"soon" is not a time; write it as 2026-01-31 14:05, or state format'),
        ("about 40", "count", ".", '"about 40" is not a number'),
        (True, "count", ".", '"True" is not a number'),
        (datetime.time(0, 12), "number", ".", f'"00:12:00" {TIME.format("0.2")}'),
        (datetime.timedelta(hours=30, minutes=30), "money", ",", f'"1 day, 6:30:00" {TIME.format("30,5")}'),
        (datetime.date(2026, 1, 5), "count", ".", '"2026-01-05" is not a number'),
        ("31/01/2026", "date", ".", '"31/01/2026" is not a date; write it as 2026-01-31'),
        (46053.0, "date", ".", '"46053" is not a date; write it as 2026-01-31'),
        ("2026-02-30", "date", ".", '"2026-02-30" is not a day of the calendar'),
        ("0206-01-31", "date", ".", '"0206-01-31" is not a plausible date; years run from 1990 to 2100'),
        (
            "1.23E+12",
            "id",
            ".",
            '"1.23E+12" has lost digits in a spreadsheet; format the column as text, and export it again',
        ),
        ("maybe", "flag", ".", '"maybe" is neither true nor false; write true or false'),
        ("#DIV/0!", "text", ".", "#DIV/0! is a spreadsheet error; correct the formula, or leave the cell blank"),
        ("x" * 70, "number", ".", f'"{"x" * 60}…" is not a number'),
    ],
)
def test_a_cell_that_cannot_be_read_says_what_to_write(cell, kind, decimal, said):
    with pytest.raises(ValueError) as raised:
        cells.read(cell, kind, cells.Marks(*decimal))

    assert str(raised.value) == said


@pytest.mark.parametrize(
    ("cell", "text"),
    [("00123", "00123"), (123.0, "123"), (1.5, "1.5"), (" NA ", "NA"), ("=cmd()", "=cmd()"), ("1e5", "1e5")],
)
def test_text_stays_what_was_typed(cell, text):
    assert cells.read(cell, "text", cells.Marks()) == text


@pytest.mark.parametrize(
    "cell", ["2026-01-31", datetime.date(2026, 1, 31), datetime.datetime(2026, 1, 31, 23, 59)], ids=repr
)
def test_a_date_is_a_day(cell):
    assert cells.read(cell, "date", cells.Marks()) == pd.Timestamp("2026-01-31")


# --------------------------------------------------------------------------------------------------------- CSV files


def test_a_semicolon_file_is_read_by_its_header(tmp_path):
    place = folder(tmp_path, workflows=GOOD.replace(",", ";"))

    assert read(place).workflows["monthly_volume"].tolist() == [100]


def test_a_decimal_comma_is_read_where_it_is_stated(tmp_path):
    text = GOOD.replace(",", ";").replace("4.5", "4,5")
    place = folder(tmp_path, '[tables]\ndecimal = ","\n', workflows=text)

    assert read(place).workflows["unit_cost"].tolist() == [4.5]


def test_a_decimal_comma_is_refused_where_it_is_not_stated(tmp_path, monkeypatch):
    place = folder(tmp_path, workflows=GOOD.replace(",", ";").replace("4.5", "4,5"))

    assert told(place, monkeypatch) == message(
        "acme/tables/workflows.csv",
        'row 2, unit_cost: "4,5" has a decimal comma; write 4.5, or state decimal = ","',
    )


def test_a_decimal_comma_is_read_in_a_workbook_where_it_is_stated(tmp_path):
    def cost(opened: openpyxl.Workbook) -> None:
        opened["workflows"]["E2"] = "4,5"

    place = book(tmp_path, {"workflows": grid(GOOD)}, cost)
    with (place / "engagement.toml").open("a", encoding="utf-8") as file:
        file.write('decimal = ","\n')

    assert read(place).workflows["unit_cost"].tolist() == [4.5]


def test_a_stated_separator_wins_over_the_header(tmp_path):
    text = 'workflow|process|owner|monthly_volume|unit_cost\n"A,B;C"|denials|Ann|100|4.5\n'
    place = folder(tmp_path, '[tables]\nseparator = "|"\n', workflows=text)

    assert read(place).workflows["workflow"].tolist() == ["A,B;C"]


def test_byte_order_mark_windows_lines_quoted_breaks_and_blank_lines_are_read(tmp_path, monkeypatch):
    text = f'\ufeff{WORKFLOWS}\r\n"Denials,\r\nnew",denials,Ann,100,4.5\r\n\r\n,,,,\r\nOther,denials,Bob,x,1\r\n'

    assert told(folder(tmp_path, workflows=text), monkeypatch) == message(
        "acme/tables/workflows.csv", 'row 5, monthly_volume: "x" is not a number'
    )


def test_a_stated_encoding_is_used_and_a_wrong_one_told(tmp_path, monkeypatch):
    text = GOOD.replace("Ann", "Zoë").encode("cp1252")
    place = folder(tmp_path, '[tables]\nencoding = "cp1252"\n', workflows=text)
    assert read(place).workflows["owner"].tolist() == ["Zoë"]

    assert told(folder(tmp_path, workflows=text), monkeypatch) == message(
        "acme/tables/workflows.csv",
        f'byte {text.index(0xEB)} is not utf-8; save it as CSV UTF-8, or state [tables] encoding, for example "cp1252"',
    )
    assert told(folder(tmp_path, '[tables]\nencoding = "utf-9"\n', workflows=text), monkeypatch) == message(
        "acme/tables/workflows.csv",
        'unknown encoding: utf-9; save it as CSV UTF-8, or state [tables] encoding, for example "cp1252"',
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty; put the column names in row 1"),
        ("\ufeff\n\n", "is empty; put the column names in row 1"),
        (",,\n" + GOOD, "row 1: is blank; put the column names there"),
        (
            "sep=;\n" + GOOD.replace(",", ";").replace("100", "x"),
            'row 3, monthly_volume: "x" is not a number',
        ),
        (
            WORKFLOWS + "\n" * 65_535 + GOOD.splitlines()[1],
            "has 65,536 rows, as many as a sheet can hold, so it was probably cut; "
            "export it again without a spreadsheet in between; if it is whole, add a blank line at its end",
        ),
        (f"{WORKFLOWS}\n", "has a header and no rows; fill it, or remove the table"),
        (
            GOOD.replace("process,owner", "process,"),
            "row 1: column 3 has no name; name it",
        ),
        (
            GOOD.replace("process", "owner"),
            "row 1, owner: appears 2 times in the header; keep one",
        ),
        (
            GOOD + "More,denials,Ann,100,4.5,oops\n",
            "row 3: has 6 cells, the header has 5; quote cells that hold the separator",
        ),
        (
            GOOD.replace("unit_cost", "unit_cots"),
            'row 1, unit_cots: is not a column of this table; did you mean "unit_cost"?',
        ),
        (
            GOOD.replace("workflow,", "workflo,"),
            'row 1, workflo: is not a column of this table; did you mean "workflow"?',
        ),
        (
            GOOD.replace("workflow,", "").replace("Denials,", ""),
            "row 1, workflow: column is missing; name of the workflow, as in the event log",
        ),
        (
            GOOD + 'Next,denials,"Ann,100,4.5\nLast,denials,Ann,100,4.5\n',
            "row 3: a quotation mark is opened and not closed, or stands inside a cell; "
            'write "" for a quotation mark inside quotes',
        ),
    ],
    ids=[
        "empty",
        "blank",
        "blank-header",
        "separator-line",
        "cut",
        "no-rows",
        "unnamed",
        "twice",
        "ragged",
        "unknown",
        "misspelt",
        "missing",
        "quotes",
    ],
)
def test_a_fault_of_a_file_is_told_in_one_line(tmp_path, monkeypatch, text, said):
    assert told(folder(tmp_path, workflows=text), monkeypatch) == message("acme/tables/workflows.csv", said)


def test_a_column_without_a_near_name_lists_the_columns_there_are(tmp_path, monkeypatch):
    text = GOOD.replace("unit_cost", "unit_cost,zzz").replace("4.5", "4.5,1")
    columns = ", ".join(schemas.Workflows.to_schema().columns)

    assert told(folder(tmp_path, workflows=text), monkeypatch) == message(
        "acme/tables/workflows.csv",
        f"row 1, zzz: is not a column of this table; remove it; the columns are: {columns}",
    )


def test_files_that_are_no_tables_are_named(tmp_path, monkeypatch):
    place = folder(tmp_path, workflow=GOOD, invoices="a\n1\n")
    (place / "tables" / "kpis.xlsx").write_bytes(b"")
    for ignored in ("README.md", ".DS_Store", "~$kpis.xlsx"):
        (place / "tables" / ignored).write_bytes(b"")

    assert told(place, monkeypatch) == (
        "acme/tables/invoices.csv: 1 problem\n"
        f'  no table is called "invoices"; there are: {THERE_ARE}\n'
        "acme/tables/kpis.xlsx: 1 problem\n"
        "  is not a CSV file; save it as CSV, or name [tables] workbook\n"
        "acme/tables/workflow.csv: 1 problem\n"
        f'  no table is called "workflow"; did you mean "workflows"?\n{REPAIR}'
    )


def test_a_fault_of_many_rows_is_told_five_times_and_counted(tmp_path, monkeypatch):
    rows = "".join(f"W{number},denials,Ann,{number}%,4.5\n" for number in range(1, 10))

    assert told(folder(tmp_path, workflows=f"{WORKFLOWS}\n{rows}"), monkeypatch) == message(
        "acme/tables/workflows.csv",
        "monthly_volume: 4 more rows like row 6",
        *(f'row {row}, monthly_volume: "{row - 1}%" is not a number' for row in range(2, 7)),
    )


# -------------------------------------------------------------------------------------------------------- workbooks


def test_a_workbook_and_csv_files_give_the_same_tables(tmp_path):
    kpis = (
        "kpi,workflow,value,numerator,denominator,n,period_start,period_end,source\n"
        "first_pass_acceptance,Denials,0.5,10,20,20,2026-01-01,2026-03-31,00123\n"
    )
    workflows = f"{WORKFLOWS}\nDenials,denials,00042,100,4.5\nOther,,Bob,12,0.25\n"
    from_csv = read(folder(tmp_path / "csv", kpis=kpis, workflows=workflows))

    typed = [[_as_typed(cell) for cell in row] for row in grid(kpis)]
    from_book = read(
        book(tmp_path / "xlsx", {"kpis": typed, "workflows": [[_as_typed(c) for c in r] for r in grid(workflows)]})
    )

    for name in schemas.INPUTS:
        pd.testing.assert_frame_equal(getattr(from_csv, name), getattr(from_book, name))
    assert from_book.workflows["owner"].tolist() == ["00042", "Bob"]
    assert from_book.kpis["source"].tolist() == ["00123"]
    assert from_book.kpis["period_end"].tolist() == [pd.Timestamp("2026-03-31")]


def _as_typed(cell: str | None) -> object:
    """Return a cell as Excel stores what a person types: dates and numbers, but text where it begins with zeros."""
    if cell is None or cell.startswith("00"):
        return cell
    try:
        return datetime.datetime.fromisoformat(cell)
    except ValueError:
        return float(cell) if cell.replace(".", "").isdigit() else cell


def test_hidden_sheets_guides_and_charts_are_no_tables(tmp_path):
    def change(opened):
        opened["scratch"].sheet_state = "hidden"
        opened.create_chartsheet("picture")

    place = book(tmp_path, {"workflows": grid(GOOD), "scratch": [["x"]], "Guide": [["x"]], "README": [["x"]]}, change)

    assert read(place).workflows["workflow"].tolist() == ["Denials"]


def test_a_hidden_sheet_with_the_name_of_a_table_is_neither_read_nor_passed_over(tmp_path, monkeypatch):
    def hide(opened):
        opened["staffing"].sheet_state = "hidden"

    place = book(tmp_path, {"workflows": grid(GOOD), "staffing": [["team"], ["Clerks"]]}, hide)

    assert told(place, monkeypatch) == message(
        "intake.xlsx / staffing", "the sheet is hidden; show it to have it read, or give it another name"
    )


def test_a_merged_header_is_refused(tmp_path, monkeypatch):
    place = book(tmp_path, {"workflows": grid(GOOD)}, lambda opened: opened["workflows"].merge_cells("A1:B1"))

    assert told(place, monkeypatch) == message(
        "intake.xlsx / workflows", "row 1: the header has merged cells; give each column its own name"
    )


def test_merged_cells_below_the_header_are_refused(tmp_path, monkeypatch):
    rows = grid(GOOD + "Second,denials,Bob,5,5\n")
    place = book(tmp_path, {"workflows": rows}, lambda opened: opened["workflows"].merge_cells("C2:C3"))

    assert told(place, monkeypatch) == message(
        "intake.xlsx / workflows", "row 2: cells are merged; unmerge them and fill each"
    )


def test_spreadsheet_errors_and_uncalculated_formulas_are_not_blanks(tmp_path, monkeypatch):
    rows = [grid(GOOD)[0], ["Denials", "denials", "Ann", "=1/0", 4.5], ["Other", "denials", "Ann", 3, "#N/A"]]
    place = book(tmp_path, {"workflows": rows})

    assert told(place, monkeypatch) == message(
        "intake.xlsx / workflows",
        'row 2, monthly_volume: "=1/0" was never calculated; open the workbook in a spreadsheet and save it',
        "row 3, unit_cost: #N/A is a spreadsheet error; correct the formula, or leave the cell blank",
    )


def test_a_wrong_sheet_name_is_told_with_the_right_one(tmp_path, monkeypatch):
    place = book(tmp_path, {"workflows": grid(GOOD), "KPI": [["kpi"]], "Sheet1": [["x"]]})

    assert told(place, monkeypatch) == (
        "intake.xlsx / KPI: 1 problem\n"
        '  no table is called "KPI"; did you mean "kpis"?\n'
        "intake.xlsx / Sheet1: 1 problem\n"
        f'  no table is called "Sheet1"; there are: {THERE_ARE}\n' + REPAIR
    )


def test_a_cell_beside_the_table_is_told(tmp_path, monkeypatch):
    rows = [*grid(GOOD), ["Other", "denials", "Ann", 3, 4, None, "a note"]]

    assert told(book(tmp_path, {"workflows": rows}), monkeypatch) == message(
        "intake.xlsx / workflows",
        "row 3: has a cell beyond the last column name (unit_cost); name its column, or clear it",
    )


def test_a_sheet_with_a_header_only_is_not_sent(tmp_path):
    place = book(tmp_path, {"workflows": grid(GOOD), "costs": [["workflow", "total"]]})

    assert list(read(place).sources) == ["workflows"]


def test_a_workbook_with_headers_only_says_what_to_do(tmp_path, monkeypatch):
    assert told(book(tmp_path, {"workflows": [["workflow"]], "costs": [["total"]]}), monkeypatch) == message(
        "intake.xlsx",
        "nothing is filled in yet; "
        "fill in at least one sheet (the sheet guide explains the columns), or name a log in engagement.toml",
    )


def test_a_workbook_that_is_not_there_or_not_one_is_told(tmp_path, monkeypatch):
    place = book(tmp_path, {"workflows": grid(GOOD)})
    (place / "intake.xlsx").write_text("not a workbook")
    assert told(place, monkeypatch).splitlines()[1].startswith("  is not a workbook that can be read (")

    (place / "intake.xlsx").unlink()
    assert told(place, monkeypatch) == message("intake.xlsx", "there is no such workbook; correct [tables] workbook")


def test_csv_files_beside_a_workbook_are_not_dropped_in_silence(tmp_path, monkeypatch):
    place = book(tmp_path, {"workflows": grid(GOOD)})
    (place / "tables" / "kpis.csv").write_text("kpi\n")

    assert told(place, monkeypatch) == message(
        "acme/engagement.toml",
        "tables.workbook: the tables are in intake.xlsx, so tables/ is not read; keep one of the two",
    )


# ------------------------------------------------------------------------------------------------- any table at all

WORDS = """4% 0,04 1,234 -3 NaN inf 1e999 2026-01-01 2026-13-01 31/01/26 true done first_pass_acceptance denials
healthcare dq_audit Denials 0 1 2 #REF! =1+1"""
GARBAGE = st.one_of(
    st.none(), st.sampled_from(WORDS.split()), st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
)


@pytest.mark.proof
@settings(max_examples=cases(12, 200), deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(
    st.dictionaries(
        st.sampled_from(sorted(schemas.INPUTS)),
        st.lists(st.lists(GARBAGE, min_size=24, max_size=24), max_size=6),
        min_size=1,
        max_size=4,
    ),
    st.data(),
)
def test_garbage_cells_are_told_as_problems_each_once(tmp_path_factory, sheets, data):
    place = folder(tmp_path_factory.mktemp("any"))
    for name, rows in sheets.items():
        columns = list(schemas.INPUTS[name].to_schema().columns)
        lost = data.draw(st.sets(st.sampled_from(columns), max_size=1))
        kept = [column for column in columns if column not in lost]
        table = pd.DataFrame([row[: len(kept)] for row in rows], columns=kept, dtype=object)
        table.to_csv(place / "tables" / f"{name}.csv", index=False, lineterminator="\n")
    try:
        read(place)
    except DataProblems as raised:
        lines = [str(problem) for problem in raised.problems]
        assert len(raised.problems) == len(set(raised.problems))
        assert not any(INVISIBLE.search(line) for line in lines)
        unread = [(p.where, p.row, p.column) for p in raised.problems if " is not a" in p.rule and p.row > 1]
        others = [(p.where, p.row, p.column) for p in raised.problems if p.row > 1 and p.column]
        assert all(others.count(place) == 1 for place in unread), "a cell that cannot be read is told once"
