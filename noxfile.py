"""The developer's verbs: `nox -l` lists them, `nox -s tests` runs one, words after `--` go to the tool."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import nox
from packaging.utils import parse_wheel_filename

nox.needs_version = ">=2026.2"
nox.options.sessions = ["lint", "types", "notebooks", "tests"]
nox.options.reuse_existing_virtualenvs = True

HERE = Path(__file__).parent
PROJECT = nox.project.load_toml("pyproject.toml")
CONSTRAINTS = HERE / "constraints.txt"
LOCK = HERE / "requirements.lock"
WORDS = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def install(session: nox.Session, *groups: str) -> None:
    """Install engineroom, editable, with dependency groups of pyproject.toml, at the versions of constraints.txt."""
    wanted = nox.project.dependency_groups(PROJECT, *groups) if groups else ()
    session.install("-c", str(CONSTRAINTS), "-e", str(HERE), *wanted)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests on both cores; `-- -m "not slow"` is what runs in three minutes, `-- -k gap` some of them."""
    install(session, "test", "archive")
    session.run("python", "-m", "pytest", "-q", "-n", "2", *session.posargs)


@nox.session
def net(session: nox.Session) -> None:
    """Compare what every cell shows with what was accepted; `-- --accept` accepts, `-- insurer` runs one engagement."""
    install(session, "test")
    session.run("python", "tests/net", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and formatting with ruff; `ruff check --fix . && ruff format .` mends most of it."""
    session.install("-c", str(CONSTRAINTS), *nox.project.dependency_groups(PROJECT, "lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check the library's types with mypy, strictly."""
    install(session, "types")
    session.run("mypy", *session.posargs)


@nox.session(venv_backend="none")
def notebooks(session: nox.Session) -> None:
    """Check that notebooks are in their stripped normal form; `-- --fix` writes it."""
    faults = []
    for path in sorted((HERE / "notebooks").glob("*.ipynb")):
        text = path.read_text(encoding="utf-8")
        book = normal(json.loads(text))
        form = json.dumps(book, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        if form != text and "--fix" in session.posargs:
            path.write_text(form, encoding="utf-8", newline="\n")
        elif form != text:
            faults.append(f"{path.name} is not in its normal form; write it with: nox -s notebooks -- --fix")
        ids = [cell.get("id", "") for cell in book["cells"]]
        faults += [f'{path.name}: cell id "{name}" is not made of words' for name in ids if not WORDS.fullmatch(name)]
        faults += [f'{path.name}: cell id "{name}" appears twice' for name in sorted(set(ids)) if ids.count(name) > 1]
    if faults:
        session.error("\n".join(faults))


def normal(book: dict[str, Any]) -> dict[str, Any]:
    """Return a notebook without outputs, counts or any metadata but its kernel, its language and the cells' tags."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    cells = []
    for cell in book["cells"]:
        tags = cell["metadata"].get("tags")
        plain = {
            "cell_type": cell["cell_type"],
            "id": cell.get("id", ""),
            "metadata": {"tags": tags} if tags else {},
            "source": "".join(cell["source"]),
        }
        if cell["cell_type"] == "code":
            plain |= {"execution_count": None, "outputs": []}
        cells.append(plain)
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


@nox.session
def demo(session: nox.Session) -> None:
    """Make every report of the starters in reports/."""
    install(session)
    session.run("engineroom", "demo", "--out", "reports", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Time the factory, logs, pages, plans and business cases; `-- factory --reports 10` times one of them."""
    install(session)
    names = {"factory": "bench_factory", "logs": "bench", "pages": "bench_render", "plans": "bench_roadmap"}
    names |= {"cases": "bench_scenario"}
    chosen, words = session.posargs[:1] or list(names), session.posargs[1:]
    for name in chosen:
        session.run("python", f"tools/{names[name]}.py", *words)


@nox.session
def drills(session: nox.Session) -> None:
    """Break a batch in every way that nights break one; `-- --many 500 --jobs 4` makes very many reports instead."""
    install(session)
    session.run("python", "tools/drills.py", *session.posargs)


@nox.session
def proofs(session: nox.Session) -> None:
    """Run the long form of the proofs: every plan against brute force, gates and logs of very many forms."""
    install(session, "test")
    command = ["python", "-m", "pytest", "-q", "-s", "-n", "2", "-m", "proof"]
    session.run(*command, *session.posargs, env={"ENGINEROOM_PROOFS": "1"})


@nox.session
def spark(session: nox.Session) -> None:
    """Hold Spark's figures against DuckDB's; needs Java 17."""
    install(session, "test")
    session.install("-c", str(CONSTRAINTS), *PROJECT["project"]["optional-dependencies"]["spark"])
    session.run("python", "-m", "pytest", "-q", "tests/test_engines.py", env={"ENGINEROOM_SPARK": "1"})


@nox.session
def pages(session: nox.Session) -> None:
    """Write the pages of docs/ that follow from the code."""
    install(session)
    session.run("python", "tools/assessment_page.py")


@nox.session
def starters(session: nox.Session) -> None:
    """Make the data of the starter engagements again, from their models in tools/starters/."""
    install(session)
    session.run("python", "tools/starters.py", *session.posargs)


@nox.session(reuse_venv=False)
def package(session: nox.Session) -> None:
    """Build sdist and wheel, install the wheel in a clean environment, and run the demo from another folder."""
    session.install("-c", str(CONSTRAINTS), "build")
    folder = Path(session.create_tmp()).resolve()
    for old in (folder / "dist").glob("*"):
        old.unlink()
    session.run("python", "-m", "build", "--outdir", str(folder / "dist"), str(HERE))
    (wheel,) = (folder / "dist").glob("*.whl")
    session.run("python", "-m", "venv", "--clear", str(folder / "clean"))
    scripts = folder / "clean" / Path(session.bin).name  # bin, or Scripts on Windows
    session.run(
        str(scripts / "python"), "-m", "pip", "install", "-q", "-c", str(CONSTRAINTS), str(wheel), external=True
    )
    with session.chdir(folder):
        session.run(str(scripts / "engineroom"), "demo", "--out", str(folder / "reports"), external=True)


@nox.session
def lock(session: nox.Session) -> None:
    """Write requirements.lock and sbom.cdx.json: what constraints.txt pins, hashed as pip downloads it, and as a bill.

    The hashes are of the files for the Python and platform that this runs on, which the first line names.
    """
    install(session, "test")
    folder = Path(session.create_tmp()).resolve() / "downloaded"
    for old in folder.glob("*"):
        old.unlink()
    wanted = [*PROJECT["project"]["dependencies"], *nox.project.dependency_groups(PROJECT, "dev")]
    command = ["python", "-m", "pip", "download", "-q", "--only-binary", ":all:", "-c", str(CONSTRAINTS)]
    session.run(*command, "-d", str(folder), *wanted)
    asked = "import sys, sysconfig; print('.'.join(map(str, sys.version_info[:2])), sysconfig.get_platform())"
    where = str(session.run("python", "-c", asked, silent=True)).strip()
    LOCK.write_text(f"# for Python {where}; written by: nox -s lock\n{hashed(folder)}", encoding="utf-8", newline="\n")
    session.run("python", "tools/sbom.py")


def hashed(folder: Path) -> str:
    """Return downloaded wheels as lines of a requirements file: name, version and SHA-256."""
    lines = []
    for wheel in folder.glob("*.whl"):
        name, version, _, _ = parse_wheel_filename(wheel.name)
        lines.append(f"{name}=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
    return "".join(sorted(lines))


@nox.session
def licences(session: nox.Session) -> None:
    """Fail where a runtime dependency has a licence that is not allowed, or none that is known."""
    install(session, "test")
    session.run("python", "tools/sbom.py", "--judge")


@nox.session(reuse_venv=False)
def constraints(session: nox.Session) -> None:
    """Write constraints.txt again: the newest versions that pyproject.toml allows, as they install together."""
    session.install("-e", str(HERE), *nox.project.dependency_groups(PROJECT, "dev"))
    frozen = session.run("python", "-m", "pip", "freeze", "--exclude-editable", silent=True) or ""
    pins = sorted({line for line in frozen.splitlines() if re.fullmatch(r"[\w.-]+==[\w.!+-]+", line)}, key=str.lower)
    header = "# exact versions that installed together; written by: nox -s constraints\n"
    CONSTRAINTS.write_text(header + "\n".join(pins) + "\n", encoding="utf-8", newline="\n")
