"""Many seeded runs: `python -m tests.oracle 2000`, or one again: `python -m tests.oracle --seed 17`."""

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.oracle.run import MODES, run_once
from tests.oracle.template import copy_template, make_template

from twinbase.testing.databases import Databases
from twinbase_server.embedded import EmbeddedPostgres


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.oracle", description=__doc__)
    parser.add_argument("runs", type=int, nargs="?", default=100, help="how many seeds")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--seed", type=int, help="repeat this one, and say what happened")
    parser.add_argument("--mode", choices=MODES, help="only this mode; without it seeds take turns")
    parser.add_argument("--steps", type=int, default=40)
    chosen = parser.parse_args()
    seeds = [chosen.seed] if chosen.seed is not None else range(chosen.first, chosen.first + chosen.runs)
    folder = Path(tempfile.mkdtemp(prefix="oracle-"))
    failed = []
    started = time.monotonic()
    with EmbeddedPostgres(folder / "postgres") as server:
        databases = Databases(server.url)
        template = make_template(databases)
        for done, seed in enumerate(seeds, start=1):
            mode = chosen.mode or MODES[seed % len(MODES)]
            url = copy_template(databases, template, seed)
            place = folder / f"run-{seed}"
            place.mkdir()
            faults, trace = asyncio.run(run_once(url, place, seed, mode, chosen.steps))
            databases.drop(url)
            shutil.rmtree(place)
            if faults:
                failed.append(seed)
                print(
                    f"seed {seed} ({mode}) failed; repeat it with: python -m tests.oracle --seed {seed} --mode {mode}"
                )
                print("\n".join(f"  {fault}" for fault in faults))
            if chosen.seed is not None:
                print("\n".join(trace))
            if done % 50 == 0:
                print(f"{done} runs, {len(failed)} failed, {time.monotonic() - started:.0f} s", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    print(f"{len(seeds) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
