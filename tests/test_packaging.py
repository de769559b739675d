"""The wheel holds what the repository holds, and works away from it."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
import tomllib
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HERE = Path(__file__).parents[1]
SBOM = runpy.run_path(str(HERE / "tools" / "sbom.py"))


def pins(file: str) -> dict[str, str]:
    """Return the version of each package that a file of requirements pins."""
    found = re.findall(r"^([\w.-]+)==([\w.!+-]+)", (HERE / file).read_text(encoding="utf-8"), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place)]
    subprocess.run(command, check=True, cwd=HERE, capture_output=True)
    (built,) = place.glob("*.whl")
    return built


def test_the_wheel_holds_exactly_the_tracked_files_of_its_three_folders(wheel: Path) -> None:
    command = [
        "git",
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "lib/engineroom",
        "notebooks",
        "templates",
    ]
    listed = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    there = {name for name in listed.stdout.splitlines() if (HERE / name).is_file()}
    wanted = {name.removeprefix("lib/") if name.startswith("lib/") else f"engineroom/{name}" for name in there}

    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}

    assert packed == wanted


def test_the_wheel_finds_its_notebooks_templates_and_starters_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    code = (
        "from engineroom import resources; from engineroom.factory import run; "
        "from engineroom.readers import engagement; "
        "print(resources.folder('templates').parent.parent.name, run.reports()[0], *engagement.starters())"
    )
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "site")}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )

    assert done.stdout.split()[:2] == ["site", "benchmark_gap"]
    assert "starter/healthcare" in done.stdout


def test_no_ignore_rule_hides_the_library_from_the_build() -> None:
    rules = (HERE / ".gitignore").read_text(encoding="utf-8").splitlines()

    assert not {"lib", "lib/", "/lib/"} & set(rules)


def test_no_python_file_lies_among_notebooks_or_templates() -> None:
    assert not [path for folder in ("notebooks", "templates") for path in (HERE / folder).rglob("*.py")]


def test_the_wheel_carries_its_licence_its_notices_and_its_bill_of_materials(wheel: Path) -> None:
    packed = zipfile.ZipFile(wheel)
    (about,) = {name.split("/")[0] for name in packed.namelist() if ".dist-info/" in name}
    metadata = message_from_bytes(packed.read(f"{about}/METADATA"))

    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata.get_all("License-File") == ["LICENSE", "NOTICE"]
    assert b"Apache License" in packed.read(f"{about}/licenses/LICENSE")
    assert b"The Inter Project Authors" in packed.read(f"{about}/licenses/NOTICE")
    assert packed.read(f"{about}/sboms/sbom.cdx.json") == (HERE / "sbom.cdx.json").read_bytes()


def test_every_runtime_dependency_is_in_the_bill_of_materials_with_version_and_licence() -> None:
    listed = json.loads((HERE / "sbom.cdx.json").read_text(encoding="utf-8"))["components"]
    known, pinned = {part["name"]: part for part in listed}, pins("constraints.txt")
    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    direct = {canonicalize_name(Requirement(one).name) for one in project["dependencies"]}

    assert direct <= set(known) == set(SBOM["runtime"]()) - {"engineroom"}
    assert {name: part["version"] for name, part in known.items()} == {name: pinned.get(name) for name in known}
    assert [name for name, part in known.items() if not part["licenses"]] == []


def test_the_bill_of_materials_is_what_is_installed_here() -> None:
    there = {part["name"]: part["version"] for part in SBOM["components"]()}
    if there != {name: pins("constraints.txt").get(name) for name in there}:
        pytest.skip("what is installed here is not what constraints.txt pins")

    assert SBOM["bill"]() == (HERE / "sbom.cdx.json").read_text(encoding="utf-8"), "write it with: nox -s lock"


def test_every_runtime_dependency_has_a_licence_that_is_allowed() -> None:
    assert SBOM["faults"]() == []


@pytest.mark.parametrize(
    ("name", "expression", "is_allowed"),
    [
        ("one", "MIT", True),
        ("one", "MIT OR GPL-3.0-only", True),
        ("one", "MIT AND GPL-3.0-only", False),
        ("one", "AGPL-3.0-only", False),
        ("one", "LGPL-3.0-only", False),
        ("psycopg", "LGPL-3.0-only", True),
        ("psycopg", "GPL-3.0-only", False),
        ("one", "", False),
    ],
)
def test_copyleft_and_unknown_licences_are_refused(name: str, expression: str, is_allowed: bool) -> None:
    assert SBOM["is_allowed"](name, expression) is is_allowed


def test_what_the_lock_holds_are_hashes_of_pinned_versions_and_all_that_the_product_needs() -> None:
    lines = (HERE / "requirements.lock").read_text(encoding="utf-8").splitlines()[1:]
    pinned, locked = pins("constraints.txt"), pins("requirements.lock")

    assert all(re.fullmatch(r"[\w.-]+==[\w.!+-]+ --hash=sha256:[0-9a-f]{64}", line) for line in lines)
    assert locked == {name: pinned.get(name) for name in locked}
    assert set(SBOM["runtime"]()) - {"engineroom"} <= set(locked)
