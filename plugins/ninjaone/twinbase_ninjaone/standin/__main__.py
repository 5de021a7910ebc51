"""`python -m twinbase_ninjaone.standin`: the stand-in at a port of this machine, until Ctrl-C."""

import argparse
import random
import threading
from contextlib import suppress

from twinbase.clock import utc_now
from twinbase_ninjaone.standin import CLIENT_ID, CLIENT_SECRET, create_app, make_world, serve_app

DESCRIPTION = "A NinjaOne with made-up data: 348 organisations, 290 devices, 965 tickets."


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m twinbase_ninjaone.standin", description=DESCRIPTION)
    parser.add_argument("--port", type=int, default=8100, help="0 takes a free one")
    parser.add_argument("--seed", type=int, default=1, help="the same number makes the same data")
    chosen = parser.parse_args()
    world = make_world(random.Random(chosen.seed), utc_now())
    with serve_app(create_app(world), chosen.port) as url, suppress(KeyboardInterrupt):
        print(f"export TWINBASE_NINJAONE_URL={url}")
        print(f"export TWINBASE_NINJAONE_CLIENT_ID={CLIENT_ID}")
        print(f"export TWINBASE_NINJAONE_CLIENT_SECRET={CLIENT_SECRET}", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
