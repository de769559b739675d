"""Each fault that keeps a report from being final is found, named with its cell, and stops nothing that is a draft."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from engineroom.errors import RenderError
from engineroom.rendering import document, lint, render

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


def finding(text: str) -> NotebookNode:
    return cell("findings", "findings", {"items": [{"tone": "bad", "label": "Worth", "text": text}]})


BODY = table(
    [["a", "1"]],
    csv="worth,worth_low,worth_high,is_counted,rate,hours\n"
    "50000,30000,70000,True,0.8814,3610.8\n10000,8000,14000,True,,\n5000,5000,5000,False,,\n",
)


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
        "costs: Stale benchmark: Peer survey",
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
        "Closing the missed gaps is worth $38K to $84K a year.",
        "Die Lücken zu schließen ist 38.000 $ bis 84.000 $ im Jahr wert.",
        "First-pass yield is 88.1%, which is 88.1 points, 88% or 88,1 %.",
        "The median is 150.5 d or 150 d; of 7 comparisons, 3 miss.",
    ],
)
def test_a_headline_that_a_table_supports_is_left_alone(said: str) -> None:
    assert points(finding(said), BODY) == []


@pytest.mark.parametrize(
    ("said", "figures"),
    [
        ("Closing the missed gaps is worth $39K to $84K a year.", ["$39K"]),
        ("Closing the missed gaps is worth $43K to $89K a year.", ["$43K", "$89K"]),
        ("First-pass yield is 88.2%.", ["88.2%"]),
        ("It trails the benchmark by 8.1 points.", ["8.1 points"]),
        ("The median is 151.5 d.", ["151.5 d"]),
    ],
)
def test_a_headline_that_no_table_supports_is_told(said: str, figures: list[str]) -> None:
    assert points(finding(said), BODY) == [f'findings: {lint.UNSUPPORTED}: {each} in "{said}"' for each in figures]


def test_a_saving_in_a_headline_needs_a_range() -> None:
    said = "The project saves $50K a year."

    assert points(finding(said), BODY) == [f"findings: Saving without a range: {said}"]


def test_a_final_report_with_open_points_is_refused_with_all_of_them() -> None:
    with pytest.raises(RenderError) as fault:
        render.editions(report("final", prose("TBD"), chart([])))

    assert str(fault.value) == (
        'the report is "final" and has 2 open points\n'
        '  words: Placeholder: "TBD"\n'
        "  chart: Empty chart: Bars\n"
        'Mend them, or write status = "draft"'
    )


def test_a_draft_carries_its_open_points_on_its_last_page() -> None:
    made = render.editions(report("draft", prose("TBD"), chart([{"a": 1}])), ["html"])["html"].decode()

    assert '<h2 id="open-points">Open points</h2>' in made
    assert "Placeholder" in made


def test_a_final_report_without_open_points_is_made_and_has_no_such_page() -> None:
    assert b"open-points" not in render.html(report("final", prose("All is known.")))
