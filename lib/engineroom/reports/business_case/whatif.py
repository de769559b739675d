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
    """Return the options as expected, with sliders for the share that arrives, the delay and both costs of each.

    What has no slider (growth of the run cost, loss of the saving, errors) stays as expected. While a slider is moved,
    the first headline of the page says what follows from it.
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
                _one_off_said(option, given, programme.currency),
                _run_said(option, given, programme.currency),
                wording.money(worth[option.name], programme.currency),
                wording.money(worth[option.name] - max([0.0, *others]), programme.currency),
            ]
        )
    columns = [left("option", "Option"), right("share", "Share of the claim achieved"), right("delay", "Delay")]
    columns += [
        right("one_off", "One-off cost"),
        right("run", "Run cost a year"),
        right("npv", "Net present value"),
        right("lead", "Ahead of the best other"),
    ]
    caption = say("What if: as expected, at {rate} a year", rate=_percent(programme.discount_rate))
    notes = (
        say(
            "Undisclosed costs count as zero here. Where a saving is net of a run cost, only the excess counts. "
            "In the HTML edition, sliders change each share, delay and cost; all else stays as expected."
        ),
    )
    raw = _raw(options, programme, seen)
    shown = table("whatif", caption, columns, rows, raw, notes, rate=programme.discount_rate)
    return Exhibit(shown.kind, shown.content | {"live": _live(options, programme, seen)})


def _live(options: list[Option], programme: Programme, seen: Views) -> dict[str, Any]:
    """Return what the page's script needs: sliders to draw, figures to count with, and phrases to say."""
    currency, years = programme.currency, programme.years
    given_of = [seen["expected"][option.name] for option in options]
    worth = max(
        scenario.npv(option, given, programme.discount_rate) for option, given in zip(options, given_of, strict=True)
    )
    top = _top([worth, *map(_one_off, given_of)])
    top_run = _top([worth / years, *(given["run_cost"] for given in given_of)])
    rate = _slider("rate", say("Discount rate"), programme.discount_rate, 0, HIGHEST_RATE, 0.005, "share")
    rate["said"] = _percent(programme.discount_rate)
    groups = [{"name": say("All options"), "sliders": [rate]}]
    for option, given in zip(options, given_of, strict=True):
        share = _slider("share", say("Share of the claim achieved"), given["saving_share"], 0, 1.2, 0.01, "share")
        delay = _slider("delay", say("Delay in months"), given["delay_months"], 0, LONGEST_DELAY, 1, "count")
        cost = _slider("one_off", say("One-off cost"), _one_off(given), 0, top, top / 100, "money")
        share["said"] = _percent(given["saving_share"])
        delay["said"] = wording.tenths(given["delay_months"])
        cost["said"] = _one_off_said(option, given, currency)
        run = _slider("run", say("Run cost a year"), given["run_cost"], 0, top_run, top_run / 100, "money")
        run["said"] = _run_said(option, given, currency)
        sliders = [share, delay, cost] + ([] if math.isnan(option.covered) else [run])
        groups.append({"name": option.name, "sliders": sliders})
    return {
        "kind": "whatif",
        "headline": "business_case.answer",
        "groups": groups,
        "figures": [_figures(option, seen["expected"][option.name]) for option in options],
        "currency": currency,
        "locale": locale().replace("_", "-"),
        "months": say("{n} mo."),
        "moved": say("With your settings:"),
        "printed": say("As printed:"),
        "leads": say("{option} leads: a net present value of {worth} over {years} years, {lead} ahead of {rival}."),
        "alone": say("{option} leads: a net present value of {worth} over {years} years. No other option pays."),
        "none": say("No option is better than leaving things as they are."),
        "silent": say("Not counted, because not disclosed: costs of {options}."),
        "years": years,
        "reset": say("Back to the printed values"),
        "title": say("Move the sliders to recalculate the table and the first headline"),
    }


def _figures(option: Option, given: dict[str, Any]) -> dict[str, Any]:
    """Return an option as the script counts it: its claim by month, and what does not move with the sliders."""
    beyond = np.nan_to_num(given["defect_rate"] - option.error_rate) * np.nan_to_num(given["defect_cost"])
    return {
        "name": option.name,
        "claimed": [round(float(amount), 2) for amount in option.path],
        "full": option.full / MONTHS,
        "decay": given["saving_decay"],
        "run": given["run_cost"],
        "growth": given["run_cost_growth"],
        "covered": given["run_cost"] if math.isnan(option.covered) else option.covered,
        "said": say("covered by the saving") if math.isnan(option.covered) else "",
        "fixed": [round(float(amount), 2) for amount in scenario.parts(option, given)["front_office"][0]],
        "open": {
            key: say("not disclosed")
            for key, is_open in (("one_off", _is_silent(option, given)), ("run", _hides_run_cost(option, given)))
            if is_open
        },
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
                "run_cost": seen["expected"][option.name]["run_cost"],
                "npv": scenario.npv(option, seen["expected"][option.name], programme.discount_rate),
            }
            for option in options
        ]
    )


def _top(amounts: list[float]) -> float:
    """Return the end of the sliders of a cost: the largest of some amounts, to the next five million or thousand."""
    most = max(1.0, *amounts)
    step = 5 * 10.0 ** (math.floor(math.log10(most)) - 1)
    return math.ceil(most / step) * step


def _one_off(given: dict[str, Any]) -> float:
    return float(given["one_off_cost"]) * float(given["rebuild"])


def _is_silent(option: Option, given: dict[str, Any]) -> bool:
    return math.isnan(option.one_off) and not given["one_off_cost"]


def _hides_run_cost(option: Option, given: dict[str, Any]) -> bool:
    return math.isnan(option.run_cost) and not given["run_cost"] and not math.isnan(option.covered)


def _one_off_said(option: Option, given: dict[str, Any], currency: str) -> str:
    return say("not disclosed") if _is_silent(option, given) else words.money(_one_off(given), currency)


def _run_said(option: Option, given: dict[str, Any], currency: str) -> str:
    if math.isnan(option.covered):
        return say("covered by the saving")
    return say("not disclosed") if _hides_run_cost(option, given) else words.money(given["run_cost"], currency)


def _percent(part: float) -> str:
    return wording.value(part, "share", decimals=0)
