"""The house style: readable, said by shape as well as by colour, and one style in charts and pages."""

from __future__ import annotations

import altair as alt
import nbformat
import pandas as pd
import pytest
from fontTools.ttLib import TTFont

from engineroom.pages import theme

COLOURS, TONES = theme.TOKENS["colour"], theme.TOKENS["tone"]


@pytest.mark.parametrize("name", ["ink", "text", "muted", "accent"])
def test_text_has_contrast_on_paper_and_panels_by_day_and_night(name):
    assert theme.contrast(COLOURS[name], COLOURS["paper"]) >= 4.5
    assert theme.contrast(COLOURS[name], COLOURS["wash"]) >= 4.5
    assert theme.contrast(COLOURS["dark"][name], COLOURS["dark"]["paper"]) >= 4.5
    assert theme.contrast(COLOURS["dark"][name], COLOURS["dark"]["wash"]) >= 4.5


@pytest.mark.parametrize("tone", TONES)
def test_a_tone_has_contrast_on_paper_and_on_its_tint(tone):
    look = TONES[tone]
    assert theme.contrast(look["colour"], COLOURS["paper"]) >= 4.5
    assert theme.contrast(look["colour"], look["tint"]) >= 4.5
    assert theme.contrast(COLOURS["text"], look["tint"]) >= 4.5
    assert theme.contrast(look["dark"], COLOURS["dark"]["paper"]) >= 4.5
    assert theme.contrast(look["dark"], look["dark_tint"]) >= 4.5


def test_no_two_tones_share_a_shape_and_the_typeface_has_them_all():
    with TTFont(theme.fonts() / "Inter[opsz,wght].ttf") as font:
        letters = font.getBestCmap()
    assert len(set(theme.MARKS.values())) == len(set(theme.SHAPES.values())) == len(theme.MARKS)
    assert all(ord(mark) in letters for mark in theme.MARKS.values())


def test_a_chart_carries_the_house_style_and_a_type_that_notebooks_accept():
    theme.enable()
    chart = alt.Chart(pd.DataFrame({"x": [1]})).mark_bar().encode(x="x").properties(description="one bar")
    data = chart._repr_mimebundle_()
    assert {theme.VEGALITE, "text/plain"} <= set(data)
    assert data[theme.VEGALITE]["config"] == theme.config()
    shown = nbformat.v4.new_output("display_data", data=data)
    nbformat.validate(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=[shown])]))


def test_charts_use_one_weight_because_others_would_be_measured_wrong():
    assert "bold" not in str(theme.config())


def test_every_token_of_colour_reaches_the_page():
    css = theme.css(theme.TOKENS)
    assert all(f"--{name.replace('_', '-')}:{value};" in css for name, value in COLOURS.items() if name != "dark")
    assert all(f"--{name.replace('_', '-')}:{value};" in css for name, value in COLOURS["dark"].items())
