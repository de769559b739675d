"""Every report of every starter, run as a user runs it, and opened as a reader opens it."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from pypdf import PdfReader

from engineroom import cli
from engineroom.factory import run
from engineroom.pages import blocks, wording
from engineroom.readers import engagement
from engineroom.rendering import document
from engineroom.resources import folder

pytestmark = pytest.mark.slow

HOSTILE = (
    "<script>alert(1)</script>",
    '#read("/etc/passwd")',
    "{{7*7}}",
    "../../x",
    "=cmd()",
    "line one\nline two",
    "\u202eright to left",
    "]] $x$ @y \\end",
    "<img src=x onerror=alert(1)>",
)


def each_report() -> list[str]:
    return [
        f"{name.removeprefix('starter/')}/{report}"
        for name in engagement.starters()
        for report in run.reports_for(engagement.open(name))
    ]


def files(made: Path, report: str) -> tuple[Path, Path, list[Path]]:
    name, stem = report.split("/")
    place = made / name / engagement.open(f"starter/{name}").sector
    return place / f"{stem}.html", place / f"{stem}.pdf", sorted((place / f"{stem}.tables").glob("*.csv"))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@cache  # each report is asked for its text a dozen times
def pdf_text(path: Path) -> str:
    return squeezed("".join(page.extract_text() for page in PdfReader(path).pages))


@pytest.mark.parametrize("report", each_report())
def test_a_report_is_there_in_both_editions_with_its_tables(made: Path, report: str) -> None:
    html, pdf, tables = files(made, report)

    assert html.stat().st_size < 500_000
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert tables


@pytest.mark.parametrize("report", each_report())
def test_the_pdf_holds_every_headline_and_every_cell_of_its_tables(made: Path, report: str) -> None:
    _, pdf, _ = files(made, report)
    tree = document.build(nbformat.read(pdf.with_suffix(".ipynb"), as_version=4))
    text = pdf_text(pdf)

    for findings in tree.of("findings"):
        assert [entry["text"] for entry in findings["entries"] if squeezed(entry["text"]) not in text] == []
    for table in tree.of("table"):
        if table["attached"]:
            assert squeezed(table["caption"]) in text
            continue
        cells = [cell["text"] for row in table["rows"] for cell in row]
        assert [cell for cell in cells if squeezed(cell) not in text] == []


@pytest.mark.parametrize("name", [name.removeprefix("starter/") for name in engagement.starters()])
def test_the_pdf_prints_the_figures_of_the_tables_beside_it(made: Path, name: str) -> None:
    _, pdf, tables = files(made, f"{name}/benchmark_gap")
    text = pdf_text(pdf)
    gaps = pd.read_csv(next(path for path in tables if path.name == "scorecard.csv"))

    for row in gaps.head(blocks.PRINTED_ROWS).to_dict("records"):
        assert squeezed(wording.figure(row, "USD")) in text
        assert squeezed(wording.signed(row, "USD")) in text


BANNED = re.compile(
    r"\b(?:nobody|somebody|arrives?|told|hangs?|straddles?|holds?|held|draws?|yardstick|stands)\b"
    r"|source document|\bthe source\b|holds the benchmark|cannot be told|to the cent|\b0 of\b"
    r"|engagement\.toml|sha256|tables/|\.csv\.gz|\[events|\btable (?:workflows|portfolio|initiatives|answers|kpis)\b",
    re.IGNORECASE,
)
"""Words of `docs/style.md`, files and settings: no client reads them in a report of the house."""

LONGEST = 35
"""Words of the longest sentence in the body of a report."""

SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z“])")


def words_of_the_house(tree: document.Document) -> list[str]:
    """Return every sentence a report says by itself; cells, which quote the client, and attached tables stay out."""
    said: list[str] = [str(tree.cover["title"]), str(tree.cover["subtitle"])]
    for block in document.blocks_within(tree.blocks):
        if block.get("attached"):
            continue
        said.append("".join(run["text"] for run in block.get("runs", [])))
        said += [block.get(key, "") for key in ("title", "caption", "remark")]
        said += [*block.get("notes", []), *(column["label"] for column in block.get("columns", []))]
        parts = ("label", "text", "detail", "value", "note")
        said += [entry[key] for entry in block.get("entries", []) for key in parts if key in entry]
    return [one for one in said if one]


def too_long(said: list[str]) -> list[str]:
    return [one for text in said for one in SENTENCE.split(text) if len(one.split()) > LONGEST]


def banned(said: list[str]) -> list[str]:
    return [f"{found[0]}: {text}" for text in said if (found := BANNED.search(re.sub("“[^”]*”", "“”", text)))]


@pytest.mark.parametrize("report", each_report())
def test_no_banned_word_is_printed_and_no_sentence_is_long(made: Path, report: str) -> None:
    html, _, _ = files(made, report)
    said = words_of_the_house(document.build(nbformat.read(html.with_suffix(".ipynb"), as_version=4)))

    assert len(said) > 20
    assert banned(said) == []
    assert too_long(said) == []


@pytest.mark.parametrize(
    "text",
    [
        "Nobody has stated the cost.",
        "The interval holds the benchmark.",
        "0 of 5 workflows are ready.",
        "See engagement.toml.",
        "Read healthcare/data/events.csv.gz.",
        "The table portfolio says so.",
    ],
)
def test_the_words_of_the_style_are_looked_for(text: str) -> None:
    assert banned([text]) != []


def test_a_long_sentence_is_found_and_a_quotation_is_not_the_house_s() -> None:
    assert too_long(["Short. A " + "word " * LONGEST + "end."]) != []
    assert too_long(["Short. A " + "word " * (LONGEST - 2) + "end."]) == []
    assert banned(["Approve the start of “Nobody holds it”."]) == []


@pytest.mark.parametrize("report", each_report())
def test_a_flagship_has_ten_pages_at_most_and_asks_on_the_first(made: Path, report: str) -> None:
    _, pdf, _ = files(made, report)
    pages = [page.extract_text() for page in PdfReader(pdf).pages]

    assert len(pages) <= 10
    assert "What we ask for" in pages[0] or "What we ask for" not in "".join(pages)


@pytest.mark.parametrize("report", each_report())
def test_no_page_of_a_body_is_less_than_half_full(made: Path, report: str) -> None:
    below, foot = [], 75.0  # points from the lower edge that the footer takes
    for page in PdfReader(files(made, report)[1]).pages[:-1]:
        lines: list[float] = []

        def seen(text: str, matrix: list[float], place: list[float], *_: Any, lines: list[float] = lines) -> None:
            if text.strip():
                lines.append(matrix[1] * place[4] + matrix[3] * place[5] + matrix[5])

        page.extract_text(visitor_text=seen)
        height = float(page.mediabox.height)
        last = min(line for line in lines if line > foot)
        below.append((height - foot - last) / (height - 2 * foot))
    assert [f"page {number}: {full:.0%}" for number, full in enumerate(below, 1) if full < 0.5] == []


def test_the_governance_calendar_lies_beside_the_roadmap_as_a_file_that_calendars_import(made: Path) -> None:
    for name in engagement.starters():
        _, pdf, _ = files(made, f"{name.removeprefix('starter/')}/roadmap")
        calendar = (pdf.parent / "roadmap.tables" / "governance_calendar.ics").read_bytes().decode()

        assert calendar.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
        assert calendar.count("BEGIN:VEVENT") == calendar.count("END:VEVENT") > 10


def test_the_manifest_names_every_file_with_its_hash(made: Path) -> None:
    for name in engagement.starters():
        place = made / name.removeprefix("starter/")
        manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
        there = {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()} - {"manifest.json"}

        assert set(manifest["outputs"]) == there
        for path, sha in manifest["outputs"].items():
            assert hashlib.sha256((place / path).read_bytes()).hexdigest() == sha


def test_the_ledger_has_one_line_per_report(made: Path) -> None:
    lines = [json.loads(line) for line in (made / "results.jsonl").read_text(encoding="utf-8").splitlines()]

    assert len(lines) == len(each_report())
    assert {line["status"] for line in lines} == {"ok"}


@pytest.mark.parametrize("report", each_report())
def test_no_edition_shows_code_paths_or_this_machine(made: Path, report: str) -> None:
    html, pdf, _ = files(made, report)
    said = html.read_text(encoding="utf-8")
    properties = str(PdfReader(pdf).metadata)

    for trace in (
        "import engineroom",
        "er.tables",
        "Traceback",
        str(Path.home()),
        str(folder("starters")),
        "papermill",
    ):
        assert trace not in said
        assert trace not in properties
        assert squeezed(trace) not in pdf_text(pdf)


@pytest.mark.parametrize("report", each_report())
def test_the_page_opens_offline_with_every_chart_and_without_a_word_on_the_console(made, report, browser) -> None:
    html, _, _ = files(made, report)
    page = browser.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))

    page.goto(html.as_uri())

    boxes = page.eval_on_selector_all(
        "figure svg", "all => all.map(one => one.getBoundingClientRect().width).filter(Boolean)"
    )
    tree = document.build(nbformat.read(html.with_suffix(".ipynb"), as_version=4))
    page.close()
    assert said == []
    assert [url for url in asked if not url.startswith("data:")] == [html.as_uri()]
    assert len(boxes) == len(tree.of("figure")) > 0
    assert min(boxes) > 200


def test_the_same_engagement_gives_the_same_bytes_in_another_folder_zone_and_hash_seed(
    made: Path, tmp_path: Path
) -> None:
    place = Path(shutil.copytree(folder("starters") / "legal", tmp_path / "legal"))
    out = tmp_path / "out"
    environment = os.environ | {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "2", "LC_ALL": "C"}
    command = [sys.executable, "-m", "engineroom", "run", str(place), "--out", str(out)]
    subprocess.run(command, check=True, env=environment, cwd=tmp_path, capture_output=True)

    first, second = (
        {path.relative_to(where): path.read_bytes() for path in where.rglob("*") if path.is_file()}
        for where in (made / "legal", out / "legal")
    )
    for name in [path for path in first if path.suffix == ".ipynb"]:  # the demo calls it by another name
        first[name], sealed = first[name].replace(b'"starter/legal', b'"legal'), first[name]
        old, new = (hashlib.sha256(content).hexdigest().encode() for content in (sealed, first[name]))
        first[Path("manifest.json")] = first[Path("manifest.json")].replace(old, new)
    assert len(first) > 10
    assert set(first) == set(second)
    assert [path for path in first if first[path] != second[path]] == []


def test_hostile_names_come_out_as_text_and_stay_in_their_folder(
    tmp_path: Path, make_engagement: Callable[..., Path], browser
) -> None:
    frame = pd.DataFrame(
        {"workflow": HOSTILE, "process": "claims", "owner": HOSTILE, "monthly_volume": 100, "unit_cost": 5}
    )
    rows = pd.DataFrame(
        {"kpi": "sla_compliance", "workflow": HOSTILE, "numerator": 70, "denominator": 100, "n": 100,
         "period_start": "2026-01-01", "period_end": "2026-06-30", "source": HOSTILE}
    )  # fmt: skip
    place = make_engagement(
        files={
            f"tables/{name}.csv": table.to_csv(index=False) for name, table in (("workflows", frame), ("kpis", rows))
        }
    )
    toml = place / "engagement.toml"
    toml.write_text(
        toml.read_text(encoding="utf-8").replace('"Test client"', json.dumps(" ".join(HOSTILE))), encoding="utf-8"
    )
    out = tmp_path / "deep" / "out"

    assert cli.main(["run", str(place), "--report", "benchmark_gap", "--out", str(out)]) == 0

    html = out / "client" / "healthcare" / "benchmark_gap.html"
    written = {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*") if path.is_file()}
    assert written == {"client", "deep"}
    text = pdf_text(html.with_suffix(".pdf"))
    for payload in ("<script>alert(1)</script>", '#read("/etc/passwd")', "{{7*7}}", "../../x", "=cmd()", "$x$"):
        assert squeezed(payload) in text
    assert "root:x:0" not in text
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.goto(html.as_uri())
    shown = page.inner_text("body")
    scripts = page.locator("script").count()
    page.close()
    assert said == []
    assert scripts == 1  # the house's own
    assert "<script>alert(1)</script>" in shown
    assert "\u202e" not in shown
    for table in (out / "client" / "healthcare" / "benchmark_gap.tables").glob("*.csv"):
        cells = pd.read_csv(io.StringIO(table.read_text(encoding="utf-8")), dtype=str, keep_default_na=False)
        assert not cells.map(lambda cell: cell.startswith("=")).any(axis=None)
