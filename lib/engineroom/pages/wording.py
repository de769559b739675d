"""Numbers and words as a reader says them: one formatter, so that a figure has the same digits wherever it stands."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_compact_currency, format_currency, format_decimal, format_percent

from engineroom import estimates
from engineroom.dictionary import codes, columns, results
from engineroom.phrases import language, locale, say, say_number, tell

BLANK, WHOLE = columns.BLANK, columns.WHOLE
TONES = {verdict: tone for verdict, (_, tone) in results.VERDICTS.items()}
LABELS = {verdict: label for verdict, (label, _) in results.VERDICTS.items()}
OPERATORS = {">": ">", ">=": "≥", "<": "<", "<=": "≤"}
LIMITS = {">": "more than {value}", ">=": "at least {value}", "<": "less than {value}", "<=": "at most {value}"}
MINUTE, DAY = 1 / 60, 24.0
DAYS = "{n} [day|days]"
CAPITALS_INSIDE = ("de",)
"""Languages that write nouns with a capital inside a sentence too."""


def value(amount: float, unit: str, currency: str = "", like: float | None = None, decimals: int = 1) -> str:
    """Return a value with its unit: `88.1%`, `48 min`, `$4.27`; `like` lends the scale of another value of its row."""
    if amount is None or math.isnan(amount):
        return BLANK
    if unit == "share":
        return percent(amount, _decimals(amount) if decimals else 0)
    if unit == "hours":
        return duration(amount, like, decimals)
    if unit in WHOLE_UNITS:
        return _whole(amount, unit)
    if unit == "days":
        return _in(DAYS, _rounded(amount, decimals))
    if unit == "money":
        return money(amount, currency)
    if unit == "count":
        return count(amount)
    return _minus(format_decimal(amount, "#,##0.00" if decimals else "#,##0", locale()))


WHOLE_UNITS = {"whole days": (DAY, "day"), "whole months": (DAY * 365.25 / 12, "month")}
"""Units of times without a time of day -> their length in hours, and their name."""


def _whole(hours: float, unit: str) -> str:
    """Return hours in the unit that the log's times tell, and no finer: less than one is less than one."""
    length, name = WHOLE_UNITS[unit]
    number = round(abs(hours) / length)
    return plural(number, name) if number else say("under 1 {unit}", unit=say_number(1, name, f"{name}s"))


def _unit(row: dict[str, Any]) -> str:
    """Return the unit in which the value of a row is told: that of its times where they are no finer."""
    method = row.get("method")
    name, about = codes.read(method) if isinstance(method, str) and method else ("", {})
    return str(about["unit"]) if name == "in_whole_units" and row["unit"] == "hours" else str(row["unit"])


def figure(row: dict[str, Any], currency: str = "") -> str:
    """Return the measured value of a row, with no more digits than its interval supports."""
    return value(row["value"], _unit(row), currency, decimals=supported(row))


def span(row: dict[str, Any], currency: str = "") -> str:
    """Return the interval of a row, in the unit and with the digits of its value; a complete count has none."""
    if row["low"] == row["high"] and row.get("method", "complete") == "complete":
        return say("complete count")
    return interval(row["low"], row["high"], _unit(row), currency, row["value"], supported(row))


def supported(row: dict[str, Any]) -> int:
    """Return how many decimals the interval of a row supports: none where it reaches ten or more of the unit shown.

    An uncertainty is known to two digits at most; what stands behind its second digit is noise.
    """
    ends = [abs(end - row["value"]) for end in (row["low"], row["high"]) if not math.isnan(end)]
    unit = 100.0 if row["unit"] == "share" else 1 / _step(row["value"])[0] if row["unit"] == "hours" else 1.0
    return 0 if ends and max(ends) * unit >= 9.95 else 1


def percent(part: float, decimals: int) -> str:
    """Return a share in percent, as the language writes it: `88.1%`, `88,1 %`."""
    pattern = Locale.parse(locale()).percent_formats[None].pattern
    return _minus(format_percent(part, pattern.replace("##0", f"##0.{'0' * decimals}"), locale()))


def _decimals(part: float) -> int:
    return 2 if part > 0.99 and not math.isclose(part * 1000, round(part * 1000)) else 1


def duration(hours: float, like: float | None = None, decimals: int = 1) -> str:
    """Return hours in the unit a person would choose: never `0.0 days`."""
    length, phrase, most = _step(hours if like is None else like)
    return _in(phrase, _rounded(hours / length, min(decimals, most)))


def _step(hours: float) -> tuple[float, str, int]:
    """Return the unit for a duration: its length in hours, how it is written, and the decimals it can have."""
    size = abs(hours)
    if size < 1.5 * MINUTE and size:
        return 1 / 3600, "{n} s", 0
    if size < 2:
        return MINUTE, "{n} min", 0
    return (1.0, "{n} h", 1) if size < 2 * DAY else (DAY, DAYS, 1)


def _in(phrase: str, number: str) -> str:
    """Return a number with its unit."""
    return say_number(1 if number == "1" else 2, phrase, n=number)


def _rounded(amount: float, decimals: int) -> str:
    return _minus(format_decimal(amount, "#,##0.0" if decimals else "#,##0", locale()))


def _minus(number: str) -> str:
    """Return a number with a minus sign where it has a hyphen, which beside a dash or a range reads as neither."""
    return str(number).replace("-", "−")


def exact(amount: float, currency: str) -> str:
    """Return an amount to the cent, however large: `$62,500,000.00`."""
    return _minus(format_currency(amount, currency, locale=locale()))


def tenths(amount: float) -> str:
    """Return a number with one decimal: `2.8`."""
    return _rounded(amount, 1)


def money(amount: float, currency: str) -> str:
    """Return an amount: with cents below a thousand, else compact (`$1.2M`)."""
    if abs(amount) < 1000:
        return _minus(format_currency(amount, currency, locale=locale()))
    power, digits = (3, 0) if abs(amount) < 10**6 else (6, 1)
    if _is_compact(power):
        return _minus(format_compact_currency(amount, currency, locale=locale(), fraction_digits=digits))
    return _minus(
        format_currency(round(amount, digits - power), currency, "#,##0\u00a0¤", locale=locale(), currency_digits=False)
    )


def amount(estimate: float, currency: str) -> str:
    """Return an amount with the digits of an estimate: two below ten thousand, then thousands and millions."""
    if abs(estimate) >= 9_950:
        return money(estimate, currency)
    pattern = Locale.parse(locale()).currency_formats["standard"].pattern.replace(".00", "")
    return _minus(
        format_currency(estimates.rounded(estimate), currency, pattern, locale=locale(), currency_digits=False)
    )


def between(low: float, high: float, currency: str) -> str:
    """Return a range of money; ends that print alike are one figure."""
    ends = {"low": amount(low, currency), "high": amount(high, currency)}
    return ends["low"] if ends["low"] == ends["high"] else say("{low} to {high}", **ends)


def _is_compact(power: int) -> bool:
    """Return whether the language has a short form for thousands or millions: German has none for thousands."""
    forms = Locale.parse(locale()).compact_currency_formats["short"]["other"]
    return str(forms[str(10**power)].pattern).strip("0#,. ") != ""


def count(amount: float) -> str:
    """Return a count with its thousands apart."""
    return BLANK if amount is None or math.isnan(amount) else _minus(format_decimal(round(amount), "#,##0", locale()))


def interval(
    low: float, high: float, unit: str, currency: str = "", like: float | None = None, decimals: int = 1
) -> str:
    """Return an interval, saying so where one side has no bound."""
    if math.isnan(low) and math.isnan(high):
        return say("none")
    ends = {name: value(end, unit, currency, like, decimals) for name, end in (("low", low), ("high", high))}
    if math.isnan(high):
        return say("from {low}; no upper bound", **ends)
    if math.isnan(low):
        return say("up to {high}; no lower bound", **ends)
    if unit in WHOLE_UNITS and ends["low"] == ends["high"]:
        return ends["low"]
    if unit == "share" and decimals and _decimals(low) != _decimals(high):
        ends = {"low": percent(low, 2), "high": percent(high, 2)}
    return say("{low} to {high}", **ends)


def distance(amount: float, unit: str, currency: str = "", like: float | None = None, decimals: int = 1) -> str:
    """Return a gap without its sign: shares in points, everything else in its unit."""
    if math.isnan(amount):
        return BLANK
    if unit == "share":
        return say("{n} points", n=_rounded(abs(amount) * 100, decimals))
    return value(abs(amount), unit, currency, like, decimals)


def gap(row: dict[str, Any], currency: str = "") -> str:
    """Return the gap of a row without its sign, with the digits of its value."""
    return distance(row["gap"], _unit(row), currency, row["value"], supported(row))


def signed(row: dict[str, Any], currency: str = "") -> str:
    """Return the gap of a row with its sign: plus is worse."""
    if math.isnan(row["gap"]):
        return BLANK
    return sign(row["gap"]) + gap(row, currency)


def points(change: float) -> str:
    """Return a difference of two shares in points, with its sign: `+6.9`."""
    return sign(change) + tenths(abs(change) * 100)


def sign(number: float) -> str:
    """Return the sign of a change; none where there is no number."""
    return "+" if number > 0 else "−" if number < 0 else "±" if number == 0 else ""


def line(row: dict[str, Any], currency: str = "", like: float | None = None) -> str:
    """Return the benchmark of a gap as a comparison: `> 95.0%`."""
    if math.isnan(row["benchmark_value"]):
        return BLANK
    return f"{OPERATORS[row['operator']]} {value(row['benchmark_value'], row['unit'], currency, like)}"


def limit(row: dict[str, Any], currency: str = "") -> str:
    """Return the benchmark of a gap as a sentence says it: `more than 95.0%`."""
    return say(LIMITS[row["operator"]], value=value(row["benchmark_value"], row["unit"], currency, row["value"]))


def published(row: dict[str, Any]) -> str:
    """Return the value of a benchmark row as its source states it: `≥ 98.0%`, or a range."""
    currency = text(row["currency"])
    if not math.isnan(row["value"]):
        return " ".join(filter(None, (OPERATORS.get(row["operator"], ""), value(row["value"], row["unit"], currency))))
    low, high = (value(row[end], row["unit"], currency) for end in ("low", "high"))
    if BLANK in (low, high):
        return say("up to {high}", high=high) if low == BLANK else say("from {low}", low=low)
    return say("{low} to {high}", low=low, high=high)


def age(row: dict[str, Any]) -> str:
    """Return how old a stale benchmark is: `6 years old`."""
    if math.isnan(row["age"]):
        return say("undated")
    return say_number(row["age"], "{n} [year|years] old", n=count(row["age"]))


def text(cell: Any) -> str:
    """Return a cell of text, blank where the table holds none."""
    return cell if isinstance(cell, str) else ""


def plain(number: float) -> str:
    """Return a number for the appendix: whole where it is whole."""
    return count(number) if float(number).is_integer() else _minus(format_decimal(number, "#,##0.00", locale()))


def day(date: Any) -> str:
    """Return a date in words: `30 June 2026`."""
    return str(format_date(date, say("d MMMM y"), locale()))


def short_day(date: Any) -> str:
    """Return a date as a column of dates writes it: `20 Jul 2026`, in one piece."""
    return str(format_date(date, say("d MMM y"), locale())).replace(" ", "\u00a0")


def effort(amount: float) -> str:
    """Return hours or people with the digits they deserve: none from a hundred on, two below one."""
    if math.isnan(amount):
        return BLANK
    if not amount or amount >= 99.95:
        return count(amount)
    return tenths(amount) if amount >= 0.95 else value(amount, "ratio")


def waiting(share: float) -> str:
    """Return a share of waiting: a tenth of a percent counts only close to all of it."""
    return percent(share, 0 if share < 0.985 else 1)


def origin(source: str, sha256: str) -> str:
    """Return where figures came from, with as much of the file's checksum as tells it from another."""
    return f"{source} · sha256 {sha256[:12]}" if sha256 else source


def caveat(row: Any, currency: str = "", into: str | None = None) -> tuple[str, str]:
    """Return what a caveat found and what that does to the figures, as two sentences."""
    parts = codes.unpacked(row["detail"]) | {key: row[key] for key in ("affected", "total")}
    if "stated" in parts:
        parts |= {key: value(parts[key], parts["unit"], currency) for key in ("stated", "measured")}
        parts |= {"subject": subject(parts)}
    return tell(row["caveat"], into, **parts), tell(row["effect"], into, **parts)


def subject(row: Any) -> str:
    """Return what a row is about: its KPI, and its workflow where it has one."""
    return f"{say(row['name'])}, {row['workflow']}" if row["workflow"] else kpi(row)


def kpi(row: Any) -> str:
    """Return the name of a row's KPI; of one that only some workflows of the engagement have, with these."""
    only = codes.items(row["pooled"]) if "pooled" in row else []
    return say("{name}, {workflows} only", name=say(row["name"]), workflows=listed(only)) if only else say(row["name"])


def label(verdict: str) -> str:
    """Return a verdict as a reader says it."""
    return say(LABELS[verdict])


def whose(workflow: str) -> str:
    """Return the workflow a row is about, or that it is about all of them."""
    return workflow or say(WHOLE)


def inside(name: str) -> str:
    """Return a name as it stands inside a sentence: abbreviations keep their capitals."""
    if language().startswith(CAPITALS_INSIDE):
        return name
    return name if name[1:2].isupper() or name[1:2].isdigit() else name[:1].lower() + name[1:]


def verb(number: float, one: str, many: str) -> str:
    """Return the form of a verb that agrees with a number."""
    return one if number == 1 else many


def plural(number: float, singular: str, many: str | None = None) -> str:
    """Return a number with its noun: `1 case`, `2 cases`."""
    return f"{count(number)} {say_number(number, singular, many or singular + 's')}"


def listed(words: Iterable[str], more: int = 0) -> str:
    """Return words as a sentence lists them, those beyond them counted: `a, b and c`, `a, b and 3 more`."""
    words = [*words, say("{n} more", n=more)] if more > 0 else [*words]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {say('and')} {words[-1]}" if words else ""


def named(names: list[str], most: int) -> str:
    """Return the first names as a sentence lists them, the rest counted."""
    return listed(names[:most], len(names) - most)


def capital(sentence: str) -> str:
    """Return a sentence with its first letter in capitals, the rest untouched."""
    return sentence[:1].upper() + sentence[1:]
