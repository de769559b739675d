"""The reference data that ships with engineroom, and a consultancy's own benchmark packs: checked like a client's."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, cast

import pandas as pd
from pydantic import BaseModel, ConfigDict

from engineroom.dictionary import columns, operations, schemas
from engineroom.dictionary import initiatives as planning
from engineroom.dictionary import options as choices
from engineroom.dictionary.columns import UNITS, DataFrame, Table
from engineroom.errors import DataProblems, Problem
from engineroom.readers import sheets
from engineroom.readers.contract import nearest
from engineroom.readers.engagement import Engagement, TableFiles, sectors
from engineroom.resources import folder

SHELF_LIFE, SHELF_LIFE_OF_MONEY = {"measured": 3, "target": 5, "claim": 2}, 2
"""Years after which a row is stale, by its kind: surveys come back within three years, a target stands until it is
revised, prices move."""


class Kpi(BaseModel):
    """A KPI of a sector pack and why the sector watches it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kpi: str
    why: str


class Prerequisite(BaseModel):
    """What must stand before anything is automated."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    name: str
    asks: str
    source: str
    shown_by: Literal["", "data", "map", "governance"] = ""
    after: tuple[str, ...] = ()


class Pilot(BaseModel):
    """A workflow the sector usually starts with."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    workflow: str
    process: str
    why: str
    source: str


class Pack(BaseModel):
    """A sector: its KPIs, prerequisites, systems, integrations and first pilots."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    name: str
    summary: str
    depth: str
    kpis: tuple[Kpi, ...]
    prerequisites: tuple[Prerequisite, ...] = ()
    systems: tuple[str, ...] = ()
    integrations: tuple[str, ...] = ()
    pilots: tuple[Pilot, ...] = ()


def definitions() -> DataFrame[schemas.Definitions]:
    """Return what each KPI means, as engineroom computes and compares it."""
    return _shipped("definitions", schemas.Definitions)


def benchmarks() -> DataFrame[schemas.Benchmarks]:
    """Return engineroom's benchmark library, without the rows that nobody could verify."""
    return printable(_shipped("benchmarks", schemas.Benchmarks))


def collisions() -> DataFrame[schemas.Collisions]:
    """Return the known places where published values of one KPI disagree."""
    return _shipped("collisions", schemas.Collisions)


def processes() -> DataFrame[schemas.Processes]:
    """Return the process ids that tie workflows to benchmarks."""
    return _shipped("processes", schemas.Processes)


def gates() -> DataFrame[planning.Gates]:
    """Return the rules that refuse an initiative."""
    return _shipped("gates", planning.Gates)


def buckets() -> DataFrame[planning.Buckets]:
    """Return the rules of the portfolio review."""
    return _shipped("buckets", planning.Buckets)


def values() -> DataFrame[planning.Values]:
    """Return which kind of value each KPI serves."""
    return _shipped("values", planning.Values)


def reference_classes() -> DataFrame[choices.ReferenceClasses]:
    """Return what others who claimed the same have reached."""
    return _shipped("reference_classes", choices.ReferenceClasses)


def questions() -> DataFrame[operations.Questions]:
    """Return the anchored questions by which the maturity of an operating model is judged."""
    return _shipped("questions", operations.Questions)


def functions() -> DataFrame[operations.Functions]:
    """Return what a back office does, by department."""
    return _shipped("functions", operations.Functions)


def pack(sector: str) -> Pack:
    """Return a sector pack."""
    path = folder("data") / "sectors" / f"{sector}.toml"
    return Pack.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


def unknown(where: str, column: pd.Series, known: set[str], cure: str) -> Iterator[Problem]:
    """Yield a problem per name that is not among the known ones, at the first row that holds it."""
    faults = []
    for value, rows in column.groupby(column):
        if value not in known:
            near = nearest(value, sorted(known))
            rule = f'"{value}" is unknown' + (f", here and in {len(rows) - 1} more rows" if len(rows) > 1 else "")
            faults.append((cast(int, rows.index[0]), rule, f'did you mean "{near[0]}"?' if near else cure))
    yield from sheets.few(where, str(column.name), sorted(faults))


def there_are(words: Iterable[str]) -> str:
    """Return the cure that lists what there is."""
    return f"there are: {', '.join(words)}"


def _shipped(name: str, model: type[Table]) -> pd.DataFrame:
    return _shipped_once(name, model).copy(deep=False)  # copied when somebody writes to it


@functools.cache
def _shipped_once(name: str, model: type[Table]) -> pd.DataFrame:
    problems: list[Problem] = []
    frame = _reference(folder("data") / f"{name}.csv", f"data/{name}.csv", model, problems)
    if problems:
        raise DataProblems(problems)
    return frame


def own_pack(
    engagement: Engagement, relative: str, known: pd.DataFrame, taken: set[str], problems: list[Problem]
) -> pd.DataFrame:
    """Return the rows of a consultancy's pack; every fault in it becomes a problem."""
    path = engagement.path(relative, allow_outside_folder=engagement.benchmarks.allow_outside_folder)
    if not path.is_file():
        problems.append(Problem(relative, rule="there is no such benchmark pack", cure="correct [benchmarks] packs"))
        return columns.empty(schemas.Benchmarks)
    before = len(problems)
    frame = _reference(path, relative, schemas.Benchmarks, problems)
    if frame.empty and len(problems) == before:
        problems.append(Problem(relative, rule="has a header and no rows", cure="fill it, or remove the pack"))
    unit_of = frame["definition"].map(known.set_index("definition")["unit"])
    everywhere = {"all", *sectors()}
    problems += unknown(relative, frame["definition"], set(known["definition"]), "see: engineroom list kpis")
    problems += unknown(relative, frame["sector"], everywhere, there_are(sorted(everywhere)))
    each = frame["process"].map(columns.words).explode().dropna()
    problems += unknown(relative, each, set(processes()["process"]), there_are(processes()["process"]))
    wrong = frame.index[unit_of.notna() & frame["unit"].isin(UNITS) & (frame["unit"] != unit_of)]
    faults = [
        (row, f'"{frame.at[row, "unit"]}" is not the unit of {frame.at[row, "definition"]}', f"write {unit_of[row]}")
        for row in wrong
    ]
    problems += sheets.few(relative, "unit", faults)
    again = frame["benchmark"][frame["benchmark"].isin(taken)]
    faults = [
        (row, f'"{one}" is already in another pack or the library', "choose another id") for row, one in again.items()
    ]
    problems += sheets.few(relative, "benchmark", faults)
    return frame


def _reference(path: Path, where: str, model: type[Table], problems: list[Problem]) -> pd.DataFrame:
    files = TableFiles()
    if (found := sheets.csv_cells(path, where, files, problems)) is None:
        return columns.empty(model)
    frame = sheets.validated(sheets.Sheet(where, path, found, files.marks), model, problems)
    return _dated(frame) if model is schemas.Benchmarks else frame


def _dated(frame: pd.DataFrame) -> pd.DataFrame:
    """Return benchmarks with the day after which each is stale, where the row itself does not say."""
    kept = frame["kind"].map(SHELF_LIFE).where(frame["unit"] != "money", SHELF_LIFE_OF_MONEY).astype(float)
    after = frame["year"].fillna(frame["published"]) + kept + 1
    day = pd.to_datetime(after.astype("Int64").astype("string"), format="%Y") - pd.Timedelta(days=1)
    return frame.assign(expires=frame["expires"].fillna(day))


def printable(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that a page may show: those from memory only are left out."""
    return frame[frame["verification"] != "unverified"].reset_index(drop=True)
