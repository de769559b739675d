"""The figures that stand in a text, and which of them are roundings of figures that are known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from math import isfinite
from typing import Any, NamedTuple

import pandas as pd
from babel.dates import format_date

from engineroom import phrases
from engineroom.rendering.prose import clean

MONEY = re.compile(r"[$€£¥]|\b[A-Z]{3} ?\d|\d[\d.,]*\s?(?:Mio|Tsd)|\d[KM]\b")
NUMBER = re.compile(
    r"([-−+±]?)\s?(?:[A-Z]{0,3}[$€£¥]|[A-Z]{3})?\s?(\d(?:[\d.,'’\u00a0\u202f]*\d)?)\s?(K|M|Mio\.|%)?\s?(?:[$€£¥]|[A-Z]{3})?"
)
MEASURED = re.compile(
    r"(?<!\w)" + NUMBER.pattern.replace("|%)", "|-?%)") + r"(?:\s?(points|Punkte?|Tage?|days?|h|min|s)\b)?(?!\w)"
)
PER_HOUR = {**dict.fromkeys(("day", "days", "Tag", "Tage"), 1 / 24), "h": 1.0, "min": 60.0, "s": 3600.0}
"""What one hour is in the unit a duration is printed in."""

GROUPED = re.compile(r"\d{1,3}(?:[.,'’\u00a0\u202f]\d{3})+|\d+")
SCALES = {"K": 1e3, "M": 1e6, "Mio.": 1e6}
MOST_ZEROS = 3
"""An amount without a short form is rounded to thousands at most."""

DAYS = ("d MMMM y", "d MMM y", "MMMM y")
"""How a page writes a day, or its month."""


class Known(NamedTuple):
    """A figure that is known, with its unit; a table's cell does not say its own."""

    value: float
    unit: str = ""


def read(text: str) -> tuple[float, float] | None:
    """Return the number in a cell and half of its last digit: as far off as rounding may leave it."""
    match = NUMBER.fullmatch(text.strip())
    if match is None:
        return None
    sign, digits, scale = match.groups()
    mark = "" if GROUPED.fullmatch(digits) else max(".,", key=digits.rfind)
    whole, _, part = digits.rpartition(mark) if mark else (digits, "", "")
    unit = SCALES.get(scale or "", 1.0) * (-1 if sign in ("-", "−") else 1)
    return float(f"{re.sub(r'[^0-9]', '', whole) or 0}.{part or 0}") * unit, 0.5 * 10.0 ** -len(part) * abs(unit)


def known(figures: Mapping[str, Mapping[str, Any]]) -> list[Known]:
    """Return the figures of a finding that are numbers."""
    return [Known(one["value"], one["unit"]) for one in figures.values() if isinstance(one["value"], int | float)]


def of_rows(rows: list[dict[str, Any]]) -> Iterator[Known]:
    """Yield what rows hold: how many they are, their numbers, and what their columns sum to as far as rows count."""
    yield Known(len(rows))
    for name in dict.fromkeys(name for row in rows for name in row):
        column = {place: number for place, row in enumerate(rows) if (number := _float(row.get(name))) is not None}
        counted = [number for place, number in column.items() if str(rows[place].get("is_counted")).lower() != "false"]
        yield from map(Known, (*column.values(), sum(counted)))


def lost(text: str, figures: Iterable[Known]) -> list[str]:
    """Return the figures of a text that are no rounding of a known one."""
    figures = list(figures)
    return [match[0].strip() for match in MEASURED.finditer(text) if not any(_is(match, one) for one in figures)]


def without(text: str, names: Iterable[str], days: Iterable[str], language: str) -> str:
    """Return a text without the digits that belong to names and to days, as its language writes them."""
    forms = [word for name in names for word in (name, phrases.translate(name, language))]
    for day in days:
        date, place = pd.Timestamp(day), phrases.locale(language)
        forms += [str(format_date(date, phrases.translate(form, language), place)) for form in DAYS]
    there = {clean(one) for one in forms if re.search(r"\d", one) and clean(one).split()[0].lower() in text.lower()}
    for one in sorted(there, key=len, reverse=True):
        form = r"[\s\u00a0]".join(map(re.escape, one.split()))
        text = re.sub(rf"(?<!\w){form}(?!\w)", " ", text, flags=re.I)
    return text


def _float(cell: Any) -> float | None:
    with suppress(TypeError, ValueError):
        return number if isfinite(number := float(cell)) else None
    return None


def _is(match: re.Match[str], figure: Known) -> bool:
    """Return whether a printed figure is the rounding of a known one, in a unit the known one is printed in."""
    sign, digits, scale, unit = match.groups()
    reading = read(match[0].removesuffix(unit or "").replace("-%", "%").strip())
    if reading is None or (sign == "−" and figure.value > 0):
        return False
    value, half = abs(reading[0]), reading[1]
    if figure.unit in ("money", "") and not scale and half == 0.5:  # an estimate prints the zeros it was rounded to
        half *= 10.0 ** min(digits[len(digits.rstrip("0., \u00a0\u202f")) :].count("0"), MOST_ZEROS)
    return any(abs(abs(figure.value) * factor - value) <= half * 1.0001 for factor in _factors(match, figure.unit))


def _factors(match: re.Match[str], unit: str) -> tuple[float, ...]:
    """Return what a figure in a unit is multiplied with to be printed like this; nothing where it never is."""
    _, _, scale, printed = match.groups()
    if scale in ("%", "-%") or (printed and printed not in PER_HOUR):
        return {"share": (100.0,), "points": (1.0,), "": (1.0, 100.0)}.get(unit, ())
    if printed:
        hour = PER_HOUR[printed]
        return {"hours": (hour,), "days": (hour * 24,), "": (1.0, hour)}.get(unit, ())
    if MONEY.search(match[0]):
        return (1.0,) if unit in ("money", "") else ()
    return () if unit == "share" else (1.0,)
