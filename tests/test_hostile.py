"""Whatever a client, a consultant or a notebook writes is text: in both editions and in the files beside them."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import altair as alt
import exported
import nbformat
import openpyxl
import pandas as pd
import pikepdf
import pypdf
import pytest
from hostile import PAYLOADS
from nbformat import NotebookNode
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from engineroom import cli
from engineroom.errors import RenderError
from engineroom.pages import blocks, theme
from engineroom.readers import engagement, intake, tables
from engineroom.rendering import document, prose, render

FRAMED = [one for one in PAYLOADS if "\ud800" not in one]  # pandas holds no lone surrogate
BASE = "application/vnd.engineroom."
KNOWN = """
script details summary
html head meta title style body a header p span h1 h2 h3 h4 h5 dl div dt dd nav ol ul li main footer aside b strong em s
code pre blockquote br hr table caption thead tbody tr th td figure figcaption svg g path rect line text circle defs
clippath lineargradient stop img tspan
"""
ELEMENTS = set(KNOWN.split())


class Page(HTMLParser):
    """Every element and attribute of a page, and every place it points to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name in ("href", "src", "action", "xlink:href", "data")}


def shows(name: str, kind: str, data: Any) -> NotebookNode:
    mime = kind if "/" in kind else f"{BASE}{kind}+json"
    return nbformat.v4.new_code_cell("", id=name, outputs=[nbformat.v4.new_output("display_data", data={mime: data})])


def report() -> NotebookNode:
    """Return a notebook in which every place that holds text holds every payload."""
    all_of_them = " ".join(PAYLOADS)
    columns = [{"key": "a", "label": all_of_them, "rowheader": True}, {"key": "b", "label": "B"}]
    raw = pd.DataFrame({"a": FRAMED, "b": 1})
    table = {
        "name": all_of_them,
        "caption": all_of_them,
        "columns": columns,
        "rows": [[one, {"text": one, "tone": "bad"}] for one in PAYLOADS],
        "notes": PAYLOADS,
        "csv": blocks.csv(raw),
    }
    theme.enable()
    drawn = alt.Chart(pd.DataFrame({"x": FRAMED})).mark_bar().encode(y=alt.Y("x", title=PAYLOADS[0]), x="count()")
    chart = drawn.properties(title=all_of_them, description=all_of_them)
    house = {"language": "en", "brand": {"name": all_of_them, "footer": all_of_them, "disclaimer": all_of_them}}
    cover = dict.fromkeys(render.COVER, all_of_them) | {"as_of": "2026-07-15"}
    return nbformat.v4.new_notebook(
        cells=[
            shows("house", "house", house),
            shows("cover", "cover", cover),
            nbformat.v4.new_markdown_cell("\n\n".join(f"## {x}\n\n{x}\n\n- {x}\n\n> {x}" for x in PAYLOADS), id="p"),
            shows("commentary", "commentary", {"slot": "x", "markdown": "\n\n".join(PAYLOADS)}),
            shows("findings", "findings", {"items": [{"label": x, "text": x, "detail": x} for x in PAYLOADS]}),
            shows("facts", "facts", {"items": [{"label": one, "value": one, "note": one} for one in PAYLOADS[:6]]}),
            shows("callout", "callout", {"title": all_of_them, "text": PAYLOADS}),
            shows("table", "table", table),
            shows("chart", theme.VEGALITE, json.loads(chart.to_json())),
            shows("frame", "text/html", "<table>" + "".join(f"<tr><td>{x}</td></tr>" for x in PAYLOADS) + "</table>"),
            shows("text", "text/markdown", "\n\n".join(PAYLOADS)),
            shows("mermaid", "text/vnd.mermaid", "graph TD; A-->B; click A \"javascript:alert(1)\""),
            shows("script", "application/javascript", "alert(1)"),
            shows("drawing", "image/svg+xml", "<svg onload='alert(1)'/>"),
        ]
    )  # fmt: skip


@pytest.fixture(scope="module")
def attacked() -> dict[str, bytes]:
    return exported.editions(report())


def test_there_are_at_least_sixty_payloads() -> None:
    assert len(set(PAYLOADS)) >= 60


def test_the_page_has_only_the_elements_and_links_of_the_house(attacked: dict[str, bytes]) -> None:
    page = Page(attacked["html"].decode())

    assert page.elements <= ELEMENTS
    assert not {name for name in page.attributes if name.startswith("on") or name == "style"}
    assert {link for link in page.links if not re.match(r"#|https?://", link)} == set()
    assert not {link for link in page.links if "evil.example/pixel" in link}


def test_what_can_be_read_of_a_payload_is_on_the_page_as_text(attacked: dict[str, bytes]) -> None:
    class Text(HTMLParser):
        said = ""

        def handle_data(self, data: str) -> None:
            self.said += data

    text = Text()
    text.feed(attacked["html"].decode())
    lines = " ".join(text.said.split())

    assert [one for one in PAYLOADS if " ".join(prose.clean(one).split()) not in lines] == []


def test_nothing_unseen_is_on_the_page(attacked: dict[str, bytes]) -> None:
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f\u200b\u202a-\u202e\u2066-\u2069\ud800-\udfff\U000e0000-\U000e007f]",
        attacked["html"].decode(),
    )


def objects_of(content: bytes) -> bytes:
    """Return every object of a PDF as text, and what its streams hold."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        streams = [part.read_bytes() for part in pdf.objects if isinstance(part, pikepdf.Stream)]
        return b"\n".join([*(part.unparse(resolved=True) for part in pdf.objects), *streams])


def test_the_pdf_is_literal_text_without_any_action(attacked: dict[str, bytes]) -> None:
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(attacked["pdf"])).pages)
    objects = objects_of(attacked["pdf"])

    assert "root:x:0" not in text
    assert not re.search(
        rb"/S ?/(?:JavaScript|Launch|GoToR|SubmitForm|ImportData)|/AA\b|/OpenAction|/RichMedia", objects
    )
    with pikepdf.open(io.BytesIO(attacked["pdf"])) as pdf:
        links = {str(one.URI) for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and "/URI" in one}
        assert {link for link in links if not link.startswith(("http://", "https://", "mailto:"))} == set()
        assert all(re.fullmatch(r"[A-Za-z0-9_-]+\.csv", name) for name in pdf.attachments)


def test_no_cell_of_an_exported_file_is_a_formula() -> None:
    (text,) = document.tables(document.build(report())).values()

    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@", "＝"))] == []


def test_no_cell_of_an_exported_workbook_is_a_formula_and_what_is_filled_in_stays_text(tmp_path: Path) -> None:
    place = tmp_path / "=cmd()"
    _, workbook = intake.make(place, "healthcare")
    book = openpyxl.load_workbook(workbook)
    assert [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []

    texts = list({one.strip(): one for one in FRAMED if not ILLEGAL_CHARACTERS_RE.search(one)}.values())
    sheet = book["workflows"]
    names = {cell.value: cell.column for cell in sheet[1]}
    for row, text in enumerate(texts, 2):
        said = {"workflow": text, "owner": text, "process": "claims", "monthly_volume": 10, "unit_cost": 1}
        for name, value in said.items():
            cell = sheet.cell(row, names[name], value)
            cell.data_type = "n" if isinstance(value, int) else "s"
    book.save(workbook)

    assert tables.read(engagement.open(place)).workflows["workflow"].tolist() == [text.strip() for text in texts]


@pytest.mark.parametrize(
    "encoding",
    [{"href": {"value": "javascript:alert(1)"}}, {"url": {"value": "http://evil.example/x.png"}}],
)
def test_a_chart_that_links_or_loads_is_refused_or_inert(encoding: dict[str, Any]) -> None:
    spec = {
        "data": {"values": [{"a": 1}]},
        "mark": "image" if "url" in encoding else "bar",
        "encoding": {"x": {"field": "a", "type": "quantitative"}} | encoding,
        "description": "d",
    }
    try:
        page = exported.html(nbformat.v4.new_notebook(cells=[shows("c", theme.VEGALITE, spec)]))
    except RenderError as fault:
        assert str(fault).startswith("cell c: the chart could not be drawn: ")
    else:
        assert not re.search(rb"javascript:|href=\"http", page)


@pytest.mark.parametrize("source", ["http://evil.example/x.csv", "file:///etc/passwd", "/etc/passwd"])
def test_a_chart_cannot_read_a_file_or_ask_the_network(source: str) -> None:
    spec = {"data": {"url": source}, "mark": "bar", "encoding": {"x": {"field": "root"}}, "description": "d"}
    try:
        page = exported.html(nbformat.v4.new_notebook(cells=[shows("c", theme.VEGALITE, spec)]))
    except RenderError:
        return
    assert b"root:x" not in page


@pytest.mark.parametrize(
    "expression",
    ["datum.constructor.constructor('alert(1)')()", "window.location", "eval('1')", "globalThis.process.env"],
)
def test_an_expression_of_a_chart_reaches_nothing(expression: str) -> None:
    spec = {
        "data": {"values": [{"a": 1}]},
        "transform": [{"calculate": expression, "as": "b"}],
        "mark": "text",
        "encoding": {"text": {"field": "b"}},
        "description": "d",
    }
    try:
        page = exported.html(nbformat.v4.new_notebook(cells=[shows("c", theme.VEGALITE, spec)])).decode()
    except RenderError as fault:
        assert str(fault).startswith("cell c: the chart could not be drawn: ")
    else:
        assert "PATH" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)


@pytest.mark.slow
def test_a_secret_of_the_environment_is_in_no_output(tmp_path: Path, make_engagement: Callable[..., Path]) -> None:
    canary = "canary-7f3a91-secret"
    place = make_engagement(
        files={
            "tables/kpis.csv": "kpi,workflow,numerator,denominator,n,period_start,period_end\n"
            "sla_compliance,,70,100,100,2026-01-01,2026-06-30\n",
            "commentary/summary.md": "<script>alert(1)</script> $ENGINEROOM_CANARY ${HOME} %PATH%",
        }
    )
    out = tmp_path / "out"
    environment = os.environ | {"ENGINEROOM_CANARY": canary, "CLAIMS_DB": f"postgresql://u:{canary}@db.example/x"}
    command = [sys.executable, "-m", "engineroom", "run", str(place), "--report", "benchmark_gap", "--out", str(out)]
    told = subprocess.run(command, check=True, env=environment, cwd=tmp_path, capture_output=True, text=True)

    files = [path for path in out.rglob("*") if path.is_file()]
    assert files
    assert canary not in told.stdout + told.stderr
    for path in files:
        content = path.read_bytes()
        read = objects_of(content) if path.suffix == ".pdf" else content
        assert canary.encode() not in read
        assert canary.encode() not in content
    html = (out / "client" / "healthcare" / "benchmark_gap.html").read_text(encoding="utf-8")
    assert "$ENGINEROOM_CANARY" in html
    assert html.count("<script") == 1  # the house's own


@pytest.mark.slow
@pytest.mark.parametrize("width", [1440, 390])
def test_a_browser_runs_nothing_of_it(attacked: dict[str, bytes], tmp_path: Path, browser: Any, width: int) -> None:
    (tmp_path / "report.html").write_bytes(attacked["html"])
    page = browser.new_page(viewport={"width": width, "height": 900})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("request", lambda request: said.append(request.url))
    page.goto((tmp_path / "report.html").as_uri())
    scripts = page.locator("script").count()
    page.close()
    assert [line for line in said if not line.startswith(("data:", "file:"))] == []
    assert scripts == 1  # the house's own


def test_the_command_line_takes_no_name_for_a_path(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["run", "../../etc", "--out", str(tmp_path / "out")]) == 10
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").rglob("*.html"))
    assert "engineroom new FOLDER" in capsys.readouterr().err
