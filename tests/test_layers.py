"""A package imports only from packages above it, and no modules import each other in a circle."""

from __future__ import annotations

import ast
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import engineroom

PACKAGE = Path(engineroom.__file__).parent
LAYERS = """
errors resources digits scratch statistics estimates
storage
dictionary
phrases
readers
logs
provenance
measures
planning
organisation
pages
reports
assessment
rendering
factory
cli __main__
"""
"""Packages, and modules that lie beside them, from the top; those on one line are one layer."""

PURE = ("statistics", "dictionary", "measures", "planning", "organisation", "pages", "reports")
FILES = ("pages.brand", "pages.theme")  # a consultancy's brand and the house's tokens are files
IMPURE = {"os", "pathlib", "shutil", "tempfile", "datetime", "time", "random", "socket", "subprocess", "urllib"}
HOMES = {
    "pandera": {"dictionary", "readers"},
    "ibis": {"logs", "measures", "factory"},
    "duckdb": {"logs"},
    "pyarrow": {"logs", "storage"},
    "altair": {"pages", "reports", "factory"},
    "papermill": {"factory"},
    "cryptography": {"factory"},
    "nbconvert": {"rendering"},
    "typst": {"rendering", "factory"},
    "vl_convert": {"rendering", "factory"},
    "ortools": {"planning"},
    "statsmodels": {"statistics"},
    "scipy": {"statistics", "organisation"},  # a linear program is no statistic
}
"""Third parties, and the packages that may import them; factory looks whether they are there and warms kernels up."""

RANKS = {place: rank for rank, line in enumerate(LAYERS.strip().splitlines()) for place in line.split()}
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.name != "__init__.py"
}


def place(module: str) -> str:
    """Return the package a module lies in, or its own name where it lies beside the packages."""
    return module.partition(".")[0]


@cache
def imported(module: str) -> set[str]:
    """Return everything a module imports, anywhere in it, by its dotted name."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def own(module: str) -> set[str]:
    """Return the modules of engineroom that a module imports."""
    names = {name.removeprefix("engineroom.") for name in imported(module) if name.startswith("engineroom.")}
    return {one for name in names for one in (name, name.rpartition(".")[0]) if one in MODULES}


def test_every_package_has_its_layer() -> None:
    assert {place(module) for module in MODULES} <= set(RANKS)


def test_no_two_modules_share_a_name() -> None:
    names = [module.rpartition(".")[2] for module in MODULES if place(module) != "reports"]  # called by their report

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_from_its_own_layer_and_those_above(module: str) -> None:
    assert [name for name in sorted(own(module)) if RANKS[place(name)] > RANKS[place(module)]] == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    TopologicalSorter({module: own(module) for module in MODULES}).prepare()  # it raises CycleError, with the circle


@pytest.mark.parametrize("module", [name for name in MODULES if place(name) in PURE and name not in FILES])
def test_a_pure_module_touches_no_file_clock_or_network(module: str) -> None:
    assert {name.partition(".")[0] for name in imported(module)} & IMPURE == set()


@pytest.mark.parametrize("library", HOMES)
def test_a_third_party_has_one_home(library: str) -> None:
    users = {module for module in MODULES if any(name.partition(".")[0] == library for name in imported(module))}

    assert [module for module in sorted(users) if place(module) not in HOMES[library]] == []


@pytest.mark.parametrize("package", sorted({place(module) for module in MODULES if "." in module}))
def test_a_package_says_what_each_of_its_modules_is_for(package: str) -> None:
    tree = ast.parse((PACKAGE / package / "__init__.py").read_text(encoding="utf-8"))
    described = ast.get_docstring(tree) or ""
    names = {module.rpartition(".")[2] for module in MODULES if place(module) == package}

    assert [name for name in sorted(names) if f"`{name}`" not in described] == []
    assert len(tree.body) == 1  # words only: nobody imports through it
