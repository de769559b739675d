"""Every report of every starter as the strictest reader opens it: a screen reader, a phone at night, an archive."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import nbformat
import pikepdf
import pypdf
import pytest
import verapdf
from proofs import cases

from engineroom.factory import run
from engineroom.pages import theme
from engineroom.readers import engagement
from engineroom.rendering import document, lint
from engineroom.rendering.prose import spoken

pytestmark = pytest.mark.slow

AXE = "axe-core@4.10.3"
REPORTS = [
    f"{name.removeprefix('starter/')}/{report}"
    for name in engagement.starters()
    for report in run.reports_for(engagement.open(name))
]
SCREENS = [("light", 1440), ("dark", 1440), ("dark", 390)]
LARGEST = {"html": 500_000, "pdf": 600_000}


@pytest.fixture(scope="session")
def axe(request: pytest.FixtureRequest) -> str:
    """Return axe-core's source, fetched once into pytest's cache; skipped where npm or the network is not there."""
    assert request.config.cache is not None
    place = request.config.cache.mkdir(AXE.replace("@", "-"))
    source = place / "node_modules" / "axe-core" / "axe.min.js"
    if not source.is_file():
        if shutil.which("npm") is None:
            pytest.skip("axe-core comes by npm, and there is no npm on this machine")
        command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(place), AXE]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip(f"{AXE} could not be fetched")
    return source.read_text(encoding="utf-8")


def edition(made: Path, report: str, kind: str) -> Path:
    name, stem = report.split("/")
    return made / name / engagement.open(f"starter/{name}").sector / f"{stem}.{kind}"


def tree_of(made: Path, report: str) -> document.Document:
    return lint.settle(document.build(nbformat.read(edition(made, report, "ipynb"), as_version=4)))


@pytest.mark.proof
@pytest.mark.parametrize("report", REPORTS)
def test_axe_finds_no_violation_by_day_by_night_and_on_a_phone(made: Path, report: str, browser: Any, axe: str) -> None:
    found = {}
    everywhere = report.startswith(("healthcare", "insurer/business_case"))  # all six reports on all screens
    for scheme, width in SCREENS if everywhere else cases(SCREENS[:1], SCREENS):
        screen = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
        page = screen.new_page()
        page.goto(edition(made, report, "html").as_uri())
        page.evaluate(axe)
        violations = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
        if violations:
            found[scheme, width] = [(one["id"], one["nodes"][0]["html"]) for one in violations]
        screen.close()
    assert found == {}


@pytest.mark.parametrize("report", REPORTS)
def test_the_page_says_nothing_asks_for_nothing_and_fits_every_screen(made: Path, report: str, browser: Any) -> None:
    path = edition(made, report, "html")
    for scheme, width in SCREENS:
        page = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()
        said: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message, said=said: said.append(message.text))
        page.on("pageerror", lambda error, said=said: said.append(str(error)))
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(path.as_uri())
        assert said == []
        assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(SMALLEST_LABEL) >= 10  # px on the screen, after scaling
        page.context.close()


SMALLEST_LABEL = """Math.min(99, ...[...document.querySelectorAll('figure svg text')].filter(one => one.textContent)
    .map(one => one.getBoundingClientRect()).filter(box => box.width > box.height && box.height > 0)
    .map(box => box.height))"""


@pytest.mark.parametrize("report", REPORTS)
def test_every_letter_in_a_chart_can_be_read_on_paper(made: Path, report: str) -> None:
    page = edition(made, report, "html").read_text(encoding="utf-8")
    texts = [text for text in re.findall(r"<text\b[^>]*>", page) if f'stroke="{theme.PAPER}"' not in text]  # no halo
    fills = Counter(re.search(r'fill="(#[0-9a-f]{6})"', text)[1] for text in texts if 'fill="#' in text)  # type: ignore[index]

    assert texts
    assert {fill for fill in fills if theme.contrast(fill, theme.PAPER) < 4.5} == set()


@pytest.mark.parametrize("report", REPORTS)
def test_the_pdf_is_whole_for_a_listener_and_an_archive(
    made: Path, report: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = tree_of(made, report)
    content = edition(made, report, "pdf").read_bytes()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert pdf.check_pdf_syntax() == []
        items = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary)]
        tags = Counter(str(item.S) for item in items if item.get("/Type") == "/StructElem")
        metadata = pdf.Root.Metadata.read_bytes().decode()

        assert str(pdf.Root.Lang) == "en"
        assert bool(pdf.Root.MarkInfo.Marked)
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        assert str(pdf.docinfo["/Title"]) == tree.cover["title"]
        for claim in ("<pdfuaid:part>1<", "<pdfaid:part>3<", "<pdfaid:conformance>A<"):
            assert claim in metadata

        figures = [item for item in items if item.get("/S") == "/Figure"]
        assert sorted(str(figure.Alt) for figure in figures) == sorted(block["alt"] for block in tree.of("figure"))
        heads = [item for item in items if item.get("/S") == "/TH"]
        scopes = Counter(
            str(attribute.Scope) for head in heads for attribute in listed(head.A) if "/Scope" in attribute
        )
        assert sum(scopes.values()) == len(heads)
        printed = [table for table in tree.of("table") if not table["attached"]]
        assert scopes["/Row"] == sum(len(table["rows"]) + len(table["groups"]) for table in printed)
        assert scopes["/Column"] == sum(len(table["columns"]) for table in printed)
        assert tags["/Table"] == len(printed)
        spans = [int(one.ColSpan) for head in heads for one in listed(head.A) if "/ColSpan" in one]
        assert sorted(spans) == sorted(len(table["columns"]) for table in printed for _ in table["groups"])

        tables = document.tables(tree)
        assert {name: one.get_file().read_bytes().decode() for name, one in pdf.attachments.items()} == {
            f"{name}.csv": text for name, text in tables.items()
        }
        assert all(str(one.obj.AFRelationship) == "/Data" for one in pdf.attachments.values())
        pages = len(pdf.pages)
    sections = [spoken(block["runs"]) for block in tree.of("heading") if block["level"] == 1]
    outline = pypdf.PdfReader(io.BytesIO(content)).outline
    assert [item.title for item in outline if not isinstance(item, list)] == sections
    html = edition(made, report, "html").stat().st_size
    assert html < LARGEST["html"]
    assert len(content) < LARGEST["pdf"]
    with capsys.disabled():
        print(f"\n{report}: HTML {html / 1000:.0f} kB, PDF {len(content) / 1000:.0f} kB, {pages} pages", end=" ")


def test_every_pdf_holds_every_rule_of_pdf_a_3a_and_pdf_ua_1_that_a_full_validator_knows(made: Path) -> None:
    if lacking := verapdf.missing():
        pytest.skip(f"veraPDF's engine needs what is not on this machine: {lacking}")
    files = [str(path) for path in sorted(made.rglob("*.pdf"))]
    command = [sys.executable, verapdf.__file__, *files]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert len(files) >= len(REPORTS)
    assert json.loads(told) == {path: [] for path in files}


def listed(attributes: Any) -> list[Any]:
    return list(attributes) if isinstance(attributes, pikepdf.Array) else [attributes]


@pytest.mark.parametrize("report", REPORTS)
def test_the_pdf_is_read_in_the_order_of_the_report(made: Path, report: str) -> None:
    pages = pypdf.PdfReader(edition(made, report, "pdf")).pages
    text = re.sub(r"\s+", "", "".join(page.extract_text() for page in pages))
    tree = tree_of(made, report)
    told = [spoken(block["runs"]) for block in tree.of("heading") if block["level"] == 1]
    told = [word for block in tree.blocks for word in order(block)]

    place = 0
    for word in told:
        squeezed = re.sub(r"\s+", "", word)
        found = text.find(squeezed, place)
        assert found >= 0, word
        place = found


def order(block: document.Block) -> list[str]:
    """Return what of a block stands in a fixed order on the page: headings, captions, and the first sentence."""
    if block["type"] in ("heading", "paragraph"):
        return [spoken(block["runs"])[:60]]
    if block["type"] in ("table", "figure"):
        return [block.get("title") or block["caption"]]
    return [entry["text"] for entry in block["entries"]] if block["type"] == "findings" else []


@pytest.mark.parametrize("report", REPORTS)
def test_no_edition_names_the_tools_or_the_machine_that_made_it(made: Path, report: str) -> None:
    with pikepdf.open(edition(made, report, "pdf")) as pdf:
        properties = str(pdf.docinfo) + pdf.Root.Metadata.read_bytes().decode()
    said = edition(made, report, "html").read_text(encoding="utf-8")

    for trace in ("Typst", "papermill", "nbconvert", "jupyter", str(Path.home()), "/tmp/"):
        assert trace.lower() not in properties.lower()
        assert trace not in said
