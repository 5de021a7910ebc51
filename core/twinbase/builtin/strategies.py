"""What Twinbase does by default is a plugin too: the built-in conflict strategies."""

from collections.abc import Mapping

from twinbase.conflict import BUILT_IN, Strategy
from twinbase.hooks import hookimpl


@hookimpl
def twinbase_strategies() -> Mapping[str, Strategy]:
    return BUILT_IN
