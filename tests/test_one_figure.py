"""The page that follows one figure says what the code does: every place it names is there, every value comes out."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import nbformat
import pytest
from tests import engagements

from engineroom.rendering import document

HERE = Path(__file__).parents[1]
PAGE = (HERE / "docs" / "one_figure.md").read_text(encoding="utf-8")
LIBRARY = HERE / "lib" / "engineroom"
FORMS = [line.strip("|").split("|") for line in PAGE.splitlines() if re.match(r"\| \d", line)]
DEFINITION = "days_in_ar/hfma_net"
SAID = "44.2 days"


def test_every_place_that_the_page_names_is_there() -> None:
    absent = []
    for file, names in re.findall(r"`((?:\w+/)*\w+\.py)(?:: (\w+))?`", PAGE):
        path = (HERE if file.startswith("tests/") else LIBRARY) / file
        defined = {getattr(node, "name", "") for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))}
        absent += [] if not names or names in defined else [f"{file}: {names}"]

    assert absent == []


def test_a_figure_takes_eight_forms_at_most_and_the_page_fits_a_screen() -> None:
    assert [int(form[0]) for form in FORMS] == list(range(1, len(FORMS) + 1))
    assert len(FORMS) <= 8
    assert len(PAGE.splitlines()) <= 35


def test_the_values_of_the_page_are_those_of_the_starter() -> None:
    case = engagements.assessed("starter/healthcare")
    cell = (LIBRARY / "starters/healthcare/tables/kpis.csv").read_text(encoding="utf-8").splitlines()[19]
    typed = case.tables.kpis.loc[20]
    measured, gap = (table[table["definition"] == DEFINITION].iloc[0] for table in (case.measures, case.gaps))
    values = [form[2].strip().replace("`", "") for form in FORMS]

    assert values[0] in cell.split(",")
    assert values[1] == str(typed["numerator"])
    assert values[2] == str(measured["value"])
    assert values[3] == f"{gap['value']}, {gap['benchmark_value']}, {gap['verdict']}"
    assert values[4:] == [SAID] * 4


@pytest.mark.slow
def test_the_words_of_the_page_are_in_the_notebook_the_document_and_the_pdf(made: Path) -> None:
    notebook = next(made.rglob("healthcare/benchmark_gap.ipynb"))
    tree = document.build(nbformat.read(notebook, as_version=4))
    printed = subprocess.run(
        ["pdftotext", "-layout", str(notebook.with_suffix(".pdf")), "-"], capture_output=True, text=True, check=True
    ).stdout

    assert f'"{SAID}"' in notebook.read_text(encoding="utf-8")
    assert SAID in {cell["text"] for table in tree.of("table") for row in table["rows"] for cell in row}
    assert SAID in printed
