"""The assessment of a client in one sector: the whole flow in order, one line a result table.

Each result is computed once, at first use, by a pure function of the results above it, and kept. Reports only tell
it, so that two reports of one client cannot rest on different figures. `open` returns what is stored where that still
holds, and computes what is not.
"""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar, overload

import pandas as pd
from pydantic import ValidationError

from engineroom import provenance, storage
from engineroom.dictionary import (
    governance_tables,
    initiatives,
    logtables,
    operating_tables,
    oversight,
    plans,
    quality_tables,
    results,
    scenarios,
    schemas,
)
from engineroom.dictionary.columns import DataFrame, Table
from engineroom.dictionary.findings import Findings
from engineroom.errors import ReportError
from engineroom.logs import drilldown, event_log, profile, traces
from engineroom.measures import (
    automation,
    benchmark,
    control,
    data_quality,
    gap,
    go_live,
    instruments,
    kpi,
    process_map,
    quality,
    review,
    variation,
)
from engineroom.organisation import (
    accountability,
    capacity,
    functions,
    maturity,
    review_calendar,
    riskcontrol,
    separation,
    skills,
)
from engineroom.planning import (
    agenda,
    agreement,
    asks,
    assumptions,
    claims,
    diagnosis,
    flips,
    money,
    outlook,
    pilot,
    plan,
    portfolio,
    readiness,
    scenario,
    solver,
    uncertainty,
    without,
    workflow,
)
from engineroom.readers import engagement as engagements
from engineroom.readers import tables as readers
from engineroom.readers.contract import suggestion
from engineroom.readers.engagement import Engagement, Parameters
from engineroom.reports.benchmark_gap import facts as benchmark_gap
from engineroom.reports.business_case import facts as business_case
from engineroom.reports.governance import facts as governance
from engineroom.reports.operating_model import facts as operating_model
from engineroom.reports.process_quality import facts as process_quality
from engineroom.reports.roadmap import facts as roadmap

PLACE = "ENGINEROOM_ASSESSMENT"
"""Variable that names the folder of the assessment a notebook is to tell."""
FOLDER = "assessment"
INPUTS = "inputs/"
"""Where the client's validated tables lie in that folder."""

REPORTS = (
    "benchmark_gap_findings",
    "roadmap_findings",
    "business_case_findings",
    "process_quality_findings",
    "operating_model_findings",
    "governance_findings",
)
"""Results that hold the findings of one report each."""

Model = TypeVar("Model", bound=Table)
Value = TypeVar("Value")


class Result(Generic[Model]):
    """A result table of the flow: its model, and how it follows from the results above it."""

    def __init__(self, model: type[Model], compute: Callable[[Assessment], pd.DataFrame]) -> None:
        self.model, self.compute, self.name = model, compute, ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, case: None, owner: type) -> Result[Model]: ...
    @overload
    def __get__(self, case: Assessment, owner: type) -> DataFrame[Model]: ...
    def __get__(self, case: Assessment | None, owner: type) -> Any:
        """Return the table of an assessment."""
        return self if case is None else case.table(self)


class Step(Generic[Value]):
    """A step between result tables that is kept in memory only, such as a problem for the solver."""

    def __init__(self, compute: Callable[[Assessment], Value]) -> None:
        self.compute, self.name = compute, ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, case: Assessment, owner: type) -> Value:
        """Return the value of an assessment."""
        if case is None:
            return self
        if self.name not in vars(case):
            vars(case)[self.name] = self.compute(case)
        value: Value = vars(case)[self.name]
        return value


class Assessment:
    """Everything that is known of a client in one sector.

    Attributes
    ----------
    engagement : Engagement
        The client, as engagement.toml has it.
    parameters : Parameters
        What changes figures: the same for all of them.
    files : dict of str to str
        SHA-256 of the client's files, taken before any of them was read.
    computed : list of str
        Results that were computed here; all others were stored.
    """

    def __init__(
        self,
        engagement: Engagement,
        parameters: Parameters,
        saved: storage.Saved | None = None,
        files: dict[str, str] | None = None,
    ) -> None:
        self.engagement, self.parameters, self.saved = engagement, parameters, saved
        self.files = provenance.inputs(engagement) if files is None else files
        self.computed: list[str] = []
        self._tables: dict[str, pd.DataFrame] = {}

    # ------------------------------------------------------------------------------------------- what the client sent

    tables = Step(lambda case: case._read())
    event_log = Step(lambda case: event_log.open(case.engagement))
    logs = Result(logtables.Logs, lambda case: traces.described(case.event_log))
    caveats = Result(results.Caveats, lambda case: profile.caveats(case.event_log))
    absent = Result(logtables.Absent, lambda case: profile.absent(case.event_log))
    log = Step(lambda case: profile.read(case.logs, case.caveats, case.absent))

    # ------------------------------------------------------------------------------------------------ measures, gaps

    measures = Result(results.Measures, lambda case: kpi.measure(case.tables, case.event_log))
    superseded = Result(results.Superseded, lambda case: kpi.superseded(case.tables, case.event_log, case.measures))
    missing_kpis = Result(results.MissingKpis, lambda case: kpi.missing(case.tables, case.log, case.measures))
    gaps = Result(results.Gaps, lambda case: gap.find(case.measures, case.tables, case.parameters.line))
    worths = Result(results.Worths, lambda case: gap.worth(case.gaps, case.tables))
    values = Result(results.Values, lambda case: gap.values(case.gaps, case.worths, case.tables))
    tiers = Result(results.Tiers, lambda case: gap.tiers(case.measures, case.tables))
    rivals = Result(
        results.Rivals,
        lambda case: gap.against(case.measures, benchmark.rivals(case.tables, case.measures), case.tables),
    )
    reviews = Result(results.Reviews, lambda case: review.benchmarks(case.gaps, case.tables))

    # ------------------------------------------------------------------------------------------------------- quality

    yields = Result(quality_tables.Yields, lambda case: quality.yields(case.event_log, case.tables))
    hidden_factory = Result(
        quality_tables.Factory, lambda case: quality.factory(case.event_log, case.yields, case.tables)
    )
    weeks = Result(logtables.Weeks, lambda case: drilldown.weeks(case.event_log))
    workflow_weeks = Result(logtables.WorkflowWeeks, lambda case: drilldown.workflow_weeks(case.event_log))
    quarters = Result(logtables.Quarters, lambda case: drilldown.quarters(case.event_log))
    control_points = Result(quality_tables.Points, lambda case: control.points(case.workflow_weeks))
    stability = Result(plans.Stability, lambda case: control.stability(case.workflow_weeks, case.control_points))
    signals = Result(quality_tables.Signals, lambda case: variation.signals(case.control_points))
    exception_types = Result(quality_tables.Types, lambda case: quality.types(case.event_log, case.tables))
    exception_kinds = Result(
        quality_tables.Kinds,
        lambda case: quality.kinds(case.exception_types, case.event_log, case.stability, case.tables),
    )
    durations = Result(logtables.Durations, lambda case: traces.durations(case.event_log, case.tables, case.changed))
    cycle_times = Result(quality_tables.Times, lambda case: quality.times(case.event_log, case.durations))
    curves = Result(quality_tables.Curves, lambda case: quality.curves(case.durations))
    changes = Result(
        quality_tables.Changes, lambda case: variation.changes(case.workflow_weeks, case.durations, case.changed)
    )
    quality_measures = Step(lambda case: quality.measures(case.measures))
    stp_tiers = Result(results.Tiers, lambda case: quality.straight_through(case.quality_measures, case.tables))
    data_quality = Result(
        quality_tables.Dimensions, lambda case: data_quality.dimensions(case.tables, case.event_log, case.measures)
    )
    golive_months = Result(quality_tables.Months, lambda case: go_live.months(case.tables))
    gains_kept = Result(quality_tables.Kept, lambda case: go_live.kept(case.golive_months, case.tables))
    following = Result(logtables.Following, lambda case: traces.following(case.event_log, case.tables))
    instruments = Result(
        quality_tables.Instruments,
        lambda case: instruments.read(case.measures, case.hidden_factory, case.following, case.tables),
    )
    paths = Result(logtables.Paths, lambda case: traces.paths(case.event_log))
    arrows = Result(quality_tables.Arrows, lambda case: process_map.arrows(case.paths, case.tables))
    straight_through = Result(logtables.StraightThrough, lambda case: traces.straight_through(case.event_log))
    automation_health = Result(
        quality_tables.Health,
        lambda case: automation.health(case.following, case.straight_through, case.event_log, case.tables),
    )

    # --------------------------------------------------------------------------------- readiness, portfolio, roadmap

    maps = Result(plans.Maps, lambda case: workflow.maps(case.tables))
    data_scores = Result(
        quality_tables.DataScores, lambda case: data_quality.by_workflow(case.tables, case.event_log, case.measures)
    )
    governance_profile = Result(
        operating_tables.Profile,
        lambda case: maturity.profile(case.tables, "governance"),
    )
    shown = Result(
        plans.Shown,
        lambda case: readiness.shown(case.tables, case.measures, case.data_scores, case.maps, case.governance_profile),
    )
    prerequisites = Result(plans.Prerequisites, lambda case: readiness.assess(case.tables, case.measures, case.shown))
    stages = Result(plans.Stages, lambda case: readiness.stages(case.prerequisites, case.tables))
    rankings = Result(plans.Rankings, lambda case: workflow.rank(case.tables, case.measures, case.stages))
    placements = Result(plans.Placements, lambda case: portfolio.place(case.tables, case.rankings))
    initiatives = Result(
        initiatives.Initiatives, lambda case: portfolio.candidates(case.tables, case.rankings, case.placements)
    )
    comparability = Result(plans.Comparability, lambda case: portfolio.comparability(case.tables))
    decisions = Result(
        plans.Decisions,
        lambda case: readiness.decide(
            case.initiatives, case.prerequisites, case.stability, case.comparability, case.tables
        ),
    )
    draft = Step(
        lambda case: plan.draft(
            case.initiatives,
            case.prerequisites,
            case.decisions,
            case.tables,
            case.parameters.weeks,
            case.parameters.pilots_at_once,
            case.parameters.discount_rate,
            case.parameters.objective,
        )
    )
    objective = Step(lambda case: plan.aim(case.draft, case.parameters.objective))
    solved = Step(
        lambda case: plan.recorded(
            solver.schedule(case.draft.problem, case.objective, case.parameters.effort), case.objective
        )
    )
    plan_starts = Result(plans.Starts, lambda case: case.solved[0])
    plan_search = Result(plans.Search, lambda case: case.solved[1])
    plan_limits = Result(plans.Limits, lambda case: case.solved[2])
    schedule = Step(lambda case: plan.schedule(case.plan_starts, case.plan_search, case.plan_limits))
    plan = Result(plans.Plan, lambda case: plan.dated(case.draft, case.schedule, case.decisions))
    plan_load = Result(plans.TeamLoad, lambda case: plan.load(case.draft, case.schedule))
    plan_benefits = Result(plans.Benefits, lambda case: plan.benefits(case.plan, case.draft))
    plan_economics = Result(plans.Economics, lambda case: money.economics(case.plan, case.draft))
    bridge = Result(plans.Bridge, lambda case: money.bridge(case.worths, case.plan))
    one_more = Result(plans.OneMore, lambda case: plan.one_more(case.draft, case.schedule, case.objective))
    delays = Result(plans.Delays, lambda case: plan.delays(case.draft, case.schedule, case.plan, case.objective))
    without = Result(
        plans.Without,
        lambda case: without.without(
            case.draft, case.schedule, case.plan, case.decisions, case.objective, case.parameters.effort
        ),
    )
    calendar = Result(plans.Calendar, lambda case: review_calendar.calendar(case.tables, case.plan))
    agenda = Result(plans.Agenda, lambda case: agenda.steps(case.plan, case.prerequisites, case.calendar, case.tables))
    first_targets = Result(
        plans.FirstTargets, lambda case: workflow.first_targets(case.tables, case.rankings, case.stages)
    )
    pilots = Result(plans.PilotPlans, lambda case: pilot.plan(case.gaps, case.rankings, case.quarters, case.tables))
    pilot_results = Result(plans.PilotResults, lambda case: pilot.judge(case.tables))
    tracks = Result(plans.Tracks, lambda case: workflow.track(case.tables, case.maps, case.rankings, case.pilots))
    technology = Result(
        plans.Technology,
        lambda case: workflow.technology(maturity.profile(case.tables, "technology"), case.tracks, case.tables),
    )
    touches = Result(plans.Touches, lambda case: portfolio.touches(case.tables))
    at_source = Result(plans.AtSource, lambda case: portfolio.at_source(case.tables))
    transaction_types = Result(plans.CostTypes, lambda case: portfolio.transactions(case.tables))
    cost_types = Result(plans.CostTypes, lambda case: portfolio.pareto(case.tables))
    stp_paths = Result(plans.TargetPaths, lambda case: portfolio.straight_through_paths(case.tables, case.measures))
    stp_actuals = Result(plans.Paths, lambda case: portfolio.straight_through_actuals(case.tables, case.gains_kept))

    # ------------------------------------------------------------------------------------------------- business case

    programme = Step(
        lambda case: scenario.programme(
            case.tables, case.measures, case.parameters.years, case.parameters.discount_rate
        )
    )
    claims = Result(scenarios.Claims, lambda case: claims.audit(case.programme, case.tables))
    assumptions = Result(scenarios.Assumed, lambda case: assumptions.complete(case.programme, case.claims, case.tables))
    views = Step(lambda case: outlook.views(case.programme, case.claims, case.assumptions))
    outcomes = Result(scenarios.Outcomes, lambda case: outlook.outcomes(case.programme, case.views))
    best = Step(lambda case: outlook.best(case.outcomes))
    simulation = Step(
        lambda case: uncertainty.simulate(
            case.programme, case.assumptions, case.best, case.parameters.draws, case.parameters.seed
        )
    )
    drawing = Result(scenarios.Knowing, lambda case: uncertainty.drawing(case.simulation, case.parameters.seed))
    chances = Result(scenarios.Chances, lambda case: uncertainty.chances(case.simulation))
    impacts = Result(
        scenarios.Impacts,
        lambda case: uncertainty.impacts(case.programme, case.assumptions, case.simulation, case.best),
    )
    fan = Result(scenarios.Fan, lambda case: uncertainty.fan(case.simulation))
    odds = Result(scenarios.Odds, lambda case: uncertainty.odds(case.simulation, case.best))
    readings = Result(scenarios.Readings, lambda case: outlook.readings(case.programme, case.views, case.best))
    flips = Result(scenarios.Flips, lambda case: flips.find(case.programme, case.views, case.best))
    waterfall = Result(scenarios.Steps, lambda case: outlook.waterfall(case.programme, case.views, case.best))
    flows = Result(scenarios.Flows, lambda case: outlook.flows(case.programme, case.views))
    output_quality = Result(scenarios.Qualities, lambda case: claims.quality(case.programme, case.tables))
    services = Result(scenarios.Services, lambda case: claims.services(case.measures, case.tables))
    canaries = Result(scenarios.Canaries, lambda case: claims.canaries(case.programme, case.tables))
    diagnoses = Result(scenarios.Diagnoses, lambda case: diagnosis.ask(case.tables, case.touches))

    # ------------------------------------------------------------------------------------------------ operating model

    arrivals = Result(logtables.Arrivals, lambda case: traces.arrivals(case.event_log))
    efforts = Result(logtables.Efforts, lambda case: traces.efforts(case.event_log))
    profile = Result(operating_tables.Profile, lambda case: maturity.profile(case.tables, "profile"))
    practices = Result(operating_tables.Profile, lambda case: maturity.practices(case.tables))
    supply = Result(operating_tables.Supply, lambda case: capacity.supply(case.tables))
    demand = Result(operating_tables.Demand, lambda case: capacity.demand(case.tables, case.arrivals))
    allocated = Step(lambda case: capacity.load(case.demand, case.supply, case.tables.skills))
    load = Result(operating_tables.Load, lambda case: case.allocated[0])
    moves = Result(operating_tables.Moves, lambda case: case.allocated[1])
    needs = Result(operating_tables.Needs, lambda case: capacity.needs(case.load, case.supply))
    backlogs = Result(operating_tables.Backlogs, lambda case: capacity.backlogs(case.load, case.arrivals))
    utilisation = Result(
        operating_tables.Utilisation,
        lambda case: capacity.utilisation(case.tables, case.parameters.least_busy, case.parameters.most_busy),
    )
    skill_cover = Result(operating_tables.Cover, lambda case: skills.cover(case.tables, case.supply, case.load))
    training = Result(
        operating_tables.Training,
        lambda case: skills.training(case.tables, case.supply, case.skill_cover, case.load),
    )
    misuse = Result(operating_tables.Misuse, lambda case: skills.misuse(case.tables, case.supply))
    unseen = Result(operating_tables.Unseen, lambda case: skills.unseen(case.tables))
    travel = Result(
        operating_tables.Travel,
        lambda case: functions.travel(case.tables, case.efforts, case.demand, case.measures),
    )
    tracking = Result(operating_tables.Tracking, lambda case: functions.tracking(case.tables, case.efforts))
    balance = Result(operating_tables.Balance, lambda case: functions.balance(case.tables, case.measures))
    departments = Result(operating_tables.Coverage, lambda case: functions.coverage(case.tables, case.measures))

    # ---------------------------------------------------------------------------------------------------- governance

    together = Result(logtables.Together, lambda case: traces.together(case.event_log, separation.pairs(case.tables)))
    conflicts = Result(governance_tables.Conflicts, lambda case: separation.conflicts(case.tables, case.together))
    control_tests = Result(governance_tables.Tests, lambda case: riskcontrol.tests(case.tables))
    untested = Step(lambda case: riskcontrol.untested(case.tables, case.control_tests))
    risk_coverage = Result(
        governance_tables.Coverage,
        lambda case: riskcontrol.coverage(case.tables, case.conflicts, case.control_tests),
    )
    risk_matrix = Result(governance_tables.Matrix, lambda case: riskcontrol.matrix(case.tables))
    risks_by_workflow = Result(
        governance_tables.Assessed, lambda case: riskcontrol.assessed(case.tables, case.risk_coverage)
    )
    pressures = Result(
        governance_tables.Pressures,
        lambda case: riskcontrol.pressures(case.tables, case.risks_by_workflow, case.decisions),
    )
    controls_without_risk = Result(oversight.Controls, lambda case: riskcontrol.strays(case.tables))
    roles = Result(governance_tables.Roles, lambda case: accountability.lines(case.tables))
    procedures = Result(governance_tables.Procedures, lambda case: accountability.procedures(case.tables))
    ownership = Result(governance_tables.Ownership, lambda case: accountability.ownership(case.tables))
    duties = Result(governance_tables.Duties, lambda case: accountability.duties(case.tables))
    governance_reviews = Result(plans.Calendar, lambda case: review_calendar.reviews(case.tables))
    governance_figures = Result(
        governance_tables.Figures,
        lambda case: accountability.figures(
            case.tables,
            case.risk_coverage,
            case.conflicts,
            case.roles,
            case.procedures,
            case.ownership,
            case.control_tests,
            case.duties,
        ),
    )

    # ---------------------------------------------------------------------------------------------------------- asks

    benchmark_gap_asks = Result(
        plans.Asks, lambda case: asks.benchmark_gap(case.worths, case.bridge, case.plan_economics, case.tables)
    )
    roadmap_asks = Result(
        plans.Asks, lambda case: asks.roadmap(case.plan, case.decisions, case.plan_economics, case.prerequisites)
    )
    business_case_asks = Result(
        plans.Asks,
        lambda case: asks.business_case(
            case.programme, case.flips, case.impacts, case.decisions, case.best, case.tables
        ),
    )
    process_quality_asks = Result(
        plans.Asks,
        lambda case: asks.process_quality(
            case.hidden_factory, case.signals, case.gains_kept, case.data_scores, case.tables
        ),
    )
    operating_model_asks = Result(
        plans.Asks,
        lambda case: asks.operating_model(
            case.needs, case.skill_cover, case.backlogs, case.misuse, case.tracking, case.tables
        ),
    )
    governance_asks = Result(
        plans.Asks,
        lambda case: asks.governance(
            case.risk_coverage, case.conflicts, case.control_tests, case.roles, case.governance_profile, case.tables
        ),
    )

    # ------------------------------------------------------------------------------------------------------ findings

    benchmark_gap_findings = Result(Findings, lambda case: benchmark_gap.find(case.gaps, case.worths))
    roadmap_findings = Result(
        Findings,
        lambda case: roadmap.find(
            case.plan,
            case.prerequisites,
            case.decisions,
            case.plan_benefits,
            case.plan_economics,
            case.one_more,
            case.draft,
            case.schedule,
            case.gaps,
            case.tables,
        ),
    )
    business_case_findings = Result(
        Findings,
        lambda case: business_case.find(
            case.outcomes,
            case.chances,
            case.claims,
            case.flips,
            case.readings,
            case.impacts,
            case.output_quality,
            case.diagnoses,
            case.decisions,
            case.programme,
        ),
    )
    process_quality_findings = Result(
        Findings,
        lambda case: process_quality.find(
            case.hidden_factory,
            case.exception_kinds,
            case.cycle_times,
            case.signals,
            case.data_quality,
            case.quality_measures,
            case.gains_kept,
            case.workflow_weeks,
            case.log,
        ),
    )
    operating_model_findings = Result(
        Findings,
        lambda case: operating_model.find(
            case.profile,
            case.needs,
            case.backlogs,
            case.skill_cover,
            case.tracking,
            case.misuse,
            case.unseen,
            case.travel,
            case.balance,
        ),
    )
    governance_findings = Result(
        Findings,
        lambda case: governance.find(
            case.risk_coverage,
            case.conflicts,
            case.roles,
            case.procedures,
            case.ownership,
            case.control_tests,
            case.duties,
            case.governance_profile,
            case.pressures,
            case.tables,
        ),
    )
    disagreements = Result(
        plans.Disagreements,
        lambda case: agreement.check(
            case.worths,
            case.values,
            case.bridge,
            case.plan,
            case.decisions,
            case.prerequisites,
            case.stp_actuals,
            case.gains_kept,
            case.agenda,
            case.pressures,
            case.business_case_findings,
            case.programme,
        ),
    )

    findings = Result(Findings, lambda case: pd.concat([getattr(case, name) for name in REPORTS], ignore_index=True))

    # ------------------------------------------------------------------------------------------------- how it is kept

    @property
    def changed(self) -> str:
        """Return the day of the change that is looked at, as text; blank where there is none."""
        return f"{self.parameters.changed or ''}"

    def table(self, result: Result[Any]) -> pd.DataFrame:
        """Return a result table: stored, computed before, or computed now."""
        if result.name not in self._tables:
            frame = self.saved.frame(result.name) if self.saved else None
            if frame is None:
                frame = storage.settled(result.compute(self))
                self.computed.append(result.name)
            self._tables[result.name] = frame
        return self._tables[result.name].copy(deep=False)  # a column that somebody adds is his own

    def write(self, place: Path, asked: Sequence[str] = ()) -> None:
        """Write every table that was used so far, the client's included, and what they were made from, into a folder.

        `asked` are the results and steps for which everything was used.
        """
        before = self.saved.about["computed"] if self.saved else []
        if self.saved:
            for name, result in flow().items():
                if name in self.saved.tables:
                    self.table(result)
        about = {
            "computed": sorted({*before, *asked}),
            "engagement": self.engagement.name,
            "sector": self.engagement.sector,
            "parameters": self.parameters.model_dump(mode="json"),
            "inputs": self.files,
            "made_from": provenance.parts(self.engagement, self.parameters, self.files),
            "sources": self.tables.sources,
        }
        sent = {name: getattr(self.tables, name) for name in (*schemas.INPUTS, "benchmarks")}
        frames = {f"{INPUTS}{name}": frame for name, frame in sent.items() if len(frame)}
        storage.write(place, about, frames | self._tables)

    def _read(self) -> readers.Tables:
        """Return the client's tables, from what is stored or from the client's files."""
        names = [name for name in self.saved.tables if name.startswith(INPUTS)] if self.saved else []
        if not self.saved or f"{INPUTS}benchmarks" not in names:
            return readers.read(self.engagement)
        frames = {name.removeprefix(INPUTS): self.saved.frame(name) for name in names}
        if any(frame is None for frame in frames.values()):
            return readers.read(self.engagement)
        sent = {name: frame for name, frame in frames.items() if frame is not None}
        benchmarks = sent.pop("benchmarks")
        sources = {name: readers.Origin(*origin) for name, origin in self.saved.about["sources"].items()}
        return readers.assembled(self.engagement, sent, benchmarks, sources)


def open(engagement: str | Path, sector: str = "", **changes: Any) -> Assessment:
    """Return the assessment of an engagement, or of a bundled starter, in one of its sectors.

    What is stored is taken where it was made from the same files, settings, code and libraries: in the folder that the
    variable ENGINEROOM_ASSESSMENT names, else in `reports/<engagement>/<sector>/assessment`. Everything else is
    computed at first use. `changes` are parameters other than those of `[assessment]` in engagement.toml.
    """
    opened = engagements.open(engagement, sector)
    if PLACE in os.environ and not changes:
        saved = storage.read(Path(os.environ[PLACE]))
        if saved and (saved.about["engagement"], saved.about["sector"]) == (opened.name, opened.sector):
            return Assessment(opened, Parameters.model_validate_json(json.dumps(saved.about["parameters"])), saved)
    parameters = changed(opened.parameters, changes)
    saved = storage.read(Path("reports") / opened.name / opened.sector / FOLDER)
    return Assessment(opened, parameters, saved if saved and holds(saved, opened, parameters) else None)


def holds(saved: storage.Saved, engagement: Engagement, parameters: Parameters) -> bool:
    """Return whether a stored assessment is what would be computed now.

    Never where the log lies in a database: its rows may have changed without a word.
    """
    log = engagement.events or engagement.cases
    if log and log.connection:
        return False
    made_from = provenance.parts(engagement, parameters, provenance.inputs(engagement))
    return bool(saved.about.get("made_from") == made_from)


def changed(parameters: Parameters, changes: dict[str, Any]) -> Parameters:
    """Return parameters with some of them changed; raise `ReportError` for an unknown name or a wrong value."""
    known = Parameters.model_fields
    for name in changes:
        if name not in known:
            raise ReportError(f'there is no parameter "{name}"{suggestion(name, known)}')
    said = {name: f"{value}" for name, value in changes.items()}
    try:
        given = Parameters.model_validate_strings(said)
    except ValidationError as error:
        faults = [f'{fault["loc"][0]} is "{said[str(fault["loc"][0])]}": {fault["msg"]}' for fault in error.errors()]
        raise ReportError("; ".join(faults)) from None
    return parameters.model_copy(update={name: getattr(given, name) for name in changes})


def flow() -> dict[str, Result[Any]]:
    """Return every result table, in the order of the flow."""
    return {name: one for name, one in vars(Assessment).items() if isinstance(one, Result)}


def told_by(cells: list[str]) -> list[str]:
    """Return what the cells of a notebook take from `case`: results and steps of the flow, each once."""
    known = {name for name, one in vars(Assessment).items() if isinstance(one, Result | Step)}
    names = [
        node.attr
        for cell in cells
        for node in ast.walk(ast.parse(cell))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "case"
    ]
    return [name for name in dict.fromkeys(names) if name in known]
