"""A NinjaOne of your own, for tests and for the demo: it speaks the real API, holds made-up data, and fails on demand.

    world = make_world(random.Random(1), now)
    with serving(create_app(world)) as url:
        ...

It needs what the extra `standin` brings.
"""

from twinbase_ninjaone.standin.app import CLIENT_ID, CLIENT_SECRET, create_app
from twinbase_ninjaone.standin.faults import Faults
from twinbase_ninjaone.standin.seeding import make_world
from twinbase_ninjaone.standin.serving import serve_app
from twinbase_ninjaone.standin.sizes import Sizes
from twinbase_ninjaone.standin.world import StandinWorld

__all__ = ["CLIENT_ID", "CLIENT_SECRET", "Faults", "Sizes", "StandinWorld", "create_app", "make_world", "serve_app"]
