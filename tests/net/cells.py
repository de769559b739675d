"""Run a report's notebook in this process and return what each of its cells shows, as plain data."""

from __future__ import annotations

import ast
import contextvars
import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import altair as alt

from engineroom import assessment, phrases
from engineroom.pages import theme
from engineroom.pages.blocks import Exhibit
from engineroom.resources import folder

Contents = dict[str, Any]

QUICK = {"draws": 2000}
"""Parameters of every run: fewer draws show the same cells."""

FIGURE = re.compile(r"-?\d+\.\d{4,}(?:e[+-]\d+)?")


@cache
def notebook(report: str) -> list[dict[str, Any]]:
    """Return the cells of a report's notebook."""
    path = folder("notebooks") / f"{report}.ipynb"
    return list(json.loads(path.read_text(encoding="utf-8"))["cells"])


def reports() -> list[str]:
    """Return the names of the reports."""
    return sorted(path.stem for path in folder("notebooks").glob("*.ipynb"))


def assessed(place: Path, sector: str, parameters: dict[str, Any]) -> assessment.Assessment:
    """Return the assessment that all reports of an engagement tell."""
    return assessment.open(place, sector, **QUICK | parameters)


def shown(report: str, case: assessment.Assessment) -> Contents:
    """Return what the cells of a report that show something show of an assessment, by the cell's id."""
    try:
        with mock.patch.object(assessment, "open", lambda *_: case):
            return contextvars.copy_context().run(_run, report)  # the language stays in
    finally:
        theme.enable()  # altair's theme is the process's: the next test draws in English again


def _run(report: str) -> Contents:
    names: dict[str, Any] = {}
    contents: Contents = {}
    for cell in notebook(report):
        if cell["cell_type"] != "code":
            continue
        value = _executed("".join(cell["source"]), names)
        if value is not None:
            contents[cell["id"]] = _plain(_content(value, f"{report}/{cell['id']}"))
    return contents


def prose(report: str, language: str) -> Contents:
    """Return the prose of a report in a language, by the cell's id."""
    markdown = [cell for cell in notebook(report) if cell["cell_type"] == "markdown"]
    return {cell["id"]: phrases.prose("".join(cell["source"]), language) for cell in markdown}


def _executed(source: str, names: dict[str, Any]) -> Any:
    """Run a cell as a kernel does and return the value of its last line, where that is an expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names) if isinstance(last, ast.Expr) else None


def _content(value: Any, cell: str) -> Any:
    if isinstance(value, Exhibit):
        return {"kind": value.kind, **value.content}
    if isinstance(value, alt.TopLevelMixin):
        return {"kind": "chart", **_with_plain_data(value.to_dict())}
    raise TypeError(f"{cell} shows a {type(value).__name__}; the net reads exhibits and charts of altair")


def _with_plain_data(chart: dict[str, Any]) -> dict[str, Any]:
    """Return a chart whose data are called data-1, data-2, ... in the order of their use: altair names them by hash."""
    text = json.dumps(chart)
    used = dict.fromkeys(re.findall(r'"name": "(data-[0-9a-f]{32})"', text))
    for number, name in enumerate(used, 1):
        text = text.replace(f'"{name}"', f'"data-{number}"')
    return dict(json.loads(text))


def _plain(part: Any) -> Any:
    """Return a content with figures of 12 digits: the last ones differ between machines."""
    match part:
        case dict():
            return {key: _plain(value) for key, value in part.items()}
        case list() | tuple():
            return [_plain(value) for value in part]
        case float():
            return float(f"{part:.12g}")
        case str():
            return FIGURE.sub(lambda figure: f"{float(figure[0]):.12g}", part)
    return part
