"""What can go wrong, told to the person who can put it right.

EngineroomError            exit code
├── EngagementError        10   engagement.toml cannot be understood
├── DataProblems           11   tables or event log break a rule
├── ReportError            12   unknown report, sector or parameter
├── NotebookError          13   a cell failed
└── RenderError            14   the HTML or PDF could not be made

None of them is shown with a traceback: the message is the repair.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

INVISIBLE = re.compile("[\x00-\x1f\x7f-\xa0\xad\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]")
"""Characters that break a line, colour a terminal, turn text around or pass for a blank: shown by their number."""

LONGEST = 1_000
"""Letters of a column, a rule or a cure that are shown: what a client wrote may be a cell of 32,767."""


@dataclass(frozen=True, order=True)
class Problem:
    """One fault in what the client sent.

    Attributes
    ----------
    where : str
        The file, with its sheet where it has sheets: `intake.xlsx / kpis`.
    row : int
        The row as a spreadsheet numbers it (the header is row 1); 0 where no single row is at fault.
    column : str
        The column, or the key of `engagement.toml`; blank where none is at fault.
    rule : str
        The value and the rule it breaks: `-3 is below 0`.
    cure : str
        What to write instead; blank where the rule says it.
    """

    where: str
    row: int = 0
    column: str = ""
    rule: str = ""
    cure: str = ""

    def __str__(self) -> str:
        """Return the fault as one line, without its file; what cannot be seen is spelt out."""
        place = ", ".join(part for part in (f"row {self.row}" if self.row else "", _short(self.column)) if part)
        said = "; ".join(_short(part) for part in (self.rule, self.cure) if part)
        return _visible(f"{place}: {said}" if place else said)


class EngineroomError(Exception):
    """A fault of the input or the machine, shown to the user without a traceback."""

    exit_code = 1


class ProblemsError(EngineroomError):
    """All faults of one engagement at once, each told once, grouped by file."""

    def __init__(self, problems: Iterable[Problem], repair: str = "") -> None:
        self.problems = tuple(sorted(set(problems)))
        self.repair = repair
        super().__init__(self.told())

    def told(self) -> str:
        """Return the message: a heading per file, a line per fault, the command to run after the repair."""
        lines: list[str] = []
        for where in dict.fromkeys(problem.where for problem in self.problems):
            here = [problem for problem in self.problems if problem.where == where]
            lines.append(f"{_visible(where)}: {len(here)} problem{'s' if len(here) > 1 else ''}")
            lines += [f"  {problem}" for problem in here]
        return "\n".join([*lines, self.repair] if self.repair else lines)


class EngagementError(ProblemsError):
    """`engagement.toml` is missing, misspelt or contradicts itself."""

    exit_code = 10


class DataProblems(ProblemsError):  # noqa: N818 -- it holds many problems, and says so
    """Tables or the event log break rules that a report stands on."""

    exit_code = 11


class ReportError(EngineroomError):
    """A report, sector or parameter that does not exist was asked for."""

    exit_code = 12


class NotebookError(EngineroomError):
    """A cell of a report's notebook failed."""

    exit_code = 13


class RenderError(EngineroomError):
    """A report ran but could not be turned into HTML or PDF, or what came out failed its check."""

    exit_code = 14


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _visible(text: str) -> str:
    return INVISIBLE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
