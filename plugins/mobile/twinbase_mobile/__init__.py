"""The `mobile` schema: what a technician takes along. Hooks only; tables, scopes and rules stand beside."""

from collections.abc import Iterable
from datetime import datetime

from twinbase import Identity, Mirror, Written, hookimpl
from twinbase_mobile.mirrors import mirrors
from twinbase_mobile.rules import check


@hookimpl
def twinbase_mirrors() -> Iterable[Mirror]:
    return mirrors()


@hookimpl
async def twinbase_before_mutation(written: Written, identity: Identity, now: datetime) -> None:
    check(written)
