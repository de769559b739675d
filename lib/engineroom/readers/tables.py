"""Every validated table of an engagement, beside the reference data its reports need: the only reader of a client's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from engineroom.dictionary import columns, operations, oversight, schemas
from engineroom.dictionary import initiatives as planning
from engineroom.dictionary import options as choices
from engineroom.dictionary.columns import DataFrame
from engineroom.errors import DataProblems, Problem
from engineroom.readers import reference, sheets
from engineroom.readers.engagement import Engagement, digest

HAPPENED = (("control_tests", "done"), ("sops", "reviewed"), ("answers", "date"), ("obligations", "date"))
"""Days on which something was done: none can lie after the day of the report."""


class Origin(NamedTuple):
    """Where a table came from: its file or sheet as a reader names it, and the SHA-256 of the file."""

    file: str
    sha256: str


@dataclass(frozen=True)
class Tables:
    """Every validated table of one engagement and sector, with the reference data its reports need.

    A table the client did not send is empty. `sources` says, of each that was sent, where it came from.
    """

    engagement: Engagement
    pack: reference.Pack
    kpis: DataFrame[schemas.Kpis]
    workflows: DataFrame[schemas.Workflows]
    costs: DataFrame[schemas.Costs]
    staffing: DataFrame[schemas.Staffing]
    readiness: DataFrame[schemas.Readiness]
    portfolio: DataFrame[planning.Portfolio]
    exceptions: DataFrame[planning.Exceptions]
    steps: DataFrame[planning.Steps]
    edges: DataFrame[planning.Edges]
    unit_definitions: DataFrame[planning.UnitDefinitions]
    initiatives: DataFrame[planning.Initiatives]
    demands: DataFrame[planning.Demands]
    capacity: DataFrame[planning.Capacity]
    blackouts: DataFrame[planning.Blackouts]
    overrides: DataFrame[planning.Overrides]
    pilots: DataFrame[planning.Pilots]
    slas: DataFrame[planning.Slas]
    monthly_values: DataFrame[planning.MonthlyValues]
    options: DataFrame[choices.Options]
    savings: DataFrame[choices.Savings]
    assumptions: DataFrame[choices.Assumptions]
    headcount_targets: DataFrame[choices.HeadcountTargets]
    answers: DataFrame[operations.Answers]
    work: DataFrame[operations.Work]
    people: DataFrame[operations.People]
    skills: DataFrame[operations.Skills]
    activities: DataFrame[operations.Activities]
    risks: DataFrame[oversight.Risks]
    controls: DataFrame[oversight.Controls]
    separations: DataFrame[oversight.Separations]
    lines: DataFrame[oversight.Lines]
    sops: DataFrame[oversight.Sops]
    datasets: DataFrame[oversight.Datasets]
    control_tests: DataFrame[oversight.ControlTests]
    obligations: DataFrame[oversight.Obligations]
    definitions: DataFrame[schemas.Definitions]
    benchmarks: DataFrame[schemas.Benchmarks]
    collisions: DataFrame[schemas.Collisions]
    processes: DataFrame[schemas.Processes]
    gates: DataFrame[planning.Gates]
    buckets: DataFrame[planning.Buckets]
    values: DataFrame[planning.Values]
    reference_classes: DataFrame[choices.ReferenceClasses]
    questions: DataFrame[operations.Questions]
    functions: DataFrame[operations.Functions]
    sources: dict[str, Origin]


def read(engagement: Engagement) -> Tables:
    """Return every table of an engagement, validated; raise `DataProblems` with every fault there is."""
    problems: list[Problem] = []
    read_in: dict[str, pd.DataFrame] = {name: columns.empty(model) for name, model in schemas.INPUTS.items()}
    sources: dict[str, Origin] = {}
    for name, sheet in sheets.find(engagement, problems):
        read_in[name] = sheets.validated(sheet, schemas.INPUTS[name], problems)
        sources[name] = Origin(sheet.where, digest(sheet.file))
        problems += sheets.completeness(sheet, read_in[name], schemas.INPUTS[name])
    definitions = reference.definitions()
    problems += _references(engagement, read_in, definitions, reference.processes())
    packs = [reference.benchmarks()]
    for relative in engagement.benchmarks.packs:
        taken = {one for rows in packs for one in rows["benchmark"]}
        packs.append(reference.own_pack(engagement, relative, definitions, taken, problems))
    known = {one for rows in packs for one in rows["benchmark"]}
    judged = [one.id for one in (*engagement.benchmarks.exclude, *engagement.benchmarks.accept)]
    named = pd.Series(judged, [0] * len(judged), dtype=object, name="benchmarks")
    problems += reference.unknown(engagement.where, named, known, "see: engineroom list benchmarks")
    if problems:
        raise DataProblems(problems, engagement.check_command)
    benchmarks = reference.printable(pd.concat(packs, ignore_index=True))
    sent = {name: _of_sector(frame, read_in["workflows"], engagement.sector) for name, frame in read_in.items()}
    return assembled(engagement, sent, benchmarks, sources)


def assembled(
    engagement: Engagement,
    sent: dict[str, pd.DataFrame],
    benchmarks: DataFrame[schemas.Benchmarks],
    sources: dict[str, Origin],
) -> Tables:
    """Return the validated tables that a client sent, beside the reference data; what was not sent is empty."""
    return Tables(
        engagement=engagement,
        pack=reference.pack(engagement.sector),
        definitions=reference.definitions(),
        benchmarks=benchmarks,
        collisions=reference.collisions(),
        processes=reference.processes(),
        gates=reference.gates(),
        buckets=reference.buckets(),
        values=reference.values(),
        reference_classes=reference.reference_classes(),
        questions=reference.questions(),
        functions=reference.functions(),
        sources=sources,
        **{name: columns.empty(model) for name, model in schemas.INPUTS.items()} | sent,
    )


def _references(
    engagement: Engagement, read_in: dict[str, pd.DataFrame], known: pd.DataFrame, known_processes: pd.DataFrame
) -> Iterator[Problem]:
    """Yield every name in one table that no other table knows, and every period that is not the engagement's."""
    where, workflows = dict(_names(engagement)), read_in["workflows"]
    chosen = engagement.header.sectors
    prerequisites = sorted({one.id for sector in chosen for one in reference.pack(sector).prerequisites})
    used = known_processes["sectors"].map(lambda said: not {"all", *chosen}.isdisjoint(said.split(";")))
    names: list[tuple[str, str, Iterable[str], str]] = [
        ("kpis", "kpi", known["kpi"], "see: engineroom list kpis"),
        ("kpis", "definition", known["definition"], "see: engineroom list kpis"),
        ("workflows", "process", known_processes["process"], reference.there_are(known_processes.loc[used, "process"])),
        ("workflows", "sector", chosen, f"the sectors of this engagement are: {', '.join(chosen)}"),
        ("readiness", "prerequisite", prerequisites, reference.there_are(prerequisites)),
    ]
    if inventory := set(workflows["workflow"].dropna()):
        cure = "correct it, or add it to the table workflows"
        about = [name for name in read_in if name != "workflows" and "workflow" in read_in[name]]
        names += [(table, "workflow", inventory, cure) for table in about]
    planned, rules = set(read_in["initiatives"]["initiative"].dropna()), sorted(reference.gates()["gate"])
    names += [(table, "initiative", planned, "add it to the table initiatives") for table in ("demands", "overrides")]
    names += [("demands", "team", set(read_in["capacity"]["team"].dropna()), "add it to the table capacity")]
    names += [("overrides", "gate", rules, reference.there_are(rules))]
    asked = reference.questions()["question"]
    names += [("answers", "question", asked, "see: engineroom list questions")]
    if known_people := set(read_in["people"]["person"].dropna()):
        names += [("skills", "person", known_people, "add it to the table people")]
    offered = set(read_in["options"]["option"].dropna())
    names += [(table, "option", offered, "add it to the table options") for table in ("savings", "assumptions")]
    names += [("initiatives", "delivers", {*prerequisites, *rules}, reference.there_are([*prerequisites, *rules]))]
    names += [
        ("edges", end, set(read_in["steps"]["step"].dropna()), "add it to the table steps")
        for end in ("step", "next_step")
    ]
    names += [
        (table, "kpi", known["kpi"], "see: engineroom list kpis")
        for table in ("unit_definitions", "pilots", "monthly_values")
    ]
    names += [("unit_definitions", "definition", known["definition"], "see: engineroom list kpis")]
    controls = set(read_in["controls"]["control"].dropna())
    names += [(one, "control", controls, "add it to the table controls") for one in ("separations", "control_tests")]
    if len(read_in["steps"]):
        names += [("risks", "step", set(read_in["steps"]["step"].dropna()), "add it to the table steps")]
    several = [("initiatives", "after", planned, "add it to the table initiatives")]
    several += [("options", "initiative", planned, "add it to the table initiatives")]
    several += [("controls", "risks", set(read_in["risks"]["risk"].dropna()), "add it to the table risks")]
    for table, column, known_names, cure in several:
        parts = read_in[table][column].dropna().astype("str").str.split(";").explode().astype("str").str.strip()
        yield from reference.unknown(where[table], parts[parts != ""], known_names, cure)
    for table, column, among, cure in names:
        yield from reference.unknown(where[table], read_in[table][column], set(among), cure)
    if len(chosen) > 1:
        unassigned = workflows.index[workflows["sector"].isna()]
        cure = "this engagement has several sectors; name one"
        yield from sheets.few(where["workflows"], "sector", [(row, "is blank", cure) for row in unassigned])
    yield from _circle(where["initiatives"], read_in["initiatives"])
    yield from _alike(where, read_in)
    yield from _days(where, read_in, engagement)
    yield from _values(where["kpis"], read_in["kpis"], known)
    monthly, default = read_in["monthly_values"], known[known["is_default"]].set_index("kpi")["unit"]
    is_above = (monthly["kpi"].map(default) == "share") & (monthly["numerator"] > monthly["denominator"])
    above = [
        (row, "numerator is above denominator", "a part cannot exceed the whole") for row in monthly.index[is_above]
    ]
    yield from sheets.few(where["monthly_values"], "numerator", above)
    period = engagement.header.period
    first, last = pd.Timestamp(period.start), pd.Timestamp(period.end)
    for table in ("kpis", "costs"):
        starts, ends = read_in[table]["period_start"], read_in[table]["period_end"]
        outside = ((starts < first) | (ends > last)) & ~(ends < starts)
        rule = "{:%Y-%m-%d} to {:%Y-%m-%d} is outside the engagement's period"
        cure = f"the period is {period.start} to {period.end}"
        days = zip(starts[outside].fillna(ends), ends[outside].fillna(starts), strict=True)
        faults = [
            (row, rule.format(*pair), cure) for row, pair in zip(read_in[table].index[outside], days, strict=True)
        ]
        yield from sheets.few(where[table], "period_end", faults)


def _circle(where: str, initiatives: pd.DataFrame) -> Iterator[Problem]:
    """Yield initiatives that wait for each other: none of them can ever begin."""
    waits = {
        name: [one.strip() for one in after.split(";") if one.strip()]
        for name, after in initiatives.set_index("initiative")["after"].dropna().items()
    }
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        names = error.args[1]  # each before the one that waits for it; the last is the first
        row = initiatives.index[initiatives["initiative"] == names[0]][0]
        told = ", which waits for ".join(f'"{name}"' for name in reversed(names))
        yield Problem(where, row, "after", f"{told}: none of them can begin", "take one of them out of after")


def _alike(where: dict[str, str], read_in: dict[str, pd.DataFrame]) -> Iterator[Problem]:
    """Yield every name that another row writes with other capitals: it would count as a second person or skill."""
    for column, tables in (("person", ("people",)), ("skill", ("work", "skills"))):
        first: dict[str, tuple[str, str]] = {}
        for table in tables:
            faults = []
            for row, name in read_in[table][column].dropna().drop_duplicates().items():
                meant, at = first.setdefault(name.casefold(), (name, f"row {row} of {table}"))
                if name != meant:
                    faults.append((row, f'"{name}" is "{meant}" of {at} in other capitals', "write both alike"))
            yield from sheets.few(where[table], column, faults)


def _days(where: dict[str, str], read_in: dict[str, pd.DataFrame], engagement: Engagement) -> Iterator[Problem]:
    """Yield the weeks that begin on another day than Monday or lie outside the period, and what is yet to happen."""
    period, as_of = engagement.header.period, engagement.header.as_of
    weeks = read_in["work"]["week"].dropna()
    faults = []
    for row, day in weeks.items():
        monday = day - pd.Timedelta(days=day.weekday())
        if day != monday:
            rule, cure = f"{day:%Y-%m-%d} is no Monday", f"write the one on which the week began: {monday:%Y-%m-%d}"
            faults.append((row, rule, cure))
        elif monday > pd.Timestamp(period.end) or monday + pd.Timedelta(days=6) < pd.Timestamp(period.start):
            rule = f"the week from {day:%Y-%m-%d} is outside the engagement's period"
            faults.append((row, rule, f"the period is {period.start} to {period.end}"))
    yield from sheets.few(where["work"], "week", faults)
    for table, column in HAPPENED:
        days = read_in[table][column].dropna()
        cure = f"correct it, or as_of in engagement.toml, which is {as_of}"
        late = [
            (row, f"{day:%Y-%m-%d} is after the day of the report", cure)
            for row, day in days[days > pd.Timestamp(as_of)].items()
        ]
        yield from sheets.few(where[table], column, late)


def _values(where: str, kpis: pd.DataFrame, known: pd.DataFrame) -> Iterator[Problem]:
    defaults = known[known["is_default"]].set_index("kpi")["definition"]
    meant = kpis["definition"].fillna(kpis["kpi"].map(defaults))
    shares = kpis[meant.map(known.set_index("definition")["unit"]) == "share"]
    above = shares.index[(shares["numerator"] > shares["denominator"]) & (shares["denominator"] > 0)]
    faults = [(row, "numerator is above denominator", "a part cannot exceed the whole") for row in above]
    below = shares.index[(shares["numerator"] < 0) & shares["value"].isna()]
    faults += [(row, f"{shares.at[row, 'numerator']:g} is below 0", "") for row in below]
    yield from sheets.few(where, "numerator", sorted(faults))
    value = shares["value"].drop(above)
    faults = [
        (row, f"{one:g} is not a fraction from 0 to 1", f"write {one / 100:g} for {one:g}%" if 1 < one <= 100 else "")
        for row, one in value[(value < 0) | (value > 1)].items()
    ]
    yield from sheets.few(where, "value", faults)
    owner = kpis["definition"].map(known.set_index("definition")["kpi"])
    foreign = kpis.index[owner.notna() & kpis["kpi"].notna() & (owner != kpis["kpi"])]
    faults = [
        (row, f'"{kpis.at[row, "definition"]}" defines {owner[row]}, not {kpis.at[row, "kpi"]}', "correct one of them")
        for row in foreign
    ]
    yield from sheets.few(where, "definition", faults)


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
