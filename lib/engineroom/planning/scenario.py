"""Cash flows of the options: one convention, no drawing of lots.

A year has twelve equal months. One-off costs are paid at the start, everything else counts at the end of its year, so
net present value = - one-off + sum of year's net ÷ (1 + rate) ** year. A cost that nobody disclosed is left out of
every sum, and the option is marked open: `flips` says how large it may be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engineroom.dictionary import results
from engineroom.dictionary.columns import DataFrame, as_text, words
from engineroom.readers.tables import Tables

Floats = NDArray[np.float64]
Values = Mapping[str, Any]
"""What an option's drivers are: a number each, or an array with one number per draw."""

MONTHS = 12
DO_NOTHING = "do nothing"
PARTS = ("claimed", "delay", "share", "decay", "run", "growth", "quality", "front_office")
FRONT_OFFICE = (0.0, 0.0, 0.5, 1.0)
"""Part of the front office's time on errors in each year, the last for good: decay shows by years 3 to 4 (002-20)."""


@dataclass(frozen=True)
class Option:
    """One option as its author states it.

    `path` is the claimed saving of each month; `full` and `first` a year's saving in full run and in the first year
    that has one. `one_off` and `run_cost` are NaN where they are not disclosed. `rebuild` is the range of the factor
    on the one-off cost, (1, 1) unless the option goes past a closed gate. `front_office` is what the front office's
    hours on its errors cost in a year, once they have settled.
    """

    name: str
    kind: str
    path: Floats
    full: float
    first: float
    one_off: float
    run_cost: float
    saving_is: str
    transition: float
    ramp: str
    monthly_items: float
    error_rate: float
    defect_rate: float
    defect_cost: float
    rebuild: tuple[float, float]
    initiatives: tuple[str, ...]
    owner: str
    grade: str
    source: str
    front_office: float = 0.0

    @property
    def is_open(self) -> bool:
        """Return whether a cost of it is not disclosed: the one-off, or a run cost that savings are not net of."""
        has_open_run_cost = bool(np.isnan(self.run_cost)) and self.saving_is != "net"
        return self.kind != DO_NOTHING and bool(np.isnan(self.one_off) or has_open_run_cost)

    @property
    def covered(self) -> float:
        """Return the yearly run cost that the claimed saving is net of; NaN where it is net of one nobody disclosed.

        Where nobody says whether savings are before or after it, the run cost that is stated counts as covered.
        """
        if self.saving_is == "gross":
            return 0.0
        return self.run_cost if self.saving_is == "net" else float(np.nan_to_num(self.run_cost))


@dataclass(frozen=True)
class Programme:
    """The options of an engagement, with what the work costs today and the convention they are counted in.

    `scope` is the workflow that all of them are about; blank where they are about several, or all.
    """

    options: tuple[Option, ...]
    scope: str
    cost: float
    fte: float
    years: int
    discount_rate: float
    currency: str

    def __getitem__(self, name: str) -> Option:
        """Return an option by its name."""
        return next(option for option in self.options if option.name == name)


def programme(
    tables: Tables, measures: DataFrame[results.Measures], years: int = 5, discount_rate: float = 0.10
) -> Programme:
    """Return the options of an engagement over so many years; "do nothing" is always one of them."""
    listed = [_option(row, tables, measures, years) for row in tables.options.to_dict("records")]
    if listed and not any(option.kind == DO_NOTHING for option in listed):
        idle = {"option": "Do nothing", "kind": DO_NOTHING, "one_off_cost": 0.0, "run_cost": 0.0}
        row = dict.fromkeys(tables.options.columns, np.nan) | idle
        listed.append(_option(row, tables, measures, years))
    scopes = tables.options.loc[tables.options["kind"] != DO_NOTHING, "workflow"].fillna("").unique()
    scope = str(scopes[0]) if len(scopes) == 1 else ""
    people = tables.workflows["fte"] if not scope else tables.workflows.query("workflow == @scope")["fte"]
    return Programme(
        options=tuple(listed),
        scope=scope,
        cost=cost_today(tables, scope),
        fte=float(people.sum()),
        years=years,
        discount_rate=discount_rate,
        currency=tables.engagement.header.currency,
    )


def cost_today(tables: Tables, workflow: str = "") -> float:
    """Return what the work costs in a year today: ledger costs scaled to a year, else volume times unit cost."""
    costs, flows = tables.costs, tables.workflows
    if workflow:
        costs, flows = costs[costs["workflow"] == workflow], flows[flows["workflow"] == workflow]
    if len(costs):
        days = (costs["period_end"] - costs["period_start"]).dt.days + 1
        return float((costs["total"] * 365 / days).sum())
    priced = (flows["monthly_volume"] * flows["unit_cost"]).dropna()
    return float(priced.sum() * MONTHS) if len(priced) else float("nan")


def stated(option: Option) -> dict[str, float]:
    """Return the drivers of an option as its author claims them: all of the saving arrives, in time and for good."""
    return {
        "saving_share": 1.0,
        "saving_decay": 0.0,
        "delay_months": 0.0,
        "one_off_cost": 0.0 if np.isnan(option.one_off) else option.one_off,
        "run_cost": 0.0 if np.isnan(option.run_cost) else option.run_cost,
        "run_cost_growth": 0.0,
        "defect_rate": option.error_rate,
        "defect_cost": option.defect_cost,
        "front_office_cost": 0.0,
        "rebuild": 1.0,
    }


def parts(option: Option, values: Values) -> dict[str, Floats]:
    """Return what an option brings month by month, by part: arrays of draws by months that add up to the net.

    Each part is what one driver changes on what the ones before it left: the claim, its delay, the share that
    arrives, what is lost of it each year, the run cost beyond what the claim is net of, its growth, the errors beyond
    today's, and the front office's time on them.
    """
    of = {name: np.atleast_1d(np.asarray(value, float))[:, None] for name, value in values.items()}
    year = np.repeat(np.arange(len(option.path) // MONTHS), MONTHS)
    claimed = option.path[None, :]
    delayed = _delayed(option.path, of["delay_months"])
    arriving = delayed * of["saving_share"]
    kept = arriving * _compound(1 - of["saving_decay"], year)
    run = of["run_cost"] / MONTHS
    growth = run * (_compound(1 + of["run_cost_growth"], year) - 1)
    moved = np.minimum(delayed / (option.full / MONTHS), 1) if option.full else np.zeros_like(claimed)
    beyond = np.nan_to_num(of["defect_rate"] - option.error_rate) * np.nan_to_num(of["defect_cost"])
    quality = beyond * np.nan_to_num(option.monthly_items) * moved
    made = {"claimed": claimed, "delay": delayed - claimed, "share": arriving - delayed, "decay": kept - arriving}
    made |= {"run": np.nan_to_num(option.covered / MONTHS - run), "growth": -growth, "quality": -quality}
    made["front_office"] = -of["front_office_cost"] / MONTHS * np.take(FRONT_OFFICE, year, mode="clip")
    draws = max(len(part) for part in made.values())
    return {name: np.broadcast_to(part, (draws, len(option.path))) for name, part in made.items()}


def monthly(option: Option, values: Values) -> Floats:
    """Return the net of each month after the start, by draw."""
    return np.asarray(sum(parts(option, values).values()))


def start(option: Option, values: Values) -> Floats:
    """Return what is paid at the start, by draw: the one-off cost with what a skipped gate adds to it."""
    return np.atleast_1d(0.0 - np.asarray(values["one_off_cost"], float) * np.asarray(values["rebuild"], float))


def yearly(months: Floats) -> Floats:
    """Return the sums of years of what is given by month."""
    return months.reshape(len(months), -1, MONTHS).sum(axis=2)


def present(first: Floats, years: Floats, rate: float) -> Floats:
    """Return the net present value: what is paid at the start, and each year's net at the end of its year."""
    worth = first
    for net, weight in zip(years.T, weights(rate, years.shape[1]), strict=True):
        worth = worth + net * weight  # year by year: a matrix product adds up in an order that hangs on the processor
    return np.asarray(worth)


def weights(rate: float, years: int) -> Floats:
    """Return what money at the end of each of the coming years is worth at the start."""
    return 1 / np.cumprod(np.full(years, 1.0 + rate))


def npv(option: Option, values: Values, rate: float) -> float:
    """Return the net present value of one option for one set of drivers."""
    return float(present(start(option, values), yearly(monthly(option, values)), rate)[0])


def cumulative(option: Option, values: Values, years: int | None = None) -> float:
    """Return the sum of everything over the first so many years, not discounted."""
    net = monthly(option, values)
    return float(start(option, values)[0] + net[0, : None if years is None else years * MONTHS].sum())


def payback(option: Option, values: Values) -> float:
    """Return the month from which the sum of everything stays at or above zero; NaN where it never does.

    NaN too where a cost is not disclosed, and for doing nothing: there is nothing to pay back.
    """
    if option.is_open or option.kind == DO_NOTHING:
        return float("nan")
    sums = start(option, values)[0] + np.cumsum(monthly(option, values)[0])
    below = np.flatnonzero(sums < 0)
    after = int(below[-1]) + 2 if len(below) else 1
    return float(after) if after <= len(sums) else float("nan")


def ramped(annual: float, months: int, transition: float, ramp: str) -> Floats:
    """Return the saving of each month: nothing during the transition (`step`), or an even rise over it (`linear`).

    A month takes the part of itself that lies behind the transition, or the middle of its rise.
    """
    ends = np.arange(1.0, months + 1)
    if ramp == "linear" and transition > 0:
        area = np.where(ends < transition, ends**2 / (2 * max(transition, 1.0)), ends - transition / 2)
    else:
        area = np.maximum(ends - transition, 0)
    return np.diff(area, prepend=0.0) * annual / MONTHS


def _option(row: dict[str, Any], tables: Tables, measures: pd.DataFrame, years: int) -> Option:
    name, months = row["option"], years * MONTHS
    path = tables.savings[tables.savings["option"] == name].sort_values("year")["saving"].to_numpy(float)
    transition = float(np.nan_to_num(row["transition_months"]))
    ramp = row["ramp"] if isinstance(row["ramp"], str) else "step"
    if len(path):
        held = np.concatenate([path, np.repeat(path[-1:], max(years - len(path), 0))])[:years]
        saved, ramp = np.repeat(held / MONTHS, MONTHS), "path"
        full, first = float(path[-1]), float(path[path > 0][0]) if (path > 0).any() else 0.0
    else:
        full = first = float(np.nan_to_num(row["annual_saving"]))
        saved = ramped(full, months, transition, ramp)
    workflow = as_text(row["workflow"])
    flows = tables.workflows if not workflow else tables.workflows[tables.workflows["workflow"] == workflow]
    items = flows["monthly_volume"].sum(min_count=1)
    weights = flows["monthly_volume"].where(flows["cost_of_rework"].notna())
    rate = measures[(measures["kpi"] == "error_rate") & (measures["workflow"] == workflow)]["value"]
    carried_out_by = tuple(words(as_text(row["initiative"])))
    factor = tables.reference_classes[tables.reference_classes["measure"] == "cost_factor"]
    is_past_a_gate = bool(tables.overrides["initiative"].isin(carried_out_by).any())
    return Option(
        name=name,
        kind=row["kind"],
        path=saved,
        full=full,
        first=first,
        one_off=float(row["one_off_cost"]),
        run_cost=float(row["run_cost"]),
        saving_is=as_text(row["saving_is"]),
        transition=transition,
        ramp=ramp,
        monthly_items=float(items),
        error_rate=float(rate.iloc[0]) if len(rate) else float("nan"),
        defect_rate=float(row["defect_rate"]),
        defect_cost=float((flows["cost_of_rework"] * weights).sum() / weights.sum()) if weights.sum() else float("nan"),
        rebuild=(float(factor["low"].iloc[0]), float(factor["high"].iloc[0])) if is_past_a_gate else (1.0, 1.0),
        initiatives=carried_out_by,
        owner=as_text(row["owner"]),
        grade=as_text(row["grade"]),
        source=as_text(row["source"]),
        front_office=float(np.nan_to_num(row["front_office_hours"] * row["front_office_rate"])),
    )


def _delayed(path: Floats, delay: Floats) -> Floats:
    """Return a path that begins so many months later, by draw; parts of a month are shared out."""
    if not delay.any():
        return path[None, :]
    so_far = np.concatenate([[0.0], np.cumsum(path)])
    months = np.arange(len(path) + 1.0)
    return np.diff(np.interp(months - delay, months, so_far), axis=1)


def _compound(factor: Floats, year: NDArray[np.int64]) -> Floats:
    """Return a factor to the power of each month's year: nothing is compounded in the first."""
    each = np.repeat(factor, year[-1] + 1, axis=1)
    each[:, 0] = 1.0
    return np.asarray(np.cumprod(each, axis=1)[:, year])  # a power is rounded as the processor likes, a product is not
