"""A realistic executed notebook, built without a kernel: what the reports hand to the renderer."""

from __future__ import annotations

import random
from typing import Any

import altair as alt
import nbformat
import pandas as pd
from nbformat import NotebookNode

from engineroom import theme

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
        "version": 1, "name": "scorecard", "caption": "Scorecard", "total_rows": 6, "notes": [], "csv": "kpi\r\n",
        "columns": [{"key": "k", "label": "Measure", "align": "left", "rowheader": True}, {"key": "v", "label": "Value", "align": "right"},
                    {"key": "t", "label": "Target", "align": "right"}, {"key": "d", "label": "Verdict", "align": "left"}],
        "rows": [[k, f"{v:.1%}", f"{t:.1%}", {"text": verdict[tone], "tone": tone}] for k, v, _, _, t, tone in KPIS],
    }  # fmt: skip


def report(client: str = COVER["client"]) -> NotebookNode:
    """Return the whole sample: five charts, three tables, every kind of block."""
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
