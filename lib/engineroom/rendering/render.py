"""A notebook's tree as one offline HTML file and as one PDF, and the check that both came out whole.

The nbconvert exporters are the one way to a page: `engineroom run` uses those that `jupyter nbconvert` does. The same
notebook gives the same bytes on every machine: our fonts only, no clock, no time zone, no random ids.
"""

from __future__ import annotations

import datetime
import json
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from nbconvert.exporters import Exporter
from nbformat import NotebookNode

from engineroom import phrases
from engineroom.errors import RenderError
from engineroom.pages import theme
from engineroom.rendering import document, lint, page, paper
from engineroom.rendering.document import Document
from engineroom.rendering.prose import Block
from engineroom.resources import folder

EDITIONS = {"html": page, "pdf": paper}
COVER = (
    "title", "subtitle", "client", "sector", "period", "as_of", "prepared_by", "status", "confidentiality", "language"
)  # fmt: skip
COVER_LINES = ("sector", "period", "as_of", "prepared_by")
_TRACEBACK = "Traceback (most recent call last)"


def editions(notebook: NotebookNode, formats: Iterable[str] = tuple(EDITIONS)) -> tuple[dict[str, bytes], Document]:
    """Return the editions asked for by their kind, each made by its nbconvert exporter and checked, and their tree.

    A final report with open points is refused; a draft lists them on its last page.
    """
    resources: Any = None
    contents = {}
    for name in formats:
        contents[name], resources = EXPORTERS[name]().from_notebook_node(notebook, resources)
    return contents, resources["tree"]


def prepare(formats: Iterable[str] = ("html", "pdf")) -> None:
    """Do once what every report in these formats needs: start what draws and what sets, and cut the typeface."""
    for name in formats:
        EDITIONS[name].prepare()


def check(edition: str, content: bytes, tree: Document) -> None:
    """Raise `RenderError` if an edition is not whole: cut off, without its figures or tables, or with a traceback."""
    faults = EDITIONS[edition].faults(content, tree)
    said = content.decode("utf-8") if edition == "html" else json.dumps(tree.blocks)
    found = [fault for fault, is_so in (faults | {"it shows a traceback": _TRACEBACK in said}).items() if is_so]
    if found:
        raise RenderError(f"the {edition.upper()} failed its check: {'; '.join(found)}")


def view(tree: Document) -> dict[str, Any]:
    """Return what both editions print: the tree with the house's own words, and its tokens in the brand's colours."""
    words = _words(tree.language)
    tokens = theme.branded(tree.brand.get("colour", {}))
    cover = {key: tree.cover.get(key, "") for key in COVER}
    cover["status_word"] = words.get(cover["status"], cover["status"])
    cover["as_of"] = _long_date(cover["as_of"], tree.language)
    blocks = [_dressed(block, words, tokens, tree.language) for block in tree.blocks]
    lines = [(words[key], cover[key]) for key in COVER_LINES if cover[key]]
    locale = Locale.parse(phrases.locale(tree.language))
    said = {"cover": cover, "words": words, "lines": lines, "blocks": blocks, "tokens": tokens, "brand": tree.brand}
    return said | {"region": locale.territory if "-" in tree.language else None, "base": locale.language}


class HTMLReport(Exporter):
    """An executed notebook as one HTML file that needs no network: `jupyter nbconvert --to engineroom-html`."""

    edition = "html"
    file_extension = ".html"
    output_mimetype = "text/html"
    export_from_notebook = "engineroom HTML"

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **kw: Any) -> tuple[bytes, Any]:  # type: ignore[override]
        """Return the checked edition of `nb`; its tree stays in the resources, so that the next edition shares it."""
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        tree = resources.get("tree") or lint.settle(document.build(nb))
        content = EDITIONS[self.edition].make(tree, view(tree))
        check(self.edition, content, tree)
        resources["tree"] = tree
        return content, resources


class PDFReport(HTMLReport):
    """An executed notebook as one tagged PDF (PDF/UA-1 and PDF/A-3a): `jupyter nbconvert --to engineroom-pdf`."""

    edition = "pdf"
    file_extension = ".pdf"
    output_mimetype = "application/pdf"
    export_from_notebook = "engineroom PDF"


EXPORTERS = {exporter.edition: exporter for exporter in (HTMLReport, PDFReport)}


def _dressed(block: Block, words: Mapping[str, str], tokens: dict[str, Any], language: str) -> Block:
    if block["type"] == "table":
        return block | {"remark": _remark(block, words, language)}
    if block["type"] == "figure":
        return block | {"spec": theme.recoloured(block["spec"], tokens)}
    return dict(block)


def _remark(table: Block, words: Mapping[str, str], language: str) -> str:
    """Return what stands under a table that is cut, and beside one that is attached."""
    shown = len(table["rows"])
    if table["attached"]:
        total = format_decimal(table["total"], locale=phrases.locale(language))
        return words["attached_csv"].format(total=total, name=table["name"])
    if table["total"] <= shown:
        return ""
    said = words["rows_csv"] if table["csv"] and table["name"] else words["rows"]
    counted = {"shown": shown, "total": table["total"]}
    numbers = {key: format_decimal(number, locale=phrases.locale(language)) for key, number in counted.items()}
    return said.format(**numbers, name=table["name"])


def _long_date(day: str, language: str) -> str:
    try:
        date = datetime.date.fromisoformat(day)
    except ValueError:
        return day
    return format_date(date, format=phrases.translate("d MMMM y", language), locale=phrases.locale(language))


@cache
def _words(language: str) -> dict[str, str]:
    known = tomllib.loads((folder("templates") / "words.toml").read_text(encoding="utf-8"))
    return {key: phrases.translate(word, language) for key, word in known.items()}
