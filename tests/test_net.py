"""Every cell of every notebook shows what it did when somebody last accepted it; a difference is told readably."""

from __future__ import annotations

import pytest
from net import differences, kept, tasks


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
    digests = kept.digests()
    reports = {kept.report_of(cell) for cell in digests}

    contents = {cell: content for report in reports for cell, content in kept.contents(report).items()}

    assert {cell: kept.digest(content) for cell, content in contents.items()} == digests
