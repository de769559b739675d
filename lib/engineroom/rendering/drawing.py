"""Vega-Lite specifications as SVG, the same on every machine, for the page and for print."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from engineroom.errors import RenderError
from engineroom.pages import theme
from engineroom.rendering import publication
from engineroom.rendering.prose import clean

PHONE = 190
"""Width of a plot on a phone, in pixels: with its labels it fills a screen of 390."""

SCREEN = 400
"""Width of a drawing, in pixels, from which a phone would show its letters too small."""

WRAPS = re.compile("(.{13,}?) ")
SHORT = "replace(datum.label, regexp('([^ ]{21})[^ ]+', 'g'), '$1…')"
WRAPPED = f"split(replace({SHORT}, regexp('(.{{13,}}?) ', 'g'), '$1¶'), '¶')"

LETTER = 5.5
"""Width of a letter beside an axis, in pixels, on average: where a label is cut when there is room for so many."""

STEP, LINE = 28, 17
"""Height of a row of a chart, and of a line of its name, in pixels."""

ATTEMPTS = 8
"""How often a chart is drawn before its fault is believed: results of earlier calls come out first."""

ElementTree.register_namespace("", "http://www.w3.org/2000/svg")
ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")

_STYLE = re.compile(r"([\w-]+)\s*:\s*([^;]+)")
_DATED = {
    "data": {"values": [{"t": "2026-01-01T00:00:00"}]},
    "mark": "point",
    "encoding": {"x": {"field": "t", "type": "temporal"}},
}


def draw(spec: str, cell: str) -> str:
    """Return a specification as SVG; its ids start with the cell's, so that charts of one page never share one."""
    try:
        return _numbered(_remembered(spec), cell)
    except ValueError as fault:
        reason = clean(str(fault)).split(" at http")[0].strip()
        raise RenderError(f"cell {cell}: the chart could not be drawn: {reason}") from fault


def narrow(spec: str, cell: str) -> str:
    """Return a specification as SVG for a phone: panels one below the other, names wrapped, figures left to the table.

    Words beside the marks stay only where there is room for them.
    """
    for kept in ("some", "none"):
        given = json.loads(spec)
        made = _narrowed(given, kept, _step(given))
        config = made.get("config", {})
        config["view"] = config.get("view", {}) | {"discreteHeight": {"step": max(STEP, _step(given))}}
        config |= {"axisQuantitative": {"grid": True, "tickCount": 4}, "axisTemporal": {"grid": False, "tickCount": 3}}
        made["config"] = config | {"legend": config.get("legend", {}) | {"columns": 2}}
        svg = draw(json.dumps(made, sort_keys=True, ensure_ascii=False), cell)
        if width(svg) <= SCREEN:
            break
    return svg


def _narrowed(part: Any, kept: str, step: int) -> Any:
    if isinstance(part, list):
        return [_narrowed(item, kept, step) for item in part]
    if not isinstance(part, dict):
        return part
    if str(part.get("name", "")).startswith(theme.PLACED):
        return part
    made = {
        key: part[key] if key in ("datasets", "data", "config") else _narrowed(part[key], kept, step) for key in part
    }
    if isinstance(width := part.get("width"), int | float):
        made["width"] = min(width, PHONE)
    if isinstance(height := part.get("height"), dict) and isinstance(height.get("step"), int | float):
        made["height"] = {"step": max(height["step"], step)}
    if isinstance(made.get("height"), dict):
        del made["height"]  # rows as high as their wrapped names need
    if "concat" in made or "facet" in made or "facet" in made.get("encoding", {}):
        made["columns"] = 1
    if isinstance(facet := made.get("encoding", {}).get("facet"), dict):
        facet["columns"] = 1
    if "layer" in made:
        made["layer"] = [layer for layer in made["layer"] if not _is_beside(layer, kept)]
    if isinstance(y := made.get("encoding", {}).get("y"), dict) and y.get("type") in ("nominal", "ordinal"):
        axis = y.get("axis")
        y["axis"] = None if "axis" in y and axis is None else {**(axis or {}), "labelExpr": WRAPPED, "labelLimit": 0}
    return made


def _step(spec: dict[str, Any]) -> int:
    """Return the height a row needs for the longest name beside the rows, once it is wrapped."""
    rows = [row for rows in spec.get("datasets", {}).values() for row in rows if isinstance(row, dict)]
    names = [str(row.get(field, "")) for field in set(_rows_of(spec)) for row in rows]
    lines = max((WRAPS.sub("\\1\n", name).count("\n") + 1 for name in names), default=1)
    return LINE * lines + 4


def _rows_of(part: Any) -> Iterator[str]:
    """Yield the fields whose values are the names of a chart's rows."""
    if isinstance(part, list):
        for item in part:
            yield from _rows_of(item)
    elif isinstance(part, dict):
        y = part.get("encoding", {}).get("y", {})
        if isinstance(y, dict) and y.get("type") in ("nominal", "ordinal") and "field" in y:
            yield y["field"]
        for key, value in part.items():
            if key not in ("datasets", "data", "config"):
                yield from _rows_of(value)


def _is_beside(layer: dict[str, Any], kept: str) -> bool:
    """Return whether a layer writes words that go: at a fixed place beside the plot, or all where none are kept."""
    mark = layer.get("mark", {})
    x = layer.get("encoding", {}).get("x", {})
    is_text = (mark.get("type") if isinstance(mark, dict) else mark) == "text"
    return is_text and (kept == "none" or isinstance(x.get("value"), int | float))


def width(svg: str) -> float:
    """Return the width of a drawing in pixels."""
    return float(ElementTree.fromstring(svg).get("width") or 0)


def inline(svg: str, alt: str) -> str:
    """Return a drawing for an HTML page: one image to a listener, and nothing a strict content policy refuses."""
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        for name, value in list(element.attrib.items()):
            if name == "style":
                element.attrib |= {key: said.strip() for key, said in _STYLE.findall(value)}
            if name == "aria-label" and value.startswith(theme.TIP):
                element.set("data-tip", value.removeprefix(theme.TIP))
            if name in ("style", "class", "role") or name.startswith("aria-") or name.endswith("href"):
                del element.attrib[name]
    root.set("role", "img")
    root.set("aria-label", alt)
    return ElementTree.tostring(root, encoding="unicode")


@contextmanager
def album(path: Path, expected: str) -> Iterator[None]:
    """Take from a file what an earlier run drew, and keep in it what this one used.

    The file is believed where it has the SHA-256 that is expected: what another hand drew is drawn again. A drawing is
    found by the hash of its specification, of what draws it and of the typeface: the album can be out of date but not
    wrong, and one that cannot be read or written is as good as none.
    """
    known: dict[str, str] = {}
    with suppress(OSError, ValueError, zlib.error):
        held = path.read_bytes()
        known = json.loads(zlib.decompress(held)) if hashlib.sha256(held).hexdigest() == expected else {}
    used: dict[str, str] = {}
    _OPEN.append((known, used))
    try:
        yield
        if used != known:
            with suppress(OSError):
                publication.replace(path, zlib.compress(json.dumps(used, sort_keys=True).encode(), 1))
    finally:
        _OPEN.pop()


_OPEN: list[tuple[dict[str, str], dict[str, str]]] = []
"""The album in use: what it knew, and what was used of it or drawn anew."""


def _remembered(spec: str) -> str:
    if not _OPEN:
        return _drawn(spec)
    known, used = _OPEN[-1]
    key = hashlib.sha256(f"{_engine()}\n{spec}".encode()).hexdigest()
    svg = used[key] = used.get(key) or known.get(key) or _numbered(_drawn(spec), "drawn")
    return svg


@cache
def _engine() -> str:
    """Return what draws: another version, typeface or house of code may draw the same specification otherwise."""
    faces = [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(theme.fonts().glob("*.ttf"))]
    return " ".join(
        [version("vl-convert-python"), hashlib.sha256(Path(__file__).read_bytes()).hexdigest(), theme.PAPER, *faces]
    )


@lru_cache(maxsize=64)
def _drawn(spec: str) -> str:
    """Return the drawing of a specification, and of no other.

    After some failures vl-convert 1.9 hands out the result of an earlier call: one client's chart in another's report.
    Each drawing therefore carries a seal of its own specification, and one without it is drawn again.
    """
    import vl_convert

    drawn = _cut(json.loads(spec))
    if _has_link(drawn):
        raise ValueError("it links to another place; a chart on paper carries no href")
    prepare()
    seal = f"seal-{hashlib.sha256(spec.encode()).hexdigest()}"
    fault = ValueError("the drawing engine returned another chart")
    for _ in range(ATTEMPTS):
        try:
            svg = str(vl_convert.vegalite_to_svg(drawn | {"background": seal}, allowed_base_urls=[]))
        except ValueError as error:
            fault = error
            continue
        if f'fill="{seal}"' in svg:
            return svg.replace(f'fill="{seal}"', f'fill="{theme.PAPER}"')
    raise fault


def _cut(part: Any) -> Any:
    """Return a specification whose axes cut long labels by their letters: by their pixels takes half of the drawing."""
    if isinstance(part, list):
        return [_cut(item) for item in part]
    if not isinstance(part, dict):
        return part
    made = {key: value if key in ("datasets", "data") else _cut(value) for key, value in part.items()}
    if isinstance(axis := made.get("axis"), dict) and "labelLimit" in axis:  # of a channel, or of the configuration
        limit = axis["labelLimit"]
        made["axis"] = axis | {"labelLimit": 0}
        if made.get("type") in ("nominal", "ordinal") and "labelExpr" not in axis:
            made["axis"]["labelExpr"] = f"truncate(datum.label, {round(limit / LETTER)})"
    return made


def _has_link(part: Any) -> bool:
    if isinstance(part, list):
        return any(_has_link(item) for item in part)
    if not isinstance(part, dict):
        return False
    return "href" in part or any(_has_link(value) for key, value in part.items() if key not in ("datasets", "values"))


def _numbered(svg: str, cell: str) -> str:
    """Number a drawing's ids from 0: vl-convert counts them on from chart to chart."""
    found = dict.fromkeys(re.findall(r'\bid="([^"]+)"', svg))
    names = {name: f"{cell}-{number}" for number, name in enumerate(found)}
    svg = re.sub(r'\bid="([^"]+)"', lambda match: f'id="{names[match[1]]}"', svg)
    return re.sub(r"url\(#([^)\"]+)\)", lambda match: f"url(#{names.get(match[1], match[1])})", svg)


@cache
def prepare() -> None:
    """Let vl-convert measure our typeface, and draw dates in UTC: it reads the zone once, at its first chart."""
    import vl_convert

    vl_convert.register_font_directory(str(theme.fonts()))
    zone = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    _reread_zone()
    try:
        vl_convert.vegalite_to_svg(_DATED, allowed_base_urls=[])
    finally:
        if zone is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = zone
        _reread_zone()


def _reread_zone() -> None:
    if hasattr(time, "tzset"):  # not on Windows
        time.tzset()
