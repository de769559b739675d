"""Compare what every cell shows with what was accepted, or accept it: `nox -s net -- --accept insurer`."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a folder, it knows only itself

from net import differences, engagements, kept, tasks


def main() -> int:
    """Run the net and return the status of the process: 1 where something differs and is not accepted."""
    parser = argparse.ArgumentParser(prog="nox -s net --", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="ENGAGEMENT", help=f"all, or some of: {', '.join(engagements.names())}"
    )
    parser.add_argument("--accept", action="store_true", help="keep what is shown now")
    given = parser.parse_args()
    chosen = [task for task in tasks.names() if not given.names or task.split("/")[1] in given.names]
    if not chosen:
        parser.error(f"there are: {', '.join([*engagements.names(), tasks.PROSE])}")
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        results = list(pool.map(tasks.compared, chosen))
    shown = {cell: content for now, _ in results for cell, content in now.items()}
    changed = {cell: changes for _, found in results for cell, changes in found.items()}
    if changed:
        print(differences.told(changed, most=60))
    verb = "accepted" if given.accept else "differ"
    print(f"{len(shown)} cells of {len(chosen)} tasks, {len(changed)} {verb}")
    if given.accept:
        kept.accept(shown, replaced=set(chosen), known=set(tasks.names()))
    return int(bool(changed) and not given.accept)


if __name__ == "__main__":
    sys.exit(main())
