"""What the house says, in the language of the report.

English stands in the code, as the reader of the code needs it; every other language is a gettext catalogue beside the
templates (`templates/de.po`), which translators know how to edit. What modules without
a language find are codes in result tables; their sentences stand in `templates/sentences.<language>.toml`. The language
is set once a report, by `house.style`, as altair's theme is: it is the one thing that every sentence of a report
shares, and no figure depends on it.
"""

from __future__ import annotations

import gettext
import re
import string
import tomllib
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from engineroom.dictionary import codes
from engineroom.resources import folder

ENGLISH = "en"

_spoken: ContextVar[str] = ContextVar("language", default=ENGLISH)


Sentence = str | dict[str, str]
"""As it is told, or its forms by the plural of its part `n`."""


def languages() -> list[str]:
    """Return the languages in which every word of the house is known."""
    return sorted([ENGLISH, *(path.stem for path in folder("templates").glob("*.po"))])


def speak(language: str) -> None:
    """Say everything from here on in a language, with its region's numbers: `de`, `de-CH`, `en-GB`."""
    known(language)
    _spoken.set(language)


def language() -> str:
    """Return the language of the report."""
    return _spoken.get()


def locale(of: str | None = None) -> str:
    """Return the language as babel names it; English without a region counts as the United States'."""
    said = (of or language()).replace("-", "_")
    return "en_US" if said == ENGLISH else said


def say(text: str, /, **parts: object) -> str:
    """Return a phrase in the language of the report, its `{parts}` filled in; a phrase unknown there stays English."""
    told = _told(language(), text)
    return told.format(**parts) if parts else told


def forms(phrase: str) -> tuple[str, str]:
    """Return the two forms of a phrase that holds both: `{n} [row is|rows are] late`."""
    one, many = (re.sub(r"\[([^|\]]*)\|([^\]]*)\]", rf"\{side}", phrase) for side in (1, 2))
    return one, many


def say_number(number: float, one: str, many: str = "", /, **parts: object) -> str:
    """Return the form of a phrase that agrees with a number, which is its `{n}` unless a part says how to write it.

    Both forms stand in one phrase, or in two. What differs stands in brackets: `{n} [row is|rows are] late`.
    Nobody says "0 of 5 workflows": of several, none is told as a word, in a language that has one for all genders.
    """
    form = _plural(language(), number, *((one, many) if many else forms(one)))
    if number == 0 and parts.get("all") not in (0, 1, "0", "1"):
        start = "None" if form.startswith("{n}") else "none"
        form = form.replace("{n} of {all}", f"{start} of the {{all}}")
    return form.format(**{"n": number, **parts})


def translate(text: str, into: str) -> str:
    """Return a phrase in a named language."""
    return _told(into, text)


def tell(cell: str, /, into: str | None = None, **more: object) -> str:
    """Return the sentence of a code in a language, that of the report unless another is named; `more` adds parts.

    A part in braces stands as it is, a number as the language writes it. `{share:percent}` is a share in percent,
    `{names:list}` a list, `{state:code}` a code to be told in its turn, `{name:label}` a phrase of the catalogue, and
    `{names:labels}` a list of them.
    """
    name, parts = codes.read(cell)
    language = into or _spoken.get()
    sentence = sentences(language)[name]
    parts |= more
    if isinstance(sentence, dict):
        sentence = sentence[Locale.parse(locale(language)).plural_form(parts["n"])]
    return _Parts(language).vformat(sentence, (), parts)


def tell_all(cell: Any, between: str = "; ") -> str:
    """Return the sentences of a cell that holds several codes, in the language of the report."""
    return between.join(tell(one) for one in codes.each(cell))


@cache
def sentences(language: str) -> Mapping[str, Sentence]:
    """Return the sentence of every code."""
    with (folder("templates") / f"sentences.{_base(language)}.toml").open("rb") as stream:
        groups = tomllib.load(stream)
    return {name: sentence for group in groups.values() for name, sentence in group.items()}


class _Parts(string.Formatter):
    """The parts of a sentence in a language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "code":
            return tell(value, into=self.language)
        if format_spec == "label":
            return _told(self.language, value)
        if format_spec == "list":
            return ", ".join(map(str, value))
        if format_spec == "labels":
            return ", ".join(_told(self.language, one) for one in value)
        if format_spec == "percent":
            return str(format_percent(round(value, 2), locale=locale(self.language)))
        if isinstance(value, str):
            return format(value, format_spec)
        return str(format_decimal(value, "#,##0", locale(self.language)))


def prose(markdown: str, into: str) -> str:
    """Return Markdown of a notebook with every paragraph and heading that the catalogue knows in a language."""
    if _catalogue(into) is None:
        return markdown
    parts = re.split(r"(\n\s*\n)", markdown)
    return "".join(_told_block(part, into) for part in parts)


def _told_block(part: str, into: str) -> str:
    mark, text = re.match(r"(#*\s*)(.*)", part, re.DOTALL).groups()  # type: ignore[union-attr]  # it always matches
    return str(mark) + _told(into, " ".join(text.split())) if _told(into, " ".join(text.split())) else part


def known(language: str) -> None:
    """Raise `ValueError` for a language the house has no words for, or a region that babel does not know."""
    if _base(language) not in languages():
        raise ValueError(f"there are: {', '.join(languages())}")
    try:
        Locale.parse(language.replace("-", "_"))
    except UnknownLocaleError:
        raise ValueError(f'its region is unknown; write "{_base(language)}"') from None


def _base(language: str) -> str:
    """Return a language without its region."""
    return language.partition("-")[0]


@cache
def _catalogue(language: str) -> Catalog | None:
    base = _base(language)
    if base == ENGLISH:
        return None
    known(language)
    with (folder("templates") / f"{base}.po").open("rb") as stream:
        return read_po(stream, locale=base, abort_invalid=True)


@cache
def _told(language: str, text: str) -> str:
    catalogue = _catalogue(language)
    message = catalogue.get(text) if catalogue is not None and text else None
    said: Any = message.string if message else ""
    return str(said[0] if isinstance(said, tuple) else said) or text


@cache
def _plural(language: str, number: float, one: str, many: str) -> str:
    catalogue = _catalogue(language)
    message = catalogue.get(one) if catalogue is not None else None
    if not message or not isinstance(message.string, tuple) or not all(message.string):
        return one if number == 1 else many
    choose: Callable[[int], int] = gettext.c2py(catalogue.plural_expr)  # type: ignore[union-attr]
    return str(message.string[choose(int(number) if number == int(number) else 2)])
