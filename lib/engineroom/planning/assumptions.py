"""Every figure the case rests on, with its distribution, owner, grade and source; and the draws from them."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engineroom.dictionary import scenarios
from engineroom.dictionary.columns import DataFrame, as_text, empty
from engineroom.dictionary.options import DRIVERS
from engineroom.planning import scenario
from engineroom.planning.scenario import DO_NOTHING, Option, Programme
from engineroom.readers.tables import Tables

Floats = NDArray[np.float64]
NORMAL_P90 = 1.2815515655446004
"""Standard deviations from the mean of a normal distribution to its 90th percentile."""

CLASS = "engineroom, from the reference class"


def complete(programme: Programme, claims: DataFrame[scenarios.Claims], tables: Tables) -> DataFrame[scenarios.Assumed]:
    """Return every assumption: the client's, what the options state, and what the reference classes add.

    Where the client says nothing about the share of a claim that arrives, it is drawn from a triangle whose least and
    likely values are the class's lower end and middle over the claim, and whose upper end is the claim itself. An
    option past a closed gate has its one-off cost multiplied by the range of the rebuild class.
    """
    rows = [row for option in programme.options if option.kind != DO_NOTHING for row in _of(option, claims, tables)]
    rows += [_given(row) for row in tables.assumptions.to_dict("records") if not isinstance(row["option"], str)]
    if not rows:
        return empty(scenarios.Assumed)
    frame = pd.DataFrame(rows)
    return scenarios.Assumed.validate(frame.assign(mean=[mean(row) for row in frame.to_dict("records")]))


def mean(row: dict[str, Any]) -> float:
    """Return the mean of a distribution; NaN of what is unknown."""
    low, likely, high = (float(row[name]) for name in ("low", "likely", "high"))
    by_name = {"fixed": likely, "uniform": (low + high) / 2, "triangular": (low + likely + high) / 3}
    return by_name.get(row["distribution"], (low + high) / 2)


def quantile(row: dict[str, Any], p: float) -> float:
    """Return a quantile of a distribution."""
    low, likely, high = (float(row[name]) for name in ("low", "likely", "high"))
    if row["distribution"] == "fixed" or low == high:
        return mean(row)
    if row["distribution"] == "uniform":
        return low + p * (high - low)
    if row["distribution"] == "normal":
        return (low + high) / 2 + (2 * p - 1) / 0.8 * (high - low) / 2  # exact at P10 and P90, where it is asked
    turn = (likely - low) / (high - low)
    if p < turn:
        return low + float(np.sqrt(p * (high - low) * (likely - low)))
    return high - float(np.sqrt((1 - p) * (high - low) * (high - likely)))


def drawn(assumed: pd.DataFrame) -> pd.DataFrame:
    """Return the assumptions that differ from draw to draw."""
    return assumed[
        assumed["distribution"].isin(["uniform", "triangular", "normal"]) & (assumed["low"] < assumed["high"])
    ]


def draw(row: dict[str, Any], draws: int, seed: int) -> Floats:
    """Return so many draws of one assumption, the same for the same seed whatever the other assumptions are.

    Only growth can be negative: everything else is cut off at zero.
    """
    lot = np.random.default_rng([seed, zlib.crc32(f"{row['option']}\n{row['driver']}".encode())])
    low, likely, high = (float(row[name]) for name in ("low", "likely", "high"))
    if row["distribution"] == "uniform":
        return lot.uniform(low, high, draws)
    if row["distribution"] == "triangular":
        return lot.triangular(low, likely, high, draws)
    made = lot.normal((low + high) / 2, (high - low) / 2 / NORMAL_P90, draws)
    return made if row["driver"] == "run_cost_growth" else np.maximum(made, 0)


def values(option: Option, figures: dict[tuple[str, str], Any]) -> dict[str, Any]:
    """Return the drivers of an option: as stated, then as assumed for all options, then for this one.

    `figures` holds, by option and driver, the numbers to take: means, draws, or the end of one distribution.
    """
    taken: dict[str, Any] = scenario.stated(option)
    for name in ("", option.name):
        taken |= {driver: figure for (owner, driver), figure in figures.items() if owner == name and driver in taken}
    return taken


def expected(assumed: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Return the mean of each assumption that is known, by option and driver."""
    known = assumed[assumed["mean"].notna()]
    return {(row["option"], row["driver"]): row["mean"] for row in known.to_dict("records")}


def _of(option: Option, claims: pd.DataFrame, tables: Tables) -> list[dict[str, Any]]:
    given = tables.assumptions[tables.assumptions["option"] == option.name]
    stated = {row["driver"]: _given(row) for row in given.to_dict("records")}
    general = set(tables.assumptions.loc[tables.assumptions["option"].isna(), "driver"])
    rows = [_fixed(option, "annual_saving", option.full)]
    rows += [_fixed(option, "transition_months", option.transition)] if option.transition else []
    known = {"one_off_cost": option.one_off, "run_cost": option.run_cost, "defect_rate": option.defect_rate}
    for driver in DRIVERS:
        if driver in stated:
            rows.append(stated[driver])
        elif driver == "saving_share" and driver not in general:
            rows += _share(claims[claims["option"] == option.name].iloc[0])
        elif driver == "front_office_cost" and option.front_office:
            rows.append(_fixed(option, driver, option.front_office))
        elif driver in known and not (driver == "defect_rate" and np.isnan(option.defect_rate)):
            rows.append(_fixed(option, driver, known[driver]))
    if option.rebuild != (1.0, 1.0):
        low, high = option.rebuild
        factor = tables.reference_classes[tables.reference_classes["measure"] == "cost_factor"].iloc[0]
        about = {"owner": CLASS, "grade": factor["grade"], "source": factor["reference"]}
        rows.append(_row(option.name, "rebuild", "uniform", low, np.nan, high, **about))
    return rows


def _share(claim: pd.Series) -> list[dict[str, Any]]:
    full = claim["saving_full"] or np.nan
    low, high = claim["money_low"] / full, claim["money_high"] / full
    if not np.isfinite(low):
        return []
    middle, ends = (low + high) / 2, (min(low, 1.0), max(high, 1.0))
    about = {"owner": CLASS, "grade": claim["grade"], "source": claim["label"]}
    return [_row(claim["option"], "saving_share", "triangular", ends[0], middle, ends[1], **about)]


def _fixed(option: Option, driver: str, figure: float) -> dict[str, Any]:
    form = "unknown" if np.isnan(figure) else "fixed"
    about = {"owner": option.owner, "grade": option.grade, "source": option.source}
    return _row(option.name, driver, form, np.nan, figure, np.nan, is_client=True, **about)


def _given(row: dict[str, Any]) -> dict[str, Any]:
    texts = {name: as_text(row[name]) for name in ("option", "owner", "grade", "source")}
    return row | texts | {"is_client": True}


def _row(
    option: str,
    driver: str,
    form: str,
    low: float,
    likely: float,
    high: float,
    *,
    is_client: bool = False,
    **about: str,
) -> dict[str, Any]:
    figures = {"distribution": form, "low": low, "likely": likely, "high": high, "is_client": is_client}
    return {"option": option, "driver": driver} | figures | about
