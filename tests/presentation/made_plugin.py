"""A plugin of somebody else's: made by `twinbase plugin new` in a folder far from the repository, and installed."""

import importlib
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.cli.test_new_plugin import installed

from twinbase import Plugins
from twinbase_server import accounts
from twinbase_server.cli.new_plugin import make_plugin

_made: list[Plugins] = []


def load_made_plugin() -> Plugins:
    """What an app loads that names it beside ours, once in a process: its classes cannot be made twice."""
    if not _made:
        with TemporaryDirectory() as place:
            folder = Path(place) / "roof-work"
            make_plugin("roof-work", folder)
            installed(folder)
            sys.path.insert(0, str(folder))
            importlib.invalidate_caches()
            _made.append(Plugins("mobile", "deliveries", accounts, "roof_work"))
            sys.path.remove(str(folder))
    return _made[0]
