"""The command line: arguments in, exit codes out; everything it does is a function of another module."""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engineroom import __version__, scratch
from engineroom.errors import DataProblems, EngagementError, EngineroomError, RenderError, ReportError

USAGE, INTERRUPTED = 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 only if everything asked for was produced and checked."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")  # a Windows console must not stop a batch
    given = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupted)
    _tell_progress()
    scratch.clear()
    try:
        return int(given.command(given))
    except EngineroomError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:  # the reader of a pipe, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:  # a disk that is full or read-only
        print(f"{error.filename or given.out}: {error.strerror or error}; nothing more was made", file=sys.stderr)
        return RenderError.exit_code
    except KeyboardInterrupt:
        print("\nstopped; finished reports are kept, and engineroom run makes the others", file=sys.stderr)
        return INTERRUPTED


def _tell_progress() -> None:
    """Show how far a log that takes more than a few seconds has been read."""
    told = logging.getLogger("engineroom.progress")
    if not told.handlers:
        told.addHandler(logging.StreamHandler(sys.stderr))
        told.setLevel(logging.INFO)
        told.propagate = False


def _interrupted(*_: object) -> None:
    """Let a polite kill end as Ctrl-C does: kernels stopped, nothing half written."""
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="engineroom",
        description="Back-office assessment: benchmark-gap reports from a client's tables and event log.",
        epilog="Exit codes: 0 done and checked, 2 usage, 10 engagement.toml, 11 data, 12 unknown report or parameter, "
        "13 notebook failed, 14 rendering failed.",
    )
    parser.add_argument("--version", action="version", version=f"engineroom {__version__}")
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")

    new = verbs.add_parser("new", help="a folder to fill in, with a workbook")
    new.add_argument("folder", type=Path)
    new.add_argument("--sector", required=True, help="a sector pack: engineroom list sectors")
    new.set_defaults(command=_new)

    check = verbs.add_parser("check", help="every problem of an engagement at once")
    check.add_argument("folder", nargs="+")
    _limit_arguments(check, "engagement")
    check.set_defaults(command=_check)

    assess = verbs.add_parser("assess", help="the figures alone: every result table, stored beside the reports")
    assess.add_argument("folder", nargs="+", help="engagement folder, or a bundled starter such as starter/healthcare")
    assess.add_argument("--json", action="store_true", help="print every result table as JSON (docs/assessment.md)")
    _figure_arguments(assess)
    _out_argument(assess)
    _limit_arguments(assess)
    assess.set_defaults(command=_assess)

    run = verbs.add_parser("run", help="make reports")
    run.add_argument("folder", nargs="+", help="engagement folder, or a bundled starter such as starter/healthcare")
    run.add_argument("--report", action="append", default=[], metavar="NAME", help="default: all reports")
    _figure_arguments(run)
    _format_argument(run)
    _output_arguments(run)
    run.set_defaults(command=_run)

    demo = verbs.add_parser("demo", help="run every report on the bundled starter engagements")
    _format_argument(demo)
    _output_arguments(demo)
    demo.set_defaults(command=_demo)

    retry = verbs.add_parser("retry", help="make again what failed, never ran or has changed")
    _output_arguments(retry)
    retry.set_defaults(command=_retry)

    verify = verbs.add_parser("verify", help="say which files are no longer as they were made")
    _out_argument(verify)
    verify.add_argument("file", type=Path, nargs="*", help="a signed delivery, such as reports/acme.zip, instead")
    verify.add_argument("--key", type=Path, metavar="PUBLIC", help="and hold it against what this key signed (PEM)")
    verify.set_defaults(command=_verify)

    sign = verbs.add_parser("sign", help="sign what stands in an output folder, or a delivery")
    sign.add_argument("file", type=Path, nargs="*", help="a delivery, such as reports/acme.zip, instead of the folder")
    sign.add_argument("--key", type=Path, metavar="PRIVATE", required=True, help="an Ed25519 key as PEM, yours alone")
    _out_argument(sign)
    sign.set_defaults(command=_sign)

    pack = verbs.add_parser("pack", help="one zip of an engagement's reports, to send")
    pack.add_argument("folder", type=Path, nargs="+", help="an engagement's output folder, such as reports/acme")
    pack.set_defaults(command=_pack)

    listing = verbs.add_parser("list", help="what there is to choose from")
    listing.add_argument("what", choices=("reports", "parameters", "sectors", "kpis", "benchmarks", "questions"))
    listing.add_argument("--sector", default="", help="benchmarks that a sector may use")
    listing.add_argument("--process", default="", help="benchmarks that a process may use")
    listing.set_defaults(command=_list)

    doctor = verbs.add_parser("doctor", help="what this machine has and lacks")
    doctor.set_defaults(command=_doctor)
    return parser


def _figure_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--sector", action="append", default=[], metavar="NAME", help="default: all of the engagement's"
    )
    about = "of [assessment] in engagement.toml, for all reports; engineroom list parameters"
    parser.add_argument("-p", "--parameter", action="append", default=[], metavar="NAME=VALUE", help=about)


def _output_arguments(parser: argparse.ArgumentParser) -> None:
    _out_argument(parser)
    _limit_arguments(parser)
    parser.add_argument("--jobs", type=_number, metavar="N", help="reports made at the same time (default: 1)")
    parser.add_argument("--scheduler", default="", metavar="ADDRESS", help="a Dask scheduler whose workers make them")
    parser.add_argument("--fail-fast", action="store_true", help="stop at the first report that fails")
    parser.add_argument("--force", action="store_true", help="make again what nothing has changed of")
    parser.add_argument("--why", action="store_true", help="say why each report is made again or kept")


def _out_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=Path("reports"), help="output folder (default: reports)")


def _limit_arguments(parser: argparse.ArgumentParser, what: str = "report or assessment") -> None:
    about = f"for one {what}, from its first file to its last (default: 3600)"
    parser.add_argument("--timeout", type=_number, default=3600, metavar="SECONDS", help=about)
    parser.add_argument("--memory", type=_number, default=0, metavar="MIB", help=f"for one {what} (default: no limit)")


def _format_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", action="append", choices=("html", "pdf"), default=[], help="default: both")


def _number(text: str) -> int:
    number = int(text) if text.isdigit() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f'"{text}" is not a whole number; write 1 or more')
    return number


# ------------------------------------------------------------------------------------------------------------- commands


def _new(given: argparse.Namespace) -> int:
    from engineroom.readers import intake

    for path in intake.make(given.folder, given.sector):
        print(f"wrote {path}")
    print(f"Fill in the workbook, then run: engineroom check {given.folder}")
    return 0


def _check(given: argparse.Namespace) -> int:
    from engineroom.factory import run
    from engineroom.factory.limits import Limits

    worst = 0
    for folder in given.folder:
        try:
            notes = run.checked(folder, Limits(given.timeout, given.memory))
        except EngineroomError as error:
            print(error, file=sys.stderr)
            worst = worst or error.exit_code
            continue
        print(f"{folder}: no problems" + (f", {len(notes)} caveat{'s' if len(notes) > 1 else ''}" if notes else ""))
        for note in notes:
            print(f"  {note}")
    return worst


def _assess(given: argparse.Namespace) -> int:
    from engineroom.factory import run
    from engineroom.factory.limits import Limits

    worst, printed, limits = 0, [], Limits(given.timeout, given.memory)
    run.refuse_collisions(list(dict.fromkeys(given.folder)))
    for folder in dict.fromkeys(given.folder):
        try:
            for saved in run.assess_whole(folder, given.sector, _parameters(given), given.out.absolute(), limits):
                printed.append(saved)
                if not given.json:
                    print(f"{saved.place}: {len(saved.tables)} tables")
        except EngineroomError as error:
            print(error, file=sys.stderr)
            worst = worst or error.exit_code
    if given.json:
        from engineroom import storage

        print(json.dumps([storage.plain(saved) for saved in printed], ensure_ascii=False))
    return worst


def _parameters(given: argparse.Namespace) -> dict[str, str]:
    return dict(_pair(pair) for pair in given.parameter)


def _run(given: argparse.Namespace) -> int:
    from engineroom.factory import run

    formats = tuple(dict.fromkeys(given.format)) or run.FORMATS
    tasks: list[run.Task] = []
    struck: dict[str, Any] = {}
    worst = 0
    for folder in dict.fromkeys(given.folder):
        try:
            planned, failure = _planned(folder, given.report, given.sector, formats, _parameters(given), given)
        except EngineroomError as error:
            print(error, file=sys.stderr)
            worst = worst or error.exit_code
            if given.fail_fast or error.exit_code == 12:
                return worst
            continue
        tasks += planned
        struck |= {failure.task.folder: failure} if failure else {}
    run.refuse_collisions([task.folder for task in tasks])
    return (_make(tasks, given, struck) if tasks else 0) or worst


def _planned(
    folder: str,
    reports: list[str],
    sectors: list[str],
    formats: tuple[str, ...],
    parameters: dict[str, str],
    given: argparse.Namespace,
) -> tuple[list[Any], Any]:
    """Return the reports of an engagement and, where it cannot be opened, what is asked for and why it fails.

    A folder without engagement.toml is none: nothing is to be made again there.
    """
    from engineroom.factory import ledger, run
    from engineroom.factory.limits import Limits
    from engineroom.readers.engagement import FILE

    limits = Limits(given.timeout, given.memory)
    try:
        return run.plan([folder], reports, sectors, formats, parameters, limits), None
    except (EngagementError, DataProblems) as error:
        place = Path(folder).resolve()
        try:
            (place / FILE).lstat()
        except (FileNotFoundError, NotADirectoryError):
            raise error from None
        except OSError:  # there, and closed to us
            pass
        asked = [(sector, report) for sector in sectors or [""] for report in reports or [""]]
        tasks = [run.Task(str(place), *one, formats, tuple(parameters.items())) for one in asked]
        return tasks, ledger.Outcome(tasks[0], "failed", error.exit_code, str(error), (), 0.0)


def _demo(given: argparse.Namespace) -> int:
    from engineroom.factory import run
    from engineroom.readers import engagement

    return _make(run.plan(engagement.starters(), [], [], tuple(dict.fromkeys(given.format)) or run.FORMATS), given)


def _retry(given: argparse.Namespace) -> int:
    from engineroom.factory import batch, ledger

    for fault in ledger.faults(given.out):
        print(fault, file=sys.stderr)
    tasks: list[Any] = []
    struck: dict[str, Any] = {}
    for task in batch.unfinished(given.out):
        if task.sector and task.report:
            tasks.append(task)
            continue
        reports, sectors = ([part] if part else [] for part in (task.report, task.sector))
        planned, failure = _planned(task.folder, reports, sectors, task.formats, dict(task.parameters), given)
        tasks += planned
        if failure:
            struck[task.folder] = failure
        else:  # from now on its reports are on record by their own names
            ledger.record(given.out, ledger.Outcome(task, "ok", 0, "", (), 0.0))
    if not tasks:
        print(f"nothing to retry in {given.out}")
        return 0
    return _make(tasks, given, struck)


def _verify(given: argparse.Namespace) -> int:
    from engineroom.factory import signature, verification

    key = signature.public(given.key) if given.key else None
    if given.file:
        return _verify_files(given.file, key)
    seen = verification.verify(given.out)
    found = (signature.faults(given.out, key) if key else []) + seen.differences
    for difference in found:
        print(difference, file=sys.stderr)
    said = f"{len(found)} differ" if found else "all as they were made" + (", and signed with this key" if key else "")
    print(f"{seen.engagements} engagements, {seen.files} files: {said}")
    return 1 if found or not seen.engagements else 0


def _verify_files(paths: list[Path], key: Any) -> int:
    """Hold files against their signatures."""
    from engineroom.factory import signature

    if key is None:
        print("engineroom verify: a file is held against its signature; name the key with --key", file=sys.stderr)
        return USAGE
    found = [fault for path in paths for fault in signature.file_faults(path, key)]
    for fault in found:
        print(fault, file=sys.stderr)
    print(f"{len(paths)} files: {f'{len(found)} differ' if found else 'signed with this key'}")
    return 1 if found else 0


def _sign(given: argparse.Namespace) -> int:
    from engineroom.factory import signature, verification

    key = signature.private(given.key, given.out)
    if given.file:
        for path in given.file:
            print("\n".join(signature.sign_file(path, key)))
        return 0
    seen = verification.verify(given.out)
    if seen.differences or not seen.engagements:
        told = "\n".join(f"  {one}" for one in seen.differences or ["holds no report"])
        raise RenderError(f"{given.out}: is not signed\n{told}\nMake it again with engineroom retry, then sign it")
    print("\n".join(signature.sign(given.out, key)))
    return 0


def _pack(given: argparse.Namespace) -> int:
    from engineroom.factory import delivery

    for folder in given.folder:
        target, told = delivery.pack(folder)
        print("\n".join([f"wrote {target}", *([told] if told else [])]))
    return 0


def _make(tasks: list[Any], given: argparse.Namespace, struck: Any = None) -> int:
    """Make the reports, tell each as it ends, and end with what failed."""
    from engineroom.factory import batch, console
    from engineroom.factory.limits import Limits

    began, told = time.perf_counter(), []
    limits = Limits(given.timeout, given.memory)
    jobs = given.jobs or (0 if given.scheduler else 1)
    terms = batch.Terms(given.out.absolute(), jobs, given.scheduler, limits, given.force)
    try:
        with console.telling(len(tasks), given.out, given.why) as tell:
            for outcome in batch.outcomes(tasks, terms, struck):
                told.append(outcome)
                tell(outcome)
                if given.fail_fast and outcome.status == "failed":
                    break
    finally:
        failed = [outcome for outcome in told if outcome.status == "failed"]
        if len(tasks) > 1 or failed:
            said = console.summary(told, len(tasks), given.out, began)
            print(said, file=sys.stderr if failed else sys.stdout, flush=True)
    from engineroom.factory import press  # here: after Ctrl-C, which has five seconds, no shelf is written

    if aside := press.written("engineroom.factory.shelf", given.out):
        print(aside)
    return int(failed[0].exit_code) if failed else 0


def _list(given: argparse.Namespace) -> int:
    from engineroom.dictionary.operations import LEVELS
    from engineroom.factory import run
    from engineroom.readers import engagement, reference

    if given.what == "reports":
        print("\n".join(run.reports()))
    elif given.what == "parameters":
        for name, about in engagement.Parameters.model_fields.items():
            print(f"{name:16} {about.default!s:10} {about.description}")
    elif given.what == "sectors":
        for sector in engagement.sectors():
            print(f"{sector:24} {reference.pack(sector).summary}")
    elif given.what == "kpis":
        for row in reference.definitions().to_dict("records"):
            print(f"{row['definition']:42} {row['unit']:6} {row['direction']:5} {row['formula']}")
    elif given.what == "questions":
        for row in reference.questions().to_dict("records"):
            print(f"{row['question']:36} {row['part']}: {row['name']}")
            for level in range(LEVELS + 1):
                print(f"  {level}  {row[f'anchor_{level}']}")
    else:
        _list_benchmarks(given.sector, given.process)
    return 0


USES = {
    "prices": "judges, and prices where the process fits",
    "judges": "judges, prices nothing",
    "places": "places on a scale, judges nothing",
    "context": "context: judges nothing",
}
LIMITS = {
    "": "",
    "stale": "out of date",
    "grade": "its grade is below B",
    "general": "it is not of one process or sector",
    "band": "it is a range",
    "measured": "it is no line to reach",
    "target": "it is no line to reach",
    "claim": "it is a claim",
}


def _list_benchmarks(sector: str, process: str) -> None:
    """Print the benchmarks that a sector or a process may use: grade, n, year, what each may judge and why not more."""
    import pandas as pd

    from engineroom.dictionary.columns import words
    from engineroom.measures import benchmark
    from engineroom.pages import wording
    from engineroom.readers import engagement, reference

    known = {"sector": engagement.sectors(), "process": reference.processes()["process"].tolist()}
    for what, name in (("sector", sector), ("process", process)):
        if name and name not in known[what]:
            raise ReportError(f'there is no {what} "{name}"; {reference.there_are(known[what])}')
    rows = benchmark.uses(benchmark.ranked(reference.benchmarks()), pd.Timestamp.now())
    for row in rows.to_dict("records"):
        about = words(row["process"])
        if (sector and row["sector"] not in ("all", sector)) or (process and about and process not in about):
            continue
        n, year = (f"{row[key]:.0f}" if row[key] > 0 else "-" for key in ("n", "year"))
        print(f"{row['benchmark']:44} {row['grade']}  n {n:>9}  {year:>4}  {wording.published(row):>18}")
        limit = f" ({LIMITS[row['limit']]})" if row["limit"] else ""
        print(f"    {row['definition']}; {row['source']}: {USES[row['use']]}{limit}")


def _doctor(_: argparse.Namespace) -> int:
    from engineroom.factory import doctor
    from engineroom.factory.console import DONE, FAILED

    findings = doctor.examine()
    for name, problem, detail in findings:
        print(f"{FAILED if problem else DONE} {name:22} {problem or detail}")
    return 1 if any(problem for _, problem, _ in findings) else 0


def _pair(text: str) -> tuple[str, str]:
    name, mark, value = text.partition("=")
    if not mark or not name.isidentifier():
        print(f'engineroom run: "{text}" is not NAME=VALUE', file=sys.stderr)
        raise SystemExit(USAGE)
    return name, value
