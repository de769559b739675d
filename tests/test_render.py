"""The two editions of a realistic report: whole, inert, accessible and the same bytes everywhere."""
# ruff: noqa: E501 -- the sample report below is prose and data

from __future__ import annotations

import base64
import hashlib
import io
import os
import random
import re
import subprocess
import sys
from typing import Any

import altair as alt
import exported
import nbformat
import pandas as pd
import pikepdf
import pypdf
import pytest
from nbformat import NotebookNode

from engineroom.errors import RenderError
from engineroom.pages import theme
from engineroom.rendering import document, render

HOSTILE = (
    'Northwind <script>alert(1)</script> #read("/etc/passwd") {{7*7}} $x$ =cmd() @y \\ end <img src=x onerror=alert(2)>'
)
BASE = "application/vnd.engineroom."


def markdown(name: str, source: str) -> NotebookNode:
    return nbformat.v4.new_markdown_cell(source, id=name)


def shows(name: str, kind: str, data: dict[str, Any]) -> NotebookNode:
    mime = kind if "/" in kind else f"{BASE}{kind}+json"
    return output(name, {mime: data, "text/plain": "shown"})


def output(name: str, data: dict[str, Any]) -> NotebookNode:
    shown = nbformat.v4.new_output("display_data", data=data)
    return nbformat.v4.new_code_cell("code that is never printed", id=name, outputs=[shown])


def chart(name: str, drawn: alt.TopLevelMixin) -> NotebookNode:
    theme.enable()
    return output(name, dict(drawn._repr_mimebundle_()))  # type: ignore[attr-defined]


def notebook(*cells: NotebookNode) -> NotebookNode:
    return nbformat.v4.new_notebook(cells=list(cells))


COVER = {
    "title": "Back-office benchmark gap",
    "subtitle": "How far revenue-cycle operations are from what comparable hospitals reach, and what closing the distance is worth",
    "client": "Harbour General",
    "sector": "Healthcare",
    "period": "1 January to 30 June 2026",
    "as_of": "2026-07-15",
    "status": "draft",
    "confidentiality": "Confidential",
    "prepared_by": "Engine Room Advisory",
    "language": "en",
}

KPIS = [
    ("Claims denied at first submission", 0.118, 0.112, 0.124, 0.05, "bad"),
    ("Clean-claim rate shortfall", 0.071, 0.066, 0.077, 0.05, "bad"),
    ("Rework", 0.052, 0.047, 0.058, 0.05, "caution"),
    ("Straight-through shortfall", 0.24, 0.231, 0.249, 0.15, "bad"),
    ("Late postings", 0.031, 0.028, 0.034, 0.04, "good"),
    ("Prior-authorisation errors", 0.049, 0.038, 0.063, 0.05, "caution"),
]


def dumbbell() -> alt.LayerChart:
    data = pd.DataFrame(KPIS, columns=["kpi", "value", "low", "high", "target", "tone"])
    verdict = {"bad": "Misses", "good": "Meets", "caution": "Inconclusive"}
    data["verdict"] = data["tone"].map(verdict)
    y = alt.Y("kpi:N", sort=data["kpi"].tolist(), title=None)
    tones = ["bad", "caution", "good"]
    colour = alt.Scale(domain=[verdict[t] for t in tones], range=[theme.TONES[t] for t in tones])
    shape = alt.Scale(domain=[verdict[t] for t in tones], range=[theme.SHAPES[t] for t in tones])
    base = alt.Chart(data).encode(y=y)
    return alt.layer(
        base.mark_rule(strokeWidth=1.5, color=theme.LINE).encode(
            x=alt.X("value:Q", axis=alt.Axis(format=".0%", title="Share of items")), x2="target"
        ),
        base.mark_rule(strokeWidth=6, color=theme.ACCENT_SOFT).encode(x="low:Q", x2="high"),
        base.mark_tick(thickness=2, height=16, color=theme.INK).encode(x="target:Q"),
        base.mark_point(size=90, filled=True, opacity=1).encode(
            x="value:Q",
            color=alt.Color("verdict:N", scale=colour, title=None),
            shape=alt.Shape("verdict:N", scale=shape, title=None),
        ),
    ).properties(
        title="Four of six measures trail the target; two of them are too close to call on the items seen so far",
        description="Dumbbell chart of six measures against their targets with 95% intervals.",
        usermeta={
            "engineroom": {
                "name": "gap-dumbbell",
                "caption": "Dot: measured. Bar: 95% interval (Wilson). Tick: target. Period 1 January to 30 June 2026.",
            }
        },
    )


def small_multiples() -> alt.FacetChart:
    dice = random.Random(4)
    rows = [
        {"workflow": w, "month": m, "share": 0.04 + dice.random() * 0.05}
        for w in ("Claims", "Prior authorisation", "Payment posting", "Denials", "Registration", "Coding")
        for m in ("Jan", "Feb", "Mar", "Apr", "May", "Jun")
    ]
    return (
        alt.Chart(pd.DataFrame(rows))
        .mark_bar(size=16)
        .encode(
            x=alt.X(
                "month:N", sort=["Jan", "Feb", "Mar", "Apr", "May", "Jun"], title=None, axis=alt.Axis(labelAngle=0)
            ),
            y=alt.Y("share:Q", title=None, axis=alt.Axis(format=".0%", tickCount=3)),
            facet=alt.Facet("workflow:N", columns=3, title=None),
        )
        .properties(
            width=190,
            height=90,
            title="Rework is everywhere, and worst in denials",
            description="Rework by month, six workflows.",
        )
    )


def tiers() -> alt.LayerChart:
    bands = pd.DataFrame(
        {
            "tier": ["Manual", "Assisted", "Integrated", "Leading"],
            "low": [0, 0.3, 0.6, 0.8],
            "high": [0.3, 0.6, 0.8, 1.0],
        }
    )
    points = pd.DataFrame(
        {
            "workflow": ["Claims", "Prior authorisation", "Payment posting"],
            "value": [0.64, 0.21, 0.79],
            "low": [0.62, 0.17, 0.75],
            "high": [0.66, 0.25, 0.83],
        }
    )
    shade = alt.Scale(domain=bands["tier"].tolist(), range=["#f3f5f8", "#e3eaf3", "#cddcee", "#b4cce6"])
    return alt.layer(
        alt.Chart(bands)
        .mark_rect()
        .encode(
            x=alt.X("low:Q", title="Straight-through share", axis=alt.Axis(format=".0%", grid=False)),
            x2="high",
            color=alt.Color("tier:N", scale=shade, sort=None, title=None),
        ),
        alt.Chart(points)
        .mark_rule(strokeWidth=3, color=theme.INK)
        .encode(y=alt.Y("workflow:N", title=None), x="low:Q", x2="high"),
        alt.Chart(points).mark_point(size=90, color=theme.ACCENT, opacity=1).encode(y="workflow:N", x="value:Q"),
    ).properties(
        title="Payment posting straddles the edge of the leading tier",
        description="Tier bands of straight-through processing.",
    )


def trend() -> alt.Chart:
    days = pd.date_range("2026-01-01", periods=26, freq="7D").strftime("%Y-%m-%dT00:00:00")
    dice = random.Random(8)
    data = pd.DataFrame({"week": days, "hours": [46 - i * 0.3 + dice.random() * 6 for i in range(26)]})
    return (
        alt.Chart(data)
        .mark_line()
        .encode(
            x=alt.X("week:T", title=None),
            y=alt.Y("hours:Q", title="Hours from receipt to decision, P50", scale=alt.Scale(zero=True)),
        )
        .properties(
            height=220,
            title="Cycle time has fallen by eight hours since January",
            description="Weekly median cycle time.",
        )
    )


def wide_table() -> dict[str, Any]:
    dice = random.Random(2)
    names = [
        "Claims",
        "Prior authorisation",
        "Payment posting",
        "Denials and appeals",
        "Registration and eligibility",
        "Charge capture",
    ]
    labels = ["Workflow", "Measure", "Value", "95% interval", "Target", "Gap", "Verdict", "n", "Worth a year"]
    columns = [
        {"key": f"c{i}", "label": label, "align": "left" if i in (0, 1, 6) else "right", "rowheader": i == 0}
        for i, label in enumerate(labels)
    ]
    verdicts = [
        {"text": "Misses", "tone": "bad"},
        {"text": "Meets", "tone": "good"},
        {"text": "Inconclusive", "tone": "caution"},
        {"text": "No benchmark", "tone": "unknown"},
    ]
    rows = []
    for i in range(40):
        value = dice.random()
        rows.append(
            [
                names[i % 6],
                KPIS[i % 6][0],
                f"{value:.1%}",
                f"{value - 0.02:.1%} to {value + 0.02:.1%}",
                "5.0%",
                f"{value - 0.05:+.1%}",
                verdicts[dice.randrange(4)],
                f"{dice.randrange(300, 90000):,}",
                f"USD {dice.randrange(10, 900)}k to {dice.randrange(901, 2400):,}k",
            ]
        )
    return {
        "version": 1, "name": "gaps", "caption": "Every measure against the benchmark whose definition it shares, worst first",
        "columns": columns, "rows": rows, "total_rows": 240,
        "notes": ["Intervals: Wilson, 95%. Gap in percentage points; positive is worse.", "Source: events/claims.parquet, SHA-256 9f2c41aa."],
        "csv": "workflow,kpi\r\nClaims,rework\r\n",
    }  # fmt: skip


def scorecard() -> dict[str, Any]:
    verdict = {"bad": "Misses", "good": "Meets", "caution": "Inconclusive"}
    return {
        "version": 1, "name": "scorecard", "caption": "Scorecard", "total_rows": 6, "notes": [], "csv": "kpi,gap\r\nfirst_pass,0.069\r\n",
        "columns": [{"key": "k", "label": "Measure", "align": "left", "rowheader": True}, {"key": "v", "label": "Value", "align": "right"},
                    {"key": "t", "label": "Target", "align": "right"}, {"key": "d", "label": "Verdict", "align": "left"}],
        "rows": [[k, f"{v:.1%}", f"{t:.1%}", {"text": verdict[tone], "tone": tone}] for k, v, _, _, t, tone in KPIS],
    }  # fmt: skip


def report(client: str = COVER["client"]) -> NotebookNode:
    frame = pd.DataFrame(
        {"claims": [1200, 340], "share": [0.12, 0.3]}, index=pd.Index(["paper", "portal"], name="channel")
    )
    return notebook(
        markdown("title", f"# {COVER['title']}"),
        shows("cover", "cover", {**COVER, "client": client}),
        markdown("answer", "## The answer first"),
        shows("findings", "findings", {"items": [
            {"tone": "bad", "label": "Misses", "text": f"First-pass acceptance at {client} trails the target by 6.9 points; closing it is worth USD 0.8m to 1.4m a year.", "detail": "118 of every 1,000 claims come back; 12,402 claims seen."},
            {"tone": "caution", "label": "Inconclusive", "text": "Rework is 5.2% against 5.0%: 3,100 more items would settle it.", "detail": ""},
            {"tone": "good", "label": "Meets", "text": "Payments are posted on time: 3.1% late against a limit of 4.0%."}]}),
        shows("facts", "facts", {"items": [
            {"label": "Claims measured", "value": "24,180", "note": "1 January to 30 June 2026", "tone": "neutral"},
            {"label": "Measures that miss", "value": "3 of 6", "note": "whole interval beyond the target", "tone": "bad"},
            {"label": "Worth of closing the gaps", "value": "$0.8m–1.4m", "note": "a year, counted once a family", "tone": "neutral"},
            {"label": "Median cycle time", "value": "41 hours", "note": "95% interval 40 to 43", "tone": "good"}]}),
        shows("quality", "callout", {"tone": "caution", "title": "Read this before the figures", "text": [
            "Two of seven expected tables are absent: staffing and readiness. Productivity is therefore not shown.",
            "11 of 24,180 claims have no closing event and are counted as open."]}),
        markdown("score-text", "## Scorecard\n\nThe *verdict* is given only where the **whole interval** lies on one side of the target. See [the gaps](#gap-chart) or [the method](https://example.org/method); [a dead link](#nowhere) and [a bad one](javascript:alert(1)) are text. `code` is set apart."),
        shows("scorecard", "table", scorecard()),
        markdown("gaps", "## Where the gaps are\n\nEach line runs from the measured value to the target. Where the pale bar crosses the tick, the data cannot tell.\n\n### By measure"),
        chart("gap-chart", dumbbell()),
        markdown("by-workflow", "### By workflow\n\n- Claims carry two thirds of the distance.\n- Prior authorisation is small but *slow*:\n  1. half waits for a fax,\n  2. half for a signature.\n\n> What is counted is what is paid for."),
        chart("multiples", small_multiples()),
        chart("tiers", tiers()),
        chart("trend", trend()),
        chart("tiers-again", tiers()),
        markdown("appendix", "## Appendix\n\n### All gaps"),
        shows("gap-table", "table", wide_table()),
        markdown("pipe", "### How to read it\n\n| Word | Meaning |\n|---|--:|\n| Meets | the interval is *inside* |\n| Misses | outside |\n\n```\nraw <b>text</b> #read(1)\n```\n\n---\n\n<script>alert(1)</script>"),
        output("frame", {"text/html": frame.to_html(), "text/plain": str(frame)}),
        shows("note", "callout", {"tone": "note", "title": "What to measure next", "text": ["Staffing by week."]}),
    )  # fmt: skip


@pytest.fixture(scope="module")
def tree() -> document.Document:
    return document.build(report())


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    return exported.editions(report())


@pytest.fixture(scope="module")
def hostile() -> dict[str, bytes]:
    """A report whose every text is an attack."""
    table = {
        **scorecard(),
        "caption": HOSTILE,
        "notes": [HOSTILE],
        "rows": [[HOSTILE, "1", "2", {"text": HOSTILE, "tone": "bad"}]],
    }
    table["columns"][0]["label"] = HOSTILE
    drawn = alt.Chart(pd.DataFrame({"x": [HOSTILE]})).mark_bar().encode(y="x", x="count()")
    return exported.editions(
        notebook(
            shows("cover", "cover", dict.fromkeys(COVER, HOSTILE) | {"language": "en"}),
            markdown(
                "prose",
                f"## {HOSTILE}\n\n{HOSTILE}\n\n[x](javascript:alert(1)) ![y](javascript:alert(2))\n\n- {HOSTILE}",
            ),
            shows(
                "findings",
                "findings",
                {"items": [{"tone": "bad", "label": HOSTILE, "text": HOSTILE, "detail": HOSTILE}]},
            ),
            shows("facts", "facts", {"items": [{"label": HOSTILE, "value": HOSTILE, "note": HOSTILE}]}),
            shows("callout", "callout", {"tone": "bad", "title": HOSTILE, "text": [HOSTILE]}),
            shows("table", "table", table),
            chart("chart", drawn.properties(title=HOSTILE, description=HOSTILE)),
            output(
                "frame",
                {"text/html": "<table><tr><td onclick='alert(1)'><script>alert(1)</script>cell</td></tr></table>"},
            ),
        )
    )


def pdf_text(content: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_one_notebook_makes_both_editions_and_both_pass_their_check(made, tree):
    assert made["html"].startswith(b"<!DOCTYPE html>")
    assert made["pdf"].startswith(b"%PDF-1.")
    assert made["html"] == exported.html(report())
    assert made["pdf"] == exported.pdf(report())


def test_the_page_stays_under_half_a_megabyte(made):
    assert len(made["html"]) < 500_000
    assert len(made["pdf"]) < 500_000


def test_the_policy_comes_first_and_its_hash_is_that_of_the_style(made):
    text = made["html"].decode()
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert re.search(r"<head>\s*<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ", text)
    assert f"style-src 'sha256-{digest}'" in text
    assert text.count("<style>") == 1
    assert " style=" not in text
    assert text.count("<script") == 1


def test_every_id_of_the_page_is_its_own_and_every_link_finds_one(made):
    ids = re.findall(r'\sid="([^"]+)"', made["html"].decode())
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', made["html"].decode())) <= set(ids)
    assert {"gap-chart", "gap-table", "findings"} <= set(ids)


def test_every_exhibit_is_numbered_and_told_to_those_who_cannot_see_it(made):
    text = made["html"].decode()
    assert text.count('<svg xmlns="http://www.w3.org/2000/svg"') == 10  # each for a desk and for a phone
    assert text.count('role="img" aria-label="') == 10
    assert [f">Figure {number}<" in text for number in range(1, 6)] == [True] * 5
    assert text.count("<caption>") == 4  # the last: headlines that name no finding are open points of a draft
    assert text.count("<h1") == 1
    assert '<th scope="row"' in text
    assert '<html lang="en">' in text


def test_a_table_cut_short_says_where_the_rest_is(made):
    assert "40 of 240 rows; all of them in gaps.csv." in made["html"].decode()
    assert "40 of 240 rows; all of them in gaps.csv." in pdf_text(made["pdf"])


def test_the_pdf_holds_every_heading_finding_and_cell(made, tree):
    text = pdf_text(made["pdf"]).replace(" ", "")
    said = [document.spoken(block["runs"]) for block in tree.of("heading")]
    said += [cell["text"] for table in tree.of("table") for row in table["rows"] for cell in row]
    said += [entry["text"] for block in tree.of("findings") for entry in block["entries"]]
    said += [entry["value"] for block in tree.of("facts") for entry in block["entries"]]
    assert [text_ for text_ in said if text_.replace(" ", "") not in text] == []


def test_the_pdf_is_tagged_titled_and_bookmarked(made):
    with pikepdf.open(io.BytesIO(made["pdf"])) as pdf:
        assert str(pdf.Root.Lang) == "en"
        assert bool(pdf.Root.MarkInfo.Marked)
        assert "/StructTreeRoot" in pdf.Root
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        assert str(pdf.docinfo["/Title"]) == COVER["title"]
        assert str(pdf.docinfo["/CreationDate"]).startswith("D:20260715")
        figures = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/Figure"]
        assert len(figures) == 5
        assert all(str(figure.Alt) for figure in figures)
        heads = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/TH"]
        assert heads
    outline = pypdf.PdfReader(io.BytesIO(made["pdf"])).outline
    assert [item.title for item in outline if not isinstance(item, list)] == [
        "The answer first", "Scorecard", "Where the gaps are", "Appendix", "Open points"]  # fmt: skip


def test_every_page_but_the_cover_is_marked_with_client_status_and_its_number(made):
    pages = pypdf.PdfReader(io.BytesIO(made["pdf"])).pages
    for number, page in enumerate(pages[1:], 2):
        text = page.extract_text()
        assert "Harbour General" in text
        assert "Confidential" in text
        assert "DRAFT" in text
        assert f"Page {number} of {len(pages)}" in text


def test_hostile_text_is_literal_text_in_the_page(hostile):
    text = hostile["html"].decode()
    assert text.count("<script") == 1  # the house's own
    assert "<img" not in text
    assert "onclick" not in text
    assert "javascript:" not in text
    assert "{{7*7}}" in text
    assert ">49<" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_hostile_text_is_literal_text_in_the_pdf(hostile):
    text = pdf_text(hostile["pdf"])
    assert '#read("/etc/passwd")' in text
    assert "root:x:0" not in text
    assert "{{7*7}}" in text
    assert "<script>alert(1)</script>" in text
    assert "=cmd()" in text
    with pikepdf.open(io.BytesIO(hostile["pdf"])) as pdf:
        actions = {str(item.get("/S")) for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/S" in item}
    assert not actions & {"/JavaScript", "/Launch", "/GoToR", "/SubmitForm"}


def test_letters_the_typeface_lacks_become_a_box_in_print_and_stay_in_the_page():
    made = exported.editions(notebook(markdown("a", "# Report\n\n## Client 株式会社 😀")))
    assert "株式会社 😀" in made["html"].decode()
    assert "Client □□□□ □" in pdf_text(made["pdf"])


def test_no_line_ends_between_a_minus_and_its_currency():
    losses = " ".join(f"{'x' * (number % 9 + 1)} −$4,20{number % 10}" for number in range(120))

    both = exported.editions(notebook(markdown("losses", losses)))

    assert pdf_text(both["pdf"]).count("−$4,20") == 120
    page = both["html"].decode()
    assert page.count("−\u2060$4,20") == 120
    assert "−$" not in page


def test_the_smallest_and_the_fullest_report_can_be_set():
    empty_table = {"name": "t", "caption": "", "columns": [{"key": "a", "label": "A"}], "rows": [], "total_rows": 0}
    long = {"name": "u", "caption": "Long", "columns": [{"key": str(i), "label": "A long heading of a column"} for i in range(16)],
            "rows": [["unbreakablewordofconsiderablelength"] * 16] * 80}  # fmt: skip
    for cells in ([], [markdown("a", "only prose")], [shows("t", "table", empty_table)], [shows("u", "table", long)],
                  [markdown("a", "> ## in a quote\n\n1. # in a list\n\n#### deep"), shows("f", "facts", {"items": [{"label": "a", "value": "1"}] * 6})]):  # fmt: skip
        assert set(exported.editions(notebook(*cells))) == {"html", "pdf"}


def test_a_chart_that_cannot_be_drawn_names_its_cell():
    spec = {"mark": "nonsense", "data": {"values": []}, "description": "none"}
    with pytest.raises(RenderError, match=r"^cell bad-chart: the chart could not be drawn: "):
        exported.html(notebook(shows("bad-chart", theme.VEGALITE, spec)))


@pytest.mark.parametrize("link", ["javascript:alert(1)", "https://example.org/tracker"])
def test_a_link_in_a_chart_stops_it_by_name(link):
    data = pd.DataFrame({"x": ["a"], "link": [link]})
    drawn = alt.Chart(data).mark_bar().encode(y="x", href="link").properties(description="a trap")
    with pytest.raises(RenderError, match=r"^cell trap: the chart could not be drawn: "):
        exported.html(notebook(chart("trap", drawn)))


def test_a_chart_that_fails_never_leaves_its_drawing_to_the_next_report():
    for number in range(3):
        for link in ("javascript:alert(1)", f"https://example.org/{number}"):
            data = pd.DataFrame({"x": [f"LEAKED {number}"], "link": [link]})
            trap = alt.Chart(data).mark_bar().encode(y="x", href="link").properties(description="a trap")
            with pytest.raises(RenderError):
                exported.html(notebook(chart("trap", trap)))
        fair = (
            alt.Chart(pd.DataFrame({"x": [f"fair {number}"]})).mark_bar().encode(y="x").properties(description="fair")
        )
        page = exported.html(notebook(chart("fair", fair))).decode()
        assert "LEAKED" not in page
        assert page.count(f">fair {number}</text>") == 2  # for a desk and for a phone


def test_a_language_without_words_is_refused():
    with pytest.raises(RenderError, match=r"^cell c: its .* is not as agreed: ValueError there are: de, en$"):
        exported.html(notebook(shows("c", "house", {"language": "xx"})))


@pytest.mark.parametrize(
    ("edition", "spoil", "fault"),
    [
        ("html", lambda content: content[:-20], "it is cut off"),
        ("html", lambda content: content.replace(b"<figure ", b"<div ", 1), "a chart is missing"),
        ("html", lambda content: content.replace(b"</main>", b"<script></script></main>"), "it carries a script"),
        (
            "html",
            lambda content: content.replace(b"</main>", b"Traceback (most recent call last)</main>"),
            "it shows a traceback",
        ),
        ("pdf", lambda content: content[:-20], "it is cut off"),
        ("pdf", lambda content: exported.pdf(notebook()), "a chart is missing"),
        ("pdf", lambda content: b"%PDF-1.7\nnothing\n%%EOF", "it has no pages"),
    ],
)
def test_a_spoilt_edition_fails_its_check(made, tree, edition, spoil, fault):
    with pytest.raises(RenderError, match=f"the {edition.upper()} failed its check: .*{fault}"):
        render.check(edition, spoil(made[edition]), tree)


@pytest.mark.slow
def test_the_same_notebook_gives_the_same_bytes_in_any_zone_locale_hash_seed_and_without_fonts(made, tmp_path):
    no_fonts = tmp_path / "fonts.conf"
    no_fonts.write_text("<fontconfig></fontconfig>", encoding="utf-8")
    nbformat.write(report(), tmp_path / "report.ipynb")
    code = (
        "import sys, hashlib, nbformat; from engineroom.rendering import render; made, tree = render.editions(nbformat.read(sys.argv[1], 4));"
        "print(*(hashlib.sha256(made[name]).hexdigest() for name in ('html', 'pdf')))"
    )
    here = " ".join(hashlib.sha256(made[name]).hexdigest() for name in ("html", "pdf"))
    for zone, seed in (("America/New_York", "1"), ("Asia/Tokyo", "2"), ("UTC", "3")):
        env = os.environ | {"TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": "C", "FONTCONFIG_FILE": str(no_fonts)}
        run = [sys.executable, "-c", code, str(tmp_path / "report.ipynb")]
        assert subprocess.run(run, env=env, capture_output=True, text=True, check=True).stdout.strip() == here


@pytest.mark.slow
@pytest.mark.parametrize("edition", ["html", "pdf"])
def test_nbconvert_writes_the_same_bytes(made, tmp_path, edition):
    nbformat.write(report(), tmp_path / "report.ipynb")
    run = [
        sys.executable,
        "-m",
        "jupyter",
        "nbconvert",
        "--to",
        f"engineroom-{edition}",
        str(tmp_path / "report.ipynb"),
    ]
    subprocess.run(run, capture_output=True, check=True)
    assert (tmp_path / f"report.{edition}").read_bytes() == made[edition]


@pytest.mark.slow
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("kind", ["made", "hostile"])
def test_a_browser_draws_every_chart_silently_from_the_one_file(browser, request, tmp_path, kind, width):
    content = request.getfixturevalue(kind)["html"]
    (tmp_path / "report.html").write_bytes(content)
    page = browser.new_page(viewport={"width": width, "height": 900})
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "report.html").as_uri())
    boxes = page.evaluate(
        "[...document.querySelectorAll('svg')].map(svg => svg.getBoundingClientRect().toJSON()).filter(box => box.width)"
    )
    assert said == []
    assert [url for url in asked if not url.startswith("data:")] == [(tmp_path / "report.html").as_uri()]
    assert len(boxes) == content.count(b"<figure ")
    assert all(box["width"] > 100 and box["height"] > 20 for box in boxes)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.fonts.check('16px Inter')")
    page.close()
