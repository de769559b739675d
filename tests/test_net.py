"""Every cell of every notebook shows what it did when somebody last accepted it; a difference is told readably."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from net import cells, differences, kept, tasks

from engineroom import phrases


@pytest.mark.slow
@pytest.mark.parametrize("task", tasks.names())
def test_every_cell_shows_what_was_accepted(task: str) -> None:
    _, changed = tasks.compared(task)

    if changed:
        accept = f"nox -s net -- --accept {task.split('/')[1]}"
        pytest.fail(
            f"{len(changed)} cells differ:\n{differences.told(changed)}\nWhere it is meant: {accept}", pytrace=False
        )


def test_nothing_is_kept_of_an_engagement_that_is_gone() -> None:
    assert {kept.task_of(cell) for cell in kept.digests()} == set(tasks.names())


def test_digests_and_contents_were_accepted_together() -> None:
    contents = {cell: content for report in cells.reports() for cell, content in kept.contents(report).items()}

    assert {cell: kept.digest(content) for cell, content in contents.items()} == kept.digests()


def test_every_cell_shows_something_for_some_engagement() -> None:
    contents = {cell: content for report in cells.reports() for cell, content in kept.contents(report).items()}
    shows: dict[str, bool] = {}
    for name, content in contents.items():
        cell = "/".join(name.split("/")[2:])
        is_nothing = content == "" or (isinstance(content, dict) and content.get("items") == [])
        shows[cell] = shows.get(cell, False) or not is_nothing

    assert [cell for cell, does in shows.items() if not does] == []


REFUSALS = {
    "kind": "table",
    "caption": "3 initiatives are refused",
    "rows": [["Bots", {"text": "refused", "tone": "bad"}], ["Centre", "waits"], ["Move", "waits"]],
    "csv": "initiative\nBots\nCentre\nMove\n",
}


def test_a_difference_names_the_part_and_tells_old_and_new() -> None:
    bots, centre, move = REFUSALS["rows"]

    changes = {
        "sentence": differences.between(REFUSALS, REFUSALS | {"caption": "Three are refused"}),
        "figure": differences.between(REFUSALS, REFUSALS | {"rows": [bots, centre, ["Move", "2 weeks"]]}),
        "dropped": differences.between(REFUSALS, REFUSALS | {"rows": [centre, move]}),
        "moved": differences.between(REFUSALS, REFUSALS | {"rows": [move, bots, centre]}),
        "gone": differences.between(REFUSALS, None),
    }

    assert changes == {
        "sentence": ["caption: 3 initiatives are refused\n    -> Three are refused"],
        "figure": ["rows 3: Move | waits\n    -> Move | 2 weeks"],
        "dropped": ["rows 1 is gone: Bots | refused [bad]"],
        "moved": ["rows: the same lines in another order: 3 1 2"],
        "gone": ["was shown, and is not: 3 initiatives are refused"],
    }


def test_cells_that_changed_alike_are_told_together() -> None:
    alike = {f"en/{name}/roadmap/plan": ["caption: a\n    -> b"] for name in "uvwxyz"}

    assert differences.told(alike | {"en/z/roadmap/gantt": ["title: c\n    -> d"]}) == (
        "en/u/roadmap/plan, en/v/roadmap/plan, en/w/roadmap/plan, en/x/roadmap/plan and 2 more\n"
        "  caption: a\n    -> b\n"
        "en/z/roadmap/gantt\n"
        "  title: c\n    -> d"
    )


def test_no_code_stands_on_a_page_where_its_sentence_belongs() -> None:
    known = {code for code in phrases.sentences("en") if "_" in code}

    stray = [
        cell
        for report in cells.reports()
        for cell, content in kept.contents(report).items()
        if known & {text.strip(" .").casefold() for text in printed(content)}
    ]

    assert stray == []


def printed(content: object, key: str = "") -> Iterator[str]:
    """Yield what a reader sees of a content: not the files beside it, nor what its figures are called."""
    match content:
        case dict():
            hidden = {"csv", "figures", "id", "key", "files", "name", "usermeta", "report", "kind", "datasets"}
            for name, part in content.items():
                yield from () if name in hidden else printed(part, name)
        case list():
            for part in content:
                yield from printed(part, key)
        case str():
            yield content
