"""A module imports only from lines above its own: the order in which the house is built."""

import ast
from pathlib import Path

import pytest

import engineroom

LINES = """
errors resources statistics columns
initiatives operations options oversight phrases pictures pdffile publication
schemas results logtables plans scenarios quality_tables operating_tables governance_tables
contract
engagement
sheets engines xes
workingtime
logfile
logrows
lifecycle
caveats casetable
reference
tables eventlog
stated benchmark
drilldown
traces
kpi
gap
sequence readiness workflow control portfolio pilot governance scenario diagnosis quality data_quality automation
maturity allocation functions skills golive instruments review agenda
riskcontrol separation
accountability
capacity
slack roadmap claims assumptions variation
plan outlook
uncertainty flips
theme wording
blocks brand
roadmap_words business_case_words
charts headlines exhibits review_exhibits appendix house commentary
roadmap_charts portfolio_exhibits pilot_exhibits roadmap_exhibits roadmap_headlines
business_case_charts business_case_exhibits business_case_headlines business_case_appendix diagnosis_exhibits whatif
quality_charts quality_exhibits governance_charts instruments_exhibits
quality_scorecards operating_exhibits governance_exhibits
quality_headlines capacity_exhibits skill_exhibits governance_registers
operating_charts operating_headlines governance_headlines
prose
foreign
document drawing
lint page paper
render
manifest intake kernel
execution
run
batch
console doctor shelf delivery
cli
__main__
"""
RANK = {name: rank for rank, line in enumerate(LINES.strip().splitlines()) for name in line.split()}
PURE = {
    "statistics",
    "stated",
    "kpi",
    "benchmark",
    "gap",
    "wording",
    "blocks",
    "charts",
    "headlines",
    "exhibits",
    "appendix",
}
PURE |= {"sequence", "readiness", "workflow", "control", "portfolio", "pilot", "governance", "roadmap", "plan", "slack"}
PURE |= {"quality", "quality_tables", "quality_exhibits", "quality_charts", "quality_headlines", "quality_scorecards"}
PURE |= {"operations", "operating_tables", "maturity", "allocation", "capacity", "functions", "skills"}
PURE |= {"operating_exhibits", "capacity_exhibits", "skill_exhibits", "operating_charts", "operating_headlines"}
PURE |= {"data_quality", "automation", "variation", "golive", "instruments", "review", "agenda"}
PURE |= {"instruments_exhibits", "pilot_exhibits", "review_exhibits"}
PURE |= {"oversight", "governance_tables", "riskcontrol", "separation", "accountability"}
PURE |= {"governance_charts", "governance_exhibits", "governance_registers", "governance_headlines"}
PURE |= {"plans", "portfolio_exhibits", "roadmap_charts", "roadmap_exhibits", "roadmap_headlines", "roadmap_words"}
PURE |= {
    "scenario",
    "scenarios",
    "options",
    "claims",
    "assumptions",
    "outlook",
    "uncertainty",
    "flips",
    "diagnosis",
    "whatif",
}
PURE |= {"business_case_charts", "business_case_exhibits", "business_case_headlines", "business_case_appendix"}
PURE |= {"business_case_words", "diagnosis_exhibits"}
HOMES = {
    "pandera": {"columns", "initiatives", "operations", "options", "oversight", "schemas", "sheets"},
    "ibis": {
        "engines",
        "workingtime",
        "lifecycle",
        "caveats",
        "logfile",
        "logrows",
        "casetable",
        "drilldown",
        "traces",
        "eventlog",
        "kpi",
        "doctor",
        "kernel",
    },
    "duckdb": {"engines"},
    "altair": {
        "theme",
        "charts",
        "roadmap_charts",
        "business_case_charts",
        "quality_charts",
        "operating_charts",
        "governance_charts",
        "kernel",
    },
    "papermill": {"execution"},
    "nbconvert": {"render"},
    "typst": {"paper", "doctor"},
    "vl_convert": {"drawing", "doctor"},
    "ortools": {"roadmap"},
    "statsmodels": {"statistics"},
    "scipy": {"statistics", "allocation"},  # a linear program is no statistic
}
IMPURE = {"os", "pathlib", "shutil", "tempfile", "datetime", "time", "random", "socket", "subprocess", "urllib"}
MODULES = sorted(Path(engineroom.__file__).parent.glob("*.py"))


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def own(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imported(path) if name.startswith("engineroom.")} & set(RANK)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_imports_only_from_lines_above_its_own(path: Path) -> None:
    if path.stem == "__init__":
        return

    below = {name for name in own(path) if RANK[name] >= RANK[path.stem]}

    assert not below


@pytest.mark.parametrize("path", [path for path in MODULES if path.stem in PURE], ids=lambda path: path.stem)
def test_a_pure_module_touches_no_file_clock_or_network(path: Path) -> None:
    roots = {name.split(".")[0] for name in imported(path)}

    assert not roots & IMPURE


@pytest.mark.parametrize("library", HOMES)
def test_a_third_party_has_one_home(library: str) -> None:
    users = {path.stem for path in MODULES if any(name.split(".")[0] == library for name in imported(path))}

    assert users <= HOMES[library]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_is_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 350
