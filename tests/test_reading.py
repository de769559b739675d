"""What a reader does with a page in a browser: sort, save, ask where a figure comes from, show one workflow alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
