"""The wheel holds what the repository holds, and works away from it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1]


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
