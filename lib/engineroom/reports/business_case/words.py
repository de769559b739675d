"""How a business case calls its figures: one name for each driver, step, kind and view, wherever it stands."""

from __future__ import annotations

from engineroom.dictionary import scenarios
from engineroom.pages import wording
from engineroom.phrases import say

UNITS = {
    "annual_saving": "money",
    "one_off_cost": "money",
    "one_off_excess": "money",
    "run_cost": "money",
    "defect_cost": "money",
    "front_office_cost": "money",
    "transition_months": "months",
    "delay_months": "months",
    "rebuild": "factor",
}


def driver(name: str, option: str = "") -> str:
    """Return what a driver is called, with the option it belongs to: `Delay, Hybrid`."""
    said = say(scenarios.DRIVER_LABELS[name])
    return f"{said}, {option}" if option else said


def figure(name: str, amount: float, currency: str) -> str:
    """Return a value of a driver in its unit; a dash where there is none."""
    if amount != amount:  # unknown
        return wording.BLANK
    unit = UNITS.get(name, "share")
    if unit == "months":
        return months(amount)
    if unit == "factor":
        return times(amount)
    if unit == "share":
        return percent(amount)
    return money(amount, currency)


def percent(part: float) -> str:
    """Return a share in percent, with a decimal only where it has one: `12%`, `2.6%`."""
    is_whole = abs(part * 100 - round(part * 100)) < 0.05 or part >= 0.1
    return wording.value(part, "share", decimals=0 if is_whole else 1)


def money(amount: float, currency: str) -> str:
    """Return an amount; nothing at all is written as 0."""
    return "0" if abs(amount) < 0.005 else wording.money(amount, currency)


def months(amount: float) -> str:
    """Return a number of months, with a decimal where it is not a whole one; a dash where there is none."""
    if amount != amount:
        return wording.BLANK
    return say("{n} mo.", n=wording.count(amount) if float(amount).is_integer() else wording.tenths(amount))


def times(amount: float) -> str:
    """Return a multiple: `2.8 times`."""
    return say("{n} times", n=wording.tenths(amount))


def span(low: float, high: float, currency: str) -> str:
    """Return a range of money."""
    return say("{low} to {high}", low=wording.money(low, currency), high=wording.money(high, currency))
