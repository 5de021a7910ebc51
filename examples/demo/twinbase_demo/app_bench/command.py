"""`twinbase bench-app`: the command line."""

import asyncio
import json
import tempfile
from dataclasses import asdict, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from twinbase_demo.telling import WIDTH, Teller
from twinbase_server.bench.command import show_results

QUICK_SCALE = 0.005
NEEDED = ("twinbase_kivy", "twinbase_presentation", "psutil")


def bench_app(
    quick: Annotated[bool, typer.Option("--quick", help="Tiny sizes: whether it works, not how quick it is.")] = False,
    as_made: Annotated[bool, typer.Option("--as-made", help="The demo's own device, with nothing added.")] = False,
    rounds: Annotated[int | None, typer.Option(min=3, help="Of use, for the memory.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the figures to FILE.")] = None,
) -> None:
    """Measure the app in a real window: frames, search, taps, cold start, a sync while somebody scrolls, memory.

    Without a screen: `xvfb-run -s "-screen 0 412x915x24" twinbase bench-app`. It reports and does not judge: the exit
    status is 0 when the bars are missed too.
    """
    if not all(map(find_spec, NEEDED)):
        typer.echo("The app is a package of its own: pip install 'twinbase-demo[app]'.", err=True)
        raise typer.Exit(2)
    # Kivy and the app are imported only here: other commands do without them.
    from twinbase_demo.app_bench.figures import QUICK, AppBenchSizes
    from twinbase_demo.app_bench.run import measure_app
    from twinbase_demo.backstage import SCALE

    sizes = QUICK if quick else AppBenchSizes()
    if as_made:
        sizes = replace(sizes, visits=0, rows=0)
    sizes = replace(sizes, rounds=rounds or sizes.rounds)
    console = Console(highlight=False, width=max(WIDTH, Console().width))
    with tempfile.TemporaryDirectory(prefix="twinbase-bench-app-") as folder:
        scale = QUICK_SCALE if quick else SCALE
        results = asyncio.run(measure_app(sizes, Path(folder), Teller(console), scale))
    if json_file is not None:
        json_file.write_text(json.dumps([asdict(result) for result in results], indent=1) + "\n")
    show_results(results, console)
