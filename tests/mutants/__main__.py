"""`python -m tests.mutants`: hunt each wrong engine with the oracle until it is found; ends `N killed, M survived`."""

import argparse
import asyncio
import logging
import shutil
import sys
import tempfile
from pathlib import Path

from tests.mutants.faults import MUTANTS, Mutant
from tests.oracle.run import run_once
from tests.oracle.template import copy_template, make_template

from twinbase.testing.databases import Databases
from twinbase_server.capture.install import CaptureError
from twinbase_server.embedded import EmbeddedPostgres


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", help="only these mutants")
    parser.add_argument("--runs", type=int, default=80, help="seeds to try before a mutant counts as a survivor")
    chosen = parser.parse_args()
    logging.disable(logging.CRITICAL)
    mutants = [mutant for mutant in MUTANTS if not chosen.names or mutant.name in chosen.names]
    folder = Path(tempfile.mkdtemp(prefix="mutants-"))
    with EmbeddedPostgres(folder / "postgres") as server:
        killed = [mutant for mutant in mutants if hunt(mutant, Databases(server.url), folder, chosen.runs)]
    shutil.rmtree(folder, ignore_errors=True)
    print(f"{len(killed)} killed, {len(mutants) - len(killed)} survived")
    return 0 if len(killed) == len(mutants) else 1


def hunt(mutant: Mutant, databases: Databases, folder: Path, runs: int) -> bool:
    """Whether some seed finds the mutant out; says which, and how."""
    with mutant.wrong():
        template = make_template(databases)
        for seed in range(runs):
            try:
                url = copy_template(databases, template, seed)
            except CaptureError as refused:
                print(f"killed    {mutant.name} (seed {seed}): {str(refused)[:110]}", flush=True)
                return True
            asyncio.run(mutant.prepare(url))
            place = Path(tempfile.mkdtemp(dir=folder))
            faults, _ = asyncio.run(run_once(url, place, seed, mutant.mode))
            databases.drop(url)
            shutil.rmtree(place)
            if faults:
                print(f"killed    {mutant.name} (seed {seed}): {faults[0].strip().splitlines()[-1][:110]}", flush=True)
                return True
    print(f"SURVIVED  {mutant.name} ({runs} seeds)", flush=True)
    return False


if __name__ == "__main__":
    sys.exit(main())
