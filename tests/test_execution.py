"""Running a notebook: what stops it is told in plain words, and no cell is called completed that was not."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest

from engineroom.factory import execution, limits
from engineroom.factory.limits import Limits
from engineroom.readers import engagement

pytestmark = pytest.mark.slow


@pytest.fixture
def running(tmp_path: Path, make_engagement, monkeypatch) -> Callable[..., Any]:
    """Return a function that runs a notebook of a good cell, the given one and another, and returns what came of it."""

    def run(source: str, toml: str = "", **limits: int) -> Any:
        case = engagement.open(make_engagement(toml))
        sources = {"parameters": 'engagement: str = ""', "before": "before = 1", "tried": source, "after": "before"}
        cells = [nbformat.v4.new_code_cell(text, id=name) for name, text in sources.items()]
        cells[0].metadata["tags"] = ["parameters"]
        spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=spec), tmp_path / "report.ipynb")
        monkeypatch.setattr(execution, "folder", lambda _: tmp_path)
        private = tmp_path / "private"
        private.mkdir()
        return execution.execute(case, "report", {"engagement": "x"}, private, tmp_path, Limits(**limits))

    return run


def told(stop: execution.Stopped) -> tuple[str, str, list[str]]:
    cells = {cell["id"]: cell["metadata"]["papermill"] for cell in json.loads(stop.notebook)["cells"]}
    return stop.cell, stop.cause, [cells[name]["status"] for name in ("before", "tried", "after")]


@pytest.mark.parametrize(
    ("source", "limits", "cause", "code"),
    [
        ("1 / 0", {}, "ZeroDivisionError: division by zero", 13),
        ("import sys; sys.exit()", {}, "the cell ended the notebook before its last cell", 13),
        ("import os; os._exit(3)", {}, "its process ended with status 3", 13),
        (
            "import os; os.kill(os.getpid(), 9)",
            {},
            "its process was killed, most often because the machine had no memory left",
            13,
        ),
        ("while True: pass", {"seconds": 2}, "the report was stopped after 2 s", 13),
        (
            "taken = bytearray(600 << 20)",
            {"megabytes": 500},
            "it needs more memory than the 500 MiB it may take (MemoryError)",
            13,
        ),
        (
            "from engineroom.errors import *; raise DataProblems([Problem('kpis.csv', 2, 'n', 'is blank')])",
            {},
            "DataProblems: kpis.csv: 1 problem\n  row 2, n: is blank",
            11,
        ),
    ],
)
def test_a_cell_that_does_not_end_well_is_named_with_its_cause_and_what_follows_is_pending(
    running, source, limits, cause, code
) -> None:
    with pytest.raises(execution.Stopped) as stopped:
        running(source, **limits)

    assert told(stopped.value) == ("tried", cause, ["completed", "failed", "pending"])
    assert stopped.value.exit_code == code


def test_short_cells_together_have_no_more_time_than_one_long_one(running, monkeypatch) -> None:
    ticks = itertools.count(step=0.3)  # every look at the clock takes a third of a second, every cell two of them
    clock = SimpleNamespace(monotonic=lambda: next(ticks))
    monkeypatch.setattr(execution, "time", clock)
    monkeypatch.setattr(limits, "time", clock)

    with pytest.raises(execution.Stopped) as stopped:
        running("1 + 1", seconds=2)

    assert told(stopped.value) == ("tried", "the report was stopped after 2 s", ["completed", "failed", "pending"])


def test_a_notebook_within_its_memory_is_let_alone(running) -> None:
    executed = running("taken = bytearray(100 << 20)", megabytes=500)

    assert executed.cells[-1].outputs[0].data["text/plain"] == "1"


def test_a_notebook_sees_no_secret_that_its_engagement_does_not_name(running, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OTHER_CLIENTS_DB", "postgres://user:secret@host/db")

    executed = running("import os, tempfile; print(os.environ.get('OTHER_CLIENTS_DB'), tempfile.gettempdir())")

    assert executed.cells[-2].outputs[0].text == f"None {tmp_path / 'private'}\n"


def test_a_secret_that_a_cell_shows_or_fails_with_is_written_nowhere(running, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CLAIMS_DB", "postgres://user:p%40ss!word@host/db")
    log = '[events]\nconnection = "env:CLAIMS_DB"\ntable = "x"\ncase = "a"\nactivity = "b"\ncompleted = "c"\n'

    executed = running("import os; print(os.environ['CLAIMS_DB'], 'user:p@ss!word@host')", toml=log)
    (tmp_path / "private").rmdir()
    with pytest.raises(execution.Stopped) as stopped:
        running("import os; raise ValueError(os.environ['CLAIMS_DB'])", toml=log)

    assert executed.cells[-2].outputs[0].text == "[CLAIMS_DB] user[CLAIMS_DB]host\n"
    assert stopped.value.cause == "ValueError: [CLAIMS_DB]"
    assert b"word" not in stopped.value.notebook


def test_a_password_that_is_a_year_is_not_told_by_the_dates_that_are_struck_out(running, monkeypatch) -> None:
    monkeypatch.setenv("CLAIMS_DB", "postgres://user:2026@host/db")
    log = '[events]\nconnection = "env:CLAIMS_DB"\ntable = "x"\ncase = "a"\nactivity = "b"\ncompleted = "c"\n'

    executed = running("print('2026-01-31')", toml=log)

    assert executed.cells[-2].outputs[0].text == "2026-01-31\n"
