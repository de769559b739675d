"""A consultancy's brand: its name, logo, colours, footer and disclaimer, from one `brand.toml`.

A colour is taken only where it can be read on every ground it will stand on; where not, the nearest one of its hue that
can be is named.
"""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, StrictStr, ValidationError

from engineroom.errors import EngagementError, Problem
from engineroom.pages import pictures, theme
from engineroom.readers import toml

READABLE = 4.5
"""Contrast that WCAG 2.2 asks of text."""

TEMPLATES = "headlines/*.j2"
LARGEST_LOGO = 200_000
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


class Colours(BaseModel):
    """`[colour]`: what may be the consultancy's own. Red, amber and green keep their meaning and are not among them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    accent: StrictStr | None = None
    ink: StrictStr | None = None
    text: StrictStr | None = None


class File(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: StrictStr
    logo: StrictStr | None = None
    footer: StrictStr = ""
    disclaimer: StrictStr = ""
    colour: Colours = Colours()


def read(path: Path) -> dict[str, Any]:
    """Return a brand as plain data that a notebook can carry: texts, colours that can be read, a logo that is inert."""
    said = _said(path)
    try:
        read = File.model_validate(said)
    except ValidationError as error:
        faults = [(".".join(map(str, fault["loc"])), fault["msg"]) for fault in error.errors()]
        raise EngagementError([Problem(path.name, column=where, rule=rule) for where, rule in faults]) from None
    colours = {name: value.lower() for name, value in read.colour if value is not None}
    for name, value in colours.items():
        if rule := unreadable(value):
            raise _refused(path, f"colour.{name}", *rule)
    content: dict[str, Any] = {"name": read.name, "footer": read.footer, "disclaimer": read.disclaimer}
    return content | {"colour": colours} | ({"logo": _logo(path, read.logo)} if read.logo else {})


def files(path: Path) -> list[Path]:
    """Return the files a brand is made of, the templates of headlines beside it with them."""
    logo = _said(path).get("logo")
    return [path, *([path.parent / logo] if isinstance(logo, str) else []), *sorted(path.parent.glob(TEMPLATES))]


def _said(path: Path) -> dict[str, Any]:
    """Return what the file says."""
    try:
        return toml.read(path)
    except FileNotFoundError:
        raise _refused(path, "", "there is no such file", "correct brand in engagement.toml") from None
    except ValueError as error:
        raise _refused(path, "", str(error), "") from None


def headlines(path: Path) -> dict[str, str]:
    """Return the templates of headlines beside a brand by the names of their files."""
    try:
        return {file.name: file.read_text(encoding="utf-8-sig") for file in sorted(path.parent.glob(TEMPLATES))}
    except UnicodeDecodeError as error:
        raise _refused(path, TEMPLATES, f"a template is not UTF-8: {error}", "save it as UTF-8") from None


def unreadable(colour: str) -> tuple[str, str] | None:
    """Return why a colour cannot set text, and the nearest that can; None where it can."""
    if not _HEX.fullmatch(colour):
        return f'"{colour}" is not a colour', "write it as #1d4f91"
    worst = min(theme.contrast(colour, ground) for ground in grounds(colour))
    if worst >= READABLE:
        return None
    rule = f'"{colour}" has a contrast of {worst:.1f}:1 on the page, and text needs {READABLE}:1'
    return rule, f'the nearest that passes is "{nearest(colour)}"'


def grounds(colour: str) -> list[str]:
    """Return the grounds a colour of the brand will stand on: paper, panels, and its own tint."""
    return [theme.PAPER, theme.WASH, theme.mixed(colour, theme.PAPER, 0.07)]


def nearest(colour: str) -> str:
    """Return the lightest colour of the same hue that can be read on the page."""
    shades = (theme.mixed(colour, "#000000", 1 - step / 200) for step in range(201))
    return next(
        shade for shade in shades if all(theme.contrast(shade, ground) >= READABLE for ground in grounds(shade))
    )


# -------------------------------------------------------------------------------------------------------------- logo


def _logo(brand: Path, name: str) -> dict[str, str]:
    path = (brand.parent / name).resolve()
    if not path.is_relative_to(brand.parent.resolve()):
        raise _refused(brand, "logo", f'"{name}" lies outside the folder of the brand', "put it beside brand.toml")
    if not path.is_file():
        raise _refused(brand, "logo", f'there is no file "{name}"', "put it beside brand.toml")
    data = path.read_bytes()
    if len(data) > LARGEST_LOGO:
        raise _refused(brand, "logo", f'"{name}" is larger than {LARGEST_LOGO // 1000} kB', "every report carries it")
    is_png = data.startswith(pictures.PNG)
    try:
        made = pictures.png(data) if is_png else pictures.svg(data)
    except ValueError as error:
        raise _refused(brand, "logo", f'"{name}" {error}', "save it as a plain SVG or PNG") from None
    return {"format": "png" if is_png else "svg", "data": base64.b64encode(made).decode()}


def _refused(path: Path, column: str, rule: str, cure: str) -> EngagementError:
    return EngagementError([Problem(path.name, column=column, rule=rule, cure=cure)])
