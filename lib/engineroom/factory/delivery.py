"""A delivery: one zip of an engagement's reports for the client, with what it holds in plain words.

The same reports give the same bytes, and every name in it is one that Windows and SharePoint take.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from pathlib import Path

from engineroom.errors import RenderError
from engineroom.factory import manifest
from engineroom.rendering import publication
from engineroom.rendering.prose import clean

KINDS = (".html", ".pdf", ".csv", ".ics")
SUMMARY = "summary.txt"
LONGEST_NAME = 80
"""Letters of one name: with folders of their own on top, the whole path stays within what Windows takes."""

_FORBIDDEN = re.compile(r'["*:<>?/\\|\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|desktop\.ini|\.lock|forms)(\..*)?", re.IGNORECASE)
_ENTRY = (1980, 1, 1, 0, 0, 0)


def pack(home: Path) -> tuple[Path, str]:
    """Write the zip of an engagement's output folder beside it; refuse what is not as it was made.

    Returns the zip, and what was set aside for it, as a sentence.
    """
    said = manifest.read(home)
    found = manifest.differences(home)
    there = said.get("outputs", {})
    found += [
        f"{name}: has no page" for name in said.get("reports", {}) if not {f"{name}.html", f"{name}.pdf"} & set(there)
    ]
    found += [] if said.get("reports") else [f"{home.name}: holds no report"]
    if found:
        cure = "Make it again with engineroom retry, or remove what does not belong there"
        raise RenderError("\n".join([f"{home}: is not packed", *(f"  {one}" for one in found), cure]))
    if found := manifest.mixed(said):
        raise RenderError(
            "\n".join([f"{home}: is not packed", *(f"  {one}" for one in found), "Run engineroom run again"])
        )
    files = {path: (home / path).read_bytes() for path in said["outputs"] if path.endswith(KINDS)}
    files |= {manifest.NAME: (home / manifest.NAME).read_bytes(), SUMMARY: summary(said).encode()}
    name = f"{legal(home.name)}.zip"
    told = publication.put(home.parent, name, _zipped(files, legal(home.name)), home.parent)
    return home.with_name(name), told


def summary(said: manifest.Manifest) -> str:
    """Return what a delivery holds, for somebody who opens nothing else: reports, headlines, files."""
    lines = [clean(said["client"]), f"{said['status']}, as of {said['as_of']}, made by engineroom {said['engineroom']}"]
    for name, about in said["reports"].items():
        title = f"{about['title']} ({name.partition('/')[0]})"
        lines += ["", title, "-" * len(title), *(f"- {one['text']}" for one in about["headlines"])]
    lines += ["", "Files (SHA-256)", "---------------"]
    lines += [f"{sha}  {path}" for path, sha in said["outputs"].items() if path.endswith(KINDS)]
    return "\r\n".join([*lines, ""])


def legal(name: str) -> str:
    """Return a name as Windows and SharePoint take it: no reserved word, mark, or point or space at its ends."""
    plain = _FORBIDDEN.sub("-", unicodedata.normalize("NFC", name)).replace("_vti_", "-vti-").lstrip("~ ").rstrip(". ")
    stem, dot, kind = plain.rpartition(".")
    if len(plain) > LONGEST_NAME:
        plain = f"{stem[: LONGEST_NAME - len(kind) - 1]}.{kind}" if dot and len(kind) < 8 else plain[:LONGEST_NAME]
    return f"_{plain}" if _RESERVED.fullmatch(plain) or not plain else plain


def _zipped(files: dict[str, bytes], top: str) -> bytes:
    buffer = io.BytesIO()
    taken: set[str] = set()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path, data in sorted(files.items()):
            name = "/".join([top, *map(legal, path.split("/"))])
            while name.casefold() in taken:  # Windows does not tell Report.csv from report.csv
                name = re.sub(r"(\.\w+)?$", r"-2\1", name, count=1)
            taken.add(name.casefold())
            entry = zipfile.ZipInfo(name, _ENTRY)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            archive.writestr(entry, data)
    return buffer.getvalue()
