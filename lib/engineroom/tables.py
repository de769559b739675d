"""Every validated table of an engagement, with the reference data its reports need: the only place that reads them."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pandas as pd
from pydantic import BaseModel, ConfigDict

from engineroom import columns, schemas, sheets
from engineroom.columns import DataFrame, Table
from engineroom.engagement import Engagement, TableFiles, digest
from engineroom.errors import DataProblems, Problem
from engineroom.resources import folder


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


@dataclass(frozen=True)
class Tables:
    """Every validated table of one engagement and sector, with the reference data its reports need.

    A table the client did not send is empty. `sources` names, per table, the file and its SHA-256.
    """

    engagement: Engagement
    pack: Pack
    kpis: DataFrame[schemas.Kpis]
    workflows: DataFrame[schemas.Workflows]
    costs: DataFrame[schemas.Costs]
    staffing: DataFrame[schemas.Staffing]
    readiness: DataFrame[schemas.Readiness]
    definitions: DataFrame[schemas.Definitions]
    benchmarks: DataFrame[schemas.Benchmarks]
    collisions: DataFrame[schemas.Collisions]
    processes: DataFrame[schemas.Processes]
    sources: dict[str, str]


def read(engagement: Engagement) -> Tables:
    """Return every table of an engagement, validated; raise `DataProblems` with every fault there is."""
    problems: list[Problem] = []
    read_in: dict[str, pd.DataFrame] = {name: columns.empty(model) for name, model in schemas.INPUTS.items()}
    sources: dict[str, str] = {}
    for name, sheet in sheets.find(engagement, problems):
        read_in[name] = sheets.validated(sheet, schemas.INPUTS[name], problems)
        sources[name] = f"{sheet.where} · sha256 {digest(sheet.file)[:12]}"
        problems += sheets.completeness(sheet, read_in[name], schemas.INPUTS[name])
    definitions_, processes_ = definitions(), processes()
    problems += _references(engagement, read_in, definitions_, processes_)
    packs = [_own_pack(engagement, relative, definitions_, problems) for relative in engagement.benchmarks.packs]
    if problems:
        raise DataProblems(problems, engagement.check_command)
    return Tables(
        engagement=engagement,
        pack=pack(engagement.sector),
        definitions=definitions_,
        benchmarks=_printable(pd.concat([benchmarks(), *packs], ignore_index=True)),
        collisions=collisions(),
        processes=processes_,
        sources=sources,
        **{name: _of_sector(frame, read_in["workflows"], engagement.sector) for name, frame in read_in.items()},
    )


def definitions() -> DataFrame[schemas.Definitions]:
    """Return what each KPI means, as engineroom computes and compares it."""
    return _shipped("definitions", schemas.Definitions)


def benchmarks() -> DataFrame[schemas.Benchmarks]:
    """Return engineroom's benchmark library, without the rows that nobody could verify."""
    return _printable(_shipped("benchmarks", schemas.Benchmarks))


def collisions() -> DataFrame[schemas.Collisions]:
    """Return the known places where published values of one KPI disagree."""
    return _shipped("collisions", schemas.Collisions)


def processes() -> DataFrame[schemas.Processes]:
    """Return the process ids that tie workflows to benchmarks."""
    return _shipped("processes", schemas.Processes)


def pack(sector: str) -> Pack:
    """Return a sector pack."""
    path = folder("data") / "sectors" / f"{sector}.toml"
    return Pack.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


def _references(
    engagement: Engagement, read_in: dict[str, pd.DataFrame], known: pd.DataFrame, known_processes: pd.DataFrame
) -> Iterator[Problem]:
    """Yield every name in one table that no other table knows, and every period that is not the engagement's."""
    where = dict(_names(engagement))
    workflows = set(read_in["workflows"]["workflow"])
    prerequisites = {one.id for sector in engagement.header.sectors for one in pack(sector).prerequisites}
    names: list[tuple[str, str, Iterable[str]]] = [
        ("kpis", "kpi", known["kpi"]),
        ("kpis", "definition", known["definition"]),
        ("workflows", "process", known_processes["process"]),
        ("workflows", "sector", engagement.header.sectors),
        ("readiness", "prerequisite", prerequisites),
    ]
    names += [(table, "workflow", workflows) for table in ("kpis", "costs", "staffing", "readiness") if workflows]
    for table, column, among in names:
        for row, value in read_in[table][column].dropna().items():
            if value not in (known_words := set(among)):
                near = difflib.get_close_matches(value, known_words, 1)
                meant = f'did you mean "{near[0]}"?' if near else "see: engineroom list kpis|sectors|benchmarks"
                yield Problem(where[table], cast(int, row), column, f'"{value}" is unknown', meant)
    if len(engagement.header.sectors) > 1:
        for row in read_in["workflows"].index[read_in["workflows"]["sector"].isna()]:
            yield Problem(
                where["workflows"], row, "sector", "is blank", "this engagement has several sectors; name one"
            )
    yield from _values(where["kpis"], read_in["kpis"], known)
    period = engagement.header.period
    for table in ("kpis", "costs"):
        frame = read_in[table]
        outside = (frame["period_start"] < pd.Timestamp(period.start)) | (
            frame["period_end"] > pd.Timestamp(period.end)
        )
        for row in frame.index[outside]:
            rule = f"{frame.at[row, 'period_start']:%Y-%m-%d} to {frame.at[row, 'period_end']:%Y-%m-%d} is outside the engagement's period"
            yield Problem(where[table], row, "period_end", rule, f"the period is {period.start} to {period.end}")


def _values(where: str, kpis: pd.DataFrame, known: pd.DataFrame) -> Iterator[Problem]:
    defaults = known[known["is_default"]].set_index("kpi")["definition"]
    meant = kpis["definition"].fillna(kpis["kpi"].map(defaults))
    shares = kpis[meant.map(known.set_index("definition")["unit"]) == "share"]
    for row, one in shares.iterrows():
        if one["value"] < 0 or one["value"] > 1:
            yield Problem(
                where,
                row,
                "value",
                f"{one['value']:g} is not a fraction from 0 to 1",
                f"write {one['value'] / 100:g} for {one['value']:g}%",
            )
        if one["numerator"] > one["denominator"]:
            yield Problem(where, row, "numerator", "numerator is above denominator", "a part cannot exceed the whole")
    both = kpis[["kpi", "definition"]].dropna()
    owner = known.set_index("definition")["kpi"]
    for row in both.index[both["definition"].map(owner).notna() & (both["definition"].map(owner) != both["kpi"])]:
        yield Problem(
            where,
            row,
            "definition",
            f'"{both.at[row, "definition"]}" defines {owner[both.at[row, "definition"]]}, not {both.at[row, "kpi"]}',
        )


def _names(engagement: Engagement) -> Iterator[tuple[str, str]]:
    for name in schemas.INPUTS:
        book = engagement.tables.workbook
        yield name, f"{Path(book).name} / {name}" if book else f"{engagement.folder.name}/tables/{name}.csv"


def _of_sector(frame: pd.DataFrame, workflows: pd.DataFrame, sector: str) -> pd.DataFrame:
    """Keep the rows of this sector: those of its workflows, and those of none."""
    if "workflow" not in frame or workflows["sector"].isna().all():
        return frame
    other = workflows.loc[workflows["sector"].notna() & (workflows["sector"] != sector), "workflow"]
    return frame[~frame["workflow"].isin(other)]


# ------------------------------------------------------------------------------------------------- reading reference data


def _shipped(name: str, model: type[Table]) -> pd.DataFrame:
    problems: list[Problem] = []
    frame = _reference(folder("data") / f"{name}.csv", f"data/{name}.csv", model, problems)
    if problems:
        raise DataProblems(problems)
    return frame


def _own_pack(engagement: Engagement, relative: str, known: pd.DataFrame, problems: list[Problem]) -> pd.DataFrame:
    path = engagement.path(relative, allow_outside_folder=engagement.benchmarks.allow_outside_folder)
    if not path.is_file():
        problems.append(Problem(relative, rule="there is no such benchmark pack", cure="correct [benchmarks] packs"))
        return columns.empty(schemas.Benchmarks)
    frame = _reference(path, relative, schemas.Benchmarks, problems)
    units = known.set_index("definition")["unit"]
    taken = set(benchmarks()["benchmark"])
    for row, one in frame.iterrows():
        if one["definition"] not in units:
            problems.append(
                Problem(relative, row, "definition", f'"{one["definition"]}" is unknown', "see: engineroom list kpis")
            )
        elif units[one["definition"]] != one["unit"]:
            problems.append(
                Problem(
                    relative,
                    row,
                    "unit",
                    f'"{one["unit"]}" is not the unit of {one["definition"]}',
                    f"write {units[one['definition']]}",
                )
            )
        if one["benchmark"] in taken:
            problems.append(
                Problem(
                    relative,
                    row,
                    "benchmark",
                    f'"{one["benchmark"]}" is already in engineroom\'s library',
                    "choose another id",
                )
            )
    return frame


def _reference(path: Path, where: str, model: type[Table], problems: list[Problem]) -> pd.DataFrame:
    cells = sheets.csv_cells(path, where, TableFiles(), problems)
    return (
        columns.empty(model) if cells is None else sheets.validated(sheets.Sheet(where, path, cells), model, problems)
    )


def _printable(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["verification"] != "unverified"].reset_index(drop=True)
