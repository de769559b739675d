"""Each fault that keeps a report from being final is found, named with its cell, and stops nothing that is a draft."""

from __future__ import annotations

import json
from typing import Any

import exported
import nbformat
import pandas as pd
import pytest
from nbformat import NotebookNode

from engineroom.errors import RenderError
from engineroom.pages import blocks
from engineroom.rendering import document, lint

BASE = "application/vnd.engineroom."
VEGALITE = "application/vnd.vegalite.v6+json"


def cell(name: str, kind: str, data: dict[str, Any]) -> NotebookNode:
    mime = kind if "/" in kind else f"{BASE}{kind}+json"
    return nbformat.v4.new_code_cell("", id=name, outputs=[nbformat.v4.new_output("display_data", data={mime: data})])


def table(rows: list[list[str]], labels: tuple[str, ...] = ("Item", "Cost"), csv: str = "") -> NotebookNode:
    columns = [
        {"key": label, "label": label, "align": "left", "rowheader": not place} for place, label in enumerate(labels)
    ]
    return cell("costs", "table", {"name": "costs", "caption": "Costs", "columns": columns, "rows": rows, "csv": csv})


def row(finding: str, figures: dict[str, dict[str, Any]], **mentions: str) -> dict[str, str]:
    return {"finding": finding, "workflow": "", "figures": json.dumps(figures), "mentions": json.dumps(mentions)}


ROWS = [
    row(
        "worth",
        {
            "low": {"value": 38_123.4, "unit": "money"},
            "high": {"value": 84_000.0, "unit": "money"},
            "loss": {"value": -58_049.0, "unit": "money"},
            "n": {"value": 3, "unit": "count"},
            "all": {"value": 7, "unit": "count"},
            "yield": {"value": 0.8814, "unit": "share"},
            "median": {"value": 3610.8, "unit": "hours"},
            "end": {"value": "2027-06-06", "unit": "date"},
        },
        workflow="Wave 5",
    ),
    row("rival", {"low": {"value": 39_000.0, "unit": "money"}, "n": {"value": 4, "unit": "count"}}),
]


def told(*items: tuple[str, str]) -> NotebookNode:
    """Return headlines, each with the id of its finding, and the findings of the report."""
    entries = [{"tone": "bad", "label": "Worth", "text": text, "id": finding} for text, finding in items]
    return cell("findings", "findings", {"items": entries, "csv": pd.DataFrame(ROWS).to_csv(index=False)})


def prose(text: str) -> NotebookNode:
    return nbformat.v4.new_markdown_cell(text, id="words")


def chart(values: list[dict[str, Any]], **said: Any) -> NotebookNode:
    spec = {"data": {"values": values}, "mark": "bar", "encoding": {"x": {"field": "a", "type": "quantitative"}}}
    return cell("chart", VEGALITE, spec | {"title": "Bars", "description": "Bars."} | said)


def report(status: str, *cells: NotebookNode) -> NotebookNode:
    cover = cell("cover", "cover", {"title": "T", "status": status, "as_of": "2026-07-15"})
    return nbformat.v4.new_notebook(cells=[cover, *cells])


def points(*cells: NotebookNode) -> list[str]:
    return [str(point) for point in lint.find(document.build(report("final", *cells)))]


PLANTED = [
    (prose("The client has TBD workflows."), 'words: Placeholder: "The client has TBD workflows."'),
    (prose("> Lorem ipsum dolor"), 'words: Placeholder: "Lorem ipsum dolor"'),
    (prose("Costs are XXX a year"), 'words: Placeholder: "Costs are XXX a year"'),
    (prose("[insert name of sponsor]"), 'words: Placeholder: "[insert name of sponsor]"'),
    (table([["a", "#DIV/0!"]]), 'costs: Error text: "#DIV/0!"'),
    (table([["a", "nan"]]), 'costs: Error text: "nan"'),
    (table([["a", "None"]]), 'costs: Error text: "None"'),
    (prose("ValueError: bad"), 'words: Error text: "ValueError: bad"'),
    (chart([]), "chart: Empty chart: Bars"),
    (chart([{"a": None}]), "chart: Empty chart: Bars"),
    (chart([{"a": 1}], description=""), "chart: Chart without description: Bars"),
    (
        table([["a", "$10.00"], ["b", "$20.00"], ["Total", "$31.00"]]),
        'costs: Total that does not tie: "Cost" sums to 30, its total says $31.00',
    ),
    (
        table([["a", "1.234,5 €"], ["b", "100,0 €"], ["Summe", "1.300,0 €"]]),
        'costs: Total that does not tie: "Cost" sums to 1,334.5, its total says 1.300,0 €',
    ),
    (
        table([["a", "60%"], ["b", "30%"], ["c", "20%"]], ("Item", "Share of total")),
        'costs: Shares that do not sum: "Share of total" sums to 110%',
    ),
    (
        table([["a", "1"]], csv="benchmark,label,grade\nb1,Peer survey,\n"),
        "costs: Benchmark without a grade: Peer survey",
    ),
    (
        table([["a", "1"]], csv="benchmark,benchmark_label,is_stale\nb1,Peer survey,True\n"),
        'costs: Benchmark out of date: Peer survey: in [benchmarks] accept = [{ id = "b1", reason = "..." }], '
        "or exclude = [...], or a newer row",
    ),
    (
        table([["a", "1"]], csv="workflow,saving\na,120.5\n"),
        'costs: Saving without a range: column "saving" has no saving_low and saving_high',
    ),
]
CLEAN = [
    prose("None of the measured KPIs is undefined in law; the tbda team is in the nation."),
    table([["a", "$10K"], ["b", "$21K"], ["Total", "$30K"]]),
    table([["a", "33.3%"], ["b", "33.3%"], ["c", "33.3%"], ["Total", "100.0%"]], ("Item", "Share of total")),
    table([["a", "–"], ["b", "2"], ["Total", "9"]]),
    table([["a", "1"]], csv="saving,saving_low,saving_high\n2,1,3\n"),
    table([["a", "1"]], csv="benchmark,grade,is_stale\nb1,A,False\n,,\n"),
    table([["a", "1"]], csv="benchmark,is_stale,accepted\nb1,True,no newer one is known\n"),
    chart([{"a": 1}]),
]


@pytest.mark.parametrize(("planted", "said"), PLANTED, ids=[said for _, said in PLANTED])
def test_a_planted_fault_is_found_and_told(planted: NotebookNode, said: str) -> None:
    assert points(planted) == [said]


@pytest.mark.parametrize("clean", CLEAN)
def test_what_is_in_order_is_left_alone(clean: NotebookNode) -> None:
    assert points(clean) == []


@pytest.mark.parametrize(
    "said",
    [
        "Meeting the missed benchmarks is worth $38K to $84K a year.",
        "Die Lücken zu schließen ist 38.000 $ bis 84.000 $ im Jahr wert.",
        "First-pass yield is 88.1%, which is 88.1 points, 88% or 88,1 %.",
        "The median is 150.5 days or 150 days; of 7 comparisons, 3 miss.",
        "Wave 5 stands at −$58K on 6 June 2027, or 6 Jun\u00a02027.",
    ],
)
def test_a_headline_that_its_finding_supports_is_left_alone(said: str) -> None:
    assert points(told((said, "worth"))) == []


@pytest.mark.parametrize(
    ("said", "figures"),
    [
        ("Meeting the missed benchmarks is worth $39K to $84K a year.", ["$39K"]),
        ("Meeting the missed benchmarks is worth $43K to $89K a year.", ["$43K", "$89K"]),
        ("First-pass yield is 88.2%.", ["88.2%"]),
        ("It trails the benchmark by 8.1 points.", ["8.1 points"]),
        ("The median is 151.5 days.", ["151.5 days"]),
        ("Of 7 comparisons, 4 miss.", ["4"]),
        ("Of 70 comparisons, 3 miss.", ["70"]),
        ("It brings −$38K.", ["−$38K"]),
        ("Es kostet 39.000 $ im Jahr.", ["39.000 $"]),
        ("It costs $38,123.90.", ["$38,123.90"]),
        ("It is done by 9 June 2027.", ["9"]),
        ("It is done by 6 July 2027.", ["6", "2027"]),
        ("Wave 6 comes first.", ["6"]),
    ],
)
def test_a_headline_that_its_finding_does_not_support_is_told(said: str, figures: list[str]) -> None:
    assert points(told((said, "worth"))) == [f'findings: {lint.UNSUPPORTED}: {each} in "{said}"' for each in figures]


def test_a_figure_of_another_finding_is_told_and_so_is_one_that_only_a_table_holds() -> None:
    said, rival = "It is worth $38K to $84K a year, in 4 of 7.", "Of 4, 3 count."
    body = table([["a", "4"]], csv="rate\n4\n")

    assert points(told((said, "worth"), (rival, "rival")), body) == [
        f'findings: {lint.UNSUPPORTED}: 4 in "{said}"',
        f'findings: {lint.UNSUPPORTED}: 3 in "{rival}"',
    ]


def test_a_headline_without_a_finding_and_one_whose_finding_has_no_row_are_told() -> None:
    items = ("All is well.", "worth"), ("All is told.", ""), ("All is gone.", "gone")

    assert points(told(*items)) == [
        f'findings: {lint.UNTOLD}: "All is told."',
        f'findings: {lint.UNTOLD}: "All is gone."',
    ]


def test_a_key_figure_is_held_against_its_finding_with_what_is_said_below_it() -> None:
    fact = {"label": "Net", "value": "$38K", "note": "after 25 months", "id": "worth"}

    assert points(told(("3 of 7.", "worth")), cell("facts", "facts", {"items": [fact]})) == [
        f'facts: {lint.UNSUPPORTED}: 25 in "after 25 months"'
    ]


@pytest.mark.parametrize(
    ("caption", "counted", "lost"),
    [
        ("3 of 14 rules are broken", {"n": 3, "all": 14}, []),
        ("3 of 14 rules are broken", {"n": 4, "all": 14}, ["3"]),
        ("3 of 14 rules are broken", {}, ["3", "14"]),
        ("2 rows come to $60K", {}, []),
        ("2 rows come to $61K", {}, ["$61K"]),
        ("Wave 5 by 6 June 2027", {"end": pd.Timestamp("2027-06-06")}, []),
        ("Wave 5 by 7 June 2027", {"end": pd.Timestamp("2027-06-06")}, ["7"]),
    ],
)
def test_a_caption_is_held_against_the_figures_of_its_own_block(
    caption: str, counted: dict[str, Any], lost: list[str]
) -> None:
    raw = pd.DataFrame({"item": ["Wave 5", "b"], "cost_low": [20_000.0, 40_000.0], "cost_high": [30_000.0, 70_000.0]})
    shown = blocks.table("costs", caption, [blocks.left("item", "Item")], [["Wave 5"], ["b"]], raw, **counted)
    elsewhere = {**shown.content, "name": "other", "caption": "Other", "csv": "n,all,cost\n3,14,61000\n"}

    assert points(cell("costs", "table", shown.content), cell("other", "table", elsewhere)) == [
        f'costs: {lint.MISCAPTIONED}: {each} in "{caption}"' for each in lost
    ]


def test_a_saving_in_a_headline_needs_a_range() -> None:
    said = "The project saves $38K a year."

    assert points(told((said, "worth"))) == [f"findings: Saving without a range: {said}"]


def test_a_final_report_with_open_points_is_refused_with_all_of_them() -> None:
    with pytest.raises(RenderError) as fault:
        exported.editions(report("final", prose("TBD"), chart([])))

    assert str(fault.value) == (
        'the report is "final" and has 2 open points\n'
        '  words: Placeholder: "TBD"\n'
        "  chart: Empty chart: Bars\n"
        'Mend them, or write status = "draft"'
    )


def test_a_draft_carries_its_open_points_on_its_last_page() -> None:
    made = exported.editions(report("draft", prose("TBD"), chart([{"a": 1}])), ["html"])["html"].decode()

    assert '<h2 id="open-points">Open points</h2>' in made
    assert "Placeholder" in made


def test_a_final_report_without_open_points_is_made_and_has_no_such_page() -> None:
    assert b"open-points" not in exported.html(report("final", prose("All is known.")))
