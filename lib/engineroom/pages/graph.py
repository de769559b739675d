"""A graph as a chart: steps in layers from top to bottom and arrows between them, placed by graphlay (ADR 23)."""

from __future__ import annotations

import math
import textwrap
from itertools import pairwise
from typing import Any

import altair as alt
import graphlay
import pandas as pd

from engineroom.pages import theme
from engineroom.pages.forms import Chart

LETTERS, LINES, LINE, MARGIN = 17, 3, 14, 12
"""Letters and lines that a step has room for, the height of a line and of what is above and below, in pixels."""

STEP, END, SAID = 112, 50, {"width": 64, "height": 13}
"""Width of a step, of where items begin or end, and size of the words on an arrow, in pixels."""

ROOM = 8
"""Pixels around a graph."""

FAR = 40.0
"""Pixels from its arrow at which words are no longer read as the arrow's."""

THIN, THICK, HEAD = 1.2, 7.0, 5.0
"""Width of the least and the most frequent arrow, and how far its head reaches back, in pixels."""

BEGIN, FINISH = ("begin", ""), ("end", "")
BREAK = "¶"
"""Where a line of words ends: a drawing keeps no line feed of a client's text."""

OPTIONS = {
    "spacing": {"layer_gap": 28.0, "node_gap": 16.0, "edge_label_margin": 4.0},
    "labels": {"reservation": "always"},
}


def drawn(arrows: pd.DataFrame, begin: str, end: str, title: str, place: int) -> Chart:
    """Return the graph of arrows: columns step, next_step (blank: begin, end), weight, way, said, colour, is_dashed.

    An arrow is as thick as its weight, and dashed where the table says so and where it leads back to a layer above.
    `place` counts the graphs of a chart.
    """
    placed, names = _placed(arrows, begin, end)
    heads, lines = [], []
    for number, (row, edge) in enumerate(zip(arrows.to_dict("records"), placed.edges, strict=True)):
        points = [(at["x"], at["y"]) for at in edge["points"]]
        (x0, y0), (x, y) = points[-2:]
        length = math.hypot(x - x0, y - y0) or 1.0
        points[-1] = (x - (x - x0) / length * HEAD, y - (y - y0) / length * HEAD)
        width = THIN + (THICK - THIN) * row["weight"] / arrows["weight"].max()
        about = {
            "arrow": number,
            "tip": f"{theme.TIP}{row['way']}: {row['said']}",
            "colour": row["colour"],
            "width": width,
            "size": 40 + 22 * width,
        }
        about["dash"] = int(row["is_dashed"] or points[0][1] > y)
        lines += [about | {"order": order, "x": x, "y": y} for order, (x, y) in enumerate(points)]
        said_x, said_y = _words_at(points, edge.get("label_anchor"))
        turned = math.degrees(math.atan2(y - y0, x - x0)) + 90
        heads.append(about | dict(zip("xy", points[-1], strict=True)) | {"turned": turned, "said": row["said"]}
                     | {"said_x": said_x, "said_y": said_y})  # fmt: skip
    drawing = _layers(placed, names, pd.DataFrame(lines), pd.DataFrame(heads))
    return drawing.properties(name=f"{theme.PLACED}{place}", title=title)


def _placed(arrows: pd.DataFrame, begin: str, end: str) -> tuple[graphlay.Layout, list[str]]:
    """Return the layout of the graph, and the words of its nodes with the line breaks they need."""
    graph = graphlay.Graph()
    ways = [(_key(row["step"], BEGIN), _key(row["next_step"], FINISH), row) for row in arrows.to_dict("records")]
    for step in dict.fromkeys([*(way[0] for way in ways), *(way[1] for way in ways)]):
        name = {BEGIN: begin, FINISH: end}.get(step, step[1])
        lines = textwrap.wrap(name, LETTERS, max_lines=LINES, placeholder="…") or [""]
        width = END if step in (BEGIN, FINISH) else STEP
        graph.node(step, width=width, height=MARGIN + LINE * len(lines), label=BREAK.join(lines))
    for source, target, row in ways:
        graph.edge(source, target, weight=row["weight"], **({"label_size": SAID} if row["said"] else {}))
    names = [node["key"] for node in graph.nodes]
    return graphlay.layout(graph, preset="process_map", options=OPTIONS), names


def _words_at(points: list[tuple[float, float]], anchor: dict[str, float] | None) -> tuple[float, float]:
    """Return where the words of an arrow are: where they were placed, or on its longest piece if that is far off."""
    pieces = list(pairwise(points))
    if anchor:
        near = min(
            math.hypot(*(max(min(a, b) - at, at - max(a, b), 0.0) for a, b, at in zip(*ends, spot, strict=True)))
            for ends, spot in ((piece, (anchor["x"], anchor["y"])) for piece in pieces)
        )
        if near <= FAR:
            return anchor["x"], anchor["y"]
    (x0, y0), (x1, y1) = max(pieces, key=lambda piece: math.dist(*piece))
    return (x0 + x1) / 2, (y0 + y1) / 2


def _key(step: Any, blank: tuple[str, str]) -> tuple[str, str]:
    return ("step", step) if isinstance(step, str) else blank


def _layers(placed: graphlay.Layout, names: list[str], lines: pd.DataFrame, heads: pd.DataFrame) -> Chart:
    low, high = placed.bounds["min"], placed.bounds["max"]

    def across(column: str = "x") -> alt.X:
        scale = alt.Scale(domain=[low["x"] - ROOM, high["x"] + ROOM], nice=False, zero=False)
        return alt.X(f"{column}:Q", axis=None, scale=scale)

    def down(column: str = "y") -> alt.Y:
        scale = alt.Scale(domain=[low["y"] - ROOM, high["y"] + ROOM], nice=False, zero=False, reverse=True)
        return alt.Y(f"{column}:Q", axis=None, scale=scale)

    boxes = pd.DataFrame(
        {
            "x": node["center"]["x"] - node["size"]["width"] / 2,
            "x2": node["center"]["x"] + node["size"]["width"] / 2,
            "y": node["center"]["y"] - node["size"]["height"] / 2,
            "y2": node["center"]["y"] + node["size"]["height"] / 2,
            "middle": node["center"]["x"],
            "first": node["center"]["y"] - LINE / 2 * name.count(BREAK),
            "name": name,
        }
        for node, name in zip(placed.nodes, names, strict=True)
    )
    dash = alt.StrokeDash("dash:O", legend=None, scale=alt.Scale(domain=[0, 1], range=[[1, 0], [5, 3]]))
    colour, width = alt.Color("colour:N", scale=None), alt.StrokeWidth("width:Q", scale=None)
    turned, size = alt.Angle("turned:Q", scale=None), alt.Size("size:Q", scale=None)
    small = theme.TOKENS["type"]["chart_small"]
    written: dict[str, Any] = {"fontSize": small, "lineBreak": BREAK, "lineHeight": LINE, "baseline": "middle"}
    words = alt.Chart(heads).encode(x=across("said_x"), y=down("said_y"), text="said:N")
    drawing = alt.layer(
        alt.Chart(lines)
        .mark_line(strokeJoin="round")
        .encode(across(), down(), dash, width, colour, detail="arrow:N", order="order:Q", description="tip:N"),
        alt.Chart(heads)
        .mark_point(shape="triangle", filled=True, opacity=1)
        .encode(across(), down(), turned, size, colour),
        alt.Chart(boxes)
        .mark_rect(fill=theme.PAPER, stroke=theme.INK, strokeWidth=1, cornerRadius=5)
        .encode(across(), down(), x2="x2:Q", y2="y2:Q"),
        alt.Chart(boxes).mark_text(**written).encode(across("middle"), down("first"), text="name:N"),
        words.mark_text(stroke=theme.PAPER, strokeWidth=4, color=theme.PAPER, **written),
        words.mark_text(color=theme.MUTED, **written),
    )
    wide, tall = high["x"] - low["x"] + 2 * ROOM, high["y"] - low["y"] + 2 * ROOM
    return drawing.properties(width=wide, height=tall)
