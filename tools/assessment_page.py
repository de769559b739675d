"""Write docs/assessment.md: every table of an assessment with its columns, from the models.

python tools/assessment_page.py      or: nox -s pages
"""

from __future__ import annotations

import inspect
from pathlib import Path

from engineroom import assessment, storage

PAGE = Path(__file__).parents[1] / "docs" / "assessment.md"
INTRODUCTION = f"""# The assessment

Written by `nox -s pages` from the models; schema version {storage.SCHEMA}.

An assessment holds every figure of one client in one sector. `engineroom assess FOLDER` computes all of it,
`engineroom run` what its reports tell. It lies beside the reports:

```
<out>/<engagement>/<sector>/assessment/
    assessment.json        schema version, parameters, hashes of inputs, settings, code and libraries, tables
    <table>.parquet        one file a result table
    inputs/<table>.parquet the client's validated tables; their index is the row in the client's file
```

Parquet is read as it is by DuckDB (`SELECT * FROM 'assessment/gaps.parquet'`), pandas and a warehouse.
`engineroom assess FOLDER --json` prints a list of assessments: what `assessment.json` says, and each table with its
`rows`; a blank is `null`, a day is ISO 8601. From Python: `er.assessment.open("acme", "healthcare").gaps`.

Shares are fractions from 0 to 1, durations hours, money the engagement's currency. A result is recomputed where a
file, a setting, a parameter, the code or a library that can move a figure has changed, or where the schema version is
another; words, templates and brand change none.

## Parameters

`[assessment]` in `engagement.toml`, or `-p NAME=VALUE` for all reports of a run.

| parameter | default | meaning |
| --- | --- | --- |
"""


def page() -> str:
    """Return the page."""
    lines = [INTRODUCTION.rstrip("\n")]
    for name, about in assessment.Parameters.model_fields.items():
        lines.append(f"| `{name}` | {'' if about.default is None else about.default} | {about.description} |")
    lines += ["", "## Result tables, in the order of the flow"]
    for name, result in assessment.flow().items():
        meaning = inspect.getdoc(result.model) or ""
        lines += [
            "",
            f"### {name}",
            "",
            meaning.splitlines()[0],
            "",
            "| column | kind | meaning |",
            "| --- | --- | --- |",
        ]
        for column, about in result.model.to_schema().columns.items():
            kind = (about.metadata or {}).get("kind", "")
            lines.append(f"| `{column}` | {kind} | {about.description} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
