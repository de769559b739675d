"""The same input gives the same bytes on another processor, and in a cold kernel as in a warm one."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engineroom import digits
from engineroom.dictionary import codes
from engineroom.factory import surroundings
from engineroom.pages import blocks
from engineroom.planning import scenario

OTHERS = {
    "an old one": {"OPENBLAS_CORETYPE": "Prescott"},
    "without wide registers": {"OPENBLAS_CORETYPE": "Nehalem", "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL"},
}
"""What makes OpenBLAS and numpy compute as another x86 processor would; this machine's own is the third."""

STORED = """
import sys
from pathlib import Path
from engineroom import assessment
for name in ("insurer", "healthcare"):
    case = assessment.open(f"starter/{name}")
    for result in assessment.flow():
        getattr(case, result)
    case.write(Path(sys.argv[1]) / name)
"""


def run(command: list[str], place: Path, **changes: str) -> dict[str, str]:
    """Return the hash of every file that a program leaves in a folder, on what is made out to be another processor."""
    place.mkdir()
    plain = {name: value for name, value in os.environ.items() if name not in surroundings.FIXED}
    subprocess.run([sys.executable, *command], cwd=place, env=plain | changes, check=True, capture_output=True)
    files = sorted(file for file in place.rglob("*") if file.is_file())
    return {file.relative_to(place).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_a_figure_is_written_at_twelve_digits_and_a_whole_number_as_it_is() -> None:
    frame = pd.DataFrame({"value": [8814845.382437725, 1e15 + 1, 0.1 + 0.2, np.nan, np.inf], "n": range(5)})

    assert digits.settled(frame)["value"].tolist()[:3] == [8814845.38244, 1e15 + 1, 0.3]
    assert blocks.csv(frame.head(1)) == "value,n\n8814845.38244,0\n"
    assert codes.packed({"value": 0.1 + 0.2, "of": [1 / 3]}) == '{"value":0.3,"of":[0.333333333333]}'


def test_what_a_year_is_worth_follows_from_products_alone() -> None:
    assert scenario.weights(0.25, 3).tolist() == [0.8, 0.64, 0.512]


@pytest.mark.slow
def test_every_stored_table_is_the_same_on_another_processor_without_any_pin(tmp_path: Path) -> None:
    here = run(["-c", STORED, "."], tmp_path / "here")

    assert len(here) > 100
    for place, (name, changes) in enumerate(OTHERS.items()):
        assert run(["-c", STORED, "."], tmp_path / f"{place}", **changes) == here, name


@pytest.mark.slow
def test_every_file_of_two_reports_is_the_same_on_another_processor_and_in_cold_kernels(tmp_path: Path) -> None:
    words = ["-m", "engineroom", "run", "starter/insurer", "--report", "business_case", "--out", "reports"]
    words += ["--report", "benchmark_gap"]
    here = run(words, tmp_path / "here")
    other = run(words, tmp_path / "other", OPENBLAS_CORETYPE="Prescott", ENGINEROOM_COLD_KERNELS="1")

    assert {"business_case.pdf", "benchmark_gap.html"} <= {Path(name).name for name in here}
    assert {name for name in here if here[name] != other.get(name)} <= {"reports/results.jsonl"}  # it tells the time
    assert set(here) == set(other)
