"""Put another function in the place of one of the engine's, wherever it is known: a patch of one module misses whoever
imported the name, and a wrong engine that is right after all finds no fault in the oracle."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch


@contextmanager
def replace_everywhere(function: Callable[..., Any], other: Callable[..., Any]) -> Iterator[None]:
    """Every module of the engine that has this function has the other one, for a while."""
    with ExitStack() as stack:
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] in ("twinbase", "twinbase_server"):
                for known in [known for known, value in vars(module).items() if value is function]:
                    stack.enter_context(patch.object(module, known, other))
        yield
