"""Who wins when both sides changed a row: the question, the answer, the built-in strategies, the guards."""

from twinbase.conflict.decision import Conflict, Decision, Guard, Strategy
from twinbase.conflict.guards import state_machine
from twinbase.conflict.strategies import (
    BUILT_IN,
    add,
    append_only,
    ask,
    device_wins,
    is_additive,
    last_write_wins,
    merge_columns,
    server_wins,
)
from twinbase.protocol import WireValue

__all__ = [
    "BUILT_IN",
    "Conflict",
    "Decision",
    "Guard",
    "Strategy",
    "WireValue",
    "add",
    "append_only",
    "ask",
    "device_wins",
    "is_additive",
    "last_write_wins",
    "merge_columns",
    "server_wins",
    "state_machine",
]  # fmt: skip
