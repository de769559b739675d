"""What a reader does with a page in a browser: sort, save, ask where a figure comes from, show one workflow alone."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(made: Path) -> Path:
    """Return the folder of a starter's reports."""
    return made / "healthcare" / "healthcare"


@pytest.fixture
def tab(folder: Path, browser: Any) -> Iterator[Any]:
    """Return the open page of the benchmark-gap report; it may neither ask for anything nor complain."""
    context = browser.new_context(accept_downloads=True)
    opened, said = context.new_page(), []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("request", lambda asked: said.append(asked.url) if asked.url.startswith("http") else None)
    opened.goto((folder / "benchmark_gap.html").as_uri())
    yield opened
    context.close()
    assert said == []


def test_ten_figures_say_where_they_come_from(tab: Any, folder: Path) -> None:
    tab.locator("#measures-table summary").click()
    rows = tab.locator("#measures-table tbody tr")
    for place in range(10):
        row = rows.nth(place)
        figure, parts, source = (row.locator("th, td").nth(column).inner_text() for column in (2, 3, 7))
        row.locator(".why").click()
        told = tab.locator("#measures-table .told").inner_text()
        row.locator(".why").click()

        assert not parts or f"{figure} = {parts}." in told
        assert "Source: " in told
        assert source.split(" ", 1)[-1] in told or source.startswith("S")
    assert tab.locator(".told").count() == 0


def test_a_saved_table_is_the_file_beside_the_report(tab: Any, folder: Path, tmp_path: Path) -> None:
    with tab.expect_download() as saved:
        tab.locator("#scorecard .save").click()
    saved.value.save_as(tmp_path / "saved.csv")

    assert (tmp_path / "saved.csv").read_bytes() == (folder / "benchmark_gap.tables" / "scorecard.csv").read_bytes()


def test_all_tables_are_saved_as_one_workbook_that_a_spreadsheet_reads(tab: Any, folder: Path, tmp_path: Path) -> None:
    with tab.expect_download() as saved:
        tab.locator("nav .save").click()
    saved.value.save_as(tmp_path / "saved.xlsx")
    book = openpyxl.load_workbook(tmp_path / "saved.xlsx")
    files = sorted((folder / "benchmark_gap.tables").glob("*.csv"))
    files = [file for file in files if file.stem != "findings"]

    assert sorted(book.sheetnames) == [file.stem for file in files]
    for file in files:
        rows = list(csv.reader(file.read_text(encoding="utf-8").splitlines(keepends=True)))
        sheet = [[cell.value for cell in row] for row in book[file.stem].iter_rows(max_col=len(rows[0]))]
        assert sheet[0] == rows[0] and len(sheet) == len(rows)
        for found, given in zip(sheet[1:], rows[1:], strict=True):
            for cell, text in zip(found, given, strict=True):
                assert cell == float(text) if isinstance(cell, int | float) else (cell or "") == text
        assert all(cell.data_type != "f" for row in book[file.stem].iter_rows() for cell in row)


def test_a_finding_has_an_address_of_its_own(tab: Any, folder: Path) -> None:
    links = tab.locator(".findings .link")
    targets = [link.get_attribute("href") for link in links.all()]
    assert len(targets) == len(set(targets)) == tab.locator(".findings li").count() > 4
    tab.goto((folder / "benchmark_gap.html").as_uri() + targets[-1])
    assert tab.locator(".findings li:target").is_visible()


def test_a_mark_tells_its_figure_and_leads_to_its_row(tab: Any) -> None:
    mark = tab.locator("#distances .broad [data-tip]").first
    mark.hover(force=True)
    assert tab.locator(".tip").inner_text() == mark.get_attribute("data-tip")
    mark.click(force=True)

    row, figure = tab.locator("#scorecard tr.found"), mark.get_attribute("data-tip").split(": ", 1)
    assert row.locator("th").inner_text() == figure[0]
    assert figure[1].split(" / ")[0] in row.inner_text()
    tab.locator("h1").hover()
    assert not tab.locator(".tip").is_visible()


def test_a_chart_follows_the_workflow_that_is_shown(tab: Any) -> None:
    tab.locator("#page-workflow").select_option("Denials")
    aside = {mark.get_attribute("data-tip") for mark in tab.locator("#worth-chart .broad [data-tip].aside").all()}
    kept = {mark.get_attribute("data-tip") for mark in tab.locator("#worth-chart .broad [data-tip]:not(.aside)").all()}

    assert aside and kept
    assert all("Denials" in tip for tip in kept) and not any("Denials" in tip for tip in aside)
    tab.locator("#page-workflow").select_option("")
    assert tab.locator(".aside").count() == 0


def test_a_table_is_cards_on_a_phone_and_keeps_its_verdict_in_sight(folder: Path, browser: Any) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto((folder / "benchmark_gap.html").as_uri())
    verdicts = page.locator("#scorecard td[data-head=Verdict]")

    assert verdicts.count() > 5
    for verdict in verdicts.all():
        box = verdict.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    context.close()


def test_a_table_is_sorted_by_figures_and_by_words_and_back(tab: Any) -> None:
    def column(place: int) -> list[str]:
        return [row.locator("th, td").nth(place).inner_text() for row in tab.locator("#bridge tbody tr").all()]

    heads = tab.locator("#bridge thead .sort")
    heads.nth(0).click()
    assert column(0) == sorted(column(0), key=str.lower)
    heads.nth(0).click()
    assert column(0) == sorted(column(0), key=str.lower, reverse=True)
    assert tab.locator("#bridge thead th").nth(0).get_attribute("aria-sort") == "descending"


def test_one_workflow_alone_hides_the_rows_and_findings_of_others(tab: Any) -> None:
    before = tab.locator(".findings li:visible").count()
    tab.locator("#page-workflow").select_option("Denials")

    rows = tab.locator("#heat-map tbody tr:visible").all()
    assert [row.locator("th").inner_text() for row in rows] == ["Denials"]
    assert tab.locator("#scorecard tbody tr:visible").count() > 0
    tab.locator("#page-workflow").select_option("")
    assert tab.locator(".findings li:visible").count() == before


def test_the_page_is_complete_without_its_script(folder: Path, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((folder / "benchmark_gap.html").as_uri())

    assert page.locator("#scorecard tbody tr").count() > 5
    assert page.locator("#page-workflow, .save, .sort").count() == 0
    page.locator("#measures-table summary").click()
    assert page.locator("#measures-table tbody tr").first.is_visible()
    context.close()


def test_charts_are_dark_at_night(folder: Path, browser: Any) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto((folder / "benchmark_gap.html").as_uri())
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor || ''")
    text = page.locator("#distances .broad svg text").first.evaluate("one => getComputedStyle(one).fill")
    box = page.locator("#distances .chart").evaluate("one => getComputedStyle(one).backgroundColor")

    assert box in ("rgba(0, 0, 0, 0)", ground)
    assert min(int(part) for part in text[4:-1].split(",")) > 120  # light letters
    context.close()
