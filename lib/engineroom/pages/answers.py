"""The answer first: a report's findings told by its template, as headlines and key figures that flip with the numbers.

`templates/headlines/<report>.<language>.j2` has a block for each question. A bar parts what the block prints: label,
sentence and detail of a headline; label, value and note of a key figure. A line break counts as a space, and a tag on a
line of its own as nothing. Figures of the finding are variables by their name; `names` holds what it mentions, `units`
the unit of each figure, `row` all of it for the filters that read several, and `more_<list>` how many names of a list
are left out. A consultancy's own file in `headlines/` beside its brand takes the place of the house's.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any

import pandas as pd
from jinja2 import StrictUndefined, Template, TemplateError, nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engineroom.dictionary import quality_tables, scenarios
from engineroom.dictionary.columns import DataFrame
from engineroom.dictionary.findings import Finding, Findings
from engineroom.errors import EngagementError, Problem
from engineroom.pages import brand, wording
from engineroom.pages.blocks import Exhibit, csv
from engineroom.phrases import language, languages, say, say_number, tell
from engineroom.readers.engagement import Engagement
from engineroom.readers.tables import Tables
from engineroom.resources import folder

Item = dict[str, Any]
PARTS = {"headline": ("label", "text", "detail"), "key figure": ("label", "value", "note")}
BAR = "\x1f"
"""Stands between the parts of a finding; no value holds it."""


FIRST = 4
"""Headlines of page one: the answer, and three more."""


def findings(table: DataFrame[Findings], tables: Tables) -> Exhibit:
    """Return the first headlines of a report, with all of its findings as the file `findings.csv`."""
    return Exhibit("findings", {"items": _items(table, tables, "findings")[:FIRST], "csv": csv(table)})


def further(table: DataFrame[Findings], tables: Tables) -> Exhibit:
    """Return the headlines that page one has no room for."""
    return Exhibit("findings", {"items": _items(table, tables, "findings")[FIRST:]})


def more_findings(table: DataFrame[Findings], tables: Tables) -> Exhibit:
    """Return the headlines that a report tells further down."""
    return Exhibit("findings", {"items": _items(table, tables, "more-findings")})


def facts(table: DataFrame[Findings], tables: Tables) -> Exhibit:
    """Return a report's key figures as a strip."""
    return Exhibit("facts", {"items": _items(table, tables, "facts")})


def sentence(finding: Finding) -> str:
    """Return the sentence of a headline as the house tells it."""
    return _told(compiled(*_source(finding.report)), finding, "headline", "")["text"]


def check(engagement: Engagement) -> Iterator[Problem]:
    """Yield what is wrong with the templates beside an engagement's brand: their names, their form, a missing block."""
    reports = {name.partition(".")[0] for name in house()}
    for name, text in _own(engagement).items():
        report, _, spoken = name.removesuffix(".j2").partition(".")
        if report not in reports or spoken.partition("-")[0] not in languages():
            rule = "is not <report>.<language>.j2"
            yield _problem(name, 0, rule, f"reports: {', '.join(sorted(reports))}; languages: {', '.join(languages())}")
            continue
        try:
            template = compiled(name, text)
        except EngagementError as error:
            yield from error.problems
            continue
        for question in compiled(*_source(report)).blocks.keys() - template.blocks.keys():
            yield _problem(name, 0, f"has no block {question}", "copy it from the template of the house")


@cache
def house() -> dict[str, str]:
    """Return the house's own templates by the names of their files."""
    return {path.name: path.read_text(encoding="utf-8") for path in (folder("templates") / "headlines").glob("*.j2")}


@cache
def compiled(name: str, text: str) -> Template:
    """Return a template, ready to tell; `name` is that of its file."""
    try:
        tree = environment().parse(text, name)
        for loop in tree.find_all(nodes.For):
            if not _is_of_the_row(loop.iter):
                raise _refused(name, loop.lineno, "a loop goes over the names of the finding and nothing else")
        code = environment().compile(tree, name, name)
    except TemplateError as error:
        raise _refused(name, getattr(error, "lineno", 0) or 0, str(error.message)) from None
    return Template.from_code(environment(), code, environment().make_globals(None))


# ------------------------------------------------------------------------------------------------------- the telling


def _items(table: pd.DataFrame, tables: Tables, cell: str) -> list[Item]:
    """Return the findings that a cell tells, each with its id, its tone and its figures as they are."""
    told = table[table["sections"].str.startswith(f'["{cell}"')]
    own = _own(tables.engagement) if len(told) else {}
    items = []
    for row in told.to_dict("records"):
        finding = Finding.of(row)
        template = compiled(*_source(finding.report, own))
        parts = _told(template, finding, row["role"], tables.engagement.header.currency)
        items.append(parts | {"tone": finding.tone, "id": finding.id, "figures": finding.printed})
    return items


def _source(report: str, own: Mapping[str, str] | None = None) -> tuple[str, str]:
    """Return the name and the text of a report's template in its language: of its region first, own before house."""
    spoken = language()
    regional, general = f"{report}.{spoken}.j2", f"{report}.{spoken.partition('-')[0]}.j2"
    texts = house() | dict(own or {})
    name = regional if regional in texts else general
    return name, texts[name]


def _own(engagement: Engagement) -> dict[str, str]:
    """Return the templates beside an engagement's brand by the names of their files."""
    header = engagement.header
    if not header.brand:
        return {}
    return brand.headlines(engagement.path(header.brand, allow_outside_folder=header.allow_outside_folder))


def _told(template: Template, finding: Finding, role: str, currency: str) -> Item:
    """Return the parts of a finding as its template tells them."""
    name, block = template.name or "", re.sub(r"\W", "_", finding.question)
    if block not in template.blocks:
        raise _refused(name, 0, f"has no block {block}", "copy it from the template of the house")
    lists = {f"more_{key}": 0 for key, words in finding.names.items() if isinstance(words, list)}
    context = template.new_context(
        {
            **lists,
            **finding,
            "names": SimpleNamespace(**finding.names),
            "units": SimpleNamespace(**{key: figure["unit"] for key, figure in finding.printed.items()}),
            "row": finding.row,
            "verdict": finding.verdict,
            "workflow": finding.workflow,
            "currency": currency,
        }
    )
    try:
        parts = [part.strip(" ") for part in "".join(template.blocks[block](context)).split(BAR)]
    except Exception as error:  # whatever a filter of a template is given
        frames = traceback.walk_tb(error.__traceback__)
        lines = [line for frame, line in frames if frame.f_globals.get("__jinja_template__") is template]
        raise _refused(name, template.get_corresponding_lineno(lines[-1]) if lines else 0, str(error)) from error
    if not 2 <= len(parts) <= len(PARTS[role]):
        raise _refused(name, 0, f"block {block} prints {len(parts)} parts", f"write {' | '.join(PARTS[role])}")
    return {**dict.fromkeys(PARTS[role], ""), **dict(zip(PARTS[role], parts, strict=False))}


def _refused(name: str, line: int, rule: str, cure: str = "") -> EngagementError:
    return EngagementError([_problem(name, line, rule, cure)])


def _problem(name: str, line: int, rule: str, cure: str = "") -> Problem:
    return Problem(f"headlines/{name}", column=f"line {line}" if line else "", rule=rule, cure=cure)


# -------------------------------------------------------------------------------------------------- the environment


class Prose(Extension):
    """Line breaks and bars of a template's own text: indentation is none of it, a value is never touched."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return a source without the indentation of its lines."""
        return re.sub(r"(?m)^[ \t]+", "", source)

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """Yield the tokens, with a space for a line break and a mark that no value can hold for a bar."""
        for token in stream:
            if token.type == "data":
                text = re.sub(r"[ \t]*\n[ \t\n]*", " ", token.value)
                token = Token(token.lineno, token.type, re.sub(r" *\| *", BAR, text))
            yield token


class Sandbox(ImmutableSandboxedEnvironment):
    """Where templates run: they reach figures and names, a few filters, and nothing that makes a text without end."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Refuse what repeats a text or raises a power."""
        raise SecurityError(f"a template does not use {operator}")


@cache
def environment() -> Sandbox:
    """Return the environment of every template, a consultancy's and the house's."""
    made = Sandbox(undefined=StrictUndefined, trim_blocks=True, extensions=[Prose], finalize=_without_bar)
    made.globals.clear()
    made.filters = {name: made.filters[name] for name in ("join", "list", "map", "select")} | FILTERS
    return made


def _without_bar(value: Any) -> Any:
    return value.replace(BAR, "") if isinstance(value, str) else value


def _is_of_the_row(iterated: nodes.Node) -> bool:
    owner = iterated.node if isinstance(iterated, nodes.Getattr) else None
    return isinstance(owner, nodes.Name) and owner.name == "names"


def _in_currency(word: Callable[..., str]) -> Callable[..., str]:
    """Return a filter that writes what it is given in the engagement's currency."""

    @pass_context
    def filled(context: Context, *given: Any) -> str:
        return word(*given, currency=context["currency"])

    return filled


def _of(n: float, whole: float) -> str:
    """Return how many of how many; of several, none is a word in a language that has one for all genders."""
    form = say("{n} of {all}")
    return say_number(n, form, form, all=whole)


STATES = {"dimension": quality_tables.DIMENSIONS, "driver": scenarios.DRIVER_LABELS, "reading": scenarios.READINGS}
"""What the codes that a finding mentions are called, by what they are of."""

FILTERS: dict[str, Callable[..., Any]] = {
    "amount": _in_currency(wording.amount),
    "between": _in_currency(wording.between),
    "capital": wording.capital,
    "count": wording.count,
    "day": lambda date: wording.day(pd.Timestamp(date)),
    "duration": wording.duration,
    "figure": _in_currency(wording.figure),
    "gap": _in_currency(wording.gap),
    "hours": wording.effort,
    "inside": wording.inside,
    "label": say,
    "limit": _in_currency(wording.limit),
    "listed": wording.listed,
    "money": _in_currency(wording.money),
    "of": _of,
    "one": wording.verb,
    "percent": wording.percent,
    "points": lambda share: wording.distance(share, "share"),
    "quoted": lambda name: say("“{name}”", name=name),
    "share": lambda part, decimals=1: wording.value(part, "share", decimals=decimals),
    "short_day": lambda date: wording.short_day(pd.Timestamp(date)),
    "span": _in_currency(wording.span),
    "state": lambda code, of, **parts: say(STATES[of][code], **parts),
    "subject": wording.subject,
    "tell": tell,
    "tenths": wording.tenths,
    "waiting": wording.waiting,
}
"""What a template can do with a figure or a name, so that it has the same digits as in a table."""
