"""Every notebook is tested because it exists: thin, typed, stripped, and speaking only of engineroom."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import papermill
import pytest

from engineroom.resources import folder

NOTEBOOKS = sorted(folder("notebooks").glob("*.ipynb"))
FORBIDDEN = (
    ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.If, ast.Try, ast.With, ast.Lambda,
    ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.IfExp,
)  # fmt: skip


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def cells(request: pytest.FixtureRequest) -> list[dict]:
    return json.loads(request.param.read_text(encoding="utf-8"))["cells"]


def source(cell: dict) -> str:
    return "".join(cell["source"])


def code(cells: list[dict]) -> list[dict]:
    return [cell for cell in cells if cell["cell_type"] == "code"]


def test_a_notebook_begins_with_its_title_and_its_parameters(cells: list[dict]) -> None:
    assert re.match(r"# [A-Z]", source(cells[0]))

    assert cells[1]["metadata"]["tags"] == ["parameters"]


def test_every_parameter_has_a_type_and_a_meaning(cells: list[dict]) -> None:
    for line in source(cells[1]).splitlines():
        assert re.fullmatch(r"\w+: (str|int|float|bool) = .+  # .+", line)


def test_a_cell_holds_one_statement_and_no_logic(cells: list[dict]) -> None:
    for cell in code(cells)[1:]:
        tree = ast.parse(source(cell))
        imports_only = all(isinstance(part, ast.Import | ast.ImportFrom) for part in tree.body)
        assert len(tree.body) == 1 or imports_only, cell["id"]
        assert not [node for node in ast.walk(tree) if isinstance(node, FORBIDDEN)], cell["id"]


def test_a_notebook_imports_only_engineroom(cells: list[dict]) -> None:
    imports = [line for cell in code(cells) for line in source(cell).splitlines() if "import" in line]

    assert imports[0] == "import engineroom as er"
    assert all(line.startswith("from engineroom.reports.") for line in imports[1:])


def test_cell_ids_are_words_and_each_is_used_once(cells: list[dict]) -> None:
    ids = [cell["id"] for cell in cells]

    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in ids)
    assert len(set(ids)) == len(ids)


def test_a_notebook_is_committed_without_outputs(cells: list[dict]) -> None:
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code(cells))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_in_its_normal_form(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    notebook = json.loads(text)

    assert text == json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_papermill_reads_every_parameter_with_its_type_and_meaning(path: Path) -> None:
    declared = dict(papermill.inspect_notebook(str(path)))

    assert set(declared) == {"engagement", "sector"}
    assert all(about["inferred_type_name"] != "None" and about["help"] for about in declared.values())
