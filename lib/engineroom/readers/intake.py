"""Make a folder to fill in: engagement.toml, and a workbook with a sheet per table."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

from engineroom.dictionary import schemas
from engineroom.errors import ReportError
from engineroom.readers import engagement
from engineroom.readers.engagement import ID_LENGTH

WORKBOOK = "intake.xlsx"
KINDS = {
    "text": "text",
    "id": "text, never blank",
    "choice": "one of the words listed",
    "share": "fraction from 0 to 1 (0.04, not 4%)",
    "number": "number",
    "count": "number, 0 or more",
    "money": "amount in the engagement's currency, 0 or more",
    "date": "date",
    "flag": "true or false",
}

TOML = """# What this engagement is about. Every key is checked by: engineroom check FOLDER
[engagement]
id = "{id}"                   # tells this engagement from every other; leave it as it is
client = {client}
sectors = ["{sector}"]                  # sector packs: engineroom list sectors
period = {{ start = 2026-01-01, end = 2026-06-30 }}
currency = "USD"
status = "draft"                        # draft | final
confidentiality = "Confidential"
prepared_by = ""
as_of = 2026-07-15                      # the only date a report prints

[tables]
workbook = "{workbook}"                 # one sheet a table; leave blank the sheets you cannot fill

# A transaction log is the best evidence there is. Put the file into data/ and name its columns:
# [events]
# source = "data/claims.csv.gz"         # .csv, .csv.gz or .parquet
# case = "claim_id"
# activity = "step"
# completed = "completed_at"
# timezone = "America/New_York"         # for times without an offset
# workflow = "claim_type"
# [events.human]
# column = "user"
# automatic = ["SYSTEM"]                # all others are human; a blank is unknown
# [events.closed]
# activities = ["BILLED"]               # the case is complete when one of these has happened
# [events.rework]
# activities = ["REOPEN"]
"""


def make(folder: Path, sector: str) -> list[Path]:
    """Write a new engagement into `folder` and return its files; refuse a folder that already holds something."""
    if sector not in engagement.sectors():
        raise ReportError(f'there is no sector "{sector}"; there are: {", ".join(engagement.sectors())}')
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ReportError(f"{folder} already holds something; nothing was written. Choose a new folder")
    (folder / "data").mkdir(parents=True)
    toml, workbook = folder / engagement.FILE, folder / WORKBOOK
    client = json.dumps(folder.resolve().name, ensure_ascii=False).replace("\x7f", "\\u007f")  # as TOML quotes it
    toml.write_text(
        TOML.format(id=uuid.uuid4().hex[:ID_LENGTH], client=client, sector=sector, workbook=WORKBOOK), encoding="utf-8"
    )
    _workbook(workbook)
    return [toml, workbook]


def _workbook(path: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook()
    guide = book.active
    guide.title = "guide"
    guide.append(["sheet", "column", "how to write it", "needed", "meaning"])
    for table, model in schemas.INPUTS.items():
        sheet = book.create_sheet(table)
        for place, (name, column) in enumerate(model.to_schema().columns.items(), 1):
            about = column.metadata
            needed = "always" if about["required"] else "expected" if about["expected"] else "if known"
            words = next(
                (c.statistics["allowed_values"] for c in column.checks if "allowed_values" in c.statistics), None
            )
            form = f"one of: {', '.join(words)}" if words else KINDS[about["kind"]]
            guide.append([table, name, form, needed, column.description])
            cell = sheet.cell(1, place, name)
            cell.font = Font(bold=about["required"])
            cell.fill = PatternFill("solid", fgColor="DCE6F2" if about["expected"] else "F2F2F2")
            sheet.column_dimensions[get_column_letter(place)].width = max(14, len(name) + 3)
            if about["kind"] == "date":
                for row in range(2, 400):
                    sheet.cell(row, place).number_format = "yyyy-mm-dd"
        sheet.freeze_panes = "A2"
    for cell in guide[1]:
        cell.font = Font(bold=True)
    for letter, width in zip("ABCDE", (12, 26, 44, 11, 90), strict=True):
        guide.column_dimensions[letter].width = width
    for row in guide.iter_rows(min_row=2):
        row[4].alignment = Alignment(wrap_text=True, vertical="top")
    book.save(path)
