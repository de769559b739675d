"""The forms that charts are made of: a table and its marks in, an altair chart in the house style out.

`rows` stands names below each other (intervals, bars, levels, bands, a plan, a grid), `plot` draws quantities over time
or against another, `panels` sets charts side by side. A `mark` is placed by a column, or by a `quantity`: a column with
its axis; `own` gives a mark a table of its own.

Channels are altair's objects, never texts: to look up what a text such as "worth:Q" means takes altair 3 ms each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import altair as alt
import pandas as pd

from engineroom.pages import theme
from engineroom.pages.blocks import Exhibit, nothing
from engineroom.pages.facts import figures
from engineroom.phrases import say

Chart = Any  # altair's chart classes share no public base that keeps `.properties`
Options = dict[str, Any]
Quantity = dict[str, Any]
Mark = Callable[[Chart, str], Chart]
"""What draws on a base, along `x` in rows and along `y` in a plot."""

LABEL_ROOM = 210
MONTHS: Quantity = {"shorthand": "day:T", "title": None, "axis": alt.Axis(format="%b %Y")}
FEW_MONTHS: Quantity = MONTHS | {"axis": alt.Axis(format="%b %Y", tickCount=4)}
"""The axis of dates, of a chart and of a panel."""

POINT = {"filled": True, "size": 90, "opacity": 1}
STYLES: dict[str, tuple[str, Options]] = {
    "bar": ("bar", {"height": {"band": 0.6}}),
    "stripe": ("bar", {}),
    "span": ("rule", {"strokeWidth": 7, "color": theme.ACCENT_SOFT}),
    "dot": ("point", POINT | {"color": theme.ACCENT}),
    "verdict": ("point", POINT),
    "hollow": ("point", {"fill": theme.PAPER, "stroke": theme.ACCENT, "strokeWidth": 1.8, "opacity": 1}),
    "signal": ("point", POINT | {"shape": theme.SHAPES["bad"], "color": theme.TONES["bad"], "size": 55}),
    "tick": ("tick", {"thickness": 2.5, "size": 20, "color": theme.INK}),
    "area": ("area", {"color": theme.ACCENT_SOFT}),
}
"""The marks of the house; every other name is altair's own mark."""


def rows(
    table: pd.DataFrame,
    *layers: Mark | Chart,
    label: str = "label",
    room: int = LABEL_ROOM,
    axis: Options | None = None,
    scale: Any = alt.Undefined,
    look: Options | None = None,
    step: int,
    **size: Any,
) -> Chart | Exhibit:
    """Return names below each other, in the order of the table, with what is drawn beside them; `room` is theirs."""
    if table.empty:
        return nothing()
    base = pointed(table, label).encode(y=names(table[label], room, axis, scale=scale), **(look or {}))
    return _layered(layers, base, "x").properties(height=alt.Step(step), **size)


def plot(
    table: pd.DataFrame, x: Quantity, *layers: Mark | Chart, look: Options | None = None, **size: Any
) -> Chart | Exhibit:
    """Return quantities drawn over a date or against another quantity."""
    if table.empty:
        return nothing()
    return _layered(layers, pointed(table).encode(x=alt.X(**x), **(look or {})), "y").properties(**size)


def pointed(table: pd.DataFrame, label: str = "label") -> Chart:
    """Return the base of a chart whose marks tell their name and figure when they are pointed at, if both are there."""
    if not {label, "said"} <= set(table.columns):
        return alt.Chart(table)
    tips = theme.TIP + table[label].astype(str) + ": " + table["said"].astype(str)
    return alt.Chart(table.assign(tip=tips)).encode(description=alt.Description("tip:N"))


def panels(charts: list[Chart], row: int = 18, column: int = 40) -> Chart:
    """Return charts in two columns, so many pixels apart."""
    return alt.concat(*charts, columns=2, spacing={"row": row, "column": column})


def finished(
    chart: Chart, name: str, title: str, description: str, caption: str, facts: Iterable[str] = (), **counted: Any
) -> Chart:
    """Return a chart with its name, title and caption; description and facts tell it to those who cannot see it.

    `counted` are the figures of the title that are not among those that are drawn.
    """
    return chart.properties(
        title=title,
        description=" ".join([description, *facts]),
        usermeta={"engineroom": {"name": name, "caption": caption, "figures": figures("", **counted)}},
    )


def facts(table: pd.DataFrame, label: str = "label") -> list[str]:
    """Return what stands beside each name, as sentences."""
    return [f"{name}: {beside}." for name, beside in zip(table[label], table["said"], strict=True)]


def cut(phrase: str, most: int, whole: int) -> str:
    """Return what a caption adds where only the first `{n}` of `{all}` are drawn."""
    return f" {say(phrase, n=most, all=whole)}" if whole > most else ""


# ------------------------------------------------------------------------------------------------------------- marks


def mark(name: str, at: Any = None, to: str = "", look: Options | None = None, *, only: str = "", **style: Any) -> Mark:
    """Return a mark a row at a column, a quantity or so many pixels, or from one column `to` another.

    Without a place it stands where its base does. `only` is the condition of those that are drawn.
    """
    kind, house = STYLES.get(name, (name, {}))

    def drawn(base: Chart, way: str) -> Chart:
        base = base.transform_filter(only) if only else base
        return getattr(base, f"mark_{kind}")(**house | style).encode(**_placed(way, at, to), **(look or {}))

    return drawn


def text(at: Any = None, column: str = "said", look: Options | None = None, **style: Any) -> Mark:
    """Return the words of a row: right of a place, or in the middle of a cell."""
    style = style if at is None else {"align": "left"} | style
    return mark("text", at, look={"text": alt.Text(f"{column}:N")} | (look or {}), **style)


def own(table: pd.DataFrame, layer: Mark, **channels: Any) -> Chart:
    """Return a mark of rows with a table and channels of its own."""
    return layer(alt.Chart(table).encode(**channels), "x")


def guide(way: str, *at: float, **style: Any) -> Chart:
    """Return lines across a chart where `x` or `y` has certain values."""
    return mark("rule", "at", **style or {"color": theme.INK})(alt.Chart(pd.DataFrame({"at": at})), way)


# -------------------------------------------------------------------------------------------------- axes and colours


def quantity(
    column: str, title: Any = alt.Undefined, *, ends: Iterable[float] = (), axis: Options | None = None, **more: Any
) -> Quantity:
    """Return a column with the title and axis it is drawn on; `ends` are where its scale begins and ends.

    A column without a type, as in `day:T`, is a number.
    """
    scale = {"scale": alt.Scale(domain=list(ends), nice=False)} if ends else {}
    labels = {} if axis is None else {"axis": alt.Axis(**axis)}
    return {"shorthand": _typed(column), "title": title} | scale | labels | more


def names(
    labels: pd.Series, room: int = LABEL_ROOM, axis: Options | None = None, title: Any = None, **more: Any
) -> alt.Y:
    """Return the axis of names, in the order they come."""
    options: Options = ({"labelLimit": room} if room else {}) | (axis or {})
    shown = alt.Axis(**options) if options else alt.Undefined
    return alt.Y(f"{labels.name}:N", sort=list(dict.fromkeys(labels)), title=title, axis=shown, **more)


def colours(column: str, colour_of: Mapping[str, str] | None = None, **options: Any) -> Options:
    """Return the channel that colours a column of words, in the house's series of colours where none are named."""
    return {"color": alt.Color(f"{column}:N", **_legend(colour_of or {}, options))}


def tones(column: str, tone_of: Mapping[str, str], **options: Any) -> Options:
    """Return the channels that say a column of words by colour and shape together."""
    shape_of = {word: theme.SHAPES[tone] for word, tone in tone_of.items()}
    colour_of = {word: theme.TONES[tone] for word, tone in tone_of.items()}
    return colours(column, colour_of, **options) | {"shape": alt.Shape(f"{column}:N", **_legend(shape_of, options))}


def present(look_of: Mapping[str, str], column: pd.Series) -> dict[str, str]:
    """Return the looks of the words that a column holds: a legend names nothing that is not drawn."""
    return {word: look for word, look in look_of.items() if (column == word).any()}


def _legend(look_of: Mapping[str, str], options: Options) -> Options:
    scale = {"scale": alt.Scale(domain=list(look_of), range=list(look_of.values()))} if look_of else {}
    return scale | ({} if "legend" in options else {"title": None}) | options


def _placed(way: str, at: Any, to: str) -> Options:
    if at is None:
        return {}
    if isinstance(at, int):
        return {way: alt.value(at)}
    first, second = (alt.X, alt.X2) if way == "x" else (alt.Y, alt.Y2)
    place = first(**at) if isinstance(at, dict) else first(_typed(at))
    return {way: place, f"{way}2": second(_typed(to))} if to else {way: place}


def _typed(column: str) -> str:
    return column if ":" in column else f"{column}:Q"


def _layered(layers: Iterable[Mark | Chart], base: Chart, way: str) -> Chart:
    drawn: list[Chart] = [layer if isinstance(layer, alt.TopLevelMixin) else layer(base, way) for layer in layers]
    return drawn[0] if len(drawn) == 1 else alt.layer(*drawn)
