"""The forms of charts: what each encodes, and that one without rows draws nothing."""

from __future__ import annotations

import altair as alt
import pandas as pd
import pytest

from engineroom.pages import forms, theme
from engineroom.pages.forms import guide, mark, own, quantity, text

TABLE = pd.DataFrame(
    {"label": ["b", "a"], "low": [1.0, 2.0], "value": [2.0, 3.0], "high": [3.0, 4.0], "said": ["two", "three"]}
)


def test_rows_stand_in_the_order_of_their_table_with_the_interval_the_value_and_its_words() -> None:
    x = quantity("low", "Share", ends=[0, 5], axis={"format": "%"})

    drawn = forms.rows(TABLE, mark("span", x, "high"), mark("dot", "value"), text("high"), width=300, step=20).to_dict()

    span, dot, words = (layer["encoding"] for layer in drawn["layer"])
    assert span["y"] == {
        "axis": {"labelLimit": 210}, "field": "label", "sort": ["b", "a"], "title": None, "type": "nominal",
    }  # fmt: skip
    assert span["x"] == {
        "axis": {"format": "%"},
        "field": "low",
        "scale": {"domain": [0, 5], "nice": False},
        "title": "Share",
        "type": "quantitative",
    }
    assert span["x2"] == {"field": "high"}
    assert dot["x"] == {"field": "value", "type": "quantitative"}
    assert (words["x"]["field"], words["text"]["field"]) == ("high", "said")
    assert (drawn["width"], drawn["height"]) == (300, {"step": 20})


def test_a_plot_draws_upwards_and_one_mark_alone_is_no_layer() -> None:
    line = forms.plot(TABLE, quantity("low"), mark("line", "value"), width=100, height=50).to_dict()
    area = forms.plot(TABLE, quantity("low"), mark("area", "value", "high"), guide("y", 0), width=9, height=9).to_dict()

    assert (line["mark"]["type"], line["encoding"]["y"]["field"]) == ("line", "value")
    assert area["layer"][0]["encoding"]["y2"] == {"field": "high"}
    assert area["layer"][1]["encoding"] == {"y": {"field": "at", "type": "quantitative"}}


def test_panels_stand_in_two_columns() -> None:
    one = forms.plot(TABLE, quantity("low"), mark("line", "value"))

    drawn = forms.panels([one, one, one], row=5, column=6).to_dict()

    assert (drawn["columns"], drawn["spacing"], len(drawn["concat"])) == (2, {"row": 5, "column": 6}, 3)


def test_a_grid_is_rows_whose_cells_stand_under_heads() -> None:
    cells = mark("rect", look=forms.colours("said", {"two": "#111111", "three": "#222222"}))

    drawn = forms.rows(TABLE, cells, text(), look={"x": alt.X("value:N")}, step=20).to_dict()

    rect, words = drawn["layer"]
    assert rect["encoding"]["x"] == words["encoding"]["x"] == {"field": "value", "type": "nominal"}
    assert rect["encoding"]["color"]["scale"] == {"domain": ["two", "three"], "range": ["#111111", "#222222"]}
    assert "align" not in words["mark"]


def test_a_verdict_is_said_by_colour_and_shape_together() -> None:
    tones = forms.present({"two": "good", "none": "caution", "three": "bad"}, TABLE["said"])

    drawn = forms.rows(TABLE, mark("verdict", "value", look=forms.tones("said", tones)), step=20).to_dict()

    encoding = drawn["encoding"]
    assert encoding["color"]["scale"]["range"] == [theme.TONES["good"], theme.TONES["bad"]]
    assert encoding["shape"]["scale"]["range"] == [theme.SHAPES["good"], theme.SHAPES["bad"]]
    assert encoding["shape"]["scale"]["domain"] == ["two", "three"]


def test_a_mark_draws_only_rows_of_its_condition_and_may_have_a_table_of_its_own() -> None:
    shaded = own(pd.DataFrame({"from": [1], "to": [2]}), mark("rect", "from", "to"))

    drawn = forms.rows(TABLE, shaded, mark("signal", "value", only="datum.value > 2"), step=20).to_dict()

    assert drawn["layer"][1]["transform"] == [{"filter": "datum.value > 2"}]
    assert drawn["layer"][0]["data"] != drawn["layer"][1]["data"]


@pytest.mark.parametrize(
    "form",
    [
        lambda table: forms.rows(table, mark("bar", "value"), step=20),
        lambda table: forms.plot(table, quantity("low"), mark("line", "value")),
    ],
)
def test_without_rows_a_form_draws_nothing(form) -> None:
    assert form(TABLE.head(0)).content == {"items": []}


def test_a_finished_chart_is_told_to_those_who_cannot_see_it_and_carries_the_figures_of_its_title() -> None:
    chart = forms.rows(TABLE, mark("bar", "value"), step=20)
    caption = "Bar: value." + forms.cut("Shown: the {n} largest of {all} types.", 2, 5)

    done = forms.finished(chart, "some-bars", "Two bars", "Bars.", caption, forms.facts(TABLE), n=2).to_dict()

    assert (done["title"], done["description"]) == ("Two bars", "Bars. b: two. a: three.")
    assert done["usermeta"]["engineroom"] == {
        "name": "some-bars",
        "caption": "Bar: value. Shown: the 2 largest of 5 types.",
        "figures": {"n": {"value": 2, "unit": ""}},
    }
    assert forms.cut("Shown: the {n} largest of {all} types.", 5, 5) == ""
