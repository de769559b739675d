"""The house style of one report: the consultancy's brand, and the language its words and numbers are said in."""

from __future__ import annotations

from typing import Any

from engineroom import phrases
from engineroom.pages import brand, theme
from engineroom.pages.blocks import Exhibit
from engineroom.readers.engagement import Engagement


def style(engagement: Engagement) -> Exhibit:
    """Let charts, words and pages look and speak as the engagement asks: `language` and `brand` in engagement.toml.

    Returned as a block that prints nothing: the notebook carries its style with it, so that whoever renders it gets
    the same pages.
    """
    header = engagement.header
    phrases.speak(header.language)
    theme.enable()
    return Exhibit("house", {"language": header.language, "brand": brand_of(engagement)})


def brand_of(engagement: Engagement) -> dict[str, Any]:
    """Return the brand the engagement names, as plain data; nothing where it names none."""
    header = engagement.header
    if not header.brand:
        return {}
    return brand.read(engagement.path(header.brand, allow_outside_folder=header.allow_outside_folder))
