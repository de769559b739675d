"""No figure is made from a word: every sentence is replaced by its hash, and the figures are the same."""

from __future__ import annotations

import ast
import hashlib
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from proofs import cases

import engineroom
import engineroom as er
from engineroom import assessment, phrases
from engineroom.measures import data_quality, kpi
from engineroom.pages import blocks
from engineroom.readers import engagement
from engineroom.resources import folder

PACKAGE = Path(engineroom.__file__).parent
ROOMS = ("dictionary", "logs", "measures", "planning", "organisation", "reports", "pages")
BOOKS = sorted(path.stem for path in folder("notebooks").glob("*.ipynb"))
DATES = ("d MMMM y", "d MMM y")
"""Patterns of dates, which are no words."""

TAKES_APART = {"split", "rsplit", "partition", "rpartition", "startswith", "endswith", "removeprefix", "removesuffix"}
OF_COLUMNS = {"contains", "match", "fullmatch", "extract", "extractall", "replace", "findall", "get", "slice"}
ALLOWED = {
    "answers": "names of files and blocks, the text between the tags of a template, the bars between its parts",
    "codes": "the JSON of a code",
    "kpis": "ids of definitions, whose part before the stroke is the KPI",
    "caveats": "format of times",
    "labels": "names of a client's steps and workflows, to find those that are one",
    "columns": "words that a client's cell or the reference data lists, separated by semicolons",
    "engines": "address of a database, name of a table",
    "event_log": "names of an engine's own tables",
    "files": "names of files, first bytes of a file, complaints of an engine",
    "rows": "names of files, blanks around a client's texts",
    "xes": "namespace of an XML tag",
    "instruments": "definition id",
    "charts": "a name is wrapped into lines",
    "blocks": "a cell that a spreadsheet would run",
    "brand": "colours, first bytes of a logo",
    "commentary": "slots in the source of a notebook",
    "forms": "shorthand of a chart: column and its type",
    "show": "names of columns, and units of a model",
    "pictures": "SVG and CSS of a logo",
    "theme": "number pattern of a locale",
    "wording": "language tag",
}
"""Modules that take texts apart, each with what: ids, files and formats, never a sentence."""


def shown(book: str, starter: str) -> tuple[dict[str, pd.DataFrame], dict[str, int]]:
    """Return the result tables a notebook tells, and how many rows or items each cell but those of charts shows."""
    cells = json.loads((folder("notebooks") / f"{book}.ipynb").read_text(encoding="utf-8"))["cells"]
    names: dict[str, Any] = {}
    counts: dict[str, int] = {}
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] != "code" or "charts." in source:
            continue
        *statements, last = ast.parse(source).body
        exec(compile(ast.Module(statements, []), book, "exec"), names)
        if cell["id"] == "parameters":
            exec(compile(ast.Module([last], []), book, "exec"), names)
            names["case"] = assessment.open(starter, draws=500)
        elif cell["id"] == "case":
            continue
        elif isinstance(last, ast.Expr):
            block = eval(compile(ast.Expression(last.value), book, "eval"), names)
            if isinstance(block, blocks.Exhibit):
                content = block.content.get("rows") or block.content.get("items") or []
                counts[f"{cell['id']} {block.kind}"] = len(content)
        else:
            exec(compile(ast.Module([last], []), book, "exec"), names)
    case = names["case"]
    return {name: getattr(case, name) for name in case.computed}, counts


def hashed(text: str) -> str:
    return text if text in DATES else hashlib.sha256(text.encode()).hexdigest()[:12]


@pytest.fixture
def without_words(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Replace every sentence of the library by its hash."""
    told = {name: hashed(str(sentence)) for name, sentence in phrases.sentences("en").items()}
    monkeypatch.setattr(phrases, "sentences", lambda language: told)
    monkeypatch.setattr(phrases, "_told", lambda language, text: hashed(text) if text else "")
    monkeypatch.setattr(phrases, "_plural", lambda language, number, one, many: hashed(many))
    yield


RICHEST = [(book, "starter/insurer" if book == "business_case" else "starter/healthcare") for book in BOOKS]
"""Each report with the starter that reaches most of it; the long form tries every report with every starter."""


@pytest.mark.slow
@pytest.mark.proof
@pytest.mark.parametrize(("book", "starter"), cases(RICHEST, list(itertools.product(BOOKS, engagement.starters()))))
def test_no_figure_depends_on_a_word(book: str, starter: str, request: pytest.FixtureRequest) -> None:
    before, shown_before = shown(book, starter)

    request.getfixturevalue("without_words")
    tables, shown_now = shown(book, starter)

    assert before
    assert shown_now == shown_before
    assert tables.keys() == before.keys()
    for name, table in tables.items():
        pd.testing.assert_frame_equal(table, before[name], obj=name)


TOML = """
[events]
source = "log.csv"
case = "case"
activity = "step"
completed = "at"
due = "due"
workflow = "flow"
resource = "who"
[events.human]
column = "who"
automatic = ["BOT"]
[events.rework]
repeats = true
"""
ROWS = [
    f"C{n},{step},2026-0{2 + n % 3}-1{n % 9} 0{hour}:30,{'' if n % 7 else '2026-05-01'},Pay,{who}"
    for n in range(40)
    for hour, (step, who) in enumerate([("enter", "ann"), ("check", "BOT"), ("check", "bot"), ("pay", "")])
]
ODD = [
    "OLD,enter,2025-11-03 09:30,,Pay,ann",  # completed before the period
    "NEW,enter,2026-07-10 09:30,,Pay,ann",  # received after it
    "C1,enter,2026-03-11 00:30,,Pay,ann",  # stands twice
    "NA,enter,2026-03-11 10:30,,Bill,ann",  # reads as missing
    ",enter,2026-03-11 10:30,,Pay,ann",  # no case id
]
LOG = "\n".join(["case,step,at,due,flow,who", *ROWS, *ODD]) + "\n"


@pytest.fixture
def odd_log(make_engagement: Any) -> Path:
    """Return an engagement whose log breaks many rules."""
    return make_engagement(TOML, {"log.csv": LOG})


def quality_of(place: Path) -> tuple[pd.DataFrame, ...]:
    case = engagement.open(place)
    tables, log = er.tables.read(case), er.event_log.open(case)
    measures = kpi.measure(tables, log)
    return measures, data_quality.dimensions(tables, log, measures), log.caveats, pd.DataFrame([log.absent])


def test_rewording_every_caveat_changes_no_measured_row(odd_log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = quality_of(odd_log)
    measured = before[1].set_index(["dimension", "rule"])
    assert measured.loc[("validity", "cases_in_period"), "passing"].item() == 41
    assert measured.loc[("validity", "rows_readable_and_possible"), "passing"].item() == 164
    assert len(before[2]) >= 10

    reworded = {name: hashed(str(sentence)) for name, sentence in phrases.sentences("en").items()}
    monkeypatch.setattr(phrases, "sentences", lambda language: reworded)

    for now, then in zip(quality_of(odd_log), before, strict=True):
        pd.testing.assert_frame_equal(now, then)


# --------------------------------------------------------------------------------------- nothing reads a sentence


def modules() -> list[Path]:
    return [path for room in ROOMS for path in sorted((PACKAGE / room).rglob("*.py"))]


def taken_apart(path: Path) -> list[str]:
    """Return every call that takes a text apart or looks for words in it."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner, name = node.func.value, node.func.attr
            is_column = isinstance(owner, ast.Attribute) and owner.attr == "str"
            is_pattern = isinstance(owner, ast.Name) and owner.id == "re"
            if name in TAKES_APART or is_pattern or (is_column and name in OF_COLUMNS):
                found.append(ast.unparse(node))
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn):
            word, place = node.left, node.comparators[0]
            is_prose = isinstance(word, ast.Constant) and isinstance(word.value, str) and not word.value.isidentifier()
            if is_prose and not isinstance(place, ast.Tuple | ast.List | ast.Set):
                found.append(ast.unparse(node))
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.stem)
def test_no_module_takes_a_sentence_apart(path: Path) -> None:
    assert path.stem in ALLOWED or taken_apart(path) == []


def test_every_exception_is_still_needed() -> None:
    assert {path.stem for path in modules() if taken_apart(path)} == set(ALLOWED)


def test_every_code_that_is_written_has_a_sentence() -> None:
    """The codes that modules name as texts are those of the catalogue."""
    written = set()
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_code = isinstance(node, ast.Call) and ast.unparse(node.func) in ("codes.code", "tell")
            if is_code and isinstance(node.args[0], ast.Constant):
                written.add(node.args[0].value)

    assert written - set(phrases.sentences("en")) == set()
