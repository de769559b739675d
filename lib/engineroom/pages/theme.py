"""The house style: one file of tokens, read by charts, HTML and PDF alike.

Charts take their colours from here: `TONES` (a verdict's colour), `FILLS` (the same for areas), `SHAPES` (its mark),
`INK`, `TEXT`, `MUTED`, `GRID`, `LINE`, `ACCENT`, `ACCENT_SOFT`, `PAPER`, `SERIES`. `enable` makes altair draw in the
house style.
"""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from babel import Locale

from engineroom import phrases
from engineroom.resources import folder

TOKENS: dict[str, Any] = tomllib.loads((folder("templates") / "tokens.toml").read_text(encoding="utf-8"))

FAMILY: str = TOKENS["type"]["family"]
PAPER: str = TOKENS["colour"]["paper"]
WASH: str = TOKENS["colour"]["wash"]
INK: str = TOKENS["colour"]["ink"]
TEXT: str = TOKENS["colour"]["text"]
MUTED: str = TOKENS["colour"]["muted"]
LINE: str = TOKENS["colour"]["line"]
GRID: str = TOKENS["colour"]["grid"]
ACCENT: str = TOKENS["colour"]["accent"]
ACCENT_SOFT: str = TOKENS["colour"]["accent_soft"]
SOFT_GOOD: str = TOKENS["tone"]["good"]["soft"]
SERIES: list[str] = TOKENS["chart"]["series"]

TONES: dict[str, str] = {tone: look["colour"] for tone, look in TOKENS["tone"].items()}
FILLS: dict[str, str] = {tone: look["fill"] for tone, look in TOKENS["tone"].items()}
SHAPES: dict[str, str] = {tone: look["shape"] for tone, look in TOKENS["tone"].items()}
MARKS: dict[str, str] = {tone: look["mark"] for tone, look in TOKENS["tone"].items()}

TIP = "tip: "
"""How the description of a mark begins that an HTML page shows when the mark is pointed at."""

PLACED = "placed"
"""How the name of a view begins that is placed to the pixel: a phone shows it as it is."""

VEGALITE = "application/vnd.vegalite.v6+json"
VEGALITE_OF_JUPYTERLAB = "application/vnd.vegalite.v5+json"


def fonts() -> Path:
    """Return the folder with the typeface: an upright and an italic variable font."""
    import fontpkg_inter

    return Path(fontpkg_inter.__file__).parent / "files"


def config() -> dict[str, Any]:
    """Return the Vega-Lite configuration of the house: no frame, hairline grid, quiet axes, labels of one size.

    All weights are regular: vl-convert measures a variable font at its default weight only, so it would lay out bold
    labels 3 to 4% too narrow.
    """
    size, small = TOKENS["type"]["chart"], TOKENS["type"]["chart_small"]
    axis = {
        "domain": False,
        "ticks": False,
        "gridColor": GRID,
        "labelColor": MUTED,
        "labelFontSize": size,
        "labelPadding": 8,
        "labelLimit": 240,
        "titleColor": MUTED,
        "titleFontSize": size,
        "titleFontWeight": "normal",
        "titlePadding": 12,
    }
    title = {"anchor": "start", "color": INK, "fontSize": size, "fontWeight": "normal"}
    return {
        "background": PAPER,
        "font": FAMILY,
        "padding": 2,
        "view": {
            "stroke": None,
            "continuousWidth": TOKENS["chart"]["width"],
            "continuousHeight": TOKENS["chart"]["height"],
            "discreteHeight": {"step": 28},
        },
        "axis": axis,
        "axisQuantitative": {"grid": True, "tickCount": 6},
        "axisDiscrete": {"grid": False, "labelColor": TEXT},
        "axisTemporal": {"grid": False, "tickCount": 6, "labelOverlap": "greedy", "labelSeparation": 10},
        "header": {
            "labelColor": INK,
            "labelFontSize": size,
            "labelAnchor": "start",
            "labelFontWeight": "normal",
            "labelPadding": 8,
            "title": None,
            "titleColor": MUTED,
            "titleFontWeight": "normal",
        },
        "legend": {
            "orient": "top",
            "direction": "horizontal",
            "labelColor": TEXT,
            "labelFontSize": size,
            "titleColor": MUTED,
            "titleFontSize": size,
            "titleFontWeight": "normal",
            "symbolSize": 90,
            "symbolStrokeWidth": 0,
            "columnPadding": 18,
            "offset": 14,
            "labelLimit": 320,
        },
        "title": {**title, "subtitleColor": MUTED, "subtitleFontSize": small, "offset": 12},
        "range": {"category": SERIES, "ordinal": {"scheme": "blues"}, "ramp": {"scheme": "blues"}},
        "mark": {"color": ACCENT},
        "bar": {"color": ACCENT, "cornerRadiusEnd": 1.5},
        "line": {"color": ACCENT, "strokeWidth": 2},
        "point": {"color": ACCENT, "filled": True, "size": 70},
        "rule": {"color": MUTED},
        "text": {"color": TEXT, "fontSize": size},
        "facet": {"spacing": 26},
        "concat": {"spacing": 26},
    }


def number_and_time() -> dict[str, Any]:
    """Return how the language of the report writes numbers and dates, in the words of Vega's axes."""
    locale = Locale.parse(phrases.locale())
    signs, percent = locale.number_symbols["latn"], locale.percent_formats[None].pattern.rpartition("0")[2]
    months, days = (getattr(locale, part)["format"] for part in ("months", "days"))
    week = [6, 0, 1, 2, 3, 4, 5]  # d3 begins on Sunday
    return {
        "number": {
            "decimal": signs["decimal"],
            "thousands": signs["group"],
            "grouping": [3],
            "currency": ["", ""],
            "percent": percent,
        },
        "time": {
            "dateTime": "%x, %X",
            "date": "%x",
            "time": "%X",
            "periods": ["AM", "PM"],
            "days": [days["wide"][day] for day in week],
            "shortDays": [days["abbreviated"][day] for day in week],
            "months": [months["wide"][month] for month in range(1, 13)],
            "shortMonths": [months["abbreviated"][month] for month in range(1, 13)],
        },
    }


def enable() -> None:
    """Make altair draw every chart in the house style and hand the notebook its specification, not a drawing.

    altair's own renderers either write HTML that fetches scripts, or a media type that nbformat refuses.
    """
    import altair as alt

    spoken = {"locale": number_and_time()} if phrases.language() != phrases.ENGLISH else {}

    @alt.theme.register("engineroom", enable=True)
    def house() -> alt.theme.ThemeConfig:
        return alt.theme.ThemeConfig(config=config() | spoken)  # type: ignore[typeddict-item]

    def specification(spec: dict[str, Any], **_: Any) -> dict[str, Any]:
        # JupyterLab 4.6 draws Vega-Lite up to version 5; these charts use nothing that is newer
        return {VEGALITE: spec, VEGALITE_OF_JUPYTERLAB: spec, "text/plain": spec.get("description", "chart")}

    alt.renderers.register("engineroom", specification)
    alt.renderers.enable("engineroom")


def branded(colours: Mapping[str, str]) -> dict[str, Any]:
    """Return the tokens with a consultancy's `accent`, `ink` and `text`, and with what follows from them.

    Softer and darker forms of the accent are mixed from it; red, amber, green and grey keep their meaning.
    """
    tokens = copy.deepcopy(TOKENS)
    tokens["colour"] |= colours
    if accent := colours.get("accent"):
        night = tokens["colour"]["dark"]
        bright = next(
            shade
            for step in range(101)
            if contrast(shade := mixed("#ffffff", accent, step / 100), night["wash"]) >= 5.5
        )
        tokens["colour"]["accent_soft"] = mixed(accent, PAPER, 0.38)
        night |= {"accent": bright, "accent_soft": mixed(bright, night["paper"], 0.45)}
        tokens["tone"]["neutral"] |= {"colour": accent, "fill": accent, "tint": mixed(accent, PAPER, 0.07)}
        tokens["tone"]["neutral"] |= {"dark": bright, "dark_tint": mixed(bright, night["paper"], 0.12)}
        tokens["chart"]["series"][0] = accent
    return tokens


def recoloured(spec: str, tokens: dict[str, Any]) -> str:
    """Return a chart's specification, as JSON, with the house's colours exchanged for those of the tokens."""
    for name in ("accent", "accent_soft", "ink", "text"):
        spec = spec.replace(f'"{TOKENS["colour"][name]}"', f'"{tokens["colour"][name]}"')
    return spec


def mixed(one: str, other: str, part: float) -> str:
    """Return a colour with `part` of one and the rest of another."""
    pairs = [(int(one[place : place + 2], 16), int(other[place : place + 2], 16)) for place in (1, 3, 5)]
    return "#" + "".join(f"{round(first * part + second * (1 - part)):02x}" for first, second in pairs)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG defines it, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def css(tokens: dict[str, Any]) -> str:
    """Return the tokens as custom properties of CSS, for a light and for a dark screen."""
    tones = tokens["tone"].items()
    light = {name: value for name, value in tokens["colour"].items() if isinstance(value, str)}
    light |= {tone: look["colour"] for tone, look in tones} | {f"{tone}-tint": look["tint"] for tone, look in tones}
    dark = dict(tokens["colour"]["dark"])
    dark |= {tone: look["dark"] for tone, look in tones} | {f"{tone}-tint": look["dark_tint"] for tone, look in tones}
    sizes = {f"size-{name}": f"{value}rem" for name, value in tokens["type"]["html"].items()}
    drawn = {str(light[name]): name for name in reversed(list(light)) if name in dark}  # the first of one colour counts
    charts = "".join(
        f'.chart [{way}="{colour}"]{{{way}:var(--{name.replace("_", "-")})}}'
        for colour, name in drawn.items()
        for way in ("fill", "stroke")
    )
    on_dark = f"@media screen and (prefers-color-scheme:dark){{:root{{{_properties(dark)}}}{charts}}}"
    return f":root{{{_properties(light | sizes)}}}{on_dark}"


def _properties(values: dict[str, str]) -> str:
    return "".join(f"--{name.replace('_', '-')}:{value};" for name, value in values.items())
