"""A log reads the cells that a table reads, and refuses the others with the same words, as text and as workbook."""

from __future__ import annotations

import io

import openpyxl
import pytest

from engineroom.errors import DataProblems
from engineroom.logs import engines, event_log, files
from engineroom.logs import rows as meaning
from engineroom.measures import kpi
from engineroom.readers import cells, engagement, tables

TOML = """
[events]
source = "{source}"
case = "case"
activity = "step"
completed = "at"
cost = "cost"
due = "due"
timezone = "America/Los_Angeles"
"""
HEADER = ("case", "step", "at", "cost", "due")
ROWS = 12


def rows(**odd: object) -> list[list[object]]:
    """Return a log of twelve cases whose cells of some columns are others in every second row."""
    usual = {"step": "a", "at": "2026-02-03 09:00:00", "cost": "1500", "due": "2026-02-04 09:00:00"}
    found = [{"case": f"C{n}"} | usual | (odd if n % 2 else {}) for n in range(ROWS)]
    return [[one[name] for name in HEADER] for one in found]


def written(made: list[list[object]], kind: str) -> bytes:
    if kind == "csv":
        return "\n".join(";".join(map(str, row)) for row in [HEADER, *made]).encode()
    book = openpyxl.Workbook()
    for row in [list(HEADER), *made]:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def measured(make_engagement, kind: str, more: str = "", **odd: object) -> dict[str, float]:
    toml = TOML.format(source=f"log.{kind}") + more
    case = engagement.open(make_engagement(toml, {f"log.{kind}": written(rows(**odd), kind)}, name=f"case-{kind}"))
    return kpi.measure(tables.read(case), event_log.open(case)).set_index("definition")["value"].dropna().to_dict()


def refused(make_engagement, kind: str, more: str = "", **odd: object) -> str:
    with pytest.raises(DataProblems) as refusal:
        measured(make_engagement, kind, more, **odd)
    (problem,) = refusal.value.problems
    return str(problem)


KINDS = pytest.mark.parametrize("kind", ["csv", "xlsx"])


@KINDS
@pytest.mark.parametrize(
    ("cell", "said", "cure"),
    [
        ("1,500.00", '"1,500.00" has marks between thousands', 'write 1500.00, or state thousands = ","'),
        ("1,500", '"1,500" may be 1500 or 1.500', 'write the one that is meant, or state thousands = ","'),
        ("1500,5", '"1500,5" has a decimal comma', 'write 1500.5, or state decimal = ","'),
        ("€1500", '"€1500" has a currency beside it', "write 1500"),
        ("(1500)", '"(1500)" is a negative as bookkeepers write it', "write -1500"),
        ("1_500", '"1_500" is not a number', "amounts are read as 1234.50; state decimal and thousands"),
        ("12%", '"12%" is not a number', "amounts are read as 1234.50; state decimal and thousands"),
    ],
)
def test_an_amount_of_a_log_is_refused_with_the_words_of_a_table(make_engagement, kind, cell, said, cure) -> None:
    told = refused(make_engagement, kind, cost=cell)

    assert told == f"row 3, cost: 6 of 12 rows have a cost that cannot be read (rows 3, 5, 7; {said}); {cure}"


@KINDS
@pytest.mark.parametrize(
    ("cell", "more"),
    [
        ("1,500.00", 'thousands = ","'),
        ("1 500", 'thousands = " "'),
        ("1\u202f500", 'thousands = " "'),
        ("1.500,00", 'decimal = ","\nthousands = "."'),
        ("1500,00", 'decimal = ","'),
        ("1.5e3", ""),
    ],
)
def test_an_amount_is_read_where_its_marks_are_stated(make_engagement, kind, cell, more) -> None:
    assert measured(make_engagement, kind, more, cost=cell) == measured(make_engagement, kind)


@pytest.mark.parametrize("decimal", [".", ","])
def test_a_number_of_a_workbook_is_itself_whatever_marks_are_stated(make_engagement, decimal) -> None:
    stated = f'decimal = "{decimal}"\nthousands = "{"," if decimal == "." else "."}"'

    halves = measured(make_engagement, "xlsx", stated, cost=1234.5)

    (cost,) = [value for name, value in halves.items() if name.startswith("cost_per_transaction")]
    assert cost == (1234.5 + 1500) / 2


@KINDS
@pytest.mark.parametrize(
    "cell",
    [
        "2026-02-03T17:00:00Z",
        "2026-02-03 17:00:00 Z",
        "2026-02-03 17:00 UTC",
        "2026-02-03 17:00:00 GMT",
        "2026-02-03T18:00+01:00",
        "2026-02-03 18:00:00,000 +0100",
    ],
)
def test_an_instant_is_the_same_however_its_distance_from_utc_is_written(make_engagement, kind, cell) -> None:
    assert measured(make_engagement, kind, at=cell) == measured(make_engagement, kind)


@KINDS
@pytest.mark.parametrize("column", ["at", "due"])
@pytest.mark.parametrize(
    ("cell", "said", "cure"),
    [
        (
            "2026-02-03 09:00 PST",
            '"2026-02-03 09:00 PST" names its zone by letters',
            "write how far it is from UTC, such as +01:00, or state timezone and leave the letters out",
        ),
        (
            "03.02.2026 09:00",
            '"03.02.2026 09:00" does not begin with the year',
            'state format = "%d.%m.%Y %H:%M" or format = "%m.%d.%Y %H:%M"',
        ),
    ],
)
def test_a_time_of_a_log_is_refused_with_its_cure(make_engagement, kind, column, cell, said, cure) -> None:
    what = {"at": "a completion time", "due": "a due date"}[column]

    told = refused(make_engagement, kind, **{column: cell})

    assert told == f"row 3, {column}: 6 of 12 rows have {what} that cannot be read (rows 3, 5, 7; {said}); {cure}"


@pytest.mark.parametrize("marks", [cells.Marks(), cells.Marks(",", "."), cells.Marks(".", " "), cells.Marks(".", "'")])
def test_a_log_reads_the_numbers_that_a_table_reads_and_no_others(make_engagement, marks) -> None:
    heads, tails = (
        ("1", "12", "1,234", "1.234", "1 234", "1'234", "-5", "+.5", "1e3", "nan", "0x1", "1_0"),
        ("", ".5", ",5"),
    )
    said = sorted({f"{head}{tail}" for head in heads for tail in tails})
    log = "\n".join([";".join(HEADER), *(f"{one};a;2026-02-03 09:00:00;{one};" for one in said)])
    toml = TOML.format(source="log.csv") + f'decimal = "{marks.decimal}"\nthousands = "{marks.thousands}"\n'
    case = engagement.open(make_engagement(toml, {"log.csv": log}))

    spec = case.events
    raw, _ = files.rows(engines.local(), files.parts(case, spec), spec, "log")
    typed = meaning.typed(meaning.tidied(raw, spec), spec, event_log.window(case, spec)).execute()
    found = typed.drop_duplicates("case_id").set_index("case_id")["cost"].dropna().to_dict()

    assert found == {one: cells.read(one, "money", marks) for one in said if not cells.fault(one, "money", marks)[0]}


@pytest.mark.parametrize(
    ("kind", "id_", "shown"),
    [
        ("csv", "1.23457E+12", "1.23457E+12"),
        ("xlsx", "1.23457E+12", "1.23457E+12"),
        ("xlsx", 1.234567890123456e15, "1.23456789012346E+15"),
    ],
)
def test_a_case_number_that_lost_digits_is_refused(make_engagement, kind, id_, shown) -> None:
    told = refused(make_engagement, kind, case=id_)

    rule = f'6 of 12 rows have a case number that lost digits in a spreadsheet (rows 3, 5, 7; "{shown}")'
    assert told == f"row 3, case: {rule}; format the column as text, and export it again"


def filled(change) -> bytes:
    """Return the log as a workbook, its sheet changed."""
    book = openpyxl.load_workbook(io.BytesIO(written(rows(), "xlsx")))
    change(book.active)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def told(make_engagement, file: str, content: bytes) -> list[str]:
    case = engagement.open(make_engagement(TOML.format(source=file), {file: content}))
    with pytest.raises(DataProblems) as refusal:
        event_log.open(case)
    return [str(one) for one in refusal.value.problems]


@KINDS
def test_an_error_of_a_spreadsheet_is_told_in_a_log_as_in_a_table(make_engagement, kind) -> None:
    said = "#N/A is a spreadsheet error; correct the formula, or leave the cell blank"
    rule, cure = said.split("; ")

    content = written(rows(cost="#N/A", step="#REF!"), kind)
    if kind == "xlsx":
        content = filled(lambda sheet: [_put_errors(sheet, row) for row in range(3, ROWS + 2, 2)])

    assert told(make_engagement, f"log.{kind}", content) == [
        f"row 3: 6 of 12 rows have a spreadsheet error, such as #N/A, in place of a text (rows 3, 5, 7); {cure}",
        f"row 3, cost: 6 of 12 rows have a cost that cannot be read (rows 3, 5, 7; {rule}); {cure}",
    ]


def _put_errors(sheet, row: int) -> None:
    for column, said in ((2, "#REF!"), (4, "#N/A")):
        sheet.cell(row, column, said)  # openpyxl writes it as the error it is


def test_a_formula_that_nobody_calculated_is_refused_in_a_log_as_in_a_table(make_engagement) -> None:
    def formulas(sheet) -> None:
        for row in range(2, 9):
            sheet.cell(row, 4, f"=H{row}*2")
        sheet.cell(1, 9, "unused")
        sheet.cell(2, 9, "=1+1")
        sheet.insert_cols(1)

    found = told(make_engagement, "log.xlsx", filled(formulas))

    cure = "was never calculated; open the workbook in a spreadsheet and save it"
    assert found == ["cost: 2 more rows like row 6", *(f'row {n}, cost: "=H{n}*2" {cure}' for n in range(2, 7))]


@pytest.mark.parametrize("before", ["", "\n\n", "\r\n"], ids=["none", "two", "windows"])
@pytest.mark.parametrize("first", ["", "sep=;\n"])
def test_rows_of_a_log_have_the_numbers_of_the_file(make_engagement, first, before) -> None:
    lines = [";".join(map(str, row)) for row in rows()]
    lines[4] = 'C4;"a\n\nb";2026-02-03 09:00:00;1;'
    lines[7] = "C7;a;soon;1;"
    text = first + ";".join(HEADER) + "\n" + before + "\n".join(lines)

    (said,) = told(make_engagement, "log.csv", text.encode())

    row = 9 + bool(first) + before.count("\n")
    assert said.startswith(f"row {row}, at: 1 of 12 rows have a completion time that cannot be read (row {row}; ")
