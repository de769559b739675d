"""The shelf: what stands in an output folder, what it says and what failed, on one page and the same every time."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engineroom.factory import batch, ledger, manifest, shelf
from engineroom.factory.run import Task
from engineroom.readers import engagement
from engineroom.rendering import publication

ABOUT = {"title": "Benchmark gap", "headlines": [{"tone": "bad", "text": "Rework <b>exceeds</b> the benchmark."}] * 5}


@pytest.fixture
def out(tmp_path: Path, starter) -> Path:
    """Return an output folder with one report that was made and one that failed."""
    place = tmp_path / "reports"
    files = {"legal/benchmark_gap.html": b"page", "legal/benchmark_gap.tables/gaps.csv": b"a,b\n"}
    made = manifest.origin(engagement.open(starter("legal")), "benchmark_gap", {})
    record = manifest.dumps(manifest.record(made, files, place / "legal", ABOUT))
    publication.publish(files | {manifest.NAME: record}, place / "legal", {})
    message = (
        f"acme/legal/roadmap: cell draft failed\nThe notebook so far is in {place}/acme/legal/roadmap.failed.ipynb"
    )
    ledger.record(place, batch.Outcome(Task("/x/acme", "legal", "roadmap"), "failed", 13, message, (), 1.0))
    return place


def test_the_shelf_tells_what_was_made_what_it_says_and_what_failed(out: Path) -> None:
    text = shelf.make(out).decode()

    assert 'href="legal/legal/benchmark_gap.html"' in text
    assert manifest.read(out / "legal")["outputs"]["legal/benchmark_gap.html"] in text
    assert text.count("Rework &lt;b&gt;exceeds&lt;/b&gt; the benchmark.") == 3
    assert "cell draft failed\nThe notebook so far is in acme/legal/roadmap.failed.ipynb" in text
    assert "1 CSV file<" in text


def test_the_shelf_is_the_same_bytes_and_allows_no_script_and_no_network(out: Path) -> None:
    page = shelf.make(out)

    assert page == shelf.make(out)
    assert b"default-src 'none'" in page
    assert not re.search(rb"<script|https?://|style=", page)


def test_a_file_that_is_no_longer_as_it_was_made_is_told_on_the_shelf(out: Path) -> None:
    (out / "legal" / "legal" / "benchmark_gap.html").write_bytes(b"other")

    assert "legal/legal/benchmark_gap.html: is not the file that was made" in shelf.make(out).decode()


def test_a_report_that_was_made_with_other_parameters_takes_the_place_of_the_one_that_failed(out: Path) -> None:
    again = Task("/x/acme", "legal", "roadmap", parameters=(("weeks", "52"),))

    ledger.record(out, batch.Outcome(again, "ok", 0, "", (), 1.0))

    assert "Could not be made" not in shelf.make(out).decode()


@pytest.mark.slow
@pytest.mark.parametrize("width", [1440, 390])
def test_the_shelf_fits_its_screen_and_breaks_no_rule_of_its_policy(out: Path, browser, width: int) -> None:
    shelf.write(out)
    page, said = browser.new_page(viewport={"width": width, "height": 900}), []
    page.on("console", lambda message: said.append(message.text))

    page.goto((out / shelf.NAME).as_uri())

    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate("document.fonts.size") >= 1
    assert said == []
    page.close()


def test_an_index_that_is_not_ours_is_set_aside_and_told_and_our_own_is_replaced(out: Path) -> None:
    (out / shelf.NAME).write_text("my own start page")

    said = "reports/index.html was changed by hand, or is not engineroom's: it is kept as kept/"
    assert shelf.write(out).startswith(said)
    assert [path.read_text() for path in out.glob("kept/*/index.html")] == ["my own start page"]

    ledger.record(out, batch.Outcome(Task("/x/acme", "legal", "roadmap"), "failed", 13, "another fault", (), 1.0))
    assert shelf.write(out) == ""
    assert "another fault" in (out / shelf.NAME).read_text()
