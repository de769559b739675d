"""Pictures from outside, rebuilt from what a picture needs: nothing in them can run, link, load or name its maker."""

from __future__ import annotations

import re
import struct
from xml.etree import ElementTree

PNG = b"\x89PNG\r\n\x1a\n"

_SHAPES = "svg g path rect circle ellipse line polygon polyline defs clipPath linearGradient radialGradient stop"
_LOOKS = """
id d x y x1 x2 y1 y2 cx cy r rx ry fx fy width height viewBox points transform preserveAspectRatio fill fill-rule
fill-opacity stroke stroke-width stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity opacity clip-path
clip-rule offset stop-color stop-opacity gradientUnits gradientTransform spreadMethod
"""
_PLAIN = r"[^()<>\\:;@&]*"
_VALUE = re.compile(rf"url\(#[\w.-]+\)|{_PLAIN}(?:(?:matrix|translate|scale|rotate|skew[XY]|rgb)\({_PLAIN}\){_PLAIN})*")
_SVG = "{http://www.w3.org/2000/svg}"


def svg(data: bytes) -> bytes:
    """Return a drawing with its shapes and colours and nothing else: no script, style, text, image, link or entity."""
    text = data.decode("utf-8-sig", errors="replace")
    if re.search("<!(?:DOCTYPE|ENTITY)", text, re.IGNORECASE):
        raise ValueError("declares a document type")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise ValueError(f"is neither PNG nor SVG: {error}") from None
    if root.tag != f"{_SVG}svg":
        raise ValueError("is neither PNG nor SVG")
    if not root.get("viewBox") and not (root.get("width") and root.get("height")):
        raise ValueError("states no size")
    ElementTree.register_namespace("", _SVG[1:-1])
    return ElementTree.tostring(_kept(root))


def _kept(element: ElementTree.Element) -> ElementTree.Element:
    styled = dict(re.findall(r"([\w-]+)\s*:\s*([^;]+)", element.get("style", "")))
    said = {**element.attrib, **{name: value.strip() for name, value in styled.items()}}
    kept = ElementTree.Element(
        element.tag, {name: value for name, value in said.items() if name in _LOOKS.split() and _VALUE.fullmatch(value)}
    )
    kept.extend(_kept(child) for child in element if str(child.tag).removeprefix(_SVG) in _SHAPES.split())
    return kept


def png(data: bytes) -> bytes:
    """Return a picture with its pixels and palette only: no text, date, profile or tool that made it."""
    kept, place = data[:8], 8
    while place < len(data):
        if place + 12 > len(data):
            raise ValueError("is a PNG that is cut off")
        (length,) = struct.unpack(">I", data[place : place + 4])
        kind, end = data[place + 4 : place + 8], place + 12 + length
        if kind in (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"sRGB", b"gAMA"):
            kept += data[place:end]
        place = end
        if kind == b"IEND":
            return kept
    raise ValueError("is a PNG that is cut off")
