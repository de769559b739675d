"""Warm kernels: as isolated as cold ones, the same outputs, and nothing left behind."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from engineroom.factory import execution, kernel, surroundings

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not kernel.is_possible(), reason="kernels are forked on Linux only"),
]

CONTRACT = [
    "print('stdout')",
    "import sys; print('stderr', file=sys.stderr)",
    "1 + 1",
    "'text'",
    "{'a': [1, 2.5, None]}",
    "import pandas as pd; pd.DataFrame({'a': [1, 2], 'b': ['x', None]})",
    "from IPython.display import display, HTML, Markdown, SVG; display(HTML('<b>x</b>'), Markdown('*y*'))",
    "SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"/>')",
    "import altair as alt; alt.Chart(pd.DataFrame({'a': [1]})).mark_point().encode(x='a').to_dict()['mark']",
    "handle = display('first', display_id='h'); handle",
    "handle.update('second')",
    "from IPython.display import clear_output; print('gone'); clear_output(); print('kept')",
    "!echo from a shell",
    "%%capture said\nprint('captured')",
    "said.stdout",
    "get_ipython().__class__.__name__",
    "import asyncio; await asyncio.sleep(0); 'awaited'",
    "import threading; t = threading.Thread(target=print, args=('thread',)); t.start(); t.join()",
    "import subprocess; subprocess.run(['echo', 'child'], capture_output=True, text=True).stdout",
    "from concurrent.futures import ThreadPoolExecutor; list(ThreadPoolExecutor(2).map(abs, [-1, -2]))",
    "import os; os.path.basename(os.getcwd()) == os.path.basename(os.environ.get('PWD', os.getcwd())) or 'moved'",
    "os.environ['TZ'], os.environ['PYTHONHASHSEED']",
    "import time; time.tzname[0]",
    "sorted({'b', 'a', 'c'}), hash('seeded')",
    "import random, numpy; random.seed(1), numpy.random.seed(1); random.random(), float(numpy.random.rand())",
    "class Client:\n    name = 'x'\nClient.__module__",
    "import pickle; pickle.loads(pickle.dumps(Client())).name",
    "__name__",
    "import engineroom as er; er.theme.enable()",
    "er.statistics.exact_share(750, 1000)",
    "import duckdb; duckdb.sql('select 42 as x').fetchall()",
    "import ibis; ibis.duckdb.connect().sql('select 1 as x').count().execute()",
    "import warnings; warnings.warn('careful', UserWarning, stacklevel=1)",
    "del handle; 'handle' in globals()",
    "_ = 5; Out.__class__.__name__",
    "sys.stdin.read()",
    "er.event_log.open(er.engagement.open('starter/legal')).timezone",
    "print('a' * 100_000)",
    "b'bytes'",
    "1 / 0",
]


def executed(cells: list[str], place: Path) -> list[dict]:
    from nbclient import NotebookClient

    environment = os.environ | surroundings.FIXED | {"TMPDIR": str(place)}
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells])
    client = NotebookClient(
        book,
        allow_errors=True,
        kernel_name="python3",
        kernel_manager_class=execution.private_kernel(place, environment),
        timeout=120,
    )
    client.execute(cwd=str(place))
    return [cell["outputs"] for cell in book.cells]


@pytest.fixture
def warm(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    from jupyter_client.provisioning.factory import KernelProvisionerFactory

    factory = KernelProvisionerFactory.instance()
    before = factory.default_provisioner_name
    kernel.use_warm_kernels()
    assert factory.default_provisioner_name == "engineroom-fork"
    yield
    factory.default_provisioner_name = before


def test_the_zygote_imports_without_starting_a_thread_that_a_fork_would_lose() -> None:
    assert kernel.zygote().fault == ""


def test_forty_constructs_give_the_same_outputs_cold_and_warm(tmp_path: Path, warm, monkeypatch) -> None:
    from jupyter_client.provisioning.factory import KernelProvisionerFactory

    (tmp_path / "w").mkdir()
    (tmp_path / "c").mkdir()
    told = executed(CONTRACT, tmp_path / "w")
    monkeypatch.setattr(KernelProvisionerFactory.instance(), "default_provisioner_name", "local-provisioner")
    cold = executed(CONTRACT, tmp_path / "c")

    def plain(outputs: list[dict]) -> str:
        text = json.dumps(outputs, sort_keys=True)
        for noise in (str(tmp_path / "w"), str(tmp_path / "c")):
            text = text.replace(noise, "")
        return re.sub(r"ipykernel_\d+|/tmp/[\w/.-]+", "", text)

    assert len(CONTRACT) == 40
    assert [CONTRACT[i] for i in range(40) if plain(told[i]) != plain(cold[i])] == []


def test_two_notebooks_in_a_row_share_nothing(tmp_path: Path, warm) -> None:
    executed(
        ["import os, pandas as pd; os.environ['SECRET'] = 'x'; pd.options.display.max_rows = 7; leaked = 1"], tmp_path
    )

    (outputs,) = executed(
        ["'SECRET' in os.environ if 'os' in dir() else None, __import__('pandas').options.display.max_rows"], tmp_path
    )

    assert outputs[0]["data"]["text/plain"] == "(None, 60)"


def test_a_kernel_that_dies_says_so_and_leaves_no_process(tmp_path: Path, warm) -> None:
    from nbclient.exceptions import DeadKernelError

    before = _children(kernel.zygote().pid)  # a press, where another test has rendered

    with pytest.raises(DeadKernelError):
        executed(["import subprocess; subprocess.Popen(['sleep', '600'])", "import os; os._exit(3)"], tmp_path)

    time.sleep(0.5)
    kernel.zygote().ask(poll=0)
    assert _children(kernel.zygote().pid) <= before


def test_the_zygote_and_its_kernels_end_with_the_process_that_owns_them(tmp_path: Path) -> None:
    fork = f"fork=['-f', '{tmp_path}/k.json'], cwd='/', env={{'PATH': ''}}"
    code = "import time, engineroom.factory.kernel as k; z = k.zygote();"
    code += f"p = z.ask({fork})['pid']; print(z.pid, p, flush=True); time.sleep(60)"
    owner = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    pids = [int(pid) for pid in owner.stdout.readline().split()]
    assert len(pids) == 2
    assert all(_is_alive(pid) for pid in pids)

    owner.send_signal(signal.SIGKILL)
    owner.wait()
    owner.stdout.close()

    until = time.monotonic() + 10
    while any(_is_alive(pid) for pid in pids) and time.monotonic() < until:
        time.sleep(0.1)
    assert not [pid for pid in pids if _is_alive(pid)]


def _children(pid: int) -> set[str]:
    found = subprocess.run(["ps", "-o", "pid=,stat=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return {line.split()[0] for line in found.stdout.splitlines() if " Z" not in line}


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_environment_variables_can_ask_for_cold_kernels(monkeypatch) -> None:
    monkeypatch.setitem(os.environ, "ENGINEROOM_COLD_KERNELS", "1")

    assert not kernel.is_possible()
