"""What made a report: versions, and the SHA-256 of every input, template and output; and whether that still holds."""

from __future__ import annotations

import hashlib
import json
import platform
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import requires, version
from pathlib import Path
from typing import Annotated, Any, Literal

from packaging.requirements import Requirement
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from engineroom import __version__, provenance
from engineroom.assessment import FOLDER
from engineroom.errors import ReportError
from engineroom.pages import brand
from engineroom.readers.engagement import FILE, Engagement, digest
from engineroom.rendering import publication
from engineroom.resources import folder as shipped

SCHEMA = 3
NAME = "manifest.json"

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Origin:
    """Everything a report is made from, as it was before it was made.

    Attributes
    ----------
    inputs : dict of str to str
        File of the engagement -> SHA-256.
    made_from : dict of str to str
        Part -> hash: what must be the same for a report to be kept.
    """

    engagement: Engagement
    report: str
    parameters: dict[str, str]
    inputs: dict[str, str]
    made_from: dict[str, str]

    @property
    def name(self) -> str:
        """Return the report as the manifest names it."""
        return f"{self.engagement.sector}/{self.report}"


def origin(engagement: Engagement, report: str, parameters: dict[str, str]) -> Origin:
    """Return what a report would be made from now."""
    read_in = inputs(engagement)
    parts: dict[str, Any] = {
        "inputs": read_in,
        "notebook": digest(shipped("notebooks") / f"{report}.ipynb"),
        "parameters": parameters,
        **_installed(),
    }
    return Origin(
        engagement, report, parameters, read_in, {name: provenance.fingerprint(part) for name, part in parts.items()}
    )


def reason(wanted: Origin, formats: tuple[str, ...], place: Path) -> str:
    """Return why a report is to be made again; blank where it stands in `place` as it would be made now.

    Never blank where the log lies in a database: its rows may have changed without a word.
    """
    log = wanted.engagement.events or wanted.engagement.cases
    if log and log.connection:
        return "its log lies in a database, which may have changed"
    said = read(place)
    report = said.get("reports", {}).get(wanted.name, {})
    known = report.get("made_from")
    if not known:
        return "it was never made here"
    if changed := [part for part, sha in wanted.made_from.items() if known.get(part) != sha]:
        if changed == ["inputs"]:
            before = report.get("inputs", {})
            names = sorted(name for name in {*before, *wanted.inputs} if before.get(name) != wanted.inputs.get(name))
            return f"changed: {', '.join(names) or 'inputs'}"
        return f"changed: {', '.join(changed)}"
    mine = {path: sha for path, sha in said["outputs"].items() if _belongs(path, wanted.name)}
    if missing := [kind for kind in formats if f"{wanted.name}.{kind}" not in mine]:
        return f"there is no {' and no '.join(missing)} yet"
    spoilt = [path for path, sha in mine.items() if not (place / path).is_file() or digest(place / path) != sha]
    return f"not as it was made: {', '.join(spoilt)}" if spoilt else ""


def refuse_stranger(case: Engagement, place: Path) -> None:
    """Raise `ReportError` where an output folder belongs to another engagement: none may write into it."""
    said = read(place)
    if not said or (said["id"], said["client"]) == (case.id, case.header.client):
        return
    owner = f"{said['client']} (id {said['id']})"
    raise ReportError(
        f"{place} belongs to another engagement: {owner}, and this is {case.header.client} (id {case.id})\n"
        "Rename the engagement's folder, or give it its own --out. If it is the same client under a new name or id, "
        f"move {place.name} away first"
    )


def mixed(said: Manifest) -> list[str]:
    """Return which reports of a folder were made from other data than the first of them, as sentences."""
    found, first = [], ""
    for name, about in said["reports"].items():
        first = first or name
        before, now = said["reports"][first]["inputs"], about["inputs"]
        if differing := sorted(one for one in {*before, *now} if before.get(one) != now.get(one)):
            found.append(f"{name} was made from other data than {first}: {', '.join(differing)}")
    return found


def entry(place: Path, name: str) -> str:
    """Return the fingerprint of all that the manifest in a folder says of one report; blank where it says nothing."""
    said = read(place)
    if name not in said.get("reports", {}):
        return ""
    mine = {path: sha for path, sha in said["outputs"].items() if _belongs(path, name)}
    return provenance.fingerprint({"about": said["reports"][name], "outputs": mine, "id": said["id"]})


def record(made: Origin, outputs: dict[str, bytes], place: Path, about: dict[str, Any]) -> Manifest:
    """Return the manifest of an engagement after one more report, keeping what it says of the others.

    `outputs` are the report's files by their path in `place`, the engagement's output folder. Holds no clock, user or
    machine: the same input makes the same manifest. `about` is what a shelf tells of the report: title and headlines.
    An edition that was made before, of the same, stays one of the report.
    """
    about = about | {"parameters": made.parameters, "inputs": made.inputs, "made_from": made.made_from}
    before = read(place).get("reports", {}).get(made.name, {})
    editions = [f"{made.name}.{kind}" for kind in ("html", "pdf")]
    log = made.engagement.events or made.engagement.cases
    is_same = before.get("made_from") == made.made_from and not (log and log.connection)
    still = {path: sha for path, sha in known(place).items() if path in editions and (place / path).is_file()}
    written = (still if is_same else {}) | {path: _sha(data) for path, data in outputs.items()}
    return _merged(made.engagement, made.inputs, {made.name: about}, written, place)


def record_assessment(case: Engagement, outputs: dict[str, bytes], place: Path) -> Manifest:
    """Return the manifest of an engagement after an assessment of it was stored among its outputs."""
    read_in = read(place).get("inputs") or inputs(case)
    return _merged(case, read_in, {}, {path: _sha(data) for path, data in outputs.items()}, place)


def _merged(
    case: Engagement, read_in: dict[str, str], reports: dict[str, Any], written: dict[str, str], place: Path
) -> Manifest:
    """Return the manifest in `place` with what was made now in the place of what it says of the same."""
    before = read(place)
    made = [*reports, *(f"{case.sector}/{FOLDER}" for path in written if f"/{FOLDER}/" in path)]
    kept = {
        path: sha
        for path, sha in known(place).items()
        if path != NAME and (place / path).is_file() and not any(_belongs(path, name) for name in made)
    }
    return {
        "schema": SCHEMA,
        "id": case.id,
        "engagement": case.name,
        "client": case.header.client,
        "status": case.header.status,
        "as_of": f"{case.header.as_of}",
        "engineroom": __version__,
        "libraries": _installed()["libraries"],
        "inputs": read_in,
        "reference_data": provenance.hashes(shipped("data")),
        "templates": _installed()["templates"],
        "reports": dict(sorted((before.get("reports", {}) | reports).items())),
        "outputs": dict(sorted((kept | written).items())),
    }


def known(place: Path) -> dict[str, str]:
    """Return the SHA-256 of what was written into an output folder before, by its path there.

    The manifest of an earlier version is believed in this one thing, so that an upgrade sets nothing aside.
    """
    told: dict[str, str] = {}
    with suppress(OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        data = (place / NAME).read_bytes()
        for path, sha in json.loads(data)["outputs"].items():
            told[publication.inside(path)] = str(sha)
        told[NAME] = hashlib.sha256(data).hexdigest()
    return told | publication.renamed(place)


def gone(place: Path, told: Manifest, name: str) -> list[str]:
    """Return what was written of a report or an assessment before and is no longer named by a new manifest."""
    return [path for path in known(place) if _belongs(path, name) and path not in told["outputs"]]


def stands(place: Path, folder: str) -> bool:
    """Return whether a folder of `place` holds all that the manifest names there, as it was made."""
    named = {path: sha for path, sha in read(place).get("outputs", {}).items() if path.startswith(f"{folder}/")}
    return bool(named) and all((place / path).is_file() and digest(place / path) == sha for path, sha in named.items())


def files(place: Path, sector: str, report: str) -> list[Path]:
    """Return the files of one report that the manifest names."""
    return [place / path for path in read(place)["outputs"] if _belongs(path, f"{sector}/{report}")]


def differences(place: Path) -> list[str]:
    """Return what differs between an engagement's output folder and its manifest, as sentences."""
    said = read(place)
    if not said:
        return [f"{place.name}: there is no {NAME} that can be read"]
    found = []
    for path, sha in said["outputs"].items():
        if not (place / path).is_file():
            found.append(f"{place.name}/{path}: is missing")
        elif digest(place / path) != sha:
            found.append(f"{place.name}/{path}: is not the file that was made")
    there = {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}
    strangers = sorted(
        path
        for path in there - set(said["outputs"]) - {NAME}
        if not path.endswith(".failed.ipynb")  # told when it failed
        and not path.startswith(f"{publication.KEPT}/")  # a person's, set aside
    )
    if any(path.startswith(publication.STAGE) for path in strangers):
        found.append(f"{place.name}: a run was killed while it wrote here; the next one clears away what it left")
    strangers = [path for path in strangers if not path.startswith(publication.STAGE)]
    return found + [f"{place.name}/{path}: was not made here" for path in strangers]


def inputs(engagement: Engagement) -> dict[str, str]:
    """Return the SHA-256 of every file of the engagement that a report can depend on."""
    header = engagement.header
    files = [engagement.folder / FILE, *sorted((engagement.folder / "commentary").glob("*.md"))]
    if header.brand:
        files += brand.files(engagement.path(header.brand, allow_outside_folder=header.allow_outside_folder))
    told = provenance.hashed(engagement, files)
    return dict(sorted((provenance.inputs(engagement) | told).items()))


def read(place: Path) -> Manifest:
    """Return the manifest in a folder; empty where there is none, or none of this schema."""
    try:
        said = json.loads((place / NAME).read_text(encoding="utf-8"))
        return _File.model_validate(said).model_dump(by_alias=True)
    except (OSError, ValueError, RecursionError):
        return {}


def dumps(manifest: Manifest) -> bytes:
    """Return a manifest as the bytes of its file."""
    return (json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


@cache
def _installed() -> dict[str, Any]:
    """Return what is the same for every report of a process: code, reference data, templates, libraries."""
    needed = [Requirement(line) for line in requires("engineroom") or []]
    names = {one.name for one in needed if one.marker is None or one.marker.evaluate({"extra": ""})} | {"numpy"}
    return {
        "templates": provenance.hashes(shipped("templates")),
        "code": provenance.hashes(shipped("data").parent, "*.py"),
        "reference data": provenance.hashes(shipped("data")),
        "libraries": {"python": platform.python_version()} | {name: version(name) for name in sorted(names)},
    }


class _Report(BaseModel):
    model_config = ConfigDict(extra="allow")

    inputs: dict[str, str] = {}
    made_from: dict[str, str] = {}
    title: str = ""
    headlines: list[dict[str, str]] = []
    drawings: str = ""


class _File(BaseModel):
    """What a manifest must be to be believed: it is a file that anybody can write."""

    model_config = ConfigDict(extra="allow")

    schema_: Literal[3] = Field(alias="schema", serialization_alias="schema")
    id: Annotated[str, Field(min_length=1, max_length=64)]
    client: str
    engagement: str
    status: str
    as_of: str
    engineroom: str
    inputs: dict[str, str]
    reports: dict[Annotated[str, Field(pattern=r"^\w+/\w+$")], _Report]
    outputs: dict[Annotated[str, AfterValidator(publication.inside)], Annotated[str, Field(pattern="^[0-9a-f]{64}$")]]


def _belongs(path: str, name: str) -> bool:
    return path.startswith((f"{name}.html", f"{name}.pdf", f"{name}.ipynb", f"{name}.tables/", f"{name}/"))


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
