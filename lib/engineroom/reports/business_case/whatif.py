"""The what-if: the decision table with sliders, as data that a fixed script of the page counts again.

No text of a client becomes code: the page carries the figures as inert JSON and the words as text, and the script in
`templates/whatif.js` is the same in every report. Without it, and on paper, the table says what the sliders begin with.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from engineroom.pages import wording
from engineroom.pages.blocks import Cell, Exhibit, left, nothing, right, table
from engineroom.phrases import locale, say
from engineroom.planning import scenario
from engineroom.planning.outlook import Views
from engineroom.planning.scenario import DO_NOTHING, MONTHS, Option, Programme
from engineroom.reports.business_case import words

LONGEST_DELAY = 24
HIGHEST_RATE = 0.25


def whatif(programme: Programme, seen: Views) -> Exhibit:
    """Return the options as expected, with a slider for the share that arrives, the delay and the one-off cost of each.

    What has no slider (growth of the run cost, loss of the saving, errors) stays as expected.
    """
    options = [option for option in programme.options if option.kind != DO_NOTHING]
    if not options:
        return nothing()
    drivers = seen["expected"]
    worth = {option.name: scenario.npv(option, drivers[option.name], programme.discount_rate) for option in options}
    rows: list[list[Cell]] = []
    for option in options:
        given = drivers[option.name]
        others = [amount for name, amount in worth.items() if name != option.name]
        rows.append(
            [
                option.name,
                wording.value(given["saving_share"], "share", decimals=0),
                words.months(round(given["delay_months"], 1)),
                _said(option, given, programme.currency),
                wording.money(worth[option.name], programme.currency),
                wording.money(worth[option.name] - max(others, default=0.0), programme.currency),
            ]
        )
    columns = [left("option", "Option"), right("share", "Share of the claim achieved"), right("delay", "Delay")]
    columns += [
        right("one_off", "One-off cost"),
        right("npv", "Net present value"),
        right("lead", "Ahead of the best other"),
    ]
    caption = say("What if: as expected, at {rate} a year", rate=_percent(programme.discount_rate))
    notes = (
        say(
            "Undisclosed one-off costs count as zero here. In the HTML edition, sliders change each share, delay and "
            "cost; all else stays as expected."
        ),
    )
    raw = _raw(options, programme, seen)
    shown = table("whatif", caption, columns, rows, raw, notes, rate=programme.discount_rate)
    return Exhibit(shown.kind, shown.content | {"live": _live(options, programme, seen)})


def _live(options: list[Option], programme: Programme, seen: Views) -> dict[str, Any]:
    """Return what the page's script needs: sliders to draw, figures to count with, and phrases to say."""
    currency, top = programme.currency, _top(options, programme, seen)
    rate = _slider("rate", say("Discount rate"), programme.discount_rate, 0, HIGHEST_RATE, 0.005, "share")
    rate["said"] = _percent(programme.discount_rate)
    groups = [{"name": say("All options"), "sliders": [rate]}]
    for option in options:
        given = seen["expected"][option.name]
        share = _slider("share", say("Share of the claim achieved"), given["saving_share"], 0, 1.2, 0.01, "share")
        delay = _slider("delay", say("Delay in months"), given["delay_months"], 0, LONGEST_DELAY, 1, "count")
        cost = _slider("one_off", say("One-off cost"), _one_off(given), 0, top, top / 100, "money")
        share["said"] = _percent(given["saving_share"])
        delay["said"] = wording.tenths(given["delay_months"])
        cost["said"] = _said(option, given, currency)
        groups.append({"name": option.name, "sliders": [share, delay, cost]})
    return {
        "groups": groups,
        "figures": [_figures(option, seen["expected"][option.name]) for option in options],
        "currency": currency,
        "locale": locale().replace("_", "-"),
        "months": say("{n} mo."),
        "leads": say("With these values, {option} leads by {lead}."),
        "none": say("With these values, no option is better than leaving things as they are."),
        "reset": say("Back to the printed values"),
        "title": say("Move the sliders to recalculate the table"),
    }


def _figures(option: Option, given: dict[str, Any]) -> dict[str, Any]:
    """Return an option as the script counts it: its claim by month, and what does not move with the sliders."""
    made = scenario.parts(option, given)
    beyond = np.nan_to_num(given["defect_rate"] - option.error_rate) * np.nan_to_num(given["defect_cost"])
    return {
        "name": option.name,
        "claimed": [round(float(amount), 2) for amount in option.path],
        "full": option.full / MONTHS,
        "decay": given["saving_decay"],
        "fixed": [round(float(amount), 2) for amount in (made["run"] + made["growth"] + made["front_office"])[0]],
        "open": say("not disclosed") if _is_silent(option, given) else "",
        "errors": float(beyond * np.nan_to_num(option.monthly_items)),
    }


def _slider(key: str, label: str, value: float, low: float, high: float, step: float, unit: str) -> dict[str, Any]:
    return {"key": key, "label": label, "value": value, "low": low, "high": high, "step": step, "unit": unit}


def _raw(options: list[Option], programme: Programme, seen: Views) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "option": option.name,
                "share_that_arrives": seen["expected"][option.name]["saving_share"],
                "delay_months": seen["expected"][option.name]["delay_months"],
                "one_off_cost": _one_off(seen["expected"][option.name]),
                "npv": scenario.npv(option, seen["expected"][option.name], programme.discount_rate),
            }
            for option in options
        ]
    )


def _top(options: list[Option], programme: Programme, seen: Views) -> float:
    """Return the end of the sliders of cost: what the best option is worth, to the next five million or thousand."""
    worth = [scenario.npv(option, seen["expected"][option.name], programme.discount_rate) for option in options]
    known = [_one_off(seen["expected"][option.name]) for option in options]
    most = max(*worth, *known, 1.0) if len(worth) + len(known) > 1 else 1.0
    step = 5 * 10.0 ** (math.floor(math.log10(most)) - 1)
    return math.ceil(most / step) * step


def _one_off(given: dict[str, Any]) -> float:
    return float(given["one_off_cost"]) * float(given["rebuild"])


def _is_silent(option: Option, given: dict[str, Any]) -> bool:
    return math.isnan(option.one_off) and not given["one_off_cost"]


def _said(option: Option, given: dict[str, Any], currency: str) -> str:
    return say("not disclosed") if _is_silent(option, given) else words.money(_one_off(given), currency)


def _percent(part: float) -> str:
    return wording.value(part, "share", decimals=0)
