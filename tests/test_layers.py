"""A module imports only from lines above its own, and a package only from packages above it: how the house is built."""

import ast
from pathlib import Path

import pytest

import engineroom

PACKAGE = Path(engineroom.__file__).parent
LINES = """
./            errors resources
              statistics
dictionary/   codes columns
              initiatives operations options oversight
              schemas results logtables plans scenarios quality_tables operating_tables governance_tables
./            phrases
readers/      cells contract
              engagement
              sheets
              reference
              tables
              intake
eventlogs/    engines xes
              workingtime
              logfile
              logrows
              lifecycle
              caveats casetable
              eventlog
              drilldown
              traces
measures/     stated benchmark
              kpi
              gap
              control quality data_quality automation
              golive instruments review
              variation
planning/     sequence readiness workflow portfolio pilot scenario diagnosis
              agenda
              slack roadmap claims assumptions
              plan outlook
              uncertainty flips
organisation/ governance
              maturity allocation functions skills
              riskcontrol separation
              accountability
              capacity
pages/        pictures
              theme wording
              blocks brand calendarfile
              charts headlines exhibits appendix house commentary
chapters/     roadmap_words business_case_words
              review_exhibits
              roadmap_charts portfolio_exhibits pilot_exhibits roadmap_exhibits roadmap_headlines
              business_case_charts business_case_exhibits business_case_headlines business_case_appendix
              diagnosis_exhibits whatif
              quality_charts quality_exhibits governance_charts instruments_exhibits
              quality_scorecards operating_exhibits governance_exhibits
              quality_headlines capacity_exhibits skill_exhibits governance_registers
              operating_charts operating_headlines governance_headlines
rendering/    pdffile publication
              prose
              foreign
              document drawing
              lint page paper
              render
factory/      manifest kernel
              execution
              run
              batch
              console doctor shelf delivery
./            cli
              __main__
"""
PURE = {"measures", "planning", "organisation", "chapters", "statistics", "wording", "blocks"}
PURE |= {"charts", "headlines", "exhibits", "appendix"}
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


def places() -> dict[str, tuple[str, int]]:
    """Return the package and the rank of each module of the list."""
    found, package = {}, "."
    for rank, line in enumerate(LINES.strip().splitlines()):
        if not line.startswith(" "):
            package, line = line.split("/", 1)
        found |= dict.fromkeys(line.split(), (package, rank))
    return found


PLACES = places()
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py")


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def own(path: Path) -> set[str]:
    """Return the modules of engineroom that a module imports; what it takes from one is no module."""
    parts = {part for name in imported(path) if name.startswith("engineroom.") for part in name.split(".")[1:]}
    return parts & set(PLACES)


def test_the_list_is_the_house() -> None:
    assert {path.stem: path.parent.relative_to(PACKAGE).as_posix() for path in MODULES} == {
        name: package for name, (package, _) in PLACES.items()
    }


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_imports_only_from_lines_above_its_own(path: Path) -> None:
    below = {name for name in own(path) if PLACES[name][1] >= PLACES[path.stem][1]}

    assert not below


@pytest.mark.parametrize(
    "path", [path for path in MODULES if PURE & {path.stem, path.parent.name}], ids=lambda path: path.stem
)
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


@pytest.mark.parametrize("package", sorted({package for package, _ in PLACES.values()} - {".", "chapters"}))
def test_a_package_says_what_each_of_its_modules_is_for(package: str) -> None:
    tree = ast.parse((PACKAGE / package / "__init__.py").read_text(encoding="utf-8"))
    said = ast.get_docstring(tree) or ""

    assert [name for name, (place, _) in PLACES.items() if place == package and f"`{name}`" not in said] == []
    assert len(tree.body) == 1  # words only: nobody imports through it
