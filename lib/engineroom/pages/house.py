"""The house style of one report, and its cover: the consultancy's brand, and the language of its words and numbers."""

from __future__ import annotations

from typing import Any

from engineroom import phrases
from engineroom.dictionary import plans
from engineroom.dictionary.columns import DataFrame
from engineroom.pages import brand, theme, wording
from engineroom.pages.blocks import Exhibit
from engineroom.phrases import say, tell
from engineroom.readers.engagement import Engagement
from engineroom.readers.tables import Tables


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


def cover(tables: Tables, title: str, subtitle: str, disagreements: DataFrame[plans.Disagreements]) -> Exhibit:
    """Return the cover: who, what, when, and how far the document is; and what keeps it from being final."""
    header = tables.engagement.header
    content = {
        "title": say(title),
        "subtitle": say(subtitle),
        "client": header.client,
        "sector": say(tables.pack.name),
        "period": say("{low} to {high}", low=wording.day(header.period.start), high=wording.day(header.period.end)),
        "as_of": f"{header.as_of:%Y-%m-%d}",
        "status": header.status,
        "confidentiality": say(header.confidentiality),
        "prepared_by": header.prepared_by,
        "disagreements": "\n".join(tell(one) for one in disagreements["said"]),
    }
    return Exhibit("cover", content)
