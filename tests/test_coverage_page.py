"""Every demand of the source documents that must or should be met has a function, a place on a page, and a test."""

from __future__ import annotations

import ast
import html
import importlib
import json
import re
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from engineroom import assessment
from engineroom.resources import folder

HERE = Path(__file__).parents[1]
PAGE = HERE / "docs" / "method" / "coverage.md"
NOTES = HERE.parent / "shared" / "DOMAIN.md"
MUST_ROWS = """
000-01 000-02 000-03 000-04 000-05 000-07 000-08 000-09 000-10 000-11 000-12 000-13 000-14 000-15 000-16 000-17
000-19 000-20 000-21 000-22 000-23 001-01 001-03 002-01 002-02 002-03 002-04 002-05 002-06 002-07 002-08 002-09
002-10 002-11 002-12 002-13 002-14 002-15 002-16 003-01 003-02 003-03 003-04 003-05 003-07 003-08 003-10 003-11
003-14 003-16 004-01 004-02 004-03 004-07 004-08 004-11
"""
SHOULD_ROWS = """
000-06 000-18 000-24 001-02 001-04 001-05 001-06 002-17 002-18 003-06 003-09 003-12 003-13 003-15 004-04 004-05
004-06 004-09 004-10 004-12
"""
ADDED_ROWS = """
000-25 000-26 001-08 001-09 002-20 002-21 003-17 003-18 004-14 004-15
"""
MUST, SHOULD, ADDED = MUST_ROWS.split(), SHOULD_ROWS.split(), ADDED_ROWS.split()
CONTEXT = ["001-07", "002-19", "004-13"]
COVERED = sorted(MUST + SHOULD + ADDED)


def page() -> dict[str, list[str]]:
    """Return the cells of each row of the page by its id; a row that stands there twice is a fault."""
    found: dict[str, list[str]] = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if re.match(r"\| \d{3}-\d{2} ", line):
            row, *cells = (cell.strip() for cell in line.strip("|").split("|"))
            assert row not in found, row
            found[row] = cells
    return found


ROWS = page()


@cache
def proofs_in(file: str) -> set[str]:
    tree = ast.parse((HERE / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def module_called(name: str) -> ModuleType:
    """Import a module by its own name, which no two packages share; those of reports are called by their report."""
    file = name.replace(".", "/") + ".py"
    (path,) = (one for top in ("engineroom", "engineroom/*") for one in (HERE / "lib").glob(f"{top}/{file}"))
    return importlib.import_module(".".join(path.relative_to(HERE / "lib").with_suffix("").parts))


@cache
def code_of(report: str) -> dict[str, str]:
    """Return the code of each cell of a report's notebook by its id."""
    cells = json.loads((folder("notebooks") / f"{report}.ipynb").read_text(encoding="utf-8"))["cells"]
    return {cell["id"]: "".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"}


@cache
def flow() -> dict[str, ast.expr]:
    """Return how each result and step of the assessment is computed, as it is written."""
    tree = ast.parse(Path(assessment.__file__).read_text(encoding="utf-8"))
    (body,) = (node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Assessment")
    return {node.targets[0].id: node.value for node in body if isinstance(node, ast.Assign)}  # type: ignore[attr-defined]


@cache
def called_by(report: str) -> set[str]:
    """Return the functions that a report calls, in its cells or in the results that it tells, as module.name."""
    cells = "\n".join(code_of(report).values())
    waiting: list[ast.AST] = [ast.parse(cells)]
    seen, called = set(), set()
    while waiting:
        for node in ast.walk(waiting.pop()):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                called.add(".".join(ast.unparse(node.func).split(".")[-2:]))
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "case" and node.attr not in seen:
                seen.add(node.attr)
                waiting += [flow()[node.attr]] if node.attr in flow() else []
    return called


def test_every_row_that_must_or_should_be_met_is_on_the_page_in_order() -> None:
    assert list(ROWS) == COVERED


def test_the_rows_are_those_of_the_domain_notes() -> None:
    if not NOTES.is_file():
        pytest.skip("the domain notes are not beside this checkout")
    rows = re.findall(r"^\| (\d{3}-\d{2}) \| ([MSCA]) \|", NOTES.read_text(encoding="utf-8"), re.MULTILINE)

    assert {kind: sorted(row for row, one in rows if one == kind) for kind in "MSCA"} == {
        "M": MUST, "S": SHOULD, "C": CONTEXT, "A": ADDED,
    }  # fmt: skip


def test_rows_of_context_are_named_with_a_reason() -> None:
    last = PAGE.read_text(encoding="utf-8").rsplit("\n## ", 1)[1]

    assert sorted(re.findall(r"\d{3}-\d{2}", last)) == CONTEXT


@pytest.mark.slow
def test_the_words_of_every_row_stand_in_the_rendered_report_of_a_starter(made: Path) -> None:
    printed: dict[str, str] = {}
    for path in made.glob("*/*/*.html"):
        body = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        printed[path.stem] = printed.get(path.stem, "") + " ".join(html.unescape(body).split())

    absent = {
        row: words
        for row, (_, _, shown, words, _) in ROWS.items()
        if not any(words in printed[report] for report in re.findall(r"`(\w+)` › ", shown))
    }

    assert absent == {}
    assert all(" " in words or words in ("Portfolio:", "Recommendations:") for _, _, _, words, _ in ROWS.values())


@pytest.mark.parametrize("row", COVERED)
def test_a_row_is_computed_shown_and_proven_by_what_exists(row: str) -> None:
    what, computed, shown, _, proven = ROWS[row]

    functions = re.findall(r"`([\w.]+)\.(\w+)`", computed)
    cells = re.findall(r"`(\w+)` › `([\w-]+)`", shown)
    proofs = re.findall(r"`(tests/\w+\.py)::(\w+)`", proven)
    assert what
    assert functions
    assert cells
    assert proofs
    for module, name in functions:
        assert callable(getattr(module_called(module), name, None)), f"{module}.{name}"
    for report, cell in cells:
        assert cell in code_of(report), f"{report} › {cell}"
    called = set().union(*(called_by(report) for report, _ in cells))
    assert called & {f"{module.rpartition('.')[2]}.{name}" for module, name in functions}, (
        "no such report calls any of them"
    )
    for file, name in proofs:
        assert name in proofs_in(file), f"{file}::{name}"
