"""A new engagement folder: it says what to do, takes what is typed into it, and never takes the place of another."""

from __future__ import annotations

import datetime
import tomllib
from pathlib import Path

import openpyxl
import pytest

from engineroom import cli
from engineroom.dictionary import schemas
from engineroom.errors import ReportError
from engineroom.readers import engagement, intake, tables


def fill(place: Path, sheet: str, *rows: dict[str, object]) -> None:
    """Type rows into a sheet, as a person would: below the header, column by column."""
    book = openpyxl.load_workbook(place / "intake.xlsx")
    columns = {cell.value: cell.column for cell in book[sheet][1]}
    for number, row in enumerate(rows, 2):
        for name, value in row.items():
            book[sheet].cell(number, columns[name]).value = value
    book.save(place / "intake.xlsx")


def test_a_new_folder_holds_the_two_files_to_fill_in_and_a_place_for_data(tmp_path, capsys):
    place = tmp_path / "harbour"

    assert cli.main(["new", str(place), "--sector", "healthcare"]) == 0
    assert sorted(path.name for path in place.iterdir()) == ["data", "engagement.toml", "intake.xlsx"]
    assert capsys.readouterr().out == (
        f"wrote {place / 'engagement.toml'}\nwrote {place / 'intake.xlsx'}\n"
        f"Fill in the workbook, then run: engineroom check {place}\n"
    )


@pytest.mark.parametrize("sector", engagement.sectors())
def test_a_new_engagement_can_be_opened_in_every_sector(tmp_path, sector):
    intake.make(tmp_path / "acme", sector)
    case = engagement.open(tmp_path / "acme")

    assert (case.sector, case.header.client, case.tables.workbook) == (sector, "acme", "intake.xlsx")


def test_checking_a_fresh_folder_says_what_to_do_in_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    intake.make(Path("harbour"), "healthcare")

    assert cli.main(["check", "harbour"]) == 11
    assert capsys.readouterr().err == (
        "intake.xlsx: 1 problem\n"
        "  nothing is filled in yet; "
        "fill in at least one sheet (the sheet guide explains the columns), or name a log in engagement.toml\n"
        "Correct the file and run: engineroom check harbour\n"
    )


def test_running_a_fresh_folder_makes_no_report(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    intake.make(Path("harbour"), "healthcare")

    assert cli.main(["run", "harbour", "--out", "out"]) == 11
    assert not (tmp_path / "out" / "harbour").exists()
    assert "nothing is filled in yet" in capsys.readouterr().err


def test_filling_one_sheet_is_enough(tmp_path, capsys):
    place = tmp_path / "harbour"
    intake.make(place, "healthcare")
    fill(
        place,
        "kpis",
        {
            "kpi": "clean_claim_rate",
            "value": 0.98,
            "numerator": 196,
            "denominator": 200,
            "n": 200,
            "period_start": datetime.date(2026, 1, 1),
            "period_end": datetime.date(2026, 6, 30),
            "source": "scrubber",
        },
    )

    assert cli.main(["check", str(place)]) == 0
    assert capsys.readouterr().out == f"{place}: no problems\n"
    read_in = tables.read(engagement.open(place))
    assert list(read_in.sources) == ["kpis"]
    assert read_in.kpis[["numerator", "denominator"]].to_numpy().tolist() == [[196, 200]]
    assert read_in.workflows.empty


def test_a_fault_in_the_workbook_is_told_by_sheet_row_and_column(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    intake.make(Path("harbour"), "healthcare")
    good = {"workflow": "Denials", "process": "denials", "owner": "Ann", "monthly_volume": 84, "unit_cost": 72.5}
    fill(Path("harbour"), "workflows", good, good | {"workflow": "Posting", "monthly_volume": "about 300"})

    assert cli.main(["check", "harbour"]) == 11
    assert capsys.readouterr().err == (
        'intake.xlsx / workflows: 1 problem\n  row 3, monthly_volume: "about 300" is not a number\n'
        "Correct the file and run: engineroom check harbour\n"
    )


def test_a_folder_that_holds_something_is_never_written_to(tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("mine")

    assert cli.main(["new", str(tmp_path), "--sector", "legal"]) == 12
    assert capsys.readouterr().err == (
        f"{tmp_path} already holds something; nothing was written. Choose a new folder\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_second_new_leaves_the_first_as_it_was(tmp_path):
    place = tmp_path / "harbour"
    before = {path: path.read_bytes() for path in intake.make(place, "healthcare")}

    with pytest.raises(ReportError):
        intake.make(place, "legal")
    assert {path: path.read_bytes() for path in before} == before


def test_a_file_in_the_place_of_the_folder_is_kept(tmp_path):
    (tmp_path / "harbour").write_text("mine")

    with pytest.raises(ReportError):
        intake.make(tmp_path / "harbour", "healthcare")
    assert (tmp_path / "harbour").read_text() == "mine"


def test_an_empty_folder_may_be_used(tmp_path):
    assert len(intake.make(tmp_path, "healthcare")) == 2


def test_an_unknown_sector_writes_nothing(tmp_path):
    with pytest.raises(ReportError) as raised:
        intake.make(tmp_path / "acme", "helthcare")

    assert str(raised.value) == f'there is no sector "helthcare"; there are: {", ".join(engagement.sectors())}'
    assert not (tmp_path / "acme").exists()


@pytest.mark.parametrize("name", ['quo"te', "back\\slash", "new\nline", "{client}", "Größe ü", "tab\t", "del\x7f", "#"])
def test_any_folder_name_is_only_text_in_the_file(tmp_path, name):
    intake.make(tmp_path / name, "healthcare")

    raw = tomllib.loads((tmp_path / name / "engagement.toml").read_text(encoding="utf-8"))
    assert raw["engagement"]["client"] == name
    assert list(raw) == ["engagement", "tables"]


def test_the_workbook_has_a_sheet_per_table_and_a_guide_to_every_column(tmp_path):
    intake.make(tmp_path / "acme", "healthcare")
    book = openpyxl.load_workbook(tmp_path / "acme" / "intake.xlsx")

    assert book.sheetnames == ["guide", *schemas.INPUTS]
    guide = [[cell.value for cell in row] for row in book["guide"].iter_rows(min_row=2)]
    described = [(sheet, column) for sheet, column, *_ in guide]
    for name, model in schemas.INPUTS.items():
        columns = list(model.to_schema().columns)
        assert [cell.value for cell in book[name][1]] == columns
        assert [column for sheet, column in described if sheet == name] == columns
    assert all(all(row) for row in guide), "no column goes without form, need or meaning"
