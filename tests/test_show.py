"""A printed table names columns of its model, and every column that is printed has a label that is known."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from babel.messages.pofile import read_po

import engineroom
from engineroom import phrases
from engineroom.dictionary import columns
from engineroom.dictionary.columns import Series, Table, choice, count, flag, key, number, text
from engineroom.pages import show
from engineroom.resources import folder

PACKAGE = Path(engineroom.__file__).parent
SHOWING = [path for path in sorted(PACKAGE.rglob("*.py")) if "show.table(" in path.read_text(encoding="utf-8")]


class Parts(Table):
    """A table for these tests."""

    part: Series[str] = key("part", "Part")
    owner: Series[str] = text("who answers for it", "Owner", blank=("nobody", "bad"))
    items: Series[float] = count("items", "Items")
    right: Series[float] = count("of these, right", "Right", "of items")
    share: Series[float] = number("their share", "Share", "measured share")
    low: Series[float] = number("lower end of its interval")
    high: Series[float] = number("upper end of its interval")
    state: Series[str] = choice("state", {"done": ("Done", "good"), "open": ("Open", "bad")}, "State")
    is_late: Series[bool] = flag("it is late", "Late", {True: "yes", False: "no"})


ROWS = [
    {
        "part": "A",
        "owner": "Ines",
        "items": 1200,
        "right": 600,
        "share": 0.5,
        "low": 0.47,
        "high": 0.53,
        "state": "done",
    },
    {"part": "B", "items": 3, "right": 3, "share": 1.0, "low": 0.44, "high": 1.0, "state": "open"},
]


def test_a_table_says_what_its_columns_say() -> None:
    frame = pd.DataFrame(ROWS, columns=Parts.names()).assign(is_late=[True, False])

    shown = show.table("parts", frame, Parts, "part owner items right share interval state is_late", "Parts")

    heads = [(one["label"], one["align"]) for one in shown.content["columns"]]
    assert heads == [
        *[("Part", "left"), ("Owner", "left"), ("Items", "right"), ("Right", "right"), ("Share", "right")],
        *[("95% interval", "right"), ("State", "left"), ("Late", "left")],
    ]
    done, late = {"text": "Done", "tone": "good"}, {"text": "Open", "tone": "bad"}
    assert shown.content["rows"] == [
        ["A", "Ines", "1,200", "600 of 1,200", "50.0%", "47.0% to 53.0%", done, "yes"],
        ["B", {"text": "nobody", "tone": "bad"}, "3", "3 of 3", "100%", "44% to 100%", late, "no"],
    ]


def test_a_table_prints_the_first_rows_and_says_of_how_many_and_drops_what_says_nothing() -> None:
    frame = pd.DataFrame(ROWS, columns=Parts.names()).assign(owner=None, share=None)

    shown = show.table("parts", frame, Parts, "part name=part share", "Parts", most=1, filled=True)

    assert [one["key"] for one in shown.content["columns"]] == ["part", "name"]
    assert shown.content["rows"] == [["A", "A"]]
    assert shown.content["caption"] == "Parts: the first 1 of 2"


def test_a_column_without_a_label_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Parts\.low has no label"):
        show.table("parts", pd.DataFrame(ROWS), Parts, "low", "Parts")


def calls(path: Path) -> Iterator[tuple[str, type[Table], set[str], set[str]]]:
    """Yield each printed table of a module: where, its model, the columns it names, and those it tells itself."""
    module = importlib.import_module(".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts))
    for function in ast.parse(path.read_text(encoding="utf-8")).body:
        within = list(ast.walk(function))
        keys = {one.value for one in within if isinstance(one, ast.Constant) and isinstance(one.value, str)}
        for call in within:
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "show.table":
                model = eval(ast.unparse(call.args[2]), vars(module))
                named = (
                    [call.args[3].value] if isinstance(call.args[3], ast.Constant) else _assigned(within, call.args[3])
                )
                assert named, f"{path.stem}: {ast.unparse(call.args[3])}"
                yield ast.unparse(call)[:60], model, {word for one in named for word in one.split()}, keys


def _assigned(within: list[ast.AST], name: ast.expr) -> list[str]:
    """Return the texts that a function puts into a variable."""
    pairs = [pair for one in within if isinstance(one, ast.Assign | ast.AugAssign) for pair in _pairs(one)]
    values = [value for target, value in pairs if ast.unparse(target) == ast.unparse(name)]
    return [one.value for value in values for one in ast.walk(value) if isinstance(one, ast.Constant)]


def _pairs(statement: ast.Assign | ast.AugAssign) -> list[tuple[ast.expr, ast.expr]]:
    """Return each variable that a statement assigns, with its value."""
    target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
    if isinstance(target, ast.Tuple) and isinstance(statement.value, ast.Tuple):
        return list(zip(target.elts, statement.value.elts, strict=True))
    return [(target, statement.value)]


@pytest.mark.parametrize("path", SHOWING, ids=lambda path: path.stem)
def test_every_printed_column_stands_in_its_model_with_a_label(path: Path) -> None:
    for where, model, words, keys in calls(path):
        known = columns.about(model)
        for word in words - {"interval"}:
            name, _, column = word.partition("=")
            about = known.get(column or name, {})
            assert name in keys or about.get("label") or about.get("states"), f"{where}: {word}"


@pytest.mark.parametrize("language", [one for one in phrases.languages() if one != phrases.ENGLISH])
def test_every_label_and_state_of_a_model_is_in_every_catalogue(language: str) -> None:
    with (folder("templates") / f"{language}.po").open("rb") as stream:
        known = {one for message in read_po(stream) for one in _forms(message.id)}
    for path in sorted((PACKAGE / "dictionary").glob("*.py")):
        module = importlib.import_module(f"engineroom.dictionary.{path.stem}")
        for model in vars(module).values():
            if isinstance(model, type) and issubclass(model, Table) and model is not Table:
                assert {one for one in _said(model) if one not in known} == set(), model


def _said(model: type[Table]) -> Iterator[str]:
    for column in columns.about(model).values():
        states = [*(column["states"] or {}).values(), column["blank"]]
        yield from (
            one
            for one in (column["label"], *(s if isinstance(s, str) else s[0] for s in states))
            if one not in ("", columns.BLANK)
        )


def _forms(phrase: str | tuple[str, ...]) -> tuple[str, ...]:
    return phrase if isinstance(phrase, tuple) else (phrase,)
