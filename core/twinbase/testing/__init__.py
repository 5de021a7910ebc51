"""The public test kit: a world of a server and its devices in one process, with a wire that can be spoiled."""

from twinbase.testing.device import Device
from twinbase.testing.wire import (
    Fault,
    Wire,
    cut,
    drop_answer,
    drop_request,
    duplicate,
    garble_answer,
    garble_request,
    show_portal,
)
from twinbase.testing.world import ManualClock, World, prepare

__all__ = [
    "Device",
    "Fault",
    "ManualClock",
    "Wire",
    "World",
    "cut",
    "drop_answer",
    "drop_request",
    "duplicate",
    "garble_answer",
    "garble_request",
    "prepare",
    "show_portal",
]  # fmt: skip
