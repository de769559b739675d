"""Break a batch in every way that nights break one, and hold what must be true afterwards; or make very many reports.

    python tools/drills.py            every drill below, some ten minutes
    python tools/drills.py disk two   those whose name holds one of the words
    python tools/drills.py --many 500 --jobs 4

Each drill starts from reports of older data, disturbs the batch that makes the new ones, and then holds:

- every file that was there is there, whole: as it was or as it is to be
- a report the ledger calls "ok" is the one a clean run makes
- no process, socket or lock is left
- `engineroom retry` ends with 0 and leaves the folder of a clean run, byte for byte, and no scratch file of a client
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

TOML = """[engagement]
client = "Client {name}"
sectors = ["healthcare"]
period = {{ start = 2026-01-01, end = 2026-06-30 }}
currency = "USD"
as_of = 2026-07-15
prepared_by = "{canary}"
"""
HEAD = "kpi,numerator,denominator,n,period_start,period_end,source\n"
ROW = "{kpi},{part},1000,1000,2026-01-01,2026-06-30,{canary}\n"
PATIENCE = 1200
"""Seconds a batch of three may take on a machine that has other work: only a hang takes longer."""
KPIS = ("sla_compliance", "error_rate", "stp_rate", "rework_rate", "first_pass_yield")

WRAP = """
import os, pathlib, signal, sys
from engineroom import cli
from engineroom.factory import batch, execution, manifest, press
from engineroom.rendering import publication
def at(owner, name, number, act):
    real, seen = getattr(owner, name), []
    def wrapped(*given, **named):
        seen.append(1)
        if len(seen) == number:
            act()
        return real(*given, **named)
    setattr(owner, name, wrapped)
def die():
    os.kill(os.getpid(), signal.SIGKILL)
{patch}
sys.exit(cli.main(sys.argv[1:]))
"""


def client(place: Path, seed: int) -> Path:
    """Write a small engagement whose figures and words are its own."""
    chance = random.Random(seed)
    canary = f"canary{chance.getrandbits(64):016x}"
    (place / "tables").mkdir(parents=True, exist_ok=True)
    (place / "engagement.toml").write_text(TOML.format(name=place.name, canary=canary))
    rows = [ROW.format(kpi=kpi, part=chance.randrange(20, 980), canary=canary) for kpi in KPIS]
    (place / "tables" / "kpis.csv").write_text(HEAD + "".join(rows))
    return place


@dataclass
class Stage:
    """One folder of clients with the clean results of their old and new data, and a place to drill in."""

    root: Path
    clients: list[Path] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clients = [client(self.root / "clients" / f"client{n}", n) for n in range(3)]
        self.run("--out", self.root / "old")
        for n, place in enumerate(self.clients):
            client(place, 100 + n)
        self.run("--out", self.root / "new")
        self.old, self.new = tree(self.root / "old"), tree(self.root / "new")
        self.old = {name: data for name, data in self.old.items() if "/" in name}

    @property
    def out(self) -> Path:
        """Return the output folder that is drilled."""
        return self.root / "out"

    def command(self, *words: object, patch: str = "") -> list[str]:
        """Return the command of a batch over all clients, in a process with something broken where a patch is given."""
        asked = ["run", *map(str, self.clients), "--report", "benchmark_gap"]
        start = [sys.executable, "-c", WRAP.format(patch=patch)] if patch else [sys.executable, "-m", "engineroom"]
        return [*start, *asked, *map(str, words)]

    def start(self, *words: object, patch: str = "", **options: object) -> subprocess.Popen:
        """Start a batch over all clients."""
        scratch = self.root / "tmp"
        scratch.mkdir(exist_ok=True)
        environment = os.environ | {"TMPDIR": str(scratch)}  # the one variable of a drill that every process keeps
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "start_new_session": True}
        return subprocess.Popen(self.command(*words, patch=patch), env=environment, **pipes | options)

    def run(self, *words: object, patch: str = "", **options: object) -> tuple[int, str]:
        """Run a batch over all clients to its end, and return its exit code and what it said."""
        process = self.start(*words, patch=patch, **options)
        said, _ = process.communicate(timeout=PATIENCE)
        return process.returncode, said

    def processes(self, module: str = "") -> list[int]:
        """Return the living processes that descend from a drill, or those whose command names a module."""
        found = [path for path in Path("/proc").iterdir() if path.name.isdigit() and self._is_ours(path, module)]
        return [int(path.name) for path in found]

    def _is_ours(self, process: Path, module: str) -> bool:
        try:
            is_alive = process.joinpath("stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
            is_named = module in process.joinpath("cmdline").read_bytes().decode(errors="replace")
            return is_alive and is_named and str(self.root / "tmp").encode() in process.joinpath("environ").read_bytes()
        except OSError:
            return False


def tree(out: Path) -> dict[str, bytes]:
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.suffix != ".jsonl" and ".charts" not in path.parts
    }


def is_between(name: str, data: bytes) -> bool:
    """Return whether a file is a whole manifest: it tells of new figures before it tells of the report on them."""
    with contextlib.suppress(ValueError):
        return name.endswith("/manifest.json") and "outputs" in json.loads(data)
    return False


def hold(stage: Stage, *, is_left_alone: bool = True, is_on_record: bool = True) -> list[str]:
    """Return what is not true after a drill that should be.

    Where not even the first line of the batch could be written, the same command takes the place of `retry`.
    """
    faults = []
    until = time.monotonic() + 10
    while (left := stage.processes()) and time.monotonic() < until:
        time.sleep(0.2)
    if left:
        faults.append(f"{len(left)} processes are left")
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    there = tree(stage.out) if stage.out.is_dir() else {}
    if is_left_alone:
        lost = [
            name
            for name, data in stage.old.items()
            if there.get(name) not in (data, stage.new.get(name)) and not is_between(name, there.get(name, b""))
        ]
        faults += [f"an old file is lost or torn: {name}" for name in lost[:3]]
    ledger = stage.out / "results.jsonl"
    for line in ledger.read_bytes().splitlines() if ledger.is_file() else ():
        with contextlib.suppress(ValueError):
            told = json.loads(line)
            wrong = [path for path in told["outputs"] if there.get(path) != stage.new.get(path)]
            if is_left_alone and told["status"] == "ok" and wrong:
                faults.append(f"called ok and is not: {wrong[0]}")
    finish = ["retry", "--out", str(stage.out)] if is_on_record else stage.command("--out", stage.out)[3:]
    command = [sys.executable, "-m", "engineroom", *finish]
    environment = os.environ | {"TMPDIR": str(stage.root / "tmp")}  # where it is to clear what a killed run left
    again = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE, env=environment)
    if again.returncode:
        faults.append(f"retry ended with {again.returncode}: {again.stderr[-300:]}")
    scratch = sorted(path.name for path in (stage.root / "tmp").glob("engineroom-*/*"))
    faults += [f"scratch is left: {scratch}"] if scratch else []
    after = tree(stage.out)
    if after != stage.new:
        differ = sorted(name for name in {*after, *stage.new} if after.get(name) != stage.new.get(name))
        faults.append(f"not what a clean run makes: {differ[:4]}")
    return faults


# --------------------------------------------------------------------------------------------------------------- drills


def killed_at(patch: str) -> Callable[[Stage], list[str]]:
    def drill(stage: Stage) -> list[str]:
        code, _ = stage.run("--out", stage.out, patch=patch)
        return ([] if code == -signal.SIGKILL else [f"it was not killed: {code}"]) + hold(stage)

    return drill


def found(stage: Stage, running: subprocess.Popen, module: str, are_children: bool) -> int:
    """Return a process of a kind once it is there: a zygote, a kernel (a zygote's child), a worker."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and running.poll() is None:
        pids = [pid for pid in stage.processes(module) if pid != running.pid]
        parents = {pid: int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1]) for pid in pids}
        chosen = [pid for pid in pids if (parents[pid] in pids) == are_children]
        if chosen:
            return chosen[0]
        time.sleep(0.05)
    raise RuntimeError(f"no {module} came up")


def killed_from_outside(module: str, are_children: bool, *words: object) -> Callable[[Stage], list[str]]:
    def drill(stage: Stage) -> list[str]:
        running = stage.start("--out", stage.out, *words)
        victim = found(stage, running, module, are_children)
        time.sleep(0.4)
        os.kill(victim, signal.SIGKILL)
        running.communicate(timeout=PATIENCE)
        return hold(stage)

    return drill


def signalled(number: int, *words: object) -> Callable[[Stage], list[str]]:
    def drill(stage: Stage) -> list[str]:
        def listening() -> None:
            signal.signal(signal.SIGINT, signal.SIG_DFL)

        running = stage.start("--out", stage.out, *words, preexec_fn=listening)
        running.stdout.readline()
        began = time.monotonic()
        os.kill(running.pid, number)
        running.communicate(timeout=PATIENCE)
        took = time.monotonic() - began
        faults = [f"it took {took:.1f} s to end"] if took > 5 else []
        return faults + ([] if running.returncode == 130 else [f"it ended with {running.returncode}"]) + hold(stage)

    return drill


def limited(size: int) -> Callable[[Stage], list[str]]:
    def drill(stage: Stage) -> list[str]:
        def bound() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

        code, said = stage.run("--out", stage.out, preexec_fn=bound)
        faults = [] if code == 14 else [f"it ended with {code}: {said[-300:]}"]
        return faults + hold(stage, is_on_record=size > 1000)

    return drill


def full_at(number: int) -> Callable[[Stage], list[str]]:
    """Return a drill that fails a write of the first client; -1 is the last."""
    act = "lambda: (_ for _ in ()).throw(OSError(28, 'No space left on device'))"

    def drill(stage: Stage) -> list[str]:
        files = [name for name in stage.new if name.startswith("client0/")]
        last = len(files) + 3  # the manifest comes twice, and a journal before each
        place = number if number > 0 else last + 1 + number
        code, said = stage.run("--out", stage.out, patch=f"at(publication, '_write', {place}, {act})")
        return ([] if code == 14 else [f"it ended with {code}: {said[-300:]}"]) + hold(stage)

    return drill


def undrawn(stage: Stage) -> list[str]:
    shutil.rmtree(stage.out / ".charts", ignore_errors=True)
    (stage.out / ".charts").write_text("no folder")
    code, said = stage.run("--out", stage.out)
    made = {name: data for name, data in tree(stage.out).items() if not name.endswith("/manifest.json")}
    differ = sorted(name for name, data in made.items() if data != stage.new.get(name))  # a manifest names drawings
    faults = [f"not what a clean run makes: {differ[:4]}"] if differ else []
    return faults + ([] if code == 0 else [f"it ended with {code}: {said[-300:]}"])


def ended(expected: int, *words: object, patch: str = "") -> Callable[[Stage], list[str]]:
    def drill(stage: Stage) -> list[str]:
        code, said = stage.run("--out", stage.out, *words, patch=patch)
        return ([] if code == expected else [f"it ended with {code}: {said[-300:]}"]) + hold(stage)

    return drill


def read_only(stage: Stage) -> list[str]:
    script = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
    words = ["unshare", "-m", "bash", "-c", script, stage.out, *stage.command("--out", stage.out)]
    process = subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    faults = [] if process.returncode == 14 and "Traceback" not in process.stderr else [process.stderr[-300:]]
    return faults + hold(stage, is_on_record=False)


def gone(stage: Stage) -> list[str]:
    running = stage.start("--out", stage.out)
    found(stage, running, "engineroom.factory.kernel", False)
    shutil.rmtree(stage.out)
    running.communicate(timeout=PATIENCE)
    return hold(stage, is_left_alone=False, is_on_record=False)  # the record went with the folder


def torn(stage: Stage) -> list[str]:
    stage.run("--out", stage.out)
    ledger = stage.out / "results.jsonl"
    ledger.write_bytes(ledger.read_bytes()[:-40])
    return hold(stage)


def stale(stage: Stage) -> list[str]:
    for place in stage.clients:
        (stage.out / place.name / ".lock").write_text("process 1 on another machine")
    code, _ = stage.run("--out", stage.out)
    return ([] if code == 0 else [f"it ended with {code}"]) + hold(stage)


def two(stage: Stage) -> list[str]:
    batches = [stage.start("--out", stage.out, "--force", *words) for words in ((), ("--jobs", 2))]
    said = [batch.communicate(timeout=PATIENCE)[0] for batch in batches]
    codes = [batch.returncode for batch in batches]
    return ([] if codes == [0, 0] else [f"they ended with {codes}: {said}"]) + hold(stage)


def offline(stage: Stage) -> list[str]:
    words = ["unshare", "-n", *stage.command("--out", stage.out)]
    process = subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    return ([] if process.returncode == 0 else [process.stderr[-300:]]) + hold(stage)


def upgraded(stage: Stage) -> list[str]:
    stage.run("--out", stage.out)
    lie = "real = manifest.version; manifest.version = lambda name: '99' if name == 'typst' else real(name)"
    _, said = stage.run("--out", stage.out, "--why", patch=lie)
    return ([] if said.count("(changed: libraries)") == 3 else [f"it said: {said[-300:]}"]) + hold(
        stage,
        is_left_alone=False,  # the manifest names the library that was not there
    )


def coordinator(stage: Stage) -> list[str]:
    running = stage.start("--out", stage.out, "--jobs", 2)
    found(stage, running, "engineroom.factory.kernel", True)
    os.kill(running.pid, signal.SIGKILL)
    running.wait(PATIENCE)
    return hold(stage)


CLOCK = "import time; real = time.time; at(batch, 'make', 2, lambda: setattr(time, 'time', lambda: real() - 1e8))"
DRILLS: dict[str, Callable[[Stage], list[str]]] = {
    "kill -9 before the notebook": killed_at("at(execution, 'execute', 2, die)"),
    "kill -9 while cells run": killed_at("at(execution.Client, 'execute_cell', 60, die)"),
    "kill -9 while rendering": killed_at("at(press, 'printed', 2, die)"),
    "kill -9 while writing": killed_at("at(publication, '_write', 20, die)"),
    "kill -9 between two renames": killed_at("at(pathlib.Path, 'replace', 3, die)"),
    "kill -9 before the ledger": killed_at("at(batch.ledger, 'record', 2, die)"),
    "kill -9 of the coordinator of two workers": coordinator,
    "kill -9 of a kernel": killed_from_outside("engineroom.factory.kernel", True),
    "kill -9 of the zygote": killed_from_outside("engineroom.factory.kernel", False),
    "kill -9 of a worker": killed_from_outside("spawn_main", False, "--jobs", 2),
    "SIGTERM, one job": signalled(signal.SIGTERM),
    "SIGTERM, two jobs": signalled(signal.SIGTERM, "--jobs", 2),
    "Ctrl-C, one job": signalled(signal.SIGINT),
    "Ctrl-C, two jobs": signalled(signal.SIGINT, "--jobs", 2),
    "drawings cannot be kept, and nobody needs them": undrawn,
    **{f"disk full at write {number}": full_at(number) for number in (1, 5)},
    "disk full at the last file but one": full_at(-2),
    "disk full at the last file": full_at(-1),
    **{f"no file above {size} bytes": limited(size) for size in (100, 5_000, 60_000)},
    "kernel out of memory": ended(13, "--memory", 1),
    "endless cell": ended(13, "--timeout", 1, patch="at(execution.Client, 'execute_cell', 20, lambda: None)"),
    "four times as many jobs as cores": ended(0, "--jobs", 4 * (os.cpu_count() or 1)),
    "output folder read-only": read_only,
    "output folder gone": gone,
    "torn ledger line": torn,
    "stale lock": stale,
    "clock step": ended(0, patch=CLOCK),
    "two batches on one engagement": two,
    "no network": offline,
    "a pinned library is upgraded": upgraded,
}


# ----------------------------------------------------------------------------------------------------------- very many


def many(root: Path, number: int, jobs: int) -> list[str]:
    """Make very many reports and return what is wrong: lost, leaking, left behind or in a stranger's file."""
    places = [client(root / "clients" / f"client{n:03}", n) for n in range(number)]
    out = root / "out"
    stage = Stage.__new__(Stage)
    stage.root = root
    (root / "tmp").mkdir()
    command = [sys.executable, "-m", "engineroom", "run", *map(str, places), "--report", "benchmark_gap"]
    command += ["--jobs", str(jobs), "--out", str(out)]
    environment = os.environ | {"TMPDIR": str(root / "tmp")}
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    running = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    samples: list[tuple[int, float, int]] = []
    while running.poll() is None:
        time.sleep(2)
        samples.append((_done(out), *_held(stage.processes())))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    warm = 15 * jobs  # Typst keeps what its last ten compilations computed, some 40 MiB each
    settled = [sample for sample in samples if sample[0] >= warm] or samples[-1:]
    first = [sample for sample in settled if sample[0] <= warm + 50] or settled[:1]
    last = [sample for sample in settled if sample[0] >= number - 50] or settled[-1:]
    held = [statistics.median(sample[1] for sample in part) for part in (first, last)]
    handles = [statistics.median(sample[2] for sample in part) for part in (first, last)]
    took = f"{time.monotonic() - began:.0f} s, {cpu / number:.2f} CPU s a report"
    print(f"{_done(out)} of {number} reports, {jobs} jobs, {took}")
    print(f"memory of all processes, first 50 once warm and last 50: {held[0]:.0f} and {held[1]:.0f} MiB")
    print(f"open files of all processes, at the same times: {handles[0]:.0f} and {handles[1]:.0f}")
    faults = [] if running.returncode == 0 and _done(out) == number else [f"ended with {running.returncode}"]
    faults += ["memory grows"] if held[1] > held[0] * 1.1 else []
    time.sleep(3)
    faults += [f"processes are left: {left}"] if (left := stage.processes()) else []
    faults += [f"scratch is left: {left}"] if (left := sorted((root / "tmp").glob("engineroom-*/*"))) else []
    return faults + list(_strays(places, out))


def _done(out: Path) -> int:
    ledger = out / "results.jsonl"
    return ledger.read_bytes().count(b'"status": "ok"') if ledger.exists() else 0


def _held(pids: list[int]) -> tuple[float, int]:
    """Return the memory that processes hold together, shared pages counted once, in MiB, and their open files."""
    total, handles = 0, 0
    for pid in pids:
        with contextlib.suppress(OSError, StopIteration):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += int(next(line for line in lines if line.startswith("Pss:")).split()[1])
            handles += len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return total / 1024, handles


def _strays(places: list[Path], out: Path) -> Iterator[str]:
    """Yield every file that holds another client's canary; the shelf and the ledgers are the house's own."""
    owners = {place.joinpath("engagement.toml").read_text().split("canary")[1][:16]: place.name for place in places}
    searched = 0
    for path in sorted(out.rglob("*")):
        inside = path.relative_to(out).parts
        if not path.is_file() or len(inside) == 1:
            continue
        data = path.read_bytes()
        if inside[0] == ".charts":
            data, inside = zlib.decompress(data), inside[1:]
        if path.suffix == ".pdf":
            data = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=False).stdout
        searched += 1
        tokens = {part[:16].decode(errors="replace") for part in data.split(b"canary")[1:]}
        for token in tokens & set(owners):
            if owners[token] != inside[0]:
                yield f"{path} holds the canary of {owners[token]}"
        if path.suffix in (".html", ".pdf") and not tokens:
            yield f"{path} holds no canary at all"
    print(f"{searched} files searched for {len(owners)} canaries")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--many", type=int)
    parser.add_argument("--jobs", type=int, default=4)
    given = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory(prefix="drills-") as scratch:
        if given.many:
            faults = many(Path(scratch), given.many, given.jobs)
            print("\n".join(faults) or "nothing lost, nothing left, no canary in a stranger's file")
            return len(faults) > 0
        stage = Stage(Path(scratch))
        for name, drill in DRILLS.items():
            if given.words and not any(word in name for word in given.words):
                continue
            shutil.rmtree(stage.out, ignore_errors=True)
            shutil.rmtree(stage.root / "tmp", ignore_errors=True)
            shutil.copytree(stage.root / "old", stage.out)
            for ledger in (stage.out / name for name in ("results.jsonl", "batches.jsonl")):
                ledger.unlink()
            began = time.monotonic()
            faults = drill(stage)
            failed += bool(faults)
            print(f"{'FAILED' if faults else 'held  '}  {name}  ({time.monotonic() - began:.0f} s)", flush=True)
            for fault in faults:
                print(f"        {fault}", flush=True)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
