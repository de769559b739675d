"""Blocks: plain data for the report, a plain page for JupyterLab, raw figures for the file beside it."""

from __future__ import annotations

import io

import pandas as pd
import pytest

from engineroom.pages import blocks


def test_jupyterlab_sees_the_words_of_findings_and_no_markup_of_the_clients() -> None:
    item = {"tone": "bad", "label": "Misses", "text": "<b>$5</b> against $4", "detail": "n = 3"}

    shown = blocks.Exhibit("findings", {"items": [item]})._repr_mimebundle_()["text/html"]

    assert shown == ('<div class="tex2jax_ignore"><p><b>Misses</b> &lt;b&gt;$5&lt;/b&gt; against $4 · n = 3</p></div>')


def test_a_table_carries_its_raw_figures_beside_the_formatted_ones() -> None:
    raw = pd.DataFrame({"kpi": ["a"], "value": [0.123456789]})

    content = blocks.table(
        "t", "Caption", [blocks.left("kpi", "KPI"), blocks.right("value", "Value")], [["a", "12.3%"]], raw
    ).content

    assert content["rows"] == [["a", "12.3%"]]
    assert content["csv"] == "kpi,value\na,0.123456789\n"
    assert content["columns"][0] == {"key": "kpi", "label": "KPI", "align": "left", "rowheader": True}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_a_spreadsheet_would_run_is_defused(start: str) -> None:
    csv = blocks.csv(pd.DataFrame({"name": [f"{start}cmd()"], "value": [-1.5]}))

    read = pd.read_csv(io.StringIO(csv), dtype=str, keep_default_na=False)
    assert read.loc[0, "name"].startswith("'")
    assert read.loc[0, "value"] == "-1.5"


def test_a_verdict_is_said_by_word_and_tone() -> None:
    assert blocks.verdict("inconclusive") == {"text": "Too close to call", "tone": "caution"}
