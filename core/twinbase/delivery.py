"""The way back: what a device changed, on its way to the system that the row came from."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from twinbase.mutation import Operation
from twinbase.source import Run

DeliveryState = Literal["waiting", "sent", "acknowledged", "refused", "held"]
"""waiting: to be handed over; sent: handed over; acknowledged: it came back from there; refused: not taken, and why;
held: handing over is switched off, by the configuration or by the other system."""


@dataclass(frozen=True, slots=True)
class AppliedMutation:
    """A mutation of a device that has been written. `values`: the columns written, in wire form (none for a delete)."""

    id: UUID
    twin: str
    operation: Operation
    key: tuple[Any, ...]
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something to hand over. `destination` names the exporter; `applied` is the mutation that it carries.

    `action`: what is to be done there, in that system's words. `payload`: JSON; it never travels to a device. `echo`:
    what a projection will say of the row's columns once this has come back from there: what it says then is no news,
    and leaves a later change of a device alone.
    """

    destination: str
    applied: AppliedMutation
    action: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    echo: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WaitingDelivery:
    """A delivery as its exporter receives it. `attempts`: how often it was tried before."""

    id: UUID
    twin: str
    key: tuple[Any, ...]
    action: str
    payload: Mapping[str, Any]
    author: str
    attempts: int


@dataclass(frozen=True, slots=True)
class DeliveryOutcome:
    """What became of a delivery. `said`: a sentence for the person who made the change.

    "waiting" is tried again (with a growing pause), "refused" and "held" wait for a person.
    """

    id: UUID
    state: DeliveryState
    said: str = ""
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Exporter:
    """Hands deliveries over. `send` gets those that wait, oldest first, at most `batch` of them; what it does not
    answer for keeps waiting. `acknowledged` gets those that were sent, and answers for those that have come back.
    """

    destination: str
    send: Callable[[Sequence[WaitingDelivery], Run], Awaitable[Sequence[DeliveryOutcome]]]
    acknowledged: Callable[[Sequence[WaitingDelivery], Run], Awaitable[Sequence[DeliveryOutcome]]] | None = None
    every: timedelta = timedelta(minutes=1)
    batch: int = 100
