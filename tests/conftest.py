"""What several test files share: starters as folders, real logs, tables made in memory."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import engagements
import pytest
from filelock import FileLock
from hypothesis import settings

from engineroom.resources import folder

settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):  # a build must not fail by chance; at a desk new cases are welcome
    settings.load_profile("ci")

SHARED = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture
def starter(tmp_path: Path) -> Callable[[str], Path]:
    """Return a copy of a bundled starter that a test may spoil."""

    def copy(name: str) -> Path:
        return Path(shutil.copytree(folder("starters") / name, tmp_path / name))

    return copy


@pytest.fixture
def make_engagement(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes an engagement folder: TOML after the header, and files by relative path."""

    def make(
        toml: str = "",
        files: dict[str, str | bytes] | None = None,
        sector: str = "healthcare",
        period: tuple[str, str] = ("2026-01-01", "2026-06-30"),
        as_of: str = "2026-07-15",
        name: str = "client",
    ) -> Path:
        return engagements.write(tmp_path / name, toml, files, (sector,), period, as_of)

    return make


@pytest.fixture(scope="session")
def real_log() -> Callable[[str], Path]:
    """Return a real event log by file name; the test is skipped where the shared data is absent."""

    def path(name: str) -> Path:
        if not (SHARED / name).is_file():
            pytest.skip(f"the shared real data is not beside this checkout: {name}")
        return SHARED / name

    return path


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with every report of every starter, as `engineroom demo` makes them: once for all workers."""
    from engineroom import cli

    base = tmp_path_factory.getbasetemp()
    out = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "reports"
    done = out.with_suffix(".done")
    with FileLock(out.with_suffix(".lock")):
        if not done.exists():
            assert cli.main(["demo", "--jobs", "2", "--out", str(out)]) == 0
            done.touch()
    return out


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """Return a headless Chromium; the test is skipped where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        opened = playwright.chromium.launch(executable_path=path, args=arguments)
        yield opened
        opened.close()
