"""The tree between a notebook and its editions."""

from __future__ import annotations

from typing import Any

import nbformat
import pandas as pd
import pytest
from nbformat import NotebookNode

from engineroom.errors import RenderError
from engineroom.pages import blocks
from engineroom.rendering import document
from engineroom.rendering.prose import clean

VEGALITE = "application/vnd.vegalite.v6+json"


def prose(source: str, name: str = "words") -> NotebookNode:
    return nbformat.v4.new_markdown_cell(source, id=name)


def shown(data: dict[str, Any], name: str = "cell") -> NotebookNode:
    data = {f"application/vnd.engineroom.{key}+json" if "/" not in key else key: value for key, value in data.items()}
    outputs = [nbformat.v4.new_output("display_data", data=data)]
    return nbformat.v4.new_code_cell("er.secret()", id=name, outputs=outputs)


def build(*cells: NotebookNode) -> document.Document:
    return document.build(nbformat.v4.new_notebook(cells=list(cells)))


def table(**said: Any) -> dict[str, Any]:
    columns = [
        {"key": "a", "label": "A", "align": "left", "rowheader": True},
        {"key": "b", "label": "B", "align": "right"},
    ]
    return {"name": "t", "caption": "C", "columns": columns, "rows": [["x", "1"]], "total_rows": 1, "notes": []} | said


def test_the_first_title_goes_to_the_cover_and_sections_are_level_one():
    made = build(prose("# Report\n\n## One\n\n### Two\n\n##### Deep"))
    assert made.cover == {"title": "Report", "language": "en"}
    assert [(block["level"], block["id"]) for block in made.of("heading")] == [(1, "one"), (2, "two"), (3, "deep")]


def test_no_heading_skips_a_level():
    assert [block["level"] for block in build(prose("#### a\n\n#### b\n\n## c\n\n#### d")).of("heading")] == [
        1,
        2,
        1,
        2,
    ]


def test_the_cover_says_what_the_engagement_says():
    made = build(prose("# Notebook"), shown({"cover": {"title": "Gap", "client": "A\nB\u202e", "status": "draft"}}))
    assert made.cover == {"title": "Gap", "client": "A B", "status": "draft", "language": "en"}
    assert made.blocks == []


def test_a_second_cover_is_refused():
    with pytest.raises(RenderError, match=r"^cell two: a report has one cover, and this is the second$"):
        build(shown({"cover": {"title": "a"}}, "one"), shown({"cover": {"title": "b"}}, "two"))


def test_prose_becomes_runs_of_plain_text():
    (block,) = build(prose("a *b* **c** `d<e` &amp; <b>f</b> ~~g~~")).blocks
    assert block["runs"] == [
        {"text": "a "},
        {"text": "b", "emphasis": True},
        {"text": " "},
        {"text": "c", "strong": True},
        {"text": " "},
        {"text": "d<e", "code": True},
        {"text": " & "},
        {"text": "<b>"},
        {"text": "f"},
        {"text": "</b>"},
        {"text": " "},
        {"text": "g", "strikethrough": True},
    ]


@pytest.mark.parametrize(
    ("source", "href"),
    [
        ("[x](https://a.org/?b=1&c=2)", "https://a.org/?b=1&c=2"),
        ("[x](mailto:a@b.org)", "mailto:a@b.org"),
        ("[x](#words)", "#words"),
        ("[x](#nowhere)", None),
        ("[x](javascript:alert(1))", None),
        ("[x](JaVaScRiPt:alert(1))", None),
        ("[x](data:text/html,x)", None),
        ("[x](file:///etc/passwd)", None),
        ("[x](//evil.org)", None),
        ("[x](../x)", None),
    ],
)
def test_links_lead_to_the_web_to_mail_or_to_a_place_in_the_report(source, href):
    (run,) = build(prose(source)).blocks[0]["runs"]
    assert run.get("href") == href


def test_lists_quotes_code_and_tables_keep_their_shape():
    made = build(prose("3. a\n   - b\n\n> # q\n\n```\nx\n  y\n```\n\n| a | b |\n|---|--:|\n| *1* | 2 |\n\n---\n"))
    kinds = [block["type"] for block in made.blocks]
    assert kinds == ["list", "quote", "code", "grid", "rule"]
    ordered, quote, code, grid, _ = made.blocks
    assert (ordered["ordered"], ordered["start"]) == (True, 3)
    assert [block["type"] for block in ordered["items"][0]] == ["paragraph", "list"]
    assert quote["blocks"] == [{"type": "paragraph", "runs": [{"text": "q", "strong": True}]}]
    assert code["text"] == "x\n  y"
    assert grid["columns"] == [{"label": "a", "align": "left"}, {"label": "b", "align": "right"}]
    assert grid["rows"] == [[[{"text": "1", "emphasis": True}], [{"text": "2"}]]]


def test_markup_in_prose_is_text_and_comments_are_nothing():
    made = build(prose("<script>alert(1)</script>\n\n<!-- hidden -->\n"))
    assert [block["runs"] for block in made.blocks] == [[{"text": "<script>alert(1)</script>"}]]


def test_text_loses_what_a_reader_cannot_see():
    assert clean("a\x00b\x07\u202ec\u2066d\u200be\ufefff\ud800") == "abcdef"
    assert clean("a\r\n b\tc\u2028d") == "a  b c d"
    assert clean("é ė – ▲ 株 €") == "é ė – ▲ 株 €"


def test_code_streams_and_plain_results_leave_no_trace():
    cell = nbformat.v4.new_code_cell("secret = 1", id="c")
    cell.outputs = [
        nbformat.v4.new_output("stream", name="stdout", text="secret"),
        nbformat.v4.new_output("execute_result", data={"text/plain": "secret"}),
    ]
    assert build(cell).blocks == []


def test_a_failed_cell_stops_the_report_by_name():
    cell = nbformat.v4.new_code_cell("1/0", id="sums")
    cell.outputs = [nbformat.v4.new_output("error", ename="ZeroDivisionError", evalue="division by zero", traceback=[])]
    with pytest.raises(RenderError, match=r"^cell sums: failed with ZeroDivisionError: division by zero$"):
        build(cell)


def test_a_table_keeps_text_tone_and_its_csv():
    made = build(shown({"table": table(rows=[["x", {"text": "Misses", "tone": "bad"}]], csv="a,b\r\n")}, "gaps"))
    (block,) = made.blocks
    assert block["rows"] == [[{"text": "x", "tone": ""}, {"text": "Misses", "tone": "bad"}]]
    assert (block["id"], block["number"], block["total"]) == ("gaps", 1, 1)
    assert document.tables(made) == {"t": "a,b\r\n"}


def test_a_table_prints_sixty_rows_at_most_and_remembers_how_many_there_are():
    (block,) = build(shown({"table": table(rows=[["x", "1"]] * 100, total_rows=240)})).blocks
    assert (len(block["rows"]), block["total"]) == (blocks.PRINTED_ROWS, 240)


def test_the_name_of_a_table_is_never_a_path():
    assert build(shown({"table": table(name="../../etc/x")})).blocks[0]["name"] == "etc-x"


def test_two_tables_of_one_name_are_refused():
    with pytest.raises(RenderError, match=r"^cell b: the report has another table called 't'$"):
        build(shown({"table": table()}, "a"), shown({"table": table()}, "b"))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"rows": [["x"]]}, "ValueError a row has not the 2 cells of the columns"),
        (
            {"rows": [["x", {"text": "y", "tone": "pink"}]]},
            "ValueError 'pink' is not a tone: bad, good, caution, neutral or unknown",
        ),
        ({"columns": None}, "TypeError 'NoneType' object is not iterable"),
    ],
)
def test_an_output_not_as_agreed_names_its_cell(wrong, said):
    with pytest.raises(RenderError) as fault:
        build(shown({"table": table(**wrong)}, "gaps"))
    assert str(fault.value) == f"cell gaps: its application/vnd.engineroom.table+json is not as agreed: {said}"


def test_the_title_of_a_chart_is_type_and_not_drawing():
    spec = {
        "title": "Denials trail the target",
        "description": "Bars.",
        "mark": "bar",
        "usermeta": {"engineroom": {"caption": "Wilson", "name": "n"}},
    }
    (block,) = build(shown({VEGALITE: spec}, "gap-chart")).blocks
    assert block == {
        "type": "figure",
        "title": "Denials trail the target",
        "caption": "Wilson",
        "alt": "Bars.",
        "name": "n",
        "spec": '{"mark": "bar"}',
        "figures": {},
        "is_described": True,
        "id": "gap-chart",
        "number": 1,
    }


def test_a_chart_without_description_is_known_as_one():
    (block,) = build(shown({VEGALITE: {"mark": "bar", "title": "Bars"}}, "gap-chart")).blocks
    assert (block["alt"], block["is_described"]) == ("Bars", False)


def test_altairs_own_page_is_refused():
    with pytest.raises(RenderError, match=r"^cell c: the chart was drawn by altair's own renderer"):
        build(shown({"text/html": "<div id='vis'></div><script>vegaEmbed('#vis')</script>"}, "c"))


def test_a_table_of_pandas_becomes_a_table():
    frame = pd.DataFrame({"n": [1, 2], "name": ["a", "b<c"]}, index=pd.Index(["x", "y"], name="key"))
    (block,) = build(shown({"text/html": frame.to_html()})).blocks
    assert block["columns"] == [
        {"label": "key", "align": "left", "rowheader": True, "language": ""},
        {"label": "n", "align": "right", "rowheader": False, "language": ""},
        {"label": "name", "align": "left", "rowheader": False, "language": ""},
    ]
    assert [[cell["text"] for cell in row] for row in block["rows"]] == [["x", "1", "a"], ["y", "2", "b<c"]]


def test_findings_facts_and_callouts_are_plain_text_with_a_tone():
    made = build(
        shown({"findings": {"items": [{"tone": "bad", "label": "Misses", "text": "by 3"}]}}, "f"),
        shown({"facts": {"items": [{"label": "n", "value": "3"}]}}, "g"),
        shown({"callout": {"tone": "note", "title": "T", "text": ["a", "b"]}}, "h"),
        shown({"findings": {"items": []}}, "i"),
    )
    findings, facts, callout = made.blocks
    assert findings["entries"] == [{"tone": "bad", "finding": "", "text": "by 3", "label": "Misses", "detail": ""}]
    assert facts["entries"] == [{"tone": "neutral", "finding": "", "label": "n", "value": "3", "note": ""}]
    assert (callout["tone"], len(callout["blocks"])) == ("neutral", 2)


def test_ids_are_unique_even_where_cells_and_headings_agree():
    two = shown({"table": table()}, "one")
    two.outputs.append(nbformat.v4.new_output("display_data", data={"text/html": "<table><tr><td>1</td></tr></table>"}))
    made = build(prose("## One", "page-main"), prose("para\n\n## One", "x"), two)
    assert [block["id"] for block in made.blocks] == ["page-main-2", "x", "one", "one-2", "one-3"]


@pytest.mark.parametrize(
    ("csv", "is_carried"),
    [("a\n1\n", True), ("a\n" + "x" * document.LARGEST_SAVED + "\n", False), ("a\n\u202e1\n", False)],
    ids=["small", "large", "unseen"],
)
def test_a_page_carries_a_table_to_save_where_it_is_small_and_all_of_it_can_be_seen(csv: str, is_carried: bool) -> None:
    columns = [{"key": "a", "label": "A"}]
    exhibit = blocks.Exhibit("table", {"name": "t", "caption": "T", "columns": columns, "rows": [["1"]], "csv": csv})

    (block,) = build(shown(exhibit._repr_mimebundle_())).blocks

    assert bool(block["saved"]) == is_carried
    assert block["csv"] == csv  # the file beside the report has it all
