"""What the documents promise is so."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

import engineroom
from engineroom import cli, errors

HERE = Path(__file__).parents[1]
README = (HERE / "README.md").read_text(encoding="utf-8")
PAGES = [*HERE.glob("*.md"), *(HERE / "docs").rglob("*.md")]


def test_ci_runs_the_test_command_of_the_readme() -> None:
    command = next(line for line in README.splitlines() if "pytest" in line and "--group dev" in line)

    assert command in (HERE / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_the_readme_lists_every_exit_code() -> None:
    codes = {one.exit_code for one in vars(errors).values() if isinstance(one, type) and issubclass(one, Exception)}
    codes -= {errors.EngineroomError.exit_code}

    assert codes <= {int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)}


def test_every_command_is_in_the_readme() -> None:
    verbs = set(re.findall(r"^    (\w+) {3,}", cli._parser().format_help(), re.MULTILINE))

    assert verbs
    assert {verb for verb in verbs if f"engineroom {verb}" not in README and verb != "doctor"} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(HERE).as_posix())
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_page_of_the_assessment_is_what_the_models_say() -> None:
    written = runpy.run_path(str(HERE / "tools" / "assessment_page.py"))["page"]()

    assert (HERE / "docs" / "assessment.md").read_text(encoding="utf-8") == written, "write it with: nox -s pages"


def test_every_public_name_is_there_and_no_other() -> None:
    modules = {path.stem for path in Path(engineroom.__file__).parent.rglob("*.py")}

    assert {name for name in engineroom.__all__ if name != "__version__"} <= modules
    assert all(getattr(engineroom, name) for name in engineroom.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'gaps'"):
        _ = engineroom.gaps


def test_no_file_of_the_project_names_a_registry_or_a_machine() -> None:
    pins = (HERE / "constraints.txt").read_text(encoding="utf-8").splitlines()

    assert all(re.fullmatch(r"[\w.-]+==[\w.!+-]+|#.*", line) for line in pins)
