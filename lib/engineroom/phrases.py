"""What the house says, in the language of the report.

English stands in the code, as the reader of the code needs it; every other language is a gettext catalogue beside the
templates (`templates/de.po`), which translators know how to edit. The language is set once a report, by `house.style`,
as altair's theme is: it is the one thing that every sentence of a report shares, and no figure depends on it.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable
from contextvars import ContextVar
from functools import cache
from typing import Any, NamedTuple

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from engineroom.resources import folder

ENGLISH = "en"
MADE = "made"
"""Context of the sentences that modules without a language make: known by their form, and told again."""

_spoken: ContextVar[str] = ContextVar("language", default=ENGLISH)


class _Pattern(NamedTuple):
    form: re.Pattern[str]
    told: str


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


def say_number(number: float, one: str, many: str, /, **parts: object) -> str:
    """Return the form of a phrase that agrees with a number, which is its `{n}` unless a part says how to write it.

    Nobody says "0 of 5 workflows": of several, none is told as a word, in a language that has one for all genders.
    """
    form = _plural(language(), number, one, many)
    if number == 0 and parts.get("all") not in (0, 1, "0", "1"):
        start = "None" if form.startswith("{n}") else "none"
        form = form.replace("{n} of {all}", f"{start} of the {{all}}")
    return form.format(**{"n": number, **parts})


def translate(text: str, into: str) -> str:
    """Return a phrase in a named language."""
    return _told(into, text)


def retell(sentence: str) -> str:
    """Return an English sentence that a module without a language made, in the language of the report.

    It is known by its form: `{hits} of {total} rows have no case id`. Its numbers are written as the language writes
    them; a sentence of no known form stays as it is.
    """
    if _catalogue(language()) is None or not sentence:
        return sentence
    exact = _told(language(), sentence)
    if exact != sentence:
        return exact
    for form, told in _patterns(language()):
        if found := form.fullmatch(sentence):
            return told.format(**{name: _number(part) for name, part in found.groupdict().items()})
    return sentence


def prose(markdown: str, into: str) -> str:
    """Return Markdown of a notebook with every paragraph and heading that the catalogue knows in a language."""
    if _catalogue(into) is None:
        return markdown
    parts = re.split(r"(\n\s*\n)", markdown)
    return "".join(_told_block(part, into) for part in parts)


def _told_block(part: str, into: str) -> str:
    mark, text = re.match(r"(#*\s*)(.*)", part, re.DOTALL).groups()  # type: ignore[union-attr]  # it always matches
    return str(mark) + _told(into, " ".join(text.split())) if _told(into, " ".join(text.split())) else part


def _number(part: str) -> str:
    if re.fullmatch(r"\d+%", part):
        return str(format_percent(int(part[:-1]) / 100, locale=locale()))
    if re.fullmatch(r"\d{1,3}(,\d{3})+|\d+", part):
        return str(format_decimal(int(part.replace(",", "")), "#,##0", locale()))
    return retell(part)


def known(language: str) -> None:
    """Raise `ValueError` for a language the house has no words for, or a region that babel does not know."""
    if language.partition("-")[0] not in languages():
        raise ValueError(f"there are: {', '.join(languages())}")
    try:
        Locale.parse(language.replace("-", "_"))
    except UnknownLocaleError:
        raise ValueError(f'its region is unknown; write "{language.partition("-")[0]}"') from None


@cache
def _catalogue(language: str) -> Catalog | None:
    base = language.partition("-")[0]
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


@cache
def _patterns(language: str) -> tuple[_Pattern, ...]:
    catalogue = _catalogue(language) or ()
    made = [message for message in catalogue if message.context == MADE and message.string]
    return tuple(_Pattern(_form(str(message.id)), str(message.string)) for message in made)


def _form(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", template)
    made = [re.escape(part) if place % 2 == 0 else f"(?P<{part}>.+?)" for place, part in enumerate(parts)]
    return re.compile("".join(made))
