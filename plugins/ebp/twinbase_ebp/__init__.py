"""The EBP plugin: the tables of the ERP, and the projections that feed the mobile schema. Hooks only."""

from collections.abc import Sequence
from typing import Any

from twinbase import hookimpl
from twinbase_ebp.projections import projections
from twinbase_ebp.settings import EbpSettings


@hookimpl
def twinbase_projections() -> Sequence[Any]:
    return projections(EbpSettings())
